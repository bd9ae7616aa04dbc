/* A dry run: what a run would take, from a step or two of each phase on real pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/fresh.h"
#include "nn/weights.h"

#define LIMIT 20.0 /* seconds, when the command says none */

struct dry {
    struct trainer *t;
    uint32_t *files; /* of the batches that are tried, spread over the data set */
    size_t n_files;
    double deadline;
    double seconds;  /* of the run so far */
    int steps, images;
    double measured; /* seconds that these took */
    char note[80];   /* what else there is to say; "" nothing */
    int features_from; /* block whose input was counted as computed once; 0 none */
};

static enum err_code list_files(struct dry *d, const char *root, const struct options *o, struct err *err)
{
    struct trainer *t = d->t;
    struct scan_config config;
    settings_scan(&config, o);
    job_stage(t->job, "listing", 0);
    enum err_code code = dataset_list(&t->ds, root, &config, err);
    size_t n = code == ERR_OK ? dataset_used(t->ds) : 0, k = 0;
    if (code == ERR_OK)
        code = dataset_check(t->ds, err);
    if (code == ERR_OK)
        code = train_split(t, o, err);
    if (code != ERR_OK)
        return code;
    size_t batch = (size_t)t->run.record.recipe.batch_size, want = 2 * batch < n ? 2 * batch : n;
    d->files = xcalloc(want, sizeof *d->files);
    for (size_t i = 0; i < t->ds->n_files && d->n_files < want; i++) {
        if (t->ds->files[i].status == FILE_USED && k++ * want / n >= d->n_files)
            d->files[d->n_files++] = (uint32_t)i;
    }
    return ERR_OK;
}

/* Weights and recipe of the run. A weight file that is named must be one that the run could take; where none is found fresh weights take as long. */
static enum err_code choose_start(struct dry *d, const struct options *o, struct err *err)
{
    struct record *r = &d->t->run.record;
    const struct arch *arch = arch_named(o->model, err);
    enum mode mode = (enum mode)o->mode;
    char *path = NULL;
    enum err_code code = arch ? train_choose_weights(o, arch, &mode, &path, err) : ERR_INVALID;
    if (code == ERR_NOT_FOUND && !o->weights[0]) {
        snprintf(d->note, sizeof d->note, "no weights found, which the run will want");
        err_clear(err);
        code = ERR_OK;
    } else if (code == ERR_OK && (int64_t)mode != o->mode) {
        snprintf(d->note, sizeof d->note, "no weights found: from %s", mode_name(mode));
    }
    record_set(&r->weights, path ? path : "");
    free(path);
    return code == ERR_OK ? settings_recipe(&r->recipe, o, mode, err) : code;
}

/* The record as far as a network needs it. */
static void fill_record(struct trainer *t, const struct options *o)
{
    struct record *r = &t->run.record;
    char **names = xcalloc(t->ds->n_classes, sizeof *names);
    for (size_t k = 0; k < t->ds->n_classes; k++)
        names[k] = t->ds->classes[k].name;
    record_classes(r, names, (int)t->ds->n_classes);
    snprintf(r->model, sizeof r->model, "%.31s", o->model);
    free(names);
}

/* The time when the device has done all that it was asked to: a GPU is told more than it has done. What failed there is told here. */
static enum err_code clock_idle(const struct trainer *t, double *seconds, struct err *err)
{
    enum err_code code = t->fl->device_sync(err);
    *seconds = clock_now();
    return code;
}

/* Seconds a square of the pass up to block from; out: of from's width. */
static enum err_code time_pass(struct trainer *t, int from, size_t width, const struct batch *batch, float *out,
                               double *seconds, struct err *err)
{
    double began, ended;
    enum err_code code = clock_idle(t, &began, err);
    if (code == ERR_OK)
        code = model_features(&t->model, from, (int)width, batch->rgb, (size_t)batch->n, out, err);
    if (code == ERR_OK)
        code = clock_idle(t, &ended, err);
    if (code == ERR_OK)
        *seconds = (ended - began) / (double)batch->n;
    return code;
}

/* On a GPU the first pass also chooses algorithms and loads kernels: it is not timed. */
static enum err_code time_passes(struct dry *d, const struct batch *batch, struct speed *s, struct err *err)
{
    struct trainer *t = d->t;
    int from = t->first_trained, end = model_head_block(&t->model) + 1;
    size_t n = (size_t)batch->n, k = (size_t)t->model.n_classes;
    size_t width = from ? (size_t)graph_cut_size(net_graph(t->model.net), t->model.prep.size, from - 1, NULL) : 1;
    float *out = xmalloc(n * (width > k ? width : k) * sizeof *out);
    enum err_code code = ERR_OK;
    if (t->model.device.index >= 0)
        code = model_features(&t->model, end, (int)k, batch->rgb, n, out, err);
    if (code == ERR_OK)
        code = time_pass(t, end, k, batch, out, &s->forward, err);
    if (code == ERR_OK && from)
        code = time_pass(t, from, width, batch, out, &s->frozen, err);
    free(out);
    return code;
}

/* The second step counts where there is time for it: the first one also makes room. */
static enum err_code time_steps(struct dry *d, struct speed *s, struct err *err)
{
    struct trainer *t = d->t;
    const struct batch *batch;
    enum err_code code = ERR_OK;
    loader_start(t->train, d->files, d->n_files, 1);
    for (int i = 0; i < 2 && code == ERR_OK && (i == 0 || clock_now() < d->deadline); i++) {
        double began, ended;
        code = job_cancelled(t->job, err);
        if (code == ERR_OK)
            code = clock_idle(t, &began, err);
        if (code == ERR_OK)
            code = loader_next(t->train, &batch, NULL, err);
        if (code != ERR_OK || !batch || batch->n == 0)
            break;
        code = trainer_step(t, batch, err);
        if (code == ERR_OK)
            code = clock_idle(t, &ended, err);
        if (code != ERR_OK)
            break;
        s->step = (ended - began) / batch->n;
        d->steps++;
        d->images += batch->n;
        d->measured += ended - began;
        if (i == 0)
            code = time_passes(d, batch, s, err);
    }
    if (code == ERR_OK && s->step <= 0)
        code = err_set(err, ERR_INVALID, "none of the pictures tried can be decoded");
    return code;
}

double estimate_phase(int epochs, size_t n_train, size_t n_val, int views, const struct speed *s, enum features_use features)
{
    double train = (double)n_train, val = (double)n_val * views; /* squares */
    double step = s->step, forward = s->forward;
    double once = features == FEATURES_COMPUTED ? (train + val) * s->frozen : 0;
    if (features != FEATURES_NONE) {
        step = step > s->frozen ? step - s->frozen : 0;
        forward = forward > s->frozen ? forward - s->frozen : 0;
    }
    return once + epochs * (train * step + val * forward);
}

static void add_phase(struct dry *d, const struct phase *phase, const struct speed *s)
{
    const struct trainer *t = d->t;
    bool kept = features_apply(t), there = d->features_from == t->first_trained;
    d->seconds += estimate_phase(phase->epochs, t->split.n_train, t->split.n_val, t->model.prep.views, s,
                                 !kept ? FEATURES_NONE : there ? FEATURES_THERE : FEATURES_COMPUTED);
    if (kept)
        d->features_from = t->first_trained;
}

/* Weights three times (best, last, checkpoint), the optimiser's moments and the mean of the weights and the pretrained ones in the checkpoint. */
static uint64_t disk_bytes(const struct trainer *t)
{
    const struct recipe *r = &t->run.record.recipe;
    uint64_t params = (uint64_t)graph_params(net_graph(t->model.net), -1) * sizeof(float);
    int moments = 0;
    for (int i = 0; i < r->n_phases; i++) {
        int here = r->phases[i].optimizer != OPT_SGD ? 2 : r->phases[i].momentum > 0;
        moments = here > moments ? here : moments;
    }
    return params * (uint64_t)(3 + moments + recipe_averages(r) + recipe_keeps_start(r));
}

/* The most that the process had: of the GPU what libtorch took for tensors, or all that is in use there where it does not tell. */
static uint64_t memory_bytes(const struct trainer *t)
{
    if (t->model.device.index >= 0) {
        uint64_t peak = t->fl->device_peak(false);
        return peak ? peak : t->fl->device_memory();
    }
    struct rusage use;
    return getrusage(RUSAGE_SELF, &use) == 0 ? (uint64_t)use.ru_maxrss * 1024 : 0;
}

static void hand_over(const struct dry *d)
{
    const struct trainer *t = d->t;
    struct str text = STR_INIT, bytes = STR_INIT;
    str_printf(&text, "seconds\t%.3f\nmemory\t%" PRIu64 "\ndisk\t%" PRIu64 "\n", d->seconds, memory_bytes(t),
               disk_bytes(t));
    str_printf(&text, "basis\t%d step%s, %d pictures in %.1f s on %s\n", d->steps, d->steps == 1 ? "" : "s", d->images,
               d->measured, t->model.device.name);
    if (d->note[0])
        str_printf(&text, "note\t%s\n", d->note);
    block_text(&bytes, text.s);
    job_result(t->job, BLOCK_TEXT, &bytes);
    str_done(&text);
}

static enum err_code try_phases(struct dry *d, struct err *err)
{
    struct trainer *t = d->t;
    const struct recipe *r = &t->run.record.recipe;
    enum err_code code = ERR_OK;
    t->steps_in_epoch = trainer_steps_per_epoch(t);
    job_stage(t->job, "trying", (uint64_t)r->n_phases);
    for (int p = 0; code == ERR_OK && p < r->n_phases; p++) {
        struct speed s = {0};
        code = trainer_phase_dry(t, p, err);
        if (code == ERR_OK)
            code = time_steps(d, &s, err);
        if (code == ERR_OK)
            add_phase(d, &r->phases[p], &s);
        job_progress(t->job, (uint64_t)p + 1, (uint64_t)r->n_phases, 0);
    }
    return code;
}

enum err_code job_estimate(struct job *job, struct err *err)
{
    const struct options *o = job->cmd.options;
    struct trainer t;
    struct dry d = {.t = &t};
    char *root = path_expand(job->cmd.path);
    trainer_init(&t, job);
    record_init(&t.run.record);
    t.run.record.options = *o;
    enum err_code code = choose_start(&d, o, err);
    if (code == ERR_OK)
        code = list_files(&d, root, o, err);
    if (code == ERR_OK) {
        fill_record(&t, o);
        code = train_load_torch(&t, o, NULL, err);
    }
    if (code == ERR_OK && t.model.device.index >= 0) { /* what an earlier run left is not this one's */
        t.fl->empty_cache();
        t.fl->device_peak(true);
    }
    if (code == ERR_OK)
        code = train_build_net(&t, true, err);
    d.deadline = clock_now() + (job->cmd.number > 0 ? (double)job->cmd.number : LIMIT);
    if (code == ERR_OK)
        code = try_phases(&d, err);
    if (code == ERR_OK)
        hand_over(&d);
    free(d.files);
    free(root);
    record_done(&t.run.record);
    memset(&t.run.record, 0, sizeof t.run.record);
    trainer_done(&t);
    return code;
}
