/* The engine without torch: fake jobs show the order of notices, busy, cancel, pause, full queues, exit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <dirent.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "engine/internal.h"

static atomic_int gate;      /* fake jobs run until it is open */
static atomic_int controls;  /* control commands that the fake training took, a decimal digit each */

static enum err_code quick_job(struct job *job, struct err *err)
{
    (void)err;
    job_stage(job, "counting", 1000);
    for (uint64_t i = 1; i <= 1000; i++)
        job_progress(job, i, 1000, 0);
    struct str bytes = STR_INIT;
    block_text(&bytes, "result");
    job_result(job, BLOCK_TEXT, &bytes);
    job_say(job, "counted to %d", 1000);
    return ERR_OK;
}

static enum err_code waiting_job(struct job *job, struct err *err)
{
    while (!atomic_load(&gate)) {
        if (job_cancelled(job, err) != ERR_OK)
            return ERR_CANCELLED;
        poll(NULL, 0, 1);
    }
    return ERR_OK;
}

static enum err_code failing_job(struct job *job, struct err *err)
{
    (void)job;
    err_set(err, ERR_IO, "%s: cannot be read", job->cmd.path);
    return err_hint(err, "look at it");
}

/* Takes control commands as a training run does. */
static enum err_code steered_job(struct job *job, struct err *err)
{
    job_announce(job, "resnet18, %s", "fresh");
    for (;;) {
        struct control c;
        bool got = job_control(job, &c);
        while (got && c.kind == CMD_PAUSE)
            got = job_wait_paused(job, &c);
        if (got)
            atomic_store(&controls, atomic_load(&controls) * 10 + (int)(c.kind - CMD_CANCEL));
        if (job_cancelled(job, err) != ERR_OK)
            return ERR_CANCELLED;
        if (got && c.kind == CMD_STOP_EPOCH)
            return ERR_OK;
        poll(NULL, 0, 1);
    }
}

/* Watches a run that is paused elsewhere, which ends while a job that came for the pause has not begun. */
static enum err_code watching_job(struct job *job, struct err *err)
{
    (void)err;
    struct engine *e = job->engine;
    snapshot_begin(e)->jobs[0].state = JOB_PAUSED;
    snapshot_end(e);
    for (bool came = false; !came; poll(NULL, 0, 1)) {
        pthread_mutex_lock(&e->lock);
        came = e->nested != NULL;
        pthread_mutex_unlock(&e->lock);
    }
    return ERR_OK;
}

static const struct job_ops fakes[] = {
    {.kind = CMD_ATTACH, .engine_thread = true, .run = watching_job},
    {.kind = CMD_LIST, .run = quick_job},
    {.kind = CMD_SCAN, .run = waiting_job},
    {.kind = CMD_RUNS, .run = failing_job},
    {.kind = CMD_TRAIN, .engine_thread = true, .steered = true, .announces = true, .run = steered_job},
    {.kind = CMD_EVAL, .engine_thread = true, .while_paused = true, .run = quick_job},
    {.kind = CMD_RESUME, .engine_thread = true, .announces = true, .run = failing_job},
};

static struct snapshot snap;

static int setup(void **state)
{
    snap.generation = 0;
    atomic_store(&gate, 0);
    atomic_store(&controls, 0);
    *state = engine_new_with(&(struct engine_config){.n_threads = 1}, fakes, sizeof fakes / sizeof fakes[0]);
    return 0;
}

static int teardown(void **state)
{
    engine_free(*state);
    return 0;
}

static uint64_t submit(struct engine *e, enum cmd_kind kind)
{
    uint64_t job = 0;
    struct err err = {0};
    struct cmd cmd = {.kind = kind, .path = "a"};
    assert_int_equal(engine_submit(e, &cmd, &job, &err), ERR_OK);
    return job;
}

static enum err_code steer(struct engine *e, enum cmd_kind kind, uint64_t job)
{
    return engine_submit(e, &(struct cmd){.kind = kind, .job = job}, NULL, NULL);
}

/* The next notice that is not progress; progress is counted. */
static struct notice next(struct engine *e, int *progress)
{
    struct notice n;
    for (int i = 0; i < 10000; i++) {
        if (!engine_next_event(e, &n))
            poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 1000);
        else if (n.kind != NOTICE_PROGRESS)
            return n;
        else if (progress)
            ++*progress;
    }
    fail_msg("no notice came");
    return n;
}

static void wait_state(struct engine *e, enum job_state state)
{
    for (int i = 0; i < 5000; i++) {
        engine_snapshot(e, &snap);
        if (snap.jobs[0].state == state)
            return;
        poll(NULL, 0, 1);
    }
    fail_msg("state %d did not come", (int)state);
}

static void notices_come_in_order_and_progress_is_merged(void **state)
{
    struct engine *e = *state;
    uint64_t job = submit(e, CMD_LIST);
    assert_int_equal(job, 1);
    int progress = 0;
    struct notice n = next(e, &progress);
    assert_int_equal(n.kind, NOTICE_STARTED);
    assert_int_equal(n.job, job);
    poll(NULL, 0, 50);
    n = next(e, &progress);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_int_equal(n.command, CMD_LIST);
    assert_string_equal(n.text, "counted to 1000");
    const struct block *block = engine_block(e, n.block);
    assert_non_null(block);
    assert_string_equal(text_view(block), "result");
    block_release(block);
    assert_null(engine_block(e, n.block + 1));
    for (; engine_next_event(e, &n); progress++)
        assert_int_equal(n.kind, NOTICE_PROGRESS);
    print_message("# 1001 changes of the snapshot gave %d progress events\n", progress);
    assert_in_range(progress, 1, 500);
    assert_int_equal(poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 0), 0);
}

static void one_engine_command_at_a_time(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    struct notice n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_STARTED);
    assert_string_equal(n.text, "resnet18, fresh");
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_TRAIN}, NULL, NULL), ERR_BUSY);
    struct err err = {0};
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_EVAL}, NULL, &err), ERR_BUSY);
    assert_string_equal(err.message, "a run is training");
    assert_string_equal(err.hint, "pause it first: p on Train"); /* it could run in a pause */
    uint64_t list = submit(e, CMD_LIST); /* data commands run beside it */
    assert_int_equal(next(e, NULL).job, list);
    assert_int_equal(next(e, NULL).kind, NOTICE_FINISHED);
    assert_int_equal(steer(e, CMD_STOP_EPOCH, train), ERR_OK);
    n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_int_equal(n.job, train);
    assert_int_equal(atomic_load(&controls), CMD_STOP_EPOCH - CMD_CANCEL);
}

static void cancel_goes_by_number(void **state)
{
    struct engine *e = *state;
    uint64_t first = submit(e, CMD_TRAIN);
    assert_int_equal(steer(e, CMD_CANCEL, first), ERR_OK);
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    struct notice n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    assert_string_equal(n.err.message, "stopped by user");
    uint64_t second = submit(e, CMD_TRAIN);
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    struct err err = {0};
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_CANCEL, .job = first}, NULL, &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "job 1 does not run");
    engine_snapshot(e, &snap);
    assert_int_equal(snap.jobs[0].job, second);
    assert_int_equal(snap.jobs[0].state, JOB_RUNNING);
    uint64_t scan = submit(e, CMD_SCAN);
    assert_int_equal(next(e, NULL).job, scan);
    assert_int_equal(steer(e, CMD_RATE, scan), ERR_INVALID);
    assert_int_equal(steer(e, CMD_CANCEL, scan), ERR_OK);
    n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    assert_int_equal(n.job, scan);
}

static void a_pause_lets_eval_run(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    steer(e, CMD_PAUSE, train);
    wait_state(e, JOB_PAUSED);
    uint64_t eval = submit(e, CMD_EVAL);
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_TRAIN}, NULL, NULL), ERR_BUSY);
    assert_int_equal(next(e, NULL).job, eval);
    struct notice n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_int_equal(n.job, eval);
    steer(e, CMD_GO_ON, train);
    wait_state(e, JOB_RUNNING);
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_EVAL}, NULL, NULL), ERR_BUSY);
    steer(e, CMD_STOP_EPOCH, train);
    assert_int_equal(next(e, NULL).job, train);
    assert_int_equal(atomic_load(&controls), (CMD_GO_ON - CMD_CANCEL) * 10 + CMD_STOP_EPOCH - CMD_CANCEL);
}

static void a_job_for_a_pause_that_ends_is_run(void **state)
{
    struct engine *e = *state;
    uint64_t watch = submit(e, CMD_ATTACH);
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    wait_state(e, JOB_PAUSED);
    uint64_t eval = submit(e, CMD_EVAL);
    assert_int_equal(next(e, NULL).job, eval);
    struct notice n = next(e, NULL);
    assert_true(n.job == eval && n.kind == NOTICE_FINISHED);
    n = next(e, NULL);
    assert_true(n.job == watch && n.kind == NOTICE_FINISHED);
    submit(e, CMD_EVAL); /* and the engine is free */
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    assert_int_equal(next(e, NULL).kind, NOTICE_FINISHED);
}

static void wait_no_data_job(struct engine *e)
{
    for (bool running = true; running; poll(NULL, 0, running)) {
        engine_snapshot(e, &snap);
        running = false;
        for (int i = 1; i < SNAP_JOBS; i++)
            running = running || snap.jobs[i].job;
    }
}

static void a_client_that_does_not_read_is_refused(void **state)
{
    struct engine *e = *state;
    int accepted = 0, refused = 0;
    for (int i = 0; i < 200; i++) {
        struct cmd cmd = {.kind = CMD_RUNS, .path = "a"};
        enum err_code code = engine_submit(e, &cmd, NULL, NULL);
        if (code == ERR_OK)
            accepted++;
        else
            refused++;
        wait_no_data_job(e); /* what is refused then is so for want of room, not of a slot */
    }
    print_message("# %d jobs accepted, %d refused\n", accepted, refused);
    assert_int_equal(accepted, QUEUE_MAX / 2);
    for (int i = 0; i < accepted; i++) {
        assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
        struct notice n = next(e, NULL);
        assert_int_equal(n.kind, NOTICE_FAILED);
        assert_int_equal(n.err.code, ERR_IO);
        assert_string_equal(n.err.message, "a: cannot be read");
        assert_string_equal(n.err.hint, "look at it");
    }
    submit(e, CMD_RUNS);
}

static void a_job_that_fails_early_still_starts(void **state)
{
    struct engine *e = *state;
    submit(e, CMD_RESUME);
    assert_int_equal(next(e, NULL).kind, NOTICE_STARTED);
    assert_int_equal(next(e, NULL).kind, NOTICE_FAILED);
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_PREDICT}, NULL, NULL), ERR_INVALID);
}

static void controls_are_bounded(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    steer(e, CMD_PAUSE, train);
    wait_state(e, JOB_PAUSED);
    submit(e, CMD_EVAL); /* while it runs nobody takes controls; then they go one by one */
    int taken = 0;
    while (taken < 10000 && steer(e, CMD_PAUSE, train) == ERR_OK)
        taken++;
    print_message("# %d control commands until busy\n", taken);
    assert_true(taken >= CONTROLS_MAX);
}

static int threads_here(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* While an engine command loads libtorch no thread can be started: data commands find theirs there. */
static void no_thread_is_started_beside_an_engine_command(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    assert_int_equal(next(e, NULL).job, train); /* its thread runs */
    int before = threads_here();
    for (int i = 0; i < SNAP_JOBS - 1; i++) {
        uint64_t job = submit(e, CMD_SCAN);
        struct notice n = next(e, NULL);
        assert_int_equal(n.job, job); /* all at once: each has begun */
        assert_int_equal(n.kind, NOTICE_STARTED);
    }
    print_message("# %d threads, with %d data jobs %d\n", before, SNAP_JOBS - 1, threads_here());
    assert_int_equal(threads_here(), before);
    atomic_store(&gate, 1);
    for (int i = 0; i < SNAP_JOBS - 1; i++)
        assert_int_equal(next(e, NULL).kind, NOTICE_FINISHED);
}

static void exit_cancels_and_joins(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    steer(e, CMD_PAUSE, train);
    submit(e, CMD_SCAN);
    wait_state(e, JOB_PAUSED);
    engine_free(e); /* returns: paused and waiting jobs ended */
    *state = NULL;
}

/* --- the queue of runs ---------------------------------------------------------------------------------------- */

static struct options options_with(const char *mode, const char *run)
{
    struct options o;
    options_default(&o);
    assert_int_equal(option_set(&o, OPTION_ID_mode, mode, SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(option_set(&o, OPTION_ID_run, run, SOURCE_SCREEN, NULL), ERR_OK);
    return o;
}

static uint64_t add_run(struct engine *e, const char *mode)
{
    uint64_t job = 0;
    struct options o = options_with(mode, "");
    struct cmd cmd = {.kind = CMD_QUEUE_ADD, .path = "/data/flowers", .options = &o};
    assert_int_equal(engine_submit(e, &cmd, &job, NULL), ERR_OK);
    return job;
}

/* "scratch frozen": the modes that wait, in order. */
static void expect_queue(struct engine *e, const char *want)
{
    struct str got = STR_INIT;
    snap.generation = 0;
    engine_snapshot(e, &snap);
    str_add(&got, "");
    for (uint64_t i = 0; i < snap.n_queue; i++)
        str_printf(&got, "%s%s", i ? " " : "", snap.queue[i].mode);
    assert_string_equal(got.s, want);
    str_done(&got);
}

static void queued_runs_follow_each_other(void **state)
{
    struct engine *e = *state;
    static const char *const modes[] = {"scratch", "frozen", "staged"};
    uint64_t jobs[3];
    for (int i = 0; i < 3; i++)
        jobs[i] = add_run(e, modes[i]);
    expect_queue(e, "frozen staged"); /* the first began at once */
    assert_true(snap.queue[0].job == jobs[1]);
    assert_string_equal(snap.queue[0].data, "/data/flowers");
    assert_int_equal(engine_submit(e, &(struct cmd){.kind = CMD_TRAIN}, NULL, NULL), ERR_BUSY);
    for (int i = 0; i < 3; i++) {
        struct notice n = next(e, NULL);
        assert_int_equal(n.kind, NOTICE_STARTED);
        assert_true(n.job == jobs[i]);
        engine_snapshot(e, &snap);
        assert_true(snap.jobs[0].job == jobs[i]);
        assert_int_equal(steer(e, i == 1 ? CMD_STOP_NOW : CMD_STOP_EPOCH, jobs[i]), ERR_OK);
        n = next(e, NULL);
        assert_int_equal(n.kind, i == 1 ? NOTICE_CANCELLED : NOTICE_FINISHED); /* either way the next begins */
        assert_true(n.job == jobs[i]);
        engine_snapshot(e, &snap);
        assert_true(snap.jobs[0].job == (i < 2 ? jobs[i + 1] : 0)); /* never a moment without */
    }
    expect_queue(e, "");
}

static enum err_code change_queue(struct engine *e, enum cmd_kind kind, uint64_t job, int64_t number)
{
    return engine_submit(e, &(struct cmd){.kind = kind, .job = job, .number = number}, NULL, NULL);
}

static void queued_runs_are_moved_and_removed(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    uint64_t a = add_run(e, "scratch"), b = add_run(e, "frozen"), c = add_run(e, "staged");
    assert_int_equal(next(e, NULL).job, train);
    static const struct {
        int run, by;
        const char *want;
    } moves[] = {{2, -1, "scratch staged frozen"}, {0, 1, "staged scratch frozen"}, {0, -9, "scratch staged frozen"},
                 {0, 9, "staged frozen scratch"}, {1, 0, "staged frozen scratch"}, {0, -2, "scratch staged frozen"}};
    uint64_t jobs[] = {a, b, c};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        assert_int_equal(change_queue(e, CMD_QUEUE_MOVE, jobs[moves[i].run], moves[i].by), ERR_OK);
        expect_queue(e, moves[i].want);
    }
    assert_int_equal(change_queue(e, CMD_QUEUE_MOVE, c, INT64_MIN), ERR_OK);
    assert_int_equal(change_queue(e, CMD_QUEUE_MOVE, c, INT64_MAX), ERR_OK);
    assert_int_equal(change_queue(e, CMD_QUEUE_MOVE, train, 1), ERR_NOT_FOUND);
    assert_int_equal(change_queue(e, CMD_QUEUE_REMOVE, b, 0), ERR_OK);
    struct notice n = next(e, NULL);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    assert_true(n.job == b);
    assert_string_equal(n.err.message, "taken out of the queue");
    expect_queue(e, "scratch staged");
    assert_int_equal(change_queue(e, CMD_QUEUE_REMOVE, b, 0), ERR_NOT_FOUND);
    assert_int_equal(change_queue(e, CMD_QUEUE_REMOVE, 0, 0), ERR_OK);
    assert_true(next(e, NULL).job == c);
    assert_true(next(e, NULL).job == a);
    expect_queue(e, "");
    steer(e, CMD_STOP_EPOCH, train);
    assert_int_equal(next(e, NULL).kind, NOTICE_FINISHED);
    engine_snapshot(e, &snap);
    assert_true(snap.jobs[0].job == 0);
}

static void the_queue_is_bounded(void **state)
{
    struct engine *e = *state;
    uint64_t train = submit(e, CMD_TRAIN);
    assert_int_equal(next(e, NULL).job, train);
    for (int round = 0; round < 20; round++) { /* promises of room for notices are given back */
        int n = 0;
        while (change_queue(e, CMD_QUEUE_ADD, 0, 0) == ERR_OK)
            n++;
        assert_int_equal(n, QUEUE_RUNS);
        assert_int_equal(change_queue(e, CMD_QUEUE_ADD, 0, 0), ERR_BUSY);
        change_queue(e, CMD_QUEUE_REMOVE, 0, 0);
        for (int i = 0; i < n; i++)
            assert_int_equal(next(e, NULL).kind, NOTICE_CANCELLED);
    }
    struct err err = {0};
    struct options o = options_with("frozen", "x");
    struct cmd cmd = {.kind = CMD_QUEUE_ADD, .options = &o};
    assert_int_equal(engine_submit(e, &cmd, NULL, NULL), ERR_OK);
    assert_int_equal(engine_submit(e, &cmd, NULL, &err), ERR_INVALID);
    assert_string_equal(err.message, "run: x is the folder of a run that waits already");
    o = options_with("frozen", "");
    assert_int_equal(option_set(&o, OPTION_ID_epochs, "1,2", SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(engine_submit(e, &cmd, NULL, &err), ERR_INVALID);
    assert_string_equal(err.message, "epochs: 2 numbers, but mode frozen has 1 phase");
    expect_queue(e, "frozen");
    engine_free(e); /* what waits is dropped */
    *state = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(notices_come_in_order_and_progress_is_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(one_engine_command_at_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(cancel_goes_by_number, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pause_lets_eval_run, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_for_a_pause_that_ends_is_run, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_that_fails_early_still_starts, setup, teardown),
        cmocka_unit_test_setup_teardown(controls_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(queued_runs_follow_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(queued_runs_are_moved_and_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_queue_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(no_thread_is_started_beside_an_engine_command, setup, teardown),
        cmocka_unit_test_setup_teardown(exit_cancels_and_joins, setup, teardown),
    };
    return cmocka_run_group_tests_name("engine queue", tests, NULL, NULL);
}
