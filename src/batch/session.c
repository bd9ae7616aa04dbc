/* One engine, one job at a time, signals beside it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "batch/signals.h"

#define WATCH_MS 200

static void session_open(struct batch *b)
{
    if (b->engine)
        return;
    struct engine_config config = {
        .n_threads = option_is_set(&b->options, OPTION_ID_threads) ? (int)b->options.threads : 0,
    };
    batch_signals_catch();
    b->engine = engine_new(&config);
    b->snap = xcalloc(1, sizeof *b->snap);
}

void session_close(struct batch *b)
{
    engine_free(b->engine);
    free(b->snap);
    b->engine = NULL;
    b->snap = NULL;
}

const struct job_view *find_job(const struct batch *b, uint64_t job)
{
    for (int i = 0; i < SNAP_JOBS; i++) {
        if (job && b->snap->jobs[i].job == job)
            return &b->snap->jobs[i];
    }
    return NULL;
}

enum err_code put_path(char out[OPTION_TEXT_MAX], const char *path, struct err *err)
{
    if (strlen(path) >= OPTION_TEXT_MAX)
        return err_set(err, ERR_INVALID, "a path is longer than %d bytes", OPTION_TEXT_MAX - 1);
    memcpy(out, path, strlen(path) + 1);
    return ERR_OK;
}

void job_end_done(struct job_end *end)
{
    block_release(end->block);
    end->block = NULL;
}

/* The first INT or TERM (HUP, where that stops) asks the job to stop and save; who asks twice does not want to wait. */
static void handle_signals(struct batch *b, enum cmd_kind kind, uint64_t job)
{
    bool watches = kind == CMD_ATTACH; /* to leave is not to stop: it is another process's run */
    bool trains = kind == CMD_TRAIN || kind == CMD_RESUME;
    for (int number = batch_signals_next(); number; number = batch_signals_next()) {
        if (watches) {
            b->interrupted = true;
            continue;
        }
        if (number == SIGHUP) { /* files and pipes are there as before */
            output_hang_up(&b->result);
            output_hang_up(&b->messages);
        }
        if (number == SIGHUP && !b->hangup_stops)
            continue;
        if (b->interrupted && number == SIGHUP)
            continue; /* a lost terminal is told by several */
        if (b->interrupted)
            _exit(EXIT_INTERRUPTED);
        b->interrupted = true;
        struct cmd stop = {.kind = trains ? CMD_STOP_NOW : CMD_CANCEL, .job = job};
        engine_submit(b->engine, &(struct cmd){.kind = CMD_QUEUE_REMOVE}, NULL, NULL);
        engine_submit(b->engine, &stop, NULL,
                      NULL); /* too late for the job: its notice is on the way */
        say(b, "%s", trains ? "stopping after this step; complete epochs are kept" : "stopping");
    }
}

static void tell_started(struct batch *b, const struct notice *notice)
{
    if (*notice->text && !(b->flags & FLAG_JSON))
        say(b, "%s", notice->text);
}

/* One that has ended already has left its notices; else it is in the snapshot that was taken before they were read. */
uint64_t next_run(struct batch *b)
{
    struct notice notice;
    engine_snapshot(b->engine, b->snap);
    while (engine_next_event(b->engine, &notice)) {
        if (notice.kind != NOTICE_STARTED || notice.command != CMD_TRAIN)
            continue;
        tell_started(b, &notice);
        return notice.job;
    }
    const struct job_view *now = &b->snap->jobs[0];
    return now->command == CMD_TRAIN ? now->job : 0;
}

/* True when the job's last notice came. */
static bool take_notices(struct batch *b, uint64_t job, struct job_end *end)
{
    struct notice notice;
    while (engine_next_event(b->engine, &notice)) {
        if (notice.job != job || notice.kind == NOTICE_PROGRESS)
            continue;
        if (notice.kind == NOTICE_STARTED) {
            tell_started(b, &notice);
            continue;
        }
        end->kind = notice.kind;
        end->block = notice.block ? engine_block(b->engine, notice.block) : NULL;
        end->err = notice.err;
        memcpy(end->text, notice.text, sizeof end->text);
        return true;
    }
    return false;
}

int wait_job(struct batch *b, enum cmd_kind kind, uint64_t job, watch_fn *watch, void *user,
             struct job_end *end)
{
    struct pollfd fds[2] = {{.fd = engine_event_fd(b->engine), .events = POLLIN},
                            {.fd = batch_signals_fd(), .events = POLLIN}};
    *end = (struct job_end){.kind = NOTICE_FAILED};
    for (bool over = false; !over;) {
        poll(fds, 2, WATCH_MS);
        handle_signals(b, kind, job);
        over = take_notices(b, job, end);
        if (!over && b->interrupted && kind == CMD_ATTACH) {
            end->kind = NOTICE_CANCELLED;
            over = true;
        }
        engine_snapshot(b->engine, b->snap);
        if (watch)
            watch(b, job, user);
    }
    progress_line(&b->messages, NULL);
    if (end->kind == NOTICE_FAILED)
        return report(b, &end->err);
    if (b->interrupted)
        return EXIT_INTERRUPTED;
    return end->kind == NOTICE_FINISHED ? EXIT_DONE : EXIT_FAILED;
}

enum err_code start_job(struct batch *b, const struct cmd *cmd, uint64_t *job, struct err *err)
{
    session_open(b);
    return engine_submit(b->engine, cmd, job, err);
}

int run_job(struct batch *b, const struct cmd *cmd, watch_fn *watch, void *user,
            struct job_end *end)
{
    uint64_t job;
    struct err err = {0};
    if (start_job(b, cmd, &job, &err) == ERR_OK)
        return wait_job(b, cmd->kind, job, watch, user, end);
    *end = (struct job_end){.kind = NOTICE_FAILED, .err = err};
    return report(b, &err);
}

int run_dataset(struct batch *b, enum cmd_kind kind, struct ds_view *ds, struct job_end *end)
{
    struct cmd cmd = {.kind = kind, .options = &b->options};
    struct err err = {0};
    *end = (struct job_end){0};
    if (put_path(cmd.path, b->words[0], &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, end);
    if (code == EXIT_DONE && ds_view_open(ds, end->block, &err) != ERR_OK)
        code = report(b, &err);
    return code;
}
