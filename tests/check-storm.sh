#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A storm of LPIs in the QEMU machine comes to its end with every send accounted for,
# and what is planted in it is seen. Skipped if no machine can be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

# storm STATUS ARG...: runs one, and says what it printed if it ended otherwise.
storm() {
	wanted=$1
	shift
	"$vgicheck" vm --kernel "$kernel" --parallel --out "$scratch/out" -- storm --vcpus 2 --devices 2 \
		--events 8 --count 2000 "$@" </dev/null >"$scratch/stdout" 2>"$scratch/stderr"
	ended_with "$?" "$wanted" "$scratch/stdout" "$scratch/stderr"
}

# What stands on the left of the equation is the sum of what stands on the right.
adds_up() {
	awk '/^storm / { n++; if ($3 != $6 + $9 + $12 + $15 + $18 || !$6 || $18) bad = 1 }
	END { exit bad || n != 1 }' "$scratch/stdout" && return
	cat "$scratch/stdout"
	return 1
}

every_send_is_accounted_for() {
	storm 0 --irqfd && adds_up &&
		! grep -qE '(movi|movall|discard|inv|invall|clear) 0( |$)' "$scratch/stdout"
}

no_command_disturbs() {
	storm 0 --commands none --burst 1 && adds_up &&
		grep -q ' + 0 merged + 0 dropped + 0 blocked + 0 pending$' "$scratch/stdout"
}

waits_in_wfi() {
	storm 0 --wfi && adds_up && grep -q ', [1-9][0-9]* WFIs;' "$scratch/stdout" &&
		storm 0 --wfi --commands none --burst 1 && adds_up &&
		grep -q ', [1-9][0-9]* WFIs;' "$scratch/stdout"
}

# is_seen PLANT TEXT ARG...
is_seen() {
	plant=$1
	text=$2
	shift 2
	storm 1 --burst 1 --plant "$plant" "$@" &&
		grep -qE "^LPI [0-9]+ \(device [01] event [0-7]\): $text" "$scratch/stdout"
}

# Without a GICv3 there is one line that says so.
says_what_is_missing() {
	"$vgicheck" vm --kernel "$kernel" --gic 2 --out "$scratch/out" -- storm </dev/null \
		>"$scratch/stdout" 2>"$scratch/stderr"
	[ $? -eq 4 ] && [ "$(wc -l <"$scratch/stderr")" -eq 1 ] &&
		grep -q 'no storm here: ' "$scratch/stderr" && return
	cat "$scratch/stdout" "$scratch/stderr"
	return 1
}

scratch_dir
if ! has_machine; then
	ktap_skip storm.runs "$why_not"
else
	ktap_check storm.every_send_is_accounted_for every_send_is_accounted_for
	ktap_check storm.no_command_disturbs no_command_disturbs
	ktap_check storm.waits_in_wfi waits_in_wfi
	ktap_check storm.lost_sends_are_seen is_seen drop=40 'lost: ' --commands movi,movall,inv
	ktap_check storm.second_deliveries_are_seen is_seen twice=40 \
		'delivered and pending more often than accepted: ' --commands movi,movall,inv
	ktap_check storm.refused_sends_are_seen is_seen refuse=40 'blocked though it was mapped: ' \
		--commands movi,movall,inv
	ktap_check storm.lost_wakeups_are_seen is_seen late=40 \
		'not taken though the vCPU slept in WFI: ' --wfi --commands none
	ktap_check storm.says_what_is_missing says_what_is_missing
fi
ktap_done
