#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Dependencies between the parts of the tree point downwards only. It reads
# #include lines as they stand and does not evaluate conditions around them;
# "--self-test" only shows that each rule notices a violation.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

# may_include PART: the parts whose headers it may include beside its own.
may_include() {
	case $1 in
	lib/regs) echo '' ;;
	lib/tap | lib/prog | lib/vgic | lib/engine | guest_code) echo 'lib/regs' ;;
	lib/model) echo 'lib/regs lib/prog' ;;
	lib/vmstate) echo 'lib/regs lib/prog' ;;
	lib/target) echo 'lib/regs lib/prog lib/vgic lib/engine lib/vmstate guest_code' ;;
	lib/judge) echo 'lib/regs lib/prog lib/model lib/target lib/tap' ;;
	lib/export) echo 'lib/regs lib/prog lib/model lib/judge' ;;
	harness) echo 'lib/regs lib/prog lib/model lib/vmstate lib/target lib/judge lib/export lib/tap ci' ;;
	fuzz) echo 'lib/regs lib/prog lib/model lib/vgic lib/target lib/judge lib/tap' ;;
	ci) echo 'lib/regs lib/tap' ;;
	tests) echo 'lib/regs lib/tap lib/prog lib/engine lib/model lib/vgic lib/vmstate lib/target' \
		'lib/judge lib/export' \
		'guest_code harness fuzz ci' ;;
	*) echo '' ;;
	esac
}

# may_not_use PART: an extended regular expression of system headers.
may_not_use() {
	kvm='(linux|asm|asm-generic)/'
	case $1 in
	lib/regs | lib/prog) echo "^$kvm" ;;
	lib/model | lib/vgic) echo "^($kvm|sys/|(time|unistd|fcntl|pthread|signal)\.h)" ;;
	*) echo '^$' ;; # nothing
	esac
}

# The part that a file belongs to: lib/NAME, or its top directory.
part_of() {
	case $1 in
	lib/*/*) part=${1#lib/} && echo "lib/${part%%/*}" ;;
	*) echo "${1%%/*}" ;;
	esac
}

# includes OPENING: "FILE NAME" for every #include that begins with OPENING.
includes() {
	repo_files | grep -E '\.(c|h|S|def)$' |
		xargs -r grep -oE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$1[^\">]+" /dev/null |
		sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*["<]/ /'
}

# The compiler looks beside the file first, then from the top of the tree.
resolve() {
	beside=$(dirname "$1")/$2
	if [ -f "$beside" ]; then
		realpath -m --relative-to=. "$beside"
	elif [ -f "$2" ]; then
		echo "$2"
	fi
}

parts_include_downwards() {
	includes '"' | (
		bad=0
		while read -r file name; do
			from=$(part_of "$file")
			header=$(resolve "$file" "$name")
			to=$(part_of "$header")
			case " $from $(may_include "$from") " in
			*" $to "*) ;;
			*)
				# kvm_util's headers come from a kernel tree.
				[ -z "$header" ] && [ "$from" = lib/target ] && continue
				echo "$file: $from may not include ${header:-$name, which is not in the tree}"
				bad=1
				;;
			esac
		done
		exit "$bad"
	)
}

model_and_below_know_no_kernel() {
	includes '<' | (
		bad=0
		while read -r file name; do
			from=$(part_of "$file")
			if echo "$name" | grep -qE "$(may_not_use "$from")"; then
				echo "$file: $from may not include <$name>"
				bad=1
			fi
		done
		exit "$bad"
	)
}

guest_code_is_freestanding() {
	includes '<' | grep '^guest_code/' | grep -vE ' std(bool|def|int)\.h$' | none
}

# rejected RULE TEXT FILE LINE: RULE fails on a tree in which FILE has LINE.
rejected() {
	mkdir -p "$scratch/$(dirname "$3")" "$scratch/lib/regs" "$scratch/lib/judge"
	touch "$scratch/lib/regs/bits.h" "$scratch/lib/judge/judge.h"
	printf '#include "lib/regs/bits.h"\n%s\n' "$4" >"$scratch/$3"
	ktap_check "check_deps.rejects: $3: ${4##\#}" in_scratch rejects "$2" "$1"
	rm -rf "${scratch:?}"/*
}

self_test() {
	scratch_dir
	rejected parts_include_downwards 'lib/model may not include lib/judge/judge.h' \
		lib/model/dist.c '#include "lib/judge/judge.h"'
	rejected parts_include_downwards 'lib/regs may not include lib/judge/judge.h' \
		lib/regs/regs.c '#include "../judge/judge.h"'
	rejected parts_include_downwards 'lib/judge may not include kvm_util.h' \
		lib/judge/run.c '# include "kvm_util.h"'
	rejected parts_include_downwards 'lib/engine may not include lib/judge/judge.h' \
		lib/engine/ring.c '#include "lib/judge/judge.h"'
	rejected parts_include_downwards 'guest_code may not include lib/judge/judge.h' \
		guest_code/main.c '#include "lib/judge/judge.h"'
	rejected model_and_below_know_no_kernel 'lib/model may not include <linux/kvm.h>' \
		lib/model/uapi.c '#include <linux/kvm.h>'
	rejected model_and_below_know_no_kernel 'lib/model may not include <time.h>' \
		lib/model/wfi.c '#include <time.h>'
	rejected model_and_below_know_no_kernel 'lib/prog may not include <asm/kvm.h>' \
		lib/prog/text.c '#include <asm/kvm.h>'
	rejected guest_code_is_freestanding 'guest_code/main.c stdio.h' \
		guest_code/main.c '#include <stdio.h>'
}

self_test
if [ "${1:-}" != --self-test ]; then
	ktap_check deps.parts_include_downwards parts_include_downwards
	ktap_check deps.model_and_below_know_no_kernel model_and_below_know_no_kernel
	ktap_check deps.guest_code_is_freestanding guest_code_is_freestanding
fi
ktap_done
