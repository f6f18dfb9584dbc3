"""Checks of the manifest, the repository files and the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import struct

from .integration import DOMAIN, PLATFORMS, Integration

MANIFEST = {
    "domain",
    "name",
    "codeowners",
    "config_flow",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "version",
}
MANIFEST_OPTIONAL = {"after_dependencies", "dependencies", "loggers", "requirements"}
HACS = {"name", "homeassistant", "filename", "zip_release", "hide_default_branch", "persistent_directory"}
# Included in Home Assistant with a lower bound only: an exact pin would replace its copy.
UNPINNED = {"mashumaro"}
BRAND = {"icon.png": (256, 256), "icon@2x.png": (512, 512), "logo.png": None, "logo@2x.png": None}
# Imports from homeassistant.components that need no entry in the manifest.
FREE = {
    "calendar",
    "binary_sensor",
    "diagnostics",
    "event",
    "llm",
    "persistent_notification",
    "repairs",
    "sensor",
    "system_health",
}
# Packages and the ones they may import, besides themselves.
ROOMS: dict[str, set[str]] = {"clients": set(), "pipeline": set(), "sources": {"clients", "pipeline"}}


def check_manifest(it: Integration) -> None:
    """Check the keys of the manifest, their order, URLs, version and requirements."""
    keys = list(it.manifest)
    for key in MANIFEST - set(keys):
        it.fault("manifest.json", f"{key} is missing")
    for key in set(keys) - MANIFEST - MANIFEST_OPTIONAL:
        it.fault("manifest.json", f"{key} is unknown")
    if keys != sorted(keys, key=lambda key: (key != "domain", key != "name", key)):
        it.fault("manifest.json", "keys must be sorted: domain, name, then alphabetically")
    if it.manifest.get("domain") != DOMAIN:
        it.fault("manifest.json", f"domain is not {DOMAIN}")
    for key in ("documentation", "issue_tracker"):
        if not str(it.manifest.get(key)).startswith("https://"):
            it.fault("manifest.json", f"{key} is not an HTTPS URL")
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", str(it.manifest.get("version"))):
        it.fault("manifest.json", "version is not like 1.2.3")
    for requirement in it.manifest.get("requirements", []):
        if re.split(r"[<>=!~]", requirement)[0] not in UNPINNED and "==" not in requirement:
            it.fault("manifest.json", f"{requirement} is not pinned")


def check_hacs(it: Integration) -> None:
    """Check the requirements of HACS."""
    hacs = it.load(it.root / "hacs.json")
    if "name" not in hacs:
        it.fault("hacs.json", "name is missing")
    for key in set(hacs) - HACS:
        it.fault("hacs.json", f"{key} is unknown")
    if hacs.get("zip_release") and "filename" not in hacs:
        it.fault("hacs.json", "zip_release needs filename")
    if len(list(it.root.glob("custom_components/*/manifest.json"))) != 1:
        it.fault("custom_components", "there must be exactly one integration")
    for name in ("README.md", "LICENSE"):
        if not (it.root / name).is_file():
            it.fault(name, "is missing")


def check_brand(it: Integration) -> None:
    """Check that the images are PNGs in the required sizes."""
    for name, expected in BRAND.items():
        path = it.folder / "brand" / name
        head = path.read_bytes()[:24] if path.is_file() else b""
        if not head.startswith(b"\x89PNG\r\n\x1a\n"):
            it.fault(f"brand/{name}", "is not a PNG")
            continue
        size = struct.unpack(">II", head[16:24])
        if expected is None:
            low = 256 if "@2x" in name else 128
            if not low <= min(size) <= 2 * low:
                it.fault(f"brand/{name}", f"the shorter side is {min(size)}, not {low} to {2 * low}")
        elif size != expected:
            it.fault(f"brand/{name}", f"is {size[0]}x{size[1]}")


def check_imports(it: Integration) -> None:
    """Check the dependencies in the manifest and the imports between packages."""
    named = {*it.manifest.get("dependencies", []), *it.manifest.get("after_dependencies", [])}
    for path, module in it.code.items():
        room = path.parts[0] if len(path.parts) > 1 else ""
        for line, (top, *rest) in imports(path, module):
            where = f"{path}:{line}"
            if top == "homeassistant":
                if room in ROOMS:
                    it.fault(where, f"{room} must not import Home Assistant")
                if rest[:1] == ["components"] and rest[1:] and rest[1] not in named | FREE:
                    it.fault(where, f"{rest[1]} is missing in the dependencies of the manifest")
            elif top == DOMAIN and room in ROOMS and rest and rest[0] not in ROOMS[room] | {room}:
                it.fault(where, f"{room} must not import {rest[0]}")
    for platform in PLATFORMS:
        code = it.code.get(Path(f"{platform}.py"))
        if code and "PARALLEL_UPDATES" not in ast.unparse(code):
            it.fault(f"{platform}.py", "does not set PARALLEL_UPDATES")
    if bool(it.manifest.get("config_flow")) != (Path("config_flow.py") in it.code):
        it.fault("manifest.json", "config_flow does not match config_flow.py")


def imports(path: Path, module: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the dotted parts of every import; those of the integration start with its domain."""
    package = [DOMAIN, *path.parts[:-1]]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            for alias in node.names:
                yield node.lineno, [*base, alias.name]
