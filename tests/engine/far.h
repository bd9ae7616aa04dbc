/* A run without torch that can be watched: makes steps, takes control commands, listens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_FAR_H
#define FL_TESTS_FAR_H

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/channel.h"
#include "engine/internal.h"
#include "engine/job.h"
#include "engine/record.h"
#include "engine/serve.h"
#include "engine/wire.h"

#define BIG_BLOCK 3000000

static char far_folder[400];  /* of the run; the later ones of a queue have a number behind it */
static int far_runs;          /* begun so far */
static char *far_socket;      /* its socket; once it listens */
static atomic_uint far_steps; /* made so far */
static atomic_bool far_fast;  /* steps without a rest between them */

/* The record that "attach" finds it by. */
static inline void far_write_record(const char *folder, const char *state, const char *socket)
{
    struct record r;
    struct str text = STR_INIT;
    char host[256] = "", *path = path_join(folder, "run.ini");
    record_init(&r);
    gethostname(host, sizeof host - 1);
    snprintf(r.state, sizeof r.state, "%s", state);
    snprintf(r.model, sizeof r.model, "resnet18");
    record_set(&r.host, host);
    record_set(&r.socket, socket);
    record_set(&r.started, "2026-01-01 00:00:00");
    r.pid = getpid();
    r.recipe.n_phases = 1;
    struct options o;
    options_default(&o);
    assert_int_equal(engine_recipe(&o, &r.recipe, NULL), ERR_OK);
    record_write(&text, &r);
    assert_int_equal(file_replace(path, text.s, text.len, NULL), ERR_OK);
    str_done(&text);
    record_done(&r);
    free(path);
}

static void far_event(struct job *job, const char *text)
{
    struct train_view *t = &snapshot_begin(job->engine)->train;
    snprintf(t->events[t->n_events % 32].text, sizeof t->events[0].text, "%s", text);
    t->n_events += t->n_events < 32;
    snapshot_end(job->engine);
}

static void far_step(struct job *job)
{
    struct train_view *t = &snapshot_begin(job->engine)->train;
    t->steps[t->steps_seen % SNAP_STEPS] =
        (struct step_point){.step = (int64_t)t->steps_seen + 1, .loss = 1.0f / (float)(t->steps_seen + 1)};
    t->step = (int64_t)++t->steps_seen;
    snapshot_end(job->engine);
    atomic_fetch_add(&far_steps, 1);
}

static void far_take(struct job *job, const struct control *c)
{
    char text[40];
    snprintf(text, sizeof text, c->kind == CMD_RATE ? "rate x %g" : "command", c->real);
    far_event(job, text);
}

static void far_begin(struct job *job, const char *folder)
{
    struct str big = STR_INIT;
    for (size_t i = 0; i < BIG_BLOCK; i++)
        str_add_c(&big, (char)(i % 251 + 1));
    const struct block *block = block_new(BLOCK_DATASET, &big);
    struct snapshot *snap = snapshot_begin(job->engine);
    snap->train = (struct train_view){.job = job->number, .live = true, .n_epochs = 5, .n_classes = 2, .data = "/data"};
    snprintf(snap->train.run, sizeof snap->train.run, "%s", folder);
    snap->train.dataset = block_store_add(&job->engine->blocks, block);
    snapshot_end(job->engine);
}

/* Until STOP_EPOCH (done, with a result) or STOP_NOW (cancelled). One in mode frozen fails before it begins, one in mode
 * discriminative takes its time until then. */
static enum err_code far_training(struct job *job, struct err *err)
{
    struct engine *e = job->engine;
    char folder[sizeof far_folder + 8];
    if (job->cmd.options->mode == MODE_FROZEN)
        return err_set(err, ERR_NOT_FOUND, "no weights");
    snprintf(folder, sizeof folder, far_runs ? "%s-%d" : "%s", far_folder, far_runs + 1);
    far_runs++;
    if (job->cmd.options->mode == MODE_DISCRIMINATIVE)
        poll(NULL, 0, 1500); /* scans, loads weights */
    far_begin(job, folder);
    free(far_socket);
    enum err_code code = server_open(&e->server, job, folder, &far_socket, err);
    if (code != ERR_OK)
        return code;
    path_make_folders(folder, NULL);
    far_write_record(folder, "running", far_socket);
    job_announce(job, "fake, %s", "fresh");
    struct control c = {0};
    while (c.kind != CMD_STOP_EPOCH && !atomic_load(&job->cancel)) {
        bool got = job_control(job, &c);
        while (got && c.kind == CMD_PAUSE)
            got = job_wait_paused(job, &c);
        if (got)
            far_take(job, &c);
        far_step(job);
        if (!atomic_load(&far_fast))
            poll(NULL, 0, 1);
    }
    if (c.kind == CMD_STOP_EPOCH) {
        struct str bytes = STR_INIT;
        block_text(&bytes, "the far result");
        job_result(job, BLOCK_TEXT, &bytes);
    } else {
        code = err_set(err, ERR_CANCELLED, "stopped by user");
    }
    struct snapshot *snap = snapshot_begin(e);
    snap->train.live = false;
    snap->train.result = job->block;
    snprintf(snap->train.end, sizeof snap->train.end, "over");
    snapshot_end(e);
    job_say(job, "it is over");
    far_write_record(folder, "done", "");
    return code;
}

static enum err_code far_eval(struct job *job, struct err *err)
{
    (void)err;
    job_say(job, "evaluated");
    return ERR_OK;
}

static const struct job_ops far_table[] = {
    {.kind = CMD_TRAIN, .engine_thread = true, .steered = true, .announces = true, .run = far_training},
    {.kind = CMD_ATTACH, .engine_thread = true, .steered = true, .announces = true, .run = job_attach},
    {.kind = CMD_EVAL, .engine_thread = true, .while_paused = true, .run = far_eval},
    {.kind = CMD_ALIVE, .run = job_alive},
};

static struct engine *far_engine_new(void)
{
    return engine_new_with(&(struct engine_config){.n_threads = 1}, far_table, sizeof far_table / sizeof far_table[0]);
}

/* Starts the fake run and waits until it listens. */
static uint64_t far_start(struct engine *e)
{
    uint64_t job = 0;
    struct notice n;
    struct err err = {0};
    if (engine_submit(e, &(struct cmd){.kind = CMD_TRAIN}, &job, &err) != ERR_OK)
        fail_msg("%s", err.message);
    for (;;) {
        if (!engine_next_event(e, &n))
            poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 1000);
        else if (n.kind == NOTICE_FAILED)
            fail_msg("%s", n.err.message);
        else if (n.kind == NOTICE_STARTED)
            return job;
    }
}

/* A run for the queue. */
static inline uint64_t far_add(struct engine *e, const char *mode)
{
    uint64_t job = 0;
    struct err err = {0};
    struct options o;
    options_default(&o);
    assert_int_equal(option_set(&o, OPTION_ID_mode, mode, SOURCE_SCREEN, NULL), ERR_OK);
    struct cmd cmd = {.kind = CMD_QUEUE_ADD, .path = "/data/flowers", .options = &o};
    if (engine_submit(e, &cmd, &job, &err) != ERR_OK)
        fail_msg("%s", err.message);
    return job;
}

/* A folder for the test, and the runtime folder in it. */
static char far_lab[] = "/tmp/flowerlab-far-XXXXXX";

static int far_open_lab(void **state)
{
    (void)state;
    if (!mkdtemp(far_lab))
        return -1;
    setenv("XDG_RUNTIME_DIR", far_lab, 1);
    setenv("FLOWERLAB_TEST_RUNTIME_ONLY", "1", 1);
    setenv("HOME", far_lab, 1);
    snprintf(far_folder, sizeof far_folder, "%s/run", far_lab);
    return path_make_folders(far_folder, NULL) == ERR_OK ? 0 : -1;
}

static int far_close_lab(void **state)
{
    (void)state;
    char *command = xasprintf("rm -rf '%s'", far_lab);
    int rc = system(command);
    free(command);
    return rc;
}

#endif
