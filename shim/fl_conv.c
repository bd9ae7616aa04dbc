/* Winograd convolutions: tiles, blocks, and who does what. The arithmetic is in fl_conv_kernels.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_conv.h"

#include <assert.h>
#include <string.h>

#include "fl_conv_kernels.h"

#define LINE 16 /* floats of a cache line */

/* Bytes of the transformed tiles that one thread has in work (forward), and that all have together (weights): of the order of a
 * core's second cache, and of the shared one. */
#define OWN_BLOCK ((int64_t)1 << 19)
#define COMMON_BLOCK ((int64_t)1 << 23)

enum {
    DEPTH = 256, /* channels a product: [DEPTH, 16] weights stay in the first cache */
    RUN = 192,   /* tiles a product, for the gradient of the weights: [RUN, 16] of both do */
    SHARE = 16,  /* tiles a unit when all threads transform one block */
    SMALL = 48,  /* tiles a block, also where they are more bytes: all weights are read for every block */
    LARGE = 96,  /* the same with more weights than the caches hold */
    FEWEST = 24, /* also where threads are left without work */
};

/* The tiles of a batch, and how far apart things lie. */
struct grid {
    struct fl_conv conv;
    int64_t h, w;          /* results */
    int64_t rows, columns; /* tiles of a picture */
    int64_t n_tiles, block; /* of the batch; of one block, a multiple of CONV_ROWS */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t up_to(int64_t n, int64_t step)
{
    return (n + step - 1) / step * step;
}

/* Blocks of about so many bytes, as many for each thread. */
static struct grid grid_of(const struct fl_conv *conv, int64_t bytes, int n_threads)
{
    struct grid g = {.conv = *conv, .h = conv->h + 2 * conv->pad - 2, .w = conv->w + 2 * conv->pad - 2};
    g.rows = up_to(g.h, CONV_TILE) / CONV_TILE;
    g.columns = up_to(g.w, CONV_TILE) / CONV_TILE;
    g.n_tiles = conv->n * g.rows * g.columns;
    int64_t a_tile = CONV_POINTS * (conv->cin + conv->cout) * (int64_t)sizeof(float);
    int64_t fits = most(bytes / a_tile, conv->cin * conv->cout < 1 << 16 ? SMALL : LARGE);
    int64_t n_blocks = up_to(up_to(g.n_tiles, fits) / fits, n_threads);
    g.block = up_to(most(up_to(g.n_tiles, n_blocks) / n_blocks, FEWEST), CONV_ROWS);
    return g;
}

/* From one point's values to the next: never a power of two, or all 36 would compete for the same lines of the first cache. */
static int64_t point_of(int64_t n_values)
{
    return n_values + LINE;
}

static int64_t points(int64_t n_values)
{
    return CONV_POINTS * point_of(n_values);
}

/* --- shapes --------------------------------------------------------------------------------------------------- */

bool fl_conv_supported(void)
{
    return conv_kernels_here();
}

bool fl_conv_preferred(void)
{
    return conv_kernels_here() && !conv_wider_here();
}

bool fl_conv_possible(const struct fl_conv *c)
{
    return c->n > 0 && c->pad >= 0 && c->pad <= 2 && c->h + 2 * c->pad >= 3 && c->w + 2 * c->pad >= 3 && c->cin > 0 &&
           c->cout > 0 && c->cin % CONV_PANEL == 0 && c->cout % CONV_PANEL == 0;
}

bool fl_conv_pays(const struct fl_conv *c)
{
    if (!fl_conv_possible(c))
        return false;
    int64_t h = c->h + 2 * c->pad - 2, w = c->w + 2 * c->pad - 2;
    int64_t n_tiles = up_to(h, CONV_TILE) / CONV_TILE * (up_to(w, CONV_TILE) / CONV_TILE);
    const int64_t a_tile = 40; /* 36 products, and the transforms */
    return a_tile * n_tiles <= 9 * h * w;
}

/* What transformed weights, or their sums, take. */
static int64_t weight_floats(const struct fl_conv *c)
{
    return points(c->cin * c->cout);
}

static int64_t v_floats(const struct grid *g)
{
    return points(g->block * g->conv.cin);
}

static int64_t m_floats(const struct grid *g)
{
    return points(g->block * g->conv.cout);
}

/* A block's tiles on both sides, and a pixel for what lies outside of the picture. */
static int64_t block_floats(const struct grid *g)
{
    return v_floats(g) + m_floats(g) + g->conv.cin + g->conv.cout;
}

/* The convolution that takes g to the gradient of x. */
static struct fl_conv turned(const struct fl_conv *c)
{
    return (struct fl_conv){.n = c->n, .h = c->h + 2 * c->pad - 2, .w = c->w + 2 * c->pad - 2, .cin = c->cout,
                            .cout = c->cin, .pad = 2 - c->pad};
}

size_t fl_conv_work(const struct fl_conv *conv, int n_threads)
{
    struct fl_conv back = turned(conv);
    struct grid there = grid_of(conv, OWN_BLOCK, n_threads), again = grid_of(&back, OWN_BLOCK, n_threads);
    struct grid all = grid_of(conv, COMMON_BLOCK, 1);
    int64_t own = n_threads * most(block_floats(&there), block_floats(&again));
    return (size_t)(weight_floats(conv) + most(own, block_floats(&all))) * sizeof(float);
}

/* --- tiles in pictures ---------------------------------------------------------------------------------------- */

/* Where a tile begins: picture, row and column of its first result. */
static void place(const struct grid *g, int64_t tile, int64_t *n, int64_t *y, int64_t *x)
{
    *n = tile / (g->rows * g->columns);
    *y = tile / g->columns % g->rows * CONV_TILE;
    *x = tile % g->columns * CONV_TILE;
}

/* The pixels of a side x side window at (y, x) of picture n; none for those outside, and for a tile after the last. */
static void window(const float **at, const float *pixels, int side, int64_t h, int64_t w, int64_t n_channels, int64_t n,
                   int64_t y, int64_t x, const float *none)
{
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            bool inside = pixels && y + i >= 0 && y + i < h && x + j >= 0 && x + j < w;
            at[i * side + j] = inside ? pixels + ((n * h + y + i) * w + x + j) * n_channels : none;
        }
    }
}

static void read_x(const struct grid *g, int64_t tile, const float *x, const float *none, float *v, int64_t slot)
{
    const float *at[CONV_POINTS];
    int64_t n, row, column, cin = g->conv.cin, pad = g->conv.pad;
    place(g, tile, &n, &row, &column);
    window(at, tile < g->n_tiles ? x : NULL, CONV_SIDE, g->conv.h, g->conv.w, cin, n, row - pad, column - pad, none);
    conv_tile_x(at, cin, v + slot * CONV_PANEL, point_of(g->block * cin), g->block * CONV_PANEL);
}

static void read_g(const struct grid *g, int64_t tile, const float *grad, const float *none, float *d, int64_t slot)
{
    const float *at[CONV_TILE * CONV_TILE];
    int64_t n, row, column, cout = g->conv.cout;
    place(g, tile, &n, &row, &column);
    window(at, tile < g->n_tiles ? grad : NULL, CONV_TILE, g->h, g->w, cout, n, row, column, none);
    conv_tile_g(at, cout, d + slot * CONV_PANEL, point_of(g->block * cout), g->block * CONV_PANEL);
}

/* --- forward, and back to x ----------------------------------------------------------------------------------- */

struct forward {
    struct grid grid;
    const float *x, *weights, *bias;
    float *y, *u, *own; /* u: transformed weights; own: of each thread, own_floats */
    int64_t own_floats;
    bool turned; /* weights are those of the convolution whose x has this one's gradient */
};

static void weights_unit(void *job, int64_t unit, int thread)
{
    const struct forward *f = job;
    int64_t cin = f->grid.conv.cin, cout = f->grid.conv.cout, point = point_of(cin * cout);
    float *u = f->u + unit * CONV_PANEL * cin;
    (void)thread;
    if (f->turned)
        conv_weights_turned(f->weights + unit * CONV_PANEL, cout, cin, u, point);
    else
        conv_weights(f->weights + unit * CONV_PANEL * 9 * cin, cin, u, point);
}

static void multiply(const struct forward *f, float *m, const float *v, const float *u, int64_t n_tiles)
{
    int64_t cin = f->grid.conv.cin, cout = f->grid.conv.cout, panel = f->grid.block * CONV_PANEL;
    for (int64_t c = 0; c < cin; c += DEPTH) {
        int64_t n_panels = least(DEPTH, cin - c) / CONV_PANEL;
        for (int64_t o = 0; o < cout / CONV_PANEL; o++) {
            for (int64_t t = 0; t < n_tiles; t += CONV_ROWS)
                conv_product(m + o * panel + t * CONV_PANEL, v + c / CONV_PANEL * panel + t * CONV_PANEL, panel,
                             u + o * CONV_PANEL * cin + c * CONV_PANEL, n_panels, c > 0);
        }
    }
}

static void write_y(const struct forward *f, int64_t tile, const float *m, int64_t slot, float *outside)
{
    const struct grid *g = &f->grid;
    float *to[CONV_TILE * CONV_TILE];
    int64_t n, y, x, cout = g->conv.cout;
    place(g, tile, &n, &y, &x);
    for (int i = 0; i < CONV_TILE; i++) {
        for (int j = 0; j < CONV_TILE; j++) {
            bool inside = y + i < g->h && x + j < g->w;
            to[i * CONV_TILE + j] = inside ? f->y + ((n * g->h + y + i) * g->w + x + j) * cout : outside;
        }
    }
    conv_tile_y(m + slot * CONV_PANEL, point_of(g->block * cout), g->block * CONV_PANEL, cout, f->bias, to);
}

static void block_unit(void *job, int64_t unit, int thread)
{
    const struct forward *f = job;
    const struct grid *g = &f->grid;
    float *v = f->own + thread * f->own_floats, *m = v + v_floats(g), *zeros = m + m_floats(g), *outside = zeros + g->conv.cin;
    int64_t first = unit * g->block, n_tiles = least(g->block, g->n_tiles - first), cin = g->conv.cin, cout = g->conv.cout;
    memset(zeros, 0, (size_t)cin * sizeof *zeros);
    for (int64_t t = 0; t < up_to(n_tiles, CONV_ROWS); t++)
        read_x(g, first + t, f->x, zeros, v, t);
    for (int p = 0; p < CONV_POINTS; p++)
        multiply(f, m + p * point_of(g->block * cout), v + p * point_of(g->block * cin), f->u + p * point_of(cin * cout),
                 n_tiles);
    for (int64_t t = 0; t < n_tiles; t++)
        write_y(f, first + t, m, t, outside);
}

static void forward(struct forward *f, void *work, const struct fl_loop *loop)
{
    f->u = work;
    f->own = f->u + weight_floats(&f->grid.conv);
    f->own_floats = block_floats(&f->grid);
    loop->run(loop->n_threads, f->grid.conv.cout / CONV_PANEL, weights_unit, f);
    loop->run(loop->n_threads, up_to(f->grid.n_tiles, f->grid.block) / f->grid.block, block_unit, f);
}

void fl_conv_forward(const struct fl_conv *conv, const float *x, const float *weights, const float *bias, float *y, void *work,
                     const struct fl_loop *loop)
{
    assert(fl_conv_possible(conv));
    struct forward f = {.grid = grid_of(conv, OWN_BLOCK, loop->n_threads), .x = x, .weights = weights, .bias = bias, .y = y};
    forward(&f, work, loop);
}

void fl_conv_grad_x(const struct fl_conv *conv, const float *g, const float *weights, float *grad_x, void *work,
                    const struct fl_loop *loop)
{
    assert(fl_conv_possible(conv));
    struct fl_conv back = turned(conv);
    struct forward f = {.grid = grid_of(&back, OWN_BLOCK, loop->n_threads), .x = g, .weights = weights, .y = grad_x, .turned = true};
    forward(&f, work, loop);
}

/* --- back to the weights -------------------------------------------------------------------------------------- */

/* One block of tiles after the other: all threads transform it, then each adds up its points and results. The order of a sum
 * is that of the tiles, whoever computes it. */
struct back {
    struct grid grid;
    const float *x, *g;
    float *grad_weights, *sums, *v, *d, *zeros;
    int64_t first, n_tiles; /* of the block */
};

static void tiles_unit(void *job, int64_t unit, int thread)
{
    const struct back *b = job;
    (void)thread;
    for (int64_t t = unit * SHARE; t < least(b->n_tiles, (unit + 1) * SHARE); t++) {
        read_x(&b->grid, b->first + t, b->x, b->zeros, b->v, t);
        read_g(&b->grid, b->first + t, b->g, b->zeros, b->d, t);
    }
}

static void sums_unit(void *job, int64_t unit, int thread)
{
    const struct back *b = job;
    int64_t cin = b->grid.conv.cin, cout = b->grid.conv.cout, panel = b->grid.block * CONV_PANEL;
    int64_t point = unit / (cout / CONV_PANEL), o = unit % (cout / CONV_PANEL);
    float *sum = b->sums + point * point_of(cin * cout) + o * CONV_PANEL * cin;
    const float *v = b->v + point * point_of(b->grid.block * cin), *d = b->d + point * point_of(b->grid.block * cout) + o * panel;
    (void)thread;
    for (int64_t t = 0; t < b->n_tiles; t += RUN) {
        for (int64_t c = 0; c < cin / CONV_PANEL; c++)
            conv_product_tiles(sum + c * CONV_PANEL, cin, d + t * CONV_PANEL, v + c * panel + t * CONV_PANEL,
                               least(RUN, b->n_tiles - t), b->first + t > 0);
    }
}

static void back_unit(void *job, int64_t unit, int thread)
{
    const struct back *b = job;
    int64_t cin = b->grid.conv.cin;
    (void)thread;
    conv_weights_back(b->sums + unit * cin, point_of(cin * b->grid.conv.cout), cin, b->grad_weights + unit * 9 * cin);
}

void fl_conv_grad_weights(const struct fl_conv *conv, const float *x, const float *g, float *grad_weights, void *work,
                          const struct fl_loop *loop)
{
    assert(fl_conv_possible(conv));
    struct back b = {.grid = grid_of(conv, COMMON_BLOCK, 1), .x = x, .g = g, .grad_weights = grad_weights, .sums = work};
    b.v = b.sums + weight_floats(conv);
    b.d = b.v + v_floats(&b.grid);
    b.zeros = b.d + m_floats(&b.grid);
    memset(b.zeros, 0, (size_t)(conv->cin + conv->cout) * sizeof *b.zeros);
    for (; b.first < b.grid.n_tiles; b.first += b.grid.block) {
        b.n_tiles = least(b.grid.block, b.grid.n_tiles - b.first);
        loop->run(loop->n_threads, up_to(b.n_tiles, SHARE) / SHARE, tiles_unit, &b);
        loop->run(loop->n_threads, CONV_POINTS * conv->cout / CONV_PANEL, sums_unit, &b);
    }
    loop->run(loop->n_threads, conv->cout, back_unit, &b);
}
