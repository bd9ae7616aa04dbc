/* The parts of the Train screen around its charts: head, progress, gauges, epochs, classes, events.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/train_screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* Shares from which on a gauge warns. */
#define MUCH_MEMORY 0.95
#define MUCH_WAIT 0.3 /* of the time, for pictures */
#define TIME_W 16     /* cells that the time of a run may take */
#define BUSY 2        /* never: a machine at work is what is wanted */

/* --- head and progress --------------------------------------------------------------------- */

/* How a run ended, in the words that Runs has for it. */
static enum role end_role(const struct train_view *t, const char **word)
{
    static const struct {
        const char *begins, *word;
        enum role role;
    } ends[] = {{"done", "done", ROLE_STATE_DONE},
                {"stopped: no better epoch", "done", ROLE_STATE_DONE},
                {"stopped", "stopped", ROLE_STATE_WARN},
                {"left", "left", ROLE_STATE_WARN},
                {"its process ended", "stopped", ROLE_STATE_WARN}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (str_starts(t->end, ends[i].begins)) {
            *word = ends[i].word;
            return ends[i].role;
        }
    }
    *word = "failed";
    return ROLE_STATE_FAIL;
}

static enum role state_of(const struct snapshot *snap, const char **text)
{
    const struct job_view *job = parts_training(snap);
    if (job) {
        bool last = snap->train.last_epoch && snap->train.job == job->job;
        *text = job->state == JOB_PAUSED     ? "paused"
                : job->state == JOB_STOPPING ? "stopping"
                : last                       ? "stops after this epoch"
                                             : "running";
        return job->state == JOB_RUNNING && !last ? ROLE_STATE_RUN : ROLE_STATE_WARN;
    }
    return end_role(&snap->train, text);
}

void train_draw_head(struct canvas *c, struct area a, const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    const char *state;
    char text[512], used[NUM_TEXT], total[NUM_TEXT];
    enum role role = state_of(snap, &state);
    canvas_put_right(c, a, a.w, 0, role, state);
    int room = a.w - text_width(state) - 2, x;
    x = canvas_put(c, (struct area){a.x, a.y, room > 0 ? room : 0, a.h}, 0, 0, ROLE_STRONG,
                   t->mode);
    int n = snprintf(text, sizeof text, ", preset %s, %s%s%s%s%s", t->preset, t->model,
                     *t->device ? " on " : "", t->device, *t->precision ? ", " : "", t->precision);
    if (snap->memory_used && snap->memory_total && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ", memory %s of %s",
                 num_bytes(used, snap->memory_used), num_bytes(total, snap->memory_total));
    canvas_put_cut(c, a, x, 0, room - x, ROLE_TEXT, text, false);
}

/* way_out: of a run that failed, instead of its folder; or "". */
static void draw_end(struct canvas *c, struct area a, const struct train_view *t,
                     const char *way_out)
{
    const char *word;
    char text[512], acc[NUM_TEXT], time[NUM_TEXT], best[96] = "";
    enum role role = end_role(t, &word);
    if (t->best.epoch)
        snprintf(best, sizeof best, "; best epoch %d, val acc %s", t->best.epoch,
                 fmt_percent(acc, t->best.val_acc));
    snprintf(text, sizeof text, "%s%s; %s", t->end, best, num_seconds(time, t->seconds));
    canvas_put_cut(c, a, 0, 0, a.w, role, text, false);
    int used = text_width(text);
    snprintf(text, sizeof text, "%s shows the results", parts_key(ACTION_RESULTS));
    if (t->result && used + text_width(text) + 2 <= a.w)
        canvas_put_right(c, a, a.w, 0, ROLE_DIM, text);
    if (role == ROLE_STATE_FAIL && *way_out) {
        canvas_put_cut(c, a, 0, 1, a.w, ROLE_TEXT, way_out, false);
        return;
    }
    canvas_put(c, a, 0, 1, ROLE_DIM, "run");
    canvas_put_cut(c, a, 4, 1, a.w - 4, ROLE_TEXT, t->run, true);
}

static void draw_steps(struct canvas *c, struct area a, const struct train_view *t)
{
    char text[160], speed[NUM_TEXT], eta[NUM_TEXT], right[96];
    snprintf(text, sizeof text, "epoch %d of %d  step %lld of %lld", t->epoch, t->n_epochs,
             (long long)t->step_in_epoch, (long long)t->steps_in_epoch);
    if (text_width(text) > a.w)
        snprintf(text, sizeof text, "epoch %d/%d %lld/%lld", t->epoch, t->n_epochs,
                 (long long)t->step_in_epoch, (long long)t->steps_in_epoch);
    int x = canvas_put(c, a, 0, 0, ROLE_TEXT, text) + 2;
    snprintf(right, sizeof right, "%s images/s  %s left", fmt_speed(speed, t->images_per_s),
             isfinite(t->eta) ? num_seconds(eta, t->eta) : "-");
    int at = a.w - text_width(right);
    if (at <= x)
        return;
    canvas_put(c, a, at, 0, ROLE_TEXT, right);
    parts_gauge(c, a, x, 0, at - x - 2, ROLE_BAR_FULL,
                t->n_steps ? (double)t->step / (double)t->n_steps : 0);
}

static int draw_best(struct canvas *c, struct area a, int x, const struct best *best)
{
    char acc[NUM_TEXT];
    if (!best->epoch)
        return x;
    return x + 2 + canvas_printf(c, a, x, 1, ROLE_PLOT_BEST, "best %s in epoch %d",
                                 fmt_percent(acc, best->val_acc), best->epoch);
}

/* With the share of waiting where that is worth a word and has room. */
static void draw_time(struct canvas *c, struct area a, int x, const struct train_view *t)
{
    char time[NUM_TEXT], text[NUM_TEXT + 16], waits[NUM_TEXT + 96];
    snprintf(text, sizeof text, "%s so far", num_seconds(time, t->seconds));
    snprintf(waits, sizeof waits, "%s, waits %.0f %% for pictures", text, 100 * t->loader_wait);
    bool long_one = t->loader_wait > 0.05 && x + text_width(waits) <= a.w;
    if (long_one || x + text_width(text) <= a.w)
        canvas_put_right(c, a, a.w, 1, t->loader_wait > MUCH_WAIT ? ROLE_STATE_WARN : ROLE_DIM,
                         long_one ? waits : text);
}

/* Second line: phase, the best epoch, pictures, time. */
static void draw_phase(struct canvas *c, struct area a, const struct train_view *t)
{
    char text[256];
    int i = t->phase - 1, x = 0;
    if (t->validating)
        x = canvas_put(c, a, 0, 1, ROLE_STATE_RUN, "validation") + 2;
    else if (t->n_phases > 1 && i >= 0 && i < t->n_marks)
        x = canvas_printf(c, a, 0, 1, ROLE_TEXT, "phase %d of %d, %s", t->phase, t->n_phases,
                          t->marks[i].title) +
            2;
    x = draw_best(c, a, x, &t->best);
    snprintf(text, sizeof text, "%d classes, %lld training and %lld validation pictures",
             t->n_classes, (long long)t->n_train, (long long)t->n_val);
    int facts = text_width(text) + 2;
    if (!t->best.epoch || x + facts <= a.w - TIME_W) {
        canvas_put_cut(c, a, x, 1, a.w - x, ROLE_DIM, text, false);
        x += facts;
    }
    draw_time(c, a, x, t);
}

/* Seconds until the stage's end, as fast as it was; NAN: not known yet. */
static double stage_left(const struct train_screen *s, const struct job_view *job)
{
    double took = job->seconds - s->stage_seconds;
    if (!str_eq(s->stage, job->stage) || job->done <= s->stage_done || took < 1)
        return NAN;
    return (double)(job->total - job->done) * took / (double)(job->done - s->stage_done);
}

static void draw_stage(const struct train_screen *s, struct canvas *c, struct area a,
                       const struct job_view *job)
{
    char time[NUM_TEXT], text[NUM_TEXT + 16];
    double left = job->total > job->done ? stage_left(s, job) : NAN;
    parts_job(c, a, job);
    snprintf(text, sizeof text, "%s left", num_seconds(time, left));
    if (isfinite(left) && text_width(text) <= a.w)
        canvas_put_right(c, a, a.w, 1, ROLE_TEXT, text);
}

void train_draw_progress(const struct train_screen *s, struct canvas *c, struct area a,
                         const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    const struct job_view *job = parts_training(snap);
    if (!t->live && *t->end) {
        draw_end(c, a, t, s->way_out);
    } else if (!t->steps_seen && !t->epochs_seen && job) {
        draw_stage(s, c, a, job);
    } else {
        draw_steps(c, a, t);
        draw_phase(c, a, t);
    }
}

/* --- gauges -------------------------------------------------------------------------------- */

/* A gauge in words: "cores ████▌ 93 %". bar: cells; much: the share that is a warning. */
static int draw_gauge(struct canvas *c, struct area a, int x, const char *name, double share,
                      double much, int bar, const char *value)
{
    int width = text_width(name) + 1 + (bar ? bar + 1 : 0) + text_width(value);
    if (x + width > a.w)
        return x;
    x += canvas_put(c, a, x, 0, ROLE_DIM, name) + 1;
    if (bar) {
        parts_gauge(c, a, x, 0, bar, share > much ? ROLE_STATE_WARN : ROLE_BAR_FULL,
                    isfinite(share) ? share : 0);
        x += bar + 1;
    }
    return x + canvas_put(c, a, x, 0, ROLE_TEXT, value) + 2;
}

static double part_of(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static void percent_text(char out[NUM_TEXT], double share)
{
    if (isfinite(share))
        snprintf(out, NUM_TEXT, "%.0f %%", 100 * share);
    else
        snprintf(out, NUM_TEXT, "-");
}

static void of_text(char out[2 * NUM_TEXT], uint64_t used, uint64_t total)
{
    char a[NUM_TEXT], b[NUM_TEXT];
    snprintf(out, 2 * NUM_TEXT, "%s of %s", num_bytes(a, used), num_bytes(b, total));
}

static int draw_gpu(struct canvas *c, struct area a, int x, const struct gauges *g, int bar)
{
    char text[2 * NUM_TEXT];
    if (isfinite(g->gpu)) {
        percent_text(text, g->gpu);
        x = draw_gauge(c, a, x, "GPU", g->gpu, BUSY, bar, text);
    }
    if (g->gpu_memory_total) {
        of_text(text, g->gpu_memory_used, g->gpu_memory_total);
        x = draw_gauge(c, a, x, "its memory", 0, BUSY, 0, text);
    }
    if (isfinite(g->gpu_temperature)) {
        snprintf(text, sizeof text, "%.0f C", g->gpu_temperature);
        x = draw_gauge(c, a, x, "at", 0, BUSY, 0, text);
    }
    if (isfinite(g->gpu_power)) {
        snprintf(text, sizeof text, "%.0f W", g->gpu_power);
        x = draw_gauge(c, a, x, "power", 0, BUSY, 0, text);
    }
    return x;
}

/* What has no room is left out, from the right. The share of the time that goes into waiting for
 * pictures stands against the rest. */
void train_draw_gauges(struct canvas *c, struct area a, const struct snapshot *snap)
{
    const struct gauges *g = &snap->gauges;
    char text[2 * NUM_TEXT];
    int bar = a.w >= 110 ? 10 : 5, x = 0;
    if (area_empty(a) || g->seen == 0)
        return;
    double cores = isfinite(g->cores) ? g->cores : g->own_cores;
    percent_text(text, cores);
    x = draw_gauge(c, a, x, "cores", cores, BUSY, bar, text);
    x = draw_gpu(c, a, x, g, bar);
    percent_text(text, snap->train.loader_wait);
    x = draw_gauge(c, a, x, "loader wait", snap->train.loader_wait, MUCH_WAIT, bar, text);
    if (g->memory_total) {
        of_text(text, g->memory_used, g->memory_total);
        draw_gauge(c, a, x, "memory", part_of(g->memory_used, g->memory_total), MUCH_MEMORY, bar,
                   text);
    }
}

/* --- start-up ------------------------------------------------------------------------------ */

static void add_stage(struct str *out, const char *name, double seconds)
{
    if (isnan(seconds))
        return;
    char text[NUM_TEXT];
    str_printf(out, "%s%s %s", out->len ? ", " : "", name, fmt_fixed(text, seconds, 1));
}

/* "libtorch 1.2, weights 0.3, ... s"; what is not known yet is left out. */
static void startup_text(struct str *out, const struct train_view *t)
{
    add_stage(out, "libtorch", t->s_libtorch);
    add_stage(out, "scan", t->s_scan);
    add_stage(out, "weights", t->s_weights);
    add_stage(out, "features", t->s_features);
    add_stage(out, "first step", t->s_first_step);
    if (out->len)
        str_printf(out, " s");
}

void train_draw_startup(struct canvas *c, struct area a, const struct snapshot *snap)
{
    struct str known = STR_INIT;
    startup_text(&known, &snap->train);
    const char *lines[] = {"The charts begin with the first step", "", known.s ? known.s : ""};
    parts_centre(c, a, ROLE_DIM, lines, 3);
    str_done(&known);
}

/* --- small windows ------------------------------------------------------------------------- */

static void draw_newest(struct canvas *c, struct area row, enum role role, const char *name,
                        double loss, double acc)
{
    char a[NUM_TEXT], b[NUM_TEXT];
    canvas_printf(c, row, 0, 0, role, "%-5s %6s %7s", name, fmt_loss(a, loss), fmt_percent(b, acc));
}

void train_draw_numbers(struct canvas *c, struct area a, const struct train_view *t)
{
    const struct epoch_metrics *m =
        t->epochs_seen ? &t->epochs[(t->epochs_seen - 1) % SNAP_EPOCHS] : NULL;
    const struct step_point *p = t->steps_seen ? &t->steps[(t->steps_seen - 1) % SNAP_STEPS] : NULL;
    if (!m && p) /* one batch: better than nothing */
        draw_newest(c, area_cut_top(&a, 1), ROLE_PLOT_TRAIN, "train", p->loss, p->acc);
    if (m)
        draw_newest(c, area_cut_top(&a, 1), ROLE_PLOT_TRAIN, "train", m->train_loss, m->train_acc);
    if (m)
        draw_newest(c, area_cut_top(&a, 1), ROLE_PLOT_VALID, "val", m->val_loss, m->val_acc);
    if (t->best.epoch)
        draw_newest(c, area_cut_top(&a, 1), ROLE_PLOT_BEST, "best", t->best.val_loss,
                    t->best.val_acc);
}

static size_t ring_first(uint64_t seen, size_t size)
{
    return seen > size ? (size_t)(seen - size) : 0;
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

/* Up or down from the epoch before, in the colour of better or worse; nothing where the shown
 * digits are the same. k: the column. */
static void draw_trend(struct canvas *c, struct area a, int x, int y, int k,
                       const struct epoch_metrics *before, const struct epoch_metrics *now)
{
    const double was[] = {before->train_loss, before->val_loss, before->train_acc, before->val_acc};
    const double is[] = {now->train_loss, now->val_loss, now->train_acc, now->val_acc};
    double by = is[k - 1] - was[k - 1];
    if (!isfinite(by) || fabs(by) < (k <= 2 ? 5e-5 : 5e-4))
        return;
    bool better = k <= 2 ? by < 0 : by > 0;
    canvas_ch(c, a, x, y, better ? ROLE_STATE_DONE : ROLE_STATE_WARN, by > 0 ? 0x2191 : 0x2193);
}

void train_draw_table(struct canvas *c, struct area a, const struct train_view *t)
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
            if (k >= 1 && k <= 4 && i > ring_first(t->epochs_seen, SNAP_EPOCHS))
                draw_trend(c, a, right, y, k, &t->epochs[(i - 1) % SNAP_EPOCHS], m);
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
    struct result_class c = result_view_numbers(r, k);
    return (struct class_line){.cls = k,
                               .n = c.n,
                               .taken_for = c.taken_for,
                               .n_taken = c.n_taken,
                               .recall = c.n ? (double)c.right / (double)c.n : NAN};
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
    parts_gauge(c, row, x, 0, bar, ROLE_BAR_FULL, isnan(l->recall) ? 0 : l->recall);
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

void train_draw_classes(struct train_screen *s, struct canvas *c, struct area a,
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

void train_draw_events(struct canvas *c, struct area a, const struct train_view *t)
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
