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

no_data_sections() {
	for object in $objects; do
		"$(tool readelf)" -SW "$object" | sed -n 's/^ *\[ *[0-9]*\] //p' |
			awk -v "file=$object" '
		$1 ~ /^\.(rodata|data|bss|tdata|tbss|got|init_array)/ && $5 !~ /^0+$/ {
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

no_got_or_tls() {
	for object in $objects; do
		"$(tool readelf)" -rW "$object" | grep -E 'R_AARCH64_[A-Z0-9_]*(GOT|TLS)' | none ||
			return 1
	done
}

# rejected RULE TEXT CODE [FLAG...]: RULE fails on an object compiled from CODE.
rejected() {
	rule=$1
	text=$2
	echo "$3" >"$scratch/plant.c"
	shift 3
	objects=$scratch/plant.o
	if "$(tool gcc)" -O2 -ffreestanding -c "$@" "$scratch/plant.c" -o "$objects"; then
		ktap_check "check_guest.${rule}_rejects: $text" rejects "$text" "$rule"
	else
		ktap_result 'not ok' "check_guest.$rule" 'cannot compile the violation'
		ktap_failed=1
	fi
}

self_test() {
	if [ -z "$(tool gcc)" ]; then
		ktap_skip check_guest.rejects_violations 'no arm64 compiler'
		return
	fi
	scratch_dir
	rejected no_fp_registers fadd 'double f(double a) { return a + 1; }'
	rejected no_data_sections .rodata \
		'const char *f(int i) { static const char *const t[] = { "a", "b" }; return t[i]; }'
	rejected no_data_sections .bss 'static int n; int f(void) { return n++; }'
	rejected no_undefined_symbols memcpy \
		'void *memcpy(void *, const void *, unsigned long);
		void f(void *a, void *b) { memcpy(a, b, 999); }'
	rejected no_got_or_tls GOT 'extern int n; int f(void) { return n; }' -fPIC
	echo 'int f(int a) { return a ? a + 0xd0 : f(1); }' >"$scratch/good.c"
	mkdir "$scratch/d0"
	objects=$scratch/d0/good.o
	"$(tool gcc)" -O0 -ffreestanding -c "$scratch/good.c" -o "$objects"
	for rule in no_fp_registers no_data_sections no_undefined_symbols no_got_or_tls; do
		ktap_check "check_guest.accepts_good_code: $rule" "$rule"
	done
}

self_test
if [ "${1:-}" != --self-test ]; then
	objects="${*:-$(find "${O:-build}/arm64/guest_code" -name '*.o' 2>/dev/null)}"
	for rule in no_fp_registers no_data_sections no_undefined_symbols no_got_or_tls; do
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
