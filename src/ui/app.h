/* The screens: one call.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_APP_H
#define FL_UI_APP_H

#include <stdbool.h>

#include "config/option.h"

/* What the screens begin with. */
struct ui_start {
    const struct options *options; /* for Setup; copied */
    const char *folder;            /* data folder; NULL: the current one if it is a data set, else a menu */
    bool start;                    /* begin a run at once */
    const char *message;           /* for the status line at first, "" or NULL: none */
    const char *attach;            /* folder of a run of another process to watch and steer, or NULL */
};

/* Runs the screens on the terminal of descriptors 0 and 1 until the user leaves. Forks once, so no
 * thread may exist yet; the parent only waits. Returns the exit code: 0, 1 (the start failed), 2
 * (no terminal), 130 (interrupted by a signal). Says on standard error what went wrong. */
int ui_main(const struct ui_start *begin);

#endif
