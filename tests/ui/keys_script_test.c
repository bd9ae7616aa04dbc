/* The real program by keys, from pictures to a result, and every way to leave it while it trains.
 * Runs are compared with the same command without a screen. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "config/option.h"
#include "data/demo.h"
#include "stats/recipe.h"
#include "ui/pty.h"

#define EPOCHS "6"
#define OF_ALL " of " EPOCHS /* "epoch 3 of 20": a run trains */
#define SMALL                                                                                      \
    " flowers --model resnet10-quarter --image-size 32 --batch-size 16 --threads 1 --device cpu"   \
    " --precision fp32"
#define LONG " --mode scratch --epochs " EPOCHS

static char lab[] = "/tmp/flowerlab-keys-XXXXXX", *program, *shim;

/* --- the laboratory ------------------------------------------------------------------------- */

static int batch(const char *words)
{
    char *command =
        xasprintf("HOME='%s' XDG_CACHE_HOME='%s' XDG_CONFIG_HOME='%s' '%s' %s >out 2>&1 </dev/null",
                  lab, lab, lab, program, words);
    int status = system(command);
    if (status != 0)
        print_message("# %s: status %d\n", command, status);
    free(command);
    return status;
}

static int make_lab(void **state)
{
    (void)state;
    struct err err = {0};
    if (!mkdtemp(lab) || chdir(lab) != 0)
        return 1;
    struct pool *pool = pool_new(2);
    enum err_code code = demo_write("flowers", DEMO_FLOWERS, 8, 32, 1, pool, &err);
    pool_free(pool);
    return code != ERR_OK || remove("flowers/.demo.ini") != 0 ||
           batch("train" SMALL LONG " --run batch") != 0;
}

static int remove_lab(void **state)
{
    (void)state;
    char *command = xasprintf("rm -rf '%s'", lab);
    int rc = system(command);
    free(command);
    free(program);
    free(shim);
    return rc;
}

/* The engine stands still in its third save until let_go. */
#define HELD "FLOWERLAB_TEST_HOLD_COMMIT=last.ckpt@3:600 "

static bool is_held(const char *run)
{
    char *mark = xasprintf("%s/last.ckpt.held", run);
    bool held = path_exists(mark);
    free(mark);
    return held;
}

static void let_go(const char *run)
{
    char *mark = xasprintf("%s/last.ckpt.held", run);
    assert_int_equal(remove(mark), 0);
    free(mark);
}

static struct pty *start(const char *words)
{
    char *command = xasprintf(HELD "exec '%s' %s", program, words);
    struct pty *p = pty_start(120, 40, PTY_SIXEL, lab, (char *const[]){"sh", "-c", command, NULL});
    free(command);
    return p;
}

static char *text_of(const char *run, const char *name)
{
    char *path = xasprintf("%s/%s", run, name), *text = NULL;
    size_t n;
    if (file_read(path, 1 << 20, &text, &n, NULL) != ERR_OK)
        text = xstrdup("");
    free(path);
    return text;
}

static void check_state(const char *run, const char *state)
{
    char *ini = text_of(run, "run.ini"), *line = xasprintf("\nstate = %s\n", state);
    if (!strstr(ini, line))
        fail_msg("%s: not %s:\n%.200s", run, state, ini);
    free(line);
    free(ini);
}

static size_t epochs_of(const char *run)
{
    char *text = text_of(run, "metrics.csv");
    size_t n = 0;
    for (const char *s = text; (s = strchr(s, '\n')); s++)
        n++;
    free(text);
    return n ? n - 1 : 0;
}

/* The first five columns of metrics.csv. */
static char *numbers_of(const char *run)
{
    struct str s = STR_INIT;
    char *text = text_of(run, "metrics.csv"), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *end = line;
        for (int i = 0; i < 5 && end; i++)
            end = strchr(i ? end + 1 : end, ',');
        str_printf(&s, "%.*s\n", end ? (int)(end - line) : 0, line);
    }
    free(text);
    return str_take(&s);
}

static void check_same_as_batch(const char *run)
{
    char *theirs = numbers_of("batch"), *ours = numbers_of(run);
    assert_int_equal(epochs_of(run), atoi(EPOCHS));
    assert_string_equal(ours, theirs);
    char *compare = xasprintf("cmp batch/best.safetensors '%s/best.safetensors'", run);
    assert_int_equal(system(compare), 0);
    free(compare);
    free(ours);
    free(theirs);
    check_state(run, "done");
}

/* --- keys ----------------------------------------------------------------------------------- */

static void end_well(struct pty *p)
{
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(pty_modes_restored(p));
    assert_false(p->screen_mode);
    if (p->errors)
        print_message("# %s\n", p->last_error);
    assert_int_equal(p->errors, 0);
}

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

static bool trains(struct pty *p, void *run)
{
    return pty_has(p, OF_ALL) && is_held(run);
}

static void from_pictures_to_a_result(void **state)
{
    (void)state;
    struct pty *p = start(SMALL " --run keys");
    look_at_pictures(p);
    set_up(p);
    pty_send(p, "s");
    assert_true(pty_wait(p, trains, (char *)"keys"));
    size_t n = p->n_pictures;
    pty_send(p, "2");
    assert_true(pty_wait_pictures(p, n + 8));
    assert_true(pty_has(p, OF_ALL)); /* while it trains */
    check_priorities(pty_child(p));
    pty_send(p, "4q");
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, "3"); /* go on */
    assert_true(pty_wait_gone(p, "A run is training."));
    let_go("keys");
    assert_true(pty_wait_text(p, "best epoch"));
    assert_true(pty_has(p, "Loss"));
    assert_true(pty_has(p, "Accuracy"));
    assert_true(pty_has(p, "taken for"));
    pty_send(p, "q");
    end_well(p);
    assert_true(pty_has(p, "best val_acc"));
    pty_free(p);
    check_same_as_batch("keys");
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
    struct pty *p = start("flowers --runs-dir .");
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
    char *note = text_of("batch", "note.txt");
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
    end_well(p);
    pty_free(p);
}

/* --- leaving while it trains ---------------------------------------------------------------- */

static struct pty *start_run(char *run)
{
    char *words = xasprintf(SMALL LONG " --start --run %s", run);
    struct pty *p = start(words);
    free(words);
    assert_true(pty_wait(p, trains, run));
    return p;
}

/* Stopped by an answer, then finished by resume: the same as never stopped. */
static void stop_by(char *run, const char *answer)
{
    struct pty *p = start_run(run);
    pty_send(p, "q");
    assert_true(pty_wait_text(p, "A run is training."));
    pty_send(p, answer);
    assert_true(pty_wait_gone(p, "A run is training."));
    let_go(run);
    end_well(p);
    pty_free(p);
    check_state(run, "stopped");
    print_message("# stopped after %zu epochs\n", epochs_of(run));
    assert_in_range(epochs_of(run), 1, atoi(EPOCHS) - 1);
    char *resume = xasprintf("resume %s", run);
    assert_int_equal(batch(resume), 0);
    free(resume);
    check_same_as_batch(run);
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

/* A working process that has lost its parent is taken over by this program. */
static void wait_child(pid_t pid)
{
    int status = 0, left = PTY_PATIENCE * 100;
    pid_t got;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0 && left-- > 0)
        poll(NULL, 0, 10);
    if (got < 0 && kill(pid, 0) != 0)
        return; /* the parent has seen the end */
    assert_int_equal(got, pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void hang_up(struct pty *p)
{
    kill(p->pid, SIGHUP);
}

static void close_terminal(struct pty *p)
{
    close(p->fd);
    close(p->slave);
    p->fd = open("/dev/null", O_RDWR);
    p->slave = open("/dev/null", O_RDWR);
}

/* The shell has its prompt back at once; the run goes on to its end. */
static void leave(char *run, void (*by)(struct pty *p))
{
    struct pty *p = start_run(run);
    pid_t child = pty_child(p);
    by(p);
    int status = 0;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    p->pid = 0;
    size_t then = epochs_of(run);
    if (by == hang_up) {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    let_go(run);
    wait_child(child);
    pty_free(p);
    print_message("# the parent ended after %zu epochs\n", then);
    assert_in_range(then, 1, atoi(EPOCHS) - 1);
    check_same_as_batch(run);
}

static void a_run_outlives_a_hang_up(void **state)
{
    (void)state;
    leave("hangup", hang_up);
}

static void a_run_outlives_its_terminal(void **state)
{
    (void)state;
    leave("closed", close_terminal);
}

static void without_a_run_it_ends(void **state)
{
    (void)state;
    void (*const ways[])(struct pty *) = {hang_up, close_terminal};
    for (size_t i = 0; i < 2; i++) {
        struct pty *p = start("flowers");
        assert_true(pty_wait_text(p, "40 used"));
        pid_t child = pty_child(p);
        ways[i](p);
        assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
        p->pid = 0;
        wait_child(child);
        pty_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_pictures_to_a_result),
        cmocka_unit_test(quit_after_this_epoch),
        cmocka_unit_test(quit_now),
        cmocka_unit_test(a_run_outlives_a_hang_up),
        cmocka_unit_test(a_run_outlives_its_terminal),
        cmocka_unit_test(without_a_run_it_ends),
        cmocka_unit_test(from_runs_to_results),
    };
    const char *folder = getenv("top_builddir");
    char *build = realpath(folder ? folder : ".", NULL);
    program = xasprintf("%s/flowerlab", build);
    shim = xasprintf("%s/shim/fl_torch.so", build);
    free(build);
    if (access(shim, F_OK) != 0) {
        printf("1..0 # SKIP built without libtorch\n");
        return 0;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* processes that outlive their parent come here */
    return cmocka_run_group_tests(tests, make_lab, remove_lab);
}
