// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck direct`: a fixed list of tests in which PCI devices raise LPIs of a
 * guest.  Each says what the guest has to see, whichever way they come, and what
 * shows that they came directly.  Tests do not go through the model: their results
 * are written down.
 */
#include "harness/direct.h"

#include <ctype.h>
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
	"  --device ADDRESS       PCI device to use, such as 0000:01:00.0; may be repeated.\n"
	"                         Without it all of a known kind. It must be behind an IOMMU,\n"
	"                         and no other driver's\n"
	"  --kinds                list the kinds of devices that are known\n"
	"  --raise OFFSET=VALUE   of another kind: what to write at BAR 0 so that it sends\n"
	"                         its MSI. That vfio signals an eventfd for it does not do:\n"
	"                         it sends no MSI, and the host injects what comes of it\n"
	"  --enable OFFSET=VALUE  and once, before all others\n"
	"  --ack OFFSET=VALUE     and after each, so that it can send the next\n"
	"  --hazards              run tests that are known to crash the kernel under test\n"
	"  --require              fail where injection is not direct, instead of skipping\n"
	"  --filter GLOB          only these tests\n"
	"  --list                 name the tests\n"
	"  --plant doorbell=N     for tests: every N-th doorbell is lost\n"
	"\n"
	"Exit status: 0 all as expected and direct, 1 differences found, 2 wrong arguments,\n"
	"4 nothing was injected directly, or nothing can be tested here, 99 the harness failed.\n";

#define REASON_BYTES 512
#define HANG_SECONDS 60

struct arguments {
	struct direct_options devices;
	const char *filter;
	u32 plant_every;
	bool require, hazards, list, list_kinds;
};

/* Of a child that performs one test, shared with it. */
struct shared {
	struct direct_evidence evidence;
	char log[KMSG_TEXT_BYTES]; /* what the kernel told meanwhile, or "" */
	bool performed;
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
	u32 until_plant, nr_planted;
};

static bool is_asked_for(const struct arguments *a, const struct direct_test *t)
{
	return !a->filter || !fnmatch(a->filter, t->name, 0);
}

static bool parse_poke(struct direct_poke *to, const char *text)
{
	unsigned int offset, value;
	int n = 0;

	if (sscanf(text, "%i=%i%n", (int *)&offset, (int *)&value, &n) != 2 || text[n] ||
	    offset % 4)
		return false;
	*to = (struct direct_poke){ offset, value, true };
	return true;
}

/* DOMAIN:BUS:DEVICE.FUNCTION, as sysfs names it. */
static bool is_address(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	}
	return true;
}

static bool take_device(struct direct_options *d, const char *text)
{
	for (unsigned int i = 0; i < d->nr_devices; i++) {
		if (!strcmp(d->device[i], text))
			return false;
	}
	if (!is_address(text) || d->nr_devices == DIRECT_MAX_DEVICES)
		return false;
	d->device[d->nr_devices++] = text;
	return true;
}

static bool parse_plant(u32 *every, const char *text)
{
	int n = 0;

	return sscanf(text, "doorbell=%" SCNu32 "%n", every, &n) == 1 && !text[n] && *every;
}

/* Options with a value, by what --help has in its place. */
static const struct valued_option {
	const char *name, *takes;
} valued_options[] = {
	{ "--filter", "GLOB" },
	{ "--device", "the address of another device, such as 0000:01:00.0, at most 8 times" },
	{ "--enable", "OFFSET=VALUE, with an offset in whole words" },
	{ "--raise", "OFFSET=VALUE, with an offset in whole words" },
	{ "--ack", "OFFSET=VALUE, with an offset in whole words" },
	{ "--plant", "doorbell=N" },
};

static bool take_value(struct arguments *a, const char *name, const char *value)
{
	struct direct_options *d = &a->devices;

	if (!strcmp(name, "--device"))
		return take_device(d, value);
	if (!strcmp(name, "--enable"))
		return parse_poke(&d->how[DIRECT_ENABLE], value);
	if (!strcmp(name, "--raise"))
		return parse_poke(&d->how[DIRECT_RAISE], value);
	if (!strcmp(name, "--ack"))
		return parse_poke(&d->how[DIRECT_ACK], value);
	if (!strcmp(name, "--plant"))
		return parse_plant(&a->plant_every, value);
	a->filter = value;
	return true;
}

static const struct valued_option *find_valued(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(valued_options); i++) {
		if (!strcmp(valued_options[i].name, name))
			return &valued_options[i];
	}
	return NULL;
}

static bool take_flag(struct arguments *a, const char *name)
{
	bool *flag = !strcmp(name, "--require") ? &a->require :
		     !strcmp(name, "--hazards") ? &a->hazards :
		     !strcmp(name, "--list")	? &a->list :
		     !strcmp(name, "--kinds")	? &a->list_kinds :
						  NULL;

	if (flag)
		*flag = true;
	return flag;
}

/* Return: false after a message. */
static bool parse_arguments(struct arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const struct valued_option *o = find_valued(argv[i]);

		if (!o && !take_flag(a, argv[i])) {
			fprintf(stderr,
				"vgicheck: '%s' means nothing to direct; see `vgicheck direct --help`\n",
				argv[i]);
			return false;
		}
		if (!o)
			continue;
		if (++i == argc || !take_value(a, o->name, argv[i])) {
			fprintf(stderr, "vgicheck: %s takes %s%s%s%s\n", o->name, o->takes,
				i < argc ? ", not '" : "", i < argc ? argv[i] : "",
				i < argc ? "'" : "");
			return false;
		}
	}
	if (a->devices.how[DIRECT_RAISE].is_set ||
	    !(a->devices.how[DIRECT_ENABLE].is_set || a->devices.how[DIRECT_ACK].is_set))
		return true;
	fprintf(stderr, "vgicheck: --enable and --ack go with --raise\n");
	return false;
}

/* Ends the child itself if it hangs: nothing is judged by it but that. */
static void perform(struct run *r, const struct prog *p)
{
	struct shared *s = r->shared;
	pid_t pid;

	fflush(stdout);
	s->performed = true;
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

/* What is known of a test on this kernel, or NULL. */
static const struct direct_known *known_of(const struct run *r, const struct direct_test *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->known); i++) {
		const struct direct_known *k = &t->known[i];

		if (k->what && r->version >= k->from && r->version <= k->to)
			return k;
	}
	return NULL;
}

static bool is_known(const struct run *r, const struct direct_test *t, bool by_log)
{
	const struct direct_known *k = known_of(r, t);

	return k && by_log == !!k->log && was_direct(t, &r->shared->evidence);
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
		return is_known(r, t, true) && strstr(log, known_of(r, t)->log) ? TAP_XFAIL :
										  TAP_FAIL;
	}
	if (is_known(r, t, false) || is_known(r, t, true)) {
		snprintf(reason, REASON_BYTES, "not so any more: %s", known_of(r, t)->what);
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
		.diag = r->shared->performed ? evidence : NULL,
	};

	snprintf(evidence, sizeof(evidence),
		 "%u raised, %u of them taken by the host; %u LPIs forwarded%s; %u doorbells%s%s",
		 e->nr_raised, e->nr_host, e->max_forwarded, e->has_debugfs ? "" : " (no debugfs)",
		 e->nr_doorbells, status == TAP_XFAIL ? "\n" : "",
		 status == TAP_XFAIL ? known_of(r, t)->what : "");
	tap_report(r->tap, &result);
}

static void run_test(struct run *r, const struct direct_test *t)
{
	struct direct_program p;
	char reason[REASON_BYTES] = "";
	enum tap_status status;

	*r->shared = (struct shared){
		.evidence = { .crowd = t->crowd,
			      .wait = t->crowd && !t->race,
			      .one_processor = t->one_processor,
			      .plant_every = r->args->plant_every,
			      .until_plant = r->until_plant },
	};
	if (t->devices > r->nr_devices) {
		snprintf(reason, sizeof(reason), "needs %u devices", t->devices);
		status = TAP_SKIP;
	} else if (!r->args->hazards && known_of(r, t) && known_of(r, t)->hazard) {
		snprintf(reason, sizeof(reason), "it may crash this kernel; see --hazards");
		status = TAP_SKIP;
	} else if (direct_make(&p, t)) {
		status = TAP_ERROR;
	} else {
		perform(r, &p.prog);
		status = judge_test(r, t, &p, reason);
		r->nr_run++;
		r->nr_not_direct += !was_direct(t, &r->shared->evidence);
		r->until_plant = r->shared->evidence.until_plant;
		r->nr_planted += r->shared->evidence.nr_planted;
		direct_free(&p);
	}
	report(r, t, status, reason);
}

static void note_way(const struct run *r)
{
	if (r->args->plant_every)
		tap_note(r->tap, "%u doorbells were lost on purpose", r->nr_planted);
	if (r->nr_run)
		tap_note(r->tap, "injection: %s",
			 !r->nr_not_direct	      ? "direct" :
			 r->nr_not_direct < r->nr_run ? "direct in some tests only" :
							"not direct, but by way of the host");
}

static int run_tests(struct run *r)
{
	const struct direct_test *t;
	struct utsname name;
	unsigned int nr = 0, major, minor;

	uname(&name);
	if (sscanf(name.release, "%u.%u", &major, &minor) == 2)
		r->version = major * 1000 + minor;
	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++)
		nr += is_asked_for(r->args, t);
	tap_begin(r->tap, nr);
	tap_note(r->tap, "kernel: %s", name.release);
	for (unsigned int i = 0; i < r->nr_devices; i++) {
		char device[64];

		direct_print_device(i, device, sizeof(device));
		tap_note(r->tap, "device: %s", device);
	}
	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++) {
		if (is_asked_for(r->args, t))
			run_test(r, t);
	}
	note_way(r);
	return (int)tap_end(r->tap);
}

static int open_and_run(const struct arguments *a)
{
	struct run r = { .args = a, .until_plant = a->plant_every };
	char reason[REASON_BYTES] = "";
	int nr = direct_open(&a->devices, reason, sizeof(reason));
	int status;

	if (nr < 0) {
		fprintf(stderr, "vgicheck: %s\n", reason);
		if (nr == -EINVAL)
			return TAP_EXIT_USAGE;
		return a->require ? TAP_EXIT_DIFFERENT : TAP_EXIT_SKIPPED;
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

static void print_poke(const char *what, const struct direct_poke *p)
{
	if (p->is_set)
		printf(" --%s 0x%x=0x%x", what, p->offset, p->value);
}

static void print_kinds(void)
{
	const struct direct_kind *k;

	for (unsigned int i = 0; (k = direct_kind_by_number(i)); i++) {
		printf("%-8s %s ", k->name, k->id);
		print_poke("enable", &k->how[DIRECT_ENABLE]);
		print_poke("raise", &k->how[DIRECT_RAISE]);
		print_poke("ack", &k->how[DIRECT_ACK]);
		printf("  %s\n", k->what);
	}
}

static void print_tests(const struct arguments *a)
{
	const struct direct_test *t;

	for (unsigned int i = 0; (t = direct_test_by_number(i)); i++) {
		if (is_asked_for(a, t))
			puts(t->name);
	}
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

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return TAP_EXIT_OK;
	}
	if (!parse_arguments(&a, argc, argv))
		return TAP_EXIT_USAGE;
	if (!a.list && !a.list_kinds)
		return open_and_run(&a);
	if (a.list_kinds)
		print_kinds();
	if (a.list)
		print_tests(&a);
	return TAP_EXIT_OK;
}
