/* A data set: class folders, their files, what was found in them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_DATASET_H
#define FL_DATA_DATASET_H

#include <stdatomic.h>

#include "base/pool.h"
#include "base/str.h"
#include "image/decode.h"

/* Why a file is not used. FILE_USED is 0. */
enum file_status {
    FILE_USED,
    FILE_HIDDEN,      /* name begins with "." */
    FILE_LITTER,      /* Thumbs.db, desktop.ini, .DS_Store, ._side files */
    FILE_EMPTY,
    FILE_ZEROS,
    FILE_NOT_PICTURE, /* text, web page, archive, ... : detail says what */
    FILE_OTHER_FORMAT,/* a picture we cannot decode: WebP, HEIC, ... */
    FILE_DAMAGED,     /* decoded with warnings, or cut off; FILE_USED with keep_damaged, detail then says what is wrong */
    FILE_BROKEN,      /* cannot be decoded */
    FILE_TOO_LARGE,   /* more pixels than allowed */
    FILE_UNREADABLE,  /* errno in detail */
    FILE_NOT_REGULAR, /* FIFO, device, socket, dangling link */
    FILE_VANISHED,    /* gone since the listing */
    FILE_LOOSE,       /* a picture directly in the root (or in train, val, test): belongs to no class */
    FILE_UNKNOWN_CLASS, /* below val or test in a class that train lacks, or in a folder beside train and val; not decoded */
    FILE_STATUS_COUNT
};
const char *file_status_name(enum file_status status); /* "used", "hidden", "damaged", ...: what scan --json prints */

enum part { PART_NONE, PART_TRAIN, PART_VAL, PART_TEST };
const char *part_name(enum part part); /* "", "train", "val", "test" */

struct ds_file {
    char *name;        /* path relative to the root, bytes */
    int cls;           /* index of the class; -1 for loose files and unknown classes */
    enum part given;   /* part given by train/val/test folders, else PART_NONE */
    enum file_status status;
    enum image_kind kind;
    bool other_suffix; /* the suffix says another kind than the content */
    int width, height, orientation;
    uint64_t bytes;
    int64_t mtime;
    uint64_t hash_hi, hash_lo; /* XXH3 128 of the content; 0, 0 when not read */
    char detail[64];   /* reason in words, or "" */
};

struct ds_class {
    char *name;        /* bytes of the folder's name */
    size_t n_files, n_used;
    uint64_t bytes;
};

/* A note about the whole: ignored folders, links, unreadable folders, equal names, split folders, better folder. */
struct ds_note {
    bool problem;      /* false: only said */
    char *text;
};

/* Two used files with equal content. */
struct ds_pair {
    size_t a, b;       /* file indices, a < b */
    bool conflict;     /* under different classes */
    bool across_parts; /* under different given parts */
};

/* Immutable once scanned. Files are sorted by bytes of the class, then of the name; classes by bytes. */
struct dataset {
    char *root;        /* absolute */
    size_t n_classes, n_files, n_notes, n_pairs;
    struct ds_class *classes;
    struct ds_file *files;
    struct ds_note *notes;
    struct ds_pair *pairs;
    bool given_parts;  /* train and val folders, which say the split */
    bool incomplete;   /* a folder could not be read */
    size_t by_status[FILE_STATUS_COUNT]; /* adds up to n_files */
    uint64_t fingerprint; /* XXH3 64 over names, classes, sizes and hashes of the used files */
};

enum ds_stage { DS_LISTING, DS_DECODING };
struct ds_progress {
    atomic_int stage;
    atomic_size_t done, total; /* files; total grows while listing */
    atomic_size_t bad;         /* files skipped so far */
    atomic_bool cancel;        /* set by the owner to stop */
};

struct scan_config {
    uint64_t max_pixels;
    bool keep_damaged;
    bool own_split;     /* train and val folders do not say the split: it is drawn, or read from a file */
    bool leaf_folders;  /* nested groups: classes are the leaf folders ("b/bar/indoor"), else the first level */
    const char *runs_dir; /* a run folder inside the data set is never a class: folders holding run.ini are skipped anyway */
};

/* Lists, decodes and hashes everything below root on the pool. Bad files are no errors.
 * errors: NOT_FOUND, INVALID (a file, not a folder), IO, CANCELLED. The caller frees *out. thread: any but a pool thread */
enum err_code dataset_scan(struct dataset **out, const char *root, const struct scan_config *config, struct pool *pool,
                           enum pool_priority priority, struct ds_progress *progress, struct err *err);
/* Only the listing, no decoding: names, classes, sizes; every regular file that may be a picture counts as used. For the
 * first paint. */
enum err_code dataset_list(struct dataset **out, const char *root, const struct scan_config *config, struct err *err);
void dataset_free(struct dataset *ds);

/* Whether it can be trained on: two classes or more with usable pictures.
 * errors: INVALID, with what was seen and a likely better folder */
enum err_code dataset_check(const struct dataset *ds, struct err *err);

size_t dataset_used(const struct dataset *ds);
char *dataset_path(const struct dataset *ds, size_t file); /* absolute; the caller frees it */
int dataset_class(const struct dataset *ds, const char *name); /* index or -1 */

/* The suffixes of files that are no usable pictures, most frequent first: ".dcm 10, no suffix 2"; "" when there are none. */
void dataset_suffixes(struct str *out, const struct dataset *ds);

/* Quick test for "is this a folder of class folders": at least two subfolders that hold a file looking like a picture. */
bool dataset_looks_like(const char *root);

#endif
