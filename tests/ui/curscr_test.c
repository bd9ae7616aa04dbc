/* T5: what curses believes to be on the terminal where pictures are: sentinels, whole, under a
 * popup, whole again, gone. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curses.h>

#include "ui/damage.h"
#include "ui/term.h"

#define STEPS 5

/* The cells of the picture that hold a sentinel. */
static int sentinels(struct area a)
{
    int n = 0;
    for (int i = 0; i < a.w * a.h; i++) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX];
        attr_t attributes;
        short pair;
        mvwin_wch(curscr, a.y + i / a.w, a.x + i % a.w, &cell);
        getcchar(&cell, text, &attributes, &pair, NULL);
        n += text[0] == SENTINEL || text[0] == SENTINEL_OTHER;
    }
    return n;
}

/* Without a picture, with one, under a popup of 10 x 4 of which 6 x 3 cells cover it, without the
 * popup, without the picture. */
static void show_steps(struct terminal *t, int counts[STEPS])
{
    struct canvas canvas;
    struct area a = {4, 3, 20, 5}, popup = {18, 5, 10, 4};
    struct picture_want want = {.path = "p"};
    struct gfx_out out = {.cols = 20, .rows = 5};
    struct picture_shown shown[CANVAS_PICTURES] = {{.id = 1, .area = a, .out = &out}};
    str_add(&out.bytes, "\033Pq\"1;1;200;96#0~\033\\");
    canvas_init(&canvas, 80, 24);
    for (int step = 0; step < STEPS; step++) {
        canvas_clear(&canvas);
        if (step > 0 && step < 4)
            canvas_picture(&canvas, a, &want);
        if (step == 2)
            canvas_fill(&canvas, popup, ROLE_TEXT, ' ');
        term_show(t, &canvas, shown, true);
        counts[step] = sentinels(a);
    }
    canvas_done(&canvas);
    str_done(&out.bytes);
}

/* In a process whose terminal is the slave; its numbers come through a pipe. */
static void child_main(int slave, int to_parent)
{
    int counts[STEPS];
    struct terminal *t;
    struct err err = {0};
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(slave, i);
    setenv("TERM", "xterm-256color", 1);
    if (term_open(&t, "auto", &err) != ERR_OK)
        _exit(2);
    struct theme theme;
    theme_load(&theme, "default", NULL, NULL, NULL);
    term_theme(t, &theme);
    term_graphics(t, &gfx_sixel, false);
    show_steps(t, counts);
    term_close(t);
    _exit(write(to_parent, counts, sizeof counts) == sizeof counts ? 0 : 3);
}

static void sentinels_stand_for_the_picture(void **state)
{
    (void)state;
    static const int want[STEPS] = {0, 100, 100 - 6 * 3, 100, 0};
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int master, slave, ends[2], counts[STEPS], status;
    char bytes[4096];
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        child_main(slave, ends[1]);
    close(slave);
    while (read(master, bytes, sizeof bytes) > 0) /* until the child has closed its side */
        ;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(read(ends[0], counts, sizeof counts), sizeof counts);
    for (int i = 0; i < STEPS; i++) {
        print_message("# step %d: %d sentinels\n", i, counts[i]);
        assert_int_equal(counts[i], want[i]);
    }
    close(master);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentinels_stand_for_the_picture)};
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
