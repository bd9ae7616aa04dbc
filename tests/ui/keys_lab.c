/* The laboratory of the key scripts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/keys_lab.h"

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
#include "data/demo.h"

/* The engine stands still in its third save until lab_let_go. */
#define HELD "FLOWERLAB_TEST_HOLD_COMMIT=last.ckpt@3:600 "

static char lab[] = "/tmp/flowerlab-keys-XXXXXX", *program, *shim;

bool lab_find(void)
{
    const char *folder = getenv("top_builddir");
    char *build = realpath(folder ? folder : ".", NULL);
    program = xasprintf("%s/flowerlab", build);
    shim = xasprintf("%s/shim/fl_torch.so", build);
    free(build);
    if (access(shim, F_OK) != 0) {
        printf("1..0 # SKIP built without libtorch\n");
        return false;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* processes that outlive their parent come here */
    return true;
}

const char *lab_program(void)
{
    return program;
}

int lab_batch(const char *words)
{
    char *command =
        xasprintf("HOME='%s' XDG_CACHE_HOME='%s' XDG_CONFIG_HOME='%s' XDG_RUNTIME_DIR='%s' FLOWERLAB_TEST_RUNTIME_ONLY=1 '%s' %s >out 2>&1 "
                  "</dev/null",
                  lab, lab, lab, lab, program, words);
    int status = system(command);
    if (status != 0)
        print_message("# %s: status %d\n", command, status);
    free(command);
    return status;
}

int lab_open(void **state)
{
    (void)state;
    struct err err = {0};
    if (!mkdtemp(lab) || chdir(lab) != 0)
        return 1;
    struct pool *pool = pool_new(2);
    enum err_code code = demo_write("flowers", DEMO_FLOWERS, 8, 32, 1, pool, NULL, &err);
    pool_free(pool);
    return code != ERR_OK ||
           lab_batch("train" SMALL LONG " --run batch") != 0;
}

int lab_close(void **state)
{
    (void)state;
    char *command = xasprintf("rm -rf '%s'", lab);
    int rc = system(command);
    free(command);
    free(program);
    free(shim);
    return rc;
}

bool lab_is_held(const char *run)
{
    char *mark = xasprintf("%s/last.ckpt.held", run);
    bool held = path_exists(mark);
    free(mark);
    return held;
}

void lab_let_go(const char *run)
{
    char *mark = xasprintf("%s/last.ckpt.held", run);
    assert_int_equal(remove(mark), 0);
    free(mark);
}

static struct pty *start_with(const char *variable, const char *words)
{
    char *command = xasprintf("%sexec '%s' %s", variable, program, words);
    struct pty *p = pty_start(120, 40, PTY_SIXEL, lab, (char *const[]){"sh", "-c", command, NULL});
    free(command);
    return p;
}

struct pty *lab_pty(const char *words)
{
    return start_with("", words);
}

struct pty *lab_start(const char *words)
{
    return start_with(HELD, words);
}

char *lab_text(const char *run, const char *name)
{
    char *path = xasprintf("%s/%s", run, name), *text = NULL;
    size_t n;
    if (file_read(path, 1 << 20, &text, &n, NULL) != ERR_OK)
        text = xstrdup("");
    free(path);
    return text;
}

void lab_check_state(const char *run, const char *state)
{
    char *ini = lab_text(run, "run.ini"), *line = xasprintf("\nstate = %s\n", state);
    if (!strstr(ini, line))
        fail_msg("%s: not %s:\n%.200s", run, state, ini);
    free(line);
    free(ini);
}

size_t lab_epochs(const char *run)
{
    char *text = lab_text(run, "metrics.csv");
    size_t n = 0;
    for (const char *s = text; (s = strchr(s, '\n')); s++)
        n++;
    free(text);
    return n ? n - 1 : 0;
}

char *lab_numbers(const char *run)
{
    struct str s = STR_INIT;
    char *text = lab_text(run, "metrics.csv"), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *end = line;
        for (int i = 0; i < 5 && end; i++)
            end = strchr(i ? end + 1 : end, ',');
        str_printf(&s, "%.*s\n", end ? (int)(end - line) : 0, line);
    }
    free(text);
    return str_take(&s);
}

void lab_check_same(const char *run, const char *as)
{
    char *theirs = lab_numbers(as), *ours = lab_numbers(run);
    assert_int_equal(lab_epochs(run), atoi(EPOCHS));
    assert_string_equal(ours, theirs);
    char *compare = xasprintf("cmp '%s/best.safetensors' '%s/best.safetensors'", as, run);
    assert_int_equal(system(compare), 0);
    free(compare);
    free(ours);
    free(theirs);
    lab_check_state(run, "done");
}

void lab_end_well(struct pty *p)
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

bool lab_trains(struct pty *p, void *run)
{
    return pty_has(p, OF_ALL) && lab_is_held(run);
}

struct pty *lab_start_run(char *run)
{
    char *words = xasprintf(SMALL LONG " --start --run %s", run);
    struct pty *p = lab_start(words);
    free(words);
    assert_true(pty_wait(p, lab_trains, run));
    return p;
}

/* A working process that has lost its parent is taken over by this program. */
void lab_wait_child(pid_t pid)
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

void lab_hang_up(struct pty *p)
{
    kill(p->pid, SIGHUP);
}

void lab_close_terminal(struct pty *p)
{
    close(p->fd);
    close(p->slave);
    p->fd = open("/dev/null", O_RDWR);
    p->slave = open("/dev/null", O_RDWR);
}

