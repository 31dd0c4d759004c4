#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The QEMU machine runs programs on a real in-kernel vGIC, brings back what they
# show, and lets no trouble pass. It needs the build in ${O:-build} and a kernel
# of the cache; it does not judge kernels, which is what `make run` is for.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/machine.sh

regress9=corpora/regress/0009-last-ignores-adjacent-region.vgic

# vm NAME ARG...: runs `vgicheck vm ARG...`, keeps what it says below $scratch/NAME.
vm() {
	name=$1
	shift
	mkdir -p "$scratch/$name"
	"$vgicheck" vm --kernel "$kernel" --out "$scratch/$name/out" "$@" \
		</dev/null >"$scratch/$name/stdout" 2>"$scratch/$name/stderr"
	echo $? >"$scratch/$name/status"
}

# ended NAME STATUS
ended() {
	ended_with "$(cat "$scratch/$1/status")" "$2" "$scratch/$1/stdout" "$scratch/$1/stderr"
}

# printed NAME STREAM PATTERN: a line that fits.
printed() {
	fits "$scratch/$1/$2" "$3"
}

# passed NAME MINIMUM: so many passed, and nothing failed.
passed() {
	printed "$1" stdout '^# Totals: pass:[0-9]+ fail:0 xfail:[0-9]+ xpass:0 .*error:0$' &&
		[ "$(sed -n 's/^# Totals: pass:\([0-9]*\) .*/\1/p' "$scratch/$1/stdout")" -ge "$2" ]
}

# one_line_and NAME STATUS TEXT: all there is to see.
one_line_and() {
	ended "$1" "$2" && printed "$1" stderr "$3" || return 1
	[ "$(wc -l <"$scratch/$1/stderr")" -eq 1 ] && [ ! -s "$scratch/$1/stdout" ] && return
	echo 'more than one line:'
	cat "$scratch/$1/stdout" "$scratch/$1/stderr"
	return 1
}

gicv3_programs_are_judged() {
	vm v3 -- run --filter 'scenarios/*' --json "$scratch/v3/json" \
		--junit "$scratch/v3/deeper/junit"
	ended v3 0 && printed v3 stdout '^# kernel: 6\.12\.' &&
		printed v3 stdout '^# host: .*gicv3' && passed v3 21
}

gicv2_programs_are_judged() {
	vm v2 --gic 2 -- run --filter 'scenarios/gicv2*'
	ended v2 0 && printed v2 stdout '^# host: .*gicv2' && passed v2 4
}

# Else it would say so.
is_the_host() {
	vm "host-$1" --host "$1" -- probe
	ended "host-$1" 0 && printed "host-$1" stdout '^  vGICs  .*gicv[23]'
}

# With a parser if there is one.
json_comes_back() {
	if command -v python3 >/dev/null; then
		python3 -m json.tool "$scratch/v3/json" /dev/null
	else
		grep -q '"kernel": *"6\.12\.' "$scratch/v3/json"
	fi
}

junit_comes_back() {
	junit=$scratch/v3/deeper/junit
	if command -v xmllint >/dev/null; then
		xmllint --noout "$junit"
	elif command -v python3 >/dev/null; then
		python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$junit"
	else
		grep -q '</testsuites\{0,1\}>' "$junit"
	fi
}

# What 6.12 is known to do wrong is a difference if nothing is known.
differences_are_reported() {
	vm strict -- run --strict --filter 'regress/*'
	ended strict 1 && printed strict stdout '^# rule uapi\.region\.mixed: ' &&
		printed strict stdout "replay: vgicheck replay $scratch/strict/out/0003.vgic" &&
		[ -s "$scratch/strict/out/0003.vgic" ]
}

difference_replays() {
	vm replay -- replay --strict "$scratch/strict/out/0003.vgic"
	ended replay 1 && printed replay stdout '^rule uapi\.region\.mixed: '
}

known_difference_replays_as_known() {
	vm known -- replay "$scratch/strict/out/0003.vgic"
	ended known 0 && printed known stdout '^known as region-after-single-region: '
}

# Random programs, so that order and outcome have every chance to differ.
seeded() {
	vm "$1" -- run --count 60 --seed 7 --filter 'region-random/*'
	ended "$1" 0 && [ -s "$scratch/$1/stdout" ]
}

same_seed_gives_same_bytes() {
	seeded seed1 && seeded seed2 && cmp "$scratch/seed1/stdout" "$scratch/seed2/stdout"
}

names_of_seed() {
	"$vgicheck" list --count 60 --seed "$1" --filter 'region-random/*' | sort
}

other_seed_gives_other_programs() {
	names_of_seed 7 >"$scratch/names7"
	names_of_seed 8 >"$scratch/names8"
	sed -n -E 's/^(not )?ok [0-9]+ ([^ ]*).*/\2/p' "$scratch/seed1/stdout" | sort |
		cmp - "$scratch/names7" && comm -12 "$scratch/names7" "$scratch/names8" | none
}

# few_events NAME OPTION...: and what must be the same each time.
few_events() {
	name=$1
	shift
	vm "$name" "$@" --count 600 --vms 4
	grep -v '^#' "$scratch/$name/stdout" >"$scratch/$name/counts"
}

events_are_accounted_for() {
	few_events ring -- events
	ended ring 0 && printed ring stdout '^# engine ring$' && printed ring counts '^all .* 600 ' &&
		printed ring counts '^every interrupt .*: 0 lost, 0 taken without being sent$'
}

engines_give_the_same() {
	few_events poll -- events --engine poll
	few_events threads -- events --engine threads
	ended poll 0 && ended threads 0 && cmp "$scratch/ring/counts" "$scratch/poll/counts" &&
		cmp "$scratch/ring/counts" "$scratch/threads/counts"
}

events_do_without_io_uring() {
	few_events no-ring --append sysctl.kernel.io_uring_disabled=2 -- events
	ended no-ring 0 && cmp "$scratch/ring/counts" "$scratch/no-ring/counts" &&
		printed no-ring stdout '^# engine poll instead of ring: .*: Operation not permitted$'
}

left_out_events_are_noticed() {
	few_events drop -- events --plant drop=40
	ended drop 1 || return 1
	planted=$(sed -n 's/^# .* were left out, which took away \([1-9][0-9]*\) .*/\1/p' "$scratch/drop/stdout")
	printed drop stdout "^not accounted for: ${planted:-none} lost, 0 taken without"
}

# What a kernel in trouble does: the program writes its second argument to its first;
# without any it crashes.
build_writer() {
	if [ "$(uname -m)" = aarch64 ]; then
		compiler=${CC:-gcc}
	else
		compiler=${CROSS_COMPILE:-aarch64-linux-gnu-}gcc
	fi
	cat >"$scratch/writer.c" <<'EOF'
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_WRONLY) : *(volatile int *)16;

	return argc != 3 ? 3 : write(fd, argv[2], strlen(argv[2])) < 0;
}
EOF
	"$compiler" -O2 -static "$scratch/writer.c" -o "$scratch/writer"
}

# What a long run does: it keeps a file, brings the machine down, and goes on from the
# file in the next one.  Given a word, it goes down every time.
build_survivor() {
	cat >"$scratch/survivor.c" <<'EOT'
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ci/vm/sync.h"

static int put(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	return fd < 0 || write(fd, text, 1) != 1 || close(fd);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (getenv("VGICHECK_RESUME") && argc == 1)
		return access("/out/state/deep/a", F_OK) ? 5 : 0;
	mkdir("/out/state", 0755);
	mkdir("/out/state/deep", 0755);
	if (put("/out/state/deep/a", "a", O_CREAT | O_TRUNC))
		return 6;
	vm_sync();
	return put("/proc/sysrq-trigger", "c", 0) ? 7 : 8;
}
EOT
	"$compiler" -D_GNU_SOURCE -O2 -I. -static "$scratch/survivor.c" ci/vm/sync.c \
		-o "$scratch/survivor"
}

files_survive_a_panic() {
	vm survive --restart 1 -- "$scratch/survivor"
	ended survive 1 && [ "$(cat "$scratch/survive/out/state/deep/a")" = a ] &&
		printed survive stdout '^# kernel panic: .*sysrq triggered crash' &&
		printed survive stdout '^# the machine starts again, 1 of 1' &&
		! grep -q 'Bail out' "$scratch/survive/stdout" &&
		[ ! -e "$scratch/survive/out/console-1.log" ]
}

files_are_there_to_resume() {
	vm survive --resume -- "$scratch/survivor"
	ended survive 0
}

restarts_have_an_end() {
	vm fall --restart 1 -- "$scratch/survivor" again
	ended fall 1 && printed fall stdout '^# the machine starts again, 1 of 1' &&
		printed fall stdout '^Bail out! kernel panic: ' &&
		[ -s "$scratch/fall/out/console-1.log" ]
}

a_panic_is_reported() {
	vm panic -- "$scratch/writer" /proc/sysrq-trigger c
	ended panic 1 && printed panic stdout '^Bail out! kernel panic: .*sysrq triggered crash' &&
		printed panic stderr '^# kernel: .*sysrq_handle_crash' &&
		[ -s "$scratch/panic/out/console.log" ]
}

a_kernel_warning_is_reported() {
	vm warning -- "$scratch/writer" /dev/kmsg '<4>WARNING: CPU: 0 PID: 9 at planted.c:1 f+0x0/0x1'
	ended warning 1 && printed warning stdout '^# kernel warning: .* at planted\.c:1' &&
		printed warning stderr '^# kernel: .* at planted\.c:1'
}

a_crash_is_told_with_its_place() {
	vm crash -- "$scratch/writer"
	ended crash 139 && printed crash stderr ' writer\[.*: unhandled exception: ' &&
		printed crash stderr ' pc : 0' && printed crash stderr '^vm: the command was ended by signal 11'
}

# The cache has its own kernels, so that nobody's snapshots are touched.
own_cache() {
	mkdir -p "$scratch/cache" && ln -sfn "$(cache_dir)/kernel" "$scratch/cache/kernel"
}

from_snapshot() {
	VGICHECK_CACHE=$scratch/cache vm "$1" --snapshot -- replay "$regress9"
	ended "$1" 0 && none <"$scratch/$1/stderr"
}

snapshots_show_the_same() {
	own_cache && vm booted -- replay "$regress9" && from_snapshot snapshot1 &&
		from_snapshot snapshot2 && [ "$(find "$scratch/cache/snapshot" -type f | wc -l)" -eq 1 ] &&
		cmp "$scratch/booted/stdout" "$scratch/snapshot1/stdout" &&
		cmp "$scratch/booted/stdout" "$scratch/snapshot2/stdout"
}

useless_snapshots_are_made_again() {
	file=$(echo "$scratch"/cache/snapshot/*)
	size=$(stat -c %s "$file")
	truncate -s 1M "$file"
	from_snapshot snapshot3 && [ "$(stat -c %s "$file")" -gt $((size / 2)) ] &&
		cmp "$scratch/booted/stdout" "$scratch/snapshot3/stdout"
}

replayed() {
	vm "$1" --replay "$scratch/recording"
	ended "$1" 0 && none <"$scratch/$1/stderr" &&
		cmp "$scratch/recorded/stdout" "$scratch/$1/stdout"
}

recordings_replay_exactly() {
	vm recorded --record "$scratch/recording" -- replay "$regress9"
	ended recorded 0 && [ -s "$scratch/recorded/stdout" ] && replayed replay1 && replayed replay2
}

# The outcome holds every byte of the console and of the results.
another_outcome_is_noticed() {
	echo 0 >"$scratch/recording/outcome"
	vm differs --replay "$scratch/recording"
	ended differs 99 && printed differs stderr 'the replay differs from the recording'
}

# bisected STATUS KERNEL OPTION...
bisected() {
	bisect_wanted=$1
	bisect_kernel=$2
	shift 2
	"$vgicheck" bisect-run "$@" "$regress9" "$bisect_kernel" -- --out "$scratch/bisect" \
		</dev/null >"$scratch/bisect.log" 2>&1
	bisect_status=$?
	[ "$bisect_status" -eq "$bisect_wanted" ] && return
	echo "exit status $bisect_status instead of $bisect_wanted after:"
	tail -n 20 "$scratch/bisect.log"
	return 1
}

exit_status_comes_back() {
	vm status -- "$scratch/writer" only
	ended status 3 && [ ! -s "$scratch/status/stderr" ]
}

other_kernel_runs() {
	vm "$1" --kernel "$1" -- run --filter 'regress/*'
	ended "$1" 0 && printed "$1" stdout "^# kernel: $(echo "$1" | sed 's/\./\\./')\."
}

other_kernel_accounts_for_events() {
	few_events "events-$1" --kernel "$1" -- events
	ended "events-$1" 0 && cmp "$scratch/ring/counts" "$scratch/events-$1/counts"
}

# The operations of regress/0009 without its walk are all that is left.
last_bug_is_reduced() {
	vm reduce --kernel 5.10 -- reduce tests/data/last-among-300.vgic
	ended reduce 0 && printed reduce stderr ': 8 of 300 operations left' || return 1
	grep -v '^#' "$scratch/reduce/out/last-among-300-reduced.vgic" >"$scratch/reduced"
	sed -e '/^#/d' -e '/walk/d' -e 's/=0x20000000/=0x80a0000/' -e 's/=0x20020000/=0x80c0000/' \
		corpora/regress/0009-*.vgic | diff - "$scratch/reduced"
}

other_failures_do_not_occur() {
	vm no-failure --kernel 5.10 -- reduce --rule uapi.typer2.read-only tests/data/last-among-300.vgic
	one_line_and no-failure 4 'does not occur here: not in 25 runs'
}

# What it would know otherwise is new to it, and what it writes shows that, too.
fuzzing_finds_and_reduces() {
	mkdir -p "$scratch/unknown/known" "$scratch/unknown/scenarios" "$scratch/unknown/regress"
	vm fuzz -- fuzz --count 12 --seed 3 --weights device-random=1 --corpora "$scratch/unknown"
	ended fuzz 1 && printed fuzz stdout '^finding .*; 10 of 10 runs; .* operations: ' &&
		printed fuzz stdout '^    rule ' && [ -s "$scratch/fuzz/out/state" ] || return 1
	found=$(find "$scratch/fuzz/out/findings" -maxdepth 1 -name '*.vgic' | sort | head -n 1)
	vm found -- replay --corpora "$scratch/unknown" "$found"
	ended found 1
}

same_seed_fuzzes_the_same() {
	for name in fuzz-a fuzz-b; do
		vm "$name" -- fuzz --count 20 --weights region-random=1,region-refused=1
		ended "$name" 0 || return 1
		grep -E '^(known|[0-9]+ findings)' "$scratch/$name/stdout" | sort >"$scratch/$name/counts"
	done
	cmp "$scratch/fuzz-a/counts" "$scratch/fuzz-b/counts"
}

# A panic costs one program: it is named, and the campaign comes to its end.
fuzzing_survives_a_panic() {
	vm fuzz-panic --kernel 5.10 --append oops=panic --restart 6 -- \
		fuzz --hazards --seed 3 --count 20 --weights region-random=1
	ended fuzz-panic 1 && printed fuzz-panic stdout '^finding: the machine dies of .*/inflight-' &&
		printed fuzz-panic stdout ' programs in .* [1-9][0-9]* restarts$'
}

# Nothing of this starts a machine.
check_refusals() {
	vm no-kernel --kernel 9.9 -- probe
	ktap_check machine.names_a_missing_kernel one_line_and no-kernel 99 "no kernel 9\.9 at '"
	vm no-file --kernel "$scratch/Image" -- probe
	ktap_check machine.names_a_missing_image one_line_and no-file 99 "$scratch/Image.*No such file"
	vm no-image --kernel tests/script.sh -- probe
	ktap_check machine.names_a_file_that_is_no_image \
		one_line_and no-image 99 "tests/script\.sh': not an arm64 Image"
	vm bad-option --gick 3 -- probe
	ktap_check machine.names_a_wrong_option one_line_and bad-option 2 'gick'
	vm bad-gic --gic 5 -- probe
	ktap_check machine.names_a_wrong_gic one_line_and bad-gic 2 "gic takes a number from 2 to 4, not '5'"
	vm bad-host --host vax -- probe
	ktap_check machine.names_a_host_that_is_none one_line_and bad-host 2 "no host 'vax'"
	vm other-host --host gicv3 --append kvm-arm.mode=nvhe -- probe
	ktap_check machine.notices_that_it_is_another_host one_line_and other-host 99 \
		'machine is no host gicv3: no line .*VHE mode'
	vm bad-number --smp 2x -- probe
	ktap_check machine.names_a_wrong_number one_line_and bad-number 2 "smp .*, not '2x'"
	vm bad-snapshot --gic 4 --snapshot -- probe
	ktap_check machine.names_what_has_no_snapshot one_line_and bad-snapshot 2 'snapshot does not go with host gicv4'
	vm no-resume --resume -- probe
	ktap_check machine.names_a_folder_that_is_missing one_line_and no-resume 99 "cannot read '.*/out/': No such"
	vm bad-record --record "$scratch/recording" --smp 2 -- probe
	ktap_check machine.names_what_is_not_recorded one_line_and bad-record 2 'record does not go with --smp'
	vm no-recording --replay "$scratch/recording"
	ktap_check machine.names_a_missing_recording one_line_and no-recording 99 'recording/setup.*No such file'
	ktap_check machine.bisection_skips_what_is_no_kernel bisected 125 tests/script.sh
	ktap_check machine.bisection_skips_what_is_not_there bisected 125 9.9
	ktap_check machine.bisection_skips_what_is_no_rule bisected 125 "$kernel" --rule no.rule
	vm no-command --
	ktap_check machine.asks_for_a_command one_line_and no-command 2 'no command'
}

check_machine() {
	vm no-qemu --qemu "$scratch/qemu" -- probe
	ktap_check machine.names_a_missing_emulator one_line_and no-qemu 99 "$scratch/qemu': not found"
	vm no-binary -- "$scratch/binary"
	ktap_check machine.names_a_missing_command one_line_and no-binary 99 "$scratch/binary"
	ktap_check machine.gicv3_programs_are_judged gicv3_programs_are_judged
	ktap_check machine.gicv3_json_comes_back json_comes_back
	ktap_check machine.gicv3_junit_comes_back junit_comes_back
	ktap_check machine.gicv2_programs_are_judged gicv2_programs_are_judged
	for host in $("$vgicheck" list hosts | awk '{ print $1 }'); do
		ktap_check "machine.is_the_host_asked_for: $host" is_the_host "$host"
	done
	ktap_check machine.differences_are_reported differences_are_reported
	ktap_check machine.differences_replay difference_replays
	ktap_check machine.differences_replay_as_known known_difference_replays_as_known
	ktap_check machine.fuzzing_finds_and_reduces fuzzing_finds_and_reduces
	ktap_check machine.seed_fuzzes_the_same same_seed_fuzzes_the_same
	ktap_check machine.seed_gives_same_bytes same_seed_gives_same_bytes
	ktap_check machine.seed_gives_programs_of_its_own other_seed_gives_other_programs
	ktap_check machine.events_are_accounted_for events_are_accounted_for
	ktap_check machine.engines_give_the_same engines_give_the_same
	ktap_check machine.events_do_without_io_uring events_do_without_io_uring
	ktap_check machine.left_out_events_are_noticed left_out_events_are_noticed
	build_writer && build_survivor || exit 1
	ktap_check machine.reports_a_panic a_panic_is_reported
	ktap_check machine.reports_a_kernel_warning a_kernel_warning_is_reported
	ktap_check machine.tells_where_a_command_crashed a_crash_is_told_with_its_place
	ktap_check machine.files_survive_a_panic files_survive_a_panic
	ktap_check machine.files_are_there_to_resume files_are_there_to_resume
	ktap_check machine.restarts_have_an_end restarts_have_an_end
	ktap_check machine.snapshots_show_the_same snapshots_show_the_same
	ktap_check machine.useless_snapshots_are_made_again useless_snapshots_are_made_again
	ktap_check machine.recordings_replay_exactly recordings_replay_exactly
	ktap_check machine.notices_another_outcome another_outcome_is_noticed
	ktap_check machine.bisection_finds_a_good_kernel bisected 0 "$kernel"
	ktap_check machine.brings_back_the_exit_status exit_status_comes_back
}

check_reduction() {
	ktap_check machine.reduces_to_what_is_needed last_bug_is_reduced
	ktap_check machine.reduces_no_other_failure other_failures_do_not_occur
	ktap_check machine.fuzzing_survives_a_panic fuzzing_survives_a_panic
}

check_other_kernel() {
	if [ -s "$(cache_dir)/kernel/$1/Image" ]; then
		ktap_check "machine.kernel_runs: $1" other_kernel_runs "$1"
		ktap_check "machine.kernel_accounts_for_events: $1" other_kernel_accounts_for_events "$1"
		[ "$1" != 5.10 ] || check_reduction
	else
		ktap_skip "machine.kernel_runs: $1" \
			"kernel $1 is not in the cache; 'make kernel KERNEL=$1' fetches it"
	fi
}

# Sets $reason if nothing can run here; else the kernel is in the cache.
find_machine() {
	reason=
	if ! command -v qemu-system-aarch64 >/dev/null; then
		reason='no qemu-system-aarch64'
	elif fetched=$(ci/kernel/fetch.sh "$kernel" 2>&1); then
		ktap_result ok machine.kernel_is_there
	elif [ $? -eq 4 ]; then
		reason=$(echo "$fetched" | tail -n 1)
	else
		ktap_result 'not ok' machine.kernel_is_there "$fetched"
		ktap_failed=1
		ktap_done
	fi
}

scratch_dir
check_refusals
find_machine
if [ -n "$reason" ]; then
	ktap_skip machine.runs "$reason"
else
	check_machine
	if [ -s "$(cache_dir)/kernel/5.10/Image" ]; then
		ktap_check machine.bisection_finds_a_bad_kernel \
			bisected 1 5.10 --rule redist.last.adjacent-region
		ktap_check machine.bisection_looks_for_one_rule \
			bisected 0 5.10 --rule redist.last.top-of-run
	fi
	for version in 5.10 6.1 7.2; do
		check_other_kernel "$version"
	done
fi
ktap_done
