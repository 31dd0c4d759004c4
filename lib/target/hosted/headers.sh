#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# headers.sh TREE DIR FILE...: fill DIR with the headers that files of the kernel
# tree and of the shim include, and those that these include in turn:
# - a link into the tree for what shim/headers.txt lists and the tree has;
# - what the tree generates from its tables (asm/sysreg-defs.h, asm/cpucap-defs.h);
# - for every other name one line that includes the shim.
# No include directory of the kernel is searched, so that nothing of it takes part
# unasked. DIR is left alone, and so is all that depends on it, if nothing changed.
#
# A line of shim/headers.txt is NAME, or NAME=PATH of the header in the tree.

set -u
here=$(cd "$(dirname "$0")" && pwd)

die() {
	echo "headers.sh: $*" >&2
	exit 1
}

[ $# -ge 3 ] || {
	echo 'usage: headers.sh TREE DIR FILE...' >&2
	exit 2
}
tree=$(cd "$1" && pwd) || exit 1
dir=$2
shift 2
new=$dir.new

# Where the compiler of the kernel looks, in its order.
places='arch/arm64/include include arch/arm64/include/uapi include/uapi'

declare -A listed # by name: the path in the tree, or nothing if that is to be found
declare -A known # names that DIR has
declare -A scanned # files

read_list() {
	local name path

	while IFS='=' read -r name path; do
		case $name in
		'' | '#'*) ;;
		*) listed[$name]=$path ;;
		esac
	done <"$here/shim/headers.txt"
}

# The path of a listed header in the tree, in real; fails if it is not to be linked.
find_real() {
	local name=$1 place

	real=
	[ -n "${listed[$name]+set}" ] || return 1
	if [ -n "${listed[$name]}" ]; then
		real=$tree/${listed[$name]}
		[ -f "$real" ]
		return
	fi
	for place in $places; do
		real=$tree/$place/$name
		[ ! -f "$real" ] || return 0
	done
	return 1
}

# generate NAME SCRIPT TABLE, of arch/arm64/tools; fails if this kernel has no such table.
generate() {
	local name=$1 tools=$tree/arch/arm64/tools

	[ -f "$tools/$2" ] && [ -f "$tools/$3" ] || return 1
	awk -f "$tools/$2" "$tools/$3" >"$new/$name" ||
		die "$tools/$2 fails, which makes $name of $3"
}

add() {
	local name=$1

	[ -z "${known[$name]+set}" ] || return 0
	known[$name]=1
	[[ /$name/ != */../* ]] || die "no '$name' beside the file that includes it"
	mkdir -p "$new/${name%"${name##*/}"}"
	case $name in
	asm/sysreg-defs.h) generate "$name" gen-sysreg.awk sysreg && return ;;
	asm/cpucap-defs.h) generate "$name" gen-cpucaps.awk cpucaps && return ;;
	esac
	if find_real "$name"; then
		ln -s "$real" "$new/$name"
		next+=("$real")
	else
		echo '#include <shim.h>' >"$new/$name"
	fi
}

# An #include of a file, with its < or ". For KVM's files for EL2 "../.." begins in a
# folder that the rules name, too.
add_include() {
	local file=$1 name=${2:1} folder

	if [ "${2:0:1}" = '"' ]; then
		for folder in "${file%/*}" "$tree/arch/arm64/kvm/hyp/include"; do
			if [ -f "$folder/$name" ]; then
				next+=("$folder/$name")
				return
			fi
		done
	fi
	[ -f "$here/shim/$name" ] || [ -f "$here/$name" ] || add "$name"
}

# What the files in next include, until nothing new comes.
scan() {
	local file include files

	while [ ${#next[@]} -gt 0 ]; do
		files=()
		for file in "${next[@]}"; do
			[ -n "${scanned[$file]+set}" ] || files+=("$file")
			scanned[$file]=1
		done
		next=()
		[ ${#files[@]} -gt 0 ] || break
		while IFS=$'\t' read -r file include; do
			add_include "$file" "$include"
		done < <(sed -n -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*([<"][^>"]+)[>"].*/\1/; T
			F; p' "${files[@]}" | paste - -)
	done
}

read_list
rm -rf "$new"
mkdir -p "$new"
next=("$@" "$here"/shim/*.[ch])
for file in "$@"; do
	[ -f "$file" ] || die "no '$file'"
done
scan
if diff -r --no-dereference "$new" "$dir" >/dev/null 2>&1; then
	rm -r "$new"
else
	rm -rf "$dir"
	mv "$new" "$dir"
fi
