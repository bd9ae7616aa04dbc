/* From folders to classes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "data/internal.h"

/* Where the parts lie; NULL: there is none. */
struct layout {
    const char *part[PART_TEST + 1];
    bool split, leaf;
};

size_t folder_list_add(struct folder_list *folders, const char *name)
{
    folders->list = xgrow(folders->list, &folders->cap, folders->n + 1, sizeof *folders->list);
    folders->list[folders->n] = (struct folder){.name = xstrdup(name)};
    return folders->n++;
}

void folder_list_done(struct folder_list *folders)
{
    for (size_t i = 0; i < folders->n; i++)
        free(folders->list[i].name);
    free(folders->list);
    *folders = (struct folder_list){0};
}

static int folder_order(const void *a, const void *b)
{
    return strcmp(((const struct folder *)a)->name, ((const struct folder *)b)->name);
}

/* A folder directly in the root, by its name in any case. */
static const struct folder *top_folder(const struct folder_list *folders, const char *name)
{
    for (size_t i = 0; i < folders->n; i++) {
        if (strcasecmp(folders->list[i].name, name) == 0)
            return &folders->list[i];
    }
    return NULL;
}

static const char *part_folder(const struct folder_list *folders, const char *const *names)
{
    for (; *names; names++) {
        const struct folder *f = top_folder(folders, *names);
        if (f && f->n_folders)
            return f->name;
    }
    return NULL;
}

static size_t count_top(const struct folder_list *folders)
{
    size_t n = 0;
    for (size_t i = 0; i < folders->n; i++)
        n += *folders->list[i].name && !strchr(folders->list[i].name, '/');
    return n;
}

/* train and val make a split; train and test alone (nothing beside them) too, then val is drawn
 * from train. "train" among other folders may well be a class: locomotives. */
static struct layout find_layout(const struct folder_list *folders, bool leaf)
{
    struct layout l = {.leaf = leaf};
    l.part[PART_TRAIN] = part_folder(folders, (const char *const[]){"train", NULL});
    l.part[PART_VAL] = part_folder(folders, (const char *const[]){"val", "valid", "validation", NULL});
    l.part[PART_TEST] = part_folder(folders, (const char *const[]){"test", NULL});
    l.split = l.part[PART_TRAIN] &&
              (l.part[PART_VAL] || (l.part[PART_TEST] && count_top(folders) == 2));
    return l;
}

/* The path below the part's folder and the part; NULL when it lies beside the parts. */
static const char *below_part(const struct layout *l, const char *name, enum part *part)
{
    *part = PART_NONE;
    if (!l->split)
        return name;
    for (enum part p = PART_TRAIN; p <= PART_TEST; p++) {
        size_t n = l->part[p] ? strlen(l->part[p]) : 0;
        if (n && strncmp(name, l->part[p], n) == 0 && (name[n] == '/' || !name[n])) {
            *part = p;
            return name[n] ? name + n + 1 : name + n;
        }
    }
    return NULL;
}

/* Whether a folder is a class by itself; its name then starts at rest. */
static bool makes_class(const struct layout *l, const struct folder *f, const char *rest)
{
    if (!rest || !*rest)
        return false;
    return l->leaf ? f->n_files || !f->n_folders : !strchr(rest, '/');
}

static void add_classes(struct dataset *ds, const struct layout *l, const struct folder_list *folders)
{
    size_t cap = 0;
    for (size_t i = 0; i < folders->n; i++) {
        enum part part;
        const char *rest = below_part(l, folders->list[i].name, &part);
        if (!makes_class(l, &folders->list[i], rest) || (l->split && part != PART_TRAIN))
            continue;
        ds->classes = xgrow(ds->classes, &cap, ds->n_classes + 1, sizeof *ds->classes);
        ds->classes[ds->n_classes++] = (struct ds_class){.name = xstrdup(rest)};
    }
}

static int class_order(const void *a, const void *b)
{
    return strcmp(((const struct ds_class *)a)->name, ((const struct ds_class *)b)->name);
}

static void note_unknown(struct dataset *ds, const struct layout *l, const struct folder_list *folders)
{
    for (size_t i = 0; i < folders->n; i++) {
        enum part part;
        const struct folder *f = &folders->list[i];
        const char *rest = below_part(l, f->name, &part);
        char *quoted = data_quote(f->name);
        if (!rest && *f->name && !strchr(f->name, '/'))
            data_note(ds, true, "%s: beside the train and val folders, skipped", quoted);
        else if (makes_class(l, f, rest) && dataset_class(ds, rest) < 0)
            data_note(ds, true, "%s: train has no class of that name, skipped", quoted);
        free(quoted);
    }
}

static void note_layout(struct dataset *ds, const struct layout *l, const struct folder_list *folders)
{
    if (!l->split)
        return;
    if (l->part[PART_VAL] && !ds->given_parts)
        data_note(ds, false, "%s and %s folders are taken together, the option split says what trains%s", l->part[PART_TRAIN],
                  l->part[PART_VAL], l->part[PART_TEST] ? "; test is never trained on" : "");
    else if (l->part[PART_VAL])
        data_note(ds, false, "%s and %s folders are used as the split%s", l->part[PART_TRAIN],
                  l->part[PART_VAL], l->part[PART_TEST] ? ", test is never trained on" : "");
    else
        data_note(ds, false, "validation is drawn from %s, %s is never trained on",
                  l->part[PART_TRAIN], l->part[PART_TEST]);
    note_unknown(ds, l, folders);
}

/* Groups of groups: with the first level as classes they are flattened, which is worth a sentence
 * (once). */
static void note_groups(struct dataset *ds, const struct layout *l, const struct folder_list *folders)
{
    size_t groups = 0, leaves = 0;
    const char *first = NULL;
    struct layout leaf = *l;
    leaf.leaf = true;
    for (size_t i = 0; i < folders->n; i++) {
        enum part part;
        const struct folder *f = &folders->list[i];
        const char *rest = below_part(l, f->name, &part);
        if (l->split && part != PART_TRAIN)
            continue;
        leaves += makes_class(&leaf, f, rest);
        if (rest && *rest && !strchr(rest, '/') && f->n_folders && !f->n_files) {
            groups++;
            first = first ? first : rest;
        }
    }
    if (!groups || l->leaf)
        return;
    char *quoted = data_quote(first);
    data_note(ds, true,
              "%s%s: only folders inside; %zu classes by the first level, %zu by the leaf folders",
              quoted, groups > 1 ? " and others" : "", ds->n_classes, leaves);
    free(quoted);
}

/* The class of a path below its part: the first component, or with leaf folders all but the last. */
static int class_of(const struct dataset *ds, const struct layout *l, const char *rest, struct str *name)
{
    const char *slash = l->leaf ? strrchr(rest, '/') : strchr(rest, '/');
    if (!slash)
        return -1;
    str_clear(name);
    str_add_n(name, rest, (size_t)(slash - rest));
    return dataset_class(ds, name->s);
}

static void assign(const struct dataset *ds, const struct layout *l, struct ds_file *f, struct str *scratch)
{
    const char *rest = below_part(l, f->name, &f->given);
    f->cls = rest ? class_of(ds, l, rest, scratch) : -1;
    if (f->cls >= 0 || f->status != FILE_USED)
        return;
    bool loose = rest ? !strchr(rest, '/') : !strchr(f->name, '/');
    f->status = loose ? FILE_LOOSE : FILE_UNKNOWN_CLASS;
}

static int file_order(const void *a, const void *b)
{
    const struct ds_file *x = a, *y = b;
    return x->cls != y->cls ? (x->cls > y->cls) - (x->cls < y->cls) : strcmp(x->name, y->name);
}

void classes_assign(struct dataset *ds, struct folder_list *folders, const struct scan_config *config)
{
    qsort(folders->list, folders->n, sizeof *folders->list, folder_order);
    struct layout l = find_layout(folders, config->leaf_folders);
    add_classes(ds, &l, folders);
    if (ds->n_classes)
        qsort(ds->classes, ds->n_classes, sizeof *ds->classes, class_order);
    struct str scratch = STR_INIT;
    for (size_t i = 0; i < ds->n_files; i++)
        assign(ds, &l, &ds->files[i], &scratch);
    str_done(&scratch);
    if (ds->n_files)
        qsort(ds->files, ds->n_files, sizeof *ds->files, file_order);
    ds->given_parts = l.split && l.part[PART_VAL] && !config->own_split;
    note_layout(ds, &l, folders);
    note_groups(ds, &l, folders);
}
