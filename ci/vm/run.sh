#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh VGICHECK COMMAND [ARG...]: what `make run` and `make bench` run, namely
# `vgicheck COMMAND ARG...`: natively if the target needs no kernel, or if this
# machine has a usable KVM and no other kernel or machine is asked for, else in the
# QEMU machine, whose kernel is fetched if it is not there.
#
# Environment, all optional: TARGET, KERNEL, APPEND, HOST, GIC, SMP, MEM, TIMEOUT,
# PARALLEL.
#
# Exit status: that of vgicheck; 4 if the archive has no such kernel.

set -u

vgicheck=$1
shift

is_native() {
	[ "${TARGET:-kvm}" = kvm ] || return 0
	[ "$(uname -m)" = aarch64 ] && [ -r /dev/kvm ] && [ -w /dev/kvm ] &&
		[ -z "${KERNEL:-}${APPEND:-}${HOST:-}${GIC:-}${SMP:-}${MEM:-}" ]
}

run_in_machine() {
	local kernel=${KERNEL:-6.12} options=() name value

	case $kernel in
	*[!0-9.]*) ;;
	*)
		# Its devices need a driver that the image does not have.
		if [ "$1" = direct ] && [ ! -e "$kernel" ]; then
			HOST=${HOST:-gicv4}
			ci/kernel/modules.sh "$kernel" >/dev/null || exit
		fi
		[ -e "$kernel" ] || kernel=$(ci/kernel/fetch.sh "$kernel") || exit
		;;
	esac
	for name in APPEND HOST GIC SMP MEM TIMEOUT; do
		value=${!name:-}
		[ -z "$value" ] || options+=("--${name,,}" "$value")
	done
	# Seconds of virtual time are no measure.
	if [ "${PARALLEL:-0}" = 1 ] || [ "$1" = bench ]; then
		options+=(--parallel)
	fi
	exec "$vgicheck" vm --kernel "$kernel" "${options[@]}" -- "$@"
}

[ -z "${TARGET:-}" ] || set -- "$@" --target "$TARGET"
if is_native; then
	exec "$vgicheck" "$@"
fi
run_in_machine "$@"
