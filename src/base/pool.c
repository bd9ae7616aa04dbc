/* A pool of worker threads with two priorities.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/thread.h"

struct task {
    struct task *next;
    struct pool_group *group;
    void (*work)(void *arg);
    void *arg;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t ready, done;
    struct task *head[2], **tail[2];
    bool quit;
    int n, niceness;
    pthread_t *threads;
};

static struct task *next_task(struct pool *pool)
{
    for (int k = 0; k < 2; k++) {
        struct task *t = pool->head[k];
        if (!t)
            continue;
        pool->head[k] = t->next;
        if (!t->next)
            pool->tail[k] = &pool->head[k];
        return t;
    }
    return NULL;
}

/* Called and left with the lock held. */
static void run_task(struct pool *pool, struct task *t)
{
    pthread_mutex_unlock(&pool->lock);
    t->work(t->arg);
    pthread_mutex_lock(&pool->lock);
    if (--t->group->pending == 0)
        pthread_cond_broadcast(&pool->done);
    free(t);
}

void pool_nice_thread(int niceness)
{
    if (niceness > 0) /* who 0 is the calling thread on Linux; lowering needs no privilege */
        setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
}

static void *pool_main(void *arg)
{
    struct pool *pool = arg;
    pool_nice_thread(pool->niceness);
    pthread_mutex_lock(&pool->lock);
    while (!pool->quit) {
        struct task *t = next_task(pool);
        if (t)
            run_task(pool, t);
        else
            pthread_cond_wait(&pool->ready, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct pool *pool_new(int n_threads)
{
    return pool_new_nice(n_threads, 0);
}

struct pool *pool_new_nice(int n_threads, int niceness)
{
    struct pool *pool = xcalloc(1, sizeof *pool);
    pool->niceness = niceness;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->ready, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->tail[0] = &pool->head[0];
    pool->tail[1] = &pool->head[1];
    pool->threads = xcalloc((size_t)n_threads, sizeof *pool->threads);
    for (int i = 0; i < n_threads; i++)
        pool->n += thread_start(&pool->threads[pool->n], pool_main, pool);
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->quit = true;
    pthread_cond_broadcast(&pool->ready);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n; i++)
        pthread_join(pool->threads[i], NULL);
    for (struct task *t; (t = next_task(pool));)
        free(t);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->ready);
    pthread_cond_destroy(&pool->done);
    free(pool->threads);
    free(pool);
}

int pool_threads(const struct pool *pool)
{
    return pool->n;
}

void pool_group_init(struct pool_group *group, struct pool *pool)
{
    *group = (struct pool_group){.pool = pool};
}

void pool_submit(struct pool_group *group, enum pool_priority priority, void (*work)(void *arg), void *arg)
{
    struct pool *pool = group->pool;
    struct task *t = xcalloc(1, sizeof *t);
    *t = (struct task){.group = group, .work = work, .arg = arg};
    pthread_mutex_lock(&pool->lock);
    group->pending++;
    *pool->tail[priority] = t;
    pool->tail[priority] = &t->next;
    pthread_cond_signal(&pool->ready);
    pthread_mutex_unlock(&pool->lock);
}

static bool on_pool_thread(const struct pool *pool)
{
    for (int i = 0; i < pool->n; i++) {
        if (pthread_equal(pthread_self(), pool->threads[i]))
            return true;
    }
    return false;
}

void pool_group_wait(struct pool_group *group)
{
    struct pool *pool = group->pool;
    /* A pool thread that waits must work meanwhile, else a pool of one would wait for itself. */
    bool help = pool->n == 0 || on_pool_thread(pool);
    pthread_mutex_lock(&pool->lock);
    while (group->pending > 0) {
        struct task *t = help ? next_task(pool) : NULL;
        if (t)
            run_task(pool, t);
        else
            pthread_cond_wait(&pool->done, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
}

struct for_job {
    atomic_size_t next;
    size_t n;
    void (*work)(size_t i, void *arg);
    void *arg;
    const _Atomic bool *cancel;
};

static void for_worker(void *arg)
{
    struct for_job *job = arg;
    size_t i;
    while (!(job->cancel && *job->cancel) && (i = atomic_fetch_add(&job->next, 1)) < job->n)
        job->work(i, job->arg);
}

void pool_for(struct pool *pool, enum pool_priority priority, size_t n, void (*work)(size_t i, void *arg), void *arg,
              const _Atomic bool *cancel)
{
    struct for_job job = {.n = n, .work = work, .arg = arg, .cancel = cancel};
    struct pool_group group;
    pool_group_init(&group, pool);
    int workers = pool->n > 0 ? pool->n : 1;
    for (int i = 0; i < workers && (size_t)i < n; i++)
        pool_submit(&group, priority, for_worker, &job);
    pool_group_wait(&group);
}

/* Quota of cgroup v2 ("max 100000" or "150000 100000") or v1 in cores, or 0 when there is none. */
static double cgroup_cores(void)
{
    double quota = -1, period = 0;
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (f) {
        if (fscanf(f, "%lf %lf", &quota, &period) != 2)
            quota = -1;
        fclose(f);
    } else if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "re"))) {
        if (fscanf(f, "%lf", &quota) != 1)
            quota = -1;
        fclose(f);
        if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "re"))) {
            if (fscanf(f, "%lf", &period) != 1)
                period = 0;
            fclose(f);
        }
    }
    return quota > 0 && period > 0 ? quota / period : 0;
}

int pool_cores(void)
{
    cpu_set_t set;
    int n = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set);
    double quota = cgroup_cores();
    if (quota > 0 && quota < n)
        n = (int)quota + (quota > (int)quota);
    return n > 0 ? n : 1;
}
