/* A scrolling list.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_list.h"

#define WHEEL_ROWS 3

static size_t minus(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

bool list_action(struct list *list, enum action action, size_t n)
{
    size_t before = list->selected;
    size_t page = list->rows > 1 ? list->rows - 1 : 1, last = minus(n, 1);
    switch (action) {
    case ACTION_UP:
        list->selected = minus(list->selected, 1);
        break;
    case ACTION_DOWN:
        list->selected++;
        break;
    case ACTION_PAGE_UP:
        list->selected = minus(list->selected, page);
        break;
    case ACTION_PAGE_DOWN:
        list->selected += page;
        break;
    case ACTION_HOME:
        list->selected = 0;
        break;
    case ACTION_END:
        list->selected = last;
        break;
    default:
        return false;
    }
    if (list->selected > last)
        list->selected = last;
    return list->selected != before;
}

static void scroll(struct list *list, bool up)
{
    size_t last = minus(list->n, list->rows);
    list->top = up ? minus(list->top, WHEEL_ROWS) : list->top + WHEEL_ROWS;
    if (list->top > last)
        list->top = last;
    if (list->selected < list->top)
        list->selected = list->top;
    if (list->rows && list->selected >= list->top + list->rows)
        list->selected = list->top + list->rows - 1;
}

bool list_mouse(struct list *list, size_t entry, const struct mouse *m)
{
    if (m->what != MOUSE_CLICK)
        scroll(list, m->what == MOUSE_WHEEL_UP);
    if (m->what != MOUSE_CLICK || entry >= list->n)
        return false;
    bool was = list->selected == entry;
    list->selected = entry;
    return was;
}

void list_fit(struct list *list, size_t n, size_t rows)
{
    list->rows = rows;
    list->n = n;
    if (list->selected >= n)
        list->selected = minus(n, 1);
    if (list->top > minus(n, rows))
        list->top = minus(n, rows);
    if (list->selected < list->top)
        list->top = list->selected;
    if (rows && list->selected >= list->top + rows)
        list->top = list->selected - rows + 1;
}

/* The seen part of the whole as a thick line at the right edge. */
static void draw_position(struct canvas *c, struct area a, const struct list *list, size_t n)
{
    size_t rows = list->rows, length = rows * rows / n, start;
    if (length < 1)
        length = 1;
    start = (size_t)((double)list->top / (double)(n - rows) * (double)(rows - length) + 0.5);
    for (size_t y = start; y < start + length; y++)
        canvas_ch(c, a, a.w - 1, (int)y, ROLE_BORDER, 0x2503);
}

void list_draw(struct canvas *c, struct area a, struct list *list, size_t n, bool focus,
               list_row *row, void *user)
{
    if (area_empty(a))
        return;
    list_fit(list, n, (size_t)a.h);
    struct area line = {a.x, a.y, a.w, 1};
    if (n > list->rows && line.w > 8) {
        draw_position(c, a, list, n);
        line.w--;
    }
    for (size_t i = list->top; i < n && i < list->top + list->rows; i++, line.y++) {
        row(c, line, i, user);
        canvas_hit(c, line, HIT_SCREEN, list, i);
        if (i == list->selected)
            canvas_role(c, line, focus ? ROLE_SELECT : ROLE_SELECT_BLUR);
    }
}
