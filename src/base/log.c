/* The log: a file, never the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *file;
static bool lost;

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char text[1024], when[20];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    struct str s = STR_INIT;
    str_printf(&s, "%s %-5s ", clock_text(when, clock_wall()), names[level]);
    str_add_safe(&s, text);
    str_add_c(&s, '\n');
    pthread_mutex_lock(&lock);
    if (file && file_append(file, s.s, s.len, NULL) != ERR_OK) {
        free(file);
        file = NULL;
        lost = true;
    }
    pthread_mutex_unlock(&lock);
    str_done(&s);
}

void log_to_file(const char *path)
{
    pthread_mutex_lock(&lock);
    free(file);
    file = path ? xstrdup(path) : NULL;
    pthread_mutex_unlock(&lock);
}

bool log_lost(void)
{
    pthread_mutex_lock(&lock);
    bool was = lost;
    lost = false;
    pthread_mutex_unlock(&lock);
    return was;
}
