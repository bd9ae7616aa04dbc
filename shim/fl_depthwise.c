/* Depthwise convolutions, 8 channels a register (AVX2 and FMA).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_depthwise.h"

#include <assert.h>
#include <string.h>

#if defined(__x86_64__)

#include "fl_lanes.h"

enum { SIDE = 3, TAPS = SIDE * SIDE, WIDE = 4, N_CHUNKS = 64, SMALL = 1 << 15 };

/* One call. A unit is a row of the result. */
struct job {
    const struct fl_depthwise *conv;
    int64_t out_h, out_w, rows_a_chunk;
    const void *x, *g; /* g: of the two gradients; floats or bfloat16, as conv says; so is out */
    const float *bias;
    void *out;
    float *weights; /* [TAPS][channels] */
    double *sums;   /* [chunk][TAPS][channels] */
};

/* Products that make one pixel of a result: the values from values[i] on times weights[i], by channel. */
struct taps {
    int n;
    int64_t values[TAPS];
    const float *weights[TAPS];
};

bool fl_depthwise_possible(const struct fl_depthwise *conv)
{
    return have_avx2() && conv->channels > 0 && conv->channels % LANES == 0 && (conv->stride == 1 || conv->stride == 2) &&
           conv->n > 0 && conv->h > 0 && conv->w > 0;
}

static int64_t count_rows(const struct fl_depthwise *conv)
{
    return conv->n * fl_depthwise_out(conv->h, conv->stride);
}

static int64_t count_chunks(const struct fl_depthwise *conv)
{
    int64_t n_rows = count_rows(conv);
    return n_rows < N_CHUNKS ? n_rows : N_CHUNKS;
}

size_t fl_depthwise_work(const struct fl_depthwise *conv)
{
    return (size_t)(conv->channels * TAPS) * (sizeof(float) + (size_t)count_chunks(conv) * sizeof(double));
}

static struct job begin(const struct fl_depthwise *conv, const void *x, const void *g, void *out, void *work)
{
    int64_t n_chunks = count_chunks(conv);
    struct job job = {.conv = conv, .x = x, .g = g, .out = out, .sums = work,
                      .out_h = fl_depthwise_out(conv->h, conv->stride), .out_w = fl_depthwise_out(conv->w, conv->stride),
                      .rows_a_chunk = (count_rows(conv) + n_chunks - 1) / n_chunks};
    job.weights = (float *)(job.sums + n_chunks * TAPS * conv->channels);
    return job;
}

static void pack(struct job *job, const float *weights)
{
    int64_t n = job->conv->channels;
    for (int64_t c = 0; c < n; c++) {
        for (int k = 0; k < TAPS; k++)
            job->weights[k * n + c] = weights[c * TAPS + k];
    }
}

static void run(const struct fl_loop *loop, struct job *job, int64_t n_units, void (*body)(void *job, int64_t unit, int thread))
{
    bool small = count_rows(job->conv) * job->out_w * job->conv->channels < SMALL;
    loop->run(small ? 1 : loop->n_threads, n_units, body, job);
}

/* --- forward and the gradient of x: a pixel is a sum of taps --------------------------------------------------------- */

/* The pixel of out from "to" on; from: x forward, g for the gradient. */
INLINE void sum_exactly(const struct job *job, const void *from, const struct taps *taps, int n, int64_t to, bool bf16)
{
    int64_t values[TAPS], n_channels = job->conv->channels;
    const float *weights[TAPS], *bias = job->bias;
    EACH (i, n) {
        values[i] = taps->values[i];
        weights[i] = taps->weights[i];
    }
    for (int64_t c = 0; c < n_channels; c += LANES) {
        v8 sum = bias ? load(bias + c) : _mm256_setzero_ps();
        EACH (i, n)
            sum = _mm256_fmadd_ps(load_from(from, values[i] + c, bf16), load(weights[i] + c), sum);
        store_to(job->out, to + c, sum, bf16);
    }
}

INLINE void sum_taps_of(const struct job *job, const void *from, const struct taps *taps, int64_t to, bool bf16)
{
    switch (taps->n) { /* one to three rows by one to three columns */
    case 1: sum_exactly(job, from, taps, 1, to, bf16); break;
    case 2: sum_exactly(job, from, taps, 2, to, bf16); break;
    case 3: sum_exactly(job, from, taps, 3, to, bf16); break;
    case 4: sum_exactly(job, from, taps, 4, to, bf16); break;
    case 6: sum_exactly(job, from, taps, 6, to, bf16); break;
    case 9: sum_exactly(job, from, taps, 9, to, bf16); break;
    default: assert(!"a tap is missing");
    }
}

AVX2 static void sum_taps(const struct job *job, const void *from, const struct taps *taps, int64_t to)
{
    if (job->conv->bf16)
        sum_taps_of(job, from, taps, to, true);
    else
        sum_taps_of(job, from, taps, to, false);
}

/* Adds a tap of each column of the row: first column, weights of the row's first. */
static void add_row(const struct job *job, struct taps *taps, int64_t row, int64_t width, int64_t first, const float *weights)
{
    int64_t n = job->conv->channels;
    for (int64_t kx = 0; kx < SIDE; kx++) {
        if (first + kx < 0 || first + kx >= width)
            continue;
        taps->values[taps->n] = row + (first + kx) * n;
        taps->weights[taps->n++] = weights + kx * n;
    }
}

/* The same taps of a pixel further on, "by" values. */
static void advance(struct taps *taps, int64_t by)
{
    for (int i = 0; i < taps->n; i++)
        taps->values[i] += by;
}

static void forward_row(void *arg, int64_t unit, int thread)
{
    const struct job *job = arg;
    const struct fl_depthwise *conv = job->conv;
    int64_t n = conv->channels, picture = unit / job->out_h, top = unit % job->out_h * conv->stride - 1;
    int64_t x = picture * conv->h * conv->w * n, to = unit * job->out_w * n;
    struct taps taps = {.n = 0};
    (void)thread;
    for (int64_t column = 0; column < job->out_w; column++, to += n) {
        bool inside = column > 1 && column * conv->stride + 1 < conv->w; /* and so was the column before */
        if (inside)
            advance(&taps, conv->stride * n);
        else
            taps.n = 0;
        for (int64_t ky = 0; ky < SIDE && !inside; ky++) {
            if (top + ky >= 0 && top + ky < conv->h)
                add_row(job, &taps, x + (top + ky) * conv->w * n, conv->w, column * conv->stride - 1,
                        job->weights + ky * SIDE * n);
        }
        sum_taps(job, job->x, &taps, to);
    }
}

void fl_depthwise_forward(const struct fl_depthwise *conv, const void *x, const float *weights, const float *bias, void *y,
                          void *work, const struct fl_loop *loop)
{
    struct job job = begin(conv, x, NULL, y, work);
    job.bias = bias;
    pack(&job, weights);
    run(loop, &job, count_rows(conv), forward_row);
}

/* The result's row or column that tap k of pixel "in" went to, or -1. */
static int64_t target(int64_t in, int64_t k, int stride, int64_t n_out)
{
    int64_t at = in + 1 - k;
    return at < 0 || at % stride != 0 || at / stride >= n_out ? -1 : at / stride;
}

static void grad_x_row(void *arg, int64_t unit, int thread)
{
    const struct job *job = arg;
    const struct fl_depthwise *conv = job->conv;
    int64_t n = conv->channels, picture = unit / conv->h, row = unit % conv->h;
    int64_t g = picture * job->out_h * job->out_w * n, to = unit * conv->w * n;
    struct taps taps[2] = {{.n = 0}, {.n = 0}}; /* columns of one parity have the same weights */
    (void)thread;
    for (int64_t column = 0; column < conv->w; column++, to += n) {
        struct taps *own = &taps[column % conv->stride];
        bool inside = column > conv->stride && column + 1 < job->out_w * conv->stride; /* and so was the one of its kind before */
        if (inside)
            advance(own, n);
        else
            own->n = 0;
        for (int64_t k = 0; k < TAPS && !inside; k++) {
            int64_t y = target(row, k / SIDE, conv->stride, job->out_h), x = target(column, k % SIDE, conv->stride, job->out_w);
            if (y < 0 || x < 0)
                continue;
            own->values[own->n] = g + (y * job->out_w + x) * n;
            own->weights[own->n++] = job->weights + k * n;
        }
        sum_taps(job, job->g, own, to);
    }
}

void fl_depthwise_grad_x(const struct fl_depthwise *conv, const void *g, const float *weights, void *grad_x, void *work,
                         const struct fl_loop *loop)
{
    struct job job = begin(conv, NULL, g, grad_x, work);
    pack(&job, weights);
    run(loop, &job, conv->n * conv->h, grad_x_row);
}

/* --- the gradient of the weights ------------------------------------------------------------------------------------- */

/* Adds the products of the row of g from "g" on with the row of x from "x" on, n_wide registers of channels: sums [SIDE][channels]. */
INLINE void add_products(const struct job *job, int64_t x, int64_t g, double *sums, int n_wide, bool bf16)
{
    int64_t n = job->conv->channels, w = job->conv->w, step = job->conv->stride * n;
    int64_t n_right = w > 1 ? (w - 2) / job->conv->stride + 1 : 0; /* columns with a tap on the right */
    v8 sum[SIDE][WIDE];
    EACH (i, n_wide)
        sum[0][i] = sum[1][i] = sum[2][i] = _mm256_setzero_ps();
    for (int64_t column = 0; column < job->out_w; column++, x += step, g += n) {
        EACH (i, n_wide) {
            v8 value = load_from(job->g, g + i * LANES, bf16);
            if (column > 0)
                sum[0][i] = _mm256_fmadd_ps(load_from(job->x, x - n + i * LANES, bf16), value, sum[0][i]);
            sum[1][i] = _mm256_fmadd_ps(load_from(job->x, x + i * LANES, bf16), value, sum[1][i]);
            if (column < n_right)
                sum[2][i] = _mm256_fmadd_ps(load_from(job->x, x + n + i * LANES, bf16), value, sum[2][i]);
        }
    }
    EACH (i, n_wide) {
        EACH (k, SIDE)
            hand_over(sums + k * n + i * LANES, sum[k][i]);
    }
}

INLINE void add_rows_of(const struct job *job, int64_t x, int64_t g, double *sums, bool bf16)
{
    int64_t n = job->conv->channels, c = 0;
    for (; c + WIDE * LANES <= n; c += WIDE * LANES)
        add_products(job, x + c, g + c, sums + c, WIDE, bf16);
    for (; c < n; c += LANES)
        add_products(job, x + c, g + c, sums + c, 1, bf16);
}

AVX2 static void add_rows(const struct job *job, int64_t x, int64_t g, double *sums)
{
    if (job->conv->bf16)
        add_rows_of(job, x, g, sums, true);
    else
        add_rows_of(job, x, g, sums, false);
}

static void grad_weights_chunk(void *arg, int64_t chunk, int thread)
{
    const struct job *job = arg;
    const struct fl_depthwise *conv = job->conv;
    int64_t n = conv->channels, n_rows = count_rows(conv), last = (chunk + 1) * job->rows_a_chunk;
    double *sums = job->sums + chunk * TAPS * n;
    (void)thread;
    memset(sums, 0, (size_t)(TAPS * n) * sizeof *sums);
    for (int64_t row = chunk * job->rows_a_chunk; row < last && row < n_rows; row++) {
        int64_t x = row / job->out_h * conv->h * conv->w * n, g = row * job->out_w * n;
        int64_t top = row % job->out_h * conv->stride - 1;
        for (int64_t ky = 0; ky < SIDE; ky++) {
            if (top + ky >= 0 && top + ky < conv->h)
                add_rows(job, x + (top + ky) * conv->w * n, g, sums + ky * SIDE * n);
        }
    }
}

void fl_depthwise_grad_weights(const struct fl_depthwise *conv, const void *x, const void *g, float *grad_weights, void *work,
                               const struct fl_loop *loop)
{
    struct job job = begin(conv, x, g, NULL, work);
    int64_t n_sums = TAPS * conv->channels, n_chunks = count_chunks(conv);
    run(loop, &job, n_chunks, grad_weights_chunk);
    for (int64_t i = 0; i < n_sums; i++) {
        for (int64_t chunk = 1; chunk < n_chunks; chunk++)
            job.sums[i] += job.sums[chunk * n_sums + i];
        grad_weights[i % conv->channels * TAPS + i / conv->channels] = (float)job.sums[i];
    }
}

#else

bool fl_depthwise_possible(const struct fl_depthwise *conv)
{
    (void)conv;
    return false;
}

size_t fl_depthwise_work(const struct fl_depthwise *conv)
{
    (void)conv;
    return 0;
}

/* Never called: fl_depthwise_possible says no. */
void fl_depthwise_forward(const struct fl_depthwise *conv, const void *x, const float *weights, const float *bias, void *y,
                          void *work, const struct fl_loop *loop)
{
    (void)conv, (void)x, (void)weights, (void)bias, (void)y, (void)work, (void)loop;
}

void fl_depthwise_grad_x(const struct fl_depthwise *conv, const void *g, const float *weights, void *grad_x, void *work,
                         const struct fl_loop *loop)
{
    (void)conv, (void)g, (void)weights, (void)grad_x, (void)work, (void)loop;
}

void fl_depthwise_grad_weights(const struct fl_depthwise *conv, const void *x, const void *g, float *grad_weights, void *work,
                               const struct fl_loop *loop)
{
    (void)conv, (void)x, (void)g, (void)grad_weights, (void)work, (void)loop;
}

#endif
