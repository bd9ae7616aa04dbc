/* Runs that were cut off in the middle of something: resume ends where the unbroken run did, and nothing is lost or told wrongly.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lab.h"
#include "engine/run_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "engine/model.h"

static struct options small(const char *epochs)
{
    return OPTIONS("mode=scratch", epochs, "lr=0.05", "val-share=0.4");
}

static void keep(const char *run, const char *name, const char *as)
{
    char *from = run_file(run, name), *to = run_file(run, as), *bytes;
    size_t n;
    assert_int_equal(file_read(from, 0, &bytes, &n, NULL), ERR_OK);
    assert_int_equal(file_replace(to, bytes, n, NULL), ERR_OK);
    free(from), free(to), free(bytes);
}

static void lose(const char *run, const char *name)
{
    char *path = run_file(run, name);
    assert_int_equal(unlink(path), 0);
    free(path);
}

/* Replaces a line of run.ini. */
static void set_line(const char *run, const char *key, const char *value)
{
    char *path = run_file(run, "run.ini"), *command_text = xasprintf("sed -i 's|^%s = .*|%s = %s|' '%s'", key, key, value, path);
    assert_int_equal(system(command_text), 0);
    free(command_text), free(path);
}

static int stop_in; /* epoch in which a run is told to stop now; -1 not */

static void stop(uint64_t job)
{
    if (snap.train.job == job && snap.train.epoch == stop_in && snap.train.step_in_epoch > 0) {
        engine_submit(engine, &(struct cmd){.kind = CMD_STOP_NOW, .job = job}, NULL, NULL);
        stop_in = -1;
    }
}

static void resume_and_stop(const char *run, int64_t more, int epoch)
{
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = CMD_RESUME, .number = more, .options = &o};
    char *folder = in_lab(run);
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    free(folder);
    stop_in = epoch;
    struct notice n = do_cmd(cmd, stop);
    if (n.kind != NOTICE_CANCELLED)
        fail_msg("%s did not stop: %s", run, n.err.message);
}

/* --- what the checkpoint does not know yet --------------------------------------------------------------------- */

/* Epochs that were added stay so when the run stops in the first of them, once or twice, with a constant rate and behind another one. */
static void an_extension_stays(void **state)
{
    (void)state;
    static const char *const schedules[] = {"schedule=constant", "schedule=cosine"};
    for (size_t i = 0; i < 2; i++) {
        char *whole = xasprintf("longer-%zu", i), *cut = xasprintf("longer-cut-%zu", i);
        struct options o = OPTIONS("mode=scratch", "epochs=2", "batch-size=8", schedules[i]);
        train(whole, o);
        resume(whole, 2);
        train(cut, o);
        resume_and_stop(cut, 2, 3);
        resume_and_stop(cut, 0, 3);
        resume(cut, 0);
        same_run(whole, cut);
        free(whole), free(cut);
    }
}

static char *early; /* run.ini while the run pauses behind the extension */

static void extend_early(uint64_t job)
{
    static bool asked;
    if (snap.train.job != job || early)
        return;
    if (!asked && snap.train.epoch >= 2)
        asked = engine_submit(engine, &(struct cmd){.kind = CMD_EXTEND, .job = job, .number = 2}, NULL, NULL) == ERR_OK &&
                engine_submit(engine, &(struct cmd){.kind = CMD_PAUSE, .job = job}, NULL, NULL) == ERR_OK;
    bool pauses = false;
    for (int i = 0; i < SNAP_JOBS; i++)
        pauses |= snap.jobs[i].job == job && snap.jobs[i].state == JOB_PAUSED;
    if (!pauses)
        return;
    char *path = run_file("early", "run.ini");
    size_t n;
    assert_int_equal(file_read(path, 0, &early, &n, NULL), ERR_OK);
    engine_submit(engine, &(struct cmd){.kind = CMD_GO_ON, .job = job}, NULL, NULL);
    free(path);
}

/* So do those that were added while it trained, from that moment on. */
static void an_extension_is_written_at_once(void **state)
{
    (void)state;
    struct notice n = train_with("early", OPTIONS("mode=scratch", "epochs=3", "batch-size=2", "schedule=constant"), extend_early);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    struct record r = record_of("early");
    assert_int_equal(r.epochs_done, 5);
    record_done(&r);
    assert_non_null(early);
    assert_non_null(strstr(early, "epochs = 5"));
    free(early);
}

/* Cut off between best.safetensors and the checkpoint: what the record calls the best is what is in the file, at every stop. */
static void the_best_is_that_of_the_file(void **state)
{
    (void)state;
    struct options o = small("epochs=5");
    train("best", o);
    struct record whole = record_of("best");
    int best = whole.best.epoch;
    assert_true(best >= 2);
    stop_in = best;
    assert_int_equal(train_with("best-cut", o, stop).kind, NOTICE_CANCELLED);
    keep("best-cut", "last.ckpt", "kept.ckpt");
    keep("best-cut", "run.ini", "kept.ini");
    resume("best-cut", 0);
    keep("best-cut", "kept.ckpt", "last.ckpt"); /* as a kill leaves it: of the epoch before */
    keep("best-cut", "kept.ini", "run.ini");
    resume_and_stop("best-cut", 0, best);
    struct record cut = record_of("best-cut");
    struct best file;
    char *path = run_file("best-cut", "best.safetensors");
    assert_true(model_file_best(&file, path));
    print_message("# best epoch %d: the record %d with %.17g, the file %d with %.17g, the unbroken run %.17g\n", best, cut.best.epoch,
                  cut.best.val_acc, file.epoch, file.val_acc, whole.best.val_acc);
    assert_int_equal(cut.best.epoch, best);
    assert_int_equal(file.epoch, best);
    assert_true(cut.best.val_acc == whole.best.val_acc && cut.best.val_loss == whole.best.val_loss);
    assert_true(fabs(file.val_acc - whole.best.val_acc) < 1e-9 && fabs(file.val_loss - whole.best.val_loss) < 1e-8 * file.val_loss); /* run.ini has nine digits */
    resume("best-cut", 0);
    same_run("best", "best-cut");
    record_done(&whole);
    record_done(&cut);
    free(path);
}

/* Killed behind the epoch that ended its patience. */
static void patience_ends_it_again(void **state)
{
    (void)state;
    struct options o = OPTIONS("mode=scratch", "epochs=9", "lr=1e-30", "bn=fixed", "patience=2");
    train("patience", o);
    train("patience-cut", o);
    set_line("patience-cut", "state", "running");
    lose("patience-cut", "last.safetensors");
    resume("patience-cut", 0);
    same_run("patience", "patience-cut");
    struct record r = record_of("patience-cut");
    assert_int_equal(r.epochs_done, 3);
    assert_string_equal(r.note, "stopped: no better epoch in 2");
    record_done(&r);
    stop_in = -1;
    resume_and_stop("patience-cut", 0, 4); /* but who wants it to go on may */
}

/* --- what could not be written ---------------------------------------------------------------------------------- */

static void tables_are_made_good(void **state)
{
    (void)state;
    train("tables", small("epochs=2"));
    train("tables-cut", small("epochs=2"));
    lose("tables-cut", "predictions.csv");
    lose("tables-cut", "confusion.csv");
    set_line("tables-cut", "state", "failed");
    resume("tables-cut", 0);
    same_run("tables", "tables-cut");
}

static bool hidden, seen; /* steps.csv leads nowhere; did so */

/* steps.csv leads nowhere until the second epoch. */
static void hide_steps(uint64_t job)
{
    (void)job;
    if (!snap.train.live || !snap.train.run[0])
        return;
    char *path = path_join(snap.train.run, "steps.csv");
    if (!seen && snap.train.epoch < 2)
        seen = hidden = symlink("/nowhere/at/all", path) == 0;
    else if (hidden && snap.train.epoch >= 3)
        hidden = unlink(path) != 0;
    free(path);
}

static void steps_wait_for_the_disk(void **state)
{
    (void)state;
    struct notice n = train_with("steps", OPTIONS("mode=scratch", "epochs=6", "batch-size=8", "lr=0.02"), hide_steps);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_true(seen && !hidden);
    struct csv csv = table("steps", "steps.csv");
    print_message("# %zu lines, the first of step %s\n", csv.n_rows, csv.n_rows > 1 ? csv.rows[1][0] : "none");
    assert_true(csv.n_rows > 1);
    for (size_t i = 1; i < csv.n_rows; i++)
        assert_int_equal((size_t)cell(&csv, i, "step"), i);
    csv_done(&csv);
}

/* A run that could save nothing begins anew; one with weights says from which a new run can begin. */
static void nothing_saved_is_nothing_lost(void **state)
{
    (void)state;
    train("nothing", small("epochs=2"));
    train("nothing-cut", small("epochs=2"));
    static const char *const files[] = {"last.ckpt", "best.safetensors", "last.safetensors"};
    for (size_t i = 0; i < 2; i++)
        lose("nothing-cut", files[i]);
    struct notice n = command(CMD_RESUME, "nothing-cut", "", 0);
    assert_int_equal(n.err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(n.err.hint, "nothing-cut/last.safetensors --head file"));
    lose("nothing-cut", files[2]);
    resume("nothing-cut", 0);
    same_run("nothing", "nothing-cut");
}

/* --- what the checkpoint knows --------------------------------------------------------------------------------- */

static struct notice resume_with(const char *run, int64_t more, const char *option)
{
    struct options o = OPTIONS("seed=0", option);
    struct cmd cmd = {.kind = CMD_RESUME, .number = more, .options = &o};
    char *folder = in_lab(run);
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    free(folder);
    return do_cmd(cmd, NULL);
}

/* Largest difference of the counts of two results, whose pictures and answers are the same. */
static int64_t difference(const struct result_view *a, const struct result_view *b)
{
    int64_t worst = 0;
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->epoch, b->epoch);
    for (size_t i = 0; i < a->n; i++) {
        struct prediction_row x = result_view_row(a, i), y = result_view_row(b, i);
        assert_string_equal(x.file, y.file);
        assert_true(x.truth == y.truth && x.predicted == y.predicted);
    }
    for (int k = 0; k < a->n_classes * a->n_classes; k++) {
        int t = k / a->n_classes, p = k % a->n_classes;
        int64_t off = llabs(result_view_count(a, t, p) - result_view_count(b, t, p));
        worst = off > worst ? off : worst;
    }
    return worst;
}

/* With a rate that moves nothing no epoch is better: the first stays the best, and what resume hands over is its table. */
static void the_best_stays_known(void **state)
{
    (void)state;
    struct result_view now, stored;
    train("level", OPTIONS("mode=scratch", "epochs=1", "lr=1e-30", "bn=fixed"));
    struct record before = record_of("level");
    struct notice a = resume_with("level", 1, "threads=1"), b = command(CMD_STORED, "level", "", 0);
    assert_true(a.kind == NOTICE_FINISHED && a.block != 0 && b.kind == NOTICE_FINISHED);
    const struct block *result = engine_block(engine, a.block), *table_block = engine_block(engine, b.block);
    assert_int_equal(result_view_open(&now, result, NULL), ERR_OK);
    assert_int_equal(result_view_open(&stored, table_block, NULL), ERR_OK);
    int64_t off = difference(&now, &stored);
    struct record after = record_of("level");
    print_message("# largest difference of counts %lld, of the best loss %.3g\n", (long long)off, fabs(after.best.val_loss - before.best.val_loss));
    assert_int_equal(off, 0);
    assert_int_equal(now.epoch, 1);
    assert_int_equal(after.best.epoch, 1);
    assert_true(after.best.val_acc == before.best.val_acc && after.best.val_loss == before.best.val_loss);
    block_release(result), block_release(table_block);
    record_done(&before), record_done(&after);
}

/* Killed between the checkpoint and run.ini, which is then of an earlier time: longer recipe and seconds are those of the checkpoint. Its
 * model is "longer-0", four epochs that were two. */
static void an_older_record_holds_nothing_back(void **state)
{
    (void)state;
    train("later", OPTIONS("mode=scratch", "epochs=2", "batch-size=8", "schedule=constant"));
    keep("later", "run.ini", "kept.ini");
    resume_and_stop("later", 2, 4);
    keep("later", "kept.ini", "run.ini");
    resume("later", 0);
    same_run("longer-0", "later");
    struct record r = record_of("later");
    double seconds = 0;
    for (size_t epoch = 1; epoch <= 4; epoch++)
        seconds += metric("later", epoch, "seconds");
    print_message("# seconds of the epochs and of the record differ by %.3g of them\n", fabs(r.seconds / seconds - 1));
    assert_int_equal(r.epochs_done, 4);
    assert_true(fabs(r.seconds - seconds) < 1e-6 * seconds);
    record_done(&r);
}

/* --- other data ------------------------------------------------------------------------------------------------ */

static void in_folder(const char *folder, const char *command_line)
{
    char *command_text = xasprintf("cd '%s' && %s", folder, command_line);
    assert_int_equal(system(command_text), 0);
    free(command_text);
}

static bool log_has(const char *run, const char *text)
{
    char *path = run_file(run, "log.txt"), *log;
    size_t n;
    assert_int_equal(file_read(path, 0, &log, &n, NULL), ERR_OK);
    bool found = strstr(log, text) != NULL;
    free(path), free(log);
    return found;
}

/* As many classes with another name are others; as many pictures, one of them another, are used, which the log tells. */
static void other_data_is_noticed(void **state)
{
    (void)state;
    char *all = flowers;
    in_folder(lab, "cp -r flowers own");
    flowers = in_lab("own");
    train("own-run", small("epochs=1"));
    resume("own-run", 1);
    assert_false(log_has("own-run", "the pictures have changed"));
    in_folder(flowers, "cp \"$(ls rose/* | head -n 1)\" \"$(ls daisy/* | head -n 1)\"");
    resume("own-run", 1);
    assert_true(log_has("own-run", "the pictures have changed since the run began"));
    in_folder(flowers, "mv daisy daisies");
    struct notice n = command(CMD_RESUME, "own-run", "", 1);
    print_message("# %s\n", n.err.message);
    assert_int_equal(n.err.code, ERR_INVALID);
    assert_non_null(strstr(n.err.message, "its class folders are not those of the run"));
    free(flowers);
    flowers = all;
}

/* --- another machine -------------------------------------------------------------------------------------------- */

/* The precision of a GPU stays there. */
static void a_gpu_run_goes_on_without_one(void **state)
{
    (void)state;
    train("card", small("epochs=1"));
    set_line("card", "device", "cuda:3");
    set_line("card", "precision", "fp16");
    struct notice n = command(CMD_EVAL, "card", "", 0);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    n = command(CMD_RESUME, "card", "", 1);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s", n.err.message);
    struct record r = record_of("card");
    assert_string_equal(r.device, "cpu");
    assert_string_not_equal(r.precision, "fp16");
    record_done(&r);
    n = train_with("none", OPTIONS("mode=scratch", "epochs=1", "precision=fp16"), NULL);
    assert_int_equal(n.err.code, ERR_UNSUPPORTED); /* who asks for it is told */
}

/* The number of threads that a command says is the run's from then on, for an evaluation too. */
static void threads_can_be_others(void **state)
{
    (void)state;
    train("threads", small("epochs=1"));
    assert_int_equal(resume_with("threads", 1, "threads=2").kind, NOTICE_FINISHED);
    struct record r = record_of("threads");
    print_message("# %d threads\n", (int)r.options.threads);
    assert_true(option_is_set(&r.options, OPTION_ID_threads));
    assert_int_equal(r.options.threads, 2);
    record_done(&r);
}

/* --- folders ------------------------------------------------------------------------------------------------------ */

static void write_file(const char *run, const char *name)
{
    char *path = run_file(run, name);
    assert_int_equal(file_replace(path, "", 0, NULL), ERR_OK);
    free(path);
}

/* A run that was killed before its run.ini is no run: its folder can be taken. A folder with files of somebody's cannot. */
static void a_begun_folder_is_taken(void **state)
{
    (void)state;
    char *folder = in_lab("begun");
    assert_int_equal(mkdir(folder, 0777), 0);
    write_file("begun", "split.csv");
    struct notice n = train_with("begun", small("epochs=1"), NULL);
    assert_int_equal(n.err.code, ERR_INVALID);
    write_file("begun", ".lock");
    write_file("begun", "metrics.csv.tmp-flowerlab");
    write_file("begun", "notes.txt");
    n = train_with("begun", small("epochs=1"), NULL);
    assert_int_equal(n.err.code, ERR_INVALID);
    lose("begun", "notes.txt");
    train("begun", small("epochs=1"));
    free(folder);
}

static void a_given_folder_stays(void **state)
{
    (void)state;
    char *folder = in_lab("given"), *made = in_lab("made");
    assert_int_equal(mkdir(folder, 0750), 0);
    assert_int_equal(train_with("given", OPTIONS("mode=scratch", "precision=fp16"), NULL).err.code, ERR_UNSUPPORTED);
    assert_int_equal(train_with("made", OPTIONS("mode=scratch", "precision=fp16"), NULL).err.code, ERR_UNSUPPORTED);
    assert_true(path_is_folder(folder));
    assert_false(path_exists(made));
    free(folder), free(made);
}

/* Who holds the lock is told by number only where the record has it. */
static void the_right_process_is_named(void **state)
{
    (void)state;
    train("held", small("epochs=1"));
    char *folder = in_lab("held");
    int fd, again;
    assert_int_equal(run_lock(&fd, folder, NULL), ERR_OK);
    assert_int_equal(run_lock(&again, folder, NULL), ERR_BUSY); /* nobody gets it twice, this process neither */
    assert_int_equal(again, -1);
    set_line("held", "pid", "2147483646");
    static const char *const states[] = {"done", "running"};
    for (int i = 0; i < 2; i++) {
        set_line("held", "state", states[i]);
        struct notice n = command(CMD_RESUME, "held", "", 1);
        assert_int_equal(n.err.code, ERR_BUSY);
        assert_non_null(strstr(n.err.message, "another process is training it"));
    }
    close(fd);
    char pid[24];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    set_line("held", "pid", pid); /* in a container a killed run had the same */
    struct notice n = command(CMD_ATTACH, "held", "", 0);
    print_message("# %s\n", n.err.message);
    assert_non_null(strstr(n.err.message, "it does not run any more"));
    free(folder);
}

/* A number beyond its field is no other number. */
static void numbers_out_of_range(void **state)
{
    (void)state;
    train("huge", small("epochs=1"));
    set_line("huge", "best-epoch", "4294967297");
    struct notice n = command(CMD_RESUME, "huge", "", 1);
    print_message("# %s\n", n.err.message);
    assert_int_equal(n.err.code, ERR_FORMAT);
    assert_non_null(strstr(n.err.message, "best-epoch"));
    set_line("huge", "best-epoch", "1");
    char *path = run_file("huge", "confusion.csv"), *command_text = xasprintf("sed -i '2s/,[0-9]*$/,9223372036854775807/' '%s'", path);
    assert_int_equal(system(command_text), 0);
    n = command(CMD_STORED, "huge", "", 0);
    print_message("# %s\n", n.err.message);
    assert_int_equal(n.err.code, ERR_FORMAT);
    free(command_text), free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_extension_stays),        cmocka_unit_test(an_extension_is_written_at_once),
        cmocka_unit_test(the_best_is_that_of_the_file),
        cmocka_unit_test(patience_ends_it_again),    cmocka_unit_test(tables_are_made_good),
        cmocka_unit_test(steps_wait_for_the_disk),   cmocka_unit_test(nothing_saved_is_nothing_lost),
        cmocka_unit_test(a_gpu_run_goes_on_without_one), cmocka_unit_test(a_begun_folder_is_taken),
        cmocka_unit_test(a_given_folder_stays),      cmocka_unit_test(the_right_process_is_named),
        cmocka_unit_test(numbers_out_of_range),
        cmocka_unit_test(the_best_stays_known),      cmocka_unit_test(an_older_record_holds_nothing_back),
        cmocka_unit_test(other_data_is_noticed),     cmocka_unit_test(threads_can_be_others),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine resume", tests, lab_open, lab_close);
}
