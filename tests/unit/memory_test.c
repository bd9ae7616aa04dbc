/* The shim's host memory: kept, reused, bounded, given back. Needs no libtorch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <pthread.h>

#include "fl_memory.h"
#include "unit/test.h"

#define MB ((size_t)1 << 20)

static void expect(size_t used, size_t kept)
{
    size_t got_used, got_kept;
    fl_memory_state(&got_used, &got_kept);
    assert_int_equal(got_used / MB, used);
    assert_int_equal(got_kept / MB, kept);
}

static int fresh(void **state)
{
    (void)state;
    fl_memory_release();
    expect(0, 0);
    return 0;
}

/* Every size can be written to its last byte, is aligned, and small ones never enter the pool. */
static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 63, 64, 4096, MB - 1, MB, MB + 1, 2 * MB, 5 * MB + 3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *p = fl_memory_get(sizes[i]);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % FL_MEMORY_ALIGN, 0);
        p[0] = 1;
        p[sizes[i] - 1] = 2;
        size_t used, kept;
        fl_memory_state(&used, &kept);
        assert_int_equal(used > 0, sizes[i] >= MB);
        assert_true(sizes[i] < MB || used >= sizes[i]);
        fl_memory_put(p);
    }
    fl_memory_put(NULL);
    assert_null(fl_memory_get(SIZE_MAX));
    assert_null(fl_memory_get(SIZE_MAX / 4));
}

/* What was freed serves the next request that is at most a fifth smaller. */
static void test_reuse(void **state)
{
    (void)state;
    void *a = fl_memory_get(20 * MB), *b = fl_memory_get(40 * MB);
    expect(60, 0);
    fl_memory_put(a);
    expect(40, 20);
    void *near = fl_memory_get(17 * MB);
    assert_ptr_equal(near, a);
    expect(60, 0);
    fl_memory_put(b);
    void *small = fl_memory_get(10 * MB);
    assert_ptr_not_equal(small, b);
    fl_memory_put(near);
    fl_memory_put(small);
}

/* The smallest that fits is taken. */
static void test_best_fit(void **state)
{
    (void)state;
    void *large = fl_memory_get(24 * MB), *right = fl_memory_get(20 * MB);
    fl_memory_put(large);
    fl_memory_put(right);
    assert_ptr_equal(fl_memory_get(20 * MB), right);
    assert_ptr_equal(fl_memory_get(20 * MB), large);
    fl_memory_put(right);
    fl_memory_put(large);
}

/* Sizes that change from request to request do not pile up: at most a quarter more than the most ever used. */
static void test_bound(void **state)
{
    (void)state;
    size_t used, kept, most = 0;
    for (size_t size = 10; size <= 200; size += 10) {
        fl_memory_put(fl_memory_get(size * MB));
        fl_memory_state(&used, &kept);
        most = used + kept > most ? used + kept : most;
        assert_true(used + kept <= size * MB + size * MB / 4);
    }
    print_message("# most kept %zu MB, limit %zu MB\n", most / MB, (size_t)250);
    fl_memory_release();
    expect(0, 0);
}

static void *churn(void *user)
{
    unsigned seed = *(unsigned *)user;
    for (int i = 0; i < 2000; i++) {
        size_t n = (seed = seed * 1103515245u + 12345u) / 65536u % (3 * MB) + 1;
        unsigned char *p = fl_memory_get(n);
        p[0] = (unsigned char)seed;
        p[n - 1] = (unsigned char)seed;
        if (p[0] != (unsigned char)seed)
            return user;
        fl_memory_put(p);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    unsigned seeds[4] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn, &seeds[i]), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    size_t used, kept;
    fl_memory_state(&used, &kept);
    assert_int_equal(used, 0);
    assert_true(kept <= 4 * 4 * MB * 5 / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sizes, fresh),    cmocka_unit_test_setup(test_reuse, fresh),
        cmocka_unit_test_setup(test_best_fit, fresh), cmocka_unit_test_setup(test_bound, fresh),
        cmocka_unit_test_setup(test_threads, fresh),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
