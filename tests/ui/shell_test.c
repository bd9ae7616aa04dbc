/* Stopped, in the background and ended there, below a shell with job control on a pseudo terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/flowers.h"

/* A shell types its echo into the screen too: what is waited for is in pieces there. */
static void shell(struct pty *p, const char *command, const char *says)
{
    pty_send(p, command);
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, says));
}

static struct pty *start_stopped(void)
{
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home, (char *const[]){"env", "PS1=shell> ", "ENV=", "LINES=10", "COLUMNS=50", "sh", "-i", NULL});
    assert_true(pty_wait_text(p, "shell> "));
    char *command = xasprintf("'%s' --theme '%s' '%s'", flowers_program, flowers_theme, flowers_data);
    pty_send(p, command);
    free(command);
    pty_send(p, "\r");
    flowers_wait_scanned(p);
    assert_true(p->screen_mode);
    pty_send(p, "\032");
    assert_true(pty_wait_text(p, "shell> "));
    assert_false(p->screen_mode);
    return p;
}

static void leave(struct pty *p)
{
    pty_send(p, "exit\r");
    pty_wait_end(p);
    pty_free(p);
}

/* Nothing but the shell's own lines came since: no screen, no place, no colour. */
static void nothing_drawn(const struct pty *p, size_t since)
{
    const char *drawn = memmem(p->log + since, p->n_bytes - since, "\033[", 2);
    while (drawn && strncmp(drawn, "\033[?2004", 7) == 0) /* bash's own */
        drawn = memmem(drawn + 7, p->n_bytes - (size_t)(drawn + 7 - p->log), "\033[", 2);
    size_t left = drawn ? p->n_bytes - (size_t)(drawn - p->log) : 0;
    if (drawn)
        print_message("# drawn: ESC %.*s\n", (int)(left < 40 ? left - 1 : 40), drawn + 1);
    assert_null(drawn);
}

static void comes_back(void **state)
{
    (void)state;
    struct pty *p = start_stopped();
    shell(p, "echo ma''rk", "mark");
    pty_forget_screen(p);
    pty_send(p, "fg\r");
    assert_true(pty_wait_text(p, "picture-0"));
    assert_true(pty_wait_text(p, "q  quit")); /* the last row, whatever LINES says */
    assert_true(p->screen_mode);
    pty_send(p, ":");
    assert_true(pty_wait_text(p, "Tab lists them"));
    pty_send(p, "\032"); /* from a prompt too */
    assert_true(pty_wait_text(p, "shell> "));
    assert_false(p->screen_mode);
    pty_send(p, "fg\r");
    assert_true(pty_wait_text(p, "Tab lists them"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Tab lists them"));
    pty_send(p, "q");
    assert_true(pty_wait_text(p, "shell> "));
    assert_false(p->screen_mode || p->bracketed);
    leave(p);
}

static void draws_nothing_behind_the_shell(void **state)
{
    (void)state;
    struct pty *p = start_stopped();
    size_t before = p->n_bytes;
    shell(p, "bg; echo wo''rk", "work");
    for (int i = 0; i < 3; i++) { /* it looks by itself whether the terminal is its own again */
        char *command = xasprintf("sleep 0.2; echo do''ne-%d", i), *says = xasprintf("done-%d", i);
        shell(p, command, says);
        free(command);
        free(says);
    }
    nothing_drawn(p, before);
    pty_send(p, "fg\r");
    assert_true(pty_wait_text(p, "picture-0"));
    assert_true(p->screen_mode);
    pty_send(p, "\032");
    assert_true(pty_wait_text(p, "shell> "));
    shell(p, "bg; kill %1; wait %1; echo en''ded $?", "ended ");
    leave(p);
}

/* The shell's cursor stays where it is when the program ends without the terminal. A job that stands still is 147 to wait. */
static void ends_while_stopped(void **state)
{
    (void)state;
    struct pty *p = start_stopped();
    size_t before = p->n_bytes;
    shell(p, "kill -TERM %1; kill -CONT %1; r=147; while [ $r = 147 ]; do wait %1; r=$?; done; echo en''ded $r", "ended 130");
    shell(p, "jobs; echo no''ne", "none");
    nothing_drawn(p, before);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(draws_nothing_behind_the_shell),
        cmocka_unit_test(ends_while_stopped),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
