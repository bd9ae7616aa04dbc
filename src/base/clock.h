/* Time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_CLOCK_H
#define FL_BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

double clock_now(void);      /* seconds, monotonic, since an arbitrary start */
double clock_thread(void);   /* seconds that the calling thread had a processor */
int64_t clock_wall(void);    /* seconds since 1970-01-01 UTC */

/* Waits for the condition, until clock_now is that: a wall clock that is set back would make the wait longer. lock is held. False: the time is over. */
bool clock_wait(pthread_cond_t *condition, pthread_mutex_t *lock, double until);

/* Local time of a wall clock second, "YYYYMMDD-HHMMSS" and "YYYY-MM-DD HH:MM:SS"; return out. */
char *clock_stamp(char out[16], int64_t wall);
char *clock_text(char out[20], int64_t wall);

#endif
