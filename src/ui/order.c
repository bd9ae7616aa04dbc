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

static void sort_rows(struct order *o, const struct order_source *from, int column)
{
    struct keyed *keyed = xcalloc(o->n, sizeof *keyed);
    for (size_t i = 0; i < o->n; i++)
        keyed[i] = (struct keyed){from->key(from->user, o->rows[i], column), o->rows[i]};
    if (o->n)
        qsort(keyed, o->n, sizeof *keyed, by_key);
    for (size_t i = 0; i < o->n; i++)
        o->rows[i] = keyed[i].row;
    free(keyed);
}

/* --- rows ---------------------------------------------------------------------------------- */

void order_done(struct order *o)
{
    free(o->rows);
    *o = (struct order){0};
}

static void number_rows(struct order *o)
{
    o->rows = xcalloc(o->n, sizeof *o->rows);
    for (size_t i = 0; i < o->n; i++)
        o->rows[i] = (uint32_t)i;
}

void order_make(struct order *o, const struct order_source *from, int column, bool reverse,
                const char *filter)
{
    assert(from->n <= UINT32_MAX);
    order_done(o);
    o->n = from->n;
    o->reverse = reverse;
    order_narrow(o, from, filter);
    if (!column)
        return;
    if (!o->rows)
        number_rows(o);
    sort_rows(o, from, column);
}

void order_narrow(struct order *o, const struct order_source *from, const char *filter)
{
    size_t kept = 0;
    if (!filter[strspn(filter, " ")])
        return;
    if (!o->rows)
        number_rows(o);
    for (size_t i = 0; i < o->n; i++) {
        if (order_matches(from->name(from->user, o->rows[i]), filter))
            o->rows[kept++] = o->rows[i];
    }
    o->n = kept;
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
