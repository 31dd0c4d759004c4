// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of direct injection from their short form.  Beside lines of the language
 * there are
 *
 *	its COMMAND ARGS	the command is put into the queue, and performed
 *	queue COMMAND ARGS	the command is put into the queue
 *	perform V		vCPU V has commands of the queue performed
 *	route N E		device N's interrupt is event E of DeviceID 0
 *	untie N			device N has no interrupt of this VM any more
 *	raise N			device N raises its interrupt
 *	config N BYTE		the configuration of LPI 8192 + N, not invalidated
 *
 * and before all of them a VM with an ITS, its tables and four enabled LPIs.
 */
#include "harness/direct.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define QUEUE_BASE 0x50000000ULL
#define QUEUE_BYTES 0x1000u
#define CONFIG_BASE 0x50040000ULL
#define REDIST_BASE 0x80a0000ULL
#define NR_LPIS 4

static const char vgic_text[] =
	"set_addr v3_dist base=0x8000000\n"
	"set_addr v3_redist base=0x80a0000\n"
	"create_its\n"
	"set_its_addr base=0x8080000\n"
	"init_vgic\n"
	"init_its\n"
	"guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"
	"guest vcpu=0 write GITS_BASER0 at=0x8080000 value=0x8000000050010200\n"
	"guest vcpu=0 write GITS_BASER1 at=0x8080000 value=0x8000000050020200\n"
	"guest vcpu=0 write GITS_CBASER at=0x8080000 value=0x8000000050000000\n"
	"guest vcpu=0 write GITS_CTLR at=0x8080000 value=0x1\n";

/* A text that grows, and the queue of the ITS. */
struct text {
	FILE *out;
	unsigned int queued; /* commands */
};

static void add_vcpu(struct text *t, unsigned int v)
{
	unsigned long long redist = REDIST_BASE + v * 0x20000ULL;

	fprintf(t->out, "guest vcpu=%u write ICC_PMR_EL1 value=0xf8\n", v);
	fprintf(t->out, "guest vcpu=%u write ICC_IGRPEN1_EL1 value=0x1\n", v);
	fprintf(t->out, "guest vcpu=%u write GICR_PROPBASER at=0x%llx value=0x5004000d\n", v,
		redist);
	fprintf(t->out, "guest vcpu=%u write GICR_PENDBASER at=0x%llx value=0x%llx\n", v, redist,
		0x50050000ULL + v * 0x10000ULL);
	fprintf(t->out, "guest vcpu=%u write GICR_CTLR at=0x%llx value=0x1\n", v, redist);
}

static void queue_command(struct text *t, const char *command)
{
	size_t name = strcspn(command, " ");
	unsigned int at = t->queued++ * 32 % QUEUE_BYTES;

	fprintf(t->out, "mem %.*s at=0x%llx%s\n", (int)name, command, QUEUE_BASE + at,
		command + name);
}

static void perform_queue(struct text *t, unsigned int vcpu)
{
	fprintf(t->out, "guest vcpu=%u write GITS_CWRITER at=0x8080000 value=0x%x\n", vcpu,
		t->queued * 32 % QUEUE_BYTES);
}

static void add_command(struct text *t, const char *command)
{
	queue_command(t, command);
	perform_queue(t, 0);
}

static void add_vm(struct text *t, const struct direct_test *test)
{
	char command[64];

	fputs("vm gicv3\ncreate_vgic\n", t->out);
	for (unsigned int v = 0; v < test->vcpus; v++)
		fprintf(t->out, "create_vcpu id=%u\n", v);
	fputs(vgic_text, t->out);
	for (unsigned int v = 0; v < test->vcpus; v++)
		add_vcpu(t, v);
	for (unsigned int i = 0; i < NR_LPIS; i++)
		fprintf(t->out, "mem write at=0x%llx size=1 value=0xa3\n", CONFIG_BASE + i);
	add_command(t, "mapd device=0 itt=0x50030000 size=4 valid=1");
	for (unsigned int v = 0; v < test->vcpus; v++) {
		snprintf(command, sizeof(command), "mapc icid=%u rdbase=0x%x valid=1", v, v);
		add_command(t, command);
	}
}

static void add_line(struct text *t, const char *line)
{
	unsigned int n, value;

	if (!strncmp(line, "its ", 4))
		add_command(t, line + 4);
	else if (!strncmp(line, "queue ", 6))
		queue_command(t, line + 6);
	else if (sscanf(line, "perform %u", &n) == 1)
		perform_queue(t, n);
	else if (sscanf(line, "untie %u", &n) == 1)
		fprintf(t->out, "dev route_msi gsi=%u at=0x0 data=0\n", n);
	else if (sscanf(line, "route %u %u", &n, &value) == 2)
		fprintf(t->out, "dev route_msi gsi=%u at=0x8090040 data=%u flags=1\n", n, value);
	else if (sscanf(line, "raise %u", &n) == 1)
		fprintf(t->out, "dev irqfd gsi=%u\n", n);
	else if (sscanf(line, "config %u %x", &n, &value) == 2)
		fprintf(t->out, "mem write at=0x%llx size=1 value=0x%x\n", CONFIG_BASE + n, value);
	else
		fprintf(t->out, "%s\n", line);
}

static void add_lines(struct text *t, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char *line = xcalloc(1, len + 1);

		memcpy(line, lines, len);
		add_line(t, line);
		free(line);
		lines += len + (lines[len] == '\n');
	}
}

static char *full_text(const struct direct_test *test)
{
	char *text = NULL;
	size_t bytes;
	struct text t = { .out = open_memstream(&text, &bytes) };

	if (!t.out)
		return NULL;
	add_vm(&t, test);
	add_lines(&t, test->once ? test->once : "");
	for (unsigned int i = 0; i < (test->times ? test->times : 1); i++)
		add_lines(&t, test->text);
	fclose(t.out);
	return text;
}

/* Operations are lines, but the first line and those of a block's braces. */
static bool is_op(const char *line)
{
	return strncmp(line, "vm ", 3) != 0 && strncmp(line, "par {", 5) != 0 && line[0] != '}';
}

/* Cuts "=> RESULT" off each line.  Return: false if there are too many lines. */
static bool take_results(struct direct_program *p, char *program)
{
	char *to = program, *rest;
	size_t nr = 0;

	for (char *line = strtok_r(p->text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *want = strstr(line, " => ");

		if (want)
			*want = '\0';
		/* What is kept of a line is no longer than the line. */
		to = stpcpy(to, line);
		*to++ = '\n';
		*to = '\0';
		if (!is_op(line))
			continue;
		if (nr == DIRECT_MAX_LINES)
			return false;
		p->want[nr++] = want ? want + 4 : NULL;
	}
	return true;
}

/**
 * direct_make() - the program of a test
 * @p: filled in, for direct_free()
 * @t: the test
 *
 * Return: 0, or a negative error after a message, which is the test's author's.
 */
int direct_make(struct direct_program *p, const struct direct_test *t)
{
	struct prog_error err;
	char *program;
	int ret;

	*p = (struct direct_program){ .text = full_text(t) };
	program = p->text ? strdup(p->text) : NULL;
	if (!program || !take_results(p, program)) {
		fprintf(stderr, "vgicheck: %s: too long\n", t->name);
		free(program);
		return -E2BIG;
	}
	ret = prog_parse(&p->prog, program, strlen(program), &err);
	if (ret)
		fprintf(stderr, "vgicheck: %s:%u:%u: %s\n", t->name, err.line, err.column,
			err.text);
	free(program);
	return ret;
}

/**
 * direct_free() - free a program
 * @p: from direct_make(), or zero
 */
void direct_free(struct direct_program *p)
{
	prog_free(&p->prog);
	free(p->text);
	p->text = NULL;
}

/* INTIDs of a log, without the exception that each came by. */
static void print_values(const struct op *op, const struct op_result *res, FILE *out)
{
	bool log = op->id == OP_GUEST_SERVE || op->id == OP_GUEST_TAKE;

	for (unsigned int i = 0; i < res->nr_vals; i++)
		fprintf(out, "%s%llu", i ? " " : "",
			(unsigned long long)(log ? res->val[i] & 0xffffff : res->val[i]));
}

/**
 * direct_print_result() - a result as tests write it
 * @op:    the operation
 * @res:   its result
 * @buf:   receives values in decimal, the name of an errno, or "success"
 * @bytes: of @buf
 */
void direct_print_result(const struct op *op, const struct op_result *res, char *buf, size_t bytes)
{
	FILE *out = fmemopen(buf, bytes, "w");

	buf[0] = '\0';
	if (!out)
		return;
	if (res->status == OP_FAILED)
		fputs(strerrorname_np(res->err) ? strerrorname_np(res->err) : "an unknown errno",
		      out);
	else if (res->status != OP_DONE)
		fprintf(out, "not performed (%d)", res->status);
	else if (!res->nr_vals)
		fputs("success", out);
	else
		print_values(op, res, out);
	fclose(out);
}
