"""The zip that a release offers: the integration's folder, with the version stamped in."""

import json
from pathlib import Path
import subprocess
import zipfile

import pytest

ROOT = Path(__file__).parents[1]


def release(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run(
        [ROOT / "script" / "release", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_zip(tmp_path: Path) -> None:
    """Its root is the folder itself, as the store unpacks it."""
    target = tmp_path / "status_tracker.zip"
    assert release("1.2.3", str(target)).returncode == 0
    with zipfile.ZipFile(target) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist())
    assert (manifest["domain"], manifest["version"]) == ("status_tracker", "1.2.3")
    assert {"__init__.py", "translations/en.json", "pipeline/stages.py"} <= names
    assert not [name for name in names if "__pycache__" in name]
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert (hacs["zip_release"], hacs["filename"]) == (True, target.name)


@pytest.mark.parametrize("version", ["", "latest", "v1.0.0"])
def test_no_version(version: str) -> None:
    """What is no version is refused."""
    assert release(version).returncode != 0
