#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# coverage.sh VGICHECK NAME OUT [ARG...]: `vgicheck run ARG...` on the hosted library
# NAME, which counts what it executes, as each host; then write the lines and branches
# of the kernel's files that were executed to OUT/index.html, and print how many a file.
# Programs that differ do not end it: the results are in OUT/HOST.log.
#
# Environment: LLVM_SUFFIX, of llvm-profdata and llvm-cov, such as -14.

set -u

[ $# -ge 3 ] || {
	echo 'usage: coverage.sh VGICHECK NAME OUT [ARG...]' >&2
	exit 2
}
vgicheck=$1
name=$2
out=$3
shift 3
library=${vgicheck%/*}/hosted/$name/vgic.so
hosts='lr=4 lr=1 lr=16,pri=7'

die() {
	echo "coverage.sh: $*" >&2
	exit 1
}

# On all files of the kernel: neither the shim nor the tree's include folders.
cov() {
	local command=$1

	shift
	"llvm-cov${LLVM_SUFFIX-}" "$command" "$library" -instr-profile="$out/profile" \
		-ignore-filename-regex='/include/|lib/target/hosted/' "$@"
}

rm -rf "$out"
mkdir -p "$out" || exit 1
for host in $hosts; do
	# Processes count in one file, mapped by all of them: none of them needs to exit well.
	LLVM_PROFILE_FILE=$out/$host-%m%c.profraw "$vgicheck" run --target "hosted:$name,$host" \
		--out "$out/$host" "$@" >"$out/$host.log" 2>&1
	status=$?
	[ $status -le 1 ] || die "'vgicheck run' of $host exits $status: $(tail -n 1 "$out/$host.log")"
	echo "$host: $(grep '^# Totals:' "$out/$host.log" | sed 's/^# //')"
done
[ -n "$(find "$out" -name '*.profraw')" ] || die "'$library' counted nothing"
"llvm-profdata${LLVM_SUFFIX-}" merge -o "$out/profile" "$out"/*.profraw || exit 1
rm -f "$out"/*.profraw
cov show -format=html -output-dir="$out" -show-branches=count -show-line-counts-or-regions \
	-project-title="The vGIC of $name" >/dev/null || exit 1
# Columns: the file, and of functions, lines and branches all, missed and covered.
cov report -show-region-summary=false | awk '
	/^Filename/ { printf "%-38s %7s %7s %9s %7s\n", "", "lines", "", "branches", "" }
	NF == 10 && $5 > 0 { printf "%-38s %7d %7s %9d %7s\n", $1, $5, $7, $8, $10 }'
echo "$out/index.html"
