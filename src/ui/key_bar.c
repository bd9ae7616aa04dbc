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

static struct item item_of(const struct keymap *map, enum action action)
{
    struct item item = {.label = action_row(action)->label, .action = action};
    struct str s = STR_INIT;
    if (!item.label || map->of[action].n == 0)
        return item;
    key_write(&s, map->of[action].keys[0]);
    snprintf(item.key, sizeof item.key, " %s ", s.s);
    str_done(&s);
    item.width = text_width(item.key) + text_width(item.label) + 3;
    return item;
}

/* Returns where the next one begins. */
static int draw_item(struct canvas *c, struct area a, int x, const struct item *item)
{
    int label = x + canvas_put(c, a, x, 0, ROLE_BAR_KEY, item->key);
    canvas_printf(c, a, label, 0, ROLE_BAR_LABEL, " %s ", item->label);
    canvas_hit(c, (struct area){a.x + x, a.y, item->width - 1, 1}, HIT_KEY, NULL, (size_t)item->action);
    return x + item->width;
}

void key_bar_draw(struct canvas *c, struct area a, const struct keymap *map, unsigned context)
{
    struct item quit = item_of(map, ACTION_QUIT);
    int x = 0;
    if (quit.width > a.w)
        return;
    for (enum action i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        struct item item = item_of(map, i);
        bool here = item.width && (action_row(i)->contexts & context) && i != ACTION_QUIT;
        if (here && x + item.width + quit.width <= a.w)
            x = draw_item(c, a, x, &item);
    }
    if (quit.width)
        draw_item(c, a, x, &quit);
}
