#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Migration: programs go on as before wherever they are migrated, on a hosted kernel and in
# the QEMU machine. What is changed in a state is named: a register that cannot be as it was,
# an operation of the rest that shows another. Of what it is given wrong `vgicheck migrate`
# says one line. Parts are skipped if the sources, clang or the machine's kernel cannot be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

program=corpora/scenarios/migrate-keeps-interrupts.vgic

# migrate STATUS LINE ARG...: ends with STATUS, after a line that fits.
migrate() {
	status=$1
	line=$2
	shift 2
	"$vgicheck" migrate "$@" >"$scratch/log" 2>&1
	[ $? -eq "$status" ] && grep -qE -- "$line" "$scratch/log" && return
	echo "not status $status and '$line':"
	tail -n 5 "$scratch/log"
	return 1
}

programs_go_on_wherever_they_are_migrated() {
	"$vgicheck" run --target "hosted:$kernel" --migrate --filter 'scenarios/*' \
		--out "$scratch/out" >"$scratch/results" 2>&1 &&
		awk '/^# migrations made:/ { made = $4 } END { exit made < 7000 }' \
			"$scratch/results" && return
	grep -A 4 '^not ok' "$scratch/results" || tail -n 3 "$scratch/results"
	return 1
}

states_are_the_same() {
	for file in corpora/scenarios/migrate-keeps-interrupts.vgic \
		corpora/scenarios/migrate-gicv2.vgic corpora/scenarios/lpi-by-msi.vgic \
		corpora/scenarios/its-mapd-size-limits.vgic; do
		migrate 0 '^the state restored differs from that saved in 0 places$' "$file" \
			--target hosted --from "$kernel" --to "$kernel" || return
	done
}

save() {
	migrate 0 "^saved before op 21 on hosted $kernel" "$program" --target "hosted:$kernel" \
		--save "$scratch/state" --results "$scratch/first"
}

# changed SED STATUS LINE: the state, edited, is restored and the rest performed.
changed() {
	sed "$1" "$scratch/state" >"$scratch/changed"
	if cmp -s "$scratch/state" "$scratch/changed"; then
		echo "'$1' changes nothing"
		return 1
	fi
	migrate "$2" "$3" "$program" --target "hosted:$kernel" --restore "$scratch/changed" \
		--first "$scratch/first"
}

what_is_changed_is_named() {
	changed '/write GICD_CTLR /s/value=.*/value=0x10052/' 1 \
		'^!! GICD_CTLR: was 0x10052 .*, is 0x52 ' &&
		changed '/write GICD_ISENABLER1 /s/value=.*/value=0x7/' 1 \
			'^op 22: .*GICD_ISENABLER1.*: got .*=7, allowed .*=0xf$' &&
		changed '/write ICC_SRE_EL1 vcpu=1 /s/value=.*/value=0x0/' 1 \
			'^!! the VM cannot be restored: user write ICC_SRE_EL1 vcpu=1 .*: Invalid argument$' &&
		changed '/^guest vcpu=0 /s/acked=[^ ]*/acked=/' 1 '^op (29|[0-9]*): guest vcpu=0 '
}

what_is_wrong_is_told() {
	migrate 2 '^vgicheck: migrate takes --from and --to, --save, or --restore$' "$program" &&
		migrate 2 '^vgicheck: migrate takes one program$' --from 6.1 --to 6.1 &&
		migrate 2 '^vgicheck: target qtest cannot save a VM$' "$program" --target qtest \
			--save "$scratch/none" &&
		migrate 2 ":1:1: this is no state of a VM: it begins with 'vmstate 1'$" "$program" \
			--target "hosted:$kernel" --restore "$program" &&
		changed '/^vm gicv3/s/3/2/' 2 "' is not a register of gicv2$" &&
		changed '/^create_vgic/s/$/x/' 2 ":5:1: 'create_vgicx' is not a user operation"
}

machine_goes_on() {
	migrate 0 '^the state restored differs from that saved in 0 places$' "$program" \
		--from "$kernel" --to "$kernel" &&
		grep -q '^the rest of the program: 0 differences, ' "$scratch/log"
}

scratch_dir
if command -v clang >/dev/null && ci/kernel/source.sh "$kernel" >"$scratch/log" 2>&1; then
	ktap_check migrate.hosted_is_built make_hosted KERNEL="$kernel"
	ktap_check migrate.programs_go_on_wherever_they_are_migrated \
		programs_go_on_wherever_they_are_migrated
	ktap_check migrate.states_are_the_same states_are_the_same
	ktap_check migrate.state_is_saved save
	ktap_check migrate.what_is_changed_is_named what_is_changed_is_named
	ktap_check migrate.what_is_wrong_is_told what_is_wrong_is_told
else
	ktap_skip migrate "no clang, or $(tail -n 1 "$scratch/log")"
fi
if has_machine; then
	ktap_check migrate.machine_goes_on machine_goes_on
else
	ktap_skip migrate.machine_goes_on "$why_not"
fi
ktap_done
