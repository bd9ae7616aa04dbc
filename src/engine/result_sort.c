/* Orders of a result's rows and numbers of its classes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/result_sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A row as it is compared. */
struct sorting {
    const struct prediction_row *p;
    uint32_t row;
};

static int by_name(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    int order = strcmp(x->p->file, y->p->file);
    return order ? order : x->row < y->row ? -1 : 1;
}

static bool is_wrong(const struct prediction_row *p)
{
    return p->predicted != p->truth;
}

/* The most confident first, unknown last; equal ones as they are. */
static int by_confidence(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    double p = x->p->probability, q = y->p->probability;
    if (isnan(p) != isnan(q))
        return isnan(p) ? 1 : -1;
    if (p != q && !isnan(p))
        return p > q ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static int by_class(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    if (x->p->truth != y->p->truth)
        return x->p->truth < y->p->truth ? -1 : 1;
    if (is_wrong(x->p) != is_wrong(y->p))
        return is_wrong(x->p) ? -1 : 1;
    return by_confidence(a, b);
}

static int by_cell(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    if (x->p->truth != y->p->truth)
        return x->p->truth < y->p->truth ? -1 : 1;
    if (x->p->predicted != y->p->predicted)
        return x->p->predicted < y->p->predicted ? -1 : 1;
    return by_confidence(a, b);
}

static uint32_t *sorted(struct sorting *list, size_t n, int (*order)(const void *a, const void *b))
{
    uint32_t *rows = xcalloc(n, sizeof *rows);
    if (n)
        qsort(list, n, sizeof *list, order);
    for (size_t i = 0; i < n; i++)
        rows[i] = list[i].row;
    return rows;
}

/* Keeps of the list those that fit. Returns how many. */
static size_t keep(struct sorting *list, size_t n, bool (*fits)(const struct prediction_row *p))
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (fits(list[i].p))
            list[kept++] = list[i];
    }
    return kept;
}

static bool is_known(const struct prediction_row *p)
{
    return p->predicted >= 0 && p->truth >= 0;
}

void result_sort(struct result_orders *o, const struct result *r)
{
    struct sorting *list = xcalloc(r->n, sizeof *list);
    for (size_t i = 0; i < r->n; i++)
        list[i] = (struct sorting){&r->rows[i], (uint32_t)i};
    o->by_name = sorted(list, r->n, by_name);
    o->n_known = keep(list, r->n, is_known);
    o->by_class = sorted(list, o->n_known, by_class);
    o->by_cell = sorted(list, o->n_known, by_cell);
    o->n_mistakes = keep(list, o->n_known, is_wrong);
    o->mistakes = sorted(list, o->n_mistakes, by_confidence);
    free(list);
}

void result_orders_done(struct result_orders *o)
{
    free(o->by_name);
    free(o->mistakes);
    free(o->by_class);
    free(o->by_cell);
}

struct result_class result_numbers(const struct result *r, int k)
{
    struct result_class c = {.taken_for = -1};
    for (int other = 0; r->counts && other < r->n_classes; other++) {
        int64_t n = r->counts[k * r->n_classes + other];
        c.n += n;
        c.predicted += r->counts[other * r->n_classes + k];
        if (other == k) {
            c.right = n;
        } else if (n > c.n_taken) {
            c.n_taken = n;
            c.taken_for = other;
        }
    }
    return c;
}
