/* Training that is stopped, resumed, steered, or goes wrong. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/lab.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"

/* --- resume -------------------------------------------------------------------------------------------------- */

static void four_epochs_are_two_and_two(void **state)
{
    (void)state;
    train("four", OPTIONS("mode=scratch", "epochs=4", "momentum=0.9", "flip=on", "dropout=0.2", "jitter=0.3"));
    train("two", OPTIONS("mode=scratch", "epochs=2", "momentum=0.9", "flip=on", "dropout=0.2", "jitter=0.3"));
    resume("two", 2);
    same_run("four", "two");
    struct record r = record_of("two");
    assert_int_equal(r.epochs_done, 4);
    assert_string_equal(r.state, "done");
    assert_string_equal(r.tape[r.n_tape - 1].text, "resumed");
    record_done(&r);
}

static void a_cut_goes_on_where_it_was(void **state)
{
    (void)state;
    train("cut-four", OPTIONS("mode=scratch", "epochs=4", "momentum=0.9", "train-from=layer3.0"));
    train("cut-two", OPTIONS("mode=scratch", "epochs=2", "momentum=0.9", "train-from=layer3.0"));
    resume("cut-two", 2);
    same_run("cut-four", "cut-two");
}

static int stop_at; /* epoch in which the run is told to stop */
static enum cmd_kind stop_how;
static bool seen_as_last; /* the snapshot said that the run stops behind its epoch */

static void stop_in_epoch(uint64_t job)
{
    seen_as_last |= snap.train.job == job && snap.train.last_epoch;
    if (snap.train.job == job && snap.train.epoch == stop_at && snap.train.step_in_epoch > 0) {
        engine_submit(engine, &(struct cmd){.kind = stop_how, .job = job}, NULL, NULL);
        stop_at = -1;
    }
}

static void stopped_runs_equal_unbroken_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"whole", "after-epoch", "now"};
    static const enum cmd_kind how[] = {CMD_NONE, CMD_STOP_EPOCH, CMD_STOP_NOW};
    for (int i = 0; i < 3; i++) {
        struct options o = OPTIONS("preset=best", "mode=scratch", "epochs=6", "batch-size=8");
        stop_at = i ? 2 : -1;
        stop_how = how[i];
        seen_as_last = false;
        struct notice n = train_with(names[i], o, stop_in_epoch);
        assert_int_equal(n.kind, i ? NOTICE_CANCELLED : NOTICE_FINISHED);
        assert_int_equal(seen_as_last, how[i] == CMD_STOP_EPOCH);
        if (i == 0)
            continue;
        print_message("# %s\n", n.err.message);
        struct record r = record_of(names[i]);
        assert_string_equal(r.state, "stopped");
        assert_in_range(r.epochs_done, 1, 5);
        record_done(&r);
        resume(names[i], 0); /* the schedule spans all six epochs: its rates go on where they were */
        same_run("whole", names[i]);
    }
}

/* C21, C22: stopped exactly at the switch of a phase, and one epoch later. The weights are those of a run before. */
static void phases_resume_at_their_border(void **state)
{
    (void)state;
    char *path = run_file("four", "last.safetensors"), *option = xasprintf("weights=%s", path);
    static const char *const names[] = {"phases", "border", "behind"};
    for (int i = 0; i < 3; i++) {
        stop_at = i ? 1 + i : -1;
        stop_how = CMD_STOP_EPOCH;
        struct notice n = train_with(names[i], OPTIONS("mode=staged", "epochs=2,3", "optimizer=adam", "lr=0.001", "blend=0.3", "average=on", option),
                                     stop_in_epoch);
        assert_int_equal(n.kind, i ? NOTICE_CANCELLED : NOTICE_FINISHED);
        if (i == 0)
            continue;
        resume(names[i], 0);
        same_run("phases", names[i]);
    }
    free(path);
    free(option);
}

static void finished_runs_say_so(void **state)
{
    (void)state;
    struct notice n = command(CMD_RESUME, "four", "", 0);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_non_null(strstr(n.err.message, "all 4 epochs are done"));
    assert_non_null(strstr(n.err.hint, "--epochs +N"));
}

/* C24: a checkpoint that is not whole is refused; the one before would have stayed. */
static void damaged_checkpoints_are_refused(void **state)
{
    (void)state;
    char *path = run_file("four", "last.ckpt"), *bytes;
    size_t n;
    assert_int_equal(file_read(path, 0, &bytes, &n, NULL), ERR_OK);
    static const char *const want[] = {"cut off", "checksum", "no checkpoint"};
    for (int i = 0; i < 3; i++) {
        char *copy = xmemdup(bytes, n);
        copy[i == 1 ? n / 2 : i == 2 ? 0 : n - 1] ^= i ? 1 : 0;
        assert_int_equal(file_replace(path, copy, i ? n : n - 100, NULL), ERR_OK);
        struct notice notice = command(CMD_RESUME, "four", "", 1);
        assert_int_equal(notice.kind, NOTICE_FAILED);
        print_message("# %s\n", notice.err.message);
        assert_non_null(strstr(notice.err.message, want[i]));
        free(copy);
    }
    assert_int_equal(file_replace(path, bytes, n, NULL), ERR_OK);
    resume("four", 1);
    free(bytes);
    free(path);
}

/* --- best, ties, patience ------------------------------------------------------------------------------------ */

/* With a rate that moves nothing every epoch is as good: the first stays best, also over a resume (C20), and patience ends the run. */
static void ties_keep_the_first_and_patience_ends(void **state)
{
    (void)state;
    train("ties", OPTIONS("mode=scratch", "epochs=3", "lr=1e-30", "bn=fixed"));
    struct record r = record_of("ties");
    assert_int_equal(r.best.epoch, 1);
    record_done(&r);
    char *path = run_file("ties", "best.safetensors"), *before, *after;
    size_t n, m;
    assert_int_equal(file_read(path, 0, &before, &n, NULL), ERR_OK);
    resume("ties", 2);
    assert_int_equal(file_read(path, 0, &after, &m, NULL), ERR_OK);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    r = record_of("ties");
    assert_int_equal(r.best.epoch, 1);
    assert_int_equal(r.epochs_done, 5);
    record_done(&r);
    free(before), free(after), free(path);
    train("patience", OPTIONS("mode=scratch", "epochs=9", "lr=1e-30", "bn=fixed", "patience=2"));
    r = record_of("patience");
    assert_int_equal(r.epochs_done, 3);
    assert_string_equal(r.note, "stopped: no better epoch in 2");
    record_done(&r);
}

/* --- what goes wrong ----------------------------------------------------------------------------------------- */

static void nan_stops_before_anything_is_kept(void **state)
{
    (void)state;
    struct notice n = train_with("nan", OPTIONS("mode=scratch", "epochs=5", "lr=100", "momentum=0.99"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_true(strstr(n.err.message, "NaN") || strstr(n.err.message, "infinite"));
    assert_non_null(strstr(n.err.message, "step "));
    assert_non_null(strstr(n.err.message, "rate "));
    struct record r = record_of("nan");
    assert_string_equal(r.state, "failed");
    assert_true(r.best.epoch == 0 || isfinite(r.best.val_loss));
    record_done(&r);
}

static bool raised;

static void raise_after_first(uint64_t job)
{
    if (!raised && snap.train.job == job && snap.train.epochs_seen >= 2) {
        struct cmd cmd = {.kind = CMD_RATE, .job = job, .real = 1e12};
        raised = engine_submit(engine, &cmd, NULL, NULL) == ERR_OK;
    }
}

/* C14, C15: the checkpoint before the NaN is whole, finite and can be resumed. */
static void the_last_good_checkpoint_stays(void **state)
{
    (void)state;
    raised = false;
    struct notice n = train_with("late-nan", OPTIONS("mode=scratch", "epochs=200", "momentum=0.9"), raise_after_first);
    assert_int_equal(n.kind, NOTICE_FAILED);
    struct record r = record_of("late-nan");
    int epochs = r.epochs_done;
    print_message("# %s\n", n.err.message);
    assert_true(epochs >= 2 && isfinite(r.best.val_loss));
    bool told = false;
    for (size_t i = 0; i < r.n_tape; i++)
        told |= str_eq(r.tape[i].text, "rate x 1e+12");
    assert_true(told);
    record_done(&r);
    struct csv csv = table("late-nan", "metrics.csv");
    for (size_t i = 1; i < csv.n_rows; i++)
        assert_true(isfinite(cell(&csv, i, "train_loss")) && isfinite(cell(&csv, i, "val_loss")));
    csv_done(&csv);
    stop_at = epochs + 1, stop_how = CMD_STOP_EPOCH;
    struct options o = OPTIONS("seed=0");
    char *folder = in_lab("late-nan");
    struct cmd cmd = {.kind = CMD_RESUME, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    n = do_cmd(cmd, stop_in_epoch);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    free(folder);
}

static enum err_code no_room_above(int64_t step, int n, struct err *err)
{
    return step >= 2 && n > 5 ? err_set(err, ERR_DEVICE_MEMORY, "out of memory (injected)") : ERR_OK;
}

static enum err_code no_room(int64_t step, int n, struct err *err)
{
    (void)step;
    (void)n;
    return err_set(err, ERR_DEVICE_MEMORY, "out of memory (injected)");
}

/* A weight file with one NaN: the first step says so, nothing is updated, nothing is kept (C14, C15). */
static void a_nan_in_the_weights_is_found(void **state)
{
    (void)state;
    char *path = run_file("four", "last.safetensors"), *bad = in_lab("nan.safetensors"), *bytes;
    char *option = xasprintf("weights=%s", bad);
    size_t n;
    float nan = NAN;
    assert_int_equal(file_read(path, 0, &bytes, &n, NULL), ERR_OK);
    struct weight_file *file;
    assert_int_equal(weights_open(&file, path, NULL), ERR_OK);
    const struct weight_entry *first = weights_get(file, "conv1.weight"), *entry;
    assert_non_null(first);
    size_t total = 0, before = 0; /* the tensors fill the end of the file, in order */
    for (size_t i = 0; i < weights_count(file); i++)
        total += weights_at(file, i)->n_bytes;
    for (size_t i = 0; (entry = weights_at(file, i)) != first; i++)
        before += entry->n_bytes;
    memcpy(bytes + (n - total + before), &nan, sizeof nan);
    weights_close(file);
    assert_int_equal(file_replace(bad, bytes, n, NULL), ERR_OK);
    struct notice notice = train_with("nan-file", OPTIONS("mode=fine-tune", "epochs=2", "bn=fixed", option), NULL);
    print_message("# %s\n", notice.err.message);
    assert_int_equal(notice.kind, NOTICE_FAILED);
    assert_non_null(strstr(notice.err.message, "loss is NaN at step 1 "));
    char *best = run_file("nan-file", "best.safetensors"), *last = run_file("nan-file", "last.safetensors");
    assert_false(path_is_file(best) || path_is_file(last));
    struct record r = record_of("nan-file");
    assert_int_equal(r.epochs_done, 0);
    assert_int_equal(r.best.epoch, 0);
    record_done(&r);
    free(path), free(bad), free(bytes), free(option), free(best), free(last);
}

/* C27: no room for the saves of epochs 2 and 3 of 5. */
static enum err_code full_for_a_while(int64_t step, int n, struct err *err)
{
    struct rlimit limit;
    (void)n;
    (void)err;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = step >= 2 && step < 6 ? 2000 : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    return ERR_OK;
}

static void a_full_disk_does_not_end_a_run(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    train("disk", OPTIONS("mode=scratch", "epochs=5"));
    hook_step = full_for_a_while;
    train("full-disk", OPTIONS("mode=scratch", "epochs=5"));
    hook_step = NULL;
    struct record r = record_of("full-disk");
    int failed = 0;
    for (size_t i = 0; i < r.n_tape; i++)
        failed += str_eq(r.tape[i].text, "not saved: File too large");
    assert_int_equal(failed, 2);
    assert_int_equal(r.epochs_done, 5);
    same_file("disk", "full-disk", "last.safetensors");
    struct notice n = command(CMD_EVAL, "full-disk", "", 0);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    double loss = metric("full-disk", (size_t)r.best.epoch, "val_loss");
    print_message("# best epoch %d: eval %.9g, metrics.csv %.9g\n", r.best.epoch, v.loss, loss);
    assert_true(r.best.epoch != 2 && r.best.epoch != 3); /* those are not in a file */
    assert_true(fabs(v.loss - loss) <= 1e-8 * loss);
    block_release(block);
    record_done(&r);
}

/* A batch whole, and in parts from the second step on. */
static void whole_and_in_parts(const char *whole, const char *in_parts, const char *split)
{
    for (int i = 0; i < 2; i++) {
        hook_step = i ? no_room_above : NULL;
        train(i ? in_parts : whole, OPTIONS("mode=scratch", "epochs=2", "bn=fixed", "lr=0.1", "class-weights=on", "label-smoothing=0.1", split));
        hook_step = NULL;
    }
    double off = distance_from_sum(in_parts, TERMS({1, whole}), ALL_TENSORS);
    double a = metric(whole, 2, "train_loss"), b = metric(in_parts, 2, "train_loss");
    print_message("# weights of a run in parts differ by %.3g; train_loss whole %.9g, in parts %.9g\n", off, a, b);
    assert_true(off < 1e-5 && fabs(a - b) < 1e-5 * fabs(a));
    struct record r = record_of(in_parts);
    assert_int_equal(r.n_tape, 2);
    assert_string_equal(r.tape[1].text, "memory: batch in 4 parts");
    assert_int_equal(r.tape[1].step, 1);
    record_done(&r);
}

/* C28: the batch is computed in parts, with the same result where batch norm does not look at the batch; each part has the share that its
 * classes have in the mean. */
static void memory_that_runs_out(void **state)
{
    (void)state;
    char *equal = parts_option("equal.csv", (const int[]){6, 6, 6, 6, 6}, (const int[]){2, 2, 2, 2, 2});
    char *unequal = parts_option("unequal.csv", (const int[]){6, 1, 4, 3, 2}, (const int[]){2, 2, 2, 2, 2});
    whole_and_in_parts("room", "no-room", equal);
    whole_and_in_parts("room-2", "no-room-2", unequal);
    hook_step = no_room;
    struct notice n = train_with("never", OPTIONS("mode=scratch", "epochs=2"), NULL);
    hook_step = NULL;
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_int_equal(n.err.code, ERR_DEVICE_MEMORY);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    free(equal);
    free(unequal);
    hook_step = no_room_above;
    resume("no-room", 1); /* knows how many parts fit */
    hook_step = NULL;
    struct record r = record_of("no-room");
    assert_int_equal(r.n_tape, 3);
    assert_string_equal(r.tape[2].text, "resumed");
    record_done(&r);
}

/* --- steering ------------------------------------------------------------------------------------------------ */

static int stage;
static uint64_t eval_job;
static double pause_seconds;  /* the run was paused so long at least */
static double step_clock[64]; /* when the run began, and when each of its steps did */
static int n_clocks;

static enum err_code clock_step(int64_t step, int n, struct err *err)
{
    (void)step, (void)n, (void)err;
    if (n_clocks < 64)
        step_clock[n_clocks++] = clock_now();
    return ERR_OK;
}

static void steer(uint64_t job)
{
    struct cmd cmd = {.job = job};
    if (snap.train.job != job)
        return;
    if (stage == 0 && snap.train.epoch >= 1) {
        cmd.kind = CMD_RATE, cmd.real = 0.5;
        engine_submit(engine, &cmd, NULL, NULL);
        cmd.kind = CMD_EXTEND, cmd.number = 2;
        engine_submit(engine, &cmd, NULL, NULL);
        cmd.kind = CMD_PAUSE;
        stage += engine_submit(engine, &cmd, NULL, NULL) == ERR_OK;
    } else if (stage == 1 && snap.jobs[0].state == JOB_PAUSED) {
        double paused = clock_now();
        usleep(300000);
        struct options o = OPTIONS("seed=0");
        struct cmd eval = {.kind = CMD_EVAL, .options = &o};
        char *folder = in_lab("ties");
        snprintf(eval.path, sizeof eval.path, "%s", folder);
        free(folder);
        assert_int_equal(engine_submit(engine, &eval, &eval_job, NULL), ERR_OK);
        cmd.kind = CMD_GO_ON;
        pause_seconds = clock_now() - paused;
        stage += engine_submit(engine, &cmd, NULL, NULL) == ERR_OK;
    }
}

/* A pause before the step behind step is no time of the run: by its own clock less passes from one to the other than from the begin of
 * step to that of the next but one, by as much as the pause at least. */
static void a_pause_is_not_counted(const struct csv *steps, int64_t step)
{
    assert_true(step + 2 < n_clocks);
    double before = step > 0 ? cell(steps, (size_t)step, "seconds") : 0, own = cell(steps, (size_t)step + 1, "seconds") - before;
    double room = step_clock[step + 2] - step_clock[step] - pause_seconds;
    print_message("# paused for %.3f s: a step of %.3f s, at most %.3f\n", pause_seconds, own, room);
    assert_true(own <= room + 1e-6); /* the table has nine digits */
}

static void steering_is_recorded(void **state)
{
    (void)state;
    stage = n_clocks = 0;
    clock_step(0, 0, NULL);
    hook_step = clock_step;
    struct notice n = train_with("steered", OPTIONS("mode=scratch", "epochs=4", "lr=0.008", "batch-size=4"), steer);
    hook_step = NULL;
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_int_equal(stage, 2);
    struct record r = record_of("steered");
    static const char *const want[] = {"rate x 0.5", "extended by 2", "paused", "go on"};
    assert_int_equal(r.n_tape, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(r.tape[i].text, want[i]);
    assert_int_equal(r.epochs_done, 6);
    struct csv steps = table("steered", "steps.csv");
    for (size_t i = 1; i < steps.n_rows; i++) {
        double lr = cell(&steps, i, "lr");
        assert_true(fabs(lr - ((int64_t)i <= r.tape[0].step ? 0.008 : 0.004)) < 1e-8);
    }
    a_pause_is_not_counted(&steps, r.tape[2].step);
    csv_done(&steps);
    record_done(&r);
    resume("steered", 1);
    double lr = metric("steered", 7, "lr");
    print_message("# rate after a resume %.9g\n", lr);
    assert_true(fabs(lr - 0.004) < 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_epochs_are_two_and_two), cmocka_unit_test(a_cut_goes_on_where_it_was),     cmocka_unit_test(stopped_runs_equal_unbroken_ones),
        cmocka_unit_test(phases_resume_at_their_border),   cmocka_unit_test(finished_runs_say_so),
        cmocka_unit_test(damaged_checkpoints_are_refused), cmocka_unit_test(ties_keep_the_first_and_patience_ends),
        cmocka_unit_test(nan_stops_before_anything_is_kept), cmocka_unit_test(the_last_good_checkpoint_stays),
        cmocka_unit_test(a_nan_in_the_weights_is_found),   cmocka_unit_test(a_full_disk_does_not_end_a_run),
        cmocka_unit_test(memory_that_runs_out),            cmocka_unit_test(steering_is_recorded),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine steer", tests, lab_open, lab_close);
}
