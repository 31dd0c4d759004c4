// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the checks of a library report: kept in memory that processes share, so that
 * it is found when the one that ran a program has died of it.
 */
#include "lib/target/hosted/hosted.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_PROCESSES 512

/* The first report of a process since it was last asked for. */
struct report {
	unsigned int nr; /* of them all */
	char text[TARGET_TEXT_BYTES];
};

static struct reports {
	long pid[MAX_PROCESSES]; /* whose it is, 0 if nobody's; atomic */
	struct report report[MAX_PROCESSES];
} * reports;

/* The operation that this process performs. */
static size_t op_now;

/**
 * hosted_reports_open() - make room for the reports of this process and its children
 *
 * Return: 0 or a negative errno.
 */
int hosted_reports_open(void)
{
	void *map;

	if (reports)
		return 0;
	map = mmap(NULL, sizeof(*reports), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		   0);
	if (map == MAP_FAILED)
		return -errno;
	reports = map;
	return 0;
}

/**
 * hosted_report_from() - say which operation reports come from
 * @op: number in the program, or one past the last for its end
 */
void hosted_report_from(size_t op)
{
	op_now = op;
}

/* The place of a process, or NULL if it has none. */
static struct report *report_of(long pid)
{
	for (size_t i = 0; reports && i < MAX_PROCESSES; i++) {
		if (__atomic_load_n(&reports->pid[i], __ATOMIC_ACQUIRE) == pid)
			return &reports->report[i];
	}
	return NULL;
}

static struct report *take_place(long pid)
{
	for (size_t i = 0; reports && i < MAX_PROCESSES; i++) {
		long nobody = 0;

		if (!__atomic_compare_exchange_n(&reports->pid[i], &nobody, pid, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		reports->report[i].nr = 0;
		return &reports->report[i];
	}
	return NULL;
}

/**
 * hosted_report() - a check of the library has found something
 * @text: one line
 *
 * All of them are on standard error; the first one of a program is what counts.
 */
void hosted_report(const char *text)
{
	long pid = getpid();
	struct report *r = report_of(pid);

	if (!r)
		r = take_place(pid);
	fprintf(stderr, "hosted: op %zu: %.*s\n", op_now + 1, (int)strcspn(text, "\n"), text);
	if (!r || r->nr++)
		return;
	snprintf(r->text, sizeof(r->text), "%s", text);
	r->text[strcspn(r->text, "\n")] = '\0';
}

/**
 * hosted_trouble() - what has a process reported?
 * @pid:   of the process, which does not report at the same time
 * @text:  receives the first report
 * @bytes: of @text
 *
 * Return: how many times it has since it was last asked.
 */
unsigned int hosted_trouble(long pid, char *text, size_t bytes)
{
	struct report *r = report_of(pid);
	unsigned int nr;

	if (!r)
		return 0;
	nr = r->nr;
	snprintf(text, bytes, "%s", r->text);
	__atomic_store_n(&reports->pid[r - reports->report], 0, __ATOMIC_RELEASE);
	return nr;
}
