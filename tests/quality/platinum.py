"""Checks of the platinum rules."""

import ast
from configparser import ConfigParser

from .checks import check
from .files import HOUSE, ROOT, called, modules


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
