"""Take from what leaves the house all that tells of people, places and keys, yet keep what is equal equal."""

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
SHORTEST = 4  # anything shorter occurs in ordinary words


class Redactor:
    """Gives the same alias to the same thing, in the order of their coming; one for each report."""

    def __init__(self, secrets: Iterable[str], hosts: Iterable[str]) -> None:
        """Take the secrets and host names that are known, to find them inside of longer texts."""
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
        """Return the alias of something, e.g. "user 1"; an empty text stays empty."""
        if not text:
            return text
        known = self._aliases.setdefault(kind, {})
        return known.setdefault(text, f"{kind} {len(known) + 1}")

    def path(self, path: str) -> str:
        """Return a path with an alias for each part, e.g. "1/2/3.mkv": equal parts stay equal."""
        parts = [self.alias("part", part).removeprefix("part ") for part in path_parts(path)]
        extension = EXTENSION.search(path.casefold())
        return "/".join(parts) + (extension.group() if extension else "")

    def url(self, text: str) -> str:
        """Return an address as scheme, alias of the host and port, e.g. "http://host 1:7878"."""
        try:
            url = URL(text)
        except ValueError:
            return REDACTED
        if not url.host:
            return REDACTED if text else text
        below = "/…" if url.path.strip("/") or url.query_string or url.fragment else ""
        return f"{url.scheme}://{self.alias('host', url.host)}:{url.port}{below}"

    def text(self, text: str) -> str:
        """Return a text without secrets, addresses, hosts, e-mail addresses and the folders of paths."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        text = URLS.sub(lambda found: self.url(found.group()), text)
        text = MAILS.sub(lambda found: self.alias("mail", found.group()), text)
        text = ADDRESSES.sub(lambda found: self.alias("host", found.group()), text)
        for host in self._hosts:
            text = text.replace(host, self.alias("host", host))
        return without_folders(text)

    def walk(self, value: Any, key: str = "") -> Any:
        """Return plain data, however deep, each text taken for what its key says it is."""
        if isinstance(value, Mapping):
            return {name: self.walk(one, name) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.walk(one, key) for one in value]
        if isinstance(value, str):
            return self._by_key.get(key, self.text)(value)
        return value
