/* Samples: a grid of random labelled pictures; after a run with their predictions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/screen.h"
#include "ui/w_grid.h"

enum view { VIEW_ORIGINAL, VIEW_NETWORK, VIEW_AUGMENTED, VIEW_COUNT };

/* A file of the result, for finding it by name. */
struct found {
    const char *name;
    size_t row;
};

struct samples_screen {
    const struct ui_calls *calls;
    struct grid grid;
    enum view view;
    int cls;       /* only this class, -1 all */
    uint64_t draw; /* from 0: which draw of samples is shown */
    bool large;
    size_t tiles[GRID_TILES], n_tiles;
    struct {
        uint64_t version, draw, seed;
        int level, cls;
    } made; /* what tiles were drawn for */
    uint64_t result_version;
    struct found *found;
    size_t n_found;
};

static void *samples_init(const struct ui_calls *calls)
{
    struct samples_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->grid.level = 3;
    s->cls = -1;
    return s;
}

static void samples_free(void *self)
{
    struct samples_screen *s = self;
    free(s->found);
    free(s);
}

/* --- which files --------------------------------------------------------------------------- */

static void draw_samples(struct samples_screen *s, const struct ui_model *model)
{
    const struct ds_view *ds = &model->ds;
    uint64_t seed = (uint64_t)model->options->seed;
    if (s->cls >= (int)ds->n_classes)
        s->cls = -1;
    if (s->made.version == model->dataset_version && s->made.draw == s->draw &&
        s->made.seed == seed && s->made.level == s->grid.level && s->made.cls == s->cls && s->n_tiles)
        return;
    s->made.version = model->dataset_version;
    s->made.draw = s->draw;
    s->made.seed = seed;
    s->made.level = s->grid.level;
    s->made.cls = s->cls;
    s->n_tiles = ds_view_draw(ds, s->cls, seed, s->draw, s->tiles, grid_tiles(s->grid.level));
}

/* --- predictions --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

/* The result belongs to this data set. */
static bool result_fits(const struct ui_model *model)
{
    const char *data = model->snap ? model->snap->train.data : "";
    return model->result && (str_eq(data, model->data) || str_eq(data, model->ds.root));
}

static void index_result(struct samples_screen *s, const struct ui_model *model)
{
    size_t n = result_fits(model) ? model->res.n : 0;
    if (s->result_version == model->result_version && s->n_found == n)
        return;
    free(s->found);
    s->found = xcalloc(n, sizeof *s->found);
    s->n_found = n;
    s->result_version = model->result_version;
    for (size_t i = 0; i < n; i++)
        s->found[i] = (struct found){result_view_row(&model->res, i).file, i};
    if (n)
        qsort(s->found, n, sizeof *s->found, by_name);
}

static bool prediction_of(const struct samples_screen *s, const struct ui_model *model,
                          const char *file, struct prediction_row *row)
{
    struct found wanted = {file, 0};
    const struct found *f =
        s->n_found ? bsearch(&wanted, s->found, s->n_found, sizeof *s->found, by_name) : NULL;
    if (!f)
        return false;
    *row = result_view_row(&model->res, f->row);
    return row->predicted >= 0;
}

/* "✓ 98 %" or "✗ tulip 54 %". */
static void say_prediction(struct tile *t, const struct ui_model *model,
                           const struct prediction_row *p)
{
    char share[NUM_TEXT];
    bool right = p->predicted == p->truth;
    fmt_percent(share, p->probability);
    t->lines[1].role = right ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG;
    snprintf(t->lines[1].text, sizeof t->lines[1].text, "%s%s %s",
             right ? "\xe2\x9c\x93" : "\xe2\x9c\x97 ",
             right ? "" : result_view_class(&model->res, p->predicted), share);
}

/* --- drawing ------------------------------------------------------------------------------- */

/* The augmentation of the last phase; false: the input is fixed. */
static bool augmentation(const struct ui_model *model, struct recipe *recipe,
                         struct augment_spec *augment)
{
    *augment = (struct augment_spec){0};
    if (engine_recipe(model->options, recipe, NULL))
        *recipe = (struct recipe){.image_size = 224};
    if (recipe->n_phases)
        *augment = recipe->phases[recipe->n_phases - 1].augment;
    return augment->flip || augment->crop || augment->jitter > 0;
}

static bool make_want(struct picture_want *want, const struct samples_screen *s,
                      const struct ui_model *model, const char *name)
{
    struct recipe recipe;
    struct augment_spec augment;
    if (!parts_picture(want, model->ds.root, name))
        return false;
    want->page = !s->large;
    if (s->view == VIEW_ORIGINAL)
        return true;
    bool varies = augmentation(model, &recipe, &augment);
    want->square = recipe.image_size;
    want->crop = recipe.resize == RESIZE_CROP;
    want->antialias = recipe.antialias;
    if (s->view == VIEW_NETWORK || !varies)
        return true;
    want->augment = (uint8_t)(1 + s->draw % 255);
    want->aug_flip = augment.flip;
    want->aug_crop = augment.crop;
    want->aug_crop_min = augment.crop_min;
    want->aug_jitter = augment.jitter;
    want->seed = (uint64_t)model->options->seed;
    return true;
}

static void make_tile(struct tile *t, const struct samples_screen *s, const struct ui_model *model,
                      const struct ds_file_row *f)
{
    struct prediction_row p;
    *t = (struct tile){.pictures = model->pictures,
                       .aspect = s->view == VIEW_ORIGINAL ? 4.0 / 3 : 1,
                       .name = f->name,
                       .width = f->width,
                       .height = f->height,
                       .rows = s->n_found ? 2 : 1};
    t->known = make_want(&t->want, s, model, f->name);
    t->lines[0].role = parts_class_role(f->cls);
    snprintf(t->lines[0].text, sizeof t->lines[0].text, "%s",
             ds_view_class(&model->ds, (size_t)f->cls).name);
    if (prediction_of(s, model, f->name, &p))
        say_prediction(t, model, &p);
}

static const char *view_text(const struct samples_screen *s, const struct ui_model *model,
                             char *out, size_t size)
{
    struct recipe recipe;
    struct augment_spec augment;
    bool varies = augmentation(model, &recipe, &augment);
    if (s->view == VIEW_ORIGINAL)
        snprintf(out, size, "original");
    else if (s->view == VIEW_NETWORK)
        snprintf(out, size, "as the network sees it, %d x %d", recipe.image_size,
                 recipe.image_size);
    else
        snprintf(out, size, varies ? "augmented" : "no augmentation in these settings");
    return out;
}

static void draw_head(struct canvas *c, struct area a, const struct samples_screen *s,
                      const struct ui_model *model, size_t shown)
{
    char text[OPTION_TEXT_MAX + 160], view[64], acc[NUM_TEXT];
    const char *cls = s->cls >= 0 ? ds_view_class(&model->ds, (size_t)s->cls).name : "all classes";
    snprintf(text, sizeof text, "%zu of %zu pictures, %s, draw %llu: %s", shown, model->ds.n_used,
             cls, (unsigned long long)s->draw + 1, view_text(s, model, view, sizeof view));
    canvas_put_cut(c, a, 0, 0, a.w, ROLE_TITLE, text, false);
    if (!s->n_found)
        return;
    int left = text_width(text) + 2;
    snprintf(text, sizeof text, "epoch %d: %s right", model->res.epoch,
             fmt_percent(acc, model->res.acc));
    if (left + text_width(text) <= a.w)
        canvas_put_right(c, a, a.w, 0, ROLE_DIM, text);
}

static void draw_grid(struct samples_screen *s, struct canvas *c, const struct samples_layout *l,
                      const struct ui_model *model)
{
    size_t shown = grid_place(&s->grid, l->grid, s->n_tiles);
    draw_head(c, l->head, s, model, shown);
    for (size_t i = s->grid.top; i < s->grid.top + shown; i++) {
        struct tile tile;
        struct ds_file_row f = ds_view_file(&model->ds, s->tiles[i]);
        make_tile(&tile, s, model, &f);
        tile_draw(c, grid_area(&s->grid, l->grid, i), &tile, i == s->grid.selected, model->cell_w,
                  model->cell_h);
    }
}

static void put_fact(struct canvas *c, struct area a, int y, const char *name, enum role role,
                     const char *value)
{
    canvas_put(c, a, 0, y, ROLE_DIM, name);
    canvas_put_cut(c, a, 8, y, a.w - 8, role, value, true);
}

static void draw_large(struct samples_screen *s, struct canvas *c, const struct samples_layout *l,
                       const struct ui_model *model)
{
    struct ds_file_row f = ds_view_file(&model->ds, s->tiles[s->grid.selected]);
    struct area picture = l->grid,
                facts = area_cut_right(&picture, picture.w / 3 < 40 ? picture.w / 3 : 40);
    char text[64] = "not yet known";
    struct prediction_row p;
    struct tile tile;
    draw_head(c, l->head, s, model, s->n_tiles);
    make_tile(&tile, s, model, &f);
    tile_picture(c, picture, &tile, model->cell_w, model->cell_h);
    facts = area_inset(facts, 1, 0);
    put_fact(c, facts, 0, "file", ROLE_TEXT, path_base(f.name));
    put_fact(c, facts, 1, "class", parts_class_role(f.cls),
             ds_view_class(&model->ds, (size_t)f.cls).name);
    if (f.width)
        snprintf(text, sizeof text, "%d x %d pixels", f.width, f.height);
    put_fact(c, facts, 2, "size", ROLE_TEXT, text);
    put_fact(c, facts, 3, "kind", ROLE_TEXT, engine_kind_name(f.kind));
    if (!prediction_of(s, model, f.name, &p))
        return;
    canvas_put(c, facts, 0, 5, ROLE_DIM, "epoch");
    canvas_printf(c, facts, 8, 5, ROLE_TEXT, "%d", model->res.epoch);
    bool right = p.predicted == p.truth;
    char answer[OPTION_TEXT_MAX], share[NUM_TEXT];
    snprintf(answer, sizeof answer, "%s %s", right ? "\xe2\x9c\x93" : "\xe2\x9c\x97",
             result_view_class(&model->res, p.predicted));
    put_fact(c, facts, 6, "answer", right ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG, answer);
    put_fact(c, facts, 7, "sure", ROLE_TEXT, fmt_percent(share, p.probability));
}

static void draw_empty(struct canvas *c, struct area body, const struct ui_model *model)
{
    char go[64];
    snprintf(go, sizeof go, "%s goes to Data", parts_key(ACTION_DATA));
    const char *lines[] = {!model->dataset ? "No data set" : "No picture that can be used", go};
    parts_centre(c, body, ROLE_TEXT, lines, 2);
}

static void samples_draw(void *self, struct canvas *c, struct area body,
                         const struct ui_model *model)
{
    struct samples_screen *s = self;
    struct samples_layout l;
    if (model->dataset)
        draw_samples(s, model);
    if (!model->dataset || !s->n_tiles) {
        draw_empty(c, body, model);
        return;
    }
    index_result(s, model);
    layout_samples(&l, body);
    if (s->large && s->grid.selected < s->n_tiles)
        draw_large(s, c, &l, model);
    else
        draw_grid(s, c, &l, model);
}

/* --- actions ------------------------------------------------------------------------------- */

static void class_chosen(void *user, int choice)
{
    struct samples_screen *s = user;
    if (choice < 0)
        return;
    s->cls = choice - 1;
    s->grid.selected = 0;
}

static void choose_class(struct samples_screen *s, const struct ui_model *model)
{
    size_t n = model->ds.n_classes + 1;
    const char **items = xcalloc(n, sizeof *items);
    items[0] = "all classes";
    for (size_t i = 1; i < n; i++)
        items[i] = ds_view_class(&model->ds, i - 1).name;
    s->calls->menu(s->calls->app, "Samples of", items, n, (size_t)(s->cls + 1), class_chosen, s);
    free(items);
}

static unsigned samples_action(void *self, enum action action, struct ui_model *model)
{
    struct samples_screen *s = self;
    if (!model->dataset)
        return UI_NONE;
    switch (action) {
    case ACTION_REDRAW:
        s->draw++;
        return UI_REPAINT;
    case ACTION_VIEW:
        s->view = (s->view + 1) % VIEW_COUNT;
        return UI_REPAINT;
    case ACTION_FILTER:
        choose_class(s, model);
        return UI_REPAINT;
    case ACTION_SELECT:
        s->large = !s->large;
        return UI_REPAINT;
    case ACTION_BACK:
        s->large = false;
        return UI_REPAINT;
    default:
        return grid_action(&s->grid, action, s->n_tiles) ? UI_REPAINT : UI_NONE;
    }
}

static const char *samples_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct samples_screen *s = self;
    bool ours = action_row(action)->contexts == CONTEXT_SAMPLES;
    if (ours && !model->dataset)
        return "there is no data set yet";
    return grid_why_not(&s->grid, action);
}

const struct screen_ops screen_samples = {
    .name = "samples",
    .title = "Samples",
    .context = CONTEXT_SAMPLES,
    .init = samples_init,
    .free = samples_free,
    .draw = samples_draw,
    .action = samples_action,
    .why_not = samples_why_not,
};
