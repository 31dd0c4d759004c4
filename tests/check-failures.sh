#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `vgicheck run --fail`: of the scenarios each operation fails in turn, and what is known
# comes of it. Faults that are planted in a copy of the kernel's tree, where only a
# failure gets, are found: a leak, a lock that is kept, and with sanitizers a use of
# freed memory; each with the operation, the number and a program that replays it.
# Skipped if the sources or clang cannot be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

version=6.12
build=${O:-build}
vgic=arch/arm64/kvm/vgic
program='scenarios/lpi-by-msi'

scenarios_are_as_expected() {
	"$build/vgicheck" run --target "hosted:$version" --fail all --filter 'scenarios/*' \
		--out "$scratch/out" >"$scratch/results" 2>&1 &&
		awk '/^# failures made:/ { made = $4 } END { exit made < 10000 }' "$scratch/results" && return
	grep -A 4 '^not ok' "$scratch/results" || tail -n 3 "$scratch/results"
	return 1
}

# plant NAME FILE SED [ARG...]: the tree with one file edited, as a library; ARGs are make's.
plant() {
	planted=$scratch/$1
	cp -rs "$(cat "$build/hosted/$version/tree")" "$planted" || return
	file=$planted/$2
	sed "$3" "$(readlink "$file")" >"$scratch/edited"
	if cmp -s "$scratch/edited" "$file"; then
		echo "'$3' changes nothing in $2"
		return 1
	fi
	rm "$file" && mv "$scratch/edited" "$file" || return
	make_hosted KSRC="$planted" "${4:-SAN=}" O="$scratch/build" >"$scratch/log" 2>&1 && return
	tail -n 5 "$scratch/log"
	return 1
}

# shows NAME WORDS: a failure in it says WORDS, and so does the program left. A library
# with sanitizers has a vgicheck beside it.
shows() {
	library=$(find "$scratch/build/hosted/$1"* -name vgic.so)
	tested=${library%/*}/vgicheck
	[ -x "$tested" ] || tested=$build/vgicheck
	"$tested" run --target "hosted:$library" --fail alloc --filter "$program" \
		--out "$scratch/out-$1" >"$scratch/results" 2>&1
	if ! grep -q 'with alloc [0-9]* of op [0-9]* failing: ' "$scratch/results" ||
		! grep -q "$2" "$scratch/results"; then
		tail -n 5 "$scratch/results"
		return 1
	fi
	"$tested" replay --target "hosted:$library" "$scratch/out-$1"/*.vgic 2>&1 | grep -q "$2"
}

# kvm_vgic_setup_default_irq_routing() cannot set the routes that it has made.
leak() {
	plant leak "$vgic/vgic-irqfd.c" 's/kfree(entries);/if (!ret) kfree(entries);/' &&
		shows leak 'leak: [0-9]* bytes allocated at arch/arm64/kvm/vgic/vgic-irqfd.c'
}

# vgic_register_redist_iodev() cannot put a redistributor on the bus.
kept_lock() {
	plant lock "$vgic/vgic-mmio-v3.c" \
		'/^int vgic_register_redist_iodev/,/^}/ s/guard(mutex)(/mutex_lock(/' &&
		shows lock 'lock: deadlock at arch/arm64/kvm/vgic/vgic-mmio-v3.c'
}

use_after_free() {
	plant freed "$vgic/vgic-irqfd.c" \
		's/kfree(entries);/kfree(entries); if (ret) entries[0].gsi = 0;/' SAN=address,undefined &&
		shows freed 'heap-use-after-free'
}

scratch_dir
if ! command -v clang >/dev/null || ! ci/kernel/source.sh "$version" >"$scratch/log" 2>&1; then
	ktap_skip failures "no clang, or $(tail -n 1 "$scratch/log")"
	ktap_done
fi

ktap_check failures.hosted_is_built make_hosted KERNEL="$version"
ktap_check failures.scenarios_are_as_expected scenarios_are_as_expected
ktap_check failures.leak_is_found leak
ktap_check failures.kept_lock_is_found kept_lock
ktap_check failures.use_after_free_is_found use_after_free
ktap_check failures.other_kinds_are_refused rejects "--fail takes alloc, copy, guest or all, not 'x'" \
	"$build/vgicheck" run --fail x
ktap_check failures.other_targets_are_refused rejects 'target qtest can make nothing fail' \
	"$build/vgicheck" run --target qtest --fail all --filter "$program"
ktap_done
