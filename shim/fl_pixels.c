/* Pictures into the net, in plain C.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_pixels.h"

static bool factor_ok(float f)
{
    return f >= 0 && f <= 4;
}

bool fl_pixel_op_ok(const struct fl_pixel_op *op)
{
    return (op->flip == 0 || op->flip == 1) && factor_ok(op->brightness) &&
           factor_ok(op->contrast) && factor_ok(op->saturation);
}

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static float grey(float r, float g, float b)
{
    return 0.299f * r + 0.587f * g + 0.114f * b;
}

/* Every value of a byte after brightness. */
static void bright_table(float table[256], float brightness)
{
    for (int i = 0; i < 256; i++) {
        float v = (float)i / 255.0f;
        table[i] = brightness == 1 ? v : clamp01(v * brightness);
    }
}

static float mean_grey(const uint8_t *rgb, int64_t n, const float bright[256])
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += grey(bright[rgb[3 * i]], bright[rgb[3 * i + 1]], bright[rgb[3 * i + 2]]);
    return (float)(sum / (double)n);
}

/* Flip only: one look-up a value. */
static void plain(float *out, const uint8_t *rgb, int64_t h, int64_t w, bool flip,
                  float table[3][256])
{
    for (int64_t y = 0; y < h; y++) {
        for (int64_t x = 0; x < w; x++) {
            const uint8_t *in = rgb + 3 * (y * w + (flip ? w - 1 - x : x));
            float *to = out + 3 * (y * w + x);
            for (int c = 0; c < 3; c++)
                to[c] = table[c][in[c]];
        }
    }
}

static void jittered_row(float *out, const uint8_t *rgb, int64_t w, const struct fl_pixel_op *op,
                         const float bright[256], float middle, const float mean[3],
                         const float std[3])
{
    for (int64_t x = 0; x < w; x++) {
        const uint8_t *in = rgb + 3 * (op->flip ? w - 1 - x : x);
        float v[3];
        for (int c = 0; c < 3; c++) {
            v[c] = bright[in[c]];
            if (op->contrast != 1)
                v[c] = clamp01(middle + op->contrast * (v[c] - middle));
        }
        float g = grey(v[0], v[1], v[2]);
        for (int c = 0; c < 3; c++) {
            float s = op->saturation != 1 ? clamp01(g + op->saturation * (v[c] - g)) : v[c];
            out[3 * x + c] = (s - mean[c]) / std[c];
        }
    }
}

void fl_pixels_one(float *out, const uint8_t *rgb, int64_t h, int64_t w,
                   const struct fl_pixel_op *op, const float mean[3], const float std[3])
{
    const struct fl_pixel_op neutral = {0, 1, 1, 1};
    if (!op)
        op = &neutral;
    float bright[256];
    bright_table(bright, op->brightness);
    if (op->contrast == 1 && op->saturation == 1) {
        float table[3][256];
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < 256; i++)
                table[c][i] = (bright[i] - mean[c]) / std[c];
        plain(out, rgb, h, w, op->flip, table);
        return;
    }
    float middle = op->contrast != 1 ? mean_grey(rgb, h * w, bright) : 0;
    for (int64_t y = 0; y < h; y++)
        jittered_row(out + 3 * y * w, rgb + 3 * y * w, w, op, bright, middle, mean, std);
}
