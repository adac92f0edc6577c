#!/bin/bash
# Fetches what the virtual board boots: Debian's arm64 kernel with its modules, and a busybox; and builds gpio-sim, simulated pins whose other side a test can
# watch, which Debian's kernel has in its sources alone. All of it goes to obj/board, where the tests look for it.
# For Debian and its kin, with make and the cross compiler aarch64-linux-gnu-gcc; needs no root, and leaves the machine's own package lists as they are. A second
# run finds all there and does nothing.
set -euo pipefail
cd "$(dirname "$0")"
board=obj/board
[ ! -e $board/vmlinuz ] || [ ! -e $board/modules/gpio-sim.ko ] || exit 0

work=$PWD/obj/board-in-the-making
rm -rf "$work"
mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial,log} "$work"/{packages,board,headers,source,gpio-sim}

# An apt of its own, for the board and for what runs here to build its module, which reads the machine's sources and keys and nothing else of it.
: >"$work/apt/status"
export APT_CONFIG="$work/apt/conf"
cat >"$APT_CONFIG" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; "$(dpkg --print-architecture)"; };
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
release=${kernel#linux-image-}
series=$(echo "$release" | cut -d . -f 1,2)
(cd "$work/packages" && apt-get download -qq "$kernel" busybox-static \
  "linux-headers-$release" "linux-headers-${release%-arm64}-common" "linux-kbuild-$series:$(dpkg --print-architecture)" "linux-source-$series")

dpkg --fsys-tarfile "$work"/packages/linux-image-*.deb | tar -x -C "$work/board" --wildcards './boot/vmlinuz-*' '*/lib/modules/*.ko*'
dpkg --fsys-tarfile "$work"/packages/busybox-static_*.deb | tar -x -C "$work/board" --wildcards '*/bin/busybox'
mv "$work"/board/boot/vmlinuz-* "$work/board/vmlinuz"
mv "$(find "$work/board" -path '*/bin/busybox')" "$work/board/busybox"
mv "$(find "$work/board" -type d -path '*/lib/modules')" "$work/board/modules"
find "$work/board/modules" -name '*.ko.xz' -exec xz -d {} +

# gpio-sim, with the simulated interrupts that it asks for. Debian's makefiles name places under /usr/src and the compiler of the packagers.
for package in "$work"/packages/linux-{headers,kbuild}-*.deb; do
  dpkg -x "$package" "$work/headers"
done
headers=$work/headers/usr/src/linux-headers-$release
echo "include ${headers%-arm64}-common/Makefile" >"$headers/Makefile"
cat >"$headers/.kernelvariables" <<END
override ARCH = arm64
override KERNELRELEASE = $release
override CROSS_COMPILE = aarch64-linux-gnu-
END
# The first reader stops at the last of the three files, and who still writes to it is told of a broken pipe.
dpkg --fsys-tarfile "$work"/packages/linux-source-*.deb 2>/dev/null | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' 2>/dev/null \
  | tar -xJ -C "$work/source" --strip-components=1 --occurrence=1 --wildcards '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c' || true
cp "$work"/source/drivers/gpio/gpio{-sim.c,lib.h} "$work/gpio-sim/"
# Modules may not look descriptors up; the call that they may make finds the same handler.
sed 's/handle_simple_irq(irq_to_desc(\(.*\)));/generic_handle_irq(\1);/' "$work/source/kernel/irq/irq_sim.c" >"$work/gpio-sim/irq-sim.c"
cat >"$work/gpio-sim/Kbuild" <<END
obj-m := pins.o
pins-y := gpio-sim.o irq-sim.o
END
make -s -C "$headers" M="$work/gpio-sim" modules >"$work/gpio-sim/log" 2>&1 || { cat "$work/gpio-sim/log" >&2; exit 1; }
mv "$work/gpio-sim/pins.ko" "$work/board/modules/gpio-sim.ko"
rm -rf $board
mv "$work/board" $board
rm -rf "$work"
