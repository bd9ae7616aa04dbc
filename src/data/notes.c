/* What is said about a data set as a whole: sums, identical files, notes, fingerprint.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <xxhash.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

void data_note(struct dataset *ds, bool problem, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = xstrdup(format);
    va_end(args);
    /* Room is doubled at each power of two, so that many notes do not cost their square. */
    if ((ds->n_notes & (ds->n_notes - 1)) == 0)
        ds->notes = xrealloc(ds->notes, ds->n_notes ? 2 * ds->n_notes : 1, sizeof *ds->notes);
    ds->notes[ds->n_notes++] = (struct ds_note){problem, text};
}

static void sum_up(struct dataset *ds)
{
    for (size_t i = 0; i < ds->n_files; i++) {
        const struct ds_file *f = &ds->files[i];
        ds->by_status[f->status]++;
        if (f->cls < 0)
            continue;
        struct ds_class *c = &ds->classes[f->cls];
        c->n_files++;
        c->n_used += f->status == FILE_USED;
        c->bytes += f->status == FILE_USED ? f->bytes : 0;
    }
}

struct hashed {
    uint64_t hi, lo;
    size_t file;
};

static int hashed_order(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->hi != y->hi)
        return x->hi < y->hi ? -1 : 1;
    if (x->lo != y->lo)
        return x->lo < y->lo ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

static int pair_order(const void *a, const void *b)
{
    const struct ds_pair *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Copies on both sides of a line that the folders draw. */
static bool are_apart(const struct dataset *ds, const struct ds_file *x, const struct ds_file *y)
{
    bool counts = ds->given_parts || x->given == PART_TEST || y->given == PART_TEST;
    return counts && x->given != y->given;
}

static void add_pair(struct dataset *ds, size_t *cap, size_t a, size_t b)
{
    const struct ds_file *x = &ds->files[a], *y = &ds->files[b];
    ds->pairs = xgrow(ds->pairs, cap, ds->n_pairs + 1, sizeof *ds->pairs);
    ds->pairs[ds->n_pairs++] = (struct ds_pair){a, b, x->cls != y->cls, are_apart(ds, x, y)};
}

/* k identical files give k - 1 pairs, each with the first of them. */
static void find_pairs(struct dataset *ds)
{
    struct hashed *list = xcalloc(ds->n_files, sizeof *list);
    size_t n = 0, cap = 0, first = 0;
    for (size_t i = 0; i < ds->n_files; i++) {
        const struct ds_file *f = &ds->files[i];
        if (f->status == FILE_USED && (f->hash_hi || f->hash_lo))
            list[n++] = (struct hashed){f->hash_hi, f->hash_lo, i};
    }
    qsort(list, n, sizeof *list, hashed_order);
    for (size_t i = 1; i < n; i++) {
        if (list[i].hi == list[first].hi && list[i].lo == list[first].lo)
            add_pair(ds, &cap, list[first].file, list[i].file);
        else
            first = i;
    }
    free(list);
    if (ds->n_pairs)
        qsort(ds->pairs, ds->n_pairs, sizeof *ds->pairs, pair_order);
}

static void note_pair(struct dataset *ds, const struct ds_pair *pair, size_t n, const char *what)
{
    char *a = data_quote(ds->files[pair->a].name), *b = data_quote(ds->files[pair->b].name);
    data_note(ds, true, "%zu pair%s of identical files %s: %s and %s%s", n, n == 1 ? "" : "s", what, a, b,
              n > 1 ? ", ..." : "");
    free(a);
    free(b);
}

static void note_pairs(struct dataset *ds)
{
    size_t conflicts = 0, across = 0;
    const struct ds_pair *conflict = NULL, *leak = NULL;
    for (size_t i = 0; i < ds->n_pairs; i++) {
        const struct ds_pair *p = &ds->pairs[i];
        conflicts += p->conflict;
        across += p->across_parts;
        conflict = p->conflict && !conflict ? p : conflict;
        leak = p->across_parts && !leak ? p : leak;
    }
    if (conflict)
        note_pair(ds, conflict, conflicts, "under different classes");
    if (leak)
        note_pair(ds, leak, across, "in different parts");
}

static void note_classes(struct dataset *ds)
{
    for (size_t i = 0; i < ds->n_classes; i++) {
        const struct ds_class *c = &ds->classes[i];
        if (c->n_used)
            continue;
        char *quoted = data_quote(c->name);
        if (c->n_files)
            data_note(ds, true, "class %s: no usable picture, %zu files", quoted, c->n_files);
        else
            data_note(ds, true, "class %s: empty", quoted);
        free(quoted);
    }
}

static int blind_order(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    int order = strcasecmp(x, y);
    return order ? order : strcmp(x, y);
}

/* Rose and rose are one folder after a copy to a disk that does not tell them apart. */
static void note_equal_names(struct dataset *ds)
{
    const char **names = xcalloc(ds->n_classes, sizeof *names);
    for (size_t i = 0; i < ds->n_classes; i++)
        names[i] = ds->classes[i].name;
    if (ds->n_classes)
        qsort(names, ds->n_classes, sizeof *names, blind_order);
    for (size_t i = 1; i < ds->n_classes; i++) {
        if (strcasecmp(names[i - 1], names[i]) != 0)
            continue;
        char *a = data_quote(names[i - 1]), *b = data_quote(names[i]);
        data_note(ds, true, "classes %s and %s differ only in case", a, b);
        free(a);
        free(b);
    }
    free(names);
}

static void note_files(struct dataset *ds)
{
    if (ds->by_status[FILE_LOOSE])
        data_note(ds, true, "%zu pictures lie loose beside the class folders, skipped",
                  ds->by_status[FILE_LOOSE]);
    size_t foreign = ds->by_status[FILE_NOT_PICTURE] + ds->by_status[FILE_OTHER_FORMAT];
    if (!foreign)
        return;
    struct str kinds = STR_INIT;
    dataset_suffixes(&kinds, ds);
    data_note(ds, false, "%zu files are no JPEG or PNG: %s", foreign, kinds.s);
    str_done(&kinds);
}

struct suffix {
    const char *text;
    size_t n;
};

static int suffix_name_order(const void *a, const void *b)
{
    return strcasecmp(((const struct suffix *)a)->text, ((const struct suffix *)b)->text);
}

static int suffix_count_order(const void *a, const void *b)
{
    const struct suffix *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcasecmp(x->text, y->text);
}

static size_t merge_suffixes(struct suffix *list, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (m && strcasecmp(list[m - 1].text, list[i].text) == 0)
            list[m - 1].n++;
        else
            list[m++] = list[i];
    }
    return m;
}

void dataset_suffixes(struct str *out, const struct dataset *ds)
{
    struct suffix *list = xcalloc(ds->n_files, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < ds->n_files; i++) {
        const struct ds_file *f = &ds->files[i];
        if (f->status == FILE_NOT_PICTURE || f->status == FILE_OTHER_FORMAT)
            list[n++] = (struct suffix){path_suffix(f->name), 1};
    }
    qsort(list, n, sizeof *list, suffix_name_order);
    n = merge_suffixes(list, n);
    qsort(list, n, sizeof *list, suffix_count_order);
    for (size_t i = 0; i < n && i < 6; i++) {
        str_add(out, i ? ", " : "");
        str_add_safe(out, *list[i].text ? list[i].text : "no suffix");
        str_printf(out, " %zu", list[i].n);
    }
    if (n > 6)
        str_add(out, ", ...");
    free(list);
}

static void fingerprint(struct dataset *ds)
{
    XXH3_state_t *state = XXH3_createState();
    XXH3_64bits_reset(state);
    for (size_t i = 0; i < ds->n_classes; i++)
        XXH3_64bits_update(state, ds->classes[i].name, strlen(ds->classes[i].name) + 1);
    for (size_t i = 0; i < ds->n_files; i++) {
        const struct ds_file *f = &ds->files[i];
        if (f->status != FILE_USED)
            continue;
        uint64_t numbers[4] = {(uint64_t)f->cls, f->bytes, f->hash_hi, f->hash_lo};
        XXH3_64bits_update(state, f->name, strlen(f->name) + 1);
        XXH3_64bits_update(state, numbers, sizeof numbers);
    }
    ds->fingerprint = XXH3_64bits_digest(state);
    XXH3_freeState(state);
}

void data_finish(struct dataset *ds)
{
    sum_up(ds);
    find_pairs(ds);
    note_classes(ds);
    note_equal_names(ds);
    note_files(ds);
    note_pairs(ds);
    fingerprint(ds);
}
