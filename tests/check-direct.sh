#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices of the QEMU machine raise LPIs of a guest: that they come directly is told
# from what comes by way of the host, a doorbell that is lost is seen, devices of other
# kinds do, and wrong arguments are named. Skipped if no machine can be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

# direct HOST STATUS ARG...: runs it, and says what it printed if it ended otherwise.
direct() {
	host=$1
	wanted=$2
	shift 2
	"$vgicheck" vm --kernel "$kernel" --host "$host" --out "$scratch/out" --qemu "$qemu" -- \
		direct "$@" </dev/null >"$scratch/stdout" 2>"$scratch/stderr"
	ended_with "$?" "$wanted" "$scratch/stdout" "$scratch/stderr"
}

# printed PATTERN: a line of the results fits.
printed() {
	fits "$scratch/stdout" "$1"
}

# one_line TEXT: all there is to see.
one_line() {
	grep -q -- "$1" "$scratch/stderr" && [ "$(wc -l <"$scratch/stderr")" -eq 1 ] &&
		[ ! -s "$scratch/stdout" ] && return
	echo "not only '$1':"
	cat "$scratch/stdout" "$scratch/stderr"
	return 1
}

injection_is_direct() {
	direct gicv4 0 --filter '[ld]*' && printed '^# injection: direct$' &&
		printed ' 0 of them taken by the host; 4 LPIs forwarded' &&
		printed '; [1-9][0-9]* doorbells$' && printed '^# device: .* edu$'
}

# The controls: the same devices without GICv4, or with it switched off.
injection_is_not_direct() {
	direct "$1" 4 --filter 'lpi.a*' && printed '^# injection: not direct' &&
		printed '# SKIP not direct: the host took 3 of 3 interrupts' || return 1
	direct "$1" 1 --filter 'lpi.a*' --require &&
		printed '^not ok 1 .*# not direct: the host took 3 of 3 interrupts'
}

lost_doorbells_are_seen() {
	direct gicv4 1 --filter 'doorbell.w*' --plant doorbell=30 &&
		printed '^# [1-9] doorbells were lost on purpose$' &&
		printed '^not ok .*: guest vcpu=. wfi: got 1, expected 0$'
}

# An Ethernet controller of another maker, at an address where nothing else is.
build_qemu() {
	cat >"$scratch/qemu" <<'EOT'
#!/bin/sh
exec qemu-system-aarch64 "$@" -device e1000e,addr=0x1c,romfile=
EOT
	chmod +x "$scratch/qemu"
}

other_kinds_inject() {
	qemu=$scratch/qemu
	direct gicv4 0 --device 0000:00:1c.0 --filter '*a*' && printed '^# device: 0000:00:1c.0 82574l$' &&
		printed '^# injection: direct$' && printed '^ok .* doorbell\.wakes_a_blocked_vcpu$'
	ret=$?
	qemu='qemu-system-aarch64'
	return "$ret"
}

# refused TEXT ARG...
refused() {
	text=$1
	shift
	direct gicv4 2 "$@" && one_line "$text"
}

nothing_to_test() {
	direct gicv3 4 && one_line "cannot open '/dev/vfio/vfio': No such file or directory"
}

check_arguments() {
	ktap_check direct.names_a_wrong_device \
		rejects "--device takes the address of another device, such as 0000:01:00.0, at most 8 times, not '01:00'" \
		"$vgicheck" direct --device 01:00
	ktap_check direct.names_a_wrong_register \
		rejects "--raise takes OFFSET=VALUE, with an offset in whole words, not '0x61=1'" \
		"$vgicheck" direct --raise 0x61=1
	ktap_check direct.names_what_is_missing rejects '--enable and --ack go with --raise' \
		"$vgicheck" direct --ack 0x64=1
	ktap_check direct.names_a_wrong_plant rejects "--plant takes doorbell=N, not 'doorbell=0'" \
		"$vgicheck" direct --plant doorbell=0
}

check_machine() {
	ktap_check direct.is_direct injection_is_direct
	for control in gicv4-off gicv3-devices; do
		ktap_check "direct.tells_when_it_is_not: $control" injection_is_not_direct "$control"
	done
	ktap_check direct.lost_doorbells_are_seen lost_doorbells_are_seen
	build_qemu
	ktap_check direct.other_kinds_inject other_kinds_inject
	ktap_check direct.names_an_absent_device \
		refused 'device 0000:07:00.0: no such PCI device' --device 0000:07:00.0
	ktap_check direct.names_an_unknown_kind \
		refused 'device 0000:00:00.0: 1b36:0008 is of no known kind; --raise must say' \
		--device 0000:00:00.0
	ktap_check direct.names_a_register_that_is_none \
		refused 'device 0000:00:01.0: its BAR 0 has no such offset' \
		--device 0000:00:01.0 --raise 0x100000=1
	ktap_check direct.says_what_is_missing nothing_to_test
}

scratch_dir
qemu='qemu-system-aarch64'
check_arguments
if ! has_machine; then
	ktap_skip direct.runs "$why_not"
elif ! why=$(ci/kernel/modules.sh "$kernel" 2>&1 >/dev/null); then
	ktap_skip direct.runs "no modules of kernel $kernel: $(printf '%s\n' "$why" | tail -n 1)"
else
	check_machine
fi
ktap_done
