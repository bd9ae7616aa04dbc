/* The result of a run as its folder keeps it: predictions.csv and confusion.csv.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_STORED_H
#define FL_ENGINE_STORED_H

#include "base/csv.h"
#include "engine/block.h"
#include "engine/record.h"
#include "stats/metrics.h"

struct stored {
    struct result result; /* borrows from the rest */
    int64_t n_pictures;   /* counted in the confusion matrix */
    char warning[160];    /* "" or what is missing or odd, for people */
    struct record record;
    struct csv predictions;
    struct confusion confusion;
    struct prediction_row *rows;
};

/* The result of the best epoch. Without confusion.csv it is counted from predictions.csv; without predictions.csv there are no
 * rows. errors: NOT_FOUND (no run folder; neither file there: the hint says what to do), FORMAT, INVALID (too large) */
enum err_code stored_read(struct stored *s, const char *folder, struct err *err);
void stored_done(struct stored *s); /* only after ERR_OK */

#endif
