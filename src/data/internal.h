/* What the files of the data layer share among themselves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_INTERNAL_H
#define FL_DATA_INTERNAL_H

#include "data/dataset.h"

/* Appends a note. Names in it go through data_quote first. */
void data_note(struct dataset *ds, bool problem, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Bytes of a name made safe for a screen; the caller frees it. */
char *data_quote(const char *name);

/* The kind a name's suffix promises, in any case; KIND_UNKNOWN for none or a foreign one. */
enum image_kind data_suffix_kind(const char *name);

/* Walks the folders below root: names, sizes, classes, given parts; sorted. What a decoder must look at is FILE_USED
 * or, without a class, FILE_LOOSE. errors: NOT_FOUND, INVALID, IO, CANCELLED */
enum err_code data_walk(struct dataset **out, const char *root, const struct scan_config *config,
                        struct ds_progress *progress, struct err *err);

/* Sums, identical files, fingerprint and the notes that follow from them; once, after the states are final. */
void data_finish(struct dataset *ds);

/* A file's bytes, without ever waiting for a FIFO. Hiccups of a network share are tried again for about a second.
 * Only the first head_only bytes when that is not 0. Returns 0 with *bytes (freed by the caller), or errno; EMEDIUMTYPE
 * when it is no regular file, EFBIG when it has more than DATA_FILE_LIMIT bytes. */
#define DATA_FILE_LIMIT ((uint64_t)1 << 30)
int data_read(const char *path, size_t head_only, uint8_t **bytes, size_t *n);

/* Test hook: called before each attempt to open a file; a value other than 0 is taken as its errno. NULL by default. */
extern int (*data_read_hook)(const char *path);

#endif
