/* A scrolling list: only the rows that are seen are asked for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_LIST_H
#define FL_UI_W_LIST_H

#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/keys.h"

/* Zeros are a good start. Fields may be read, selected also written. */
struct list {
    size_t selected, top;
    size_t rows; /* seen at the last draw: a page */
    size_t n;    /* entries there were then */
};

/* Moves the selection for UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END; false: another action, or it
 * stays where it is. */
bool list_action(struct list *list, enum action action, size_t n);

/* The mouse on an entry: the wheel scrolls, and takes the selection along where it would get out of
 * sight; a click selects. True: it is clicked and was selected already. */
bool list_mouse(struct list *list, size_t entry, const struct mouse *m);

/* Draws one entry into its row. */
typedef void list_row(struct canvas *c, struct area row, size_t i, void *user);

/* Draws entries so that the selected one is seen; a mark of the position in the last column when
 * there are more than rows. focus: the list has the keys. Each row is a hit of the list. */
void list_draw(struct canvas *c, struct area a, struct list *list, size_t n, bool focus,
               list_row *row, void *user);

/* Keeps selected below n and the selection within the rows. */
void list_fit(struct list *list, size_t n, size_t rows);

#endif
