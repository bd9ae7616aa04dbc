/* The table of runs: which rows, in which order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/runs_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "ui/order.h"

/* --- columns ------------------------------------------------------------------------------- */

/* rank: those with a lower one are dropped last. */
static const struct {
    const char *title;
    int width, rank;
    bool right;
} columns[RUN_COLUMNS] = {
    [RUN_STARTED] = {"started", 11, 3, false}, [RUN_MODE] = {"mode", 14, 1, false},
    [RUN_PRESET] = {"preset", 7, 6, false},    [RUN_MODEL] = {"model", 12, 2, false},
    [RUN_ACC] = {"best acc", 8, 0, true},      [RUN_EPOCHS] = {"epochs", 7, 5, true},
    [RUN_TIME] = {"time", 11, 4, true},        [RUN_STATE] = {"state", 8, 0, false},
    [RUN_DATA] = {"data", 16, 7, false},       [RUN_NOTE] = {"note", 12, 8, false},
};

const char *run_column_title(enum run_column column)
{
    return columns[column].title;
}

bool run_column_right(enum run_column column)
{
    return columns[column].right;
}

/* Which run and how good, then its state: the mode has what is left. */
static bool narrow(struct run_columns *k, int width)
{
    int acc = columns[RUN_ACC].width, state = columns[RUN_STATE].width;
    bool with_state = width - acc - state - 2 >= 6;
    int left = width - acc - 1 - (with_state ? state + 1 : 0);
    if (left < 6 || left > columns[RUN_MODE].width)
        return false;
    k->width[RUN_MODE] = left;
    k->width[RUN_ACC] = acc;
    k->x[RUN_ACC] = left + 1;
    k->width[RUN_STATE] = with_state ? state : 0;
    k->x[RUN_STATE] = left + acc + 2;
    return true;
}

struct run_columns run_columns(int width)
{
    struct run_columns k = {0};
    int used = 0;
    if (narrow(&k, width))
        return k;
    for (int rank = 0; rank < RUN_COLUMNS; rank++) {
        for (int i = 0; i < RUN_COLUMNS; i++) {
            bool fits = used + columns[i].width + (used > 0) <= width;
            if (columns[i].rank != rank || !fits)
                continue;
            k.width[i] = columns[i].width;
            used += columns[i].width + (used > 0);
        }
    }
    if (k.width[RUN_NOTE])
        k.width[RUN_NOTE] += width - used;
    for (int i = 0, x = 0; i < RUN_COLUMNS; i++) {
        k.x[i] = x;
        x += k.width[i] ? k.width[i] + 1 : 0;
    }
    return k;
}

/* --- filter -------------------------------------------------------------------------------- */

bool run_matches(const struct run_row *row, const char *filter)
{
    const char *const texts[] = {
        row->name,  row->mode, row->preset, row->model, path_base(row->data),
        row->state, row->note, row->remark};
    for (size_t n; filter += strspn(filter, " "), (n = strcspn(filter, " ")) > 0; filter += n) {
        bool found = false;
        for (size_t i = 0; !found && i < sizeof texts / sizeof *texts; i++)
            found = order_has_word(texts[i], filter, n);
        if (!found)
            return false;
    }
    return true;
}

/* --- order --------------------------------------------------------------------------------- */

struct sorting {
    const struct run_row *row;
    size_t at;
    enum run_column column;
    bool reverse;
};

const char *run_column_text(const struct run_row *row, enum run_column column)
{
    switch (column) {
    case RUN_STARTED:
        return row->started;
    case RUN_MODE:
        return row->mode;
    case RUN_PRESET:
        return row->preset;
    case RUN_MODEL:
        return row->model;
    case RUN_STATE:
        return row->state;
    case RUN_DATA:
        return path_base(row->data);
    default:
        return *row->remark ? row->remark : row->note;
    }
}

static double number_of(const struct run_row *row, enum run_column column)
{
    if (column == RUN_ACC)
        return row->best_epoch ? row->best_val_acc : NAN;
    return column == RUN_EPOCHS ? row->epochs : row->seconds;
}

/* Below 0: x comes first, whatever the direction; *final when the direction must not turn it. */
static int compare(const struct sorting *x, const struct sorting *y, bool *final)
{
    if (!run_column_right(x->column)) {
        int by_text = strcmp(run_column_text(x->row, x->column), run_column_text(y->row, y->column));
        return x->column == RUN_STARTED ? -by_text : by_text;
    }
    double a = number_of(x->row, x->column), b = number_of(y->row, y->column);
    *final = isnan(a) || isnan(b);
    if (*final)
        return isnan(a) - isnan(b);
    return (a < b) - (a > b);
}

static int by_column(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    bool final = false;
    int order = compare(x, y, &final);
    if (order == 0)
        return x->at < y->at ? -1 : 1;
    return x->reverse && !final ? -order : order;
}

size_t runs_arrange(size_t *order, const struct run_row *rows, size_t n, enum run_column column,
                    bool reverse, const char *filter)
{
    struct sorting *sorted = xcalloc(n, sizeof *sorted);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (run_matches(&rows[i], filter))
            sorted[kept++] = (struct sorting){&rows[i], i, column, reverse};
    }
    if (kept)
        qsort(sorted, kept, sizeof *sorted, by_column);
    for (size_t i = 0; i < kept; i++)
        order[i] = sorted[i].at;
    free(sorted);
    return kept;
}
