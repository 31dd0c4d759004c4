/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log while programs run, or what a target has in its place.
 */
#ifndef HARNESS_KMSG_H
#define HARNESS_KMSG_H

#include <stdbool.h>

#include "ci/vm/accounted.h"
#include "lib/target/target.h"

#define KMSG_TEXT_BYTES 160
#define KMSG_ANY_PID (-1)

struct kmsg;

struct kmsg *kmsg_open(const struct target *target);
void kmsg_close(struct kmsg *k);
unsigned int kmsg_find(struct kmsg *k, long pid, char *text);
void kmsg_account(struct kmsg *k, const char *text);

#endif /* HARNESS_KMSG_H */
