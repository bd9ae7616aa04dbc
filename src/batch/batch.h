/* PUBLIC: flowerlab without a screen, a client of engine/engine.h. Also reads the command line for the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BATCH_H
#define FL_BATCH_H

#include <stdbool.h>

#include "config/option.h"

/* What the screens start with, when the command line asks for them. */
struct batch_screens {
    bool wanted;
    bool start;                   /* begin to train at once */
    char folder[OPTION_TEXT_MAX]; /* data folder; "" none given */
    char attach[OPTION_TEXT_MAX]; /* run of another process to watch; "" none */
    char *command_line;           /* shell-quoted, for run.ini; the caller frees it */
    struct options options;       /* defaults, config file, environment, command line */
};

/* Runs the command of argv to its end. When screens are asked for, fills *screens, leaves no thread behind and returns 0 at once.
 * Results go to standard output, progress and messages to standard error. Returns the exit code: 0 done, 1 failed, 2 wrong usage,
 * 130 interrupted. thread: the main thread, before there is any other */
int batch_main(int argc, char **argv, struct batch_screens *screens);

#endif
