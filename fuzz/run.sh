#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh ENGINE TARGET TIME: run a fuzzer that `make fuzz` has built, from the
# inputs in $O/fuzzing/TARGET/seeds and from what earlier runs found, for TIME
# seconds, and say in one line what came of it. Status 1 if anything was found.
# run.sh --check ENGINE TARGET TIME: only see whether that is possible.
#
# Environment: O, where everything is built; FUZZ_NAME, what the fuzzer and its
# folder are called if not TARGET.

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

# summary EXECUTIONS-A-SECOND EDGES CRASHES HANGS: and programs that the fuzzer has judged.
summary() {
	local findings
	mapfile -t findings < <(found "$VGICHECK_FINDINGS" '*,*.vgic')
	echo "fuzz: $name, $engine: $1 executions a second, $2 edges, $3 crashes, $4 hangs$(
		[ ${#findings[@]} -eq 0 ] || echo ", ${#findings[@]} findings in $VGICHECK_FINDINGS"
	)"
	[ $(($3 + $4 + ${#findings[@]})) -eq 0 ]
}

# reduce FUZZER REDIRECTION FILE...: makes up to three inputs that failed small; what
# the first one shows is printed.
reduce() {
	local fuzzer=$1 by=$2 n=0 to
	shift 2
	mkdir -p "$dir/findings"
	for file in "${@:1:3}"; do
		n=$((n + 1))
		to=$dir/findings/$(date -r "$began" +%Y%m%d-%H%M%S)-$n
		echo "fuzz: found $file"
		"$O/host/fuzz/${target}_reduce" "$fuzzer" "$file" "$to" || continue
		echo "fuzz: again by: $fuzzer $by$to"
		[ $n -gt 1 ] || grep -av '^INFO: ' "$to.log" | head -n 60 | sed 's/^/# /'
	done
}

# The number after the last NAME in the log.
last_number() {
	grep -aoE "$1 *[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo 0
}

# found FOLDER PATTERN...: files of those names that this run has left there.
found() {
	local folder=$1 pattern
	shift
	for pattern; do
		find "$folder" -maxdepth 1 -type f -name "$pattern" -newer "$began" 2>/dev/null
	done
}

run_libfuzzer() {
	local crashes hangs
	mkdir -p "$dir/corpus"
	"$O/fuzz/$name" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
		-artifact_prefix="$dir/" "$dir/corpus" "$dir/seeds" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	mapfile -t crashes < <(found "$dir" 'crash-*' 'leak-*' 'oom-*')
	mapfile -t hangs < <(found "$dir" 'timeout-*')
	[ ${#crashes[@]} -eq 0 ] || reduce "$O/fuzz/$name" '' "${crashes[@]}"
	# What ended it without an artifact is a crash all the same.
	[ "$status" -eq 0 ] || [ $((${#crashes[@]} + ${#hangs[@]})) -gt 0 ] || crashes=("$log")
	summary "$(last_number stat::average_exec_per_sec:)" "$(last_number cov:)" \
		${#crashes[@]} ${#hangs[@]}
}

stat_of_afl() {
	sed -n "s/^$1 *: *\([0-9]*\).*/\1/p" "$dir/afl/default/fuzzer_stats"
}

# afl-fuzz asks for settings of the machine that change no result. Its own mutations
# are for inputs that hold no program: of others they make less than the mutator.
run_afl() {
	local crashes hangs
	grep -q is_program "fuzz/${target}_form.c" || export AFL_CUSTOM_MUTATOR_ONLY=1
	AFL_CUSTOM_MUTATOR_LIBRARY=$(realpath "$O/afl/${target}_mutator.so") AFL_AUTORESUME=1 \
		AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		AFL_NO_AFFINITY=1 afl-fuzz -V "$seconds" -t 10000 -m none -i "$dir/seeds" \
		-o "$dir/afl" -- "$O/afl/$name" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		echo "fuzz: afl-fuzz failed: see $log" >&2
		return 99
	}
	mapfile -t crashes < <(found "$dir/afl/default/crashes" 'id:*')
	mapfile -t hangs < <(found "$dir/afl/default/hangs" 'id:*')
	[ ${#crashes[@]} -eq 0 ] || reduce "$O/afl/$name" '<' "${crashes[@]}"
	summary "$(stat_of_afl execs_per_sec)" "$(stat_of_afl edges_found)" ${#crashes[@]} ${#hangs[@]}
}

only_check=
[ "${1:-}" != --check ] || { only_check=1 && shift; }
[ $# -eq 3 ] || usage 'run.sh [--check] ENGINE TARGET TIME'
engine=$1 target=$2 seconds=$3
check
[ -z "$only_check" ] || exit 0

name=${FUZZ_NAME:-$target}
dir=$O/fuzzing/$name
export VGICHECK_FINDINGS=$dir/findings
log=$dir/$engine.log
began=$dir/began
mkdir -p "$dir"
touch "$began"
# Files are dated in ticks of a few milliseconds: what is found in this one would not
# be newer.
until touch "$began.next" && [ "$began.next" -nt "$began" ]; do :; done
"run_$engine"
