/* Views into blocks. Opening checks sizes and every text offset, so that reading cannot fail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <stdio.h>
#include <string.h>

#include "data/dataset.h"
#include "engine/block.h"
#include "engine/layout.h"

/* Unaligned little-endian number at p. */
static uint64_t number_at(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = bytes; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

static uint32_t u32_at(const uint8_t *p)
{
    return (uint32_t)number_at(p, 4);
}

static uint64_t u64_at(const uint8_t *p)
{
    return number_at(p, 8);
}

static double f64_at(const uint8_t *p)
{
    uint64_t bits = u64_at(p);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Where the parts of a block lie while it is opened. */
struct opening {
    const uint8_t *p, *end;
    bool bad;
};

static const uint8_t *section(struct opening *o, uint64_t n, size_t size)
{
    const uint8_t *at = o->p;
    if (o->bad || n > (uint64_t)(o->end - o->p) / size) {
        o->bad = true;
        return NULL;
    }
    o->p += n * size;
    return at;
}

/* The texts at the end: length, bytes, the last one a NUL. */
static const uint8_t *texts_section(struct opening *o, size_t *n)
{
    const uint8_t *length = section(o, 1, 8);
    *n = length ? (size_t)u64_at(length) : 0;
    const uint8_t *texts = section(o, *n, 1);
    if (!o->bad && (o->p != o->end || (*n && texts[*n - 1] != '\0')))
        o->bad = true;
    return texts;
}

/* Checks the text offsets, n of them, at p, p + step, ... */
static bool offsets_good(const uint8_t *p, uint64_t n, size_t step, size_t n_texts)
{
    for (uint64_t i = 0; i < n; i++) {
        if (u32_at(p + i * step) >= n_texts)
            return false;
    }
    return true;
}

static enum err_code malformed(struct err *err, const char *what)
{
    return err_set(err, ERR_FORMAT, "%s block: malformed", what);
}

/* --- data set ------------------------------------------------------------------------------------------------ */

static void read_ds_header(struct ds_view *v, const uint8_t *h)
{
    size_t *const counts[] = {&v->n_classes, &v->n_files, &v->n_notes, &v->n_pairs, &v->n_used};
    for (int i = 0; i < 5; i++)
        *counts[i] = (size_t)u64_at(h + 4 + 8 * i);
    v->given_parts = h[44] & 1;
    v->incomplete = h[44] >> 1 & 1;
    v->listing_only = h[44] >> 2 & 1;
    v->fingerprint = u64_at(h + 45);
    for (int s = 0; s < 16; s++)
        v->by_status[s] = u64_at(h + 53 + 8 * s);
    v->n_problems = (size_t)u64_at(h + 181);
    v->n_conflicts = (size_t)u64_at(h + 189);
}

/* Numbers below a bound, n of them, one after the other. */
static bool numbers_good(const uint8_t *p, uint64_t n, uint64_t below)
{
    for (uint64_t i = 0; i < n; i++) {
        if (u32_at(p + 4 * i) >= below)
            return false;
    }
    return true;
}

static uint64_t skipped(const struct ds_view *v)
{
    uint64_t n = 0;
    for (int status = 1; status < 16; status++)
        n += v->by_status[status];
    return n;
}

static bool ds_numbers_good(const struct ds_view *v)
{
    for (size_t i = 0; i < v->n_files; i++) {
        int cls = (int)u32_at(v->at_files + i * DS_FILE + 8);
        uint32_t twin = u32_at(v->at_files + i * DS_FILE + 33), twins = u32_at(v->at_files + i * DS_FILE + 37);
        if (cls < -1 || (cls >= 0 && (size_t)cls >= v->n_classes) || (twins && twin >= v->n_files))
            return false;
    }
    if (v->n_problems > v->n_notes || v->n_conflicts > v->n_pairs || skipped(v) != v->n_files - v->n_used ||
        !numbers_good(v->at_skipped, v->n_files - v->n_used, v->n_files))
        return false;
    for (size_t i = 0, seen = 0; i < v->n_classes; i++) { /* one after the other, within the files */
        struct ds_class_row c = ds_view_class(v, i);
        if (c.first_file < seen || c.first_file > v->n_files || c.n_files > v->n_files - c.first_file)
            return false;
        seen = c.first_file + c.n_files;
    }
    for (size_t i = 0; i < v->n_pairs; i++) {
        const uint8_t *p = v->at_pairs + i * DS_PAIR;
        if (u64_at(p) >= v->n_files || u64_at(p + 8) >= v->n_files)
            return false;
    }
    return true;
}

enum err_code ds_view_open(struct ds_view *v, const struct block *block, struct err *err)
{
    memset(v, 0, sizeof *v);
    if (block->kind != BLOCK_DATASET)
        return err_set(err, ERR_FORMAT, "not a data set block");
    struct opening o = {.p = block->bytes, .end = block->bytes + block->n_bytes};
    const uint8_t *header = section(&o, 1, DS_HEADER);
    if (!header)
        return malformed(err, "data set");
    read_ds_header(v, header);
    if (v->n_used > v->n_files)
        return malformed(err, "data set");
    v->at_classes = section(&o, v->n_classes, DS_CLASS);
    v->at_files = section(&o, v->n_files, DS_FILE);
    v->at_notes = section(&o, v->n_notes, DS_NOTE);
    v->at_pairs = section(&o, v->n_pairs, DS_PAIR);
    v->at_skipped = section(&o, v->n_files - v->n_used, 4);
    size_t n;
    v->at_texts = texts_section(&o, &n);
    if (o.bad)
        return malformed(err, "data set");
    bool good = block_is_good(block);
    if (!good && (!offsets_good(header, 1, 4, n) || !offsets_good(v->at_classes, v->n_classes, DS_CLASS, n) ||
                  !offsets_good(v->at_files, v->n_files, DS_FILE, n) ||
                  !offsets_good(v->at_files + 4, v->n_files, DS_FILE, n) ||
                  !offsets_good(v->at_notes, v->n_notes, DS_NOTE, n) || !ds_numbers_good(v)))
        return malformed(err, "data set");
    block_set_good(block);
    v->root = (const char *)v->at_texts + u32_at(header);
    return ERR_OK;
}

struct ds_class_row ds_view_class(const struct ds_view *v, size_t i)
{
    const uint8_t *p = v->at_classes + i * DS_CLASS;
    return (struct ds_class_row){.name = (const char *)v->at_texts + u32_at(p),
                                 .n_files = (size_t)u64_at(p + 4),
                                 .n_used = (size_t)u64_at(p + 12),
                                 .first_file = (size_t)u64_at(p + 20),
                                 .bytes = u64_at(p + 28)};
}

struct ds_file_row ds_view_file(const struct ds_view *v, size_t i)
{
    const uint8_t *p = v->at_files + i * DS_FILE;
    return (struct ds_file_row){.name = (const char *)v->at_texts + u32_at(p),
                                .detail = (const char *)v->at_texts + u32_at(p + 4),
                                .cls = (int)u32_at(p + 8),
                                .status = p[12],
                                .part = p[13],
                                .kind = p[14],
                                .orientation = p[15],
                                .width = (int)u32_at(p + 16),
                                .height = (int)u32_at(p + 20),
                                .other_suffix = p[24] & 1,
                                .conflict = p[24] >> 1 & 1,
                                .bytes = u64_at(p + 25),
                                .twin = u32_at(p + 33),
                                .n_twins = u32_at(p + 37)};
}

size_t ds_view_skipped(const struct ds_view *v, size_t i)
{
    return u32_at(v->at_skipped + 4 * i);
}

const char *ds_view_note(const struct ds_view *v, size_t i, bool *problem)
{
    const uint8_t *p = v->at_notes + i * DS_NOTE;
    if (problem)
        *problem = p[4] != 0;
    return (const char *)v->at_texts + u32_at(p);
}

void ds_view_pair(const struct ds_view *v, size_t i, size_t *a, size_t *b, bool *conflict, bool *across_parts)
{
    const uint8_t *p = v->at_pairs + i * DS_PAIR;
    *a = (size_t)u64_at(p);
    *b = (size_t)u64_at(p + 8);
    *conflict = p[16] & 1;
    *across_parts = p[16] >> 1 & 1;
}

const char *engine_status_name(int status)
{
    return status >= 0 && status < FILE_STATUS_COUNT ? file_status_name((enum file_status)status) : "unknown";
}

const char *engine_kind_name(int kind)
{
    return kind >= 0 && kind < KIND_COUNT ? image_kind_name((enum image_kind)kind) : "unknown";
}

bool engine_is_dataset(const char *path)
{
    return dataset_looks_like(path);
}

/* --- results ------------------------------------------------------------------------------------------------- */

static bool class_good(const struct result_view *v, const uint8_t *p)
{
    int cls = (int)u32_at(p);
    return cls >= -1 && cls < v->n_classes;
}

static bool result_classes_good(const struct result_view *v)
{
    for (int k = 0; k < v->n_classes; k++) {
        if (!class_good(v, v->at_classes + k * RESULT_NUMBERS + 24))
            return false;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (!class_good(v, v->at_rows + i * RESULT_ROW + 8) || !class_good(v, v->at_rows + i * RESULT_ROW + 12))
            return false;
    }
    for (size_t i = 0; i < v->n * (size_t)v->n_top; i++) {
        if (!class_good(v, v->at_tops + i * RESULT_TOP_ENTRY))
            return false;
    }
    return true;
}

enum err_code result_view_open(struct result_view *v, const struct block *block, struct err *err)
{
    memset(v, 0, sizeof *v);
    if (block->kind != BLOCK_RESULT && block->kind != BLOCK_PREDICTIONS)
        return err_set(err, ERR_FORMAT, "not a result block");
    struct opening o = {.p = block->bytes, .end = block->bytes + block->n_bytes};
    const uint8_t *header = section(&o, 1, RESULT_HEADER);
    if (!header || u32_at(header) > 1u << 20)
        return malformed(err, "result");
    uint64_t k = u32_at(header);
    v->n_classes = (int)k;
    v->epoch = (int)u32_at(header + 4);
    v->n = (size_t)u64_at(header + 8);
    v->loss = f64_at(header + 16);
    v->acc = f64_at(header + 24);
    v->balanced = f64_at(header + 32);
    uint32_t n_top = u32_at(header + 44);
    v->n_mistakes = (size_t)u64_at(header + 48);
    v->n_known = (size_t)u64_at(header + 56);
    v->n_top = n_top <= RESULT_TOP ? (int)n_top : 0;
    v->at_names = section(&o, k, 4);
    v->at_counts = section(&o, k * k, 8);
    v->at_classes = section(&o, k, RESULT_NUMBERS);
    v->at_rows = section(&o, v->n, RESULT_ROW);
    v->at_tops = section(&o, v->n * (uint64_t)v->n_top, RESULT_TOP_ENTRY);
    if (v->n_mistakes > v->n_known || v->n_known > v->n)
        return malformed(err, "result");
    uint64_t n_orders = (uint64_t)v->n + v->n_mistakes + 2 * (uint64_t)v->n_known;
    v->at_orders = section(&o, n_orders, 4);
    size_t n;
    v->at_texts = texts_section(&o, &n);
    if (o.bad || n_top > RESULT_TOP)
        return malformed(err, "result");
    if (!block_is_good(block) &&
        (!result_classes_good(v) || !numbers_good(v->at_orders, n_orders, v->n) || !offsets_good(header + 40, 1, 4, n) ||
         !offsets_good(v->at_names, k, 4, n) || !offsets_good(v->at_rows, v->n, RESULT_ROW, n) ||
         !offsets_good(v->at_rows + 4, v->n, RESULT_ROW, n)))
        return malformed(err, "result");
    block_set_good(block);
    v->what = (const char *)v->at_texts + u32_at(header + 40);
    return ERR_OK;
}

const char *result_view_class(const struct result_view *v, int k)
{
    return (const char *)v->at_texts + u32_at(v->at_names + 4 * (size_t)k);
}

int64_t result_view_count(const struct result_view *v, int truth, int predicted)
{
    return (int64_t)u64_at(v->at_counts + 8 * ((size_t)truth * (size_t)v->n_classes + (size_t)predicted));
}

struct prediction_row result_view_row(const struct result_view *v, size_t i)
{
    const uint8_t *p = v->at_rows + i * RESULT_ROW;
    return (struct prediction_row){.file = (const char *)v->at_texts + u32_at(p),
                                   .problem = (const char *)v->at_texts + u32_at(p + 4),
                                   .truth = (int)u32_at(p + 8),
                                   .predicted = (int)u32_at(p + 12),
                                   .probability = f64_at(p + 16)};
}

int result_view_top(const struct result_view *v, size_t i, int k, double *probability)
{
    const uint8_t *p = v->at_tops + (i * (size_t)v->n_top + (size_t)k) * RESULT_TOP_ENTRY;
    *probability = f64_at(p + 4);
    return (int)u32_at(p);
}

struct result_class result_view_numbers(const struct result_view *v, int k)
{
    const uint8_t *p = v->at_classes + (size_t)k * RESULT_NUMBERS;
    return (struct result_class){.n = (int64_t)u64_at(p),
                                 .predicted = (int64_t)u64_at(p + 8),
                                 .right = (int64_t)u64_at(p + 16),
                                 .taken_for = (int)u32_at(p + 24),
                                 .n_taken = (int64_t)u64_at(p + 28)};
}

/* --- orders of a result's rows ------------------------------------------------------------------------------- */

/* Where the order begins: by name all rows, mistakes, by class and by cell those that are known. */
static const uint8_t *order_at(const struct result_view *v, enum result_order order)
{
    size_t before = order == RESULT_ALL        ? 0
                    : order == RESULT_MISTAKES ? v->n
                    : order == RESULT_CLASS    ? v->n + v->n_mistakes
                                               : v->n + v->n_mistakes + v->n_known;
    return v->at_orders + 4 * before;
}

size_t result_view_in(const struct result_view *v, const struct result_rows *rows, size_t i)
{
    return rows->order == RESULT_ALL ? rows->first + i : u32_at(order_at(v, rows->order) + 4 * (rows->first + i));
}

/* The first place in the order whose row is not before (truth, predicted); predicted -1: whatever it is. */
static size_t first_place(const struct result_view *v, enum result_order order, int truth, int predicted)
{
    struct result_rows all = {order, 0, v->n_known};
    size_t low = 0, high = v->n_known;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct prediction_row p = result_view_row(v, result_view_in(v, &all, middle));
        bool before = p.truth < truth || (p.truth == truth && order == RESULT_CELL && p.predicted < predicted);
        *(before ? &low : &high) = before ? middle + 1 : middle;
    }
    return low;
}

struct result_rows result_view_select(const struct result_view *v, enum result_order order, int truth, int predicted)
{
    if (order == RESULT_ALL)
        return (struct result_rows){order, 0, v->n};
    if (order == RESULT_MISTAKES)
        return (struct result_rows){order, 0, v->n_mistakes};
    size_t first = first_place(v, order, truth, predicted);
    bool cell = order == RESULT_CELL;
    return (struct result_rows){order, first, first_place(v, order, truth + !cell, predicted + cell) - first};
}

bool result_view_find(const struct result_view *v, const char *file, size_t *i)
{
    size_t low = 0, high = v->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        *i = u32_at(v->at_orders + 4 * middle);
        int order = strcmp(result_view_row(v, *i).file, file);
        if (order == 0)
            return true;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return false;
}

/* --- several runs -------------------------------------------------------------------------------------------- */

static void open_compared(struct compare_view *v, struct opening *o, const uint8_t *rows)
{
    for (size_t r = 0; !o->bad && r < v->n_runs; r++) {
        v->runs[r].n_epochs = (size_t)u64_at(rows + r * COMPARE_RUN + 12);
        v->runs[r].at_epochs = section(o, v->runs[r].n_epochs, COMPARE_EPOCH);
    }
}

enum err_code compare_view_open(struct compare_view *v, const struct block *block, struct err *err)
{
    memset(v, 0, sizeof *v);
    if (block->kind != BLOCK_COMPARE)
        return err_set(err, ERR_FORMAT, "not a compare block");
    struct opening o = {.p = block->bytes, .end = block->bytes + block->n_bytes};
    const uint8_t *header = section(&o, 1, COMPARE_HEADER);
    if (!header || u64_at(header) > COMPARE_RUNS)
        return malformed(err, "compare");
    v->n_runs = (size_t)u64_at(header);
    v->n_settings = (size_t)u64_at(header + 8);
    v->n_same = (size_t)u64_at(header + 16);
    const uint8_t *rows = section(&o, v->n_runs, COMPARE_RUN);
    open_compared(v, &o, rows);
    size_t n, texts_each = v->n_runs + 1;
    v->at_settings = section(&o, v->n_settings, texts_each * 4);
    v->at_texts = texts_section(&o, &n);
    if (o.bad || !offsets_good(v->at_settings, v->n_settings * texts_each, 4, n))
        return malformed(err, "compare");
    for (size_t r = 0; r < v->n_runs; r++) {
        const uint8_t *p = rows + r * COMPARE_RUN;
        if (!offsets_good(p, 3, 4, n))
            return malformed(err, "compare");
        v->runs[r].folder = (const char *)v->at_texts + u32_at(p);
        v->runs[r].name = (const char *)v->at_texts + u32_at(p + 4);
        v->runs[r].problem = (const char *)v->at_texts + u32_at(p + 8);
    }
    return ERR_OK;
}

struct compare_epoch compare_view_epoch(const struct compare_view *v, size_t run, size_t i)
{
    const uint8_t *p = v->runs[run].at_epochs + i * COMPARE_EPOCH;
    return (struct compare_epoch){.epoch = (int)u32_at(p), .val_loss = f64_at(p + 4), .val_acc = f64_at(p + 12)};
}

static const char *setting_text(const struct compare_view *v, size_t i, size_t k)
{
    return (const char *)v->at_texts + u32_at(v->at_settings + (i * (v->n_runs + 1) + k) * 4);
}

const char *compare_view_setting(const struct compare_view *v, size_t i)
{
    return setting_text(v, i, 0);
}

const char *compare_view_value(const struct compare_view *v, size_t i, size_t run)
{
    return setting_text(v, i, run + 1);
}

/* --- runs and texts ------------------------------------------------------------------------------------------ */

size_t runs_view_count(const struct block *block)
{
    bool fits = block->kind == BLOCK_RUNS && block->n_bytes >= 16;
    uint64_t n = fits ? u64_at(block->bytes) : 0;
    return n <= (block->n_bytes - 16) / RUN_ROW ? (size_t)n : 0;
}

bool runs_view_at(const struct block *block, size_t i, struct run_row *row)
{
    size_t count = runs_view_count(block);
    if (i >= count)
        return false;
    const uint8_t *p = block->bytes + 8 + i * RUN_ROW;
    struct opening o = {.p = block->bytes + 8 + count * RUN_ROW, .end = block->bytes + block->n_bytes};
    size_t n;
    const char *texts = (const char *)texts_section(&o, &n);
    if (o.bad || !offsets_good(p, RUN_TEXTS, 4, n))
        return false;
    const char **const to[RUN_TEXTS] = {&row->folder, &row->name, &row->state,   &row->mode, &row->preset,
                                        &row->model,  &row->data, &row->started, &row->note, &row->remark};
    for (int k = 0; k < RUN_TEXTS; k++)
        *to[k] = texts + u32_at(p + 4 * k);
    p += 4 * RUN_TEXTS;
    row->epochs = (int)u32_at(p);
    row->best_epoch = (int)u32_at(p + 4);
    row->best_val_acc = f64_at(p + 8);
    row->best_val_loss = f64_at(p + 16);
    row->seconds = f64_at(p + 24);
    row->planned = (int)u32_at(p + 32);
    return true;
}

const char *text_view(const struct block *block)
{
    bool good = block->kind == BLOCK_TEXT && block->n_bytes && block->bytes[block->n_bytes - 1] == '\0';
    return good ? (const char *)block->bytes : "";
}

const char *text_next_size(const char *text, int *width, int *height)
{
    int used = 0;
    if (sscanf(text, "%d %d%n", width, height, &used) == 2)
        return text + used;
    *width = *height = 0;
    return text;
}
