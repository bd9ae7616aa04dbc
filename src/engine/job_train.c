/* The job that trains a new run, and what one that goes on needs too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/fresh.h"
#include "engine/scan.h"
#include "engine/serve.h"
#include "engine/torch.h"
#include "engine/trainer.h"
#include "nn/weights.h"

/* --- what both need ------------------------------------------------------------------------------------------ */

enum err_code train_load_torch(struct trainer *t, const struct options *o, const struct trained_with *before, struct err *err)
{
    const struct torch *torch;
    job_stage(t->job, "loading libtorch", 0);
    enum err_code code = torch_get(t->job->engine, option_is_set(o, OPTION_ID_threads) ? (int)o->threads : 0, &torch, err);
    if (code != ERR_OK)
        return code;
    t->fl = torch->fl;
    show_seconds(t, offsetof(struct train_view, s_libtorch), torch->seconds);
    code = model_device(&t->model, t->fl, o->device, option_row(OPTION_ID_precision)->choices[o->precision], before, err);
    struct record *r = &t->run.record;
    if (code != ERR_OK || !t->run.folder)
        return code;
    snprintf(r->device, sizeof r->device, "%s", t->model.device.name);
    snprintf(r->device_title, sizeof r->device_title, "%s", t->model.device.title);
    snprintf(r->precision, sizeof r->precision, "%s", precision_name(t->model.precision));
    snprintf(r->torch, sizeof r->torch, "%s", t->fl->torch_version);
    r->threads = torch->n_threads;
    return ERR_OK;
}

/* The scan's result for the client, before it is known whether it will do. */
static void show_dataset(struct trainer *t)
{
    struct str bytes = STR_INIT;
    block_dataset(&bytes, t->ds, false);
    const struct block *block = block_new(BLOCK_DATASET, &bytes);
    struct snapshot *snap = snapshot_begin(t->job->engine);
    snap->train.dataset = block_store_add(&t->job->engine->blocks, block);
    snapshot_end(t->job->engine);
}

enum err_code train_load_data(struct trainer *t, const char *root, const struct options *o, struct err *err)
{
    double began = clock_now();
    enum err_code code = scan_dataset(&t->ds, t->job, root, o, POOL_TRAINING, err);
    if (code == ERR_OK) {
        show_dataset(t);
        code = dataset_check(t->ds, err);
    }
    SHOW_SECONDS(t, s_scan, began);
    return code;
}

/* Weight of a class in the loss: pictures / (classes * pictures of the class). */
static void make_class_weights(struct trainer *t)
{
    if (!trainer_recipe(t)->class_weights)
        return;
    size_t k = t->ds->n_classes;
    int64_t *counts = xcalloc(k, sizeof *counts);
    split_counts(&t->split, t->ds, PART_TRAIN, counts);
    t->class_weights = xcalloc(k, sizeof *t->class_weights);
    for (size_t c = 0; c < k; c++) {
        if (counts[c] > 0)
            t->class_weights[c] = (float)((double)t->split.n_train / ((double)k * (double)counts[c]));
    }
    free(counts);
}

static enum err_code load_weights(struct trainer *t, const char *path, bool want_head, struct err *err)
{
    struct weight_file *file;
    struct weight_match match;
    enum err_code code = weights_open(&file, path, err);
    if (code != ERR_OK)
        return code;
    code = weights_match(&match, file, net_graph(t->model.net), want_head, err);
    if (code == ERR_OK) {
        if (want_head && match.head_fresh && match.head_classes == 0)
            code = err_set(err, ERR_INVALID, "head = file: the file has no head");
        else if (want_head && match.head_fresh)
            code = err_set(err, ERR_INVALID, "head = file: the file's head is for %lld classes, the data set has %d",
                           (long long)match.head_classes, t->model.n_classes);
        else
            code = net_load(t->model.net, file, &match, err);
        record_set(&t->run.record.match, match.text);
        weight_match_done(&match);
    }
    weights_close(file);
    return code == ERR_OK || !err || strstr(err->message, path) ? code : err_prefix(err, "%s", path);
}

enum err_code train_build_net(struct trainer *t, bool first_values, struct err *err)
{
    struct record *r = &t->run.record;
    const struct arch *arch = arch_named(r->model, err);
    if (!arch)
        return ERR_INVALID;
    double began = clock_now();
    t->model.prep = settings_prep(&r->recipe);
    enum err_code code = model_new(&t->model, arch, r->classes, r->n_classes, err);
    if (code == ERR_OK)
        code = net_init(t->model.net, (uint64_t)r->options.seed, 0, err);
    if (first_values)
        record_set(&r->match, "fresh weights");
    if (code == ERR_OK && first_values && r->weights[0])
        code = load_weights(t, r->weights, r->options.head == 1, err);
    if (code == ERR_OK && recipe_averages(&r->recipe))
        code = average_init(&t->average, t->model.net, t->fl, err);
    if (code == ERR_OK && recipe_keeps_start(&r->recipe))
        code = blend_init(&t->blend, t->model.net, err);
    SHOW_SECONDS(t, s_weights, began);
    return code;
}

/* Classes of too few pictures, all of them in the log, the first one in *first. */
static void warn_of_classes(const struct trainer *t, struct str *first)
{
    struct str warnings = STR_INIT;
    size_t n = 0;
    split_warnings(&warnings, &t->split, t->ds);
    for (char *rest = warnings.s, *line; rest && *rest; n++) {
        line = strsep(&rest, "\n");
        log_line(LOG_WARN, "%s", line);
        if (n == 0)
            str_printf(first, "; %s", line);
    }
    if (n > 1)
        str_printf(first, "; %zu more in log.txt", n - 1);
    str_done(&warnings);
}

static void announce(struct trainer *t, const char *how)
{
    const struct record *r = &t->run.record;
    struct str warning = STR_INIT;
    log_line(LOG_INFO, "%s in %s", how, t->run.folder);
    log_line(LOG_INFO, "data %s: %zu training, %zu validation pictures, %d classes", r->data, t->split.n_train,
             t->split.n_val, r->n_classes);
    log_line(LOG_INFO, "%s on %s (%s), %s, %d threads, libtorch %s", r->model, r->device, r->device_title, r->precision,
             r->threads, r->torch);
    log_line(LOG_INFO, "weights: %s%s%s", r->match, r->weights[0] ? " from " : "", r->weights);
    if (t->split_warning[0]) {
        log_line(LOG_WARN, "%s", t->split_warning);
        str_printf(&warning, "; %s", t->split_warning);
    }
    if (t->model.device_warning[0] && t->model.device.index < 0) {
        log_line(LOG_WARN, "no GPU is used: %s", t->model.device_warning);
        str_printf(&warning, "; no GPU: %s", t->model.device_warning);
    }
    warn_of_classes(t, &warning);
    job_announce(t->job, "%s on %s, %s: %s%s", r->model, r->device, r->precision, r->match, warning.s ? warning.s : "");
    str_done(&warning);
}

void train_log_here(struct trainer *t)
{
    char *path = run_path(&t->run, "log.txt");
    log_to_file(path);
    free(path);
}

/* --- viewers ------------------------------------------------------------------------------------------------- */

/* From now on "attach" finds the run. Without it the run goes on all the same. */
void train_open_to_viewers(struct trainer *t)
{
    struct engine *e = t->job->engine;
    struct err err = {0};
    char *path = NULL;
    if (server_open(&e->server, t->job, t->run.folder, &path, &err) == ERR_OK)
        record_set(&t->run.record.socket, path);
    else
        log_line(LOG_WARN, "nobody can attach to the run: %s", err.message);
    free(path);
}

void trainer_init(struct trainer *t, struct job *job)
{
    memset(t, 0, sizeof *t);
    t->job = job;
    t->phase = -1;
    t->parts = 1;
    t->rate = t->scale = 1;
}

/* --- a new run ----------------------------------------------------------------------------------------------- */

enum err_code train_choose_weights(const struct options *o, const struct arch *arch, enum mode *mode, char **path, struct err *err)
{
    *path = NULL;
    if (!mode_needs_weights(*mode))
        return ERR_OK;
    enum err_code code = weights_find(path, o->weights, arch, err);
    if (code != ERR_NOT_FOUND || o->weights[0] || option_is_set(o, OPTION_ID_mode))
        return code;
    log_line(LOG_WARN, "%s; training from scratch", err ? err->message : "no weights found");
    err_clear(err);
    *mode = MODE_SCRATCH;
    return ERR_OK;
}

void train_warn_of_missing(struct trainer *t, size_t missing, const char *split)
{
    if (missing)
        snprintf(t->split_warning, sizeof t->split_warning, "%zu picture%s of %.80s %s not usable here", missing,
                 missing == 1 ? "" : "s", split, missing == 1 ? "is" : "are");
}

enum err_code train_split(struct trainer *t, const struct options *o, struct err *err)
{
    size_t missing = 0;
    enum err_code code;
    if (str_eq(o->split, "folders") || (str_eq(o->split, "auto") && t->ds->given_parts)) {
        code = split_folders(&t->split, t->ds, err);
    } else if (str_eq(o->split, "random") || str_eq(o->split, "auto")) {
        code = split_random(&t->split, t->ds, o->val_share, (uint64_t)o->seed, err);
    } else {
        char *path = path_expand(o->split);
        code = split_read(&t->split, t->ds, path, &missing, err);
        free(path);
    }
    train_warn_of_missing(t, missing, o->split);
    if (code == ERR_OK && (t->split.n_val == 0 || t->split.n_train == 0)) {
        code = err_set(err, ERR_INVALID, "no picture is left for %s", t->split.n_val ? "training" : "validation");
        err_hint(err, "add pictures: a class needs two or more to be in both parts");
    }
    return code;
}

/* With the command of this run alone, however it was asked for: among others of a queue, or on the screen. A folder that was named is
 * taken now. */
static void describe_run(struct record *r, const struct options *o, const char *root)
{
    struct options again = *o;
    struct str command = STR_INIT;
    option_unset(&again, OPTION_ID_run);
    options_command(&command, &again, "train", root);
    run_describe(r, command.s);
    str_done(&command);
}

static void fill_record(struct trainer *t, const struct options *o, enum mode mode, const struct arch *arch,
                        const char *weights)
{
    struct record *r = &t->run.record;
    char **names = xcalloc(t->ds->n_classes, sizeof *names);
    for (size_t k = 0; k < t->ds->n_classes; k++)
        names[k] = t->ds->classes[k].name;
    record_classes(r, names, (int)t->ds->n_classes);
    free(names);
    describe_run(r, o, t->ds->root);
    snprintf(r->state, sizeof r->state, "running");
    snprintf(r->mode, sizeof r->mode, "%s", mode_name(mode));
    snprintf(r->preset, sizeof r->preset, "%s", preset_name((enum preset)o->preset));
    snprintf(r->model, sizeof r->model, "%s", arch->name);
    record_set(&r->data, t->ds->root);
    r->fingerprint = t->ds->fingerprint;
    if (weights) {
        char *absolute = path_absolute(weights);
        record_set(&r->weights, absolute);
        free(absolute);
    }
}

/* run.ini comes last: where it is, the run can be resumed. */
static enum err_code write_start(struct trainer *t, struct err *err)
{
    struct str text = STR_INIT;
    split_text(&text, &t->split, t->ds);
    enum err_code code = run_write(&t->run, "split.csv", &text, err);
    str_done(&text);
    if (code == ERR_OK)
        code = run_save_metrics(&t->run, err);
    if (code == ERR_OK)
        train_open_to_viewers(t);
    return code == ERR_OK ? run_save_record(&t->run, err) : code;
}

void train_choose_scale(struct trainer *t)
{
    if (t->model.precision != FL_AUTOCAST_FP16)
        t->scale = 1;
    else if (t->scale == 1)
        t->scale = TRAINER_SCALE_START;
}

static enum err_code prepare(struct trainer *t, const char *root, const struct options *o, enum mode mode,
                             const struct arch *arch, const char *weights, struct err *err)
{
    struct recipe recipe;
    enum err_code code = settings_recipe(&recipe, o, mode, err);
    if (code == ERR_OK)
        code = train_load_data(t, root, o, err);
    if (code == ERR_OK)
        code = train_split(t, o, err);
    if (code == ERR_OK)
        code = run_create(&t->run, o, mode_name(mode), arch->name, err);
    if (code != ERR_OK)
        return code;
    t->run.record.recipe = recipe;
    fill_record(t, o, mode, arch, weights);
    code = train_load_torch(t, o, NULL, err);
    if (code == ERR_OK)
        code = train_build_net(t, true, err);
    return code;
}

enum err_code train_prepared(struct trainer *t, const char *how, struct err *err)
{
    make_class_weights(t);
    train_log_here(t);
    announce(t, how);
    enum err_code code = trainer_run(t, err);
    log_to_file(NULL);
    return code;
}

enum err_code train_fresh(struct job *job, const char *root, const struct options *o, char **folder, struct err *err)
{
    const struct arch *arch = arch_named(o->model, err);
    enum mode mode = (enum mode)o->mode;
    char *weights = NULL;
    struct trainer t;
    if (!arch)
        return ERR_INVALID;
    enum err_code code = train_choose_weights(o, arch, &mode, &weights, err);
    if (code != ERR_OK)
        return code;
    trainer_init(&t, job);
    show_begin(&t, root, mode_name(mode), preset_name((enum preset)o->preset), arch->name);
    code = prepare(&t, root, o, mode, arch, weights, err);
    train_choose_scale(&t);
    if (code == ERR_OK)
        code = write_start(&t, err);
    else if (t.run.folder)
        run_discard(&t.run);
    if (code == ERR_OK) {
        if (folder)
            *folder = xstrdup(t.run.folder);
        code = train_prepared(&t, mode_needs_weights(mode) || o->mode == MODE_SCRATCH ? "new run" : "new run from scratch (no weights found)", err);
    }
    show_over(&t, err);
    trainer_done(&t);
    free(weights);
    return code;
}

enum err_code job_train(struct job *job, struct err *err)
{
    char *root = path_expand(job->cmd.path);
    enum err_code code = train_fresh(job, root, job->cmd.options, NULL, err);
    free(root);
    return code;
}
