/* Samples: which files, and what the run said of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/samples_screen.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/order.h"

#define LOOKS 4096 /* at files in one go, each with its prediction */

/* --- predictions --------------------------------------------------------------------------- */

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

size_t samples_predicted(const struct samples_screen *s, const struct ui_model *model)
{
    const struct result_view *result = samples_result(s, model);
    return result ? result->n : 0;
}

bool samples_prediction(const struct samples_screen *s, const struct ui_model *model,
                        const char *file, struct prediction_row *row)
{
    const struct result_view *result = samples_result(s, model);
    size_t i;
    if (!result || !result_view_find(result, file, &i))
        return false;
    *row = result_view_row(result, i);
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

/* Another number for another result. */
static uint64_t result_version(const struct samples_screen *s, const struct ui_model *model)
{
    bool stored = samples_result(s, model) == &s->stored.view;
    return stored ? 2 * s->stored.version + 1 : 2 * model->result_version;
}

/* Notes what the tiles depend on; false: they are as they should be. */
static bool changed(struct samples_screen *s, const struct ui_model *model)
{
    uint64_t seed = (uint64_t)model->options->seed, result = s->predicted ? result_version(s, model) : 0;
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

bool samples_more(struct samples_screen *s, const struct ui_model *model)
{
    struct chooser chooser = {s, model};
    struct ds_draw draw = {s->made.seed, s->draw, class_fits, file_fits, &chooser};
    if (!s->drawing_on || s->made.version != model->dataset_version)
        return false;
    s->drawing_on = ds_view_draw_more(&model->ds, &draw, &s->drawing, s->tiles, s->made.most, LOOKS);
    s->n_tiles = s->drawing.n;
    return s->drawing_on;
}

void samples_pick(struct samples_screen *s, const struct ui_model *model)
{
    if (s->cls >= (int)model->ds.n_classes)
        s->cls = -1;
    s->predicted = s->predicted && samples_predicted(s, model);
    if (!changed(s, model))
        return;
    s->drawing = (struct ds_drawing){0};
    s->drawing_on = true;
    samples_more(s, model);
}
