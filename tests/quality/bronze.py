"""Checks of the bronze rules."""

import ast
from collections.abc import Iterator
import re
from typing import Any

import yaml

from .checks import check
from .files import HOUSE, PLATFORMS, classes, english, function, functions, loaded, named_tests, section, tree


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
    """The coordinator and the base entity are in the modules with the usual names."""
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
    section("Blueprints and examples")


@check("docs-installation-instructions")
def _docs_install() -> None:
    """It is said how to install it."""
    assert re.search("HACS|Marketplace", section("Install"))


@check("docs-removal-instructions")
def _docs_removal() -> None:
    """The README describes removal, webhooks included."""
    assert "ebhook" in section("Remove the integration")


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
    text = function("updates/polling.py", "raise_unready")
    assert "ConfigEntryAuthFailed" in text
    assert "UpdateFailed" in text


@check("unique-config-entry")
def _unique() -> None:
    """The same Seerr is refused a second time."""
    assert "_abort_if_known" in function("config_flow.py", "async_step_user")
    assert "already_configured" in english("config", "abort")
