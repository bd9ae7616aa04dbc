/* Which rows of a list are shown, and in which order. As they are it costs no memory and no time, however many there are; else a slice of
 * ORDER_SLICE rows is looked at in one go, so that nobody waits for a long list. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ORDER_H
#define FL_UI_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is put in order. */
struct order_source {
    size_t n; /* below 2^32 */
    const char *(*name)(const void *user, size_t i);
    uint64_t (*key)(const void *user, size_t i, int column); /* of columns from 1 on */
    const void *user;
};

#define ORDER_SLICE 16384

/* Zeros: nothing is shown. */
struct order {
    uint32_t *rows; /* NULL: all, as they are */
    size_t n, cap;  /* shown; while there is work left those that were found so far, as they are */
    bool reverse;
    struct order_work *work; /* what is left to do, NULL: nothing */
};

/* The n bytes of word are in text; upper and lower case of ASCII letters are the same. */
bool order_has_word(const char *text, const char *word, size_t n);
/* All words of the filter, separated by blanks, are in the text. */
bool order_matches(const char *text, const char *filter);

/* Rows that match, column 0 as they are, others with the largest key first and equal ones as they are; reverse: from the last to
 * the first. The rows before are dropped. A first slice is done at once, which is all of a list of that length. */
void order_make(struct order *o, const struct order_source *from, int column, bool reverse, const char *filter);
/* Keeps of the rows those that match: for a filter that begins as the one before. No work may be left. */
void order_narrow(struct order *o, const struct order_source *from, const char *filter);
/* Another slice, of the same source. True: more is left. */
bool order_more(struct order *o, const struct order_source *from);
void order_done(struct order *o);

size_t order_row(const struct order *o, size_t i);    /* i below n */
size_t order_find(const struct order *o, size_t row); /* where it is shown; n: it is not */

/* The column to sort by behind that one, of those seen (a bit each; 0: all). */
int order_next_column(int column, int n, unsigned seen);

#endif
