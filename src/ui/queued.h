/* The runs that wait, wherever they are listed: which one a selection is on, and the keys that change them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_QUEUED_H
#define FL_UI_QUEUED_H

#include "ui/screen.h"

/* Place of a job among the runs that wait; n_queue: it is not there. */
size_t queued_find(const struct snapshot *snap, uint64_t job);

/* Which run a selection is on. Zeros: none yet. */
struct queued_pick {
    size_t at; /* as kept last: another one has been selected since when it differs */
    uint64_t job;
};
/* The selection stays on its run while others begin, move and go. Call it before selected is used, and after it was changed. */
void queued_keep(size_t *selected, struct queued_pick *pick, const struct snapshot *snap);

bool queued_has_key(enum action action); /* an action on a run that waits */
/* Does such an action to the run of that job. */
void queued_change(const struct ui_calls *calls, uint64_t job, enum action action);
/* Why such an action does nothing; on_one: a run that waits is selected. how says how one gets there. NULL: it does something. */
const char *queued_why_not(const struct snapshot *snap, bool on_one, const char *how);
/* "K J move, x removes" */
void queued_keys(char *out, size_t size);

#endif
