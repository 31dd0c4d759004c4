#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree keeps the rules of style that a grep can see: sizes, banned
# functions, licence lines, white space, paths of one machine. Layout is
# clang-format's; "--self-test" only shows that each rule notices a violation.
#
# STYLE_FORBID is an extended regular expression of further words that must not
# occur anywhere, such as directories of the machine that this runs on.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

sources() {
	repo_files | grep -E '\.(c|h|S|lds|sh|awk|py|mk)$|(^|/)Makefile$'
}

c_sources() {
	repo_files | grep -E '\.[ch]$'
}

# Files that carry a licence line: whatever a person writes and can comment.
licensed() {
	repo_files | while read -r file; do
		case $file in
		*.c | *.h | *.S | *.lds | *.def | *.sh | *.awk | *.py | *.mk | *.yml | \
			Makefile | */Makefile | .clang-* | .editorconfig | .gitignore) echo "$file" ;;
		*) ! head -n 1 "$file" | grep -aq '^#!' || echo "$file" ;;
		esac
	done
}

# A function is what stands between braces in column 0.
function_sizes() {
	c_sources | xargs -r awk '
	FNR == 1 { start = 0 }
	/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
	/^\{/ { start = FNR }
	/^\}/ && start {
		lines = FNR - start - 1
		start = 0
		if (lines > 60)
			printf "%s: %s has %d lines (%s)\n", FILENAME, name, lines,
				(lines > 100 ? "more than 100" : "warning above 60")
		bad += lines > 100
	}
	END { exit (bad > 0) }'
}

# Tables (.def) may be as long as they need.
file_sizes() {
	sources | xargs -r awk '
	function report() {
		if (lines > 600)
			printf "%s: %d lines (%s)\n", name, lines,
				(lines > 900 ? "more than 900" : "warning above 600")
		bad += lines > 900
	}
	FNR == 1 { report(); name = FILENAME }
	{ lines = FNR }
	END { report(); exit (bad > 0) }'
}

banned='(strcpy|strcat|v?sprintf|s?rand|alloca|(sig)?setjmp|(sig)?longjmp)'

banned_functions() {
	c_sources | xargs -r grep -nE "(^|[^[:alnum:]_])${banned}[[:space:]]*\(" /dev/null | none
}

# The licence line, then at once the comment that says what the file is for.
opening_lines() {
	licensed | xargs -r awk '
	FNR == 1 { spdx = 0 }
	FNR <= 2 && /SPDX-License-Identifier: GPL-2\.0-only( \*\/)?$/ { spdx = FNR }
	FNR == 2 && !spdx { print FILENAME ": no SPDX line with GPL-2.0-only"; bad = 1 }
	spdx && FNR == spdx + 1 && !/^(#|\/\*|\/\/)/ {
		print FILENAME ": no comment after the SPDX line"
		bad = 1
	}
	END { exit bad }'
}

trailing_white_space() {
	repo_files | grep -vx COPYING | xargs -r grep -nIE '[[:blank:]]+$' /dev/null | none
}

host_paths() {
	pattern="$(pwd -P)(/|[^[:alnum:]_-]|\$)|/(home|Users)/[[:alnum:]]|/[r]oot/"
	repo_files | xargs -r grep -nIE "$pattern${STYLE_FORBID:+|$STYLE_FORBID}" /dev/null | none
}

# plant FILE: writes a file of the tree at $scratch from standard input.
plant() {
	mkdir -p "$scratch/$(dirname "$1")"
	cat >"$scratch/$1"
}

# rejected RULE TEXT: RULE fails on the tree at $scratch, which is then emptied.
rejected() {
	ktap_check "check_style.$1_rejects: $2" in_scratch rejects "$2" "$1"
	rm -rf "${scratch:?}"/*
}

self_test() {
	scratch_dir

	awk 'BEGIN { print "int f(int a)\n{"; while (i++ < 101) print "\t;"; print "}" }' |
		plant a.c
	rejected function_sizes 'a.c: f has 101 lines (more than 100)'

	awk 'BEGIN { while (i++ < 901) print "# " i }' | plant a.sh
	rejected file_sizes 'a.sh: 901 lines (more than 900)'

	printf '\tx = %s (s, 9);\n' strcpy | plant a.c
	rejected banned_functions 'a.c:1:'

	printf '// SPDX-License-Identifier: GPL-2.0-or-later\n/* A file. */\n' | plant a.c
	rejected opening_lines 'a.c: no SPDX line'

	printf '#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only\nset -u\n' | plant run
	rejected opening_lines 'run: no comment'

	printf 'text \n' | plant a.md
	rejected trailing_white_space 'a.md:1:'

	printf 'see /%s/someone/src\n' home | plant docs/a.md
	rejected host_paths 'docs/a.md:1:'
}

self_test
if [ "${1:-}" != --self-test ]; then
	ktap_check style.functions_are_short function_sizes
	ktap_check style.files_are_short file_sizes
	ktap_check style.banned_functions_are_absent banned_functions
	ktap_check style.files_open_with_licence_and_purpose opening_lines
	ktap_check style.lines_end_without_white_space trailing_white_space
	ktap_check style.no_machine_is_named host_paths
fi
ktap_done
