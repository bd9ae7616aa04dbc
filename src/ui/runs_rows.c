/* The list of runs on the screen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/runs_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* --- rows ---------------------------------------------------------------------------------- */

void runs_rows_forget(struct runs_rows *s)
{
    block_release(s->block);
    free(s->rows);
    free(s->marked);
    free(s->order);
    s->block = NULL;
    s->rows = NULL;
    s->marked = NULL;
    s->order = NULL;
    s->n = s->shown = 0;
}

struct run_row *runs_rows_selected(const struct runs_rows *s)
{
    return s->list.selected < s->shown ? &s->rows[s->order[s->list.selected]] : NULL;
}

void runs_rows_arrange(struct runs_rows *s, const char *filter)
{
    const struct run_row *at = runs_rows_selected(s);
    s->shown = runs_arrange(s->order, s->rows, s->n, s->column, s->reverse, filter);
    for (size_t i = 0; at && i < s->shown; i++) {
        if (&s->rows[s->order[i]] == at)
            s->list.selected = i;
    }
    if (s->list.selected >= s->shown)
        s->list.selected = s->shown ? s->shown - 1 : 0;
}

size_t runs_rows_marked(const struct runs_rows *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->marked[i];
    return n;
}

/* Marks and selection of the list before, found by folder. */
static void carry_over(struct runs_rows *s, const struct runs_rows *old)
{
    const struct run_row *at = runs_rows_selected(old);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < old->n; k++)
            s->marked[i] |= old->marked[k] && str_eq(old->rows[k].folder, s->rows[i].folder);
    }
    for (size_t i = 0; at && i < s->shown; i++) {
        if (str_eq(s->rows[s->order[i]].folder, at->folder))
            s->list.selected = i;
    }
}

void runs_rows_take(struct runs_rows *s, const struct block *block, const char *filter)
{
    struct runs_rows old = *s;
    s->block = block;
    s->n = runs_view_count(block);
    s->rows = xcalloc(s->n, sizeof *s->rows);
    s->marked = xcalloc(s->n, sizeof *s->marked);
    s->order = xcalloc(s->n, sizeof *s->order);
    size_t good = 0;
    for (size_t i = 0; i < s->n; i++)
        good += runs_view_at(block, i, &s->rows[good]);
    s->n = good;
    s->shown = runs_arrange(s->order, s->rows, s->n, s->column, s->reverse, filter);
    carry_over(s, &old);
    runs_rows_forget(&old);
}

void runs_rows_live(struct runs_rows *s, const struct train_view *t)
{
    for (size_t i = 0; t->live && i < s->n; i++) {
        struct run_row *row = &s->rows[i];
        if (!str_eq(row->folder, t->run))
            continue;
        row->state = "running";
        row->epochs = (int)t->epochs_seen;
        row->best_epoch = t->best.epoch;
        row->best_val_acc = t->best.val_acc;
        row->best_val_loss = t->best.val_loss;
        row->seconds = t->seconds;
    }
}

size_t runs_rows_chosen(const struct runs_rows *s, const char ***folders, bool also_selected)
{
    size_t n = 0, at = s->shown ? s->order[s->list.selected] : s->n;
    bool with_selected = s->shown && (also_selected || !runs_rows_marked(s));
    *folders = xcalloc(s->n, sizeof **folders);
    for (size_t i = 0; i < s->n; i++) {
        if (s->marked[i] || (with_selected && i == at))
            (*folders)[n++] = s->rows[i].folder;
    }
    return n;
}

void runs_rows_mark(struct runs_rows *s)
{
    if (s->list.selected >= s->shown)
        return;
    bool *mark = &s->marked[s->order[s->list.selected]];
    *mark = !*mark;
}

/* --- drawing ------------------------------------------------------------------------------- */

struct drawing {
    const struct runs_rows *s;
    struct run_columns columns;
};

static enum role state_role(const char *state)
{
    return str_eq(state, "done")      ? ROLE_STATE_DONE
           : str_eq(state, "running") ? ROLE_STATE_RUN
           : str_eq(state, "stopped") ? ROLE_STATE_WARN
                                      : ROLE_STATE_FAIL;
}

/* "11-25 14:30" of "2026-11-25 14:30:00". */
static void short_time(char out[NUM_TEXT], const char *started)
{
    snprintf(out, NUM_TEXT, "%.11s", strlen(started) >= 16 ? started + 5 : started);
}

static const char *cell_text(char out[NUM_TEXT], const struct run_row *row, enum run_column column)
{
    switch (column) {
    case RUN_STARTED:
        short_time(out, row->started);
        return *out ? out : row->name;
    case RUN_ACC:
        return row->best_epoch ? fmt_percent(out, row->best_val_acc) : "-";
    case RUN_EPOCHS:
        snprintf(out, NUM_TEXT, "%d", row->epochs);
        return out;
    case RUN_TIME:
        return num_seconds(out, row->seconds);
    case RUN_NOTE: /* the state has its own column */
        return !*row->remark && str_eq(row->note, row->state) ? "" : run_column_text(row, column);
    default:
        return run_column_text(row, column);
    }
}

static void draw_run(struct canvas *c, struct area line, size_t i, void *user)
{
    const struct drawing *d = user;
    size_t at = d->s->order[i];
    const struct run_row *row = &d->s->rows[at];
    if (d->s->marked[at])
        canvas_ch(c, line, 0, 0, ROLE_CHANGED, 0x25cf);
    for (int k = 0; k < RUN_COLUMNS; k++) {
        char out[NUM_TEXT];
        int x = 2 + d->columns.x[k], width = d->columns.width[k];
        const char *text = width ? cell_text(out, row, (enum run_column)k) : "";
        enum role role = k == RUN_STATE                   ? state_role(row->state)
                         : k == RUN_NOTE && !*row->remark ? ROLE_DIM
                                                          : ROLE_TEXT;
        if (run_column_right((enum run_column)k))
            canvas_put_right(c, line, x + width, 0, role, text);
        else if (width)
            canvas_put_cut(c, line, x, 0, width, role, text, false);
    }
}

static void draw_titles(const struct runs_rows *s, struct canvas *c, struct area row,
                        const struct run_columns *columns)
{
    for (int k = 0; k < RUN_COLUMNS; k++) {
        char text[32];
        bool sorted = (int)s->column == k;
        int x = 2 + columns->x[k], width = columns->width[k];
        if (!width)
            continue;
        snprintf(text, sizeof text, "%s%s", run_column_title((enum run_column)k),
                 !sorted      ? ""
                 : s->reverse ? "\xe2\x96\xb2"
                              : "\xe2\x96\xbc");
        if (run_column_right((enum run_column)k))
            canvas_put_right(c, row, x + width, 0, sorted ? ROLE_STRONG : ROLE_DIM, text);
        else
            canvas_put_cut(c, row, x, 0, width + (width < text_width(text)),
                           sorted ? ROLE_STRONG : ROLE_DIM, text, false);
    }
}

static void put_fact(struct canvas *c, struct area a, int y, const char *name, enum role role,
                     const char *text, bool middle)
{
    canvas_put(c, a, 0, y, ROLE_DIM, name);
    canvas_put_cut(c, a, 6, y, a.w - 6, role, text, middle);
}

void run_details_draw(struct canvas *c, struct area a, const struct run_row *row)
{
    char text[OPTION_TEXT_MAX], loss[NUM_TEXT], best[64] = "no epoch yet";
    int y = 0;
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    if (!row || area_empty(a))
        return;
    put_fact(c, a, y++, "run", ROLE_STRONG, row->folder, true);
    put_fact(c, a, y++, "data", ROLE_TEXT, *row->data ? row->data : "-", true);
    if (row->best_epoch)
        snprintf(best, sizeof best, "epoch %d, val loss %s", row->best_epoch,
                 fmt_loss(loss, row->best_val_loss));
    snprintf(text, sizeof text, "%s; preset %s; started %s", best, *row->preset ? row->preset : "-",
             *row->started ? row->started : "-");
    put_fact(c, a, y++, "best", ROLE_TEXT, text, false);
    if (*row->note && !str_eq(row->note, row->state))
        put_fact(c, a, y++, "end", state_role(row->state), row->note, false);
    if (*row->remark)
        put_fact(c, a, y++, "note", ROLE_CHANGED, row->remark, false);
}

void runs_rows_draw(struct runs_rows *s, struct canvas *c, struct area a)
{
    struct drawing d = {s, run_columns(a.w - 3)};
    draw_titles(s, c, area_cut_top(&a, a.h >= 3), &d.columns);
    list_draw(c, a, &s->list, s->shown, true, draw_run, &d);
}
