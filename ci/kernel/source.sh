#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh: print the path of the kernel sources that kvm_util is built from:
# $KSRC if it is set, else what Debian's linux-source-6.12 holds, extracted in
# part into the cache. It writes nothing into a tree named by KSRC.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"

tarball=/usr/src/linux-source-6.12.tar.xz

parts='
arch/arm64/include/uapi
arch/arm64/kernel/Makefile.syscalls
arch/arm64/tools
include/uapi
scripts/syscall.tbl
scripts/syscallhdr.sh
tools/arch/arm64/include
tools/arch/arm64/tools
tools/include
tools/lib/rbtree.c
tools/testing/selftests/kselftest*.h
tools/testing/selftests/kvm
tools/testing/selftests/rseq
'

extract() {
	local dest=$1 top=linux-source-6.12 members=()

	make_scratch
	echo "extracting kvm_util from $tarball" >&2
	read -r -d '' -a members < <(sed -n "s|^.|$top/&|p" <<<"$parts")
	tar -xJf "$tarball" -C "$scratch" --wildcards "${members[@]}" ||
		die "cannot extract '$tarball'"
	mkdir -p "${dest%/*}"
	rm -rf "$dest"
	mv "$scratch/$top" "$dest" || exit 1
}

main() {
	local dest

	if [ -n "${KSRC:-}" ]; then
		[ -d "$KSRC/tools/testing/selftests/kvm" ] ||
			die "KSRC '$KSRC' is no kernel tree with tools/testing/selftests/kvm"
		(cd "$KSRC" && pwd)
		return
	fi
	[ -f "$tarball" ] || die "no '$tarball'; 'make setup' installs it, or give KSRC=TREE"
	# A new package has another size or time: its sources get a folder of their own.
	dest=$(cache_dir)/source/6.12-$(stat -c %s-%Y "$tarball")
	if [ ! -d "$dest" ]; then
		lock_cache
		[ -d "$dest" ] || extract "$dest"
	fi
	echo "$dest"
}

main
