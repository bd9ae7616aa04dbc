/* Gauges from texts of the system and a made-up NVML; the nearest class mean on made-up features, against a plain loop.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/folder.h"
#include "unit/test.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/gauges.h"
#include "engine/memory.h"
#include "engine/trainer.h"

static const char stat_text[] = "cpu  100 0 50 800 50 0 0 0 0 0\n"
                                "cpu0 60 0 20 400 10 5 5 0 0 0\n"
                                "cpu1 40 0 30 400 40 0 0 0 0 0\n"
                                "cpu12 1 1 1 1 1 1 1 1 0 0\n"
                                "intr 1 2 3\n";

static void processors(void **state)
{
    (void)state;
    double busy, all;
    bool allowed[16] = {true};
    assert_true(gauges_cpu(stat_text, allowed, 16, &busy, &all));
    assert_float_equal(busy, 90, 0);
    assert_float_equal(all, 500, 0);
    allowed[12] = true;
    assert_true(gauges_cpu(stat_text, allowed, 16, &busy, &all));
    assert_float_equal(busy, 96, 0);
    assert_true(gauges_cpu(stat_text, allowed, 1, &busy, &all)); /* number 12 is beyond the list */
    assert_float_equal(all, 500, 0);
    allowed[0] = allowed[12] = false;
    assert_false(gauges_cpu(stat_text, allowed, 16, &busy, &all));
    assert_false(gauges_cpu("", allowed, 16, &busy, &all));
}

static void memory(void **state)
{
    (void)state;
    uint64_t used, total, v;
    assert_true(gauges_meminfo("MemTotal:       1000 kB\nMemFree: 10 kB\nMemAvailable:    400 kB\n", &used, &total));
    assert_true(total == 1000 * 1024 && used == 600 * 1024);
    assert_false(gauges_meminfo("MemTotal:       1000 kB\n", &used, &total));
    assert_true(gauges_line("anon 5\ninactive_file 77\n", "inactive_file", &v) && v == 77);
    assert_false(gauges_line("inactive_file_x 77\n", "inactive_file", &v));
    assert_false(gauges_line("VmRSS:\tmany\n", "VmRSS", &v));
}

static void expect_left(const char *root, uint64_t used, uint64_t total)
{
    uint64_t u = 0, t = 0;
    assert_true(memory_read(root, &u, &t));
    print_message("# used %" PRIu64 " of %" PRIu64 "\n", u, t);
    assert_true(u == used && t == total);
}

/* The machine has 400 kB left of 1000. A group counts when it has less: of a batch job it may be one further out that has the limit. */
static void groups_around(void **state)
{
    const char *root = *state;
    uint64_t used, total;
    assert_false(memory_read(root, &used, &total));
    put_text_file(root, "proc/meminfo", "MemTotal:       1000 kB\nMemFree: 10 kB\nMemAvailable:    400 kB\n");
    expect_left(root, 600 * 1024, 1000 * 1024);
    put_text_file(root, "proc/self/cgroup", "0::/jobs/job_7/step\n");
    put_text_file(root, "sys/fs/cgroup/jobs/job_7/step/memory.max", "max\n");
    put_text_file(root, "sys/fs/cgroup/jobs/job_7/step/memory.current", "70000\n");
    expect_left(root, 600 * 1024, 1000 * 1024);
    put_text_file(root, "sys/fs/cgroup/jobs/job_7/memory.max", "200000\n");
    put_text_file(root, "sys/fs/cgroup/jobs/job_7/memory.current", "150000\n");
    put_text_file(root, "sys/fs/cgroup/jobs/job_7/memory.stat", "anon 5\ninactive_file 60000\n");
    expect_left(root, 90000, 200000);
    put_text_file(root, "sys/fs/cgroup/memory.max", "150000\n"); /* a container's own mount */
    put_text_file(root, "sys/fs/cgroup/memory.current", "149999\n");
    expect_left(root, 149999, 150000);
    put_text_file(root, "sys/fs/cgroup/memory.current", "150001\n"); /* over its limit */
    expect_left(root, 150000, 150000);
    put_text_file(root, "proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/slice\n0::/\n");
    put_text_file(root, "sys/fs/cgroup/memory.max", "max\n");
    put_text_file(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put_text_file(root, "sys/fs/cgroup/memory/memory.usage_in_bytes", "400000\n");
    put_text_file(root, "sys/fs/cgroup/memory/slice/memory.limit_in_bytes", "100000\n");
    put_text_file(root, "sys/fs/cgroup/memory/slice/memory.usage_in_bytes", "30000\n");
    put_text_file(root, "sys/fs/cgroup/memory/slice/memory.stat", "inactive_file 1\ntotal_inactive_file 10000\n");
    expect_left(root, 20000, 100000);
}

static void network(void **state)
{
    (void)state;
    uint64_t in, out;
    assert_true(gauges_net("Inter-|   Receive                |  Transmit\n face |bytes    packets errs\n"
                           "    lo:  900       9    0    0    0     0          0         0      900       9    0    0\n"
                           "  eth0: 5000      40    0    0    0     0          0         0      300       7    0    0\n"
                           "wlan0:7 1 0 0 0 0 0 0 11 1 0 0 0 0 0 0\n", &in, &out));
    assert_true(in == 5007 && out == 311);
    assert_false(gauges_net("    lo: 9 9 0 0 0 0 0 0 9 9\n", &in, &out));
    assert_false(gauges_net("", &in, &out));
    assert_false(gauges_net("eth0: broken\n", &in, &out));
}

static void gpu_names(void **state)
{
    (void)state;
    char name[96];
    static const struct {
        const char *visible, *expected;
        int ordinal;
    } cases[] = {{NULL, "1", 1}, {"3,5", "5", 1}, {"GPU-8f6b,GPU-1a", "GPU-8f6b", 0}, {"3", "", 1}, {"", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gauges_gpu_name(name, cases[i].visible, cases[i].ordinal);
        assert_string_equal(name, cases[i].expected);
    }
}

static int rates(void *device, unsigned v[2])
{
    v[0] = 93, v[1] = 40;
    return device ? 0 : 1;
}

static int bytes(void *device, unsigned long long v[3])
{
    v[0] = 8000, v[1] = 1900, v[2] = 6100;
    return device ? 0 : 1;
}

static int celsius(void *device, int sensor, unsigned *v)
{
    *v = 65 + (unsigned)sensor;
    return device ? 0 : 1;
}

static int watts(void *device, unsigned *v)
{
    *v = 180500;
    return device ? 0 : 1;
}

static int no_limit(void *device, unsigned *v)
{
    (void)device;
    *v = 1;
    return 3; /* not supported */
}

/* What libtorch and CUDA read when they are loaded; what the user has set stays. */
static void environment(void **state)
{
    (void)state;
    static const char *const set[][2] = {{"CUDA_MODULE_LOADING", "LAZY"},
                                         {"CUDA_DEVICE_ORDER", "PCI_BUS_ID"},
                                         {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},
                                         {"GOMP_SPINCOUNT", "1000"}};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        unsetenv(set[i][0]);
    setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8", 1);
    engine_environment();
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        const char *is = getenv(set[i][0]);
        assert_non_null(is);
        assert_string_equal(is, i == 2 ? ":16:8" : set[i][1]);
    }
    unsetenv("CUBLAS_WORKSPACE_CONFIG");
    engine_environment();
    assert_string_equal(getenv("CUBLAS_WORKSPACE_CONFIG"), ":4096:8");
}

static void gpu(void **state)
{
    (void)state;
    const struct nvml nvml = {.utilization = rates, .memory = bytes, .temperature = celsius, .power = watts,
                              .power_limit = no_limit};
    struct gauges g = {0};
    gauges_gpu(&g, &nvml, &g);
    assert_float_equal(g.gpu, 0.93, 1e-12);
    assert_true(g.gpu_memory_used == 6100 && g.gpu_memory_total == 8000);
    assert_float_equal(g.gpu_temperature, 65, 0);
    assert_float_equal(g.gpu_power, 180.5, 1e-12);
    assert_true(isnan(g.gpu_power_limit));
    gauges_gpu(&g, &nvml, NULL); /* it is gone: nothing old stays */
    assert_true(isnan(g.gpu) && isnan(g.gpu_power) && g.gpu_memory_total == 0);
}

/* --- the nearest mean: a table of functions over plain arrays -------------------------------------------------- */

struct fl_tensor {
    int64_t rows, cols;
    float *v;
};

struct fl_scope {
    fl_tensor *owned;
};

static size_t alive;

static fl_tensor *make(int64_t rows, int64_t cols)
{
    fl_tensor *t = malloc(sizeof *t);
    *t = (fl_tensor){rows, cols, calloc((size_t)(rows * cols), sizeof(float))};
    alive++;
    return t;
}

static void fake_free(fl_tensor *t)
{
    if (!t)
        return;
    free(t->v);
    free(t);
    alive--;
}

static enum err_code fake_new(fl_tensor **out, enum fl_dtype dtype, int n_dims, const int64_t *dims, const void *data,
                              size_t n_bytes, struct err *err)
{
    (void)dtype, (void)err;
    *out = make(n_dims == 2 ? dims[0] : 1, dims[n_dims - 1]);
    memcpy((*out)->v, data, n_bytes);
    return ERR_OK;
}

static int fake_dims(const fl_tensor *t, int64_t dims[8])
{
    dims[0] = t->rows, dims[1] = t->cols;
    return 2;
}

static enum err_code fake_read(const fl_tensor *t, void *out, size_t n_bytes, struct err *err)
{
    assert_int_equal(n_bytes, (size_t)(t->rows * t->cols) * sizeof(float));
    (void)err;
    memcpy(out, t->v, n_bytes);
    return ERR_OK;
}

static fl_tensor *owned[8];
static int n_owned;
static fl_scope *fake_scope(void)
{
    static fl_scope scope;
    return &scope;
}

static void fake_close(fl_scope *scope)
{
    (void)scope;
    while (n_owned > 0)
        fake_free(owned[--n_owned]);
}

static enum err_code fake_rows(fl_tensor **out, const fl_tensor *x, const int64_t *index, size_t n, fl_scope *scope,
                               struct err *err)
{
    (void)scope, (void)err;
    *out = owned[n_owned++] = make((int64_t)n, x->cols);
    for (size_t i = 0; i < n; i++)
        memcpy((*out)->v + i * (size_t)x->cols, x->v + index[i] * x->cols, (size_t)x->cols * sizeof(float));
    return ERR_OK;
}

static enum err_code fake_linear(fl_tensor **out, const fl_tensor *x, const fl_tensor *w, const fl_tensor *b,
                                 fl_scope *scope, struct err *err)
{
    (void)scope, (void)err;
    *out = owned[n_owned++] = make(x->rows, w->rows);
    for (int64_t i = 0; i < x->rows; i++) {
        for (int64_t k = 0; k < w->rows; k++) {
            double sum = (double)b->v[k];
            for (int64_t d = 0; d < x->cols; d++)
                sum += (double)x->v[i * x->cols + d] * (double)w->v[k * x->cols + d];
            (*out)->v[i * w->rows + k] = (float)sum;
        }
    }
    return ERR_OK;
}

static void fake_grad(bool on)
{
    (void)on;
}

enum { WIDTH = 6, CLASSES = 4, TRAIN = 9000, VAL = 5000 };

static uint32_t random_state = 5;

static float draw(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return (float)(random_state >> 8) / (float)(1 << 24);
}

/* Pictures of a class lie about its corner of a cube; class 3 has no training pictures. */
static struct features made_features(size_t n, int views, int classes)
{
    size_t rows = n * (size_t)views;
    struct features f = {.x = make((int64_t)rows, WIDTH), .views = views, .n = n, .labels = calloc(n, sizeof *f.labels)};
    for (size_t i = 0; i < n; i++)
        f.labels[i] = (int64_t)(i * 7 % (size_t)classes);
    for (size_t i = 0; i < rows; i++) {
        for (int d = 0; d < WIDTH; d++)
            f.x->v[i * WIDTH + (size_t)d] = 3 * draw() + (float)(f.labels[i / (size_t)views] >> d & 1);
    }
    return f;
}

/* By distances in double, of the mean of a picture's rows. */
static double by_hand(const struct features *train, const struct features *val)
{
    double mean[CLASSES][WIDTH] = {0}, count[CLASSES] = {0};
    size_t right = 0;
    for (size_t i = 0; i < train->n; i++) {
        count[train->labels[i]]++;
        for (int d = 0; d < WIDTH; d++)
            mean[train->labels[i]][d] += (double)train->x->v[i * WIDTH + (size_t)d];
    }
    for (size_t i = 0; i < val->n; i++) {
        int best = -1;
        double least = INFINITY;
        for (int k = 0; k < CLASSES; k++) {
            double distance = 0;
            for (int d = 0; d < WIDTH; d++) {
                double x = 0;
                for (size_t row = i * (size_t)val->views; row < (i + 1) * (size_t)val->views; row++)
                    x += (double)val->x->v[row * WIDTH + (size_t)d] / val->views;
                distance += pow(x - mean[k][d] / count[k], 2);
            }
            if (count[k] > 0 && distance < least) {
                least = distance;
                best = k;
            }
        }
        right += best == val->labels[i];
    }
    return (double)right / (double)val->n;
}

static void nearest_mean(void **state)
{
    (void)state;
    const struct fl_table fl = {.tensor_new = fake_new, .tensor_free = fake_free, .tensor_dims = fake_dims,
                                .tensor_read = fake_read, .tensor_rows = fake_rows, .scope_new = fake_scope,
                                .scope_close = fake_close, .linear = fake_linear, .grad_enable = fake_grad};
    struct trainer t = {.fl = &fl, .model = {.n_classes = CLASSES}};
    for (int views = 1; views <= 3; views += 2) {
        double share = NAN;
        t.train_features = made_features(TRAIN, 1, CLASSES - 1);
        t.val_features = made_features(VAL, views, CLASSES);
        assert_int_equal(features_nearest_mean(&share, &t, NULL), ERR_OK);
        double expected = by_hand(&t.train_features, &t.val_features);
        print_message("# %d views: nearest mean right for %.4f, by hand %.4f\n", views, share, expected);
        assert_true(share > 0.3 && fabs(share - expected) <= 1.0 / VAL); /* one tie may fall the other way */
        free(t.train_features.labels);
        free(t.val_features.labels);
        fake_free(t.train_features.x);
        fake_free(t.val_features.x);
    }
    assert_int_equal(alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processors), cmocka_unit_test(memory), IN_FOLDER(groups_around), cmocka_unit_test(network),
        cmocka_unit_test(environment), cmocka_unit_test(gpu_names), cmocka_unit_test(gpu), cmocka_unit_test(nearest_mean),
    };
    return cmocka_run_group_tests_name("engine gauges", tests, NULL, NULL);
}
