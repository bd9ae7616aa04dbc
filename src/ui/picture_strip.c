/* Strips: pictures beside each other sent as one. tmux keeps few pictures, and whatever is written
 * into the lines of one removes all of it, so a row of pictures lives and dies as one anyway.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/picture_make.h"

/* --- which ---------------------------------------------------------------------------------- */

static bool same_strip(const struct entry *a, const struct entry *b)
{
    bool same = a->n_parts == b->n_parts && a->key.cols == b->key.cols &&
                a->key.rows == b->key.rows && same_config(&a->key.config, &b->key.config);
    for (int i = 0; same && i < a->n_parts; i++)
        same = a->parts[i].id == b->parts[i].id && a->parts[i].x == b->parts[i].x;
    return same;
}

static struct entry *find_strip(struct pictures *p, const struct entry *strip)
{
    for (size_t i = 0; i < p->n; i++) {
        if (same_strip(p->entries[i], strip))
            return p->entries[i];
    }
    return NULL;
}

/* Picture i goes on the strip that ends at last: ready, beside it, and not too wide. */
static bool continues(const struct pictures *p, const struct picture_shown *shown, int first,
                      int last, int i)
{
    const struct area *a = &shown[first].area, *b = &shown[last].area, *c = &shown[i].area;
    return shown[i].out && c->y == a->y && c->h == a->h && c->x >= b->x + b->w &&
           i - first < STRIP_PARTS && (c->x + c->w - a->x) * p->config.cell_w <= p->config.max_w;
}

/* Something lies over a picture. */
static bool covered(const struct canvas *canvas, int index)
{
    struct area a = canvas->pictures[index].area;
    for (int i = 0; i < a.w * a.h; i++) {
        if (canvas->cells[(a.y + i / a.w) * canvas->cols + a.x + i % a.w].picture != index + 1)
            return true;
    }
    return false;
}

/* The cells of pictures first to last become the first one's, and the blanks between them; but
 * where something covers a picture, blanks may be a part of that, and the strip is not shown. */
static void take_cells(struct canvas *canvas, struct area a, int first, int last)
{
    bool gaps = true;
    for (int i = first; i <= last && gaps; i++)
        gaps = !covered(canvas, i);
    for (int i = 0; i < a.w * a.h; i++) {
        struct cell *cell = &canvas->cells[(a.y + i / a.w) * canvas->cols + a.x + i % a.w];
        bool gap = gaps && !cell->picture && cell->ch == ' ' && !cell->rgb;
        if (gap || (cell->picture > first && cell->picture <= last + 1))
            cell->picture = (uint8_t)(first + 1);
    }
}

/* Whether it is ready. */
static bool show_strip(struct pictures *p, struct canvas *canvas, struct picture_shown *shown,
                       int first, int last)
{
    struct area a = shown[first].area;
    a.w = shown[last].area.x + shown[last].area.w - a.x;
    struct entry wanted = {.key = {.config = p->config, .cols = a.w, .rows = a.h}};
    for (int i = first; i <= last; i++)
        wanted.parts[wanted.n_parts++] =
            (struct strip_part){shown[i].id, shown[i].area.x - shown[first].area.x};
    struct entry *e = find_strip(p, &wanted);
    if (!e) {
        e = add_entry(p);
        *e = wanted;
    }
    e->wanted = true;
    e->used = p->frame;
    for (int i = first; i <= last; i++) {
        shown[i].id = 0;
        shown[i].out = NULL;
        shown[i].problem = e->state == ENTRY_FAILED ? e->problem : NULL;
    }
    if (e->state != ENTRY_READY)
        return e->state != ENTRY_PENDING;
    shown[first] = (struct picture_shown){e->id, a, &e->out, NULL};
    take_cells(canvas, a, first, last);
    return true;
}

bool strips_frame(struct pictures *p, struct canvas *canvas, struct picture_shown *shown)
{
    bool pending = false;
    for (int first = 0; first < canvas->n_pictures;) {
        int last = first;
        while (shown[first].out && last + 1 < canvas->n_pictures &&
               continues(p, shown, first, last, last + 1))
            last++;
        if (shown[first].out && !show_strip(p, canvas, shown, first, last))
            pending = true;
        first = last + 1;
    }
    return pending;
}

/* --- making --------------------------------------------------------------------------------- */

static const struct entry *result(const struct pictures *p, uint64_t id)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->entries[i]->id == id && p->entries[i]->state == ENTRY_READY)
            return p->entries[i];
    }
    return NULL;
}

/* The parts' pixels on the background; a part that is gone leaves a gap. */
static void compose(const struct pictures *p, const struct entry *strip, struct gfx_pixels *out)
{
    const struct pictures_config *c = &strip->key.config;
    *out = (struct gfx_pixels){.cols = strip->key.cols,
                               .rows = strip->key.rows,
                               .background = c->background,
                               .level = c->level};
    c->backend->pixels(out->cols, out->rows, c->cell_w, c->cell_h, c->level, &out->width,
                       &out->height);
    out->rgb = xmalloc((size_t)out->width * (size_t)out->height * 3 + 1);
    picture_fill(out->rgb, (size_t)out->width * (size_t)out->height, c->background);
    for (int i = 0; i < strip->n_parts; i++) {
        const struct entry *e = result(p, strip->parts[i].id);
        for (int y = 0; e && y < e->out.height && y < out->height; y++)
            memcpy(out->rgb +
                       ((size_t)y * (size_t)out->width + (size_t)(strip->parts[i].x * c->cell_w)) *
                           3,
                   e->out.bytes.s + (size_t)y * (size_t)e->out.width * 3, (size_t)e->out.width * 3);
    }
}

bool strips_make(struct pictures *p)
{
    struct entry *e = NULL, strip;
    struct gfx_pixels pixels;
    struct gfx_out out = {0};
    struct err err = {0};
    for (size_t i = 0; i < p->n && !e; i++) {
        const struct entry *at = p->entries[i];
        e = at->n_parts && at->wanted && at->state == ENTRY_PENDING ? p->entries[i] : NULL;
    }
    if (!e)
        return false;
    e->state = ENTRY_WORKING;
    strip = *e;
    compose(p, &strip, &pixels);
    pthread_mutex_unlock(&p->lock);
    strip.key.config.backend->encode(&out, &pixels, &err);
    free(pixels.rgb);
    pthread_mutex_lock(&p->lock);
    e = find_strip(p, &strip); /* it may have been forgotten meanwhile */
    if (!e) {
        gfx_out_done(&out);
        return true;
    }
    e->out = out;
    e->id = ++p->next_id;
    e->state = err.code == ERR_OK ? ENTRY_READY : ENTRY_FAILED;
    snprintf(e->problem, sizeof e->problem, "%.*s", (int)sizeof e->problem - 1, err.message);
    return true;
}
