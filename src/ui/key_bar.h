/* The last row: keys that the screen has, with their labels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_KEY_BAR_H
#define FL_UI_KEY_BAR_H

#include "ui/canvas.h"
#include "ui/keymap.h"

/* Tells what can be done now, and what it does. */
struct key_bar_now {
    bool (*can)(const void *of, enum action action);
    const char *(*label)(const void *of, enum action action); /* other than the table's, or NULL; may be NULL */
    const void *of;
};

/* Draws what fits into the row a, each key whole with its label or not at all: quit first of all,
 * then help, then the others of the context in the table's order, quit behind them. now (or NULL):
 * what cannot be done has the room that is left, and is dim. */
void key_bar_draw(struct canvas *c, struct area a, const struct keymap *map, unsigned context,
                  const struct key_bar_now *now);

#endif
