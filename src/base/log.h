/* The log: a file and a short memory, never the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_LOG_H
#define FL_BASE_LOG_H

#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One line: time, level, text (made safe for terminals). Kept in memory (the last 512 lines) and appended to the file, if one
 * is set; a file that cannot be written is dropped after one more line in memory. thread: any. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a file (log.txt of a run, say); NULL stops. Lines go to it from now on. */
void log_to_file(const char *path);

/* Number of lines ever logged; line i of them copied to out (cut to size), or "" when too old. */
size_t log_count(void);
void log_get(size_t i, char *out, size_t size);

#endif
