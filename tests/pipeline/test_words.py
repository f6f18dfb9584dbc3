"""What services say is shown without the folders it names."""

import pytest

from custom_components.status_tracker.pipeline.sanitize import without_folders


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "No files are eligible in /downloads/complete/Foo Bar (2010)",
            "No files are eligible in Foo Bar (2010)",
        ),
        ("Failed to move /a b/c.mkv to /d/e.mkv: full", "Failed to move c.mkv to e.mkv: full"),
        ("'/data/x/y.mkv' is a sample", "'y.mkv' is a sample"),
        ("path:/data/x", "path:x"),
        (r"C:\down loads\x\f.mkv is locked by D:\g\h.exe", "f.mkv is locked by h.exe"),
        (r"\\nas\share\films\f.mkv is gone", "f.mkv is gone"),
        ("and/or 3/4, a / b, 5.1/7.1", "and/or 3/4, a / b, 5.1/7.1"),
        ("http://user:word@nas:80/x/y refuses", "http://nas:80/x/y refuses"),
        ("Not an upgrade for existing file", "Not an upgrade for existing file"),
        ("", ""),
    ],
)
def test_folders_are_left_out(said: str, shown: str) -> None:
    """A path is cut down to its name; fractions, choices and addresses stay."""
    assert without_folders(said) == shown
