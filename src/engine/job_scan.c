/* Jobs that look at a data folder: the quick listing and the full scan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/scan.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/thread.h"
#include "engine/job.h"
#include "engine/settings.h"

#define LOOK 0.05 /* seconds between reports */

/* --- a scan that reports while it runs ------------------------------------------------------------------------- */

/* dataset_scan blocks its thread, so a second one copies its counters to the snapshot and hands the job's cancel down. */
struct watch {
    struct job *job;
    struct ds_progress progress;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end;
    bool runs, stop;
};

static void report(struct watch *w, int *stage)
{
    static const char *const names[] = {[DS_LISTING] = "listing", [DS_DECODING] = "decoding"};
    int now = atomic_load(&w->progress.stage);
    if (now != *stage)
        job_stage(w->job, names[now], 0);
    *stage = now;
    job_progress(w->job, atomic_load(&w->progress.done), atomic_load(&w->progress.total),
                 atomic_load(&w->progress.bad));
    if (atomic_load(&w->job->cancel))
        atomic_store(&w->progress.cancel, true);
}

static void *watch_main(void *arg)
{
    struct watch *w = arg;
    int stage = -1;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        report(w, &stage);
        clock_wait(&w->end, &w->lock, clock_now() + LOOK);
    }
    pthread_mutex_unlock(&w->lock);
    report(w, &stage);
    return NULL;
}

static void watch_end(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->end);
    pthread_mutex_unlock(&w->lock);
    if (w->runs)
        pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->end);
}

enum err_code scan_dataset(struct dataset **out, struct job *job, const char *root, const struct options *options,
                           enum pool_priority priority, struct err *err)
{
    struct watch w = {.job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .end = PTHREAD_COND_INITIALIZER};
    struct scan_config config;
    settings_scan(&config, options);
    w.runs = thread_start(&w.thread, watch_main, &w); /* without it there is only no progress */
    enum err_code code = dataset_scan(out, root, &config, job->engine->pool, priority, &w.progress, err);
    watch_end(&w);
    return code;
}

/* --- the jobs ------------------------------------------------------------------------------------------------ */

static void hand_over(struct job *job, struct dataset *ds, bool listing_only)
{
    struct str bytes = STR_INIT;
    block_dataset(&bytes, ds, listing_only);
    job_result(job, BLOCK_DATASET, &bytes);
    job_say(job, "%zu pictures in %zu classes", dataset_used(ds), ds->n_classes);
    dataset_free(ds);
}

enum err_code job_list(struct job *job, struct err *err)
{
    struct scan_config config;
    settings_scan(&config, job->cmd.options);
    job_stage(job, "listing", 0);
    struct dataset *ds;
    char *root = path_expand(job->cmd.path);
    enum err_code code = dataset_list(&ds, root, &config, err);
    free(root);
    if (code == ERR_OK)
        hand_over(job, ds, true);
    return code;
}

enum err_code job_scan(struct job *job, struct err *err)
{
    struct dataset *ds;
    char *root = path_expand(job->cmd.path);
    enum err_code code = scan_dataset(&ds, job, root, job->cmd.options, POOL_BROWSING, err);
    free(root);
    if (code == ERR_OK)
        hand_over(job, ds, false);
    return code;
}
