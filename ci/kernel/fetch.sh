#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch.sh VERSION: print the path of a stock Debian arm64 kernel image, and
# fetch it into the cache first if it is not there. It installs nothing and
# leaves the system's package sources alone: apt runs on a state of its own.
#
# Exit status: 0 printed; 1 failed; 2 usage; 4 the archive has no such kernel.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"

# version  suites (newest packages win)  pattern of package names
kernels='
5.10	bullseye,bullseye-security	linux-image-5\.10\.[0-9.]*-[0-9]+-cloud-arm64(-unsigned)?
6.1	bookworm,bookworm-security	linux-image-6\.1\.[0-9.]*-[0-9]+-cloud-arm64(-unsigned)?
6.12	bookworm,bookworm-security	linux-image-6\.12\.[0-9]+\+deb12-cloud-arm64(-unsigned)?
7.2	sid	linux-binary(-unsigned)?-7\.2\.[0-9]+\+deb[0-9]+-cloud-arm64
7.3	sid,trixie-backports	linux-binary(-unsigned)?-7\.3\.[0-9]+\+deb[0-9]+-cloud-arm64
'

# The archive's addresses, from the machine's own apt configuration: a mirror
# is honoured. Prints that of the main archive, or of the security archive.
archive_uri() {
	local want=$1 uri suite

	apt-get update --print-uris -oDebug::NoLocking=1 2>/dev/null |
		sed -n "s|^'\(.*/\)dists/\([^/]*\)/InRelease'.*|\1 \2|p" |
		while read -r uri suite; do
			case $suite in
			*-security) [ "$want" = security ] && echo "$uri" ;;
			*-updates | *-backports* | *-proposed*) ;;
			*) [ "$want" = main ] && echo "$uri" ;;
			esac
		done | head -n 1
}

# apt on a state of its own below $state, for architecture arm64.
private_apt() {
	local tool=$1

	shift
	"$tool" -q \
		-oDir::Etc::SourceList="$state/sources.list" \
		-oDir::Etc::SourceParts=/dev/null \
		-oDir::Etc::Preferences=/dev/null \
		-oDir::Etc::PreferencesParts=/dev/null \
		-oDir::State="$state" \
		-oDir::State::Lists="$state/lists" \
		-oDir::State::status="$state/status" \
		-oDir::Cache="$state/cache" \
		-oAPT::Architecture=arm64 \
		-oAPT::Architectures=arm64 \
		-oAPT::Sandbox::User="$(id -un)" \
		-oAcquire::Languages=none \
		-oAcquire::Check-Valid-Until=false \
		"$@"
}

make_state() {
	local suites=$1 suite kind uri

	state=$scratch/apt
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	: >"$state/status"
	for suite in ${suites//,/ }; do
		kind=main
		[ "$suite" = "${suite%-security}" ] || kind=security
		uri=$(archive_uri $kind)
		[ -n "$uri" ] || continue
		echo "deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
	done >"$state/sources.list"
	[ -s "$state/sources.list" ] || die "the apt configuration names no Debian archive"
	# A suite that is gone must not keep the others from being used.
	private_apt apt-get update >"$state/log" 2>&1 || cat "$state/log" >&2
}

# Names of packages that fit, signed before unsigned, newest first.
candidates() {
	private_apt apt-cache pkgnames | grep -Ex "$1" | awk '{ print /unsigned/ ? 1 : 0, $0 }' |
		sort -k1,1n -k2,2Vr | cut -d ' ' -f 2
}

# An index may name packages that the pool no longer has: take the first that comes.
download() {
	local package

	for package in $(candidates "$1" | head -n 40); do
		echo "fetching $package" >&2
		if (cd "$scratch" && private_apt apt-get download "$package") >"$scratch/log" 2>&1; then
			echo "$package" >"$scratch/package"
			return 0
		fi
		sed -n -E 's/^E: Failed to fetch [^ ]* +/  /p' "$scratch/log" | sed 's/ \[.*//;q' >&2
	done
	return 1
}

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
	local version=$1 suites=$2 pattern=$3 dest=$4

	make_scratch
	make_state "$suites"
	if ! download "$pattern"; then
		echo "fetch.sh: kernel $version: none of the packages that fit can be fetched from ${suites/,/, }" >&2
		exit "$EXIT_NONE"
	fi
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

usage() {
	echo "fetch.sh: $*" >&2
	exit 2
}

main() {
	local version=$1 dest row suites pattern

	dest=$(cache_dir)/kernel/$version
	if [ ! -s "$dest/Image" ]; then
		row=$(awk -F '\t' -v v="$version" '$1 == v' <<<"$kernels")
		[ -n "$row" ] || usage "no kernel '$version'; there are$(awk 'NF { printf " %s", $1 }' <<<"$kernels")"
		IFS=$'\t' read -r _ suites pattern <<<"$row"
		lock_cache
		[ -s "$dest/Image" ] || fetch "$version" "$suites" "$pattern" "$dest"
	fi
	echo "$dest/Image"
}

[ $# -eq 1 ] || usage "takes one argument, the version of a kernel"
main "$1"
