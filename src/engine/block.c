/* Immutable blocks: reference counts, the store, and the writers of each kind. views.c reads what is written here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/block.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "engine/compare.h"
#include "engine/layout.h"

/* What a public block is inside. */
struct counted {
    struct block block; /* first: the two addresses are the same */
    atomic_int refs;
};

static struct counted *counted_new(enum block_kind kind, uint8_t *bytes, size_t n)
{
    struct counted *c = xcalloc(1, sizeof *c);
    c->block = (struct block){.kind = kind, .n_bytes = n, .bytes = bytes};
    atomic_init(&c->refs, 1);
    return c;
}

const struct block *block_from_bytes(enum block_kind kind, const void *bytes, size_t n)
{
    return &counted_new(kind, xmemdup(bytes, n), n)->block;
}

const struct block *block_retain(const struct block *block)
{
    if (block)
        atomic_fetch_add(&((struct counted *)block)->refs, 1);
    return block;
}

void block_release(const struct block *block)
{
    struct counted *c = (struct counted *)block;
    if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    free((void *)c->block.bytes);
    free(c);
}

uint64_t block_store_add(struct block_store *store, enum block_kind kind, struct str *bytes)
{
    size_t n = bytes->len;
    struct counted *c = counted_new(kind, (uint8_t *)str_take(bytes), n);
    c->block.id = ++store->last_id;
    const struct block **slot = &store->kept[kind][store->next[kind]++ % BLOCKS_KEPT];
    block_release(*slot);
    *slot = &c->block;
    return c->block.id;
}

const struct block *block_store_get(struct block_store *store, uint64_t id)
{
    for (int k = 0; k < BLOCK_KINDS; k++) {
        for (int i = 0; i < BLOCKS_KEPT; i++) {
            const struct block *block = store->kept[k][i];
            if (block && block->id == id)
                return block_retain(block);
        }
    }
    return NULL;
}

void block_store_done(struct block_store *store)
{
    for (int k = 0; k < BLOCK_KINDS; k++) {
        for (int i = 0; i < BLOCKS_KEPT; i++)
            block_release(store->kept[k][i]);
    }
}

/* --- writers: header, records, then the texts that records point into ------------------------------------------- */

/* Texts of a block on their way: NUL-terminated, found by offset. */
static uint32_t text_at(struct str *texts, const char *text)
{
    uint32_t at = (uint32_t)texts->len;
    str_add(texts, text ? text : "");
    str_add_c(texts, '\0');
    return at;
}

static void finish(struct str *out, struct str *texts)
{
    put_bytes(out, texts->s, texts->len);
    str_done(texts);
}

static void add_class(struct str *out, struct str *texts, const struct ds_class *c, size_t first)
{
    put_u32(out, text_at(texts, c->name));
    put_u64(out, c->n_files);
    put_u64(out, c->n_used);
    put_u64(out, first);
    put_u64(out, c->bytes);
}

static void add_file(struct str *out, struct str *texts, const struct ds_file *f)
{
    put_u32(out, text_at(texts, f->name));
    put_u32(out, text_at(texts, f->detail));
    put_u32(out, (uint32_t)f->cls);
    put_u8(out, (uint8_t)f->status);
    put_u8(out, (uint8_t)f->given);
    put_u8(out, (uint8_t)f->kind);
    put_u8(out, (uint8_t)f->orientation);
    put_u32(out, (uint32_t)f->width);
    put_u32(out, (uint32_t)f->height);
    put_u8(out, f->other_suffix);
    put_u64(out, f->bytes);
}

static void dataset_header(struct str *out, struct str *texts, const struct dataset *ds, bool listing_only)
{
    put_u32(out, text_at(texts, ds->root));
    put_u64(out, ds->n_classes);
    put_u64(out, ds->n_files);
    put_u64(out, ds->n_notes);
    put_u64(out, ds->n_pairs);
    put_u64(out, dataset_used(ds));
    put_u8(out, (uint8_t)(ds->given_parts | ds->incomplete << 1 | listing_only << 2));
    put_u64(out, ds->fingerprint);
    for (int s = 0; s < 16; s++)
        put_u64(out, s < FILE_STATUS_COUNT ? ds->by_status[s] : 0);
}

void block_dataset(struct str *out, const struct dataset *ds, bool listing_only)
{
    struct str texts = STR_INIT;
    dataset_header(out, &texts, ds, listing_only);
    for (size_t i = 0, file = 0; i < ds->n_classes; i++) { /* files are sorted by class */
        while (file < ds->n_files && ds->files[file].cls != (int)i && ds->classes[i].n_files)
            file++;
        add_class(out, &texts, &ds->classes[i], file);
        file += ds->classes[i].n_files;
    }
    for (size_t i = 0; i < ds->n_files; i++)
        add_file(out, &texts, &ds->files[i]);
    for (size_t i = 0; i < ds->n_notes; i++) {
        put_u32(out, text_at(&texts, ds->notes[i].text));
        put_u8(out, ds->notes[i].problem);
    }
    for (size_t i = 0; i < ds->n_pairs; i++) {
        put_u64(out, ds->pairs[i].a);
        put_u64(out, ds->pairs[i].b);
        put_u8(out, (uint8_t)(ds->pairs[i].conflict | ds->pairs[i].across_parts << 1));
    }
    finish(out, &texts);
}

void block_result(struct str *out, const struct result *r)
{
    struct str texts = STR_INIT;
    put_u32(out, (uint32_t)r->n_classes);
    put_u32(out, (uint32_t)r->epoch);
    put_u64(out, r->n);
    put_f64(out, r->loss);
    put_f64(out, r->acc);
    put_f64(out, r->balanced);
    put_u32(out, text_at(&texts, r->what));
    put_u32(out, (uint32_t)r->n_top);
    for (int k = 0; k < r->n_classes; k++)
        put_u32(out, text_at(&texts, r->classes[k]));
    for (int i = 0; i < r->n_classes * r->n_classes; i++)
        put_u64(out, r->counts ? (uint64_t)r->counts[i] : 0);
    for (size_t i = 0; i < r->n; i++) {
        const struct prediction_row *row = &r->rows[i];
        put_u32(out, text_at(&texts, row->file));
        put_u32(out, text_at(&texts, row->problem));
        put_u32(out, (uint32_t)row->truth);
        put_u32(out, (uint32_t)row->predicted);
        put_f64(out, row->probability);
    }
    for (size_t i = 0; i < r->n * (size_t)r->n_top; i++) {
        put_u32(out, (uint32_t)r->tops[i].cls);
        put_f64(out, r->tops[i].probability);
    }
    finish(out, &texts);
}

void block_compare(struct str *out, const struct comparison *c)
{
    struct str texts = STR_INIT;
    put_u64(out, c->n_runs);
    put_u64(out, c->n_settings);
    put_u64(out, c->n_same);
    for (size_t r = 0; r < c->n_runs; r++) {
        const struct compared *run = &c->runs[r];
        put_u32(out, text_at(&texts, run->folder));
        put_u32(out, text_at(&texts, path_base(run->folder)));
        put_u32(out, text_at(&texts, run->problem));
        put_u64(out, run->n_epochs);
    }
    for (size_t r = 0; r < c->n_runs; r++) {
        for (size_t i = 0; i < c->runs[r].n_epochs; i++) {
            put_u32(out, (uint32_t)c->runs[r].epochs[i].epoch);
            put_f64(out, c->runs[r].epochs[i].val_loss);
            put_f64(out, c->runs[r].epochs[i].val_acc);
        }
    }
    for (size_t i = 0; i < c->n_settings; i++) {
        put_u32(out, text_at(&texts, c->settings[i].name));
        for (size_t r = 0; r < c->n_runs; r++)
            put_u32(out, text_at(&texts, c->settings[i].values[r]));
    }
    finish(out, &texts);
}

void block_runs(struct str *out, const struct run_row *rows, size_t n)
{
    struct str texts = STR_INIT;
    put_u64(out, n);
    for (size_t i = 0; i < n; i++) {
        const struct run_row *r = &rows[i];
        const char *const list[RUN_TEXTS] = {r->folder, r->name, r->state,   r->mode, r->preset,
                                             r->model,  r->data, r->started, r->note, r->remark};
        for (int k = 0; k < RUN_TEXTS; k++)
            put_u32(out, text_at(&texts, list[k]));
        put_u32(out, (uint32_t)r->epochs);
        put_u32(out, (uint32_t)r->best_epoch);
        put_f64(out, r->best_val_acc);
        put_f64(out, r->best_val_loss);
        put_f64(out, r->seconds);
    }
    finish(out, &texts);
}

void block_text(struct str *out, const char *text)
{
    str_add_n(out, text, strlen(text) + 1);
}
