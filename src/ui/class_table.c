/* Numbers of each class from a result, and their order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/class_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- numbers ------------------------------------------------------------------------------- */

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

void class_rows(struct class_row *rows, const struct result_view *v)
{
    for (int k = 0; k < v->n_classes; k++) {
        struct result_class c = result_view_numbers(v, k);
        rows[k] = (struct class_row){.cls = k,
                                     .n = c.n,
                                     .predicted = c.predicted,
                                     .right = c.right,
                                     .recall = share(c.right, c.n),
                                     .precision = share(c.right, c.predicted),
                                     .f1 = share(2 * c.right, c.n + c.predicted),
                                     .taken_for = c.taken_for,
                                     .n_taken = c.n_taken};
    }
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
