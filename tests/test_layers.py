"""Who may import whom, as the table in CONTRIBUTING.md says."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "status_tracker"
ROW = re.compile(r"^\| `(?P<layer>\w+)` \|[^|]*\|(?P<allowed>[^|]*)\|$", re.MULTILINE)
MODULES = sorted(PACKAGE.rglob("*.py"))
WITHOUT_HOME_ASSISTANT = {"clients", "pipeline", "sources"}
ANYTHING = "everything"


def table() -> dict[str, set[str]]:
    """Return what each layer may import."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    return {
        row["layer"]: {ANYTHING}
        if ANYTHING in row["allowed"]
        else set(re.findall(r"`(\w+)`", row["allowed"]))
        for row in ROW.finditer(text)
    }


LAYERS = table()


def layer_of(module: str) -> str:
    """Return the layer of a module, named from the package on."""
    first = module.partition(".")[0]
    return first if first in LAYERS else "root"


def name_of(path: Path) -> str:
    """Return the name of a module, from the package on."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def imported(path: Path, text: str = "") -> Iterator[str]:
    """Give the modules a file imports, in functions and for types too; those of others begin with "!"."""
    ours = "custom_components.status_tracker"
    package = list(path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(text or path.read_text())):
        if isinstance(node, ast.Import):
            yield from (
                alias.name.removeprefix(f"{ours}.") if alias.name.startswith(ours) else f"!{alias.name}"
                for alias in node.names
            )
        elif (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and not f"{node.module}.".startswith(f"{ours}.")
        ):
            yield f"!{node.module}"
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = (node.module or "").removeprefix(ours).strip(".")
            module = ".".join([*base, *name.split(".")]).strip(".")
            inner = [f"{module}.{alias.name}".strip(".") for alias in node.names]
            yield from {one if one in NAMES else module for one in inner}


def test_every_layer_is_there() -> None:
    """The table names what there is, and all of it."""
    folders = {path.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE}
    assert folders <= LAYERS.keys()
    assert {layer for layer in LAYERS if layer != "root"} <= folders | {path.stem for path in MODULES}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from ..const import DOMAIN", {"const"}),
        ("from . import store", {"storage.store"}),
        ("from custom_components.status_tracker.clients.arr import ArrClient", {"clients.arr"}),
        ("from custom_components.status_tracker import coordinator", {"coordinator"}),
        ("import custom_components.status_tracker.coordinator", {"coordinator"}),
        ("from homeassistant.core import callback", {"!homeassistant.core"}),
        ("import aiohttp", {"!aiohttp"}),
    ],
)
def test_every_way_of_importing_is_seen(line: str, found: set[str]) -> None:
    """Relative or absolute, a module or what is in it."""
    assert set(imported(PACKAGE / "storage" / "new.py", line)) == found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports(path: Path) -> None:
    """A module imports only of its own layer and of those its layer may."""
    layer = layer_of(name_of(path))
    allowed = LAYERS[layer]
    ours = {layer_of(one) for one in imported(path) if not one.startswith("!")}
    assert ANYTHING in allowed or ours <= allowed | {layer}
    if layer in WITHOUT_HOME_ASSISTANT:
        assert not {one for one in imported(path) if one.startswith("!homeassistant")}


def test_no_circle() -> None:
    """No module imports itself through others."""
    TopologicalSorter(
        {name_of(path): {one for one in imported(path) if not one.startswith("!")} for path in MODULES}
    ).prepare()


def test_the_table_has_no_circle() -> None:
    """No layer stands above itself."""
    TopologicalSorter({layer: allowed - {ANYTHING} for layer, allowed in LAYERS.items()}).prepare()
