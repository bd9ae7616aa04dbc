/* A data set: names of states, look-up, the check before training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/dataset.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/internal.h"

const char *file_status_name(enum file_status status)
{
    static const char *const names[FILE_STATUS_COUNT] = {
        [FILE_USED] = "used",
        [FILE_HIDDEN] = "hidden",
        [FILE_LITTER] = "litter",
        [FILE_EMPTY] = "empty",
        [FILE_ZEROS] = "zeros",
        [FILE_NOT_PICTURE] = "not-picture",
        [FILE_OTHER_FORMAT] = "other-format",
        [FILE_DAMAGED] = "damaged",
        [FILE_BROKEN] = "broken",
        [FILE_TOO_LARGE] = "too-large",
        [FILE_UNREADABLE] = "unreadable",
        [FILE_NOT_REGULAR] = "not-regular",
        [FILE_VANISHED] = "vanished",
        [FILE_LOOSE] = "loose",
        [FILE_UNKNOWN_CLASS] = "unknown-class",
    };
    return names[status];
}

const char *part_name(enum part part)
{
    static const char *const names[] = {"", "train", "val", "test"};
    return names[part];
}

enum image_kind data_suffix_kind(const char *name)
{
    static const struct {
        const char *suffix;
        enum image_kind kind;
    } known[] = {
        {".jpg", KIND_JPEG},  {".jpeg", KIND_JPEG}, {".jpe", KIND_JPEG},  {".jfif", KIND_JPEG},
        {".png", KIND_PNG},   {".webp", KIND_WEBP}, {".heic", KIND_HEIC}, {".heif", KIND_HEIC},
        {".avif", KIND_AVIF}, {".gif", KIND_GIF},   {".bmp", KIND_BMP},   {".tif", KIND_TIFF},
        {".tiff", KIND_TIFF}, {".jxl", KIND_JXL},   {".jp2", KIND_JP2},   {".psd", KIND_PSD},
        {".ppm", KIND_PNM},   {".pgm", KIND_PNM},   {".dcm", KIND_DICOM}, {".pdf", KIND_PDF},
        {".html", KIND_HTML}, {".htm", KIND_HTML},  {".txt", KIND_TEXT},  {".csv", KIND_TEXT},
        {".ini", KIND_TEXT},  {".json", KIND_TEXT}, {".md", KIND_TEXT},   {".xml", KIND_TEXT},
        {".zip", KIND_ZIP},
    };
    const char *suffix = path_suffix(name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(suffix, known[i].suffix) == 0)
            return known[i].kind;
    }
    return KIND_UNKNOWN;
}

char *data_quote(const char *name)
{
    struct str s = STR_INIT;
    str_add_safe(&s, name);
    return str_take(&s);
}

void dataset_free(struct dataset *ds)
{
    if (!ds)
        return;
    for (size_t i = 0; i < ds->n_files; i++)
        free(ds->files[i].name);
    for (size_t i = 0; i < ds->n_classes; i++)
        free(ds->classes[i].name);
    for (size_t i = 0; i < ds->n_notes; i++)
        free(ds->notes[i].text);
    free(ds->files);
    free(ds->classes);
    free(ds->notes);
    free(ds->pairs);
    free(ds->root);
    free(ds);
}

size_t dataset_used(const struct dataset *ds)
{
    return ds->by_status[FILE_USED];
}

char *dataset_path(const struct dataset *ds, size_t file)
{
    return path_join(ds->root, ds->files[file].name);
}

static int class_order(const void *key, const void *element)
{
    return strcmp(key, ((const struct ds_class *)element)->name);
}

int dataset_class(const struct dataset *ds, const char *name)
{
    const struct ds_class *c = bsearch(name, ds->classes, ds->n_classes, sizeof *ds->classes, class_order);
    return c ? (int)(c - ds->classes) : -1;
}

/* Folder entries to look at before giving an opinion: this runs before the first paint, on disks of
 * any size. */
enum { GLANCE_ENTRIES = 200 };

static bool has_picture(const char *folder)
{
    DIR *dir = opendir(folder);
    bool found = false;
    struct dirent *e;
    for (int i = 0; dir && !found && i < GLANCE_ENTRIES && (e = readdir(dir)); i++) {
        enum image_kind kind = data_suffix_kind(e->d_name);
        found = e->d_name[0] != '.' && image_kind_decoded(kind);
        if (e->d_name[0] == '.' || found || kind != KIND_UNKNOWN || i >= 8)
            continue;
        char *path = path_join(folder, e->d_name);
        uint8_t *head = NULL;
        size_t n = 0;
        if (data_read(path, 64, &head, &n) == 0)
            found = image_kind_decoded(image_sniff(head, n));
        free(head);
        free(path);
    }
    if (dir)
        closedir(dir);
    return found;
}

static int class_folders(const char *root, int wanted)
{
    DIR *dir = opendir(root);
    int n = 0;
    struct dirent *e;
    for (int i = 0; dir && n < wanted && i < GLANCE_ENTRIES && (e = readdir(dir)); i++) {
        if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_LNK && e->d_type != DT_UNKNOWN))
            continue;
        char *path = path_join(root, e->d_name);
        n += path_is_folder(path) && has_picture(path);
        free(path);
    }
    if (dir)
        closedir(dir);
    return n;
}

bool dataset_looks_like(const char *root)
{
    if (class_folders(root, 2) >= 2)
        return true;
    char *train = path_join(root, "train");
    bool ok = class_folders(train, 2) >= 2;
    free(train);
    return ok;
}

/* A folder near root that looks like a data set: a child, a grandchild, or the parent when root is
 * itself a class. */
static char *better_folder(const char *root, int depth)
{
    DIR *dir = opendir(root);
    char *best = NULL;
    struct dirent *e;
    for (int i = 0; dir && i < GLANCE_ENTRIES && (e = readdir(dir)); i++) {
        if (e->d_name[0] == '.')
            continue;
        char *path = path_join(root, e->d_name);
        char *found = !path_is_folder(path) ? NULL
                      : dataset_looks_like(path) ? xstrdup(path)
                      : depth > 1 ? better_folder(path, depth - 1) : NULL;
        free(path);
        /* The first in byte order, so that the advice does not depend on the disk. */
        if (found && (!best || strcmp(found, best) < 0)) {
            free(best);
            best = found;
        } else
            free(found);
    }
    if (dir)
        closedir(dir);
    return best;
}

static char *parent_with_classes(const char *root)
{
    const char *slash = strrchr(root, '/');
    if (!slash || slash == root)
        return NULL;
    char *parent = xstrndup(root, (size_t)(slash - root));
    if (dataset_looks_like(parent))
        return parent;
    free(parent);
    return NULL;
}

static enum err_code hint_folder(const struct dataset *ds, struct err *err)
{
    char *better = better_folder(ds->root, 2);
    if (!better && ds->by_status[FILE_LOOSE])
        better = parent_with_classes(ds->root);
    if (better)
        err_hint(err, "%s looks like a folder of class folders", better);
    else
        err_hint(err, "needed: a folder with one folder of JPEG or PNG pictures for each class");
    free(better);
    return ERR_INVALID;
}

enum err_code dataset_check(const struct dataset *ds, struct err *err)
{
    size_t filled = 0, last = 0;
    for (size_t i = 0; i < ds->n_classes; i++) {
        if (ds->classes[i].n_used) {
            filled++;
            last = i;
        }
    }
    if (filled >= 2)
        return ERR_OK;
    if (filled == 1) {
        char *name = data_quote(ds->classes[last].name);
        err_set(err, ERR_INVALID,
                "%s: only one class with usable pictures (%s, %zu); two or more are needed",
                ds->root, name, ds->classes[last].n_used);
        free(name);
    } else if (ds->n_classes == 0)
        err_set(err, ERR_INVALID,
                "%s: no class folders; %zu pictures lie loose in it, %zu files seen", ds->root,
                ds->by_status[FILE_LOOSE], ds->n_files);
    else {
        struct str kinds = STR_INIT;
        dataset_suffixes(&kinds, ds);
        err_set(err, ERR_INVALID,
                "%s: no usable picture (JPEG or PNG by content) in %zu class folders, %zu files "
                "seen%s%s",
                ds->root, ds->n_classes, ds->n_files, kinds.len ? ": " : "",
                kinds.len ? kinds.s : "");
        str_done(&kinds);
    }
    return hint_folder(ds, err);
}
