"""quality_scale.yaml is strictly true: each rule is held against the files, as far as a machine can see."""

import ast
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from functools import cache
import json
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "custom_components" / "status_tracker"
PLATFORMS = ("binary_sensor", "calendar", "event", "sensor")

TIERS = {
    "bronze": """action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
        dependency-transparency docs-actions docs-triggers docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry""",
    "silver": """action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage""",
    "gold": """devices diagnostics discovery-update-info discovery docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
        docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
        entity-translations exception-translations icon-translations reconfiguration-flow repair-issues
        stale-devices""",
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES = [rule for rules in TIERS.values() for rule in rules.split()]

type Check = Callable[[], None]
CHECKS: dict[str, Check] = {}


def check(*rules: str) -> Callable[[Check], Check]:
    """Let a function check these rules."""

    def register(function: Check) -> Check:
        """Keep it."""
        CHECKS.update(dict.fromkeys(rules, function))
        return function

    return register


# What there is


@cache
def scale() -> dict[str, Any]:
    """The rules as the file has them."""
    rules: dict[str, Any] = yaml.safe_load((HOUSE / "quality_scale.yaml").read_text())["rules"]
    return rules


def status(rule: str) -> str:
    """What is said of a rule."""
    said = scale()[rule]
    return str(said["status"] if isinstance(said, dict) else said)


@cache
def tree(name: str) -> ast.Module:
    """A module of the integration, parsed."""
    return ast.parse((HOUSE / name).read_text())


@cache
def modules() -> dict[str, ast.Module]:
    """All modules of the integration, by their path in it."""
    return {str(path.relative_to(HOUSE)): tree(str(path.relative_to(HOUSE))) for path in HOUSE.rglob("*.py")}


@cache
def loaded(name: str) -> dict[str, Any]:
    """A JSON file of the integration."""
    data: dict[str, Any] = json.loads((HOUSE / name).read_text())
    return data


def english(*keys: str) -> dict[str, Any]:
    """A part of the English texts."""
    part = loaded("translations/en.json")
    for key in keys:
        part = part[key]
    return part


def functions(name: str) -> set[str]:
    """The names of all functions in a module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree(name)) if isinstance(node, kinds)}


def function(name: str, wanted: str) -> str:
    """The source of a function."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return next(
        ast.unparse(node) for node in ast.walk(tree(name)) if isinstance(node, kinds) and node.name == wanted
    )


def classes(name: str) -> dict[str, str]:
    """The source of each class of a module."""
    return {node.name: ast.unparse(node) for node in tree(name).body if isinstance(node, ast.ClassDef)}


def called(node: ast.AST) -> str:
    """The name of what is called, without what it belongs to."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def section(title: str) -> str:
    """A section of the README, up to the next of its level."""
    text = (ROOT / "README.md").read_text()
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    assert len(found[2].strip()) > 40, title
    return found[2]


def named_tests(pattern: str, *files: str) -> list[str]:
    """The tests whose name holds a word."""
    parsed = [ast.parse((ROOT / "tests" / file).read_text()) for file in files]
    names = [node.name for one in parsed for node in ast.walk(one) if isinstance(node, ast.AsyncFunctionDef)]
    return [name for name in names if re.search(pattern, name)]


# The file itself


def test_every_rule_is_answered() -> None:
    """No rule is left out, none is invented, none is merely planned."""
    assert set(scale()) == set(RULES)
    assert {status(rule) for rule in RULES} <= {"done", "exempt"}


def test_exemptions_have_reasons() -> None:
    """Who is exempt says why, in a sentence."""
    for rule in RULES:
        if status(rule) == "exempt":
            assert len(scale()[rule]["comment"]) > 50, rule


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(rule: str) -> None:
    """What a machine can see of a rule is as the file says."""
    assert rule in CHECKS, "a rule nobody looks at"
    CHECKS[rule]()


# Bronze


@check("action-setup")
def _actions() -> None:
    """All actions are registered once, before any entry."""
    assert "async_setup_services(hass)" in function("__init__.py", "async_setup")
    assert "async_setup_services" not in function("__init__.py", "async_setup_entry")
    assert set(yaml.safe_load((HOUSE / "services.yaml").read_text())) == set(english("services"))


@check("appropriate-polling")
def _polling() -> None:
    """The paces are ours, and no option."""
    text = (HOUSE / "sources/base.py").read_text()
    assert {"FAST", "CALM", "SLOW"} <= set(re.findall(r"^([A-Z]+) = timedelta", text, re.MULTILINE))
    assert not [key for key in english("options", "step", "init", "data") if "interval" in key]


@check("brands")
def _brand() -> None:
    """The pictures come along."""
    for name in ("icon.png", "icon@2x.png", "logo.png", "logo@2x.png"):
        assert (HOUSE / "brand" / name).read_bytes().startswith(b"\x89PNG")


@check("common-modules")
def _common() -> None:
    """Coordinator and base entity are where everybody looks for them."""
    assert "StatusTrackerCoordinator" in classes("coordinator.py")
    assert "StatusTrackerEntity" in classes("entity.py")


def flow_texts() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every flow's texts."""
    yield "config", english("config")
    yield "options", english("options")
    yield from english("config_subentries").items()


@check("config-flow")
def _flow() -> None:
    """It is set up in the UI, and each field is explained."""
    assert loaded("manifest.json")["config_flow"] is True
    for name, flow in flow_texts():
        for step, texts in flow["step"].items():
            assert set(texts.get("data", {})) == set(texts.get("data_description", {})), (name, step)


@check("config-flow-test-coverage", "test-before-configure")
def _flow_tests() -> None:
    """Whatever fails is shown, and the same flow then goes on; nothing is set up twice."""
    files = ("flows/test_config_flow.py", "flows/test_subentry_flow.py")
    assert named_tests("fails_then_works|recover|then_works", *files)
    assert named_tests("twice|already|known", *files)
    assert "async_find" in function("flows/schemas.py", "async_check")
    assert "async_probe" in function("flows/addresses.py", "async_try")
    steps = {name for name in functions("config_flow.py") if name.startswith("async_step_")}
    assert {"async_step_user", "async_step_reauth_confirm", "async_step_reconfigure"} <= steps
    assert "await async_check(" in function("config_flow.py", "async_step_user")


@check("dependency-transparency")
def _requirements() -> None:
    """What is required comes from PyPI, by name and version."""
    for requirement in loaded("manifest.json")["requirements"]:
        assert re.fullmatch(r"[a-z]+[=>]=[\d.]+", requirement)


@check("docs-actions")
def _docs_actions() -> None:
    """Every action is in the README."""
    text = section("Actions")
    for action in english("services"):
        assert f"{action}`" in text, action


@check("docs-triggers", "docs-conditions")
def _docs_automations() -> None:
    """Every trigger and condition is in the README, and so are their options."""
    text = section("Triggers and conditions")
    for part in ("triggers", "conditions"):
        for key, about in english(part).items():
            assert f"`status_tracker.{key}`" in text, key
            assert all(f"`{field}`" in text for field in about["fields"] if field != "for"), key


@check("docs-high-level-description", "docs-use-cases")
def _docs_what() -> None:
    """It is said what it does, and for what it is of use."""
    section("What it does")
    section("Automations to copy")


@check("docs-installation-instructions")
def _docs_install() -> None:
    """It is said how to install it."""
    assert re.search("HACS|Marketplace", section("Install"))


@check("docs-removal-instructions")
def _docs_removal() -> None:
    """It is said how to be rid of it, webhooks included."""
    assert "ebhook" in section("Remove it")


@check("entity-event-setup")
def _entity_events() -> None:
    """Entities subscribe when they are added, and are unsubscribed with their removal."""
    text = function("event.py", "async_added_to_hass")
    assert "self.async_on_remove(" in text
    for platform in PLATFORMS:
        for name, source in classes(f"{platform}.py").items():
            assert "add_change_listener" not in source.partition("async_added_to_hass")[0], name


@check("entity-unique-id", "has-entity-name")
def _entity_base() -> None:
    """The base gives every entity its id and its way of being named."""
    base = classes("entity.py")["StatusTrackerEntity"]
    assert "_attr_has_entity_name = True" in base
    assert "self._attr_unique_id = f'{entry.entry_id}_{key}'" in base
    for platform in PLATFORMS:
        for node in tree(f"{platform}.py").body:
            if isinstance(node, ast.ClassDef) and any("Entity" in ast.unparse(one) for one in node.bases):
                bases = " ".join(ast.unparse(one) for one in node.bases)
                assert "StatusTracker" in bases or "EntityDescription" in bases, node.name


@check("runtime-data")
def _runtime_data() -> None:
    """What an entry holds is typed and with the entry."""
    assert "type StatusTrackerConfigEntry = ConfigEntry[StatusTrackerData]" in ast.unparse(tree("data.py"))
    assert "entry.runtime_data = StatusTrackerData(" in function("__init__.py", "async_setup_entry")


@check("test-before-setup")
def _before_setup() -> None:
    """Setup asks Seerr, and fails in the two ways there are."""
    assert "async_config_entry_first_refresh" in function("__init__.py", "async_setup_entry")
    text = function("coordinator.py", "_raise_unready")
    assert "ConfigEntryAuthFailed" in text
    assert "UpdateFailed" in text


@check("unique-config-entry")
def _unique() -> None:
    """The same Seerr is refused a second time."""
    assert "_abort_if_known" in function("config_flow.py", "async_step_user")
    assert "already_configured" in english("config", "abort")


# Silver


@check("action-exceptions", "exception-translations")
def _exceptions() -> None:
    """Every exception of Home Assistant's own kinds is raised with a translation, and that exists."""
    translated = {"ServiceValidationError", "HomeAssistantError", "UpdateFailed"}
    translated |= {"ConfigEntryAuthFailed", "ConfigEntryNotReady", "ConfigEntryError"}
    found, texts = 0, english("exceptions")
    for path, module in modules().items():
        for node in ast.walk(module):
            name = called(node)
            if not isinstance(node, ast.Call) or name not in translated | {"refusal", "failure"}:
                continue
            if name in translated:
                given = {word.arg: word.value for word in node.keywords}
                assert {"translation_domain", "translation_key"} <= set(given), (path, node.lineno)
                key: ast.expr = given["translation_key"]
            else:
                key = node.args[0]
            if isinstance(key, ast.Constant):
                assert key.value in texts, (path, node.lineno)
            found += 1
    assert found > 10
    for line in (HOUSE / "clients/errors.py").read_text().splitlines():
        if reason := re.search(r"reason(?:: ClassVar\[str\])? = \"(\w+)\"", line):
            assert reason[1] in texts, reason[1]


@check("config-entry-unloading")
def _unloading() -> None:
    """An entry can be unloaded, and what it holds open is let go."""
    text = function("__init__.py", "async_unload_entry")
    for part in ("async_unload_platforms", "source.close()", "async_save()", "async_leave()"):
        assert part in text
    assert named_tests("unload", "webhooks/test_webhook.py", "test_unload.py")


@check("docs-configuration-parameters")
def _docs_options() -> None:
    """Each option is in the README, by the name people read."""
    text = section("Options").casefold()
    for name in english("options", "step", "init", "data").values():
        assert name.casefold() in text, name


@check("docs-installation-parameters")
def _docs_fields() -> None:
    """What setup asks for is in the README."""
    text = section("Set up").casefold()
    for word in ("address", "api key", "password"):
        assert word in text, word


@check("entity-unavailable")
def _unavailable() -> None:
    """A request that is no more is unavailable, and the README says what an outage looks like."""
    assert "self.number in self.coordinator.data" in function("sensor.py", "available")
    assert "service_unavailable" in (ROOT / "README.md").read_text()


@check("integration-owner")
def _owner() -> None:
    """Somebody answers for it."""
    assert loaded("manifest.json")["codeowners"]


@check("log-when-unavailable")
def _log() -> None:
    """Going and coming are logged in one place, tested in another."""
    text = function("sources/base.py", "_judge")
    assert "is unavailable" in text
    assert "is back" in text
    assert len(named_tests("once", "test_log.py")) >= 2


@check("parallel-updates")
def _parallel() -> None:
    """Each platform says so itself."""
    for platform in PLATFORMS:
        assert "PARALLEL_UPDATES = 0" in ast.unparse(tree(f"{platform}.py"))


@check("reauthentication-flow")
def _reauth() -> None:
    """A service that refuses its key is asked for, by its name."""
    assert "{name}" in english("config", "step", "reauth_confirm")["description"]
    assert "self._on_refused" in function("coordinator.py", "_check_auth")
    assert "async_start_reauth" in function("__init__.py", "async_setup_entry")
    assert named_tests("reauth", "flows/test_config_flow.py")


@check("test-coverage")
def _coverage() -> None:
    """Less than the promised coverage fails the tests."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config.getint("coverage:report", "fail_under") > 95
    assert "--cov" in (ROOT / "script/test").read_text()


# Gold


@check("devices")
def _devices() -> None:
    """The requests and each service have a device that says what it is."""
    assert classes("entity.py")["StatusTrackerServiceEntity"].count("manufacturer=") == 1
    assert ast.unparse(tree("entity.py")).count("entry_type=DeviceEntryType.SERVICE") == 2
    assert "sw_version" in (HOUSE / "upkeep/version_watch.py").read_text()


@check("diagnostics")
def _diagnostics() -> None:
    """There are diagnostics, and they are tested not to tell."""
    assert "async_get_config_entry_diagnostics" in functions("diagnostics.py")
    assert named_tests("secret", "test_secrets.py")


@check("discovery", "discovery-update-info")
def _no_discovery() -> None:
    """There is nothing that could be discovered in the network."""
    assert not {"zeroconf", "ssdp", "dhcp", "usb", "bluetooth", "homekit", "mqtt"} & set(
        loaded("manifest.json")
    )


@check("docs-data-update")
def _docs_update() -> None:
    """It is said how it stays up to date."""
    section("How it stays up to date")


@check("docs-examples")
def _docs_examples() -> None:
    """There are automations to copy, as blueprints too."""
    assert section("Automations to copy")
    assert list((ROOT / "blueprints/automation").rglob("*.yaml"))


@check("docs-known-limitations")
def _docs_limits() -> None:
    """The limits are named."""
    section("Known limits")


@check("docs-supported-devices")
def _docs_supported() -> None:
    """The services are named."""
    text = section("Supported services")
    for name in ("Seerr", "Radarr", "Sonarr", "qBittorrent", "Jellyfin", "Shoko"):
        assert name in text, name


@check("docs-supported-functions")
def _docs_functions() -> None:
    """Every stage, reason and action is explained."""
    states = english("entity", "sensor", "request")
    for title, keys in (
        ("Stages", states["state"]),
        ("Reasons", states["state_attributes"]["reason"]["state"]),
    ):
        text = section(title)
        for key in keys:
            assert f"`{key}`" in text, key
    section("Entities")


@check("docs-troubleshooting")
def _docs_trouble() -> None:
    """There is help by symptom."""
    section("Troubleshooting")


@check("dynamic-devices", "stale-devices")
def _come_and_go() -> None:
    """Sensors come and go with the requests, devices with the services."""
    text = function("sensor.py", "async_setup_entry")
    assert "coordinator.async_add_listener(" in text
    assert "_drop(" in text
    assert "coordinator.seerr.complete" in function("sensor.py", "_purge")
    assert "config_subentry_id=" in function("binary_sensor.py", "async_setup_entry")


@check("entity-category")
def _category() -> None:
    """What tells of services and not of requests is diagnostic."""
    assert "EntityCategory.DIAGNOSTIC" in classes("binary_sensor.py")["ConnectivitySensor"]


@check("entity-device-class")
def _device_class() -> None:
    """Where there is a device class it is used; counts have none."""
    for file, name, kind in (
        ("sensor.py", "RequestSensor", "SensorDeviceClass.ENUM"),
        ("binary_sensor.py", "ProblemSensor", "BinarySensorDeviceClass.PROBLEM"),
        ("binary_sensor.py", "ConnectivitySensor", "BinarySensorDeviceClass.CONNECTIVITY"),
    ):
        assert f"_attr_device_class = {kind}" in classes(file)[name]


@check("entity-disabled-by-default")
def _disabled() -> None:
    """No entity is of little use to most; what changes with every poll is kept out of the recorder."""
    assert not [path for path, module in modules().items() if "enabled_default" in ast.unparse(module)]
    assert "_unrecorded_attributes" in classes("sensor.py")["RequestSensor"]


def translation_keys(platform: str) -> Iterator[str]:
    """The translation keys in a platform."""
    for node in ast.walk(tree(f"{platform}.py")):
        told = isinstance(node, ast.keyword) and node.arg == "translation_key"
        if isinstance(node, ast.Assign):
            told = ast.unparse(node.targets[0]) == "_attr_translation_key"
        if told and isinstance(node, ast.Assign | ast.keyword):
            yield ast.literal_eval(node.value)


@check("entity-translations", "icon-translations")
def _entity_texts() -> None:
    """Every entity has its name and its icon in the files."""
    for platform in PLATFORMS:
        keys = set(translation_keys(platform))
        assert keys, platform
        assert keys == set(english("entity", platform)), platform
        assert keys <= set(loaded("icons.json")["entity"][platform]), platform
    assert set(loaded("icons.json")["services"]) == set(english("services"))
    for path, module in modules().items():
        assert "_attr_icon" not in ast.unparse(module), path


@check("reconfiguration-flow")
def _reconfigure() -> None:
    """Seerr and every other service can be changed."""
    assert "async_step_reconfigure" in functions("config_flow.py")
    assert "async_step_reconfigure" in functions("flows/subentry.py")
    for kind, flow in english("config_subentries").items():
        assert {"user", "reconfigure"} <= set(flow["step"]), kind


@check("repair-issues")
def _repairs() -> None:
    """Every issue says what to do; those that can be fixed have a flow."""
    assert "async_create_fix_flow" in functions("repairs.py")
    for key, issue in english("issues").items():
        told = issue.get("description") or issue["fix_flow"]["step"]["confirm"]["description"]
        assert len(told) > 80, key


# Platinum


@check("async-dependency")
def _async() -> None:
    """The one library that blocks is imported in one file, in functions that run in worker threads."""
    for path, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                if any(name.startswith("signalrcore") for name in names):
                    assert path == "clients/signalr.py"
                    assert node.col_offset > 0, "it blocks"
                assert not {"requests", "httpx", "urllib3", "urllib.request"} & set(names), path


@check("inject-websession")
def _websession() -> None:
    """No session is made but by Home Assistant."""
    for path, module in modules().items():
        for node in ast.walk(module):
            assert called(node) != "ClientSession", path


@check("strict-typing")
def _typing() -> None:
    """It is typed, strictly, and says so."""
    assert (HOUSE / "py.typed").exists()
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config.getboolean("mypy", "strict")
    assert "custom_components/status_tracker" in config.get("mypy", "files")
    for path, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                assert node.returns is not None, (path, node.name)
