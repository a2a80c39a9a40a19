#!/usr/bin/env bash
# Installs, upgrades and removes jarvisd. Asks nothing; run again, it changes only what differs.
# ./install.sh --help lists the options, ./install.sh --dry-run what would be done.
set -euo pipefail
umask 022

TREE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly TREE
# Python is to run our code only: neither these nor, by -I, the caller's directory may add to it.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX
readonly NEED_MB=400            # a venv with its libraries, beside the one before
readonly READY_TIMEOUT_S="${JARVISD_READY_TIMEOUT_S:-120}"

# DESTDIR puts every file under another root and leaves the running system alone, for packagers.
DESTDIR="${DESTDIR:-}"
MODE=system ACTION=install PREFIX='' DRY_RUN='' NO_START='' PURGE='' UPGRADE='' WHEELS=''
PIPER='' TOP=yes PREPARE='' FETCH=''

usage() {
  cat <<'END'
Usage: sudo ./install.sh [options]
       ./install.sh --user [options]

Installs jarvisd as a system service (or, with --user, as a service of your own), starts it, and
lets it say one sentence. Run it again to upgrade.

  --user           for you alone: ~/.local/share/jarvisd, systemctl --user; needs no root
  --prefix DIR     directory of the releases (/opt/jarvisd; ~/.local/share/jarvisd)
  --with-piper     with Piper's neural voices (about 200 MB more)
  --without-top    without the dashboard, jarvisctl top (about 20 MB less)
  --wheels DIR     take every Python package from DIR, nothing from the network
  --fetch DIR      only fill DIR for --wheels, for a host with the same Python; needs no root
  --prepare        only prepare the release, beside the one that runs; installing it is quick then
  --no-start       do not enable or start anything
  --upgrade        upgrade; fail if jarvisd is not installed
  --uninstall      remove everything except conversations, voices and configuration
  --purge          with --uninstall: remove these as well, and the user and group
  --dry-run        only print what would be done
  --help           this text

Environment: PYTHON (interpreter to build on), DESTDIR (root for packagers; implies --no-start),
JARVISD_READY_TIMEOUT_S (120).
END
}

# --- talking -------------------------------------------------------------------------------------

SCRATCH=''
STEP='reading the options' LEFT='Nothing was changed.' NEXT='./install.sh --help'

say() { printf '%s\n' "$*"; }
detail() { printf '    %s\n' "$*"; }
# What is being done, what is left behind if it fails, and how to go on then.
step() { STEP=$1 LEFT=$2 NEXT=$3; say "==> $1"; }

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  [ -z "${2:-}" ] || NEXT=$2
  exit 1
}

explain_failure() {
  local code=$?
  [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
  [ "$code" -ne 0 ] || return 0
  {
    printf '\nStopped while: %s (exit %s)\n' "$STEP" "$code"
    printf '  Left behind: %s\n' "$LEFT"
    printf '  Next:        %s\n' "$NEXT"
  } >&2
}
trap explain_failure EXIT

# --- doing, or only saying so --------------------------------------------------------------------

run() {
  if [ -n "$DRY_RUN" ]; then detail "would run: $(words "$@")"; else "$@"; fi
}

# A command line as one would type it; paths without DESTDIR.
words() {
  local word line=''
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:=@%+,-]*|'') word="'$word'" ;; esac
    line+="${line:+ }${word#"${DESTDIR:-/no/such/root}"}"
  done
  printf '%s' "$line"
}

CHANGED='' FORMER=()
# put MODE TARGET: writes stdin to TARGET where it differs, keeping the former file for a rollback.
# Never at the end of a pipe: what it remembers would be lost with the subshell.
put() {
  local mode=$1 target=$2 new=$SCRATCH/new
  cat >"$new"
  if [ -f "$target" ] && cmp -s "$new" "$target"; then return; fi
  CHANGED=yes
  if [ -n "$DRY_RUN" ]; then
    detail "would write: ${target#"$DESTDIR"}"
  else
    detail "${target#"$DESTDIR"}"
    make_directory "$(dirname "$target")"
    keep_former "$target"
    # Made beside and renamed over: nobody ever reads half a file.
    install -m "$mode" "$new" "$target.new.$$"
    mv -T "$target.new.$$" "$target"
  fi
}

link() {
  local to=$1 name=$2
  [ "$(readlink "$name" 2>/dev/null || true)" = "$to" ] && return
  if [ -n "$DRY_RUN" ]; then
    detail "would link: ${name#"$DESTDIR"} -> ${to#"$DESTDIR"}"
    return
  fi
  make_directory "$(dirname "$name")"
  # Made beside and renamed over: there is no moment without a link.
  ln -s "$to" "$name.new.$$"
  mv -T "$name.new.$$" "$name"
}

drop() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    if [ -n "$DRY_RUN" ]; then detail "would remove: ${path#"$DESTDIR"}"; else rm -rf "$path"; fi
  done
}

drop_if_empty() {
  local path
  for path in "$@"; do
    if [ -d "$path" ] && [ -z "$DRY_RUN" ]; then rmdir --ignore-fail-on-non-empty "$path"; fi
  done
}

# Directories that were not there before are written down: removing takes those, and no others.
make_directory() {
  local missing=$1 made=()
  while [ ! -d "$missing" ]; do
    made=("$missing" "${made[@]}")
    missing=$(dirname "$missing")
  done
  [ "${#made[@]}" -gt 0 ] || return 0
  mkdir -p "$1"
  # A packager's root knows nothing of the directories where the package will be unpacked.
  [ -z "$DESTDIR" ] || return 0
  if [ ! -d "$ROOT" ]; then make_directory "$ROOT"; fi
  printf '%s\n' "${made[@]}" >>"$ROOT/.directories"
}

drop_made_directories() {
  local path paths=()
  if [ -f "$ROOT/.directories" ]; then
    mapfile -t paths < <(sort -ru "$ROOT/.directories")
    drop "$ROOT/.directories"
  fi
  for path in "${paths[@]}"; do drop_if_empty "$path"; done
  # Installers before this one wrote nothing down; of this name it can only be ours.
  case $ROOT in */jarvisd) drop_if_empty "$ROOT" ;; esac
}

# The files of the release before, so that a rollback brings back its units with it: one by one, with
# their modes and owners. Never a directory: its mode is its owner's affair.
keep_former() {
  if [ -e "$1" ] || [ -L "$1" ]; then cp -a -T "$1" "$SCRATCH/former.${#FORMER[@]}"; fi
  FORMER+=("$1")
}

restore_former() {
  local number target kept
  for number in "${!FORMER[@]}"; do
    target=${FORMER[number]} kept=$SCRATCH/former.$number
    if [ -e "$kept" ] || [ -L "$kept" ]; then
      cp -a -T "$kept" "$target.new.$$"
      mv -T "$target.new.$$" "$target"
    else
      rm -f "$target"
    fi
  done
}

# --- options and places --------------------------------------------------------------------------

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --user) MODE=user ;;
      --prefix) [ $# -ge 2 ] || fail '--prefix needs a directory'; PREFIX=$2; shift ;;
      --prefix=*) PREFIX=${1#*=} ;;
      --wheels) [ $# -ge 2 ] || fail '--wheels needs a directory'; WHEELS=$2; shift ;;
      --wheels=*) WHEELS=${1#*=} ;;
      --fetch) [ $# -ge 2 ] || fail '--fetch needs a directory'; FETCH=$2; shift ;;
      --fetch=*) FETCH=${1#*=} ;;
      --with-piper) PIPER=yes ;;
      --without-top) TOP='' ;;
      --prepare) PREPARE=yes ;;
      --no-start) NO_START=yes ;;
      --upgrade) UPGRADE=yes ;;
      --uninstall) ACTION=uninstall ;;
      --purge) PURGE=yes ;;
      --dry-run) DRY_RUN=yes ;;
      --help | -h) usage; exit 0 ;;
      *) fail "unknown option: $1" ;;
    esac
    shift
  done
  [ -z "$PURGE" ] || [ "$ACTION" = uninstall ] || fail '--purge goes with --uninstall'
  [ -z "$DESTDIR" ] || NO_START=yes
  if [ -n "$WHEELS" ]; then
    [ -d "$WHEELS" ] || fail "there is no directory $WHEELS"
    WHEELS=$(cd "$WHEELS" && pwd)
  fi
  case $DESTDIR in '' | /*) ;; *) fail "DESTDIR must be an absolute path, not $DESTDIR" ;; esac
  DESTDIR=${DESTDIR%/}
  case $FETCH in '' | /*) ;; *) FETCH=$PWD/$FETCH ;; esac
  case ${PYTHON:-} in '' | /*) ;; */*) PYTHON=$PWD/$PYTHON ;; esac
}

set_places() {
  if [ "$MODE" = user ]; then
    local home=${HOME:?HOME is not set}
    : "${PREFIX:=$home/.local/share/jarvisd}"
    BIN=$home/.local/bin
    UNITS=${XDG_CONFIG_HOME:-$home/.config}/systemd/user
    CONFIG=${XDG_CONFIG_HOME:-$home/.config}/jarvisd
    STATE=${XDG_STATE_HOME:-$home/.local/state}/jarvisd
    SHARE=${XDG_DATA_HOME:-$home/.local/share}
    BASH_COMPLETION=$SHARE/bash-completion/completions/jarvisctl
    ZSH_COMPLETION=$SHARE/zsh/site-functions/_jarvisctl
    FISH_COMPLETION=${XDG_CONFIG_HOME:-$home/.config}/fish/completions/jarvisctl.fish
    FISH_FORMERLY=''
    CTL=(systemctl --user)
  else
    : "${PREFIX:=/opt/jarvisd}"
    BIN=$DESTDIR/usr/local/bin
    UNITS=$DESTDIR/etc/systemd/system
    CONFIG=$DESTDIR/etc/jarvisd
    STATE=$DESTDIR/var/lib/jarvisd
    SHARE=$DESTDIR/usr/local/share
    BASH_COMPLETION=$SHARE/bash-completion/completions/jarvisctl
    ZSH_COMPLETION=$SHARE/zsh/site-functions/_jarvisctl
    FISH_FORMERLY=$SHARE/fish/vendor_completions.d/jarvisctl.fish
    # fish looks below /usr/local only where XDG_DATA_DIRS says so, and here always.
    FISH_COMPLETION=$DESTDIR/etc/fish/completions/jarvisctl.fish
    CTL=(systemctl)
  fi
  case $PREFIX in /*) ;; *) fail "--prefix must be an absolute path, not $PREFIX" ;; esac
  # systemd or the shell would take these for something else.
  case $PREFIX in
    *[\"\'\\\$\`%[:cntrl:]]*) fail "--prefix must not contain quotes, any of \\ \$ % \` and no control characters" ;;
  esac
  PREFIX=${PREFIX%/}
  CURRENT=$PREFIX/current          # as the running system sees it
  ROOT=$DESTDIR$PREFIX
  [ "$MODE" = system ] || ROOT=$PREFIX
}

# --- checks: everything that can be known before anything is changed ------------------------------

check() {
  step 'Checking this machine' 'Nothing was changed.' 'Fix the problem above, then run the same command again.'
  check_rights
  check_systemd
  check_python
}

check_rights() {
  [ -z "$DRY_RUN$DESTDIR" ] || return 0
  if [ "$MODE" = system ] && [ "$(id -u)" -ne 0 ]; then
    fail 'a system service is installed by root' 'sudo ./install.sh, or ./install.sh --user for yourself'
  fi
  if [ "$MODE" = user ] && [ "$(id -u)" -eq 0 ]; then
    fail '--user is for a user, and this is root' 'Run it as yourself, without sudo.'
  fi
}

check_systemd() {
  [ -z "$NO_START$DRY_RUN" ] || return 0
  local version
  [ -d /run/systemd/system ] \
    || fail 'this machine does not run systemd' 'Use --no-start, then start jarvisd in another way.'
  version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 252 ] || fail "systemd $version is too old: 252 is needed (Debian 12)"
  if [ "$MODE" = user ]; then
    : "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
    export XDG_RUNTIME_DIR
    systemctl --user show-environment >/dev/null 2>&1 \
      || fail "the systemd of your user does not answer" "Log in again, or: sudo loginctl enable-linger $(id -un)"
  fi
}

check_python() {
  local candidate found=''
  if [ -n "${PYTHON:-}" ]; then
    found=$(versioned "$PYTHON") || [ -n "$DRY_RUN" ] \
      || fail "PYTHON=$PYTHON is not a usable Python 3.11 or newer" \
        "Name another one, or none: then the system's own is taken."
  else
    for candidate in /usr/bin/python3 /usr/bin/python3.1[1-9] /usr/local/bin/python3 \
      "$(command -v python3 || true)"; do
      if found=$(versioned "$candidate"); then break; fi
    done
  fi
  if [ -z "$found" ]; then
    [ -z "$DRY_RUN" ] || { PYTHON=/usr/bin/python3; return; }
    fail 'no Python 3.11 or newer was found outside home directories' \
      'sudo apt install python3 python3-venv; or name one: sudo PYTHON=/path/to/python3 ./install.sh'
  fi
  PYTHON=$found
  [ -n "$DRY_RUN" ] && return
  PIP_WHEEL=$("$PYTHON" -I - <<'END' || true
import ensurepip, pathlib, sysconfig
places = [sysconfig.get_config_var("WHEEL_PKG_DIR"), pathlib.Path(ensurepip.__file__).parent / "_bundled"]
print(next(str(w) for place in places if place for w in sorted(pathlib.Path(place).glob("pip-*.whl"))))
END
  )
  [ -n "$PIP_WHEEL" ] || fail "$PYTHON cannot make virtual environments" 'sudo apt install python3-venv'
  detail "$("$PYTHON" -I --version) at $PYTHON"
}

# The interpreter behind a name, under the name that keeps its version: /usr/bin/python3 is another
# Python after the distribution's next upgrade, which does not look where this one put the packages.
# A service may not look into home directories, so its interpreter must not live there.
versioned() {
  local found
  [ -n "$1" ] || return 1
  found=$("$1" -I - 2>/dev/null <<'END'
import os, sys
if sys.version_info < (3, 11):
    sys.exit(1)
base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
beside = os.path.join(os.path.dirname(base), "python%d.%d" % sys.version_info[:2])
print(beside if os.path.exists(beside) and os.path.samefile(base, beside) else base)
END
  ) || return 1
  if [ "$MODE" = system ] && [ -z "$FETCH" ]; then
    case $found in /root/* | /home/*) return 1 ;; esac
  fi
  printf '%s' "$found"
}

# Only where a release is to be made: what is there already takes no more room.
check_disk() {
  local place=$ROOT free need=$NEED_MB
  [ -z "$DRY_RUN" ] || return 0
  [ -z "$PIPER" ] || need=$((need + 300))
  while [ ! -d "$place" ]; do place=$(dirname "$place"); done
  free=$(df -m --output=avail "$place" | tail -n 1 | tr -d ' ')
  [ "$free" -ge "$need" ] || fail "$place has $free MB free; $need MB are needed"
  detail "$free MB free on $place"
}

# --- the release: one virtual environment per version, never changed once made --------------------

installed_version() {
  local target
  target=$(readlink "$ROOT/current" 2>/dev/null || true)
  [ -z "$target" ] || basename "$target"
}

choose_release() {
  local wheel
  VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' "$TREE/pyproject.toml" | head -n 1)
  SOURCE=$TREE
  wheel=''
  if [ -n "$WHEELS" ]; then
    wheel=$(find "$WHEELS" -maxdepth 1 -name 'jarvisd-*.whl' | sort -V | tail -n 1)
  fi
  if [ -n "$wheel" ]; then
    SOURCE=$wheel
    VERSION=$(basename "$wheel" | cut -d- -f2)
  fi
  LOCKS=(base ${TOP:+tui} ${PIPER:+piper})
  FINGERPRINT=$(fingerprint)
  # The same version made of other files is another release: 0.1.0, 0.1.0.2, 0.1.0.3 …
  local count=1
  NAME=$VERSION
  while [ -e "$ROOT/$NAME" ] && ! made "$NAME" && [ -f "$ROOT/$NAME/.made-of" ]; do
    count=$((count + 1))
    NAME=$VERSION.$count
  done
  RELEASE=$ROOT/$NAME
}

fingerprint() {
  local lock
  {
    printf '%s %s\n' "${LOCKS[*]}" "$PYTHON"
    "$PYTHON" -I --version || true
    for lock in "${LOCKS[@]}" source; do cat "$TREE/lock/$lock.txt"; done
    if [ -f "$SOURCE" ]; then
      cat "$SOURCE"
    else
      find "$TREE/jarvisd" "$TREE/tui" "$TREE/pyproject.toml" -type f \
        \( -name '*.py' -o -name '*.toml' -o -name '*.sql' -o -name 'py.typed' \) -print0 \
        | sort -z | xargs -0 cat
    fi
  } | sha256sum | cut -d' ' -f1
}

# Made of these files, and still alive: where its interpreter is gone, or another one stands at that
# place, none of its packages is found.
made() {
  [ "$(cat "$ROOT/$1/.made-of" 2>/dev/null || true)" = "$FINGERPRINT" ] && alive "$1"
}

alive() { released "$1" jarvisd --version >/dev/null 2>&1; }

# released NAME COMMAND …: runs a command of a release, where it lies now.
released() {
  local bin=$ROOT/$1/bin command=$2
  shift 2
  if [ -n "$DESTDIR" ]; then "$bin/python3" -I "$bin/$command" "$@"; else "$bin/$command" "$@"; fi
}

make_release() {
  if made "$NAME"; then
    detail "jarvisd $NAME is there already"
    return
  fi
  step "Making jarvisd $NAME in $PREFIX/$NAME" \
    "An unfinished $PREFIX/$NAME, which the next run replaces. What was installed before still runs." \
    'Read the message above; with a network or a complete --wheels directory, run the same command again.'
  drop "$RELEASE"
  if [ -n "$DRY_RUN" ]; then
    detail "would run: $(words "$PYTHON" -I -m venv --without-pip "$RELEASE")"
    detail "would run: pip install --require-hashes$(printf ' -r lock/%s.txt' "${LOCKS[@]}") -r lock/source.txt${WHEELS:+ from $WHEELS}"
    detail "would install: $(words "$SOURCE")"
    return
  fi
  make_directory "$ROOT"
  "$PYTHON" -I -m venv --without-pip "$RELEASE"
  install_locked "$RELEASE" "${LOCKS[@]}"
  build_sources
  build_wheel
  # What it needs is there, and checked; nothing else may come with it.
  pip_of "$RELEASE" install --no-index --no-deps --no-compile --no-warn-script-location \
    "${SOURCES[@]}" "$WHEEL"
  finish_release
  alive "$NAME" || fail 'the new release does not work: jarvisd --version fails'
  printf '%s\n' "$FINGERPRINT" >"$RELEASE/.made-of"
}

# pip is Python's own copy; it is not left in the release. It is unpacked, because from its wheel it
# would be compiled anew at each call. What it says of its own next versions (-W) helps no owner.
pip_of() {
  local venv=$1 command=$2
  shift 2
  if [ ! -d "$SCRATCH/pip" ]; then "$PYTHON" -I -m zipfile -e "$PIP_WHEEL" "$SCRATCH/pip"; fi
  PIP_ROOT_USER_ACTION=ignore "$venv/bin/python3" -I -W ignore "$SCRATCH/pip/pip" "$command" \
    --quiet --disable-pip-version-check --no-cache-dir "$@"
}

# Wheels only, each with a hash that we know: no code of theirs runs while root unpacks them, and it does
# not matter from which index they came.
install_locked() {
  local venv=$1 lock from
  shift
  mapfile -t from < <(origin)
  for lock in "$@"; do from+=(-r "$TREE/lock/$lock.txt"); done
  pip_of "$venv" install --require-hashes --only-binary :all: --no-deps --no-compile \
    --no-warn-script-location "${from[@]}"
}

# Options that name where packages come from.
origin() { if [ -n "$WHEELS" ]; then printf '%s\n' --no-index --find-links "$WHEELS"; fi; }

# What builds, and is not installed; made once.
build_environment() {
  if [ -d "$SCRATCH/build" ]; then return; fi
  "$PYTHON" -I -m venv --without-pip "$SCRATCH/build"
  install_locked "$SCRATCH/build" build
}

# What exists as source only: built apart, with what lock/build.txt names. Its code runs then, but it is
# the code that we know by its hash, and nothing else comes with it.
sources() { grep -q == "$TREE/lock/source.txt"; }

from_source() {
  local command=$1
  shift
  build_environment
  (cd "$SCRATCH" && pip_of "$SCRATCH/build" "$command" --require-hashes --no-deps --no-build-isolation \
    --use-pep517 --no-binary :all: "$@" -r "$TREE/lock/source.txt")
}

# Sets SOURCES: wheels of what exists as source only, built here.
build_sources() {
  local from
  SOURCES=()
  if ! sources; then return; fi
  mapfile -t from < <(origin)
  from_source wheel --wheel-dir "$SCRATCH/sources" "${from[@]}"
  SOURCES=("$SCRATCH"/sources/*.whl)
}

# Sets WHEEL: our own, built with what lock/build.txt names, or the one that --wheels brought. Building
# leaves files behind, which must be neither root's in an owner's tree nor in the next build.
build_wheel() {
  WHEEL=$SOURCE
  if [ -f "$SOURCE" ]; then return; fi
  mkdir -p "$SCRATCH/source" "$SCRATCH/wheel"
  cp -R "$TREE"/{jarvisd,tui,pyproject.toml,README.md,LICENSE} "$SCRATCH/source/"
  build_environment
  if ! (cd "$SCRATCH/source" && "$SCRATCH/build/bin/python3" -I -m hatchling build -t wheel -d "$SCRATCH/wheel") \
    >"$SCRATCH/built" 2>&1; then
    cat "$SCRATCH/built" >&2
    fail 'the wheel of jarvisd could not be built'
  fi
  WHEEL=$(echo "$SCRATCH"/wheel/jarvisd-*.whl)
}

# A release knows the place where it will run, never DESTDIR, and brings compiled code: the service may
# not write there. Libraries' own commands and tests are left out.
finish_release() {
  local python=$PREFIX/$NAME/bin/python3 bin=$RELEASE/bin
  find "$bin" -mindepth 1 ! -name 'python*' -delete
  launcher "$python" jarvisd.__main__ >"$bin/jarvisd"
  launcher "$python" jarvisctl.cli >"$bin/jarvisctl"
  chmod 755 "$bin"/jarvis{d,ctl}
  sed -i '/^command = /d' "$RELEASE/pyvenv.cfg"
  "$bin/python3" -I -m compileall -q -j 0 -x '/tests/' ${DESTDIR:+-s "$DESTDIR" -p /} "$RELEASE/lib" \
    >/dev/null || true
}

# A command of a release. A path with a space, or a long one, cannot stand behind #!: then the shell
# reads the second line, and Python takes it for a text.
launcher() {
  local python=$1 module=$2
  if [ "${#python}" -gt 120 ] || [[ $python == *[[:space:]]* ]]; then
    printf "#!/bin/sh\n'''exec' '%s' \"\$0\" \"\$@\"\n'''\n" "$python"
  else
    printf '#!%s\n' "$python"
  fi
  printf 'import sys\nfrom %s import main\n\nsys.exit(main())\n' "$module"
}

# --fetch: everything that --wheels takes, checked against the same hashes.
fetch() {
  local locks=(base build ${TOP:+tui} ${PIPER:+piper}) lock without_top=''
  if [ -z "$TOP" ]; then without_top=' --without-top'; fi
  step "Fetching packages into $FETCH" "Packages in $FETCH, which the next run completes." \
    'Run the same command again.'
  if [ -n "$DRY_RUN" ]; then
    detail "would run: pip download --require-hashes$(printf ' -r lock/%s.txt' "${locks[@]}") -r lock/source.txt into $FETCH"
    return
  fi
  "$PYTHON" -I -m venv --without-pip "$SCRATCH/fetch"
  for lock in "${locks[@]}"; do
    pip_of "$SCRATCH/fetch" download --require-hashes --only-binary :all: --no-deps \
      -d "$FETCH" -r "$TREE/lock/$lock.txt"
  done
  if sources; then from_source download -d "$FETCH"; fi
  say "On the host without a network: sudo ./install.sh --wheels DIR${PIPER:+ --with-piper}${without_top}"
}

# --- files around the release ---------------------------------------------------------------------

make_user() {
  [ "$MODE" = system ] || return 0
  step 'Making user, group and directories' 'Users and directories, which do no harm.' 'Run the same command again.'
  put 644 "$DESTDIR/usr/lib/sysusers.d/jarvisd.conf" <"$TREE/systemd/jarvisd.sysusers"
  put 644 "$DESTDIR/usr/lib/tmpfiles.d/jarvisd.conf" <"$TREE/systemd/jarvisd.tmpfiles"
  # A package's own scripts do this where it is unpacked.
  if [ -n "$DESTDIR" ]; then return; fi
  run systemd-sysusers jarvisd.conf
  run systemd-tmpfiles --create jarvisd.conf
}

write_config() {
  if [ -e "$CONFIG/jarvisd.toml" ]; then
    detail "keeping ${CONFIG#"$DESTDIR"}/jarvisd.toml"
  else
    put 644 "$CONFIG/jarvisd.toml" <"$TREE/etc/jarvisd.toml"
  fi
}

write_units() {
  step 'Writing configuration, units and commands' \
    'Files of the new release; the daemon that runs is still the one before.' 'Run the same command again.'
  write_config
  local source=$TREE/systemd name
  [ "$MODE" = system ] || source=$TREE/systemd/user
  for name in jarvisd.service jarvisd.socket; do
    put 644 "$UNITS/$name" < <(with_command "$source/$name")
  done
  if [ "$MODE" = system ]; then
    put 644 "$UNITS/jarvis.slice" <"$source/jarvis.slice"
    put 644 "$UNITS/llama-server.service.d/jarvis.conf" <"$source/llama-server.service.d/jarvis.conf"
  fi
  link "$CURRENT/bin/jarvisd" "$BIN/jarvisd"
  link "$CURRENT/bin/jarvisctl" "$BIN/jarvisctl"
}

# A unit with the place of our commands, in quotes where systemd wants them.
with_command() {
  local line command=$CURRENT/bin/jarvisd
  case $command in *[!A-Za-z0-9_./-]*) command='"'$command'"' ;; esac
  while IFS= read -r line; do
    case $line in ExecStart=*/current/bin/jarvisd) line=ExecStart=$command ;; esac
    printf '%s\n' "$line"
  done <"$1"
}

write_completion() {
  local shell target
  drop "$FISH_FORMERLY"
  for shell in bash zsh fish; do
    case $shell in
      bash) target=$BASH_COMPLETION ;;
      zsh) target=$ZSH_COMPLETION ;;
      fish) target=$FISH_COMPLETION ;;
    esac
    if [ -n "$DRY_RUN" ]; then
      detail "would write: ${target#"$DESTDIR"}"
    elif [ "$1" = "$NAME" ] && [ -f "$target" ]; then
      continue
    elif released "$NAME" jarvisctl completion "$shell" >"$SCRATCH/completion" 2>/dev/null; then
      put 644 "$target" <"$SCRATCH/completion"
    fi
  done
  if [ "$MODE" = system ] && [ -f "$TREE/systemd/jarvisd.catalog" ]; then
    put 644 "$DESTDIR/usr/lib/systemd/catalog/jarvisd.catalog" <"$TREE/systemd/jarvisd.catalog"
    if [ -z "$DESTDIR" ]; then run journalctl --update-catalog; fi
  fi
  local page name
  for page in "$TREE"/man/*.[1-8]; do
    name=${page##*/}
    if [ -f "$page" ]; then put 644 "$SHARE/man/man${page##*.}/$name" <"$page"; fi
  done
}

# --- in force: flip, restart, look, and back if it does not answer --------------------------------

start() {
  local before=$1
  if [ -n "$NO_START" ]; then
    link "$NAME" "$ROOT/current"
    say "Installed, not started. To start: ${CTL[*]} enable --now jarvisd.socket jarvisd.service"
    return
  fi
  if [ "$before" = "$NAME" ] && [ -z "$CHANGED" ] && answers; then
    say "jarvisd $NAME runs already."
    return
  fi
  step "Starting jarvisd $NAME" \
    "jarvisd $NAME in $PREFIX/$NAME, installed but not running." \
    'journalctl -u jarvisd -n 50; then run the same command again.'
  link "$NAME" "$ROOT/current"
  run "${CTL[@]}" daemon-reload
  run "${CTL[@]}" --quiet enable jarvisd.socket jarvisd.service
  if restart && answers; then return; fi
  roll_back "$before"
}

# The socket stays open throughout: a connection made meanwhile waits and is served.
restart() {
  run "${CTL[@]}" reset-failed jarvisd.socket jarvisd.service 2>/dev/null || true
  run "${CTL[@]}" start jarvisd.socket || return
  if [ -n "$DRY_RUN" ]; then
    run "${CTL[@]}" restart jarvisd.service
    return
  fi
  timeout "$READY_TIMEOUT_S" "${CTL[@]}" restart jarvisd.service
}

# Healthy: the daemon that answers is the release that was just made.
answers() {
  [ -z "$DRY_RUN" ] || return 0
  local shown
  shown=$("$RELEASE/bin/jarvisctl" ${SOCKET:+--socket "$SOCKET"} version --json 2>/dev/null) || return
  [[ $shown == *'"'"$("$RELEASE/bin/jarvisd" --version | cut -d' ' -f2)"'"'* ]] || return
  "${CTL[@]}" --quiet is-active jarvisd.service
}

roll_back() {
  local before=$1
  say "jarvisd $NAME did not become ready. Its last log lines:"
  journal | sed 's/^/    /' >&2 || true
  if [ -z "$before" ] || { [ "$before" = "$NAME" ] && [ "${#FORMER[@]}" -eq 0 ]; }; then
    fail "jarvisd $NAME does not start" 'Fix the problem in the log lines above, then: systemctl restart jarvisd'
  fi
  step "Going back to jarvisd $before" "Both releases in $PREFIX; current points to $before." \
    "journalctl -u jarvisd; then: ${CTL[*]} restart jarvisd"
  link "$before" "$ROOT/current"
  restore_former
  RELEASE=$ROOT/$before
  "${CTL[@]}" daemon-reload
  if restart && answers; then
    [ "$before" = "$NAME" ] || drop "$ROOT/$NAME"
    LEFT="jarvisd $before, running as before. What was new was removed."
    fail "jarvisd $NAME did not start, so $before was restored" 'Please report the log lines above.'
  fi
  fail "neither $NAME nor $before starts"
}

journal() {
  if [ "$MODE" = user ]; then
    journalctl --user -u jarvisd.service -n 15 -o cat --no-pager
  else
    journalctl -u jarvisd.service -n 15 -o cat --no-pager
  fi
}

# Kept are the one in force, the one before it to go back to, and what was made since; of all these only
# what still runs.
remove_old_releases() {
  local before=$1 made_of name
  if [ -n "$DRY_RUN$DESTDIR" ] || [ -z "$before" ] || [ "$before" = "$NAME" ]; then return; fi
  for made_of in "$ROOT"/*/.made-of; do
    name=$(basename "$(dirname "$made_of")")
    if [ "$name" = "$NAME" ] || [ "$name" = current ]; then continue; fi
    if [ "$made_of" -ot "$ROOT/$before/.made-of" ] || ! alive "$name"; then drop "$ROOT/$name"; fi
  done
}

greet() {
  [ -z "$NO_START" ] || return 0
  step 'Saying a first sentence' "jarvisd $NAME, installed and running." 'jarvisctl status'
  if [ -n "$DRY_RUN" ]; then
    detail 'would say: jarvisd is installed and ready.'
    return
  fi
  if ! timeout 120 "$RELEASE/bin/jarvisctl" say 'jarvisd is installed and ready.'; then
    detail 'It could not be said; the reason is above, and jarvisctl status knows more.'
  fi
  say "jarvisd $NAME is ready. Next: jarvisctl status; jarvisctl ask \"How is this machine?\""
  if [ "$MODE" = system ]; then
    say "Members of group jarvis may use it: sudo usermod -aG jarvis ${SUDO_USER:-YOU}"
  fi
}

install_all() {
  if [ -n "$FETCH" ]; then
    check_python
    fetch
    return
  fi
  check
  local before
  before=$(installed_version)
  if [ -n "$UPGRADE" ] && [ -z "$before" ]; then
    fail "there is no jarvisd in $PREFIX to upgrade" 'Run it without --upgrade.'
  fi
  choose_release
  made "$NAME" || check_disk
  if [ -n "$PREPARE" ]; then
    make_release
    say "jarvisd $NAME is prepared. To install it, run the same command without --prepare."
    return
  fi
  if [ -n "$before" ] && [ "$before" != "$NAME" ]; then say "Upgrading jarvisd $before to $NAME"; fi
  make_user
  make_release
  write_units
  write_completion "$before"
  start "$before"
  remove_old_releases "$before"
  greet
}

# --- removing -------------------------------------------------------------------------------------

uninstall() {
  check_rights
  step 'Stopping jarvisd' 'Everything is still installed.' 'Run the same command again.'
  if managed && { [ -n "$DRY_RUN" ] || [ -e "$UNITS/jarvisd.service" ]; }; then
    run "${CTL[@]}" --quiet disable --now jarvisd.socket jarvisd.service || true
    if [ "$MODE" = system ]; then stop_slice; fi
  fi
  step 'Removing jarvisd' 'Part of the files.' 'Run the same command again.'
  drop "$UNITS"/jarvisd.{service,socket} "$UNITS/jarvis.slice" \
    "$UNITS/llama-server.service.d/jarvis.conf" "$BIN/jarvisd" "$BIN/jarvisctl" \
    "$BASH_COMPLETION" "$ZSH_COMPLETION" "$FISH_COMPLETION" "$FISH_FORMERLY" "$SHARE"/man/man[1-8]/jarvis{d,ctl}*.[1-8]
  drop_if_empty "$UNITS"/{jarvisd,llama-server}.service.d
  if [ "$MODE" = system ]; then
    drop "$DESTDIR"/usr/lib/{sysusers,tmpfiles}.d/jarvisd.conf \
      "$DESTDIR/usr/lib/systemd/catalog/jarvisd.catalog" "$DESTDIR/run/jarvisd"
  fi
  if managed; then
    if [ "$MODE" = system ]; then run journalctl --update-catalog; fi
    run "${CTL[@]}" daemon-reload
    run "${CTL[@]}" reset-failed jarvisd.service jarvisd.socket 2>/dev/null || true
  fi
  drop_releases
  if [ -n "$PURGE" ]; then purge; fi
  drop_made_directories
  if [ -n "$PURGE" ]; then say 'jarvisd is removed, with its data.'; else
    say "jarvisd is removed. Kept: ${STATE#"$DESTDIR"} and ${CONFIG#"$DESTDIR"}${NAMES_KEPT}."
    say 'To remove those, too: ./install.sh --uninstall --purge'
  fi
}

# Whether there is a systemd to tell, and we may.
managed() { [ -z "$NO_START" ] && { [ -n "$DRY_RUN" ] || [ -d /run/systemd/system ]; }; }

# llama-server may still be in it: stopping the slice would stop that, too.
stop_slice() {
  if [ -z "$DRY_RUN" ] && grep -qs '^populated 1' /sys/fs/cgroup/jarvis.slice/cgroup.events; then
    detail 'jarvis.slice stays until what runs in it is restarted: systemctl status jarvis.slice'
    return
  fi
  run systemctl stop jarvis.slice || true
}

# Only what was made here: --prefix may name a directory that holds other things.
drop_releases() {
  local venv
  for venv in "$ROOT"/*/pyvenv.cfg; do
    if [ -f "$venv" ]; then drop "$(dirname "$venv")"; fi
  done
  drop "$ROOT/current"
}

purge() {
  drop "$STATE" "$CONFIG" "$UNITS/jarvisd.service.d"
  if [ "$MODE" = system ] && [ -z "$DESTDIR" ]; then
    # Without members the group goes with its user, and nobody is warned about it.
    if [ -n "$DRY_RUN" ] || getent group jarvis >/dev/null 2>&1; then run gpasswd --members '' jarvis; fi
    if [ -n "$DRY_RUN" ] || id jarvis >/dev/null 2>&1; then run userdel jarvis; fi
    if getent group jarvis >/dev/null 2>&1; then run groupdel jarvis; fi
  fi
}

# Who only reads this file, as its tests do, gets the functions.
if [ "${BASH_SOURCE[0]}" != "$0" ]; then return 0; fi
read_options "$@"
set_places
NAMES_KEPT=''
[ "$MODE" = user ] || NAMES_KEPT=', and the user jarvis, who owns the data'
SOCKET=''
[ "$MODE" = system ] || SOCKET=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/jarvisd/control.sock
SCRATCH=$(mktemp -d)
cd /
if [ "$ACTION" = uninstall ]; then uninstall; else install_all; fi
