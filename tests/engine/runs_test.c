/* Folders of runs: the list, stored results, comparisons, notes, the trash; broken, half-written and foreign folders among
 * them. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/compare.h"
#include "engine/internal.h"
#include "engine/job.h"
#include "engine/score.h"
#include "unit/folder.h"

static const struct job_ops jobs[] = {
    {.kind = CMD_RUNS, .run = job_runs},   {.kind = CMD_STORED, .run = job_stored}, {.kind = CMD_COMPARE, .run = job_compare},
    {.kind = CMD_NOTE, .run = job_note},   {.kind = CMD_TRASH, .run = job_trash},
};

/* Runs a command to its end; the notice of the end, and its block (or NULL) for the caller to release. */
static struct notice command(const struct cmd *cmd, const struct block **block)
{
    struct engine *e = engine_new_with(&(struct engine_config){.n_threads = 1}, jobs, sizeof jobs / sizeof *jobs);
    struct notice n = {0};
    struct err err = {0};
    uint64_t job;
    assert_int_equal(engine_submit(e, cmd, &job, &err), ERR_OK);
    do {
        struct pollfd fd = {.fd = engine_event_fd(e), .events = POLLIN};
        assert_true(engine_next_event(e, &n) || poll(&fd, 1, 60000) == 1);
    } while (n.kind != NOTICE_FINISHED && n.kind != NOTICE_FAILED);
    if (block)
        *block = n.block ? engine_block(e, n.block) : NULL;
    engine_free(e);
    return n;
}

static char *text_of_run(const char *state, const char *started, const char *options, const char *classes)
{
    return xasprintf("[run]\nstate = %s\nnote = \nmode = frozen\npreset = best\ncommand = flowerlab train d\n"
                     "version = 1\ncommit = abc-dirty\nstarted = %s\nseconds = 12.5\n\n[result]\nepochs = 3\nbest-epoch = 2\n"
                     "best-val-acc = 0.75\nbest-val-loss = 0.5\n\n[data]\nfolder = /d\nfingerprint = 00000000000000ff\n\n"
                     "[model]\narchitecture = resnet18\n\n[machine]\nhost = elsewhere\npid = 1\n\n[options]\n%s\n[recipe]\n"
                     "batch-size = 8\nimage-size = 32\n\n[phase 1]\nepochs = 3\nlr = 0.01\nhead-lr = 0.01\n\n[classes]\n%s",
                     state, started, options, classes);
}

static void make_run(const char *folder, const char *name, const char *state, const char *started, const char *options)
{
    char *text = text_of_run(state, started, options, "0 = a\n1 = b, \"c\"\n"), *file = path_join(name, "run.ini");
    put_text_file(folder, file, text);
    free(file);
    free(text);
}

static struct cmd on(enum cmd_kind kind, const char *folder, const char *name)
{
    struct cmd cmd = {.kind = kind};
    snprintf(cmd.path, sizeof cmd.path, "%s%s%s", folder, *name ? "/" : "", name);
    return cmd;
}

static void list(const char *folder, const char *name, struct notice *n, const struct block **block)
{
    struct cmd cmd = on(CMD_RUNS, folder, name);
    *n = command(&cmd, block);
    assert_int_equal(n->kind, NOTICE_FINISHED);
}

/* --- the list ------------------------------------------------------------------------------------------------ */

static void lists_what_is_there(void **state)
{
    const char *folder = *state;
    make_run(folder, "old", "done", "2026-01-01 10:00:00", "");
    make_run(folder, "new", "stopped", "2026-01-02 10:00:00", "");
    make_run(folder, "gone", "running", "2026-01-01 09:00:00", "");
    put_text_file(folder, "broken/run.ini", "[run]\nstate = done\nno value here\n");
    put_text_file(folder, "empty/run.ini", "");
    put_text_file(folder, "half/run.ini.tmp-flowerlab", "[run]\nsta");
    put_text_file(folder, "flowers/a/1.txt", "no run at all");
    put_text_file(folder, "note.md", "a file, not a folder");
    put_text_file(folder, "new/note.txt", "try again\nwith more\n");
    char *fifo = path_join(folder, "pipe"), *ini = path_join(fifo, "run.ini");
    assert_int_equal(mkdir(fifo, 0777), 0);
    assert_int_equal(mkfifo(ini, 0666), 0); /* must not hang */
    struct notice n;
    const struct block *block;
    list(folder, "", &n, &block);
    print_message("# %s\n", n.text);
    assert_non_null(strstr(n.text, "5 runs in "));
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(n.text, ((const char *[]){"half", "flowers", "pipe"})[i]));
    assert_int_equal(runs_view_count(block), 5);
    struct run_row r;
    assert_true(runs_view_at(block, 0, &r));
    assert_string_equal(r.name, "new");
    assert_string_equal(r.remark, "try again");
    assert_string_equal(r.mode, "frozen");
    assert_true(r.epochs == 3 && r.best_epoch == 2 && r.best_val_acc == 0.75 && r.best_val_loss == 0.5 && r.seconds == 12.5);
    assert_true(runs_view_at(block, 1, &r));
    assert_string_equal(r.name, "old");
    assert_true(runs_view_at(block, 2, &r)); /* its host is another one: nobody can say that it lives */
    assert_string_equal(r.name, "gone");
    assert_string_equal(r.state, "stopped");
    for (size_t i = 3; i < 5; i++) {
        assert_true(runs_view_at(block, i, &r));
        assert_string_equal(r.state, "broken");
        assert_true(isnan(r.best_val_acc));
        print_message("# %s: %s\n", r.name, r.note);
        assert_non_null(strstr(r.note, r.name[0] == 'b' ? "line 3" : "run.ini"));
    }
    block_release(block);
    free(fifo);
    free(ini);
}

/* Runs that began in the same second are listed from Z to A, whatever the order in which they lie on the disk. */
static void runs_of_one_second(void **state)
{
    const char *folder = *state;
    static const char *const names[] = {"c", "a", "e", "b", "d"}, *const want[] = {"e", "d", "c", "b", "a"};
    struct notice n;
    const struct block *block;
    struct run_row r;
    for (size_t i = 0; i < 5; i++)
        make_run(folder, names[i], "done", "2026-01-01 10:00:00", "");
    list(folder, "", &n, &block);
    assert_int_equal(runs_view_count(block), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(runs_view_at(block, i, &r));
        assert_string_equal(r.name, want[i]);
    }
    block_release(block);
}

static void none_and_a_thousand(void **state)
{
    const char *folder = *state;
    struct notice n;
    const struct block *block;
    struct cmd cmd = on(CMD_RUNS, folder, "nowhere");
    assert_int_equal(command(&cmd, NULL).kind, NOTICE_FAILED);
    list(folder, "", &n, &block);
    assert_int_equal(runs_view_count(block), 0);
    block_release(block);
    list(folder, RUNS_TRASH, &n, &block); /* a trash that nobody used yet */
    assert_int_equal(runs_view_count(block), 0);
    block_release(block);
    for (int i = 0; i < 1000; i++) {
        char name[16], started[32];
        snprintf(name, sizeof name, "r%03d", i);
        snprintf(started, sizeof started, "2026-01-01 00:%02d:%02d", i * 7 % 1000 / 60, i * 7 % 1000 % 60);
        make_run(folder, name, "done", started, "");
    }
    double began = clock_now();
    list(folder, "", &n, &block);
    print_message("# 1000 runs in %.0f ms, %zu bytes\n", 1000 * (clock_now() - began), block->n_bytes);
    assert_int_equal(runs_view_count(block), 1000);
    struct run_row r;
    char before[32] = "9";
    for (size_t i = 0; i < 1000; i++) {
        assert_true(runs_view_at(block, i, &r));
        assert_true(strcmp(before, r.started) >= 0);
        snprintf(before, sizeof before, "%s", r.started);
    }
    block_release(block);
}

/* --- stored results ------------------------------------------------------------------------------------------ */

#define CONFUSION "class,a,\"b, \"\"c\"\"\"\na,3,1\n\"b, \"\"c\"\"\",2,4\n"
#define PREDICTIONS                                                                                                   \
    "file,class,predicted,probability\na/1.jpg,a,a,0.9\n\"a/2,x.jpg\",a,\"b, \"\"c\"\"\",0.6\nc/3.jpg,c,a,0.5\n"        \
    "a/4.jpg,a,,nan\n"

static void stored_result(void **state)
{
    const char *folder = *state;
    make_run(folder, "r", "done", "2026-01-01 10:00:00", "");
    put_text_file(folder, "r/confusion.csv", CONFUSION);
    put_text_file(folder, "r/predictions.csv", PREDICTIONS "a/5.jpg,a,a,0.");
    struct cmd cmd = on(CMD_STORED, folder, "r/");
    const struct block *block;
    struct notice n = command(&cmd, &block);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_non_null(strstr(n.text, "predictions.csv: 1 incomplete lines"));
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_true(v.n_classes == 2 && v.epoch == 2 && v.n == 4 && v.loss == 0.5 && v.acc == 0.7);
    assert_string_equal(result_view_class(&v, 1), "b, \"c\"");
    assert_int_equal(result_view_count(&v, 1, 0), 2);
    struct prediction_row row = result_view_row(&v, 1);
    assert_string_equal(row.file, "a/2,x.jpg");
    assert_true(row.truth == 0 && row.predicted == 1 && row.probability == 0.6);
    row = result_view_row(&v, 2);
    assert_true(row.truth == -1 && row.predicted == 0);
    row = result_view_row(&v, 3);
    assert_int_equal(row.predicted, -1);
    assert_string_equal(row.problem, "no prediction");
    block_release(block);
}

/* With one of the two files, and with none. */
static void stored_parts(void **state)
{
    const char *folder = *state;
    make_run(folder, "r", "done", "2026-01-01 10:00:00", "");
    struct cmd cmd = on(CMD_STORED, folder, "r");
    const struct block *block;
    struct result_view v;
    struct notice n = command(&cmd, NULL);
    assert_int_equal(n.err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(n.err.message, "neither predictions.csv nor confusion.csv"));
    assert_non_null(strstr(n.err.hint, "evaluate"));
    char *text = text_of_run("stopped", "2026-01-01 10:00:00", "", "0 = a\n1 = b\n");
    strstr(text, "best-epoch = 2")[strlen("best-epoch = ")] = '0';
    put_text_file(folder, "begun/run.ini", text);
    free(text);
    struct cmd begun = on(CMD_STORED, folder, "begun");
    n = command(&begun, NULL);
    print_message("# %s\n", n.err.message);
    assert_int_equal(n.err.code, ERR_INVALID);
    assert_non_null(strstr(n.err.message, "no epoch of the run has ended yet"));
    put_text_file(folder, "r/predictions.csv", PREDICTIONS);
    n = command(&cmd, &block);
    assert_non_null(strstr(n.text, "counted from predictions.csv"));
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_true(result_view_count(&v, 0, 0) == 1 && result_view_count(&v, 0, 1) == 1 && v.acc == 0.5);
    block_release(block);
    char *path = xasprintf("%s/r/predictions.csv", folder);
    assert_int_equal(unlink(path), 0);
    free(path);
    put_text_file(folder, "r/confusion.csv", CONFUSION);
    n = command(&cmd, &block);
    assert_non_null(strstr(n.text, "no pictures to show"));
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_true(v.n == 0 && v.acc == 0.7);
    block_release(block);
}

static void stored_wrong(void **state)
{
    const char *folder = *state;
    static const struct {
        const char *file, *text, *message;
    } cases[] = {
        {"confusion.csv", "class,a\na,3\n", "is not a table of the run's 2 classes"},
        {"confusion.csv", "class,a,\"b, \"\"c\"\"\"\na,3,1\n", "is not a table"},
        {"confusion.csv", "class,a,\"b, \"\"c\"\"\"\na,3,x\n\"b, \"\"c\"\"\",2,4\n", "line 2: x is no count"},
        {"confusion.csv", "class,a,\"b, \"\"c\"\"\"\na,3,-1\n\"b, \"\"c\"\"\",2,4\n", "line 2: -1 is no count"},
        {"confusion.csv", "class,a,\"b, \"\"c\"\"\"\na,3,1\nz,2,4\n", "line 3 is not that of class"},
        {"confusion.csv", "a\"b\n", "quote inside"},
        {"predictions.csv", "file,class\nx,a\n", "no column predicted"},
        {"predictions.csv", "", "no column file"},
    };
    make_run(folder, "r", "done", "2026-01-01 10:00:00", "");
    struct cmd cmd = on(CMD_STORED, folder, "r");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *name = path_join("r", cases[i].file);
        put_text_file(folder, "r/confusion.csv", CONFUSION);
        put_text_file(folder, name, cases[i].text);
        struct notice n = command(&cmd, NULL);
        print_message("# %s\n", n.err.message);
        assert_int_equal(n.err.code, ERR_FORMAT);
        assert_non_null(strstr(n.err.message, cases[i].message));
        free(name);
    }
    cmd = on(CMD_STORED, folder, "nowhere");
    assert_int_equal(command(&cmd, NULL).err.code, ERR_NOT_FOUND);
}

/* --- comparisons --------------------------------------------------------------------------------------------- */

static const char *value_of(const struct compare_view *v, const char *name, size_t run)
{
    for (size_t i = 0; i < v->n_settings; i++) {
        if (strcmp(compare_view_setting(v, i), name) == 0)
            return compare_view_value(v, i, run);
    }
    return NULL;
}

static void differences(void **state)
{
    const char *folder = *state;
    char *other = text_of_run("stopped", "2026-01-02 10:00:00", "seed = 3\nlr = 0.01\n", "0 = a\n");
    char *at = strstr(other, "abc-dirty");
    memcpy(at, "def-clean", 9);
    make_run(folder, "a", "done", "2026-01-01 10:00:00", "lr = 0.02\n");
    put_text_file(folder, "b/run.ini", other);
    put_text_file(folder, "c/run.ini", "[run\n");
    put_text_file(folder, "a/metrics.csv", "epoch,train_loss,train_acc,val_loss,val_acc\n1,1,0,0.75,0.5\n2,1,0,nan,0.25\n3,1");
    put_text_file(folder, "b/metrics.csv", "epoch,val_loss\n1,2\n");
    char *names[3];
    for (int i = 0; i < 3; i++)
        names[i] = path_join(folder, ((const char *[]){"a", "b/", "c"})[i]);
    struct cmd cmd = {.kind = CMD_COMPARE, .list = (const char **)names, .n_list = 2};
    const struct block *block;
    struct compare_view v;
    command(&cmd, &block);
    assert_int_equal(compare_view_open(&v, block, NULL), ERR_OK);
    for (size_t i = 0; i < v.n_settings; i++)
        print_message("# %s: %s | %s\n", compare_view_setting(&v, i), compare_view_value(&v, i, 0),
                      compare_view_value(&v, i, 1));
    assert_int_equal(v.n_settings, 4); /* lr, seed (0 is its default), commit, classes; not how the runs went */
    assert_string_equal(value_of(&v, "lr", 0), "0.02");
    assert_string_equal(value_of(&v, "lr", 1), "0.01");
    assert_string_equal(value_of(&v, "seed", 0), "0");
    assert_string_equal(value_of(&v, "seed", 1), "3");
    assert_string_equal(value_of(&v, "commit", 0), "abc-dirty");
    assert_string_equal(value_of(&v, "classes", 0), "a, b, \"c\"");
    assert_true(v.n_same >= 10);
    assert_int_equal(v.runs[0].n_epochs, 2);
    struct compare_epoch e = compare_view_epoch(&v, 0, 0);
    assert_true(e.epoch == 1 && e.val_loss == 0.75 && e.val_acc == 0.5);
    assert_true(isnan(compare_view_epoch(&v, 0, 1).val_loss));
    assert_string_equal(v.runs[1].name, "b");
    assert_non_null(strstr(v.runs[1].problem, "metrics.csv: no columns"));
    block_release(block);
    cmd.n_list = 3;
    command(&cmd, &block);
    assert_int_equal(compare_view_open(&v, block, NULL), ERR_OK);
    print_message("# %s\n", v.runs[2].problem);
    assert_non_null(strstr(v.runs[2].problem, "line 1"));
    assert_string_equal(value_of(&v, "lr", 2), "");
    for (size_t n = 0; n < block->n_bytes; n++) { /* every cut is an error */
        const struct block *cut = block_from_bytes(BLOCK_COMPARE, block->bytes, n);
        assert_int_equal(compare_view_open(&v, cut, NULL), ERR_FORMAT);
        block_release(cut);
    }
    block_release(block);
    cmd.n_list = 0;
    assert_int_equal(command(&cmd, NULL).err.code, ERR_INVALID);
    for (int i = 0; i < 3; i++)
        free(names[i]);
    free(other);
}

/* --- notes and the trash ------------------------------------------------------------------------------------- */

static void note(const char *folder, const char *text)
{
    struct cmd cmd = on(CMD_NOTE, folder, "a");
    snprintf(cmd.path2, sizeof cmd.path2, "%s", text);
    assert_int_equal(command(&cmd, NULL).kind, NOTICE_FINISHED);
}

static void notes(void **state)
{
    const char *folder = *state;
    struct notice n;
    const struct block *block;
    struct run_row r;
    make_run(folder, "a", "done", "2026-01-01 10:00:00", "");
    note(folder, "50 % fewer pictures");
    list(folder, "", &n, &block);
    assert_true(runs_view_at(block, 0, &r));
    assert_string_equal(r.remark, "50 % fewer pictures");
    block_release(block);
    note(folder, "");
    note(folder, ""); /* none to take away is fine */
    list(folder, "", &n, &block);
    assert_true(runs_view_at(block, 0, &r));
    assert_string_equal(r.remark, "");
    block_release(block);
    struct cmd cmd = on(CMD_NOTE, folder, "nothing");
    assert_int_equal(command(&cmd, NULL).err.code, ERR_INVALID);
}

static struct notice trash(const char *folder, const char *name, int64_t back, char **where)
{
    char *path = path_join(folder, name);
    const char *list_of_one[] = {path};
    struct cmd cmd = {.kind = CMD_TRASH, .list = list_of_one, .n_list = 1, .number = back};
    const struct block *block;
    struct notice n = command(&cmd, &block);
    if (where)
        *where = block ? path_join("", text_view(block)) : NULL;
    block_release(block);
    free(path);
    return n;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    bool there = path_exists(path);
    free(path);
    return there;
}

/* Whatever stands before it in the list. */
static void what_can_go_goes(void **state)
{
    const char *folder = *state;
    const char *const names[] = {"a", "pictures", "b"};
    char *paths[3];
    make_run(folder, "a", "done", "2026-01-01 10:00:00", "");
    make_run(folder, "b", "done", "2026-01-02 10:00:00", "");
    for (int i = 0; i < 3; i++)
        paths[i] = path_join(folder, names[i]);
    struct cmd cmd = {.kind = CMD_TRASH, .list = (const char **)paths, .n_list = 3};
    struct notice n = command(&cmd, NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.hint, "2 of 3 runs moved to the trash");
    assert_true(is_there(folder, ".trash/a/run.ini") && is_there(folder, ".trash/b/run.ini"));
    for (int i = 0; i < 3; i++)
        free(paths[i]);
}

static void to_the_trash_and_back(void **state)
{
    const char *folder = *state;
    char *where;
    make_run(folder, "a", "done", "2026-01-01 10:00:00", "");
    put_text_file(folder, "broken/run.ini", "[run\n");
    put_text_file(folder, "pictures/1.jpg", "");
    assert_int_equal(trash(folder, "a/", 0, &where).kind, NOTICE_FINISHED);
    assert_true(is_there(folder, ".trash/a/run.ini") && !is_there(folder, "a"));
    assert_true(strstr(where, "/.trash/a") != NULL);
    free(where);
    make_run(folder, "a", "done", "2026-01-03 10:00:00", ""); /* a second one of that name */
    assert_int_equal(trash(folder, "a", 0, NULL).kind, NOTICE_FINISHED);
    assert_true(is_there(folder, ".trash/a/run.ini") && is_there(folder, ".trash/a-2/run.ini"));
    assert_int_equal(trash(folder, "broken", 0, NULL).kind, NOTICE_FINISHED);
    struct notice n = trash(folder, "pictures", 0, NULL);
    assert_int_equal(n.err.code, ERR_INVALID);
    assert_true(is_there(folder, "pictures/1.jpg"));
    assert_int_equal(trash(folder, ".trash/a", 0, NULL).err.code, ERR_INVALID);
    assert_int_equal(trash(folder, ".trash/a-2", 1, NULL).kind, NOTICE_FINISHED);
    assert_true(is_there(folder, "a-2/run.ini"));
    assert_int_equal(trash(folder, "a-2", 1, NULL).err.code, ERR_INVALID);
    assert_int_equal(trash(folder, "broken", 1, NULL).kind, NOTICE_FINISHED); /* by the place that it had */
    assert_true(is_there(folder, "broken/run.ini"));
    assert_int_equal(trash(folder, "broken", 0, NULL).kind, NOTICE_FINISHED);
    const struct block *block;
    list(folder, ".trash", &n, &block);
    assert_int_equal(runs_view_count(block), 2);
    block_release(block);
    list(folder, "", &n, &block);
    assert_int_equal(runs_view_count(block), 1);
    block_release(block);
}

/* A run whose process lives stays where it is. */
static void a_training_run_stays(void **state)
{
    const char *folder = *state;
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    char *text = xasprintf("[run]\nstate = running\n[machine]\nhost = %s\npid = %d\n[recipe]\nbatch-size = 8\nimage-size = 32\n"
                           "[phase 1]\nepochs = 3\nlr = 0.01\nhead-lr = 0.01\n", host, (int)getppid());
    put_text_file(folder, "a/run.ini", text);
    struct notice n = trash(folder, "a", 0, NULL);
    assert_int_equal(n.err.code, ERR_BUSY);
    assert_non_null(strstr(n.err.message, "is training"));
    assert_true(is_there(folder, "a/run.ini"));
    put_text_file(folder, "a/.lock", ""); /* nobody holds it: another process has got the number since */
    const struct block *block;
    struct run_row r;
    list(folder, "", &n, &block);
    assert_true(runs_view_at(block, 0, &r));
    assert_string_equal(r.state, "stopped");
    block_release(block);
    assert_int_equal(trash(folder, "a", 0, NULL).kind, NOTICE_FINISHED);
    free(text);
}

/* --- likeliest classes --------------------------------------------------------------------------------------- */

/* Probabilities of logits ln 1 .. ln 4 are 0.1 .. 0.4. */
static void likeliest_classes(void **state)
{
    (void)state;
    static const int n = 7;
    float logits[7] = {0, 2, 1, 5, 2, -1, 4}, four[4] = {0, 1.386294361f, 0.693147181f, 1.098612289f};
    static const int order[RESULT_TOP] = {3, 6, 1, 4, 2}; /* of equals the first */
    struct score s;
    score_init(&s, n);
    score_keep_top(&s);
    score_add(&s, "x", -1, logits);
    score_problem(&s, "y", -1, "cut off");
    assert_int_equal(s.n_top, RESULT_TOP);
    for (int k = 0; k < RESULT_TOP; k++) {
        assert_int_equal(s.tops[k].cls, order[k]);
        assert_int_equal(s.tops[RESULT_TOP + k].cls, -1);
    }
    score_done(&s);
    score_init(&s, 4);
    score_keep_top(&s);
    score_add(&s, "x", -1, four);
    double worst = 0;
    for (int k = 0; k < 4; k++)
        worst = fmax(worst, fabs(s.tops[k].probability - 0.1 * (4 - k)));
    print_message("# largest difference of a probability %.3g\n", worst);
    assert_true(worst < 1e-6);
    const char *classes[] = {"a", "b", "c", "d"};
    struct result r = score_result(&s, classes, "files", 1);
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    const struct block *block = block_from_bytes(BLOCK_PREDICTIONS, bytes.s, bytes.len);
    struct result_view v;
    double p;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(v.n_top, 4);
    assert_int_equal(result_view_top(&v, 0, 1, &p), 3);
    assert_true(fabs(p - 0.3) < 1e-6);
    block_release(block);
    str_done(&bytes);
    score_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(lists_what_is_there), IN_FOLDER(runs_of_one_second),   IN_FOLDER(none_and_a_thousand), IN_FOLDER(stored_result),
        IN_FOLDER(stored_parts),          IN_FOLDER(stored_wrong),        IN_FOLDER(differences),
        IN_FOLDER(notes),                 IN_FOLDER(to_the_trash_and_back), IN_FOLDER(what_can_go_goes), IN_FOLDER(a_training_run_stays),
        cmocka_unit_test(likeliest_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
