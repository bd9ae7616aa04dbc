/* The run in the snapshot.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define COPY(to, from) snprintf(to, sizeof(to), "%s", from)

static void show_marks(struct train_view *v, const struct recipe *r)
{
    int epoch = 1;
    v->n_marks = r->n_phases;
    for (int p = 0; p < r->n_phases; p++) {
        v->marks[p] = (struct phase_mark){.epoch = epoch};
        COPY(v->marks[p].title, phase_title(&r->phases[p]));
        epoch += r->phases[p].epochs;
    }
}

static void add_event(struct train_view *v, int64_t step, int epoch, const char *text)
{
    int room = (int)(sizeof v->events / sizeof v->events[0]);
    if (v->n_events == room) /* the oldest goes; the tape in run.ini has all */
        memmove(v->events, v->events + 1, (size_t)--v->n_events * sizeof v->events[0]);
    struct event_mark *e = &v->events[v->n_events++];
    v->events_seen++;
    *e = (struct event_mark){.step = step, .epoch = epoch};
    COPY(e->text, text);
}

/* What earlier sessions of the run left. */
static void begin_with_old(struct train_view *v, const struct trainer *t)
{
    const struct record *r = &t->run.record;
    for (size_t i = 0; i < t->run.n_metrics; i++)
        v->epochs[v->epochs_seen++ % SNAP_EPOCHS] = t->run.metrics[i];
    for (size_t i = 0; i < t->n_old_steps; i++)
        v->steps[v->steps_seen++ % SNAP_STEPS] = t->old_steps[i];
    v->steps_before = v->steps_seen;
    for (size_t i = 0; i < r->n_tape; i++)
        add_event(v, r->tape[i].step, r->tape[i].epoch, r->tape[i].text);
    v->events_before = v->events_seen;
}

void show_begin(struct trainer *t, const char *data, const char *mode, const char *preset, const char *model)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    memset(v, 0, sizeof *v);
    v->job = t->job->number;
    v->live = true;
    v->s_libtorch = v->s_weights = v->s_scan = v->s_features = v->s_first_step = v->eta = v->nearest_mean = NAN;
    COPY(v->data, data);
    COPY(v->mode, mode);
    COPY(v->preset, preset);
    COPY(v->model, model);
    snapshot_end(t->job->engine);
}

void show_seconds(struct trainer *t, size_t field, double seconds)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    *(double *)((char *)v + field) = seconds;
    snapshot_end(t->job->engine);
}

void show_run(struct trainer *t)
{
    const struct record *r = &t->run.record;
    int64_t *counts = xcalloc(t->ds->n_classes, sizeof *counts);
    split_counts(&t->split, t->ds, PART_VAL, counts);
    int64_t per_epoch = trainer_steps_per_epoch(t);
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    t->job->engine->gpu = t->model.device.index;
    if (!*v->run)
        begin_with_old(v, t);
    COPY(v->run, t->run.folder);
    COPY(v->data, r->data);
    COPY(v->mode, r->mode);
    COPY(v->preset, r->preset);
    COPY(v->model, r->model);
    COPY(v->device, r->device_title);
    COPY(v->precision, r->precision);
    COPY(v->weights, r->weights);
    COPY(v->match, r->match);
    v->n_classes = t->model.n_classes;
    v->n_train = (int64_t)t->split.n_train;
    v->n_val = (int64_t)t->split.n_val;
    v->phase = t->phase < 0 ? 1 : t->phase + 1;
    v->n_phases = r->recipe.n_phases;
    v->n_epochs = recipe_epochs(&r->recipe);
    v->steps_in_epoch = per_epoch;
    v->n_steps = t->step + per_epoch * (v->n_epochs - t->epoch);
    v->step = t->step;
    v->best = r->best;
    v->nearest_mean = r->nearest_mean;
    v->majority = majority_accuracy(counts, t->model.n_classes);
    show_marks(v, &r->recipe);
    snapshot_end(t->job->engine);
    free(counts);
}

static double seconds_left(const struct trainer *t, const struct train_view *v)
{
    double done = (double)(v->step_in_epoch), seconds = clock_now() - t->epoch_began;
    int64_t left = v->last_epoch ? v->steps_in_epoch - v->step_in_epoch : v->n_steps - v->step;
    return done > 0 ? seconds / done * (double)left : NAN;
}

void show_step(struct trainer *t, const struct step_point *p, int64_t step_in_epoch)
{
    uint64_t memory = t->model.device.index >= 0 ? t->fl->device_memory() : 0;
    struct snapshot *snap = snapshot_begin(t->job->engine);
    struct train_view *v = &snap->train;
    double in_epoch = clock_now() - t->epoch_began;
    v->steps[v->steps_seen++ % SNAP_STEPS] = *p;
    v->epoch = t->epoch + 1;
    v->phase = t->phase + 1;
    v->step = t->step;
    v->step_in_epoch = step_in_epoch;
    v->images_per_s = in_epoch > 0 ? (double)t->tally.n / in_epoch : NAN;
    v->seconds = t->run.record.seconds + in_epoch;
    v->eta = seconds_left(t, v);
    v->loader_wait = in_epoch > 0 ? t->wait / in_epoch : 0;
    if (isnan(v->s_first_step))
        v->s_first_step = in_epoch;
    snap->memory_used = memory;
    snap->memory_total = t->model.device.memory_total;
    struct job_view *job = &snap->jobs[t->job->slot];
    job->done = (uint64_t)t->tally.n;
    snapshot_end(t->job->engine);
}

void show_epoch(struct trainer *t, const struct epoch_metrics *m)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    v->epochs[v->epochs_seen++ % SNAP_EPOCHS] = *m;
    v->epoch = m->epoch;
    v->best = t->run.record.best;
    v->result = t->job->block;
    v->seconds = t->run.record.seconds;
    snapshot_end(t->job->engine);
}

void show_event(struct trainer *t, const char *text)
{
    if (!t->run.folder) /* a dry run: what is shown is another run */
        return;
    record_tape(&t->run.record, t->step, t->epoch + 1, text);
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    add_event(v, t->step, t->epoch + 1, text);
    v->last_epoch = t->stop == STOP_AFTER_EPOCH;
    snapshot_end(t->job->engine);
}

void show_validating(struct trainer *t, bool on)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    v->validating = on;
    snapshot_end(t->job->engine);
}

void show_over(struct trainer *t, const struct err *err)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    if (v->live && v->job == t->job->number && err)
        snprintf(v->end, sizeof v->end, "%.127s", err->message);
    v->live = false;
    snapshot_end(t->job->engine);
}

void show_end(struct trainer *t, const char *text)
{
    struct train_view *v = &snapshot_begin(t->job->engine)->train;
    v->live = false;
    v->validating = v->last_epoch = false;
    v->eta = NAN;
    COPY(v->end, text);
    snapshot_end(t->job->engine);
}
