#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever is wrong with a command line or a file of it: one clear line on
# standard error that says what and where, nothing on standard output, and the
# right exit status. It runs ${O:-build}/vgicheck on this machine, without KVM.

set -u
cd "$(dirname "$0")/.." || exit 1
. tests/script.sh

case ${O:-build} in
/*) vgicheck=$O/vgicheck ;;
*) vgicheck=$PWD/${O:-build}/vgicheck ;;
esac

# one_line STATUS TEXT ARG...: what vgicheck must answer to these arguments.
one_line() {
	want=$1
	text=$2
	shift 2
	"$vgicheck" "$@" </dev/null >stdout 2>stderr
	status=$?
	if [ "$status" -ne "$want" ]; then
		echo "exit status $status instead of $want"
	elif [ -s stdout ] || [ "$(wc -l <stderr)" -ne 1 ]; then
		echo 'not one line on standard error alone'
	elif ! grep -qF -- "$text" stderr; then
		echo "no '$text'"
	else
		return 0
	fi
	head -n 20 stdout stderr
	return 1
}

# refused NAME TEXT ARG...: wrong usage, exit status 2.
refused() {
	name=$1
	shift
	ktap_check "cli.$name" in_scratch one_line 2 "$@"
}

command_lines() {
	refused no_command 'no command given'
	refused unknown_command "no command 'frob'" frob
	refused option_for_a_command "no command '--seed'" --seed 1
	refused unknown_option "no option '--frob'; see \`vgicheck run --help\`" run --frob
	refused unknown_short_option "no option '-x'" run -x
	refused unknown_option_of_list "no option '--frob'" list --frob
	refused unknown_option_of_replay "no option '--frob'" replay --frob a.vgic
	refused unknown_option_of_bench "no option '--frob'" bench --frob
	refused word_to_bench "'word' means nothing to bench" bench word
	refused words_to_bench "'guest' means nothing to bench" bench guest word
	refused word_to_events "'word' means nothing to events" events word
	refused unknown_engine "--engine takes ring, poll or threads, not 'frob'" events --engine frob
	refused unknown_plant "--plant takes drop=N, not 'drop=0'" events --plant drop=0
	refused too_many_vms "--vms takes a number from 1 to 32, not '33'" events --vms 33
	refused unknown_option_of_rules "no option '--frob'" rules --frob
	refused unknown_option_of_explain "no option '--frob'" explain --frob a.vgic
	refused unknown_option_of_probe "'--frob' means nothing to probe" probe --frob
	refused ambiguous_option "no option '--j'" run --j 3
	refused option_without_its_value "a value must follow '--seed'" run --seed
	refused option_with_a_value "no value may follow '--all=3'" run --all=3
	refused word_to_run "'word' means nothing to run" run word
	refused word_to_storm "'word' means nothing to storm" storm word
	refused command_of_no_storm "--commands: there is no command 'frob'" \
		storm --commands movi,frob
	refused plant_of_a_run "--plant takes sleep=N, not 'drop=2'" run --plant drop=2
	refused plant_that_is_none "--plant takes drop=N, twice=N, refuse=N or late=N, not 'drop=0'" \
		storm --plant drop=0
	refused vcpus_beyond_a_storm '--vcpus takes a number from 1 to 16' storm --vcpus 17
	refused word_to_probe "'word' means nothing to probe" probe word
	refused word_to_registers "'word' means nothing to registers" registers word
	refused word_to_syntax "'word' means nothing to syntax" syntax word
	refused table_that_is_none "cannot list 'frob'" list frob
	refused second_table "cannot list 'known' beside 'rules'" list rules known
	refused word_to_rules "'word' means nothing to rules without --coverage" rules word
	refused explain_of_nothing 'explain needs a program file' explain
	refused unknown_profile "no profile 'frob'; see \`vgicheck list profiles\`" \
		explain --profile frob a.vgic
	refused coverage_of_missing_file 'nowhere: cannot open it: No such file' \
		rules --coverage nowhere
	refused replay_of_nothing 'replay needs a program file' replay
	refused export_of_nothing 'export needs one program file' export --selftest
	refused export_of_two 'export needs one program file' export --selftest a.vgic b.vgic
	refused export_as_what 'export needs --selftest or --report' export a.vgic
	refused export_of_missing_file 'nowhere.vgic: cannot open it' export --selftest nowhere.vgic
	refused export_op_that_is_none '--op takes a number from 1' export --selftest --op 0 a.vgic
	refused reduce_of_nothing 'reduce takes one program file' reduce
	refused reduce_of_two 'reduce takes one program file' reduce a.vgic b.vgic
	refused unknown_option_of_reduce "no option '--frob'" reduce --frob a.vgic
	refused unknown_rule "no rule 'frob'; see \`vgicheck list rules\`" reduce --rule frob a.vgic
	refused word_to_fuzz "'word' means nothing to fuzz" fuzz word
	refused unknown_option_of_fuzz "no option '--frob'" fuzz --frob
	refused weight_of_no_suite "--weights: there is no suite 'frob'" fuzz --weights frob=1
	refused suite_without_weight "a number from 0 to 1000 must follow 'lpi-random='" \
		fuzz --weights lpi-random
	refused weight_that_is_none "a number from 0 to 1000 must follow 'lpi-random='" \
		fuzz --weights lpi-random=x
	refused weight_of_no_operation "--op-weights: there is no operation 'frob'" \
		fuzz --op-weights frob=1
	refused weight_of_an_operation "a number from 0 to 100 must follow 'irq_line='" \
		fuzz --op-weights irq_line=1,irq_line=101
	refused time_that_is_none "--time takes a number from 1 to" fuzz --time 0
	refused unknown_target "no target 'frob'" run --target frob
	refused option_of_a_target_without "target kvm has no options such as '6.12'" \
		run --target kvm:6.12
	refused option_of_a_target "'cpus=4' is no option of target hosted" \
		run --target hosted:6.12,cpus=4
	refused number_of_a_target "lr= takes a number from 1 to 16, not '0'" \
		run --target hosted:lr=0
	ktap_check cli.storm_without_guests in_scratch one_line 4 \
		'no storm here: target qtest' storm --target qtest
	ktap_check cli.missing_library in_scratch one_line 4 \
		'`make hosted KERNEL=0.99` builds it' run --target hosted:0.99
}

numbers() {
	refused number_that_is_none "--seed takes a number from 0 to" run --seed x
	refused number_that_is_empty "not ''" run --seed ''
	refused number_that_is_negative "not '-1'" run --seed -1
	refused number_with_a_tail "not '12x'" run --count 12x
	refused number_of_more_than_64_bits "not '0x10000000000000000'" run --seed 0x10000000000000000
	refused count_beyond_its_range "not '4294967296'" run --count 4294967296
	refused no_jobs '--jobs takes a number from 1 to 256' run --jobs 0
	refused too_many_jobs "not '257'" run --jobs 257
	refused no_timeout '--timeout takes a number from 1' run --timeout 0
}

# program NAME WHERE TEXT CONTENT: a file that is no program, named with its place;
# CONTENT has the escapes of printf %b.
program() {
	printf '%b' "$4" >"$scratch/$1.vgic"
	refused "program.$1" "vgicheck: $1.vgic$2: $3" replay "$1.vgic"
}

programs() {
	program empty '' "there is no 'vm' line" ''
	program only_comments '' "there is no 'vm' line" '# nothing\n'
	program no_vm_line :1:1 "a program begins with 'vm gicv2'" 'create_vgic\n'
	program other_gic :1:4 "'gicv9' is neither" 'vm gicv9\n'
	program unknown_operation :3:1 "'frobnicate' is not a user operation" \
		'vm gicv3\ncreate_vgic\nfrobnicate\n'
	program unknown_argument :2:13 "'foo=1' means nothing" 'vm gicv3\ncreate_vgic foo=1\n'
	program missing_argument :2:1 "'create_vcpu' needs id=" 'vm gicv3\ncreate_vcpu\n'
	program number_too_large :2:16 "'99999999999999999999' does not fit 64 bits" \
		'vm gicv3\ncreate_vcpu id=99999999999999999999\n'
	program no_number :2:16 "'x' is not a number" 'vm gicv3\ncreate_vcpu id=x\n'
	program nul_byte :2:7 'a NUL byte' 'vm gicv3\ncreate\0000_vgic\n'
	program binary :1:8 'a NUL byte' '\0177ELF\0002\0001\0001\0\0\0\0377\0376'
	mkdir "$scratch/directory.vgic"
	refused program.directory 'directory.vgic: cannot read it: Is a directory' \
		replay directory.vgic
	refused program.missing 'nowhere.vgic: cannot open it: No such file' replay nowhere.vgic
	refused program.missing_to_reduce 'nowhere.vgic: cannot open it: No such file' \
		reduce nowhere.vgic
	refused program.endless '/dev/zero: larger than' replay /dev/zero
	printf 'vm gicv3\n' >"$scratch/good.vgic"
	refused program.explained_missing 'nowhere.vgic: cannot open it: No such file' \
		explain nowhere.vgic
	refused program.explained_malformed "no_vm_line.vgic:1:1: a program begins with 'vm gicv2'" \
		explain no_vm_line.vgic
	refused program.second_of_two 'empty.vgic: there is no' replay good.vgic empty.vgic
}

# planted_corpora: an own copy of the corpora in the scratch directory.
planted_corpora() {
	rm -rf "$scratch/corpora"
	cp -r corpora "$scratch/corpora"
}

# entry NAME WHERE TEXT CONTENT: an entry of corpora/known that is malformed.
entry() {
	printf '%s' "$4" >"$scratch/corpora/known/$1.known"
	refused "known.$1" "vgicheck: corpora/known/$1.known$2: $3" run --corpora corpora
	rm "$scratch/corpora/known/$1.known"
}

corpora() {
	refused corpora.missing "cannot read corpora 'nowhere': No such file" \
		run --corpora nowhere
	refused corpora.file "cannot read corpora 'good.vgic': Not a directory" \
		list --corpora good.vgic
	planted_corpora
	printf 'vm gicv3\ncreate_vgic x\n' >"$scratch/corpora/regress/9999-bad.vgic"
	refused corpora.malformed_program "corpora/regress/9999-bad.vgic:2:13: 'x'" \
		run --corpora corpora
	rm "$scratch/corpora/regress/9999-bad.vgic"
	entry empty '' 'kernels, program, upstream, and either deviation or rule, op, got are needed' ''
	entry unknown_key :2 "'colour: blue' is not understood" '# text
colour: blue
'
	entry unknown_rule :1 "'rule: no.such.rule'" 'rule: no.such.rule'
	entry bad_kernels :1 "'kernels: 7.2..5.10'" 'kernels: 7.2..5.10'
	entry unknown_operation :1 "'op: user frob'" 'op: user frob'
	mkdir "$scratch/corpora/known/directory.known"
	refused known.directory "cannot read 'corpora/known/directory.known': Is a directory" \
		list known --corpora corpora
	rm -r "$scratch/corpora/known"
	touch "$scratch/corpora/known"
	refused known.file "cannot read 'corpora/known': Not a directory" \
		list known --corpora corpora
	rm -r "$scratch/corpora/scenarios"
	refused corpora.without_scenarios "cannot read 'corpora/scenarios': No such file" \
		list --corpora corpora
}

filters() {
	refused filter_that_matches_nothing "matches 'nothing/*'" run --filter 'nothing/*'
	refused filter_that_matches_nothing_to_list "matches ''" list --filter ''
}

unreadable() {
	if [ "$(id -u)" -eq 0 ]; then
		ktap_skip cli.corpora.unreadable 'root may read everything'
		return
	fi
	planted_corpora
	chmod 000 "$scratch/corpora/scenarios"
	refused corpora.unreadable "cannot read 'corpora/scenarios': Permission denied" \
		run --corpora corpora
	chmod 755 "$scratch/corpora/scenarios"
}

# What a machine cannot write is told before it starts.
results_of_machines() {
	head -c 56 /dev/zero >"$scratch/Image"
	printf 'ARM\144\0\0\0\0' >>"$scratch/Image"
	ktap_check cli.machine_out_unwritable in_scratch one_line 99 \
		"cannot write to 'good.vgic': Not a directory" \
		vm --kernel "$scratch/Image" --out good.vgic -- run
	ktap_check cli.machine_json_unwritable in_scratch one_line 99 \
		"cannot write 'good.vgic/json': Not a directory" \
		vm --kernel "$scratch/Image" -- run --json good.vgic/json
	ktap_check cli.machine_junit_unwritable in_scratch one_line 99 \
		"cannot write '.': Is a directory" vm --kernel "$scratch/Image" -- run --junit .
}

has_kvm() {
	[ "$(uname -m)" = aarch64 ] && [ -r /dev/kvm ] && [ -w /dev/kvm ]
}

without_kvm() {
	if has_kvm; then
		ktap_skip cli.no_kvm 'this machine has a usable /dev/kvm'
		return
	fi
	for command in run fuzz bench events 'replay good.vgic' 'reduce good.vgic' 'export --report good.vgic'; do
		# shellcheck disable=SC2086 # a command is words
		ktap_check "cli.no_kvm: $command" in_scratch one_line 4 \
			'vgicheck: target kvm: ' $command
	done
	ktap_check cli.no_kvm_reason in_scratch one_line 4 '/dev/kvm' run
	ktap_check cli.probe_says_why_not in_scratch probe_says_why_not
}

probe_says_why_not() {
	# Without a PATH there is no QEMU, and beside a copy no library either.
	cp "$vgicheck" copy || return
	PATH=/nowhere ./copy probe >stdout 2>stderr
	[ $? -eq 4 ] && [ ! -s stderr ] && grep -q '^  not usable .*/dev/kvm' stdout
}

results() {
	if ! has_kvm; then
		ktap_skip cli.results_unwritable 'no KVM to run programs with'
		return
	fi
	for option in --json --junit; do
		ktap_check "cli.results_unwritable: $option" in_scratch one_line 99 \
			"cannot write 'good.vgic/x': Not a directory" run "$option" good.vgic/x
	done
}

lost_output() {
	if "$vgicheck" list >/dev/full 2>"$scratch/stderr"; then
		echo 'a full disk is no error'
		return 1
	elif [ $? -ne 99 ] || [ "$(wc -l <"$scratch/stderr")" -ne 1 ]; then
		cat "$scratch/stderr"
		return 1
	fi
}

# Who asks for help gets it on standard output.
help() {
	for command in '' run fuzz compare diff-kernels migrate list replay reduce export explain rules events probe bench vm; do
		# shellcheck disable=SC2086 # a command is a word or none
		"$vgicheck" $command --help >"$scratch/stdout" 2>"$scratch/stderr" || return 1
		grep -q "^usage: vgicheck $command" "$scratch/stdout" || return 1
		[ ! -s "$scratch/stderr" ] || return 1
	done
}

# Each rule, choice and profile is a line; `list` has the same ones.
rules_are_printed() {
	"$vgicheck" rules >stdout 2>stderr || return 1
	[ ! -s stderr ] || return 1
	for table in rules choices numbers profiles deviations; do
		"$vgicheck" list "$table" >rows || return 1
		[ "$(grep -cxFf rows stdout)" -eq "$(wc -l <rows)" ] || return 1
	done
	grep -q '^kvm-6.12: kernels 6.12 and later; AFFINITY_FROM_ID ' stdout &&
		grep -qx 'architecture: no implementation, all is open' stdout
}

# coverage STATUS LINE ARG...: rules --coverage ends with STATUS and prints LINE.
coverage() {
	want=$1
	line=$2
	shift 2
	"$vgicheck" rules --coverage "$@" >stdout 2>stderr
	status=$?
	[ "$status" -eq "$want" ] && [ ! -s stderr ] && tr -s ' ' <stdout | grep -qx "$line" &&
		return
	echo "exit status $status, or no '$line'"
	cat stdout stderr
	return 1
}

# The same numbers again, and others with another seed.
coverage_is_reproducible() {
	"$vgicheck" rules --coverage --seed 7 >one
	"$vgicheck" rules --coverage --seed 7 | cmp one - || return 1
	! "$vgicheck" rules --coverage --seed 8 | cmp -s one -
}

rules() {
	ktap_check rules.are_printed in_scratch rules_are_printed
	ktap_check rules.every_rule_is_reached in_scratch \
		coverage 0 '[0-9]* programs, .*: 0 rules not reached'
	mkdir "$scratch/own"
	printf 'vm gicv3\ncreate_vgic\ncreate_vgic\n' >"$scratch/own/twice.vgic"
	ktap_check rules.coverage_names_the_first_program in_scratch \
		coverage 1 'uapi.vgic.exists 1 1 own/twice' own/
	ktap_check rules.coverage_of_a_file in_scratch \
		coverage 1 'not reached: uapi.run' own/twice.vgic
	ktap_check rules.kernel_log_is_the_judges in_scratch \
		coverage 1 "kernel.log - - the judge's own" own/twice.vgic
	ktap_check rules.coverage_is_reproducible in_scratch coverage_is_reproducible
}

# explained EXPECTED ARG...: explain prints the lines of file EXPECTED.
explained() {
	file=$1
	shift
	"$vgicheck" explain "$@" >stdout 2>stderr && [ ! -s stderr ] && diff "$file" stdout
}

explain_errors() {
	cat >"$scratch/expected" <<-'EOF'
		twice: vm gicv3 ipa=40, profile kvm-6.12

		op 1: create_vgic
		    allowed  success
		    rule     uapi.vgic.create allows success: a VM without a vGIC, none of whose vCPUs has run, can get one [arm-vgic-v3.rst Device types supported; api.rst KVM_CREATE_DEVICE]

		op 2: create_vgic
		    allowed  EEXIST
		    rule     uapi.vgic.exists allows EEXIST: a VM has at most one vGIC [arm-vgic-v3.rst Device types supported; api.rst KVM_CREATE_DEVICE, EEXIST]
	EOF
	ktap_check explain.errors in_scratch explained expected own/twice.vgic
}

# explains FILE LINE...: explain prints these lines, indented, or their beginning.
explains() {
	"$vgicheck" explain --profile architecture "$1" >"$scratch/stdout" || return 1
	shift
	for line; do
		grep -qF "    $line" "$scratch/stdout" && continue
		echo "no '$line'"
		cat "$scratch/stdout"
		return 1
	done
}

# What the documents leave open is said, and which answer the next operation follows.
explain_choices() {
	cat >"$scratch/again.vgic" <<-'EOF'
		vm gicv3
		create_vgic
		create_vcpu id=0
		init_vgic
		init_vgic
		user read GICR_PIDR2 vcpu=0
	EOF
	explains "$scratch/again.vgic" 'allowed  any errno or success' 'assumed  success' \
		'rule     uapi.init.again allows any errno: no document' \
		'open     ArchRev&0x7 IMPDEF' 'rule     redist.pidr2.archrev fixes ArchRev&0x8=0'
}

# Two interrupts of one priority: either may be acknowledged.
explain_sets() {
	cat >"$scratch/two.vgic" <<-'EOF'
		vm gicv3
		create_vgic
		create_vcpu id=0
		set_addr v3_dist base=0x8000000
		redist_region index=0 base=0x80a0000 count=1
		init_vgic
		guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x3
		guest vcpu=0 write ICC_PMR_EL1 value=0xf0
		guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1
		guest vcpu=0 write GICD_IGROUPR1 at=0x8000000 value=0xffffffff
		guest vcpu=0 write GICD_ISENABLER1 at=0x8000000 value=0x3
		dev irq_line spi intid=32 level=1
		dev irq_line spi intid=33 level=1
		guest vcpu=0 read ICC_IAR1_EL1
	EOF
	explains "$scratch/two.vgic" 'one of   0x20 0x21' 'assumed  0x20 INTID=0x20'
}

# Every operation of the corpora has a block.
explain_corpora() {
	"$vgicheck" explain corpora/*/*.vgic >"$scratch/stdout" || return 1
	ops=$(cat corpora/*/*.vgic | grep -cvE '^(#.*|vm .*|par \{|\}|)$')
	[ "$(grep -c '^op ' "$scratch/stdout")" -eq "$ops" ] &&
		[ "$(grep -c '^    allowed' "$scratch/stdout")" -eq "$ops" ]
}

explain() {
	explain_errors
	ktap_check explain.choices explain_choices
	ktap_check explain.sets_of_values explain_sets
	ktap_check explain.every_operation_of_the_corpora explain_corpora
}

scratch_dir
command_lines
numbers
programs
corpora
filters
rules
explain
unreadable
results_of_machines
without_kvm
results
ktap_check cli.lost_output_is_an_error lost_output
ktap_check cli.help_is_no_error help
ktap_done
