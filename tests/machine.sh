# SPDX-License-Identifier: GPL-2.0-only
#
# What the check scripts share that run a kernel, in a QEMU machine or its vGIC in this
# process. It is sourced at the top of the tree and runs nothing by itself.
# shellcheck shell=sh

. tests/script.sh
. ci/kernel/common.sh

# shellcheck disable=SC2034 # used by those that source this
vgicheck=${O:-build}/vgicheck
kernel=6.12

# has_machine: one can be started with $kernel; if not, $why_not tells why.
has_machine() {
	why_not=
	if ! command -v qemu-system-aarch64 >/dev/null; then
		why_not='no qemu-system-aarch64'
	elif [ ! -s "$(cache_dir)/kernel/$kernel/Image" ]; then
		why_not="kernel $kernel is not in the cache; 'make kernel KERNEL=$kernel' fetches it"
	fi
	[ -z "$why_not" ]
}
