/* Pictures in cells against the picture: half blocks, and libchafa's blocks, which must not be worse.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "image/resize.h"
#include "ui/gfx.h"
#include "ui/theme.h"

#define COLS 24
#define ROWS 9
#define CELL_W 8 /* pixels in which they are compared */
#define CELL_H 16
#define WIDTH (COLS * CELL_W)
#define HEIGHT (ROWS * CELL_H)

/* Petals before a sky that grows dark, a stalk, and grass: edges in every direction, and areas. */
static void set_pixel(uint8_t *p, int x, int y)
{
    double dx = x - WIDTH * 0.45, dy = (y - HEIGHT * 0.42) * 1.05, r = hypot(dx, dy);
    double petal = 38 + 18 * cos(7 * atan2(dy, dx));
    int grass = (x * 7 + y * 13) % 23;
    if (r < 14)
        p[0] = 120, p[1] = 70, p[2] = 20;
    else if (r < petal)
        p[0] = 250, p[1] = (uint8_t)(150 + r), p[2] = 40;
    else if (fabs(dx - dy / 6) < 3 && dy > 0)
        p[0] = 30, p[1] = 110, p[2] = 40;
    else if (y > HEIGHT * 0.8)
        p[0] = (uint8_t)(20 + grass), p[1] = (uint8_t)(90 + 3 * grass), p[2] = 30;
    else
        p[0] = (uint8_t)(60 + y / 2), p[1] = (uint8_t)(120 + y / 3), p[2] = (uint8_t)(235 - y / 2);
}

static struct image draw(void)
{
    struct image image = {WIDTH, HEIGHT, xmalloc(WIDTH * HEIGHT * 3)};
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        set_pixel(image.rgb + 3 * i, i % WIDTH, i / WIDTH);
    return image;
}

static struct gfx_out encode(const struct gfx_backend *b, const struct image *image, int colors)
{
    struct gfx_pixels in = {.cols = COLS, .rows = ROWS, .background = 0x010203, .colors = colors};
    struct gfx_out out;
    b->pixels(COLS, ROWS, CELL_W, CELL_H, GFX_FULL, &in.width, &in.height);
    in.rgb = xmalloc((size_t)in.width * (size_t)in.height * 3);
    resize_area(in.rgb, in.width, in.height, image, (struct rect){0, 0, WIDTH, HEIGHT});
    assert_int_equal(b->encode(&out, &in, NULL), ERR_OK);
    free(in.rgb);
    return out;
}

/* Whether the character's ink is in a pixel of its cell. */
static bool ink(uint32_t ch, int x, int y)
{
    static const int quarters[] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14}; /* U+2596 on */
    int quarter = (y < CELL_H / 2 ? 1 : 4) << (x >= CELL_W / 2);
    if (ch == ' ')
        return false;
    if (ch == 0x2580)
        return y < CELL_H / 2;
    if (ch >= 0x2581 && ch <= 0x2588)
        return y >= CELL_H - 2 * (int)(ch - 0x2580);
    if (ch >= 0x2589 && ch <= 0x258f)
        return x < (int)(0x2590 - ch);
    if (ch >= 0x2596 && ch <= 0x259f)
        return quarters[ch - 0x2596] & quarter;
    if (ch != 0x2590 && ch != 0x2594 && ch != 0x2595)
        fail_msg("U+%04X is no block", ch);
    return ch == 0x2590 ? x >= CELL_W / 2 : ch == 0x2594 ? y < 2 : x == CELL_W - 1;
}

static uint32_t on_terminal(uint32_t color, int colors)
{
    return colors < 1 << 24 ? color_of_256(color_nearest_256(color)) : color;
}

/* Mean absolute error of a cell's region, of 255. */
static double error_of(const struct gfx_out *out, const struct image *image, int cell, int colors)
{
    const struct gfx_cell *c = &out->cells[cell];
    double sum = 0;
    for (int i = 0; i < CELL_W * CELL_H; i++) {
        int x = i % CELL_W, y = i / CELL_W;
        uint32_t color = on_terminal(ink(c->ch, x, y) ? c->fg : c->bg, colors);
        const uint8_t *p = image->rgb + 3 * ((cell / COLS * CELL_H + y) * WIDTH +
                                             cell % COLS * CELL_W + x);
        for (int k = 0; k < 3; k++)
            sum += abs((int)(color >> (16 - 8 * k) & 255) - p[k]);
    }
    return sum / (3 * CELL_W * CELL_H);
}

static void half_blocks_show_the_picture(void **state)
{
    (void)state;
    static const int colors[] = {256, 1 << 24};
    static const double most[] = {26, 13};
    struct image image = draw();
    for (int i = 0; i < 2; i++) {
        struct gfx_out out = encode(&gfx_blocks, &image, colors[i]);
        double sum = 0;
        for (int cell = 0; cell < COLS * ROWS; cell++)
            sum += error_of(&out, &image, cell, colors[i]);
        sum /= COLS * ROWS;
        print_message("# %d colours: mean absolute error %.2f of 255\n", colors[i], sum);
        assert_true(sum < most[i]);
        gfx_out_done(&out);
    }
    image_done(&image);
}

/* Light and dark pixels, and one beside the picture, on a background: as much ink as it takes. */
static void characters_know_the_background(void **state)
{
    (void)state;
    static const struct {
        uint32_t background;
        const char *shows; /* white, black; nothing is beside */
    } cases[] = {{0x101418, "@ "}, {0xfafafa, " @"}};
    for (int i = 0; i < 2; i++) {
        uint32_t b = cases[i].background;
        uint8_t rgb[] = {255, 255, 255, 0, 0, 0, (uint8_t)(b >> 16), (uint8_t)(b >> 8), (uint8_t)b};
        struct gfx_pixels in = {
            .cols = 3, .rows = 1, .width = 3, .height = 1, .rgb = rgb, .background = b};
        struct gfx_out out;
        assert_int_equal(gfx_ascii.encode(&out, &in, NULL), ERR_OK);
        assert_int_equal(out.cells[0].ch, cases[i].shows[0]);
        assert_int_equal(out.cells[1].ch, cases[i].shows[1]);
        assert_int_equal(out.cells[2].ch, 0);
        gfx_out_done(&out);
    }
}

#ifdef HAVE_CHAFA
static void chafa_is_not_worse(void **state)
{
    (void)state;
    static const int colors[] = {256, 1 << 24};
    struct image image = draw();
    for (int i = 0; i < 2; i++) {
        struct gfx_out half = encode(&gfx_blocks, &image, colors[i]),
                       fine = encode(&gfx_chafa, &image, colors[i]);
        double half_sum = 0, fine_sum = 0;
        int worse = 0;
        for (int cell = 0; cell < COLS * ROWS; cell++) {
            double a = error_of(&half, &image, cell, colors[i]),
                   b = error_of(&fine, &image, cell, colors[i]);
            worse += b > a + 2;
            half_sum += a;
            fine_sum += b;
        }
        print_message("# %d colours: half blocks %.2f, libchafa %.2f of 255; %d of %d cells are "
                      "worse by more than 2\n",
                      colors[i], half_sum / (COLS * ROWS), fine_sum / (COLS * ROWS), worse,
                      COLS * ROWS);
        assert_true(fine_sum < half_sum);
        assert_true(worse * 8 < COLS * ROWS);
        gfx_out_done(&half);
        gfx_out_done(&fine);
    }
    image_done(&image);
}

/* Cells with nothing of the picture are the terminal's own background. */
static void chafa_leaves_the_background(void **state)
{
    (void)state;
    struct gfx_pixels in = {.cols = 4, .rows = 2, .background = 0x102030, .colors = 256};
    struct gfx_out out;
    gfx_chafa.pixels(4, 2, CELL_W, CELL_H, GFX_FULL, &in.width, &in.height);
    in.rgb = xmalloc((size_t)in.width * (size_t)in.height * 3);
    for (int i = 0; i < in.width * in.height; i++) {
        bool picture = i % in.width >= in.width / 2;
        in.rgb[3 * i] = picture ? 200 : 0x10;
        in.rgb[3 * i + 1] = picture ? 90 : 0x20;
        in.rgb[3 * i + 2] = picture ? 10 : 0x30;
    }
    assert_int_equal(gfx_chafa.encode(&out, &in, NULL), ERR_OK);
    for (int i = 0; i < 8; i++)
        assert_true((out.cells[i].ch != 0) == (i % 4 >= 2));
    gfx_out_done(&out);
    free(in.rgb);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_blocks_show_the_picture),
        cmocka_unit_test(characters_know_the_background),
#ifdef HAVE_CHAFA
        cmocka_unit_test(chafa_is_not_worse),
        cmocka_unit_test(chafa_leaves_the_background),
#endif
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
