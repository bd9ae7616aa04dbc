/* Signals as bytes in a pipe, to be polled beside the engine's notices.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BATCH_SIGNALS_H
#define FL_BATCH_SIGNALS_H

/* Catches INT, TERM and HUP (those that were not ignored from the start, as nohup does), ignores PIPE. Once a process. */
void batch_signals_catch(void);
int batch_signals_fd(void);   /* readable when a signal came */
int batch_signals_next(void); /* SIGINT, SIGTERM, SIGHUP, or 0 when none is left */

#endif
