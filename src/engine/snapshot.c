/* The client's copies: snapshot and blocks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "engine/internal.h"

/* Entries of a ring that the copy does not have yet. */
static void copy_ring(void *to, const void *from, size_t entry, uint64_t size, uint64_t had, uint64_t seen)
{
    for (uint64_t i = seen - had > size ? seen - size : had; i < seen; i++)
        memcpy((char *)to + i % size * entry, (const char *)from + i % size * entry, entry);
}

/* Of one and the same run only what is new is copied: the rings are large and their entries do not change. */
static void copy_snapshot(struct snapshot *to, const struct snapshot *from)
{
    struct train_view *t = &to->train;
    const struct train_view *f = &from->train;
    const size_t rings = offsetof(struct snapshot, train.steps), after = offsetof(struct snapshot, train.result);
    uint64_t steps = t->steps_seen, epochs = t->epochs_seen;
    if (to->generation == 0 || t->job != f->job || steps > f->steps_seen || epochs > f->epochs_seen)
        steps = epochs = 0;
    copy_ring(t->steps, f->steps, sizeof f->steps[0], SNAP_STEPS, steps, f->steps_seen);
    copy_ring(t->epochs, f->epochs, sizeof f->epochs[0], SNAP_EPOCHS, epochs, f->epochs_seen);
    memcpy(to, from, rings);
    memcpy((char *)to + after, (const char *)from + after, sizeof *to - after);
}

bool snapshot_copy(struct engine *e, struct snapshot *snap)
{
    pthread_mutex_lock(&e->lock);
    bool changed = snap->generation != e->snap->generation;
    if (changed)
        copy_snapshot(snap, e->snap);
    double now = clock_now();
    struct job *jobs[] = {e->current, e->nested};
    for (int i = 0; changed && i < 2; i++) {
        if (jobs[i])
            snap->jobs[jobs[i]->slot].seconds = now - jobs[i]->began;
    }
    for (struct job *job = e->data_jobs; changed && job; job = job->next)
        snap->jobs[job->slot].seconds = now - job->began;
    pthread_mutex_unlock(&e->lock);
    return changed;
}

bool engine_snapshot(struct engine *e, struct snapshot *snap)
{
    bool changed = snapshot_copy(e, snap);
    pthread_mutex_lock(&e->lock);
    if (e->unseen && e->unseen_read) {
        e->unseen = 0;
        pthread_cond_broadcast(&e->work);
    }
    pthread_mutex_unlock(&e->lock);
    return changed;
}

const struct block *engine_block(struct engine *e, uint64_t id)
{
    pthread_mutex_lock(&e->lock);
    const struct block *block = block_store_get(&e->blocks, id);
    pthread_mutex_unlock(&e->lock);
    return block;
}
