#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# missing.sh compiled NAME DIR TREE OBJECT...: if one of the objects is not there, say
# what its kernel file lacks, from the compiler's messages in OBJECT.log, a line each.
# missing.sh linked NAME DIR LIBC LIBRARY OBJECT...: the same for functions and variables
# that are declared, but defined neither by the library nor by the C library.
# DIR is what the objects' names begin with.
#
# Exit status: 0 nothing is missing; 1 something is; 2 usage.

set -u
shim=lib/target/hosted/shim/

finish() {
	echo "hosted: the shim does not fit kernel $1 yet; see docs/hosted.md" >&2
	exit 1
}

# Errors of compilers, in their words, as what the shim lacks: each once for a file,
# those in headers once, with the first kernel file that includes them.
explain() {
	awk -v dir="$1/" -v tree="$2/" -v shim="$shim" '
	function quoted(text) {
		return match(text, /\047[^\047]+\047/) ? substr(text, RSTART, RLENGTH) : text
	}
	function say(what) {
		if (!((file, what) in said))
			print place ": " what (file == source ? "" : ", for " source)
		said[file, what] = said[place] = 1
	}
	# Other errors are said when the notes that follow have named the macro or function,
	# and if nothing was said of the line: they are what comes of it.
	function say_other() {
		if (other != "" && !(place in said))
			say(other)
		other = ""
	}
	FNR == 1 {
		say_other()
		source = FILENAME
		sub(/\.o\.log$/, ".c", source)
		source = substr(source, length(dir) + 1)
		sub(/^kernel\//, "", source)
		sub(/^shim\//, shim, source)
	}
	/note: .*(declared here|defined here|expanded from macro)/ && other != "" {
		sub(/^.*note: /, "")
		other = other " (" quoted($0) ")"
		say_other()
	}
	!/error: / { next }
	{
		say_other()
		text = $0
		sub(/^.*error: /, "", text)
		sub(/ \[-W[^]]*\]$/, "", text)
		place = index($1, tree) == 1 ? substr($1, length(tree) + 1) : $1
		sub(/:([0-9]+:)?$/, "", place)
		while (sub(/[^\/]+\/\.\.\//, "", place))
			;
		file = place
		sub(/:[0-9]+$/, "", file)
	}
	text ~ /^implicit declaration of function|^call to undeclared (library )?function/ {
		say("the shim has no function " quoted(text)); next
	}
	text ~ /^use of undeclared identifier|^\047[^\047]+\047 undeclared/ {
		say("the shim has no " quoted(text)); next
	}
	text ~ /^unknown type name/ { say("the shim has no type " quoted(text)); next }
	text ~ /incomplete|undefined type/ && text ~ /\047(const )?(struct|union|enum) / {
		match(text, /(struct|union|enum) [^\047]+/)
		say("the shim does not define \047" substr(text, RSTART, RLENGTH) "\047"); next
	}
	text ~ /^no member named/ {
		split(text, word, "\047")
		say("the shim has no member \047" word[2] "\047 in \047" word[4] "\047"); next
	}
	text ~ /has no member named/ {
		split(text, word, "\047")
		say("the shim has no member \047" word[4] "\047 in \047" word[2] "\047"); next
	}
	text ~ /file not found$|No such file or directory$/ {
		sub(/: No such file or directory$/, "", text)
		gsub(/\047| file not found/, "", text)
		say("the shim has no header \047" text "\047"); next
	}
	{ other = text }
	END { say_other() }' "${@:3}"
}

compiled() {
	local name=$1 dir=$2 tree=$3 object failed=()

	shift 3
	for object; do
		[ -f "$object" ] || failed+=("$object.log")
	done
	[ ${#failed[@]} -gt 0 ] || return 0
	explain "$dir" "$tree" "${failed[@]}" >&2
	finish "$name"
}

# Symbols of $2 that neither it nor the C library $1 has. The sanitizers' and the
# fuzzers' are of the program that loads it.
undefined() {
	nm -D -u "$2" | awk '$1 == "U" && $2 !~ /@/ { print $2 }' |
		grep -vE '^__(asan|lsan|msan|sancov|sanitizer|tsan|ubsan|afl)_' |
		grep -vxFf <(nm -D --defined-only "$1" | sed 's/.* //; s/@.*//')
}

linked() {
	local name=$1 dir=$2 libc=$3 library=$4 symbol symbols

	shift 4
	mapfile -t symbols < <(undefined "$libc" "$library")
	[ ${#symbols[@]} -gt 0 ] || return 0
	for symbol in "${symbols[@]}"; do
		nm -A -u "$@" | sed -n -E "s#^$dir/(.*)\.o: +U $symbol\$#\1.c: the shim does not define '$symbol'#
			T; s#^kernel/##; s#^shim/#$shim#; p" >&2
	done
	rm -f "$library"
	finish "$name"
}

case ${1:-} in
compiled | linked) "$@" ;;
*)
	echo 'usage: missing.sh compiled|linked NAME ...' >&2
	exit 2
	;;
esac
