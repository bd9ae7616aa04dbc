/* What stands above the runs of a folder: the run that trains, unless it is one of them, and those that wait.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_AHEAD_H
#define FL_UI_RUNS_AHEAD_H

#include "engine/engine.h"

#define RUNS_AHEAD (QUEUE_RUNS + 1)

/* Rows as those of a folder. Zeros are none. */
struct runs_ahead {
    struct run_row rows[RUNS_AHEAD]; /* texts borrowed from the snapshot, and from here */
    uint64_t jobs[RUNS_AHEAD];       /* of a run that waits; 0: it trains */
    size_t n;
    char position[RUNS_AHEAD][32]; /* "1 of 3" */
    char note[96];                 /* of the run that trains: "epoch 4 of 10, 1 min 20 s left" */
};

/* Those that the filter lets through. listed: the run that trains is in the list below. */
void runs_ahead_take(struct runs_ahead *a, const struct snapshot *snap, bool listed, const char *filter);

/* The run that trains, as it is now, into its row; note is what it does, for row->note. */
void run_row_live(struct run_row *row, const struct snapshot *snap, char note[96]);

#endif
