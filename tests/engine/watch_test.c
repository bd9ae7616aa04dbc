/* What a client sees of a run: gauges, the steps and marks of earlier sessions, its view kept with the run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/lab.h"

#include "engine/run.h"

/* --- a run that takes long enough to be read ------------------------------------------------------------------- */

static struct gauges seen;
static uint64_t readings;

static enum err_code slow_step(int64_t step, int n_pictures, struct err *err)
{
    (void)step, (void)n_pictures, (void)err;
    usleep(150000);
    return ERR_OK;
}

static void look(uint64_t job)
{
    (void)job;
    if (snap.gauges.seen == readings)
        return;
    assert_int_equal(snap.gauges.seen, readings + 1);
    readings = snap.gauges.seen;
    seen = snap.gauges;
}

static void gauges_come_with_a_run(void **state)
{
    (void)state;
    hook_step = slow_step;
    train_with("gauges", OPTIONS("mode=scratch", "epochs=5", "batch-size=4"), look);
    hook_step = NULL;
    print_message("# %d readings; cores %.2f, own %.2f, memory %.2f of %.2f GB, own %.2f GB, GPU %.2f\n", (int)readings,
                  seen.cores, seen.own_cores, 1e-9 * (double)seen.memory_used, 1e-9 * (double)seen.memory_total,
                  1e-9 * (double)seen.own_memory, seen.gpu);
    assert_true(readings >= 1);
    assert_true(seen.own_cores >= 0 && seen.own_cores <= 1);
    assert_true(isnan(seen.cores) || (seen.cores >= 0 && seen.cores <= 1));
    assert_true(seen.memory_total == 0 || seen.memory_used <= seen.memory_total);
    assert_true(isnan(seen.disk_read) || seen.disk_read >= 0); /* not every machine counts them */
    assert_true(isnan(seen.net_in) || seen.net_in >= 0);
    assert_true(isnan(seen.gpu)); /* the run is on the processor */
}

/* With features there is a baseline, and it is kept with the run. */
static void features_give_a_baseline(void **state)
{
    (void)state;
    struct options o = OPTIONS("epochs=2");
    struct cmd cmd = {.kind = CMD_PRETRAIN, .number = 30, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", weights);
    assert_int_equal(do_cmd(cmd, NULL).kind, NOTICE_FINISHED);
    char *option = xasprintf("weights=%s", weights);
    train("baseline", OPTIONS("mode=frozen", "epochs=1", option));
    double share = snap.train.nearest_mean;
    struct record r = record_of("baseline");
    print_message("# nearest mean %.4f, majority %.4f, epoch 1 %.4f\n", share, snap.train.majority, r.best.val_acc);
    assert_true(share >= 0 && share <= 1);
    assert_float_equal(r.nearest_mean, share, 1e-9);
    record_done(&r);
    free(option);
    train("without", OPTIONS("mode=scratch", "epochs=1"));
    assert_true(isnan(snap.train.nearest_mean));
}

/* --- a run that goes on ------------------------------------------------------------------------------------------ */

/* The view of the second session begins with the steps, times and marks of the first. */
static void a_resumed_run_shows_its_past(void **state)
{
    (void)state;
    train("past", OPTIONS("mode=scratch", "epochs=2", "batch-size=4"));
    uint64_t before = snap.train.steps_seen;
    struct step_point last = snap.train.steps[before - 1];
    assert_int_equal(snap.train.steps_before, 0);
    resume("past", 1);
    const struct train_view *t = &snap.train;
    assert_int_equal(t->steps_before, before);
    assert_int_equal(t->steps_seen, before + before / 2);
    for (uint64_t i = 0; i < t->steps_seen; i++) {
        assert_int_equal(t->steps[i].step, i + 1);
        assert_true(i == 0 || t->steps[i].seconds >= t->steps[i - 1].seconds);
    }
    const struct step_point *same = &t->steps[before - 1];
    print_message("# loss of step %d: %.9g, in the second session %.9g\n", (int)before, (double)last.loss,
                  (double)same->loss);
    assert_float_equal(last.loss, same->loss, 1e-7);
    assert_float_equal(last.seconds, same->seconds, 1e-6);
    assert_int_equal(t->n_events, (int)t->events_before + 1); /* "resumed" */
}

/* A long table is read from its end. */
static void only_the_last_steps_are_read(void **state)
{
    (void)state;
    struct str text = STR_INIT;
    struct step_point steps[50];
    struct run run = {.folder = in_lab("long")};
    str_add(&text, "step,epoch,loss,acc,lr,lr_head,grad_norm,images_per_s,seconds\n");
    for (int i = 1; i <= 5000; i++)
        str_printf(&text, "%d,1,%s,0.5,0.0123456789,0.0123456789,1.23456789,123.456789,%d\n", i,
                   i % 7 ? "0.25" : "nan", i);
    assert_int_equal(path_make_folders(run.folder, NULL), ERR_OK);
    assert_int_equal(run_write(&run, "steps.csv", &text, NULL), ERR_OK);
    assert_int_equal(run_read_steps(&run, steps, 50), 50);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(steps[i].step, 4951 + i);
        assert_int_equal(isnan(steps[i].loss), (4951 + i) % 7 == 0);
        assert_float_equal(steps[i].seconds, 4951 + i, 0);
        assert_float_equal(steps[i].grad_norm, 1.23456789, 1e-6);
    }
    str_clear(&text);
    str_add(&text, "step,epoch,loss\n3,1,0.5\nand so"); /* another version's, cut off */
    assert_int_equal(run_write(&run, "steps.csv", &text, NULL), ERR_OK);
    assert_int_equal(run_read_steps(&run, steps, 50), 1);
    assert_true(steps[0].step == 3 && isnan(steps[0].acc) && isnan(steps[0].seconds));
    free(run.folder);
    run.folder = in_lab("nowhere");
    assert_int_equal(run_read_steps(&run, steps, 50), 0);
    free(run.folder);
    str_done(&text);
}

/* --- the view ------------------------------------------------------------------------------------------------------ */

static void expect_view(const char *run, const char *given, const char *expected)
{
    struct cmd cmd = {.kind = CMD_VIEW, .n_list = given != NULL, .list = &given};
    char *folder = in_lab(run);
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    free(folder);
    struct notice n = do_cmd(cmd, NULL);
    if (!expected) {
        assert_int_equal(n.kind, NOTICE_FAILED);
        print_message("# %s\n", n.err.message);
        return;
    }
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    assert_string_equal(text_view(block), expected);
    block_release(block);
}

static void a_view_is_kept(void **state)
{
    (void)state;
    expect_view("past", NULL, "");
    expect_view("past", "axis = time\n", "axis = time\n");
    expect_view("past", NULL, "axis = time\n");
    expect_view("nowhere", NULL, NULL);
    expect_view("nowhere", "axis = time\n", NULL);
    resume("past", 1); /* a run does not mind it */
    expect_view("past", NULL, "axis = time\n");
}

/* What is copied bit by bit is what is copied at once. */
static void a_snapshot_in_parts_is_whole(void **state)
{
    (void)state;
    struct snapshot *whole = xcalloc(1, sizeof *whole);
    train("parts", OPTIONS("mode=scratch", "epochs=3", "batch-size=4"));
    assert_true(engine_snapshot(engine, whole));
    assert_false(engine_snapshot(engine, whole));
    snap.generation = whole->generation - 1;
    assert_true(engine_snapshot(engine, &snap));
    const struct train_view *t = &whole->train;
    assert_memory_equal(&snap.train, t, offsetof(struct train_view, steps));
    assert_memory_equal(snap.train.steps, t->steps, t->steps_seen * sizeof t->steps[0]);
    assert_memory_equal(snap.train.epochs, t->epochs, t->epochs_seen * sizeof t->epochs[0]);
    assert_string_equal(snap.train.end, "done");
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gauges_come_with_a_run), cmocka_unit_test(features_give_a_baseline),      cmocka_unit_test(a_resumed_run_shows_its_past),
        cmocka_unit_test(only_the_last_steps_are_read), cmocka_unit_test(a_view_is_kept),
        cmocka_unit_test(a_snapshot_in_parts_is_whole),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine watch", tests, lab_open, lab_close);
}
