/* The keys of the Train screen's charts, and their view on its way to and from the run's folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/train_screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ZOOM 0.5
#define PAN 0.25
#define WHEEL_ZOOM 0.8 /* for each notch */

/* --- the view's file ------------------------------------------------------------------------- */

static bool submit_view(struct train_screen *s, const char *folder, const char *text)
{
    struct cmd cmd = {.kind = CMD_VIEW, .n_list = text != NULL, .list = &text};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    if (s->calls->submit(s->calls->app, &cmd, &s->view_job, NULL) != ERR_OK)
        s->view_job = 0; /* too many jobs at once: it is only the view */
    s->view_loads = s->view_job && !text;
    return s->view_job != 0;
}

void train_load_view(struct train_screen *s, const struct ui_model *model)
{
    const struct train_view *t = &model->snap->train;
    if (!*t->run || str_eq(s->view_run, t->run) || s->view_job)
        return;
    if (t->steps_before == 0 &&
        t->epochs_seen == 0) /* a new run: it is looked at as the one before */
        snprintf(s->view_run, sizeof s->view_run, "%s", t->run);
    else if (submit_view(s, t->run, NULL))
        snprintf(s->view_run, sizeof s->view_run, "%s", t->run);
}

/* One job at a time: what changes meanwhile is written when it has ended. */
void train_save_view(struct train_screen *s, const struct ui_model *model)
{
    const char *run = model->snap->train.run;
    struct str text = STR_INIT;
    s->view_waits = s->view_job != 0;
    if (!*run || s->view_waits)
        return;
    chart_view_write(&text, &s->view);
    submit_view(s, run, text.s);
    str_done(&text);
}

static void forget_ranges(struct train_screen *s)
{
    memset(s->held, 0, sizeof s->held);
}

static void take_view(struct train_screen *s, const struct notice *notice)
{
    const struct block *block =
        s->calls->block ? s->calls->block(s->calls->app, notice->block) : NULL;
    if (block && !s->view_waits) { /* what the user has chosen meanwhile counts */
        chart_view_read(&s->view, text_view(block));
        history_smooth(&s->history, s->view.smoothing);
        forget_ranges(s);
    }
    block_release(block);
}

void train_view_event(struct train_screen *s, const struct notice *notice,
                      const struct ui_model *model)
{
    bool ended = notice->kind == NOTICE_FINISHED || notice->kind == NOTICE_FAILED ||
                 notice->kind == NOTICE_CANCELLED;
    if (s->view_job && notice->job == s->view_job && ended) {
        if (s->view_loads && notice->kind == NOTICE_FINISHED)
            take_view(s, notice);
        s->view_job = 0;
        if (s->view_waits)
            train_save_view(s, model);
    }
    train_load_view(s, model);
}

/* --- charts ---------------------------------------------------------------------------------- */

static void move_focus(struct train_screen *s, int by)
{
    enum chart_id chosen[CHART_COUNT];
    size_t n = train_chosen(s, chosen), at = 0;
    for (size_t i = 0; i < n; i++)
        at = chosen[i] == s->view.focus ? i : at;
    if (n)
        s->view.focus = chosen[(at + n + (size_t)(by + (int)n)) % n];
}

/* The chart that keys act on: the focused one when it is among the chosen ones. */
static enum chart_id focused(const struct train_screen *s)
{
    enum chart_id chosen[CHART_COUNT];
    size_t n = train_chosen(s, chosen);
    for (size_t i = 0; i < n; i++) {
        if (chosen[i] == s->view.focus)
            return s->view.focus;
    }
    return n ? chosen[0] : s->view.focus;
}

static void pattern_typed(void *user, const char *text)
{
    struct train_screen *s = user;
    struct err err = {0};
    if (!text)
        return;
    if (chart_pattern_check(text, &err) != ERR_OK) {
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
        return;
    }
    snprintf(s->view.pattern, sizeof s->view.pattern, "%s", text);
    s->view.focus = focused(s);
    train_save_view(s, s->model);
}

static void ask_pattern(struct train_screen *s)
{
    s->calls->prompt(s->calls->app, "Charts whose name matches", s->view.pattern, false,
                     pattern_typed, s);
}

static void set_smoothing(struct train_screen *s)
{
    s->view.smoothing = chart_next_smoothing(s->view.smoothing);
    history_smooth(&s->history, s->view.smoothing);
    if (s->view.smoothing > 0)
        s->calls->status(s->calls->app, ROLE_TEXT, "running mean of the training lines: %g",
                         s->view.smoothing);
    else
        s->calls->status(s->calls->app, ROLE_TEXT, "training lines are not smoothed");
}

static void whole(struct chart_view *v)
{
    v->x0 = v->x1 = 0;
    v->follow = true;
    for (int i = 0; i < CHART_COUNT; i++)
        v->y[i].lo = v->y[i].hi = 0;
}

static bool zoomed_y(const struct chart_view *v)
{
    for (int i = 0; i < CHART_COUNT; i++) {
        if (v->y[i].lo < v->y[i].hi)
            return true;
    }
    return false;
}

/* Back: one thing after the other. */
static void back(struct chart_view *v)
{
    if (v->cursor_on)
        v->cursor_on = false;
    else if (v->large)
        v->large = false;
    else
        whole(v);
}

static void toggle_log(struct chart_view *v, enum chart_id chart)
{
    v->y[chart].log = !v->y[chart].log;
    v->y[chart].lo = v->y[chart].hi = 0;
}

static void zoom_y(struct train_screen *s, double factor)
{
    enum chart_id chart = focused(s);
    chart_zoom_y(&s->view, chart, &s->drawn[chart], factor);
}

static void pan_y(struct train_screen *s, double share)
{
    enum chart_id chart = focused(s);
    chart_pan_y(&s->view, chart, &s->drawn[chart], share);
}

static void move_cursor(struct train_screen *s, const struct chart_span *span, enum action action)
{
    int far = 1 << 20, by = action == ACTION_LEFT        ? -1
                            : action == ACTION_RIGHT     ? 1
                            : action == ACTION_PAGE_UP   ? -10
                            : action == ACTION_PAGE_DOWN ? 10
                            : action == ACTION_HOME      ? -far
                                                         : far;
    if (!s->view.cursor_on && by == -far) /* the first one, at once */
        chart_cursor(&s->view, span, 0, s->columns);
    chart_cursor(&s->view, span, by, s->columns);
}

static void toggle_follow(struct train_screen *s)
{
    s->view.follow = !s->view.follow;
    s->calls->status(s->calls->app, ROLE_TEXT,
                     s->view.follow ? "the stretch goes with the newest step"
                                    : "the stretch stays where it is");
}

/* The next three: false for an action that is none of theirs. */
static bool act_on_time(struct train_screen *s, enum action action, const struct chart_span *span)
{
    struct chart_view *v = &s->view;
    if (action == ACTION_ZOOM_IN)
        chart_zoom(v, span, ZOOM);
    else if (action == ACTION_ZOOM_OUT)
        chart_zoom(v, span, 1 / ZOOM);
    else if (action == ACTION_PAN_LEFT)
        chart_pan(v, span, -PAN);
    else if (action == ACTION_PAN_RIGHT)
        chart_pan(v, span, PAN);
    else if (action == ACTION_CHART_FOLLOW)
        toggle_follow(s);
    else if (action == ACTION_CHART_AXIS)
        chart_axis(v, &s->history, (enum axis_id)((v->axis + 1) % AXIS_COUNT));
    else
        return false;
    return true;
}

static bool act_on_values(struct train_screen *s, enum action action)
{
    if (action == ACTION_ZOOM_Y_IN)
        zoom_y(s, ZOOM);
    else if (action == ACTION_ZOOM_Y_OUT)
        zoom_y(s, 1 / ZOOM);
    else if (action == ACTION_PAN_UP)
        pan_y(s, PAN);
    else if (action == ACTION_PAN_DOWN)
        pan_y(s, -PAN);
    else if (action == ACTION_CHART_LOG)
        toggle_log(&s->view, focused(s));
    else if (action == ACTION_CHART_SMOOTH)
        set_smoothing(s);
    else if (action == ACTION_CHART_DOTS)
        s->view.coarse = !s->view.coarse;
    else
        return false;
    return true;
}

/* Another number of charts at once: seen at once, so the large one gives way. */
static void count_charts(struct chart_view *v, int by)
{
    v->count += by;
    v->large = false;
}

static bool act_on_charts(struct train_screen *s, enum action action)
{
    struct chart_view *v = &s->view;
    if (action == ACTION_UP || action == ACTION_DOWN)
        move_focus(s, action == ACTION_UP ? -1 : 1);
    else if (action == ACTION_CHART_MORE || action == ACTION_CHART_FEWER)
        count_charts(v, action == ACTION_CHART_MORE ? 1 : -1);
    else if (action == ACTION_CHART_LARGE)
        v->large = !v->large;
    else if (action == ACTION_CHART_CHOOSE)
        ask_pattern(s);
    else if (action == ACTION_CHART_WHOLE)
        whole(v);
    else if (action == ACTION_BACK)
        back(v);
    else
        return false;
    return true;
}

static bool of_cursor(enum action action)
{
    return action >= ACTION_LEFT && action <= ACTION_END;
}

unsigned train_chart_action(struct train_screen *s, enum action action,
                            const struct ui_model *model)
{
    if (train_chart_why_not(s, action, model))
        return UI_NONE;
    struct chart_view before = s->view;
    history_take(&s->history, model->snap);
    struct chart_span span = train_span(s, &model->snap->train);
    if (of_cursor(action))
        move_cursor(s, &span, action);
    else if (!act_on_time(s, action, &span) && !act_on_values(s, action) &&
             !act_on_charts(s, action))
        return UI_NONE;
    forget_ranges(s);
    bool changed = memcmp(&before, &s->view, sizeof before) != 0;
    if (changed && !of_cursor(action)) /* the cursor is not kept with the run */
        train_save_view(s, model);
    return UI_REPAINT;
}

/* The share of the way through n cells, from the first one's middle to the last one's. */
static double share_of(int at, int n)
{
    return n > 1 ? fmax(0, fmin(1, (double)at / (n - 1))) : 0;
}

static void wheel(struct train_screen *s, enum chart_id chart, const struct mouse *m,
                  const struct train_view *t)
{
    struct area box = s->boxes[chart];
    double factor = m->what == MOUSE_WHEEL_UP ? WHEEL_ZOOM : 1 / WHEEL_ZOOM;
    const struct plot_range *drawn = &s->drawn[chart];
    if (area_empty(box))
        return;
    if (m->modified) {
        double y = 1 - share_of(m->y - box.y, box.h);
        chart_zoom_y_at(&s->view, chart, drawn, factor, drawn->lo + y * (drawn->hi - drawn->lo));
    } else {
        struct chart_span span = train_span(s, t);
        double x0, x1;
        chart_window(&s->view, &span, &x0, &x1);
        chart_zoom_at(&s->view, &span, factor, x0 + share_of(m->x - box.x, box.w) * (x1 - x0));
    }
    forget_ranges(s);
}

bool train_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct train_screen *s = self;
    const struct train_view *t = &model->snap->train;
    enum chart_id chart = (enum chart_id)hit->index;
    if (hit->of != s || hit->index >= CHART_COUNT || !t->job || (!t->steps_seen && !t->epochs_seen))
        return false;
    s->model = model;
    history_take(&s->history, model->snap);
    bool was = focused(s) == chart;
    struct chart_view before = s->view;
    if (m->what == MOUSE_CLICK)
        s->view.focus = chart;
    else
        wheel(s, chart, m, t);
    if (memcmp(&before, &s->view, sizeof before) != 0)
        train_save_view(s, model);
    return m->what == MOUSE_CLICK && was;
}

struct ui_rows train_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct train_screen *s = self;
    struct ui_rows rows = {.one = "chart", .many = "charts"};
    enum chart_id chosen[CHART_COUNT];
    const struct train_view *t = &model->snap->train;
    if (!t->job || (!t->steps_seen && !t->epochs_seen))
        return rows;
    history_take(&s->history, model->snap);
    rows.n = train_chosen(s, chosen);
    if (go) {
        s->view.focus = chosen[*go];
        train_save_view(s, model);
    }
    for (size_t i = 0; i < rows.n; i++)
        rows.at = chosen[i] == s->view.focus ? i : rows.at;
    return rows;
}

static const char *why_not_count(const struct train_screen *s, enum action action)
{
    enum chart_id chosen[CHART_COUNT];
    size_t n = train_chosen(s, chosen);
    bool alone = action == ACTION_UP || action == ACTION_DOWN;
    if (alone && n < 2)
        return "there is no other chart";
    if (action == ACTION_CHART_MORE && s->view.count >= CHARTS_MAX)
        return "there are nine charts already";
    if (action == ACTION_CHART_MORE && (size_t)s->view.count >= n)
        return "there are no more charts with numbers";
    if (action == ACTION_CHART_FEWER && s->view.count <= 1)
        return "there is one chart only";
    return NULL;
}

/* Why the window does not move or change. */
static const char *why_not_window(const struct train_screen *s, enum action action,
                                  const struct chart_span *span)
{
    const struct chart_view *v = &s->view;
    bool zoomed = chart_zoomed(v), pans = action == ACTION_PAN_LEFT || action == ACTION_PAN_RIGHT;
    double x0, x1;
    chart_window(v, span, &x0, &x1);
    if ((pans || action == ACTION_ZOOM_OUT) && !zoomed)
        return "all of the run is seen already";
    if (action == ACTION_PAN_LEFT && x0 <= 0)
        return "the run begins here";
    if (action == ACTION_PAN_RIGHT && x1 >= fmax(span->end, span->now))
        return "the axis ends here";
    if (action == ACTION_ZOOM_IN && x1 - x0 <= span->least * (1 + 1e-9))
        return "this is the shortest stretch";
    if (action == ACTION_CHART_FOLLOW && !zoomed)
        return "all of the run is seen, the newest too";
    return NULL;
}

static const char *why_not_cursor(const struct train_screen *s, enum action action,
                                  const struct chart_span *span)
{
    bool back = action == ACTION_LEFT || action == ACTION_PAGE_UP || action == ACTION_HOME;
    if (!of_cursor(action) || !s->view.cursor_on)
        return NULL;
    if (back && s->view.cursor <= 0)
        return "the run begins here";
    return !back && s->view.cursor >= span->now ? "this is the newest step" : NULL;
}

static const char *why_not_values(const struct train_screen *s, enum action action)
{
    const struct chart_view *v = &s->view;
    const struct plot_range *drawn = &s->drawn[focused(s)];
    bool anything = v->cursor_on || v->large || chart_zoomed(v) || zoomed_y(v);
    if (action == ACTION_PAN_DOWN && !drawn->log && drawn->lo <= 0)
        return "nothing lies below 0";
    if (action == ACTION_CHART_WHOLE && !chart_zoomed(v) && !zoomed_y(v))
        return "everything is seen already";
    return action == ACTION_BACK && !anything ? "there is nothing to go back from" : NULL;
}

static bool of_charts(enum action action)
{
    bool moves = action >= ACTION_UP && action <= ACTION_END;
    return moves || action == ACTION_BACK ||
           (action >= ACTION_CHART_LARGE && action <= ACTION_CHART_DOTS);
}

const char *train_chart_why_not(const struct train_screen *s, enum action action,
                                const struct ui_model *model)
{
    const struct train_view *t = &model->snap->train;
    if (!of_charts(action))
        return NULL;
    if (!t->job || (!t->steps_seen && !t->epochs_seen))
        return "there are no charts yet";
    struct chart_span span = train_span(s, t);
    const char *why = why_not_window(s, action, &span);
    why = why ? why : why_not_cursor(s, action, &span);
    why = why ? why : why_not_values(s, action);
    return why ? why : why_not_count(s, action);
}
