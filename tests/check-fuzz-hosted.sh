#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make fuzz TARGET=hosted` with both engines: a fault that is planted in a copy of the
# kernel's tree is found, reduced and left as a program that replays it, and fuzzing
# goes on. Skipped if the sources, clang or AFL++ cannot be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh
scratch_dir

build=${O:-build}
typer=arch/arm64/kvm/vgic/vgic-mmio-v3.c
name=planted-$$

remove_build() {
	rm -rf "$build/hosted/$name"* "$build/fuzz/hosted-$name" "$build/afl/hosted-$name" \
		"$build/fuzzing/hosted-$name" "$scratch"
}
trap remove_build EXIT

# GICR_TYPER.Last is what it is not.
plant() {
	tree=$(ci/kernel/source.sh 6.12) && cp -rs "$tree" "$scratch/$name" || return
	sed 's/if (vgic_mmio_vcpu_rdist_is_last(vcpu))/if (!vgic_mmio_vcpu_rdist_is_last(vcpu))/' \
		"$tree/$typer" >"$scratch/edited"
	! cmp -s "$scratch/edited" "$tree/$typer" || return
	rm "$scratch/$name/$typer" && mv "$scratch/edited" "$scratch/$name/$typer"
}

# finds ENGINE: status 1 and the programs; nothing of an earlier run counts.
finds() {
	rm -rf "$build/fuzzing/hosted-$name"
	env -u MAKEFLAGS -u MAKELEVEL -u KERNEL -u SAN -u COV make fuzz TARGET=hosted \
		KSRC="$scratch/$name" TIME=5 ENGINE="$1" >"$scratch/log" 2>&1 && return 1
	if ! grep -q "^fuzz: hosted-$name, $1: .* 0 crashes, 0 hangs, [0-9]* findings" "$scratch/log"; then
		tail -n 5 "$scratch/log"
		return 1
	fi
	ls "$build/fuzzing/hosted-$name/findings"/redist.last.*,GICR_TYPER,*.vgic >"$scratch/found"
}

replays() {
	make -s hosted KSRC="$scratch/$name" SAN= >"$scratch/log" 2>&1 || return
	for file in "$build/fuzzing/hosted-$name/findings"/redist.last.*,GICR_TYPER,*.vgic; do
		# Reduced: the VM, and who looks at the register.
		[ "$(grep -vc '^#' "$file")" -le 12 ] || return
		"$build/vgicheck" replay --target "hosted:$name" "$file" | grep -q '^!!' || return
	done
}

if ! command -v clang >/dev/null || ! command -v afl-clang-fast >/dev/null || ! plant; then
	ktap_skip fuzz_hosted 'sources, clang or AFL++ cannot be had'
	ktap_done
	exit
fi
ktap_check fuzz_hosted.libfuzzer_finds_a_planted_fault finds libfuzzer
ktap_check fuzz_hosted.findings_are_small_and_replay replays
ktap_check fuzz_hosted.afl_finds_a_planted_fault finds afl
ktap_done
