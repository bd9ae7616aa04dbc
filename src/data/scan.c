/* The pass over the files: every one read, hashed and decoded once on the pool.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "data/internal.h"

enum {
    HEAD_BYTES = 4096, /* enough to tell what a file is */
    CHUNK = 8          /* files a task: between tasks the pool can serve the training loader */
};

struct scan {
    struct dataset *ds;
    const struct scan_config *config;
    struct ds_progress *progress;
    enum pool_priority priority;
    struct pool_group group;
    atomic_size_t next;
};

static void set_detail(struct ds_file *f, const char *text)
{
    snprintf(f->detail, sizeof f->detail, "%.63s", text);
}

static void reject(struct ds_file *f, enum file_status status, const char *detail)
{
    f->status = status;
    set_detail(f, detail);
}

static void read_failed(struct ds_file *f, int errnum)
{
    if (errnum == ENOENT || errnum == ENOTDIR)
        reject(f, FILE_VANISHED, "gone since the listing");
    else if (errnum == EMEDIUMTYPE)
        reject(f, FILE_NOT_REGULAR, "no regular file any more");
    else if (errnum == EFBIG) {
        char size[NUM_TEXT];
        snprintf(f->detail, sizeof f->detail, "file of %s", num_bytes(size, f->bytes));
        f->status = FILE_TOO_LARGE;
    } else
        reject(f, FILE_UNREADABLE, strerror(errnum));
}

/* A kind that is not decoded: which reason, and in which words. */
static void wrong_kind(struct ds_file *f)
{
    bool picture = image_kind_is_picture(f->kind);
    const char *suffix = path_suffix(f->name);
    char *quoted = data_quote(suffix);
    if (f->kind == KIND_ZEROS)
        reject(f, FILE_ZEROS, f->bytes <= HEAD_BYTES ? "all zero bytes" : "begins with zero bytes");
    else if (f->kind == KIND_EMPTY)
        reject(f, FILE_EMPTY, "empty file");
    else {
        f->status = picture ? FILE_OTHER_FORMAT : FILE_NOT_PICTURE;
        const char *kind = image_kind_name(f->kind);
        if (f->kind == KIND_HTML)
            set_detail(f, "web page saved as picture");
        else if (f->kind == KIND_UNKNOWN)
            snprintf(f->detail, sizeof f->detail, "no known format%s%.16s", f->other_suffix ? ", named " : "",
                     f->other_suffix ? quoted : "");
        else if (f->other_suffix)
            snprintf(f->detail, sizeof f->detail, "is %s, named %.16s", kind, quoted);
        else
            snprintf(f->detail, sizeof f->detail, "%s%s", picture ? "is " : "", kind);
    }
    free(quoted);
}

static void decode(const struct scan *scan, struct ds_file *f, const uint8_t *bytes, size_t n)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, n);
    f->hash_hi = hash.high64;
    f->hash_lo = hash.low64;
    struct image image = {0};
    struct image_info info = {.orientation = 1};
    struct image_limits limits = {scan->config->max_pixels};
    struct err err = {0};
    enum err_code code = image_decode(&image, bytes, n, &limits, 0, &info, &err);
    image_done(&image);
    f->width = info.width;
    f->height = info.height;
    f->orientation = info.orientation;
    if (code == ERR_INVALID)
        reject(f, FILE_TOO_LARGE, err.message);
    else if (code != ERR_OK)
        reject(f, FILE_BROKEN, err.message);
    else if (info.warnings) {
        if (!scan->config->keep_damaged)
            f->status = FILE_DAMAGED;
        set_detail(f, info.warning);
    }
}

/* Tells by its first bytes what a file is; true when it is one to decode. */
static bool sniff(struct ds_file *f, const char *path)
{
    uint8_t *head;
    size_t n;
    int errnum = data_read(path, HEAD_BYTES, &head, &n);
    if (errnum) {
        read_failed(f, errnum);
        return false;
    }
    f->kind = image_sniff(head, n);
    free(head);
    enum image_kind promised = data_suffix_kind(f->name);
    f->other_suffix = promised != KIND_UNKNOWN && promised != f->kind;
    if (f->status == FILE_LOOSE && image_kind_is_picture(f->kind))
        return false;
    if (!image_kind_decoded(f->kind)) {
        wrong_kind(f);
        return false;
    }
    return true;
}

static void check_file(const struct scan *scan, struct ds_file *f, const char *path)
{
    if (!sniff(f, path))
        return;
    uint8_t *bytes;
    size_t n;
    int errnum = data_read(path, 0, &bytes, &n);
    if (errnum) {
        read_failed(f, errnum);
        return;
    }
    f->bytes = n;
    decode(scan, f, bytes, n);
    free(bytes);
}

static void check_index(struct scan *scan, size_t i)
{
    struct ds_file *f = &scan->ds->files[i];
    if (f->status == FILE_USED || f->status == FILE_LOOSE) {
        char *path = dataset_path(scan->ds, i);
        check_file(scan, f, path);
        free(path);
    }
    if (scan->progress) {
        atomic_fetch_add(&scan->progress->bad, f->status != FILE_USED);
        atomic_fetch_add(&scan->progress->done, 1);
    }
}

static bool stopped(const struct scan *scan)
{
    return scan->progress && atomic_load(&scan->progress->cancel);
}

/* One chunk, then the rest of the chain goes to the end of the queue. */
static void scan_task(void *arg)
{
    struct scan *scan = arg;
    size_t first = atomic_fetch_add(&scan->next, CHUNK), n = scan->ds->n_files;
    for (size_t i = first; i < first + CHUNK && i < n && !stopped(scan); i++)
        check_index(scan, i);
    if (first + CHUNK < n && !stopped(scan))
        pool_submit(&scan->group, scan->priority, scan_task, scan);
}

static void start_progress(struct ds_progress *progress, enum ds_stage stage, size_t total)
{
    if (!progress)
        return;
    atomic_store(&progress->stage, stage);
    atomic_store(&progress->done, 0);
    atomic_store(&progress->bad, 0);
    atomic_store(&progress->total, total);
}

enum err_code dataset_scan(struct dataset **out, const char *root, const struct scan_config *config,
                           struct pool *pool, enum pool_priority priority,
                           struct ds_progress *progress, struct err *err)
{
    start_progress(progress, DS_LISTING, 0);
    enum err_code code = data_walk(out, root, config, progress, err);
    if (code != ERR_OK)
        return code;
    struct scan scan = {.ds = *out, .config = config, .progress = progress, .priority = priority};
    start_progress(progress, DS_DECODING, scan.ds->n_files);
    pool_group_init(&scan.group, pool);
    for (int i = 0; i < pool_threads(pool) || i < 1; i++)
        pool_submit(&scan.group, priority, scan_task, &scan);
    pool_group_wait(&scan.group);
    if (stopped(&scan)) {
        dataset_free(*out);
        *out = NULL;
        return err_set(err, ERR_CANCELLED, "%s: scan stopped", root);
    }
    data_finish(*out);
    return ERR_OK;
}

/* Without reading: by the suffix. */
static void guess(struct ds_file *f)
{
    f->kind = data_suffix_kind(f->name);
    if (f->status == FILE_LOOSE && !image_kind_is_picture(f->kind))
        f->status = FILE_NOT_PICTURE;
    else if (f->status == FILE_USED && f->kind != KIND_UNKNOWN && !image_kind_is_picture(f->kind))
        f->status = FILE_NOT_PICTURE;
}

enum err_code dataset_list(struct dataset **out, const char *root, const struct scan_config *config,
                           struct err *err)
{
    enum err_code code = data_walk(out, root, config, NULL, err);
    if (code != ERR_OK)
        return code;
    for (size_t i = 0; i < (*out)->n_files; i++)
        guess(&(*out)->files[i]);
    data_finish(*out);
    return ERR_OK;
}
