/* Which rows of a list are shown, and in which order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool order_has_word(const char *text, const char *word, size_t n)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < n && text[i] && lower(text[i]) == lower(word[i]))
            i++;
        if (i == n)
            return true;
    }
    return n == 0;
}

bool order_matches(const char *text, const char *filter)
{
    for (;;) {
        filter += strspn(filter, " ");
        size_t n = strcspn(filter, " ");
        if (n == 0)
            return true;
        if (!order_has_word(text, filter, n))
            return false;
        filter += n;
    }
}

/* --- by a column --------------------------------------------------------------------------- */

struct keyed {
    uint64_t key;
    uint32_t row;
};

/* Largest first; equal ones as they are. */
static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? 1 : -1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* --- work ---------------------------------------------------------------------------------- */

#define MERGES (16 * ORDER_SLICE) /* rows moved in one go: sorts a slice */

struct order_work {
    char *filter;
    int column;
    uint32_t *source; /* rows to pick from; NULL: all */
    size_t n_source, at;
    struct keyed *keyed, *spare; /* of the rows, when a column sorts them */
    size_t cap;
    bool picked;
    size_t width, left, i, j, k; /* runs of width that are merged, into spare[k] on; from left on */
};

static void work_free(struct order_work *w)
{
    if (!w)
        return;
    free(w->filter);
    free(w->source);
    free(w->keyed);
    free(w->spare);
    free(w);
}

static void pick(struct order *o, struct order_work *w, const struct order_source *from)
{
    size_t end = w->n_source - w->at < ORDER_SLICE ? w->n_source : w->at + ORDER_SLICE;
    for (; w->at < end; w->at++) {
        uint32_t row = w->source ? w->source[w->at] : (uint32_t)w->at;
        if (*w->filter && !order_matches(from->name(from->user, row), w->filter))
            continue;
        o->rows = xgrow(o->rows, &o->cap, o->n + 1, sizeof *o->rows);
        o->rows[o->n++] = row;
        if (!w->column)
            continue;
        w->keyed = xgrow(w->keyed, &w->cap, o->n, sizeof *w->keyed);
        w->keyed[o->n - 1] = (struct keyed){from->key(from->user, row, w->column), row};
    }
    w->picked = w->at == w->n_source;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Runs of twice the width from here on. */
static void begin_merge(struct order_work *w, size_t n, size_t left)
{
    if (left >= n) {
        struct keyed *merged = w->spare;
        w->spare = w->keyed;
        w->keyed = merged;
        w->width *= 2;
        left = 0;
    }
    w->left = w->i = w->k = left;
    w->j = least(left + w->width, n);
}

/* False: all n are one run. */
static bool merge(struct order_work *w, size_t n)
{
    if (!w->width) {
        w->spare = xcalloc(n, sizeof *w->spare);
        w->width = 1;
        begin_merge(w, n, 0);
    }
    for (size_t budget = MERGES; w->width < n;) {
        size_t middle = least(w->left + w->width, n), end = least(middle + w->width, n);
        for (; w->k < end && budget; budget--) {
            bool first = w->i < middle && (w->j >= end || by_key(&w->keyed[w->i], &w->keyed[w->j]) < 0);
            w->spare[w->k++] = w->keyed[first ? w->i++ : w->j++];
        }
        if (w->k < end)
            return true;
        begin_merge(w, n, end);
    }
    return false;
}

bool order_more(struct order *o, const struct order_source *from)
{
    struct order_work *w = o->work;
    if (!w)
        return false;
    if (!w->picked)
        pick(o, w, from);
    if (!w->picked || (w->column && o->n && merge(w, o->n)))
        return true;
    for (size_t i = 0; w->column && i < o->n; i++)
        o->rows[i] = w->keyed[i].row;
    if (!o->rows) /* none */
        o->rows = xcalloc(1, sizeof *o->rows);
    work_free(w);
    o->work = NULL;
    return false;
}

/* --- rows ---------------------------------------------------------------------------------- */

void order_done(struct order *o)
{
    work_free(o->work);
    free(o->rows);
    *o = (struct order){0};
}

static void begin(struct order *o, const struct order_source *from, int column, const char *filter)
{
    o->work = xcalloc(1, sizeof *o->work);
    o->work->filter = xstrdup(filter + strspn(filter, " "));
    o->work->column = column;
    o->work->source = o->rows;
    o->work->n_source = o->n;
    o->rows = NULL;
    o->n = o->cap = 0;
    order_more(o, from);
}

void order_make(struct order *o, const struct order_source *from, int column, bool reverse,
                const char *filter)
{
    assert(from->n <= UINT32_MAX);
    order_done(o);
    o->n = from->n;
    o->reverse = reverse;
    if (column || filter[strspn(filter, " ")])
        begin(o, from, column, filter);
}

void order_narrow(struct order *o, const struct order_source *from, const char *filter)
{
    assert(!o->work);
    if (filter[strspn(filter, " ")])
        begin(o, from, 0, filter);
}

size_t order_row(const struct order *o, size_t i)
{
    assert(i < o->n);
    size_t at = o->reverse ? o->n - 1 - i : i;
    return o->rows ? o->rows[at] : at;
}

size_t order_find(const struct order *o, size_t row)
{
    size_t at = 0;
    if (!o->rows)
        at = row < o->n ? row : o->n;
    while (o->rows && at < o->n && o->rows[at] != row)
        at++;
    return at < o->n && o->reverse ? o->n - 1 - at : at;
}

int order_next_column(int column, int n, unsigned seen)
{
    do
        column = (column + 1) % n;
    while (seen && !(seen >> column & 1));
    return column;
}
