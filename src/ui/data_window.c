/* Data: one picture in the whole window, larger and moved about by keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdio.h>

#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* A file's size, or a shape that most photos have while it is not known. */
static void shape_of(const struct ds_view *ds, size_t file, int *width, int *height)
{
    struct ds_file_row f = ds_view_file(ds, file);
    *width = f.width > 0 && f.height > 0 ? f.width : 400;
    *height = f.width > 0 && f.height > 0 ? f.height : 300;
}

static void say_window(struct canvas *c, struct area a, const struct zoom_window *w, bool known)
{
    char text[96], share[NUM_TEXT];
    int n = known ? snprintf(text, sizeof text, "%.0f %%, ", 100 * w->scale) : 0;
    if (w->w * w->h < 1)
        snprintf(text + n, sizeof text - (size_t)n, "%s of it is seen",
                 fmt_percent(share, w->w * w->h));
    else
        snprintf(text + n, sizeof text - (size_t)n, "all is seen; %s enlarges",
                 parts_key(ACTION_PICTURE_IN));
    canvas_put_right(c, a, a.w, 0, ROLE_DIM, text);
}

void data_draw_window(struct data_screen *s, struct canvas *c, struct area body,
                      const struct ui_model *model)
{
    size_t file;
    int width, height;
    if (!data_file(s, &model->ds, &file))
        return;
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct area head = area_cut_top(&body, body.h >= 3 ? 1 : 0), facts = body;
    shape_of(&model->ds, file, &width, &height);
    s->room_w = body.w * model->cell_w;
    s->room_h = body.h * model->cell_h;
    canvas_hit(c, body, HIT_SCREEN, &s->zoom, 0);
    struct zoom_window w = zoom_window(&s->zoom, width, height, s->room_w, s->room_h);
    bool shown = data_draw_picture(c, body, model, file, &w);
    int room = shown && head.w >= 60 ? head.w - 34 : head.w;
    canvas_put_cut(c, head, 0, 0, room, ROLE_TITLE, f.name, true);
    if (shown && room < head.w)
        say_window(c, head, &w, f.width > 0);
    if (!shown)
        data_draw_facts(c, area_inset(facts, 1, 0), &model->ds, file);
}

/* The next or previous file of what the window covers. */
static bool step(struct data_screen *s, bool back, const struct ds_view *ds)
{
    size_t file;
    if (s->below != DATA_PROBLEMS) {
        struct data_rows *r = &s->rows[1];
        size_t before = r->list.selected;
        list_action(&r->list, back ? ACTION_UP : ACTION_DOWN, r->order.n);
        return r->list.selected != before;
    }
    size_t n = data_entries(ds);
    if (s->second == back && data_entry_file(ds, s->problems.selected, !back, &file)) {
        s->second = !back;
        return true;
    }
    for (size_t i = s->problems.selected; back ? i-- > 0 : ++i < n;) {
        if (!data_entry_file(ds, i, false, &file))
            continue;
        s->problems.selected = i;
        s->second = back && data_entry_file(ds, i, true, &file);
        return true;
    }
    return false;
}

bool data_window_action(struct data_screen *s, enum action action, const struct ui_model *model)
{
    size_t file;
    int width, height;
    if (!data_file(s, &model->ds, &file))
        return false;
    shape_of(&model->ds, file, &width, &height);
    if (zoom_action(&s->zoom, action, width, height, s->room_w, s->room_h))
        return true;
    bool whole = s->zoom.steps == 0,
         back = action == ACTION_LEFT || action == ACTION_UP || action == ACTION_PAGE_UP;
    bool moves = action == ACTION_LEFT || action == ACTION_RIGHT || action == ACTION_UP ||
                 action == ACTION_DOWN;
    if ((action != ACTION_PAGE_UP && action != ACTION_PAGE_DOWN && !(moves && whole)) ||
        !step(s, back, &model->ds))
        return false;
    s->zoom = (struct zoom){0};
    return true;
}
