#!/bin/bash
# Fetches what the virtual board boots: Debian's arm64 kernel with its modules, and a busybox. All of it goes to obj/board, where the tests look for it.
# For Debian and its kin; needs no root, and leaves the machine's own package lists as they are. A second run finds all there and does nothing.
set -euo pipefail
cd "$(dirname "$0")"
board=obj/board
[ ! -e $board/vmlinuz ] || exit 0

work=$PWD/obj/board-in-the-making
rm -rf $board "$work"
mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial,log} "$work"/packages "$work"/board

# An apt of its own for arm64, which reads the machine's sources and keys and nothing else of it.
: >"$work/apt/status"
export APT_CONFIG="$work/apt/conf"
cat >"$APT_CONFIG" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Log "$work/apt/log";
Acquire::Languages "none";
Acquire::Retries "5";
END

apt-get update -qq
# The version is part of the package's name and moves with every update; linux-image-arm64 depends on the newest.
kernel=$(apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: *\(linux-image-[^ :]*\).*/\1/p' | head -n 1)
[ -n "$kernel" ] || { echo "linux-image-arm64 names no kernel" >&2; exit 1; }
(cd "$work/packages" && apt-get download -qq "$kernel" busybox-static)

dpkg --fsys-tarfile "$work"/packages/linux-image-*.deb | tar -x -C "$work/board" --wildcards './boot/vmlinuz-*' '*/lib/modules/*.ko*'
dpkg --fsys-tarfile "$work"/packages/busybox-static_*.deb | tar -x -C "$work/board" --wildcards '*/bin/busybox'
mv "$work"/board/boot/vmlinuz-* "$work/board/vmlinuz"
mv "$(find "$work/board" -path '*/bin/busybox')" "$work/board/busybox"
mv "$(find "$work/board" -type d -path '*/lib/modules')" "$work/board/modules"
find "$work/board/modules" -name '*.ko.xz' -exec xz -d {} +
mv "$work/board" $board
rm -rf "$work"
