/* The door to libtorch: one versioned table of functions, opened with dlopen.
 *
 * The shim exports the single symbol fl_torch_table(); everything else goes through the table it returns. Plain C11, clean
 * in C++17. Shapes are in brackets, N batch, C channels or classes, H height, W width. Tensors of pictures are logically
 * [N, C, H, W] and stored NHWC (channels_last).
 *
 * Conventions, for every entry of the table unless it says otherwise:
 *   - returns enum err_code; results first, error last; on failure results are NULL or untouched;
 *   - never throws, prints, exits; libtorch's warnings go to fl_init.warn;
 *   - a tensor made by an operator belongs to the scope passed to it and dies with the scope, unless kept;
 *   - thread: the engine thread, the one that called init;
 *   - errors: INVALID for shapes, types and ranges, DEVICE_MEMORY, TORCH for the rest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TORCH_H
#define FL_TORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FL_TORCH_VERSION 6

typedef struct fl_tensor fl_tensor;
typedef struct fl_scope fl_scope;
typedef struct fl_optim fl_optim;

enum fl_dtype { FL_F32, FL_F16, FL_BF16, FL_F64, FL_I64, FL_U8 };
enum fl_precision { FL_FP32, FL_AUTOCAST_BF16, FL_AUTOCAST_FP16 };

struct fl_init {
    int n_threads; /* intra-op threads, 1 or more; inter-op is 1 */
    bool deterministic;
    void (*warn)(const char *text, void *user); /* one line a call; may be NULL */
    void *user;
};

/* A device as the program knows it. */
struct fl_device_info {
    char name[16];  /* "cpu", "cuda:0": what --device takes */
    char title[96]; /* "NVIDIA H100", or the processor's name */
    int index;      /* -1 for the CPU */
    int capability; /* 80 for compute capability 8.0; 0 for the CPU */
    uint64_t memory_free, memory_total; /* bytes, 0 when unknown */
    bool bf16_fast; /* CPU: AVX512_BF16 or AMX; GPU: capability 8.0 or newer */
};

/* What is done to one picture on its way into the net. All neutral: {0, 1, 1, 1}. */
struct fl_pixel_op {
    int flip;         /* 1: left and right exchanged */
    float brightness; /* factor on all values, 0..4 */
    float contrast;   /* factor around the picture's mean grey, 0..4 */
    float saturation; /* factor around each pixel's grey, 0..4 */
};

enum fl_optim_kind { FL_SGD, FL_ADAM, FL_ADAMW };

struct fl_optim_config {
    enum fl_optim_kind kind;
    double momentum;           /* SGD */
    double beta1, beta2, eps;  /* Adam, AdamW */
};

struct fl_table {
    int version;               /* FL_TORCH_VERSION */
    const char *torch_version; /* "1.13.1" */
    bool cuda_built;           /* our kernels are in this shim */

    /* --- process --------------------------------------------------------------------------------------------- */

    /* Once, before any other call; the caller becomes the engine thread. A second call with the same numbers is OK. */
    enum err_code (*init)(const struct fl_init *init, struct err *err);

    /* Devices: the CPU first, then the GPUs. Writes up to max, *n gets the number there are. No GPU is no error. Memory of GPUs is NVML's
     * number; where it is not there CUDA is asked, which takes some memory on each. */
    enum err_code (*devices)(struct fl_device_info *out, int max, int *n, struct err *err);

    /* Parses "auto", "cpu", "cuda", "cuda:N" and selects the device for all tensors made from now on. auto: the GPU with
     * most free memory that the process can have, else the CPU. Of a named one only that one is looked at. errors: INVALID name, NOT_FOUND "no CUDA device" */
    enum err_code (*device_select)(struct fl_device_info *out, const char *name, struct err *err);

    size_t (*live_tensors)(void);       /* handles alive; for leak tests */
    uint64_t (*device_memory)(void);    /* bytes in use on the selected device, by all programs; 0 for the CPU */
    /* The most that libtorch's allocator has held of the selected device since a call with anew, bytes; not what CUDA itself takes for
     * the process (some hundred MB). 0 for the CPU, and where libtorch does not tell. */
    uint64_t (*device_peak)(bool anew);
    enum err_code (*device_sync)(struct err *err);
    void (*empty_cache)(void);          /* gives cached memory back, of the GPU and the host; after DEVICE_MEMORY, and when idle */

    /* --- scopes ---------------------------------------------------------------------------------------------- */

    fl_scope *(*scope_new)(void);
    void (*scope_close)(fl_scope *scope);                       /* frees what it owns; NULL is fine */
    void (*scope_keep)(fl_scope *scope, fl_tensor *tensor);     /* tensor is the caller's from now on */

    /* --- tensors --------------------------------------------------------------------------------------------- */

    /* From host memory, C order, on the selected device; the caller's to free. n_bytes must be exactly right. 4-D tensors are
     * stored channels_last. data NULL: zeros. */
    enum err_code (*tensor_new)(fl_tensor **out, enum fl_dtype dtype, int n_dims, const int64_t *dims, const void *data,
                                size_t n_bytes, struct err *err);
    void (*tensor_free)(fl_tensor *tensor); /* NULL is fine */
    int (*tensor_dims)(const fl_tensor *tensor, int64_t dims[8]); /* number of dimensions */
    enum fl_dtype (*tensor_dtype)(const fl_tensor *tensor);

    /* Values in logical C order ([N, C, H, W] whatever the storage), in the tensor's own type. n_bytes must be exactly right. */
    enum err_code (*tensor_read)(const fl_tensor *tensor, void *out, size_t n_bytes, struct err *err);
    enum err_code (*tensor_write)(fl_tensor *tensor, const void *data, size_t n_bytes, struct err *err);
    enum err_code (*tensor_copy)(fl_tensor *to, const fl_tensor *from, struct err *err); /* same shape */
    /* to[i] = (1 - share) to[i] + share from[i], on the device; n pairs, float32, of one shape each. share: 0..1 */
    enum err_code (*tensors_mix)(fl_tensor *const *to, fl_tensor *const *from, size_t n, double share, struct err *err);
    enum err_code (*tensor_item)(const fl_tensor *tensor, double *out, struct err *err); /* one element */
    void (*tensor_require_grad)(fl_tensor *tensor, bool on); /* whole numbers have none: nothing happens */
    /* Gradient of a leaf as a new handle of scope; *out NULL when there is none. */
    enum err_code (*tensor_grad)(fl_tensor **out, const fl_tensor *leaf, fl_scope *scope, struct err *err);
    /* Rows index[i] of a [N, ...] tensor. index: host memory, 0 <= index[i] < N. */
    enum err_code (*tensor_rows)(fl_tensor **out, const fl_tensor *x, const int64_t *index, size_t n, fl_scope *scope,
                                 struct err *err);
    /* Joins along the first dimension. */
    enum err_code (*tensor_cat)(fl_tensor **out, fl_tensor *const *parts, size_t n, fl_scope *scope, struct err *err);
    /* Of its own type x is not copied: the new handle is of the same numbers. */
    enum err_code (*tensor_cast)(fl_tensor **out, const fl_tensor *x, enum fl_dtype dtype, fl_scope *scope, struct err *err);

    /* --- modes: state of the engine thread, set explicitly ---------------------------------------------------- */

    void (*grad_enable)(bool on);                /* autograd records or not */
    /* Autocast for the operators that follow; FL_FP32 ends it. Its copies of weights are kept until then, or until a step of an
     * optimiser, a write or grad_enable. FL_AUTOCAST_FP16 on the CPU: conv2d and linear answer UNSUPPORTED. */
    void (*precision_set)(enum fl_precision p);
    void (*seed)(uint64_t seed);                 /* libtorch's generators (dropout) */
    /* State of the CPU generator: size with out NULL, else copied. */
    enum err_code (*seed_state)(void *out, size_t *n_bytes, struct err *err);
    enum err_code (*seed_restore)(const void *state, size_t n_bytes, struct err *err);

    /* --- operators ------------------------------------------------------------------------------------------- */

    /* Pictures into the net: uint8 [N, H, W, 3] in host memory -> float32 [N, 3, H, W] on the device:
     * flip and jitter (brightness, contrast, saturation in this order, clamped to 0..1 after each), then (v - mean) / std a channel.
     * ops: N entries, or NULL for none. On a GPU one pass of our kernels, or libtorch's operators where these are not built or do not run
     * (a warning says why, once a GPU); on the CPU the C reference of fl_pixels.h. */
    enum err_code (*pixels)(fl_tensor **out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                            const struct fl_pixel_op *ops, const float mean[3], const float std[3], fl_scope *scope,
                            struct err *err);

    /* x [N, Cin, H, W], weight [Cout, Cin / groups, K, K], bias [Cout] or NULL. */
    enum err_code (*conv2d)(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias, int stride,
                            int padding, int groups, fl_scope *scope, struct err *err);
    /* x [N, C, H, W]; weight, bias, mean, var [C]. batch_stats: normalise with the batch's statistics and move mean and var by
     * momentum (0.1: new = 0.9 old + 0.1 batch, unbiased variance); else with mean and var, which stay. relu_max: what relu would be
     * given, which is then done in the same pass over memory; below 0: no ReLU. */
    enum err_code (*batch_norm)(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                                fl_tensor *mean, fl_tensor *var, bool batch_stats, double momentum, double eps,
                                double relu_max, fl_scope *scope, struct err *err);
    /* relu in place where x is a result of scope that nobody else needs: in_place promises that. max: 0 none, 6 for ReLU6. */
    enum err_code (*relu)(fl_tensor **out, fl_tensor *x, double max, bool in_place, fl_scope *scope, struct err *err);
    enum err_code (*add)(fl_tensor **out, const fl_tensor *a, const fl_tensor *b, fl_scope *scope, struct err *err);
    enum err_code (*max_pool2d)(fl_tensor **out, const fl_tensor *x, int kernel, int stride, int padding, fl_scope *scope,
                                struct err *err);
    enum err_code (*global_avg_pool)(fl_tensor **out, const fl_tensor *x, fl_scope *scope, struct err *err); /* -> [N, C] */
    /* x [N, F], weight [C, F], bias [C] -> [N, C]. */
    enum err_code (*linear)(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                            fl_scope *scope, struct err *err);
    enum err_code (*dropout)(fl_tensor **out, const fl_tensor *x, double p, fl_scope *scope, struct err *err);
    enum err_code (*softmax)(fl_tensor **out, const fl_tensor *logits, fl_scope *scope, struct err *err); /* float32, over C */
    /* Mean cross-entropy of a batch, computed in float32.
     *   logits [N, C]; labels: host memory, N entries, 0 <= label < C (checked: INVALID)
     *   class_weights: host memory, C entries, or NULL; with them the mean is weighted as PyTorch's CrossEntropyLoss does
     *   smoothing: 0..1, label smoothing as in PyTorch
     *   loss: [] float32, nats
     * source: Goodfellow, Bengio, Courville, Deep Learning, 6.2.2.3; smoothing: Szegedy et al., arXiv 1512.00567, section 7 */
    enum err_code (*cross_entropy)(fl_tensor **loss, const fl_tensor *logits, const int64_t *labels, size_t n,
                                   const float *class_weights, double smoothing, fl_scope *scope, struct err *err);

    /* --- gradients and optimisers ---------------------------------------------------------------------------- */

    /* Runs backward from a scalar; gradients add up in the leaves. scale: factor on the loss first (fp16 loss scaling, else 1). */
    enum err_code (*backward)(fl_tensor *loss, double scale, struct err *err);
    /* Divides the gradients of the optimiser's parameters by scale; *finite: none is NaN or infinite; *norm: their L2 norm. */
    enum err_code (*grads_unscale)(fl_optim *optim, double scale, bool *finite, double *norm, struct err *err);

    /* n parameters (borrowed, float32 leaves, must outlive the optimiser), each in one of the groups 0..n_groups-1. */
    enum err_code (*optim_new)(fl_optim **out, const struct fl_optim_config *config, fl_tensor *const *params,
                               const int *group, size_t n, int n_groups, struct err *err);
    void (*optim_free)(fl_optim *optim);
    /* Rate and weight decay of a group for the steps that follow. SGD and Adam: L2 added to the gradient; AdamW: decoupled. */
    void (*optim_group)(fl_optim *optim, int group, double lr, double weight_decay);
    /* One update. Parameters without gradient are left as they are, as in PyTorch.
     * source: PyTorch's definitions of SGD, Adam (Kingma, Ba, arXiv 1412.6980), AdamW (Loshchilov, Hutter, arXiv 1711.05101) */
    enum err_code (*optim_step)(fl_optim *optim, struct err *err);
    void (*optim_zero_grad)(fl_optim *optim); /* gradients to none */
    /* State of parameter i: tensors in a fixed order (SGD: momentum; Adam: exp_avg, exp_avg_sq) and the step count. *n of them,
     * 0 when there is no state yet. Tensors are borrowed. */
    enum err_code (*optim_state)(fl_optim *optim, size_t i, fl_tensor *tensors[2], int *n, int64_t *steps, struct err *err);
    /* Sets it again: n as optim_state gave, data float32 in logical C order, each with the parameter's size. */
    enum err_code (*optim_restore)(fl_optim *optim, size_t i, const float *const *data, int n, int64_t steps,
                                   struct err *err);

    /* --- tests ----------------------------------------------------------------------------------------------- */

    /* Throws inside the guard: 0 nothing, 1 std::bad_alloc, 2 an int, 3 a libtorch check, 4 std::runtime_error,
     * 5 libtorch's out of device memory; checks with the texts by which the same arrives: 6 of CUDA, 7 of cuBLAS, 8 of cuDNN,
     * 9 of its choice of an algorithm, which says so on a GPU only. */
    enum err_code (*throw_for_test)(int kind, struct err *err);
    void (*warn_for_test)(const char *text); /* through libtorch's warning machinery */
    void (*pixels_for_test)(bool operators); /* pixels by libtorch's operators on any device */
};

/* The shim's only symbol. */
typedef const struct fl_table *fl_torch_table_fn(void);
#define FL_TORCH_SYMBOL "fl_torch_table"

#ifdef __cplusplus
}
#endif
#endif
