/* An epoch: its order, its steps, steering between them, and what is saved at its end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* --- steering ------------------------------------------------------------------------------------------------ */

static void change_rate(struct trainer *t, double factor)
{
    char text[40];
    if (!(factor > 0) || !isfinite(factor))
        return;
    t->rate *= factor;
    snprintf(text, sizeof text, "rate x %g", factor);
    show_event(t, text);
}

enum err_code trainer_extend(struct trainer *t, int64_t epochs, struct err *err)
{
    return recipe_extend(trainer_recipe(t), epochs, trainer_steps_per_epoch(t), err);
}

static void extend(struct trainer *t, int64_t epochs)
{
    char text[40];
    struct err err = {0};
    if (trainer_extend(t, epochs, &err) != ERR_OK) {
        log_line(LOG_WARN, "not extended: %s", err.message);
        return;
    }
    snprintf(text, sizeof text, "extended by %d", (int)epochs);
    show_event(t, text);
    show_run(t);
    if (!t->unsaved && run_save_record(&t->run, &err) != ERR_OK) /* a kill before the epoch's end does not take it back */
        log_line(LOG_WARN, "%s", err.message);
}

static void take(struct trainer *t, const struct control *c)
{
    switch (c->kind) {
    case CMD_RATE:
        change_rate(t, c->real);
        break;
    case CMD_EXTEND:
        extend(t, c->number);
        break;
    case CMD_STOP_EPOCH:
        t->stop = STOP_AFTER_EPOCH;
        show_event(t, "stop after epoch");
        break;
    case CMD_STOP_NOW:
        t->stop = STOP_NOW;
        show_event(t, "stop now");
        break;
    case CMD_GO_ON: /* also takes back a stop that has not happened yet */
        if (t->stop == STOP_AFTER_EPOCH) {
            t->stop = GO_ON;
            show_event(t, "go on");
        }
        break;
    default:
        break;
    }
}

static void pause_here(struct trainer *t)
{
    struct control c = {0};
    double began = clock_now();
    show_event(t, "paused");
    while (t->stop != STOP_NOW && job_wait_paused(t->job, &c) && c.kind != CMD_GO_ON)
        take(t, &c);
    /* An evaluation meanwhile may have selected another device. */
    struct fl_device_info info;
    if (t->fl->device_select(&info, t->model.device.name, NULL) != ERR_OK)
        log_line(LOG_WARN, "%s is gone", t->model.device.name);
    t->paused += clock_now() - began;
    t->epoch_began += clock_now() - began;
    show_event(t, "go on");
}

enum err_code trainer_steer(struct trainer *t, struct err *err)
{
    struct control c;
    while (job_control(t->job, &c)) {
        if (c.kind == CMD_PAUSE)
            pause_here(t);
        else
            take(t, &c);
    }
    return t->stop == STOP_NOW ? err_set(err, ERR_CANCELLED, "stopped by user") : job_cancelled(t->job, err);
}

/* --- steps --------------------------------------------------------------------------------------------------- */

static void report_step(struct trainer *t, const struct tally *before, double began, int64_t step_in_epoch)
{
    struct tally one = {.loss_sum = t->tally.loss_sum - before->loss_sum, .correct = t->tally.correct - before->correct,
                        .n = t->tally.n - before->n};
    double seconds = clock_now() - began;
    struct step_point p = {.step = t->step, .loss = (float)tally_loss(&one), .acc = (float)tally_acc(&one),
                           .lr = (float)t->lr, .lr_head = (float)t->lr_head, .grad_norm = (float)t->grad_norm,
                           .images_per_s = seconds > 0 ? (float)((double)one.n / seconds) : NAN,
                           .seconds = t->run.record.seconds + clock_now() - t->epoch_began};
    run_add_step(&t->run, &p, t->epoch + 1);
    show_step(t, &p, step_in_epoch);
}

static enum err_code steps_on_features(struct trainer *t, const uint32_t *order, size_t n, struct err *err)
{
    size_t batch = (size_t)trainer_recipe(t)->batch_size, at = 0;
    for (int64_t s = 0; s < t->steps_in_epoch; s++) {
        struct tally before = t->tally;
        double began = clock_now();
        size_t m = s + 1 == t->steps_in_epoch ? n - at : batch;
        enum err_code code = trainer_steer(t, err);
        if (code == ERR_OK)
            code = trainer_step_rows(t, order + at, (int)m, err);
        if (code != ERR_OK)
            return code;
        at += m;
        report_step(t, &before, began, s + 1);
    }
    return ERR_OK;
}

void trainer_unread(struct trainer *t, int part, const struct batch *batch)
{
    if (!batch->n_failed)
        return;
    t->unread[part] += batch->n_failed;
    log_line(LOG_WARN, "epoch %d, %s: %zu picture%s skipped, %s", t->epoch + 1, part == UNREAD_VAL ? "validation" : "training",
             batch->n_failed, batch->n_failed == 1 ? "" : "s", batch->failed);
}

void trainer_tell_unread(struct trainer *t, int part)
{
    size_t n = t->unread[part];
    char text[40];
    snprintf(text, sizeof text, "%zu %s picture%s unreadable", n, part == UNREAD_VAL ? "validation" : "training", n == 1 ? "" : "s");
    if (n > 0 && n != t->told_unread[part])
        show_event(t, text);
    t->told_unread[part] = n;
    t->unread[part] = 0;
}

static enum err_code steps_on_pictures(struct trainer *t, const uint32_t *order, size_t n, struct err *err)
{
    const struct batch *batch;
    loader_start(t->train, order, n, t->epoch + 1);
    for (int64_t s = 1;; s++) {
        struct tally before = t->tally;
        double began = clock_now();
        enum err_code code = trainer_steer(t, err);
        if (code == ERR_OK)
            code = loader_next(t->train, &batch, &t->wait, err);
        if (code != ERR_OK || !batch)
            return code;
        trainer_unread(t, UNREAD_TRAIN, batch);
        if (batch->n == 0)
            continue;
        code = trainer_step(t, batch, err);
        if (code != ERR_OK)
            return code;
        report_step(t, &before, began, s);
    }
}

enum err_code trainer_train_epoch(struct trainer *t, struct err *err)
{
    bool rows = t->train_features.x;
    size_t n = rows ? t->train_features.n : t->split.n_train;
    uint32_t *order = xcalloc(n ? n : 1, sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = rows ? (uint32_t)i : t->split.train[i];
    struct rng rng = rng_at((uint64_t)t->run.record.options.seed, RNG_ORDER, (uint64_t)(t->epoch + 1), 0);
    if (t->run.record.options.shuffle)
        rng_shuffle(&rng, order, n);
    t->steps_in_epoch = trainer_steps_per_epoch(t);
    /* A phase's steps follow from its epochs, so that a resumed run has the rates of an unbroken one. */
    int in_phase;
    recipe_phase_of(trainer_recipe(t), t->epoch + 1, &in_phase);
    t->step_in_phase = in_phase * t->steps_in_epoch;
    t->tally = (struct tally){0};
    t->wait = 0;
    t->epoch_began = clock_now();
    job_stage(t->job, "training", n);
    enum err_code code = rows ? steps_on_features(t, order, n, err) : steps_on_pictures(t, order, n, err);
    if (!rows)
        trainer_tell_unread(t, UNREAD_TRAIN);
    free(order);
    return code;
}

/* --- the end of an epoch ------------------------------------------------------------------------------------- */

static void keep_block(struct trainer *t, const struct result *result)
{
    str_clear(&t->best_result);
    block_result(&t->best_result, result);
    struct str copy = STR_INIT;
    str_add_n(&copy, t->best_result.s, t->best_result.len);
    job_result(t->job, BLOCK_RESULT, &copy);
}

static enum err_code keep_best(struct trainer *t, const struct score *score, struct err *err)
{
    struct model_copy *copy;
    enum err_code code = model_copy(&copy, &t->model, err);
    if (code != ERR_OK)
        return code;
    model_copy_free(t->unsaved);
    t->unsaved = copy;
    struct result result = score_result(score, (const char *const *)t->model.classes, "validation part", t->model.epoch);
    keep_block(t, &result);
    trainer_keep_tables(t);
    return ERR_OK;
}

void trainer_keep_tables(struct trainer *t)
{
    struct str copy = STR_INIT;
    struct result_view view;
    if (t->best_result.len == 0)
        return;
    str_add_n(&copy, t->best_result.s, t->best_result.len);
    const struct block *block = block_new(BLOCK_RESULT, &copy);
    if (result_view_open(&view, block, NULL) == ERR_OK)
        run_keep_result(&t->run, &view);
    block_release(block);
}

void trainer_own_best(struct trainer *t)
{
    if (t->unsaved || t->best_in_file.epoch == t->run.record.best.epoch)
        return;
    t->run.record.best = t->best_in_file;
    str_clear(&t->best_result);
}

enum err_code trainer_save_best(struct trainer *t, struct err *err)
{
    char *path = run_path(&t->run, "best.safetensors");
    enum err_code code = t->unsaved ? model_copy_save(&t->model, t->unsaved, &t->run.record.best, path, err) : ERR_OK;
    free(path);
    if (code != ERR_OK)
        return code;
    model_copy_free(t->unsaved);
    t->unsaved = NULL;
    t->best_in_file = t->run.record.best;
    return run_flush_result(&t->run, err);
}

static struct epoch_metrics measure(const struct trainer *t, const struct score *score)
{
    double seconds = clock_now() - t->epoch_began;
    return (struct epoch_metrics){.epoch = t->epoch + 1, .train_loss = tally_loss(&t->tally),
                                  .train_acc = tally_acc(&t->tally), .val_loss = tally_loss(&score->tally),
                                  .val_acc = tally_acc(&score->tally), .lr = t->lr, .lr_head = t->lr_head,
                                  .images_per_s = seconds > 0 ? (double)t->tally.n / seconds : NAN,
                                  .seconds = seconds, .grad_norm = t->grad_norm, .phase = t->phase + 1};
}

/* best.safetensors and its tables first, the checkpoint that knows about them later: a kill between repeats the epoch. A table that cannot be
 * written holds nothing up. */
enum err_code trainer_save(struct trainer *t, struct err *err)
{
    enum err_code tables = trainer_save_best(t, err);
    if (t->unsaved) {
        run_save_metrics(&t->run, NULL);
        return tables;
    }
    if (tables != ERR_OK)
        err = NULL; /* the first reason is told */
    enum err_code code = checkpoint_save(t, err);
    if (code == ERR_OK)
        code = run_save_metrics(&t->run, err);
    if (code == ERR_OK)
        code = run_save_record(&t->run, err);
    return tables == ERR_OK ? code : tables;
}

/* A full disk does not end a run: the files before stay whole, and the next epoch tries again. */
static void grumble(struct trainer *t, const struct err *err)
{
    char text[40];
    const char *why = strrchr(err->message, ':'); /* behind the file's name */
    snprintf(text, sizeof text, "not saved%.28s", why ? why : "");
    show_event(t, text);
    log_line(LOG_ERROR, "epoch %d: not saved: %s; trying again after the next", t->epoch, err->message);
}

/* Tables and log are written as well as may be: without them the run goes on, and says so once. */
static void mention_losses(struct trainer *t)
{
    if (log_lost())
        show_event(t, "log.txt cannot be written");
    if (t->run.grumbled && !t->run.told)
        show_event(t, "steps.csv cannot be written");
    t->run.told = t->run.grumbled;
}

enum err_code trainer_close_epoch(struct trainer *t, const struct score *score, struct err *err)
{
    struct err problem = {0};
    struct record *r = &t->run.record;
    struct epoch_metrics m = measure(t, score);
    job_stage(t->job, "saving", 0);
    struct best best = r->best;
    bool better = best_update(&r->best, &m);
    t->model.epoch = m.epoch;
    enum err_code code = better ? keep_best(t, score, err) : ERR_OK;
    if (code != ERR_OK)
        r->best = best;
    else
        code = trainer_kept_out(t, err);
    if (!better)
        trainer_own_best(t);
    if (code != ERR_OK)
        return code;
    t->epoch = r->epochs_done = m.epoch;
    r->seconds += m.seconds;
    run_add_metrics(&t->run, &m);
    run_flush_steps(&t->run);
    mention_losses(t);
    t->save_failed = trainer_save(t, &problem) != ERR_OK;
    if (t->save_failed)
        grumble(t, &problem);
    show_epoch(t, &m);
    log_line(LOG_INFO, "epoch %d: train %.4f %.4f, validation %.4f %.4f%s", m.epoch, m.train_loss, m.train_acc,
             m.val_loss, m.val_acc, better ? ", best so far" : "");
    return ERR_OK;
}
