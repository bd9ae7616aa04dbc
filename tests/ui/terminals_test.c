/* Terminals of every kind, and what may happen to them: T3 (who answers what, window sizes, storms of
 * resizes), T9 (a terminal that stops reading), T10 (types, locales, colours).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/flowers.h"
#include "ui/pty_screen.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- T3: who answers what ------------------------------------------------------------------- */

static void data_and_samples(struct pty *p)
{
    assert_true(pty_wait_text(p, "18 used"));
    size_t before = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, before + 15));
}

/* Whole cells, and whole rows of a sixel in them. */
static void check_pictures(const struct pty *p, size_t from)
{
    for (size_t i = from; i < p->n_pictures; i++) {
        assert_int_equal(p->pictures[i].width % screen_cell_w(p), 0);
        assert_int_equal(p->pictures[i].height % 6, 0);
    }
}

/* Without window operations an xterm tells the window's size only as the largest picture: after a
 * resize it is asked again. */
static void xterm_is_asked_again(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_XTERM);
    assert_true(pty_wait_pictures(p, 1));
    data_and_samples(p);
    check_pictures(p, 0);
    size_t before = p->n_pictures;
    int small = p->pictures[before - 1].height;
    pty_resize(p, 160, 48);
    assert_true(pty_wait_pictures(p, before + 15));
    check_pictures(p, before);
    print_message("# pictures %d pixels high, in the larger window %d\n", small,
                  p->pictures[p->n_pictures - 1].height);
    assert_true(p->pictures[p->n_pictures - 1].height >= small * 2);
    flowers_quit(p);
}

static void windows_terminal(void **state)
{
    (void)state;
    struct pty *p = flowers_start(120, 30, PTY_WINDOWS);
    assert_true(pty_wait_pictures(p, 1));
    data_and_samples(p);
    check_pictures(p, 0);
    assert_true(p->frames > 0); /* its answer to 2026 is used */
    flowers_quit(p);
}

static void old_tmux_gets_blocks(void **state)
{
    (void)state;
    struct pty *p = pty_start(100, 30, PTY_OLD_TMUX, flowers_home,
                              (char *const[]){flowers_program, "--theme", flowers_theme,
                                              "--graphics", "half-blocks", flowers_data, NULL});
    assert_true(pty_wait_text(p, "18 used"));
    assert_true(pty_wait_text(p, "\u2580"));
    assert_int_equal(p->n_pictures, 0);
    flowers_quit(p);
}

static bool has_blocks(struct pty *p, void *user)
{
    int n = 0;
    (void)user;
    for (int i = 0; i < p->cols * p->rows; i++)
        n += p->cells[i] >= 0x2580 && p->cells[i] < 0x25a0;
    return !p->in_sync && n > 100;
}

/* T2: the answers come when nobody waits for them any more, in pieces: pictures all the same, and no
 * keys, though there are digits in them that would go to other screens. */
static void late_answers_are_no_keys(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 3, 1000};
    for (size_t i = 0; i < 3; i++) {
        struct pty *p = flowers_start(100, 30, PTY_LATE);
        assert_true(pty_wait_text(p, "18 used"));
        assert_true(pty_wait(p, has_blocks, NULL)); /* time is up */
        assert_int_equal(p->n_pictures, 0);
        pty_answer_late(p, steps[i]);
        p->kind = PTY_SIXEL;
        assert_true(pty_wait_pictures(p, 1));
        assert_true(pty_has(p, "18 used") && pty_has(p, "daisy"));
        flowers_quit(p);
    }
}

/* R26: what the kernel says of pixels may be nothing, or nonsense. */
static void window_pixels(void **state)
{
    (void)state;
    static const int pixels[][2] = {{0, 0}, {1, 1}, {65535, 65535}, {800, 0}, {1040, 600}};
    struct pty *p = pty_start(100, 30, PTY_SILENT, flowers_home,
                              (char *const[]){flowers_program, "--theme", flowers_theme,
                                              "--graphics", "sixel", flowers_data, NULL});
    assert_true(pty_wait_pictures(p, 1));
    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++) {
        size_t before = p->n_pictures;
        pty_resize_pixels(p, i % 2 ? 100 : 104, 30, pixels[i][0], pixels[i][1]);
        assert_true(pty_wait_pictures(p, before + 1));
        check_pictures(p, before);
    }
    flowers_quit(p);
}

/* --- T3: storms ----------------------------------------------------------------------------- */

/* A hundred resizes a second, as dragging a window's corner makes. */
static void a_storm_of_resizes(void **state)
{
    (void)state;
    struct pty *p = flowers_start(120, 40, PTY_SIXEL);
    data_and_samples(p);
    double begin = now();
    size_t frames = p->frames, pictures = p->n_pictures;
    for (int i = 0; i < 200; i++) {
        pty_resize(p, 80 + i % 41, 24 + i % 17);
        for (double next = begin + 0.01 * (i + 1), t; (t = now()) < next;)
            pty_pump(p, (int)((next - t) * 1000) + 1);
    }
    double took = now() - begin;
    print_message("# 200 resizes in %.1f s: %zu frames, %zu pictures\n", took, p->frames - frames,
                  p->n_pictures - pictures);
    assert_true((double)(p->frames - frames) < 40 * took); /* not one a resize */
    p->errors = 0; /* what was on its way while the window shrank */
    pictures = p->n_pictures;
    pty_resize(p, 120, 40);
    assert_true(pty_wait_pictures(p, pictures + 15)); /* it stands again, with all its pictures */
    flowers_quit(p);
}

/* --- T9 ------------------------------------------------------------------------------------- */

static bool within_picture(struct pty *p, void *user)
{
    (void)user;
    return p->n_pending > 100 && memcmp(p->pending, "\033P", 2) == 0;
}

/* The terminal takes nothing more. */
static void fill(struct pty *p)
{
    struct pollfd fd = {.fd = p->slave, .events = POLLOUT};
    double until = now() + PTY_PATIENCE;
    while (poll(&fd, 1, 0) > 0 && now() < until)
        usleep(5000);
    assert_true(poll(&fd, 1, 0) == 0);
}

/* SIGTERM while a picture is half sent and the terminal takes nothing: the program ends all the same,
 * and what the terminal reads afterwards closes the picture and gives the screen back. */
static void ends_within_a_picture(void **state)
{
    (void)state;
    struct pty *p = flowers_start(160, 40, PTY_SIXEL);
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used"));
    size_t pictures = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait(p, within_picture, NULL));
    fill(p);
    kill(p->pid, SIGTERM);
    int status = 0;
    double until = now() + PTY_PATIENCE;
    while (waitpid(p->pid, &status, WNOHANG) == 0 && now() < until)
        usleep(5000);
    assert_true(now() < until); /* without a byte read */
    p->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    while (pty_pump(p, 20))
        ;
    print_message("# %zu of 15 pictures, the last one of %zu bytes\n", p->n_pictures - pictures,
                  p->pictures[p->n_pictures - 1].n_bytes);
    assert_true(p->n_pictures - pictures < 15);
    p->errors = 0; /* the cut one may have lost its size */
    flowers_check_left(p);
    pty_free(p);
}

/* --- T10 ------------------------------------------------------------------------------------ */

static void look_around(struct pty *p)
{
    assert_true(pty_wait_text(p, "18 used"));
    pty_send(p, "2");
    assert_true(pty_wait_text(p, "15 of 18"));
    pty_send(p, "3");
    assert_true(pty_wait_text(p, "flowerlab train"));
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    pty_send(p, "4");
    assert_true(pty_wait_text(p, "4 Train"));
}

static void check_ascii(const struct pty *p)
{
    for (int i = 0; i < p->cols * p->rows; i++)
        assert_true(p->cells[i] < 0x7f);
}

static bool cursor_is_away(const struct pty *p)
{
    return p->x == p->cols - 1 && p->y == p->rows - 1;
}

static void one_terminal(const char *type, const char *locale, bool no_color)
{
    char *term = xasprintf("TERM=%s", type), *lang = xasprintf("LC_ALL=%s", locale);
    char *program = xasprintf("%s/flowerlab", getenv("top_builddir")); /* it reads NO_COLOR */
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home,
                              (char *const[]){"env", term, lang, no_color ? "NO_COLOR=1" : "A=1",
                                              program, flowers_data, NULL});
    bool monochrome = no_color || str_eq(type, "vt100");
    look_around(p);
    if (str_eq(type, "vt100")) { /* which cannot hide it */
        while (pty_pump(p, 200))
            ;
        assert_true(cursor_is_away(p));
    }
    if (str_eq(locale, "C"))
        check_ascii(p);
    if (monochrome != (p->colors == 0))
        print_message("# %s %s: %zu colours\n", type, locale, p->colors);
    assert_int_equal(p->colors == 0, monochrome);
    pty_send(p, "q");
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    if (p->errors)
        print_message("# %s: %s\n", type, p->last_error);
    flowers_check_left(p);
    pty_free(p);
    free(program);
    free(term);
    free(lang);
}

static void types_locales_and_colors(void **state)
{
    (void)state;
    static const char *const types[] = {"vt100", "linux", "xterm", "xterm-256color",
                                        "screen"},
                             *const locales[] = {"C", "C.UTF-8"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (int k = 0; k < 4; k++)
            one_terminal(types[i], locales[k / 2], k % 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xterm_is_asked_again),
        cmocka_unit_test(windows_terminal),
        cmocka_unit_test(old_tmux_gets_blocks),
        cmocka_unit_test(late_answers_are_no_keys),
        cmocka_unit_test(window_pixels),
        cmocka_unit_test(a_storm_of_resizes),
        cmocka_unit_test(ends_within_a_picture),
        cmocka_unit_test(types_locales_and_colors),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
