/* Features: what frozen blocks give for fixed input, computed once, kept in memory for the run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* Numbers that the first block that trains gets for a picture. */
static size_t row_width(const struct trainer *t)
{
    return (size_t)graph_cut_size(net_graph(t->model.net), t->model.prep.size, t->first_trained - 1, NULL);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A GPU keeps a quarter of its memory for them at most, as the host does, and a third of what others have left of it: the net needs the rest. */
static uint64_t room(const struct trainer *t)
{
    uint64_t host = settings_cache(&t->run.record.options);
    const struct fl_device_info *device = &t->model.device;
    return device->index < 0 ? host : least(host, least(device->memory_total / 4, device->memory_free / 3));
}

bool features_apply(const struct trainer *t)
{
    const struct phase *phase = trainer_phase_now(t);
    const struct augment_spec *a = &phase->augment;
    bool fixed = !a->flip && !a->crop && a->jitter == 0;
    if (t->first_trained == 0 || t->no_features || phase->bn == BN_BATCH || !fixed)
        return false;
    uint64_t rows = t->split.n_train + t->split.n_val * (uint64_t)t->model.prep.views;
    return rows * row_width(t) * sizeof(float) <= room(t);
}

void features_done(struct features *f, const struct fl_table *fl)
{
    fl->tensor_free(f->x);
    free(f->files);
    free(f->labels);
    memset(f, 0, sizeof *f);
}

static int part_of(const struct features *f, const struct trainer *t)
{
    return f == &t->val_features ? UNREAD_VAL : UNREAD_TRAIN;
}

static enum err_code add_batch(struct features *f, struct trainer *t, const struct batch *batch, float *values,
                               struct err *err)
{
    trainer_unread(t, part_of(f, t), batch);
    if (batch->n == 0)
        return ERR_OK;
    size_t width = row_width(t), views = (size_t)f->views;
    enum err_code code = model_features(&t->model, t->first_trained, (int)width, batch->rgb, (size_t)batch->n * views,
                                        values + f->n * views * width, err);
    for (int i = 0; code == ERR_OK && i < batch->n; i++, f->n++) {
        f->files[f->n] = batch->items[i].file;
        f->labels[f->n] = batch->items[i].label;
    }
    return code;
}

static enum err_code collect(struct features *f, struct trainer *t, struct loader *loader, float *values,
                             struct err *err)
{
    const struct batch *batch;
    for (;;) {
        enum err_code code = trainer_steer(t, err);
        if (code == ERR_OK)
            code = loader_next(loader, &batch, NULL, err);
        if (code != ERR_OK || !batch)
            return code;
        code = add_batch(f, t, batch, values, err);
        if (code != ERR_OK)
            return code;
        job_progress(t->job, f->n + t->train_features.n * (f != &t->train_features), t->split.n_train + t->split.n_val, 0);
    }
}

enum err_code features_compute(struct features *f, struct trainer *t, struct loader *loader, const uint32_t *files,
                               size_t n, int views, struct err *err)
{
    size_t width = row_width(t) * (size_t)views;
    float *values = xcalloc(n ? n : 1, width * sizeof *values);
    *f = (struct features){.from = t->first_trained, .views = views, .files = xcalloc(n ? n : 1, sizeof *f->files), .labels = xcalloc(n ? n : 1, sizeof *f->labels)};
    loader_start(loader, files, n, 0);
    enum err_code code = collect(f, t, loader, values, err);
    trainer_tell_unread(t, part_of(f, t));
    int64_t dims[4] = {(int64_t)f->n * views};
    int n_dims = 1 + graph_cut_dims(net_graph(t->model.net), t->model.prep.size, f->from - 1, dims + 1);
    if (code == ERR_OK)
        code = t->fl->tensor_new(&f->x, FL_F32, n_dims, dims, values, f->n * width * sizeof *values, err);
    free(values);
    if (code != ERR_OK)
        features_done(f, t->fl);
    return code;
}

/* --- a baseline ---------------------------------------------------------------------------------------------- */

#define CHUNK 4096 /* rows at once */

/* Rows first .. first + n - 1 into out. */
static enum err_code read_rows(const struct features *f, const struct fl_table *fl, size_t first, size_t n, float *out,
                               size_t width, struct err *err)
{
    int64_t index[CHUNK];
    fl_tensor *rows;
    for (size_t i = 0; i < n; i++)
        index[i] = (int64_t)(first + i);
    fl_scope *scope = fl->scope_new();
    enum err_code code = fl->tensor_rows(&rows, f->x, index, n, scope, err);
    if (code == ERR_OK)
        code = fl->tensor_read(rows, out, n * width * sizeof *out, err);
    fl->scope_close(scope);
    return code;
}

/* Means of the classes into mean [k, width], -|mean|^2 / 2 into bias [k]: the nearest mean has the largest mean x + bias. A class without
 * pictures is far away. */
static enum err_code class_means(const struct trainer *t, float *mean, float *bias, size_t k, size_t width,
                                 struct err *err)
{
    const struct features *f = &t->train_features;
    double *sum = xcalloc(k * width, sizeof *sum);
    size_t *count = xcalloc(k, sizeof *count);
    float *rows = xmalloc(CHUNK * width * sizeof *rows);
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < f->n; i += CHUNK) {
        size_t n = f->n - i < CHUNK ? f->n - i : CHUNK;
        code = read_rows(f, t->fl, i, n, rows, width, err);
        for (size_t j = 0; code == ERR_OK && j < n; j++) {
            size_t c = (size_t)f->labels[i + j];
            count[c]++;
            for (size_t d = 0; d < width; d++)
                sum[c * width + d] += (double)rows[j * width + d];
        }
    }
    for (size_t c = 0; c < k; c++) {
        double square = 0;
        for (size_t d = 0; count[c] && d < width; d++) {
            double m = sum[c * width + d] / (double)count[c];
            mean[c * width + d] = (float)m;
            square += m * m;
        }
        bias[c] = count[c] ? (float)(-square / 2) : -1e30f;
    }
    free(sum);
    free(count);
    free(rows);
    return code;
}

/* scores [n, views, k]; those of a picture's views are summed into the first. */
static size_t count_right(float *scores, const int64_t *labels, size_t n, size_t views, size_t k)
{
    size_t right = 0;
    for (size_t i = 0; i < n; i++) {
        float *sum = scores + i * views * k;
        for (size_t j = k; j < views * k; j++)
            sum[j % k] += sum[j];
        right += score_argmax(sum, (int)k) == labels[i];
    }
    return right;
}

/* pictures from first on. */
static enum err_code score_pictures(size_t *right, const struct trainer *t, const fl_tensor *mean, const fl_tensor *bias,
                                    size_t first, size_t pictures, struct err *err)
{
    const struct features *f = &t->val_features;
    const struct fl_table *fl = t->fl;
    size_t k = (size_t)t->model.n_classes, views = (size_t)f->views, n = pictures * views;
    int64_t index[CHUNK];
    for (size_t i = 0; i < n; i++)
        index[i] = (int64_t)(first * views + i);
    float *scores = xmalloc(n * k * sizeof *scores);
    fl_tensor *rows, *out;
    fl_scope *scope = fl->scope_new();
    enum err_code code = fl->tensor_rows(&rows, f->x, index, n, scope, err);
    if (code == ERR_OK)
        code = fl->linear(&out, rows, mean, bias, scope, err);
    if (code == ERR_OK)
        code = fl->tensor_read(out, scores, n * k * sizeof *scores, err);
    fl->scope_close(scope);
    if (code == ERR_OK)
        *right += count_right(scores, f->labels + first, pictures, views, k);
    free(scores);
    return code;
}

enum err_code features_nearest_mean(double *share, const struct trainer *t, struct err *err)
{
    const struct fl_table *fl = t->fl;
    int64_t dims[8] = {0};
    fl->tensor_dims(t->train_features.x, dims);
    size_t k = (size_t)t->model.n_classes, width = (size_t)dims[1], right = 0;
    float *mean = xcalloc(k * width, sizeof *mean), *bias = xcalloc(k, sizeof *bias);
    fl_tensor *w = NULL, *b = NULL;
    fl->grad_enable(false);
    enum err_code code = class_means(t, mean, bias, k, width, err);
    if (code == ERR_OK)
        code = fl->tensor_new(&w, FL_F32, 2, (int64_t[]){(int64_t)k, (int64_t)width}, mean, k * width * sizeof *mean, err);
    if (code == ERR_OK)
        code = fl->tensor_new(&b, FL_F32, 1, (int64_t[]){(int64_t)k}, bias, k * sizeof *bias, err);
    size_t n = t->val_features.n, step = CHUNK / (size_t)t->val_features.views;
    for (size_t i = 0; code == ERR_OK && i < n; i += step)
        code = score_pictures(&right, t, w, b, i, n - i < step ? n - i : step, err);
    fl->grad_enable(true);
    fl->tensor_free(w);
    fl->tensor_free(b);
    free(mean);
    free(bias);
    if (code == ERR_OK && n)
        *share = (double)right / (double)n;
    return code;
}
