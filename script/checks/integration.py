"""The integration as used by the checks."""

import ast
from functools import cached_property
import json
from pathlib import Path
from typing import Any

import yaml

DOMAIN = "status_tracker"
PLATFORMS = ("binary_sensor", "calendar", "event", "sensor")

type Tree = dict[str, Any]


class Integration:
    """Files of the integration, and the faults found in them."""

    def __init__(self, root: Path) -> None:
        """Initialize with the root folder of the repository."""
        self.root = root
        self.folder = root / "custom_components" / DOMAIN
        self.faults: list[str] = []

    def fault(self, where: str, what: str) -> None:
        """Add a fault."""
        self.faults.append(f"{where}: {what}")

    def load(self, path: Path) -> Tree:
        """Load a JSON or YAML mapping, empty if the file is missing."""
        if not path.is_file():
            return {}
        try:
            text = path.read_text(encoding="utf-8")
            data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as err:
            self.fault(path.name, str(err))
            return {}
        return data if isinstance(data, dict) else {}

    @cached_property
    def code(self) -> dict[Path, ast.Module]:
        """All modules of the integration, parsed."""
        paths = sorted(self.folder.rglob("*.py"))
        return {path.relative_to(self.folder): ast.parse(path.read_text(encoding="utf-8")) for path in paths}

    @cached_property
    def words(self) -> set[str]:
        """All strings in the code, to find unused translations."""
        nodes = (node for module in self.code.values() for node in ast.walk(module))
        return {
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    @cached_property
    def english(self) -> Tree:
        """English texts, the source of all translations."""
        return self.load(self.folder / "translations/en.json")

    @cached_property
    def manifest(self) -> Tree:
        """The manifest."""
        return self.load(self.folder / "manifest.json")
