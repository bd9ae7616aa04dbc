/* What to write again on the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/damage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void damage_init(struct damage *d)
{
    *d = (struct damage){0};
}

void damage_done(struct damage *d)
{
    free(d->cells);
    damage_init(d);
}

void damage_forget(struct damage *d)
{
    d->valid = false;
    d->n_sent = d->n_previews = 0;
}

bool cell_same(const struct cell *a, const struct cell *b)
{
    return a->ch == b->ch && a->role == b->role && a->rgb == b->rgb &&
           (!a->rgb || (a->fg == b->fg && a->bg == b->bg));
}

static bool is_sentinel(const struct cell *cell)
{
    return cell->picture && (cell->ch == SENTINEL || cell->ch == SENTINEL_OTHER);
}

static bool same_area(struct area a, struct area b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

/* Pixels come from this result: a sixel, not cells. */
static bool has_pixels(const struct picture_shown *s)
{
    return s->out && !s->out->cells && s->out->bytes.len > 0;
}

/* Nothing lies over the picture on the canvas. */
static bool uncovered(const struct canvas *c, int index, struct area a)
{
    for (int y = a.y; y < a.y + a.h; y++) {
        for (int x = a.x; x < a.x + a.w; x++) {
            if (c->cells[y * c->cols + x].picture != index + 1)
                return false;
        }
    }
    return true;
}

static bool is_preview(const struct cell *cell)
{
    return cell->picture && cell->rgb;
}

/* The preview cells in its area are this picture's. */
static bool has_preview(const struct damage *d, const struct picture_shown *s)
{
    for (int i = 0; i < d->n_previews; i++) {
        if (s->preview && d->previews[i].id == s->preview_id &&
            same_area(d->previews[i].area, s->area))
            return true;
    }
    return false;
}

/* A picture's cell keeps its sentinel, and its own preview, which the pixels will lie upon: nothing
 * flickers. But not where they end within the cell. */
static void place_sentinel(const struct damage *d, const struct picture_shown *s, bool previewed,
                           int i, struct cell *next)
{
    const struct cell *old = d->valid ? &d->cells[i] : NULL;
    int picture = next->picture;
    if (old && previewed && is_preview(old) && i / d->cols - s->area.y < s->full_rows)
        *next = *old;
    else if (old && is_sentinel(old))
        next->ch = old->ch, next->rgb = false;
    else
        next->ch = SENTINEL, next->rgb = false;
    next->picture = (uint8_t)picture;
}

static void place_sentinels(const struct damage *d, const struct canvas *canvas,
                            const struct picture_shown *shown, struct cell *next)
{
    bool previewed[CANVAS_PICTURES];
    for (int i = 0; i < canvas->n_pictures; i++)
        previewed[i] = has_preview(d, &shown[i]);
    for (int i = 0; i < canvas->cols * canvas->rows; i++) {
        int picture = next[i].picture - 1;
        if (picture < 0)
            continue;
        if (has_pixels(&shown[picture]))
            place_sentinel(d, &shown[picture], previewed[picture], i, &next[i]);
        else if (!shown[picture].preview || !next[i].rgb)
            next[i].picture = 0;
    }
}

/* What a picture shows that cannot be sent yet. */
static void place_preview(const struct canvas *canvas, int index, struct area a, struct cell *next)
{
    for (int y = a.y; y < a.y + a.h; y++) {
        for (int x = a.x; x < a.x + a.w; x++) {
            int i = y * canvas->cols + x;
            if (canvas->cells[i].picture != index + 1)
                continue;
            next[i] = canvas->cells[i];
            next[i].picture = next[i].rgb ? next[i].picture : 0;
        }
    }
}

/* The cells under a picture that is going, where they stay sentinels: the other sentinel erases its
 * pixels. */
static void erase_old(const struct damage *d, struct area a, struct cell *next)
{
    for (int y = a.y; y < a.y + a.h; y++) {
        for (int x = a.x; x < a.x + a.w; x++) {
            struct cell *cell = &next[y * d->cols + x];
            if (!cell->picture || !cell_same(cell, &d->cells[y * d->cols + x]))
                continue;
            cell->ch = cell->ch == SENTINEL ? SENTINEL_OTHER : SENTINEL;
            cell->rgb = false;
        }
    }
}

/* The old pixels may stay: an equal opaque rectangle replaces them, or the same picture is only
 * covered for a while. */
static bool may_stay(const struct damage *d, int sent, const struct canvas *canvas,
                     const struct picture_shown *shown)
{
    for (int i = 0; i < canvas->n_pictures; i++) {
        if (has_pixels(&shown[i]) && same_area(shown[i].area, d->sent[sent].area) &&
            (shown[i].id == d->sent[sent].id || uncovered(canvas, i, shown[i].area)))
            return true;
    }
    return false;
}

static bool cells_unchanged(const struct damage *d, struct area a, const struct cell *next)
{
    if (d->by_lines) {
        a.x = 0;
        a.w = d->cols;
    }
    for (int y = a.y; d->valid && y < a.y + a.h; y++) {
        for (int x = a.x; x < a.x + a.w; x++) {
            if (!cell_same(&d->cells[y * d->cols + x], &next[y * d->cols + x]))
                return false;
        }
    }
    return d->valid;
}

static bool still_whole(const struct damage *d, const struct picture_shown *s,
                        const struct cell *next)
{
    for (int i = 0; i < d->n_sent; i++) {
        if (d->sent[i].whole && d->sent[i].id == s->id && same_area(d->sent[i].area, s->area))
            return cells_unchanged(d, s->area, next);
    }
    return false;
}

/* It is on the terminal, perhaps with parts missing. */
static bool was_sent(const struct damage *d, const struct picture_shown *s)
{
    for (int i = 0; i < d->n_sent; i++) {
        if (has_pixels(s) && d->sent[i].id == s->id && same_area(d->sent[i].area, s->area))
            return true;
    }
    return false;
}

bool damage_plan(struct damage *d, const struct canvas *canvas, const struct picture_shown *shown,
                 bool with_pixels, struct cell *next, bool *send)
{
    size_t n = (size_t)canvas->cols * (size_t)canvas->rows;
    bool held = false;
    if (d->cols != canvas->cols || d->rows != canvas->rows)
        damage_forget(d);
    memcpy(next, canvas->cells, n * sizeof *next);
    place_sentinels(d, canvas, shown, next);
    for (int i = 0; i < d->n_sent; i++) {
        if (!may_stay(d, i, canvas, shown))
            erase_old(d, d->sent[i].area, next);
    }
    for (int i = 0; i < canvas->n_pictures; i++) {
        bool wanted = has_pixels(&shown[i]) && uncovered(canvas, i, shown[i].area) &&
                      !still_whole(d, &shown[i], next);
        send[i] = wanted && with_pixels;
        held = held || (wanted && !with_pixels);
        if (wanted && !with_pixels && shown[i].preview && !was_sent(d, &shown[i]))
            place_preview(canvas, i, shown[i].area, next);
    }
    return held;
}

/* The picture on the terminal is one of the frame's and stays as it is. */
static bool stays(const struct damage *d, int sent, const struct canvas *canvas,
                  const struct picture_shown *shown, const struct cell *next)
{
    for (int i = 0; i < canvas->n_pictures; i++) {
        if (shown[i].id == d->sent[sent].id && same_area(shown[i].area, d->sent[sent].area) &&
            has_pixels(&shown[i]))
            return cells_unchanged(d, shown[i].area, next);
    }
    return false;
}

int damage_removed(const struct damage *d, const struct canvas *canvas,
                   const struct picture_shown *shown, const struct cell *next,
                   struct area removed[CANVAS_PICTURES])
{
    int n = 0;
    for (int i = 0; d->layered && i < d->n_sent; i++) {
        if (d->sent[i].whole && !stays(d, i, canvas, shown, next))
            removed[n++] = d->sent[i].area;
    }
    return n;
}

/* Some of its cells show its preview. */
static bool shows_preview(const struct canvas *canvas, int index, struct area a,
                          const struct cell *next)
{
    for (int i = 0; i < a.w * a.h; i++) {
        const struct cell *cell = &next[(a.y + i / a.w) * canvas->cols + a.x + i % a.w];
        if (cell->picture == index + 1 && is_preview(cell))
            return true;
    }
    return false;
}

static void commit_previews(struct damage *d, const struct canvas *canvas,
                            const struct picture_shown *shown, const struct cell *next)
{
    d->n_previews = 0;
    for (int i = 0; i < canvas->n_pictures; i++) {
        if (shown[i].preview && shows_preview(canvas, i, shown[i].area, next))
            d->previews[d->n_previews++] =
                (struct damage_preview){shown[i].preview_id, shown[i].area};
    }
}

void damage_commit(struct damage *d, const struct canvas *canvas, const struct picture_shown *shown,
                   const struct cell *next, const bool *send)
{
    size_t n = (size_t)canvas->cols * (size_t)canvas->rows;
    struct damage_sent sent[CANVAS_PICTURES];
    int n_sent = 0;
    for (int i = 0; i < canvas->n_pictures; i++) {
        bool whole = has_pixels(&shown[i]) && (send[i] || still_whole(d, &shown[i], next));
        if (whole || was_sent(d, &shown[i]))
            sent[n_sent++] = (struct damage_sent){shown[i].id, shown[i].area, whole};
    }
    memcpy(d->sent, sent, (size_t)n_sent * sizeof *sent);
    d->n_sent = n_sent;
    commit_previews(d, canvas, shown, next);
    d->cols = canvas->cols;
    d->rows = canvas->rows;
    d->cells = xrealloc(d->cells, n, sizeof *next);
    memcpy(d->cells, next, n * sizeof *next);
    d->valid = true;
}
