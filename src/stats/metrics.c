/* Metrics, summed over pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "stats/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void tally_add(struct tally *t, double mean_loss, int64_t correct, int64_t n)
{
    t->loss_sum += mean_loss * (double)n;
    t->correct += correct;
    t->n += n;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

double tally_loss(const struct tally *t)
{
    return ratio(t->loss_sum, (double)t->n);
}

double tally_acc(const struct tally *t)
{
    return ratio((double)t->correct, (double)t->n);
}

void confusion_init(struct confusion *c, int n_classes)
{
    assert(n_classes >= 1);
    size_t n;
    int overflow = size_mul((size_t)n_classes, (size_t)n_classes, &n);
    assert(!overflow);
    (void)overflow;
    c->n_classes = n_classes;
    c->count = xcalloc(n, sizeof *c->count);
}

void confusion_done(struct confusion *c)
{
    free(c->count);
    c->count = NULL;
    c->n_classes = 0;
}

static int64_t *cell(const struct confusion *c, int truth, int predicted)
{
    assert(truth >= 0 && truth < c->n_classes && predicted >= 0 && predicted < c->n_classes);
    return &c->count[(size_t)truth * (size_t)c->n_classes + (size_t)predicted];
}

void confusion_add(struct confusion *c, int truth, int predicted)
{
    ++*cell(c, truth, predicted);
}

int64_t confusion_row(const struct confusion *c, int truth)
{
    int64_t sum = 0;
    for (int k = 0; k < c->n_classes; k++)
        sum += *cell(c, truth, k);
    return sum;
}

int64_t confusion_column(const struct confusion *c, int predicted)
{
    int64_t sum = 0;
    for (int k = 0; k < c->n_classes; k++)
        sum += *cell(c, k, predicted);
    return sum;
}

double confusion_recall(const struct confusion *c, int k)
{
    return ratio((double)*cell(c, k, k), (double)confusion_row(c, k));
}

double confusion_precision(const struct confusion *c, int k)
{
    return ratio((double)*cell(c, k, k), (double)confusion_column(c, k));
}

double confusion_f1(const struct confusion *c, int k)
{
    return ratio(2 * (double)*cell(c, k, k),
                 (double)(confusion_row(c, k) + confusion_column(c, k)));
}

double confusion_accuracy(const struct confusion *c)
{
    int64_t correct = 0, n = 0;
    for (int k = 0; k < c->n_classes; k++) {
        correct += *cell(c, k, k);
        n += confusion_row(c, k);
    }
    return ratio((double)correct, (double)n);
}

double confusion_balanced(const struct confusion *c)
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < c->n_classes; k++) {
        double recall = confusion_recall(c, k);
        if (!isnan(recall)) {
            sum += recall;
            n++;
        }
    }
    return ratio(sum, n);
}

bool best_update(struct best *best, const struct epoch_metrics *m)
{
    if (!isfinite(m->val_acc) || !isfinite(m->val_loss))
        return false;
    bool better = !best->epoch || m->val_acc > best->val_acc ||
                  (m->val_acc == best->val_acc && m->val_loss < best->val_loss);
    if (better)
        *best = (struct best){.epoch = m->epoch, .val_acc = m->val_acc, .val_loss = m->val_loss};
    return better;
}

double majority_accuracy(const int64_t *counts, int n_classes)
{
    int64_t most = 0, n = 0;
    for (int k = 0; k < n_classes; k++) {
        n += counts[k];
        if (counts[k] > most)
            most = counts[k];
    }
    return ratio((double)most, (double)n);
}
