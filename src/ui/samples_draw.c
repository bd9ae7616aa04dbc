/* Samples: the grid, one of them large, one of them as epochs make it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/samples_screen.h"

#include <stdio.h>

#include "base/num.h"
#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* --- tiles --------------------------------------------------------------------------------- */

/* "✓ 98 %" or "✗ tulip 54 %". */
static void say_prediction(struct tile *t, const struct result_view *result,
                           const struct prediction_row *p)
{
    char share[NUM_TEXT];
    bool right = p->predicted == p->truth;
    fmt_percent(share, p->probability);
    t->lines[1].role = right ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG;
    snprintf(t->lines[1].text, sizeof t->lines[1].text, "%s%s %s",
             right ? "\xe2\x9c\x93" : "\xe2\x9c\x97 ",
             right ? "" : result_view_class(result, p->predicted), share);
}

static void start_tile(struct tile *t, const struct ui_model *model, size_t file,
                       enum sample_view view, int epoch)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    *t = (struct tile){.pictures = model->pictures,
                       .aspect = view == VIEW_ORIGINAL || view == VIEW_FRAME ? parts_aspect(f.width, f.height) : 1,
                       .name = f.name,
                       .width = f.width,
                       .height = f.height,
                       .rows = 1};
    t->known = samples_want(&t->want, model, file, view, epoch);
    t->lines[0].role = parts_class_role(f.cls);
    snprintf(t->lines[0].text, sizeof t->lines[0].text, "%s",
             f.cls >= 0 ? ds_view_class(&model->ds, (size_t)f.cls).name : "");
}

static void say_cut(struct tile *t, const struct ds_file_row *f)
{
    t->rows = 2;
    t->lines[1].role = ROLE_DIM;
    samples_cut(t->lines[1].text, sizeof t->lines[1].text, &t->want, f);
}

static void make_tile(struct tile *t, const struct samples_screen *s, const struct ui_model *model,
                      size_t file)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct prediction_row p;
    start_tile(t, model, file, s->view, s->view == VIEW_AUGMENTED ? samples_epoch(s, model) : 0);
    t->want.page = !s->large;
    t->rows = samples_predicted(s, model) ? 2 : 1;
    if (s->view == VIEW_FRAME)
        say_cut(t, &f);
    else if (samples_prediction(s, model, f.name, &p))
        say_prediction(t, samples_result(s, model), &p);
}

/* --- heading and filter -------------------------------------------------------------------- */

static void view_text(const struct samples_screen *s, const struct ui_model *model, char *out,
                      size_t size)
{
    struct recipe recipe;
    bool known = engine_recipe(model->options, &recipe, NULL) == ERR_OK;
    int side = known ? recipe.image_size : 224, views = known ? recipe_views(&recipe) : 1;
    if (s->view == VIEW_ORIGINAL)
        snprintf(out, size, "original");
    else if (s->view == VIEW_FRAME)
        snprintf(out, size, "what the network sees is framed");
    else if (s->view == VIEW_NETWORK && views > 1)
        snprintf(out, size, "network's view, %d x %d, %d of %d", side, side, (views + 1) / 2, views);
    else if (s->view == VIEW_NETWORK)
        snprintf(out, size, "as the network sees it, %d x %d", side, side);
    else if (samples_vary(model))
        snprintf(out, size, "as epoch %d sees it", samples_epoch(s, model));
    else
        snprintf(out, size, "no augmentation in these settings");
}

/* Whose pictures: a class, all, or how many classes the filter lets through. */
static void classes_text(const struct samples_screen *s, const struct ds_view *ds, char *out,
                         size_t size)
{
    if (s->cls >= 0)
        snprintf(out, size, "%s", ds_view_class(ds, (size_t)s->cls).name);
    else if (*s->filter.edit.text)
        snprintf(out, size, "%zu of %zu classes", samples_classes(s, ds), ds->n_classes);
    else
        snprintf(out, size, "all classes");
}

static void draw_head(struct canvas *c, struct area a, const struct samples_screen *s,
                      const struct ui_model *model, size_t shown)
{
    char text[OPTION_TEXT_MAX + 240], view[64], classes[OPTION_TEXT_MAX], acc[NUM_TEXT];
    view_text(s, model, view, sizeof view);
    classes_text(s, &model->ds, classes, sizeof classes);
    snprintf(text, sizeof text, "%zu of %zu%s, %s, draw %llu, seed %lld: %s", shown,
             s->predicted ? samples_predicted(s, model) : model->ds.n_used, s->predicted ? " predicted" : "",
             classes, (unsigned long long)s->draw + 1, (long long)model->options->seed, view);
    canvas_put_cut(c, a, 0, 0, a.w, ROLE_TITLE, text, false);
    if (!samples_predicted(s, model))
        return;
    int left = text_width(text) + 2;
    const struct result_view *result = samples_result(s, model);
    snprintf(text, sizeof text, "epoch %d: %s right", result->epoch, fmt_percent(acc, result->acc));
    if (left + text_width(text) <= a.w)
        canvas_put_right(c, a, a.w, 0, ROLE_DIM, text);
}

/* --- the grid ------------------------------------------------------------------------------ */

/* Where the tiles come from. */
struct samples_source {
    const struct samples_screen *s;
    const struct ui_model *model;
};

static void make_at(void *user, struct tile *t, size_t i, int width)
{
    const struct samples_source *from = user;
    (void)width;
    make_tile(t, from->s, from->model, from->s->tiles[i]);
}

static void draw_grid(struct samples_screen *s, struct canvas *c, const struct samples_layout *l,
                      const struct ui_model *model)
{
    struct samples_source from = {s, model};
    struct grid_source source = {make_at, &from, model->cell_w, model->cell_h};
    draw_head(c, l->head, s, model, grid_draw(&s->grid, c, l->grid, s->n_tiles, &source));
}

#define FACTS_COLS 26 /* for a size in pixels */

/* --- one large ----------------------------------------------------------------------------- */

/* The picture, of which a part where it is enlarged; returns the share that is seen. */
static double draw_large_picture(struct samples_screen *s, struct canvas *c, struct area a,
                                 const struct ui_model *model, struct tile *t)
{
    bool can_zoom = s->view == VIEW_ORIGINAL && s->zoom.steps > 0;
    s->room_w = a.w * model->cell_w;
    s->room_h = a.h * model->cell_h;
    canvas_hit(c, a, HIT_SCREEN, &s->zoom, 0);
    if (can_zoom && model->pictures && t->known) {
        struct zoom_window w = zoom_window(&s->zoom, t->width, t->height, s->room_w, s->room_h);
        zoom_want(&t->want, &w);
        canvas_picture(c, a, &t->want);
        return w.w * w.h;
    }
    tile_picture(c, a, t, model->cell_w, model->cell_h);
    return 1;
}

static void put_prediction(const struct samples_screen *s, struct canvas *c, struct area a,
                           const struct ui_model *model, const char *file)
{
    char answer[OPTION_TEXT_MAX], share[NUM_TEXT];
    struct prediction_row p;
    if (!samples_prediction(s, model, file, &p))
        return;
    bool right = p.predicted == p.truth;
    const struct result_view *result = samples_result(s, model);
    canvas_put(c, a, 0, 0, ROLE_DIM, "epoch");
    canvas_printf(c, a, 8, 0, ROLE_TEXT, "%d", result->epoch);
    snprintf(answer, sizeof answer, "%s %s", right ? "\xe2\x9c\x93" : "\xe2\x9c\x97",
             result_view_class(result, p.predicted));
    parts_fact(c, a, 1, "answer", right ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG, answer, true);
    parts_fact(c, a, 2, "sure", ROLE_TEXT, fmt_percent(share, p.probability), true);
}

static void draw_large_facts(const struct samples_screen *s, struct canvas *c, struct area a,
                             const struct ui_model *model, size_t file, double seen_share)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct picture_want seen;
    char text[96] = "not yet known";
    area_cut_top(&a, parts_long_fact(c, a, 0, a.h - 10, "file", path_base(f.name)) - 1);
    parts_fact(c, a, 1, "class", parts_class_role(f.cls), ds_view_class(&model->ds, (size_t)f.cls).name, true);
    if (f.width)
        snprintf(text, sizeof text, "%d x %d pixels", f.width, f.height);
    parts_fact(c, a, 2, "size", ROLE_TEXT, text, true);
    parts_fact(c, a, 3, "kind", ROLE_TEXT, engine_kind_name(f.kind), true);
    if (samples_want(&seen, model, file, VIEW_FRAME, 0) && f.width) {
        samples_cut(text, sizeof text, &seen, &f);
        parts_fact(c, a, 4, "input", ROLE_TEXT, text, true);
    }
    if (seen_share < 1) {
        snprintf(text, sizeof text, "%.3g %% of it", 100 * seen_share);
        parts_fact(c, a, 5, "seen", ROLE_CHANGED, text, true);
    }
    area_cut_top(&a, 7);
    put_prediction(s, c, a, model, f.name);
}

static void draw_large(struct samples_screen *s, struct canvas *c, const struct samples_layout *l,
                       const struct ui_model *model)
{
    size_t file = s->tiles[s->grid.selected];
    struct area picture = l->grid, facts;
    bool narrow = picture.w < 2 * FACTS_COLS; /* the name alone, above it */
    int third = picture.w / 3 < 40 ? picture.w / 3 : 40;
    facts = area_cut_right(&picture, narrow ? 0 : third > FACTS_COLS ? third : FACTS_COLS);
    struct tile tile;
    if (narrow)
        canvas_put_cut(c, l->head, 0, 0, l->head.w, ROLE_TITLE, ds_view_file(&model->ds, file).name, true);
    else
        draw_head(c, l->head, s, model, s->n_tiles);
    make_tile(&tile, s, model, file);
    double seen_share = draw_large_picture(s, c, picture, model, &tile);
    if (!narrow)
        draw_large_facts(s, c, area_inset(facts, 1, 0), model, file, seen_share);
}

/* --- one as epochs make it ------------------------------------------------------------------- */

/* The file, what evaluation sees of it, then epochs 1, 2, ... */
static void make_draw(struct tile *t, const struct samples_screen *s, const struct ui_model *model,
                      size_t file, size_t i)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    bool frames = s->view == VIEW_FRAME;
    int epoch = i < 2 ? 0 : (int)(i - 1);
    enum sample_view view = i == 0 || frames ? VIEW_FRAME : VIEW_NETWORK;
    start_tile(t, model, file, view, epoch);
    t->want.page = true;
    t->lines[0].role = i < 2 ? ROLE_STRONG : ROLE_TEXT;
    if (i == 0)
        snprintf(t->lines[0].text, sizeof t->lines[0].text, "original");
    else if (i == 1)
        snprintf(t->lines[0].text, sizeof t->lines[0].text, "network");
    else
        snprintf(t->lines[0].text, sizeof t->lines[0].text, "epoch %d", epoch);
    say_cut(t, &f);
}

static void draw_draws(struct samples_screen *s, struct canvas *c, const struct samples_layout *l,
                       const struct ui_model *model)
{
    size_t file = s->tiles[s->grid.selected], n = samples_vary(model) ? grid_tiles(&s->epochs) : 2;
    size_t shown = grid_place(&s->epochs, l->grid, n);
    char text[OPTION_TEXT_MAX + 64];
    snprintf(text, sizeof text, "%s, seed %lld: %s", ds_view_file(&model->ds, file).name,
             (long long)model->options->seed,
             n > 2 ? "what each epoch draws" : "no augmentation in these settings");
    canvas_put_cut(c, l->head, 0, 0, l->head.w, ROLE_TITLE, text, true);
    for (size_t i = s->epochs.top; i < s->epochs.top + shown; i++) {
        struct tile tile;
        make_draw(&tile, s, model, file, i);
        tile_draw(c, grid_area(&s->epochs, c, l->grid, i), &tile, i == s->epochs.selected,
                  model->cell_w, model->cell_h);
    }
}

/* --- all ----------------------------------------------------------------------------------- */

static void draw_empty(const struct samples_screen *s, struct canvas *c, struct area body,
                       const struct ui_model *model)
{
    char go[64];
    bool filtered = model->dataset && (*s->filter.edit.text || s->predicted);
    snprintf(go, sizeof go, filtered ? "%s shows all" : "%s goes to Data",
             parts_key(filtered ? ACTION_BACK : ACTION_DATA));
    const char *lines[] = {!model->dataset ? "No data set"
                           : filtered      ? "No picture fits the filter"
                                           : "No picture that can be used",
                           go};
    parts_centre(c, body, ROLE_TEXT, lines, 2);
}

void samples_draw_all(struct samples_screen *s, struct canvas *c, struct area body,
                      const struct ui_model *model)
{
    struct samples_layout l;
    if (model->dataset && filter_shown(&s->filter) && body.h >= 3)
        filter_draw(&s->filter, c, area_cut_top(&body, 1), "classes /", samples_classes(s, &model->ds), model->ds.n_classes);
    if (!model->dataset || !s->n_tiles) {
        draw_empty(s, c, body, model);
        return;
    }
    layout_samples(&l, body);
    bool one = s->grid.selected < s->n_tiles;
    if (s->draws && one)
        draw_draws(s, c, &l, model);
    else if (s->large && one)
        draw_large(s, c, &l, model);
    else
        draw_grid(s, c, &l, model);
}
