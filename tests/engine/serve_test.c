/* A run's socket and its viewers: greetings, numbers, blocks, steering, and what viewers can do wrong.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "engine/far.h"
#include "engine/hooks.h"
#include "engine/meet.h"

#define PATIENCE 20000 /* ms */

static struct snapshot seen;

static int setup(void **state)
{
    atomic_store(&far_fast, false);
    atomic_store(&far_steps, 0);
    far_runs = 0;
    *state = far_engine_new();
    far_start(*state);
    return 0;
}

static int teardown(void **state)
{
    hook_peer_user = NULL;
    engine_free(*state);
    assert_false(path_exists(far_socket)); /* gone with the run */
    free(far_socket);
    far_socket = NULL;
    return 0;
}

/* --- a viewer by hand ------------------------------------------------------------------------------------------ */

static struct channel connect_raw(void)
{
    int fd;
    struct err err = {0};
    struct channel c;
    if (meet_connect(&fd, far_socket, &err) != ERR_OK)
        fail_msg("%s", err.message);
    channel_init(&c, fd, FRAME_TO_VIEWER);
    return c;
}

static void say_hello(struct channel *c)
{
    channel_begin(c, FRAME_HELLO);
    head_put(&c->out);
    channel_end(c);
    (void)channel_flush(c); /* a stranger may be shown out before; what comes back tells */
}

/* The next frame; false: the other side has closed. */
static bool next_frame(struct channel *c, enum frame *kind, struct reader *r)
{
    for (;;) {
        int got = channel_next(c, kind, r);
        if (got)
            return got == 1;
        struct pollfd fd = {.fd = c->fd, .events = POLLIN};
        if (poll(&fd, 1, PATIENCE) <= 0)
            fail_msg("nothing came");
        if (!channel_read(c))
            return false;
    }
}

static struct reader wait_frame(struct channel *c, enum frame wanted)
{
    enum frame kind;
    struct reader r;
    while (next_frame(c, &kind, &r)) {
        if (kind == wanted)
            return r;
        if (kind == FRAME_SNAPSHOT)
            assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
    }
    fail_msg("closed");
    return r;
}

static struct channel attach(void)
{
    struct channel c = connect_raw();
    say_hello(&c);
    wait_frame(&c, FRAME_WELCOME);
    return c;
}

static void expect_closed(struct channel *c)
{
    enum frame kind;
    struct reader r;
    while (next_frame(c, &kind, &r))
        ;
    channel_done(c);
}

static void send_bytes(struct channel *c, const void *bytes, size_t n)
{
    str_add_n(&c->out, bytes, n);
    channel_flush(c);
}

static void send_command(struct channel *c, enum cmd_kind kind, double real)
{
    struct cmd cmd = {.kind = kind, .real = real};
    channel_begin(c, FRAME_COMMAND);
    cmd_encode(&c->out, &cmd);
    channel_end(c);
    channel_flush(c);
}

static void ask_block(struct channel *c, uint64_t id)
{
    channel_begin(c, FRAME_GET);
    put_u64(&c->out, id);
    channel_end(c);
    assert_true(channel_flush(c));
}

/* The run makes steps, and a well-behaved viewer is served: nothing was harmed. */
static void expect_healthy(void)
{
    unsigned before = atomic_load(&far_steps);
    struct channel c = attach();
    memset(&seen, 0, sizeof seen);
    while (seen.train.steps_seen <= before) {
        struct reader r = wait_frame(&c, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
    }
    channel_done(&c);
}

static void wait_event(struct channel *c, const char *text)
{
    for (;;) {
        struct reader r = wait_frame(c, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
        for (int i = 0; i < seen.train.n_events; i++) {
            if (str_eq(seen.train.events[i].text, text))
                return;
        }
    }
}

/* --- as it should be ------------------------------------------------------------------------------------------- */

static void a_viewer_sees_the_run(void **state)
{
    static struct snapshot own;
    struct channel c = attach();
    memset(&seen, 0, sizeof seen);
    for (int i = 0; i < 5; i++) { /* the whole, then what changed */
        struct reader r = wait_frame(&c, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
    }
    own.generation = 0;
    engine_snapshot(*state, &own);
    assert_string_equal(seen.train.run, far_folder);
    assert_true(seen.train.steps_seen > 0 && seen.train.steps_seen <= own.train.steps_seen);
    for (uint64_t i = 0; i < seen.train.steps_seen && i < SNAP_STEPS; i++)
        assert_true(seen.train.steps[i].step == own.train.steps[i].step &&
                    seen.train.steps[i].loss == own.train.steps[i].loss);
    channel_done(&c);
}

static void two_viewers_watch_and_either_steers(void **state)
{
    (void)state;
    struct channel a = attach(), b = attach();
    memset(&seen, 0, sizeof seen);
    send_command(&b, CMD_RATE, 0.5);
    wait_event(&a, "rate x 0.5"); /* what one did the other sees */
    assert_int_equal(seen.viewers, 2);
    send_command(&a, CMD_RATE, 2);
    memset(&seen, 0, sizeof seen);
    wait_event(&b, "rate x 2");
    channel_done(&a);
    while (seen.viewers != 1) {
        struct reader r = wait_frame(&b, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
    }
    channel_done(&b);
}

static void blocks_come_by_id(void **state)
{
    static struct snapshot own;
    own.generation = 0;
    engine_snapshot(*state, &own);
    for (int i = 0; i < BLOCKS_KEPT; i++) { /* the run's own screen scans again and again */
        struct str other = STR_INIT;
        str_add(&other, "another");
        snapshot_begin(*state);
        block_store_add(&((struct engine *)*state)->blocks, block_new(BLOCK_DATASET, &other));
        snapshot_end(*state);
    }
    struct channel c = attach();
    memset(&seen, 0, sizeof seen);
    ask_block(&c, own.train.dataset);
    for (size_t at = 0; at < BIG_BLOCK;) {
        struct reader r = wait_frame(&c, FRAME_BLOCK);
        assert_true(get_u64(&r) == own.train.dataset && get_u32(&r) == BLOCK_DATASET);
        assert_true(get_u64(&r) == BIG_BLOCK && get_u64(&r) == at);
        for (; r.p < r.end; at++)
            assert_int_equal(get_u8(&r), at % 251 + 1);
    }
    ask_block(&c, 999999);
    struct reader r = wait_frame(&c, FRAME_BLOCK);
    assert_true(get_u64(&r) == 999999 && get_u32(&r) == 0 && get_u64(&r) == 0);
    channel_done(&c);
}

static void the_end_is_told_after_the_last_numbers(void **state)
{
    struct channel c = attach();
    memset(&seen, 0, sizeof seen);
    send_command(&c, CMD_STOP_EPOCH, 0);
    struct reader r = wait_frame(&c, FRAME_NOTICE);
    struct notice last;
    assert_int_equal(notice_decode(&last, &r, NULL), ERR_OK);
    assert_int_equal(last.kind, NOTICE_FINISHED);
    assert_string_equal(last.text, "it is over");
    assert_false(seen.train.live);
    assert_true(seen.train.steps_seen == atomic_load(&far_steps) && seen.train.result == last.block);
    assert_false(path_exists(far_socket)); /* nobody new */
    ask_block(&c, last.block);
    r = wait_frame(&c, FRAME_BLOCK);
    assert_true(get_u64(&r) == last.block && get_u32(&r) == BLOCK_TEXT && get_u64(&r) == 15);
    channel_done(&c);
    engine_free(*state); /* does not wait for viewers who have gone */
    *state = far_engine_new();
}

/* --- a queue ----------------------------------------------------------------------------------------------------- */

/* The notice of a run's end; returns the job that follows. */
static uint64_t take_end(struct channel *c, enum notice_kind kind)
{
    struct reader r = wait_frame(c, FRAME_NOTICE);
    struct notice last;
    assert_int_equal(notice_decode(&last, &r, NULL), ERR_OK);
    assert_int_equal(last.kind, kind);
    return get_u64(&r);
}

static void say_next(struct channel *c)
{
    channel_begin(c, FRAME_NEXT);
    channel_end(c);
    assert_true(channel_flush(c));
}

static uint64_t runs_of(struct engine *e)
{
    static struct snapshot own;
    struct notice n;
    while (engine_next_event(e, &n))
        ;
    own.generation = 0;
    engine_snapshot(e, &own);
    return own.jobs[0].job;
}

/* The next run begins when its viewers have what they want of the one before; one that gives no sign is let go. */
static void viewers_go_on_with_the_queue(void **state)
{
    struct engine *e = *state;
    uint64_t first = runs_of(e), second = far_add(e, "scratch");
    struct channel a = attach(), silent = attach();
    memset(&seen, 0, sizeof seen);
    send_command(&a, CMD_STOP_EPOCH, 0);
    assert_true(take_end(&a, NOTICE_FINISHED) == second);
    assert_true(seen.train.job == first && !seen.train.live); /* the old numbers, to the end */
    ask_block(&a, seen.train.result);
    struct reader r = wait_frame(&a, FRAME_BLOCK);
    assert_true(get_u64(&r) == seen.train.result && get_u32(&r) == BLOCK_TEXT);
    say_next(&a);
    expect_closed(&silent);
    while (seen.train.job != second) {
        r = wait_frame(&a, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
        (void)runs_of(e); /* the run's own client has seen the end, too */
    }
    assert_string_equal(seen.train.run + strlen(far_folder), "-2");
    struct channel late = attach(); /* it is found at a place of its own */
    send_command(&late, CMD_STOP_NOW, 0);
    assert_true(take_end(&a, NOTICE_CANCELLED) == 0);
    assert_true(take_end(&late, NOTICE_CANCELLED) == 0);
    channel_done(&a);
    channel_done(&late);
}

/* --- what viewers do wrong --------------------------------------------------------------------------------------- */

static bool stranger(int fd, uid_t *user)
{
    (void)fd;
    *user = geteuid() + 1;
    return true;
}

static void another_user_is_not_let_in(void **state)
{
    (void)state;
    hook_peer_user = stranger;
    struct channel c = connect_raw();
    say_hello(&c);
    enum frame kind;
    struct reader r;
    assert_false(next_frame(&c, &kind, &r)); /* not even a greeting */
    channel_done(&c);
    hook_peer_user = NULL;
    expect_healthy();
}

static void another_version_is_told_ours(void **state)
{
    (void)state;
    struct channel c = connect_raw();
    channel_begin(&c, FRAME_HELLO);
    head_put(&c.out);
    c.out.s[9]++; /* the protocol's number */
    channel_end(&c);
    assert_true(channel_flush(&c));
    struct reader r = wait_frame(&c, FRAME_WELCOME);
    struct channel_head head;
    assert_true(head_get(&head, &r) && head_fits(&head));
    assert_string_equal(head.version, PACKAGE_VERSION);
    expect_closed(&c);
    expect_healthy();
}

static void rubbish_is_let_go(void **state)
{
    (void)state;
    static const struct {
        bool greeted;
        size_t n;
        const char *bytes;
    } kinds[] = {
        {false, 20, "GET / HTTP/1.1\r\n\r\n\r\n"},         /* a length of a gigabyte */
        {false, 9, "\x05\0\0\0\x01xxxx"},                  /* HELLO that is cut off */
        {false, 5, "\x01\0\0\0\x04"},                      /* GET before HELLO */
        {false, 4, "\0\0\0\0"},                            /* a frame of nothing */
        {true, 4, "\xff\xff\xff\xff"},                     /* the longest length */
        {true, 4, "\x01\x40\0\0"},                         /* one byte too long */
        {true, 5, "\x01\0\0\0\x63"},                       /* an unknown frame */
        {true, 5, "\x01\0\0\0\x02"},                       /* WELCOME is not theirs to say */
        {true, 9, "\x05\0\0\0\x03\xff\xff\xff\xff"},       /* COMMAND that is cut off */
        {true, 9, "\x05\0\0\0\x04\x01\x02\x03\x04"},       /* GET that is cut off */
        {true, 5, "\x01\0\0\0\x09"},                       /* NEXT before an end */
    };
    struct channel witness = attach();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct channel c = kinds[i].greeted ? attach() : connect_raw();
        send_bytes(&c, kinds[i].bytes, kinds[i].n);
        expect_closed(&c);
    }
    struct channel c = attach();
    send_command(&c, CMD_DEMO, 0); /* only control commands */
    expect_closed(&c);
    c = attach();
    say_hello(&c); /* twice */
    expect_closed(&c);
    memset(&seen, 0, sizeof seen);
    send_command(&witness, CMD_RATE, 3);
    wait_event(&witness, "rate x 3");
    channel_done(&witness);
    expect_healthy();
}

/* Who does not read costs nothing, and gets the newest numbers, not all of them, when it reads again. */
static void a_viewer_that_sleeps_gets_the_newest(void **state)
{
    (void)state;
    struct channel c = attach();
    ask_block(&c, 1); /* three megabytes that nobody takes */
    atomic_store(&far_fast, true);
    unsigned before = atomic_load(&far_steps);
    while (atomic_load(&far_steps) < before + 3 * SNAP_STEPS)
        poll(NULL, 0, 1);
    atomic_store(&far_fast, false);
    for (int i = 0; i < 4; i++)
        expect_healthy(); /* time passes, others are served */
    int snapshots = 0;
    memset(&seen, 0, sizeof seen);
    while (seen.train.steps_seen < before + 3 * SNAP_STEPS) {
        struct reader r = wait_frame(&c, FRAME_SNAPSHOT);
        assert_int_equal(snapshot_decode_after(&seen, &r, NULL), ERR_OK);
        snapshots++;
    }
    print_message("# %d snapshots for %u steps\n", snapshots, (unsigned)seen.train.steps_seen);
    assert_true(snapshots <= 5);
    channel_done(&c);
}

/* More commands than a person can give are not even read. */
static void a_flood_is_dammed(void **state)
{
    (void)state;
    struct channel c = attach();
    size_t sent = 0;
    while (channel_idle(&c) && sent < 100000) {
        send_command(&c, CMD_RATE, 1);
        sent++;
    }
    print_message("# the socket is full after %zu commands\n", sent);
    assert_false(channel_idle(&c));
    expect_healthy();
    channel_done(&c);
}

static void a_crowd_finds_no_room(void **state)
{
    (void)state;
    struct channel crowd[16];
    for (int i = 0; i < 16; i++)
        crowd[i] = attach();
    struct channel late = connect_raw();
    say_hello(&late);
    assert_int_equal(poll(&(struct pollfd){.fd = late.fd, .events = POLLIN}, 1, 300), 0); /* it waits its turn */
    for (int i = 0; i < 16; i++)
        channel_done(&crowd[i]);
    wait_frame(&late, FRAME_WELCOME);
    channel_done(&late);
    expect_healthy();
}

/* --- the folder of sockets --------------------------------------------------------------------------------------- */

static void count(const char *path, void *user)
{
    (void)path;
    ++*(int *)user;
}

static int alive(void)
{
    int n = 0;
    meet_each(count, &n);
    return n;
}

/* As kill -9 leaves it. */
static void stale_sockets_are_known_and_removed(void **state)
{
    (void)state;
    int fd, again;
    char *path, *second;
    struct err err = {0};
    assert_int_equal(meet_listen(&fd, &path, far_folder, NULL), ERR_OK);
    assert_int_equal(alive(), 1);
    assert_int_equal(meet_listen(&again, &second, far_folder, &err), ERR_BUSY);
    close(fd);
    assert_true(path_exists(path));
    assert_int_equal(meet_connect(&fd, path, &err), ERR_NOT_FOUND);
    assert_int_equal(meet_listen(&again, &second, far_folder, NULL), ERR_OK); /* over the stale one */
    assert_string_equal(path, second);
    close(again);
    assert_int_equal(alive(), 0);
    assert_false(path_exists(path));
    assert_int_equal(meet_connect(&fd, path, &err), ERR_NOT_FOUND);
    free(path);
    free(second);
}

/* Neither a run folder nor a runtime folder is too long for a socket. */
static void long_names_do(void **state)
{
    (void)state;
    struct str run = STR_INIT, runtime = STR_INIT;
    int fd, other;
    char *path;
    str_printf(&run, "%s/", far_lab);
    str_printf(&runtime, "%s/", far_lab);
    for (int i = 0; i < 90; i++) {
        str_add(&run, i % 30 == 29 ? "/" : "long-");
        str_add(&runtime, i % 30 == 29 ? "/" : "time-");
    }
    assert_int_equal(path_make_folders(run.s, NULL), ERR_OK);
    assert_int_equal(path_make_folders(runtime.s, NULL), ERR_OK);
    for (int i = 0; i < 2; i++) {
        setenv("XDG_RUNTIME_DIR", i ? runtime.s : far_lab, 1);
        assert_int_equal(meet_listen(&fd, &path, run.s, NULL), ERR_OK);
        assert_int_equal(meet_connect(&other, path, NULL), ERR_OK);
        print_message("# run of %zu bytes, socket of %zu\n", run.len, strlen(path));
        close(fd);
        close(other);
        meet_leave(path);
        free(path);
    }
    setenv("XDG_RUNTIME_DIR", far_lab, 1);
    str_done(&run);
    str_done(&runtime);
}

/* A folder that others could enter, or that is a link, is not used. */
static void only_the_users_own_folder_will_do(void **state)
{
    (void)state;
    int fd;
    char *path, *folder = path_join(far_lab, "flowerlab"), *elsewhere = path_join(far_lab, "elsewhere");
    struct err err = {0};
    assert_int_equal(meet_listen(&fd, &path, far_folder, NULL), ERR_OK);
    assert_int_equal(chmod(folder, 0755), 0);
    int other;
    assert_int_equal(meet_connect(&other, path, &err), ERR_INVALID);
    print_message("# %s\n", err.message);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(rename(folder, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, folder), 0);
    assert_true(meet_connect(&other, path, &err) != ERR_OK);
    assert_int_equal(remove(folder), 0);
    assert_int_equal(rename(elsewhere, folder), 0);
    assert_int_equal(meet_connect(&other, path, &err), ERR_OK);
    close(other);
    close(fd);
    meet_leave(path);
    free(path);
    free(folder);
    free(elsewhere);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stale_sockets_are_known_and_removed),
        cmocka_unit_test(long_names_do),
        cmocka_unit_test(only_the_users_own_folder_will_do),
        SERVED(a_viewer_sees_the_run),
        SERVED(two_viewers_watch_and_either_steers),
        SERVED(blocks_come_by_id),
        SERVED(the_end_is_told_after_the_last_numbers),
        SERVED(viewers_go_on_with_the_queue),
        SERVED(another_user_is_not_let_in),
        SERVED(another_version_is_told_ours),
        SERVED(rubbish_is_let_go),
        SERVED(a_viewer_that_sleeps_gets_the_newest),
        SERVED(a_flood_is_dammed),
        SERVED(a_crowd_finds_no_room),
    };
    return cmocka_run_group_tests_name("engine serve", tests, far_open_lab, far_close_lab);
}
