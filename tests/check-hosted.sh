#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make hosted`: the library is built and has one symbol, nothing of the kernel takes
# part unasked, and what a kernel needs that the shim lacks is named, by planting such
# needs in a copy of the tree. Programs have the results that they have on /dev/kvm, and
# twice the same. `make coverage` shows what is executed of each file.
# Skipped if the sources or clang cannot be had.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

version=6.12
out=${O:-build}/hosted/$version
vgic=arch/arm64/kvm/vgic

only_the_abi_is_exported() {
	nm -D --defined-only "$out/vgic.so" | sed 's/.* //' | diff - "$scratch/symbol"
}

# Of the tree: files of sources.txt, headers beside them, links of the include folder.
only_listed_files_take_part() {
	find "$out/kernel" "$out/shim" -name '*.d' -exec cat {} + | tr -s ': ' '\n' | grep '^/' |
		sort -u | grep -vE "^$(cat "$out/tree")/(arch/arm64/kvm|virt/kvm|lib)/" | none
}

nothing_is_built_again() {
	make_hosted KERNEL="$version" | none
}

# A tree that is the same, of links, as $scratch/NAME; each further argument a line that
# one of its files, FILE: LINE, then ends with.
plant() {
	planted=$scratch/$1
	shift
	cp -rs "$(cat "$out/tree")" "$planted" || return
	for line; do
		file=$planted/${line%%: *}
		cp --remove-destination "$(readlink "$file")" "$file" || return
		echo "${line#*: }" >>"$file"
	done
}

# lacks TREE LINE...: no library is built of it; the lines, and no others, say why.
lacks() {
	tree=$1
	shift
	if make_hosted KSRC="$scratch/$tree" O="$scratch/build" CFLAGS=-O0 >"$scratch/log" 2>&1; then
		echo "$tree is built"
		return 1
	fi
	{
		printf '%s\n' "$@"
		echo "hosted: the shim does not fit kernel $tree yet; see docs/hosted.md"
	} | sort >"$scratch/expected"
	grep 'the shim' "$scratch/log" | sed 's/\.\([ch]\):[0-9]*:/.\1:/' | sort |
		diff "$scratch/expected" -
}

# stops_with TEXT ARG...: make does, and prints it.
stops_with() {
	rejects "$1" make_hosted O="$scratch/build" "$2"
}

compile_errors() {
	plant errors \
		"$vgic/vgic-its.c: void planted(struct kvm *kvm) { kvm_planted_helper(kvm); }" \
		"$vgic/vgic.c: int planted(struct kvm_vcpu *vcpu) { return vcpu->planted_member; }" \
		"$vgic/vgic-v4.c: #include <linux/planted.h>" \
		"$vgic/vgic-v2.c: planted_t planted;" \
		"$vgic/vgic-mmio.h: struct planted_holder { struct planted_thing thing; };" \
		"virt/kvm/irqchip.c: int planted(void) { return PLANTED_CONSTANT; }" &&
		lacks errors \
			"$vgic/vgic-its.c: the shim has no function 'kvm_planted_helper'" \
			"$vgic/vgic.c: the shim has no member 'planted_member' in 'struct kvm_vcpu'" \
			"$vgic/vgic-v2.c: the shim has no type 'planted_t'" \
			"$vgic/vgic-mmio.h: the shim does not define 'struct planted_thing', for $vgic/vgic-its.c" \
			"virt/kvm/irqchip.c: the shim has no 'PLANTED_CONSTANT'"
}

link_error() {
	plant undefined "$vgic/vgic-its.c: int kvm_planted_outside(void);
int planted(void); int planted(void) { return kvm_planted_outside(); }" &&
		lacks undefined "$vgic/vgic-its.c: the shim does not define 'kvm_planted_outside'"
}

renamed_file() {
	plant renamed && rm "$scratch/renamed/virt/kvm/irqchip.c" &&
		stops_with 'has no virt/kvm/irqchip.c' KSRC="$scratch/renamed"
}

# The table has the files with what the programs of corpora execute of them.
coverage_is_shown() {
	env -u MAKEFLAGS -u MAKELEVEL -u KSRC -u SAN -u ARGS make -j "$(nproc)" coverage KERNEL="$version" \
		>"$scratch/log" 2>&1
	status=$?
	cat "$scratch/log"
	[ "$status" -eq 0 ] && [ -f "${O:-build}/coverage/$version/index.html" ] &&
		awk '/vgic-its\.c/ { found = $3 + 0 > 0 && $5 + 0 > 0 } END { exit !found }' "$scratch/log"
}

# Where /dev/kvm of this version does as expected, so does the library.
scenarios_are_as_expected() {
	"${O:-build}/vgicheck" run --target "hosted:$version" --filter 'scenarios/*' \
		--out "$scratch/out" >"$scratch/results" 2>&1 && return
	grep -A 4 '^not ok' "$scratch/results" || tail -n 3 "$scratch/results"
	return 1
}

is_the_same_again() {
	mv "$scratch/results" "$scratch/before"
	scenarios_are_as_expected >/dev/null
	diff "$scratch/before" "$scratch/results" | none
}

scratch_dir
if ! command -v clang >/dev/null || ! ci/kernel/source.sh "$version" >"$scratch/log" 2>&1; then
	ktap_skip hosted "no clang, or $(tail -n 1 "$scratch/log")"
	ktap_done
fi

echo hosted_kernel >"$scratch/symbol"
ktap_check hosted.is_built make_hosted KERNEL="$version"
for other in 6.1 7.2 7.3; do
	if ci/kernel/source.sh "$other" >"$scratch/log" 2>&1; then
		ktap_check "hosted.is_built_of_$other" make_hosted KERNEL="$other"
	else
		ktap_skip "hosted.is_built_of_$other" "$(tail -n 1 "$scratch/log")"
	fi
done
ktap_check hosted.scenarios_are_as_expected scenarios_are_as_expected
ktap_check hosted.is_the_same_again is_the_same_again
ktap_check hosted.only_the_abi_is_exported only_the_abi_is_exported
ktap_check hosted.only_listed_files_take_part only_listed_files_take_part
ktap_check hosted.nothing_is_built_again nothing_is_built_again
ktap_check hosted.missing_helpers_are_named compile_errors
ktap_check hosted.undefined_helpers_are_named link_error
ktap_check hosted.renamed_file_is_named renamed_file
ktap_check hosted.other_folders_are_refused stops_with 'has no arch/arm64/kvm/vgic' KSRC=lib
ktap_check hosted.unknown_kernels_are_refused stops_with "no kernel '9.9'" KERNEL=9.9
if command -v llvm-cov >/dev/null; then
	ktap_check hosted.coverage_is_shown coverage_is_shown
else
	ktap_skip hosted.coverage_is_shown 'no llvm-cov'
fi
ktap_done
