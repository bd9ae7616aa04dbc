/* Metrics, summed over pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_STATS_METRICS_H
#define FL_STATS_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sum over pictures; never a mean of batch means. */
struct tally {
    double loss_sum;    /* nats, each picture once */
    int64_t correct, n;
};
void tally_add(struct tally *t, double mean_loss, int64_t correct, int64_t n);
double tally_loss(const struct tally *t); /* NaN when n is 0 */
double tally_acc(const struct tally *t);  /* 0..1, NaN when n is 0 */

/* Counts, true class in rows, predicted in columns. */
struct confusion {
    int n_classes;
    int64_t *count; /* [n_classes * n_classes] */
};
void confusion_init(struct confusion *c, int n_classes);
void confusion_done(struct confusion *c);
void confusion_add(struct confusion *c, int truth, int predicted);
int64_t confusion_row(const struct confusion *c, int truth);       /* pictures of a class */
int64_t confusion_column(const struct confusion *c, int predicted);
double confusion_recall(const struct confusion *c, int k);    /* NaN without pictures of k */
double confusion_precision(const struct confusion *c, int k); /* NaN when k was never predicted */
double confusion_f1(const struct confusion *c, int k);
double confusion_accuracy(const struct confusion *c);
double confusion_balanced(const struct confusion *c);         /* mean recall of the classes that have pictures */

/* One epoch's line. NaN where unknown. */
struct epoch_metrics {
    int epoch;  /* from 1 through all phases */
    double train_loss, train_acc, val_loss, val_acc; /* accuracies 0..1 */
    double lr, lr_head, images_per_s, seconds, grad_norm;
    int phase;  /* from 1 */
};

/* The best epoch so far: highest val_acc, ties by lower val_loss, then the earlier one. NaN is never best. */
struct best {
    int epoch;  /* 0: none yet */
    double val_acc, val_loss;
};
bool best_update(struct best *best, const struct epoch_metrics *m); /* true: m is the new best */

/* Accuracy of always answering the largest class; counts: pictures a class. */
double majority_accuracy(const int64_t *counts, int n_classes);

#endif
