/* One file to its squares.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/square.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/mem.h"
#include "data/internal.h"

/* Finished squares of a picture and its size, which the draws need. */
struct square {
    int width, height;
    uint8_t rgb[];
};

struct square_cache {
    const struct dataset *ds;
    struct loader_config config;
    size_t bytes;                /* of a picture's squares */
    _Atomic(struct square *) *squares; /* by file; NULL without a cache */
    atomic_size_t used;
};

size_t loader_picture_bytes(const struct loader_config *config)
{
    return (size_t)config->views * (size_t)config->size * (size_t)config->size * 3;
}

struct square_cache *square_cache_new(const struct dataset *ds, const struct loader_config *config)
{
    struct square_cache *cache = xcalloc(1, sizeof *cache);
    cache->ds = ds;
    cache->config = *config;
    cache->bytes = loader_picture_bytes(config);
    /* Flip and jitter are applied later, so that only a random window makes every epoch's square
     * another one. */
    if (config->cache_bytes && !config->augment.crop)
        cache->squares = xcalloc(ds->n_files, sizeof *cache->squares);
    return cache;
}

void square_cache_free(struct square_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; cache->squares && i < cache->ds->n_files; i++)
        free(atomic_load(&cache->squares[i]));
    free(cache->squares);
    free(cache);
}

static const struct square *look_up(const struct square_cache *cache, uint32_t file)
{
    return cache->squares ? atomic_load(&cache->squares[file]) : NULL;
}

static void remember(struct square_cache *cache, uint32_t file, const struct image *image,
                     const uint8_t *rgb)
{
    size_t bytes = sizeof(struct square) + cache->bytes;
    if (!cache->squares)
        return;
    if (atomic_fetch_add(&cache->used, bytes) + bytes > cache->config.cache_bytes) {
        atomic_fetch_sub(&cache->used, bytes);
        return;
    }
    struct square *square = xmalloc(bytes), *none = NULL;
    square->width = image->width;
    square->height = image->height;
    memcpy(square->rgb, rgb, cache->bytes);
    /* The same file may be listed twice and be made twice at once. */
    if (!atomic_compare_exchange_strong(&cache->squares[file], &none, square)) {
        free(square);
        atomic_fetch_sub(&cache->used, bytes);
    }
}

/* The draw depends on (seed, epoch, file) and the picture's size alone, never on threads or order. */
static void draw_item(struct batch_item *item, const struct loader_config *config, int epoch,
                      int width, int height)
{
    struct rng rng = rng_at(config->seed, RNG_AUGMENT, (uint64_t)epoch, item->file);
    item->draw = augment_draw(&config->augment, width, height, &rng);
    if (config->augment.crop)
        return;
    item->draw.window = config->crop_eval ? crop_view(width, height, 0, config->views) : (struct rect){0, 0, width, height};
}

static void resize(uint8_t *out, const struct loader_config *config, const struct image *image,
                   struct rect window)
{
    if (config->antialias)
        resize_antialias(out, config->size, config->size, image, window);
    else
        resize_bilinear(out, config->size, config->size, image, window);
}

/* The square of the draw's window, whose flip and jitter are the net's; or all views, which are finished here. */
static void make_squares(uint8_t *out, const struct loader_config *config, const struct image *image, const struct augment_draw *draw)
{
    size_t bytes = loader_picture_bytes(config) / (size_t)config->views;
    if (config->views == 1)
        resize(out, config, image, draw->window);
    for (int v = 0; v < config->views && config->views > 1; v++) {
        struct augment_draw view = {.window = crop_view(image->width, image->height, v, config->views),
                                    .flip = config->mirror_views && (v + (config->views - 1) / 2) % 2,
                                    .brightness = 1, .contrast = 1, .saturation = 1};
        augment_apply(out + (size_t)v * bytes, config->size, image, &view, config->antialias);
    }
}

static bool because(char *reason, size_t size, const char *text)
{
    snprintf(reason, size, "%s", text);
    return false;
}

/* Decodes what the scan has accepted: the same bytes by their hash. Without a scan, damaged data is
 * refused. */
static bool decode(struct image *image, const struct ds_file *f, const uint8_t *bytes, size_t n,
                   char *reason, size_t size)
{
    bool hashed = f->hash_hi || f->hash_lo;
    if (hashed) {
        XXH128_hash_t hash = XXH3_128bits(bytes, n);
        if (hash.high64 != f->hash_hi || hash.low64 != f->hash_lo)
            return because(reason, size, "changed since the scan");
    }
    struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    uint64_t known = (uint64_t)f->width * (uint64_t)f->height;
    if (hashed && known > limits.max_pixels)
        limits.max_pixels = known;
    struct image_info info = {0};
    struct err err = {0};
    if (image_decode(image, bytes, n, &limits, 0, &info, &err) != ERR_OK)
        return because(reason, size, err.message);
    if (info.warnings && !hashed) {
        image_done(image);
        return because(reason, size, info.warning);
    }
    return true;
}

static bool load(struct image *image, const struct dataset *ds, uint32_t file, char *reason, size_t size)
{
    uint8_t *bytes;
    size_t n;
    char *path = dataset_path(ds, file);
    int errnum = data_read(path, 0, &bytes, &n);
    free(path);
    if (errnum)
        return because(reason, size, strerror(errnum));
    bool ok = decode(image, &ds->files[file], bytes, n, reason, size);
    free(bytes);
    return ok;
}

bool square_make(uint8_t *out, struct batch_item *item, struct square_cache *cache, int epoch,
                 char *reason, size_t size)
{
    const struct square *known = look_up(cache, item->file);
    if (known) {
        memcpy(out, known->rgb, cache->bytes);
        draw_item(item, &cache->config, epoch, known->width, known->height);
        return true;
    }
    struct image image = {0};
    if (!load(&image, cache->ds, item->file, reason, size))
        return false;
    draw_item(item, &cache->config, epoch, image.width, image.height);
    make_squares(out, &cache->config, &image, &item->draw);
    remember(cache, item->file, &image, out);
    image_done(&image);
    return true;
}

enum err_code loader_square(uint8_t *out, const char *path, const struct loader_config *config,
                            struct image_info *info, struct err *err)
{
    struct image image = {0};
    struct image_info own = {0};
    struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    enum err_code code = image_load(&image, path, &limits, 0, info ? info : &own, err);
    if (code != ERR_OK)
        return code;
    struct batch_item item = {0};
    struct loader_config fixed = *config;
    fixed.augment = (struct augment_limits){0};
    draw_item(&item, &fixed, 0, image.width, image.height);
    make_squares(out, &fixed, &image, &item.draw);
    image_done(&image);
    return ERR_OK;
}
