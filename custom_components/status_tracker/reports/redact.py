"""Redaction of people, places and keys in reports; equal values get equal aliases."""

from collections.abc import Callable, Iterable, Mapping
import re
from typing import Any

from yarl import URL

from ..pipeline.ids import path_parts
from ..pipeline.sanitize import without_folders

REDACTED = "**REDACTED**"
URLS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
MAILS = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+\.\w+")
ADDRESSES = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
EXTENSION = re.compile(r"\.[a-z0-9]{1,5}$")
SHORTEST = 4  # shorter values occur in ordinary words


class Redactor:
    """Replaces values by numbered aliases in order of appearance; one instance per report."""

    def __init__(self, secrets: Iterable[str], hosts: Iterable[str]) -> None:
        """Initialize with known secrets and host names, which are also replaced inside longer texts."""
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True)
        self._hosts = sorted({one for one in hosts if len(one) >= SHORTEST}, key=len, reverse=True)
        self._aliases: dict[str, dict[str, str]] = {}
        self._by_key: Mapping[str, Callable[[str], str]] = {
            "path": self.path,
            "paths": self.path,
            "url": self.url,
            "poster": self.url,
            "requested_by": lambda text: self.alias("user", text),
            "indexer": lambda text: self.alias("indexer", text),
            "client": lambda text: self.alias("client", text),
            "download_id": lambda text: self.alias("download", text.casefold()),
            "download_ids": lambda text: self.alias("download", text.casefold()),
            "hashes": lambda text: self.alias("download", text.casefold()),
        }

    def alias(self, kind: str, text: str) -> str:
        """Return the alias of a value, e.g. "user 1"; empty values are unchanged."""
        if not text:
            return text
        known = self._aliases.setdefault(kind, {})
        return known.setdefault(text, f"{kind} {len(known) + 1}")

    def path(self, path: str) -> str:
        """Return a path with an alias for each part, e.g. "1/2/3.mkv"."""
        parts = [self.alias("part", part).removeprefix("part ") for part in path_parts(path)]
        extension = EXTENSION.search(path.casefold())
        return "/".join(parts) + (extension.group() if extension else "")

    def url(self, text: str) -> str:
        """Return a URL with an alias for the host, e.g. "http://host 1:7878"."""
        try:
            url = URL(text)
        except ValueError:
            return REDACTED
        if not url.host:
            return REDACTED if text else text
        below = "/…" if url.path.strip("/") or url.query_string or url.fragment else ""
        return f"{url.scheme}://{self.alias('host', url.host)}:{url.port}{below}"

    def text(self, text: str) -> str:
        """Return a text without secrets, URLs, hosts, e-mail addresses and folders of paths."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        text = URLS.sub(lambda found: self.url(found.group()), text)
        text = MAILS.sub(lambda found: self.alias("mail", found.group()), text)
        text = ADDRESSES.sub(lambda found: self.alias("host", found.group()), text)
        for host in self._hosts:
            text = text.replace(host, self.alias("host", host))
        return without_folders(text)

    def walk(self, value: Any, key: str = "") -> Any:
        """Redact nested data; the key of a value determines its type."""
        if isinstance(value, Mapping):
            return {name: self.walk(one, name) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.walk(one, key) for one in value]
        if isinstance(value, str):
            return self._by_key.get(key, self.text)(value)
        return value
