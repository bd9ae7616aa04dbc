/* How Setup looks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <string.h>

#include "ui/layout.h"
#include "ui/option_values.h"
#include "ui/parts.h"
#include "ui/w_timeline.h"

struct drawing {
    const struct setup_screen *s;
    const struct ui_model *model;
    const struct recipe *recipe; /* NULL: the options give none */
    size_t first;                /* of the shown items, in the list's row 0 */
};

/* Beside a name: the longest of the two that fits. */
struct words {
    const char *full, *brief;
    enum role role;
};

static void draw_choice(struct canvas *c, struct area row, bool chosen, const char *name,
                        struct words words, bool changed)
{
    canvas_ch(c, row, 1, 0, chosen ? ROLE_STATE_RUN : ROLE_DIM, chosen ? 0x25cf : 0x25cb);
    canvas_put(c, row, 3, 0, !chosen ? ROLE_TEXT : changed ? ROLE_CHANGED : ROLE_STRONG, name);
    if (row.w >= 26)
        canvas_put_cut(c, row, 18, 0, row.w - 18, words.role,
                       text_width(words.full) <= row.w - 18 ? words.full : words.brief, false);
}

/* For narrow screens; the help line says it in full. */
static const char *const mode_short[] = {
    [MODE_SCRATCH] = "random weights, all train",      [MODE_FROZEN] = "only a new head trains",
    [MODE_FINE_TUNE] = "pretrained, all train",        [MODE_STAGED] = "head first, then all",
    [MODE_DISCRIMINATIVE] = "all train, at two rates",
};
static const char *const preset_short[] = {
    [PRESET_CLASSIC] = "plain SGD, nothing random",
    [PRESET_BEST] = "most accurate",
};

/* What is said beside a mode: what it does, or that it cannot be had. */
static struct words mode_words(const struct drawing *d, const struct item *item)
{
    const struct options *o = d->model->options;
    bool lacks = o->mode == item->index && setup_weights_lack(d->s, o);
    if (!lacks)
        return (struct words){setup_help(item), mode_short[item->index], ROLE_DIM};
    if (option_is_set(o, OPTION_ID_mode))
        return (struct words){"needs weights, and none were found; see weights below", "no weights found",
                              ROLE_STATE_WARN};
    return (struct words){"no weights found: a run would train from scratch", "no weights: from scratch",
                          ROLE_STATE_WARN};
}

/* The value, and how it is drawn. */
static enum role value_of(struct str *out, enum option_id id, const struct drawing *d)
{
    const struct options *o = d->model->options;
    char file[OPTION_TEXT_MAX];
    enum setup_weights weights =
        id == OPTION_ID_weights ? setup_weights(d->s, o, file, sizeof file) : WEIGHTS_UNKNOWN;
    if (weights == WEIGHTS_FOUND)
        str_add(out, "auto: found");
    else if (weights == WEIGHTS_NONE)
        str_add(out, "none found");
    else
        option_shown(out, o, id, d->recipe);
    return option_is_set(o, id)                                ? ROLE_CHANGED
           : weights == WEIGHTS_NONE && setup_weights_lack(d->s, o) ? ROLE_STATE_WARN
                                                               : ROLE_TEXT;
}

static void draw_option(struct canvas *c, struct area row, enum option_id id,
                        const struct drawing *d)
{
    const struct option_row *o = option_row(id);
    bool set = option_is_set(d->model->options, id);
    bool narrow = row.w < 36;
    int value_x = narrow ? row.w - row.w * 2 / 5 : 20, name_x = narrow ? 1 : 3;
    int value_w = row.w >= 44 ? 20 : row.w - value_x;
    struct str value = STR_INIT;
    enum role role = value_of(&value, id, d);
    canvas_put(c, row, narrow ? 0 : 1, 0, ROLE_CHANGED, set ? "*" : "");
    canvas_put_cut(c, row, name_x, 0, value_x - name_x - 1, ROLE_TEXT, o->name, false);
    canvas_put_cut(c, row, value_x, 0, value_w, role, value.s,
                   o->type == OPTION_PATH);
    int x = value_x + value_w + 1;
    const char *source =
        set ? option_source_name((enum option_source)d->model->options->source[id]) : "";
    int right = row.w - (set ? text_width(source) + 1 : 0);
    if (row.w >= 58)
        canvas_put_right(c, row, row.w, 0, ROLE_DIM, source);
    if (row.w >= 72)
        canvas_put_cut(c, row, x, 0, right - x, ROLE_DIM, o->help, false);
    str_done(&value);
}

static void draw_one(struct canvas *c, struct area row, const struct item *item,
                     const struct drawing *d)
{
    const struct options *o = d->model->options;
    if (item->kind == ITEM_MODE)
        draw_choice(c, row, o->mode == item->index, mode_name((enum mode)item->index),
                    mode_words(d, item), option_is_set(o, OPTION_ID_mode));
    else if (item->kind == ITEM_PRESET)
        draw_choice(c, row, o->preset == item->index, preset_name((enum preset)item->index),
                    (struct words){setup_help(item), preset_short[item->index], ROLE_DIM},
                    option_is_set(o, OPTION_ID_preset));
    else if (item->kind == ITEM_HEADING)
        canvas_put(c, row, 0, 0, ROLE_TITLE, option_row((enum option_id)item->index)->group);
    else
        draw_option(c, row, (enum option_id)item->index, d);
}

static void draw_item(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    draw_one(c, row, &d->s->items[d->s->shown[d->first + i]], d);
}

/* The choices of mode and preset, each below its heading; all of them, whatever the filter. */
static void draw_choices(struct setup_screen *s, struct canvas *c, struct area a, struct drawing *d)
{
    const struct item *selected = setup_selected(s);
    bool focus = selected && selected->kind <= ITEM_PRESET;
    struct area row = {a.x, a.y, a.w, 1};
    for (size_t i = 0; i < CHOICES; i++, row.y++) {
        if (i == 0 || i == MODE_COUNT) {
            parts_heading(c, area_clip(row, a), focus, i ? "Preset" : "Mode", NULL);
            row.y++;
        }
        struct area clipped = area_clip(row, a);
        draw_one(c, clipped, &s->items[i], d);
        canvas_hit(c, clipped, HIT_SCREEN, s->items, i);
        if (&s->items[i] == selected)
            canvas_role(c, clipped, ROLE_SELECT);
    }
}

static void draw_filter(const struct setup_screen *s, struct canvas *c, struct area row)
{
    size_t fit = 0, all = 0;
    for (size_t i = 0; i < s->n_shown; i++)
        fit += s->items[s->shown[i]].kind != ITEM_HEADING;
    for (size_t i = 0; i < s->n_items; i++)
        all += s->items[i].kind != ITEM_HEADING;
    filter_draw(&s->filter, c, row, "/", fit, all);
}

/* The first option of a group is not seen without the heading above it. */
static void show_heading(struct setup_screen *s, size_t first)
{
    size_t at = s->options.selected;
    if (at > 0 && first + at < s->n_shown && s->options.top >= at &&
        s->items[s->shown[first + at - 1]].kind == ITEM_HEADING)
        s->options.top = at - 1;
}

static void draw_options(struct setup_screen *s, struct canvas *c, struct area a, struct drawing *d)
{
    setup_queue_draw(s, c, &a, d->model->snap);
    bool focus = s->n_shown && s->selected >= d->first && !s->queue_open;
    if (filter_shown(&s->filter))
        draw_filter(s, c, area_cut_top(&a, a.h > 1));
    if (s->n_shown == d->first && a.h > 0) {
        canvas_put_cut(c, a, 3, 0, a.w - 3, ROLE_DIM, "no option fits", false);
        return;
    }
    if (focus)
        s->options.selected = s->selected - d->first;
    else if (!s->options.selected)
        s->options.selected = 1; /* not the first heading */
    show_heading(s, d->first);
    list_draw(c, a, &s->options, s->n_shown - d->first, focus, draw_item, d);
}

/* The range, and where a value that was changed came from. */
static void facts(char *out, size_t size, const struct option_row *row, enum option_source source)
{
    static const char *const words[] = {
        [SOURCE_DEFAULT] = "",
        [SOURCE_FILE] = "set in the config file",
        [SOURCE_ENVIRONMENT] = "set in the environment",
        [SOURCE_COMMAND_LINE] = "set on the command line",
        [SOURCE_SCREEN] = "set here",
        [SOURCE_DEMO] = "set by the demo",
        [SOURCE_RUN] = "set by the run",
    };
    option_range(out, size, row);
    size_t n = strlen(out);
    if (*words[source])
        snprintf(out + n, size - n, "%s%s", n ? ", " : "", words[source]);
}

static void draw_help(struct canvas *c, struct area a, const struct setup_screen *s,
                      const struct options *o)
{
    const struct item *item = setup_selected(s);
    if (area_empty(a) || !item)
        return;
    enum option_id id = setup_option(item);
    const struct option_row *row = option_row(id);
    char about[128], line[OPTION_TEXT_MAX + 16];
    facts(about, sizeof about, row, (enum option_source)o->source[id]);
    bool weights = setup_weights_words(line, sizeof line, s, item, o);
    enum role role = weights && setup_weights_lack(s, o) ? ROLE_STATE_WARN : ROLE_DIM;
    if (a.h == 1) {
        if (!weights)
            snprintf(line, sizeof line, "%s%s%s", setup_help(item), *about ? ", " : "", about);
        canvas_put_cut(c, a, 0, 0, a.w, role, line, weights);
        return;
    }
    a = area_inset(a, 1, 0);
    struct area rest = parts_heading(c, a, false, row->name, about);
    if (weights)
        area_cut_top(&rest, parts_wrap(c, rest, role, line));
    area_cut_top(&rest, parts_wrap(c, rest, ROLE_TEXT, setup_help(item)));
    parts_wrap(c, rest, ROLE_DIM, row->long_help);
}

/* The last row is the estimate's, when there is one. */
static void draw_command(struct canvas *c, struct area a, const struct setup_screen *s,
                         const struct ui_model *model)
{
    struct str text = STR_INIT;
    if (area_empty(a))
        return;
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    if (s->estimate_job || *s->estimate)
        setup_estimate_draw(s, c, area_cut_bottom(&a, a.h >= 2), model->options);
    setup_command(&text, model);
    canvas_put(c, a, 0, 0, ROLE_BAR_FULL, "$");
    parts_wrap(c, (struct area){a.x + 2, a.y, a.w > 2 ? a.w - 2 : 0, a.h}, ROLE_STRONG, text.s);
    str_done(&text);
}

static const struct graph *graph_of(struct setup_screen *s, const struct ui_model *model)
{
    const struct arch *arch = arch_find(model->options->model);
    int n = model->dataset && model->ds.n_classes ? (int)model->ds.n_classes : 2;
    if (s->graph && s->graph->arch == arch && s->graph->n_classes == n)
        return s->graph;
    graph_free(s->graph);
    s->graph = arch ? arch_graph(arch, n) : NULL;
    return s->graph;
}

static void draw_plan(struct canvas *c, const struct setup_layout *l, const struct drawing *d,
                      const struct graph *graph, const struct err *err)
{
    struct area a = area_inset(l->timeline, 1, 0);
    if (!d->recipe) {
        struct area rest = parts_heading(c, a, false, "Phases", NULL);
        area_cut_top(&rest, parts_wrap(c, rest, ROLE_STATE_FAIL, err->message));
        parts_wrap(c, rest, ROLE_TEXT, err->hint);
        return;
    }
    timeline_draw(c, a, d->recipe);
    rates_draw(c, area_inset(l->rates, 1, 0), d->recipe);
    if (graph)
        ladder_draw(c, area_inset(l->freeze, 1, 0), d->recipe, graph);
    else
        canvas_printf(c, area_inset(l->freeze, 1, 0), 0, 0, ROLE_STATE_FAIL,
                      "model: no architecture %s", d->model->options->model);
}

void setup_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct setup_screen *s = self;
    struct recipe recipe;
    struct err err = {0};
    struct drawing d = {s, model, NULL, 0};
    struct setup_layout l;
    if (setup_recipe(s, model->options, &recipe, &err) == ERR_OK)
        d.recipe = &recipe;
    setup_follow_mode(s, model->options->mode);
    const struct graph *graph = graph_of(s, model);
    int phases = d.recipe ? recipe.n_phases : 1;
    layout_setup(&l, body, phases, graph ? (int)graph->n_blocks + 2 + phases : 1);
    if (!area_empty(l.choice)) {
        draw_choices(s, c, l.choice, &d);
        d.first = setup_shown_choices(s);
    }
    s->first = d.first;
    draw_options(s, c, l.options, &d);
    parts_line(c, l.line);
    draw_plan(c, &l, &d, graph, &err);
    draw_help(c, l.help, s, model->options);
    draw_command(c, l.command, s, model);
}

