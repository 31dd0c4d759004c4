/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language for an editor.
 */
#ifndef LIB_PROG_VIM_H
#define LIB_PROG_VIM_H

#include <stdio.h>

void prog_print_vim_syntax(FILE *out);

#endif /* LIB_PROG_VIM_H */
