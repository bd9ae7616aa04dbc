/* Train: the run's charts, progress, epochs, classes and how it ended; steering.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/train_screen.h"

static void *train_init(const struct ui_calls *calls)
{
    struct train_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    chart_view_default(&s->view);
    history_smooth(&s->history, s->view.smoothing);
    return s;
}

static void train_free(void *self)
{
    struct train_screen *s = self;
    history_done(&s->history);
    free(s->px);
    free(s->py);
    free(s->lines);
    free(s);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* The status line's words are gone with the next key. */
static void draw_problem(const struct train_screen *s, struct canvas *c, struct area body)
{
    char again[96];
    struct area a = area_inset(body, body.w >= 40 ? 2 : 0, body.h >= 6);
    snprintf(again, sizeof again, "%s changes the settings, %s starts again",
             parts_key(ACTION_SETUP), parts_key(ACTION_START));
    int y = parts_wrap(c, a, ROLE_STATE_FAIL, s->problem) + 1;
    canvas_put_cut(c, a, 0, y, a.w, ROLE_TEXT, again, false);
}

static void draw_empty(struct canvas *c, struct area body, const struct ui_model *model)
{
    char start[OPTION_TEXT_MAX + 96], setup[64];
    const struct options *o = model->options;
    snprintf(start, sizeof start, "%s starts one: %s, preset %s, %s", parts_key(ACTION_START),
             mode_name((enum mode)o->mode), preset_name((enum preset)o->preset), o->model);
    snprintf(setup, sizeof setup, "%s changes the settings", parts_key(ACTION_SETUP));
    if (!*model->data)
        snprintf(start, sizeof start, "%s opens pictures to train on", parts_key(ACTION_DATA));
    const char *lines[] = {"No run yet", "", start, *model->data ? setup : ""};
    parts_centre(c, body, ROLE_TEXT, lines, 4);
}

static struct train_wish wish_of(const struct train_screen *s, const struct ui_model *model)
{
    enum chart_id chosen[CHART_COUNT];
    int n = (int)train_chosen(s, chosen), count = s->view.count < n ? s->view.count : n;
    const struct train_view *t = &model->snap->train;
    return (struct train_wish){.classes = model->result != NULL,
                               .table = t->n_epochs + 1,
                               .side = t->n_classes + 1,
                               .gauges = model->snap->gauges.seen > 0 && model->snap->train.live,
                               .large = s->view.large,
                               .charts = count};
}

static void train_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct train_screen *s = self;
    const struct snapshot *snap = model->snap;
    const struct job_view *job = parts_training(snap);
    if (!snap || (!snap->train.job && !job)) {
        if (*s->problem)
            draw_problem(s, c, body);
        else
            draw_empty(c, body, model);
        return;
    }
    const struct train_view *t = &snap->train;
    struct train_layout l;
    history_take(&s->history, snap);
    struct train_wish wish = wish_of(s, model);
    layout_train(&l, body, &wish);
    train_draw_head(c, l.head, snap);
    train_draw_progress(s, c, l.progress, snap);
    train_draw_gauges(c, l.gauges, snap);
    if (!t->steps_seen && !t->epochs_seen) {
        if (job)
            train_draw_startup(c, l.charts, snap);
        return;
    }
    train_draw_charts(s, c, l.charts, t);
    train_draw_table(c, l.table, t);
    if (!area_empty(l.classes))
        train_draw_classes(s, c, l.classes, model);
    train_draw_events(c, l.events, t);
}

/* --- steering -------------------------------------------------------------------------------- */

/* Sends a command to the run; its errors go to the status line. */
static void control(struct train_screen *s, const struct cmd *wanted)
{
    struct err err = {0};
    uint64_t job = s->model->snap->jobs[0].job;
    if (job != s->steered) { /* one of the queue has begun while the question stood there */
        s->calls->status(s->calls->app, ROLE_STATE_WARN, "that run has ended; nothing was done to the next one");
        return;
    }
    struct cmd cmd = *wanted;
    cmd.job = job;
    if (s->calls->submit(s->calls->app, &cmd, &job, &err))
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
}

static void stop_chosen(void *user, int choice)
{
    struct train_screen *s = user;
    static const enum cmd_kind kinds[] = {CMD_STOP_EPOCH, CMD_STOP_NOW, CMD_GO_ON};
    bool takes_back = choice == 2 && s->model->snap->train.last_epoch;
    if (parts_training(s->model->snap) && (choice == 0 || choice == 1 || takes_back))
        control(s, &(struct cmd){.kind = kinds[choice]});
}

/* "0.5": a factor; "=1e-3": the new rate of the head. NULL, or what is wrong with it. */
static const char *factor_of(const char *text, double rate, double *factor)
{
    double v;
    bool absolute = *text == '=';
    if (!num_parse_real_typed(text + absolute, &v) || !(v > 0) || !isfinite(v))
        return "is no factor above 0, nor a new rate such as =1e-3";
    *factor = absolute ? v / rate : v;
    if (*factor * rate > option_row(OPTION_ID_lr)->max_real) /* as Setup would have it */
        return "is too high a rate; a new one such as =1e-3 is given as it is";
    return *factor > 0 && isfinite(*factor) ? NULL : "is too small a factor";
}

static double rate_now(const struct train_view *t)
{
    return t->steps_seen ? (double)t->steps[(t->steps_seen - 1) % SNAP_STEPS].lr_head : NAN;
}

static void rate_typed(void *user, const char *text)
{
    struct train_screen *s = user;
    double factor;
    if (!text || !parts_training(s->model->snap))
        return;
    const char *wrong = factor_of(text, rate_now(&s->model->snap->train), &factor);
    if (wrong)
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "\"%s\" %s", text, wrong);
    else
        control(s, &(struct cmd){.kind = CMD_RATE, .real = factor});
}

static void ask_rate(struct train_screen *s)
{
    char title[96], rate[NUM_TEXT];
    snprintf(title, sizeof title, "Rate, now %s: a factor on all, or =RATE of the head",
             fmt_rate(rate, rate_now(&s->model->snap->train)));
    s->calls->prompt(s->calls->app, title, "0.5", false, rate_typed, s);
}

static void extend_typed(void *user, const char *text)
{
    struct train_screen *s = user;
    int64_t n;
    if (!text || !parts_training(s->model->snap))
        return;
    if (num_parse_int(text, &n) && n >= 1 && n <= 1000000)
        control(s, &(struct cmd){.kind = CMD_EXTEND, .number = n});
    else
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "\"%s\" is no number of epochs to add",
                         text);
}

/* The best weights so far answer, as they lie in the run's folder. */
static void file_typed(void *user, const char *text)
{
    struct train_screen *s = user;
    struct err err = {0};
    uint64_t job = 0;
    if (!text || !*text)
        return;
    struct options options = *s->model->options;
    option_unset(&options, OPTION_ID_views); /* the run has its own */
    struct cmd cmd = {.kind = CMD_PREDICT, .n_list = 1, .list = &text, .options = &options};
    snprintf(cmd.path, sizeof cmd.path, "%s", s->model->snap->train.run);
    if (s->calls->submit(s->calls->app, &cmd, &job, &err))
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
}

static void ask_stop(struct train_screen *s)
{
    static const char *const stops[] = {"stop after this epoch",
                                        "stop now; resume repeats the epoch", "go on"};
    s->calls->menu(s->calls->app, "Stop the run", stops, 3, 0, stop_chosen, s);
}

static unsigned train_action(void *self, enum action action, struct ui_model *model)
{
    struct train_screen *s = self;
    const struct job_view *job = parts_training(model->snap);
    s->model = model;
    s->steered = model->snap->jobs[0].job;
    if (action == ACTION_START && !job)
        s->calls->start_run(s->calls->app);
    else if (action == ACTION_PAUSE && job)
        control(s, &(struct cmd){.kind = job->state == JOB_PAUSED ? CMD_GO_ON : CMD_PAUSE});
    else if (action == ACTION_STOP && job)
        ask_stop(s);
    else if (action == ACTION_RATE && job)
        ask_rate(s);
    else if (action == ACTION_EXTEND && job)
        s->calls->prompt(s->calls->app, "Epochs to add", "5", false, extend_typed, s);
    else if (action == ACTION_CLASSIFY && *model->snap->train.run)
        s->calls->prompt(s->calls->app, "Classify a picture", "", true, file_typed, s);
    else
        return train_chart_action(s, action, model);
    return UI_REPAINT;
}

static const char *train_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct job_view *job = parts_training(model->snap);
    bool steers = action == ACTION_PAUSE || action == ACTION_STOP || action == ACTION_RATE ||
                  action == ACTION_EXTEND;
    if (steers && !job)
        return "no run is going on";
    if (action == ACTION_RATE && !model->snap->train.steps_seen)
        return "the run has no rate yet";
    if (action == ACTION_START && job)
        return "a run is going on; a on Setup puts another behind it";
    if (action == ACTION_START && !model->dataset)
        return parts_no_data(ACTION_DATA);
    if (action == ACTION_CLASSIFY && !*model->snap->train.run)
        return "there is no run whose weights could answer";
    if (action == ACTION_CLASSIFY)
        return parts_no_weights(model->snap, model->snap->train.best.epoch);
    return train_chart_why_not(self, action, model);
}

static void take_problem(struct train_screen *s, const struct notice *notice)
{
    if (notice->command != CMD_TRAIN && notice->command != CMD_RESUME)
        return;
    if (notice->kind == NOTICE_STARTED)
        *s->problem = *s->way_out = '\0';
    if (notice->kind != NOTICE_FAILED)
        return;
    snprintf(s->way_out, sizeof s->way_out, "%s", notice->err.hint);
    snprintf(s->problem, sizeof s->problem, "%s%s%s", notice->err.message,
                 *notice->err.hint ? "; " : "", notice->err.hint);
}

static void watch_stage(struct train_screen *s, const struct job_view *job)
{
    if (!job || (str_eq(s->stage, job->stage) && job->done >= s->stage_done))
        return;
    snprintf(s->stage, sizeof s->stage, "%s", job->stage);
    s->stage_seconds = job->seconds;
    s->stage_done = job->done;
}

/* Numbers are taken as they come, also while another screen is shown. */
static unsigned train_event(void *self, const struct notice *notice, struct ui_model *model)
{
    struct train_screen *s = self;
    history_take(&s->history, model->snap);
    train_view_event(s, notice, model);
    take_problem(s, notice);
    watch_stage(s, parts_training(model->snap));
    bool over = notice->kind == NOTICE_FINISHED || notice->kind == NOTICE_CANCELLED;
    if (over && notice->job == model->snap->train.job)
        train_save_view(s, model);
    return UI_NONE;
}

const struct screen_ops screen_train = {
    .name = "train",
    .title = "Train",
    .context = CONTEXT_TRAIN,
    .init = train_init,
    .free = train_free,
    .draw = train_draw,
    .action = train_action,
    .event = train_event,
    .why_not = train_why_not,
    .rows = train_rows,
    .mouse = train_mouse,
    .open = ACTION_CHART_LARGE,
};
