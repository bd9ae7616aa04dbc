/* Signals as bytes in a pipe, for the UI's loop.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SIGNALS_H
#define FL_UI_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

/* Catches WINCH, TERM, INT, HUP, TSTP and CONT; PIPE is ignored. errors: IO */
enum err_code signals_open(struct err *err);
int signals_fd(void);
int signals_next(void); /* a signal's number, or 0 when there is none */
bool signals_ending(void); /* TERM, INT or HUP has come at some time: nothing more needs to be shown */

/* Before and after what may wait for the terminal behind fd; the end is told what the begin gave. Once an ending signal has come, what
 * the terminal does not take for a second is thrown away, again and again: a frozen one holds no end up, and has the last bytes when it
 * thaws. */
int signals_output_begin(int fd);
void signals_output_end(int before);

/* Stops this process as Ctrl-Z does by default, until it is continued; in a process group that
 * nobody could continue nothing happens. */
void signals_stop_self(void);

#endif
