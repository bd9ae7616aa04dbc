/* Convolutions of ResNet-18 through a shim: our kernels and libtorch's, GFLOP/s by the definition's operations, of the time that the
 * process had a processor (so that other load hardly counts).
 *   make tests/bench/conv_bench && tests/bench/conv_bench [SHIM.so [BATCH [THREADS]]]
 * A bias makes the shim leave a convolution to libtorch when gradients are on. Not a timed test: figures for a person.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fl_torch.h"

#define REPEATS 5

static const struct fl_table *fl;
static struct err err;

static void must(enum err_code code)
{
    if (code == ERR_OK)
        return;
    fprintf(stderr, "conv_bench: %s\n", err.message);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static fl_tensor *filled(int64_t a, int64_t b, int64_t c, int64_t d, bool grad)
{
    const int64_t dims[] = {a, b, c, d};
    size_t n = (size_t)(a * b * c * d);
    float *data = malloc(n * sizeof *data);
    fl_tensor *t;
    if (!data)
        exit(1);
    for (size_t i = 0; i < n; i++)
        data[i] = (float)(i * 7919 % 1009) / 1009 - 0.5f;
    must(fl->tensor_new(&t, FL_F32, 4, dims, data, n * sizeof *data, &err));
    fl->tensor_require_grad(t, grad);
    free(data);
    return t;
}

struct shape {
    int channels, filters, side, kernel, stride;
};

/* Seconds of the forward pass and of the backward pass; weights NULL: x is the result itself. */
static void once(double seconds[2], fl_tensor *x, fl_tensor *w, fl_tensor *bias, const struct shape *s, int64_t n,
                 const int64_t *labels)
{
    fl_scope *scope = fl->scope_new();
    fl_tensor *y = x, *means, *loss;
    double start = now();
    if (w)
        must(fl->conv2d(&y, x, w, bias, s->stride, s->kernel / 2, 1, scope, &err));
    double middle = now();
    must(fl->global_avg_pool(&means, y, scope, &err));
    must(fl->cross_entropy(&loss, means, labels, (size_t)n, NULL, 0, scope, &err));
    double last = now();
    must(fl->backward(loss, 1, &err));
    double end = now();
    seconds[0] = middle - start < seconds[0] ? middle - start : seconds[0];
    seconds[1] = end - last < seconds[1] ? end - last : seconds[1];
    fl->scope_close(scope);
}

static void measure(const struct shape *s, int64_t n, double rate[2][3])
{
    int64_t out = (s->side - 1) / s->stride + 1, *labels = calloc((size_t)n, sizeof *labels);
    double flop = 2.0 * (double)(n * out * out * s->channels * s->filters * s->kernel * s->kernel);
    fl_tensor *y = filled(n, s->filters, out, out, true);
    fl_tensor *bias;
    must(fl->tensor_new(&bias, FL_F32, 1, (const int64_t[]){s->filters}, NULL, sizeof(float) * (size_t)s->filters, &err));
    double empty[2] = {1e9, 1e9}, seconds[2][2][2] = {{{1e9, 1e9}, {1e9, 1e9}}, {{1e9, 1e9}, {1e9, 1e9}}};
    for (int i = 0; i < REPEATS; i++) {
        once(empty, y, NULL, NULL, s, n, labels);
        for (int k = 0; k < 4; k++) {
            fl_tensor *x = filled(n, s->channels, s->side, s->side, k % 2 == 0);
            fl_tensor *w = filled(s->filters, s->channels, s->kernel, s->kernel, k % 2 == 1);
            once(seconds[k / 2][k % 2], x, w, k / 2 ? bias : NULL, s, n, labels);
            fl->tensor_free(x);
            fl->tensor_free(w);
        }
    }
    for (int lib = 0; lib < 2; lib++) {
        double *x_pass = seconds[lib][0], *w_pass = seconds[lib][1];
        rate[lib][0] = flop / (x_pass[0] < w_pass[0] ? x_pass[0] : w_pass[0]) / 1e9;
        rate[lib][1] = flop / (x_pass[1] - empty[1]) / 1e9;
        rate[lib][2] = flop / (w_pass[1] - empty[1]) / 1e9;
    }
    fl->tensor_free(y);
    fl->tensor_free(bias);
    free(labels);
}

int main(int argc, char **argv)
{
    static const struct shape shapes[] = {{3, 64, 224, 7, 2},   {64, 64, 56, 3, 1},  {64, 128, 56, 3, 2},  {64, 128, 56, 1, 2},
                                          {128, 128, 28, 3, 1}, {128, 256, 28, 3, 2}, {128, 256, 28, 1, 2}, {256, 256, 14, 3, 1},
                                          {256, 512, 14, 3, 2}, {256, 512, 14, 1, 2}, {512, 512, 7, 3, 1}};
    void *module = dlopen(argc > 1 ? argv[1] : "shim/fl_torch.so", RTLD_NOW | RTLD_LOCAL);
    fl_torch_table_fn *table = NULL;
    if (module)
        *(void **)&table = dlsym(module, FL_TORCH_SYMBOL);
    if (!table) {
        fprintf(stderr, "conv_bench: %s\n", dlerror());
        return 1;
    }
    fl = table();
    const struct fl_init init = {.n_threads = argc > 3 ? atoi(argv[3]) : 1, .deterministic = true};
    struct fl_device_info info;
    must(fl->init(&init, &err));
    must(fl->device_select(&info, "cpu", &err));
    printf("libtorch %s, %s\n%-28s %24s %24s\n", fl->torch_version, info.title, "GFLOP/s of a processor",
           "ours: y, grad x, grad w", "libtorch's");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape *s = &shapes[i];
        double rate[2][3];
        measure(s, argc > 2 ? atoi(argv[2]) : 16, rate);
        printf("%4d -> %3d, %3d, %d x %d / %d   ", s->channels, s->filters, s->side, s->kernel, s->kernel, s->stride);
        for (int k = 0; k < 6; k++)
            printf(" %8.1f", rate[k / 3][k % 3]);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
