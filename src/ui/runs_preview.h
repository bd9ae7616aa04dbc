/* The curves of the run that is selected on Runs, read from its folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_PREVIEW_H
#define FL_UI_RUNS_PREVIEW_H

#include "ui/runs_compare.h"

/* Zeros are none. */
struct preview {
    struct comparing curves;
    char folder[OPTION_TEXT_MAX]; /* whose curves these are, or will be when job has ended */
    int epochs;                   /* that the run had then */
    uint64_t job;                 /* reads them, 0 none */
    bool no_room;                 /* the screen's: as it was drawn last */
};

/* Asks for the run's curves where they are not here yet. One job at a time: called again when it has
 * ended, it follows a selection that has moved on. row may be NULL. */
void preview_follow(struct preview *p, const struct run_row *row, const struct ui_calls *calls);
/* The notice is of the job that was asked for; true: there is something new. */
bool preview_event(struct preview *p, const struct notice *notice, const struct ui_calls *calls);
void preview_draw(struct preview *p, struct canvas *c, struct area a, const struct run_row *row);

#endif
