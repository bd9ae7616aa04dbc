/* A network with what it takes to use it: class names, preprocessing, precision. Travels as one safetensors file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_MODEL_H
#define FL_ENGINE_MODEL_H

#include "engine/settings.h"
#include "engine/torch.h"
#include "nn/net.h"
#include "stats/metrics.h"

struct model {
    const struct fl_table *fl;
    struct net *net;
    struct prep prep;
    int n_classes;
    char **classes;
    int epoch;               /* that the weights are of; 0: fresh */
    enum fl_precision precision;
    struct fl_device_info device;
    char device_warning[TORCH_WARNING]; /* what libtorch said while it looked for GPUs; "" nothing */
};

/* What a run was trained with, by its record: "cuda:0", "fp16". */
struct trained_with {
    const char *device, *precision;
};
/* Selects the device and decides the precision: wish ("auto", "fp32", ...), but on a device of the kind that a run was trained on (before, NULL:
 * none) the precision that it had. errors: UNSUPPORTED (fp16 without a GPU), those of the shim */
enum err_code model_device(struct model *m, const struct fl_table *fl, const char *device, const char *wish, const struct trained_with *before,
                           struct err *err);

/* Zero tensors of an architecture; n_classes copies of names. */
enum err_code model_new(struct model *m, const struct arch *arch, char *const *classes, int n_classes, struct err *err);
void model_done(struct model *m);

/* Every tensor of torchvision's state_dict in its own type, with metadata; equal models give equal bytes. errors: IO, TORCH
 * The weights of a moment in host memory, to be saved later (with m's classes and preprocessing, which do not change); best: its accuracy and
 * loss go into the metadata, NULL none. */
struct model_copy;
enum err_code model_copy(struct model_copy **out, const struct model *m, struct err *err);
enum err_code model_copy_save(const struct model *m, const struct model_copy *copy, const struct best *best, const char *path, struct err *err);
void model_copy_free(struct model_copy *copy);

enum err_code model_save(const struct model *m, const char *path, struct err *err);
/* errors: NOT_FOUND, FORMAT (no file of ours: names what is missing) */
enum err_code model_load(struct model *m, const char *path, struct err *err);
/* Epoch, accuracy and loss (NaN in older files) of the best weights, by the file's metadata. False: there is no such file. */
bool model_file_best(struct best *best, const char *path);

/* Logits [n, n_classes] of pictures rgb [n, views, size, size, 3], the mean of the views: no gradients, stored
 * statistics. Batches that do not fit into the device's memory are halved. */
enum err_code model_logits(struct model *m, const uint8_t *rgb, size_t n, float *logits, struct err *err);
/* What block from (1 or more) gets of single squares rgb [n, size, size, 3], [n, width]: its dimensions as graph_cut_dims, of which width is the
 * product. The block behind the last gets the logits. */
enum err_code model_features(struct model *m, int from, int width, const uint8_t *rgb, size_t n, float *features,
                             struct err *err);
/* Logits of pictures first..first + n - 1 from such features kept on the device, a row for each of their views. */
enum err_code model_rest(struct model *m, int from, const fl_tensor *features, size_t first, size_t n, float *logits,
                         struct err *err);

int model_head_block(const struct model *m);

#endif
