#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Guest code can run with nothing but its own text mapped: no floating point, no
# data, nothing that is defined elsewhere. It inspects the compiled arm64
# objects and builds none; "--self-test" only shows that each rule notices a
# violation.
#
# Objects are the arguments, or those that the build left below ${O:-build}.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

rules='no_fp_registers no_other_sections no_undefined_symbols only_distances'
in_guest='-DG=__attribute__((__section__("guest")))'

# tool NAME: the binutils program for arm64 objects, or nothing.
tool() {
	command -v "aarch64-linux-gnu-$1" || { [ "$(uname -m)" = aarch64 ] && command -v "$1"; }
}

# Branch targets and comments are left out: "d8 <loop>" is an address. So is the
# heading, which has the path of the object: instructions stand behind a tab.
no_fp_registers() {
	for object in $objects; do
		"$(tool objdump)" -d --no-show-raw-insn "$object" | awk -v "file=$object" '
		!/^[^\t]*:\t/ { next }
		{ line = $0; sub(/^[^\t]*\t[^\t]*/, ""); sub(/\/\/.*/, "") }
		{ gsub(/[0-9a-f]+ <[^>]*>/, "") }
		/(^|[^A-Za-z0-9_#])[bhsdqvzp]([0-9]|[12][0-9]|3[01])([^A-Za-z0-9_]|$)/ {
			print file ":" line
			bad = 1
		}
		END { exit bad }' || return 1
	done
}

# Jump tables and constants are in sections of their own, and so is a function
# that was not put into section guest. What debuggers unwind by nobody refers to.
no_other_sections() {
	for object in $objects; do
		"$(tool readelf)" -SW "$object" | sed -n 's/^ *\[ *[0-9]*\] //p' |
			awk -v "file=$object" '
		$1 !~ /^(guest|\.eh_frame)$/ && $7 ~ /A/ && $5 !~ /^0+$/ {
			printf "%s: section %s, 0x%s bytes\n", file, $1, $5
			bad = 1
		}
		END { exit bad }' || return 1
	done
}

# What one object leaves undefined another one of the guest defines.
no_undefined_symbols() {
	# shellcheck disable=SC2086 # objects are words
	"$(tool nm)" -A $objects | awk '
	{ type = $(NF - 1); symbol = $NF }
	type ~ /^[UwvC]$/ { users[symbol] = $1; next }
	{ defined[symbol] = 1 }
	END {
		for (symbol in users)
			if (!(symbol in defined)) {
				print users[symbol] " " symbol " is not defined in guest code"
				bad = 1
			}
		exit bad
	}'
}

# The guest has the code at another address than the linker: only distances hold,
# and not those between pages.
only_distances() {
	for object in $objects; do
		"$(tool readelf)" -rW "$object" | awk -v "file=$object" '
		/^Relocation section/ { loaded = $3 == "\047.rela" "guest\047" }
		!loaded || $3 !~ /^R_/ { next }
		$3 !~ /^R_AARCH64_(CALL26|JUMP26|CONDBR19|TSTBR14|ADR_PREL_LO21|LD_PREL_LO19)$/ {
			print file ": " $3 " " $5
			bad = 1
		}
		END { exit bad }' || return 1
	done
}

# rejected RULE TEXT CODE [FLAG...]: RULE fails on an object compiled from CODE.
rejected() {
	rule=$1
	text=$2
	echo "$3" >"$scratch/plant.c"
	shift 3
	objects=$scratch/plant.o
	if "$(tool gcc)" -O2 "$in_guest" -ffreestanding -c "$@" "$scratch/plant.c" -o "$objects"; then
		ktap_check "check_guest.${rule}_rejects: $text" rejects "$text" "$rule"
	else
		ktap_result 'not ok' "check_guest.$rule" 'cannot compile the violation'
		ktap_failed=1
	fi
}

# A switch that compilers turn into a table of addresses.
jump_table() {
	echo 'G int f(int a, int b) { switch (a) {'
	for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
		echo "case $i: __asm__ volatile(\"hint $i\"); return b * $i + a;"
	done
	echo 'default: return 0; } }'
}

self_test() {
	if [ -z "$(tool gcc)" ]; then
		ktap_skip check_guest.rejects_violations 'no arm64 compiler'
		return
	fi
	scratch_dir
	rejected no_fp_registers fadd 'G double f(double a) { return a + 1; }'
	rejected no_fp_registers q0 'struct s { long a[8]; };
		G void f(struct s *a, const struct s *b) { *a = *b; }'
	rejected no_other_sections .rodata \
		'G const char *f(int i) { static const char *const t[] = { "a", "b" }; return t[i]; }'
	rejected no_other_sections .data 'static int n = 1; G int f(void) { return n++; }'
	rejected no_other_sections .bss 'static int n; G int f(void) { return n++; }'
	rejected no_other_sections .text \
		'__attribute__((noinline)) static int g(int a) { return a * 7; }
		G int f(int a) { return g(a); }'
	rejected no_other_sections .rodata "$(jump_table)"
	rejected no_undefined_symbols memcpy \
		'void *memcpy(void *, const void *, unsigned long);
		G void f(void *a, void *b) { memcpy(a, b, 999); }'
	rejected only_distances GOT 'extern int n; G int f(void) { return n; }' -fPIC
	rejected only_distances TLS 'static __thread int n; G int f(void) { return n++; }'
	rejected only_distances PG_HI21 'G int f(void) { return 1; } G void *g(void) { return f; }'
	rejected only_distances ABS64 'G int f(void) { return 1; }
		G void *g(void) { void *p; __asm__("ldr %0, =f" : "=r"(p)); return p; }'
	echo 'G int f(int a) { return a ? a + 0xd0 : f(1); }' >"$scratch/good.c"
	mkdir "$scratch/d0"
	objects=$scratch/d0/good.o
	"$(tool gcc)" -O0 "$in_guest" -ffreestanding -c "$scratch/good.c" -o "$objects"
	for rule in $rules; do
		ktap_check "check_guest.accepts_good_code: $rule" "$rule"
	done
}

self_test
if [ "${1:-}" != --self-test ]; then
	objects="${*:-$(find "${O:-build}/arm64/guest_code" -name '*.o' 2>/dev/null)}"
	for rule in $rules; do
		if [ -z "$objects" ]; then
			ktap_skip "guest.$rule" "no guest objects in ${O:-build}/arm64/guest_code"
		elif [ -z "$(tool objdump)" ]; then
			ktap_skip "guest.$rule" 'no binutils for arm64'
		else
			ktap_check "guest.$rule" "$rule"
		fi
	done
fi
ktap_done
