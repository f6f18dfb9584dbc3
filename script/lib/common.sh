# Common parts of the scripts: paths, output, virtual environments.
# shellcheck shell=bash

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
UV_VERSION=0.13.9
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} # required behind a proxy

# The cache is shared by all clones; inside the clone if the home folder is not writable.
CACHE=${XDG_CACHE_HOME:-${HOME:-}/.cache}/status-tracker
mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] || CACHE=$ROOT/.cache

# say TEXT...: print a status message to standard error.
say() { printf '[%s] %s\n' "$(basename -- "$0")" "$*" >&2; }

# fail TEXT...: print an error message and exit.
fail() {
  say "$*"
  exit 1
}

# locked FILE COMMAND...: run COMMAND with a lock on FILE (without a lock if flock is missing).
locked() {
  local file=$1
  shift
  mkdir -p "$(dirname -- "$file")"
  if command -v flock >/dev/null; then
    (
      flock -n 9 || { say "waiting for another run to finish setting up"; flock 9; }
      "$@"
    ) 9>"$file"
  else
    "$@"
  fi
}

# python_with_pip: print the path of a Python 3 with pip, of any version.
python_with_pip() {
  local candidate
  for candidate in python3 /usr/bin/python3 python; do
    if "$candidate" -c 'import sys, pip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# find_uv: print the path of uv, installing it into the cache with pip if needed; fails otherwise.
find_uv() {
  local own=$CACHE/uv-$UV_VERSION/bin/uv python
  # The shim of a version manager can exist without working.
  if uv --version >/dev/null 2>&1; then
    command -v uv
  elif "$own" --version >/dev/null 2>&1; then
    echo "$own"
  elif python=$(python_with_pip); then
    say "installing uv $UV_VERSION"
    "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --upgrade \
      --target "$CACHE/uv-$UV_VERSION" "uv==$UV_VERSION" >&2 && "$own" --version >/dev/null && echo "$own"
  else
    return 1
  fi
}

# venv FOLDER REQUIREMENTS: create a Python 3.14 environment in FOLDER with REQUIREMENTS, unless it is up to date.
venv() { locked "$ROOT/.cache/${1##*/}.lock" _venv "$@"; }

_venv() {
  local folder=$1 requirements=$2 stamp=$1/.requirements.txt python uv
  if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 14, 2))' 2>/dev/null; then
    python=$("$ROOT/script/lib/python")
    say "creating ${folder##*/} with $python"
    rm -rf "$folder"
    if uv=$(find_uv); then
      "$uv" venv --quiet --no-project --python "$python" "$folder"
    else
      "$python" -m venv "$folder"
    fi
  fi
  if cmp -s "$requirements" "$stamp"; then return; fi
  say "installing ${requirements##*/} into ${folder##*/}"
  if uv=$(find_uv); then
    "$uv" pip install --quiet --python "$folder/bin/python" --requirements "$requirements"
  else
    "$folder/bin/python" -m pip --version >/dev/null 2>&1 || "$folder/bin/python" -m ensurepip >&2
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
  fi
  cp -- "$requirements" "$stamp"
}
