/* Threads, life cycle, commands in.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/hooks.h"
#include "engine/internal.h"
#include "engine/serve.h"
#include "engine/torch.h"
#include "engine/wire.h"

#define SEEN_WITHIN 5 /* seconds */

static void snapshot_clear(struct snapshot *snap)
{
    snap->generation = 1;
    struct train_view *t = &snap->train;
    t->nearest_mean = t->eta = t->s_libtorch = t->s_weights = t->s_scan = t->s_features = t->s_first_step = NAN;
}

struct engine *engine_new_with(const struct engine_config *config, const struct job_ops *table, size_t n)
{
    struct engine *e = xcalloc(1, sizeof *e);
    e->n_threads = config->n_threads > 0 ? config->n_threads : pool_cores();
    e->niceness = config->niceness;
    e->shim = config->shim ? xstrdup(config->shim) : NULL;
    e->table = table;
    e->n_table = n;
    e->snap = xcalloc(1, sizeof *e->snap);
    snapshot_clear(e->snap);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->work, NULL);
    queue_init(&e->queue, NULL); /* without a pipe the client still sees everything, by polling */
    e->pool = pool_new_nice(e->n_threads, e->niceness);
    hooks_from_environment();
    return e;
}

void control_done(struct control *control)
{
    if (control->run)
        cmd_done(control->run);
    free(control->run);
}

struct notice job_last_notice(const struct job *job, const struct err *err)
{
    struct notice n = {.job = job->number, .command = job->as, .block = job->block, .err = *err};
    n.kind = err->code == ERR_OK ? NOTICE_FINISHED : err->code == ERR_CANCELLED ? NOTICE_CANCELLED : NOTICE_FAILED;
    memcpy(n.text, job->text, sizeof n.text);
    return n;
}

static void show_job(struct job *job, struct job_view view)
{
    struct engine *e = job->engine;
    e->snap->jobs[job->slot] = view;
    e->snap->generation++;
    queue_progress(&e->queue);
}

/* Sends the job's last notice, and the first if need be. Lock held. */
static void push_end(struct job *job, const struct err *err)
{
    struct notice start = {.kind = NOTICE_STARTED, .job = job->number, .command = job->as};
    struct notice end = job_last_notice(job, err);
    if (!job->announced)
        queue_push(&job->engine->queue, &start);
    queue_push(&job->engine->queue, &end);
}

void job_end(struct job *job, const struct err *err)
{
    push_end(job, err);
    job->announced = true;
    show_job(job, (struct job_view){0});
}

static void forget_controls(struct job *job)
{
    while (job->n_controls)
        control_done(&job->controls[--job->n_controls]);
}

/* A job ends whose numbers the next one's will replace: they are to be seen before. Lock held. */
static void keep_end(struct engine *e, uint64_t job)
{
    e->unseen = job;
    e->unseen_read = false;
}

/* Until the client has read the last notice of that job, and the numbers after it. Lock held. */
static void wait_seen(struct engine *e)
{
    double until = clock_now() + SEEN_WITHIN;
    while (e->unseen && !e->quit && clock_wait(&e->work, &e->lock, until))
        ;
    e->unseen = 0;
}

bool job_renew(struct job *job, enum cmd_kind as, const struct err *err)
{
    struct engine *e = job->engine;
    pthread_mutex_lock(&e->lock);
    bool room = queue_reserve(&e->queue, 2);
    if (room) {
        keep_end(e, job->number);
        push_end(job, err);
        forget_controls(job);
        job->number = ++e->last_job;
        job->as = as;
        job->began = clock_now();
        job->announced = false;
        job->block = 0;
        job->text[0] = '\0';
        atomic_store(&job->cancel, false);
        show_job(job, (struct job_view){.job = job->number, .command = job->as, .state = JOB_RUNNING});
        wait_seen(e);
    }
    pthread_mutex_unlock(&e->lock);
    return room;
}

void job_free(struct job *job)
{
    forget_controls(job);
    cmd_done(&job->cmd);
    free(job);
}

void job_run(struct job *job, struct err *err)
{
    if (!job->ops->announces)
        job_announce(job, "%s", "");
    err_clear(err);
    enum err_code code = job->ops->run(job, err);
    err->code = code; /* a callee may have recorded an error that was dealt with */
}

/* --- the engine thread --------------------------------------------------------------------------------------- */

static void start_waiting(struct engine *e);
static void run_nested(struct engine *e);

/* To viewers; and where another job follows at once, the client takes it, too. The lock is held before and after. */
static void tell_end(struct engine *e, const struct notice *last)
{
    uint64_t next = e->current ? e->current->number : 0;
    if (next)
        keep_end(e, last->job);
    pthread_mutex_unlock(&e->lock);
    if (server_follows(e->server, last->job))
        server_end(e->server, last, next);
    pthread_mutex_lock(&e->lock);
    if (next)
        wait_seen(e);
}

static void *engine_main(void *arg)
{
    struct engine *e = arg;
    pool_nice_thread(e->niceness); /* before libtorch starts threads of its own */
    pthread_mutex_lock(&e->lock);
    for (;;) {
        while (!e->current && !e->quit)
            pthread_cond_wait(&e->work, &e->lock);
        struct job *job = e->current;
        if (!job)
            break;
        pthread_mutex_unlock(&e->lock);
        struct err err;
        job_run(job, &err);
        torch_idle(e->torch);
        pthread_mutex_lock(&e->lock);
        while (e->nested) { /* came for a pause that the job did not see the end of: a run that is watched */
            atomic_store(&e->nested->cancel, e->quit || atomic_load(&e->nested->cancel));
            run_nested(e);
        }
        struct notice last = job_last_notice(job, &err);
        e->current = NULL;
        job_end(job, &err);
        job_free(job);
        start_waiting(e); /* at once: the engine is never seen free between two of the queue */
        tell_end(e, &last);
    }
    pthread_mutex_unlock(&e->lock);
    server_free(e->server);
    torch_free(e->torch);
    return NULL;
}

static void show_state(struct job *job, enum job_state state)
{
    struct job_view view = job->engine->snap->jobs[job->slot];
    view.state = state;
    show_job(job, view);
}

/* Runs the nested job; the lock is held before and after. */
static void run_nested(struct engine *e)
{
    struct job *job = e->nested;
    pthread_mutex_unlock(&e->lock);
    struct err err;
    job_run(job, &err);
    pthread_mutex_lock(&e->lock);
    e->nested = NULL;
    job_end(job, &err);
    job_free(job);
}

/* How many commands are asked for and not taken; those of a run elsewhere wait there. Lock held. */
static void show_asked(struct job *job)
{
    struct job_view view = job->engine->snap->jobs[job->slot];
    if (job->ops->kind != CMD_ATTACH)
        view.asked = (uint64_t)job->n_controls;
    show_job(job, view);
}

static bool take_control(struct job *job, struct control *control)
{
    if (job->n_controls == 0)
        return false;
    *control = job->controls[0];
    job->n_controls--;
    show_asked(job);
    memmove(job->controls, job->controls + 1, (size_t)job->n_controls * sizeof *job->controls);
    return true;
}

bool job_control(struct job *job, struct control *control)
{
    pthread_mutex_lock(&job->engine->lock);
    bool got = take_control(job, control);
    pthread_mutex_unlock(&job->engine->lock);
    return got;
}

/* Lock held. */
static void wake(const struct job *job)
{
    ssize_t n = job->wake >= 0 ? write(job->wake, &(uint64_t){1}, sizeof(uint64_t)) : 0;
    (void)n; /* full: it is awake */
}

void job_wake_by(struct job *job, int fd)
{
    pthread_mutex_lock(&job->engine->lock);
    job->wake = fd;
    if (job->n_controls || job->engine->quit)
        wake(job);
    pthread_mutex_unlock(&job->engine->lock);
}

void job_run_nested(struct job *job)
{
    pthread_mutex_lock(&job->engine->lock);
    if (job->engine->nested)
        run_nested(job->engine);
    pthread_mutex_unlock(&job->engine->lock);
}

bool job_left(struct job *job)
{
    pthread_mutex_lock(&job->engine->lock);
    bool left = job->engine->quit;
    pthread_mutex_unlock(&job->engine->lock);
    return left;
}

bool job_wait_paused(struct job *job, struct control *control)
{
    struct engine *e = job->engine;
    bool got = false;
    pthread_mutex_lock(&e->lock);
    show_state(job, JOB_PAUSED);
    for (;;) {
        /* A job accepted while we were paused is run before anything ends the pause. */
        if (e->nested)
            run_nested(e);
        else if (e->quit || (got = take_control(job, control)))
            break;
        else
            pthread_cond_wait(&e->work, &e->lock);
    }
    show_state(job, JOB_RUNNING);
    pthread_mutex_unlock(&e->lock);
    return got;
}

/* --- commands ------------------------------------------------------------------------------------------------ */

bool cmd_is_control(enum cmd_kind kind)
{
    return kind >= CMD_CANCEL && kind < CMD_KIND_COUNT;
}

static struct job *find_job(struct engine *e, uint64_t number)
{
    if (e->current && e->current->number == number)
        return e->current;
    if (e->nested && e->nested->number == number)
        return e->nested;
    for (struct job *job = e->data_jobs; job; job = job->next) {
        if (job->number == number)
            return job;
    }
    return NULL;
}

/* Lock held. */
static enum err_code send_control(struct job *job, const struct cmd *cmd, struct err *err)
{
    if (job->n_controls == CONTROLS_MAX)
        return err_set(err, ERR_BUSY, "the run has not yet taken the last %d commands", CONTROLS_MAX);
    struct control *c = &job->controls[job->n_controls++];
    *c = (struct control){.kind = cmd->kind == CMD_CANCEL ? CMD_STOP_NOW : cmd->kind, .job = cmd->job,
                          .number = cmd->number, .real = cmd->real};
    if (cmd->kind == CMD_QUEUE_ADD)
        cmd_copy(c->run = xcalloc(1, sizeof *c->run), cmd);
    show_asked(job);
    pthread_cond_broadcast(&job->engine->work);
    wake(job);
    return ERR_OK;
}

static enum err_code control(struct engine *e, const struct cmd *cmd, struct err *err)
{
    struct job *job = find_job(e, cmd->job);
    if (!job)
        return err_set(err, ERR_NOT_FOUND, "job %llu does not run", (unsigned long long)cmd->job);
    if (cmd->kind == CMD_CANCEL || cmd->kind == CMD_STOP_NOW) {
        atomic_store(&job->cancel, true);
        show_state(job, JOB_STOPPING);
    }
    if (!job->ops->steered)
        return cmd->kind == CMD_CANCEL || cmd->kind == CMD_STOP_NOW
                   ? ERR_OK
                   : err_set(err, ERR_INVALID, "only a training run can be steered");
    return send_control(job, cmd, err);
}

static const struct job_ops *find_ops(const struct engine *e, enum cmd_kind kind)
{
    for (size_t i = 0; i < e->n_table; i++) {
        if (e->table[i].kind == kind)
            return &e->table[i];
    }
    return NULL;
}

static bool paused(const struct engine *e)
{
    return e->current && e->snap->jobs[e->current->slot].state == JOB_PAUSED && !e->nested;
}

/* Slot 0 is the engine command's, the others serve data jobs and jobs in a pause. */
static int free_slot(const struct engine *e, bool first)
{
    for (int i = first ? 0 : 1; i < (first ? 1 : SNAP_JOBS); i++) {
        if (e->snap->jobs[i].job == 0)
            return i;
    }
    return -1;
}

/* Room for a job: a slot of the snapshot, its two notices and its thread. Lock held. */
static enum err_code admit(struct engine *e, const struct job_ops *ops, int *slot, struct err *err)
{
    bool nested = ops->engine_thread && e->current;
    if (nested && !(ops->while_paused && paused(e))) {
        bool steered = e->current->ops->steered;
        err_set(err, ERR_BUSY, steered ? "a run is training" : "another job runs");
        if (steered)
            err_hint(err, ops->while_paused ? "pause it first: p on Train" : "a on Setup puts the next behind it");
        return ERR_BUSY;
    }
    *slot = free_slot(e, ops->engine_thread && !nested);
    if (*slot < 0 || !queue_reserve(&e->queue, 2))
        return err_set(err, ERR_BUSY, "too many jobs at once");
    return ERR_OK;
}

static struct job *job_new(struct engine *e, const struct job_ops *ops, const struct cmd *cmd, int slot, uint64_t number)
{
    struct job *job = xcalloc(1, sizeof *job);
    job->engine = e;
    job->ops = ops;
    job->as = ops->kind;
    job->wake = -1;
    job->slot = slot;
    job->number = number;
    job->began = clock_now();
    cmd_copy(&job->cmd, cmd);
    show_job(job, (struct job_view){.job = job->number, .command = ops->kind, .state = JOB_RUNNING});
    return job;
}

/* Lock held. On failure the job is gone. */
static enum err_code start(struct engine *e, struct job *job, struct err *err)
{
    bool ok = true;
    if (!job->ops->engine_thread) {
        ok = data_start(e, job);
    } else if (e->current) {
        e->nested = job;
        wake(e->current);
    } else {
        /* all threads now: while it loads libtorch the C library lets nobody start one */
        if (!e->thread_runs && data_threads(e, SNAP_JOBS - 1))
            e->thread_runs = thread_start(&e->thread, engine_main, e);
        ok = e->thread_runs;
        if (ok)
            e->current = job;
    }
    if (ok) {
        pthread_cond_broadcast(&e->work);
        return ERR_OK;
    }
    e->queue.reserved -= 2;
    memset(&e->snap->jobs[job->slot], 0, sizeof e->snap->jobs[0]);
    job_free(job);
    return err_set(err, ERR_MEMORY, "no thread for another job");
}

/* The next of the queue takes the engine when that is free. Its notices have their room since it was added. Lock held. */
static void start_waiting(struct engine *e)
{
    struct waiting next;
    while (!e->current && !e->quit && waiting_next(e, &next)) {
        const struct job_ops *ops = find_ops(e, CMD_TRAIN);
        struct job *job = job_new(e, ops, &next.cmd, 0, next.number);
        cmd_done(&next.cmd);
        if (start(e, job, NULL) != ERR_OK)
            log_line(LOG_ERROR, "a run of the queue could not begin: no thread for it");
    }
}

/* While a run elsewhere is watched, the queue is the one behind it. Lock held. */
static enum err_code change_queue(struct engine *e, const struct cmd *cmd, uint64_t *run, struct err *err)
{
    if (e->current && e->current->ops->kind == CMD_ATTACH)
        return send_control(e->current, cmd, err);
    enum err_code code = waiting_command(e, cmd, run, err);
    start_waiting(e);
    return code;
}

enum err_code engine_steer(struct engine *e, const struct cmd *cmd, struct err *err)
{
    uint64_t run;
    pthread_mutex_lock(&e->lock);
    enum err_code code = cmd_is_control(cmd->kind) ? control(e, cmd, err) : change_queue(e, cmd, &run, err);
    pthread_mutex_unlock(&e->lock);
    return code;
}

enum err_code engine_submit(struct engine *e, const struct cmd *cmd, uint64_t *number, struct err *err)
{
    pthread_mutex_lock(&e->lock);
    const struct job_ops *ops = find_ops(e, cmd->kind);
    enum err_code code;
    int slot = -1;
    if (cmd_is_control(cmd->kind)) {
        code = control(e, cmd, err);
        if (number)
            *number = cmd->job;
    } else if (cmd_is_queue(cmd->kind)) {
        uint64_t run = 0;
        code = change_queue(e, cmd, &run, err);
        if (number)
            *number = run;
    } else if (!ops) {
        code = err_set(err, ERR_INVALID, "unknown command %d", (int)cmd->kind);
    } else if ((code = admit(e, ops, &slot, err)) == ERR_OK) {
        struct job *job = job_new(e, ops, cmd, slot, ++e->last_job);
        if (number)
            *number = job->number;
        code = start(e, job, err);
    }
    pthread_mutex_unlock(&e->lock);
    return code;
}

static void cancel_all(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    e->quit = true;
    struct job *jobs[] = {e->current, e->nested};
    for (int i = 0; i < 2; i++) {
        if (!jobs[i])
            continue;
        atomic_store(&jobs[i]->cancel, true);
        wake(jobs[i]);
    }
    for (struct job *job = e->data_jobs; job; job = job->next)
        atomic_store(&job->cancel, true);
    pthread_cond_broadcast(&e->work);
    pthread_mutex_unlock(&e->lock);
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    cancel_all(e);
    if (e->thread_runs)
        pthread_join(e->thread, NULL);
    for (int i = 0; i < e->n_data; i++)
        pthread_join(e->data[i], NULL);
    waiting_done(e);
    pool_free(e->pool);
    block_store_done(&e->blocks);
    queue_done(&e->queue);
    pthread_mutex_destroy(&e->lock);
    pthread_cond_destroy(&e->work);
    free(e->snap);
    free(e->shim);
    free(e);
}

/* --- what the client reads ------------------------------------------------------------------------------------ */

int engine_event_fd(struct engine *e)
{
    return e->queue.pipe[0];
}

bool engine_next_event(struct engine *e, struct notice *notice)
{
    pthread_mutex_lock(&e->lock);
    bool got = queue_pop(&e->queue, notice);
    if (got && notice->job == e->unseen && notice->kind >= NOTICE_FINISHED && notice->kind <= NOTICE_CANCELLED)
        e->unseen_read = true;
    pthread_mutex_unlock(&e->lock);
    return got;
}
