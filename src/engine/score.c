/* What a pass over pictures gives.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void score_init(struct score *s, int n_classes)
{
    memset(s, 0, sizeof *s);
    s->n_classes = n_classes;
    confusion_init(&s->confusion, n_classes);
}

void score_done(struct score *s)
{
    confusion_done(&s->confusion);
    free(s->rows);
    free(s->tops);
    memset(s, 0, sizeof *s);
}

int score_argmax(const float *v, int n)
{
    int best = 0;
    for (int k = 1; k < n; k++) {
        if (v[k] > v[best])
            best = k;
    }
    return best;
}

void score_keep_top(struct score *s)
{
    s->n_top = s->n_classes < RESULT_TOP ? s->n_classes : RESULT_TOP;
}

static struct prediction_row *new_row(struct score *s)
{
    size_t k = (size_t)s->n_top;
    s->rows = xgrow(s->rows, &s->cap, s->n + 1, sizeof *s->rows);
    if (k)
        s->tops = xgrow(s->tops, &s->cap_tops, (s->n + 1) * k, sizeof *s->tops);
    for (size_t i = 0; i < k; i++)
        s->tops[s->n * k + i] = (struct top_class){-1, NAN};
    return &s->rows[s->n++];
}

/* The likeliest classes of the picture that was added last, by insertion: few are kept. */
static void fill_top(struct score *s, const float *logits, double norm)
{
    struct top_class *top = s->tops + (s->n - 1) * (size_t)s->n_top;
    int kept = 0;
    for (int k = 0; k < s->n_classes && s->n_top; k++) {
        double p = exp((double)logits[k] - norm);
        int at = kept < s->n_top ? kept++ : s->n_top - 1;
        if (at == s->n_top - 1 && top[at].cls >= 0 && !(p > top[at].probability))
            continue;
        for (; at > 0 && p > top[at - 1].probability; at--)
            top[at] = top[at - 1];
        top[at] = (struct top_class){k, p};
    }
}

static double log_sum_exp(const float *v, int n)
{
    double top = (double)v[score_argmax(v, n)], sum = 0;
    for (int k = 0; k < n; k++)
        sum += exp((double)v[k] - top);
    return top + log(sum);
}

void score_views(float *logits, const float *of_views, size_t n, int views, int k)
{
    for (size_t i = 0; i < n * (size_t)k; i++) {
        const float *first = of_views + i / (size_t)k * (size_t)(views * k) + i % (size_t)k;
        double sum = 0;
        for (int v = 0; v < views; v++)
            sum += (double)first[v * k];
        logits[i] = (float)(sum / views);
    }
}

void score_add(struct score *s, const char *file, int truth, const float *logits)
{
    int predicted = score_argmax(logits, s->n_classes);
    double norm = log_sum_exp(logits, s->n_classes);
    *new_row(s) = (struct prediction_row){.file = file, .truth = truth, .predicted = predicted, .problem = "",
                                          .probability = exp((double)logits[predicted] - norm)};
    fill_top(s, logits, norm);
    if (truth < 0)
        return;
    tally_add(&s->tally, norm - (double)logits[truth], predicted == truth, 1);
    confusion_add(&s->confusion, truth, predicted);
}

void score_problem(struct score *s, const char *file, int truth, const char *problem)
{
    *new_row(s) = (struct prediction_row){.file = file, .truth = truth, .predicted = -1, .problem = problem,
                                          .probability = NAN};
}

struct result score_result(const struct score *s, const char *const *classes, const char *what, int epoch)
{
    return (struct result){.n_classes = s->n_classes, .epoch = epoch, .classes = classes, .what = what,
                           .loss = tally_loss(&s->tally), .acc = tally_acc(&s->tally),
                           .balanced = confusion_balanced(&s->confusion), .counts = s->confusion.count,
                           .n = s->n, .rows = s->rows, .n_top = s->n_top, .tops = s->tops};
}
