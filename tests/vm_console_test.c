// SPDX-License-Identifier: GPL-2.0-only
/*
 * ci/vm/console.c finds the kernel's reports about itself on the machine's
 * console, tells each of them once, and not those that the command has in its
 * results. No machine runs here: the texts are those of kernels 5.10 to 7.2.
 */
#include "ci/vm/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci/vm/accounted.h"
#include "tests/unit.h"

/* Longer than a report waits for the command to account for it. */
#define LATER_MS 60000

#define WARNING_A(pid)                                                                       \
	"[    1.5] ------------[ cut here ]------------\n"                                   \
	"[    1.5] WARNING: CPU: 1 PID: " pid " at arch/arm64/kvm/arm.c:12 vcpu_a+0x4/0x8\n" \
	"[    1.5] Modules linked in:\n"                                                     \
	"[    1.5] pc : vcpu_a+0x4/0x8\n"
#define WARNING_B                                                                               \
	"[    1.6] WARNING: CPU: 0 PID: 99 at arch/arm64/kvm/vgic/vgic.c:34 vgic_b+0x10/0x20\n" \
	"[    1.6] pc : vgic_b+0x10/0x20\n"
/* From 6.19 on the process stands behind the place. */
#define WARNING_C(pid)                                                                            \
	"[    1.7] WARNING: arch/arm64/kvm/arm.c:56 at vcpu_c+0x4/0x8, CPU#1: vgicheck/" pid "\n" \
	"[    1.7] pc : vcpu_c+0x4/0x8\n"
#define END_TRACE "[    1.9] ---[ end trace 0000000000000000 ]---\n"

/* Bytes of a console after the command has started, at the time 0. */
static void feed(struct console *c, const char *text)
{
	console_feed(c, text, strlen(text), 0);
}

static struct console started_with(const char *text)
{
	struct console c = { 0 };

	feed(&c, CONSOLE_MARK "\n");
	feed(&c, text);
	return c;
}

/* All that is told once nothing more can come. */
static unsigned int told_at_the_end(struct console *c)
{
	unsigned int nr = 0;

	console_settle(c, UINT64_MAX);
	while (console_next_to_tell(c, UINT64_MAX))
		nr++;
	return nr;
}

static void a_quiet_kernel_is_no_trouble(struct unit *t)
{
	struct console c = started_with("[    1.2] kvm [93]: IPA Size Limit: 40 bits\n"
					"[    1.3] reboot: Power down\n");

	EXPECT_EQ(t, c.nr_splats, 0);
	EXPECT_EQ(t, told_at_the_end(&c), 0);
	EXPECT_TRUE(t, !console_has_trouble(&c));
	console_free(&c);
}

static void a_warning_is_told_with_its_lines(struct unit *t)
{
	struct console c = started_with("[    1.4] before\n" WARNING_A("93") END_TRACE "after\n");
	const struct splat *s = console_next_to_tell(&c, LATER_MS);

	if (!EXPECT_TRUE(t, s))
		return;
	EXPECT_STR(t, s->kind, "warning");
	EXPECT_TRUE(t, !s->fatal);
	EXPECT_STR(t, s->text.data, WARNING_A("93") END_TRACE);
	EXPECT_CONTAINS(t, s->first, "arch/arm64/kvm/arm.c:12");
	EXPECT_TRUE(t, !console_next_to_tell(&c, LATER_MS));
	EXPECT_TRUE(t, console_has_trouble(&c));
	console_free(&c);
}

static void a_report_before_the_command_does_not_count(struct unit *t)
{
	struct console c = { 0 };

	feed(&c, WARNING_A("1") END_TRACE CONSOLE_MARK "\n");
	EXPECT_EQ(t, told_at_the_end(&c), 0);
	EXPECT_TRUE(t, !console_has_trouble(&c));
	feed(&c, WARNING_A("93") END_TRACE);
	EXPECT_EQ(t, told_at_the_end(&c), 1);
	console_free(&c);
}

static void a_panic_before_the_command_counts(struct unit *t)
{
	struct console c = { 0 };

	feed(&c, "[    0.3] Kernel panic - not syncing: VFS: Unable to mount root fs\n");
	EXPECT_EQ(t, told_at_the_end(&c), 1);
	EXPECT_TRUE(t, c.splats[0].fatal);
	console_free(&c);
}

static void a_repeated_warning_is_told_once(struct unit *t)
{
	struct console c = started_with(WARNING_A("93") END_TRACE WARNING_A("94") END_TRACE);

	EXPECT_EQ(t, told_at_the_end(&c), 1);
	feed(&c, WARNING_A("95") END_TRACE);
	EXPECT_EQ(t, told_at_the_end(&c), 0);
	console_free(&c);
}

static void a_repeated_warning_of_a_newer_kernel_is_told_once(struct unit *t)
{
	struct console c = started_with(WARNING_C("93") END_TRACE WARNING_C("94") END_TRACE);

	EXPECT_EQ(t, told_at_the_end(&c), 1);
	console_free(&c);
}

/* Two processors write to one console. */
static void interleaved_warnings_are_both_told(struct unit *t)
{
	struct console c = started_with(WARNING_A("93") WARNING_B END_TRACE END_TRACE);

	EXPECT_EQ(t, told_at_the_end(&c), 2);
	EXPECT_CONTAINS(t, c.splats[0].first, "arm.c:12");
	EXPECT_CONTAINS(t, c.splats[1].first, "vgic.c:34");
	console_free(&c);
}

static void an_accounted_warning_is_not_told(struct unit *t)
{
	struct console c = started_with(WARNING_A("93") END_TRACE WARNING_B END_TRACE
					"<4>" KMSG_ACCOUNTED "arch/arm64/kvm/arm.c:12 vcpu_a\n");
	const struct splat *s;

	console_settle(&c, LATER_MS);
	s = console_next_to_tell(&c, LATER_MS);
	EXPECT_CONTAINS(t, s ? s->first : NULL, "vgic.c:34");
	EXPECT_TRUE(t, !console_next_to_tell(&c, LATER_MS));
	EXPECT_TRUE(t, console_has_trouble(&c));
	feed(&c, KMSG_ACCOUNTED "arch/arm64/kvm/vgic/vgic.c:34 vgic_b\n");
	EXPECT_TRUE(t, !console_has_trouble(&c));
	console_free(&c);
}

static void a_warning_waits_to_be_accounted(struct unit *t)
{
	struct console c = started_with(WARNING_A("93") END_TRACE);

	EXPECT_TRUE(t, !console_next_to_tell(&c, 1));
	EXPECT_TRUE(t, !console_next_to_tell(&c, 5000));
	feed(&c, KMSG_ACCOUNTED "arch/arm64/kvm/arm.c:12 vcpu_a\n");
	EXPECT_TRUE(t, !console_next_to_tell(&c, LATER_MS));
	EXPECT_TRUE(t, !console_has_trouble(&c));
	console_free(&c);
}

static void an_account_of_another_place_does_not_hide(struct unit *t)
{
	struct console c = started_with(WARNING_A("93") END_TRACE KMSG_ACCOUNTED
					"arch/arm64/kvm/arm.c:120 vcpu_a\n");

	EXPECT_EQ(t, told_at_the_end(&c), 1);
	EXPECT_TRUE(t, console_has_trouble(&c));
	console_free(&c);
}

static void an_account_before_the_warning_does_not_hide(struct unit *t)
{
	struct console c = started_with(
		KMSG_ACCOUNTED "arch/arm64/kvm/arm.c:12 vcpu_a\n" WARNING_A("93") END_TRACE);

	EXPECT_TRUE(t, console_has_trouble(&c));
	console_free(&c);
}

/* What belongs to an oops does not begin a report of its own. */
static void an_oops_is_one_report(struct unit *t)
{
	struct console c = started_with(
		"Unable to handle kernel paging request at virtual address dead000000000100\n"
		"Internal error: Oops: 0000000096000004 [#1] SMP\n"
		"pc : vgic_b+0x10/0x20\n" END_TRACE);

	EXPECT_EQ(t, told_at_the_end(&c), 1);
	EXPECT_STR(t, c.splats[0].kind, "oops");
	EXPECT_TRUE(t, !c.splats[0].fatal);
	EXPECT_CONTAINS(t, c.splats[0].text.data, "Internal error");
	console_free(&c);
}

static void an_oops_that_panics_is_two_reports(struct unit *t)
{
	struct console c = started_with("Unable to handle kernel NULL pointer dereference\n"
					"Kernel panic - not syncing: Oops: Fatal exception\n"
					"SMP: stopping secondary CPUs\n"
					"---[ end Kernel panic - not syncing: Oops ]---\n");
	const struct splat *s = console_next_to_tell(&c, LATER_MS);

	EXPECT_STR(t, s ? s->kind : NULL, "oops");
	s = console_next_to_tell(&c, LATER_MS);
	EXPECT_STR(t, s ? s->kind : NULL, "panic");
	EXPECT_CONTAINS(t, s ? s->text.data : NULL, "SMP: stopping");
	console_free(&c);
}

/* A panic needs no account: it is told as soon as it is complete. */
static void a_panic_is_told_at_once(struct unit *t)
{
	struct console c = started_with("Kernel panic - not syncing: sysrq triggered crash\n"
					"---[ end Kernel panic - not syncing ]---\n");
	const struct splat *s = console_next_to_tell(&c, 1);

	EXPECT_STR(t, s ? s->kind : NULL, "panic");
	EXPECT_TRUE(t, s && s->fatal);
	console_free(&c);
}

static void an_account_does_not_hide_a_panic(struct unit *t)
{
	struct console c =
		started_with("Kernel panic - not syncing: vgic_b\n" KMSG_ACCOUNTED "vgic_b\n");

	EXPECT_EQ(t, told_at_the_end(&c), 1);
	EXPECT_TRUE(t, console_has_trouble(&c));
	console_free(&c);
}

static void a_report_without_an_end_ends_in_silence(struct unit *t)
{
	struct console c = started_with("Kernel panic - not syncing: x\n");

	console_settle(&c, 10);
	EXPECT_TRUE(t, !console_next_to_tell(&c, 10));
	console_settle(&c, 1000);
	EXPECT_TRUE(t, console_next_to_tell(&c, 1000));
	console_free(&c);
}

static void lines_come_in_pieces(struct unit *t)
{
	static const char text[] = CONSOLE_MARK "\r\nWARN\0ING: CPU: 0 at a.c:1 f\r\n" END_TRACE;
	struct console c = { 0 };

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		console_feed(&c, &text[i], 1, 0);
	EXPECT_EQ(t, c.nr_splats, 1);
	EXPECT_STR(t, c.splats[0].first, "WARNING: CPU: 0 at a.c:1 f");
	EXPECT_EQ(t, c.text.bytes, sizeof(text) - 1);
	console_free(&c);
}

static void kinds_are_named(struct unit *t)
{
	static const struct {
		const char *line, *kind;
	} rows[] = {
		{ "Kernel panic - not syncing: x", "panic" },
		{ "kvm [1]: nVHE hyp panic at: [<0>] f+0x4", "hypervisor panic" },
		{ "HYP panic:", "hypervisor panic" },
		{ "kernel BUG at arch/arm64/kvm/arm.c:1!", "BUG" },
		{ "Internal error: Oops - BUG: 0 [#1] SMP", "oops" },
		{ "BUG: KASAN: slab-use-after-free in f", "KASAN report" },
		{ "BUG: sleeping function called from invalid context", "BUG" },
		{ "UBSAN: array-index-out-of-bounds in a.c:1", "UBSAN report" },
		{ "WARNING: possible circular locking dependency detected", "lockdep report" },
		{ "WARNING: suspicious RCU usage", "lockdep report" },
		{ "rcu: INFO: rcu_preempt self-detected stall on CPU", "RCU stall" },
		{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "RCU stall" },
		{ "INFO: task x:1 blocked for more than 120 seconds.", "hung task" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct console c = started_with(rows[i].line);

		feed(&c, "\n");
		EXPECT_STR(t, c.nr_splats ? c.splats[0].kind : NULL, rows[i].kind);
		console_free(&c);
	}
}

static void too_many_reports_are_counted(struct unit *t)
{
	struct console c = started_with("");
	char line[128];

	for (unsigned int i = 0; i < CONSOLE_MAX_SPLATS + 3; i++) {
		snprintf(line, sizeof(line), "WARNING: CPU: 0 PID: 1 at a.c:%u f\n" END_TRACE, i);
		feed(&c, line);
	}
	EXPECT_EQ(t, c.nr_splats, CONSOLE_MAX_SPLATS);
	EXPECT_EQ(t, c.nr_dropped, 3);
	for (unsigned int i = 0; i < c.nr_splats; i++)
		c.splats[i].accounted = true;
	EXPECT_TRUE(t, console_has_trouble(&c));
	console_free(&c);
}

static void a_report_has_an_end_in_any_case(struct unit *t)
{
	struct console c = started_with("BUG: KASAN: x\n");

	for (unsigned int i = 0; i < 10000; i++)
		feed(&c, "a line\n");
	EXPECT_TRUE(t, c.splats[0].text.bytes < 2000);
	console_free(&c);
}

static const struct unit_test tests[] = {
	{ "console.a_quiet_kernel_is_no_trouble", a_quiet_kernel_is_no_trouble },
	{ "console.a_warning_is_told_with_its_lines", a_warning_is_told_with_its_lines },
	{ "console.a_report_before_the_command_does_not_count",
	  a_report_before_the_command_does_not_count },
	{ "console.a_panic_before_the_command_counts", a_panic_before_the_command_counts },
	{ "console.a_repeated_warning_is_told_once", a_repeated_warning_is_told_once },
	{ "console.a_repeated_warning_of_a_newer_kernel_is_told_once",
	  a_repeated_warning_of_a_newer_kernel_is_told_once },
	{ "console.interleaved_warnings_are_both_told", interleaved_warnings_are_both_told },
	{ "console.an_accounted_warning_is_not_told", an_accounted_warning_is_not_told },
	{ "console.a_warning_waits_to_be_accounted", a_warning_waits_to_be_accounted },
	{ "console.an_account_of_another_place_does_not_hide",
	  an_account_of_another_place_does_not_hide },
	{ "console.an_account_before_the_warning_does_not_hide",
	  an_account_before_the_warning_does_not_hide },
	{ "console.an_oops_is_one_report", an_oops_is_one_report },
	{ "console.an_oops_that_panics_is_two_reports", an_oops_that_panics_is_two_reports },
	{ "console.a_panic_is_told_at_once", a_panic_is_told_at_once },
	{ "console.an_account_does_not_hide_a_panic", an_account_does_not_hide_a_panic },
	{ "console.a_report_without_an_end_ends_in_silence",
	  a_report_without_an_end_ends_in_silence },
	{ "console.lines_come_in_pieces", lines_come_in_pieces },
	{ "console.kinds_are_named", kinds_are_named },
	{ "console.too_many_reports_are_counted", too_many_reports_are_counted },
	{ "console.a_report_has_an_end_in_any_case", a_report_has_an_end_in_any_case },
};

UNIT_MAIN(tests)
