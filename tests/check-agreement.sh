#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The hosted target gives what /dev/kvm of the same kernel gives: both perform a sample,
# and `vgicheck compare` finds no difference but for what the model leaves open. On the
# machine's side that is QEMU's processor, which the hosted one plays here. What is side by
# side is left out: two runs of the machine differ in that, too. `vgicheck diff-kernels`
# compares two libraries. Skipped if no library or no machine can be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

last=corpora/regress/0009-last-ignores-adjacent-region.vgic

# perform FILE TARGET COMMAND...: the sample, by a command that `run` and its options follow.
perform() {
	results=$1
	target=$2
	shift 2
	"$@" run --target "$target" --count 250 --seed 3 --results "$results" >"$scratch/log" 2>&1
	[ -s "$results" ] && return
	tail -n 5 "$scratch/log"
	return 1
}

both_perform() {
	perform "$scratch/hosted" "hosted:$kernel,qemu=1" "$vgicheck" &&
		perform "$scratch/kvm" kvm "$vgicheck" vm --parallel --kernel "$kernel" \
			--out "$scratch/out" --
}

# agree PATTERN OPTION...: at least one program, and all the same.
agree() {
	pattern=$1
	shift
	"$vgicheck" compare --common --filter "$pattern" "$@" "$scratch/hosted" "$scratch/kvm"
}

# What a list register hides needs a vCPU that is preempted in its guest, which the hosted
# one leaves: the entries of that come by chance.
chance_is_all() {
	agree 'regress/*' --chance
}

# The order of what is side by side is the machine's own.
choices_are_all() {
	agree 'scenarios/*' --choices --chance
}

# A bit of one result is enough.
a_difference_is_noticed() {
	sed '/^program regress\/0009-/,/^end/s/^done 0$/done 10/' "$scratch/hosted" >"$scratch/other"
	"$vgicheck" compare "$scratch/hosted" "$scratch/other" >"$scratch/log"
	[ $? -eq 1 ] && grep -q '^regress/0009-.*: different$' "$scratch/log" &&
		grep -q 'other *0x10 Last=1 (breaks redist.last' "$scratch/log" &&
		grep -q ', 1 differ; 0 only in ' "$scratch/log"
}

kernels_are_the_same() {
	"$vgicheck" diff-kernels --out "$scratch/out" "$last" "$kernel" "$kernel,lr=16"
}

# With fewer list registers than there are active interrupts.
kernels_differ() {
	"$vgicheck" diff-kernels --out "$scratch/out" 'scenarios/active-fill-list-registers' \
		"$kernel" "$kernel,lr=16" >"$scratch/log"
	[ $? -eq 1 ] && grep -q '^!! .*guest vcpu=0 ack' "$scratch/log" &&
		grep -q 'breaks cpuif.ack, .* known as active-fill-list-registers' "$scratch/log"
}

scratch_dir
if ! command -v clang >/dev/null || ! ci/kernel/source.sh "$kernel" >"$scratch/log" 2>&1; then
	ktap_skip agreement "no clang, or $(tail -n 1 "$scratch/log")"
	ktap_done
fi
ktap_check agreement.hosted_is_built make_hosted KERNEL="$kernel"
ktap_check agreement.kernels_are_the_same kernels_are_the_same
ktap_check agreement.kernels_differ kernels_differ
if ! has_machine; then
	ktap_skip agreement.with_kvm "$why_not"
	ktap_done
fi
ktap_check agreement.both_perform both_perform
for group in 'region-*' 'gicv3-*' 'device-*' 'lpi-*'; do
	ktap_check "agreement.of_${group%%[-/]*}" agree "$group"
done
ktap_check agreement.of_regress chance_is_all
ktap_check agreement.of_scenarios choices_are_all
ktap_check agreement.a_difference_is_noticed a_difference_is_noticed
ktap_done
