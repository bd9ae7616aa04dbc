/* A frame: title line, body, status line, key bar, popups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "ui/ask.h"
#include "ui/layout.h"
#include "ui/key_bar.h"
#include "ui/parts.h"
#include "ui/screens.h"

#define LEAN_COLORS 32   /* of a page's palette on a slow link */
#define STRIP_MAX_W 4000 /* pixels in tmux */
#define STRIP_MAX_H 1200
#define RESIZE_PAUSE 0.1 /* seconds without another resize before pictures are sent */

/* --- frame ---------------------------------------------------------------------------------- */

static const char *run_state(const struct app *app, char text[96], enum role *role)
{
    const struct job_view *job = &app->snap.jobs[0];
    const struct train_view *t = &app->snap.train;
    *role = ROLE_STATE_RUN;
    if (job->job == 0 || job->state == JOB_NONE)
        return "";
    const char *what = job->state == JOB_PAUSED     ? "paused"
                       : job->state == JOB_STOPPING ? "stopping"
                                                    : job->stage;
    *role = job->state == JOB_RUNNING ? ROLE_STATE_RUN : ROLE_STATE_WARN;
    int n = snprintf(text, 96, "%s", what);
    if (t->live && t->epoch > 0)
        n += snprintf(text + n, 96 - (size_t)n, ", epoch %d of %d", t->epoch, t->n_epochs);
    if (job->asked)
        n += snprintf(text + n, 96 - (size_t)n, ", %d asked", (int)job->asked);
    if (app->snap.viewers)
        snprintf(text + n, 96 - (size_t)n, ", %d attached", (int)app->snap.viewers);
    return text;
}

/* The screens with their keys from x on; only numbers beside the current one where the names have
 * no room. Returns where they end. */
static int draw_tabs(const struct app *app, struct canvas *c, struct area a, int x)
{
    int full = x;
    for (size_t i = 0; i < screen_count(); i++)
        full += text_width(screen_at(i)->title) + 4;
    for (size_t i = 0; i < screen_count(); i++) {
        char tab[32];
        bool named = full <= a.w || i == app->current;
        snprintf(tab, sizeof tab, " %zu%s%s ", i + 1, named ? " " : "",
                 named ? screen_at(i)->title : "");
        int begin = x;
        x += canvas_put(c, a, x, 0, i == app->current ? ROLE_SELECT : ROLE_DIM, tab);
        canvas_hit(c, (struct area){a.x + begin, a.y, x - begin, 1}, HIT_TAB, NULL, i);
    }
    return x;
}

/* Where the names of the screens have no room: this one, and how far the run is. */
static void draw_small_title(struct app *app, struct canvas *c, struct area a)
{
    const struct train_view *t = &app->snap.train;
    char text[96];
    enum role role;
    const char *state = run_state(app, text, &role);
    int x = canvas_printf(c, a, 0, 0, ROLE_SELECT, " %zu %s ", app->current + 1,
                          screen_at(app->current)->title);
    if (app->snap.jobs[0].state == JOB_RUNNING && t->live && t->epoch > 0) {
        snprintf(text, sizeof text, "%d of %d", t->epoch, t->n_epochs);
        state = text;
    }
    int width = text_width(state), room = a.w - x - 1;
    width = width < room ? width : room;
    canvas_put_cut(c, a, a.w - width, 0, width, role, state, false);
}

static void draw_title(struct app *app, struct canvas *c, struct area a)
{
    char text[96];
    enum role role;
    if (a.w < 40) {
        draw_small_title(app, c, a);
        return;
    }
    int x = 1 + canvas_put(c, a, 1, 0, ROLE_TITLE, "flowerlab") + 1;
    x = draw_tabs(app, c, a, x);
    const char *state = run_state(app, text, &role);
    int right = a.w - 1, state_w = text_width(state);
    if (state_w && x + 2 + state_w < right) {
        canvas_put_right(c, a, right, 0, role, state);
        right -= state_w + 2;
    }
    const char *data = *app->model.data ? path_base(app->model.data) : "no data";
    int room = right - x - 2, width = text_width(data);
    if (room >= 4)
        canvas_put_cut(c, a, right - (width < room ? width : room), 0, width < room ? width : room,
                       ROLE_STRONG, data, true);
}

/* A line for the first data job that runs. */
static bool job_text(const struct app *app, char *text, size_t size)
{
    for (int i = 1; i < SNAP_JOBS; i++) {
        const struct job_view *job = &app->snap.jobs[i];
        if (job->job == 0 || job->state == JOB_NONE || !*job->stage)
            continue;
        int n = snprintf(text, size, "%s %llu", job->stage, (unsigned long long)job->done);
        if (job->total)
            n += snprintf(text + n, size - (size_t)n, " of %llu", (unsigned long long)job->total);
        if (job->bad)
            snprintf(text + n, size - (size_t)n, ", %llu skipped", (unsigned long long)job->bad);
        return true;
    }
    return false;
}

static void draw_status(struct app *app, struct canvas *c, struct area a, const char *job)
{
    char text[128];
    if (app->strays) {
        snprintf(text, sizeof text, "log: %zu new line%s", app->strays,
                 app->strays == 1 ? "" : "s");
        canvas_put_right(c, a, a.w - 1, 0, ROLE_STATE_WARN, text);
        a.w -= text_width(text) + 2;
    }
    if (*app->message)
        parts_message(c, area_inset(a, 1, 0), app->message_role, app->message);
    else
        canvas_put_cut(c, a, 1, 0, a.w - 2, ROLE_DIM, job, false);
}

static bool can_act(const void *of, enum action action)
{
    const struct app *app = of;
    const struct screen_ops *screen = screen_at(app->current);
    return !screen->why_not || !screen->why_not(app->screens[app->current], action, &app->model);
}

/* A menu of the start lies over Data, which would say beside it that there is nothing yet. */
static bool starts(const struct app *app)
{
    return app->popups.n && !*app->model.data && screen_at(app->current)->context == CONTEXT_DATA;
}

static const char *label_now(const void *of, enum action action)
{
    const struct app *app = of;
    bool paused = app->snap.jobs[0].job && app->snap.jobs[0].state == JOB_PAUSED;
    return action == ACTION_PAUSE && paused ? "go on" : NULL;
}

static void draw_all(struct app *app, struct canvas *c)
{
    struct area all = canvas_area(c), last = {0, c->rows - 1, c->cols, 1};
    char job[128];
    struct frame_layout f;
    layout_frame(&f, c->cols, c->rows);
    if (area_empty(f.body))
        canvas_put_cut(c, all, 0, 0, c->cols, ROLE_STATE_WARN, "window too small", false);
    else if (!starts(app))
        screen_at(app->current)->draw(app->screens[app->current], c, f.body, &app->model);
    if (!area_empty(f.title))
        draw_title(app, c, f.title);
    if (!area_empty(f.keys)) {
        bool bar = screen_at(app->current)->context == CONTEXT_DATA; /* it shows the job itself */
        draw_status(app, c, f.status, !bar && job_text(app, job, sizeof job) ? job : "");
        struct key_bar_now now = {can_act, label_now, app};
        key_bar_draw(c, f.keys, &app->keymap, screen_at(app->current)->context, &now);
    } else if (*app->message || (!area_empty(f.body) && job_text(app, job, sizeof job))) {
        canvas_fill(c, last, ROLE_TEXT, ' ');
        draw_status(app, c, last, *app->message ? "" : job);
    }
    if (app->prompt.open) {
        struct area row = area_empty(f.status) ? last : f.status;
        c->cursor_x = c->cursor_y = -1;
        prompt_draw(&app->prompt, c, row, &app->options);
    }
    if (app->popups.n) {
        c->cursor_x = c->cursor_y = -1;
        popups_draw(&app->popups, c);
    }
}

void app_draw(struct app *app)
{
    double before = clock_thread();
    int cols, rows;
    term_size(app->term, &cols, &rows);
    app->model.now = clock_now();
    if (cols != app->canvas.cols || rows != app->canvas.rows)
        canvas_resize(&app->canvas, cols, rows);
    else
        canvas_clear(&app->canvas);
    draw_all(app, &app->canvas);
    pictures_frame(app->pictures, &app->canvas, app->shown);
    pictures_draw(&app->canvas, app->shown);
    bool calm = app->model.now - app->resized_at >= RESIZE_PAUSE;
    if (!term_show(app->term, &app->canvas, app->shown, calm))
        app->hung_up = true;
    if (calm)
        app->resized_at = -1000; /* nothing is held back */
    app->drawn_at = clock_now();
    app->frame_cost = clock_thread() - before;
    app->dirty = app->urgent = false;
}

/* --- graphics ------------------------------------------------------------------------------- */

/* A link that became slow gets leaner pictures, then half blocks. Returns the level of pictures. */
static enum gfx_level slow_down(struct app *app, struct gfx_facts *facts)
{
    static const char *const says[] = {NULL,
                                       "slow link: pictures with less detail",
                                       "slow link: pictures in half blocks"};
    enum gfx_level level = term_level(app->term, false);
    if (level != app->level && says[level])
        app_status(app, ROLE_STATE_WARN, "%s, %s undoes it", says[level], parts_key(ACTION_REPAINT));
    app->level = level;
    if (level == GFX_CELLS && str_eq(facts->option, "auto"))
        facts->option = "blocks";
    return level == GFX_FULL ? GFX_FULL : GFX_LEAN;
}

/* Half blocks until a picture is there. Not on a slow link: there they would cost about as much as
 * the lean picture that comes after them. */
static const struct gfx_backend *preview_of(const struct app *app, const struct gfx_facts *facts)
{
    const char *why;
    bool wanted = app->gfx && app->gfx->draw && app->level == GFX_FULL;
    return wanted && gfx_blocks.probe(facts, &why) ? &gfx_blocks : NULL;
}

void app_graphics(struct app *app)
{
    const struct replies *r = term_replies(app->term);
    struct gfx_facts facts =
        gfx_facts_of(r, option_row(OPTION_ID_graphics)->choices[app->options.graphics],
                     term_utf8(app->term), term_colors(app->term));
    struct pictures_config config = {
        .background = r->background >= 0 ? (uint32_t)r->background : app->theme.background,
        .colors = facts.colors,
        .page_colors = r->registers > 1 && r->registers < 128 ? r->registers : 0,
    };
    config.level = slow_down(app, &facts);
    if (config.level == GFX_LEAN)
        config.page_colors = LEAN_COLORS;
    app->gfx = gfx_choose(&facts, &app->gfx_why);
    config.preview = preview_of(app, &facts);
    /* while the answer is open, blocks would be made only to be thrown away */
    bool open = app->waiting_answers && str_eq(facts.option, "auto");
    config.backend = open ? NULL : app->gfx;
    config.strips = app->gfx && app->gfx->exact && (facts.tmux || facts.zellij);
    term_graphics(app->term, config.backend, config.strips);
    if (!ask_cell_option(app->options.cell, &config.cell_w, &config.cell_h))
        term_cell(app->term, &config.cell_w, &config.cell_h);
    ask_limit(r, &config.max_w, &config.max_h);
    if (config.strips && r->graphics_w <= 0) { /* tmux takes 10000 */
        config.max_w = STRIP_MAX_W;
        config.max_h = STRIP_MAX_H;
    }
    app->model.cell_w = config.cell_w;
    app->model.cell_h = config.cell_h;
    app->model.pictures = open || app->gfx;
    pictures_configure(app->pictures, &config);
    app->urgent = true;
}
