# Shared by the scripts: where things live, how to say something, how a virtual environment is made.
# shellcheck shell=bash

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
UV_VERSION=0.13.9
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} # behind a proxy only the machine's own certificates are any good

# A machine's cache serves every clone; a home that cannot be written to falls back to this clone's own.
CACHE=${XDG_CACHE_HOME:-${HOME:-}/.cache}/status-tracker
mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] || CACHE=$ROOT/.cache

# say TEXT...: tell the person what is happening, apart from any output that is data.
say() { printf '[%s] %s\n' "$(basename -- "$0")" "$*" >&2; }

# fail TEXT...: say why and stop.
fail() {
  say "$*"
  exit 1
}

# locked FILE COMMAND...: run COMMAND while nobody else holds FILE (without flock: just run it).
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

# python_with_pip: print any Python 3 that has pip, whatever its version.
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

# find_uv: print a working uv, fetching one into the cache where pip can; fails where neither is to be had.
find_uv() {
  local own=$CACHE/uv-$UV_VERSION/bin/uv python
  # A version manager's shim may exist and refuse to run.
  if uv --version >/dev/null 2>&1; then
    command -v uv
  elif "$own" --version >/dev/null 2>&1; then
    echo "$own"
  elif python=$(python_with_pip); then
    say "fetching uv $UV_VERSION"
    "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --upgrade \
      --target "$CACHE/uv-$UV_VERSION" "uv==$UV_VERSION" >&2 && "$own" --version >/dev/null && echo "$own"
  else
    return 1
  fi
}

# venv FOLDER REQUIREMENTS: make FOLDER a Python 3.14 environment that holds REQUIREMENTS; nothing if it does.
venv() { locked "$ROOT/.cache/${1##*/}.lock" _venv "$@"; }

_venv() {
  local folder=$1 requirements=$2 stamp=$1/.requirements.txt python uv
  if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 14, 2))' 2>/dev/null; then
    python=$("$ROOT/script/lib/python")
    say "making ${folder##*/} with $python"
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
