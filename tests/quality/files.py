"""Readers of the integration's files: parsed modules, JSON files, texts and the README."""

import ast
from functools import cache
import json
from pathlib import Path
import re
from typing import Any

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "custom_components" / "status_tracker"
PLATFORMS = ("binary_sensor", "calendar", "event", "sensor")


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
