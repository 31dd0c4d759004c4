#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kvm_util.sh KSRC OUT CC AR: compile the library of the KVM selftests for arm64
# from the kernel tree KSRC into OUT/libkvm_util.a, and write the compiler flags
# that its users need into OUT/cflags (a response file: gcc @OUT/cflags).
# Nothing is written into KSRC, and no kernel code is part of this repository.
# With SELFTESTS=1 it is as the selftests themselves link it.

set -u

[ $# -eq 4 ] || {
	echo "usage: kvm_util.sh KSRC OUT CC AR" >&2
	exit 2
}
ksrc=$1
out=$2
read -r -a cc <<<"$3"
ar=$4
kvm=$ksrc/tools/testing/selftests/kvm

die() {
	echo "kvm_util.sh: $*" >&2
	exit 1
}

# The directory of the architecture has two names: arm64 since 6.15.
arch_dir() {
	if [ -d "$kvm/lib/arm64" ]; then
		echo arm64
	else
		echo aarch64
	fi
}

# The sources, from the selftests' own makefile.
library_sources() {
	local makefile=$kvm/Makefile.kvm

	[ -f "$makefile" ] || makefile=$kvm/Makefile
	sed -n -E "s#^LIBKVM(_STRING|_$(arch_dir))? \+= (lib/.*)#\2#p" "$makefile"
}

# What `make headers_install` does, but for the parts that only keep kernel code
# out: __KERNEL__ is not defined here.
install_headers() {
	local dest=$1 uapi=$ksrc/include/uapi arch=$ksrc/arch/arm64/include/uapi name

	mkdir -p "$dest"
	if ! cp -r "$uapi/." "$dest/" || ! cp -r "$arch/asm" "$dest/"; then
		die "no uapi headers in '$ksrc'"
	fi
	chmod -R u+w "$dest"
	find "$dest" -name Kbuild -delete
	find "$dest" -name '*.h' -print0 | xargs -0 sed -i -E '
		s/([[:space:](])(__user|__force|__iomem)[[:space:]]/\1/g
		s/__attribute_const__([[:space:]]|$)/\1/g
		s@^#include <linux/compiler(|_types).h>@@
		s/(^|[^a-zA-Z0-9])__packed([^a-zA-Z0-9_]|$)/\1__attribute__((packed))\2/g
		s/(^|[[:space:](])(inline|asm|volatile)([[:space:](]|$)/\1__\2__\3/g'
	for name in $(sed -n 's/^mandatory-y += //p' "$uapi/asm-generic/Kbuild") \
		$(sed -n 's/^generic-y += //p' "$arch/asm/Kbuild"); do
		[ -e "$dest/asm/$name" ] || echo "#include <asm-generic/$name>" >"$dest/asm/$name"
	done
	install_syscall_numbers "$dest/asm/unistd_64.h"
}

# Since 6.11 the system call numbers come from a table.
install_syscall_numbers() {
	local rules=$ksrc/arch/arm64/kernel/Makefile.syscalls abis

	[ -f "$ksrc/scripts/syscall.tbl" ] && [ -f "$rules" ] || return 0
	abis=$(sed -n 's/^syscall_abis_64 += *//p' "$rules" | tr ' ' ',')
	sh "$ksrc/scripts/syscallhdr.sh" --abis "common,64,$abis" --emit-nr \
		"$ksrc/scripts/syscall.tbl" "$1" || die "cannot make $1"
}

generate_sysregs() {
	local dest=$1 tools=$ksrc/arch/arm64/tools

	[ -f "$tools/sysreg" ] || return 0
	mkdir -p "$dest"
	awk -f "$tools/gen-sysreg.awk" "$tools/sysreg" >"$dest/sysreg-defs.h" ||
		die "cannot generate sysreg-defs.h"
}

# Headers of the kernel are system headers to us: their warnings are not ours.
write_cflags() {
	local dir

	for dir in "$ksrc/tools/include" "$ksrc/tools/arch/arm64/include" "$out/include" \
		"$kvm/include" "$kvm/include/$(arch_dir)" "$kvm/../rseq" "$kvm/.." \
		"$out/generated"; do
		echo "-isystem \"$dir\""
	done
	# The guest runs functions of this program: nothing may be position independent.
	echo "-DCONFIG_64BIT -U_FORTIFY_SOURCE -fno-stack-protector -fno-PIE -fno-strict-aliasing"
	echo "-fno-builtin-memcmp -fno-builtin-memcpy -fno-builtin-memset -fno-builtin-strnlen"
}

compile() {
	local source=$1 object=$out/obj/${1//\//_}.o extra='' ours='-DQUIET -Dconstructor=unused'

	# The string functions must not be compiled into calls of themselves.
	[ "$source" = lib/string_override.c ] && extra=-ffreestanding
	# The library's constructor would open /dev/kvm, print, and unbuffer stdout in
	# every run of every subcommand: it becomes an ordinary function, and who uses
	# the library calls kvm_selftest_arch_init() first. QUIET: stdout is ours.
	[ -z "${SELFTESTS:-}" ] || ours=
	# shellcheck disable=SC2086 # words or none
	"${cc[@]}" -w -O2 -g -std=gnu99 -D_GNU_SOURCE $ours $extra \
		"@$out/cflags" \
		-I"$(dirname "$kvm/$source")" -c "$kvm/$source" -o "$object" ||
		die "cannot compile '$source'"
}

main() {
	local source pids=() failed=0

	rm -rf "$out"
	mkdir -p "$out/obj"
	install_headers "$out/include"
	generate_sysregs "$out/generated/asm"
	write_cflags >"$out/cflags"
	for source in $(library_sources); do
		compile "$source" &
		pids+=($!)
		[ $((${#pids[@]} % $(nproc))) -ne 0 ] || wait "${pids[-1]}" || failed=1
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	[ $failed -eq 0 ] || exit 1
	"$ar" rcs "$out/libkvm_util.a" "$out"/obj/*.o
}

main
