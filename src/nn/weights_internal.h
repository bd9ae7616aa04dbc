/* The inside of an open weight file. Private to weights*.c, pth*.c and safetensors*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_WEIGHTS_INTERNAL_H
#define FL_NN_WEIGHTS_INTERNAL_H

#include "nn/pickle.h"
#include "nn/weights.h"

/* A top-level value beside the tensors. */
struct weight_texts {
    char *key;
    char **texts;
    size_t n;
};

struct weight_file {
    const char *kind;
    char *path, *wrapper;
    uint8_t *bytes;              /* the file, where tensors lie in it; NULL for a zip */
    size_t n_bytes;
    uint8_t **blocks;            /* storages read out of a zip */
    size_t n_blocks, cap_blocks;
    struct weight_entry *entries;
    size_t n_entries, cap_entries;
    char *(*meta)[2];
    size_t n_meta;
    struct weight_texts *texts;
    size_t n_texts;
};

/* Sets "PATH: ..." with a hint (may be NULL); returns code. */
enum err_code weights_fail(const struct weight_file *file, struct err *err, enum err_code code, const char *hint,
                           const char *format, ...) __attribute__((format(printf, 5, 6)));

#define WEIGHTS_HINT_RESAVE "in Python: torch.save(model.state_dict(), \"weights.pth\")"
#define WEIGHTS_HINT_AGAIN "the file is damaged or was cut off on its way: fetch it again"

size_t weight_dtype_size(enum weight_dtype dtype);

/* Appends an entry after checking that dims and strides stay inside n_bytes; takes nothing, copies the name.
 * errors: FORMAT */
enum err_code weights_add(struct weight_file *file, const struct weight_entry *entry, struct err *err);

/* Elements of a shape in *n; false when it overflows or a dimension is negative. */
bool weight_elements(const int64_t *dims, int n_dims, size_t *n);

/* A text that may hold anything as one safe line, cut to size; returns out. */
char *weights_safe(char *out, size_t size, const char *text);

/* Readers: file->bytes and n_bytes are set. errors: FORMAT, UNSUPPORTED; messages begin with the file's path */
enum err_code safetensors_read(struct weight_file *file, struct err *err);
enum err_code pth_read_zip(struct weight_file *file, struct err *err);
enum err_code pth_read_legacy(struct weight_file *file, struct err *err);

/* Gives the bytes of a storage: n_bytes of them at least, at *data. */
struct storage_source {
    enum err_code (*find)(void *user, const char *key, size_t n_bytes, const uint8_t **data, struct err *err);
    void *user;
};

/* What a persistent id of torch.save says. */
struct storage_id {
    const char *key;
    enum weight_dtype dtype;
    size_t n;            /* elements */
    size_t offset;       /* elements; only views of very old files have one */
};
enum err_code pth_storage_id(const struct weight_file *file, const struct pickle_value *persistent, struct storage_id *id,
                             struct err *err);

/* Tensors and texts of a parsed pickle into file. errors: FORMAT: no tensors, calls of foreign names */
enum err_code pth_collect(struct weight_file *file, const struct pickle *pickle, const struct storage_source *source,
                          struct err *err);

#endif
