/* What the process does on each signal, kept over the loading of libraries that take signals for themselves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_SIGACTIONS_H
#define FL_BASE_SIGACTIONS_H

#include <signal.h>

struct sigactions {
    struct sigaction of[SIGSYS + 1]; /* by number; those that have none are as they were */
};

/* thread: any, but they are the process's: nobody else may change them in between. */
void sigactions_save(struct sigactions *kept);
void sigactions_restore(const struct sigactions *kept);

#endif
