/* What a key, a frame and a slice of work read of a million files, and of a result of a thousand classes: counted in records, not in
 * time. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/dataset.h"
#include "engine/block.h"
#include "ui/data_sizes.h"
#include "ui/order.h"
#include "ui/stage.h"

#define MILLION 1000000
#define MANY 1000    /* classes */
#define ROWS 200000  /* of a result */
#define ON_SCREEN 200
#define SLICE (2 * ORDER_SLICE + ON_SCREEN) /* name and key of each */

/* --- records read, counted by the linker's --wrap -------------------------------------------- */

static struct {
    size_t files, classes, others, rows, counts, numbers; /* others: pairs, notes, files skipped */
} reads;

#define COUNTED(type, name, field, parameters, arguments)                                          \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        reads.field++;                                                                             \
        return __real_##name arguments;                                                            \
    }

COUNTED(struct ds_file_row, ds_view_file, files, (const struct ds_view *v, size_t i), (v, i))
COUNTED(struct ds_class_row, ds_view_class, classes, (const struct ds_view *v, size_t i), (v, i))
COUNTED(const char *, ds_view_note, others, (const struct ds_view *v, size_t i, bool *problem), (v, i, problem))
COUNTED(size_t, ds_view_skipped, others, (const struct ds_view *v, size_t i), (v, i))
COUNTED(struct prediction_row, result_view_row, rows, (const struct result_view *v, size_t i), (v, i))
COUNTED(int64_t, result_view_count, counts, (const struct result_view *v, int t, int p), (v, t, p))
COUNTED(struct result_class, result_view_numbers, numbers, (const struct result_view *v, int k), (v, k))

void __real_ds_view_pair(const struct ds_view *v, size_t i, size_t *a, size_t *b, bool *conflict, bool *across);
void __wrap_ds_view_pair(const struct ds_view *v, size_t i, size_t *a, size_t *b, bool *conflict, bool *across);
void __wrap_ds_view_pair(const struct ds_view *v, size_t i, size_t *a, size_t *b, bool *conflict, bool *across)
{
    reads.others++;
    __real_ds_view_pair(v, i, a, b, conflict, across);
}

static void forget_reads(void)
{
    memset(&reads, 0, sizeof reads);
}

static void check_reads(const char *what, size_t files, size_t classes)
{
    print_message("# %s: %zu files, %zu classes, %zu others, %zu rows, %zu counts, %zu numbers read\n", what, reads.files,
                  reads.classes, reads.others, reads.rows, reads.counts, reads.numbers);
    assert_true(reads.files <= files && reads.classes <= classes && reads.others <= ON_SCREEN && reads.rows <= ON_SCREEN);
}

/* A key and the frame after it, 160 x 50, read no more than this. */
static void costs(struct stage *s, const char *key, size_t files, size_t classes)
{
    struct canvas c;
    forget_reads();
    assert_null(stage_key(s, key));
    draw(s, &c, 160, 50, false);
    canvas_done(&c);
    check_reads(key, files, classes);
}

static size_t largest;

static void after_slice(void)
{
    largest = reads.files > largest ? reads.files : largest;
    assert_true(reads.classes <= 2 * MANY + ON_SCREEN && reads.others <= ON_SCREEN && reads.rows <= ON_SCREEN);
    forget_reads();
}

/* The rest of the work in slices of so many files at most; returns how many slices. */
static int finish(struct stage *s, size_t files)
{
    largest = 0;
    forget_reads();
    int n = stage_work(s, after_slice);
    print_message("# then %d slices of %zu files at most\n", n, largest);
    assert_true(largest <= files);
    return n;
}

/* --- drawn data sets -------------------------------------------------------------------------- */

static const struct block *thousand, *single; /* MANY classes of MANY files; one of a million */

static void draw_file(struct ds_file *f, size_t i, bool one)
{
    bool out = one ? i % 2 : i == 5 || i == 777777;
    f->status = !out ? FILE_USED : one && i % 3 == 0 ? FILE_BROKEN : FILE_DAMAGED;
    f->width = f->height = 64 + (int)(i % 500);
    f->bytes = i * 7919 % 999983;
    f->cls = one ? 0 : (int)(i / MANY);
    snprintf(f->name, 48, "c%04d/%06zu.jpg", f->cls, i);
}

static const struct block *draw_set(bool one)
{
    size_t n = one ? 1 : MANY;
    struct dataset ds = {.root = xstrdup("/data/flowers"), .n_classes = n, .n_files = MILLION};
    char *texts = xmalloc((size_t)MILLION * 48), (*names)[24] = xmalloc(n * 24);
    ds.classes = xcalloc(n, sizeof *ds.classes);
    ds.files = xcalloc(MILLION, sizeof *ds.files);
    for (size_t k = 0; k < n; k++) {
        snprintf(names[k], 24, "c%04zu", k);
        ds.classes[k] = (struct ds_class){.name = names[k], .n_files = MILLION / n, .bytes = 1};
    }
    for (size_t i = 0; i < MILLION; i++) {
        ds.files[i].name = texts + 48 * i;
        draw_file(&ds.files[i], i, one);
        ds.by_status[ds.files[i].status]++;
        ds.classes[ds.files[i].cls].n_used += ds.files[i].status == FILE_USED;
    }
    for (size_t i = 0; one && i < MILLION / 4; i++) {
        ds.pairs = i ? ds.pairs : xcalloc(MILLION / 4, sizeof *ds.pairs);
        ds.pairs[ds.n_pairs++] = (struct ds_pair){4 * i, 4 * i + 2, i % 2, false};
    }
    struct str bytes = STR_INIT;
    block_dataset(&bytes, &ds, false);
    const struct block *block = block_new(BLOCK_DATASET, &bytes);
    free(ds.root), free(ds.classes), free(ds.files), free(ds.pairs), free(names), free(texts);
    return block;
}

static int draw_sets(void **state)
{
    (void)state;
    thousand = draw_set(false);
    single = draw_set(true);
    return 0;
}

static int drop_sets(void **state)
{
    (void)state;
    block_release(thousand);
    block_release(single);
    return 0;
}

static void open_set(struct stage *s, const struct screen_ops *screen, const struct block *block)
{
    stage_open(s, screen);
    struct ui_model *model = &s->world.model;
    block_release(model->dataset);
    model->dataset = block_retain(block);
    forget_reads();
    assert_int_equal(ds_view_open(&model->ds, model->dataset, NULL), ERR_OK);
    check_reads("opening what was checked", 0, 0);
    model->dataset_version++;
}

/* --- Data ------------------------------------------------------------------------------------- */

static void a_thousand_classes(void **state)
{
    (void)state;
    struct stage s;
    open_set(&s, &screen_data, thousand);
    golden_at(&s, "data-million", 80, 24, false);
    static const char *const moves[] = {"Down", "PgDn",  "End",   "Up", "Right", "PgDn", "End",
                                        "Home", "Enter", "Right", "+",  "Esc",   "Left", "Home"};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        costs(&s, moves[i], ON_SCREEN, ON_SCREEN);
    costs(&s, "s", ON_SCREEN, 2 * MANY + ON_SCREEN); /* one key a class */
    costs(&s, "s", ON_SCREEN, 2 * MANY + ON_SCREEN);
    assert_true(stage_shows(&s, "c0777"));
    costs(&s, "/", ON_SCREEN, ON_SCREEN);
    costs(&s, "7", ON_SCREEN, MANY + ON_SCREEN);
    costs(&s, "7", ON_SCREEN, 400); /* what the letter before left */
    assert_true(stage_shows(&s, "19 of 1000"));
    costs(&s, "Esc", ON_SCREEN, 2 * MANY + ON_SCREEN);
    costs(&s, "p", ON_SCREEN, ON_SCREEN);
    costs(&s, "End", ON_SCREEN, ON_SCREEN);
    costs(&s, "i", SIZES_SLICE + ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "counted 16384 of 1000000"));
    costs(&s, "Down", SIZES_SLICE + ON_SCREEN, ON_SCREEN); /* one class */
    costs(&s, "Up", SIZES_SLICE + ON_SCREEN, ON_SCREEN);
    assert_in_range(finish(&s, SIZES_SLICE), MILLION / SIZES_SLICE, MILLION / SIZES_SLICE + 2);
    assert_true(stage_shows(&s, "999998 pictures, the shorter side from 64 to 563 pixels"));
    stage_close(&s);
}

/* The selected file's place, as the heading says it. */
static void a_class_of_a_million(void **state)
{
    (void)state;
    struct stage s;
    open_set(&s, &screen_data, single);
    assert_true(stage_shows(&s, "1 of 1000000"));
    static const char *const moves[] = {"Right", "PgDn", "End", "Home", "Down"};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        costs(&s, moves[i], ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "2 of 1000000"));
    costs(&s, "s", SLICE, ON_SCREEN); /* by bytes */
    assert_in_range(finish(&s, SLICE), MILLION / ORDER_SLICE, 10 * MILLION / ORDER_SLICE);
    assert_true(stage_shows(&s, "most bytes first"));
    assert_true(stage_shows(&s, "file    000001.jpg")); /* selected as before */
    costs(&s, "Home", ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "bytes   1.0 MB")); /* 999982 of them */
    costs(&s, "S", SLICE, ON_SCREEN);
    finish(&s, SLICE);
    costs(&s, "Home", ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "bytes   0 B"));
    costs(&s, "/", ON_SCREEN, ON_SCREEN);
    costs(&s, "9", SLICE, ON_SCREEN);
    costs(&s, "9", SLICE, ON_SCREEN); /* before the first letter's work is done */
    costs(&s, "9", SLICE, ON_SCREEN);
    finish(&s, SLICE);
    assert_true(stage_shows(&s, "3700 of 1000000"));
    costs(&s, "9", 3700 + ON_SCREEN, ON_SCREEN); /* of those that are left */
    assert_true(stage_shows(&s, "280 of 1000000"));
    costs(&s, "Esc", SLICE, ON_SCREEN);
    finish(&s, SLICE);
    costs(&s, "End", ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "bytes   1.0 MB"));
    stage_close(&s);
}

/* Half of a million are skipped, and every second of the others is in a pair. */
static void problems_without_end(void **state)
{
    (void)state;
    struct stage s;
    open_set(&s, &screen_data, single);
    assert_true(stage_shows(&s, "same as"));
    static const char *const keys[] = {"p", "End", "PgUp", "Left", "Left", "Left", "Right", "Down", "Enter", "Right",
                                       "PgUp", "Esc", "Esc", "d", "Down", "Enter", "Right", "Esc", "End"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        costs(&s, keys[i], ON_SCREEN, ON_SCREEN);
    assert_true(stage_shows(&s, "c0000/999992.jpg = c0000/999994.jpg")); /* the last pair of one class */
    stage_close(&s);
}

/* --- Samples ---------------------------------------------------------------------------------- */

static void predicted_ones_are_searched_for(void **state)
{
    (void)state;
    struct stage s;
    open_set(&s, &screen_samples, thousand);
    struct ui_model *model = &s.world.model;
    static const char *const keys[] = {"r", "+", "r", "Right", "Down", "v", "a", "Esc", "-"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        costs(&s, keys[i], 2 * ON_SCREEN, 5 * MANY); /* those that the filter lets through are counted */
    struct prediction_row rows[30];
    const char *classes[] = {"a", "b"};
    for (size_t i = 0; i < 30; i++)
        rows[i] = (struct prediction_row){ds_view_file(&model->ds, 33331 * i).name, 0, 1, 0.5, ""};
    struct result r = {.n_classes = 2, .classes = classes, .what = "", .n = 30, .rows = rows};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    block_release(model->result);
    model->result = block_new(BLOCK_RESULT, &bytes);
    assert_int_equal(result_view_open(&model->res, model->result, NULL), ERR_OK);
    model->result_version++;
    snprintf(s.world.snap->train.data, sizeof s.world.snap->train.data, "%s", model->ds.root);
    costs(&s, "p", 5000, 5 * MANY);
    assert_true(finish(&s, 5000) > 10);
    assert_true(stage_shows(&s, "15 of 30 predicted"));
    costs(&s, "Right", ON_SCREEN, 5 * MANY);
    stage_close(&s);
}

/* --- results ---------------------------------------------------------------------------------- */

static void take_result(struct ui_model *model)
{
    char(*names)[16] = xcalloc(MANY, sizeof *names);
    const char **classes = xcalloc(MANY, sizeof *classes);
    struct prediction_row *rows = xcalloc(ROWS, sizeof *rows);
    int64_t *counts = xcalloc((size_t)MANY * MANY, sizeof *counts);
    for (int k = 0; k < MANY; k++) {
        snprintf(names[k], sizeof names[k], "class %d", k);
        classes[k] = names[k];
    }
    for (size_t i = 0; i < ROWS; i++) {
        int truth = (int)(i % MANY), answer = i % 3 ? truth : (int)(i * 7 % MANY);
        rows[i] = (struct prediction_row){"x.jpg", truth, answer, (double)(i * 31 % 997) / 997, ""};
        counts[truth * MANY + answer]++;
    }
    struct result r = {.n_classes = MANY, .classes = classes, .what = "validation part", .counts = counts, .n = ROWS, .rows = rows};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    block_release(model->result);
    model->result = block_new(BLOCK_RESULT, &bytes);
    model->result_version++;
    free(names), free(classes), free(rows), free(counts);
}

static void open_result(struct stage *s, const struct screen_ops *screen)
{
    stage_open(s, screen);
    world_done_run(&s->world);
    take_result(&s->world.model);
    forget_reads();
    assert_int_equal(result_view_open(&s->world.model.res, s->world.model.result, NULL), ERR_OK);
    check_reads("opening what was checked", 0, 0);
}

static void counts_read(size_t most)
{
    assert_true(reads.counts <= most && reads.numbers <= MANY);
}

static void a_large_result(void **state)
{
    (void)state;
    struct stage s;
    open_result(&s, &screen_results);
    static const char *const keys[] = {"Down", "Right", "PgDn", "End", "Home", "%", "Enter", "Right", "Enter", "Esc", "Esc", "v",
                                       "s", "s", "S", "End", "Enter", "Esc", "v", "PgDn", "End", "Enter"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        costs(&s, keys[i], 0, 0);
        counts_read(160 * 50);
    }
    stage_close(&s);
}

static void a_large_result_on_train(void **state)
{
    (void)state;
    struct stage s;
    open_result(&s, &screen_train);
    static const char *const keys[] = {"n", "Right", "N", "t"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        costs(&s, keys[i], 0, 0);
        counts_read(0);
    }
    assert_true(stage_shows(&s, "worst first"));
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_classes),   cmocka_unit_test(a_class_of_a_million),
        cmocka_unit_test(problems_without_end), cmocka_unit_test(predicted_ones_are_searched_for),
        cmocka_unit_test(a_large_result),       cmocka_unit_test(a_large_result_on_train),
    };
    return cmocka_run_group_tests(tests, draw_sets, drop_sets);
}
