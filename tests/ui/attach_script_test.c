/* The real program by keys: a run is left, goes on without a screen, and is taken back. Compared with
 * runs that were never left. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/keys_lab.h"

/* --- steps that several tests take ---------------------------------------------------------- */

/* From the third save on it is paused: keys before that are taken there, wherever they come from. */
static struct pty *start_paused(char *run)
{
    struct pty *p = lab_start_run(run);
    pty_send(p, "p");
    assert_true(pty_wait_text(p, ", 1 asked"));
    lab_let_go(run);
    assert_true(pty_wait_text(p, "paused, epoch"));
    return p;
}

static void change_rate_and_go_on(struct pty *p)
{
    pty_send(p, "r");
    assert_true(pty_wait_text(p, "Rate, now"));
    pty_send(p, "\0250.1\r");
    assert_true(pty_wait_text(p, "rate x 0.1"));
    pty_send(p, "p");
}

static void finish(struct pty *p)
{
    assert_true(pty_wait_text(p, "done; best epoch"));
    pty_send(p, "q");
    lab_end_well(p);
    assert_true(pty_has(p, "best val_acc"));
    pty_free(p);
}

/* The [tape] of run.ini: what was done, and at which step. */
static char *tape_of(const char *run)
{
    char *ini = lab_text(run, "run.ini"), *tape = strstr(ini, "[tape]");
    assert_non_null(tape);
    tape = xstrdup(tape);
    free(ini);
    return tape;
}

/* --- issue 5, point 6 ----------------------------------------------------------------------- */

static void the_terminal_dies_and_the_run_is_taken_back(void **state)
{
    (void)state;
    struct pty *p = start_paused((char *)"never-left");
    change_rate_and_go_on(p);
    finish(p);

    p = start_paused((char *)"left");
    pid_t child = pty_child(p);
    lab_close_terminal(p);
    assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
    p->pid = 0;
    pty_free(p);

    p = lab_pty("attach"); /* the only one that is alive */
    assert_true(pty_wait_text(p, "paused, epoch"));
    assert_true(pty_wait_text(p, "1 attached"));
    change_rate_and_go_on(p);
    finish(p);
    lab_wait_child(child);
    lab_check_same("left", "never-left");
    char *theirs = tape_of("never-left"), *ours = tape_of("left"), *plain = lab_numbers("batch"),
         *changed = lab_numbers("left");
    assert_string_equal(ours, theirs);
    assert_non_null(strstr(ours, "rate x 0.1"));
    assert_string_not_equal(changed, plain); /* the rate was felt */
    free(theirs), free(ours), free(plain), free(changed);
}

/* --- on purpose ----------------------------------------------------------------------------- */

static void check_way_back(struct pty *p)
{
    lab_end_well(p);
    assert_true(pty_has(p, "/flowerlab attach ")); /* a long folder makes two lines of it */
    pty_free(p);
}

static void wait_line(const char *words, const char *line)
{
    for (int i = 0; i < PTY_PATIENCE * 10; i++) {
        char *out = lab_batch(words) == 0 ? lab_text(".", "out") : xstrdup("");
        bool found = strstr(out, line) != NULL;
        free(out);
        if (found)
            return;
        poll(NULL, 0, 100);
    }
    fail_msg("%s: %s did not come", words, line);
}

static void it_is_left_on_purpose_and_taken_back(void **state)
{
    (void)state;
    struct pty *p = lab_start_run((char *)"purpose");
    pid_t child = pty_child(p);
    pty_send(p, "D");
    check_way_back(p);
    wait_line("runs .", "attach shows and steers it");
    p = lab_pty("attach purpose");
    assert_true(pty_wait_text(p, OF_ALL));
    pty_send(p, "1"); /* the data set came along */
    assert_true(pty_wait_text(p, "40 used"));
    assert_true(pty_wait_pictures(p, 1));
    pty_send(p, "5"); /* the folder that the run lies in, and not the usual one */
    assert_true(pty_wait_text(p, "no run.ini: flowerlab, flowers"));
    pty_send(p, "q"); /* a viewer can leave by the menu too */
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, "4");
    check_way_back(p);
    p = lab_pty("attach purpose");
    assert_true(pty_wait_text(p, OF_ALL));
    pty_send(p, "D");
    check_way_back(p);
    lab_let_go("purpose");
    lab_wait_child(child);
    lab_check_same("purpose", "batch");
}

static bool held_somewhere(struct pty *p, void *user)
{
    char **folder = user;
    glob_t found;
    (void)p;
    if (glob("queued/*/last.ckpt.held", 0, NULL, &found) == 0) {
        free(*folder);
        *folder = xstrdup(found.gl_pathv[0]);
        *strrchr(*folder, '/') = '\0';
        globfree(&found);
    }
    return *folder != NULL;
}

/* Runs that wait behind it begin without a screen, too. */
static void the_queue_goes_on_as_well(void **state)
{
    (void)state;
    char *run = NULL;
    struct pty *p = lab_start(SMALL LONG " --start --runs-dir queued");
    assert_true(pty_wait(p, held_somewhere, &run));
    assert_true(pty_wait_text(p, OF_ALL));
    pid_t child = pty_child(p);
    pty_send(p, "3a");
    assert_true(pty_wait_text(p, "Add to the queue"));
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, "1 wait"));
    pty_send(p, "D");
    check_way_back(p);
    lab_let_go(run);
    lab_wait_child(child);
    assert_int_equal(lab_batch("runs queued --json"), 0);
    char *out = lab_text(".", "out");
    int done = 0;
    for (const char *s = out; (s = strstr(s, "\"state\":\"done\"")); s++)
        done++;
    assert_int_equal(done, 2);
    free(out);
    free(run);
}

/* On the screen, and its end: the run in queued/ that is not the one user names. */
static bool shows_the_other(struct pty *p, void *user)
{
    glob_t found;
    bool shown = false;
    if (glob("queued/*", 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++)
        shown |= strcmp(found.gl_pathv[i], user) != 0 && pty_has(p, found.gl_pathv[i]);
    globfree(&found);
    return shown && pty_has(p, "done; best epoch");
}

/* Whoever takes the run back sees the queue behind it, and goes on to its next run without leaving. */
static void a_viewer_goes_with_the_queue(void **state)
{
    (void)state;
    char *run = NULL;
    assert_int_equal(system("rm -rf queued"), 0);
    struct pty *p = lab_start(SMALL LONG " --start --runs-dir queued");
    assert_true(pty_wait(p, held_somewhere, &run));
    assert_true(pty_wait_text(p, OF_ALL));
    pid_t child = pty_child(p);
    pty_send(p, "3a\r");
    assert_true(pty_wait_text(p, "1 waits"));
    pty_send(p, "5Q");
    assert_true(pty_wait_text(p, "waits, 1 of 1: K J move"));
    pty_send(p, "4D");
    check_way_back(p);
    p = lab_pty("attach");
    assert_true(pty_wait_text(p, OF_ALL));
    assert_true(pty_wait_gone(p, "no data")); /* the data set comes after the numbers */
    pty_send(p, "3a\r");                      /* behind those that wait there */
    assert_true(pty_wait_text(p, "2 wait"));
    pty_send(p, "QGx"); /* not the one before it */
    assert_true(pty_wait_text(p, "move, x removes"));
    pty_send(p, "Q");
    assert_true(pty_wait_text(p, "1 waits"));
    pty_send(p, "4");
    lab_let_go(run);
    assert_true(pty_wait(p, shows_the_other, run));
    pty_send(p, "q");
    lab_end_well(p);
    assert_true(pty_has(p, "best val_acc"));
    pty_free(p);
    lab_wait_child(child);
    free(run);
}

static void without_a_run_there_is_nothing_to_leave(void **state)
{
    (void)state;
    struct pty *p = lab_pty("flowers");
    assert_true(pty_wait_text(p, "40 used"));
    pty_send(p, "D");
    assert_true(pty_wait_text(p, "no run is going on; q quits"));
    pty_send(p, "q");
    lab_end_well(p);
    pty_free(p);
}

/* --- several -------------------------------------------------------------------------------- */

static void two_viewers_watch_and_steer(void **state)
{
    (void)state;
    struct pty *own = start_paused((char *)"shared");
    struct pty *a = lab_pty("attach"), *b = lab_pty("attach shared");
    assert_true(pty_wait_text(a, "2 attached"));
    assert_true(pty_wait_text(b, "2 attached"));
    assert_true(pty_wait_text(own, "2 attached"));
    assert_true(pty_has(a, "all who watch may steer") || pty_has(b, "all who watch may steer"));
    pty_send(a, "r");
    assert_true(pty_wait_text(a, "Rate, now"));
    pty_send(a, "\0250.5\r");
    assert_true(pty_wait_text(b, "rate x 0.5")); /* what one does all see */
    assert_true(pty_wait_text(own, "rate x 0.5"));
    pty_send(b, "p");
    assert_true(pty_wait_text(own, "done; best epoch"));
    finish(a);
    finish(b);
    finish(own);
    lab_check_state("shared", "done");
}

static bool is_there(struct pty *p, void *run)
{
    (void)p;
    return lab_is_held(run);
}

/* A run without a screen is watched, and stopped from a screen. */
static void a_batch_run_is_steered(void **state)
{
    (void)state;
    char *words = xasprintf("train" SMALL LONG " --run lines");
    struct pty *run = lab_start(words);
    free(words);
    assert_true(pty_wait(run, is_there, (char *)"lines"));
    struct pty *p = lab_pty("attach lines");
    assert_true(pty_wait_text(p, OF_ALL));
    pty_send(p, "x");
    assert_true(pty_wait_text(p, "Stop the run"));
    pty_send(p, "1");
    assert_true(pty_wait_gone(p, "Stop the run"));
    assert_true(pty_wait_text(p, ", 1 asked")); /* the run has it */
    lab_let_go("lines");
    assert_true(pty_wait_text(p, "stopped by user"));
    pty_send(p, "q");
    lab_end_well(p);
    pty_free(p);
    assert_true(WIFEXITED(pty_wait_end(run)));
    assert_true(pty_has(run, "stop after epoch"));
    pty_free(run);
    lab_check_state("lines", "stopped");
    assert_int_equal(lab_batch("resume lines"), 0);
    lab_check_same("lines", "batch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_dies_and_the_run_is_taken_back),
        cmocka_unit_test(it_is_left_on_purpose_and_taken_back),
        cmocka_unit_test(the_queue_goes_on_as_well),
        cmocka_unit_test(a_viewer_goes_with_the_queue),
        cmocka_unit_test(without_a_run_there_is_nothing_to_leave),
        cmocka_unit_test(two_viewers_watch_and_steer),
        cmocka_unit_test(a_batch_run_is_steered),
    };
    if (!lab_find())
        return 0;
    return cmocka_run_group_tests(tests, lab_open, lab_close);
}
