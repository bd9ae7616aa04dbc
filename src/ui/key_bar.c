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

/* The bar while it is put together: each thing is asked once, a screen may have to look for it. */
struct bar {
    struct item items[ACTION_COUNT]; /* width 0: not here */
    bool possible[ACTION_COUNT], taken[ACTION_COUNT];
    int room;
};

static void fill(struct bar *bar, const struct keymap *map, unsigned context,
                 const struct key_bar_now *now)
{
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        bool here = (action_row(i)->contexts & context) && i != ACTION_QUIT;
        if (here)
            bar->items[i] = item_of(map, i, now);
        bar->possible[i] = bar->items[i].width && (!now || now->can(now->of, i));
    }
}

/* In the table's order what can be done (or cannot), as long as there is room. */
static void take(struct bar *bar, bool possible)
{
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        int width = bar->items[i].width;
        if (!width || width > bar->room || bar->possible[i] != possible)
            continue;
        bar->taken[i] = true;
        bar->room -= width;
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
    struct bar bar = {.room = a.w - quit.width};
    int x = 0;
    if (quit.width > a.w)
        return;
    fill(&bar, map, context, now);
    take(&bar, true);
    take(&bar, false);
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (bar.taken[i])
            x = draw_item(c, a, x, &bar.items[i], bar.possible[i]);
    }
    if (quit.width)
        draw_item(c, a, x, &quit, true);
}
