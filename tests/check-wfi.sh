#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The matrix of WFIs: the whole of it on the vGIC of a kernel in this process, and a part
# in the QEMU machine; with one WFI in a thousand that no interrupt ends, that is seen.
# Skipped where there is neither.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

part='wfi-all/0??137' # every thousandth, of which PSTATE.I is clear in half

# run STATUS ARG...: runs programs, and says what it printed if it ended otherwise.
run() {
	wanted=$1
	shift
	"$@" </dev/null >"$scratch/stdout" 2>"$scratch/stderr"
	status=$?
	[ "$status" -eq "$wanted" ] && return
	echo "exit status $status instead of $wanted after:"
	grep -vE '^ok ' "$scratch/stdout" | tail -n 20
	tail -n 20 "$scratch/stderr"
	return 1
}

hosted() {
	run "$1" "$vgicheck" run --target "hosted:$kernel" --out "$scratch/out" --filter 'wfi-all/*' \
		${2:+--plant "$2"}
}

machine() {
	run "$1" "$vgicheck" vm --kernel "$kernel" --out "$scratch/out" -- run --filter "$part" \
		${2:+--plant "$2"}
}

# Of each that failed, the rule is one of those by which a WFI ends.
only_waits_failed() {
	grep '^not ok' "$scratch/stdout" | grep -vE '# cpuif\.(wfi\.wakes|signal)$' | none &&
		grep -q '^not ok' "$scratch/stdout"
}

hosted_is_as_expected() {
	hosted 0 && grep -qE '^# WFIs: [0-9]{6}, of which [0-9]+ ended although nothing was signalled' \
		"$scratch/stdout"
}

hosted_sees_one_in_a_thousand() {
	hosted 1 sleep=1000 && only_waits_failed
}

machine_is_as_expected() {
	machine 0
}

# Of so few programs a thousandth would be none at times, but names decide which.
machine_sees_what_is_planted() {
	machine 1 sleep=10 && only_waits_failed
}

scratch_dir
if [ -e "${O:-build}/hosted/$kernel/vgic.so" ]; then
	ktap_check wfi.hosted_is_as_expected hosted_is_as_expected
	ktap_check wfi.hosted_sees_one_in_a_thousand hosted_sees_one_in_a_thousand
else
	ktap_skip wfi.hosted "no vGIC of $kernel; 'make hosted KERNEL=$kernel' builds it"
fi
if ! has_machine; then
	ktap_skip wfi.machine "$why_not"
else
	ktap_check wfi.machine_is_as_expected machine_is_as_expected
	ktap_check wfi.machine_sees_what_is_planted machine_sees_what_is_planted
fi
ktap_done
