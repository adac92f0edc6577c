#!/bin/sh
# Puts a version of barrel-host on the board that this runs on, or the version before it back. `barrel flash` copies it there with the files beside it and runs it
# as root; it may be run by hand in the same way.
#
#   install.sh install ID [model] [config]   from the folder of this script: barrel-host, barrel-host.service, install.sh, road.barrel, barrel.json
#   install.sh rollback                      the version before; done twice, the newer one again
#
# A version is a folder, and the one that runs is a link, which a rename changes: whenever the power goes, the board comes up with a whole version. Model and
# configuration that the board has are kept unless 'model' or 'config' says that those beside this script are to take over. They too are renamed into place, and a
# version keeps those that it ran with for its way back.
# Exit codes: 0 done; 1 failed, and what ran before runs on; 3 there is no version before.
set -eu

# Another root than / is for tests.
root=${BARREL_ROOT:-}
opt=$root/opt/barrel
config=$root/etc/barrel/barrel.json
model=$root/var/lib/barrel/road.barrel
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
  ln -s "$2" "$1.new"
  mv -T "$1.new" "$1"
}

running() { readlink "$opt/current" 2>/dev/null || true; }

# What the version that runs goes by now, which the user may have changed since it came.
keep() {
  [ -n "$(running)" ] || return 0
  [ ! -e "$config" ] || put "$config" "$opt/current/barrel.json" 644
  [ ! -e "$model" ] || put "$model" "$opt/current/road.barrel" 644
}

# Version, yes where its model takes over, yes where its configuration does.
switch_to() {
  before=$(running)
  [ "$2" = no ] && [ -e "$model" ] || put "$opt/$1/road.barrel" "$model" 644
  [ "$3" = no ] && [ -e "$config" ] || put "$opt/$1/barrel.json" "$config" 644
  put "$opt/$1/barrel-host.service" "$unit" 644
  [ -z "$before" ] || [ "$before" = "$1" ] || point "$opt/previous" "$before"
  point "$opt/current" "$1"
  sync
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
  keep
  part=$opt/versions/$id.part
  mkdir "$part"
  for file in barrel-host.service install.sh road.barrel barrel.json; do
    put "$here/$file" "$part/$file" 644
  done
  put "$here/barrel-host" "$part/barrel-host" 755
  if [ "$(running)" != "versions/$id" ]; then
    rm -rf "${opt:?}/versions/$id"
    mv "$part" "$opt/versions/$id"
  else
    # The same program again, with another model or configuration perhaps.
    for file in road.barrel barrel.json barrel-host.service install.sh; do
      mv "$part/$file" "$opt/versions/$id/$file"
    done
    rm -rf "$part"
  fi
  previous=$(running)
  switch_to "versions/$id" $new_model $new_config
  if ! start; then
    if [ -n "$previous" ] && [ "$previous" != "versions/$id" ]; then
      switch_to "$previous" yes yes
      start || fail "neither this version nor the one before it gets ready; 'journalctl -u barrel-host' says why"
      fail "this version does not get ready, and the one before it runs again; 'journalctl -u barrel-host' says why"
    fi
    fail "it is in place but does not get ready; 'journalctl -u barrel-host' says why"
  fi
  for version in "$opt"/versions/*; do
    name=versions/$(basename "$version")
    [ "$name" = "$(running)" ] || [ "$name" = "$(readlink "$opt/previous" 2>/dev/null || true)" ] || rm -rf "$version"
  done
  ;;
rollback)
  previous=$(readlink "$opt/previous" 2>/dev/null || true)
  [ -n "$previous" ] && [ -x "$opt/$previous/barrel-host" ] || { echo "install: there is no version before this one" >&2; exit 3; }
  keep
  switch_to "$previous" yes yes
  start || fail "the version before is in place but does not get ready; 'journalctl -u barrel-host' says why"
  ;;
*)
  fail "say 'install ID' or 'rollback'"
  ;;
esac
