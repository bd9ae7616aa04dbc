/* The table of runs: which rows, in which order. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_TABLE_H
#define FL_UI_RUNS_TABLE_H

#include "engine/engine.h"

enum run_column {
    RUN_STARTED,
    RUN_MODE,
    RUN_PRESET,
    RUN_MODEL,
    RUN_ACC,
    RUN_EPOCHS,
    RUN_TIME,
    RUN_STATE,
    RUN_DATA,
    RUN_NOTE,
    RUN_COLUMNS
};

/* Which of the columns fit, from the left; the note takes what is left. */
struct run_columns {
    int x[RUN_COLUMNS], width[RUN_COLUMNS]; /* width 0: not shown */
};
struct run_columns run_columns(int width);
const char *run_column_title(enum run_column column);
bool run_column_right(enum run_column column); /* numbers, flush right */
/* Of a column that is no number. */
const char *run_column_text(const struct run_row *row, enum run_column column);

/* All words of the filter, separated by blanks, are in the run's name, mode, preset, model, data,
 * state or notes; upper and lower case of ASCII letters are the same. */
bool run_matches(const struct run_row *row, const char *filter);

/* Numbers of the rows that match, in the order of a column: texts from A on, numbers and times from
 * the largest on, or the other way round; unknown numbers last. Equal ones newest first, as the
 * rows are. order[n]; returns how many. */
size_t runs_arrange(size_t *order, const struct run_row *rows, size_t n, enum run_column column,
                    bool reverse, const char *filter);

#endif
