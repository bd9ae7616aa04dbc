/* Setup: mode, preset, every option, and what they come to: phases, blocks, the command line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "nn/arch.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/screen.h"
#include "ui/w_list.h"
#include "ui/w_timeline.h"

enum item_kind { ITEM_MODE, ITEM_PRESET, ITEM_HEADING, ITEM_OPTION };

/* A row that is listed: a choice of mode or preset, a group's heading, an option. */
struct item {
    enum item_kind kind;
    int index; /* mode, preset, or option id (heading: of its first option) */
};

#define CHOICES (MODE_COUNT + PRESET_COUNT)

struct setup_screen {
    const struct ui_calls *calls;
    struct ui_model *model; /* of the last action, for what menus and prompts hand back */
    struct item items[CHOICES + 2 * OPTION_COUNT];
    size_t n_items, selected;
    bool begun; /* selected is set: at first the mode that is chosen */
    struct list choice, options;
    int edited;          /* option that a menu or prompt is open for */
    struct graph *graph; /* of the model chosen, for the ladder */
};

static void add_item(struct setup_screen *s, enum item_kind kind, int index)
{
    s->items[s->n_items++] = (struct item){kind, index};
}

static void *setup_init(const struct ui_calls *calls)
{
    struct setup_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    const char *group = "";
    for (int i = 0; i < MODE_COUNT; i++)
        add_item(s, ITEM_MODE, i);
    for (int i = 0; i < PRESET_COUNT; i++)
        add_item(s, ITEM_PRESET, i);
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (i == OPTION_ID_mode || i == OPTION_ID_preset)
            continue;
        if (!str_eq(group, option_row((enum option_id)i)->group))
            add_item(s, ITEM_HEADING, i);
        group = option_row((enum option_id)i)->group;
        add_item(s, ITEM_OPTION, i);
    }
    return s;
}

static void setup_free(void *self)
{
    struct setup_screen *s = self;
    graph_free(s->graph);
    free(s);
}

static enum option_id option_of(const struct item *item)
{
    return item->kind == ITEM_MODE     ? OPTION_ID_mode
           : item->kind == ITEM_PRESET ? OPTION_ID_preset
                                       : (enum option_id)item->index;
}

/* --- values -------------------------------------------------------------------------------- */

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

static void epochs_text(char *out, size_t size, const struct recipe *r)
{
    size_t n = 0;
    for (int i = 0; i < r->n_phases && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%d", i ? "," : "", r->phases[i].epochs);
}

/* What an automatic option comes to; "" when it is not the recipe that decides. */
static void recipe_value(char *out, size_t size, enum option_id id, const struct recipe *r)
{
    const struct phase *p = &r->phases[r->n_phases - 1];
    const char *const *choices = option_row(id)->choices;
    char number[NUM_TEXT] = "";
    const char *text = number;
    // clang-format off
    switch ((int)id) {
    case OPTION_ID_epochs: epochs_text(out, size, r); return;
    case OPTION_ID_batch_size: snprintf(number, sizeof number, "%d", r->batch_size); break;
    case OPTION_ID_image_size: snprintf(number, sizeof number, "%d", r->image_size); break;
    case OPTION_ID_lr: fmt_rate(number, r->phases[0].backbone_trains ? r->phases[0].lr_backbone : r->phases[0].lr_head); break;
    case OPTION_ID_head_lr: fmt_rate(number, r->phases[0].lr_head); break;
    case OPTION_ID_momentum: num_real(number, p->momentum); break;
    case OPTION_ID_weight_decay: num_real(number, p->weight_decay); break;
    case OPTION_ID_label_smoothing: num_real(number, p->label_smoothing); break;
    case OPTION_ID_dropout: num_real(number, p->dropout); break;
    case OPTION_ID_jitter: num_real(number, p->augment.jitter); break;
    case OPTION_ID_crop_min: num_real(number, p->augment.crop_min); break;
    case OPTION_ID_optimizer: text = choices[p->optimizer]; break;
    case OPTION_ID_schedule: text = choices[p->schedule.kind]; break;
    case OPTION_ID_bn: text = choices[p->bn]; break;
    case OPTION_ID_normalize: text = r->imagenet_norm ? "imagenet" : "none"; break;
    case OPTION_ID_resize: text = choices[r->resize]; break;
    case OPTION_ID_antialias: text = on_off(r->antialias); break;
    case OPTION_ID_class_weights: text = on_off(r->class_weights); break;
    case OPTION_ID_average: text = on_off(r->average); break;
    case OPTION_ID_flip: text = on_off(p->augment.flip); break;
    case OPTION_ID_crop: text = on_off(p->augment.crop); break;
    default: break;
    }
    // clang-format on
    snprintf(out, size, "%s", text);
}

/* "32 pictures", "auto: 64 pictures", "(none)". */
static void value_text(struct str *out, const struct options *o, enum option_id id,
                       const struct recipe *r)
{
    const struct option_row *row = option_row(id);
    char automatic[64] = "";
    if (row->automatic && !option_is_set(o, id) && r)
        recipe_value(automatic, sizeof automatic, id, r);
    if (*automatic)
        str_printf(out, "%s: %s", id == OPTION_ID_bn ? "default" : "auto", automatic);
    else
        option_get(out, o, id);
    if (!out->len)
        str_add(out, "-");
    else if (row->unit && out->s[out->len - 1] >= '0' && out->s[out->len - 1] <= '9')
        str_printf(out, " %s", row->unit);
}

/* "1 to 65536 pictures", for the prompt's title and the help line. */
static void range_text(char *out, size_t size, const struct option_row *row)
{
    char low[NUM_TEXT], high[NUM_TEXT];
    *out = '\0';
    if (row->type == OPTION_INT && row->max_int < INT64_MAX)
        snprintf(out, size, "%lld to %lld%s%s", (long long)row->min_int, (long long)row->max_int,
                 row->unit ? " " : "", row->unit ? row->unit : "");
    else if (row->type == OPTION_REAL)
        snprintf(out, size, "%s to %s", num_real(low, row->min_real),
                 num_real(high, row->max_real));
}

/* --- drawing ------------------------------------------------------------------------------- */

struct drawing {
    const struct setup_screen *s;
    const struct ui_model *model;
    const struct recipe *recipe; /* NULL: the options give none */
    size_t first;                /* item of the list's row 0 */
};

/* help is the longest of the two that fits. */
static void draw_choice(struct canvas *c, struct area row, bool chosen, const char *name,
                        const char *full, const char *brief, bool changed)
{
    canvas_ch(c, row, 1, 0, chosen ? ROLE_STATE_RUN : ROLE_DIM, chosen ? 0x25cf : 0x25cb);
    canvas_put(c, row, 3, 0, !chosen ? ROLE_TEXT : changed ? ROLE_CHANGED : ROLE_STRONG, name);
    canvas_put_cut(c, row, 18, 0, row.w - 18, ROLE_DIM,
                   text_width(full) <= row.w - 18 ? full : brief, false);
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
static const char *const preset_help[] = {
    [PRESET_CLASSIC] = "the textbook: plain SGD, constant rates, no augmentation",
    [PRESET_BEST] = "chosen for the best validation accuracy at the same epochs",
};

static void draw_option(struct canvas *c, struct area row, enum option_id id,
                        const struct drawing *d)
{
    const struct option_row *o = option_row(id);
    bool set = option_is_set(d->model->options, id);
    int value_w = row.w >= 44 ? 20 : row.w - 20;
    struct str value = STR_INIT;
    value_text(&value, d->model->options, id, d->recipe);
    canvas_put(c, row, 1, 0, ROLE_CHANGED, set ? "*" : " ");
    canvas_put(c, row, 3, 0, ROLE_TEXT, o->name);
    canvas_put_cut(c, row, 20, 0, value_w, set ? ROLE_CHANGED : ROLE_TEXT, value.s,
                   o->type == OPTION_PATH);
    int x = 20 + value_w + 1;
    const char *source =
        set ? option_source_name((enum option_source)d->model->options->source[id]) : "";
    int right = row.w - (set ? text_width(source) + 1 : 0);
    if (row.w >= 58)
        canvas_put_right(c, row, row.w, 0, ROLE_DIM, source);
    if (row.w >= 72)
        canvas_put_cut(c, row, x, 0, right - x, ROLE_DIM, o->help, false);
    str_done(&value);
}

static void draw_item(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    const struct item *item = &d->s->items[d->first + i];
    const struct options *o = d->model->options;
    if (item->kind == ITEM_MODE)
        draw_choice(c, row, o->mode == item->index, mode_name((enum mode)item->index),
                    mode_help((enum mode)item->index), mode_short[item->index],
                    option_is_set(o, OPTION_ID_mode));
    else if (item->kind == ITEM_PRESET)
        draw_choice(c, row, o->preset == item->index, preset_name((enum preset)item->index),
                    preset_help[item->index], preset_short[item->index],
                    option_is_set(o, OPTION_ID_preset));
    else if (item->kind == ITEM_HEADING)
        canvas_put(c, row, 0, 0, ROLE_TITLE, option_row((enum option_id)item->index)->group);
    else
        draw_option(c, row, (enum option_id)item->index, d);
}

/* The choices of mode and preset, each below its heading. */
static void draw_choices(struct setup_screen *s, struct canvas *c, struct area a, struct drawing *d)
{
    bool focus = s->selected < CHOICES;
    s->choice.selected = focus ? s->selected : (size_t)d->model->options->mode;
    struct area row = {a.x, a.y, a.w, 1};
    for (size_t i = 0; i < CHOICES; i++, row.y++) {
        if (i == 0 || i == MODE_COUNT) {
            parts_heading(c, area_clip(row, a), focus, i ? "Preset" : "Mode", NULL);
            row.y++;
        }
        struct area clipped = area_clip(row, a);
        draw_item(c, clipped, i, d);
        if (focus && i == s->selected)
            canvas_role(c, clipped, ROLE_SELECT);
    }
}

static void draw_options(struct setup_screen *s, struct canvas *c, struct area a, struct drawing *d)
{
    bool focus = s->selected >= d->first;
    if (focus)
        s->options.selected = s->selected - d->first;
    else if (!s->options.selected)
        s->options.selected = 1; /* not the first heading */
    list_draw(c, a, &s->options, s->n_items - d->first, focus, draw_item, d);
}

static void draw_help(struct canvas *c, struct area a, const struct setup_screen *s)
{
    if (area_empty(a))
        return;
    const struct item *item = &s->items[s->selected];
    const struct option_row *row = option_row(option_of(item));
    char range[96], line[256];
    range_text(range, sizeof range, row);
    const char *help = item->kind == ITEM_MODE     ? mode_help((enum mode)item->index)
                       : item->kind == ITEM_PRESET ? preset_help[item->index]
                                                   : row->help;
    if (a.h == 1) {
        snprintf(line, sizeof line, "%s%s%s", help, *range ? ", " : "", range);
        canvas_put_cut(c, a, 0, 0, a.w, ROLE_DIM, line, false);
        return;
    }
    a = area_inset(a, 1, 0);
    struct area rest = parts_heading(c, a, false, row->name, range);
    area_cut_top(&rest, parts_wrap(c, rest, ROLE_TEXT, help));
    parts_wrap(c, rest, ROLE_DIM, row->long_help);
}

static void draw_command(struct canvas *c, struct area a, const struct ui_model *model)
{
    struct str text = STR_INIT;
    if (area_empty(a))
        return;
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    options_command(&text, model->options, "train", *model->data ? model->data : "DIR");
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
    if (graph)
        ladder_draw(c, area_inset(l->freeze, 1, 0), d->recipe, graph);
    else
        canvas_printf(c, area_inset(l->freeze, 1, 0), 0, 0, ROLE_STATE_FAIL,
                      "model: no architecture %s", d->model->options->model);
}

static void setup_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct setup_screen *s = self;
    struct recipe recipe;
    struct err err = {0};
    struct drawing d = {s, model, NULL, 0};
    struct setup_layout l;
    if (engine_recipe(model->options, &recipe, &err) == ERR_OK)
        d.recipe = &recipe;
    if (!s->begun)
        s->selected = (size_t)model->options->mode;
    s->begun = true;
    const struct graph *graph = graph_of(s, model);
    int phases = d.recipe ? recipe.n_phases : 1;
    layout_setup(&l, body, phases, graph ? (int)graph->n_blocks + 1 + phases : 1);
    if (!area_empty(l.choice)) {
        draw_choices(s, c, l.choice, &d);
        d.first = CHOICES;
    }
    draw_options(s, c, l.options, &d);
    parts_line(c, l.line);
    draw_plan(c, &l, &d, graph, &err);
    draw_help(c, l.help, s);
    draw_command(c, l.command, model);
}

/* --- editing ------------------------------------------------------------------------------- */

/* A value was changed: what hangs on it follows. */
static void changed(struct setup_screen *s, enum option_id id)
{
    if (option_row(id)->dirties == DIRTY_DATA && *s->model->data)
        s->calls->open_data(s->calls->app, s->model->data);
    if (s->calls->changed)
        s->calls->changed(s->calls->app, id);
}

static bool set_text(struct setup_screen *s, enum option_id id, const char *text)
{
    struct err err = {0};
    if (option_set(s->model->options, id, text, SOURCE_SCREEN, &err) == ERR_OK) {
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
    if (text && option_set(&copy, id, text, SOURCE_SCREEN, &err))
        prompt_option(s, id, text);
    if (text)
        set_text(s, id, text);
}

/* Names that a menu offers for an option: "auto" first where it is automatic. Returns how many, 0
 * for one that is typed. */
static size_t menu_items(enum option_id id, const char *items[64])
{
    const struct option_row *row = option_row(id);
    size_t n = 0;
    if (!row->choices && row->type != OPTION_BOOL && id != OPTION_ID_model)
        return 0;
    if (row->automatic)
        items[n++] = id == OPTION_ID_bn ? "default" : "auto";
    if (id == OPTION_ID_model) {
        for (size_t i = 0; i < arch_count() && n < 64; i++)
            items[n++] = arch_at(i)->name;
    }
    for (size_t i = 0; row->choices && row->choices[i] && n < 64; i++)
        items[n++] = row->choices[i];
    if (row->type == OPTION_BOOL) {
        items[n++] = "on";
        items[n++] = "off";
    }
    return n;
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
    const char *items[64];
    size_t n = menu_items((enum option_id)s->edited, items);
    if (choice >= 0 && (size_t)choice < n)
        set_text(s, (enum option_id)s->edited, items[choice]);
}

static void prompt_option(struct setup_screen *s, enum option_id id, const char *text)
{
    const struct option_row *row = option_row(id);
    char title[256], range[96];
    range_text(range, sizeof range, row);
    snprintf(title, sizeof title, "%s: %s%s%s", row->name, row->help, *range ? ", " : "", range);
    s->calls->prompt(s->calls->app, title, text, row->type == OPTION_PATH, typed, s);
}

/* The next or previous of the values that a menu would offer. */
static bool cycle(struct setup_screen *s, enum option_id id, bool back)
{
    const char *items[64];
    size_t n = menu_items(id, items);
    if (!n)
        return false;
    size_t at = menu_selected(s->model->options, id, items, n);
    set_text(s, id, items[(at + (back ? n - 1 : 1)) % n]);
    return true;
}

static void edit(struct setup_screen *s, const struct item *item)
{
    enum option_id id = option_of(item);
    const struct option_row *row = option_row(id);
    const char *items[64];
    size_t n = menu_items(id, items);
    s->edited = (int)id;
    if (item->kind == ITEM_MODE)
        set_text(s, id, mode_name((enum mode)item->index));
    else if (item->kind == ITEM_PRESET)
        set_text(s, id, preset_name((enum preset)item->index));
    else if (row->type == OPTION_BOOL && !row->automatic)
        cycle(s, id, false);
    else if (n)
        s->calls->menu(s->calls->app, row->name, items, n,
                       menu_selected(s->model->options, id, items, n), chosen, s);
    else {
        struct str now = STR_INIT;
        option_get(&now, s->model->options, id);
        prompt_option(s, id, now.s ? now.s : "");
        str_done(&now);
    }
}

static void folder_typed(void *user, const char *text)
{
    struct setup_screen *s = user;
    if (text && *text)
        s->calls->open_data(s->calls->app, text);
}

/* Moves over all items; headings are stepped over. */
static bool move(struct setup_screen *s, enum action action)
{
    struct list all = {s->selected, 0, s->options.rows};
    if (!list_action(&all, action, s->n_items))
        return false;
    bool up = action == ACTION_UP || action == ACTION_PAGE_UP;
    if (s->items[all.selected].kind == ITEM_HEADING)
        all.selected += up ? (size_t)-1 : 1;
    s->selected = all.selected;
    return true;
}

static void back_to_default(struct setup_screen *s, enum option_id id)
{
    option_unset(s->model->options, id);
    changed(s, id);
}

static unsigned setup_action(void *self, enum action action, struct ui_model *model)
{
    struct setup_screen *s = self;
    const struct item *item = &s->items[s->selected];
    s->model = model;
    switch (action) {
    case ACTION_SELECT:
        edit(s, item);
        return UI_REPAINT;
    case ACTION_DEFAULT:
        back_to_default(s, option_of(item));
        return UI_REPAINT;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        return item->kind == ITEM_OPTION && cycle(s, option_of(item), action == ACTION_LEFT)
                   ? UI_REPAINT
                   : UI_NONE;
    case ACTION_START:
        s->calls->start_run(s->calls->app);
        return UI_REPAINT;
    case ACTION_OPEN_FOLDER:
        s->calls->prompt(s->calls->app, "Data folder", model->data, true, folder_typed, s);
        return UI_REPAINT;
    default:
        return move(s, action) ? UI_REPAINT : UI_NONE;
    }
}

static const char *setup_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct setup_screen *s = self;
    if (action == ACTION_START && !model->dataset)
        return "there is no data set yet";
    if (action == ACTION_DEFAULT &&
        !option_is_set(model->options, option_of(&s->items[s->selected])))
        return "this is the default already";
    return NULL;
}

const struct screen_ops screen_setup = {
    .name = "setup",
    .title = "Setup",
    .context = CONTEXT_SETUP,
    .init = setup_init,
    .free = setup_free,
    .draw = setup_draw,
    .action = setup_action,
    .why_not = setup_why_not,
};
