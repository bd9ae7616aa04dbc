/* Learning-rate schedules: pure functions of the step.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_STATS_SCHEDULE_H
#define FL_STATS_SCHEDULE_H

#include <stdint.h>

enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_ONE_CYCLE };

struct schedule {
    enum schedule_kind kind;
    int step_epochs;  /* STEP: epochs between two drops */
    double gamma;     /* STEP: factor a drop */
    double warmup;    /* ONE_CYCLE: share of the steps that rise, 0.3 */
    double div, final_div; /* ONE_CYCLE: starts at rate / div (25), ends at rate / div / final_div (1e4) */
};

/* Rate for step (0-based) of steps in all, with steps_per_epoch; lr is the base (one-cycle: the highest) rate.
 * source: PyTorch StepLR (by epochs), CosineAnnealingLR closed form with eta_min 0 (Loshchilov, Hutter, arXiv 1608.03983, eq. 5) a step,
 * OneCycleLR with cosine annealing, two phases (Smith, Topin, arXiv 1708.07120). Within 1e-6 of them. One-cycle over a single step is lr,
 * where theirs is almost 0. step is taken as the last one when beyond it. */
double schedule_rate(const struct schedule *schedule, double lr, int64_t step, int64_t steps, int64_t steps_per_epoch);

/* The constant rate that more epochs behind the steps go on with: that of the last step; of cosine and one-cycle, which fall to almost
 * none, a tenth of lr at least, so that something is learnt in them. */
double schedule_tail(const struct schedule *schedule, double lr, int64_t steps, int64_t steps_per_epoch);

const char *schedule_name(enum schedule_kind kind); /* "constant", "step", "cosine", "one-cycle" */

#endif
