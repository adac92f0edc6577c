#!/bin/sh
# Puts a version of barrel-host on the board that this runs on, or the version before it back. `barrel flash` copies it there with the files beside it and runs it
# as root; it may be run by hand in the same way.
#
#   install.sh install ID [model] [config]   from the folder of this script: barrel-host, barrel-host.service, install.sh, road.barrel, barrel.json
#   install.sh rollback                      the version before; done twice, the newer one again
#   install.sh settle                        what the unit does before each start: ends or undoes a switch that a power cut broke off
#
# A version is a folder with all that it runs with, and the one that runs is a link, which a rename changes: whenever the power goes, the board comes up with a whole
# version. Model and configuration that the board has are kept unless 'model' or 'config' says that those beside this script are to take over. Where users find them
# are copies, each renamed into place; a mark stands while they are of two versions, and who sees it takes them from the version that runs.
# Exit codes: 0 done; 1 failed, and what ran before runs on; 3 there is no version before.
set -eu

# Another root than / is for tests.
root=${BARREL_ROOT:-}
opt=$root/opt/barrel
config=$root/etc/barrel/barrel.json
model=$root/var/lib/barrel/road.barrel
switching=$opt/switching
unit=$root/etc/systemd/system/barrel-host.service
user=barrel

fail() { echo "install: $*" >&2; exit 1; }

# Source, target, mode. Whoever looks finds the old file or the new one.
put() {
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  sync
  mv "$2.new" "$2"
}

# Link, what it names.
point() {
  ln -sfn "$2" "$1.new"
  mv -T "$1.new" "$1"
}

running() { readlink "$opt/current" 2>/dev/null || true; }
before() { readlink "$opt/previous" 2>/dev/null || true; }

# What the version that runs goes by now, which the user may have changed since it came.
keep() {
  [ -n "$(running)" ] || return 0
  [ ! -e "$config" ] || put "$config" "$opt/current/barrel.json" 644
  [ ! -e "$model" ] || put "$model" "$opt/current/road.barrel" 644
}

# Version.
take() {
  put "$opt/$1/road.barrel" "$model" 644
  put "$opt/$1/barrel.json" "$config" 644
  put "$opt/$1/barrel-host.service" "$unit" 644
}

# Version, the one before it or nothing.
switch_to() {
  : >"$switching"
  take "$1"
  if [ -n "$2" ]; then point "$opt/previous" "$2"; else rm -f "$opt/previous"; fi
  point "$opt/current" "$1"
  sync
  rm -f "$switching"
}

settle() {
  [ -e "$switching" ] || return 0
  [ -z "$(running)" ] || take "$(running)"
  rm -f "$switching"
}

# The unit tells that it is ready after its first decision, and this waits for that.
start() {
  systemctl daemon-reload
  systemctl enable barrel-host.service >/dev/null 2>&1 || return 1
  systemctl restart barrel-host.service
}

prepare() {
  for group in gpio spi video; do
    getent group $group >/dev/null || groupadd --system $group
  done
  getent passwd $user >/dev/null || useradd --system --user-group --no-create-home --home-dir /var/lib/barrel --shell /usr/sbin/nologin $user
  # Who flashes may ask the service how it is.
  [ -z "${SUDO_USER:-}" ] || [ "${SUDO_USER:-}" = root ] || usermod -a -G $user "$SUDO_USER"
  mkdir -p "$opt/versions" "$root/etc/barrel" "$root/etc/systemd/system"
  if [ ! -d "$root/var/lib/barrel" ]; then
    mkdir -p "$root/var/lib/barrel"
    chown $user:$user "$root/var/lib/barrel"
    chmod 750 "$root/var/lib/barrel"
  fi
  # Of an installation that was cut short.
  rm -rf "$opt"/versions/*.part "$opt"/*.new
}

case ${1:-} in
install)
  id=$2
  shift 2
  new_model=no new_config=no
  for word; do
    case $word in
    model) new_model=yes ;;
    config) new_config=yes ;;
    *) fail "'$word' means nothing here" ;;
    esac
  done
  here=$(cd "$(dirname "$0")" && pwd)
  prepare
  settle
  keep
  part=$opt/versions/$id.part
  mkdir "$part"
  for file in barrel-host.service install.sh road.barrel barrel.json; do
    put "$here/$file" "$part/$file" 644
  done
  put "$here/barrel-host" "$part/barrel-host" 755
  [ $new_model = yes ] || [ ! -e "$model" ] || put "$model" "$part/road.barrel" 644
  [ $new_config = yes ] || [ ! -e "$config" ] || put "$config" "$part/barrel.json" 644
  previous=$(running)
  older=$(before)
  version=versions/$id
  case $previous in
  "$version" | "$version+")
    # The same program again, with another model or configuration perhaps: a folder of its own, but nothing to go back to.
    [ "$previous" = "$version+" ] || version=$version+
    previous=
    ;;
  esac
  rm -rf "${opt:?}/$version"
  mv "$part" "$opt/$version"
  # What was put away to make room is no way back.
  [ "$older" != "$version" ] || older=
  switch_to "$version" "${previous:-$older}"
  if ! start; then
    if [ -n "$previous" ]; then
      switch_to "$previous" "$older"
      start || fail "neither this version nor the one before it gets ready; 'journalctl -u barrel-host' says why"
      fail "this version does not get ready, and the one before it runs again; 'journalctl -u barrel-host' says why"
    fi
    fail "it is in place but does not get ready; 'journalctl -u barrel-host' says why"
  fi
  for version in "$opt"/versions/*; do
    name=versions/$(basename "$version")
    [ "$name" = "$(running)" ] || [ "$name" = "$(before)" ] || rm -rf "$version"
  done
  ;;
rollback)
  previous=$(before)
  [ -n "$previous" ] && [ -x "$opt/$previous/barrel-host" ] || { echo "install: there is no version before this one" >&2; exit 3; }
  settle
  keep
  switch_to "$previous" "$(running)"
  start || fail "the version before is in place but does not get ready; 'journalctl -u barrel-host' says why"
  ;;
settle)
  settle
  ;;
*)
  fail "say 'install ID', 'rollback' or 'settle'"
  ;;
esac
