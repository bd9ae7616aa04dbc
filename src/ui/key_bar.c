/* The last row: keys that the screen has, with their labels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/key_bar.h"

#include <stdio.h>

struct item {
    char key[32]; /* " F5 " */
    const char *label;
    enum action action;
    int width; /* 0: it has no key, or no label */
};

static struct item item_of(const struct keymap *map, enum action action,
                           const struct key_bar_now *now)
{
    const char *other = now && now->label ? now->label(now->of, action) : NULL;
    struct item item = {.label = other ? other : action_row(action)->label, .action = action};
    struct str s = STR_INIT;
    if (!item.label || map->of[action].n == 0)
        return item;
    key_write(&s, map->of[action].keys[0]);
    snprintf(item.key, sizeof item.key, " %s ", s.s);
    str_done(&s);
    item.width = text_width(item.key) + text_width(item.label) + 3;
    return item;
}

/* The bar while it is put together. */
struct bar {
    const struct keymap *map;
    unsigned context;
    const struct key_bar_now *now;
    bool taken[ACTION_COUNT];
    int room;
};

static bool can(const struct bar *bar, enum action action)
{
    return !bar->now || bar->now->can(bar->now->of, action);
}

/* In the table's order what can be done (or cannot), as long as there is room. */
static void take(struct bar *bar, bool possible)
{
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        struct item item = item_of(bar->map, i, bar->now);
        bool here = item.width && (action_row(i)->contexts & bar->context) && i != ACTION_QUIT;
        if (!here || item.width > bar->room || can(bar, i) != possible)
            continue;
        bar->taken[i] = true;
        bar->room -= item.width;
    }
}

/* Returns where the next one begins. */
static int draw_item(struct canvas *c, struct area a, int x, const struct item *item, bool possible)
{
    int label = x + canvas_put(c, a, x, 0, possible ? ROLE_BAR_KEY : ROLE_DIM, item->key);
    canvas_printf(c, a, label, 0, possible ? ROLE_BAR_LABEL : ROLE_DIM, " %s ", item->label);
    canvas_hit(c, (struct area){a.x + x, a.y, item->width - 1, 1}, HIT_KEY, NULL, (size_t)item->action);
    return x + item->width;
}

void key_bar_draw(struct canvas *c, struct area a, const struct keymap *map, unsigned context,
                  const struct key_bar_now *now)
{
    struct item quit = item_of(map, ACTION_QUIT, now);
    struct bar bar = {.map = map, .context = context, .now = now, .room = a.w - quit.width};
    int x = 0;
    if (quit.width > a.w)
        return;
    take(&bar, true);
    take(&bar, false);
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        struct item item = item_of(map, i, now);
        if (bar.taken[i])
            x = draw_item(c, a, x, &item, can(&bar, i));
    }
    if (quit.width)
        draw_item(c, a, x, &quit, true);
}
