/* Orders of a result's rows and numbers of its classes, made once with its block: screens only read them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_RESULT_SORT_H
#define FL_ENGINE_RESULT_SORT_H

#include "engine/block.h"

/* Numbers of rows; see enum result_order. */
struct result_orders {
    uint32_t *by_name, *mistakes, *by_class, *by_cell;
    size_t n_mistakes, n_known; /* by_name has all rows */
};
void result_sort(struct result_orders *o, const struct result *r);
void result_orders_done(struct result_orders *o);

/* counts NULL: zeros. source: stats/metrics.h, class confusion */
struct result_class result_numbers(const struct result *r, int k);

#endif
