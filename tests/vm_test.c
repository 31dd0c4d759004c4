// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host side of the QEMU machine without a machine: its options and what goes
 * into it. The console and the record ring have tests of their own.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ci/vm/cpio.h"
#include "ci/vm/host.h"
#include "ci/vm/options.h"
#include "ci/vm/plan.h"
#include "tests/unit.h"

/* Standard error of a stretch of code, in @text. */
struct captured {
	int saved, fd;
	char text[1024];
};

static void capture(struct captured *c)
{
	c->saved = dup(STDERR_FILENO);
	c->fd = memfd_create("stderr", 0);
	dup2(c->fd, STDERR_FILENO);
}

static void release(struct captured *c)
{
	ssize_t n = pread(c->fd, c->text, sizeof(c->text) - 1, 0);

	c->text[n > 0 ? n : 0] = '\0';
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->fd);
}

static bool is_one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && end > text && !end[1];
}

/* An entry of a cpio archive, as the kernel reads it. */
struct entry {
	u32 mode, major, minor;
	const char *data;
	size_t bytes;
};

static u32 hex_field(const char *header, unsigned int i)
{
	char text[9] = { 0 };

	memcpy(text, header + 6 + (size_t)8 * i, 8);
	return (u32)strtoul(text, NULL, 16);
}

/* Walks the whole archive. Return: false if it is malformed or has no @name. */
static bool find_entry(const struct cpio *c, const char *name, struct entry *e)
{
	const char *base = c->out.data;
	size_t at = 0;
	bool found = false;

	while (at + 110 <= c->out.bytes && !memcmp(base + at, "070701", 6)) {
		const char *header = base + at;
		const char *path = header + 110;
		size_t data = (at + 110 + hex_field(header, 11) + 3) & ~(size_t)3;

		at = (data + hex_field(header, 6) + 3) & ~(size_t)3;
		if (path[0] == '/' || strlen(path) + 1 != hex_field(header, 11))
			return false;
		if (!strcmp(path, name)) {
			*e = (struct entry){
				.mode = hex_field(header, 1),
				.major = hex_field(header, 9),
				.minor = hex_field(header, 10),
				.data = base + data,
				.bytes = hex_field(header, 6),
			};
			found = true;
		}
		if (!strcmp(path, "TRAILER!!!"))
			return found && at == c->out.bytes;
	}
	return false;
}

static void cpio_holds_what_was_added(struct unit *t)
{
	struct cpio c = { 0 };
	struct entry e;

	cpio_add_dir(&c, "dev");
	cpio_add_char_device(&c, "/dev/console", 5, 1);
	cpio_add_symlink(&c, "link", "target");
	cpio_add_bytes(&c, "empty", 0644, NULL, 0);
	cpio_add_bytes(&c, "dir/five", 0755, "12345", 5);
	cpio_finish(&c);
	EXPECT_TRUE(t, find_entry(&c, "dev", &e) && e.mode == (S_IFDIR | 0755));
	EXPECT_TRUE(t, find_entry(&c, "dev/console", &e) && S_ISCHR(e.mode));
	EXPECT_TRUE(t, e.major == 5 && e.minor == 1);
	EXPECT_TRUE(t, find_entry(&c, "link", &e) && S_ISLNK(e.mode));
	EXPECT_TRUE(t, e.bytes == 6 && !memcmp(e.data, "target", 6));
	EXPECT_TRUE(t, find_entry(&c, "empty", &e) && e.bytes == 0);
	EXPECT_TRUE(t, find_entry(&c, "dir/five", &e) && e.mode == (S_IFREG | 0755));
	EXPECT_TRUE(t, e.bytes == 5 && !memcmp(e.data, "12345", 5));
	EXPECT_TRUE(t, !find_entry(&c, "five", &e));
	vm_buf_free(&c.out);
}

/* A directory for the test's files, with a slash; the test removes it. */
static char *make_scratch(void)
{
	char path[] = "/tmp/vm_test.XXXXXX";

	return mkdtemp(path) ? vm_asprintf("%s", path) : NULL;
}

static void put(const char *dir, const char *name, const void *data, size_t bytes)
{
	char *path = vm_asprintf("%s/%s", dir, name);

	if (vm_write_file(path, data, bytes))
		printf("# cannot write %s\n", path);
	free(path);
}

static void remove_scratch(char *dir)
{
	char *command = vm_asprintf("rm -rf '%s'", dir);

	if (system(command))
		printf("# cannot remove %s\n", dir);
	free(command);
	free(dir);
}

static void cpio_copies_a_tree(struct unit *t)
{
	char *dir = make_scratch();
	struct cpio c = { 0 }, again = { 0 };
	struct entry e;

	if (!EXPECT_TRUE(t, dir))
		return;
	put(dir, "a", "A", 1);
	put(dir, "sub/b", "BB", 2);
	put(dir, ".hidden", "C", 1);
	EXPECT_EQ(t, cpio_add_tree(&c, "top", dir), 0);
	cpio_finish(&c);
	EXPECT_TRUE(t, find_entry(&c, "top", &e) && S_ISDIR(e.mode));
	EXPECT_TRUE(t, find_entry(&c, "top/a", &e) && e.bytes == 1 && *e.data == 'A');
	EXPECT_TRUE(t, find_entry(&c, "top/sub/b", &e) && e.bytes == 2);
	EXPECT_TRUE(t, !find_entry(&c, "top/.hidden", &e));
	EXPECT_EQ(t, cpio_add_tree(&again, "top", dir), 0);
	cpio_finish(&again);
	EXPECT_TRUE(t, c.out.bytes == again.out.bytes &&
			       !memcmp(c.out.data, again.out.data, c.out.bytes));
	vm_buf_free(&c.out);
	vm_buf_free(&again.out);
	remove_scratch(dir);
}

static void cpio_reports_a_file_it_cannot_read(struct unit *t)
{
	struct cpio c = { 0 };

	EXPECT_EQ(t, cpio_add_file(&c, "x", 0644, "/nonexistent"), -ENOENT);
	EXPECT_EQ(t, c.nr_entries, 0);
	vm_buf_free(&c.out);
}

#define MAX_WORDS 12

/* Splits @line, which must outlive the options, and parses it. */
static int parse(struct vm_options *o, char *line, char *argv[MAX_WORDS])
{
	int argc = 0;

	argv[argc++] = line;
	for (char *s = line; *s && argc < MAX_WORDS - 1; s++) {
		if (*s == ' ') {
			*s = '\0';
			argv[argc++] = s + 1;
		}
	}
	argv[argc] = NULL;
	return vm_options_parse(o, argc, argv);
}

static void options_have_defaults(struct unit *t)
{
	char line[] = "vm probe", *argv[MAX_WORDS];
	struct vm_options o;

	EXPECT_EQ(t, parse(&o, line, argv), 0);
	EXPECT_STR(t, o.kernel, "6.12");
	EXPECT_STR(t, o.append, "");
	EXPECT_STR(t, o.mem, "512M");
	EXPECT_STR(t, o.out, "out");
	EXPECT_TRUE(t, !strcmp(o.host->name, "gicv3") && !o.host_name && o.smp == 2 &&
			       o.timeout_s == 120 && !o.parallel);
	EXPECT_STR(t, o.cmd[0], "probe");
}

static void options_end_at_the_command(struct unit *t)
{
	char line[] = "vm --gic 4 --smp=16 --parallel --mem 1G run --gic 9", *argv[MAX_WORDS];
	struct vm_options o;

	EXPECT_EQ(t, parse(&o, line, argv), 0);
	EXPECT_STR(t, o.host->name, "gicv4");
	EXPECT_TRUE(t, !o.host_name && o.smp == 16 && o.parallel);
	EXPECT_STR(t, o.mem, "1G");
	EXPECT_STR(t, o.cmd[0], "run");
	EXPECT_STR(t, o.cmd[1], "--gic");
	EXPECT_STR(t, o.cmd[2], "9");
	EXPECT_TRUE(t, !o.cmd[3]);
}

static void options_that_are_wrong_get_one_line(struct unit *t)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "vm", "no command" },
		{ "vm --", "no command" },
		{ "vm --gick 3 probe", "--gick" },
		{ "vm --gic 1 probe", "from 2 to 4, not '1'" },
		{ "vm --gic 5 probe", "from 2 to 4, not '5'" },
		{ "vm --gic= probe", "not ''" },
		{ "vm --gic -3 probe", "not '-3'" },
		{ "vm --smp 0 probe", "not '0'" },
		{ "vm --smp 2x probe", "not '2x'" },
		{ "vm --smp 99999999999999999999 probe", "--smp takes a number" },
		{ "vm --gic 2 --smp 9 probe", "8 processors at most, not 9" },
		{ "vm --host gicv2 --smp 9 probe", "8 processors at most, not 9" },
		{ "vm --host vax probe", "no host 'vax'" },
		{ "vm --host= probe", "no host ''" },
		{ "vm --host gicv3 --gic 3 probe", "--gic does not go with --host" },
		{ "vm --host gicv3-devices --snapshot probe", "cannot save its devices" },
		{ "vm --timeout 0 probe", "--timeout takes" },
		{ "vm --mem lots probe", "not 'lots'" },
		{ "vm --mem 1GB probe", "not '1GB'" },
		{ "vm --kernel= probe", "must not be empty" },
		{ "vm --out= probe", "must not be empty" },
		{ "vm --kernel", "requires an argument" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *argv[MAX_WORDS], line[80];
		struct captured c;
		struct vm_options o;
		int ret;

		snprintf(line, sizeof(line), "%s", rows[i].line);
		capture(&c);
		ret = parse(&o, line, argv);
		release(&c);
		EXPECT_EQ(t, ret, -EINVAL);
		EXPECT_CONTAINS(t, c.text, rows[i].says);
		if (!EXPECT_TRUE(t, is_one_line(c.text)))
			printf("#   row %zu\n", i);
	}
}

/* Messages of a kernel on each host, as far as they tell hosts apart. */
#define LOG_GICV3 "<6>[    0.1] kvm [1]: GIC system register CPU interface enabled\n"
#define LOG_ITS "<6>[    0.0] ITS [mem 0x08080000-0x0809ffff]\n"
#define LOG_SMMU "<6>[    0.2] arm-smmu-v3 9050000.smmuv3: ias 44-bit, oas 44-bit (features 0x1)\n"
#define LOG_VHE "<6>[    0.1] kvm [1]: VHE mode initialized successfully\n"
#define LOG_V4(state) \
	"<6>[    0.0] GICv3: GICv4 features: \n<6>[    0.1] kvm [1]: GICv4 support " state "\n"
#define LOG_TRAP(what) \
	"<6>[    0.1] kvm [1]: GICv3 sysreg trapping enabled ([" what "], reduced performance)\n"

static const struct {
	const char *host, *log;
} host_logs[] = {
	{ "gicv3", LOG_ITS LOG_GICV3 LOG_VHE },
	{ "gicv3-no-its", LOG_GICV3 LOG_VHE },
	{ "nvhe", LOG_ITS LOG_GICV3 "<6>[    0.1] kvm [1]: Hyp mode initialized successfully\n" },
	{ "nvhe",
	  LOG_ITS LOG_GICV3 "<6>[    0.1] kvm [1]: Hyp nVHE mode initialized successfully\n" },
	{ "protected", LOG_ITS LOG_GICV3
	  "<6>[    0.1] kvm [1]: Protected nVHE mode initialized successfully\n" },
	{ "protected", LOG_ITS LOG_GICV3
	  "<6>[    0.1] kvm [1]: Protected hVHE mode initialized successfully\n" },
	{ "trap", LOG_ITS LOG_TRAP("G0G1C") LOG_GICV3 LOG_VHE },
	{ "gicv2", "<6>[    0.1] kvm [1]: vgic interrupt IRQ9\n" LOG_VHE },
	{ "gicv4", LOG_ITS LOG_V4("enabled") LOG_GICV3 LOG_VHE LOG_SMMU },
	{ "gicv4-off", LOG_ITS LOG_V4("disabled") LOG_GICV3 LOG_VHE LOG_SMMU },
	{ "gicv3-devices", LOG_ITS LOG_GICV3 LOG_VHE LOG_SMMU },
};

/* A host with more than another one has is that one, too. */
static bool is_also(const char *log_of, const char *host)
{
	return !strcmp(host, "gicv3") && (!strcmp(log_of, "trap") || !strncmp(log_of, "gicv4", 5) ||
					  !strcmp(log_of, "gicv3-devices"));
}

static void hosts_are_told_apart(struct unit *t)
{
	const struct vm_host *h;

	for (unsigned int i = 0; (h = vm_host_by_number(i)); i++) {
		bool has_log = false;

		EXPECT_TRUE(t, vm_host_find(h->name) == h);
		for (size_t k = 0; k < ARRAY_SIZE(host_logs); k++) {
			bool own = !strcmp(host_logs[k].host, h->name);
			char *why = vm_host_denied(h, host_logs[k].log);

			has_log |= own;
			if (!EXPECT_TRUE(t, !why == (own || is_also(host_logs[k].host, h->name))))
				printf("#   %s with messages of %s: %s\n", h->name,
				       host_logs[k].host, why ? why : "is it");
			free(why);
		}
		EXPECT_TRUE(t, has_log);
	}
	EXPECT_TRUE(t, !vm_host_find("GICv3") && !vm_host_find(""));
}

static void hosts_that_are_others_are_denied_in_one_line(struct unit *t)
{
	char *some = vm_host_denied(vm_host_find("trap"), LOG_ITS LOG_TRAP("G1") LOG_GICV3 LOG_VHE);
	char *none = vm_host_denied(vm_host_find("gicv3-no-its"), LOG_ITS LOG_GICV3 LOG_VHE);

	EXPECT_CONTAINS(t, some, "no line of the kernel's messages fits 'GICv3 sysreg trapping");
	EXPECT_CONTAINS(t, none, "a line of the kernel's messages fits 'ITS");
	EXPECT_TRUE(t, !strchr(some, '\n') && !strchr(none, '\n'));
	free(some);
	free(none);
}

static void help_is_asked_for(struct unit *t)
{
	char line[] = "vm --help", *argv[MAX_WORDS];
	struct vm_options o;

	EXPECT_EQ(t, parse(&o, line, argv), 1);
}

/* Where the plan looks for the arm64 build: beside this program. */
static char *harness_path(void)
{
	char exe[PATH_MAX] = "";

	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		return NULL;
	return vm_asprintf("%.*s/arm64/vgicheck", (int)(vm_basename(exe) - exe - 1), exe);
}

/* A scratch directory with a kernel image, and a stand-in for the arm64 build. */
struct surroundings {
	char *dir, *image, *harness;
};

static bool set_up(struct surroundings *s)
{
	static const char image[64] = { [56] = 'A', 'R', 'M', '\x64' };

	*s = (struct surroundings){ .dir = make_scratch(), .harness = harness_path() };
	if (!s->dir || !s->harness || vm_write_file(s->harness, "ELF", 3))
		return false;
	put(s->dir, "Image", image, sizeof(image));
	s->image = vm_asprintf("%s/Image", s->dir);
	return true;
}

static bool set_up_and_enter(struct surroundings *s)
{
	return set_up(s) && s->dir && !chdir(s->dir);
}

static void clean_up(struct surroundings *s)
{
	if (s->harness)
		unlink(s->harness);
	free(s->harness);
	free(s->image);
	remove_scratch(s->dir);
}

/* Commands come from main(), whose words are not const; the plan only reads them. */
static int make_plan(struct vm_plan *p, const struct surroundings *s, const char *const *cmd)
{
	const struct vm_options o = { .kernel = s->image, .out = "results", .cmd = (char **)cmd };

	*p = (struct vm_plan){ 0 };
	return vm_plan_make(p, &o);
}

/*
 * Looks into both archives of a first start.  What @e points to lives as long as
 * the test, which is why nothing frees it.
 */
static bool find_planned(const struct vm_plan *p, const char *name, struct entry *e)
{
	const struct vm_strv none = { 0 };
	static struct cpio start;

	vm_buf_free(&start.out);
	vm_plan_start(p, &none, false, &start.out);
	return find_entry(&p->system, name, e) || find_entry(&start, name, e);
}

/* The arguments file, a vertical bar for each NUL. */
static char *args_of(const struct vm_plan *p)
{
	struct entry e;
	char *text;

	if (!find_planned(p, "args", &e))
		return NULL;
	text = calloc(1, e.bytes + 1);
	for (size_t i = 0; text && i < e.bytes; i++) {
		text[i] = '|';
		if (e.data[i])
			text[i] = e.data[i];
	}
	return text;
}

static void plan_boots_the_harness(struct unit *t)
{
	const char *cmd[] = { "run", "--seed", "7", NULL };
	struct surroundings s;
	struct vm_plan p;
	struct entry e;
	char *args;

	if (!EXPECT_TRUE(t, set_up(&s)))
		return;
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	EXPECT_STR(t, p.kernel, s.image);
	EXPECT_TRUE(t, p.own_harness);
	EXPECT_TRUE(t, find_planned(&p, "init", &e) && e.mode == (S_IFREG | 0755));
	EXPECT_TRUE(t, e.bytes == 3 && !memcmp(e.data, "ELF", 3));
	EXPECT_TRUE(t, find_planned(&p, "vgicheck", &e) && S_ISLNK(e.mode));
	EXPECT_TRUE(t, find_planned(&p, "dev/console", &e) && S_ISCHR(e.mode));
	EXPECT_TRUE(t, find_planned(&p, "corpora/scenarios/gicv2-overlap.vgic", &e));
	args = args_of(&p);
	EXPECT_CONTAINS(t, args, "|VGICHECK_OUT=/out|VGICHECK_OUT_NAME=results|");
	EXPECT_CONTAINS(t, args, "||/vgicheck|run|--seed|7|");
	free(args);
	vm_plan_free(&p);
	clean_up(&s);
}

static void plan_takes_input_along(struct unit *t)
{
	struct surroundings s;
	char *file;
	const char *cmd[] = { "replay", NULL, "--corpora=/nonexistent", NULL };
	struct vm_plan p;
	struct entry e;

	if (!EXPECT_TRUE(t, set_up(&s)))
		return;
	put(s.dir, "my.vgic", "vm gicv3\n", 9);
	cmd[1] = file = vm_asprintf("%s/my.vgic", s.dir);
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	EXPECT_EQ(t, p.args.nr, 4);
	EXPECT_CONTAINS(t, p.args.v[2], "/in/");
	EXPECT_TRUE(t, find_planned(&p, p.args.v[2] + 1, &e) && e.bytes == 9);
	EXPECT_STR(t, p.args.v[3], "--corpora=/nonexistent");
	vm_plan_free(&p);
	free(file);
	clean_up(&s);
}

static void plan_puts_files_back(struct unit *t)
{
	const char *cmd[] = { "run", "--json", "a/x", "--out", "elsewhere", NULL };
	struct vm_strv back = { 0 };
	struct cpio start = { 0 };
	struct surroundings s;
	struct vm_plan p;
	struct entry e;

	if (!EXPECT_TRUE(t, set_up_and_enter(&s)))
		return;
	put("elsewhere", "state/deep/n", "12", 2);
	put("a", "x", "{}", 2);
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	vm_strv_add(&back, "state/deep/n");
	vm_strv_add(&back, "%s", p.inner.v[0]);
	vm_strv_add(&back, "gone");
	vm_plan_start(&p, &back, true, &start.out);
	EXPECT_TRUE(t, find_entry(&start, "out/state", &e) && S_ISDIR(e.mode));
	EXPECT_TRUE(t, find_entry(&start, "out/state/deep/n", &e) && e.bytes == 2);
	EXPECT_TRUE(t, find_entry(&start, p.args.v[3] + 1, &e) && !memcmp(e.data, "{}", 2));
	EXPECT_TRUE(t, !find_entry(&start, "out/gone", &e));
	EXPECT_TRUE(t, find_entry(&start, "args", &e));
	EXPECT_TRUE(t, memmem(e.data, e.bytes, "VGICHECK_RESUME=1", 18));
	vm_buf_free(&start.out);
	vm_strv_free(&back);
	vm_plan_free(&p);
	clean_up(&s);
}

/* A filter is no file, even if the host has one of that name. */
static void plan_leaves_words_alone(struct unit *t)
{
	struct surroundings s;
	const char *cmd[] = { "run", "--filter", NULL, "--seed=1", NULL };
	struct vm_plan p;

	if (!EXPECT_TRUE(t, set_up(&s)))
		return;
	cmd[2] = s.image;
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	EXPECT_STR(t, p.args.v[3], s.image);
	vm_plan_free(&p);
	clean_up(&s);
}

static void plan_brings_results_to_where_they_were_named(struct unit *t)
{
	const char *cmd[] = { "run", "--json", "a/x", "--junit=b/x", "--out", "elsewhere", NULL };
	struct surroundings s;
	struct vm_plan p;
	char *path;

	if (!EXPECT_TRUE(t, set_up(&s)))
		return;
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	EXPECT_CONTAINS(t, p.args.v[3], PLAN_OUT "/");
	EXPECT_CONTAINS(t, p.args.v[4], "--junit=" PLAN_OUT "/");
	EXPECT_STR(t, p.args.v[6], PLAN_OUT);
	path = vm_plan_host_path(&p, p.args.v[3] + strlen(PLAN_OUT "/"));
	EXPECT_STR(t, path, "a/x");
	free(path);
	path = vm_plan_host_path(&p, p.args.v[4] + strlen("--junit=" PLAN_OUT "/"));
	EXPECT_STR(t, path, "b/x");
	free(path);
	path = vm_plan_host_path(&p, "0001.vgic");
	EXPECT_STR(t, path, "elsewhere/0001.vgic");
	free(path);
	vm_plan_free(&p);
	clean_up(&s);
}

static void plan_lets_no_file_out_of_its_directory(struct unit *t)
{
	static const char *const names[] = { "", "/etc/passwd", "../x", "a/../../x", "a/.." };
	char out[] = "results";
	const struct vm_plan p = { .out = out };
	char *path;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_TRUE(t, !vm_plan_host_path(&p, names[i]));
	path = vm_plan_host_path(&p, "sub/0001.vgic");
	EXPECT_STR(t, path, "results/sub/0001.vgic");
	free(path);
}

static void plan_runs_a_program_of_the_host(struct unit *t)
{
	struct surroundings s;
	const char *cmd[] = { NULL, "word", NULL };
	struct vm_plan p;
	struct entry e;

	if (!EXPECT_TRUE(t, set_up(&s)))
		return;
	cmd[0] = s.image;
	EXPECT_EQ(t, make_plan(&p, &s, cmd), 0);
	EXPECT_TRUE(t, !p.own_harness);
	EXPECT_STR(t, p.args.v[0], "/cmd/Image");
	EXPECT_TRUE(t, find_planned(&p, "cmd/Image", &e) && e.mode == (S_IFREG | 0755));
	vm_plan_free(&p);
	clean_up(&s);
}

static void plan_names_what_it_cannot_read(struct unit *t)
{
	static const struct {
		const char *kernel, *command, *says;
	} rows[] = {
		{ "9.9", "run", "no kernel 9.9" },
		{ "nowhere/Image", "run", "cannot open kernel 'nowhere/Image'" },
		{ "zboot", "run", "an EFI zboot image" },
		{ "text", "run", "not an arm64 Image" },
		{ "./", "run", "cannot boot kernel './'" },
		{ "Image", "./nowhere", "cannot read './nowhere'" },
	};
	struct surroundings s;

	if (!EXPECT_TRUE(t, set_up_and_enter(&s)))
		return;
	setenv("VGICHECK_CACHE", ".", 1);
	put(s.dir, "zboot", "MZ\0\0zimg", 8);
	put(s.dir, "text", "some text\n", 10);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *cmd[] = { rows[i].command, NULL };
		const struct vm_options o = { .kernel = rows[i].kernel,
					      .out = "o",
					      .cmd = (char **)cmd };
		struct vm_plan p = { 0 };
		struct captured c;
		int ret;

		capture(&c);
		ret = vm_plan_make(&p, &o);
		release(&c);
		EXPECT_EQ(t, ret, -ENOENT);
		EXPECT_CONTAINS(t, c.text, rows[i].says);
		if (!EXPECT_TRUE(t, is_one_line(c.text)))
			printf("#   row %zu\n", i);
		vm_plan_free(&p);
	}
	clean_up(&s);
}

static void plan_names_what_it_cannot_write(struct unit *t)
{
	static const struct {
		const char *out, *json, *says;
	} rows[] = {
		{ "Image", "new/json", "cannot write to 'Image': Not a directory" },
		{ "Image/out", "new/json", "cannot write to 'Image/out': Not a directory" },
		{ "out", ".", "cannot write '.': Is a directory" },
		{ "out", "Image/json", "cannot write 'Image/json': Not a directory" },
		{ "out", "", "cannot write ''" },
	};
	struct surroundings s;

	if (!EXPECT_TRUE(t, set_up_and_enter(&s)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *cmd[] = { "run", "--json", rows[i].json, "--out", rows[i].out, NULL };
		struct vm_plan p;
		struct captured c;
		int ret;

		capture(&c);
		ret = make_plan(&p, &s, cmd);
		release(&c);
		EXPECT_EQ(t, ret, -ENOENT);
		EXPECT_CONTAINS(t, c.text, rows[i].says);
		if (!EXPECT_TRUE(t, is_one_line(c.text)))
			printf("#   row %zu\n", i);
		vm_plan_free(&p);
	}
	EXPECT_TRUE(t, access("out", F_OK) != 0);
	clean_up(&s);
}

static const struct unit_test tests[] = {
	{ "cpio.holds_what_was_added", cpio_holds_what_was_added },
	{ "cpio.copies_a_tree", cpio_copies_a_tree },
	{ "cpio.reports_a_file_it_cannot_read", cpio_reports_a_file_it_cannot_read },
	{ "vm_options.have_defaults", options_have_defaults },
	{ "vm_options.end_at_the_command", options_end_at_the_command },
	{ "vm_options.that_are_wrong_get_one_line", options_that_are_wrong_get_one_line },
	{ "vm_options.help_is_asked_for", help_is_asked_for },
	{ "vm_host.are_told_apart", hosts_are_told_apart },
	{ "vm_host.that_are_others_are_denied_in_one_line",
	  hosts_that_are_others_are_denied_in_one_line },
	{ "vm_plan.boots_the_harness", plan_boots_the_harness },
	{ "vm_plan.takes_input_along", plan_takes_input_along },
	{ "vm_plan.puts_files_back", plan_puts_files_back },
	{ "vm_plan.leaves_words_alone", plan_leaves_words_alone },
	{ "vm_plan.brings_results_to_where_they_were_named",
	  plan_brings_results_to_where_they_were_named },
	{ "vm_plan.lets_no_file_out_of_its_directory", plan_lets_no_file_out_of_its_directory },
	{ "vm_plan.runs_a_program_of_the_host", plan_runs_a_program_of_the_host },
	{ "vm_plan.names_what_it_cannot_read", plan_names_what_it_cannot_read },
	{ "vm_plan.names_what_it_cannot_write", plan_names_what_it_cannot_write },
};

UNIT_MAIN(tests)
