/* Time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/clock.h"

#include <string.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double clock_now(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double clock_thread(void)
{
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_wall(void)
{
    return (int64_t)time(NULL);
}

bool clock_wait(pthread_cond_t *condition, pthread_mutex_t *lock, double until)
{
    struct timespec t = {.tv_sec = (time_t)until};
    t.tv_nsec = (long)((until - (double)t.tv_sec) * 1e9);
    return pthread_cond_clockwait(condition, lock, CLOCK_MONOTONIC, &t) == 0;
}

static char *stamp(char *out, size_t size, const char *format, int64_t wall)
{
    time_t t = (time_t)wall;
    struct tm tm;
    if (!localtime_r(&t, &tm) || strftime(out, size, format, &tm) == 0)
        memset(out, 0, size);
    return out;
}

char *clock_stamp(char out[16], int64_t wall)
{
    return stamp(out, 16, "%Y%m%d-%H%M%S", wall);
}

char *clock_text(char out[20], int64_t wall)
{
    return stamp(out, 20, "%Y-%m-%d %H:%M:%S", wall);
}
