/* Train: the run's charts, progress, epochs, classes and how it ended.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/screen.h"
#include "ui/w_plot.h"

#define SMOOTHING 0.9 /* of the training line over steps */

/* What the result says about a class. */
struct class_line {
    int cls, taken_for; /* taken_for: the class that its wrong pictures went to most, -1 none */
    int64_t n, n_taken;
    double recall;
};

struct train_screen {
    const struct ui_calls *calls;
    const struct ui_model *model; /* of the last action, for the stop menu */
    uint64_t job; /* run that the held ranges belong to, and the height of its charts */
    int chart_rows;
    struct plot_range loss_range, acc_range;
    double *x, *raw, *smooth; /* [SNAP_EPOCHS + SNAP_STEPS] */
    double epoch_x[SNAP_EPOCHS], val[SNAP_EPOCHS];
    uint64_t result_version;
    struct class_line *lines;
    int n_lines;
};

static void *train_init(const struct ui_calls *calls)
{
    struct train_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->x = xcalloc(SNAP_EPOCHS + SNAP_STEPS, sizeof *s->x);
    s->raw = xcalloc(SNAP_EPOCHS + SNAP_STEPS, sizeof *s->raw);
    s->smooth = xcalloc(SNAP_EPOCHS + SNAP_STEPS, sizeof *s->smooth);
    return s;
}

static void train_free(void *self)
{
    struct train_screen *s = self;
    free(s->x);
    free(s->raw);
    free(s->smooth);
    free(s->lines);
    free(s);
}

/* --- head and progress --------------------------------------------------------------------- */

/* The training job in the engine's slot, or NULL. */
static const struct job_view *train_job(const struct snapshot *snap)
{
    const struct job_view *job = snap ? &snap->jobs[0] : NULL;
    bool trains =
        job && job->job && job->state != JOB_NONE &&
        (job->command == CMD_TRAIN || job->command == CMD_RESUME || job->command == CMD_PRETRAIN);
    return trains ? job : NULL;
}

static enum role end_role(const struct train_view *t)
{
    return str_starts(t->end, "done") ? ROLE_STATE_DONE : ROLE_STATE_WARN;
}

static enum role state_of(const struct snapshot *snap, const char **text)
{
    const struct job_view *job = train_job(snap);
    if (job) {
        *text = job->state == JOB_PAUSED     ? "paused"
                : job->state == JOB_STOPPING ? "stopping"
                                             : "running";
        return job->state == JOB_RUNNING ? ROLE_STATE_RUN : ROLE_STATE_WARN;
    }
    *text = str_starts(snap->train.end, "done") ? "done" : "ended";
    return end_role(&snap->train);
}

static void draw_head(struct canvas *c, struct area a, const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    const char *state;
    char text[512], used[NUM_TEXT], total[NUM_TEXT];
    enum role role = state_of(snap, &state);
    canvas_put_right(c, a, a.w, 0, role, state);
    int room = a.w - text_width(state) - 2, x;
    x = canvas_put(c, (struct area){a.x, a.y, room > 0 ? room : 0, a.h}, 0, 0, ROLE_STRONG,
                   t->mode);
    int n = snprintf(text, sizeof text, ", preset %s, %s on %s, %s", t->preset, t->model, t->device,
                     t->precision);
    if (snap->memory_used && snap->memory_total && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ", memory %s of %s",
                 num_bytes(used, snap->memory_used), num_bytes(total, snap->memory_total));
    canvas_put_cut(c, a, x, 0, room - x, ROLE_TEXT, text, false);
}

static void draw_end(struct canvas *c, struct area a, const struct train_view *t)
{
    char text[512], acc[NUM_TEXT], time[NUM_TEXT], best[96] = "";
    if (t->best.epoch)
        snprintf(best, sizeof best, "; best epoch %d, val acc %s", t->best.epoch,
                 fmt_percent(acc, t->best.val_acc));
    snprintf(text, sizeof text, "%s%s; %s", t->end, best, num_seconds(time, t->seconds));
    canvas_put_cut(c, a, 0, 0, a.w, end_role(t), text, false);
    canvas_put(c, a, 0, 1, ROLE_DIM, "run");
    canvas_put_cut(c, a, 4, 1, a.w - 4, ROLE_TEXT, t->run, true);
}

static void draw_progress(struct canvas *c, struct area a, const struct train_view *t)
{
    char text[160], speed[NUM_TEXT], eta[NUM_TEXT], right[96];
    snprintf(text, sizeof text, "epoch %d of %d  step %lld of %lld", t->epoch, t->n_epochs,
             (long long)t->step_in_epoch, (long long)t->steps_in_epoch);
    int x = canvas_put(c, a, 0, 0, ROLE_TEXT, text) + 2;
    snprintf(right, sizeof right, "%s images/s  %s left", fmt_speed(speed, t->images_per_s),
             isfinite(t->eta) ? num_seconds(eta, t->eta) : "-");
    int at = a.w - text_width(right);
    if (at <= x)
        return;
    canvas_put(c, a, at, 0, ROLE_TEXT, right);
    canvas_bar(c, a, x, 0, at - x - 2, ROLE_BAR_FULL,
               t->n_steps ? (double)t->step / (double)t->n_steps : 0);
}

/* Second line: phase, pictures, waiting. */
static void draw_phase(struct canvas *c, struct area a, const struct train_view *t)
{
    char text[256], time[NUM_TEXT];
    int i = t->phase - 1, x = 0;
    if (t->validating)
        x = canvas_put(c, a, 0, 1, ROLE_STATE_RUN, "validation") + 2;
    else if (t->n_phases > 1 && i >= 0 && i < t->n_marks)
        x = canvas_printf(c, a, 0, 1, ROLE_TEXT, "phase %d of %d, %s", t->phase, t->n_phases,
                          t->marks[i].title) +
            2;
    snprintf(text, sizeof text, "%d classes, %lld training and %lld validation pictures",
             t->n_classes, (long long)t->n_train, (long long)t->n_val);
    canvas_put_cut(c, a, x, 1, a.w - x, ROLE_DIM, text, false);
    x += text_width(text) + 2;
    if (t->loader_wait > 0.05)
        snprintf(text, sizeof text, "%s, waits %.0f %% for pictures", num_seconds(time, t->seconds),
                 100 * t->loader_wait);
    else
        snprintf(text, sizeof text, "%s", num_seconds(time, t->seconds));
    if (x + text_width(text) <= a.w)
        canvas_put_right(c, a, a.w, 1, t->loader_wait > 0.3 ? ROLE_STATE_WARN : ROLE_DIM, text);
}

/* --- charts -------------------------------------------------------------------------------- */

static size_t ring_first(uint64_t seen, size_t size)
{
    return seen > size ? (size_t)(seen - size) : 0;
}

/* Fills the training line: epochs before the first known step, then the steps. loss or accuracy.
 * Returns the points. */
static size_t training_points(struct train_screen *s, const struct train_view *t, bool acc)
{
    size_t n = 0, first = ring_first(t->steps_seen, SNAP_STEPS);
    double per_epoch = t->steps_in_epoch > 0 ? (double)t->steps_in_epoch : 1;
    double start = t->steps_seen ? (double)t->steps[first % SNAP_STEPS].step / per_epoch : INFINITY;
    for (size_t i = ring_first(t->epochs_seen, SNAP_EPOCHS); i < t->epochs_seen; i++) {
        const struct epoch_metrics *m = &t->epochs[i % SNAP_EPOCHS];
        if (m->epoch > start)
            break;
        s->x[n] = m->epoch;
        s->raw[n++] = acc ? m->train_acc : m->train_loss;
    }
    size_t known = n;
    for (size_t i = first; i < t->steps_seen; i++) {
        const struct step_point *p = &t->steps[i % SNAP_STEPS];
        s->x[n] = (double)p->step / per_epoch;
        s->raw[n++] = acc ? p->acc : p->loss;
    }
    memcpy(s->smooth, s->raw, known * sizeof *s->smooth);
    plot_smooth(s->smooth + known, s->raw + known, n - known, SMOOTHING);
    return n;
}

static size_t validation_points(struct train_screen *s, const struct train_view *t, bool acc)
{
    size_t n = 0;
    for (size_t i = ring_first(t->epochs_seen, SNAP_EPOCHS); i < t->epochs_seen; i++) {
        const struct epoch_metrics *m = &t->epochs[i % SNAP_EPOCHS];
        s->epoch_x[n] = m->epoch;
        s->val[n++] = acc ? m->val_acc : m->val_loss;
    }
    return n;
}

/* Ends of phases and events on the time axis. */
static void add_marks(struct plot *plot, const struct train_view *t)
{
    for (int i = 1; i < t->n_marks && plot->n_marks < PLOT_MARKS; i++)
        plot->marks[plot->n_marks++] =
            (struct plot_mark){t->marks[i].epoch - 1, ROLE_PLOT_MARK, t->marks[i].title};
    for (int i = 0; i < t->n_events && plot->n_marks < PLOT_MARKS; i++) {
        double x = t->steps_in_epoch > 0 ? (double)t->events[i].step / (double)t->steps_in_epoch
                                         : t->events[i].epoch;
        plot->marks[plot->n_marks++] = (struct plot_mark){x, ROLE_PLOT_MARK, NULL};
    }
}

static double axis_end(const struct train_view *t)
{
    double now = t->steps_in_epoch > 0 ? (double)t->step / (double)t->steps_in_epoch : t->epoch;
    int n = t->n_epochs > 0 ? t->n_epochs : 1;
    return n <= 10 ? n : plot_x_end(fmax(now * 1.2, 10), n);
}

static void draw_chart(struct train_screen *s, struct canvas *c, struct area a,
                       const struct train_view *t, bool acc)
{
    size_t n = training_points(s, t, acc), n_val = validation_points(s, t, acc);
    double ends[2] = {0, axis_end(t)}, majority[2] = {t->majority, t->majority};
    struct plot plot = {
        .title = acc ? "Accuracy" : "Loss",
        .x_name = "epoch",
        .x_end = ends[1],
        .percent = acc,
        .non_negative = true,
        .most = acc ? 1 : NAN,
        .names_below = acc,
        .best_x = NAN,
        .best_y = NAN,
        .held = acc ? &s->acc_range : &s->loss_range,
    };
    plot.series[plot.n_series++] =
        (struct plot_series){NULL, ROLE_PLOT_RAW, n, s->x, s->raw, false, false, true, true};
    plot.series[plot.n_series++] = (struct plot_series){
        "train", ROLE_PLOT_TRAIN, n, s->x, s->smooth, false, false, false, false};
    plot.series[plot.n_series++] = (struct plot_series){
        "val", ROLE_PLOT_VALID, n_val, s->epoch_x, s->val, true, false, false, false};
    if (acc && t->majority > 0)
        plot.series[plot.n_series++] = (struct plot_series){
            "largest class", ROLE_PLOT_AXIS, 2, ends, majority, false, true, false, false};
    if (t->best.epoch) {
        plot.best_x = t->best.epoch;
        plot.best_y = acc ? t->best.val_acc : t->best.val_loss;
    }
    add_marks(&plot, t);
    plot_draw(c, a, &plot);
}

/* --- start-up ------------------------------------------------------------------------------ */

static void add_stage(struct str *out, const char *name, double seconds)
{
    if (isnan(seconds))
        return;
    char text[NUM_TEXT];
    str_printf(out, "%s%s %s s", out->len ? ", " : "", name, fmt_fixed(text, seconds, 1));
}

/* "libtorch 1.2 s, weights 0.3 s, ..."; what is not known yet is left out. */
static void startup_text(struct str *out, const struct train_view *t)
{
    add_stage(out, "libtorch", t->s_libtorch);
    add_stage(out, "scan", t->s_scan);
    add_stage(out, "weights", t->s_weights);
    add_stage(out, "first step", t->s_first_step);
}

static void draw_startup(struct canvas *c, struct area a, const struct snapshot *snap)
{
    struct str known = STR_INIT;
    startup_text(&known, &snap->train);
    const char *lines[] = {"The charts begin with the first step", "", known.s ? known.s : ""};
    parts_centre(c, a, ROLE_DIM, lines, 3);
    str_done(&known);
}

/* --- table, classes, events ---------------------------------------------------------------- */

#define COLUMNS 8
static const struct {
    const char *title;
    int width;
} columns[COLUMNS] = {{"epoch", 6},   {"train loss", 11}, {"val loss", 10}, {"train acc", 10},
                      {"val acc", 9}, {"rate", 9},        {"images/s", 10}, {"time", 12}};

static void epoch_columns(char text[COLUMNS][NUM_TEXT], const struct epoch_metrics *m)
{
    snprintf(text[0], NUM_TEXT, "%d", m->epoch);
    fmt_loss(text[1], m->train_loss);
    fmt_loss(text[2], m->val_loss);
    fmt_percent(text[3], m->train_acc);
    fmt_percent(text[4], m->val_acc);
    fmt_rate(text[5], m->lr);
    fmt_speed(text[6], m->images_per_s);
    num_seconds(text[7], m->seconds);
}

static void draw_table(struct canvas *c, struct area a, const struct train_view *t)
{
    if (a.h < 2)
        return;
    int x = 0;
    size_t rows = (size_t)a.h - 1,
           first = ring_first(t->epochs_seen, rows < SNAP_EPOCHS ? rows : SNAP_EPOCHS);
    for (int k = 0; k < COLUMNS && x + columns[k].width + 2 <= a.w; k++) {
        x += columns[k].width;
        canvas_put_right(c, a, x, 0, ROLE_DIM, columns[k].title);
    }
    for (size_t i = first; i < t->epochs_seen; i++) {
        const struct epoch_metrics *m = &t->epochs[i % SNAP_EPOCHS];
        bool best = m->epoch == t->best.epoch;
        char text[COLUMNS][NUM_TEXT];
        int y = 1 + (int)(i - first), right = 0;
        epoch_columns(text, m);
        for (int k = 0; k < COLUMNS && right + columns[k].width + 2 <= a.w; k++) {
            right += columns[k].width;
            bool bad = (k == 1 && !isfinite(m->train_loss)) || (k == 2 && !isfinite(m->val_loss));
            canvas_put_right(c, a, right, y,
                             bad    ? ROLE_STATE_FAIL
                             : best ? ROLE_PLOT_BEST
                                    : ROLE_TEXT,
                             text[k]);
        }
        if (best)
            canvas_ch(c, a, right + 1, y, ROLE_PLOT_BEST, 0x2605);
    }
}

static int by_recall(const void *a, const void *b)
{
    const struct class_line *x = a, *y = b;
    if (isnan(x->recall) || isnan(y->recall))
        return isnan(x->recall) - isnan(y->recall);
    return x->recall != y->recall ? (x->recall > y->recall) - (x->recall < y->recall)
                                  : x->cls - y->cls;
}

static struct class_line class_line(const struct result_view *r, int k)
{
    struct class_line l = {.cls = k, .taken_for = -1};
    for (int p = 0; p < r->n_classes; p++) {
        int64_t n = result_view_count(r, k, p);
        l.n += n;
        if (p != k && n > l.n_taken) {
            l.n_taken = n;
            l.taken_for = p;
        }
    }
    l.recall = l.n ? (double)result_view_count(r, k, k) / (double)l.n : NAN;
    return l;
}

static void refresh_lines(struct train_screen *s, const struct ui_model *model)
{
    if (s->lines && s->result_version == model->result_version)
        return;
    s->result_version = model->result_version;
    s->n_lines = model->res.n_classes;
    free(s->lines);
    s->lines = xcalloc((size_t)s->n_lines, sizeof *s->lines);
    for (int k = 0; k < s->n_lines; k++)
        s->lines[k] = class_line(&model->res, k);
    qsort(s->lines, (size_t)s->n_lines, sizeof *s->lines, by_recall);
}

static void draw_class(struct canvas *c, struct area row, const struct result_view *r,
                       const struct class_line *l)
{
    char text[NUM_TEXT], taken[OPTION_TEXT_MAX];
    int name = row.w / 3 < 20 ? row.w / 3 + 1 : 20, bar = row.w >= 40 ? 10 : 0, x = name + 9;
    canvas_put_cut(c, row, 0, 0, name, ROLE_TEXT, result_view_class(r, l->cls), false);
    canvas_put_right(c, row, x - 1, 0, ROLE_TEXT, fmt_percent(text, l->recall));
    canvas_bar(c, row, x, 0, bar, ROLE_BAR_FULL, isnan(l->recall) ? 0 : l->recall);
    x += bar + (bar > 0);
    if (l->taken_for < 0)
        return;
    const char *name_taken = result_view_class(r, l->taken_for);
    if (row.w >= 60)
        snprintf(taken, sizeof taken, "%lld of %lld taken for %s", (long long)l->n_taken,
                 (long long)l->n, name_taken);
    else
        snprintf(taken, sizeof taken, "%lld %s", (long long)l->n_taken, name_taken);
    canvas_put_cut(c, row, x, 0, row.w - x, ROLE_DIM, taken, false);
}

static void draw_classes(struct train_screen *s, struct canvas *c, struct area a,
                         const struct ui_model *model)
{
    char right[64] = "taken for", acc[NUM_TEXT];
    refresh_lines(s, model);
    bool worst = s->n_lines > a.h - 1, wide = a.w >= 60;
    if (wide)
        snprintf(right, sizeof right, "epoch %d: %s", model->res.epoch,
                 fmt_percent(acc, model->res.acc));
    struct area rows =
        parts_heading(c, a, false, worst ? "Recall, worst first" : "Recall by class", right);
    for (int i = 0; i < s->n_lines && i < rows.h; i++)
        draw_class(c, (struct area){rows.x, rows.y + i, rows.w, 1}, &model->res, &s->lines[i]);
}

static void draw_events(struct canvas *c, struct area a, const struct train_view *t)
{
    if (area_empty(a))
        return;
    struct str known = STR_INIT;
    startup_text(&known, t);
    int n = t->n_events < 0 ? 0 : t->n_events, room = a.h, y = 0;
    if (known.s && (a.h > 1 || !n)) {
        canvas_put(c, a, 0, y, ROLE_DIM, "start-up");
        canvas_put_cut(c, a, 9, y++, a.w - 9, ROLE_DIM, known.s, false);
        room--;
    }
    for (int i = n > room ? n - room : 0; i < n; i++, y++) {
        canvas_printf(c, a, 0, y, ROLE_DIM, "epoch %d", t->events[i].epoch);
        canvas_put_cut(c, a, 11, y, a.w - 11, ROLE_PLOT_MARK, t->events[i].text, false);
    }
    str_done(&known);
}

/* --- the screen ---------------------------------------------------------------------------- */

static void draw_empty(struct canvas *c, struct area body, const struct ui_model *model)
{
    char start[OPTION_TEXT_MAX + 96], setup[64];
    const struct options *o = model->options;
    snprintf(start, sizeof start, "%s starts one: %s, preset %s, %s", parts_key(ACTION_START),
             mode_name((enum mode)o->mode), preset_name((enum preset)o->preset), o->model);
    snprintf(setup, sizeof setup, "%s changes the settings", parts_key(ACTION_SETUP));
    const char *lines[] = {"No run yet", "", start, setup};
    parts_centre(c, body, ROLE_TEXT, lines, 4);
}

static void new_axes(struct train_screen *s, uint64_t job, int rows)
{
    s->job = job;
    s->chart_rows = rows;
    s->loss_range = s->acc_range = (struct plot_range){0};
}

static void train_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct train_screen *s = self;
    const struct snapshot *snap = model->snap;
    const struct job_view *job = train_job(snap);
    if (!snap || (!snap->train.job && !job)) {
        draw_empty(c, body, model);
        return;
    }
    const struct train_view *t = &snap->train;
    struct train_layout l;
    layout_train(&l, body, model->result != NULL);
    if (s->job != t->job || s->chart_rows != l.loss.h)
        new_axes(s, t->job, l.loss.h);
    draw_head(c, l.head, snap);
    bool begun = t->steps_seen || t->epochs_seen;
    if (!t->live && *t->end)
        draw_end(c, l.progress, t);
    else if (!begun && job)
        parts_job(c, l.progress, job);
    else {
        draw_progress(c, l.progress, t);
        draw_phase(c, l.progress, t);
    }
    if (!begun) {
        if (job)
            draw_startup(c, (struct area){body.x, l.loss.y, body.w, l.loss.h}, snap);
        return;
    }
    draw_chart(s, c, l.loss, t, false);
    draw_chart(s, c, l.acc, t, true);
    draw_table(c, l.table, t);
    if (!area_empty(l.classes))
        draw_classes(s, c, l.classes, model);
    draw_events(c, l.events, t);
}

/* --- actions ------------------------------------------------------------------------------- */

static void control(struct train_screen *s, enum cmd_kind kind, const struct ui_model *model)
{
    struct err err = {0};
    uint64_t job = model->snap->jobs[0].job;
    struct cmd cmd = {.kind = kind, .job = job};
    if (s->calls->submit(s->calls->app, &cmd, &job, &err))
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
}

static void stop_chosen(void *user, int choice)
{
    struct train_screen *s = user;
    if (train_job(s->model->snap) && (choice == 0 || choice == 1))
        control(s, choice == 0 ? CMD_STOP_EPOCH : CMD_STOP_NOW, s->model);
}

static unsigned train_action(void *self, enum action action, struct ui_model *model)
{
    static const char *const stops[] = {"stop after this epoch",
                                        "stop now; resume repeats the epoch", "go on"};
    struct train_screen *s = self;
    const struct job_view *job = train_job(model->snap);
    s->model = model;
    if (action == ACTION_START && !job)
        s->calls->start_run(s->calls->app);
    else if (action == ACTION_PAUSE && job)
        control(s, job->state == JOB_PAUSED ? CMD_GO_ON : CMD_PAUSE, model);
    else if (action == ACTION_STOP && job)
        s->calls->menu(s->calls->app, "Stop the run", stops, 3, 0, stop_chosen, s);
    else
        return UI_NONE;
    return UI_REPAINT;
}

static const char *train_why_not(void *self, enum action action, const struct ui_model *model)
{
    (void)self;
    const struct job_view *job = train_job(model->snap);
    if ((action == ACTION_PAUSE || action == ACTION_STOP) && !job)
        return "no run is going on";
    if (action == ACTION_START && job)
        return "a run is going on";
    if (action == ACTION_START && !model->dataset)
        return "there is no data set yet";
    return NULL;
}

const struct screen_ops screen_train = {
    .name = "train",
    .title = "Train",
    .context = CONTEXT_TRAIN,
    .init = train_init,
    .free = train_free,
    .draw = train_draw,
    .action = train_action,
    .why_not = train_why_not,
};
