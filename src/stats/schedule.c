/* Learning-rate schedules.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "stats/schedule.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

static const double pi = 3.14159265358979323846;

/* From start (share 0) to end (share 1) along half a cosine wave. */
static double along_cosine(double start, double end, double share)
{
    return end + (start - end) / 2 * (1 + cos(pi * share));
}

static double one_cycle(const struct schedule *s, double lr, int64_t step, int64_t steps)
{
    double low = lr / s->div, least = low / s->final_div;
    double top = s->warmup * (double)steps - 1, last = (double)(steps - 1);
    if (steps == 1)
        return lr;
    if ((double)step <= top)
        return along_cosine(low, lr, top > 0 ? (double)step / top : 1);
    return along_cosine(lr, least, ((double)step - top) / (last - top));
}

double schedule_tail(const struct schedule *schedule, double lr, int64_t steps, int64_t steps_per_epoch)
{
    bool falls = schedule->kind == SCHEDULE_COSINE || schedule->kind == SCHEDULE_ONE_CYCLE;
    double last = schedule_rate(schedule, lr, steps - 1, steps, steps_per_epoch);
    return falls && last < lr / 10 ? lr / 10 : last;
}

double schedule_rate(const struct schedule *schedule, double lr, int64_t step, int64_t steps,
                     int64_t steps_per_epoch)
{
    assert(step >= 0 && steps >= 1 && steps_per_epoch >= 1);
    if (step >= steps)
        step = steps - 1;
    switch (schedule->kind) {
    case SCHEDULE_CONSTANT:
        break;
    case SCHEDULE_STEP:
        return lr * pow(schedule->gamma, (double)(step / steps_per_epoch / schedule->step_epochs));
    case SCHEDULE_COSINE:
        return along_cosine(lr, 0, (double)step / (double)steps);
    case SCHEDULE_ONE_CYCLE:
        return one_cycle(schedule, lr, step, steps);
    }
    return lr;
}

const char *schedule_name(enum schedule_kind kind)
{
    static const char *const names[] = {"constant", "step", "cosine", "one-cycle"};
    assert((unsigned)kind < sizeof names / sizeof *names);
    return names[kind];
}
