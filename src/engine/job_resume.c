/* The job that goes on with a run: from its checkpoint, with its data, split and settings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/fresh.h"

/* --- a run that goes on -------------------------------------------------------------------------------------- */

static enum err_code same_classes(const struct trainer *t, struct err *err)
{
    const struct record *r = &t->run.record;
    bool same = (size_t)r->n_classes == t->ds->n_classes;
    for (int k = 0; same && k < r->n_classes; k++)
        same = str_eq(r->classes[k], t->ds->classes[k].name);
    return same ? ERR_OK : err_set(err, ERR_INVALID, "%s: its class folders are not those of the run", r->data);
}

static enum err_code reload_data(struct trainer *t, struct err *err)
{
    struct record *r = &t->run.record;
    size_t missing = 0;
    enum err_code code = train_load_data(t, r->data, &r->options, err);
    if (code == ERR_NOT_FOUND)
        err_hint(err, "where the pictures were moved: their new folder belongs into the line folder of %s/run.ini", t->run.folder);
    if (code == ERR_OK)
        code = same_classes(t, err);
    if (code != ERR_OK)
        return code;
    char *path = run_path(&t->run, "split.csv");
    code = split_read(&t->split, t->ds, path, &missing, err);
    free(path);
    if (code == ERR_OK && r->fingerprint != t->ds->fingerprint)
        snprintf(t->split_warning, sizeof t->split_warning, "the pictures have changed since the run began");
    train_warn_of_missing(t, missing, "the run's split");
    return code;
}

/* The precision that was used, on the kind of device that it was used on, unless the command says others. */
static enum err_code reload_torch(struct trainer *t, struct err *err)
{
    struct record *r = &t->run.record;
    const struct options *now = t->job->cmd.options;
    bool own = now->source[OPTION_ID_precision] == SOURCE_COMMAND_LINE;
    char device[sizeof r->device], precision[sizeof r->precision];
    snprintf(device, sizeof device, "%s", r->device); /* loading writes the record */
    snprintf(precision, sizeof precision, "%s", r->precision);
    const struct trained_with before = {device, precision};
    if (own)
        r->options.precision = now->precision;
    if (option_is_set(now, OPTION_ID_device))
        memcpy(r->options.device, now->device, sizeof now->device);
    if (option_is_set(now, OPTION_ID_threads)) {
        r->options.threads = now->threads;
        r->options.source[OPTION_ID_threads] = SOURCE_RUN;
    }
    return train_load_torch(t, &r->options, own ? NULL : &before, err);
}

static bool has_file(const struct trainer *t, const char *name)
{
    char *path = run_path(&t->run, name);
    bool there = path_exists(path);
    free(path);
    return there;
}

/* Without it a run that has weights would begin anew over its own results; one that could save nothing has nothing to lose. */
static enum err_code check_checkpoint(const struct trainer *t, bool there, struct err *err)
{
    const struct record *r = &t->run.record;
    const char *weights = has_file(t, "best.safetensors") ? "best.safetensors" : has_file(t, "last.safetensors") ? "last.safetensors" : NULL;
    if (there || r->epochs_done == 0 || !weights)
        return ERR_OK;
    struct str command = STR_INIT;
    char *path = run_path(&t->run, weights);
    str_add(&command, "flowerlab train ");
    str_add_shell(&command, r->data);
    str_printf(&command, " --model %s --weights ", r->model);
    str_add_shell(&command, path);
    err_set(err, ERR_NOT_FOUND, "%s: %d epoch%s done, but the checkpoint last.ckpt is missing", t->run.folder, r->epochs_done,
            r->epochs_done == 1 ? " is" : "s are");
    err_hint(err, "a new run can begin from its weights: %s --head file", command.s);
    str_done(&command);
    free(path);
    return ERR_NOT_FOUND;
}

/* best.safetensors may be of an epoch behind the checkpoint's: the run was cut off between. recorded: the run.ini's best. */
static void know_best(struct trainer *t, const struct best *recorded)
{
    char *path = run_path(&t->run, "best.safetensors");
    struct best file;
    t->best_in_file = t->run.record.best;
    if (model_file_best(&file, path) && file.epoch != t->best_in_file.epoch)
        t->best_in_file = isnan(file.val_acc) && recorded->epoch == file.epoch ? *recorded : file;
    free(path);
    bool whole = has_file(t, "predictions.csv") && has_file(t, "confusion.csv");
    if (!whole && t->best_in_file.epoch == t->run.record.best.epoch)
        trainer_keep_tables(t);
}

/* An extension that no checkpoint knows yet: the run was cut off in the first epoch of it. */
static void keep_extension(struct recipe *of_checkpoint, const struct recipe *of_record)
{
    if (recipe_is_extension(of_record, of_checkpoint))
        *of_checkpoint = *of_record;
}

static enum err_code restore(struct trainer *t, bool there, struct err *err)
{
    struct record *r = &t->run.record;
    const struct recipe recipe = r->recipe;
    const struct best recorded = r->best;
    enum err_code code = ERR_OK;
    r->n_tape = 0;
    if (there)
        code = checkpoint_load(t, err);
    else
        run_cut_steps(&t->run, 0);
    if (code != ERR_OK)
        return code;
    train_choose_scale(t);
    keep_extension(&r->recipe, &recipe);
    r->best = there ? r->best : (struct best){.val_acc = NAN, .val_loss = NAN};
    know_best(t, &recorded);
    r->epochs_done = t->model.epoch = t->epoch;
    t->patience_counts = !str_eq(r->state, "done") && t->job->cmd.number <= 0;
    if (t->job->cmd.number > 0)
        code = trainer_extend(t, t->job->cmd.number, err);
    return code;
}

static enum err_code reload(struct trainer *t, struct err *err)
{
    bool there = has_file(t, "last.ckpt");
    enum err_code code = check_checkpoint(t, there, err);
    if (code == ERR_OK)
        code = reload_data(t, err);
    if (code == ERR_OK)
        code = reload_torch(t, err);
    if (code == ERR_OK)
        code = train_build_net(t, !there, err);
    if (code == ERR_OK)
        code = restore(t, there, err);
    /* Killed after its last checkpoint a run still lacks its last weights. */
    if (code == ERR_OK && t->epoch >= recipe_epochs(trainer_recipe(t)) && str_eq(t->run.record.state, "done")) {
        code = err_set(err, ERR_INVALID, "%s: %s %d epoch%s done", t->run.folder, t->epoch == 1 ? "its" : "all",
                       t->epoch, t->epoch == 1 ? " is" : "s are");
        err_hint(err, "add some: flowerlab resume %s --epochs +N", t->run.folder);
    }
    return code;
}

/* What the charts show of the sessions before. */
static void read_old_steps(struct trainer *t)
{
    t->old_steps = xcalloc(SNAP_STEPS, sizeof *t->old_steps);
    t->n_old_steps = run_read_steps(&t->run, t->old_steps, SNAP_STEPS);
}

static enum err_code write_restart(struct trainer *t, struct err *err)
{
    struct record *r = &t->run.record;
    run_describe(r, NULL);
    snprintf(r->state, sizeof r->state, "running");
    record_set(&r->note, "");
    enum err_code code = run_save_metrics(&t->run, err);
    if (code == ERR_OK)
        train_open_to_viewers(t);
    return code == ERR_OK ? run_save_record(&t->run, err) : code;
}

enum err_code job_resume(struct job *job, struct err *err)
{
    struct trainer t;
    trainer_init(&t, job);
    enum err_code code = run_open(&t.run, job->cmd.path, err);
    if (code != ERR_OK)
        return code;
    train_log_here(&t);
    const struct record *r = &t.run.record;
    show_begin(&t, r->data, r->mode, r->preset, r->model);
    code = reload(&t, err);
    if (code == ERR_OK) {
        read_old_steps(&t);
        code = write_restart(&t, err);
    }
    t.resumed = true;
    if (code == ERR_OK)
        code = train_prepared(&t, "going on", err);
    log_to_file(NULL);
    show_over(&t, err);
    trainer_done(&t);
    return code;
}
