/* Whole files: read, atomic replace, whole-line append.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_FILE_H
#define FL_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Reads a regular file into fresh memory with a NUL after the last byte. Opens without blocking (a FIFO or device is
 * INVALID). limit: more bytes than that are INVALID; 0 means no limit. errors: NOT_FOUND, IO, INVALID */
enum err_code file_read(const char *path, size_t limit, char **bytes, size_t *length, struct err *err);

/* A file being written beside its target: PATH.tmp-flowerlab. Opaque. */
struct file_writer;

/* errors: IO */
enum err_code file_writer_open(struct file_writer **w, const char *path, struct err *err);
enum err_code file_writer_write(struct file_writer *w, const void *bytes, size_t n, struct err *err);
/* Flushes, syncs file and folder, renames over the target. w is freed on success and failure alike; on failure the
 * target is as it was and the temporary is gone. */
enum err_code file_writer_commit(struct file_writer *w, struct err *err);
void file_writer_abort(struct file_writer *w); /* removes the temporary; NULL is fine */

/* The three above at once. */
enum err_code file_replace(const char *path, const void *bytes, size_t n, struct err *err);

/* As file_replace, but the disk is not waited for: after a power failure the old file may be there. For what is only handy. */
enum err_code file_replace_quick(const char *path, const void *bytes, size_t n, struct err *err);

/* Appends whole text (one or more lines) with a single write. errors: IO */
enum err_code file_append(const char *path, const char *text, size_t n, struct err *err);

#define FILE_STALE ".tmp-flowerlab" /* how the name of a file ends that is being written */
/* Removes leftovers of that name in a folder. */
void file_remove_stale(const char *folder);

/* Test hook: called by file_writer_commit between writing and renaming, NULL by default. A test holds or kills
 * the process there. */
extern void (*file_commit_hook)(const char *path);

#endif
