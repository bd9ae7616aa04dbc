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
#include "ui/queued.h"

/* --- rows ---------------------------------------------------------------------------------- */

void runs_rows_forget(struct runs_rows *s)
{
    block_release(s->block);
    free(s->rows);
    free(s->marked);
    free(s->order);
    s->block = NULL;
    s->live = NULL;
    s->rows = NULL;
    s->marked = NULL;
    s->order = NULL;
    s->n = s->shown = 0;
}

size_t runs_rows_total(const struct runs_rows *s)
{
    return s->ahead.n + s->shown;
}

/* Number of the selected row; n: none is. */
static size_t selected(const struct runs_rows *s)
{
    size_t at = s->list.selected;
    return at >= s->ahead.n && at < runs_rows_total(s) ? s->order[at - s->ahead.n] : s->n;
}

struct run_row *runs_rows_selected(const struct runs_rows *s)
{
    size_t at = selected(s);
    return at < s->n ? &s->rows[at] : NULL;
}

const struct run_row *runs_rows_ahead(const struct runs_rows *s, uint64_t *job)
{
    if (s->list.selected >= s->ahead.n)
        return NULL;
    *job = s->ahead.jobs[s->list.selected];
    return &s->ahead.rows[s->list.selected];
}

bool runs_rows_is_marked(const struct runs_rows *s)
{
    return selected(s) < s->n && s->marked[selected(s)];
}

/* Selects the row where it is shown; what is selected is in the list in any case. */
static void select_row(struct runs_rows *s, const struct run_row *row)
{
    size_t total = runs_rows_total(s);
    for (size_t i = 0; row && i < s->shown; i++) {
        if (str_eq(s->rows[s->order[i]].folder, row->folder))
            s->list.selected = s->ahead.n + i;
    }
    if (s->list.selected >= total)
        s->list.selected = total ? total - 1 : 0;
}

void runs_rows_arrange(struct runs_rows *s, const char *filter)
{
    const struct run_row *at = runs_rows_selected(s);
    s->shown = runs_arrange(s->order, s->rows, s->n, s->column, s->reverse, filter);
    select_row(s, at);
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
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < old->n; k++)
            s->marked[i] |= old->marked[k] && str_eq(old->rows[k].folder, s->rows[i].folder);
    }
    select_row(s, runs_rows_selected(old));
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

static struct run_row *find_live(const struct runs_rows *s, const struct train_view *t)
{
    for (size_t i = 0; t->live && *t->run && i < s->n; i++) {
        if (str_eq(s->rows[i].folder, t->run))
            return &s->rows[i];
    }
    return NULL;
}

/* The selection stays on the run ahead of that job (0: the one that trains), also when it has begun; where it is gone, on its place. */
static void keep_ahead(struct runs_rows *s, uint64_t job, const struct train_view *t)
{
    bool trains = t->live && (job == 0 || job == t->job);
    for (size_t i = 0; i < s->ahead.n; i++) {
        if (s->ahead.jobs[i] == (trains ? 0 : job))
            s->list.selected = i;
    }
    select_row(s, trains ? s->live : NULL);
}

void runs_rows_follow(struct runs_rows *s, const struct snapshot *snap, bool alone,
                      const char *filter)
{
    uint64_t job = 0;
    bool was_ahead = runs_rows_ahead(s, &job) != NULL;
    size_t n = s->ahead.n;
    s->live = find_live(s, &snap->train);
    if (s->live)
        run_row_live(s->live, snap, s->live_note);
    if (alone)
        s->ahead.n = 0;
    else
        runs_ahead_take(&s->ahead, snap, s->live != NULL, filter);
    if (was_ahead)
        keep_ahead(s, job, &snap->train);
    else if (s->shown)
        s->list.selected += s->ahead.n - n;
    select_row(s, NULL);
}

size_t runs_rows_chosen(const struct runs_rows *s, const char ***folders, bool also_selected)
{
    size_t n = 0, at = selected(s);
    bool with_selected = also_selected || !runs_rows_marked(s);
    *folders = xcalloc(s->n, sizeof **folders);
    for (size_t i = 0; i < s->n; i++) {
        if (s->marked[i] || (with_selected && i == at))
            (*folders)[n++] = s->rows[i].folder;
    }
    return n;
}

void runs_rows_mark(struct runs_rows *s)
{
    size_t at = selected(s);
    if (at < s->n)
        s->marked[at] = !s->marked[at];
}

/* --- drawing ------------------------------------------------------------------------------- */

struct drawing {
    const struct runs_rows *s;
    struct run_columns columns;
};

static enum role state_role(const char *state)
{
    return str_eq(state, "done")      ? ROLE_STATE_DONE
           : str_eq(state, "running") || str_eq(state, "starting") ? ROLE_STATE_RUN
           : str_eq(state, "waiting") ? ROLE_DIM
           : str_eq(state, "failed") || str_eq(state, "broken") ? ROLE_STATE_FAIL
                                                                : ROLE_STATE_WARN;
}

/* "11-25 14:30" of "2026-11-25 14:30:00". */
static void short_time(char out[NUM_TEXT], const char *started)
{
    snprintf(out, NUM_TEXT, "%.11s", strlen(started) >= 16 ? started + 5 : started);
}

/* total: epochs that a run will have, 0: those it has are all that is known. */
static const char *cell_text(char out[NUM_TEXT], const struct run_row *row, enum run_column column)
{
    bool numbers = !str_eq(row->state, "waiting");
    if (!numbers && run_column_right(column))
        return "";
    switch (column) {
    case RUN_STARTED:
        short_time(out, row->started);
        return *out ? out : row->name;
    case RUN_ACC:
        return row->best_epoch ? fmt_percent(out, row->best_val_acc) : "-";
    case RUN_EPOCHS:
        snprintf(out, NUM_TEXT, row->planned > row->epochs ? "%d/%d" : "%d", row->epochs,
                 row->planned);
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
    const struct runs_rows *s = d->s;
    size_t at = i < s->ahead.n ? 0 : s->order[i - s->ahead.n];
    const struct run_row *row = i < s->ahead.n ? &s->ahead.rows[i] : &s->rows[at];
    if (i >= s->ahead.n && s->marked[at])
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
        canvas_hit(c, (struct area){row.x + x, row.y, width, row.h}, HIT_SCREEN, &s->column,
                   HIT_HEADINGS + (size_t)k);
        snprintf(text, sizeof text, "%s%s", run_column_title((enum run_column)k),
                 sorted ? parts_sort_sign(c, s->reverse) : "");
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
    bool ended = row && state_role(row->state) != ROLE_STATE_RUN && !str_eq(row->state, "paused") &&
                 !str_eq(row->state, "stopping");
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    if (!row || area_empty(a))
        return;
    put_fact(c, a, y++, "run", ROLE_STRONG, *row->folder ? row->folder : "no folder yet", true);
    put_fact(c, a, y++, "data", ROLE_TEXT, *row->data ? row->data : "-", true);
    if (row->best_epoch)
        snprintf(best, sizeof best, "epoch %d, val loss %s", row->best_epoch,
                 fmt_loss(loss, row->best_val_loss));
    snprintf(text, sizeof text, "%s; preset %s; started %s", best, *row->preset ? row->preset : "-",
             *row->started ? row->started : "-");
    put_fact(c, a, y++, "best", ROLE_TEXT, text, false);
    if (*row->note && !str_eq(row->note, row->state))
        put_fact(c, a, y++, ended ? "end" : "now", state_role(row->state), row->note, false);
    if (*row->remark)
        put_fact(c, a, y++, "note", ROLE_CHANGED, row->remark, false);
}

void run_waiting_draw(struct canvas *c, struct area a, const struct run_row *row)
{
    char text[128], keys[48];
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    if (area_empty(a))
        return;
    queued_keys(keys, sizeof keys);
    snprintf(text, sizeof text, "waits, %s: %s", row->started, keys);
    put_fact(c, a, 0, "run", ROLE_STRONG, text, false);
    put_fact(c, a, 1, "data", ROLE_TEXT, row->data, true);
    snprintf(text, sizeof text, "%s, preset %s, %s", row->mode, row->preset, row->model);
    put_fact(c, a, 2, "how", ROLE_TEXT, text, false);
    if (*row->note)
        put_fact(c, a, 3, "set", ROLE_CHANGED, row->note, false);
}

void runs_rows_draw(struct runs_rows *s, struct canvas *c, struct area a)
{
    struct drawing d = {s, run_columns(a.w - 3)};
    s->seen = 0;
    for (int k = 0; k < RUN_COLUMNS; k++)
        s->seen |= d.columns.width[k] ? 1u << k : 0;
    draw_titles(s, c, area_cut_top(&a, a.h >= 3), &d.columns);
    list_draw(c, a, &s->list, runs_rows_total(s), true, draw_run, &d);
}
