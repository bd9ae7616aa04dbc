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
#include "engine/result_sort.h"

/* What a public block is inside. */
struct counted {
    struct block block; /* first: the two addresses are the same */
    atomic_int refs;
    atomic_bool good;
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

bool block_is_good(const struct block *block)
{
    return atomic_load(&((struct counted *)block)->good);
}

void block_set_good(const struct block *block)
{
    atomic_store(&((struct counted *)block)->good, true);
}

const struct block *block_new(enum block_kind kind, struct str *bytes)
{
    struct ds_view ds;
    struct result_view result;
    size_t n = bytes->len;
    const struct block *block = &counted_new(kind, (uint8_t *)str_take(bytes), n)->block;
    if (kind == BLOCK_DATASET)
        ds_view_open(&ds, block, NULL);
    else if (kind == BLOCK_RESULT || kind == BLOCK_PREDICTIONS)
        result_view_open(&result, block, NULL);
    return block;
}

uint64_t block_store_add(struct block_store *store, const struct block *block)
{
    struct counted *c = (struct counted *)block;
    const struct block **slot = &store->kept[block->kind][store->next[block->kind]++ % BLOCKS_KEPT];
    c->block.id = ++store->last_id;
    block_release(*slot);
    *slot = block;
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

/* Of the files in pairs. */
struct twin {
    uint32_t file, n;
    bool conflict;
};

static void add_twin(struct twin *t, size_t other, bool conflict)
{
    t->file = t->n++ ? t->file : (uint32_t)other;
    t->conflict |= conflict;
}

static struct twin *find_twins(const struct dataset *ds)
{
    struct twin *twins = xcalloc(ds->n_files, sizeof *twins);
    for (size_t i = 0; i < ds->n_files; i++)
        twins[i].file = DS_NO_TWIN;
    for (size_t i = 0; i < ds->n_pairs; i++) {
        const struct ds_pair *p = &ds->pairs[i];
        add_twin(&twins[p->a], p->b, p->conflict);
        add_twin(&twins[p->b], p->a, p->conflict);
    }
    return twins;
}

static void add_file(struct str *out, struct str *texts, const struct ds_file *f, const struct twin *twin)
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
    put_u8(out, (uint8_t)(f->other_suffix | twin->conflict << 1));
    put_u64(out, f->bytes);
    put_u32(out, twin->file);
    put_u32(out, twin->n);
}

/* Problems before other notes. Returns how many of them there are; out NULL: only that. */
static size_t put_notes(struct str *out, struct str *texts, const struct dataset *ds)
{
    size_t n = 0;
    for (int problem = 1; problem >= 0; problem--) {
        for (size_t i = 0; i < ds->n_notes; i++) {
            if (ds->notes[i].problem != problem)
                continue;
            n += (size_t)problem;
            if (!out)
                continue;
            put_u32(out, text_at(texts, ds->notes[i].text));
            put_u8(out, (uint8_t)problem);
        }
    }
    return n;
}

/* Conflicts before other pairs; else as put_notes. */
static size_t put_pairs(struct str *out, const struct dataset *ds)
{
    size_t n = 0;
    for (int conflict = 1; conflict >= 0; conflict--) {
        for (size_t i = 0; i < ds->n_pairs; i++) {
            const struct ds_pair *p = &ds->pairs[i];
            if (p->conflict != conflict)
                continue;
            n += (size_t)conflict;
            if (!out)
                continue;
            put_u64(out, p->a);
            put_u64(out, p->b);
            put_u8(out, (uint8_t)(p->conflict | p->across_parts << 1));
        }
    }
    return n;
}

static void put_skipped(struct str *out, const struct dataset *ds)
{
    for (int status = FILE_USED + 1; status < FILE_STATUS_COUNT; status++) {
        for (size_t i = 0; i < ds->n_files && ds->by_status[status]; i++) {
            if ((int)ds->files[i].status == status)
                put_u32(out, (uint32_t)i);
        }
    }
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
    put_u64(out, put_notes(NULL, NULL, ds));
    put_u64(out, put_pairs(NULL, ds));
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
    struct twin *twins = find_twins(ds);
    for (size_t i = 0; i < ds->n_files; i++)
        add_file(out, &texts, &ds->files[i], &twins[i]);
    free(twins);
    put_notes(out, &texts, ds);
    put_pairs(out, ds);
    put_skipped(out, ds);
    finish(out, &texts);
}

static void put_numbers(struct str *out, const struct result *r)
{
    for (int k = 0; k < r->n_classes; k++) {
        struct result_class c = result_numbers(r, k);
        put_u64(out, (uint64_t)c.n);
        put_u64(out, (uint64_t)c.predicted);
        put_u64(out, (uint64_t)c.right);
        put_u32(out, (uint32_t)c.taken_for);
        put_u64(out, (uint64_t)c.n_taken);
    }
}

static void put_order(struct str *out, const uint32_t *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_u32(out, rows[i]);
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
    struct result_orders orders;
    result_sort(&orders, r);
    put_u64(out, orders.n_mistakes);
    put_u64(out, orders.n_known);
    for (int k = 0; k < r->n_classes; k++)
        put_u32(out, text_at(&texts, r->classes[k]));
    for (int i = 0; i < r->n_classes * r->n_classes; i++)
        put_u64(out, r->counts ? (uint64_t)r->counts[i] : 0);
    put_numbers(out, r);
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
    put_order(out, orders.by_name, r->n);
    put_order(out, orders.mistakes, orders.n_mistakes);
    put_order(out, orders.by_class, orders.n_known);
    put_order(out, orders.by_cell, orders.n_known);
    result_orders_done(&orders);
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
        put_u32(out, (uint32_t)r->planned);
        put_u32(out, 0);
    }
    finish(out, &texts);
}

void block_text(struct str *out, const char *text)
{
    str_add_n(out, text, strlen(text) + 1);
}
