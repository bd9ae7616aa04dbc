/* Byte forms there and back, blocks and their views, damaged bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/block.h"
#include "engine/wire.h"

static struct reader reader_over(const struct str *s)
{
    return reader_of(s->s, s->len);
}

static void command_there_and_back(void **state)
{
    (void)state;
    struct options options;
    options_default(&options);
    assert_int_equal(option_set(&options, OPTION_ID_epochs, "3,4", SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(option_set(&options, OPTION_ID_lr, "0.0123456789", SOURCE_COMMAND_LINE, NULL), ERR_OK);
    const char *list[] = {"a b.jpg", "", "c\nd"};
    struct cmd cmd = {.kind = CMD_PREDICT, .job = 1ull << 60, .path = "run", .path2 = "other", .number = -7,
                      .real = 0.1, .n_list = 3, .list = list, .options = &options};
    struct str bytes = STR_INIT, again = STR_INIT;
    cmd_encode(&bytes, &cmd);
    struct reader r = reader_over(&bytes);
    struct cmd back;
    struct err err = {0};
    assert_int_equal(cmd_decode(&back, &r, &err), ERR_OK);
    assert_int_equal(back.kind, CMD_PREDICT);
    assert_true(back.job == cmd.job && back.number == -7 && back.real == 0.1 && back.n_list == 3);
    assert_string_equal(back.path, "run");
    assert_string_equal(back.path2, "other");
    for (int i = 0; i < 3; i++)
        assert_string_equal(back.list[i], list[i]);
    assert_int_equal(back.options->source[OPTION_ID_epochs], SOURCE_SCREEN);
    assert_string_equal(back.options->epochs, "3,4");
    assert_true(back.options->lr == options.lr);
    cmd_encode(&again, &back);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.s, bytes.s, bytes.len);
    cmd_done(&back);
    for (size_t n = 0; n < bytes.len; n++) { /* every cut is an error, never a crash */
        r = reader_of(bytes.s, n);
        assert_int_equal(cmd_decode(&back, &r, NULL), ERR_FORMAT);
    }
    str_done(&bytes);
    str_done(&again);
}

static void notice_there_and_back(void **state)
{
    (void)state;
    struct notice n = {.kind = NOTICE_FAILED, .job = 12, .command = CMD_TRAIN, .block = 1ull << 40, .text = "it failed"};
    err_set(&n.err, ERR_DEVICE_MEMORY, "no memory");
    err_hint(&n.err, "smaller batch");
    snprintf(n.err.where, sizeof n.err.where, "step");
    struct str bytes = STR_INIT;
    notice_encode(&bytes, &n);
    struct reader r = reader_over(&bytes);
    struct notice back;
    assert_int_equal(notice_decode(&back, &r, NULL), ERR_OK);
    assert_true(back.kind == n.kind && back.job == n.job && back.command == n.command && back.block == n.block);
    assert_int_equal(back.err.code, ERR_DEVICE_MEMORY);
    assert_string_equal(back.err.where, "step");
    assert_string_equal(back.err.message, "no memory");
    assert_string_equal(back.err.hint, "smaller batch");
    assert_string_equal(back.text, "it failed");
    for (size_t k = 0; k < bytes.len; k++) {
        r = reader_of(bytes.s, k);
        assert_int_equal(notice_decode(&back, &r, NULL), ERR_FORMAT);
    }
    str_done(&bytes);
}

static struct snapshot a, b;

/* A value in every field; the rings are partly (epochs) and more than (steps) full. */
static void fill(struct snapshot *s)
{
    memset(s, 0, sizeof *s);
    s->n_queue = 2;
    for (int i = 0; i < 2; i++)
        s->queue[i] = (struct queue_entry){9u + (unsigned)i, "staged", "best", "resnet18", "lr 0.1", "/data/flowers"};
    s->gauges = (struct gauges){1, 0.5, 0.25, 2, 3, 4, 0.75, 65, 180, 300, 5, 6, 7.5, 8.5, 9.5, 10.5};
    s->generation = 77, s->memory_used = 1ull << 33, s->memory_total = 1ull << 36, s->viewers = 2;
    for (int i = 0; i < SNAP_JOBS; i++)
        s->jobs[i] = (struct job_view){.job = 5u + (unsigned)i, .command = CMD_SCAN, .state = JOB_STOPPING,
                                       .stage = "decoding", .done = 3, .total = 9, .seconds = 0.25, .bad = 2, .asked = 1};
    struct train_view *t = &s->train;
    *t = (struct train_view){
        .job = 5, .live = true, .run = "runs/a", .data = "flowers", .mode = "staged", .preset = "best",
        .model = "resnet18", .device = "cpu", .precision = "bf16", .weights = "w.pth", .match = "body 122 of 122",
        .n_classes = 5, .n_train = 3440, .n_val = 860, .phase = 2, .n_phases = 3, .epoch = 4, .n_epochs = 10,
        .step = 100, .steps_in_epoch = 54, .step_in_epoch = 7, .n_steps = 540, .images_per_s = 31.5, .seconds = 12.5,
        .eta = 99, .loader_wait = 0.125, .validating = true, .last_epoch = true, .majority = 0.245, .nearest_mean = 0.5, .steps_before = 4, .events_before = 1, .best = {3, 0.91, 0.3}, .n_marks = 2,
        .n_events = 1, .s_libtorch = 1.5, .s_weights = 0.25, .s_scan = 0.5, .s_features = 7.5, .s_first_step = 3,
        .steps_seen = SNAP_STEPS + 5, .epochs_seen = 3, .result = 8, .end = "done"};
    t->marks[0] = (struct phase_mark){1, "frozen"};
    t->marks[1] = (struct phase_mark){6, "all layers"};
    t->events[0] = (struct event_mark){12, 2, "rate x 0.1"};
    for (int i = 0; i < SNAP_STEPS; i++)
        t->steps[i] = (struct step_point){.step = i, .loss = 1.1f + (float)i, .acc = 0.5f, .lr = 0.01f, .lr_head = 0.1f,
                                          .images_per_s = 30, .grad_norm = 2, .seconds = i};
    for (int i = 0; i < 3; i++)
        t->epochs[i] = (struct epoch_metrics){i + 1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 2};
}

static void snapshot_there_and_back(void **state)
{
    (void)state;
    fill(&a);
    struct str bytes = STR_INIT, again = STR_INIT;
    snapshot_encode(&bytes, &a);
    struct reader r = reader_over(&bytes);
    assert_int_equal(snapshot_decode(&b, &r, NULL), ERR_OK);
    assert_true(r.p == r.end);
    assert_memory_equal(a.jobs, b.jobs, sizeof a.jobs);
    assert_int_equal(b.n_queue, 2);
    assert_memory_equal(a.queue, b.queue, sizeof a.queue);
    assert_memory_equal(&a.gauges, &b.gauges, sizeof a.gauges);
    assert_memory_equal(a.train.steps, b.train.steps, sizeof a.train.steps);
    assert_memory_equal(a.train.epochs, b.train.epochs, 3 * sizeof a.train.epochs[0]);
    assert_memory_equal(a.train.marks, b.train.marks, sizeof a.train.marks);
    assert_memory_equal(a.train.events, b.train.events, sizeof a.train.events);
    snapshot_encode(&again, &b);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.s, bytes.s, bytes.len);
    for (size_t n = 0; n < bytes.len; n += 97) {
        r = reader_of(bytes.s, n);
        assert_int_equal(snapshot_decode(&b, &r, NULL), ERR_FORMAT);
    }
    str_done(&bytes);
    str_done(&again);
}

/* Encodes what changed in a, decodes it onto b. */
static size_t follow(struct wire_known *known)
{
    struct str bytes = STR_INIT;
    struct err err = {0};
    snapshot_encode_after(&bytes, &a, known);
    struct reader r = reader_over(&bytes);
    if (snapshot_decode_after(&b, &r, &err) != ERR_OK)
        fail_msg("%s", err.message);
    size_t n = bytes.len;
    str_done(&bytes);
    return n;
}

static void add_step(struct train_view *t, float loss)
{
    t->steps[t->steps_seen % SNAP_STEPS] = (struct step_point){.step = (int64_t)t->steps_seen + 1, .loss = loss};
    t->steps_seen++;
}

/* Rings grow by what is new, are sent again for another run, and a viewer that missed more than a ring gets the whole ring. */
static void snapshots_follow_each_other(void **state)
{
    (void)state;
    struct wire_known known = {0};
    fill(&a);
    a.train.steps_seen = 0, a.train.epochs_seen = 2;
    memset(&b, 0, sizeof b);
    memset(a.train.steps, 0, sizeof a.train.steps);
    size_t head = follow(&known), most = 0;
    for (int i = 0; i < SNAP_STEPS + 100; i++) {
        add_step(&a.train, (float)i);
        if (i % 3 == 0) {
            size_t n = follow(&known);
            most = n > most ? n : most;
        }
    }
    a.train.epochs_seen = 3;
    follow(&known);
    print_message("# the first takes %zu bytes, the longest after it %zu\n", head, most);
    assert_true(most <= head + 3 * 56);
    assert_memory_equal(a.train.steps, b.train.steps, sizeof a.train.steps);
    assert_memory_equal(a.train.epochs, b.train.epochs, 3 * sizeof a.train.epochs[0]);
    for (int i = 0; i < SNAP_STEPS + 7; i++)
        add_step(&a.train, -(float)i);
    follow(&known);
    assert_memory_equal(a.train.steps, b.train.steps, sizeof a.train.steps);
    a.train.job++;
    a.train.steps_seen = a.train.epochs_seen = 0;
    add_step(&a.train, 0.25f);
    follow(&known);
    assert_true(b.train.steps_seen == 1 && b.train.epochs_seen == 0 && b.train.steps[0].loss == 0.25f);
}

/* What follows another snapshot than the last one is refused. */
static void a_gap_is_refused(void **state)
{
    (void)state;
    struct wire_known known = {0};
    fill(&a);
    a.train.steps_seen = 10, a.train.epochs_seen = 0;
    memset(&b, 0, sizeof b);
    follow(&known);
    a.train.steps_seen = 20;
    known.steps = 15; /* we never had 11 to 15 */
    struct str bytes = STR_INIT;
    struct err err = {0};
    snapshot_encode_after(&bytes, &a, &known);
    struct reader r = reader_over(&bytes);
    assert_int_equal(snapshot_decode_after(&b, &r, &err), ERR_FORMAT);
    print_message("# %s\n", err.message);
    str_done(&bytes);
}

#define FULL(text) memset(text, 'x', sizeof(text) - 1)

/* Every text filled to its end and every mark used, so that only padding has no part in the byte form. */
static void fill_to_the_brim(struct snapshot *s)
{
    fill(s);
    struct train_view *t = &s->train;
    FULL(t->run), FULL(t->data), FULL(t->mode), FULL(t->preset), FULL(t->model), FULL(t->device), FULL(t->precision);
    FULL(t->weights), FULL(t->match), FULL(t->end);
    t->n_marks = RECIPE_PHASES, t->n_events = 32;
    for (int i = 0; i < t->n_marks; i++)
        FULL(t->marks[i].title);
    for (int i = 0; i < t->n_events; i++)
        FULL(t->events[i].text);
    for (int i = 0; i < SNAP_JOBS; i++)
        FULL(s->jobs[i].stage);
    s->n_queue = QUEUE_RUNS;
    for (int i = 0; i < QUEUE_RUNS; i++) {
        struct queue_entry *q = &s->queue[i];
        q->job = 1;
        FULL(q->mode), FULL(q->preset), FULL(q->model), FULL(q->settings), FULL(q->data);
    }
    t->steps_seen = t->epochs_seen = 0; /* the rings are compared above */
}

/* Numbers that say how much follows: changing them makes another form anyway. */
static bool is_count(size_t at)
{
    size_t t = at - offsetof(struct snapshot, train), q = at - offsetof(struct snapshot, n_queue);
    if (q < sizeof a.n_queue)
        return true;
    return at >= offsetof(struct snapshot, train) &&
           ((t >= offsetof(struct train_view, n_marks) && t < offsetof(struct train_view, marks)) ||
            (t >= offsetof(struct train_view, steps_seen) && t < offsetof(struct train_view, steps)));
}

/* No field is forgotten: whatever byte is changed, outside padding, the byte form changes. */
static void no_field_is_left_out(void **state)
{
    (void)state;
    fill_to_the_brim(&a);
    struct str want = STR_INIT, got = STR_INIT;
    snapshot_encode(&want, &a);
    uint8_t *p = (uint8_t *)&a;
    size_t silent = 0;
    for (size_t at = 0; at < sizeof a; at++) {
        if (at == offsetof(struct snapshot, train) + offsetof(struct train_view, steps))
            at = offsetof(struct snapshot, train) + offsetof(struct train_view, result);
        if (is_count(at) || (at > 0 && p[at] == 0 && p[at - 1] == 'x')) /* the end of a text */
            continue;
        p[at] ^= 1;
        str_clear(&got);
        snapshot_encode(&got, &a);
        silent += got.len == want.len && memcmp(got.s, want.s, got.len) == 0;
        p[at] ^= 1;
    }
    size_t events = 32 * (sizeof(struct event_mark) - 8 - 4 - 40), train = 3 + 6 + 4;
    print_message("# %zu bytes have no part in the byte form; padding is %zu\n", silent, events + train);
    assert_int_equal(silent, events + train);
    str_done(&want);
    str_done(&got);
}

/* --- blocks -------------------------------------------------------------------------------------------------- */

/* Whatever a block that opens says is within its bounds. */
static void check_dataset(const struct ds_view *v)
{
    size_t x, y;
    bool conflict, across;
    for (size_t i = 0; i < v->n_files; i++) {
        struct ds_file_row f = ds_view_file(v, i);
        assert_true(!f.n_twins || f.twin < v->n_files);
    }
    for (size_t i = 0; i < v->n_pairs; i++) {
        ds_view_pair(v, i, &x, &y, &conflict, &across);
        assert_true(x < v->n_files && y < v->n_files);
    }
    for (size_t i = 0; i < v->n_files - v->n_used; i++)
        assert_true(ds_view_skipped(v, i) < v->n_files);
    assert_true(v->n_problems <= v->n_notes && v->n_conflicts <= v->n_pairs);
}

static void check_result(const struct result_view *v)
{
    for (enum result_order order = RESULT_ALL; order <= RESULT_CELL; order++) {
        struct result_rows rows = result_view_select(v, order, 0, 1);
        assert_true(rows.first + rows.n <= v->n);
        for (size_t i = 0; i < rows.n; i++)
            assert_true(result_view_in(v, &rows, i) < v->n);
    }
    size_t found = 0;
    if (result_view_find(v, "x.jpg", &found))
        assert_true(found < v->n);
}

/* Each byte of a block turned: it does not open, or is still read within its bounds. */
static void turn_bytes(enum block_kind kind, struct str *bytes)
{
    size_t opened = 0;
    struct ds_view ds;
    struct result_view result;
    for (size_t at = 0; at < bytes->len; at++) {
        for (int bit = 0; bit < 8; bit += 7) {
            bytes->s[at] = (char)(bytes->s[at] ^ 1 << bit);
            const struct block *block = block_from_bytes(kind, bytes->s, bytes->len);
            if (kind == BLOCK_DATASET && ds_view_open(&ds, block, NULL) == ERR_OK && ++opened)
                check_dataset(&ds);
            if (kind == BLOCK_RESULT && result_view_open(&result, block, NULL) == ERR_OK && ++opened)
                check_result(&result);
            block_release(block);
            bytes->s[at] = (char)(bytes->s[at] ^ 1 << bit);
        }
    }
    print_message("# %zu of %zu changed blocks still open\n", opened, 2 * bytes->len);
}

static void dataset_block(void **state)
{
    (void)state;
    struct ds_class classes[] = {{.name = "daisy", .n_files = 2, .n_used = 1, .bytes = 300},
                                 {.name = "rose", .n_files = 1, .n_used = 1, .bytes = 50}};
    struct ds_file files[] = {
        {.name = "daisy/a.jpg", .cls = 0, .status = FILE_USED, .kind = KIND_JPEG, .width = 40, .height = 30,
         .orientation = 6, .bytes = 100},
        {.name = "daisy/b.jpg", .cls = 0, .status = FILE_DAMAGED, .kind = KIND_JPEG, .bytes = 200, .detail = "cut off"},
        {.name = "rose/c.png", .cls = 1, .status = FILE_USED, .kind = KIND_PNG, .other_suffix = true, .given = PART_VAL,
         .bytes = 50}};
    struct ds_note notes[] = {{false, "one class has few pictures"}, {true, "folder x cannot be read"}};
    struct ds_pair pairs[] = {{0, 1, false, true}, {0, 2, true, false}};
    struct dataset ds = {.root = "/f", .n_classes = 2, .n_files = 3, .n_notes = 2, .n_pairs = 2, .classes = classes,
                         .files = files, .notes = notes, .pairs = pairs, .incomplete = true, .fingerprint = 42};
    ds.by_status[FILE_USED] = 2;
    ds.by_status[FILE_DAMAGED] = 1;
    struct str bytes = STR_INIT;
    block_dataset(&bytes, &ds, false);
    const struct block *block = block_from_bytes(BLOCK_DATASET, bytes.s, bytes.len);
    struct ds_view v;
    assert_int_equal(ds_view_open(&v, block, NULL), ERR_OK);
    assert_string_equal(v.root, "/f");
    assert_true(v.incomplete && !v.given_parts && !v.listing_only && v.fingerprint == 42 && v.n_used == 2);
    assert_int_equal(v.by_status[FILE_DAMAGED], 1);
    assert_string_equal(ds_view_class(&v, 1).name, "rose");
    assert_int_equal(ds_view_class(&v, 1).first_file, 2);
    struct ds_file_row f = ds_view_file(&v, 1);
    assert_string_equal(f.detail, "cut off");
    assert_string_equal(engine_status_name(f.status), file_status_name(FILE_DAMAGED));
    f = ds_view_file(&v, 2);
    assert_true(f.other_suffix && f.part == PART_VAL && f.cls == 1 && f.kind == KIND_PNG && f.bytes == 50);
    f = ds_view_file(&v, 0);
    assert_true(f.orientation == 6 && f.width == 40 && f.height == 30);
    bool problem = false, conflict = false, across = true;
    assert_string_equal(ds_view_note(&v, 0, &problem), "folder x cannot be read");
    size_t x, y;
    ds_view_pair(&v, 0, &x, &y, &conflict, &across);
    assert_true(problem && x == 0 && y == 2 && conflict && !across); /* problems and conflicts come first */
    assert_string_equal(ds_view_note(&v, 1, &problem), "one class has few pictures");
    ds_view_pair(&v, 1, &x, &y, &conflict, &across);
    assert_true(!problem && x == 0 && y == 1 && !conflict && across);
    assert_true(v.n_problems == 1 && v.n_conflicts == 1);
    assert_true(f.n_twins == 2 && f.twin == 1 && f.conflict);
    f = ds_view_file(&v, 1);
    assert_true(f.n_twins == 1 && f.twin == 0 && !f.conflict);
    assert_int_equal(ds_view_skipped(&v, 0), 1);
    check_dataset(&v);
    block_release(block);
    turn_bytes(BLOCK_DATASET, &bytes);
    for (size_t n = 0; n < bytes.len; n++) {
        block = block_from_bytes(BLOCK_DATASET, bytes.s, n);
        assert_int_equal(ds_view_open(&v, block, NULL), ERR_FORMAT);
        block_release(block);
    }
    str_done(&bytes);
}

static void result_block(void **state)
{
    (void)state;
    const char *classes[] = {"a", "b,\"c\""};
    int64_t counts[] = {3, 1, 0, 4};
    struct prediction_row rows[] = {{"x.jpg", 0, 1, 0.75, ""}, {"y.jpg", -1, -1, 0, "cut off"}};
    struct result r = {.n_classes = 2, .epoch = 7, .classes = classes, .what = "validation part", .loss = 0.5,
                       .acc = 0.875, .balanced = NAN, .counts = counts, .n = 2, .rows = rows};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    const struct block *block = block_from_bytes(BLOCK_RESULT, bytes.s, bytes.len);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_true(v.epoch == 7 && v.loss == 0.5 && v.acc == 0.875 && isnan(v.balanced) && v.n == 2);
    assert_string_equal(v.what, "validation part");
    assert_string_equal(result_view_class(&v, 1), "b,\"c\"");
    assert_int_equal(result_view_count(&v, 0, 1), 1);
    assert_int_equal(result_view_count(&v, 1, 1), 4);
    struct prediction_row row = result_view_row(&v, 1);
    assert_true(row.truth == -1 && row.predicted == -1);
    assert_string_equal(row.problem, "cut off");
    assert_true(result_view_row(&v, 0).probability == 0.75);
    struct result_class c = result_view_numbers(&v, 0);
    assert_true(c.n == 4 && c.predicted == 3 && c.right == 3 && c.taken_for == 1 && c.n_taken == 1);
    assert_true(v.n_known == 1 && v.n_mistakes == 1);
    check_result(&v);
    block_release(block);
    turn_bytes(BLOCK_RESULT, &bytes);
    for (size_t n = 0; n < bytes.len; n++) {
        block = block_from_bytes(BLOCK_RESULT, bytes.s, n);
        assert_int_equal(result_view_open(&v, block, NULL), ERR_FORMAT);
        block_release(block);
    }
    str_done(&bytes);
}

static void runs_block(void **state)
{
    (void)state;
    struct run_row rows[] = {{"/r/1", "1", "done", "frozen", "best", "resnet18", "/f", "2026-01-01", "", "try again", 5, 4, 0.9, 0.3, 12},
                             {"/r/2", "2", "broken", "", "", "", "", "", "run.ini: malformed", "", 0, 0, NAN, NAN, NAN}};
    struct str bytes = STR_INIT;
    block_runs(&bytes, rows, 2);
    const struct block *block = block_from_bytes(BLOCK_RUNS, bytes.s, bytes.len);
    assert_int_equal(runs_view_count(block), 2);
    struct run_row row;
    assert_true(runs_view_at(block, 0, &row));
    assert_true(row.epochs == 5 && row.best_epoch == 4 && row.best_val_acc == 0.9 && row.seconds == 12);
    assert_string_equal(row.started, "2026-01-01");
    assert_string_equal(row.remark, "try again");
    assert_true(runs_view_at(block, 1, &row));
    assert_string_equal(row.note, "run.ini: malformed");
    assert_false(runs_view_at(block, 2, &row));
    block_release(block);
    for (size_t n = 0; n < bytes.len; n++) {
        block = block_from_bytes(BLOCK_RUNS, bytes.s, n);
        assert_false(runs_view_at(block, 1, &row));
        block_release(block);
    }
    str_done(&bytes);
}

/* What a job hands over is checked there; what comes as bytes when it is opened, and only then. */
static void blocks_are_checked_once(void **state)
{
    (void)state;
    const char *classes[] = {"a"};
    struct prediction_row rows[] = {{"x.jpg", 0, 0, 0.75, ""}};
    struct result r = {.n_classes = 1, .classes = classes, .what = "", .n = 1, .rows = rows};
    struct str bytes = STR_INIT;
    struct result_view v;
    block_result(&bytes, &r);
    const struct block *block = block_from_bytes(BLOCK_RESULT, bytes.s, bytes.len);
    assert_false(block_is_good(block));
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_true(block_is_good(block));
    block_release(block);
    block = block_new(BLOCK_RESULT, &bytes);
    assert_true(block_is_good(block));
    block_release(block);
    str_add(&bytes, "no result at all, but long enough for the head of one, that is 64 bytes of it");
    block = block_new(BLOCK_RESULT, &bytes);
    assert_false(block_is_good(block));
    assert_int_equal(result_view_open(&v, block, NULL), ERR_FORMAT);
    block_release(block);
}

static void blocks_outlive_their_store(void **state)
{
    (void)state;
    struct block_store store = {0};
    uint64_t first = 0;
    const struct block *held = NULL;
    for (int i = 0; i <= BLOCKS_KEPT; i++) {
        struct str bytes = STR_INIT;
        block_text(&bytes, "x");
        uint64_t id = block_store_add(&store, block_new(BLOCK_TEXT, &bytes));
        if (i == 0) {
            first = id;
            held = block_store_get(&store, id);
        }
    }
    assert_null(block_store_get(&store, first)); /* the oldest made room */
    block_store_done(&store);
    assert_string_equal(text_view(held), "x");
    block_release(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_there_and_back), cmocka_unit_test(notice_there_and_back),
        cmocka_unit_test(snapshot_there_and_back), cmocka_unit_test(no_field_is_left_out),
        cmocka_unit_test(snapshots_follow_each_other), cmocka_unit_test(a_gap_is_refused),
        cmocka_unit_test(dataset_block),          cmocka_unit_test(result_block),
        cmocka_unit_test(blocks_are_checked_once),
        cmocka_unit_test(runs_block),             cmocka_unit_test(blocks_outlive_their_store),
    };
    return cmocka_run_group_tests_name("engine wire", tests, NULL, NULL);
}
