/* The shim's border: errors, throws, warnings, scopes, devices, numbers in and out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "shim/shim.h"

/* Every kind of throw comes back as its code, with and without a place for the error. */
static void test_throws(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        const char *text;
    } want[] = {
        {ERR_OK, ""},
        {ERR_MEMORY, "throw_for_test: out of memory"},
        {ERR_INTERNAL, "throw_for_test: something unknown was thrown"},
        {ERR_TORCH, "throw_for_test: a check of libtorch"},
        {ERR_TORCH, "throw_for_test: a runtime error"},
        {ERR_DEVICE_MEMORY, "throw_for_test: out of GPU memory"},
        {ERR_DEVICE_MEMORY, "throw_for_test: out of GPU memory"},
        {ERR_DEVICE_MEMORY, "throw_for_test: out of GPU memory"},
        {ERR_DEVICE_MEMORY, "throw_for_test: out of GPU memory"},
        /* on the CPU an operator that has no way is no matter of memory */
        {ERR_TORCH, "throw_for_test: GET was unable to find an engine to execute this computation"},
    };
    ok(fl->throw_for_test(0, &err));
    for (int kind = 1; kind < (int)COUNT(want); kind++) {
        refused(fl->throw_for_test(kind, &err), want[kind].code, want[kind].text);
        assert_string_equal(err.message,
                            want[kind].text); /* the first line, no full stop, no backtrace */
        assert_string_equal(err.where, "throw_for_test");
        bool memory = want[kind].code == ERR_DEVICE_MEMORY;
        assert_string_equal(err.hint, memory ? "use a smaller batch" : "");
        assert_int_equal(fl->throw_for_test(kind, NULL), want[kind].code);
    }
    refused(fl->throw_for_test(10, &err), ERR_INVALID, "throw_for_test: kind 10");
}

static void test_warning(void **state)
{
    (void)state;
    fl->warn_for_test("a warning\nwith a second line");
    assert_memory_equal(warned, "a warning", strlen("a warning"));
    assert_null(strchr(warned, '\n'));
}

static void test_init_twice(void **state)
{
    (void)state;
    struct fl_init init = {.n_threads = 3, .deterministic = true};
    refused(fl->init(&init, &err), ERR_INVALID, "init: called before with 2 threads");
    init.n_threads = 0;
    refused(fl->init(&init, &err), ERR_INVALID, "init: 0 threads");
}

static void test_devices(void **state)
{
    (void)state;
    struct fl_device_info list[2], info;
    int n = 0;
    ok(fl->devices(list, 2, &n, &err));
    assert_true(n >= 1);
    assert_string_equal(list[0].name, "cpu");
    assert_int_equal(list[0].index, -1);
    assert_true(list[0].title[0] != 0);
    assert_true(list[0].memory_total > 0 && list[0].memory_free <= list[0].memory_total);
    print_message("# %d devices, cpu %s, bf16 fast: %d, libtorch %s, own kernels: %d\n", n,
                  list[0].title, list[0].bf16_fast, fl->torch_version, fl->cuda_built);
    static const char *const wrong[] = {"",        "gpu",        "cuda:", "cuda:x",
                                        "cuda:-1", "cuda:99999", "CPU"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        refused(fl->device_select(&info, wrong[i], &err), ERR_INVALID, "device");
    refused(fl->device_select(&info, "cuda:999", &err), ERR_NOT_FOUND, "device: no CUDA device");
    ok(fl->device_select(&info, "auto", &err));
    assert_string_equal(info.name, n == 1 ? "cpu" : list[1].name);
    if (n == 1) {
        refused(fl->device_select(&info, "cuda", &err), ERR_NOT_FOUND, "device: no CUDA device");
        assert_true(err.hint[0] != 0);
    }
    ok(fl->device_select(&info, "cpu", &err));
    ok(fl->device_sync(&err));
    assert_int_equal(fl->device_memory(), 0);
    assert_int_equal(fl->device_peak(true), 0);
    fl->empty_cache();
}

/* Results die with their scope, kept ones live, single ones may go early. */
static void test_scopes(void **state)
{
    (void)state;
    fl_tensor *a = filled(DIMS(2, 3), 0, 1), *sum[3];
    size_t before = fl->live_tensors();
    fl_scope *inner = fl->scope_new();
    for (int i = 0; i < 3; i++)
        ok(fl->add(&sum[i], a, a, inner, &err));
    assert_int_equal(fl->live_tensors(), before + 3);
    fl->scope_keep(inner, sum[0]);
    fl->tensor_free(sum[1]);
    assert_int_equal(fl->live_tensors(), before + 2);
    fl->scope_close(inner);
    assert_int_equal(fl->live_tensors(), before + 1);
    float got[6], want[6];
    values(want, 6, a);
    values(got, 6, sum[0]);
    for (int i = 0; i < 6; i++)
        assert_true(got[i] == 2 * want[i]);
    fl->tensor_free(sum[0]);
    fl->scope_close(NULL);
    fl->tensor_free(NULL);
    assert_int_equal(fl->live_tensors(), before);
}

/* On failure the result is untouched and nothing is left in the scope. */
static void test_failure_leaves_nothing(void **state)
{
    (void)state;
    fl_tensor *a = filled(DIMS(2, 3), 0, 1), *b = filled(DIMS(3, 2), 0, 1), *out = a;
    size_t before = fl->live_tensors();
    refused(fl->add(&out, a, b, scope, &err), ERR_INVALID, "add: [2, 3] and [3, 2]");
    assert_ptr_equal(out, a);
    assert_int_equal(fl->live_tensors(), before);
}

/* C order outside, NHWC inside: what is written comes back, in every type. */
static void test_read_write(void **state)
{
    (void)state;
    float in[2 * 3 * 4 * 5], got[2 * 3 * 4 * 5];
    numbers(in, COUNT(in), 7, 3);
    fl_tensor *t = floats(DIMS(2, 3, 4, 5), in);
    ok(fl->tensor_read(t, got, sizeof got, &err));
    assert_memory_equal(got, in, sizeof in);
    numbers(in, COUNT(in), 300, 3);
    ok(fl->tensor_write(t, in, sizeof in, &err));
    ok(fl->tensor_read(t, got, sizeof got, &err));
    assert_memory_equal(got, in, sizeof in);
    refused(fl->tensor_read(t, got, 4, &err), ERR_INVALID,
            "tensor_read: 4 bytes given, [2, 3, 4, 5] takes 480");
    refused(fl->tensor_write(t, in, 481, &err), ERR_INVALID, "tensor_write: 481 bytes");

    int64_t dims[8];
    assert_int_equal(fl->tensor_dims(t, dims), 4);
    assert_int_equal(dims[3], 5);
    static const enum fl_dtype types[] = {FL_F32, FL_F16, FL_BF16, FL_F64, FL_I64, FL_U8};
    for (size_t i = 0; i < COUNT(types); i++)
        assert_int_equal(fl->tensor_dtype(tensor_of(types[i], DIMS(3), NULL)), types[i]);
    fl_tensor *out;
    refused(fl->tensor_new(&out, FL_F32, 9, dims, NULL, 0, &err), ERR_INVALID,
            "tensor_new: 9 dimensions");
    refused(fl->tensor_new(&out, FL_F32, 1, DIMS(-1), NULL, 0, &err), ERR_INVALID,
            "tensor_new: dimension 0 is -1");
    refused(fl->tensor_new(&out, FL_F32, 1, DIMS(2), in, 4, &err), ERR_INVALID,
            "tensor_new: 4 bytes");
}

static void test_copy_cast_item(void **state)
{
    (void)state;
    const float in[4] = {1.5f, -2, 300, 0.1f};
    float got[4];
    fl_tensor *a = floats(DIMS(4), in), *b = floats(DIMS(4), NULL), *c;
    ok(fl->tensor_copy(b, a, &err));
    values(got, 4, b);
    assert_memory_equal(got, in, sizeof in);
    ok(fl->tensor_cast(&c, a, FL_BF16, scope, &err));
    assert_int_equal(fl->tensor_dtype(c), FL_BF16);
    values(got, 4, c);
    assert_true(got[0] == 1.5f && got[2] == 300 &&
                got[3] == 0.10009765625f); /* 8 bits of mantissa */
    refused(fl->tensor_copy(b, floats(DIMS(5), NULL), &err), ERR_INVALID,
            "tensor_copy: [5] into [4]");
    fl_tensor *to[2] = {b, floats(DIMS(1), NULL)}, *from[2] = {a, floats(DIMS(2), NULL)};
    ok(fl->tensor_write(b, (float[]){0.5f, 2, 0, 0.5f}, sizeof in, &err));
    ok(fl->tensors_mix(to, from, 1, 0.25, &err));
    values(got, 4, b);
    assert_true(got[0] == 0.75f && got[1] == 1 && got[2] == 75 && got[3] > 0.3999999f && got[3] < 0.4000001f);
    refused(fl->tensors_mix(to, from, 2, 0.25, &err), ERR_INVALID, "tensors_mix: [2] into [1]");
    refused(fl->tensors_mix(&a, &c, 1, 0.25, &err), ERR_INVALID, "tensors_mix: not of float32");
    ok(fl->tensors_mix(NULL, NULL, 0, 1, &err));
    double v;
    refused(fl->tensor_item(a, &v, &err), ERR_INVALID, "tensor_item: [4]");
    assert_true(item(floats(DIMS(1), in)) == 1.5);
    /* integers do not go through floats */
    const int64_t big = INT64_C(9007199254740993);
    int64_t back = 0;
    ok(fl->tensor_read(tensor_of(FL_I64, DIMS(1), &big), &back, sizeof back, &err));
    assert_true(back == big);
}

static void test_rows_cat(void **state)
{
    (void)state;
    float in[4 * 2 * 2 * 3], got[5 * 12];
    numbers(in, COUNT(in), 0, 1);
    fl_tensor *x = floats(DIMS(4, 2, 2, 3), in), *rows, *joined;
    const int64_t index[3] = {3, 0, 3};
    ok(fl->tensor_rows(&rows, x, index, 3, scope, &err));
    values(got, 36, rows);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(got + 12 * i, in + 12 * index[i], 12 * sizeof *in);
    fl_tensor *parts[2] = {rows, NULL};
    ok(fl->tensor_rows(&parts[1], x, index + 1, 2, scope, &err));
    ok(fl->tensor_cat(&joined, parts, 2, scope, &err));
    values(got, 60, joined);
    assert_memory_equal(got + 36, in, 12 * sizeof *in);
    const int64_t wrong = 4;
    refused(fl->tensor_rows(&rows, x, &wrong, 1, scope, &err), ERR_INVALID,
            "tensor_rows: row 4 of [4, 2, 2, 3]");
    parts[1] = floats(DIMS(1, 2, 2, 2), NULL);
    refused(fl->tensor_cat(&joined, parts, 2, scope, &err), ERR_INVALID,
            "tensor_cat: part 1 is [1, 2, 2, 2]");
    refused(fl->tensor_cat(&joined, parts, 0, scope, &err), ERR_INVALID, "tensor_cat: no parts");
}

/* More than the machine has: an error, not an end. */
static void test_host_memory(void **state)
{
    (void)state;
    fl_tensor *out;
    const int64_t dims[2] = {INT32_MAX, INT32_MAX / 8};
    refused(fl->tensor_new(&out, FL_F64, 2, dims, NULL, 0, &err), ERR_MEMORY,
            "tensor_new: out of memory");
}

/* The state of the generator brings the same draws back. */
static void test_seed(void **state)
{
    (void)state;
    static uint8_t saved[16384];
    size_t n = 0;
    float in[64], first[64], again[64];
    for (int i = 0; i < 64; i++)
        in[i] = 1;
    fl_tensor *x = floats(DIMS(64), in), *y;
    fl->seed(5);
    ok(fl->seed_state(NULL, &n, &err));
    assert_true(n > 0 && n <= sizeof saved);
    ok(fl->seed_state(saved, &n, &err));
    ok(fl->dropout(&y, x, 0.5, scope, &err));
    values(first, 64, y);
    ok(fl->seed_restore(saved, n, &err));
    ok(fl->dropout(&y, x, 0.5, scope, &err));
    values(again, 64, y);
    assert_memory_equal(first, again, sizeof first);
    fl->seed(6);
    ok(fl->dropout(&y, x, 0.5, scope, &err));
    values(again, 64, y);
    assert_memory_not_equal(first, again, sizeof first);
    refused(fl->seed_restore(saved, n - 1, &err), ERR_INVALID, "seed_restore: ");
    n--;
    refused(fl->seed_state(saved, &n, &err), ERR_INVALID, "seed_state: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIM_TEST(test_throws),     SHIM_TEST(test_warning),
        SHIM_TEST(test_init_twice), SHIM_TEST(test_devices),
        SHIM_TEST(test_scopes),     SHIM_TEST(test_failure_leaves_nothing),
        SHIM_TEST(test_read_write), SHIM_TEST(test_copy_cast_item),
        SHIM_TEST(test_rows_cat),   SHIM_TEST(test_host_memory),
        SHIM_TEST(test_seed),
    };
    return shim_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
