/* PUBLIC: flowerlab without a screen, a client of engine/engine.h. Also reads the command line for the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BATCH_H
#define FL_BATCH_H

#include <stdbool.h>

#include "config/option.h"

/* What prints pictures: bytes for fd, appended to out. See ui/grid_print.h. */
typedef enum err_code batch_grid(struct str *out, const struct options *options, const char *const (*tiles)[2],
                                 const int (*sizes)[2], int n, int cols, int fd, bool (*stop)(void), struct err *err);

/* Whether there is a theme of that name: it is the screens' to know. Wrong lines of its file go to report, which may be NULL. errors: NOT_FOUND,
 * FORMAT and such */
typedef enum err_code batch_theme(const char *name, void (*report)(const struct err *err, void *user), void *user, struct err *err);
/* Reports what is wrong with the config file's bind lines, theirs too. */
typedef void batch_keys(void (*report)(const struct err *err, void *user), void *user);

/* What the screens start with, when the command line asks for them. */
struct batch_screens {
    bool wanted;
    bool start;                   /* begin to train at once */
    char folder[OPTION_TEXT_MAX]; /* data folder; "" none given */
    char attach[OPTION_TEXT_MAX]; /* run of another process to watch; "" none */
    char message[480];            /* for their status line at first; "" none */
    struct options options;       /* defaults, config file, environment, command line */
};

/* Runs the command of argv to its end; grid serves the command grid, theme the check of that option, keys that of the bind lines. When screens are asked for, fills *screens, leaves no thread behind and returns 0 at once.
 * Results go to standard output, progress and messages to standard error. Returns the exit code: 0 done, 1 failed, 2 wrong usage,
 * 130 interrupted. thread: the main thread, before there is any other */
int batch_main(int argc, char **argv, struct batch_screens *screens, batch_grid *grid, batch_theme *theme, batch_keys *keys);

#endif
