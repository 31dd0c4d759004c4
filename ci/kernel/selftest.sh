#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh LIBRARY OUT FILE.c... : compile selftests that `vgicheck export`
# wrote as the kernel tree would, without a warning, into static programs
# OUT/NAME. LIBRARY is what `SELFTESTS=1 kvm_util.sh` made of that tree. CC names
# the compiler.

set -u

[ $# -ge 3 ] || {
	echo "usage: selftest.sh LIBRARY OUT FILE.c..." >&2
	exit 2
}
library=$1
out=$2
shift 2
read -r -a cc <<<"${CC:-aarch64-linux-gnu-gcc}"
failed=0

mkdir -p "$out" || exit 1
for source in "$@"; do
	name=$(basename "$source" .c)
	"${cc[@]}" -Wall -Wstrict-prototypes -Wuninitialized -Werror -O2 -g -std=gnu99 \
		-D_GNU_SOURCE "@$library/cflags" -no-pie -static -pthread \
		"$source" "$library/libkvm_util.a" -o "$out/$name" || {
		echo "selftest.sh: '$source' does not compile" >&2
		failed=1
	}
done
exit $failed
