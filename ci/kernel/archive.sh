# SPDX-License-Identifier: GPL-2.0-only
#
# How packages of any suite come out of the Debian archive: apt runs on a state of
# its own below $scratch, for arm64. It installs nothing and leaves the system's
# package sources alone. It is sourced and runs nothing by itself.
# shellcheck shell=bash

# version  suites (newest packages win)  pattern of the names of its images
kernels='
5.10	bullseye,bullseye-security	linux-image-5\.10\.[0-9.]*-[0-9]+-cloud-arm64(-unsigned)?
6.1	bookworm,bookworm-security	linux-image-6\.1\.[0-9.]*-[0-9]+-cloud-arm64(-unsigned)?
6.12	bookworm,bookworm-security	linux-image-6\.12\.[0-9]+\+deb12-cloud-arm64(-unsigned)?
7.2	sid	linux-binary(-unsigned)?-7\.2\.[0-9]+\+deb[0-9]+-cloud-arm64
7.3	sid,trixie-backports	linux-binary(-unsigned)?-7\.3\.[0-9]+\+deb[0-9]+-cloud-arm64
'

# Sets suites and images of a version; prints what there is if that is not one.
look_up_kernel() {
	local row

	row=$(awk -F '\t' -v v="$1" '$1 == v' <<<"$kernels")
	[ -n "$row" ] || usage "no kernel '$1'; there are$(awk 'NF { printf " %s", $1 }' <<<"$kernels")"
	# shellcheck disable=SC2034 # for those that source this
	IFS=$'\t' read -r _ suites images <<<"$row"
}

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

	# shellcheck disable=SC2154 # of make_scratch
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
	private_apt apt-get update >"$state/log" 2>&1 ||
		sed -n '/^[EW]: /{p;q}' "$state/log" >&2
}

# candidates(pattern[, version]): NAME=VERSION of the packages that fit, signed before
# unsigned, newest first.
candidates() {
	local names

	mapfile -t names < <(private_apt apt-cache pkgnames | grep -Ex "$1")
	[ ${#names[@]} -gt 0 ] || return
	private_apt apt-cache madison "${names[@]}" |
		awk -v only="${2:-}" '!only || $3 == only { print $1 ~ /unsigned/ ? 1 : 0, $1, $3 }' |
		sort -u -k1,1n -k2,2Vr -k3,3Vr | awk '{ print $2 "=" $3 }'
}

# An index may name packages that the pool no longer has: take the first that comes.
# Leaves it in $scratch, and its NAME=VERSION in $scratch/package.
download() {
	local package

	for package in $(candidates "$@" | head -n 40); do
		echo "fetching $package" >&2
		if (cd "$scratch" && private_apt apt-get download "$package") >"$scratch/log" 2>&1; then
			echo "$package" >"$scratch/package"
			return 0
		fi
		sed -n -E 's/^E: Failed to fetch [^ ]* +/  /p' "$scratch/log" | sed 's/ \[.*//;q' >&2
	done
	return 1
}

# download(what, suites, pattern), or one line and the end.
download_or_end() {
	local what=$1

	make_state "$2"
	download "$3" && return
	echo "${0##*/}: $what: none of the packages that fit can be fetched from ${2/,/, }" >&2
	exit "$EXIT_NONE"
}
