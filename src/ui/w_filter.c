/* The line that narrows a list.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define LETTERS 8 /* of the text, that have room beside the count */

void filter_open(struct filter *f)
{
    f->typing = true;
}

bool filter_clear(struct filter *f)
{
    bool was = *f->edit.text;
    f->typing = false;
    edit_set(&f->edit, "");
    return was;
}

enum filter_key filter_key(struct filter *f, const struct key_event *event)
{
    int key = event->key.code;
    if (!f->typing)
        return FILTER_NOT;
    if (key == K_ESC)
        return filter_clear(f) ? FILTER_CHANGED : FILTER_TAKEN;
    if (key == K_ENTER)
        f->typing = false;
    if (key == K_ENTER || key == K_TAB || key == K_BACKTAB) /* a line that is open is not left for another screen */
        return FILTER_TAKEN;
    char *before = xstrdup(f->edit.text);
    bool taken = edit_key(&f->edit, event), same = str_eq(before, f->edit.text);
    free(before);
    return !taken ? FILTER_NOT : same ? FILTER_TAKEN : FILTER_CHANGED;
}

bool filter_shown(const struct filter *f)
{
    return f->typing || *f->edit.text;
}

void filter_draw(const struct filter *f, struct canvas *c, struct area row, const char *label, size_t fit, size_t all)
{
    char count[64];
    snprintf(count, sizeof count, " %zu of %zu", fit, all);
    int width = text_width(count);
    if (row.w > text_width(label) + LETTERS + width) {
        canvas_put_right(c, row, row.w, 0, fit ? ROLE_DIM : ROLE_STATE_WARN, count);
        row.w -= width;
    }
    int at = canvas_put(c, row, 0, 0, ROLE_STRONG, label);
    struct area field = {row.x + at, row.y, row.w > at ? row.w - at : 0, row.h};
    if (f->typing)
        edit_draw(&f->edit, c, field);
    else
        canvas_put_cut(c, field, 0, 0, field.w, ROLE_CHANGED, f->edit.text, false);
}
