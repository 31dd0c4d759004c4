# SPDX-License-Identifier: GPL-2.0-only
#
# What the set-up scripts share: the cache folder, its lock, messages. It is
# sourced and runs nothing by itself.
# shellcheck shell=bash

# Exit statuses: EXIT_NONE means that what was asked for exists nowhere.
# shellcheck disable=SC2034 # used by those that source this
EXIT_NONE=4

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

usage() {
	echo "${0##*/}: $*" >&2
	exit 2
}

# Where downloads and extracted sources stay; vgicheck vm looks for kernels there.
cache_dir() {
	if [ -n "${VGICHECK_CACHE:-}" ]; then
		echo "$VGICHECK_CACHE"
	else
		echo "${XDG_CACHE_HOME:-$HOME/.cache}/vgicheck"
	fi
}

# One at a time: a second run waits here and then finds what the first one made.
lock_cache() {
	mkdir -p "$(cache_dir)" || die "cannot create '$(cache_dir)'"
	exec 9>"$(cache_dir)/lock"
	flock 9
}

# A directory in the cache for things half done; what an earlier run that was
# killed left behind goes away. Only while the cache is locked.
make_scratch() {
	rm -rf "$(cache_dir)"/tmp.*
	scratch=$(mktemp -d "$(cache_dir)/tmp.XXXXXX") || exit 1
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT TERM HUP
}
