/* The log: a file, never the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_LOG_H
#define FL_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One line: time, level, text (made safe for terminals), appended to the file, if one is set. thread: any. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a file (log.txt of a run, say); NULL stops. Lines go to it from now on. */
void log_to_file(const char *path);

/* A file that cannot be written is given up: true, once, after that. */
bool log_lost(void);

#endif
