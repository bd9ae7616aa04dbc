/* Samples of a data set: files drawn at random from some of its classes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

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

/* One more file: at random; where luck fails, the next one that can be used. */
static bool draw_one(const struct ds_view *v, const struct ds_draw *draw, const struct spans *spans, size_t *files,
                     size_t taken)
{
    struct rng rng = rng_at(draw->seed, RNG_SAMPLES, draw->draw, taken);
    size_t at = 0;
    for (int tries = 0; tries < 32; tries++) {
        at = rng_below(&rng, spans->total);
        files[taken] = file_at(spans, at);
        if (drawable(v, draw, files[taken], files, taken))
            return true;
    }
    for (size_t i = 0; i < spans->total; i++) {
        files[taken] = file_at(spans, (at + i) % spans->total);
        if (drawable(v, draw, files[taken], files, taken))
            return true;
    }
    return false;
}

size_t ds_view_draw(const struct ds_view *v, const struct ds_draw *draw, size_t *files, size_t most)
{
    struct spans spans = {0};
    size_t taken = 0;
    find_spans(&spans, v, draw);
    while (spans.total && taken < most && draw_one(v, draw, &spans, files, taken))
        taken++;
    free(spans.list);
    return taken;
}
