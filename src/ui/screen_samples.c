/* Samples: a grid of random labelled pictures; after a run with their predictions. What the keys
 * do; samples_*.c draw. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/samples_screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/parts.h"

static void *samples_init(const struct ui_calls *calls)
{
    struct samples_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->grid.level = s->epochs.level = 3;
    s->cls = -1;
    return s;
}

static void samples_free(void *self)
{
    struct samples_screen *s = self;
    block_release(s->stored.block);
    free(s);
}

static void samples_draw(void *self, struct canvas *c, struct area body,
                         const struct ui_model *model)
{
    struct samples_screen *s = self;
    if (model->dataset)
        samples_pick(s, model);
    samples_draw_all(s, c, body, model);
}

/* --- the run that Results shows -------------------------------------------------------------- */

/* Asks for its result, once. */
static void samples_enter(void *self, struct ui_model *model)
{
    struct samples_screen *s = self;
    struct cmd cmd = {.kind = CMD_STORED};
    if (!*model->run || str_eq(s->stored.run, model->run))
        return;
    snprintf(s->stored.run, sizeof s->stored.run, "%s", model->run);
    snprintf(cmd.path, sizeof cmd.path, "%s", model->run);
    block_release(s->stored.block);
    s->stored.block = NULL;
    if (s->calls->submit(s->calls->app, &cmd, &s->stored.job, NULL) != ERR_OK) {
        s->stored.job = 0;
        *s->stored.run = '\0'; /* next time */
    }
}

static unsigned samples_event(void *self, const struct notice *notice, struct ui_model *model)
{
    struct samples_screen *s = self;
    (void)model;
    if (notice->command == CMD_TRAIN || notice->command == CMD_RESUME)
        *s->stored.run = '\0'; /* what the folder keeps may be another result now */
    if (!s->stored.job || notice->job != s->stored.job || !notice_ends(notice))
        return UI_NONE;
    s->stored.job = 0;
    const struct block *block =
        notice->kind == NOTICE_FINISHED ? s->calls->block(s->calls->app, notice->block) : NULL;
    if (!block || result_view_open(&s->stored.view, block, NULL) != ERR_OK) {
        block_release(block);
        return UI_NONE;
    }
    s->stored.block = block;
    s->stored.version++;
    return UI_REPAINT;
}

/* --- classes ------------------------------------------------------------------------------- */

static void class_chosen(void *user, int choice)
{
    struct samples_screen *s = user;
    if (choice < 0)
        return;
    s->cls = choice - 1;
    s->grid.selected = 0;
    filter_clear(&s->filter);
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

/* Keys of the filter line: every letter draws samples of the classes that still match. */
static bool samples_text_key(void *self, const struct key_event *event, struct ui_model *model)
{
    struct samples_screen *s = self;
    enum filter_key did = model->dataset ? filter_key(&s->filter, event) : FILTER_NOT;
    if (did == FILTER_CHANGED) {
        s->cls = -1;
        s->grid.selected = 0;
    }
    return did != FILTER_NOT;
}

/* --- actions ------------------------------------------------------------------------------- */

/* From inside out: enlarged, draws, large, filter, the predicted. False: nothing to leave. */
static bool back(struct samples_screen *s)
{
    if (s->draws) {
        s->draws = false;
    } else if (s->large) {
        s->large = false;
        s->zoom = (struct zoom){0};
    } else if (filter_clear(&s->filter) || s->cls >= 0) {
        s->cls = -1;
    } else if (s->predicted) {
        s->predicted = false;
    } else {
        return false;
    }
    return true;
}

static enum action zoom_key(enum action action)
{
    return action == ACTION_MORE    ? ACTION_PICTURE_IN
           : action == ACTION_FEWER ? ACTION_PICTURE_OUT
                                    : action;
}

/* Keys on the large picture: a part of it, or the next one. */
static bool large_action(struct samples_screen *s, enum action action, const struct ui_model *model)
{
    size_t at = s->grid.selected;
    if (at >= s->n_tiles)
        return false;
    struct ds_file_row f = ds_view_file(&model->ds, s->tiles[at]);
    if (s->view == VIEW_ORIGINAL && model->pictures &&
        zoom_action(&s->zoom, zoom_key(action), f.width, f.height, s->room_w, s->room_h))
        return true;
    return !grid_changes(action) && s->zoom.steps == 0 && grid_action(&s->grid, action, s->n_tiles);
}

static bool move(struct samples_screen *s, enum action action, const struct ui_model *model)
{
    if (s->draws)
        return grid_action(&s->epochs, action, samples_vary(model) ? grid_tiles(&s->epochs) : 2);
    if (s->large)
        return large_action(s, action, model);
    return grid_action(&s->grid, action, s->n_tiles);
}

static bool samples_work(void *self, const struct ui_model *model)
{
    return model->dataset && samples_more(self, model);
}

static unsigned samples_action(void *self, enum action action, struct ui_model *model)
{
    struct samples_screen *s = self;
    bool changes = true;
    if (!model->dataset)
        return UI_NONE;
    samples_pick(s, model);
    switch (action) {
    case ACTION_REDRAW:
        s->draw++;
        break;
    case ACTION_VIEW:
        s->view = (s->view + 1) % VIEW_COUNT;
        s->zoom = (struct zoom){0};
        break;
    case ACTION_FILTER:
        choose_class(s, model);
        break;
    case ACTION_NARROW:
        filter_open(&s->filter);
        s->large = s->draws = false;
        break;
    case ACTION_PREDICTED:
        s->predicted = !s->predicted && samples_predicted(s, model);
        break;
    case ACTION_DRAWS:
        s->draws = !s->draws && s->n_tiles > 0;
        break;
    case ACTION_SELECT:
        s->large = !s->large;
        s->draws = false;
        s->zoom = (struct zoom){0};
        break;
    case ACTION_BACK:
        changes = back(s);
        break;
    default:
        changes = move(s, action, model);
    }
    return changes ? UI_REPAINT : UI_NONE;
}

static struct ui_rows samples_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct samples_screen *s = self;
    if (!model->dataset)
        return (struct ui_rows){0};
    samples_pick(s, model);
    struct grid *g = s->draws ? &s->epochs : &s->grid;
    size_t n = !s->draws ? s->n_tiles : samples_vary(model) ? grid_tiles(&s->epochs) : 2;
    if (go) {
        g->selected = *go;
        s->zoom = (struct zoom){0};
    }
    return (struct ui_rows){n, g->selected, "picture", "pictures"};
}

static bool samples_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct samples_screen *s = self;
    if (!model->dataset)
        return false;
    samples_pick(s, model);
    size_t epochs = samples_vary(model) ? grid_tiles(&s->epochs) : 2;
    if (hit->of == &s->grid)
        return grid_mouse(&s->grid, hit->index, s->n_tiles, m);
    if (hit->of == &s->epochs)
        return grid_mouse(&s->epochs, hit->index, epochs, m) && false; /* they have nothing to open */
    if (hit->of == &s->zoom && m->what == MOUSE_CLICK)
        return true; /* the large one: back to the grid */
    if (hit->of == &s->zoom)
        large_action(s, m->what == MOUSE_WHEEL_UP ? ACTION_MORE : ACTION_FEWER, model);
    return false;
}

static const char *samples_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct samples_screen *s = self;
    bool ours = action_row(action)->contexts == CONTEXT_SAMPLES || action == ACTION_NARROW ||
                action == ACTION_SELECT || action == ACTION_PICTURE_ALL || grid_changes(action);
    bool large = s->large && !s->draws;
    if (ours && !model->dataset)
        return parts_no_data(ACTION_DATA);
    if (action == ACTION_PREDICTED && !samples_predicted(s, model))
        return "no run has predicted pictures of this folder yet; Runs opens older ones";
    if (action == ACTION_PICTURE_ALL && !large)
        return parts_say("%s shows a picture large first", parts_key(ACTION_SELECT));
    if (large && s->view != VIEW_ORIGINAL && (action == ACTION_MORE || action == ACTION_FEWER))
        return "only the original can be enlarged; v changes the view";
    if (large && grid_changes(action) && action != ACTION_MORE && action != ACTION_FEWER)
        return parts_say("%s goes back to the grid first", parts_key(ACTION_BACK));
    return large ? NULL : grid_why_not(s->draws ? &s->epochs : &s->grid, action);
}

const struct screen_ops screen_samples = {
    .name = "samples",
    .title = "Samples",
    .context = CONTEXT_SAMPLES,
    .init = samples_init,
    .free = samples_free,
    .draw = samples_draw,
    .action = samples_action,
    .work = samples_work,
    .event = samples_event,
    .why_not = samples_why_not,
    .enter = samples_enter,
    .rows = samples_rows,
    .mouse = samples_mouse,
    .open = ACTION_SELECT,
    .text_key = samples_text_key,
};
