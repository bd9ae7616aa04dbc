/* The app's state from the engine: data set, result, notices.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/path.h"
#include "ui/parts.h"
#include "ui/screens.h"

bool app_trains(const struct app *app)
{
    const struct job_view *job = &app->snap.jobs[0];
    bool training =
        job->command == CMD_TRAIN || job->command == CMD_RESUME || job->command == CMD_PRETRAIN;
    return app->train_job != 0 || (job->job != 0 && job->state != JOB_NONE && training);
}

enum err_code app_submit(struct app *app, const struct cmd *cmd, uint64_t *job, struct err *err)
{
    uint64_t unused = 0;
    if (!app->engine)
        return err_set(err, ERR_BUSY, "the program is starting");
    enum err_code code = engine_submit(app->engine, cmd, job ? job : &unused, err);
    uint64_t number = job ? *job : unused;
    if (code != ERR_OK)
        return code;
    if (cmd->kind == CMD_TRAIN || cmd->kind == CMD_RESUME || cmd->kind == CMD_PRETRAIN ||
        cmd->kind == CMD_ATTACH) {
        app->train_job = number;
        app->attached = cmd->kind == CMD_ATTACH;
        app->model.run[0] = '\0'; /* Results goes with the run */
    }
    if (cmd->kind == CMD_DEMO)
        app->demo_job = number;
    if ((cmd->kind == CMD_LIST || cmd->kind == CMD_SCAN) && str_eq(cmd->path, app->model.data))
        app->data_job = number;
    return ERR_OK;
}

/* --- data set ------------------------------------------------------------------------------- */

static void drop_dataset(struct app *app)
{
    block_release(app->model.dataset);
    app->model.dataset = NULL;
    app->model.dataset_version++;
}

static void submit_data(struct app *app, enum cmd_kind kind)
{
    struct err err = {0};
    struct cmd cmd = {.kind = kind, .options = &app->options};
    snprintf(cmd.path, sizeof cmd.path, "%s", app->model.data);
    if (app_submit(app, &cmd, NULL, &err) != ERR_OK)
        app_error(app, &err);
}

/* The demo's settings come and go with its folder; the first one that is opened is the command's. */
static void change_data(struct app *app, const char *folder)
{
    if (*app->model.data)
        options_forget(&app->options, SOURCE_DEMO);
    snprintf(app->model.data, sizeof app->model.data, "%s", folder);
    app_demo_settings(app);
    drop_dataset(app);
}

void app_open_data(struct app *app, const char *folder)
{
    char *expanded = path_expand(folder), *absolute = path_absolute(expanded);
    size_t n = strlen(absolute);
    while (n > 1 && absolute[n - 1] == '/')
        absolute[--n] = '\0';
    if (!path_is_folder(absolute)) {
        app_status(app, ROLE_STATE_FAIL, "%s: %s", folder,
                   path_exists(absolute) ? "is no folder" : "does not exist");
    } else if (n >= sizeof app->model.data) {
        app_status(app, ROLE_STATE_FAIL, "%s: name is too long", folder);
    } else {
        if (!str_eq(app->model.data, absolute))
            change_data(app, absolute);
        pictures_forget(app->pictures);
        app->data_scanned = false;
        submit_data(app, CMD_LIST);
        submit_data(app, CMD_SCAN);
    }
    free(absolute);
    free(expanded);
    app->urgent = true;
}

static size_t filled_classes(const struct ds_view *ds)
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n_classes; i++)
        n += ds_view_class(ds, i).n_used > 0;
    return n;
}

/* For those who are here for the first time: the way goes on, or why it does not. */
static void say_what_next(struct app *app)
{
    size_t filled = filled_classes(&app->model.ds);
    if (*app->message || app->snap.train.job)
        return;
    if (filled < 2)
        app_status(app, ROLE_STATE_WARN, "%s; %s opens another folder",
                   filled ? "only one class has pictures, training needs two"
                          : "no class folders with pictures in it",
                   parts_key(ACTION_OPEN_FOLDER));
    else
        app_status(app, ROLE_STATE_DONE, "%zu pictures in %zu classes; %s shows samples, %s sets up a run",
                   app->model.ds.n_used, app->model.ds.n_classes, parts_key(ACTION_SAMPLES),
                   parts_key(ACTION_SETUP));
}

/* Takes a list or scan of the open folder; a list never replaces a scan. */
static void take_dataset(struct app *app, const struct notice *notice)
{
    struct ds_view view;
    struct err err = {0};
    const struct block *block = engine_block(app->engine, notice->block);
    bool scan = notice->command == CMD_SCAN;
    if (!block || (!scan && app->data_scanned) || ds_view_open(&view, block, &err) != ERR_OK ||
        !str_eq(view.root, app->model.data)) {
        block_release(block);
        if (err.code != ERR_OK)
            app_error(app, &err);
        return;
    }
    drop_dataset(app);
    app->model.dataset = block;
    app->model.ds = view;
    app->data_scanned = app->data_scanned || scan;
    if (scan && view.n_used > 0)
        app_remember_data(app->model.data);
    if (scan)
        say_what_next(app);
}

/* The data set of a run that is watched, as that run found it: nothing is scanned again. */
static void take_far_dataset(struct app *app)
{
    uint64_t id = app->snap.train.dataset;
    if (!app->attached || !id || id == app->far_dataset)
        return;
    struct ds_view view;
    const struct block *block = engine_block(app->engine, id);
    app->far_dataset = id;
    if (!block || ds_view_open(&view, block, NULL) != ERR_OK ||
        strlen(view.root) >= sizeof app->model.data) {
        block_release(block);
        return;
    }
    drop_dataset(app);
    app->model.dataset = block;
    app->model.ds = view;
    app->data_scanned = true;
    snprintf(app->model.data, sizeof app->model.data, "%s", view.root);
}

/* --- runs ----------------------------------------------------------------------------------- */

void app_start_run(struct app *app)
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_TRAIN, .options = &app->options};
    if (!*app->model.data) {
        app_status(app, ROLE_STATE_WARN, "open a data folder first");
        return;
    }
    snprintf(cmd.path, sizeof cmd.path, "%s", app->model.data);
    if (app_submit(app, &cmd, NULL, &err) == ERR_OK)
        app_go(app, "train");
    else
        app_error(app, &err);
}

static void take_result(struct app *app)
{
    uint64_t id = app->snap.train.result;
    if (id == app->result_block)
        return;
    block_release(app->model.result);
    app->result_block = id;
    app->model.result = id ? engine_block(app->engine, id) : NULL;
    app->model.result_version++;
    struct err err = {0};
    if (app->model.result && result_view_open(&app->model.res, app->model.result, &err) != ERR_OK) {
        block_release(app->model.result);
        app->model.result = NULL;
        app_error(app, &err);
    }
}

static void remember_run(struct app *app)
{
    const struct train_view *t = &app->snap.train;
    if (!*t->run)
        return;
    bool named = str_starts(t->end, t->run); /* a file in it that could not be written, say */
    int n = snprintf(app->last_words, sizeof app->last_words, "%s%s%s", named ? "" : t->run,
                     named ? "" : ": ", *t->end ? t->end : "ended");
    if (t->best.epoch > 0 && n > 0 && (size_t)n < sizeof app->last_words)
        snprintf(app->last_words + n, sizeof app->last_words - (size_t)n,
                 ", best val_acc %.1f %% in epoch %d", 100 * t->best.val_acc, t->best.epoch);
}

/* --- notices -------------------------------------------------------------------------------- */

static void demo_ready(struct app *app, const struct notice *notice)
{
    const struct block *block = engine_block(app->engine, notice->block);
    if (block && block->kind == BLOCK_TEXT) {
        app_open_data(app, text_view(block));
        app_status(app, ROLE_STATE_DONE, "drawn by the program, not photographed; %s sets up a run",
                   parts_key(ACTION_SETUP));
    }
    block_release(block);
}

static void say(struct app *app, const struct notice *notice)
{
    bool quiet = notice->command == CMD_LIST || notice->command == CMD_SCAN ||
                 notice->command == CMD_RUNS || notice->command == CMD_COMPARE;
    /* who asked for these says what there is to say; a view that cannot be kept is only a view */
    if (notice->command == CMD_FOLDER || notice->command == CMD_VIEW ||
        notice->command == CMD_STORED)
        return;
    if (notice->kind == NOTICE_FAILED && notice->err.code != ERR_CANCELLED)
        app_error(app, &notice->err);
    else if (notice_ends(notice) && !quiet && *notice->text)
        app_status(app, notice->kind == NOTICE_FINISHED ? ROLE_STATE_DONE : ROLE_STATE_WARN, "%s",
                   notice->text);
}

/* The end of a run calls for whoever looks elsewhere; one that was stopped by hand does not. */
static void call_for_attention(struct app *app, const struct notice *notice)
{
    const struct best *best = &app->snap.train.best;
    char text[sizeof notice->text + 64];
    if (notice->kind == NOTICE_CANCELLED || !app->term)
        return;
    if (notice->kind == NOTICE_FAILED)
        snprintf(text, sizeof text, "the run ended with an error");
    else if (best->epoch > 0)
        snprintf(text, sizeof text, "run done, best val acc %.1f %% in epoch %d", 100 * best->val_acc,
                 best->epoch);
    else
        snprintf(text, sizeof text, "run done");
    term_attention(app->term, (enum attention)app->options.notify, text);
}

/* A run elsewhere is followed to the next of its queue. */
static void end_run(struct app *app, const struct notice *notice)
{
    const struct job_view *now = &app->snap.jobs[0];
    app->attached = app->attached && now->command == CMD_TRAIN && now->job > notice->job;
    app->train_job = app->attached ? now->job : 0;
    call_for_attention(app, notice);
    remember_run(app);
    app->quit = app->quit || app->quit_after_run;
}

static void take_notice(struct app *app, const struct notice *notice)
{
    bool data = notice->command == CMD_LIST || notice->command == CMD_SCAN;
    say(app, notice);
    if (notice->command == CMD_FOLDER)
        app_take_folder(app, notice);
    if (notice->kind == NOTICE_FINISHED && data)
        take_dataset(app, notice);
    if (notice->kind == NOTICE_FINISHED && notice->job == app->demo_job)
        demo_ready(app, notice);
    if (notice->kind == NOTICE_STARTED && notice->job == app->train_job && app->attached)
        app_say_attached(app);
    if (notice->kind == NOTICE_STARTED && notice->command == CMD_TRAIN && !app->train_job)
        app->train_job = notice->job; /* one of the queue */
    if (notice_ends(notice) && notice->job == app->train_job)
        end_run(app, notice);
    for (size_t i = 0; i < screen_count(); i++) {
        if (screen_at(i)->event)
            screen_at(i)->event(app->screens[i], notice, &app->model);
    }
}

/* Nobody who watches the charts would see it among the events before the end. */
static void warn_of_unsaved(struct app *app)
{
    const struct train_view *t = &app->snap.train;
    const struct event_mark *last = t->n_events ? &t->events[t->n_events - 1] : NULL;
    if (!last || !t->live || !str_starts(last->text, "not saved") ||
        (app->unsaved_job == t->job && app->unsaved_step == last->step))
        return;
    app->unsaved_job = t->job;
    app->unsaved_step = last->step;
    app_status(app, ROLE_STATE_FAIL, "%s; the run goes on and tries again after each epoch", last->text);
}

static void take_numbers(struct app *app)
{
    warn_of_unsaved(app);
    take_result(app);
    take_far_dataset(app);
}

void app_take_events(struct app *app)
{
    struct notice notice;
    while (engine_next_event(app->engine, &notice)) {
        /* numbers first: an end's notice is read beside the numbers of the end */
        if (engine_snapshot(app->engine, &app->snap))
            take_numbers(app);
        take_notice(app, &notice);
        app->dirty = true;
        app->urgent = app->urgent || notice.kind != NOTICE_PROGRESS;
    }
}

void app_model_done(struct app *app)
{
    block_release(app->model.dataset);
    block_release(app->model.result);
    app->model.dataset = app->model.result = NULL;
}
