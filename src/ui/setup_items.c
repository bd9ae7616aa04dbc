/* The rows of Setup, and those that a filter lets through.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <string.h>

static void add_item(struct setup_screen *s, enum item_kind kind, int index)
{
    s->items[s->n_items++] = (struct item){kind, index};
}

void setup_items(struct setup_screen *s)
{
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
    setup_filter(s);
}

enum option_id setup_option(const struct item *item)
{
    return item->kind == ITEM_MODE     ? OPTION_ID_mode
           : item->kind == ITEM_PRESET ? OPTION_ID_preset
                                       : (enum option_id)item->index;
}

const struct item *setup_selected(const struct setup_screen *s)
{
    return s->n_shown ? &s->items[s->shown[s->selected]] : NULL;
}

static bool matches(const struct item *item, const char *text)
{
    const struct option_row *row = option_row(setup_option(item));
    if (item->kind == ITEM_MODE)
        return strcasestr(mode_name((enum mode)item->index), text) != NULL;
    if (item->kind == ITEM_PRESET)
        return strcasestr(preset_name((enum preset)item->index), text) != NULL;
    for (int i = 0; row->choices && row->choices[i]; i++) {
        if (strcasestr(row->choices[i], text))
            return true;
    }
    return strcasestr(row->name, text) || strcasestr(row->help, text);
}

/* A heading is shown when one of the options below it is. */
static bool passes(const struct setup_screen *s, size_t i, const char *text)
{
    if (!*text)
        return true;
    if (s->items[i].kind != ITEM_HEADING)
        return matches(&s->items[i], text);
    for (size_t k = i + 1; k < s->n_items && s->items[k].kind == ITEM_OPTION; k++) {
        if (matches(&s->items[k], text))
            return true;
    }
    return false;
}

/* How well the name of an item is what was typed: all of it, its beginning, something in it, nothing. */
static int rank(const struct item *item, const char *text)
{
    const char *name = item->kind == ITEM_MODE     ? mode_name((enum mode)item->index)
                       : item->kind == ITEM_PRESET ? preset_name((enum preset)item->index)
                                                   : option_row(setup_option(item))->name;
    const char *at = item->kind == ITEM_HEADING || !*text ? NULL : strcasestr(name, text);
    return !at ? 0 : at > name ? 1 : name[strlen(text)] ? 2 : 3;
}

/* What was selected stays so, unless another's name is nearer to what was typed. */
void setup_filter(struct setup_screen *s)
{
    const char *text = s->filter.edit.text;
    size_t kept = s->n_shown ? s->shown[s->selected] : 0, first = 0, best = 0;
    int most = 0, rank_kept = -1;
    s->n_shown = 0;
    s->selected = 0;
    for (size_t i = 0; i < s->n_items; i++) {
        if (!passes(s, i, text))
            continue;
        int here = rank(&s->items[i], text);
        if (i == kept) {
            s->selected = s->n_shown;
            rank_kept = here;
        }
        if (!first && s->items[i].kind == ITEM_OPTION)
            first = s->n_shown;
        if (here > most) {
            most = here;
            best = s->n_shown;
        }
        s->shown[s->n_shown++] = i;
    }
    if (rank_kept < most)
        s->selected = most ? best : first;
}

void setup_follow_mode(struct setup_screen *s, int mode)
{
    const struct item *now = setup_selected(s);
    bool follows = s->mode < 0 || (s->mode != mode && now && now->kind == ITEM_MODE);
    for (size_t i = 0; follows && i < s->n_shown; i++) {
        const struct item *item = &s->items[s->shown[i]];
        if (item->kind == ITEM_MODE && item->index == mode)
            s->selected = i;
    }
    s->mode = mode;
}

size_t setup_shown_choices(const struct setup_screen *s)
{
    size_t n = 0;
    while (n < s->n_shown && s->items[s->shown[n]].kind <= ITEM_PRESET)
        n++;
    return n;
}

bool setup_move(struct setup_screen *s, enum action action)
{
    struct list all = {.selected = s->selected, .rows = s->options.rows};
    if (!list_action(&all, action, s->n_shown))
        return false;
    bool up = action == ACTION_UP || action == ACTION_PAGE_UP;
    if (s->items[s->shown[all.selected]].kind == ITEM_HEADING) /* an option follows each */
        all.selected += up && all.selected ? (size_t)-1 : 1;
    bool moved = s->selected != all.selected;
    s->selected = all.selected;
    return moved;
}

static struct ui_rows waiting_rows(struct setup_screen *s, const struct snapshot *snap, const size_t *go)
{
    if (go)
        s->queue.selected = *go;
    return (struct ui_rows){(size_t)snap->n_queue, s->queue.selected, "waiting run", "waiting runs"};
}

struct ui_rows setup_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct setup_screen *s = self;
    struct ui_rows rows = {.one = "row", .many = "rows"};
    if (s->queue_open)
        return waiting_rows(s, model->snap, go);
    for (size_t i = 0; i < s->n_shown; i++) { /* headings do not count */
        if (s->items[s->shown[i]].kind == ITEM_HEADING)
            continue;
        if (go && rows.n == *go)
            s->selected = i;
        if (i == s->selected)
            rows.at = rows.n;
        rows.n++;
    }
    return rows;
}

/* --- mouse ------------------------------------------------------------------------------------ */

/* Selects a shown row that is no heading; true: it was selected, and has the keys. */
static bool click(struct setup_screen *s, size_t row)
{
    if (row >= s->n_shown || s->items[s->shown[row]].kind == ITEM_HEADING)
        return false;
    bool was = s->selected == row && !s->queue_open;
    s->selected = row;
    s->queue_open = false;
    return was;
}

/* The selection goes along where it has the keys; headings are stepped over. */
static void scroll(struct setup_screen *s, const struct mouse *m)
{
    bool focus = s->selected >= s->first;
    list_mouse(&s->options, 0, m);
    if (!focus)
        return;
    s->selected = s->first + s->options.selected;
    if (s->selected < s->n_shown && s->items[s->shown[s->selected]].kind == ITEM_HEADING)
        s->selected += m->what == MOUSE_WHEEL_UP && s->selected > s->first ? (size_t)-1 : 1;
}

bool setup_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct setup_screen *s = self;
    s->model = model;
    if (hit->of == &s->queue) {
        list_mouse(&s->queue, hit->index, m); /* a run that waits has nothing to open */
    } else if (hit->of == &s->options && m->what == MOUSE_CLICK) {
        return click(s, s->first + hit->index);
    } else if (hit->of == &s->options) {
        scroll(s, m);
    } else if (hit->of == s->items && m->what == MOUSE_CLICK) {
        for (size_t i = 0; i < s->n_shown; i++) {
            if (s->shown[i] == hit->index)
                return click(s, i);
        }
    }
    return false;
}
