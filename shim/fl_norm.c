/* Batch norm with the ReLU behind it, 8 channels a register (AVX2 and FMA).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_norm.h"

#include <math.h>

#if defined(__x86_64__)

#include "fl_lanes.h"

enum {
    WIDE = 4,            /* registers of channels summed at once */
    N_CHUNKS = 64,       /* the rows are cut into so many at most, whatever the number of threads: sums keep their order */
    CHUNK_ROWS = 64,     /* at least */
    BLOCK_FLOATS = 8192, /* summed in single precision before a double takes it over; stays in the nearest cache */
    SAMPLES = 32,        /* rows that say about where the values lie */
    SMALL = 1 << 15,     /* fewer values are not worth a thread */
};

/* One call. Sums of a chunk c lie in sums[2 c .. 2 c + 1][channel]. */
struct norm_job {
    const struct fl_norm *norm;
    int64_t n_chunks, chunk_rows;
    const void *x, *g; /* floats or bfloat16, as norm says; so is out */
    void *out;
    /* by channel: y = factor (x - shift) + bias; values are summed about the shift; grad_x = factor g - even - slope (x - shift) */
    const float *bias;
    float *factor, *shift, *even, *slope;
    double *sums;
};

bool fl_norm_possible(const struct fl_norm *norm)
{
    return norm->n_rows > 0 && norm->n_channels > 0 && norm->n_channels % LANES == 0 && have_avx2();
}

static int64_t count_chunks(const struct fl_norm *norm)
{
    int64_t n = (norm->n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
    return n < N_CHUNKS ? n : N_CHUNKS;
}

size_t fl_norm_work(const struct fl_norm *norm)
{
    return (size_t)norm->n_channels * (4 * sizeof(float) + (size_t)count_chunks(norm) * 2 * sizeof(double));
}

static struct norm_job begin(const struct fl_norm *norm, const void *x, const void *g, void *out, void *work)
{
    int64_t n = norm->n_channels;
    struct norm_job job = {.norm = norm, .n_chunks = count_chunks(norm), .x = x, .g = g, .out = out, .sums = work};
    job.chunk_rows = (norm->n_rows + job.n_chunks - 1) / job.n_chunks;
    job.factor = (float *)(job.sums + job.n_chunks * 2 * n);
    job.shift = job.factor + n;
    job.even = job.shift + n;
    job.slope = job.even + n;
    return job;
}

static void each_chunk(struct norm_job *job, void (*body)(void *job, int64_t unit, int thread), const struct fl_loop *loop)
{
    bool small = job->norm->n_rows * job->norm->n_channels < SMALL;
    loop->run(small ? 1 : loop->n_threads, job->n_chunks, body, job);
}

/* The rows of a chunk; the last may be short or empty. */
static int64_t rows_of(const struct norm_job *job, int64_t chunk, int64_t *first)
{
    int64_t n_rows = job->norm->n_rows, begin = chunk * job->chunk_rows;
    *first = begin < n_rows ? begin : n_rows;
    return n_rows - *first < job->chunk_rows ? n_rows - *first : job->chunk_rows;
}

INLINE v8 all(float value)
{
    return _mm256_set1_ps(value);
}

/* --- the statistics ------------------------------------------------------------------------------------------------ */

/* Sums of v and v v over n_rows rows of n_wide registers, v = x - shift. */
INLINE void sum_values(const struct norm_job *job, int64_t first, int64_t n_rows, int64_t at, double *sums, int n_wide, bool bf16)
{
    int64_t stride = job->norm->n_channels, from = first * stride + at;
    v8 sum[WIDE], square[WIDE], shift[WIDE];
    EACH (i, n_wide) {
        sum[i] = square[i] = _mm256_setzero_ps();
        shift[i] = load(job->shift + at + i * LANES);
    }
    for (int64_t row = 0; row < n_rows; row++, from += stride) {
        EACH (i, n_wide) {
            v8 v = _mm256_sub_ps(load_from(job->x, from + i * LANES, bf16), shift[i]);
            sum[i] = _mm256_add_ps(sum[i], v);
            square[i] = _mm256_fmadd_ps(v, v, square[i]);
        }
    }
    EACH (i, n_wide) {
        hand_over(sums + at + i * LANES, sum[i]);
        hand_over(sums + stride + at + i * LANES, square[i]);
    }
}

/* g where what was limited, of about = x - mean, lies strictly between the limits, else 0. */
INLINE v8 passed(const struct norm_job *job, v8 about, v8 g, v8 factor, v8 bias)
{
    v8 y = _mm256_fmadd_ps(about, factor, bias);
    g = _mm256_and_ps(g, _mm256_cmp_ps(y, all(job->norm->low), _CMP_NLE_UQ));
    return _mm256_and_ps(g, _mm256_cmp_ps(y, all(job->norm->high), _CMP_NGE_UQ));
}

/* Sums of g and g v, g as passed, v = x - shift. */
INLINE void sum_gradients(const struct norm_job *job, int64_t first, int64_t n_rows, int64_t at, double *sums, int n_wide, bool bf16)
{
    int64_t stride = job->norm->n_channels, from = first * stride + at;
    v8 sum[WIDE], product[WIDE];
    EACH (i, n_wide)
        sum[i] = product[i] = _mm256_setzero_ps();
    for (int64_t row = 0; row < n_rows; row++, from += stride) {
        EACH (i, n_wide) {
            int64_t c = at + i * LANES;
            v8 about = _mm256_sub_ps(load_from(job->x, from + i * LANES, bf16), load(job->shift + c));
            v8 g = load_from(job->g, from + i * LANES, bf16);
            v8 p = passed(job, about, g, load(job->factor + c), load(job->bias + c));
            sum[i] = _mm256_add_ps(sum[i], p);
            product[i] = _mm256_fmadd_ps(p, about, product[i]);
        }
    }
    EACH (i, n_wide) {
        hand_over(sums + at + i * LANES, sum[i]);
        hand_over(sums + stride + at + i * LANES, product[i]);
    }
}

/* Both kinds of sums of a chunk, block by block. */
INLINE void sum_chunk(const struct norm_job *job, int64_t chunk, bool gradients, bool bf16)
{
    int64_t n_channels = job->norm->n_channels, first, left = rows_of(job, chunk, &first);
    int64_t block = BLOCK_FLOATS / n_channels > 4 ? BLOCK_FLOATS / n_channels : 4;
    double *sums = job->sums + chunk * 2 * n_channels;
    for (int64_t c = 0; c < 2 * n_channels; c++)
        sums[c] = 0;
    for (; left > 0; first += block, left -= block) {
        int64_t n_rows = left < block ? left : block, at = 0;
        for (; at + WIDE * LANES <= n_channels; at += WIDE * LANES) {
            if (gradients)
                sum_gradients(job, first, n_rows, at, sums, WIDE, bf16);
            else
                sum_values(job, first, n_rows, at, sums, WIDE, bf16);
        }
        for (; at < n_channels; at += LANES) {
            if (gradients)
                sum_gradients(job, first, n_rows, at, sums, 1, bf16);
            else
                sum_values(job, first, n_rows, at, sums, 1, bf16);
        }
    }
}

AVX2 static void values_of_chunk(void *arg, int64_t chunk, int thread)
{
    const struct norm_job *job = arg;
    (void)thread;
    if (job->norm->bf16)
        sum_chunk(job, chunk, false, true);
    else
        sum_chunk(job, chunk, false, false);
}

AVX2 static void gradients_of_chunk(void *arg, int64_t chunk, int thread)
{
    const struct norm_job *job = arg;
    (void)thread;
    if (job->norm->bf16)
        sum_chunk(job, chunk, true, true);
    else
        sum_chunk(job, chunk, true, false);
}

/* The chunks' sums, in their order, into the first. */
static void add_chunks(struct norm_job *job)
{
    int64_t n = 2 * job->norm->n_channels;
    for (int64_t chunk = 1; chunk < job->n_chunks; chunk++) {
        for (int64_t c = 0; c < n; c++)
            job->sums[c] += job->sums[chunk * n + c];
    }
}

/* About the mean of each channel, from a few rows: squares summed about it lose no digits. */
AVX2 static void guess_means(struct norm_job *job)
{
    int64_t n = job->norm->n_channels, n_rows = job->norm->n_rows, n_samples = n_rows < SAMPLES ? n_rows : SAMPLES;
    for (int64_t c = 0; c < n; c++)
        job->shift[c] = 0;
    for (int64_t i = 0; i < n_samples; i++) {
        int64_t row = i * n_rows / n_samples * n;
        for (int64_t c = 0; c < n; c += LANES) {
            v8 share = _mm256_div_ps(load_from(job->x, row + c, job->norm->bf16), all((float)n_samples));
            store(job->shift + c, _mm256_add_ps(load(job->shift + c), share));
        }
    }
}

static void batch_statistics(struct norm_job *job, float *running_mean, float *running_var, float *mean, float *scale,
                             const struct fl_loop *loop)
{
    const struct fl_norm *norm = job->norm;
    guess_means(job);
    each_chunk(job, values_of_chunk, loop);
    add_chunks(job);
    double n = (double)norm->n_rows, momentum = norm->momentum;
    for (int64_t c = 0; c < norm->n_channels; c++) {
        double off = job->sums[c] / n, var = job->sums[norm->n_channels + c] / n - off * off;
        var = var < 0 ? 0 : var; /* not where it is NaN */
        mean[c] = (float)(job->shift[c] + off);
        scale[c] = (float)(1 / sqrt(var + norm->eps));
        running_mean[c] = (float)((1 - momentum) * running_mean[c] + momentum * mean[c]);
        running_var[c] = (float)((1 - momentum) * running_var[c] + momentum * var * (n / (n - 1)));
    }
}

/* --- forward --------------------------------------------------------------------------------------------------------- */

INLINE void apply(const struct norm_job *job, int64_t chunk, bool bf16)
{
    int64_t n_channels = job->norm->n_channels, first, n_rows = rows_of(job, chunk, &first);
    v8 low = all(job->norm->low), high = all(job->norm->high);
    for (int64_t at = first * n_channels, end = at + n_rows * n_channels; at < end; at += n_channels) {
        for (int64_t c = 0; c < n_channels; c += LANES) {
            v8 about = _mm256_sub_ps(load_from(job->x, at + c, bf16), load(job->shift + c));
            v8 y = _mm256_fmadd_ps(about, load(job->factor + c), load(job->bias + c));
            y = _mm256_min_ps(high, _mm256_max_ps(low, y)); /* in this order NaN stays NaN */
            store_to(job->out, at + c, y, bf16);
        }
    }
}

AVX2 static void apply_chunk(void *arg, int64_t chunk, int thread)
{
    const struct norm_job *job = arg;
    (void)thread;
    if (job->norm->bf16)
        apply(job, chunk, true);
    else
        apply(job, chunk, false);
}

static void set_factors(struct norm_job *job, const float *weight, const float *bias, const float *mean, const float *scale)
{
    job->bias = bias;
    for (int64_t c = 0; c < job->norm->n_channels; c++) {
        job->factor[c] = weight[c] * scale[c];
        job->shift[c] = mean[c];
    }
}

void fl_norm_forward(const struct fl_norm *norm, const void *x, const float *weight, const float *bias, float *running_mean,
                     float *running_var, float *mean, float *scale, void *y, void *work, const struct fl_loop *loop)
{
    struct norm_job job = begin(norm, x, NULL, y, work);
    if (norm->batch_stats)
        batch_statistics(&job, running_mean, running_var, mean, scale, loop);
    for (int64_t c = 0; c < norm->n_channels && !norm->batch_stats; c++) {
        mean[c] = running_mean[c];
        scale[c] = (float)(1 / sqrt(running_var[c] + norm->eps));
    }
    set_factors(&job, weight, bias, mean, scale);
    each_chunk(&job, apply_chunk, loop);
}

/* --- gradient -------------------------------------------------------------------------------------------------------- */

INLINE void set_gradient(const struct norm_job *job, int64_t chunk, bool bf16)
{
    int64_t n_channels = job->norm->n_channels, first, n_rows = rows_of(job, chunk, &first);
    for (int64_t at = first * n_channels, end = at + n_rows * n_channels; at < end; at += n_channels) {
        for (int64_t c = 0; c < n_channels; c += LANES) {
            v8 about = _mm256_sub_ps(load_from(job->x, at + c, bf16), load(job->shift + c)), factor = load(job->factor + c);
            v8 g = passed(job, about, load_from(job->g, at + c, bf16), factor, load(job->bias + c));
            v8 even = _mm256_fmadd_ps(about, load(job->slope + c), load(job->even + c));
            store_to(job->out, at + c, _mm256_fmsub_ps(g, factor, even), bf16);
        }
    }
}

AVX2 static void gradient_chunk(void *arg, int64_t chunk, int thread)
{
    const struct norm_job *job = arg;
    (void)thread;
    if (job->norm->bf16)
        set_gradient(job, chunk, true);
    else
        set_gradient(job, chunk, false);
}

/* With xh = (x - mean) scale: d weight = sum g xh, d bias = sum g, and of the batch's statistics
 * d x = weight scale (g - d bias / n - xh d weight / n). */
void fl_norm_gradient(const struct fl_norm *norm, const void *x, const void *g, const float *weight, const float *bias,
                      const float *mean, const float *scale, void *grad_x, float *grad_weight, float *grad_bias, void *work,
                      const struct fl_loop *loop)
{
    struct norm_job job = begin(norm, x, g, grad_x, work);
    double n = (double)norm->n_rows;
    set_factors(&job, weight, bias, mean, scale);
    each_chunk(&job, gradients_of_chunk, loop);
    add_chunks(&job);
    for (int64_t c = 0; c < norm->n_channels; c++) {
        double to_bias = job.sums[c], to_weight = job.sums[norm->n_channels + c] * scale[c];
        grad_bias[c] = (float)to_bias;
        grad_weight[c] = (float)to_weight;
        job.even[c] = norm->batch_stats ? (float)(job.factor[c] * to_bias / n) : 0;
        job.slope[c] = norm->batch_stats ? (float)(job.factor[c] * to_weight * scale[c] / n) : 0;
    }
    if (grad_x)
        each_chunk(&job, gradient_chunk, loop);
}

#else

bool fl_norm_possible(const struct fl_norm *norm)
{
    (void)norm;
    return false;
}

size_t fl_norm_work(const struct fl_norm *norm)
{
    (void)norm;
    return 0;
}

/* Never called: fl_norm_possible says no. */
void fl_norm_forward(const struct fl_norm *norm, const void *x, const float *weight, const float *bias, float *running_mean,
                     float *running_var, float *mean, float *scale, void *y, void *work, const struct fl_loop *loop)
{
    (void)norm, (void)x, (void)weight, (void)bias, (void)running_mean, (void)running_var, (void)mean, (void)scale, (void)y;
    (void)work, (void)loop;
}

void fl_norm_gradient(const struct fl_norm *norm, const void *x, const void *g, const float *weight, const float *bias,
                      const float *mean, const float *scale, void *grad_x, float *grad_weight, float *grad_bias, void *work,
                      const struct fl_loop *loop)
{
    (void)norm, (void)x, (void)g, (void)weight, (void)bias, (void)mean, (void)scale, (void)grad_x, (void)grad_weight;
    (void)grad_bias, (void)work, (void)loop;
}

#endif
