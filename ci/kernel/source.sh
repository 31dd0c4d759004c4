#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh [VERSION]: print the path of kernel sources. Without an argument those
# that kvm_util is built from: $KSRC if it is set, else Debian's 6.12. With a
# VERSION those of Debian's linux-source-VERSION: what is installed in /usr/src,
# else the package, fetched. The part of them that is needed here is extracted into
# the cache, once for each package. It writes nothing into a tree named by KSRC.
#
# Exit status: 0 printed; 1 failed; 2 usage; 4 the archive has no such sources.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=ci/kernel/archive.sh
. "$(dirname "$0")/archive.sh"

# Files and folders; not each kernel has all of them.
parts='
Makefile
arch/arm64/include
arch/arm64/kernel/Makefile.syscalls
arch/arm64/kvm
arch/arm64/tools
drivers/irqchip/irq-gic*.[ch]
include/asm-generic
include/clocksource
include/kvm
include/linux
include/trace
include/uapi
include/vdso
lib/bsearch.c
lib/list_sort.c
lib/radix-tree.c
lib/rbtree.c
lib/xarray.c
scripts/syscall*
tools/arch/arm64
tools/include
tools/lib/rbtree.c
tools/testing/selftests/kselftest*.h
tools/testing/selftests/kvm
tools/testing/selftests/rseq
virt/kvm
'

installed=/usr/src/linux-source-%s.tar.xz

# Out of a tar.xz on standard input: the parts, of which some may not be there.
extract() {
	local version=$1 dest=$2 members=()

	read -r -d '' -a members < <(sed -n "s|^.|linux-source-$version/&|p" <<<"$parts")
	tar -xJ -C "$scratch" --wildcards --no-wildcards-match-slash "${members[@]}" \
		2>"$scratch/log" || grep -v 'Not found in archive\|Exiting with failure' "$scratch/log"
	[ -f "$scratch/linux-source-$version/virt/kvm/kvm_main.c" ] || return 1
	mkdir -p "${dest%/*}"
	rm -rf "$dest"
	mv "$scratch/linux-source-$version" "$dest" || exit 1
}

fetch() {
	local version=$1 key=$2 name=linux-source-$1

	make_scratch
	download_or_end "sources of kernel $version" "$suites" "${name/./\\.}"
	dest=$(cache_dir)/source/$version-$(sed 's/.*=//' "$scratch/package")-$key
	dpkg-deb --fsys-tarfile "$scratch"/*.deb | tar -xO "./usr/src/$name.tar.xz" |
		extract "$version" "$dest" || die "$(cat "$scratch/package") holds no kernel sources"
}

# The newest package that was fetched before, in dest.
find_fetched() {
	dest=$(find "$(cache_dir)/source" -maxdepth 1 -name "$1-*-$2" 2>/dev/null | sort -V | tail -n 1)
	[ -n "$dest" ]
}

debian() {
	local version=$1 tarball dest key

	look_up_kernel "$version"
	# Other parts make another folder.
	key=$(sha256sum <<<"$parts" | cut -c 1-8)
	# shellcheck disable=SC2059 # the format is the one above
	tarball=$(printf "$installed" "$version")
	if [ -f "$tarball" ]; then
		# A new package has another size or time: its sources get a folder of their own.
		dest=$(cache_dir)/source/$version-$(stat -c %s-%Y "$tarball")-$key
		if [ ! -d "$dest" ]; then
			lock_cache
			echo "extracting kernel sources from $tarball" >&2
			make_scratch
			[ -d "$dest" ] || extract "$version" "$dest" <"$tarball" ||
				die "cannot extract '$tarball'"
		fi
	elif ! find_fetched "$version" "$key"; then
		lock_cache
		find_fetched "$version" "$key" || fetch "$version" "$key"
	fi
	echo "$dest"
}

[ $# -le 1 ] || usage 'takes one argument at most, the version of a kernel'
if [ $# -eq 0 ] && [ -n "${KSRC:-}" ]; then
	[ -d "$KSRC/tools/testing/selftests/kvm" ] ||
		die "KSRC '$KSRC' is no kernel tree with tools/testing/selftests/kvm"
	(cd "$KSRC" && pwd)
else
	debian "${1:-6.12}"
fi
