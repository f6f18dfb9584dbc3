"""Checks of the gold rules."""

import ast
from collections.abc import Iterator
from itertools import chain

from .checks import check
from .files import (
    HOUSE,
    PLATFORMS,
    ROOT,
    classes,
    english,
    function,
    functions,
    loaded,
    modules,
    named_tests,
    section,
    tree,
)

DESCRIPTIONS = {"sensor": ["reports/statistics.py"]}


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
    section("Data updates")


@check("docs-examples")
def _docs_examples() -> None:
    """There are automations to copy, as blueprints too."""
    assert section("Blueprints and examples")
    assert list((ROOT / "blueprints/automation").rglob("*.yaml"))


@check("docs-known-limitations")
def _docs_limits() -> None:
    """The limits are named."""
    section("Known limitations")


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
    """Entities about services are diagnostic."""
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
    """The translation keys in a platform and its descriptions."""
    files = [f"{platform}.py", *DESCRIPTIONS.get(platform, ())]
    for node in chain.from_iterable(ast.walk(tree(file)) for file in files):
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
        steps = issue.get("fix_flow", {}).get("step", {}).values()
        for told in (
            [issue["description"]] if "description" in issue else [one["description"] for one in steps]
        ):
            assert len(told) > 80, key
