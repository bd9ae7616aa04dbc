/* Several runs beside each other. A letter stands for a run: it is its mark in the charts, too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/runs_compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/metrics.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/w_plot.h"

#define NARROW 44 /* cells of a chart */

void comparing_done(struct comparing *k)
{
    block_release(k->block);
    free(k->epoch);
    free(k->loss);
    free(k->acc);
    *k = (struct comparing){0};
}

static void take_epochs(struct comparing *k)
{
    size_t n = 0, at = 0;
    for (size_t r = 0; r < k->view.n_runs; r++)
        n += k->view.runs[r].n_epochs;
    k->epoch = xcalloc(n, sizeof *k->epoch);
    k->loss = xcalloc(n, sizeof *k->loss);
    k->acc = xcalloc(n, sizeof *k->acc);
    for (size_t r = 0; r < k->view.n_runs; r++) {
        for (size_t i = 0; i < k->view.runs[r].n_epochs; i++, at++) {
            struct compare_epoch e = compare_view_epoch(&k->view, r, i);
            k->epoch[at] = e.epoch;
            k->loss[at] = e.val_loss;
            k->acc[at] = e.val_acc;
        }
    }
}

enum err_code comparing_set(struct comparing *k, const struct block *block, struct err *err)
{
    struct compare_view view;
    enum err_code code = compare_view_open(&view, block, err);
    if (code != ERR_OK) {
        block_release(block);
        return code;
    }
    comparing_done(k);
    k->block = block;
    k->view = view;
    take_epochs(k);
    return ERR_OK;
}

/* --- charts -------------------------------------------------------------------------------- */

static double last_epoch(const struct comparing *k)
{
    double last = 1;
    for (size_t r = 0, at = 0; r < k->view.n_runs; at += k->view.runs[r++].n_epochs) {
        for (size_t i = 0; i < k->view.runs[r].n_epochs; i++)
            last = fmax(last, k->epoch[at + i]);
    }
    return last;
}

/* width: a narrow one has a short title, for the values of more runs. */
static struct plot *new_chart(const struct comparing *k, bool acc, int width)
{
    struct plot *plot = xcalloc(1, sizeof *plot);
    bool narrow = width < NARROW;
    plot->title = acc ? narrow ? "Val acc" : "Validation accuracy"
                      : narrow ? "Val loss" : "Validation loss";
    plot->x_name = "epoch";
    plot->x_end = last_epoch(k);
    plot->x_begin = plot->x_end > 1 ? 1 : 0; /* numbers are of ends of epochs */
    plot->whole_ticks = true;
    plot->percent = acc;
    plot->non_negative = true;
    plot->most = acc ? 1 : NAN;
    plot->best_x = plot->best_y = NAN;
    return plot;
}

static struct plot *chart_of_all(const struct comparing *k, bool acc, int width)
{
    struct plot *plot = new_chart(k, acc, width);
    for (size_t r = 0, at = 0; r < k->view.n_runs; at += k->view.runs[r++].n_epochs)
        plot->series[plot->n_series++] = (struct plot_series){.name = "", /* its mark says it */
                                                              .role = parts_class_role((int)r),
                                                              .n = k->view.runs[r].n_epochs,
                                                              .x = k->epoch + at,
                                                              .y = (acc ? k->acc : k->loss) + at,
                                                              .points = true,
                                                              .point = 'A' + (uint32_t)r};
    return plot;
}

/* Accuracy and loss; below each other their axes begin at one column. */
static void draw_charts(const struct comparing *k, struct canvas *c, struct area acc,
                        struct area loss)
{
    struct plot *upper = chart_of_all(k, true, acc.w), *lower = chart_of_all(k, false, loss.w);
    if (acc.x == loss.x) {
        lower->labels = plot_labels(acc, upper);
        upper->labels = plot_labels(loss, lower);
    }
    plot_draw(c, acc, upper);
    plot_draw(c, loss, lower);
    free(upper);
    free(lower);
}

/* The best of n epochs from the first-th on, by the rule of the run itself. */
static size_t best_epoch(const struct comparing *k, size_t first, size_t n)
{
    struct best best = {0};
    size_t at = first;
    for (size_t i = first; i < first + n; i++) {
        const struct epoch_metrics m = {.epoch = (int)k->epoch[i], .val_acc = k->acc[i], .val_loss = k->loss[i]};
        if (best_update(&best, &m))
            at = i;
    }
    return at;
}

static void draw_curve(const struct comparing *k, struct canvas *c, struct area a, bool acc)
{
    struct plot *plot = new_chart(k, acc, a.w);
    const double *y = acc ? k->acc : k->loss;
    size_t best = best_epoch(k, 0, k->view.runs[0].n_epochs);
    plot->series[plot->n_series++] = (struct plot_series){.name = "last",
                                                          .role = ROLE_PLOT_VALID,
                                                          .n = k->view.runs[0].n_epochs,
                                                          .x = k->epoch,
                                                          .y = y,
                                                          .points = true};
    plot->best_x = k->epoch[best];
    plot->best_y = y[best];
    plot_draw(c, a, plot);
    free(plot);
}

void comparing_draw_one(const struct comparing *k, struct canvas *c, struct area a)
{
    if (!k->block || k->view.n_runs != 1 || !k->view.runs[0].n_epochs)
        return;
    struct area left = area_cut_left(&a, a.w / 2 - 1);
    area_cut_left(&a, 2);
    draw_curve(k, c, left, true);
    draw_curve(k, c, a, false);
}

/* --- which letter is which run ------------------------------------------------------------- */

#define BRIEFEST 2

/* The best epoch of a run whose epochs begin at at; the briefer, the fewer words. */
static void best_text(char *out, size_t size, const struct comparing *k, size_t r, size_t at,
                      int brief)
{
    const struct compare_run *run = &k->view.runs[r];
    char text[NUM_TEXT];
    size_t best = best_epoch(k, at, run->n_epochs);
    snprintf(out, size, "%s", *run->problem ? run->problem : "no epoch yet");
    if (*run->problem || !run->n_epochs || isnan(k->acc[best]))
        return;
    fmt_percent(text, k->acc[best]);
    if (brief == 0)
        snprintf(out, size, "best %s in epoch %d of %zu", text, (int)k->epoch[best], run->n_epochs);
    else if (brief < BRIEFEST)
        snprintf(out, size, "%s in epoch %d", text, (int)k->epoch[best]);
    else
        snprintf(out, size, "%s", text);
}

/* How brief they must be for names to have room: runs of one day differ in the middle of theirs. */
static int how_brief(const struct comparing *k, int width)
{
    char text[160];
    int brief = 0;
    for (size_t r = 0, at = 0; r < k->view.n_runs; at += k->view.runs[r++].n_epochs) {
        best_text(text, sizeof text, k, r, at, brief);
        while (!*k->view.runs[r].problem && brief < BRIEFEST &&
               3 + text_width(k->view.runs[r].name) + 2 + text_width(text) > width)
            best_text(text, sizeof text, k, r, at, ++brief);
    }
    return brief;
}

static void draw_names(const struct comparing *k, struct canvas *c, struct area a)
{
    int brief = how_brief(k, a.w);
    for (size_t r = 0, at = 0; r < k->view.n_runs; at += k->view.runs[r++].n_epochs) {
        const struct compare_run *run = &k->view.runs[r];
        char text[160];
        best_text(text, sizeof text, k, r, at, brief);
        int y = (int)r, width = text_width(text), left = a.w - 3 - text_width(run->name) - 2;
        if (*run->problem && left >= 12 && left < width)
            width = left;
        int room = a.w - 3 - width - 2;
        canvas_ch(c, a, 0, y, parts_class_role((int)r), 'A' + (uint32_t)r);
        if (room < 12)
            room = a.w - 3;
        else
            canvas_put_cut(c, a, a.w - width, y, width, *run->problem ? ROLE_STATE_WARN : ROLE_DIM,
                           text, false);
        canvas_put_cut(c, a, 3, y, room, ROLE_TEXT, run->name, true);
    }
}

/* --- settings ------------------------------------------------------------------------------ */

struct columns {
    int name, value;
    size_t n; /* runs that have room */
};

static struct columns columns_in(int width, size_t n_runs)
{
    struct columns k = {.name = width / 3 < 26 ? width / 3 : 26, .n = n_runs};
    while (k.n > 1 && (width - k.name) / (int)k.n < 9)
        k.n--;
    k.value = k.n ? (width - k.name) / (int)k.n : 0;
    return k;
}

static void draw_setting(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct compare_view *v = user;
    struct columns k = columns_in(row.w, v->n_runs);
    canvas_put_cut(c, row, 0, 0, k.name - 1, ROLE_TEXT, compare_view_setting(v, i), false);
    for (size_t r = 0; r < k.n; r++) {
        const char *value = compare_view_value(v, i, r);
        canvas_put_cut(c, row, k.name + (int)r * k.value, 0, k.value - 1,
                       *value ? ROLE_TEXT : ROLE_DIM, *value ? value : "-", *value == '/');
    }
}

/* All values of the selected one, which its row may have cut: below each other, */
static void draw_long_values(const struct comparing *k, struct canvas *c, struct area a)
{
    int rows = (a.h - 1) / (int)k->view.n_runs;
    canvas_put_cut(c, a, 0, 0, a.w, ROLE_TITLE, compare_view_setting(&k->view, k->list.selected), false);
    area_cut_top(&a, 1);
    for (size_t r = 0; r < k->view.n_runs; r++) {
        struct area value = {a.x + 3, a.y, a.w - 3, rows};
        const char *text = compare_view_value(&k->view, k->list.selected, r);
        canvas_ch(c, a, 0, 0, parts_class_role((int)r), 'A' + (uint32_t)r);
        int used = parts_wrap(c, value, ROLE_TEXT, *text ? text : "-");
        area_cut_top(&a, used > 1 ? used : 1);
    }
}

/* or where there is no room for that, behind each other. */
static void draw_values(const struct comparing *k, struct canvas *c, struct area a)
{
    size_t i = k->list.selected;
    struct str text = STR_INIT;
    if (i >= k->view.n_settings)
        return;
    if (a.h > (int)k->view.n_runs) {
        draw_long_values(k, c, a);
        return;
    }
    str_printf(&text, "%s:", compare_view_setting(&k->view, i));
    for (size_t r = 0; r < k->view.n_runs; r++)
        str_printf(&text, "  %c %s", 'A' + (int)r, compare_view_value(&k->view, i, r));
    parts_wrap(c, a, ROLE_DIM, text.s);
    str_done(&text);
}

/* Below the list and a blank row where there is room for a row a run, else the last two. */
static struct area cut_values(struct area *rows, const struct compare_view *v)
{
    int left = rows->h - (int)v->n_settings - 1;
    if (v->n_settings > (size_t)rows->h || left <= (int)v->n_runs)
        return rows->h >= 6 ? area_cut_bottom(rows, 2) : (struct area){0};
    struct area values = area_cut_bottom(rows, left);
    area_cut_bottom(rows, 1);
    values.h = left < 1 + 4 * (int)v->n_runs ? left : 1 + 4 * (int)v->n_runs;
    return values;
}

static void draw_settings(struct comparing *k, struct canvas *c, struct area a)
{
    char title[64], right[64];
    const struct compare_view *v = &k->view;
    snprintf(title, sizeof title, "Settings that differ: %zu", v->n_settings);
    snprintf(right, sizeof right, "the same in all: %zu", v->n_same);
    struct area rows = parts_heading(c, a, true, title, right);
    if (rows.h < 2)
        return;
    struct columns at = columns_in(rows.w - (v->n_settings > (size_t)rows.h - 1), v->n_runs);
    for (size_t r = 0; r < at.n; r++)
        canvas_ch(c, rows, at.name + (int)r * at.value, 0, parts_class_role((int)r),
                  'A' + (uint32_t)r);
    rows.y++;
    rows.h--;
    struct area values = cut_values(&rows, v);
    list_draw(c, rows, &k->list, v->n_settings, true, draw_setting, (void *)v);
    draw_values(k, c, values);
}

void comparing_draw(struct comparing *k, struct canvas *c, struct area a)
{
    int names = (int)k->view.n_runs;
    if (a.w >= 110 && a.h >= 16) {
        struct area left = area_cut_left(&a, a.w / 2 - 1);
        parts_line(c, area_inset(area_cut_left(&a, 3), 1, 0));
        struct area top = area_cut_top(&left, left.h / 2);
        draw_charts(k, c, top, left);
        draw_names(k, c, area_cut_top(&a, names));
        area_cut_top(&a, 1);
    } else {
        draw_names(k, c, area_cut_top(&a, names < a.h / 3 ? names : a.h / 3));
        struct area charts = area_cut_top(&a, a.h >= 14 ? a.h / 2 : 0);
        struct area left = area_cut_left(&charts, charts.w / 2);
        area_cut_left(&charts, 1);
        draw_charts(k, c, left, charts);
    }
    draw_settings(k, c, a);
}
