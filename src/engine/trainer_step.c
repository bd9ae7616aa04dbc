/* One optimiser step: forward, loss, check, backward, update. Batches that do not fit are computed in parts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/hooks.h"

#define SCALE_STEPS 2000 /* good steps before the scale is doubled, as in PyTorch's GradScaler */

/* What a step trains on: pictures, or rows of the features. */
struct work {
    const struct batch *batch; /* or NULL */
    const uint32_t *rows;
    int n;
    int64_t *labels;
    double *weight;            /* of each picture in the mean; sums to 1 */
};

/* --- forward ------------------------------------------------------------------------------------------------- */

static enum err_code input_pictures(struct trainer *t, const struct work *w, int first, int n, fl_tensor **x,
                                    fl_scope *scope, struct err *err)
{
    float mean[3], std[3];
    prep_norm(&t->model.prep, mean, std);
    int64_t size = t->model.prep.size;
    struct fl_pixel_op *ops = xcalloc((size_t)n, sizeof *ops);
    for (int i = 0; i < n; i++) {
        const struct augment_draw *d = &w->batch->items[first + i].draw;
        ops[i] = (struct fl_pixel_op){d->flip, d->brightness, d->contrast, d->saturation};
    }
    bool neutral = !t->augment.flip && t->augment.jitter == 0;
    const uint8_t *rgb = w->batch->rgb + (size_t)first * (size_t)(size * size * 3);
    enum err_code code = t->fl->pixels(x, rgb, n, size, size, neutral ? NULL : ops, mean, std, scope, err);
    free(ops);
    return code;
}

static enum err_code input_rows(struct trainer *t, const struct work *w, int first, int n, fl_tensor **x,
                                fl_scope *scope, struct err *err)
{
    int64_t *index = xcalloc((size_t)n, sizeof *index);
    for (int i = 0; i < n; i++)
        index[i] = w->rows[first + i];
    enum err_code code = t->fl->tensor_rows(x, t->train_features.x, index, (size_t)n, scope, err);
    free(index);
    return code;
}

/* The frozen part, without gradients; x becomes what the first block that trains gets. */
static enum err_code forward_frozen(struct trainer *t, fl_tensor **x, fl_scope *scope, struct err *err)
{
    bool batch = t->batch_stats[0];
    struct net_pass pass = {.from = 0, .to = t->first_trained - 1, .batch_stats = batch ? t->batch_stats : NULL, .fold = !batch};
    t->fl->grad_enable(false);
    enum err_code code = net_forward(t->model.net, x, *x, &pass, scope, err);
    t->fl->grad_enable(true);
    return code;
}

static enum err_code forward(struct trainer *t, const struct work *w, int first, int n, fl_tensor **logits,
                             fl_scope *scope, struct err *err)
{
    fl_tensor *x;
    enum err_code code = w->batch ? input_pictures(t, w, first, n, &x, scope, err)
                                  : input_rows(t, w, first, n, &x, scope, err);
    if (code == ERR_OK && w->batch && t->first_trained > 0)
        code = forward_frozen(t, &x, scope, err);
    struct net_pass pass = {.from = t->first_trained, .to = model_head_block(&t->model),
                            .batch_stats = t->batch_stats, .dropout = trainer_phase_now(t)->dropout};
    return code == ERR_OK ? net_forward(t->model.net, logits, x, &pass, scope, err) : code;
}

/* --- a part of a batch: forward, loss, backward -------------------------------------------------------------- */

static enum err_code not_finite(struct trainer *t, const char *what, double v, struct err *err)
{
    show_event(t, isnan(v) ? "NaN" : "infinite");
    err_set(err, ERR_INVALID, "%s is %s at step %" PRId64 " (epoch %d, rate %g)", what, isnan(v) ? "NaN" : "infinite",
            t->step + 1, t->epoch + 1, t->lr_head);
    return t->epoch > 0 ? err_hint(err, "lower the rate (lr); the checkpoint of epoch %d is untouched", t->epoch)
                        : err_hint(err, "lower the rate (lr), or look at the weights and the pictures");
}

static enum err_code count_right(struct trainer *t, const struct work *w, int first, int n, fl_tensor *logits,
                                 double loss, fl_scope *scope, struct err *err)
{
    fl_tensor *values;
    int k = t->model.n_classes;
    float *host = xcalloc((size_t)n * (size_t)k, sizeof *host);
    enum err_code code = t->fl->tensor_cast(&values, logits, FL_F32, scope, err);
    if (code == ERR_OK)
        code = t->fl->tensor_read(values, host, (size_t)n * (size_t)k * sizeof *host, err);
    int64_t right = 0;
    for (int i = 0; code == ERR_OK && i < n; i++)
        right += score_argmax(host + (size_t)i * (size_t)k, k) == w->labels[first + i];
    if (code == ERR_OK)
        tally_add(&t->tally, loss, right, n);
    free(host);
    return code;
}

static enum err_code run_part(struct trainer *t, const struct work *w, int first, int n, fl_scope *scope,
                              struct err *err)
{
    const struct fl_table *fl = t->fl;
    fl_tensor *logits, *loss;
    double value = NAN, share = n == w->n; /* of this part in the batch's mean */
    for (int i = 0; n < w->n && i < n; i++)
        share += w->weight[first + i];
    enum err_code code = hook_step ? hook_step(t->step + 1, n, err) : ERR_OK;
    fl->precision_set(t->model.precision);
    if (code == ERR_OK)
        code = forward(t, w, first, n, &logits, scope, err);
    if (code == ERR_OK)
        code = fl->cross_entropy(&loss, logits, w->labels + first, (size_t)n, t->class_weights,
                                 trainer_phase_now(t)->label_smoothing, scope, err);
    fl->precision_set(FL_FP32);
    if (code == ERR_OK)
        code = fl->tensor_item(loss, &value, err);
    if (code == ERR_OK && !isfinite(value))
        code = not_finite(t, "loss", value, err);
    /* a part's mean is one by class weights, which parts have in other shares than pictures */
    double counted = n == w->n ? value : value * share * w->n / n;
    if (code == ERR_OK)
        code = count_right(t, w, first, n, logits, counted, scope, err);
    return code == ERR_OK ? fl->backward(loss, t->scale * share, err) : code;
}

static enum err_code run_parts(struct trainer *t, const struct work *w, struct err *err)
{
    int size = (w->n + t->parts - 1) / t->parts;
    enum err_code code = ERR_OK;
    for (int first = 0; code == ERR_OK && first < w->n; first += size) {
        int n = w->n - first < size ? w->n - first : size;
        fl_scope *scope = t->fl->scope_new();
        code = run_part(t, w, first, n, scope, err);
        t->fl->scope_close(scope);
    }
    return code;
}

/* --- the update ---------------------------------------------------------------------------------------------- */

static double rate_of(const struct trainer *t, int block)
{
    const struct phase *ph = trainer_phase_now(t);
    int64_t per_epoch = t->steps_in_epoch;
    double highest = phase_lr(ph, block, (int)net_graph(t->model.net)->n_blocks);
    return t->rate * schedule_rate(&ph->schedule, highest, t->step_in_phase, per_epoch * ph->epochs, per_epoch);
}

static void set_rates(struct trainer *t)
{
    const struct phase *ph = trainer_phase_now(t);
    int head = model_head_block(&t->model);
    for (int b = 0; b <= head; b++) {
        int group = b * GROUPS_OF_BLOCK;
        double lr = rate_of(t, b);
        t->fl->optim_group(t->optim, group, lr, ph->weight_decay);
        t->fl->optim_group(t->optim, group + 1, lr, ph->decay_bn_bias ? ph->weight_decay : 0);
    }
    t->lr = rate_of(t, head - 1);
    t->lr_head = rate_of(t, head);
}

void trainer_adapt_scale(struct trainer *t, bool finite)
{
    t->good_steps = finite ? t->good_steps + 1 : 0;
    if (!finite)
        t->scale /= 2;
    else if (t->good_steps % SCALE_STEPS == 0)
        t->scale *= 2;
}

/* On a GPU the norm costs a stop of the pipeline, so only some steps look at it; the last of an epoch always does: broken weights
 * must not reach a checkpoint. */
static bool look_at_gradients(const struct trainer *t)
{
    bool last = (t->step_in_phase + 1) % t->steps_in_epoch == 0;
    return t->model.device.index < 0 || t->model.precision == FL_AUTOCAST_FP16 || last || t->step % 16 == 0;
}

/* Blocks of one rate go together: on a GPU every call costs its launches. */
static enum err_code pull_to_start(struct trainer *t, struct err *err)
{
    double decay = trainer_phase_now(t)->start_decay;
    int head = model_head_block(&t->model);
    enum err_code code = ERR_OK;
    if (decay <= 0)
        return ERR_OK;
    if (!t->anchor.n)
        code = anchor_init(&t->anchor, &t->blend, t->model.net, t->fl, err);
    for (int b = t->first_trained, end; code == ERR_OK && b < head; b = end) {
        double rate = rate_of(t, b);
        for (end = b + 1; end < head && rate_of(t, end) == rate;)
            end++;
        code = anchor_step(&t->anchor, t->model.net, b, end, decay * rate, err);
    }
    return code;
}

static enum err_code update(struct trainer *t, struct err *err)
{
    bool finite = true, scaled = t->model.precision == FL_AUTOCAST_FP16;
    t->grad_norm = NAN;
    if (look_at_gradients(t)) {
        enum err_code code = t->fl->grads_unscale(t->optim, t->scale, &finite, &t->grad_norm, err);
        if (code != ERR_OK)
            return code;
    }
    if (!finite && !scaled)
        return not_finite(t, "gradient", t->grad_norm, err);
    if (scaled)
        trainer_adapt_scale(t, finite);
    enum err_code code = finite ? t->fl->optim_step(t->optim, err) : ERR_OK;
    return finite && code == ERR_OK ? pull_to_start(t, err) : code;
}

/* --- the step ------------------------------------------------------------------------------------------------ */

static enum err_code smaller_parts(struct trainer *t, int n, struct err *err)
{
    t->fl->empty_cache();
    if (t->parts >= n) {
        err_set(err, ERR_DEVICE_MEMORY, "%s: one picture of %d x %d does not fit into the memory left",
                t->model.device.name, t->model.prep.size, t->model.prep.size);
        return err_hint(err, "smaller pictures (image-size) or a smaller model");
    }
    t->parts *= 2;
    char text[40];
    snprintf(text, sizeof text, "memory: batch in %d parts", t->parts);
    show_event(t, text);
    log_line(LOG_WARN, "out of memory on %s: the batch of %d is computed in %d parts from here on",
             t->model.device.name, n, t->parts);
    return ERR_OK;
}

/* A mean that an earlier phase began goes on; a new one leaves out the steps that have learnt too little yet. */
static enum err_code add_to_average(struct trainer *t, struct err *err)
{
    const struct phase *ph = trainer_phase_now(t);
    const struct recipe *r = trainer_recipe(t);
    double early = r->average_from * (double)(t->steps_in_epoch * ph->epochs);
    if (!ph->average || (t->average.steps == 0 && (double)t->step_in_phase < early))
        return ERR_OK;
    return average_step(&t->average, t->model.net, ph->bn == BN_BATCH ? 0 : t->first_trained, r->average_decay, err);
}

static enum err_code step(struct trainer *t, const struct work *w, struct err *err)
{
    struct tally before = t->tally;
    set_rates(t);
    enum err_code code;
    while ((code = run_parts(t, w, err)) == ERR_DEVICE_MEMORY) {
        t->fl->optim_zero_grad(t->optim);
        t->tally = before;
        code = smaller_parts(t, w->n, err);
        if (code != ERR_OK)
            return code;
    }
    if (code == ERR_OK)
        code = update(t, err);
    t->fl->optim_zero_grad(t->optim);
    if (code == ERR_OK)
        code = add_to_average(t, err);
    if (code == ERR_OK) {
        t->step++;
        t->step_in_phase++;
    }
    return code;
}

/* Each picture's share of the batch's mean loss: equal, or by its class. */
static void fill_weights(const struct trainer *t, struct work *w)
{
    double sum = 0;
    for (int i = 0; i < w->n; i++)
        sum += w->weight[i] = t->class_weights ? (double)t->class_weights[w->labels[i]] : 1;
    for (int i = 0; i < w->n; i++)
        w->weight[i] /= sum;
}

static enum err_code step_with(struct trainer *t, struct work *w, struct err *err)
{
    w->labels = xcalloc((size_t)w->n, sizeof *w->labels);
    w->weight = xcalloc((size_t)w->n, sizeof *w->weight);
    for (int i = 0; i < w->n; i++)
        w->labels[i] = w->batch ? w->batch->items[i].label : t->train_features.labels[w->rows[i]];
    fill_weights(t, w);
    enum err_code code = step(t, w, err);
    free(w->labels);
    free(w->weight);
    return code;
}

enum err_code trainer_step(struct trainer *t, const struct batch *batch, struct err *err)
{
    struct work w = {.batch = batch, .n = batch->n};
    return step_with(t, &w, err);
}

enum err_code trainer_step_rows(struct trainer *t, const uint32_t *rows, int n, struct err *err)
{
    struct work w = {.rows = rows, .n = n};
    return step_with(t, &w, err);
}
