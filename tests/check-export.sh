#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Selftests that `vgicheck export` writes: what they assert, that they compile
# without a warning as the kernel tree would compile them, and what cannot be
# exported is refused in one line. ci/kernel/selftest.sh links them to be run.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

vgicheck=${O:-build}/vgicheck
regress=corpora/regress
scenarios=corpora/scenarios

# asserts NAME FILE TEXT...: the selftest has these lines, wherever they are broken.
asserts() {
	"$vgicheck" export --selftest "$1" | tr -s ' \t\n' ' ' >"$scratch/flat"
	shift
	for text in "$@"; do
		grep -qF -- "$text" "$scratch/flat" || {
			echo "no '$text'"
			return 1
		}
	done
}

# compiles FILE OPTION...: without a warning, against the library's headers.
compiles() {
	"$vgicheck" export --selftest --output "$scratch/test.c" "$@" &&
		"${CROSS_COMPILE-aarch64-linux-gnu-}gcc" -Wall -Wstrict-prototypes -Wuninitialized \
			-Werror -O2 -std=gnu99 -D_GNU_SOURCE "${KVM_UTIL_CFLAGS:-}" \
			-fsyntax-only "$scratch/test.c"
}

# refuses TEXT ARG...: one line that says why, and no file.
refuses() {
	text=$1
	shift
	"$vgicheck" export "$@" >"$scratch/stdout" 2>"$scratch/stderr"
	if [ $? -ne 2 ] || [ -s "$scratch/stdout" ] || [ "$(wc -l <"$scratch/stderr")" -ne 1 ] ||
		! grep -qF -- "$text" "$scratch/stderr"; then
		cat "$scratch/stderr"
		return 1
	fi
}


ktap_check export.value asserts $regress/0009-last-ignores-adjacent-region.vgic \
	'val = guest_readq(0x20000000 + GICR_TYPER);' \
	'GUEST_CHECK(val, 0x10, 0x0, "op 8, ' 'want Last=0 (redist.last.adjacent-region)")'
ktap_check export.errno asserts $regress/0001-addr-wraps-64-bits.vgic \
	'TEST_ASSERT(ret < 0 && errno == E2BIG, ' '(uapi.addr.ipa-range)'
ktap_check export.no_device asserts $regress/0006-redist-failed-vcpu-takes-frame.vgic \
	'run_to_mmio(vcpu0, 0x20040008);'
ktap_check export.one_of asserts $scenarios/cpuif-equal-priority-all-taken.vgic \
	'__GUEST_ASSERT(iar_10 == 1 || iar_10 == 2 || iar_10 == 3 || iar_10 == 4,' \
	'guest_msr(iar_10 & 0xffffff, SYS_ICC_EOIR1_EL1);'
ktap_check export.op refuses 'there is no op 99' --selftest --op 99 \
	$regress/0009-last-ignores-adjacent-region.vgic
ktap_check export.nothing refuses 'the model does not predict op ' --selftest \
	$scenarios/lpi-its-address-over-a-frame.vgic
if [ -n "${KVM_UTIL_CFLAGS:-}" ]; then
	ktap_check export.compiles_guest compiles $regress/0009-last-ignores-adjacent-region.vgic \
		--old-kernels
	ktap_check export.compiles_attributes compiles $regress/0004-region-index-truncated.vgic
	ktap_check export.compiles_its compiles $regress/0100-lpi-queued-while-disabled.vgic --op 29
	ktap_check export.compiles_v2 compiles $scenarios/gicv2-sgi-two-sources.vgic
	ktap_check export.compiles_hold compiles $scenarios/sgi-to-a-held-vcpu.vgic
fi
ktap_done
