/* The runs that wait, wherever they are listed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/queued.h"

#include <stdio.h>

#include "ui/parts.h"

size_t queued_find(const struct snapshot *snap, uint64_t job)
{
    size_t i = 0;
    while (i < snap->n_queue && snap->queue[i].job != job)
        i++;
    return i;
}

void queued_keep(size_t *selected, struct queued_pick *pick, const struct snapshot *snap)
{
    size_t at = queued_find(snap, pick->job), last = snap->n_queue ? (size_t)snap->n_queue - 1 : 0;
    if (*selected == pick->at && at < snap->n_queue)
        *selected = at;
    if (*selected > last)
        *selected = last;
    pick->at = *selected;
    pick->job = snap->n_queue ? snap->queue[*selected].job : 0;
}

bool queued_has_key(enum action action)
{
    return action == ACTION_QUEUE_EARLIER || action == ACTION_QUEUE_LATER ||
           action == ACTION_QUEUE_REMOVE;
}

void queued_change(const struct ui_calls *calls, uint64_t job, enum action action)
{
    struct err err = {0};
    struct cmd cmd = {.kind = action == ACTION_QUEUE_REMOVE ? CMD_QUEUE_REMOVE : CMD_QUEUE_MOVE,
                      .job = job,
                      .number = action == ACTION_QUEUE_EARLIER ? -1 : action == ACTION_QUEUE_LATER};
    if (calls->submit(calls->app, &cmd, NULL, &err) != ERR_OK)
        calls->status(calls->app, ROLE_STATE_FAIL, "%s%s%s", err.message, *err.hint ? "; " : "",
                      err.hint);
}

const char *queued_why_not(const struct snapshot *snap, bool on_one, const char *how)
{
    return !snap->n_queue ? "no run waits" : on_one ? NULL : how;
}

void queued_keys(char *out, size_t size)
{
    snprintf(out, size, "%s %s move, %s removes", parts_key(ACTION_QUEUE_EARLIER),
             parts_key(ACTION_QUEUE_LATER), parts_key(ACTION_QUEUE_REMOVE));
}
