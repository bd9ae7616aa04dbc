/* Previews: pictures in cells, shown until the picture itself is there. They come from a thumb that
 * is left over when a file was read: the same picture in another size has one already, and a part of
 * it finds itself on the whole one's. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_private.h"

#include <stdlib.h>

void preview_make(struct gfx_out *out, const struct picture_thumb *thumb,
                  const struct picture_key *key)
{
    const struct pictures_config *c = &key->config;
    struct gfx_pixels pixels = {.background = c->background, .level = c->level};
    picture_cells(key, &pixels.cols, &pixels.rows);
    c->preview->pixels(pixels.cols, pixels.rows, c->cell_w, c->cell_h, c->level, &pixels.width,
                       &pixels.height);
    const struct picture_frame frame = {pixels.width, pixels.height, pixels.cols * c->cell_w,
                                        pixels.rows * c->cell_h, c->background};
    pixels.rgb = picture_from_thumb(thumb, &key->want, &frame);
    c->preview->encode(out, &pixels, NULL); /* cells need nothing that could fail */
    free(pixels.rgb);
}

/* Of the same picture in any size; else of the whole one. */
static const struct picture_thumb *find_thumb(const struct pictures *p,
                                              const struct picture_want *want)
{
    const struct picture_thumb *whole = NULL;
    struct picture_want all = *want;
    all.window = (struct picture_window){0};
    for (size_t i = 0; i < p->n; i++) {
        const struct entry *e = p->entries[i];
        if (!e->thumb.image.rgb || e->n_parts)
            continue;
        if (same_picture(&e->key.want, want))
            return &e->thumb;
        if (!whole && !want->frame && same_picture(&e->key.want, &all))
            whole = &e->thumb;
    }
    return whole;
}

void preview_frame(struct pictures *p, struct entry *e, struct area area,
                   struct picture_shown *shown)
{
    const struct picture_thumb *thumb = NULL;
    if (!p->config.preview || !e->key.config.preview)
        return;
    if (!e->preview.cells && e->state < ENTRY_READY)
        thumb = find_thumb(p, &e->key.want);
    if (thumb)
        preview_make(&e->preview, thumb, &e->key);
    if (!e->preview.cells)
        return;
    shown->preview = &e->preview;
    shown->preview_id = e->preview_id;
    shown->area = (struct area){area.x + (area.w - e->preview.cols) / 2,
                                area.y + (area.h - e->preview.rows) / 2, e->preview.cols,
                                e->preview.rows};
}
