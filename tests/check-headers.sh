#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each header compiles alone, and twice in a row. It does not look for includes
# that are not needed; "--self-test" only shows that it notices a violation.
#
# Headers of lib/target/kvm that need kvm_util are compiled only if
# KVM_UTIL_CFLAGS says where it is; guest headers only with a compiler for arm64.
# Those of the shim are parts of one header, shim.h, which needs a kernel's.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

warnings='-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
	-Wwrite-strings'

arm64_cc() {
	if [ "$(uname -m)" = aarch64 ]; then
		echo "${CC:-cc}"
	else
		command -v "${CROSS_COMPILE:-aarch64-linux-gnu-}gcc"
	fi
}

# compile HEADER COMPILER [FLAG...]
compile() {
	header=$1
	shift
	# shellcheck disable=SC2086 # the warnings are words
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		"$@" -std=gnu11 -D_GNU_SOURCE $warnings -Werror -I. -fsyntax-only -x c -
}

check_header() {
	case $1 in
	guest_code/*)
		compile "$1" "$(arm64_cc)" -ffreestanding -mgeneral-regs-only
		;;
	lib/target/kvm/*)
		if [ -n "${KVM_UTIL_CFLAGS:-}" ]; then
			# shellcheck disable=SC2086 # flags are words
			compile "$1" "$(arm64_cc)" $KVM_UTIL_CFLAGS
		else
			compile "$1" "${CC:-cc}"
		fi
		;;
	*)
		compile "$1" "${CC:-cc}"
		;;
	esac
}

# needs_kvm_util HEADER: it cannot be preprocessed because a header is missing.
needs_kvm_util() {
	[ -z "${KVM_UTIL_CFLAGS:-}" ] || return 1
	case $1 in
	lib/target/kvm/*) ! "${CC:-cc}" -I. -M -x c "$1" >/dev/null 2>&1 ;;
	*) return 1 ;;
	esac
}

self_test() {
	scratch_dir
	echo 'unsigned int f(size_t bytes);' >"$scratch/type.h"
	ktap_check check_headers.rejects_a_missing_include \
		in_scratch rejects size_t check_header type.h
	echo 'struct s { int member; };' >"$scratch/guard.h"
	ktap_check check_headers.rejects_a_missing_guard \
		in_scratch rejects redefinition check_header guard.h
}

self_test
if [ "${1:-}" != --self-test ]; then
	for header in $(repo_files | grep '\.h$' | grep -v '^lib/target/hosted/shim/'); do
		name="headers.compiles_alone: $header"
		if needs_kvm_util "$header"; then
			ktap_skip "$name" 'KVM_UTIL_CFLAGS is not set'
		elif [ "${header#guest_code/}" != "$header" ] && [ -z "$(arm64_cc)" ]; then
			ktap_skip "$name" 'no arm64 compiler'
		else
			ktap_check "$name" check_header "$header"
		fi
	done
fi
ktap_done
