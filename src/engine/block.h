/* Immutable blocks: the store, and a writer that puts records and texts together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_BLOCK_H
#define FL_ENGINE_BLOCK_H

#include "base/bytes.h"
#include "data/dataset.h"
#include "engine/engine.h"

#define BLOCKS_KEPT 16 /* of each kind */
#define BLOCK_KINDS (BLOCK_TEXT + 1)

/* Not locked: the engine's lock guards it. */
struct block_store {
    uint64_t last_id;
    const struct block *kept[BLOCK_KINDS][BLOCKS_KEPT];
    unsigned next[BLOCK_KINDS];
};

/* Takes the bytes over, and opens them once so that later nobody waits for that. Without a number yet. */
const struct block *block_new(enum block_kind kind, struct str *bytes);
/* Takes the block over, which nobody else has yet; returns the id. Short, whatever its size. */
uint64_t block_store_add(struct block_store *store, const struct block *block);
/* Whether somebody has opened it without finding a fault. thread: any */
bool block_is_good(const struct block *block);
void block_set_good(const struct block *block);
const struct block *block_store_get(struct block_store *store, uint64_t id); /* a new reference, or NULL */
const struct block *block_retain(const struct block *block); /* one more reference; NULL is fine */
void block_store_done(struct block_store *store);

/* A likely class of a picture; cls -1: none. */
struct top_class {
    int cls;
    double probability;
};

/* A result on its way into a block. */
struct result {
    int n_classes, epoch;
    const char *const *classes; /* borrowed */
    const char *what;
    double loss, acc, balanced;
    const int64_t *counts;      /* [n_classes * n_classes] */
    size_t n;
    struct prediction_row *rows; /* texts borrowed */
    int n_top;                   /* 0 to RESULT_TOP */
    const struct top_class *tops; /* [n * n_top] */
};
void block_result(struct str *out, const struct result *result);
void block_dataset(struct str *out, const struct dataset *ds, bool listing_only);
struct comparison;
void block_compare(struct str *out, const struct comparison *c);
void block_runs(struct str *out, const struct run_row *rows, size_t n);
void block_text(struct str *out, const char *text);

#endif
