/* Features of a frozen backbone on fixed input: computed once, kept in memory for the run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

bool features_apply(const struct trainer *t, const struct phase *phase)
{
    const struct augment_spec *a = &phase->augment;
    bool fixed = !a->flip && !a->crop && a->jitter == 0;
    uint64_t bytes = (uint64_t)(t->split.n_train + t->split.n_val) * (uint64_t)model_n_features(&t->model) * sizeof(float);
    uint64_t room = settings_loader(&t->model.prep, 1, &t->run.record.options).cache_bytes;
    return !phase->backbone_trains && phase->bn != BN_BATCH && fixed && bytes <= room;
}

void features_done(struct features *f, const struct fl_table *fl)
{
    fl->tensor_free(f->x);
    free(f->files);
    free(f->labels);
    memset(f, 0, sizeof *f);
}

static enum err_code add_batch(struct features *f, struct trainer *t, const struct batch *batch, float *values,
                               struct err *err)
{
    if (batch->n_failed)
        log_line(LOG_WARN, "features: %zu pictures left out, %s", batch->n_failed, batch->failed);
    if (batch->n == 0)
        return ERR_OK;
    size_t width = (size_t)model_n_features(&t->model);
    enum err_code code = model_features(&t->model, batch->rgb, (size_t)batch->n, values + f->n * width, err);
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
                               size_t n, struct err *err)
{
    size_t width = (size_t)model_n_features(&t->model);
    float *values = xcalloc(n ? n : 1, width * sizeof *values);
    *f = (struct features){.files = xcalloc(n ? n : 1, sizeof *f->files), .labels = xcalloc(n ? n : 1, sizeof *f->labels)};
    loader_start(loader, files, n, 0);
    enum err_code code = collect(f, t, loader, values, err);
    int64_t dims[2] = {(int64_t)f->n, (int64_t)width};
    if (code == ERR_OK)
        code = t->fl->tensor_new(&f->x, FL_F32, 2, dims, values, f->n * width * sizeof *values, err);
    free(values);
    if (code != ERR_OK)
        features_done(f, t->fl);
    return code;
}
