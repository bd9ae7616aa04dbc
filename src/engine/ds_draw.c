/* Samples of a data set: files drawn at random from some of its classes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "data/dataset.h"

/* Files of the classes that fit, one class after the other. */
struct spans {
    struct span {
        size_t first, before; /* its first file; files of the spans before it */
    } *list;
    size_t n, cap, total;
};

static void find_spans(struct spans *spans, const struct ds_view *v, const struct ds_draw *draw)
{
    for (size_t i = 0; i < v->n_classes; i++) {
        struct ds_class_row cls = ds_view_class(v, i);
        if (!cls.n_used || (draw->class_fits && !draw->class_fits(draw->user, i)))
            continue;
        spans->list = xgrow(spans->list, &spans->cap, spans->n + 1, sizeof *spans->list);
        spans->list[spans->n++] = (struct span){cls.first_file, spans->total};
        spans->total += cls.n_files;
    }
}

/* The i-th file of all. */
static size_t file_at(const struct spans *spans, size_t i)
{
    size_t low = 0, high = spans->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(spans->list[middle].before <= i ? &low : &high) = middle;
    }
    return spans->list[low].first + (i - spans->list[low].before);
}

static bool drawable(const struct ds_view *v, const struct ds_draw *draw, size_t file, const size_t *taken,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (taken[i] == file)
            return false;
    }
    struct ds_file_row f = ds_view_file(v, file);
    return f.status == FILE_USED && f.cls >= 0 && (!draw->file_fits || draw->file_fits(draw->user, f.name));
}

#define TRIES 32

/* One more file at random. Where luck fails, the search for the next one that can be used begins. */
static void try_luck(const struct ds_view *v, const struct ds_draw *draw, const struct spans *spans, struct ds_drawing *d,
                     size_t *files)
{
    struct rng rng = rng_at(draw->seed, RNG_SAMPLES, draw->draw, d->n);
    for (int tries = 0; tries < TRIES; tries++) {
        d->at = rng_below(&rng, spans->total);
        files[d->n] = file_at(spans, d->at);
        if (drawable(v, draw, files[d->n], files, d->n)) {
            d->n++;
            return;
        }
    }
    d->searching = true;
    d->looked = 0;
}

/* Returns how many files it has looked at, most at most. */
static size_t search(const struct ds_view *v, const struct ds_draw *draw, const struct spans *spans, struct ds_drawing *d,
                     size_t *files, size_t most)
{
    size_t looks = 0;
    while (d->searching && looks < most && d->looked < spans->total) {
        files[d->n] = file_at(spans, (d->at + d->looked++) % spans->total);
        looks++;
        d->searching = !drawable(v, draw, files[d->n], files, d->n);
    }
    d->n += !d->searching;
    return looks;
}

bool ds_view_draw_more(const struct ds_view *v, const struct ds_draw *draw, struct ds_drawing *d, size_t *files, size_t most,
                       size_t looks)
{
    struct spans spans = {0};
    size_t used = 0;
    find_spans(&spans, v, draw);
    bool none = spans.total == 0;
    while (!none && d->n < most && used < looks) {
        if (d->searching) {
            used += search(v, draw, &spans, d, files, looks - used);
        } else {
            try_luck(v, draw, &spans, d, files);
            used += TRIES;
        }
        none = d->searching && d->looked >= spans.total;
    }
    free(spans.list);
    return !none && d->n < most;
}

size_t ds_view_draw(const struct ds_view *v, const struct ds_draw *draw, size_t *files, size_t most)
{
    struct ds_drawing d = {0};
    while (ds_view_draw_more(v, draw, &d, files, most, SIZE_MAX))
        ;
    return d.n;
}
