/* A small painter for the drawn pictures: supersampled canvas, shaders in a local frame, backgrounds, light.
 * Only + - * / and sqrt decide about pixels, which IEEE 754 defines to the last bit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_DEMO_PAINT_H
#define FL_DATA_DEMO_PAINT_H

#include "base/rng.h"
#include "image/decode.h"

/* gcc with -std=c11 never fuses a product and a sum, clang must be told: on machines with fused instructions pixels would differ. */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

/* A colour; 0 black to 1 full, clamped at the end. */
struct ink {
    double r, g, b;
};
struct ink ink_hsv(double hue, double saturation, double value); /* hue in turns, any number */
struct ink ink_mix(struct ink a, struct ink b, double t);
struct ink ink_scale(struct ink a, double f);
/* A colour within ranges of hue, saturation and value. */
struct ink ink_drawn(struct rng *rng, double h0, double h1, double s0, double s1, double v0, double v1);
struct ink ink_any(struct rng *rng);                             /* any colour */

/* sine of an angle in turns; error below 1e-5. */
double wave(double turns);
/* The angle of (x, y) in turns, 0..1; error below 1e-5. source: Abramowitz and Stegun, 4.4.49 */
double turn_of(double x, double y);
double fraction(double v);                                       /* v - floor(v) */
double clamp01(double v);
double noise_at(uint64_t seed, double x, double y);              /* smooth value noise of lattice 1, 0..1 */
double noise_sum(uint64_t seed, double x, double y);             /* three octaves of it, 0..1 */
double hash_unit(uint64_t seed, uint64_t i);                     /* a number in 0..1 for an index */

/* n x n samples over the unit square, x to the right, y down. */
struct sheet {
    int n, per_pixel; /* samples a side, samples a pixel's side */
    float *rgb;
};
void sheet_init(struct sheet *canvas, int size);
void sheet_blur(struct sheet *canvas, double radius); /* radius in unit lengths */
/* Light, colour cast, exposure, noise, down to pixels; frees the canvas. */
void sheet_finish(struct sheet *canvas, struct image *image, struct rng *rng);

/* Where a thing stands: local (u, v) of a point, 1 being the thing's radius. */
struct frame {
    double x, y, scale;
    double uu, uv, vu, vv;
};
/* spin: its rotation; tilt: the direction it leans to, squash 1 (seen from above) towards 0 (from the side); turns. */
struct frame frame_at(double x, double y, double scale, double spin, double tilt, double squash);

/* The colour and cover (0..1) of a local point. */
typedef double shader(const void *what, double u, double v, struct ink *ink);
/* Paints what lies within reach (in local units) of the frame's centre. */
void sheet_paint(struct sheet *canvas, const struct frame *frame, double reach, shader *shade, const void *what);

void paint_background(struct sheet *canvas, struct rng *rng);
void paint_leaf(struct sheet *canvas, double x, double y, double length, double turn, double width, struct ink ink);
void paint_stroke(struct sheet *canvas, double x0, double y0, double x1, double y1, double width, struct ink ink);
void paint_shadow(struct sheet *canvas, double x, double y, double radius);
void paint_occluders(struct sheet *canvas, struct rng *rng, int at_most);

/* The scenes. */
void demo_flower_scene(struct sheet *canvas, int cls, struct rng *rng);
void demo_shape_scene(struct sheet *canvas, int cls, struct rng *rng);
extern const char *const demo_flower_names[5];
int demo_shape_count(void);
const char *demo_shape_name(int cls);

#endif
