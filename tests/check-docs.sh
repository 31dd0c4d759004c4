#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What is generated or repeated in docs/ and README.md is what the program says.

set -u
cd "$(dirname "$0")/.." || exit 1
vgicheck=${O:-build}/vgicheck
n=0
status=0

# result CONDITION-STATUS NAME: one KTAP line.
result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		status=1
	fi
}

echo "KTAP version 1"
echo "1..5"

"$vgicheck" registers | cmp -s - docs/registers.md
result $? docs.registers_md_is_generated_from_the_tables

"$vgicheck" syntax | cmp -s - editors/vim/syntax/vgic.vim
result $? editors.syntax_is_generated_from_the_tables

# documented AGENT VERB: the table of operations has a row for it.
documented() {
	case $1 in
	user) row="(user )?$2" ;;
	guest) row="guest vcpu=N $2" ;;
	*) row="$1 $2" ;;
	esac
	grep -qE "^\| \`${row}[ \`]" docs/language.md
}

missing=$("$vgicheck" list operations | sed -n 's/^\([a-z]* [a-z_]*\): .*/\1/p' |
	while read -r agent verb; do documented "$agent" "$verb" || echo "$agent $verb"; done)
[ -z "$missing" ] || echo "# not in docs/language.md: $(echo "$missing" | tr '\n' ' ')"
[ -z "$missing" ]
result $? docs.language_md_names_every_operation

missing=$("$vgicheck" list known | sed 's/:.*//' |
	while read -r id; do grep -q "$id" docs/findings.md || echo "$id"; done)
[ -z "$missing" ] || echo "# not in docs/findings.md: $(echo "$missing" | tr '\n' ' ')"
[ -z "$missing" ]
result $? docs.findings_md_names_every_known_divergence

missing=$("$vgicheck" list suites | awk '{ print $1 }' |
	while read -r suite; do grep -q "$suite" README.md || echo "$suite"; done)
[ -z "$missing" ]
result $? docs.readme_names_every_suite
exit $status
