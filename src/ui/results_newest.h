/* The newest run that has a result, for Results of a session that has none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RESULTS_NEWEST_H
#define FL_UI_RESULTS_NEWEST_H

#include "ui/screen.h"

/* Zeros know nothing. */
struct newest {
    uint64_t job;             /* lists the runs, 0 none */
    const struct block *runs; /* the newest first; NULL: not listed */
    size_t n, next;           /* of them; the first that was not tried */
    char run[OPTION_TEXT_MAX]; /* the one that was found, "" none */
    char problem[1040];       /* why they cannot be listed, or "" */
};
void newest_done(struct newest *k);

/* Asks for the list of the option runs-dir, once at a time. */
void newest_ask(struct newest *k, const struct ui_calls *calls, const struct ui_model *model);
/* True: the notice was the end of the list. */
bool newest_event(struct newest *k, const struct notice *notice, const struct ui_calls *calls);
/* The next one of which an epoch has ended becomes the model's run. False: there is none, the model
 * has none. */
bool newest_next(struct newest *k, struct ui_model *model);
/* The model's run is one that was found here, and nobody opened. */
bool newest_is(const struct newest *k, const struct ui_model *model);

/* What is going on while there is none, and what can be done. */
void newest_draw(const struct newest *k, struct canvas *c, struct area a,
                 const struct ui_model *model);

#endif
