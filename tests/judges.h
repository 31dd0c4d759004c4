/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What several tests need of judges.
 */
#ifndef TESTS_JUDGES_H
#define TESTS_JUDGES_H

#include "lib/judge/judge.h"

struct judge judge_of_kvm(unsigned int version);

#endif /* TESTS_JUDGES_H */
