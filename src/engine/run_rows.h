/* Rows of runs blocks on their way: texts are their own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_RUN_ROWS_H
#define FL_ENGINE_RUN_ROWS_H

#include "engine/engine.h"
#include "engine/record.h"

void run_row_fill(struct run_row *row, const struct record *r, const char *folder);
void run_row_done(struct run_row *row);

#endif
