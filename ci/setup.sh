#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh GOAL: install the Debian packages that `make run`, `check`, `lint`, `fuzz`,
# `hosted`, `coverage` or `kernel KSRC=` needs and that are missing. What is there is
# seen by its file, so that nothing is asked of the network, or of root, when nothing
# is missing.
#
# Environment: KSRC, a kernel tree that replaces Debian's.

set -u

# when	architecture	command or file	package
needs='
all	any	gcc	gcc
all	any	ar	binutils
all	any	/usr/include/stdio.h	libc6-dev
all	any	/usr/include/liburing.h	liburing-dev
all	any	xz	xz-utils
all	any	awk	mawk
run	any	qemu-system-aarch64	qemu-system-arm
run	x86_64	aarch64-linux-gnu-gcc	gcc-aarch64-linux-gnu
run	x86_64	aarch64-linux-gnu-ar	binutils-aarch64-linux-gnu
run	x86_64	/usr/aarch64-linux-gnu/include/stdio.h	libc6-dev-arm64-cross
run	any	/usr/src/linux-source-6.12.tar.xz	linux-source-6.12
lint	any	clang-format	clang-format
lint	any	clang-tidy	clang-tidy
lint	any	cppcheck	cppcheck
lint	any	sparse	sparse
lint	any	shellcheck	shellcheck
lint	any	codespell	codespell
fuzz	any	clang	clang
hosted	any	clang	clang
coverage	any	clang	clang
coverage	any	llvm-cov	llvm
fuzz	any	afl-clang-fast	afl++
kernel	any	bc	bc
kernel	any	bison	bison
kernel	any	ccache	ccache
kernel	any	flex	flex
'

is_there() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Each needs what `run` needs, but for those without a machine; a kernel tree makes
# the source package superfluous.
is_wanted() {
	local when=$1 arch=$2 package=$3

	case $when in
	all | "$goal") ;;
	run) [ "$goal" != hosted ] && [ "$goal" != coverage ] || return 1 ;;
	*) return 1 ;;
	esac
	[ "$arch" = any ] || [ "$arch" = "$(uname -m)" ] || return 1
	[ -z "${KSRC:-}" ] || [ "$package" != linux-source-6.12 ]
}

missing_packages() {
	local when arch thing package

	while IFS=$'\t' read -r when arch thing package; do
		if is_wanted "$when" "$arch" "$package" && ! is_there "$thing"; then
			echo "$package"
		fi
	done <<<"$needs"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "setup.sh: need root or sudo to install: ${missing[*]}" >&2
		exit 1
	fi
}

main() {
	mapfile -t missing < <(missing_packages)
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "setup.sh: no apt-get here; please install what Debian calls: ${missing[*]}" >&2
		exit 1
	fi
	echo "installing: ${missing[*]}"
	# The sanitizers, libFuzzer and counters are what clang only recommends.
	case $goal in
	fuzz | hosted | coverage) ;;
	*) options=--no-install-recommends ;;
	esac
	as_root apt-get -q update &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
			${options:+"$options"} "${missing[@]}"
}

goal=${1:-}
options=
case $goal in
run | check | lint | fuzz | hosted | coverage | kernel) main ;;
*)
	echo "usage: setup.sh run|check|lint|fuzz|hosted|coverage|kernel" >&2
	exit 2
	;;
esac
