/* The log: a file and a short memory, never the terminal.
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

#define LOG_KEEP 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *lines[LOG_KEEP];
static size_t count;
static char *file;

static void keep(char *line)
{
    char **slot = &lines[count++ % LOG_KEEP];
    free(*slot);
    *slot = line;
}

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
    pthread_mutex_lock(&lock);
    if (file) {
        str_add_c(&s, '\n');
        if (file_append(file, s.s, s.len, NULL) != ERR_OK) {
            keep(xasprintf("%s warn  %s: cannot be written, no longer logged there", when, file));
            free(file);
            file = NULL;
        }
        s.s[--s.len] = '\0';
    }
    keep(str_take(&s));
    pthread_mutex_unlock(&lock);
}

void log_to_file(const char *path)
{
    pthread_mutex_lock(&lock);
    free(file);
    file = path ? xstrdup(path) : NULL;
    pthread_mutex_unlock(&lock);
}

size_t log_count(void)
{
    pthread_mutex_lock(&lock);
    size_t n = count;
    pthread_mutex_unlock(&lock);
    return n;
}

void log_get(size_t i, char *out, size_t size)
{
    pthread_mutex_lock(&lock);
    bool have = i < count && i + LOG_KEEP >= count;
    snprintf(out, size, "%s", have ? lines[i % LOG_KEEP] : "");
    pthread_mutex_unlock(&lock);
}
