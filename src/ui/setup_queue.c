/* The queue on Setup: runs are added, moved and taken out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* --- adding ----------------------------------------------------------------------------------- */

static bool submit(struct setup_screen *s, const struct cmd *cmd)
{
    struct err err = {0};
    if (s->calls->submit(s->calls->app, cmd, NULL, &err) == ERR_OK)
        return true;
    s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s%s%s", err.message, *err.hint ? "; " : "",
                     err.hint);
    return false;
}

static bool add(struct setup_screen *s, const struct options *options)
{
    struct cmd cmd = {.kind = CMD_QUEUE_ADD, .options = options};
    snprintf(cmd.path, sizeof cmd.path, "%s", s->model->data);
    return submit(s, &cmd);
}

static int add_all_modes(struct setup_screen *s)
{
    struct options *o = xmalloc(sizeof *o);
    int n = 0;
    for (int m = 0; m < MODE_COUNT; m++) {
        *o = *s->model->options;
        option_set(o, OPTION_ID_mode, mode_name((enum mode)m), SOURCE_SCREEN, NULL);
        if (!add(s, o))
            break;
        n++;
    }
    free(o);
    return n;
}

static void add_chosen(void *user, int choice)
{
    struct setup_screen *s = user;
    int wanted = choice == 1 ? MODE_COUNT : 1, n = 0;
    if (choice == 0)
        n = add(s, s->model->options);
    else if (choice == 1)
        n = add_all_modes(s);
    if (n > 0 && n == wanted) /* else what went wrong stands there */
        s->calls->status(s->calls->app, ROLE_STATE_DONE, "%d run%s added; %s shows what waits", n,
                         n == 1 ? "" : "s", parts_key(ACTION_QUEUE));
}

void setup_queue_ask(struct setup_screen *s)
{
    static const char *const items[] = {"this run", "the same settings in all five modes"};
    s->calls->menu(s->calls->app, "Add to the queue", items, 2, 0, add_chosen, s);
}

/* --- changing --------------------------------------------------------------------------------- */

bool setup_queue_action(struct setup_screen *s, enum action action)
{
    const struct snapshot *snap = s->model->snap;
    queued_keep(&s->queue.selected, &s->queue_pick, snap);
    if (action == ACTION_QUEUE || action == ACTION_BACK) {
        s->queue_open = false;
        return true;
    }
    if (queued_has_key(action)) {
        queued_change(s->calls, s->queue_pick.job, action);
        return true;
    }
    bool moved = list_action(&s->queue, action, (size_t)snap->n_queue);
    queued_keep(&s->queue.selected, &s->queue_pick, snap);
    return moved;
}

const char *setup_queue_why_not(const struct setup_screen *s, enum action action,
                                const struct ui_model *model)
{
    if (action == ACTION_QUEUE_ADD && !*model->data)
        return "open a data folder first";
    if (action == ACTION_QUEUE && !s->queue_open && !model->snap->n_queue)
        return parts_say("no run waits; %s adds one", parts_key(ACTION_QUEUE_ADD));
    return queued_has_key(action)
               ? queued_why_not(model->snap, s->queue_open,
                                parts_say("go to the queue first (%s)", parts_key(ACTION_QUEUE)))
               : NULL;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_run(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct queue_entry *e = &((const struct snapshot *)user)->queue[i];
    canvas_printf(c, row, 1, 0, ROLE_DIM, "%zu", i + 1);
    canvas_put_cut(c, row, 4, 0, 14, ROLE_STRONG, e->mode, false);
    if (row.w >= 27)
        canvas_put_cut(c, row, 19, 0, 8, ROLE_TEXT, e->preset, false);
    if (row.w >= 34)
        canvas_put_cut(c, row, 28, 0, 16, ROLE_TEXT, e->model, false);
    int x = 45, data = row.w >= 76 ? 20 : 0;
    canvas_put_cut(c, row, x, 0, row.w - x - data - (data > 0), ROLE_CHANGED, e->settings, false);
    if (data)
        canvas_put_cut(c, row, row.w - data, 0, data, ROLE_DIM, e->data, true);
}

static void draw_line(struct canvas *c, struct area row, const struct snapshot *snap)
{
    const struct queue_entry *e = &snap->queue[0];
    canvas_printf(c, row, 0, 0, ROLE_STATE_RUN, "%d wait%s", (int)snap->n_queue,
                  snap->n_queue == 1 ? "s" : "");
    char text[128];
    snprintf(text, sizeof text, "next: %s, %s, %s", e->mode, e->preset, e->model);
    canvas_put_cut(c, row, 10, 0, row.w - 10, ROLE_DIM, text, false);
}

void setup_queue_draw(struct setup_screen *s, struct canvas *c, struct area *a,
                      const struct snapshot *snap)
{
    char keys[48];
    queued_keep(&s->queue.selected, &s->queue_pick, snap);
    s->queue_open = s->queue_open && snap->n_queue;
    if (!snap->n_queue)
        return;
    if (!s->queue_open) {
        draw_line(c, area_cut_bottom(a, a->h >= 3), snap);
        return;
    }
    struct area rows = area_cut_bottom(a, (int)snap->n_queue + 1);
    queued_keys(keys, sizeof keys);
    rows = parts_heading(c, rows, true, "Runs that wait", keys);
    list_draw(c, rows, &s->queue, (size_t)snap->n_queue, true, draw_run, (void *)snap);
}
