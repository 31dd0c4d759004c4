# SPDX-License-Identifier: GPL-2.0-only
#
# The source files, sorted, one a line.

# Portable: the facts, the language, the model, the judge, the results.
LIB_SRCS := \
	lib/export/emit.c \
	lib/export/guest.c \
	lib/export/host.c \
	lib/export/selftest.c \
	lib/export/steps.c \
	lib/judge/alter.c \
	lib/judge/answer.c \
	lib/judge/judge.c \
	lib/judge/known.c \
	lib/judge/par.c \
	lib/judge/session.c \
	lib/judge/signature.c \
	lib/judge/storm.c \
	lib/judge/trace.c \
	lib/judge/withdrawn.c \
	lib/model/ack.c \
	lib/model/attr.c \
	lib/model/cpuctl.c \
	lib/model/cpuif.c \
	lib/model/deviation.c \
	lib/model/dist.c \
	lib/model/distctl.c \
	lib/model/expect.c \
	lib/model/fail.c \
	lib/model/hash.c \
	lib/model/irq.c \
	lib/model/its.c \
	lib/model/its_cmd.c \
	lib/model/its_place.c \
	lib/model/its_regs.c \
	lib/model/its_restore.c \
	lib/model/its_save.c \
	lib/model/its_tables.c \
	lib/model/its_uapi.c \
	lib/model/line.c \
	lib/model/lpi.c \
	lib/model/lpi_config.c \
	lib/model/lpi_move.c \
	lib/model/lpi_regs.c \
	lib/model/lpi_tables.c \
	lib/model/lrs.c \
	lib/model/mem.c \
	lib/model/migrate.c \
	lib/model/mmio.c \
	lib/model/model.c \
	lib/model/msi.c \
	lib/model/prio.c \
	lib/model/profile.c \
	lib/model/psci.c \
	lib/model/redist.c \
	lib/model/remember.c \
	lib/model/rules.c \
	lib/model/search.c \
	lib/model/sgi.c \
	lib/model/signal.c \
	lib/model/timer.c \
	lib/model/uapi.c \
	lib/prog/alloc.c \
	lib/prog/codec.c \
	lib/prog/gen_access.c \
	lib/prog/gen_act.c \
	lib/prog/gen_delivery.c \
	lib/prog/gen_delivery_vm.c \
	lib/prog/gen_device.c \
	lib/prog/gen_irqs.c \
	lib/prog/gen_its.c \
	lib/prog/gen_its_cmd.c \
	lib/prog/gen_its_irq.c \
	lib/prog/gen_its_regs.c \
	lib/prog/gen_its_tables.c \
	lib/prog/gen_lpi.c \
	lib/prog/gen_matrix.c \
	lib/prog/gen_orders.c \
	lib/prog/gen_random.c \
	lib/prog/gen_refused.c \
	lib/prog/gen_regs.c \
	lib/prog/gen_timer.c \
	lib/prog/gen_wake.c \
	lib/prog/gen_wfi.c \
	lib/prog/gen_wfi_matrix.c \
	lib/prog/mem.c \
	lib/prog/mutate.c \
	lib/prog/mutate_cross.c \
	lib/prog/mutate_group.c \
	lib/prog/mutate_trim.c \
	lib/prog/mutate_value.c \
	lib/prog/mutate_vm.c \
	lib/prog/print.c \
	lib/prog/prog.c \
	lib/prog/reduce.c \
	lib/prog/reduce_pass.c \
	lib/prog/reduce_value.c \
	lib/prog/rng.c \
	lib/prog/suite.c \
	lib/prog/text.c \
	lib/prog/vim.c \
	lib/regs/check.c \
	lib/regs/doc.c \
	lib/regs/its_cmd.c \
	lib/regs/its_table.c \
	lib/regs/regs.c \
	lib/tap/json.c \
	lib/tap/junit.c \
	lib/tap/stream.c \
	lib/tap/tap.c \
	lib/target/direct.c \
	lib/target/direct_kinds.c \
	lib/target/entry.c \
	lib/target/hosted/config.c \
	lib/target/hosted/guest.c \
	lib/target/hosted/hosted.c \
	lib/target/hosted/load.c \
	lib/target/hosted/machine.c \
	lib/target/hosted/migrate.c \
	lib/target/hosted/par.c \
	lib/target/hosted/report.c \
	lib/target/migrate.c \
	lib/target/plant.c \
	lib/target/qtest/layout.c \
	lib/target/qtest/machine.c \
	lib/target/qtest/protocol.c \
	lib/target/qtest/qtest.c \
	lib/target/target.c \
	lib/target/vgic_device.c \
	lib/vmstate/compare.c \
	lib/vmstate/history.c \
	lib/vmstate/regs.c \
	lib/vmstate/restore.c \
	lib/vmstate/save.c \
	lib/vmstate/tables.c \
	lib/vmstate/text.c \

# Portable: the event engine, and what it drives.
EVENT_SRCS := \
	lib/engine/engine.c \
	lib/engine/poll.c \
	lib/engine/ring.c \
	lib/target/events_account.c \
	lib/target/events_inject.c \
	lib/target/events_plan.c \

# Portable: the vgicheck command.
HARNESS_SRCS := \
	harness/agreement.c \
	harness/bench.c \
	harness/bench_events.c \
	harness/bench_fresh.c \
	harness/bench_guest.c \
	harness/bench_lpi.c \
	harness/bench_model.c \
	harness/bisect.c \
	harness/child.c \
	harness/clock.c \
	harness/compare.c \
	harness/diff_kernels.c \
	harness/direct.c \
	harness/direct_tests.c \
	harness/direct_text.c \
	harness/events.c \
	harness/explain.c \
	harness/export.c \
	harness/export_report.c \
	harness/failures.c \
	harness/fuzz.c \
	harness/fuzz_finding.c \
	harness/fuzz_mix.c \
	harness/fuzz_state.c \
	harness/inflight.c \
	harness/kmsg.c \
	harness/list.c \
	harness/main.c \
	harness/migrate.c \
	harness/migrate_half.c \
	harness/one.c \
	harness/options.c \
	harness/plan.c \
	harness/probe.c \
	harness/reduce.c \
	harness/reduction.c \
	harness/replay.c \
	harness/results.c \
	harness/rules.c \
	harness/run.c \
	harness/session.c \
	harness/storm.c \
	harness/trial.c \
	harness/work.c \

# Portable: the QEMU machine, both sides.
VM_SRCS := \
	ci/vm/console.c \
	ci/vm/cpio.c \
	ci/vm/hash.c \
	ci/vm/host.c \
	ci/vm/init.c \
	ci/vm/machine.c \
	ci/vm/modules.c \
	ci/vm/options.c \
	ci/vm/outbox.c \
	ci/vm/plan.c \
	ci/vm/qemu.c \
	ci/vm/qmp.c \
	ci/vm/record.c \
	ci/vm/results.c \
	ci/vm/ring.c \
	ci/vm/snapshot.c \
	ci/vm/sync.c \
	ci/vm/timers.c \
	ci/vm/util.c \

# arm64 only, compiled against kvm_util.
KVM_SRCS := \
	lib/target/kvm/compat.c \
	lib/target/kvm/costs.c \
	lib/target/kvm/device.c \
	lib/target/kvm/direct.c \
	lib/target/kvm/events.c \
	lib/target/kvm/guest.c \
	lib/target/kvm/hold.c \
	lib/target/kvm/kvm.c \
	lib/target/kvm/mem.c \
	lib/target/kvm/migrate.c \
	lib/target/kvm/mode.c \
	lib/target/kvm/mp.c \
	lib/target/kvm/own.c \
	lib/target/kvm/par.c \
	lib/target/kvm/storm.c \
	lib/target/kvm/storm_inject.c \
	lib/target/kvm/storm_wfi.c \
	lib/target/kvm/vfio.c \
	lib/target/kvm/wait.c \

# arm64 only: what runs in the guest.
GUEST_SRCS := \
	guest_code/events.c \
	guest_code/events_vectors.S \
	guest_code/interp.c \
	guest_code/storm.c \
	guest_code/storm_take.c \
	guest_code/storm_vectors.S \
	guest_code/vectors.S \

# What fuzzers run, and tests too.
FUZZ_SRCS := \
	fuzz/input.c \
	fuzz/input_reduce.c \
	fuzz/model_fuzz.c \
	fuzz/prog_fuzz.c \
	fuzz/seed.c \

# Between inputs and the engines of fuzzers, one each.
ENGINE_SRCS := \
	fuzz/afl_mutator.c \
	fuzz/libfuzzer.c \

# Each a program of its own, linked with the portable parts ...
TEST_SRCS := \
	tests/agreement_test.c \
	tests/altered_test.c \
	tests/answer_test.c \
	tests/direct_test.c \
	tests/engine_test.c \
	tests/events_test.c \
	tests/fuzz_input_test.c \
	tests/fuzz_test.c \
	tests/gen_matrix_test.c \
	tests/gen_test.c \
	tests/hosted_test.c \
	tests/its_cmd_test.c \
	tests/its_table_test.c \
	tests/its_tables_test.c \
	tests/judge_test.c \
	tests/known_test.c \
	tests/matrix_suites_test.c \
	tests/model_claims_test.c \
	tests/model_fuzz_test.c \
	tests/model_test.c \
	tests/mutate_test.c \
	tests/par_test.c \
	tests/prog_fuzz_test.c \
	tests/prog_test.c \
	tests/prog_text_test.c \
	tests/qtest_test.c \
	tests/reduce_test.c \
	tests/regs_check_test.c \
	tests/regs_doc_test.c \
	tests/regs_test.c \
	tests/results_test.c \
	tests/serve_test.c \
	tests/storm_test.c \
	tests/suite_test.c \
	tests/tap_test.c \
	tests/target_test.c \
	tests/trace_test.c \
	tests/trial_test.c \
	tests/unit_test.c \
	tests/vm_console_test.c \
	tests/vm_ring_test.c \
	tests/vm_test.c \
	tests/vmstate_test.c \
	tests/withdrawn_test.c \
	tests/work_test.c \

# ... and with these.
TEST_LIB_SRCS := \
	tests/judges.c \
	tests/programs.c \
	tests/raced.c \
	tests/unit.c \

