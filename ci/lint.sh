#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the format and static checkers over the files of the tree. It changes no
# file and installs nothing.
#
# lib/target/kvm is analysed only if KVM_UTIL_CFLAGS says where kvm_util is, the shim
# of lib/target/hosted only if a library with it has been built.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

# Each comes from a Debian package of the same name; see ci/setup.sh.
tools='clang-format clang-tidy cppcheck sparse shellcheck codespell'

# The tree's own path is a string there; __FILE__ is one that needs no quotes.
flags='-std=gnu11 -D_GNU_SOURCE -I. -Wall -Wextra -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -Wundef -Wwrite-strings -DVGICHECK_SRCDIR=__FILE__'
guest_flags='--target=aarch64-linux-gnu -ffreestanding -mgeneral-regs-only'

# A response file is for compilers: checkers get what is in it.
kvm_util_flags() {
	case ${KVM_UTIL_CFLAGS:-} in
	@*) tr -d '"' <"${KVM_UTIL_CFLAGS#@}" ;;
	*) echo "${KVM_UTIL_CFLAGS:-}" ;;
	esac
}

# Words that codespell takes for mistakes: names of ours and of the architecture.
spelling='extraversion,inflight,translater,ue,wrod'

# Runs a command for every file named on standard input.
for_each() {
	xargs -r -n 1 -P "$(nproc)" "$@"
}

host_sources() {
	repo_files | grep '\.c$' | grep -vE '^(guest_code|lib/target/kvm|lib/target/hosted/shim)/'
}

# The flags that the shim was compiled with, after the compiler.
shim_flags=${O:-build}/hosted/6.12/flags

scripts() {
	repo_files | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*) ! head -n 1 "$file" | grep -aqE '^#!.*/(ba|da)?sh' || echo "$file" ;;
		esac
	done
}

run_clang_format() {
	repo_files | grep '\.[ch]$' | for_each clang-format --dry-run -Werror
}

# tidy FLAG...: analyses the sources named on standard input, one a process:
# given several, clang-tidy 14 mistakes every va_list for an uninitialised one.
tidy() {
	xargs -r -I '{}' -P "$(nproc)" sh -c 'clang-tidy --quiet "$@" 2>&1 |
		{ ! grep -vE "^[0-9]+ warnings? .*generated\.$"; }' tidy '{}' -- "$@"
}

# shellcheck disable=SC2046,SC2086 # flags are words
run_clang_tidy() {
	tidy_status=0
	host_sources | tidy $flags || tidy_status=1
	repo_files | grep '^guest_code/.*\.c$' | tidy $flags $guest_flags || tidy_status=1
	if [ -n "${KVM_UTIL_CFLAGS:-}" ]; then
		repo_files | grep '^lib/target/kvm/.*\.c$' |
			tidy $flags --target=aarch64-linux-gnu $(kvm_util_flags) || tidy_status=1
	fi
	if [ -f "$shim_flags" ]; then
		repo_files | grep '^lib/target/hosted/shim/.*\.c$' |
			tidy $(cut -d ' ' -f 2- "$shim_flags" | tr -d "'") || tidy_status=1
	fi
	return "$tidy_status"
}

# The shim's loops are macros of the kernel's, which it does not see.
# knownConditionTrueFalse: blind to functions of other files that fill a structure.
run_cppcheck() {
	repo_files | grep '\.c$' | grep -v '^lib/target/hosted/shim/' |
		cppcheck --quiet --std=c11 --enable=warning,style,portability --inline-suppr \
			--suppress=variableScope --suppress=knownConditionTrueFalse \
			--error-exitcode=1 -j "$(nproc)" -I. --file-list=-
}

# The headers of liburing include two that define the same names, as the compiler may.
# <regex.h> has an array of variable length in a prototype, for compilers that take one.
run_sparse() {
	# shellcheck disable=SC2086 # flags are words
	host_sources | grep -vx lib/engine/ring.c | for_each sparse -Wbitwise -Wsparse-error -D__STDC_NO_VLA__=1 $flags
}

# SC2317: blind to functions that are called by name. SC2016: awk programs.
run_shellcheck() {
	scripts | for_each shellcheck -x -e SC2317,SC2016
}

run_codespell() {
	repo_files | grep -vx COPYING | xargs -r codespell -L "$spelling"
}

status=0
for tool in $tools; do
	if ! command -v "$tool" >/dev/null; then
		echo "$tool is not installed; 'ci/setup.sh lint' installs it" >&2
		status=1
	elif "run_$(echo "$tool" | tr - _)"; then
		echo "$tool: clean"
	else
		echo "$tool: see above" >&2
		status=1
	fi
done
exit "$status"
