/* Actions: what keys do. THE list is actions.def.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ACTION_H
#define FL_UI_ACTION_H

#include <stdbool.h>
#include <stddef.h>

enum action {
    ACTION_NONE,
#define ACTION(id, ...) ACTION_##id,
#include "ui/actions.def"
#undef ACTION
    ACTION_COUNT
};

enum context {
    CONTEXT_DATA = 1,
    CONTEXT_SAMPLES = 2,
    CONTEXT_SETUP = 4,
    CONTEXT_TRAIN = 8,
    CONTEXT_RUNS = 16,
    CONTEXT_RESULTS = 32,
    CONTEXT_SCREENS = 63,  /* every screen */
    CONTEXT_POPUP = 64
};

struct action_row {
    const char *name;      /* "sample-redraw": for bind lines and the manual */
    const char *keys[2];   /* default keys as text: "r", "Enter", "C-c", "PgDn", "F1"; NULL for none */
    unsigned contexts;
    const char *label;     /* for the key bar; NULL: not in the bar */
    const char *help;      /* a sentence for help and manual */
};

const struct action_row *action_row(enum action action);
bool action_moves(enum action action); /* UP to END */
enum action action_find(const char *name); /* ACTION_NONE when unknown */

#endif
