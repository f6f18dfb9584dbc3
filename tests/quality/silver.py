"""Checks of the silver rules."""

import ast
from configparser import ConfigParser
import re

from .checks import check
from .files import (
    HOUSE,
    PLATFORMS,
    ROOT,
    called,
    english,
    function,
    loaded,
    modules,
    named_tests,
    section,
    tree,
)


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
    for word in ("url", "api key", "password"):
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
    assert "is available again" in text
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
    assert "self._on_refused" in function("updates/polling.py", "_check_auth")
    assert "async_start_reauth" in function("__init__.py", "async_setup_entry")
    assert named_tests("reauth", "flows/test_config_flow.py")


@check("test-coverage")
def _coverage() -> None:
    """Less than the promised coverage fails the tests."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config.getint("coverage:report", "fail_under") > 95
    assert "--cov" in (ROOT / "script/test").read_text()
