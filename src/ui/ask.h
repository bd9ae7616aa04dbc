/* What a terminal is, from its answers: the size of a cell, the largest picture; and asking one
 * that is not in screen mode. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ASK_H
#define FL_UI_ASK_H

#include "ui/keys.h"

struct winsize;

/* Pixels of a cell: by answers, else by the system's size, else 10 x 20. size: cols and rows are 1
 * or more. */
void ask_cell(const struct replies *replies, const struct winsize *size, int *cell_w, int *cell_h);

/* Largest picture whose pixels are the terminal's. */
void ask_limit(const struct replies *replies, int *max_w, int *max_h);

/* The option cell: "10x20". False: it says auto. */
bool ask_cell_option(const char *text, int *cell_w, int *cell_h);

/* Asks the controlling terminal of type and waits for the fence, at most seconds. What is typed
 * meanwhile is lost. False: there is none, or it does not answer; replies is initialised then too.
 */
bool ask_terminal(struct replies *replies, const char *type, double seconds);

#endif
