#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch.sh VERSION: print the path of a stock Debian arm64 kernel image, and
# fetch it into the cache first if it is not there.
#
# Exit status: 0 printed; 1 failed; 2 usage; 4 the archive has no such kernel.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=ci/kernel/archive.sh
. "$(dirname "$0")/archive.sh"

# QEMU boots a plain Image: unwrap an EFI zboot image. Its header gives "zimg" at
# 4, the payload's offset at 8, its size at 12 and the compression's name at 24.
unwrap() {
	local image=$1 offset size type

	[ "$(dd if="$image" bs=1 skip=4 count=4 2>/dev/null | tr -d '\0')" = zimg ] || return 0
	offset=$(od -An -tu4 -j8 -N4 "$image" | tr -d ' ')
	size=$(od -An -tu4 -j12 -N4 "$image" | tr -d ' ')
	type=$(dd if="$image" bs=1 skip=24 count=8 2>/dev/null | tr -d '\0')
	case $type in
	gzip) tail -c +$((offset + 1)) "$image" | head -c "$size" | gzip -dc >"$image.plain" ;;
	zstd*) tail -c +$((offset + 1)) "$image" | head -c "$size" | zstd -qdc >"$image.plain" ;;
	xzkern | xz) tail -c +$((offset + 1)) "$image" | head -c "$size" | xz -dc >"$image.plain" ;;
	*) die "cannot unwrap a zboot image compressed by '$type'" ;;
	esac
	[ -s "$image.plain" ] || die "cannot unwrap the zboot image"
	mv "$image.plain" "$image"
}

fetch() {
	local version=$1 dest=$2

	make_scratch
	download_or_end "kernel $version" "$suites" "$images"
	mkdir "$scratch/new"
	dpkg-deb --fsys-tarfile "$scratch"/*.deb |
		tar -xO --wildcards './boot/vmlinuz-*' './usr/lib/modules/*/vmlinuz*' \
			>"$scratch/new/Image" 2>/dev/null
	[ -s "$scratch/new/Image" ] || die "$(cat "$scratch/package") holds no kernel image"
	unwrap "$scratch/new/Image"
	mv "$scratch/package" "$scratch/new/package"
	mkdir -p "${dest%/*}"
	rm -rf "$dest"
	mv "$scratch/new" "$dest" || exit 1
}

main() {
	local version=$1 dest

	dest=$(cache_dir)/kernel/$version
	if [ ! -s "$dest/Image" ]; then
		look_up_kernel "$version"
		lock_cache
		[ -s "$dest/Image" ] || fetch "$version" "$dest"
	fi
	echo "$dest/Image"
}

[ $# -eq 1 ] || usage "takes one argument, the version of a kernel"
main "$1"
