/* The list of runs on the screen: rows, marks, order; one of them in full.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_ROWS_H
#define FL_UI_RUNS_ROWS_H

#include "ui/runs_ahead.h"
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
    struct list list;          /* what stands ahead, then the rows shown */
    enum run_column column;
    unsigned seen;             /* columns that had room, a bit each; 0: not drawn yet */
    bool reverse;
    struct runs_ahead ahead;
    struct run_row *live;      /* the one that trains, where it is among the rows */
    char live_note[96];
};

/* Takes the block over; marks and selection stay on the runs that are still there. */
void runs_rows_take(struct runs_rows *s, const struct block *block, const char *filter);
/* Back to nothing read; the order stays. */
void runs_rows_forget(struct runs_rows *s);

/* After filter, column or reverse changed; the selection stays on its run where it is still there.
 */
void runs_rows_arrange(struct runs_rows *s, const char *filter);

struct run_row *runs_rows_selected(const struct runs_rows *s); /* NULL: none, or one that is ahead */
/* The selected one of those that stand ahead, NULL: none; *job as in struct runs_ahead. */
const struct run_row *runs_rows_ahead(const struct runs_rows *s, uint64_t *job);
size_t runs_rows_total(const struct runs_rows *s); /* entries of the list */
bool runs_rows_is_marked(const struct runs_rows *s); /* the selected one */
void runs_rows_mark(struct runs_rows *s); /* the selected one, or takes its mark off */
size_t runs_rows_marked(const struct runs_rows *s);

/* Folders of the marked runs, or of the selected one where none is; with also_selected: both. The
 * caller frees *folders, not the texts. */
size_t runs_rows_chosen(const struct runs_rows *s, const char ***folders, bool also_selected);

/* What the snapshot knows: the run that trains is further than its folder says, others wait. alone: nothing stands ahead (the trash).
 * The selection stays where it is. Before anything else is asked here. */
void runs_rows_follow(struct runs_rows *s, const struct snapshot *snap, bool alone, const char *filter);

void runs_rows_draw(struct runs_rows *s, struct canvas *c, struct area a);
/* The selected run in full, below a line where there is room. */
void run_details_draw(struct canvas *c, struct area a, const struct run_row *row);

/* One that waits, in the same place. */
void run_waiting_draw(struct canvas *c, struct area a, const struct run_row *row);

#endif
