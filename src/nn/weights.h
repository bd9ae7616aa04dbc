/* Weight files: .pth (legacy stream and zip) and safetensors, read without running anything in them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_WEIGHTS_H
#define FL_NN_WEIGHTS_H

#include "nn/arch.h"

enum weight_dtype { W_F32, W_F16, W_BF16, W_F64, W_I64, W_I32, W_I16, W_I8, W_U8, W_BOOL };

/* One tensor of a file. Fields may be read; strings and data belong to the file. */
struct weight_entry {
    const char *name;        /* as in the file, after unwrapping state_dict, model, ... */
    enum weight_dtype dtype;
    int n_dims;
    int64_t dims[8], strides[8]; /* strides in elements */
    const uint8_t *data;     /* first element of the view */
    size_t n_bytes;          /* bytes of storage from data on, at least what dims and strides reach: checked */
};

struct weight_file; /* opaque */

/* Recognises the container by content; files over 8 GiB are refused.
 * errors: NOT_FOUND, IO, FORMAT (says what the file is instead: web page, pointer file, scripted model, picture, cut off ...; names
 * foreign classes of a pickle and runs nothing), UNSUPPORTED (tar) */
enum err_code weights_open(struct weight_file **out, const char *path, struct err *err);
void weights_close(struct weight_file *file);
size_t weights_count(const struct weight_file *file);
const struct weight_entry *weights_at(const struct weight_file *file, size_t i);
const struct weight_entry *weights_get(const struct weight_file *file, const char *name); /* or NULL */
const char *weights_kind(const struct weight_file *file);    /* "safetensors", "PyTorch zip", "PyTorch legacy" */
const char *weights_wrapper(const struct weight_file *file); /* "state_dict" when unwrapped from there, else "" */
const char *weights_meta(const struct weight_file *file, const char *key); /* safetensors __metadata__, or NULL */
/* Python values beside tensors that a reader of our own files or the peer's may want: flat lists of texts and numbers at the
 * top level, by key; n is the number of items. Used by tests. NULL when absent. */
const char *const *weights_texts(const struct weight_file *file, const char *key, size_t *n);

/* Elements in C order as float32 (integers converted). out: product of dims elements. */
enum err_code weights_read_f32(const struct weight_entry *entry, float *out, size_t n, struct err *err);
enum err_code weights_read_i64(const struct weight_entry *entry, int64_t *out, size_t n, struct err *err);

/* Which entry of a file each tensor of a graph gets. */
struct weight_match {
    int *entry;          /* for tensor i: index of the entry, or -1 (fresh) */
    size_t n_loaded, n_body, n_body_loaded; /* tensors taken; tensors of the body (head and counters left out), taken */
    size_t n_unused;     /* entries that nobody took */
    bool head_fresh;     /* the file has no head, or one of another size */
    int64_t head_classes;   /* classes of the file's head; 0 when it has none */
    char prefix[32];     /* prefix that was stripped, "" when none */
    char text[256];      /* one line: "body 122 of 122 tensors, head new for 5 classes (the file's is for 1000)" */
};

/* Matches by whole names after stripping one of the prefixes "module.", "module.pre.", "backbone.", "model.", "_orig_mod." that all (or
 * all but the head's) names share, and MobileNetV2's older flat names. num_batches_tracked is optional both ways.
 * want_head: the file's head is taken when its size fits.
 * errors: INVALID when a body tensor is missing or has another shape ("looks like ResNet-50, you chose ResNet-18"; at most 10 names) */
enum err_code weights_match(struct weight_match *match, const struct weight_file *file, const struct graph *graph,
                            bool want_head, struct err *err);
void weight_match_done(struct weight_match *match);

/* Name of the architecture whose body the file fits, or NULL. */
const char *weights_guess(const struct weight_file *file);

/* --- writing ------------------------------------------------------------------------------------------------- */

struct weight_out {
    const char *name;
    enum weight_dtype dtype;
    int n_dims;
    int64_t dims[4];
    const void *data; /* C order */
};

/* safetensors: header padded to 8 bytes, tensors in the given order, metadata pairs (key, value) in the given order; written beside, synced,
 * renamed. Two equal inputs give equal bytes. errors: IO */
enum err_code safetensors_write(const char *path, const struct weight_out *tensors, size_t n,
                                const char *const (*meta)[2], size_t n_meta, struct err *err);

/* --- finding and fetching ------------------------------------------------------------------------------------ */

/* Path of an architecture's weight file: the option's path when not NULL or empty (must exist), else our cache, $TORCH_HOME/hub/checkpoints,
 * $XDG_CACHE_HOME/torch/hub/checkpoints, ~/.cache/torch/hub/checkpoints: arch->weights_file, then any other ARCH-HASH.pth. For an
 * architecture without published weights ARCH.safetensors, which pre-training keeps in our cache. The caller frees *path.
 * errors: NOT_FOUND, with a hint that says exactly what to do */
enum err_code weights_find(char **path, const char *option, const struct arch *arch, struct err *err);

/* Where our own downloads lie: a file name below path_home(PATH_CACHE)/weights. */
char *weights_cache_path(const char *file_name);

/* Downloads url to path with resume (PATH.part), progress and a check of the SHA-256 prefix (may be NULL). progress returns false to
 * cancel. total 0 when unknown. A cut connection is an error; the part stays and the next call goes on from there.
 * errors: IO (names the status), FORMAT (wrong hash: the part is removed), CANCELLED.
 * thread: any but the UI's */
enum err_code weights_fetch(const char *url, const char *path, const char *sha256_prefix,
                            bool (*progress)(uint64_t got, uint64_t total, void *user), void *user, struct err *err);

/* The hash in a file name: 8 to 64 lower-case hexadecimal digits between "-" and the suffix. false: there is none. */
bool weights_name_hash(const char *path, char hex[65]);

/* SHA-256 of a file, 64 hexadecimal digits. errors: NOT_FOUND, IO */
enum err_code weights_sha256(const char *path, char hex[65], struct err *err);

#endif
