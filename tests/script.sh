# SPDX-License-Identifier: GPL-2.0-only
#
# What the check scripts share: KTAP output, the list of files, a place to plant
# violations. It is sourced and runs nothing by itself.
# shellcheck shell=sh

ktap_lines=''
ktap_number=0
ktap_failed=0

# ktap_result VERDICT NAME [DIAGNOSIS]: one result; what explains it stands before it.
ktap_result() {
	ktap_number=$((ktap_number + 1))
	[ -z "${3:-}" ] || ktap_lines="$ktap_lines$(printf '%s\n' "$3" | sed 's/^/# /')
"
	ktap_lines="$ktap_lines${1} $ktap_number $2
"
}

# ktap_check NAME COMMAND...: passes if COMMAND does.
ktap_check() {
	ktap_name=$1
	shift
	if ktap_output=$("$@" 2>&1); then
		ktap_result ok "$ktap_name" "$ktap_output"
	else
		ktap_result 'not ok' "$ktap_name" "$ktap_output"
		ktap_failed=1
	fi
}

# ktap_skip NAME REASON
ktap_skip() {
	ktap_result ok "$1 # SKIP $2"
}

# ktap_done: prints the plan and the results and ends the script.
ktap_done() {
	printf 'KTAP version 1\n1..%d\n%s' "$ktap_number" "$ktap_lines"
	exit "$ktap_failed"
}

# rejects TEXT COMMAND...: COMMAND must fail and print TEXT.
rejects() {
	rejects_text=$1
	shift
	if rejects_output=$("$@" 2>&1); then
		echo "not noticed: $rejects_text"
		return 1
	fi
	case $rejects_output in
	*"$rejects_text"*) return 0 ;;
	esac
	printf 'expected "%s" in:\n%s\n' "$rejects_text" "$rejects_output"
	return 1
}

# fits FILE PATTERN: a line of it does.
fits() {
	grep -qE -- "$2" "$1" && return
	echo "nothing fits '$2' in $(basename "$1"):"
	tail -n 20 "$1"
	return 1
}

# ended_with STATUS WANTED FILE...: they are the same, or the FILEs tell why not.
ended_with() {
	[ "$1" -eq "$2" ] && return
	echo "exit status $1 instead of $2 after:"
	shift 2
	tail -n 20 "$@"
	return 1
}

# make_hosted [ARG...]: as it is built by hand: what the surrounding make was given is
# not for it.
make_hosted() {
	env -u MAKEFLAGS -u MAKELEVEL -u KSRC -u KERNEL -u SAN -u COV make -j "$(nproc)" hosted "$@"
}

# repo_files: files of the tree in the current directory, products left out.
# No file name has white space in it.
repo_files() {
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
		git ls-files --cached --others --exclude-standard
	else
		find . -type f ! -path './.git/*' ! -path './build/*' ! -path './out/*' |
			sed 's,^\./,,'
	fi | sort -u | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# none: prints the lines of standard input, and passes if there are none.
none() {
	! grep .
}

# scratch_dir: sets $scratch to an empty directory that goes away with the script.
scratch_dir() {
	scratch=$(mktemp -d) || exit 1
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 1' HUP INT TERM
}

# in_scratch COMMAND...: runs COMMAND there.
in_scratch() (
	cd "$scratch" && "$@"
)
