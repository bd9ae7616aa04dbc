/* engine: what comes over a run's socket, damaged; a few thousand mutations with a fixed seed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/channel.h"
#include "engine/wire.h"

/* For an endless run build this file with -fsanitize=fuzzer,address -DFL_LIBFUZZER, together with the sources of src/engine, src/config,
 * src/stats and src/base. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void take_command(struct reader *r)
{
    struct cmd cmd;
    struct err err = {0};
    if (cmd_decode(&cmd, r, &err) == ERR_OK) {
        assert(cmd.kind > CMD_NONE && cmd.kind < CMD_KIND_COUNT && strlen(cmd.path) < sizeof cmd.path);
        cmd_done(&cmd);
    } else {
        assert(err.code != ERR_OK && err.message[0]);
    }
}

/* What screens rely on, whatever was decoded. */
static void check_snapshot(const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    assert(t->n_marks >= 0 && t->n_marks <= (int)(sizeof t->marks / sizeof t->marks[0]));
    assert(t->n_events >= 0 && t->n_events <= (int)(sizeof t->events / sizeof t->events[0]));
    assert(strlen(t->run) < sizeof t->run && strlen(t->end) < sizeof t->end);
    (void)t;
}

static void take_frame(enum frame kind, struct reader *r, struct snapshot *snap)
{
    struct channel_head head;
    struct notice notice;
    switch (kind) {
    case FRAME_COMMAND:
        take_command(r);
        break;
    case FRAME_SNAPSHOT:
        snapshot_decode_after(snap, r, NULL);
        check_snapshot(snap);
        break;
    case FRAME_NOTICE:
        if (notice_decode(&notice, r, NULL) == ERR_OK)
            assert(strlen(notice.text) < sizeof notice.text && strlen(notice.err.message) < sizeof notice.err.message);
        break;
    default:
        if (head_get(&head, r))
            assert(strlen(head.version) < sizeof head.version);
        break;
    }
}

/* The bytes as they would be read from the socket. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct channel c = {.fd = -1, .most = FRAME_TO_VIEWER};
    struct snapshot *snap = calloc(1, sizeof *snap);
    enum frame kind;
    struct reader r;
    str_add_n(&c.in, bytes, n);
    while (snap && channel_next(&c, &kind, &r) == 1)
        take_frame(kind, &r, snap);
    assert(c.in_at <= c.in.len);
    channel_done(&c);
    free(snap);
    return 0;
}

#ifndef FL_LIBFUZZER

#include "unit/test.h"

#include "base/mem.h"
#include "base/rng.h"

#define ROUNDS 4000

/* A greeting, a command, two snapshots, a notice. */
static void conversation(struct str *out)
{
    static struct snapshot snap;
    struct channel c = {.fd = -1};
    struct wire_known known = {0};
    struct options o;
    options_default(&o);
    option_set(&o, OPTION_ID_lr, "0.5", SOURCE_SCREEN, NULL);
    channel_begin(&c, FRAME_HELLO);
    head_put(&c.out);
    channel_end(&c);
    channel_begin(&c, FRAME_COMMAND);
    cmd_encode(&c.out, &(struct cmd){.kind = CMD_RATE, .real = 0.1, .path = "x", .options = &o});
    channel_end(&c);
    snap.train = (struct train_view){.job = 1, .n_marks = 2, .n_events = 3, .run = "/run", .steps_seen = 7, .epochs_seen = 2};
    for (int i = 0; i < 2; i++) {
        channel_begin(&c, FRAME_SNAPSHOT);
        snapshot_encode_after(&c.out, &snap, &known);
        channel_end(&c);
        snap.train.steps_seen += 3;
    }
    channel_begin(&c, FRAME_NOTICE);
    notice_encode(&c.out, &(struct notice){.kind = NOTICE_FINISHED, .text = "done"});
    channel_end(&c);
    str_add_n(out, c.out.s, c.out.len);
    channel_done(&c);
}

static void damaged_conversations(void **state)
{
    (void)state;
    struct str whole = STR_INIT;
    struct rng rng = rng_at(2026, RNG_DEMO, 7, 0);
    conversation(&whole);
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = rng_below(&rng, 3) ? whole.len : (size_t)rng_below(&rng, whole.len);
        uint8_t *bytes = xmemdup(whole.s, n); /* of the exact size, so that a read past the end is seen */
        for (uint64_t k = 1 + rng_below(&rng, 6); n > 0 && k > 0; k--)
            bytes[rng_below(&rng, n)] = rng_below(&rng, 4) ? (uint8_t)rng_u64(&rng) : 0xff;
        LLVMFuzzerTestOneInput(bytes, n);
        free(bytes);
    }
    print_message("# %d mutations of %zu bytes\n", ROUNDS, whole.len);
    assert_true(whole.len > 1000);
    str_done(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_conversations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
