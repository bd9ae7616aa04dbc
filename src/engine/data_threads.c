/* Threads that run data jobs. They stay: while a library is loaded, which takes seconds with
 * libtorch, the C library lets nobody start a thread, and the screen would wait with its command.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/internal.h"

#include "base/thread.h"

/* The oldest that no thread has. Lock held. */
static struct job *next_data_job(const struct engine *e)
{
    struct job *next = NULL;
    for (struct job *job = e->data_jobs; job; job = job->next)
        next = job->taken ? next : job;
    return next;
}

static void drop_data_job(struct job *job)
{
    struct job **at = &job->engine->data_jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job_free(job);
}

static void *data_main(void *arg)
{
    struct engine *e = arg;
    pool_nice_thread(e->niceness);
    pthread_mutex_lock(&e->lock);
    for (;;) {
        struct job *job = next_data_job(e);
        struct err err;
        if (!job && e->quit)
            break;
        if (!job) {
            pthread_cond_wait(&e->work, &e->lock);
            continue;
        }
        job->taken = true;
        pthread_mutex_unlock(&e->lock);
        job_run(job, &err);
        pthread_mutex_lock(&e->lock);
        job_end(job, &err);
        drop_data_job(job);
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

bool data_threads(struct engine *e, int n)
{
    while (e->n_data < n && thread_start(&e->data[e->n_data], data_main, e))
        e->n_data++;
    return e->n_data >= n;
}

bool data_start(struct engine *e, struct job *job)
{
    int n = 1;
    for (const struct job *other = e->data_jobs; other; other = other->next)
        n++;
    if (!data_threads(e, n))
        return false;
    job->next = e->data_jobs;
    e->data_jobs = job;
    return true;
}
