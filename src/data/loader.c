/* The loader: a ring of batches filled on the pool ahead of the trainer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/loader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "data/square.h"

#define LOOK 0.05 /* seconds between looks at a cancel */

struct slot;

/* One picture to be made; its place in the batch is its place in the array. */
struct job {
    struct slot *slot;
    bool failed;
    char reason[96];
};

struct slot {
    struct loader *loader;
    struct batch batch;
    struct job *jobs;
    size_t left; /* jobs not done; under the loader's lock */
};

struct loader {
    const struct dataset *ds;
    struct loader_config config;
    struct square_cache *cache;
    struct pool_group group;
    struct slot *slots;
    size_t n_slots, room; /* room: pictures a slot can hold */
    pthread_mutex_t lock;
    pthread_cond_t done;
    atomic_bool drop;     /* the pass is over: queued jobs return at once */
    const atomic_bool *cancel;
    /* the pass */
    uint32_t *files;
    size_t n, n_batches, submitted, handed, n_failed;
    int epoch;
    struct slot *lent;
    /* a picture left alone by failures, kept for the next batch */
    bool carried;
    struct batch_item carry;
    uint8_t *carry_rgb;
};

static size_t picture_bytes(const struct loader *loader)
{
    return loader_picture_bytes(&loader->config);
}

struct loader *loader_new(const struct dataset *ds, struct pool *pool, const struct loader_config *config)
{
    struct loader *loader = xcalloc(1, sizeof *loader);
    loader->ds = ds;
    loader->config = *config;
    /* One more for a folded last picture, one for a carried one. */
    loader->room = (size_t)config->batch_size + 2;
    loader->n_slots = (size_t)(config->prefetch > 0 ? config->prefetch : 1) + 1;
    loader->slots = xcalloc(loader->n_slots, sizeof *loader->slots);
    for (size_t i = 0; i < loader->n_slots; i++)
        loader->slots[i].loader = loader;
    loader->cache = square_cache_new(ds, config);
    pool_group_init(&loader->group, pool);
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->done, NULL);
    return loader;
}

/* Waits until no job of the pass is running or queued. */
static void drop_pass(struct loader *loader)
{
    atomic_store(&loader->drop, true);
    pool_group_wait(&loader->group);
    atomic_store(&loader->drop, false);
    loader->lent = NULL;
    loader->carried = false;
}

void loader_free(struct loader *loader)
{
    if (!loader)
        return;
    drop_pass(loader);
    for (size_t i = 0; i < loader->n_slots; i++) {
        free(loader->slots[i].batch.rgb);
        free(loader->slots[i].batch.items);
        free(loader->slots[i].jobs);
    }
    free(loader->slots);
    square_cache_free(loader->cache);
    free(loader->files);
    free(loader->carry_rgb);
    pthread_mutex_destroy(&loader->lock);
    pthread_cond_destroy(&loader->done);
    free(loader);
}

static bool stopped(const struct loader *loader)
{
    return atomic_load(&loader->drop) || (loader->cancel && atomic_load(loader->cancel));
}

static void run_job(void *arg)
{
    struct job *job = arg;
    struct slot *slot = job->slot;
    struct loader *loader = slot->loader;
    size_t i = (size_t)(job - slot->jobs);
    if (!stopped(loader)) {
        struct batch_item *item = &slot->batch.items[i];
        uint8_t *out = slot->batch.rgb + i * picture_bytes(loader);
        job->failed =
            !square_make(out, item, loader->cache, loader->epoch, job->reason, sizeof job->reason);
    }
    pthread_mutex_lock(&loader->lock);
    if (--slot->left == 0)
        pthread_cond_signal(&loader->done);
    pthread_mutex_unlock(&loader->lock);
}

static size_t batch_start(const struct loader *loader, size_t batch)
{
    return batch >= loader->n_batches ? loader->n : batch * (size_t)loader->config.batch_size;
}

static void make_room(struct slot *slot)
{
    struct loader *loader = slot->loader;
    if (slot->jobs)
        return;
    slot->batch.rgb = xmalloc(loader->room * picture_bytes(loader));
    slot->batch.items = xcalloc(loader->room, sizeof *slot->batch.items);
    slot->jobs = xcalloc(loader->room, sizeof *slot->jobs);
}

static void submit_batch(struct loader *loader)
{
    struct slot *slot = &loader->slots[loader->submitted % loader->n_slots];
    size_t first = batch_start(loader, loader->submitted),
           last = batch_start(loader, loader->submitted + 1);
    make_room(slot);
    slot->batch.n = (int)(last - first);
    slot->left = last - first;
    loader->submitted++;
    for (size_t i = 0; i < last - first; i++) {
        uint32_t file = loader->files[first + i];
        slot->batch.items[i] = (struct batch_item){.file = file, .label = loader->ds->files[file].cls};
        slot->jobs[i] = (struct job){.slot = slot};
    }
    for (size_t i = 0; i < last - first; i++)
        pool_submit(&loader->group, loader->config.priority, run_job, &slot->jobs[i]);
}

static void fill_ring(struct loader *loader)
{
    size_t ahead = loader->handed + loader->n_slots - (loader->lent ? 1 : 0);
    while (loader->submitted < loader->n_batches && loader->submitted < ahead)
        submit_batch(loader);
}

void loader_start(struct loader *loader, const uint32_t *files, size_t n, int epoch)
{
    drop_pass(loader);
    free(loader->files);
    loader->files = n ? xmemdup(files, n * sizeof *files) : NULL;
    loader->n = n;
    loader->epoch = epoch;
    size_t size = (size_t)loader->config.batch_size;
    loader->n_batches = (n + size - 1) / size;
    if (loader->config.fold_last && n > size && n % size == 1)
        loader->n_batches--;
    loader->submitted = loader->handed = loader->n_failed = 0;
    fill_ring(loader);
}

size_t loader_batches(const struct loader *loader)
{
    return loader->n_batches;
}

size_t loader_failed(const struct loader *loader)
{
    return loader->n_failed;
}

void loader_cancel_flag(struct loader *loader, const atomic_bool *cancel)
{
    loader->cancel = cancel;
}

/* The cancel flag is somebody else's and wakes nobody, hence the short naps. */
static void wait_for(struct slot *slot)
{
    struct loader *loader = slot->loader;
    if (pool_threads(loader->group.pool) == 0)
        pool_group_wait(&loader->group); /* nobody else would do the work */
    pthread_mutex_lock(&loader->lock);
    while (slot->left > 0 && !stopped(loader)) {
        clock_wait(&loader->done, &loader->lock, clock_now() + LOOK);
    }
    pthread_mutex_unlock(&loader->lock);
}

/* Closes the gaps that failed pictures left. */
static void close_gaps(struct slot *slot)
{
    struct batch *b = &slot->batch;
    size_t bytes = picture_bytes(slot->loader), kept = 0;
    b->n_failed = 0;
    b->failed[0] = '\0';
    for (size_t i = 0; i < (size_t)b->n; i++) {
        if (slot->jobs[i].failed) {
            const char *name = slot->loader->ds->files[b->items[i].file].name;
            if (b->n_failed++ == 0)
                snprintf(b->failed, sizeof b->failed, "%.*s: %.60s", str_within(name, 60), name, slot->jobs[i].reason);
            continue;
        }
        if (kept != i) {
            b->items[kept] = b->items[i];
            memmove(b->rgb + kept * bytes, b->rgb + i * bytes, bytes);
        }
        kept++;
    }
    b->n = (int)kept;
    slot->loader->n_failed += b->n_failed;
}

/* Failures can leave one picture alone in a batch, which batch norm cannot train on (C01): it waits
 * for the next batch. */
static void carry_over(struct loader *loader, struct batch *b)
{
    size_t bytes = picture_bytes(loader);
    if (loader->carried) {
        b->items[b->n] = loader->carry;
        memcpy(b->rgb + (size_t)b->n * bytes, loader->carry_rgb, bytes);
        b->n++;
        loader->carried = false;
    }
    if (!loader->config.fold_last || b->n != 1 || b->n_failed == 0 || loader->config.batch_size == 1)
        return;
    loader->carry_rgb = loader->carry_rgb ? loader->carry_rgb : xmalloc(bytes);
    memcpy(loader->carry_rgb, b->rgb, bytes);
    loader->carry = b->items[0];
    loader->carried = true;
    b->n = 0;
}

static enum err_code check_pass(const struct loader *loader, const struct batch *b, struct err *err)
{
    if (stopped(loader))
        return err_set(err, ERR_CANCELLED, "loading stopped");
    if (loader->n_failed * 2 <= loader->n)
        return ERR_OK;
    err_set(err, ERR_IO, "%zu of %zu pictures could not be read: %s", loader->n_failed, loader->n,
            b->failed);
    return err_hint(err, "is the disk or share still there?");
}

/* The next planned batch, or NULL when there is none; it may have become empty. */
static struct batch *next_planned(struct loader *loader)
{
    loader->lent = NULL;
    fill_ring(loader);
    if (loader->handed == loader->n_batches)
        return NULL;
    struct slot *slot = &loader->slots[loader->handed % loader->n_slots];
    wait_for(slot);
    loader->handed++;
    loader->lent = slot;
    if (!stopped(loader)) {
        close_gaps(slot);
        carry_over(loader, &slot->batch);
    }
    return &slot->batch;
}

/* Ends the pass after an error, so that no job is left writing into a slot. */
static void end_pass(struct loader *loader)
{
    drop_pass(loader);
    loader->submitted = loader->handed = loader->n_batches;
}

static void say_left_alone(struct loader *loader)
{
    if (loader->carried)
        log_line(LOG_WARN, "%s: left alone at the end of the epoch, not trained on",
                 loader->ds->files[loader->carry.file].name);
    loader->carried = false;
}

enum err_code loader_next(struct loader *loader, const struct batch **batch, double *waited,
                          struct err *err)
{
    double start = clock_now();
    *batch = NULL;
    enum err_code code = ERR_OK;
    size_t n_failed = 0;
    char failed[sizeof loader->slots->batch.failed] = "";
    struct batch *b, *last = NULL;
    while (code == ERR_OK && !*batch && (b = next_planned(loader))) {
        code = check_pass(loader, b, err);
        if (b->n > 0 && code == ERR_OK)
            *batch = b;
        if (!n_failed)
            memcpy(failed, b->failed, sizeof failed);
        n_failed += b->n_failed;
        last = b;
    }
    if (code == ERR_OK && n_failed) { /* of batches that became empty too: told with the next one, or with an empty last one */
        memcpy(last->failed, failed, sizeof failed);
        last->n_failed = n_failed;
        *batch = last;
    }
    if (code != ERR_OK)
        end_pass(loader);
    else if (!*batch)
        say_left_alone(loader);
    if (waited)
        *waited += clock_now() - start;
    return code;
}
