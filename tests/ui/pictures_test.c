/* Pictures of every kind on a pseudo terminal: which kind, sent when, gone when (T3, T4: counts,
 * places and sizes of what arrives; idle sends nothing).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#undef PACKAGE_VERSION
#include <sixel.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/flowers.h"
#include "ui/picture_make.h"

static bool nothing_visible(struct pty *p, void *user)
{
    (void)user;
    return pty_visible(p) == 0;
}

/* Data, Samples, a popup over it, and out. Returns the pictures sent until the popup came. */
static size_t walk(struct pty *p, size_t per_page)
{
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used"));
    size_t before = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, before + per_page));
    size_t sent = p->n_pictures, bytes = p->n_bytes;
    pty_pump(p, 300);
    assert_int_equal(p->n_bytes, bytes); /* idle: not a byte */
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    assert_int_equal(p->n_pictures, sent); /* covered ones are not sent */
    return sent;
}

static void close_popup(struct pty *p, size_t sent)
{
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    assert_true(pty_wait_pictures(p, sent + 1)); /* uncovered ones are */
}

/* T4: every sixel that arrived, decoded, against the file that it is of, which its blue names. */
static double sixel_error(const struct pty_picture *a)
{
    unsigned char *pixels = NULL, *palette = NULL, *bytes = xmemdup(a->bytes, a->n_bytes);
    int w, h, n, blue = 0;
    double sum = 0;
    assert_true(SIXEL_SUCCEEDED(
        sixel_decode_raw(bytes, (int)a->n_bytes, &pixels, &w, &h, &palette, &n, NULL)));
    assert_int_equal(w, a->width); /* what it says it is */
    assert_int_equal(h, a->height);
    for (int i = 0; i < h; i++) /* down the middle; a picture fills its height */
        blue += palette[3 * pixels[i * w + w / 2] + 2];
    int number = (blue / h + 7) / 14;
    struct picture_want want = {0};
    const struct picture_frame frame = {w, h, w, h, 0x101418};
    snprintf(want.path, sizeof want.path, "%s/%s/picture-%d.jpg", flowers_data,
             number < 9 ? "daisy" : "rose", number % 9);
    uint8_t *rgb;
    assert_int_equal(picture_make(&rgb, NULL, &want, &frame, NULL), ERR_OK);
    for (int i = 0; i < 3 * w * h; i++)
        sum += abs(palette[3 * pixels[i / 3] + i % 3] - rgb[i]);
    free(rgb);
    free(bytes);
    free(pixels);
    free(palette);
    return sum / (3.0 * w * h);
}

static void sixels_hold_the_pictures(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_SIXEL);
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used"));
    size_t before = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, before + 15));
    pty_send(p, "\r"); /* one of them large */
    assert_true(pty_wait_pictures(p, before + 16));
    double worst[2] = {0, 0};
    for (size_t i = 0; i < p->n_pictures; i++) {
        bool page = i >= before && i < before + 15; /* one palette for hues of all directions */
        double error = sixel_error(&p->pictures[i]);
        worst[page] = error > worst[page] ? error : worst[page];
        assert_true(p->pictures[i].width <= 2000 && p->pictures[i].height <= 2000);
    }
    print_message("# %zu pictures, the worst mean absolute error %.2f of 255, on a page %.2f\n",
                  p->n_pictures, worst[0], worst[1]);
    assert_true(worst[0] < 10 && worst[1] < 22);
    assert_false(p->saved); /* ESC 7 and 8 in pairs */
    flowers_quit(p);
}

/* kitty: what is covered or gone is removed by command, at the end all is. */
static void kitty_pictures(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_KITTY);
    size_t sent = walk(p, 15);
    size_t visible = pty_visible(p);
    print_message("# %zu of 15 pictures beside the popup\n", visible);
    assert_true(visible < 15);
    close_popup(p, sent);
    assert_int_equal(pty_visible(p), 15);
    pty_send(p, "3"); /* a screen without pictures */
    assert_true(pty_wait(p, nothing_visible, NULL));
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, p->n_pictures + 15));
    assert_int_equal(pty_visible(p), 15);
    for (size_t i = 0; i < p->n_pictures; i++)
        assert_true(p->pictures[i].width % 10 == 0 && p->pictures[i].height % 20 == 0);
    pty_send(p, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(p)), 0);
    assert_int_equal(pty_visible(p), 0);
    flowers_check_left(p);
    pty_free(p);
}

static void iterm2_pictures(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_ITERM2);
    size_t sent = walk(p, 15);
    for (size_t i = 0; i < p->n_pictures; i++)
        assert_memory_equal(p->pictures[i].bytes, "\033]1337;File=inline=1;", 20);
    close_popup(p, sent);
    flowers_quit(p);
}

/* Nothing of a preview is seen beside the picture: it ends within a row of cells, which is blank
 * again. */
static void sixel_replaces_previews(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_SIXEL);
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used"));
    size_t before = p->n_pictures, partial = 0;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, before + 15));
    for (size_t i = p->n_pictures - 15; i < p->n_pictures; i++) {
        const struct pty_picture *a = &p->pictures[i];
        int row = a->y + a->height / 20;
        partial += a->height % 20 != 0;
        for (int x = a->x; x < a->x + a->width / 10; x++)
            assert_true(a->height % 20 == 0 || p->cells[row * p->cols + x] != 0x2580);
    }
    print_message("# %zu of 15 pictures end within a row of cells\n", partial);
    assert_true(partial > 0);
    flowers_quit(p);
}

/* Pixels of a picture that show inside of the box with the title. */
static size_t pixels_in_box(const struct pty *p)
{
    int x0 = -1, y0 = -1, x1 = 0, y1 = 0;
    size_t n = 0;
    for (int i = 0; i < p->cols * p->rows; i++) {
        if (p->cells[i] == 0x250c && x0 < 0)
            x0 = i % p->cols, y0 = i / p->cols;
        if (p->cells[i] == 0x2518)
            x1 = i % p->cols, y1 = i / p->cols;
    }
    assert_true(x0 >= 0 && x1 > x0 && y1 > y0);
    for (int y = y0; y <= y1; y++) {
        for (int x = x0; x <= x1; x++)
            n += p->pixels[y * p->cols + x];
    }
    return n;
}

/* Erasing may leave pixels: what covers them, and what comes after them, is printed. */
static void nothing_of_a_sixel_is_left(void **state)
{
    (void)state;
    struct pty *p = flowers_start(110, 36, PTY_SIXEL);
    size_t n = 0;
    walk(p, 15);
    assert_int_equal(pixels_in_box(p), 0);
    pty_send(p, "/zoom");
    assert_true(pty_wait_text(p, "/zoom"));
    assert_int_equal(pixels_in_box(p), 0);
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "/zoom"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    pty_send(p, "3");
    assert_true(pty_wait_text(p, "$ flowerlab train"));
    for (int i = 0; i < p->cols * p->rows; i++)
        n += p->pixels[i];
    assert_int_equal(n, 0);
    flowers_quit(p);
}

/* The option stands above the answers. */
static void the_option_decides(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        enum pty_kind kind;
        const char *text; /* on the screen, or NULL: a picture arrives */
    } cases[] = {{"sixel", PTY_ITERM2, NULL},
                 {"blocks", PTY_KITTY, "\u2580"},
                 {"ascii", PTY_SIXEL, "%%"},
                 {"none", PTY_SIXEL, "400 x 300"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pty *p =
            pty_start(100, 30, cases[i].kind, flowers_home,
                      (char *const[]){flowers_program, "--theme", flowers_theme, "--graphics",
                                      (char *)(uintptr_t)cases[i].option, flowers_data, NULL});
        if (cases[i].text) {
            assert_true(pty_wait_text(p, "18 used"));
            assert_true(pty_wait_text(p, cases[i].text));
            assert_int_equal(p->n_pictures, 0);
        } else {
            assert_true(pty_wait_pictures(p, 1));
            assert_memory_equal(p->pictures[0].bytes, "\033P", 2);
        }
        flowers_quit(p);
    }
}

static bool three_visible(struct pty *p, void *user)
{
    (void)user;
    return !p->in_sync && pty_visible(p) == 3;
}

/* R28, R29: tmux keeps ten pictures, and text in their lines removes them: a row is one picture. */
static void tmux_gets_strips(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_TMUX);
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used"));
    pty_pump(p, 300);
    assert_int_equal(pty_visible(p),
                     1); /* the list beside it was written first, or it came again */
    pty_send(p, "2");
    assert_true(pty_wait(p, three_visible, NULL));
    size_t n = p->n_pictures;
    for (size_t i = n - 3; i < n; i++) {
        print_message("# strip at %d, %d: %d x %d pixels, %zu bytes\n", p->pictures[i].x,
                      p->pictures[i].y, p->pictures[i].width, p->pictures[i].height,
                      p->pictures[i].n_bytes);
        assert_true(p->pictures[i].width > 1200 && p->pictures[i].n_bytes < 900000);
    }
    pty_send(p, "\033[C"); /* the selection is in the lines of labels */
    pty_pump(p, 300);
    assert_int_equal(p->n_pictures, n);
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    assert_true(pty_wait(p, three_visible, NULL));
    flowers_quit(p);
}

/* R38: a link that needs seconds for a batch gets less detail, then half blocks. */
static void slow_links_get_less(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_SLOW);
    assert_true(pty_wait_text(p, "slow link: pictures with less detail"));
    size_t full = p->pictures[0].n_bytes, n = p->n_pictures;
    assert_true(pty_wait_pictures(p, n + 1));
    print_message("# %zu bytes, on the slow link %zu\n", full, p->pictures[n].n_bytes);
    assert_true(p->pictures[n].n_bytes * 2 < full);
    assert_false(pty_has(p, "\u2580")); /* a preview would cost as much again */
    pty_send(p, "2");
    assert_true(pty_wait_text(p, "slow link: pictures in half blocks"));
    assert_true(pty_wait_text(p, "\u2580"));
    flowers_quit(p);
}

/* The command grid: lines that stay, pictures over them, the terminal as it was. */
static struct pty *print_grid(int cols, int rows, enum pty_kind kind)
{
    char *real = xasprintf("%s/flowerlab", getenv("top_builddir"));
    struct pty *p = pty_start(cols, rows, kind, flowers_home,
                              (char *const[]){real, "grid", flowers_data, NULL});
    int status = pty_wait_end(p);
    free(real);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(pty_modes_restored(p));
    if (p->errors)
        print_message("# %s\n", p->last_error);
    assert_int_equal(p->errors, 0);
    assert_true(pty_has(p, "daisy") && pty_has(p, "rose"));
    assert_int_equal(p->x, 0);
    return p;
}

static void grid_on_terminals(void **state)
{
    (void)state;
    static const enum pty_kind kinds[] = {PTY_SIXEL, PTY_KITTY, PTY_ITERM2, PTY_PLAIN, PTY_SILENT};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct pty *p = print_grid(100, 50, kinds[i]);
        bool pixels = kinds[i] != PTY_PLAIN && kinds[i] != PTY_SILENT;
        assert_int_equal(p->n_pictures, pixels ? 15 : 0);
        assert_true(pixels || pty_has(p, "\u2580"));
        for (size_t k = 0; k < p->n_pictures;
             k++) { /* 5 a row, one tile of 20 columns after another */
            assert_int_equal(p->pictures[k].y, k / 5 * 8);
            assert_int_equal(p->pictures[k].x / 20, k % 5);
        }
        assert_int_equal(pty_visible(p), p->n_pictures); /* they stay */
        pty_free(p);
    }
}

/* More rows of pictures than the terminal has: each row is whole when it comes. */
static void grid_scrolls(void **state)
{
    (void)state;
    struct pty *p = print_grid(100, 12, PTY_SIXEL);
    assert_int_equal(p->n_pictures, 15);
    pty_free(p);
    p = print_grid(100, 5, PTY_SIXEL); /* lower than a picture */
    assert_int_equal(p->n_pictures, 15);
    for (size_t i = 0; i < 15; i++)
        assert_true(p->pictures[i].height <= 60);
    pty_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kitty_pictures),      cmocka_unit_test(iterm2_pictures),
        cmocka_unit_test(sixels_hold_the_pictures), cmocka_unit_test(sixel_replaces_previews),
        cmocka_unit_test(nothing_of_a_sixel_is_left), cmocka_unit_test(the_option_decides),  cmocka_unit_test(tmux_gets_strips),
        cmocka_unit_test(slow_links_get_less), cmocka_unit_test(grid_on_terminals),
        cmocka_unit_test(grid_scrolls),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
