"""What the services say in their own words, made fit to be shown."""

import re

_NETWORK = r"\\\\[^\\\s]+\\(?:(?!\s\\)[^\\\n])+\\(?:(?:(?!\s\\)[^\\\n])+\\)*"
_WINDOWS = r"(?<!\w)[a-z]:\\(?:(?:(?!\s[a-z]:)[^\\\n])+\\)*"
_UNIX = r"(?<![\w/.])/(?=[^\s/])(?:(?:(?!\s/)[^/\n])+/)*"
_FOLDERS = re.compile(f"{_NETWORK}|{_WINDOWS}|{_UNIX}", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^\s/@]+@")


def without_folders(text: str) -> str:
    """Return a text with paths cut down to the names they end in, and no credentials in addresses."""
    return _FOLDERS.sub("", _USER.sub("", text))
