/* Ways to run the units of the kernels in plain C, and numbers for them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/loops.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "unit/test.h"

float *numbers(size_t n, uint64_t seed)
{
    float *out = xcalloc(n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        out[i] = (float)(seed >> 40) / (float)(1 << 24) - 0.5f;
    }
    return out;
}

static void forwards(int n_threads, int64_t n, void (*body)(void *job, int64_t unit, int thread), void *job)
{
    for (int64_t i = 0; i < n; i++)
        body(job, i, (int)(i % n_threads));
}

static void backwards(int n_threads, int64_t n, void (*body)(void *job, int64_t unit, int thread), void *job)
{
    for (int64_t i = n; i-- > 0;)
        body(job, i, (int)(i % n_threads));
}

struct share {
    void (*body)(void *job, int64_t unit, int thread);
    void *job;
    int64_t n;
    int thread, n_threads;
};

static void *run_share(void *argument)
{
    const struct share *s = argument;
    for (int64_t i = s->thread; i < s->n; i += s->n_threads)
        s->body(s->job, i, s->thread);
    return NULL;
}

static void on_threads(int n_threads, int64_t n, void (*body)(void *job, int64_t unit, int thread), void *job)
{
    pthread_t thread[8];
    struct share share[8];
    for (int t = 0; t < n_threads; t++) {
        share[t] = (struct share){body, job, n, t, n_threads};
        assert_int_equal(pthread_create(&thread[t], NULL, run_share, &share[t]), 0);
    }
    for (int t = 0; t < n_threads; t++)
        pthread_join(thread[t], NULL);
}

const struct fl_loop loops[N_LOOPS] = {{1, forwards}, {1, backwards}, {5, backwards}, {2, on_threads}, {7, on_threads}};

double difference(const float *got, const double *want, size_t n)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs(got[i] - want[i]);
        worst = fmax(worst, isnan(d) ? INFINITY : d);
        largest = fmax(largest, fabs(want[i]));
    }
    return worst / largest;
}

/* The two neighbours of a value in bfloat16 have its upper bits, and one more. */
static uint16_t to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t upper = (uint16_t)(bits >> 16);
    uint32_t rest = bits & 0xffff;
    if (isnan(value))
        return 0x7fc0;
    return rest > 0x8000 || (rest == 0x8000 && upper % 2 == 1) ? (uint16_t)(upper + 1) : upper;
}

uint16_t *as_bf16(const float *values, size_t n)
{
    uint16_t *halves = xcalloc(n, sizeof *halves);
    for (size_t i = 0; i < n; i++)
        halves[i] = to_bf16(values[i]);
    return halves;
}

void make_bf16(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)to_bf16(values[i]) << 16;
        memcpy(&values[i], &bits, sizeof bits);
    }
}

void same_bf16(const float *want, const void *got, size_t n)
{
    uint16_t *rounded = as_bf16(want, n);
    assert_memory_equal(rounded, got, n * sizeof *rounded);
    free(rounded);
}
