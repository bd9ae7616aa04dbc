/* Numbers of each class from a result, and their order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/class_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stats/metrics.h"

/* --- numbers ------------------------------------------------------------------------------- */

static void take_counts(struct confusion *c, const struct result_view *v)
{
    confusion_init(c, v->n_classes);
    for (int t = 0; t < v->n_classes; t++) {
        for (int k = 0; k < v->n_classes; k++)
            c->count[t * v->n_classes + k] = result_view_count(v, t, k);
    }
}

static void find_taken(struct class_row *row, const struct confusion *c)
{
    row->taken_for = -1;
    for (int k = 0; k < c->n_classes; k++) {
        int64_t n = c->count[row->cls * c->n_classes + k];
        if (k == row->cls || n <= row->n_taken)
            continue;
        row->taken_for = k;
        row->n_taken = n;
    }
}

void class_rows(struct class_row *rows, const struct result_view *v)
{
    struct confusion c;
    take_counts(&c, v);
    for (int k = 0; k < v->n_classes; k++) {
        rows[k] = (struct class_row){.cls = k,
                                     .n = confusion_row(&c, k),
                                     .predicted = confusion_column(&c, k),
                                     .right = c.count[k * v->n_classes + k],
                                     .recall = confusion_recall(&c, k),
                                     .precision = confusion_precision(&c, k),
                                     .f1 = confusion_f1(&c, k)};
        find_taken(&rows[k], &c);
    }
    confusion_done(&c);
}

/* --- order --------------------------------------------------------------------------------- */

struct sorting {
    struct class_row row;
    const struct result_view *v;
    enum class_column column;
    bool reverse;
};

/* Smaller comes first. */
static double number_of(const struct class_row *row, enum class_column column)
{
    switch (column) {
    case CLASS_PICTURES:
        return -(double)row->n;
    case CLASS_RECALL:
        return row->recall;
    case CLASS_PRECISION:
        return row->precision;
    case CLASS_F1:
        return row->f1;
    default:
        return -(double)row->n_taken;
    }
}

static int by_column(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    int order = 0;
    if (x->column == CLASS_NAME) {
        order = strcmp(result_view_class(x->v, x->row.cls), result_view_class(y->v, y->row.cls));
    } else {
        double p = number_of(&x->row, x->column), q = number_of(&y->row, y->column);
        if (isnan(p) || isnan(q))
            return isnan(p) != isnan(q) ? isnan(p) - isnan(q) : x->row.cls - y->row.cls;
        order = (p > q) - (p < q);
    }
    return order == 0 ? x->row.cls - y->row.cls : x->reverse ? -order : order;
}

void class_rows_sort(struct class_row *rows, const struct result_view *v, enum class_column column,
                     bool reverse)
{
    size_t n = (size_t)v->n_classes;
    struct sorting *sorted = xcalloc(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct sorting){rows[i], v, column, reverse};
    if (n)
        qsort(sorted, n, sizeof *sorted, by_column);
    for (size_t i = 0; i < n; i++)
        rows[i] = sorted[i].row;
    free(sorted);
}

/* --- pictures ------------------------------------------------------------------------------ */

struct sure {
    size_t row;
    double probability;
    bool wrong;
};

static int wrong_and_sure_first(const void *a, const void *b)
{
    const struct sure *x = a, *y = b;
    if (x->wrong != y->wrong)
        return x->wrong ? -1 : 1;
    if (x->probability != y->probability && !isnan(x->probability) && !isnan(y->probability))
        return x->probability > y->probability ? -1 : 1;
    if (isnan(x->probability) != isnan(y->probability))
        return isnan(x->probability) ? 1 : -1;
    return x->row < y->row ? -1 : 1;
}

static size_t choose(size_t **rows, const struct result_view *v,
                     bool (*wanted)(const struct prediction_row *p, const int cell[2]),
                     const int cell[2])
{
    struct sure *found = xcalloc(v->n, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        struct prediction_row p = result_view_row(v, i);
        if (p.predicted >= 0 && wanted(&p, cell))
            found[n++] = (struct sure){i, p.probability, p.predicted != p.truth};
    }
    if (n)
        qsort(found, n, sizeof *found, wrong_and_sure_first);
    *rows = xcalloc(n, sizeof **rows);
    for (size_t i = 0; i < n; i++)
        (*rows)[i] = found[i].row;
    free(found);
    return n;
}

static bool is_mistake(const struct prediction_row *p, const int cell[2])
{
    (void)cell;
    return p->truth >= 0 && p->truth != p->predicted;
}

static bool is_in_cell(const struct prediction_row *p, const int cell[2])
{
    return p->truth == cell[0] && (cell[1] < 0 || p->predicted == cell[1]);
}

size_t confident_mistakes(size_t **rows, const struct result_view *v)
{
    return choose(rows, v, is_mistake, NULL);
}

size_t cell_pictures(size_t **rows, const struct result_view *v, int truth, int predicted)
{
    return choose(rows, v, is_in_cell, (const int[2]){truth, predicted});
}
