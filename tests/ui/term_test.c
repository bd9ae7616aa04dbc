/* The screens on a pseudo terminal: first frame, pictures, popups, every way out (T3 a terminal that
 * answers, one that does not, sizes; T9 deaths, stops, a terminal that goes away; T10 types, LANG=C).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/decode.h"
#include "ui/flowers.h"

static void first_frame_needs_no_answer(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_SILENT);
    assert_true(pty_wait_text(p, "1 Data"));
    assert_true(p->n_pictures == 0);
    flowers_wait_scanned(p);
    assert_true(pty_wait_text(p, "\u2580")); /* half blocks once no answer came */
    flowers_quit(p);
}

static void sixel_pictures_come_once(void **state)
{
    (void)state;
    struct pty *p = flowers_start(240, 40, PTY_SIXEL); /* help leaves pictures beside it */
    assert_true(pty_wait_pictures(p, 1));
    assert_true(pty_wait_text(p, "18 used")); /* the scan has ended */
    pty_send(p, "2");
    size_t n = p->n_pictures;
    assert_true(pty_wait_pictures(p, n + 15));
    size_t bytes = p->n_bytes, sent = p->n_pictures;
    pty_pump(p, 500);
    assert_int_equal(p->n_bytes, bytes); /* idle: not a byte */
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    assert_int_equal(p->n_pictures, sent); /* covered ones are not sent */
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    assert_true(pty_wait_pictures(p, sent + 1)); /* uncovered ones are */
    print_message("# %zu pictures again after the popup\n", p->n_pictures - sent);
    assert_true(p->n_pictures - sent < 15);
    flowers_quit(p);
}

static void plain_terminals_get_blocks(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    assert_true(pty_wait_text(p, "\u2580"));
    assert_int_equal(p->n_pictures, 0);
    flowers_quit(p);
}

/* Nothing of what libraries print reaches the screen. */
static void strays_go_to_the_log(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    flowers_wait_scanned(p);
    char *path = xasprintf("/proc/%d/fd/2", (int)pty_child(p));
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "Corrupt JPEG data\nsecond\n", 25), 25);
    close(fd);
    free(path);
    assert_true(pty_wait_text(p, "log: 2 new lines"));
    assert_false(pty_has(p, "Corrupt"));
    flowers_quit(p);
}

static void die_of(int number)
{
    struct pty *p = flowers_start(80, 24, PTY_SIXEL);
    flowers_wait_scanned(p);
    assert_false(pty_modes_restored(p));
    kill(pty_child(p), number);
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
#ifdef __SANITIZE_ADDRESS__ /* catches some of them itself */
    assert_int_not_equal(WEXITSTATUS(status), 0);
#else
    assert_int_equal(WEXITSTATUS(status), 128 + number);
#endif
    flowers_check_left(p);
    bool told = memmem(p->log, p->n_bytes, "flowerlab: it was killed", 24) != NULL;
    assert_int_equal(told, number == SIGKILL);
    pty_free(p);
}

static void crashes_give_the_terminal_back(void **state)
{
    (void)state;
    die_of(SIGSEGV);
    die_of(SIGABRT);
    die_of(SIGKILL); /* then the parent does it */
}

static void ends_with(int number, int code)
{
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    flowers_wait_scanned(p);
    kill(p->pid, number);
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    assert_true(pty_modes_restored(p));
    pty_free(p);
}

static void signals_end_it(void **state)
{
    (void)state;
    ends_with(SIGTERM, 130);
    ends_with(SIGHUP, 0);
}

static bool is_gone(struct pty *p, void *user)
{
    (void)p;
    return kill(*(pid_t *)user, 0) != 0;
}

/* The terminal is taken away without a signal. */
static void a_closed_terminal_ends_it(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    flowers_wait_scanned(p);
    pid_t child = pty_child(p);
    close(p->fd);
    close(p->slave);
    p->fd = open("/dev/null", O_RDWR);
    p->slave = open("/dev/null", O_RDWR);
    waitpid(p->pid, NULL, 0);
    p->pid = 0;
    assert_true(pty_wait(p, is_gone, &child));
    pty_free(p);
}

static void stops_and_goes_on(void **state)
{
    (void)state;
    struct pty *p = flowers_start(80, 24, PTY_PLAIN);
    int status;
    flowers_wait_scanned(p);
    kill(pty_child(p), SIGSTOP);
    assert_int_equal(waitpid(p->pid, &status, WUNTRACED), p->pid);
    assert_true(WIFSTOPPED(status)); /* a shell sees the parent stop */
    pty_forget_screen(p);
    kill(p->pid, SIGCONT);
    assert_true(pty_wait_text(p, "daisy") && pty_wait_text(p, "quit")); /* everything is painted again, to the last row */
    pty_forget_screen(p);
    pty_send(p, "\032"); /* Ctrl-Z where nobody could continue it: goes on at once */
    assert_true(pty_wait_text(p, "quit")); /* what is typed before that is thrown away */
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "Help: keys"));
    pty_send(p, "q");
    assert_true(pty_wait_gone(p, "Help: keys"));
    flowers_quit(p);
}

static void any_window_size(void **state)
{
    (void)state;
    static const int sizes[][2] = {{200, 60}, {20, 5}, {1, 1},   {80, 24}, {10, 3},
                                   {40, 10},  {2, 50}, {300, 2}, {100, 30}};
    struct pty *p = flowers_start(10, 3, PTY_SIXEL);
    assert_true(pty_wait_text(p, "window"));
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            pty_resize(p, sizes[i][0], sizes[i][1]);
            pty_send(p, round ? "2" : "1");
            pty_pump(p, 20);
        }
    }
    assert_true(pty_wait_text(p, "2 Samples"));
    assert_true(pty_wait_text(p, "daisy"));
    p->errors = 0; /* pictures on their way while the window shrank */
    flowers_quit(p);
}

/* A pane of 20 x 5 is enough to look at all of it; messages lie over the last row. */
static void small_windows(void **state)
{
    (void)state;
    static const char *const shows[][3] = {
        {"1", " 1 Data", "daisy"},          {"2", " 2 Samples", "of 18, all"},
        {"3", " 3 Setup", "fine-tune"},     {"4", " 4 Train", "No run yet"},
        {"5", " 5 Runs", "No run here yet"}, {"6", " 6 Results", "No run in runs yet"}};
    struct pty *p = flowers_start(20, 5, PTY_PLAIN);
    for (size_t i = 0; i < 6; i++) {
        pty_send(p, shows[i][0]);
        assert_true(pty_wait_text(p, shows[i][1]));
        assert_true(pty_wait_text(p, shows[i][2]));
    }
    pty_send(p, "x"); /* no key */
    assert_true(pty_wait_text(p, "x is no key"));
    pty_send(p, "1");
    assert_true(pty_wait_gone(p, "x is no key"));
    pty_resize(p, 20, 2);
    assert_true(pty_wait_text(p, "window too small"));
    pty_resize(p, 100, 30);
    assert_true(pty_wait_text(p, "18 used"));
    flowers_quit(p);
}

static void starts_without_a_folder(void **state)
{
    (void)state;
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home,
                              (char *const[]){flowers_program, "--theme", flowers_theme, NULL});
    assert_true(pty_wait_text(p, "Which pictures?"));
    assert_true(pty_wait_text(p, "type a path"));
    assert_true(pty_wait_gone(p, "No data set")); /* nothing looks out behind it */
    pty_send(p, "\033[B\033[B\033[B\033[A"); /* the keys move */
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Which pictures?"));
    assert_true(pty_wait_text(p, "No data set"));
    pty_send(p, "o");
    assert_true(pty_wait_text(p, "Data folder"));
    pty_send(p, flowers_home);
    pty_send(p, "/flowers\t\r"); /* completed by Tab */
    assert_true(pty_wait_text(p, "daisy"));
    flowers_quit(p);
}

static void run_and_expect(char *const argv[], int code, const char *text)
{
    struct pty *p = pty_start(100, 24, PTY_PLAIN, flowers_home, argv);
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    assert_true(pty_has(p, text));
    assert_true(pty_modes_restored(p));
    pty_free(p);
}

static void terminals_that_cannot(void **state)
{
    (void)state;
    run_and_expect((char *const[]){"env", "TERM=dumb", flowers_program, flowers_data, NULL}, 2,
                   "cannot place text");
    char *command = xasprintf("'%s' '%s' </dev/null", flowers_program, flowers_data);
    run_and_expect((char *const[]){"sh", "-c", command, NULL}, 2, "need a terminal");
    free(command);
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home,
                              (char *const[]){"env", "TERM=bogus", flowers_program, "--theme",
                                              flowers_theme, flowers_data, NULL});
    assert_true(pty_wait_text(p, "daisy")); /* taken for an xterm */
    flowers_quit(p);
}

static void without_utf8_only_ascii(void **state)
{
    (void)state;
    struct pty *p = pty_start(80, 24, PTY_PLAIN, flowers_home,
                              (char *const[]){"env", "LC_ALL=C", flowers_program, "--theme",
                                              flowers_theme, flowers_data, NULL});
    flowers_wait_scanned(p);
    pty_send(p, "?");
    assert_true(pty_wait_text(p, "+- Help: keys"));
    for (int i = 0; i < p->cols * p->rows; i++)
        assert_true(p->cells[i] < 0x7f);
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Help: keys"));
    flowers_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_frame_needs_no_answer),
        cmocka_unit_test(sixel_pictures_come_once),
        cmocka_unit_test(plain_terminals_get_blocks),
        cmocka_unit_test(strays_go_to_the_log),
        cmocka_unit_test(crashes_give_the_terminal_back),
        cmocka_unit_test(signals_end_it),
        cmocka_unit_test(a_closed_terminal_ends_it),
        cmocka_unit_test(stops_and_goes_on),
        cmocka_unit_test(any_window_size),
        cmocka_unit_test(small_windows),
        cmocka_unit_test(starts_without_a_folder),
        cmocka_unit_test(terminals_that_cannot),
        cmocka_unit_test(without_utf8_only_ascii),
    };
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
