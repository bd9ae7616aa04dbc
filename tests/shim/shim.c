/* What the shim's tests share. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "shim/shim.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct fl_table *fl;
fl_scope *scope;
struct err err;
char warned[256];

static fl_tensor *made[128];
static size_t n_made;

static void on_warning(const char *text, void *user)
{
    snprintf(warned, sizeof warned, "%s", user == &err ? text : "wrong user pointer");
}

/* A request for too much memory is an error that a test wants to see; the other: tests/local.mk. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:intercept_tls_get_addr=0";
}

static void bail_out(const char *text)
{
    printf("Bail out! %s\n", text);
    exit(1);
}

bool shim_ready(void)
{
    const char *build = getenv("top_builddir");
    char path[4096];
    snprintf(path, sizeof path, "%s/shim/fl_torch.so", build ? build : ".");
    if (access(path, F_OK) != 0) {
        printf("1..0 # SKIP the shim was not built\n");
        return false;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        bail_out(dlerror());
    fl_torch_table_fn *table;
    *(void **)&table = dlsym(module, FL_TORCH_SYMBOL);
    fl = table();
    const struct fl_init init = {
        .n_threads = 2, .deterministic = true, .warn = on_warning, .user = &err};
    if (fl->version != FL_TORCH_VERSION || fl->init(&init, &err) != ERR_OK)
        bail_out(err.message);
    return true;
}

int shim_setup(void **state)
{
    (void)state;
    memset(&err, 0, sizeof err);
    warned[0] = 0;
    struct fl_device_info info;
    ok(fl->device_select(&info, "cpu", &err));
    fl->grad_enable(true);
    scope = fl->scope_new();
    return 0;
}

int shim_teardown(void **state)
{
    (void)state;
    fl->precision_set(FL_FP32);
    fl->scope_close(scope);
    for (size_t i = 0; i < n_made; i++)
        fl->tensor_free(made[i]);
    n_made = 0;
    if (fl->live_tensors() != 0)
        print_message("# %zu handles are left over\n", fl->live_tensors());
    return fl->live_tensors() == 0 ? 0 : -1;
}

void ok(enum err_code code)
{
    if (code != ERR_OK)
        print_message("# %s\n", err.message);
    assert_int_equal(code, ERR_OK);
}

void refused(enum err_code code, enum err_code want, const char *text)
{
    if (code != want || strncmp(err.message, text, strlen(text)) != 0)
        print_message("# got code %d, %s\n", (int)code, err.message);
    assert_int_equal(code, want);
    assert_int_equal(err.code, want);
    assert_memory_equal(err.message, text, strlen(text));
    assert_null(strchr(err.message, '\n'));
    assert_true(err.message[strlen(err.message) - 1] != '.');
}

static size_t size_of(enum fl_dtype dtype)
{
    static const size_t sizes[] = {
        [FL_F32] = 4, [FL_F16] = 2, [FL_BF16] = 2, [FL_F64] = 8, [FL_I64] = 8, [FL_U8] = 1};
    return sizes[dtype];
}

fl_tensor *tensor_of(enum fl_dtype dtype, const int64_t *dims, const void *data)
{
    int n_dims = 0;
    size_t n = 1;
    for (; dims[n_dims]; n_dims++)
        n *= (size_t)dims[n_dims];
    assert_true(n_made < COUNT(made));
    ok(fl->tensor_new(&made[n_made], dtype, n_dims, dims, data, n * size_of(dtype), &err));
    return made[n_made++];
}

fl_tensor *floats(const int64_t *dims, const float *data)
{
    return tensor_of(FL_F32, dims, data);
}

void numbers(float *out, size_t n, size_t start, float factor)
{
    for (size_t i = 0; i < n; i++)
        out[i] = factor * (float)((double)(((i + start) * 7919 + 13) % 1009) / 1009 - 0.5);
}

fl_tensor *filled(const int64_t *dims, size_t start, float factor)
{
    size_t n = 1;
    for (const int64_t *d = dims; *d; d++)
        n *= (size_t)*d;
    float *data = malloc(n * sizeof *data);
    assert_non_null(data);
    numbers(data, n, start, factor);
    fl_tensor *t = floats(dims, data);
    free(data);
    return t;
}

void values(float *out, size_t n, const fl_tensor *tensor)
{
    fl_tensor *cast;
    ok(fl->tensor_cast(&cast, tensor, FL_F32, NULL, &err));
    ok(fl->tensor_read(cast, out, n * sizeof *out, &err));
    fl->tensor_free(cast);
}

double item(const fl_tensor *tensor)
{
    double v = NAN;
    ok(fl->tensor_item(tensor, &v, &err));
    return v;
}

void near(const char *what, const float *got, const float *want, size_t n, double limit)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)got[i] - want[i]) / fmax(1, fabs((double)want[i]));
        worst = fmax(worst, isnan(d) ? INFINITY : d);
    }
    print_message("# %s: largest difference %.3g, limit %.3g\n", what, worst, limit);
    assert_true(worst <= limit);
}
