/* The loader: a thread pool that turns files into batches of uint8 NHWC, ahead of the trainer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_LOADER_H
#define FL_DATA_LOADER_H

#include "data/dataset.h"
#include "image/augment.h"

/* How pictures become squares; same for all parts of a run but for augment. */
struct loader_config {
    int size;                      /* side in pixels */
    bool crop_eval;                /* evaluation: crop (resize_rule RESIZE_CROP), else stretch */
    int views;                     /* squares of a picture, 1 or more, as crop_view; above 1 with crop_eval and fixed input only */
    bool mirror_views;             /* every other view is mirrored, counted from the middle one (of an even number the left one), which is not */
    bool antialias;                /* antialiased resize; false: plain bilinear ("classic") */
    struct augment_limits augment; /* all zero: fixed input */
    uint64_t seed;                 /* draws from (seed, RNG_AUGMENT, epoch, file index) */
    int batch_size;
    bool fold_last;                /* a leftover of one picture goes into the batch before (training); one left alone by failures
                                    * goes into the next, or at the end of the pass out, with a line in the log */
    int prefetch;                  /* batches ahead, 1 or more; memory: (prefetch + 1) (batch_size + 2) views size size 3 bytes */
    uint64_t cache_bytes;          /* decoded squares of fixed input kept in memory up to this; 0: none */
    enum pool_priority priority;
};

struct batch_item {
    uint32_t file;                 /* index into dataset.files */
    int label;
    struct augment_draw draw;      /* flip and jitter are left to the net's input operator; the window (of the first view) is applied */
};

struct batch {
    int n;
    uint8_t *rgb;                  /* [n, views, size, size, 3] */
    struct batch_item *items;
    size_t n_failed;               /* pictures that could not be read any more and were skipped */
    char failed[128];              /* the first of them with its reason */
};

struct loader; /* opaque */

/* ds, pool must outlive the loader. */
struct loader *loader_new(const struct dataset *ds, struct pool *pool, const struct loader_config *config);
void loader_free(struct loader *loader);

/* Starts a pass over files (indices into ds->files, copied) in the given order; a pass in progress is dropped. epoch is the draw's key. */
void loader_start(struct loader *loader, const uint32_t *files, size_t n, int epoch);
size_t loader_batches(const struct loader *loader); /* of this pass; fewer are handed out when all pictures of one failed */
size_t loader_failed(const struct loader *loader);  /* pictures of this pass skipped so far, also those of a batch that became empty */

/* A file that is gone, cannot be decoded, or is not the one that was scanned (by its hash) is skipped and counted; it never
 * trains. The next batch in order, borrowed until the next call; *batch NULL after the last. Where all pictures behind the last one failed
 * there is one more, of none (n is 0), which tells them. Blocks. Waited seconds are added to *waited (may be
 * NULL). errors: CANCELLED once *cancel (given at start through loader_cancel_flag) is set; IO when more than half of the files of the pass
 * failed (a share that went away) */
enum err_code loader_next(struct loader *loader, const struct batch **batch, double *waited, struct err *err);
void loader_cancel_flag(struct loader *loader, const atomic_bool *cancel);

/* Bytes that one picture takes in a batch. */
size_t loader_picture_bytes(const struct loader_config *config);

/* One file to its squares as the loader does for fixed input, [views, size, size, 3]; the one path for predict, preview and tests. A damaged
 * picture is a success with info->warnings. errors: those of image_load */
enum err_code loader_square(uint8_t *out, const char *path, const struct loader_config *config, struct image_info *info, struct err *err);

#endif
