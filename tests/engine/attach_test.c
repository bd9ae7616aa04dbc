/* Watching a run of another process: numbers, steering, its end in every way, and processes that are no runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "engine/attach.h"
#include "engine/far.h"
#include "engine/hooks.h"
#include "engine/meet.h"

static struct snapshot snap;
static pid_t far;

/* The far process: trains until its runs have ended. modes: those of a queue behind the first. */
static void be_far(int ready, const char *const *modes)
{
    struct engine *e = far_engine_new();
    snap.generation = 0;
    far_start(e);
    for (; *modes; modes++)
        far_add(e, *modes);
    while (write(ready, "", 1) != 1)
        ;
    do {
        struct notice n;
        if (!engine_next_event(e, &n))
            poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 1000);
        engine_snapshot(e, &snap);
    } while (snap.jobs[0].job);
    engine_free(e);
    _exit(0);
}

static int setup_with(void **state, const char *const *modes)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        return -1;
    far = fork(); /* before this process has threads */
    if (far == 0)
        be_far(ends[1], modes);
    close(ends[1]);
    bool ok = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    snap.generation = 0;
    *state = far_engine_new();
    return ok ? 0 : -1;
}

static int setup(void **state)
{
    return setup_with(state, (const char *const[]){NULL});
}

static int setup_slow(void **state)
{
    return setup_with(state, (const char *const[]){"discriminative", NULL});
}

static int setup_queue(void **state)
{
    return setup_with(state, (const char *const[]){"scratch", "staged", NULL});
}

/* Also shows that the end of a viewer's engine leaves the run alone. */
static int teardown(void **state)
{
    engine_free(*state);
    if (far && waitpid(far, NULL, WNOHANG) == 0) {
        kill(far, SIGKILL);
        waitpid(far, NULL, 0);
    }
    far = 0;
    return 0;
}

static uint64_t submit(struct engine *e, const struct cmd *cmd)
{
    uint64_t job = 0;
    struct err err = {0};
    if (engine_submit(e, cmd, &job, &err) != ERR_OK)
        fail_msg("%s", err.message);
    return job;
}

static uint64_t attach(struct engine *e)
{
    struct cmd cmd = {.kind = CMD_ATTACH};
    snprintf(cmd.path, sizeof cmd.path, "%s", far_folder);
    return submit(e, &cmd);
}

static void wait_some(struct engine *e)
{
    poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 100);
}

/* A job's next notice that is not progress. */
static struct notice next(struct engine *e, uint64_t job)
{
    struct notice n;
    for (int i = 0; i < 20000;) {
        if (!engine_next_event(e, &n)) {
            wait_some(e);
            i += 100;
        } else if (n.kind != NOTICE_PROGRESS && n.job == job) {
            return n;
        }
    }
    fail_msg("no notice came");
    return n;
}

static struct notice end_of(struct engine *e, uint64_t job)
{
    struct notice n = next(e, job);
    if (n.kind == NOTICE_STARTED)
        n = next(e, job);
    engine_snapshot(e, &snap);
    return n;
}

static void wait_until(struct engine *e, bool (*done)(void))
{
    for (int i = 0; i < 2000; i++) {
        struct notice n;
        engine_snapshot(e, &snap);
        if (done())
            return;
        poll(NULL, 0, 10);
        while (engine_next_event(e, &n))
            ;
    }
    fail_msg("it did not come");
}

static bool ten_more(void)
{
    static uint64_t first;
    if (!first && snap.train.steps_seen)
        first = snap.train.steps_seen;
    return snap.train.steps_seen > first + 10;
}

static bool rate_changed(void)
{
    for (int i = 0; i < snap.train.n_events; i++) {
        if (str_eq(snap.train.events[i].text, "rate x 0.25"))
            return true;
    }
    return false;
}

static bool is_paused(void)
{
    return snap.jobs[0].state == JOB_PAUSED;
}

static bool is_running(void)
{
    return snap.jobs[0].state == JOB_RUNNING;
}

static bool has_dataset(void)
{
    return snap.train.dataset != 0;
}

static void steer(struct engine *e, uint64_t job, enum cmd_kind kind, double real)
{
    submit(e, &(struct cmd){.kind = kind, .job = job, .real = real});
}

/* --- a run elsewhere, as if it were here --------------------------------------------------------------------------- */

static void it_is_shown_and_steered_as_if_it_were_here(void **state)
{
    struct engine *e = *state;
    uint64_t job = attach(e);
    struct notice n = next(e, job);
    assert_true(n.kind == NOTICE_STARTED && n.command == CMD_TRAIN);
    wait_until(e, ten_more);
    assert_true(snap.train.job == job && snap.jobs[0].job == job && snap.jobs[0].command == CMD_TRAIN);
    assert_true(snap.train.live && snap.viewers == 1);
    assert_string_equal(snap.train.run, far_folder);
    wait_until(e, has_dataset);
    const struct block *block = engine_block(e, snap.train.dataset);
    assert_true(block && block->kind == BLOCK_DATASET && block->n_bytes == BIG_BLOCK);
    assert_int_equal(block->bytes[BIG_BLOCK - 1], (BIG_BLOCK - 1) % 251 + 1);
    block_release(block);
    steer(e, job, CMD_RATE, 0.25);
    wait_until(e, rate_changed);
    steer(e, job, CMD_PAUSE, 0);
    wait_until(e, is_paused);
    uint64_t eval = submit(e, &(struct cmd){.kind = CMD_EVAL, .path = "x"}); /* in the pause, here */
    assert_int_equal(end_of(e, eval).kind, NOTICE_FINISHED);
    steer(e, job, CMD_GO_ON, 0);
    wait_until(e, is_running);
    steer(e, job, CMD_STOP_EPOCH, 0);
    n = end_of(e, job);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_string_equal(n.text, "it is over");
    block = engine_block(e, n.block);
    assert_string_equal(text_view(block), "the far result");
    block_release(block);
    assert_true(!snap.train.live && snap.train.result == n.block && snap.viewers == 0);
    assert_string_equal(snap.train.end, "over");
    assert_int_equal(waitpid(far, NULL, 0), far);
    far = 0;
}

static void stop_now_is_the_runs_end(void **state)
{
    struct engine *e = *state;
    uint64_t job = attach(e);
    next(e, job);
    steer(e, job, CMD_STOP_NOW, 0);
    struct notice n = end_of(e, job);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    assert_string_equal(n.err.message, "stopped by user");
}

static void leaving_is_not_stopping(void **state)
{
    struct engine *first = far_engine_new();
    next(first, attach(first));
    engine_free(first);
    uint64_t job = attach(*state); /* it is still there */
    assert_int_equal(next(*state, job).kind, NOTICE_STARTED);
    wait_until(*state, ten_more);
    assert_int_equal(kill(far, 0), 0);
}

static void a_killed_run_is_missed(void **state)
{
    struct engine *e = *state;
    uint64_t job = attach(e);
    next(e, job);
    kill(far, SIGKILL);
    struct notice n = end_of(e, job);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_non_null(strstr(n.err.message, "ended without a word"));
    assert_non_null(strstr(n.err.hint, "flowerlab resume"));
    assert_false(snap.train.live);
    waitpid(far, NULL, 0);
    far = 0;
    n = end_of(e, attach(e)); /* and is not found again */
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_non_null(strstr(n.err.message, "ended without a word"));
}

/* --- a queue elsewhere ---------------------------------------------------------------------------------------------- */

static char queue_wanted[64];

/* "scratch staged": the modes that wait. */
static bool queue_is(void)
{
    char modes[QUEUE_RUNS * 24] = "";
    for (uint64_t i = 0; i < snap.n_queue; i++)
        snprintf(modes + strlen(modes), sizeof modes - strlen(modes), "%s%s", i ? " " : "", snap.queue[i].mode);
    return str_eq(modes, queue_wanted);
}

static void expect_queue(struct engine *e, const char *modes)
{
    snprintf(queue_wanted, sizeof queue_wanted, "%s", modes);
    wait_until(e, queue_is);
}

static uint64_t number_wanted;

static bool shows_steps(void)
{
    return snap.train.job == number_wanted && snap.train.steps_seen > 3;
}

/* The watched run has ended as *n says, and the next one is there already; returns its job. */
static uint64_t next_after(struct engine *e, uint64_t job, const struct notice *n)
{
    assert_true(n->job == job && snap.jobs[0].job > job && snap.jobs[0].command == CMD_TRAIN);
    (void)e;
    return snap.jobs[0].job;
}

/* Whoever watches goes with the runs of a queue, steers that, and stays to its end. */
static void a_queue_is_followed(void **state)
{
    struct engine *e = *state;
    uint64_t first = attach(e);
    next(e, first);
    expect_queue(e, "scratch staged");
    submit(e, &(struct cmd){.kind = CMD_QUEUE_MOVE, .job = snap.queue[1].job, .number = -1});
    expect_queue(e, "staged scratch");
    assert_int_equal(far_add(e, "discriminative"), 0); /* its number is the other engine's to give */
    far_add(e, "frozen");
    expect_queue(e, "staged scratch discriminative frozen");
    submit(e, &(struct cmd){.kind = CMD_QUEUE_REMOVE, .job = snap.queue[2].job});
    submit(e, &(struct cmd){.kind = CMD_QUEUE_MOVE, .job = snap.queue[3].job, .number = -1});
    expect_queue(e, "staged frozen scratch");
    steer(e, first, CMD_STOP_EPOCH, 0);
    struct notice n = end_of(e, first);
    assert_true(n.kind == NOTICE_FINISHED && n.block);
    assert_true(snap.train.job == first && !snap.train.live && snap.train.result == n.block);
    uint64_t second = next_after(e, first, &n);
    assert_int_equal(next(e, second).kind, NOTICE_STARTED);
    number_wanted = second;
    wait_until(e, shows_steps);
    assert_string_equal(snap.train.run + strlen(far_folder), "-2");
    assert_true(snap.train.live && snap.viewers == 1);
    steer(e, second, CMD_STOP_NOW, 0);
    n = end_of(e, second);
    assert_int_equal(n.kind, NOTICE_CANCELLED);
    uint64_t third = next_after(e, second, &n); /* fails before it has a folder */
    n = end_of(e, third);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.message, "no weights");
    uint64_t fourth = next_after(e, third, &n);
    number_wanted = fourth;
    wait_until(e, shows_steps);
    assert_string_equal(snap.train.run + strlen(far_folder), "-3");
    steer(e, fourth, CMD_STOP_EPOCH, 0);
    n = end_of(e, fourth);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    assert_true(!snap.jobs[0].job && !snap.n_queue && !snap.viewers);
    assert_int_equal(waitpid(far, NULL, 0), far);
    far = 0;
}

/* --- which runs there are ------------------------------------------------------------------------------------------ */

static size_t count_alive(struct engine *e)
{
    struct notice n = end_of(e, submit(e, &(struct cmd){.kind = CMD_ALIVE}));
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(e, n.block);
    struct run_row row;
    size_t count = runs_view_count(block);
    if (count > 0) {
        assert_true(runs_view_at(block, 0, &row));
        assert_string_equal(row.folder, far_folder);
        assert_string_equal(row.state, "running");
        assert_string_equal(row.model, "resnet18");
        print_message("# %s\n", row.note);
    }
    block_release(block);
    return count;
}

static void runs_that_are_alive_are_listed(void **state)
{
    struct engine *e = *state;
    assert_int_equal(count_alive(e), 1);
    kill(far, SIGKILL);
    waitpid(far, NULL, 0);
    far = 0;
    assert_int_equal(count_alive(e), 0);
}

/* Between two runs of a queue there is one, too: it is waited for. */
static void the_next_of_a_queue_is_waited_for(void **state)
{
    struct engine *e = *state;
    uint64_t first = attach(e);
    next(e, first);
    steer(e, first, CMD_STOP_EPOCH, 0);
    assert_int_equal(end_of(e, first).kind, NOTICE_FINISHED);
    assert_true(snap.jobs[0].job > first);
    struct notice n = end_of(e, submit(e, &(struct cmd){.kind = CMD_ALIVE}));
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(e, n.block);
    struct run_row row;
    assert_int_equal(runs_view_count(block), 1);
    assert_true(runs_view_at(block, 0, &row));
    assert_string_equal(row.folder + strlen(far_folder), "-2");
    block_release(block);
}

static void named(struct engine *e, const char *folder, const char *part, const char *hint)
{
    struct cmd cmd = {.kind = CMD_ALIVE};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    struct notice n = end_of(e, submit(e, &cmd));
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_non_null(strstr(n.err.message, part));
    assert_non_null(strstr(n.err.hint, hint));
}

static void what_cannot_be_watched_says_why(void **state)
{
    struct engine *e = *state;
    steer(e, attach(e), CMD_STOP_EPOCH, 0);
    waitpid(far, NULL, 0);
    far = 0;
    named(e, far_folder, "it does not run: done", "--epochs +N");
    far_write_record(far_folder, "stopped", "");
    named(e, far_folder, "it does not run: stopped", "flowerlab resume");
    named(e, far_lab, "not a run folder", "");
}

/* --- what is no run -------------------------------------------------------------------------------------------------- */

/* A process that listens where a run should, says what it likes, and hangs up. */
static pid_t impostor(const void *bytes, size_t n)
{
    char *path;
    int fd;
    assert_int_equal(meet_listen(&fd, &path, far_folder, NULL), ERR_OK);
    pid_t pid = fork();
    if (pid == 0) {
        poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
        int viewer = accept(fd, NULL, NULL);
        char hello[256];
        poll(&(struct pollfd){.fd = viewer, .events = POLLIN}, 1, -1);
        ssize_t k = read(viewer, hello, sizeof hello);
        for (size_t at = 0; k > 0 && at < n; at += (size_t)k) {
            k = write(viewer, (const char *)bytes + at, n - at);
        }
        shutdown(viewer, SHUT_WR);
        while (read(viewer, hello, sizeof hello) > 0)
            ;
        _exit(0);
    }
    close(fd);
    free(path);
    return pid;
}

static enum err_code meet_impostor(const struct str *bytes, struct err *err)
{
    signal(SIGPIPE, SIG_IGN);
    char *path;
    int fd;
    assert_int_equal(meet_listen(&fd, &path, far_folder, NULL), ERR_OK); /* only for its name */
    close(fd);
    pid_t pid = impostor(bytes->s, bytes->len);
    struct channel c;
    struct attach_welcome w;
    enum err_code code = attach_open(&c, &w, path, err);
    if (code == ERR_OK)
        channel_done(&c);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    meet_leave(path);
    free(path);
    return code;
}

static void frame(struct str *out, enum frame kind, const struct str *payload)
{
    put_u32(out, (uint32_t)payload->len + 1);
    put_u8(out, (uint8_t)kind);
    str_add_n(out, payload->s, payload->len);
}

static void impostors_are_seen_through(void **state)
{
    (void)state;
    struct err err = {0};
    struct str bytes = STR_INIT, payload = STR_INIT;
    str_add(&bytes, "SSH-2.0-OpenSSH_9.2\r\n");
    assert_int_equal(meet_impostor(&bytes, &err), ERR_FORMAT);
    str_clear(&bytes);
    assert_int_equal(meet_impostor(&bytes, &err), ERR_IO); /* hangs up */
    head_put(&payload);
    payload.s[4] = 9; /* protocol */
    frame(&bytes, FRAME_WELCOME, &payload);
    assert_int_equal(meet_impostor(&bytes, &err), ERR_UNSUPPORTED);
    print_message("# %s; %s\n", err.message, err.hint);
    assert_non_null(strstr(err.message, "protocol 9"));
    assert_non_null(strstr(err.hint, "the program that trains it"));
    str_clear(&bytes), str_clear(&payload);
    head_put(&payload);
    payload.s[8] ^= 1; /* form */
    frame(&bytes, FRAME_WELCOME, &payload);
    assert_int_equal(meet_impostor(&bytes, &err), ERR_UNSUPPORTED);
    print_message("# %s\n", err.message);
    for (size_t n = 0; n + 1 < bytes.len; n++) { /* cut anywhere */
        struct str cut = {bytes.s, n, n};
        assert_true(meet_impostor(&cut, &err) != ERR_OK);
        n += 8;
    }
    str_done(&bytes);
    str_done(&payload);
}

static bool stranger(int fd, uid_t *user)
{
    (void)fd;
    *user = geteuid() + 1;
    return true;
}

static void another_users_socket_is_refused(void **state)
{
    hook_peer_user = stranger;
    struct notice n = end_of(*state, attach(*state));
    hook_peer_user = NULL;
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s\n", n.err.message);
    assert_non_null(strstr(n.err.message, "the other side is user"));
}

/* After a good greeting, frames that no run sends: the job fails and says so. */
static void a_run_that_talks_rubbish_is_left(void **state)
{
    static const struct {
        enum frame kind;
        size_t n;
        const char *bytes;
    } kinds[] = {{FRAME_SNAPSHOT, 3, "abc"}, {FRAME_NOTICE, 1, "x"}, {FRAME_BLOCK, 36, "nobody asked for this block at all.."},
                 {FRAME_HELLO, 1, "x"}, {FRAME_NEXT, 1, "x"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct str bytes = STR_INIT, payload = STR_INIT;
        head_put(&payload);
        put_u64(&payload, 1);
        put_text(&payload, far_folder);
        put_u64(&payload, 1);
        put_u32(&payload, CMD_TRAIN);
        frame(&bytes, FRAME_WELCOME, &payload);
        str_clear(&payload);
        str_add_n(&payload, kinds[i].bytes, kinds[i].n);
        frame(&bytes, kinds[i].kind, &payload);
        char *path;
        int fd;
        assert_int_equal(meet_listen(&fd, &path, far_folder, NULL), ERR_OK);
        close(fd);
        far = impostor(bytes.s, bytes.len);
        struct engine *e = far_engine_new();
        far_write_record(far_folder, "running", path);
        /* the record must name another process that lives */
        struct record r;
        struct str text = STR_INIT;
        char *ini = path_join(far_folder, "run.ini");
        assert_int_equal(record_read(&r, far_folder, NULL), ERR_OK);
        r.pid = far;
        record_write(&text, &r);
        assert_int_equal(file_replace(ini, text.s, text.len, NULL), ERR_OK);
        struct notice n = end_of(e, attach(e));
        print_message("# %s\n", n.err.message);
        assert_true(n.kind == NOTICE_FAILED && n.err.code == ERR_FORMAT);
        engine_free(e);
        kill(far, SIGKILL);
        waitpid(far, NULL, 0);
        far = 0;
        meet_leave(path);
        record_done(&r);
        str_done(&text), str_done(&bytes), str_done(&payload);
        free(ini), free(path);
    }
    *state = NULL;
}

static int no_setup(void **state)
{
    *state = NULL;
    return 0;
}

#define WATCHED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(impostors_are_seen_through, no_setup),
        cmocka_unit_test_setup(a_run_that_talks_rubbish_is_left, no_setup),
        WATCHED(it_is_shown_and_steered_as_if_it_were_here),
        WATCHED(stop_now_is_the_runs_end),
        WATCHED(leaving_is_not_stopping),
        WATCHED(a_killed_run_is_missed),
        cmocka_unit_test_setup_teardown(a_queue_is_followed, setup_queue, teardown),
        WATCHED(runs_that_are_alive_are_listed),
        cmocka_unit_test_setup_teardown(the_next_of_a_queue_is_waited_for, setup_slow, teardown),
        WATCHED(what_cannot_be_watched_says_why),
        WATCHED(another_users_socket_is_refused),
    };
    return cmocka_run_group_tests_name("engine attach", tests, far_open_lab, far_close_lab);
}
