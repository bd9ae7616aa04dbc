/* Pictures for the screen: the worker and its results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/thread.h"
#include "ui/picture_make.h"
#include "ui/picture_private.h"

#define CACHE_BYTES (48u << 20)
#define PAGE_COLORS 128
#define MOSAIC_PIXELS 18432 /* what libsixel looks at anyway */

bool same_picture(const struct picture_want *a, const struct picture_want *b)
{
    return a->fit == b->fit && a->square == b->square && a->crop == b->crop && a->views == b->views &&
           a->antialias == b->antialias && a->augment == b->augment &&
           a->aug_flip == b->aug_flip && a->aug_crop == b->aug_crop &&
           a->aug_crop_min == b->aug_crop_min && a->aug_jitter == b->aug_jitter &&
           a->seed == b->seed && a->file == b->file && a->frame == b->frame &&
           memcmp(&a->window, &b->window, sizeof a->window) == 0 && str_eq(a->path, b->path);
}

bool same_config(const struct pictures_config *a, const struct pictures_config *b)
{
    return a->backend == b->backend && a->cell_w == b->cell_w && a->cell_h == b->cell_h &&
           a->max_w == b->max_w && a->max_h == b->max_h && a->background == b->background &&
           a->level == b->level && a->colors == b->colors && a->strips == b->strips;
}

static bool same_key(const struct picture_key *a, const struct picture_key *b)
{
    return a->cols == b->cols && a->rows == b->rows && same_config(&a->config, &b->config) &&
           a->want.page == b->want.page && same_picture(&a->want, &b->want);
}

static void entry_free(struct entry *e)
{
    gfx_out_done(&e->out);
    gfx_out_done(&e->preview);
    image_done(&e->thumb.image);
    free(e);
}

static size_t out_bytes(const struct gfx_out *out)
{
    return out->bytes.cap +
           (out->cells ? (size_t)(out->cols * out->rows) * sizeof *out->cells : 0);
}

static size_t entry_bytes(const struct entry *e)
{
    const struct image *thumb = &e->thumb.image;
    return sizeof *e + out_bytes(&e->out) + out_bytes(&e->preview) +
           (size_t)thumb->width * (size_t)thumb->height * 3;
}

static struct entry *find_entry(struct pictures *p, const struct picture_key *key)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!p->entries[i]->n_parts && same_key(&p->entries[i]->key, key))
            return p->entries[i];
    }
    return NULL;
}

/* --- worker --------------------------------------------------------------------------------- */

/* A picture being made: its pixels between decoding and encoding. */
struct making {
    struct picture_key key;
    int cols, rows, width, height;
    uint8_t *rgb;
    struct picture_thumb thumb;
    struct gfx_out preview;
    struct err err;
};

void picture_cells(const struct picture_key *key, int *cols, int *rows)
{
    const struct pictures_config *c = &key->config;
    bool wide = c->backend->exact && key->cols * c->cell_w > c->max_w,
         high = c->backend->exact && key->rows * c->cell_h > c->max_h;
    *cols = wide ? c->max_w / c->cell_w : key->cols;
    *rows = high ? c->max_h / c->cell_h : key->rows;
}

static void decode_one(struct making *m)
{
    const struct pictures_config *c = &m->key.config;
    bool exact = c->backend->exact;
    picture_cells(&m->key, &m->cols, &m->rows);
    c->backend->pixels(m->cols, m->rows, c->cell_w, c->cell_h, c->level, &m->width, &m->height);
    const struct picture_frame frame = {m->width, m->height, exact ? m->width : m->cols * c->cell_w,
                                        exact ? m->height : m->rows * c->cell_h, c->background};
    if (m->width < 1 || m->height < 1)
        err_set(&m->err, ERR_INVALID, "no room");
    else if (picture_make(&m->rgb, c->preview ? &m->thumb : NULL, &m->key.want, &frame, &m->err) ==
                 ERR_OK &&
             c->preview)
        preview_make(&m->preview, &m->thumb, &m->key);
}

static void notify(struct pictures *p)
{
    ssize_t n = write(p->pipe[1], "p", 1); /* a full pipe is fine: it is readable */
    (void)n;
}

/* Hands over what is known already, long before the page is encoded. Called and left without the
 * lock. */
static void hand_preview(struct pictures *p, struct making *m)
{
    if (!m->preview.cells)
        return;
    pthread_mutex_lock(&p->lock);
    struct entry *e = find_entry(p, &m->key);
    if (e && !e->thumb.image.rgb) {
        e->thumb = m->thumb;
        m->thumb = (struct picture_thumb){0};
    }
    if (e && !e->preview.cells) { /* one from another size's thumb may be on its way to the screen */
        e->preview = m->preview;
        m->preview = (struct gfx_out){0};
    }
    pthread_mutex_unlock(&p->lock);
    image_done(&m->thumb.image);
    gfx_out_done(&m->preview);
    notify(p);
}

/* Encodes and hands over; frees the pixels. Called and left without the lock. */
static void finish_one(struct pictures *p, struct making *m, struct gfx_palette *palette)
{
    struct gfx_out out = {0};
    const struct gfx_pixels pixels = {m->cols,   m->rows, m->width,
                                      m->height, m->rgb,  m->key.config.background,
                                      palette,   m->key.config.level, m->key.config.colors};
    if (m->err.code == ERR_OK && m->key.config.strips) { /* a strip will encode them */
        out = (struct gfx_out){
            .cols = m->cols, .rows = m->rows, .width = m->width, .height = m->height};
        str_add_n(&out.bytes, m->rgb, (size_t)m->width * (size_t)m->height * 3);
    } else if (m->err.code == ERR_OK)
        m->key.config.backend->encode(&out, &pixels, &m->err);
    free(m->rgb);
    pthread_mutex_lock(&p->lock);
    struct entry *e = find_entry(p, &m->key);
    if (!e) {
        gfx_out_done(&out);
    } else {
        e->out = out;
        e->id = ++p->next_id;
        e->state = m->err.code == ERR_OK ? ENTRY_READY : ENTRY_FAILED;
        snprintf(e->problem, sizeof e->problem, "%.*s", (int)sizeof e->problem - 1, m->err.message);
    }
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
    notify(p);
}

/* Takes a page's pending pictures, or one other picture. With the lock. */
static size_t take_work(struct pictures *p, struct making *work)
{
    size_t n = 0;
    for (int page = 0; page < 2 && n == 0; page++) {
        for (size_t i = 0; i < p->n && n < CANVAS_PICTURES; i++) {
            struct entry *e = p->entries[i];
            if (e->n_parts || e->state != ENTRY_PENDING || !e->wanted || e->key.want.page != page || (n && !page))
                continue;
            e->state = ENTRY_WORKING;
            work[n++] = (struct making){.key = e->key};
        }
    }
    return n;
}

/* Pixels of all pictures, evenly thinned, as one row. */
static struct gfx_palette *page_palette(const struct making *work, size_t n)
{
    const struct pictures_config *c = &work[0].key.config;
    size_t total = 0, used = 0;
    for (size_t i = 0; i < n; i++)
        total += work[i].rgb ? (size_t)work[i].width * (size_t)work[i].height : 0;
    if (!total || !c->backend->palette_new)
        return NULL;
    size_t step = total / MOSAIC_PIXELS + 1;
    uint8_t *mosaic = xmalloc((total / step + n + 1) * 3);
    for (size_t i = 0; i < n; i++) {
        size_t pixels = work[i].rgb ? (size_t)work[i].width * (size_t)work[i].height : 0;
        for (size_t k = 0; k < pixels; k += step)
            memcpy(mosaic + 3 * used++, work[i].rgb + 3 * k, 3);
    }
    struct gfx_palette *palette = c->backend->palette_new(mosaic, (int)used, 1, c->page_colors);
    free(mosaic);
    return palette;
}

/* Somebody still wants one of them. */
static bool still_wanted(struct pictures *p, const struct making *work, size_t n)
{
    bool wanted = false;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < n && !wanted && !p->quit; i++) {
        const struct entry *e = find_entry(p, &work[i].key);
        wanted = e && e->wanted;
    }
    pthread_mutex_unlock(&p->lock);
    return wanted;
}

/* Gives up: pictures go back to pending, so that they are made when wanted again. */
static void abandon(struct pictures *p, struct making *work, size_t n)
{
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < n; i++) {
        struct entry *e = find_entry(p, &work[i].key);
        if (e)
            e->state = ENTRY_PENDING;
        free(work[i].rgb);
    }
    pthread_mutex_unlock(&p->lock);
}

static void make_all(struct pictures *p, struct making *work, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!still_wanted(p, work, n)) {
            abandon(p, work, n);
            return;
        }
        decode_one(&work[i]);
        hand_preview(p, &work[i]);
    }
    struct gfx_palette *palette = n > 1 ? page_palette(work, n) : NULL;
    for (size_t i = 0; i < n; i++)
        finish_one(p, &work[i], palette);
    if (palette)
        work[0].key.config.backend->palette_free(palette);
}

static void *worker_main(void *user)
{
    struct pictures *p = user;
    struct making *work = xcalloc(CANVAS_PICTURES, sizeof *work);
    pthread_mutex_lock(&p->lock);
    while (!p->quit) {
        size_t n = take_work(p, work);
        if (n == 0) {
            if (strips_make(p)) {
                pthread_cond_broadcast(&p->done);
                notify(p);
            } else {
                pthread_cond_wait(&p->work, &p->lock);
            }
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        make_all(p, work, n);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    free(work);
    return NULL;
}

/* Signals are the UI thread's. */
static void start_worker(struct pictures *p)
{
    if (!p->running)
        p->running = thread_start(&p->thread, worker_main, p);
}

/* --- the UI's side -------------------------------------------------------------------------- */

static void set_config(struct pictures *p, const struct pictures_config *config)
{
    p->config = *config;
    p->config.cell_w = config->cell_w > 0 ? config->cell_w : 10;
    p->config.cell_h = config->cell_h > 0 ? config->cell_h : 20;
    p->config.max_w = config->max_w >= p->config.cell_w ? config->max_w : 1000;
    p->config.max_h = config->max_h >= p->config.cell_h ? config->max_h : 1000;
    p->config.cache_bytes = config->cache_bytes ? config->cache_bytes : CACHE_BYTES;
    p->config.page_colors = config->page_colors ? config->page_colors : PAGE_COLORS;
}

struct pictures *pictures_new(const struct pictures_config *config)
{
    struct pictures *p = xcalloc(1, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->done, NULL);
    if (pipe2(p->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        p->pipe[0] = p->pipe[1] = -1;
    set_config(p, config);
    start_worker(p); /* now: while libtorch is being loaded the C library lets nobody start a thread */
    return p;
}

static void drop_entries(struct pictures *p)
{
    for (size_t i = 0; i < p->n; i++)
        entry_free(p->entries[i]);
    p->n = 0;
}

void pictures_free(struct pictures *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    if (p->running)
        pthread_join(p->thread, NULL);
    drop_entries(p);
    free(p->entries);
    if (p->pipe[0] >= 0)
        close(p->pipe[0]), close(p->pipe[1]);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->done);
    free(p);
}

void pictures_configure(struct pictures *p, const struct pictures_config *config)
{
    pthread_mutex_lock(&p->lock);
    set_config(p, config);
    pthread_mutex_unlock(&p->lock);
}

void pictures_forget(struct pictures *p)
{
    pthread_mutex_lock(&p->lock);
    drop_entries(p);
    pthread_mutex_unlock(&p->lock);
}

int pictures_fd(const struct pictures *p)
{
    return p->pipe[0];
}

struct entry *add_entry(struct pictures *p)
{
    p->entries = xgrow(p->entries, &p->cap, p->n + 1, sizeof *p->entries);
    p->entries[p->n] = xcalloc(1, sizeof **p->entries);
    p->entries[p->n]->preview_id = ++p->next_id;
    return p->entries[p->n++];
}

/* The entry of a wanted picture, made when it is new. With the lock. */
static struct entry *want_entry(struct pictures *p, const struct canvas_picture *picture)
{
    struct picture_key key = {picture->want, p->config, picture->area.w, picture->area.h};
    struct entry *e = find_entry(p, &key);
    if (!e) {
        e = add_entry(p);
        e->key = key;
    }
    e->wanted = true;
    e->used = p->frame;
    return e;
}

/* Oldest unwanted results go until the rest fits. With the lock. */
static void evict(struct pictures *p)
{
    for (;;) {
        size_t total = 0, oldest = p->n;
        for (size_t i = 0; i < p->n; i++) {
            const struct entry *e = p->entries[i];
            total += entry_bytes(e);
            if (!e->wanted && e->state != ENTRY_WORKING &&
                (oldest == p->n || e->used < p->entries[oldest]->used))
                oldest = i;
        }
        if (total <= p->config.cache_bytes || oldest == p->n)
            return;
        entry_free(p->entries[oldest]);
        p->entries[oldest] = p->entries[--p->n];
    }
}

/* What nobody waits for any more and failures: made anew when wanted again. With the lock. */
static void drop_stale(struct pictures *p)
{
    for (size_t i = 0; i < p->n;) {
        struct entry *e = p->entries[i];
        if (e->wanted || e->state == ENTRY_READY || e->state == ENTRY_WORKING) {
            i++;
            continue;
        }
        entry_free(e);
        p->entries[i] = p->entries[--p->n];
    }
}

static void drain(int fd)
{
    char bytes[64];
    while (fd >= 0 && read(fd, bytes, sizeof bytes) > 0)
        ;
}

static void fill_shown(struct picture_shown *shown, const struct entry *e, struct area area)
{
    *shown = (struct picture_shown){.area = area};
    if (e->state == ENTRY_FAILED)
        shown->problem = e->problem;
    if (e->state != ENTRY_READY)
        return;
    shown->id = e->id;
    shown->out = &e->out;
    shown->area = (struct area){area.x + (area.w - e->out.cols) / 2,
                                area.y + (area.h - e->out.rows) / 2, e->out.cols, e->out.rows};
    shown->full_rows =
        e->key.config.backend->exact ? e->out.height / e->key.config.cell_h : e->out.rows;
}

void pictures_frame(struct pictures *p, struct canvas *canvas, struct picture_shown *shown)
{
    bool pending = false;
    drain(p->pipe[0]);
    pthread_mutex_lock(&p->lock);
    p->frame++;
    for (size_t i = 0; i < p->n; i++)
        p->entries[i]->wanted = false;
    for (int i = 0; i < canvas->n_pictures; i++) {
        shown[i] = (struct picture_shown){.area = canvas->pictures[i].area};
        if (!p->config.backend)
            continue;
        struct entry *e = want_entry(p, &canvas->pictures[i]);
        pending = pending || e->state == ENTRY_PENDING;
        fill_shown(&shown[i], e, canvas->pictures[i].area);
        preview_frame(p, e, canvas->pictures[i].area, &shown[i]);
    }
    if (p->config.backend && p->config.strips)
        pending = strips_frame(p, canvas, shown) || pending;
    drop_stale(p);
    evict(p);
    if (pending) {
        start_worker(p);
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
}

/* --- drawing -------------------------------------------------------------------------------- */

static void draw_cells(struct canvas *canvas, int index, const struct picture_shown *s,
                       const struct gfx_cell *cells)
{
    for (int i = 0; i < s->area.w * s->area.h; i++) {
        int x = s->area.x + i % s->area.w, y = s->area.y + i / s->area.w;
        struct cell *cell = &canvas->cells[y * canvas->cols + x];
        const struct gfx_cell *g = &cells[i];
        if (cell->picture != index + 1 || !g->ch)
            continue;
        cell->ch = g->ch;
        cell->rgb = g->color;
        cell->fg = g->fg;
        cell->bg = g->bg;
    }
}

/* Without a result: the file's name, and why there is none. */
static void draw_name(struct canvas *canvas, int index, const struct picture_shown *s)
{
    struct area a = canvas->pictures[index].area;
    struct canvas line;
    canvas_init(&line, a.w, a.h);
    line.ascii = canvas->ascii;
    canvas_put_cut(&line, canvas_area(&line), 0, (a.h - 1) / 2, a.w, ROLE_DIM,
                   path_base(canvas->pictures[index].want.path), true);
    if (s->problem)
        canvas_put_cut(&line, canvas_area(&line), 0, (a.h - 1) / 2 + 1, a.w, ROLE_STATE_WARN,
                       s->problem, true);
    for (int i = 0; i < a.w * a.h; i++) {
        struct cell *cell = &canvas->cells[(a.y + i / a.w) * canvas->cols + a.x + i % a.w];
        if (cell->picture == index + 1)
            *cell = line.cells[i];
    }
    canvas_done(&line);
}

void pictures_draw(struct canvas *canvas, const struct picture_shown *shown)
{
    for (int i = 0; i < canvas->n_pictures; i++) {
        if (shown[i].out && shown[i].out->cells)
            draw_cells(canvas, i, &shown[i], shown[i].out->cells);
        else if (shown[i].preview && !shown[i].problem)
            draw_cells(canvas, i, &shown[i], shown[i].preview->cells);
        else if (!shown[i].out)
            draw_name(canvas, i, &shown[i]);
    }
}

static bool all_done(struct pictures *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->entries[i]->wanted && p->entries[i]->state < ENTRY_READY)
            return false;
    }
    return true;
}

bool pictures_wait(struct pictures *p, double seconds)
{
    double until = clock_now() + seconds;
    pthread_mutex_lock(&p->lock);
    while (!all_done(p) && clock_wait(&p->done, &p->lock, until))
        ;
    bool done = all_done(p);
    pthread_mutex_unlock(&p->lock);
    return done;
}
