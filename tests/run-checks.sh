#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run-checks.sh PROGRAM...: run each test program, add up its KTAP results, name
# the failing ones and what was skipped, and end with one line of counts. A
# program that ends badly without a failing result counts as one.
#
# Exit status: 0 if nothing failed, else 1.

set -u

log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
trap 'exit 130' INT TERM HUP

# count PROGRAM STATUS: adds its results to the totals, its failures to the list.
count() {
	awk -v program="$1" -v status="$2" -v failing="$log/failing" -v skipping="$log/skipping" '
	/^[ \t]*#/ { next }
	/^ok / && toupper($0) ~ /# *SKIP/ {
		skipped++
		sub(/^ok [0-9]* *(- )?/, "")
		print program ": " $0 >>skipping
		next
	}
	/^1\.\.0/ && toupper($0) ~ /# *SKIP/ {
		skipped++
		sub(/^1\.\.0 *# *(SKIP|skip) */, "")
		print program ": " $0 >>skipping
		next
	}
	/^ok / { passed++ }
	/^not ok / && toupper($0) ~ /# *(TODO|XFAIL)/ { passed++; next }
	/^not ok / { failed++; sub(/^not ok [0-9]* *(- )?/, ""); print program ": " $0 >>failing }
	/^Bail out!/ && !failed { failed++; print program ": " $0 >>failing }
	END {
		if (status == 4 && !passed && !failed && !skipped) {
			skipped++
			print program >>skipping
		} else if (status != 0 && status != 4 && !failed) {
			failed++
			print program ": exit status " status >>failing
		} else if (!passed && !failed && !skipped) {
			failed++
			print program ": no results" >>failing
		}
		print passed + 0, failed + 0, skipped + 0
	}' "$log/out" >>"$log/counts"
}

: >"$log/counts"
: >"$log/failing"
: >"$log/skipping"
for program in "$@"; do
	echo "# $program"
	{
		"$program"
		echo $? >"$log/status"
	} 2>&1 | tee "$log/out"
	count "$program" "$(cat "$log/status")"
done

sed 's/^/# skipped: /' "$log/skipping"
sed 's/^/# failed: /' "$log/failing"
awk '{ p += $1; f += $2; s += $3 } END {
	printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit f > 0
}' "$log/counts"
