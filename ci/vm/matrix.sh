#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# matrix.sh VGICHECK [ARG...]: what `make matrix` runs: `vgicheck run ARG...` in the
# QEMU machine, for each kernel and each host, one after the other, and a table of
# what came out. Each one's output is kept below out/matrix.
#
# Environment, all optional: KERNELS, versions or paths of Images, HOSTS, and
# APPEND, SMP, MEM, TIMEOUT and PARALLEL as for run.sh.
#
# Exit status: 0 all as expected; 1 if one of them differs; 2 usage; 99 if one of
# them could not run.

set -u

vgicheck=$1
shift
kernels=${KERNELS:-6.1 6.12 7.2}
hosts=${HOSTS:-$("$vgicheck" list hosts | awk '{ print $1 }')}
dir=out/matrix
status=0

row() {
	printf '%-24s %-14s %6s %6s %6s %6s %6s %6s  %s\n' "$@"
}

# totals FILE: pass, fail, xfail, xpass, skip and error, or dashes.
totals() {
	local found

	found=$(sed -n 's/^# Totals: //p' "$1" | tail -n 1 | tr -cs '0-9\n' ' ')
	echo "${found:-- - - - - -}"
}

# why STATUS FOLDER: what is worth a look.
why() {
	case $1 in
	0 | 4) ;;
	1) echo "differs: $2/stdout" ;;
	*) sed -n '/^vm: /{p;q}' "$2/stderr" ;;
	esac
}

# cell KERNEL HOST ARG...
cell() {
	local kernel=$1 host=$2 folder=$dir/${1//\//_}-$2 got

	shift 2
	mkdir -p "$folder" || exit 99
	KERNEL=$kernel HOST=$host TARGET='' GIC='' ci/vm/run.sh "$vgicheck" run --out "$folder" "$@" \
		>"$folder/stdout" 2>"$folder/stderr"
	got=$?
	# shellcheck disable=SC2046 # one word for each number
	row "$kernel" "$host" $(totals "$folder/stdout") "$(why $got "$folder")"
	case $got in
	0 | 4) ;;
	1) [ $status -ne 0 ] || status=1 ;;
	2 | 130) exit $got ;;
	*) status=99 ;;
	esac
}

[ $# -gt 0 ] || set -- --filter 'scenarios/*'
row kernel host pass fail xfail xpass skip error ''
for kernel in $kernels; do
	for host in $hosts; do
		cell "$kernel" "$host" "$@"
	done
done
exit $status
