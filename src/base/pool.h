/* A pool of worker threads with two priorities: scan, hashing and decoding share it with the training loader.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_POOL_H
#define FL_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

enum pool_priority { POOL_TRAINING, POOL_BROWSING }; /* training's tasks run first */

/* n_threads: 1 or more. Never fails. Threads have all signals blocked. */
struct pool *pool_new(int n_threads);
/* The same with threads that give way to the caller's: their nice value is so much higher (0 to 19). */
struct pool *pool_new_nice(int n_threads, int niceness);
/* Raises the nice value of the calling thread; threads that it starts later inherit it. */
void pool_nice_thread(int niceness);
void pool_free(struct pool *pool); /* waits for running tasks, drops queued ones, joins; NULL is fine */
int pool_threads(const struct pool *pool);

/* A group of tasks that somebody waits for. Embedded; pool_group_wait before it goes away. */
struct pool_group {
    struct pool *pool;
    size_t pending;
};
void pool_group_init(struct pool_group *group, struct pool *pool);

/* Runs work(arg) on some thread. thread: any, also a pool thread. */
void pool_submit(struct pool_group *group, enum pool_priority priority, void (*work)(void *arg), void *arg);

/* Blocks until all tasks of the group are done; helps with the work meanwhile when called on a pool thread. */
void pool_group_wait(struct pool_group *group);

/* work(i, arg) for i in 0..n-1, in parallel, in chunks; returns when all are done. Stops handing out further i once
 * *cancel (an atomic flag, may be NULL) is true. */
void pool_for(struct pool *pool, enum pool_priority priority, size_t n, void (*work)(size_t i, void *arg), void *arg,
              const _Atomic bool *cancel);

/* Cores this process may use: affinity mask, then the cgroup quota (v2 and v1) rounded up; at least 1. */
int pool_cores(void);

#endif
