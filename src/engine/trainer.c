/* The training loop over phases and epochs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

const struct phase *trainer_phase_now(const struct trainer *t)
{
    return &t->run.record.recipe.phases[t->phase];
}

struct recipe *trainer_recipe(struct trainer *t)
{
    return &t->run.record.recipe;
}

/* A leftover of one picture is folded into the batch before. */
int64_t trainer_steps_per_epoch(const struct trainer *t)
{
    int64_t n = (int64_t)(t->train_features.x ? t->train_features.n : t->split.n_train);
    int64_t batch = t->run.record.recipe.batch_size;
    int64_t steps = (n + batch - 1) / batch;
    return n % batch == 1 && steps > 1 ? steps - 1 : steps;
}

void trainer_done(struct trainer *t)
{
    loader_free(t->train);
    loader_free(t->val);
    if (t->fl) {
        features_done(&t->train_features, t->fl);
        features_done(&t->val_features, t->fl);
        t->fl->optim_free(t->optim);
    }
    anchor_done(&t->anchor);
    average_done(&t->average);
    blend_done(&t->blend);
    model_done(&t->model);
    split_done(&t->split);
    dataset_free(t->ds);
    run_done(&t->run);
    str_done(&t->best_result);
    model_copy_free(t->unsaved);
    free(t->class_weights);
    free(t->batch_stats);
    free(t->param);
    free(t->old_steps);
    memset(t, 0, sizeof *t);
}

/* --- a phase ------------------------------------------------------------------------------------------------- */

static enum err_code set_modes(struct trainer *t, const struct phase *ph, struct err *err)
{
    const struct graph *g = net_graph(t->model.net);
    t->first_trained = !ph->backbone_trains ? (int)g->n_blocks - 1 : *ph->from ? graph_block(g, ph->from) : 0;
    if (t->first_trained < 0) /* of a record that was written by hand, or of another version */
        return err_set(err, ERR_INVALID, "train-from: %s has no block %s", g->arch->name, ph->from);
    t->batch_stats = xrealloc(t->batch_stats, g->n_blocks, sizeof *t->batch_stats);
    for (int b = 0; b < (int)g->n_blocks; b++)
        t->batch_stats[b] = ph->bn == BN_BATCH || (ph->bn == BN_AUTO && b >= t->first_trained);
    net_train_from(t->model.net, t->first_trained);
    return ERR_OK;
}

static struct augment_limits limits_of(const struct augment_spec *a)
{
    return (struct augment_limits){.flip = a->flip, .crop = a->crop, .crop_min = a->crop_min, .jitter = a->jitter};
}

static bool same_limits(const struct augment_limits *a, const struct augment_limits *b)
{
    return a->flip == b->flip && a->crop == b->crop && a->crop_min == b->crop_min && a->jitter == b->jitter;
}

/* The room for decoded pictures is shared by the parts. */
static uint64_t room_for(const struct trainer *t, size_t n)
{
    return (uint64_t)((double)t->cache_bytes * (double)n / (double)(t->split.n_train + t->split.n_val));
}

/* The loader of a phase before is kept when it does the same: it has decoded squares in memory. */
static void make_loaders(struct trainer *t, const struct phase *ph)
{
    struct pool *pool = t->job->engine->pool;
    struct loader_config config = settings_loader(&t->model.prep, trainer_recipe(t)->batch_size, &t->run.record.options);
    struct augment_limits limits = limits_of(&ph->augment);
    if (!t->val) {
        struct loader_config views = settings_views_loader(&t->model.prep, trainer_recipe(t)->batch_size, &t->run.record.options);
        t->cache_bytes = settings_cache(&t->run.record.options);
        views.cache_bytes = room_for(t, t->split.n_val);
        t->val = loader_new(t->ds, pool, &views);
        loader_cancel_flag(t->val, &t->job->cancel);
    }
    if (t->train && same_limits(&t->augment, &limits))
        return;
    loader_free(t->train);
    config.augment = t->augment = limits;
    config.fold_last = true;
    config.cache_bytes = room_for(t, t->split.n_train);
    t->train = loader_new(t->ds, pool, &config);
    loader_cancel_flag(t->train, &t->job->cancel);
}

static int group_of(const struct tensor_spec *spec)
{
    return (int)spec->block * GROUPS_OF_BLOCK + (spec->role != ROLE_WEIGHT);
}

/* All parameters, frozen ones too: they have no gradient and are left alone. */
static enum err_code make_optimiser(struct trainer *t, const struct phase *ph, struct err *err)
{
    static const enum fl_optim_kind kinds[] = {[OPT_SGD] = FL_SGD, [OPT_ADAM] = FL_ADAM, [OPT_ADAMW] = FL_ADAMW};
    const struct graph *g = net_graph(t->model.net);
    fl_tensor **params = xcalloc(g->n_tensors, sizeof *params);
    int *group = xcalloc(g->n_tensors, sizeof *group);
    t->param = xrealloc(t->param, g->n_tensors, sizeof *t->param);
    t->n_params = 0;
    for (size_t i = 0; i < g->n_tensors; i++) {
        if (!tensor_is_parameter(&g->tensors[i]))
            continue;
        params[t->n_params] = net_tensor(t->model.net, i);
        group[t->n_params] = group_of(&g->tensors[i]);
        t->param[t->n_params++] = i;
    }
    struct fl_optim_config config = {.kind = kinds[ph->optimizer], .momentum = ph->momentum, .beta1 = 0.9,
                                     .beta2 = 0.999, .eps = 1e-8};
    t->fl->optim_free(t->optim);
    t->optim = NULL;
    enum err_code code = t->fl->optim_new(&t->optim, &config, params, group, t->n_params,
                                          (int)g->n_blocks * GROUPS_OF_BLOCK, err);
    free(params);
    free(group);
    return code;
}

static void drop_features(struct trainer *t)
{
    features_done(&t->train_features, t->fl);
    features_done(&t->val_features, t->fl);
}

static enum err_code compute_features(struct trainer *t, struct err *err)
{
    enum err_code code = features_compute(&t->train_features, t, t->train, t->split.train, t->split.n_train, 1, err);
    if (code == ERR_OK)
        code = features_compute(&t->val_features, t, t->val, t->split.val, t->split.n_val, t->model.prep.views, err);
    if (code == ERR_OK && t->first_trained == model_head_block(&t->model))
        code = features_nearest_mean(&t->run.record.nearest_mean, t, err);
    return code;
}

/* They save time and nothing else: without room for them the run goes on. */
static enum err_code do_without_features(struct trainer *t, struct err *err)
{
    drop_features(t);
    t->fl->empty_cache();
    t->no_features = true;
    err_clear(err);
    show_event(t, "memory: trains from pictures");
    log_line(LOG_WARN, "out of memory on %s: features of the pictures do not fit, the run trains from pictures",
             t->model.device.name);
    return ERR_OK;
}

static enum err_code make_features(struct trainer *t, struct err *err)
{
    if (t->train_features.x && t->train_features.from == t->first_trained)
        return ERR_OK;
    drop_features(t);
    job_stage(t->job, "features", t->split.n_train + t->split.n_val);
    double began = clock_now();
    enum err_code code = compute_features(t, err);
    double seconds = clock_now() - began;
    t->run.record.seconds += seconds;
    show_seconds(t, offsetof(struct train_view, s_features), seconds);
    if (code == ERR_DEVICE_MEMORY)
        return do_without_features(t, err);
    if (code == ERR_OK)
        log_line(LOG_INFO, "features of %zu pictures computed once in %.1f s; %s trains from them",
                 t->train_features.n + t->val_features.n, seconds,
                 net_graph(t->model.net)->blocks[t->first_trained].name);
    return code;
}

enum err_code trainer_optimiser(struct trainer *t, int p, struct err *err)
{
    t->phase = p;
    return make_optimiser(t, &trainer_recipe(t)->phases[p], err);
}

/* Whether phase p goes on with the optimiser there is. */
static bool keeps_optimiser(const struct trainer *t, int p)
{
    if (!t->optim || t->phase == p)
        return t->optim != NULL;
    const struct phase *now = &t->run.record.recipe.phases[p], *before = trainer_phase_now(t);
    return !now->fresh_optimizer && now->optimizer == before->optimizer && now->momentum == before->momentum;
}

enum err_code trainer_phase_dry(struct trainer *t, int p, struct err *err)
{
    const struct phase *ph = &trainer_recipe(t)->phases[p];
    enum err_code code = ERR_OK;
    if (!keeps_optimiser(t, p)) {
        code = make_optimiser(t, ph, err);
        t->average.steps = 0;
    }
    t->phase = p;
    if (code == ERR_OK)
        code = set_modes(t, ph, err);
    if (code != ERR_OK)
        return code;
    make_loaders(t, ph);
    return ERR_OK;
}

enum err_code trainer_phase(struct trainer *t, int p, struct err *err)
{
    enum err_code code = trainer_phase_dry(t, p, err);
    if (code != ERR_OK)
        return code;
    if (features_apply(t))
        return make_features(t, err);
    drop_features(t);
    return ERR_OK;
}

/* --- validation ---------------------------------------------------------------------------------------------- */

static const char *file_name(const struct trainer *t, uint32_t file)
{
    return t->ds->files[file].name;
}

static enum err_code validate_features(struct trainer *t, struct score *score, float *logits, struct err *err)
{
    const struct features *f = &t->val_features;
    size_t batch = (size_t)prep_batch(&t->model.prep, trainer_recipe(t)->batch_size);
    int k = t->model.n_classes;
    for (size_t i = 0; i < f->n; i += batch) {
        size_t n = f->n - i < batch ? f->n - i : batch;
        enum err_code code = model_rest(&t->model, f->from, f->x, i, n, logits, err);
        if (code != ERR_OK)
            return code;
        for (size_t j = 0; j < n; j++)
            score_add(score, file_name(t, f->files[i + j]), (int)f->labels[i + j], logits + j * (size_t)k);
    }
    return ERR_OK;
}

static enum err_code validate_pictures(struct trainer *t, struct score *score, float *logits, struct err *err)
{
    const struct batch *batch;
    uint64_t done = 0;
    loader_start(t->val, t->split.val, t->split.n_val, 0);
    for (;;) {
        enum err_code code = loader_next(t->val, &batch, NULL, err);
        if (code != ERR_OK || !batch)
            return code;
        trainer_unread(t, UNREAD_VAL, batch);
        if (batch->n > 0)
            code = model_logits(&t->model, batch->rgb, (size_t)batch->n, logits, err);
        for (int i = 0; code == ERR_OK && i < batch->n; i++)
            score_add(score, file_name(t, batch->items[i].file), batch->items[i].label,
                      logits + (size_t)i * (size_t)t->model.n_classes);
        job_progress(t->job, done += (uint64_t)batch->n, t->split.n_val, 0);
        if (code == ERR_OK)
            code = trainer_steer(t, err);
        if (code != ERR_OK)
            return code;
    }
}

static enum err_code swap_average(struct trainer *t, struct err *err)
{
    bool kept = t->phase >= 0 && trainer_phase_now(t)->average;
    return kept ? average_swap(&t->average, t->model.net, err) : ERR_OK;
}

enum err_code trainer_kept_in(struct trainer *t, struct err *err)
{
    double share = t->phase < 0 ? 0 : trainer_phase_now(t)->blend;
    enum err_code code = swap_average(t, err);
    return code == ERR_OK ? blend_in(&t->blend, t->model.net, share, err) : code;
}

enum err_code trainer_kept_out(struct trainer *t, struct err *err)
{
    enum err_code code = blend_out(&t->blend, t->model.net, err);
    return code == ERR_OK ? swap_average(t, err) : code;
}

enum err_code trainer_validate(struct trainer *t, struct score *score, struct err *err)
{
    score_init(score, t->model.n_classes);
    float *logits = xcalloc((size_t)(trainer_recipe(t)->batch_size + 2) * (size_t)t->model.n_classes, sizeof *logits);
    if (!t->val_features.x)
        job_stage(t->job, "validation", t->split.n_val);
    show_validating(t, true);
    enum err_code code = t->val_features.x ? validate_features(t, score, logits, err)
                                           : validate_pictures(t, score, logits, err);
    show_validating(t, false);
    if (!t->val_features.x)
        trainer_tell_unread(t, UNREAD_VAL);
    free(logits);
    return code;
}

/* --- an epoch from begin to end ------------------------------------------------------------------------------- */

static enum err_code not_finite(struct trainer *t, double v, struct err *err)
{
    err_set(err, ERR_INVALID, "validation loss is %s after epoch %d (step %" PRId64 ", rate %g)",
            isnan(v) ? "NaN" : "infinite", t->epoch + 1, t->step, t->lr_head);
    return err_hint(err, "lower the rate (lr); the checkpoint of epoch %d is untouched", t->epoch);
}

static enum err_code validate_and_close(struct trainer *t, struct err *err)
{
    struct score score;
    enum err_code code = trainer_kept_in(t, err);
    if (code == ERR_OK)
        code = trainer_validate(t, &score, err);
    else
        score_init(&score, t->model.n_classes);
    double loss = tally_loss(&score.tally);
    if (code == ERR_OK && score.tally.n > 0 && !isfinite(loss))
        code = not_finite(t, loss, err);
    if (code == ERR_OK)
        code = trainer_close_epoch(t, &score, err);
    score_done(&score);
    return code;
}

static bool out_of_patience(const struct trainer *t)
{
    int patience = t->run.record.recipe.patience;
    return patience > 0 && t->run.record.best.epoch > 0 && t->epoch - t->run.record.best.epoch >= patience;
}

static enum err_code one_epoch(struct trainer *t, struct err *err)
{
    int p = recipe_phase_of(trainer_recipe(t), t->epoch + 1, NULL);
    enum err_code code = ERR_OK;
    if (p != t->phase || !t->train) {
        code = trainer_phase(t, p, err);
        show_run(t);
    }
    /* Dropout draws from libtorch's generator: seeded here, an epoch repeats exactly. */
    struct rng key = rng_at((uint64_t)t->run.record.options.seed, RNG_ORDER, (uint64_t)(t->epoch + 1), 1);
    t->fl->seed(rng_u64(&key));
    if (code == ERR_OK)
        code = trainer_train_epoch(t, err);
    if (code == ERR_OK)
        code = validate_and_close(t, err);
    return code;
}

/* --- the run ------------------------------------------------------------------------------------------------- */

/* The last chance of a best epoch whose weights could not be written. Lost, the record names the one in the file. */
static void save_best_or_tell(struct trainer *t)
{
    struct record *r = &t->run.record;
    if (!t->unsaved || trainer_save_best(t, NULL) == ERR_OK || !t->unsaved)
        return;
    char text[40];
    snprintf(text, sizeof text, "best epoch %d is lost", r->best.epoch);
    show_event(t, text);
    log_line(LOG_ERROR, "the weights of epoch %d, the best with %.1f %% right, could not be saved and are lost", r->best.epoch,
             100 * r->best.val_acc);
    r->best = t->best_in_file;
    str_clear(&t->best_result);
}

static void set_end(struct trainer *t, const char *state, const char *note)
{
    struct record *r = &t->run.record;
    snprintf(r->state, sizeof r->state, "%s", state);
    record_set(&r->note, note);
    r->pid = 0;
    record_set(&r->socket, "");
    run_flush_steps(&t->run);
    save_best_or_tell(t);
    trainer_own_best(t);
    if (!t->unsaved && run_flush_result(&t->run, NULL) != ERR_OK)
        log_line(LOG_ERROR, "%s: predictions.csv or confusion.csv could not be saved; resume writes them", t->run.folder);
    if (run_save_record(&t->run, NULL) != ERR_OK)
        log_line(LOG_ERROR, "%s: run.ini could not be saved", t->run.folder);
    show_end(t, note);
    log_line(LOG_INFO, "%s: %s", state, note);
}

static enum err_code finish(struct trainer *t, const char *note, struct err *err)
{
    struct err late = {0};
    enum err_code saved = t->save_failed ? trainer_save(t, &late) : ERR_OK;
    char *path = run_path(&t->run, "last.safetensors");
    enum err_code code = trainer_kept_in(t, err); /* what was validated is what is handed out */
    if (code == ERR_OK)
        code = model_save(&t->model, path, err);
    free(path);
    if (code == ERR_OK && saved != ERR_OK) {
        code = saved;
        *err = late;
    }
    if (code == ERR_OK && t->stop == STOP_AFTER_EPOCH)
        code = err_set(err, ERR_CANCELLED, "%s", note);
    return code;
}

static void say_result(struct trainer *t, const char *note)
{
    const struct best *best = &t->run.record.best;
    if (best->epoch > 0)
        job_say(t->job, "%s; best epoch %d with %.1f %% of the validation pictures right", note, best->epoch,
                100 * best->val_acc);
    else
        job_say(t->job, "%s", note);
    if (t->best_result.len == 0)
        return;
    struct str copy = STR_INIT;
    str_add_n(&copy, t->best_result.s, t->best_result.len);
    job_result(t->job, BLOCK_RESULT, &copy);
}

static enum err_code train_on(struct trainer *t, char note[128], struct err *err)
{
    enum err_code code = ERR_OK;
    bool patient = !(t->patience_counts && out_of_patience(t));
    while (code == ERR_OK && t->stop == GO_ON && patient && t->epoch < recipe_epochs(trainer_recipe(t))) {
        code = one_epoch(t, err);
        patient = !out_of_patience(t);
    }
    if (t->stop == STOP_AFTER_EPOCH)
        snprintf(note, 128, "stopped by user after epoch %d", t->epoch);
    else if (!patient)
        snprintf(note, 128, "stopped: no better epoch in %d", trainer_recipe(t)->patience);
    else
        snprintf(note, 128, "done");
    return code == ERR_OK ? finish(t, note, err) : code;
}

enum err_code trainer_run(struct trainer *t, struct err *err)
{
    char note[128] = "";
    struct err own = {0};
    t->session_began = clock_now();
    if (!t->resumed)
        t->best_in_file = t->run.record.best;
    show_run(t);
    if (t->resumed)
        show_event(t, "resumed");
    enum err_code code = train_on(t, note, &own);
    if (code == ERR_OK) {
        set_end(t, "done", note);
    } else if (code == ERR_CANCELLED) {
        if (t->stop != STOP_AFTER_EPOCH)
            snprintf(note, sizeof note, "stopped by user in epoch %d", t->epoch + 1);
        set_end(t, "stopped", note);
        err_set(&own, code, "%s", note);
    } else {
        snprintf(note, sizeof note, "%.127s", own.message);
        set_end(t, "failed", note);
    }
    say_result(t, note);
    if (err)
        *err = own;
    return code;
}
