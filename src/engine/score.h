/* What a pass over pictures gives: loss, accuracy, confusion and a row a picture. One path for validation, eval and predict.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_SCORE_H
#define FL_ENGINE_SCORE_H

#include "engine/block.h"
#include "stats/metrics.h"

struct score {
    int n_classes;
    struct tally tally;         /* of the pictures whose class is known */
    struct confusion confusion;
    size_t n, cap;
    struct prediction_row *rows; /* file and problem borrowed */
    int n_top;                   /* classes kept of each picture; set by score_keep_top */
    size_t cap_tops;
    struct top_class *tops;      /* [n * n_top], likeliest first */
};

void score_init(struct score *s, int n_classes);
void score_done(struct score *s);

/* From the first picture on also the likeliest classes are kept: RESULT_TOP, or all where there are fewer. */
void score_keep_top(struct score *s);

/* One picture. logits [n_classes]; truth -1: unknown. loss: cross-entropy in nats, in double, without smoothing or class weights.
 * source: Goodfellow, Bengio, Courville, Deep Learning, 6.2.2.3 */
void score_add(struct score *s, const char *file, int truth, const float *logits);
void score_problem(struct score *s, const char *file, int truth, const char *problem); /* no prediction */

/* Borrows from s and classes. */
struct result score_result(const struct score *s, const char *const *classes, const char *what, int epoch);

/* Pictures' logits [n, k] from those of their views [n, views, k]: the mean, whose probabilities are the geometric mean of the views'. */
void score_views(float *logits, const float *of_views, size_t n, int views, int k);

/* Index of the largest; the first of equals. */
int score_argmax(const float *v, int n);

#endif
