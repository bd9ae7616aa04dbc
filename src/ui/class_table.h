/* Numbers of each class from a result, and their order. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_CLASS_TABLE_H
#define FL_UI_CLASS_TABLE_H

#include "engine/engine.h"

enum class_column {
    CLASS_NAME,
    CLASS_PICTURES,
    CLASS_RECALL,
    CLASS_PRECISION,
    CLASS_F1,
    CLASS_TAKEN_FOR,
    CLASS_COLUMNS
};

struct class_row {
    int cls;
    int64_t n, predicted, right;  /* pictures of it; answers that named it; those that were right */
    double recall, precision, f1; /* 0..1; NaN where nothing is divided */
    int taken_for; /* class that its wrong pictures went to most, the first of equals; -1 none */
    int64_t n_taken;
};

/* rows[n_classes] in the order of the classes. source: stats/metrics.h */
void class_rows(struct class_row *rows, const struct result_view *v);

/* Sorts: names from A on, pictures from the largest on, shares from the worst on, or the other way
 * round; unknown ones last. Equal ones in the order of the classes. */
void class_rows_sort(struct class_row *rows, const struct result_view *v, enum class_column column,
                     bool reverse);

#endif
