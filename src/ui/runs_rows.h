/* The list of runs on the screen: rows, marks, order; one of them in full.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_ROWS_H
#define FL_UI_RUNS_ROWS_H

#include "ui/runs_table.h"
#include "ui/screen.h"
#include "ui/w_list.h"

/* Zeros are none. Fields may be read; list, column and reverse also written. */
struct runs_rows {
    const struct block
        *block; /* that the rows borrow their texts from; NULL: nothing was read yet */
    struct run_row *rows;
    bool *marked;
    size_t *order, n, shown; /* numbers of the rows that the filter lets through */
    struct list list;
    enum run_column column;
    bool reverse;
};

/* Takes the block over; marks and selection stay on the runs that are still there. */
void runs_rows_take(struct runs_rows *s, const struct block *block, const char *filter);
/* Back to nothing read; the order stays. */
void runs_rows_forget(struct runs_rows *s);

/* After filter, column or reverse changed; the selection stays on its run where it is still there.
 */
void runs_rows_arrange(struct runs_rows *s, const char *filter);

struct run_row *runs_rows_selected(const struct runs_rows *s); /* NULL: none */
void runs_rows_mark(struct runs_rows *s); /* the selected one, or takes its mark off */
size_t runs_rows_marked(const struct runs_rows *s);

/* Folders of the marked runs, or of the selected one where none is; with also_selected: both. The
 * caller frees *folders, not the texts. */
size_t runs_rows_chosen(const struct runs_rows *s, const char ***folders, bool also_selected);

/* The run that trains here is further than its folder says. */
void runs_rows_live(struct runs_rows *s, const struct train_view *t);

void runs_rows_draw(struct runs_rows *s, struct canvas *c, struct area a);
/* The selected run in full, below a line where there is room. */
void run_details_draw(struct canvas *c, struct area a, const struct run_row *row);

#endif
