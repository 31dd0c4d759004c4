// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck direct`: a fixed list of tests in which PCI devices raise LPIs of a
 * guest.  Each says what the guest has to see, whichever way they come, and what
 * shows that they came directly.  Tests do not go through the model: their results
 * are written down.
 */
#include "harness/direct.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/harness.h"
#include "harness/kmsg.h"
#include "lib/target/direct.h"

static const char usage[] =
	"usage: vgicheck direct [options]\n"
	"\n"
	"PCI devices raise LPIs of a guest, by vfio-pci and irqfds: taken, moved, discarded,\n"
	"masked, saved, and as doorbells that wake a vCPU.  Each test says whether they were\n"
	"injected directly, by a GICv4, or came by way of the host.\n"
	"\n"
	"  --device ADDRESS      PCI device to use, such as 0000:01:00.0; may be repeated.\n"
	"                        Without it all edu devices of QEMU. It must be behind an\n"
	"                        IOMMU, and no other driver's\n"
	"  --raise OFFSET=VALUE  what a device is written at BAR 0 to raise its MSI\n"
	"  --ack OFFSET=VALUE    and then to take it back, if it has to be\n"
	"  --require             fail where injection is not direct, instead of skipping\n"
	"  --filter GLOB         only these tests\n"
	"  --list                name the tests\n"
	"\n"
	"Exit status: 0 all as expected and direct, 1 differences found, 2 usage, 4 nothing\n"
	"was injected directly, or nothing can be tested here, 99 the harness failed.\n";

#define REASON_BYTES 512
#define HANG_SECONDS 60

struct arguments {
	struct direct_options devices;
	const char *filter;
	bool require, list;
};

/* Of a child that performs one test, shared with it. */
struct shared {
	struct direct_evidence evidence;
	char log[KMSG_TEXT_BYTES]; /* what the kernel told meanwhile, or "" */
	int status; /* that it ended with, as wait() gives it */
	struct op_result result[DIRECT_MAX_LINES];
};

struct run {
	const struct arguments *args;
	struct tap *tap;
	struct kmsg *kmsg; /* or NULL */
	unsigned int version; /* of the kernel */
	struct shared *shared;
	unsigned int nr_devices, nr_run, nr_not_direct;
};

static bool is_asked_for(const struct arguments *a, const struct direct_test *t)
{
	return !a->filter || !fnmatch(a->filter, t->name, 0);
}

static bool parse_poke(const char *text, struct direct_poke *to)
{
	unsigned int offset, value;
	int n = 0;

	if (sscanf(text, "%i=%i%n", (int *)&offset, (int *)&value, &n) != 2 || text[n] ||
	    offset % 4)
		return false;
	*to = (struct direct_poke){ offset, value };
	return true;
}

/* Takes an option with a value.  Return: false if there is no such, or it has no value. */
static bool take_value(struct arguments *a, const char *name, const char *value)
{
	struct direct_options *d = &a->devices;

	if (!strcmp(name, "--filter")) {
		a->filter = value;
		return true;
	}
	if (!strcmp(name, "--raise"))
		return d->has_raise = parse_poke(value, &d->raise);
	if (!strcmp(name, "--ack"))
		return d->has_ack = parse_poke(value, &d->ack);
	if (strcmp(name, "--device") != 0 || d->nr_devices == DIRECT_MAX_DEVICES)
		return false;
	d->device[d->nr_devices++] = value;
	return true;
}

/* Return: false after a message. */
static bool parse_arguments(struct arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--require")) {
			a->require = true;
		} else if (!strcmp(argv[i], "--list")) {
			a->list = true;
		} else if (i + 1 < argc && take_value(a, argv[i], argv[i + 1])) {
			i++;
		} else {
			fprintf(stderr,
				"vgicheck: '%s%s%s' means nothing to direct; see `vgicheck direct "
				"--help`\n",
				argv[i], i + 1 < argc ? " " : "", i + 1 < argc ? argv[i + 1] : "");
			return false;
		}
	}
	return true;
}

/* Ends the child itself if it hangs: nothing is judged by it but that. */
static void perform(struct run *r, const struct prog *p)
{
	struct shared *s = r->shared;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(HANG_SECONDS);
		direct_run(p, s->result, &s->evidence);
		_exit(0);
	}
	if (pid > 0)
		s->status = child_wait(pid);
	/* VMs are taken down by other processes, too; no one else runs one meanwhile. */
	if (kmsg_find(r->kmsg, KMSG_ANY_PID, s->log))
		kmsg_account(r->kmsg, s->log);
}

/* The first operation that gave something else.  Return: false if there is one. */
static bool results_fit(const struct direct_program *p, const struct shared *s, char *reason)
{
	for (size_t i = 0; i < p->prog.nr_ops; i++) {
		const char *want = p->want[i] ? p->want[i] : "success";
		char got[REASON_BYTES / 2], op[128];

		direct_print_result(&p->prog.op[i], &s->result[i], got, sizeof(got));
		if (p->want[i] ? !strcmp(got, want) : s->result[i].status == OP_DONE)
			continue;
		op_print(&p->prog.op[i], op, sizeof(op));
		snprintf(reason, REASON_BYTES, "op %zu: %s: got %s, expected %s", i + 1, op, got,
			 want);
		return false;
	}
	return true;
}

/* Did all that a GICv4 can inject go past the host? */
static bool was_direct(const struct direct_test *t, const struct direct_evidence *e)
{
	return e->nr_host <= t->max_host && (!e->has_debugfs || e->max_forwarded);
}

static enum tap_status judge_way(const struct run *r, const struct direct_test *t, char *reason)
{
	const struct direct_evidence *e = &r->shared->evidence;

	if (!was_direct(t, e)) {
		snprintf(reason, REASON_BYTES, "not direct: the host took %u of %u interrupts",
			 e->nr_host, e->nr_raised);
		return r->args->require ? TAP_FAIL : TAP_SKIP;
	}
	if (e->nr_doorbells < t->doorbells) {
		snprintf(reason, REASON_BYTES, "%u doorbells instead of %u", e->nr_doorbells,
			 t->doorbells);
		return TAP_FAIL;
	}
	return TAP_PASS;
}

static bool is_known(const struct run *r, const struct direct_test *t, bool by_log)
{
	return t->known.what && r->version >= t->known.from && r->version <= t->known.to &&
	       by_log == !!t->known.log && was_direct(t, &r->shared->evidence);
}

/* What the kernel's log and its results say, of a test that has ended. */
static enum tap_status judge_outcome(const struct run *r, const struct direct_test *t,
				     const struct direct_program *p, char *reason)
{
	const char *log = r->shared->log;

	if (!results_fit(p, r->shared, reason))
		return is_known(r, t, false) ? TAP_XFAIL : TAP_FAIL;
	if (log[0]) {
		snprintf(reason, REASON_BYTES, "kernel log: %s", log);
		return is_known(r, t, true) && strstr(log, t->known.log) ? TAP_XFAIL : TAP_FAIL;
	}
	if (is_known(r, t, false) || is_known(r, t, true)) {
		snprintf(reason, REASON_BYTES, "not so any more: %s", t->known.what);
		return TAP_XPASS;
	}
	return judge_way(r, t, reason);
}

static enum tap_status judge_test(const struct run *r, const struct direct_test *t,
				  const struct direct_program *p, char *reason)
{
	int status = r->shared->status;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		snprintf(reason, REASON_BYTES, "it hangs");
		return TAP_FAIL;
	}
	if (status) {
		snprintf(reason, REASON_BYTES, "the process that performed it died");
		return TAP_ERROR;
	}
	if (t->only_direct && !was_direct(t, &r->shared->evidence))
		return judge_way(r, t, reason);
	return judge_outcome(r, t, p, reason);
}

static void report(struct run *r, const struct direct_test *t, enum tap_status status,
		   const char *reason)
{
	const struct direct_evidence *e = &r->shared->evidence;
	char evidence[REASON_BYTES];
	struct tap_result result = {
		.name = t->name,
		.status = status,
		.reason = reason[0] ? reason : NULL,
		.diag = evidence,
	};

	snprintf(evidence, sizeof(evidence),
		 "%u raised, %u of them taken by the host; %u LPIs forwarded%s; %u doorbells%s%s",
		 e->nr_raised, e->nr_host, e->max_forwarded, e->has_debugfs ? "" : " (no debugfs)",
		 e->nr_doorbells, status == TAP_XFAIL ? "\n" : "",
		 status == TAP_XFAIL ? t->known.what : "");
	tap_report(r->tap, &result);
}

static void run_test(struct run *r, const struct direct_test *t)
{
	struct direct_program p;
	char reason[REASON_BYTES] = "";
	enum tap_status status;

	*r->shared = (struct shared){
		.evidence = { .crowd = t->crowd, .wait = t->crowd && !t->race },
	};
	if (t->devices > r->nr_devices) {
		snprintf(reason, sizeof(reason), "needs %u devices", t->devices);
		status = TAP_SKIP;
	} else if (direct_make(&p, t)) {
		status = TAP_ERROR;
	} else {
		perform(r, &p.prog);
		status = judge_test(r, t, &p, reason);
		r->nr_run++;
		r->nr_not_direct += !was_direct(t, &r->shared->evidence);
		direct_free(&p);
	}
	report(r, t, status, reason);
}

static int run_tests(struct run *r)
{
	const struct direct_test *t;
	struct utsname name;
	unsigned int nr = 0, major, minor;
	int status;

	uname(&name);
	if (sscanf(name.release, "%u.%u", &major, &minor) == 2)
		r->version = major * 1000 + minor;
	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++)
		nr += is_asked_for(r->args, t);
	tap_begin(r->tap, nr);
	tap_note(r->tap, "kernel: %s", name.release);
	tap_note(r->tap, "devices: %u", r->nr_devices);
	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++) {
		if (is_asked_for(r->args, t))
			run_test(r, t);
	}
	if (r->nr_run)
		tap_note(r->tap, "injection: %s",
			 !r->nr_not_direct	      ? "direct" :
			 r->nr_not_direct < r->nr_run ? "direct in some tests only" :
							"not direct, but by way of the host");
	status = (int)tap_end(r->tap);
	return status;
}

static int open_and_run(const struct arguments *a)
{
	struct run r = { .args = a };
	char reason[REASON_BYTES] = "";
	int nr = direct_open(&a->devices, reason, sizeof(reason));
	int status;

	if (nr < 0) {
		fprintf(stderr, "vgicheck: %s\n", reason);
		return TAP_EXIT_SKIPPED;
	}
	r.nr_devices = (unsigned int)nr;
	r.shared = mmap(NULL, sizeof(*r.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	r.kmsg = kmsg_open(&target_kvm);
	r.tap = tap_open(stdout, NULL);
	if (r.shared == MAP_FAILED || !r.tap)
		return TAP_EXIT_HARNESS;
	status = run_tests(&r);
	tap_close(r.tap);
	kmsg_close(r.kmsg);
	munmap(r.shared, sizeof(*r.shared));
	return status;
}

/**
 * direct_main() - the subcommand `direct`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int direct_main(int argc, char **argv)
{
	struct arguments a = { .filter = NULL };
	const struct direct_test *t;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return TAP_EXIT_OK;
	}
	if (!parse_arguments(&a, argc, argv))
		return TAP_EXIT_USAGE;
	if (!a.list)
		return open_and_run(&a);
	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++) {
		if (is_asked_for(&a, t))
			puts(t->name);
	}
	return TAP_EXIT_OK;
}
