#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# liburing.sh: print the folder that has include/liburing.h and lib/liburing.a for
# arm64. On arm64 itself that is the system's, which ci/setup.sh installs; elsewhere
# the library of Debian's package for arm64, fetched into the cache, in a folder for
# each version of it.
#
# Exit status: 0 printed; 1 failed; 2 usage; 4 the archive has no such package.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=ci/kernel/archive.sh
. "$(dirname "$0")/archive.sh"

package=liburing-dev
suites=bookworm

# The newest one that was fetched before, in dest.
find_fetched() {
	dest=$(find "$(cache_dir)/liburing" -mindepth 1 -maxdepth 1 2>/dev/null | sort -V | tail -n 1)
	[ -n "$dest" ]
}

fetch() {
	make_scratch
	download_or_end "$package for arm64" "$suites" "$package"
	mkdir -p "$scratch/new/lib"
	dpkg-deb -x "$scratch"/*.deb "$scratch/all" || exit 1
	if ! mv "$scratch/all/usr/include" "$scratch/new/include" ||
		! mv "$scratch"/all/usr/lib/*/liburing.a "$scratch/new/lib/"; then
		die "$(cat "$scratch/package") holds no liburing"
	fi
	dest=$(cache_dir)/liburing/$(sed 's/.*=//' "$scratch/package")
	mkdir -p "${dest%/*}"
	mv "$scratch/new" "$dest" || exit 1
}

[ $# -eq 0 ] || usage 'takes no argument'
if [ "$(uname -m)" = aarch64 ]; then
	dest=/usr
elif ! find_fetched; then
	lock_cache
	find_fetched || fetch
fi
echo "$dest"
