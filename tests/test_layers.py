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


def imported(path: Path) -> Iterator[str]:
    """Give the modules a file imports, in functions and for types too; those of others begin with "!"."""
    package = list(path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (f"!{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield f"!{node.module}"
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            inner = [f"{module}.{alias.name}".strip(".") for alias in node.names]
            yield from {one if one in NAMES else module for one in inner}


def test_every_layer_is_there() -> None:
    """The table names what there is, and all of it."""
    folders = {path.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE}
    assert folders <= LAYERS.keys()
    assert {layer for layer in LAYERS if layer != "root"} <= folders | {path.stem for path in MODULES}


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
