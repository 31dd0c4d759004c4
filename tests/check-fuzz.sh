#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz/run.sh refuses what it cannot run, and says what came of a fuzzer: here of
# scripts that stand for one. No fuzzer is built.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh
scratch_dir
O=$scratch
export O

# status_is STATUS TEXT COMMAND...: COMMAND ends with it, and prints TEXT.
status_is() {
	want=$1 text=$2
	shift 2
	output=$("$@" 2>&1)
	status=$?
	if [ "$status" -ne "$want" ]; then
		printf 'exit status %s, not %s:\n%s\n' "$status" "$want" "$output"
		return 1
	fi
	case $output in
	*"$text"*) return 0 ;;
	esac
	printf 'expected "%s" in:\n%s\n' "$text" "$output"
	return 1
}

# refused NAME TEXT ENGINE TARGET TIME
refused() {
	name=$1 text=$2
	shift 2
	ktap_check "fuzz_run.$name" status_is 2 "$text" fuzz/run.sh --check "$@"
}

# A fuzzer that does what standard input says, with $prefix for its artifacts.
fuzzer() {
	mkdir -p "$O/fuzz" "$O/fuzzing/model/seeds"
	{
		cat <<-'END'
			#!/bin/sh
			for arg; do
				case $arg in -artifact_prefix=*) prefix=${arg#*=} ;; esac
			done
		END
		cat
	} >"$O/fuzz/model"
	chmod +x "$O/fuzz/model"
}

refused no_such_engine 'ENGINE=frob is neither libfuzzer nor afl' frob model 60
refused no_such_target 'TARGET=frob is none of: ' libfuzzer frob 60
refused no_time 'TIME=x is no number of seconds' afl model x
refused time_zero 'TIME=0 is no number of seconds' afl model 0
ktap_check fuzz_run.what_is_possible_is_not_refused fuzz/run.sh --check afl prog 1

fuzzer <<'END'
echo '#12 pulse cov: 100 ft: 3 corp: 1/1b exec/s: 4'
echo '#99 DONE cov: 123 ft: 9 corp: 2/3b exec/s: 5'
echo 'stat::average_exec_per_sec:     77'
END
ktap_check fuzz_run.a_run_is_summed_up status_is 0 \
	'fuzz: model, libfuzzer: 77 executions a second, 123 edges, 0 crashes, 0 hangs' \
	fuzz/run.sh libfuzzer model 1

fuzzer <<'END'
echo bad >"${prefix}crash-1"
exit 77
END
mkdir -p "$O/host/fuzz"
echo 'echo "reduced $2"' >"$O/host/fuzz/model_reduce"
chmod +x "$O/host/fuzz/model_reduce"
ktap_check fuzz_run.a_crash_is_reduced status_is 1 'fuzz: again by: ' fuzz/run.sh libfuzzer model 1
ktap_check fuzz_run.a_crash_is_found status_is 1 ' 1 crashes, 0 hangs' fuzz/run.sh libfuzzer model 1

fuzzer <<'END'
exit 3
END
ktap_check fuzz_run.an_end_without_a_reason_is_a_crash status_is 1 ' 1 crashes' \
	fuzz/run.sh libfuzzer model 1

# Those of earlier runs do not count again.
touch -d '1 hour ago' "$O/fuzzing/model/crash-1"
fuzzer <<'END'
exit 0
END
ktap_check fuzz_run.earlier_crashes_do_not_count status_is 0 ' 0 crashes' fuzz/run.sh libfuzzer model 1
ktap_done
