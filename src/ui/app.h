/* The screens: one call.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_APP_H
#define FL_UI_APP_H

#include <stdbool.h>

#include "config/option.h"

/* Runs the screens on the terminal of descriptors 0 and 1 until the user leaves. Forks once, so no
 * thread may exist yet; the parent only waits. options       what Setup begins with; copied folder
 * data folder, or NULL: the current one if it is a data set, else a menu start         begins a run
 * at once command_line  for run.ini, or NULL Returns the exit code: 0, 1 (the start failed), 2 (no
 * terminal), 130 (interrupted by a signal). Says on standard error what went wrong. */
int ui_main(const struct options *options, const char *folder, bool start,
            const char *command_line);

#endif
