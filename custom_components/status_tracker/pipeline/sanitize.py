"""Sanitizing of messages from services before they are shown."""

import re

_NETWORK = r"\\\\[^\\\s]+\\(?:(?!\s\\)[^\\\n])+\\(?:(?:(?!\s\\)[^\\\n])+\\)*"
_WINDOWS = r"(?<!\w)[a-z]:\\(?:(?:(?!\s[a-z]:)[^\\\n])+\\)*"
_UNIX = r"(?<![\w/.])/(?=[^\s/])(?:(?:(?!\s/)[^/\n])+/)*"
_FOLDERS = re.compile(f"{_NETWORK}|{_WINDOWS}|{_UNIX}", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^\s/@]+@")


def without_folders(text: str) -> str:
    """Return a text with paths reduced to their last part and credentials removed from URLs."""
    return _FOLDERS.sub("", _USER.sub("", text))
