/* Samples: which files, and what the run said of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/samples_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/order.h"

/* --- predictions --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static bool is_here(const struct ui_model *model, const char *data)
{
    return *data && (str_eq(data, model->data) || str_eq(data, model->ds.root));
}

const struct result_view *samples_result(const struct samples_screen *s,
                                         const struct ui_model *model)
{
    if (s->stored.block && str_eq(s->stored.run, model->run) && is_here(model, model->run_data))
        return &s->stored.view;
    return model->result && model->snap && is_here(model, model->snap->train.data) ? &model->res
                                                                                   : NULL;
}

static void index_result(struct samples_screen *s, const struct ui_model *model)
{
    const struct result_view *result = samples_result(s, model);
    size_t n = result ? result->n : 0;
    uint64_t version =
        result == &s->stored.view ? 2 * s->stored.version + 1 : 2 * model->result_version;
    if (s->result_version == version && s->n_found == n)
        return;
    free(s->found);
    s->found = xcalloc(n, sizeof *s->found);
    s->n_found = n;
    s->result_version = version;
    for (size_t i = 0; i < n; i++)
        s->found[i] = (struct found){result_view_row(result, i).file, i};
    if (n)
        qsort(s->found, n, sizeof *s->found, by_name);
}

bool samples_prediction(const struct samples_screen *s, const struct ui_model *model,
                        const char *file, struct prediction_row *row)
{
    struct found wanted = {file, 0};
    const struct found *f =
        s->n_found ? bsearch(&wanted, s->found, s->n_found, sizeof *s->found, by_name) : NULL;
    if (!f)
        return false;
    *row = result_view_row(samples_result(s, model), f->row);
    return row->predicted >= 0;
}

/* --- which files --------------------------------------------------------------------------- */

/* What a draw may take. */
struct chooser {
    const struct samples_screen *s;
    const struct ui_model *model;
};

static bool let_through(const struct samples_screen *s, const struct ds_view *ds, size_t cls)
{
    return s->cls >= 0 ? (size_t)s->cls == cls
                       : order_matches(ds_view_class(ds, cls).name, s->filter.edit.text);
}

size_t samples_classes(const struct samples_screen *s, const struct ds_view *ds)
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n_classes; i++)
        n += let_through(s, ds, i);
    return n;
}

static bool class_fits(const void *user, size_t cls)
{
    const struct chooser *c = user;
    return let_through(c->s, &c->model->ds, cls);
}

static bool file_fits(const void *user, const char *name)
{
    const struct chooser *c = user;
    struct prediction_row p;
    return !c->s->predicted || samples_prediction(c->s, c->model, name, &p);
}

/* Notes what the tiles depend on; false: they are as they should be. */
static bool changed(struct samples_screen *s, const struct ui_model *model)
{
    uint64_t seed = (uint64_t)model->options->seed, result = s->predicted ? s->result_version : 0;
    size_t most = grid_tiles(&s->grid);
    if (s->made.version == model->dataset_version && s->made.draw == s->draw &&
        s->made.seed == seed && s->made.most == most && s->made.cls == s->cls &&
        s->made.predicted == s->predicted && s->made.result == result &&
        str_eq(s->made.filter, s->filter.edit.text))
        return false;
    s->made.version = model->dataset_version;
    s->made.draw = s->draw;
    s->made.seed = seed;
    s->made.result = result;
    s->made.most = most;
    s->made.cls = s->cls;
    s->made.predicted = s->predicted;
    snprintf(s->made.filter, sizeof s->made.filter, "%s", s->filter.edit.text);
    return true;
}

void samples_pick(struct samples_screen *s, const struct ui_model *model)
{
    struct chooser chooser = {s, model};
    index_result(s, model);
    if (s->cls >= (int)model->ds.n_classes)
        s->cls = -1;
    s->predicted = s->predicted && s->n_found > 0;
    if (!changed(s, model))
        return;
    struct ds_draw draw = {s->made.seed, s->draw, class_fits, file_fits, &chooser};
    s->n_tiles = ds_view_draw(&model->ds, &draw, s->tiles, s->made.most);
}
