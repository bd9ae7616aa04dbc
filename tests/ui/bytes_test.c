/* T8: what each backend writes, kept as logs to be read and replayed. They are not compared byte by
 * byte, since curses optimises differently by version: the log played on the fake terminal must give
 * the screen and the picture that the program gives now.
 *
 * A log has a sequence a line, with \033 for ESC and the like. On a terminal of 44 x 12 of the kind:
 *
 *     printf %b "$(tr -d '\n' <tests/ui/bytes/sixel.txt)"
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/flowers.h"
#include "ui/pty_screen.h"

#define COLS 44
#define ROWS 12

/* --- logs ----------------------------------------------------------------------------------- */

static void write_log(struct str *out, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool begins = c == 033 && !(i + 1 < n && bytes[i + 1] == '\\'); /* not the end of a string */
        if (begins && out->len)
            str_add_c(out, '\n');
        if (c < 0x20 || c == 0x7f || c == '\\')
            str_printf(out, "\\%04o", c);
        else
            str_add_c(out, (char)c);
    }
    str_add_c(out, '\n');
}

static void read_log(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\') {
            str_add_c(out, (char)strtol((const char[]){text[2], text[3], text[4], 0}, NULL, 8));
            text += 4;
        } else if (*text != '\n') {
            str_add_c(out, *text);
        }
    }
}

/* A terminal that a log is played on. */
static struct pty *play(enum pty_kind kind, const struct str *log)
{
    struct pty *p = xcalloc(1, sizeof *p);
    p->kind = kind;
    p->fd = open("/dev/null", O_RDWR | O_CLOEXEC); /* its answers go nowhere */
    p->slave = -1;
    screen_init(p, COLS, ROWS);
    screen_feed(p, log->s, log->len);
    return p;
}

/* --- the program ---------------------------------------------------------------------------- */

static const struct {
    const char *option;
    enum pty_kind kind;
    const char *cells; /* of a picture that is text; NULL: one of pixels arrives */
} backends[] = {{"sixel", PTY_SIXEL, NULL},
                {"kitty", PTY_KITTY, NULL},
                {"iterm2", PTY_ITERM2, NULL},
                {"half-blocks", PTY_PLAIN, "\u2580"},
                {"ascii", PTY_PLAIN, "=="}};

/* Small cells, so that a picture is a few thousand bytes. */
static struct pty *walk(size_t i)
{
    struct pty *p = pty_start(COLS, ROWS, backends[i].kind, flowers_home,
                              (char *const[]){flowers_program, "--theme", flowers_theme,
                                              "--graphics",
                                              (char *)(uintptr_t)backends[i].option, "--cell",
                                              "2x4", flowers_data, NULL});
    assert_true(pty_wait_text(p, "quit"));
    assert_true(pty_wait_text(p, "18 pictures"));
    pty_send(p, "\r\r"); /* its files; a window full of the first one */
    assert_true(pty_wait_gone(p, "picture-1.jpg"));
    const char *cells = backends[i].cells;
    assert_true(cells ? pty_wait_text(p, cells) : pty_wait_pictures(p, 1));
    size_t n = p->n_pictures;
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    assert_true(cells ? pty_wait_text(p, cells) : pty_wait_pictures(p, n + 1));
    while (pty_pump(p, 200)) /* the end of that frame */
        ;
    return p;
}

static void same_screen(const struct pty *now, const struct pty *then, bool pixels)
{
    char *a = pty_screen(now), *b = pty_screen(then);
    assert_string_equal(a, b);
    if (pixels) {
        const struct pty_picture *x = &now->pictures[now->n_pictures - 1],
                                 *y = &then->pictures[then->n_pictures - 1];
        assert_int_equal(x->x, y->x);
        assert_int_equal(x->y, y->y);
        assert_int_equal(x->width, y->width);
        assert_int_equal(x->height, y->height);
        assert_int_equal(x->removed, y->removed);
    }
    if (then->errors)
        print_message("# %s\n", then->last_error);
    assert_int_equal(then->errors, 0);
    free(a);
    free(b);
}

static void logs_give_the_screen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        struct pty *p = walk(i);
        char *path = xasprintf("%s/tests/ui/bytes/%s.txt", getenv("top_srcdir"), backends[i].option),
             *text;
        struct str log = STR_INIT;
        size_t n;
        if (getenv("FL_GOLDEN_WRITE")) {
            write_log(&log, p->log, p->n_bytes);
            assert_int_equal(file_replace(path, log.s, log.len, NULL), ERR_OK);
            str_clear(&log);
        }
        assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
        read_log(&log, text);
        struct pty *then = play(backends[i].kind, &log);
        print_message("# %s: %zu bytes, in the log %zu\n", backends[i].option, p->n_bytes, log.len);
        same_screen(p, then, !backends[i].cells);
        pty_free(then);
        flowers_quit(p);
        str_done(&log);
        free(text);
        free(path);
    }
}

/* What is written is what is read back. */
static void logs_read_back(void **state)
{
    (void)state;
    static const char bytes[] = "\033P0;0;0q#1~\033\\\033[1;2Ha\\b\r\n\303\251\a\0331x\033";
    struct str text = STR_INIT, again = STR_INIT;
    write_log(&text, bytes, sizeof bytes - 1);
    read_log(&again, text.s);
    assert_int_equal(again.len, sizeof bytes - 1);
    assert_memory_equal(again.s, bytes, sizeof bytes - 1);
    str_done(&text);
    str_done(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_read_back),
        cmocka_unit_test(logs_give_the_screen),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
