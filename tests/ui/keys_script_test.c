/* The real program by keys, from pictures to a result, and every way to leave it while it trains.
 * Runs are compared with the same command without a screen. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "config/option.h"
#include "stats/recipe.h"
#include "ui/keys_lab.h"

/* --- keys ----------------------------------------------------------------------------------- */

static void look_at_pictures(struct pty *p)
{
    assert_true(pty_wait_text(p, "40 used"));
    assert_true(pty_wait_pictures(p, 1)); /* the preview */
    pty_send(p, "\033[B\r");              /* second class, its files */
    assert_true(pty_wait_text(p, "1 of 8"));
    pty_send(p, "j");
    assert_true(pty_wait_text(p, "2 of 8"));
    size_t n = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, n + 15));
    n = p->n_pictures;
    pty_send(p, "r"); /* some may fall on their old place */
    assert_true(pty_wait_pictures(p, n + 8));
}

/* How often Down goes from the first mode to an option. */
static int downs_to(enum option_id id)
{
    int n = MODE_COUNT + PRESET_COUNT;
    for (int i = 0; i < (int)id; i++)
        n += i != OPTION_ID_mode && i != OPTION_ID_preset;
    return n;
}

static void set_up(struct pty *p)
{
    pty_send(p, "3");
    assert_true(pty_wait_text(p, "$ flowerlab train"));
    pty_send(p, "g\r"); /* scratch is the first */
    assert_true(pty_wait_text(p, "--mode scratch"));
    for (int i = downs_to(OPTION_ID_epochs); i > 0; i--)
        pty_send(p, "\033[B");
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, "epochs: "));
    pty_send(p, "\025x\r"); /* what is no number is refused, and comes back to be mended */
    assert_true(pty_wait_text(p, "epochs: "));
    pty_send(p, "\025" EPOCHS "\r");
    assert_true(pty_wait_text(p, "--epochs " EPOCHS));
}

/* What the threads of the engine give way to the screen's. */
static void check_priorities(pid_t pid)
{
    char path[64];
    int below = 0, n = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *d; (d = readdir(tasks));) {
        int tid = atoi(d->d_name), niceness = 0;
        char name[96];
        snprintf(name, sizeof name, "/proc/%d/task/%d/stat", (int)pid, tid);
        FILE *f = tid ? fopen(name, "re") : NULL;
        if (!f)
            continue;
        if (fscanf(
                f,
                "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %d",
                &niceness) == 1) {
            n++;
            below += tid != pid && niceness > 0;
        }
        fclose(f);
    }
    closedir(tasks);
    print_message("# %d of %d threads give way\n", below, n);
    assert_true(below >= 2); /* engine and loader */
}

static void from_pictures_to_a_result(void **state)
{
    (void)state;
    struct pty *p = lab_start(SMALL " --run keys");
    look_at_pictures(p);
    set_up(p);
    pty_send(p, "s");
    assert_true(pty_wait(p, lab_trains, (char *)"keys"));
    size_t n = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, n + 8));
    assert_true(pty_has(p, OF_ALL)); /* while it trains */
    check_priorities(pty_child(p));
    pty_send(p, "4q");
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, "3"); /* go on */
    assert_true(pty_wait_gone(p, "A run is training."));
    lab_let_go("keys");
    assert_true(pty_wait_text(p, "done; best epoch"));
    assert_true(pty_has(p, "Loss"));
    assert_true(pty_has(p, "Accuracy"));
    assert_true(pty_has(p, "taken for"));
    pty_send(p, "q");
    lab_end_well(p);
    assert_true(pty_has(p, "best val_acc"));
    pty_free(p);
    lab_check_same("keys", "batch");
    char *ini = lab_text("keys", "run.ini"), *command = strstr(ini, "command = flowerlab train /");
    assert_non_null(command); /* that does the same without the screen, in a folder of its own */
    *strchr(command, '\n') = '\0';
    assert_non_null(strstr(command, "/flowers --mode scratch --model "));
    assert_null(strstr(command, "--run "));
    free(ini);
}

/* --- somebody new --------------------------------------------------------------------------- */

/* A key of one letter that the screen names before these words; 0: none. */
static char key_before(const char *screen, const char *words)
{
    for (const char *at = screen; (at = strstr(at, words)); at++) {
        const char *key = at;
        while (key > screen && key[-1] == ' ')
            key--;
        if (key < at && key - 2 >= screen && key[-2] == ' ' && (unsigned char)key[-1] < 128)
            return key[-1];
    }
    return 0;
}

static bool names_a_key(struct pty *p, void *words)
{
    char *screen = pty_screen(p);
    bool named = key_before(screen, words) != 0;
    free(screen);
    return named;
}

/* Presses what the screen says does that. */
static void do_as_told(struct pty *p, const char *words)
{
    if (!pty_wait(p, names_a_key, (char *)words))
        fail_msg("no screen tells the key for \"%s\"", words);
    char *screen = pty_screen(p), key[] = {key_before(screen, words), '\0'};
    free(screen);
    pty_send(p, key);
}

/* In a folder with nothing in it, and no file of an earlier use. */
static struct pty *start_as_newcomer(const char *words)
{
    char *command = xasprintf("mkdir -p newcomer/here && cd newcomer/here && exec '%s' %s", lab_program(), words);
    char *home = realpath(".", NULL), *own = path_join(home, "newcomer");
    struct pty *p = pty_start(80, 24, PTY_SIXEL, own, (char *const[]){"sh", "-c", command, NULL});
    free(own);
    free(home);
    free(command);
    return p;
}

static void train_as_told(struct pty *p)
{
    do_as_told(p, "sets up a run");
    assert_true(pty_wait_text(p, "$ flowerlab train"));
    do_as_told(p, "start");
    do_as_told(p, "shows the results");
    assert_true(pty_wait_text(p, "Confusion matrix"));
    do_as_told(p, "quit");
    lab_end_well(p);
    assert_true(pty_has(p, "best val_acc"));
    pty_free(p);
}

#define TINY "--model resnet10-quarter --image-size 32 --epochs 1 --threads 1 --device cpu --precision fp32"

/* From an empty start to a trained model and its results, by what the screens say. */
static void a_newcomer_needs_no_manual(void **state)
{
    (void)state;
    struct pty *p = start_as_newcomer(TINY);
    do_as_told(p, "drawn flowers, to try it out");
    train_as_told(p);
    assert_int_equal(system("grep -q '^state = done' newcomer/flowerlab/demo/runs/*-scratch-*/run.ini"), 0);
}

/* The same with pictures of one's own, and for who left the menu: a folder with completion, or the flowers after all. */
static void a_newcomer_finds_a_folder(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir -p newcomer/here && cp -r flowers newcomer/here/my-pictures"), 0);
    struct pty *p = start_as_newcomer(TINY);
    assert_true(pty_wait_text(p, "Which pictures?"));
    pty_send(p, "\033");
    do_as_told(p, "draws flowers, to try everything out");
    assert_true(pty_wait_text(p, "400 used"));
    do_as_told(p, "folder");
    assert_true(pty_wait_text(p, "Tab completes"));
    pty_send(p, "\025my\t");
    assert_true(pty_wait_text(p, "my-pictures/"));
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, "40 used"));
    train_as_told(p);
    assert_int_equal(system("grep -q '^state = done' newcomer/here/runs/*-scratch-*/run.ini"), 0); /* no longer the demo's folder */
}

/* What Setup writes runs where PATH does not lead to the program. */
static void the_script_finds_the_program(void **state)
{
    (void)state;
    struct pty *p = lab_start("flowers");
    assert_true(pty_wait_text(p, "40 used"));
    pty_send(p, "3");
    assert_true(pty_wait_text(p, "$ flowerlab train"));
    pty_send(p, "wgo.sh\r"); /* in the place of the name that is offered */
    assert_true(pty_wait_text(p, "go.sh"));
    assert_true(pty_wait_gone(p, "Script to write"));
    pty_send(p, "q");
    lab_end_well(p);
    pty_free(p);
    assert_int_equal(system("sh go.sh --help | grep -q 'usage: flowerlab train DIR'"), 0);
}

/* --- charts and steering ------------------------------------------------------------------- */

static bool view_says(struct pty *p, void *line)
{
    (void)p;
    char *view = lab_text("charts", "view.ini");
    bool says = strstr(view, line) != NULL;
    free(view);
    return says;
}

/* The legend has the value at the cursor, and the unsmoothed one behind it: "train 0.7 (0.8)". */
static bool reads_raw(struct pty *p, void *user)
{
    (void)user;
    return pty_has(p, " (0.") || pty_has(p, " (1.") || pty_has(p, " (2.");
}

/* While the run stands still in a save: its charts by keys, its rate and its length, all of it
 * kept. */
static void charts_by_keys(void **state)
{
    (void)state;
    struct pty *p = lab_start_run("charts");
    pty_send(p, "nn"); /* four charts */
    assert_true(pty_wait_text(p, "Gradient norm"));
    pty_send(p, "t");
    assert_true(pty_wait_text(p, "step "));
    pty_send(p, "\033[D\033[D"); /* the cursor reads values */
    assert_true(pty_wait(p, reads_raw, NULL));
    pty_send(p, "y");
    assert_true(pty_wait_text(p, "Loss log"));
    pty_send(p, "/^loss$\r");
    assert_true(pty_wait_gone(p, "Gradient norm"));
    pty_send(p, "r1e9\r");
    assert_true(pty_wait_text(p, "\"1e9\" is too high a rate"));
    pty_send(p, "r\0250.5\r");
    assert_true(pty_wait_gone(p, "a factor on all"));
    pty_send(p, "e\0251\r");
    assert_true(pty_wait_gone(p, "Epochs to add"));
    assert_true(pty_wait(p, view_says, (char *)"pattern = ^loss$\n"));
    assert_int_equal(p->bells, 0);
    lab_let_go("charts");
    assert_true(pty_wait_text(p, "done; best epoch"));
    assert_int_equal(p->bells, 1); /* the end calls */
    assert_true(pty_wait_text(p, "rate x 0.5"));
    pty_send(p, "q");
    lab_end_well(p);
    pty_free(p);
    char *ini = lab_text("charts", "run.ini"), *log = lab_text("charts", "log.txt");
    assert_null(strstr(log, "1e9")); /* what was said to a key is not of the run */
    free(log);
    assert_null(strstr(ini, "rate x 1"));
    assert_non_null(strstr(ini, "rate x 0.5"));
    assert_non_null(strstr(ini, "extended by 1"));
    free(ini);
    assert_true(view_says(NULL, (char *)"axis = step\n") && view_says(NULL, (char *)"log = loss\n"));
    assert_int_equal(lab_epochs("charts"), atoi(EPOCHS) + 1);
}

/* --- runs and results ----------------------------------------------------------------------- */

static void look_at_a_result(struct pty *p)
{
    pty_send(p, "\r");
    assert_true(pty_wait_text(p, "Confusion matrix"));
    size_t n = p->n_pictures;
    pty_send(p, "v\r"); /* the first class of the table */
    assert_true(pty_wait_text(p, "wrong ones first"));
    assert_true(pty_wait_pictures(p, n + 1));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "wrong ones first"));
    n = p->n_pictures;
    pty_send(p, "c");
    assert_true(pty_wait_text(p, "File or folder to classify"));
    pty_send(p, "\025flowers\r");
    assert_true(pty_wait_text(p, "Classified by batch"));
    assert_true(pty_wait_pictures(p, n + 8));
    pty_send(p, "\r"); /* the first of them with its likeliest classes */
    assert_true(pty_wait_text(p, "answer"));
}

static void from_runs_to_results(void **state)
{
    (void)state;
    struct pty *p = lab_start("flowers --runs-dir .");
    assert_true(pty_wait_text(p, "40 used"));
    pty_send(p, "5");
    assert_true(pty_wait_text(p, "no run.ini: ")); /* the folder of the pictures is named */
    pty_send(p, "/batch");
    assert_true(pty_wait_text(p, "1 of "));
    pty_send(p, "\r");
    look_at_a_result(p);
    pty_send(p, "5n");
    assert_true(pty_wait_text(p, "Note on the run"));
    pty_send(p, "one to keep\r");
    assert_true(pty_wait_text(p, "note kept: one to keep"));
    char *note = lab_text("batch", "note.txt");
    assert_string_equal(note, "one to keep\n");
    free(note);
    pty_send(p, "d");
    assert_true(pty_wait_text(p, "1 run moved to the trash"));
    assert_true(path_exists(".trash/batch/run.ini") && !path_exists("batch"));
    pty_send(p, "T");
    assert_true(pty_wait_text(p, "Trash: 1 run in"));
    pty_send(p, "d");
    assert_true(pty_wait_text(p, "1 run back from the trash"));
    assert_true(path_exists("batch/run.ini"));
    pty_send(p, "q");
    lab_end_well(p);
    pty_free(p);
}

/* --- leaving while it trains ---------------------------------------------------------------- */

/* Stopped by an answer, then finished by resume: the same as never stopped. */
static void stop_by(char *run, const char *answer)
{
    struct pty *p = lab_start_run(run);
    pty_send(p, "q");
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, answer);
    assert_true(pty_wait_gone(p, "A run is training."));
    lab_let_go(run);
    lab_end_well(p);
    pty_free(p);
    lab_check_state(run, "stopped");
    print_message("# stopped after %zu epochs\n", lab_epochs(run));
    assert_in_range(lab_epochs(run), 1, atoi(EPOCHS) - 1);
    char *resume = xasprintf("resume %s", run);
    assert_int_equal(lab_batch(resume), 0);
    free(resume);
    lab_check_same(run, "batch");
}

static void quit_after_this_epoch(void **state)
{
    (void)state;
    stop_by("after", "1");
}

static void quit_now(void **state)
{
    (void)state;
    stop_by("now", "2");
}

/* It is said while there is time to make room. */
static void a_full_disk_is_said_at_once(void **state)
{
    (void)state;
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){300000, before.rlim_max}; /* less than the weights */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct pty *p = lab_pty(SMALL " --mode scratch --epochs 1000 --run full --start");
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(pty_wait_text(p, "not saved: File too large; the run goes on"));
    pty_send(p, "q");
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, "2");
    lab_end_well(p);
    pty_free(p);
}

/* The shell has its prompt back at once; the run goes on to its end. */
static void leave(char *run, void (*by)(struct pty *p))
{
    struct pty *p = lab_start_run(run);
    pid_t child = pty_child(p);
    by(p);
    int status = 0;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    p->pid = 0;
    size_t then = lab_epochs(run);
    if (by == lab_hang_up) {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    lab_let_go(run);
    lab_wait_child(child);
    pty_free(p);
    print_message("# the parent ended after %zu epochs\n", then);
    assert_in_range(then, 1, atoi(EPOCHS) - 1);
    lab_check_same(run, "batch");
}

static void a_run_outlives_a_hang_up(void **state)
{
    (void)state;
    leave("hangup", lab_hang_up);
}

static void a_run_outlives_its_terminal(void **state)
{
    (void)state;
    leave("closed", lab_close_terminal);
}

static void without_a_run_it_ends(void **state)
{
    (void)state;
    void (*const ways[])(struct pty *) = {lab_hang_up, lab_close_terminal};
    for (size_t i = 0; i < 2; i++) {
        struct pty *p = lab_start("flowers");
        assert_true(pty_wait_text(p, "40 used"));
        pid_t child = pty_child(p);
        ways[i](p);
        assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
        p->pid = 0;
        lab_wait_child(child);
        pty_free(p);
    }
}

/* A terminal that takes nothing more, with output waiting: frozen, or behind a dead connection. */
static void freeze(struct pty *p)
{
    struct pollfd room = {.fd = p->slave, .events = POLLOUT};
    for (int i = 0; i < 1000 && poll(&room, 1, 0) > 0; i++) {
        pty_send(p, i % 2 ? "1" : "2");
        poll(NULL, 0, 5);
    }
    assert_int_equal(poll(&room, 1, 0), 0);
}

static bool ends_unread(pid_t pid)
{
    pid_t got;
    for (int left = PTY_PATIENCE * 100; (got = waitpid(pid, NULL, WNOHANG)) == 0 && left > 0; left--)
        poll(NULL, 0, 10);
    return got == pid;
}

static void a_frozen_terminal_holds_nothing_up(void **state)
{
    (void)state;
    static const int signals[] = {SIGHUP, SIGTERM, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct pty *p = lab_start("flowers");
        assert_true(pty_wait_text(p, "40 used"));
        pid_t child = pty_child(p);
        freeze(p);
        kill(p->pid, signals[i]);
        assert_true(ends_unread(p->pid));
        p->pid = 0;
        assert_int_not_equal(kill(child, 0), 0);
        assert_true(pty_modes_restored(p));
        pty_free(p);
    }
}

static void kill_parent(struct pty *p)
{
    kill(p->pid, SIGKILL);
}

static void terminate_parent(struct pty *p)
{
    kill(p->pid, SIGTERM);
}

/* What the demo prepares is for its screens: without them it stops soon, whatever took them. */
static void a_preparation_ends_with_its_terminal(void **state)
{
    (void)state;
    void (*const ways[])(struct pty *) = {lab_close_terminal, lab_hang_up, kill_parent, terminate_parent};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int status = 0;
        struct pty *p = lab_pty("demo --pretrain --out prepared --model resnet10 --image-size 64 --threads 1");
        assert_true(pty_wait_text(p, "/6600 ")); /* shapes */
        pid_t child = pty_child(p);
        assert_true(child > 0);
        ways[i](p);
        assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
        p->pid = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) /* ours, once its parent is gone, unless that has seen its end */
            ;
        assert_int_not_equal(kill(child, 0), 0);
        pty_free(p);
        assert_false(path_exists("flowerlab/weights/resnet10.safetensors")); /* not by coming to its end, minutes off */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_pictures_to_a_result),
        cmocka_unit_test(a_newcomer_needs_no_manual),
        cmocka_unit_test(a_newcomer_finds_a_folder),
        cmocka_unit_test(the_script_finds_the_program),
        cmocka_unit_test(charts_by_keys),
        cmocka_unit_test(quit_after_this_epoch),
        cmocka_unit_test(a_full_disk_is_said_at_once),
        cmocka_unit_test(quit_now),
        cmocka_unit_test(a_run_outlives_a_hang_up),
        cmocka_unit_test(a_run_outlives_its_terminal),
        cmocka_unit_test(without_a_run_it_ends),
        cmocka_unit_test(a_frozen_terminal_holds_nothing_up),
        cmocka_unit_test(from_runs_to_results),
        cmocka_unit_test(a_preparation_ends_with_its_terminal),
    };
    if (!lab_find())
        return 0;
    return cmocka_run_group_tests(tests, lab_open, lab_close);
}
