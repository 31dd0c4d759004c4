#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh TREE: build the kernel of a tree with a small config that boots in the
# QEMU machine, and print the path of its Image; vmlinux stands beside it. The
# tree is not written to, and must have no build of its own in it. Objects stay in
# the cache, a folder for each path and config, so that the next commit of a
# bisection builds only what has changed; ccache helps if it is there.
#
# Environment, all optional: KERNEL_DEBUG=1 adds KASAN, UBSAN and lockdep;
# CROSS_COMPILE; JOBS (the number of processors).
#
# Exit status: 0 printed; 1 failed; 2 usage; 125 the tree does not build, which is
# what `git bisect run` skips.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"

EXIT_NO_BUILD=125
here=$(cd "$(dirname "$0")" && pwd)

# The arm64 compiler, through ccache if there is one.
compiler() {
	local cc=${CROSS_COMPILE-}gcc

	if command -v ccache >/dev/null; then
		echo "ccache $cc"
	else
		echo "$cc"
	fi
}

kmake() {
	make -s -C "$tree" O="$out" ARCH=arm64 CROSS_COMPILE="${CROSS_COMPILE-}" \
		CC="$(compiler)" KBUILD_BUILD_TIMESTAMP='1 January 2024' \
		KBUILD_BUILD_USER=vgicheck KBUILD_BUILD_HOST=vgicheck "$@"
}

# Prints what goes into the config.
fragments() {
	cat "$here/vm.config"
	[ "${KERNEL_DEBUG:-0}" != 1 ] || cat "$here/debug.config"
}

# A config that is as it was is not touched: everything would be built again.
configure() {
	local wanted

	wanted=$(fragments | sha256sum; (cd "$tree" && find . -name 'Kconfig*' -print0 |
		sort -z | xargs -0 sha256sum) | sha256sum)
	[ "$wanted" != "$(cat "$out/.vgicheck" 2>/dev/null)" ] || return 0
	fragments >"$out/.fragment"
	kmake KCONFIG_ALLCONFIG="$out/.fragment" allnoconfig >/dev/null || return 1
	echo "$wanted" >"$out/.vgicheck"
}

build() {
	mkdir -p "$out" || die "cannot create '$out'"
	exec 8>"$out/.lock"
	flock 8
	if ! { configure && kmake -j"${JOBS:-$(nproc)}" Image; } >"$out/log" 2>&1; then
		tail -n 20 "$out/log" >&2
		echo "build.sh: '$tree' does not build; all of it: $out/log" >&2
		exit "$EXIT_NO_BUILD"
	fi
}

[ $# -eq 1 ] || usage 'takes one argument, a kernel tree'
[ -f "$1/arch/arm64/kvm/Kconfig" ] || usage "'$1' is no kernel tree with arm64 KVM"
[ "$(uname -m)" = aarch64 ] || CROSS_COMPILE=${CROSS_COMPILE:-aarch64-linux-gnu-}
tree=$(cd "$1" && pwd -P)
[ ! -f "$tree/.config" ] || usage "'$tree' has a build of its own in it; 'make mrproper' removes it"
out=$(cache_dir)/build/$({ echo "$tree"; fragments; } | sha256sum | cut -c 1-16)
build
echo "$out/arch/arm64/boot/Image"
