/* What jobs tell their client.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct snapshot *snapshot_begin(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    return e->snap;
}

void snapshot_end(struct engine *e)
{
    e->snap->generation++;
    queue_progress(&e->queue);
    pthread_mutex_unlock(&e->lock);
}

void job_announce(struct job *job, const char *format, ...)
{
    struct notice n = {.kind = NOTICE_STARTED, .job = job->number, .command = job->as};
    va_list ap;
    va_start(ap, format);
    str_fit(n.text, sizeof n.text, format, ap);
    va_end(ap);
    pthread_mutex_lock(&job->engine->lock);
    if (!job->announced)
        queue_push(&job->engine->queue, &n);
    job->announced = true;
    pthread_mutex_unlock(&job->engine->lock);
}

void job_stage(struct job *job, const char *stage, uint64_t total)
{
    struct job_view *view = &snapshot_begin(job->engine)->jobs[job->slot];
    snprintf(view->stage, sizeof view->stage, "%s", stage);
    view->done = 0;
    view->total = total;
    snapshot_end(job->engine);
}

void job_progress(struct job *job, uint64_t done, uint64_t total, uint64_t bad)
{
    struct job_view *view = &snapshot_begin(job->engine)->jobs[job->slot];
    view->done = done;
    view->total = total;
    view->bad = bad;
    snapshot_end(job->engine);
}

void job_say(struct job *job, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    str_fit(job->text, sizeof job->text, format, ap);
    va_end(ap);
}

void job_result(struct job *job, enum block_kind kind, struct str *bytes)
{
    const struct block *block = block_new(kind, bytes);
    pthread_mutex_lock(&job->engine->lock);
    job->block = block_store_add(&job->engine->blocks, block);
    pthread_mutex_unlock(&job->engine->lock);
}

enum err_code job_cancelled(const struct job *job, struct err *err)
{
    return atomic_load(&job->cancel) ? err_set(err, ERR_CANCELLED, "stopped by user") : ERR_OK;
}
