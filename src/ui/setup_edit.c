/* Changing values on Setup: menus, fields, steps.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "ui/option_values.h"
#include "ui/w_timeline.h"

static void changed(struct setup_screen *s, enum option_id id)
{
    if (s->calls->changed)
        s->calls->changed(s->calls->app, id);
}

static bool set_text(struct setup_screen *s, enum option_id id, const char *text)
{
    struct err err = {0};
    if (option_set_typed(s->model->options, id, text, &err) == ERR_OK) {
        changed(s, id);
        return true;
    }
    s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s%s%s", err.message, *err.hint ? "; " : "",
                     err.hint);
    return false;
}

static void prompt_option(struct setup_screen *s, enum option_id id, const char *text);

/* A wrong text comes back into the field, below it the reason. */
static void typed(void *user, const char *text)
{
    struct setup_screen *s = user;
    struct err err;
    struct options copy = *s->model->options;
    enum option_id id = (enum option_id)s->edited;
    if (text && option_set_typed(&copy, id, text, &err))
        prompt_option(s, id, text);
    if (text)
        set_text(s, id, text);
}

static size_t menu_selected(const struct options *o, enum option_id id, const char *const *items,
                            size_t n)
{
    struct str now = STR_INIT;
    option_get(&now, o, id);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(now.s, items[i]))
            at = i;
    }
    str_done(&now);
    return at;
}

static void chosen(void *user, int choice)
{
    struct setup_screen *s = user;
    const char *items[OPTION_VALUES];
    size_t n = option_values((enum option_id)s->edited, items);
    if (choice >= 0 && (size_t)choice < n)
        set_text(s, (enum option_id)s->edited, items[choice]);
}

static void prompt_option(struct setup_screen *s, enum option_id id, const char *text)
{
    const struct option_row *row = option_row(id);
    char title[256], range[96];
    option_range(range, sizeof range, row);
    snprintf(title, sizeof title, "%s: %s%s%s", row->name, row->help, *range ? ", " : "", range);
    s->calls->prompt(s->calls->app, title, text, row->type == OPTION_PATH, typed, s);
}

/* The next number of 1, 2, 5, 10, 20, ... above v. */
static double series_up(double v)
{
    double decade = v > 0 ? pow(10, floor(log10(v) + 1e-9)) : 0;
    static const double steps[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++) {
        if (steps[i] * decade > v * (1 + 1e-9))
            return steps[i] * decade;
    }
    return 0;
}

static double series_down(double v)
{
    double decade = pow(10, floor(log10(v) + 1e-9));
    static const double steps[] = {5, 2, 1, 0.5};
    for (int i = 0; i < 4; i++) {
        if (steps[i] * decade < v * (1 - 1e-9))
            return steps[i] * decade;
    }
    return 0;
}

double setup_step(const struct option_row *row, double v, bool back)
{
    bool whole = row->type == OPTION_INT;
    double low = whole ? (double)row->min_int : row->min_real;
    double high = whole ? (double)row->max_int : row->max_real;
    double least = whole ? 1 : 1e-6; /* the first above 0 */
    double to = back ? (v > least ? series_down(v) : 0) : v < least ? least : series_up(v);
    return to < low ? low : to > high ? high : to;
}

static bool step_number(struct setup_screen *s, enum option_id id, bool back)
{
    const struct option_row *row = option_row(id);
    struct recipe recipe;
    char text[NUM_TEXT];
    double v;
    bool known = setup_recipe(s, s->model->options, &recipe, NULL) == ERR_OK;
    if (!option_number(s->model->options, id, known ? &recipe : NULL, &v))
        return false;
    v = setup_step(row, v, back);
    if (row->type == OPTION_INT)
        snprintf(text, sizeof text, "%.0f", v);
    else
        num_real(text, v);
    return set_text(s, id, text);
}

bool setup_cycle(struct setup_screen *s, enum option_id id, bool back)
{
    const char *items[OPTION_VALUES];
    size_t n = option_values(id, items);
    if (!n)
        return step_number(s, id, back);
    size_t at = menu_selected(s->model->options, id, items, n);
    set_text(s, id, items[(at + (back ? n - 1 : 1)) % n]);
    return true;
}

static void menu_option(struct setup_screen *s, enum option_id id, const char *const *items, size_t n)
{
    const char *texts[OPTION_VALUES];
    char models[OPTION_VALUES][MODEL_TEXT];
    for (size_t i = 0; i < n; i++) {
        if (id == OPTION_ID_model)
            setup_model_text(models[i], s, items[i]);
        texts[i] = id == OPTION_ID_model ? models[i] : items[i];
    }
    s->calls->menu(s->calls->app, option_row(id)->name, texts, n, menu_selected(s->model->options, id, items, n), chosen,
                   s);
}

void setup_edit(struct setup_screen *s, const struct item *item)
{
    enum option_id id = setup_option(item);
    const struct option_row *row = option_row(id);
    const char *items[OPTION_VALUES];
    size_t n = option_values(id, items);
    s->edited = (int)id;
    if (item->kind == ITEM_MODE)
        set_text(s, id, mode_name((enum mode)item->index));
    else if (item->kind == ITEM_PRESET)
        set_text(s, id, preset_name((enum preset)item->index));
    else if (row->type == OPTION_BOOL && !row->automatic)
        setup_cycle(s, id, false);
    else if (n)
        menu_option(s, id, items, n);
    else {
        struct str now = STR_INIT;
        option_get(&now, s->model->options, id);
        prompt_option(s, id, now.s ? now.s : "");
        str_done(&now);
    }
}

/* A command that is shown would take the value of the config file or the environment where it says nothing. */
static bool has_other_source(const struct ui_model *model, enum option_id id)
{
    const struct options *given = model->given;
    return given && (given->source[id] == SOURCE_FILE || given->source[id] == SOURCE_ENVIRONMENT);
}

void setup_back_to_default(struct setup_screen *s, enum option_id id)
{
    option_unset(s->model->options, id);
    if (has_other_source(s->model, id)) {
        struct str value = STR_INIT;
        option_get(&value, s->model->options, id);
        option_set(s->model->options, id, value.s ? value.s : "", SOURCE_SCREEN, NULL);
        str_done(&value);
    }
    changed(s, id);
}


/* --- the cut ---------------------------------------------------------------------------------- */

/* The last phase that trains the backbone. False: none does, or the settings make no recipe. */
static bool cut_phase(struct phase *phase, const struct options *o)
{
    struct recipe r;
    if (engine_recipe(o, &r, NULL) != ERR_OK)
        return false;
    for (int i = r.n_phases - 1; i >= 0; i--) {
        *phase = r.phases[i];
        if (phase->backbone_trains)
            return true;
    }
    return false;
}

void setup_move_cut(struct setup_screen *s, bool later)
{
    struct phase phase;
    if (!s->graph || !cut_phase(&phase, s->model->options))
        return;
    int to = ladder_first(&phase, s->graph) + (later ? 1 : -1);
    if (to <= 0)
        setup_back_to_default(s, OPTION_ID_train_from);
    else
        set_text(s, OPTION_ID_train_from, s->graph->blocks[to].name);
}

const char *setup_cut_why_not(const struct setup_screen *s, bool later, const struct ui_model *model)
{
    struct phase phase;
    struct recipe recipe;
    if (engine_recipe(model->options, &recipe, NULL) != ERR_OK)
        return "a setting is wrong: Phases says which";
    if (!s->graph || !cut_phase(&phase, model->options))
        return "only the head trains; another mode trains blocks of the backbone too";
    int now = ladder_first(&phase, s->graph);
    if (!later && now == 0)
        return "every block trains already";
    if (later && now + 2 >= (int)s->graph->n_blocks)
        return "this is the last block before the head; mode frozen trains the head alone";
    return NULL;
}
