"""Checks of texts, icons and actions for consistency with each other and the code."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import string

from .integration import PLATFORMS, Integration, Tree

# Texts used by helpers of Home Assistant.
IMPLICIT = {"already_configured", "already_in_progress", "reauth_successful", "reconfigure_successful"}
KEY = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
ADDRESS = re.compile(r"\w+://|www\.", re.IGNORECASE)
HTML = re.compile(r"</?[a-z!][^>]*>", re.IGNORECASE)

type Keys = tuple[str, ...]


def check_texts(it: Integration) -> None:
    """Check the format of all texts, and that all languages have the same keys as English."""
    english = dict(leaves(it.english))
    for path in sorted(it.folder.glob("translations/*.json")):
        texts = dict(leaves(it.load(path)))
        for keys in english.keys() ^ texts.keys():
            it.fault(path.name, f"{'.'.join(keys)} is {'missing' if keys in english else 'not in en.json'}")
        for keys, text in texts.items():
            where = f"{path.name} {'.'.join(keys)}"
            for wrong in text_faults(text):
                it.fault(where, wrong)
            if keys in english and placeholders(text) != placeholders(english[keys]):
                it.fault(where, "placeholders differ from English")


def check_sections(it: Integration) -> None:
    """Check the sections of the English texts with a special structure."""
    for name, flow in flows(it):
        if "step" not in flow:
            it.fault("en.json", f"{name} has no step")
        for step, texts in flow.get("step", {}).items():
            if (fields := set(texts.get("data", {}))) != (told := set(texts.get("data_description", {}))):
                it.fault("en.json", f"{name}.step.{step}: {sorted(fields ^ told)} lacks name or description")
    for kind, flow in it.english.get("config_subentries", {}).items():
        if "entry_type" not in flow or "user" not in flow.get("initiate_flow", {}):
            it.fault("en.json", f"config_subentries.{kind} needs entry_type and initiate_flow.user")
    for key, issue in it.english.get("issues", {}).items():
        if "title" not in issue or ("description" in issue) == ("fix_flow" in issue):
            it.fault("en.json", f"issues.{key} needs title and one of description and fix_flow")


def check_keys(it: Integration) -> None:
    """Check the format of keys."""
    for section in ("conditions", "entity", "exceptions", "issues", "selector", "services", "triggers"):
        for keys, _ in leaves(it.english.get(section, {})):
            for key in keys:
                if not KEY.fullmatch(key):
                    it.fault("en.json", f"{section}: {key} is not a translation key")


def check_usage(it: Integration) -> None:
    """Check that all texts used by the code exist, and that all texts are used."""
    known: dict[str, set[str]] = {name: set() for name in ("step", "abort", "error")}
    steps: set[str] = set()
    for _, flow in flows(it):
        for name, keys in known.items():
            keys.update(flow.get(name, {}))
    for path, module in it.code.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                check_call(it, path, node, known)
            elif isinstance(node, ast.AsyncFunctionDef):
                steps.add(node.name.removeprefix("async_step_"))
    used = it.words | IMPLICIT | steps
    entities = {key for keys in it.english.get("entity", {}).values() for key in keys}
    sections = [("exceptions", set(it.english.get("exceptions", {}))), ("entity", entities)]
    sections += [("issues", set(it.english.get("issues", {}))), *known.items()]
    for section, keys in sections:
        for key in keys - used:
            it.fault("en.json", f"{section} {key} is not used by the code")


def check_call(it: Integration, path: Path, call: ast.Call, known: dict[str, set[str]]) -> None:
    """Check that the literal arguments of a call refer to existing texts."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    literal = {
        word.arg: word.value.value
        for word in call.keywords
        if word.arg and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
    }
    given = {word.arg for word in call.keywords}
    where = f"{path}:{call.lineno}"
    for argument, section in (("step_id", "step"), ("reason", "abort")):
        wanted = literal.get(argument)
        if (
            wanted
            and name in {"async_show_form", "async_show_menu", "async_abort"}
            and wanted not in known[section]
        ):
            it.fault(where, f"en.json has no {section} {wanted}")
    if (key := literal.get("translation_key")) is None:
        return
    if name == "async_create_issue":
        section, keys = "issues", set(it.english.get("issues", {}))
    elif "translation_domain" in given:
        section, keys = "exceptions", set(it.english.get("exceptions", {}))
    elif path.stem in PLATFORMS:
        section, keys = f"entity.{path.stem}", set(it.english.get("entity", {}).get(path.stem, {}))
    else:
        return
    if key not in keys:
        it.fault(where, f"en.json has no {section}.{key}")


def check_actions(it: Integration) -> None:
    """Check that actions, triggers and conditions have the same fields in YAML, texts and icons."""
    for section in ("services", "triggers", "conditions"):
        check_described(it, section)


def check_described(it: Integration, section: str) -> None:
    """Check the descriptions in one of these files; keys starting with a dot are YAML anchors."""
    file = f"{section}.yaml"
    actions = {key: spec for key, spec in it.load(it.folder / file).items() if not key.startswith(".")}
    texts = it.english.get(section, {})
    icons = it.load(it.folder / "icons.json").get(section, {})
    for name, keys in (("en.json", set(texts)), ("icons.json", set(icons))):
        for action in keys ^ set(actions):
            it.fault(name, f"{section}: {action} is in only one of it and {file}")
    for action, spec in actions.items():
        fields = dict(fields_of(spec or {}))
        told = texts.get(action, {})
        for field in set(fields) ^ set(told.get("fields", {})):
            it.fault(file, f"{action}.{field} is in only one of it and en.json")
        for what, entry in ((action, told), *told.get("fields", {}).items()):
            if not {"name", "description"} <= set(entry):
                it.fault("en.json", f"{section}.{action}: {what} needs name and description")
        for field, about in fields.items():
            selector = (about.get("selector") or {}).get("select") or {}
            key = selector.get("translation_key")
            if key and key not in it.english.get("selector", {}):
                it.fault(file, f"{action}.{field}: en.json has no selector.{key}")


def check_icons(it: Integration) -> None:
    """Check that icons exist, differ from the default and belong to an entity with texts."""
    icons = it.load(it.folder / "icons.json")
    for keys, icon in leaves(icons):
        if not str(icon).startswith("mdi:"):
            it.fault("icons.json", f"{'.'.join(keys)}: {icon} is not an mdi icon")
    for platform, entities in icons.get("entity", {}).items():
        for key, icon in entities.items():
            texts = it.english.get("entity", {}).get(platform, {}).get(key)
            if texts is None:
                it.fault("icons.json", f"entity.{platform}.{key} has no text")
            for state, picture in icon.get("state", {}).items():
                if picture == icon.get("default"):
                    it.fault("icons.json", f"entity.{platform}.{key}.{state} is equal to the default")
                if texts and state not in texts.get("state", {state: ""}):
                    it.fault("icons.json", f"entity.{platform}.{key}.{state} is no state")


def flows(it: Integration) -> list[tuple[str, Tree]]:
    """Return the flows with texts, by name."""
    flows: list[tuple[str, Tree]] = [
        (name, it.english[name]) for name in ("config", "options") if name in it.english
    ]
    flows += [
        (f"issues.{key}", issue["fix_flow"])
        for key, issue in it.english.get("issues", {}).items()
        if "fix_flow" in issue
    ]
    return flows + [
        (f"config_subentries.{kind}", flow) for kind, flow in it.english.get("config_subentries", {}).items()
    ]


def leaves(node: object, path: Keys = ()) -> Iterator[tuple[Keys, object]]:
    """Yield every value of a nested mapping with its keys."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, str(key)))
    else:
        yield path, node


def fields_of(action: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield the fields of an action, including those in sections."""
    for name, field in (action.get("fields") or {}).items():
        if isinstance(field, dict) and "fields" in field:
            yield from fields_of(field)
        else:
            yield name, field or {}


def text_faults(text: object) -> Iterator[str]:
    """Yield the faults in the format of a text."""
    if not isinstance(text, str):
        yield "is not a text"
        return
    if text != text.strip() or not text:
        yield "is empty or has a space at an end"
    if HTML.search(text):
        yield "has HTML"
    if ADDRESS.search(text):
        yield "has an address: use a placeholder"
    if "[%key:" in text:
        yield "refers to another text, which only core can"
    if re.search(r"'\{\w+\}'", text):
        yield "has a placeholder in single quotes"


def placeholders(text: object) -> set[str]:
    """Return the names of the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}
