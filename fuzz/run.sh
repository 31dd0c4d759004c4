#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh ENGINE TARGET TIME: run a fuzzer that `make fuzz` has built, from the
# inputs in $O/fuzzing/TARGET/seeds and from what earlier runs found, for TIME
# seconds, and say in one line what came of it. Status 1 if anything was found.
# run.sh --check ENGINE TARGET TIME: only see whether that is possible.
#
# Environment: O, where everything is built.

set -u
cd "$(dirname "$0")/.." || exit 99
O=${O:-build}

usage() {
	echo "fuzz: $1" >&2
	exit 2
}

targets() {
	for main in fuzz/*_form.c; do
		main=${main#fuzz/}
		echo "${main%_form.c}"
	done
}

check() {
	case $engine in
	libfuzzer | afl) ;;
	*) usage "ENGINE=$engine is neither libfuzzer nor afl" ;;
	esac
	targets | grep -qx -- "$target" ||
		usage "TARGET=$target is none of: $(targets | tr '\n' ' ')"
	[[ $seconds =~ ^[1-9][0-9]*$ ]] || usage "TIME=$seconds is no number of seconds"
}

# summary EXECUTIONS-A-SECOND EDGES CRASHES HANGS
summary() {
	echo "fuzz: $target, $engine: $1 executions a second, $2 edges, $3 crashes, $4 hangs"
	[ $(($3 + $4)) -eq 0 ]
}

# What it was that crashed, as the program says it.
show() {
	echo "fuzz: found $1"
	echo "fuzz: again by: $2"
	sed 's/^/# /' "$3" | head -n 60
}

# The number after the last NAME in the log.
last_number() {
	grep -aoE "$1 *[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo 0
}

count() {
	find "$@" -type f -newer "$began" 2>/dev/null | wc -l
}

run_libfuzzer() {
	mkdir -p "$dir/corpus"
	"$O/fuzz/$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
		-artifact_prefix="$dir/" "$dir/corpus" "$dir/seeds" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	crashes=$(count "$dir" -maxdepth 1 '(' -name 'crash-*' -o -name 'leak-*' -o -name 'oom-*' ')')
	hangs=$(count "$dir" -maxdepth 1 -name 'timeout-*')
	# What ended it without an artifact is a crash all the same.
	[ "$status" -eq 0 ] || [ $((crashes + hangs)) -gt 0 ] || crashes=1
	summary "$(last_number stat::average_exec_per_sec:)" "$(last_number cov:)" "$crashes" "$hangs"
}

# afl-fuzz asks for settings of the machine that change no result.
run_afl() {
	local out=$dir/afl found=()

	AFL_CUSTOM_MUTATOR_LIBRARY=$(realpath "$O/afl/${target}_mutator.so") AFL_AUTORESUME=1 AFL_NO_UI=1 \
		AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
		afl-fuzz -V "$seconds" -t 10000 -m none -i "$dir/seeds" -o "$out" \
		-- "$O/afl/$target" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		echo "fuzz: afl-fuzz failed: see $log" >&2
		return 99
	}
	mapfile -t found < <(find "$out/default/crashes" "$out/default/hangs" -name 'id:*' -newer "$began")
	if [ ${#found[@]} -gt 0 ]; then
		"$O/afl/$target" <"${found[0]}" >"$dir/found.txt" 2>&1
		show "${found[0]}" "$O/afl/$target <'${found[0]}'" "$dir/found.txt"
	fi
	stat() {
		sed -n "s/^$1 *: *\([0-9]*\).*/\1/p" "$out/default/fuzzer_stats"
	}
	summary "$(stat execs_per_sec)" "$(stat edges_found)" "$(count "$out/default/crashes" -name 'id:*')" \
		"$(count "$out/default/hangs" -name 'id:*')"
}

only_check=
[ "${1:-}" != --check ] || { only_check=1 && shift; }
[ $# -eq 3 ] || usage 'run.sh [--check] ENGINE TARGET TIME'
engine=$1 target=$2 seconds=$3
check
[ -z "$only_check" ] || exit 0

dir=$O/fuzzing/$target
log=$dir/$engine.log
began=$dir/began
mkdir -p "$dir"
touch "$began"
"run_$engine"
