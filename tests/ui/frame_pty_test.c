/* The command prompt, help and the mouse in the program, on a pseudo terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/flowers.h"

static struct pty *start(int cols, int rows)
{
    struct pty *p = flowers_start(cols, rows, PTY_PLAIN);
    flowers_wait_scanned(p);
    assert_true(pty_wait_text(p, "18 used"));
    return p;
}

/* A line of the prompt, and what the screen shows then. */
static void command(struct pty *p, const char *line, const char *shows)
{
    pty_send(p, ":");
    assert_true(pty_wait_text(p, "Tab lists them"));
    pty_send(p, line);
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, shows));
}

/* --- command prompt -------------------------------------------------------------------------- */

static void rows_are_gone_to(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    command(p, "2", "class 2 of 2");
    command(p, "20", "class 2 of 2: there are no more");
    command(p, "-5", "class 1 of 2: they begin here");
    command(p, "+1", "class 2 of 2");
    pty_send(p, "\r"); /* its files */
    assert_true(pty_wait_text(p, "1 of 9"));
    command(p, "$", "file 9 of 9");
    assert_true(pty_wait_text(p, "rose")); /* the heading of the files */
    command(p, "4", "file 4 of 9");
    command(p, "screen-samples", "2 Samples");
    command(p, "3", "picture 3 of 15");
    command(p, "screen-setup", "$ flowerlab train");
    command(p, "1", "row 1 of ");
    command(p, "999", "there are no more");
    command(p, "screen-train", "No run yet");
    command(p, "3", "there are no charts here");
    command(p, "screen-runs", "5 Runs");
    command(p, "3", "there are no runs here");
    command(p, "screen-results", "6 Results");
    command(p, "3", "there are no rows here");
    flowers_quit(p);
}

static void actions_and_options_are_run(void **state)
{
    (void)state;
    char *mine = xasprintf("%s/my.theme", flowers_home), *theme = xasprintf("theme %s", mine);
    assert_int_equal(file_replace(mine, "text.dum = red\n", 15, NULL), ERR_OK);
    struct pty *p = start(100, 30);
    command(p, theme, "my.theme:1: text.dum is not a role"); /* its author sees what is wrong */
    free(mine), free(theme);
    command(p, "sort", "most first");
    command(p, "start", "start: not on this screen, but on Setup, Train");
    command(p, "sorrt", "(did you mean sort?)");
    command(p, "set batch-size 0", "batch-size: 0 is below 1");
    command(p, "set batch-size 16", "batch-size = 16");
    command(p, "lr 0,01", "lr = 0.01"); /* a decimal comma is taken, a point is written */
    command(p, "set runs-dir /tmp/none", "runs-dir = /tmp/none");
    command(p, "lr", "lr = 0.01 (screen)");
    command(p, "head-lr", "head-lr = auto: "); /* what it comes to */
    pty_send(p, ":epochs ");
    assert_true(pty_wait_text(p, "now auto: "));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "now auto: "));
    pty_send(p, "3");
    assert_true(pty_wait_text(p, "--batch-size 16 --lr 0.01"));
    command(p, "mode froz", "unknown choice");
    command(p, "split none-such", "split: there is no file none-such");
    command(p, "theme none-such", "unknown choice \"none-such\"");
    pty_send(p, ":mod");
    assert_true(pty_wait_text(p, "how to train"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "how to train"));
    pty_send(p, ":mode fr\t\r"); /* completed */
    assert_true(pty_wait_text(p, "mode = frozen"));
    pty_send(p, ":\033[A\033[A");
    assert_true(pty_wait_text(p, ":theme none-such"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, ":theme none-such"));
    command(p, "help", "Help: keys");
    pty_send(p, "q:quit\r");
    assert_int_equal(pty_wait_end(p), 0);
    flowers_check_left(p);
    pty_free(p);
}

/* What is pasted waits for Enter, whatever newlines are in it; also in a field and a filter line. */
static void pastes_wait(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    pty_send(p, ":\033[200~quit\r\n\033[201~");
    assert_true(pty_wait_text(p, ":quit"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, ":quit"));
    pty_send(p, "o\025\033[200~/none\nsuch\n\033[201~");
    assert_true(pty_wait_text(p, "/none such"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "/none such"));
    pty_send(p, "/\033[200~ro\n\033[201~\177");
    assert_true(pty_wait_text(p, "1 of 2"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "1 of 2"));
    pty_send(p, "\033[200~qqq\033[201~"); /* not keys */
    flowers_quit(p);
}

static void paths_are_completed(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    pty_send(p, ":runs-dir ");
    pty_send(p, flowers_data);
    pty_send(p, "/d\t");
    assert_true(pty_wait_text(p, "/flowers/daisy/"));
    pty_send(p, "\t"); /* what lies in it */
    assert_true(pty_wait_text(p, "/flowers/daisy/picture-")); /* as far as all are the same */
    pty_send(p, "\t");
    assert_true(pty_wait_text(p, "/flowers/daisy/picture-0.jpg"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "/flowers/daisy/"));
    flowers_quit(p);
}

static void prompts_in_small_windows(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    pty_resize(p, 20, 5);
    assert_true(pty_wait_text(p, " 1 Data   "));
    pty_send(p, ":scr");
    assert_true(pty_wait_text(p, ":scr"));
    pty_resize(p, 100, 30); /* in the middle */
    assert_true(pty_wait_text(p, "screen-samples"));
    pty_send(p, "een-tr\r");
    assert_true(pty_wait_text(p, "No run yet"));
    flowers_quit(p);
}

/* --- help ------------------------------------------------------------------------------------ */

static void write_config(const char *text)
{
    char *folder = xasprintf("%s/flowerlab", flowers_home), *path = xasprintf("%s/config", folder);
    mkdir(folder, 0777);
    assert_int_equal(file_replace(path, text, strlen(text), NULL), ERR_OK);
    free(path);
    free(folder);
}

/* Keys of the config file do what they say, and are shown where keys are; wrong lines are named. */
static void bound_keys_are_in_force(void **state)
{
    (void)state;
    write_config("bind F5 rescan\nbind C-n screen-next\nbind x quit\nbind x help\n");
    struct pty *p = start(120, 60);
    assert_true(pty_wait_text(p, "config:4: bind x: bound to quit and to help"));
    assert_true(pty_wait_text(p, " F5  scan again "));
    assert_true(pty_wait_text(p, " x  quit "));
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "*F5, R "));
    assert_true(pty_wait_text(p, "*C-n, Tab "));
    assert_true(pty_wait_text(p, "* is a key that the config file binds"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "*F5, R "));
    pty_send(p, "\016"); /* C-n */
    assert_true(pty_wait_text(p, "draw again"));
    pty_send(p, "x");
    assert_int_equal(pty_wait_end(p), 0);
    flowers_check_left(p);
    pty_free(p);
    write_config("");
}

static void popups_in_a_resize(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "/colo");
    assert_true(pty_wait_text(p, "other colours"));
    pty_resize(p, 24, 6);
    assert_true(pty_wait_text(p, "/colo"));
    pty_send(p, "u");
    assert_true(pty_wait_text(p, "/colou"));
    pty_resize(p, 160, 50);
    assert_true(pty_wait_text(p, "other colours (:theme)"));
    assert_true(pty_wait_text(p, "/colou"));
    pty_send(p, "\033");
    assert_true(pty_wait_text(p, "Every screen")); /* all again, */
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Every screen")); /* then closed */
    pty_send(p, "o\025/one"); /* a field */
    assert_true(pty_wait_text(p, "/one"));
    pty_resize(p, 30, 8);
    assert_true(pty_wait_gone(p, "quit"));
    pty_send(p, "/two");
    pty_resize(p, 80, 24);
    assert_true(pty_wait_text(p, "/one/two"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "/one/two"));
    flowers_quit(p);
}

static void open_new_folder(struct pty *p, const char *name, const char *class, const char *says)
{
    char *folder = xasprintf("%s/%s", flowers_home, name), *inside = xasprintf("%s/%s", folder, class);
    char *copy = xasprintf("cp '%s'/daisy/*.jpg '%s'", flowers_data, inside);
    assert_int_equal(mkdir(folder, 0777), 0);
    if (*class)
        assert_int_equal(mkdir(inside, 0777) || system(copy), 0);
    pty_send(p, "o");
    assert_true(pty_wait_text(p, "Data folder"));
    pty_send(p, folder);
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, says));
    free(folder), free(inside), free(copy);
}

/* Before anybody sets up a run on them. */
static void folders_that_cannot_train_say_so(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    flowers_wait_scanned(p);
    open_new_folder(p, "nothing", "", "no class folders with pictures in it; o opens another folder");
    open_new_folder(p, "alone", "daisy", "only one class has pictures, training needs two");
    flowers_quit(p);
}

/* A menu says how to choose, and what the keys of the screen are. */
static void menus_have_help(void **state)
{
    (void)state;
    struct pty *p = start(80, 40);
    pty_send(p, "2f");
    assert_true(pty_wait_text(p, "Enter or a digit chooses"));
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "draw other samples"));
    pty_send(p, "?");
    assert_true(pty_wait_gone(p, "draw other samples"));
    pty_send(p, "2");
    assert_true(pty_wait_text(p, "of 18, daisy"));
    pty_send(p, "1o");
    assert_true(pty_wait_text(p, "Tab completes"));
    pty_send(p, "\025?"); /* in a field it is a letter */
    assert_true(pty_wait_text(p, "\xe2\x94\x82 ?"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Data folder"));
    flowers_quit(p);
}

/* What is selected in the menu of themes is to be seen at once; Esc takes it back. */
static void themes_are_tried(void **state)
{
    (void)state;
    char *command = xasprintf("mkdir -p %s/flowerlab/themes && cp %s/themes/ansi.theme %s/flowerlab/themes/", flowers_home,
                              getenv("top_srcdir"), flowers_home);
    assert_int_equal(system(command), 0);
    free(command);
    struct pty *p = start(110, 60);
    pty_send(p, "\033OQ\033[B\033[A"); /* F2, Down to the default, Up */
    assert_true(pty_wait_text(p, "1 ansi"));
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Theme: ansi, "));
    pty_send(p, "?");
    assert_true(pty_wait_gone(p, "Help: keys"));
    assert_true(pty_wait_text(p, "1 ansi"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "1 ansi"));
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Mouse: off"));
    assert_false(pty_has(p, "Theme: ansi, "));
    pty_send(p, "?");
    assert_true(pty_wait_gone(p, "Help: keys"));
    flowers_quit(p);
}

/* --- mouse ----------------------------------------------------------------------------------- */

/* A press and a release where the text is. */
static void click(struct pty *p, const char *text)
{
    assert_true(pty_wait_text(p, text));
    char *all = pty_screen(p), *at = strstr(all, text), report[64];
    int x = 0, y = 0;
    for (const char *s = all; s < at; s++) {
        y += *s == '\n';
        x = *s == '\n' ? 0 : x + (((unsigned char)*s & 0xc0) != 0x80);
    }
    free(all);
    snprintf(report, sizeof report, "\033[<0;%d;%dM\033[<0;%d;%dm", x + 1, y + 1, x + 1, y + 1);
    pty_send(p, report);
}

static bool mouse_is_on(struct pty *p, void *user)
{
    (void)user;
    return p->mouse && p->mouse_sgr;
}

static void switch_on(struct pty *p)
{
    pty_send(p, "\033[13~"); /* F3 */
    assert_true(pty_wait_text(p, "mouse on, F3 switches it off"));
    assert_true(pty_wait(p, mouse_is_on, NULL));
}

static void mouse_in_the_program(void **state)
{
    (void)state;
    struct pty *p = start(100, 30);
    assert_false(p->mouse || p->mouse_sgr); /* off at first, and reports that come all the same do nothing */
    click(p, " 2 Samples");
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "scan the data folder again")); /* help of Data */
    pty_send(p, "\033[F");
    assert_true(pty_wait_text(p, "Mouse: off"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Mouse: off"));
    switch_on(p);
    click(p, "rose");
    assert_true(pty_wait_text(p, "rose                            1 of 9"));
    click(p, "rose          9"); /* opened: its files have the keys */
    assert_true(pty_wait_text(p, "1 of 9"));
    click(p, "picture-3.jpg");
    assert_true(pty_wait_text(p, "4 of 9"));
    click(p, "scan again"); /* a key of the bar */
    assert_true(pty_wait_text(p, "18 used"));
    click(p, "2 Samples"); /* a title */
    assert_true(pty_wait_text(p, "draw again"));
    click(p, "?  help");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "\033[<65;50;15M"); /* the wheel scrolls it */
    assert_true(pty_wait_gone(p, "open or edit what is selected"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    click(p, " f  class");
    assert_true(pty_wait_text(p, "all classes"));
    click(p, "2 daisy");
    click(p, "2 daisy");
    assert_true(pty_wait_text(p, "of 18, daisy"));
    pty_send(p, ":sample-");
    click(p, "sample-predicted  ");
    assert_true(pty_wait_text(p, ":sample-predicted"));
    pty_send(p, "\033[<65;5;15M"); /* the wheel: the next one */
    assert_true(pty_wait_gone(p, ":sample-predicted"));
    click(p, "sample-class  ");
    assert_true(pty_wait_text(p, ":sample-class"));
    click(p, "sample-class  ");
    assert_true(pty_wait_text(p, "all classes"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "all classes"));
    pty_send(p, ":mouse off\r");
    assert_true(pty_wait_text(p, "mouse = off"));
    assert_false(p->mouse || p->mouse_sgr);
    switch_on(p);
    flowers_quit(p); /* checks that it is off again */
}

static struct pty *start_with_mouse(void)
{
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home,
                              (char *const[]){flowers_program, "--mouse", "--theme", flowers_theme, flowers_data, NULL});
    flowers_wait_scanned(p);
    assert_true(pty_wait(p, mouse_is_on, NULL));
    return p;
}

static void mouse_off_in_death(int number)
{
    struct pty *p = start_with_mouse();
    kill(pty_child(p), number);
    pty_wait_end(p);
    flowers_check_left(p);
    pty_free(p);
}

static bool was_off(struct pty *p, void *user)
{
    (void)user;
    return p->mouse_offs == 1;
}

/* Reports do not go to the shell: after deaths, a stop, and on again after it. */
static void mouse_is_off_outside(void **state)
{
    (void)state;
    mouse_off_in_death(SIGSEGV);
    mouse_off_in_death(SIGABRT);
    mouse_off_in_death(SIGKILL); /* then the parent does it */
    mouse_off_in_death(SIGTERM);
    struct pty *p = start_with_mouse();
    assert_int_equal(p->mouse_ons, 1);
    assert_int_equal(p->mouse_offs, 0);
    pty_send(p, "\032"); /* Ctrl-Z where nobody could continue it: goes on at once */
    assert_true(pty_wait(p, was_off, NULL));
    assert_true(pty_wait(p, mouse_is_on, NULL));
    assert_int_equal(p->mouse_ons, 2);
    flowers_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_gone_to),        cmocka_unit_test(actions_and_options_are_run),
        cmocka_unit_test(pastes_wait),             cmocka_unit_test(paths_are_completed),
        cmocka_unit_test(prompts_in_small_windows), cmocka_unit_test(bound_keys_are_in_force),
        cmocka_unit_test(popups_in_a_resize), cmocka_unit_test(folders_that_cannot_train_say_so),
        cmocka_unit_test(menus_have_help), cmocka_unit_test(themes_are_tried),      cmocka_unit_test(mouse_in_the_program),
        cmocka_unit_test(mouse_is_off_outside),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
