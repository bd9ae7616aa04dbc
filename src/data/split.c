/* The split: drawn by class and seed, given by folders, or read from a file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/split.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/rng.h"

/* Where each file goes: PART_NONE, PART_TRAIN or PART_VAL. */
static void from_parts(struct split *split, const struct dataset *ds, const uint8_t *part)
{
    *split = (struct split){0};
    split->train = xcalloc(ds->n_files, sizeof *split->train);
    split->val = xcalloc(ds->n_files, sizeof *split->val);
    for (size_t i = 0; i < ds->n_files; i++) {
        if (part[i] == PART_TRAIN)
            split->train[split->n_train++] = (uint32_t)i;
        else if (part[i] == PART_VAL)
            split->val[split->n_val++] = (uint32_t)i;
    }
}

void split_done(struct split *split)
{
    free(split->train);
    free(split->val);
    *split = (struct split){0};
}

static bool eligible(const struct ds_file *f)
{
    return f->status == FILE_USED && f->cls >= 0 && f->given != PART_TEST;
}

/* Identical files share the index of the first of them. */
static uint32_t *group_files(const struct dataset *ds)
{
    uint32_t *group = xcalloc(ds->n_files, sizeof *group);
    for (size_t i = 0; i < ds->n_files; i++)
        group[i] = (uint32_t)i;
    for (size_t i = 0; i < ds->n_pairs; i++)
        group[ds->pairs[i].b] = (uint32_t)ds->pairs[i].a;
    return group;
}

/* The groups of one class in a drawn order; size[g] counts the class's pictures of group g. */
struct deck {
    uint32_t *groups, *size;
    uint8_t *side; /* by group: PART_NONE until decided */
    size_t n, n_files;
};

static void fill_deck(struct deck *deck, const struct dataset *ds, const uint32_t *group,
                      size_t first, size_t last)
{
    deck->n = deck->n_files = 0;
    for (size_t i = first; i < last; i++) {
        if (!eligible(&ds->files[i]))
            continue;
        uint32_t g = group[i];
        if (deck->size[g]++ == 0)
            deck->groups[deck->n++] = g;
        deck->n_files++;
    }
}

static void shuffle_deck(struct deck *deck, const char *class_name, uint64_t seed)
{
    /* Keyed by the name, so that a new class does not move the pictures of the others. */
    struct rng rng = rng_at(seed, RNG_SPLIT, XXH3_64bits(class_name, strlen(class_name)), 0);
    rng_shuffle(&rng, deck->groups, deck->n);
}

static uint64_t wanted(size_t n_files, double share)
{
    uint64_t want = (uint64_t)(share * (double)n_files + 0.5);
    if (want < 1)
        want = 1;
    return want < n_files ? want : n_files - 1;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Takes groups from the top while that brings the count nearer to what is wanted; a group that
 * another class has placed already is counted where it is, and the last group always trains. */
static void deal(struct deck *deck, double share)
{
    uint64_t want = wanted(deck->n_files, share), val = 0;
    size_t taken = 0;
    for (size_t i = 0; i < deck->n; i++) {
        if (deck->side[deck->groups[i]] == PART_VAL) {
            val += deck->size[deck->groups[i]];
            taken++;
        }
    }
    uint32_t *smallest = NULL;
    for (size_t i = 0; i < deck->n; i++) {
        uint32_t *g = &deck->groups[i];
        if (deck->side[*g] != PART_NONE)
            continue;
        if (!smallest || deck->size[*g] < deck->size[*smallest])
            smallest = g;
        if (taken + 1 < deck->n && distance(val + deck->size[*g], want) < distance(val, want)) {
            deck->side[*g] = PART_VAL;
            val += deck->size[*g];
            taken++;
        }
    }
    if (!taken && deck->n > 1 && smallest)
        deck->side[*smallest] = PART_VAL;
    for (size_t i = 0; i < deck->n; i++) {
        uint8_t *side = &deck->side[deck->groups[i]];
        if (*side == PART_NONE)
            *side = PART_TRAIN;
    }
}

static void clear_sizes(struct deck *deck)
{
    for (size_t i = 0; i < deck->n; i++)
        deck->size[deck->groups[i]] = 0;
}

enum err_code split_random(struct split *split, const struct dataset *ds, double share,
                           uint64_t seed, struct err *err)
{
    *split = (struct split){0};
    if (!(share > 0 && share < 1))
        return err_set(err, ERR_INVALID, "val-share: must be between 0 and 1, is %g", share);
    uint32_t *group = group_files(ds);
    struct deck deck = {.groups = xcalloc(ds->n_files, sizeof *deck.groups),
                        .size = xcalloc(ds->n_files, sizeof *deck.size),
                        .side = xcalloc(ds->n_files, sizeof *deck.side)};
    for (size_t first = 0, last; first < ds->n_files; first = last) {
        int cls = ds->files[first].cls;
        for (last = first; last < ds->n_files && ds->files[last].cls == cls; last++)
            ;
        fill_deck(&deck, ds, group, first, last);
        if (deck.n) {
            shuffle_deck(&deck, ds->classes[cls].name, seed);
            deal(&deck, share);
        }
        clear_sizes(&deck);
    }
    uint8_t *part = xcalloc(ds->n_files, 1);
    for (size_t i = 0; i < ds->n_files; i++)
        part[i] = eligible(&ds->files[i]) ? deck.side[group[i]] : PART_NONE;
    from_parts(split, ds, part);
    free(part);
    free(group);
    free(deck.groups);
    free(deck.size);
    free(deck.side);
    return ERR_OK;
}

enum err_code split_folders(struct split *split, const struct dataset *ds, struct err *err)
{
    *split = (struct split){0};
    if (!ds->given_parts)
        return err_set(err, ERR_INVALID, "%s: has no train and val folders", ds->root);
    uint8_t *part = xcalloc(ds->n_files, 1);
    for (size_t i = 0; i < ds->n_files; i++)
        part[i] = eligible(&ds->files[i]) ? (uint8_t)ds->files[i].given : PART_NONE;
    from_parts(split, ds, part);
    free(part);
    if (split->n_train && split->n_val)
        return ERR_OK;
    const char *empty = split->n_train ? "val" : "train";
    split_done(split);
    return err_set(err, ERR_INVALID, "%s: no usable picture in the %s folders", ds->root, empty);
}

struct file_key {
    int cls;
    const char *name;
};

static int key_order(const void *key, const void *element)
{
    const struct file_key *k = key;
    const struct ds_file *f = element;
    return k->cls != f->cls ? (k->cls > f->cls) - (k->cls < f->cls) : strcmp(k->name, f->name);
}

struct table {
    struct csv csv;
    int file, cls, part;
    const char *path;
};

static enum err_code open_table(struct table *t, const char *path, struct err *err)
{
    t->path = path;
    enum err_code code = csv_read(&t->csv, path, err);
    if (code != ERR_OK)
        return code;
    if (t->csv.dropped)
        return err_set(err, ERR_FORMAT, "%s: the last line is cut off", path);
    t->file = csv_column(&t->csv, "file");
    t->cls = csv_column(&t->csv, "class");
    t->part = csv_column(&t->csv, "part");
    if (t->file < 0 || t->cls < 0 || t->part < 0)
        return err_set(err, ERR_FORMAT, "%s: needs the columns file, class and part", path);
    return ERR_OK;
}

static int parse_part(const char *text)
{
    for (enum part p = PART_TRAIN; p <= PART_TEST; p++) {
        if (str_eq(text, part_name(p)))
            return (int)p;
    }
    return -1;
}

static enum err_code take_row(const struct table *t, size_t row, const struct dataset *ds, uint8_t *part,
                              size_t *n_missing, struct err *err)
{
    char **field = t->csv.rows[row];
    size_t n = t->csv.n_fields[row];
    if (n <= (size_t)t->file || n <= (size_t)t->cls || n <= (size_t)t->part)
        return err_set(err, ERR_FORMAT, "%s: row %zu: too few fields", t->path, row + 1);
    int p = parse_part(field[t->part]);
    if (p < 0)
        return err_set(err, ERR_FORMAT, "%s: row %zu: part is \"%s\", must be train, val or test",
                       t->path, row + 1, field[t->part]);
    struct file_key key = {dataset_class(ds, field[t->cls]), field[t->file]};
    if (key.cls < 0)
        return err_set(err, ERR_INVALID, "%s: row %zu: the data set has no class \"%s\"", t->path,
                       row + 1, field[t->cls]);
    const struct ds_file *f = bsearch(&key, ds->files, ds->n_files, sizeof *f, key_order);
    if (!f || f->status != FILE_USED) {
        ++*n_missing;
        return ERR_OK;
    }
    uint8_t *mine = &part[f - ds->files];
    if (*mine != PART_NONE)
        return err_set(err, ERR_INVALID, "%s: row %zu: %s is named twice", t->path, row + 1, f->name);
    *mine = (uint8_t)p;
    return ERR_OK;
}

enum err_code split_read(struct split *split, const struct dataset *ds, const char *path,
                         size_t *n_missing, struct err *err)
{
    *split = (struct split){0};
    size_t missing = 0;
    struct table t = {0};
    enum err_code code = open_table(&t, path, err);
    uint8_t *part = xcalloc(ds->n_files, 1);
    for (size_t row = 1; code == ERR_OK && row < t.csv.n_rows; row++)
        code = take_row(&t, row, ds, part, &missing, err);
    csv_done(&t.csv);
    if (code == ERR_OK) {
        from_parts(split, ds, part);
        if (!split->n_train || !split->n_val) {
            const char *empty = split->n_train ? "val" : "train";
            split_done(split);
            code = err_set(err, ERR_INVALID,
                           "%s: no usable picture is left in part %s (%zu not found)", path, empty,
                           missing);
        }
    }
    free(part);
    if (n_missing)
        *n_missing = missing;
    return code;
}

static void add_row(struct str *out, const struct dataset *ds, uint32_t file, enum part part)
{
    const struct ds_file *f = &ds->files[file];
    csv_add(out, f->name);
    csv_add(out, ds->classes[f->cls].name);
    csv_add(out, part_name(part));
    csv_end(out);
}

void split_text(struct str *out, const struct split *split, const struct dataset *ds)
{
    str_add(out, "file,class,part\n");
    for (size_t t = 0, v = 0; t < split->n_train || v < split->n_val;) {
        if (v == split->n_val || (t < split->n_train && split->train[t] < split->val[v]))
            add_row(out, ds, split->train[t++], PART_TRAIN);
        else
            add_row(out, ds, split->val[v++], PART_VAL);
    }
}

void split_counts(const struct split *split, const struct dataset *ds, enum part part, int64_t *counts)
{
    const uint32_t *files = part == PART_VAL ? split->val : split->train;
    size_t n = part == PART_VAL ? split->n_val : split->n_train;
    memset(counts, 0, ds->n_classes * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[ds->files[files[i]].cls]++;
}

void split_warnings(struct str *out, const struct split *split, const struct dataset *ds)
{
    int64_t *train = xcalloc(ds->n_classes, sizeof *train), *val = xcalloc(ds->n_classes, sizeof *val);
    split_counts(split, ds, PART_TRAIN, train);
    split_counts(split, ds, PART_VAL, val);
    for (size_t i = 0; i < ds->n_classes; i++) {
        if (train[i] >= 2 && val[i] >= 2)
            continue;
        str_add(out, "class ");
        str_add_safe(out, ds->classes[i].name);
        if (train[i] == 0)
            str_printf(out, ": no picture to train on, %lld in validation\n", (long long)val[i]);
        else if (val[i] == 0)
            str_printf(out, ": %lld in training, none in validation: not measured\n", (long long)train[i]);
        else
            str_printf(out, ": %lld in training, %lld in validation\n", (long long)train[i],
                       (long long)val[i]);
    }
    free(train);
    free(val);
}
