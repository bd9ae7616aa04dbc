/* What stands above the runs of a folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/runs_ahead.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "base/path.h"
#include "ui/runs_table.h"

static const char *live_state(const struct snapshot *snap)
{
    const struct job_view *job = &snap->jobs[0];
    const struct train_view *t = &snap->train;
    if (job->job == t->job && job->state == JOB_PAUSED)
        return "paused";
    if (job->job == t->job && job->state == JOB_STOPPING)
        return "stopping";
    return t->steps_seen || t->epochs_seen ? "running" : "starting";
}

static void live_note(char note[96], const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    char left[NUM_TEXT] = "";
    if (t->epoch == 0)
        snprintf(note, 96, "%s", snap->jobs[0].stage);
    else if (isfinite(t->eta))
        snprintf(note, 96, "epoch %d of %d, %s left", t->epoch, t->n_epochs,
                 num_seconds(left, t->eta));
    else
        snprintf(note, 96, "epoch %d of %d", t->epoch, t->n_epochs);
}

void run_row_live(struct run_row *row, const struct snapshot *snap, char note[96])
{
    const struct train_view *t = &snap->train;
    live_note(note, snap);
    row->state = live_state(snap);
    row->note = note;
    row->epochs = (int)t->epochs_seen;
    row->planned = t->n_epochs;
    row->best_epoch = t->best.epoch;
    row->best_val_acc = t->best.val_acc;
    row->best_val_loss = t->best.val_loss;
    row->seconds = t->seconds;
}

static void add(struct runs_ahead *a, const struct run_row *row, uint64_t job, const char *filter)
{
    if (!run_matches(row, filter))
        return;
    a->rows[a->n] = *row;
    a->jobs[a->n++] = job;
}

void runs_ahead_take(struct runs_ahead *a, const struct snapshot *snap, bool listed,
                     const char *filter)
{
    const struct train_view *t = &snap->train;
    struct run_row row = {.folder = t->run, .name = path_base(t->run), .mode = t->mode,
                          .preset = t->preset, .model = t->model, .data = t->data,
                          .started = "now", .remark = ""};
    a->n = 0;
    if (t->live && !listed) {
        run_row_live(&row, snap, a->note);
        add(a, &row, 0, filter);
    }
    for (size_t i = 0; i < snap->n_queue; i++) {
        const struct queue_entry *e = &snap->queue[i];
        snprintf(a->position[i], sizeof a->position[i], "%d of %d", (int)i + 1, (int)snap->n_queue);
        row = (struct run_row){.folder = "", .name = "", .state = "waiting", .mode = e->mode,
                               .preset = e->preset, .model = e->model, .data = e->data,
                               .started = a->position[i], .note = e->settings, .remark = "",
                               .best_val_acc = NAN, .best_val_loss = NAN};
        add(a, &row, e->job, filter);
    }
}
