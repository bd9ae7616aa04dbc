/* The Samples screen by keys: views, draws of epochs, classes, rows and columns, predictions; and
 * the pixels of frames and parts. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/block.h"
#include "image/resize.h"
#include "ui/picture_make.h"
#include "ui/samples_screen.h"
#include "ui/stage.h"

static void open_samples(struct stage *s)
{
    struct canvas c;
    stage_open(s, &screen_samples);
    draw(s, &c, 80, 24, false);
    canvas_done(&c);
}

/* The pictures wanted at 160 x 50; the caller frees. */
static struct canvas wanted(struct stage *s)
{
    struct canvas c;
    draw(s, &c, 160, 50, false);
    return c;
}

static int count(struct stage *s)
{
    struct canvas c = wanted(s);
    int n = c.n_pictures;
    canvas_done(&c);
    return n;
}

/* --- draws of epochs ------------------------------------------------------------------------- */

/* One picture: framed, as evaluation sees it, then epoch after epoch with the loader's key. */
static void draws(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    struct options *o = &s.world.options; /* not the preset's, which may become better */
    assert_int_equal(option_set(o, OPTION_ID_flip, "true", SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(option_set(o, OPTION_ID_crop_min, "0.5", SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(option_set(o, OPTION_ID_crop, "true", SOURCE_SCREEN, NULL), ERR_OK);
    assert_int_equal(option_set(o, OPTION_ID_views, "3", SOURCE_SCREEN, NULL), ERR_OK);
    struct canvas grid = wanted(&s);
    stage_key(&s, "Right");
    stage_key(&s, "a");
    golden_sizes(&s, "samples-draws");
    struct canvas c = wanted(&s);
    assert_int_equal(c.n_pictures, 15);
    const struct picture_want *frame = &c.pictures[0].want, *seen = &c.pictures[1].want;
    assert_true(frame->frame && !frame->square && !frame->augment);
    assert_true(!seen->frame && seen->square == 320 && !seen->augment);
    for (int i = 0; i < c.n_pictures; i++) {
        const struct picture_want *w = &c.pictures[i].want;
        assert_string_equal(w->path, grid.pictures[1].want.path);
        assert_int_equal(w->augment, i < 2 ? 0 : i - 1);
        if (i < 2)
            continue;
        struct ds_file_row f = ds_view_file(&s.world.model.ds, w->file);
        assert_non_null(strstr(w->path, f.name));
    }
    canvas_done(&c);
    canvas_done(&grid);
    stage_key(&s, "v"); /* the frames of the same draws */
    c = wanted(&s);
    assert_true(c.pictures[5].want.frame && c.pictures[5].want.augment == 4);
    canvas_done(&c);
    golden_at(&s, "samples-draws-frames", 80, 24, false);
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "15 of 3643"));
    option_unset(o, OPTION_ID_flip);
    option_unset(o, OPTION_ID_crop_min);
    option_unset(o, OPTION_ID_crop);
    option_unset(o, OPTION_ID_views);
    option_set(o, OPTION_ID_preset, "classic", SOURCE_SCREEN, NULL);
    stage_key(&s, "a");
    assert_true(stage_shows(&s, "no augmentation in these settings"));
    assert_int_equal(count(&s), 2);
    stage_close(&s);
}

/* What is said to be cut is what the rule cuts. */
static void cuts(void **state)
{
    (void)state;
    struct ds_file_row f = {.width = 320, .height = 240};
    struct picture_want want = {.crop = true};
    char text[96];
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "43 % cut"); /* 1 - 210^2 / (320 * 240) */
    want.views = 3; /* the middle of three */
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "43 % cut");
    want.frame = true; /* around all three: 1 - 320 * 210 / (320 * 240) */
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "12 % cut");
    want = (struct picture_want){.crop = true, .views = 2}; /* of two, none lies in the middle */
    struct rect shown = picture_draw(&want, 320, 240).window, first = crop_view(320, 240, 0, 2);
    assert_memory_equal(&shown, &first, sizeof shown);
    want = (struct picture_want){0};
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "whole, 1.33 : 1");
    f.height = 320;
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "whole");
    want = (struct picture_want){.crop = true, .augment = 3, .aug_flip = true, .seed = 5};
    int mirrored = 0;
    for (want.file = 0; want.file < 100;
         want.file++) { /* without a random crop the rule's window stays */
        samples_cut(text, sizeof text, &want, &f);
        assert_int_equal(strncmp(text, "23 % cut", 8), 0);
        mirrored += strstr(text, ", flip") != NULL;
    }
    print_message("# %d of 100 mirrored\n", mirrored);
    assert_in_range(mirrored, 30, 70);
    f.width = 0;
    samples_cut(text, sizeof text, &want, &f);
    assert_string_equal(text, "");
}

/* --- classes, rows and columns, predictions -------------------------------------------------- */

static void classes(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    stage_type(&s, "/da");
    golden_sizes(&s, "samples-filter");
    struct canvas c = wanted(&s);
    assert_int_equal(c.n_pictures, 15);
    for (int i = 0; i < c.n_pictures; i++)
        assert_true(strstr(c.pictures[i].want.path, "/daisy/") ||
                    strstr(c.pictures[i].want.path, "/dandelion/"));
    canvas_done(&c);
    stage_type(&s, "x");
    golden_at(&s, "samples-filter-none", 80, 24, false);
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "all classes"));
    stage_key(&s, "f");
    s.world.asked.chosen(s.world.asked.user, 5);
    assert_true(stage_shows(&s, "15 of 3643, tulips"));
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "all classes"));
    stage_close(&s);
}

static void rows_and_columns(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    assert_int_equal(count(&s), 15);
    assert_null(stage_key(&s, "]"));
    assert_int_equal(count(&s), 18);
    assert_null(stage_key(&s, "}"));
    assert_int_equal(count(&s), 24);
    golden_at(&s, "samples-4x6", 160, 50, false);
    assert_null(stage_key(&s, "["));
    assert_int_equal(count(&s), 20);
    for (int i = 0; i < 3; i++) {
        assert_null(stage_key(&s, "{"));
        count(&s);
    }
    assert_string_equal(stage_key(&s, "{"), "this is the only row");
    assert_int_equal(count(&s), 5);
    stage_key(&s, "+"); /* a level's own rows and columns */
    assert_int_equal(count(&s), 24);
    const char *reason = NULL;
    for (int i = 0; i < 40 && !reason; i++) {
        reason = stage_key(&s, "]");
        count(&s);
    }
    assert_string_equal(reason, "there is no room for more columns");
    stage_close(&s);
}

static void predictions(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    assert_non_null(stage_key(&s, "p"));
    world_done_run(&s.world);
    count(&s);
    assert_null(stage_key(&s, "p"));
    golden_at(&s, "samples-predicted", 80, 24, false);
    struct canvas c = wanted(&s);
    struct str text = STR_INIT;
    canvas_text(&text, &c);
    size_t marks = 0; /* right or wrong below each */
    for (const char *p = text.s; (p = strstr(p, "\xe2\x9c")); p++)
        marks++;
    assert_int_equal(marks, c.n_pictures);
    str_done(&text);
    canvas_done(&c);
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "15 of 3643, all classes"));
    stage_close(&s);
}

/* A run opened from Runs: its predictions are read once, and are shown only for its own folder. */
static void older_run(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    struct ui_model *model = &s.world.model;
    snprintf(model->run, sizeof model->run, "/data/runs/old");
    snprintf(model->run_data, sizeof model->run_data, "/data/flowers");
    s.ops->enter(s.self, model);
    assert_int_equal(s.world.asked.command, CMD_STORED);
    assert_string_equal(s.world.asked.path, "/data/runs/old");
    const char *classes[] = {"daisy", "dandelion", "roses", "sunflowers", "tulips"};
    struct prediction_row rows[100];
    size_t n = 0;
    for (size_t i = 1000; n < 100; i++) {
        struct ds_file_row f = ds_view_file(&model->ds, i);
        if (f.status != STATUS_USED)
            continue;
        rows[n] = (struct prediction_row){f.name, f.cls, n % 2 ? 4 : f.cls, 0.75, ""};
        n++;
    }
    struct result r = {.n_classes = 5,
                       .epoch = 3,
                       .classes = classes,
                       .what = "validation part",
                       .acc = 0.5,
                       .n = n,
                       .rows = rows};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    answer(&s, CMD_STORED, BLOCK_RESULT, &bytes, "");
    s.world.asked.command = CMD_NONE;
    s.ops->enter(s.self, model);
    assert_int_equal(s.world.asked.command, CMD_NONE); /* it is known */
    count(&s);
    assert_null(stage_key(&s, "p"));
    assert_true(stage_shows(&s, "of 100 predicted"));
    stage_work(&s, NULL);
    assert_true(stage_shows(&s, "15 of 100 predicted"));
    assert_true(stage_shows(&s, "epoch 3: 50.0 % right"));
    assert_true(stage_shows(&s, "\xe2\x9c\x97 tulips 75.0 %"));
    snprintf(model->run_data, sizeof model->run_data, "/data/cats");
    assert_true(stage_shows(&s, "15 of 3643"));
    stage_close(&s);
}

static void enlarges(void **state)
{
    (void)state;
    struct stage s;
    open_samples(&s);
    assert_non_null(stage_key(&s, "0"));
    stage_key(&s, "Enter");
    struct canvas whole = wanted(&s);
    assert_int_equal(whole.n_pictures, 1);
    stage_key(&s, "+");
    stage_key(&s, "+");
    struct canvas part = wanted(&s);
    assert_in_range(part.pictures[0].want.window.w, 1, PICTURE_WHOLE - 1);
    stage_key(&s, "Down");
    struct canvas lower = wanted(&s);
    assert_true(lower.pictures[0].want.window.y > part.pictures[0].want.window.y);
    assert_string_equal(lower.pictures[0].want.path, whole.pictures[0].want.path);
    stage_key(&s, "0");
    stage_key(&s, "Right"); /* all is seen: the next one */
    struct canvas next = wanted(&s);
    assert_string_not_equal(next.pictures[0].want.path, whole.pictures[0].want.path);
    canvas_done(&next);
    canvas_done(&lower);
    canvas_done(&part);
    canvas_done(&whole);
    stage_key(&s, "v");
    assert_non_null(stage_key(&s, "+")); /* only the original */
    assert_non_null(stage_key(&s, "]"));
    stage_close(&s);
}

/* --- every key ------------------------------------------------------------------------------- */

static void open_large(struct stage *s)
{
    open_samples(s);
    stage_key(s, "Enter");
    count(s);
    stage_key(s, "+");
}

static void open_draws(struct stage *s)
{
    open_samples(s);
    stage_key(s, "a");
    count(s);
}

static void open_predicted(struct stage *s)
{
    open_samples(s);
    world_done_run(&s->world);
    count(s);
    stage_key(s, "p");
}

static void open_nothing(struct stage *s)
{
    stage_open(s, &screen_samples);
    world_no_data(&s->world);
}

/* The screen changes, the app is asked for something, or the status line says why not. */
static void every_key(void **state)
{
    (void)state;
    answers_to_all(open_samples);
    answers_to_all(open_large);
    answers_to_all(open_draws);
    answers_to_all(open_predicted);
    answers_to_all(open_nothing);
}

/* --- pixels -------------------------------------------------------------------------------- */

#define SIDE 256

static char folder[] = "/tmp/flowerlab-samples-XXXXXX", file[64];

/* Left half red, right half blue. */
static int write_picture(void **state)
{
    static uint8_t rgb[SIDE * SIDE * 3];
    (void)state;
    uint8_t *bytes;
    size_t n;
    for (int i = 0; i < SIDE * SIDE; i++)
        rgb[3 * i + (i % SIDE < SIDE / 2 ? 0 : 2)] = 250;
    struct image image = {SIDE, SIDE, rgb};
    if (!mkdtemp(folder) || image_encode_jpeg(&image, 95, &bytes, &n, NULL) != ERR_OK)
        return 1;
    snprintf(file, sizeof file, "%s/a.jpg", folder);
    enum err_code code = file_replace(file, (const char *)bytes, n, NULL);
    free(bytes);
    return code != ERR_OK;
}

static int remove_picture(void **state)
{
    (void)state;
    return unlink(file) != 0 || rmdir(folder) != 0;
}

static uint8_t *make(const struct picture_want *given, int w, int h)
{
    struct picture_want want = *given;
    uint8_t *rgb;
    snprintf(want.path, sizeof want.path, "%s", file);
    const struct picture_frame frame = {w, h, w, h, 0x010203};
    assert_int_equal(picture_make(&rgb, NULL, &want, &frame, NULL), ERR_OK);
    return rgb;
}

static int worst(const uint8_t *p, int r, int g, int b)
{
    int d = abs(p[0] - r);
    d = abs(p[1] - g) > d ? abs(p[1] - g) : d;
    return abs(p[2] - b) > d ? abs(p[2] - b) : d;
}

static void parts(void **state)
{
    (void)state;
    int w = PICTURE_WHOLE;
    struct picture_want right = {.window = {w / 2 + w / 16, w / 4, w / 4, w / 2}};
    uint8_t *rgb = make(&right, 64, 64);
    int off = 0;
    for (int i = 0; i < 64; i++) { /* the middle row: 32 wide, background beside it */
        const uint8_t *p = rgb + ((size_t)32 * 64 + (size_t)i) * 3;
        int d = i >= 16 && i < 48 ? worst(p, 0, 0, 250) : worst(p, 1, 2, 3);
        off = d > off ? d : off;
    }
    print_message("# largest difference %d\n", off);
    assert_in_range(off, 0, 12); /* JPEG */
    free(rgb);
}

/* 256 x 256, cut to the middle 224 x 224. */
static void frames(void **state)
{
    (void)state;
    struct picture_want want = {.crop = true, .frame = true};
    uint8_t *rgb = make(&want, SIDE, SIDE);
    const uint8_t *row = rgb + (size_t)60 * SIDE * 3;
    assert_in_range(worst(row + 3 * 8, 100, 0, 0), 0, 12); /* outside: two fifths as bright */
    assert_in_range(worst(row + 3 * 16, 0xff, 0xe1, 0x4d), 0, 0);
    assert_in_range(worst(row + 3 * 239, 0xff, 0xe1, 0x4d), 0, 0);
    assert_in_range(worst(row + 3 * 15, 100, 0, 0), 0, 12);
    assert_in_range(worst(row + 3 * 20, 250, 0, 0), 0, 12); /* inside: as it is */
    assert_in_range(worst(row + 3 * 245, 0, 0, 100), 0, 12);
    free(rgb);
    want.views = 2; /* side by side they reach both ends */
    rgb = make(&want, SIDE, SIDE);
    row = rgb + (size_t)60 * SIDE * 3;
    assert_in_range(worst(row, 0xff, 0xe1, 0x4d), 0, 0);
    assert_in_range(worst(row + 3 * 255, 0xff, 0xe1, 0x4d), 0, 0);
    assert_in_range(worst(row + 3 * 8, 250, 0, 0), 0, 12);
    row = rgb + (size_t)8 * SIDE * 3;
    assert_in_range(worst(row + 3 * 20, 100, 0, 0), 0, 12);
    free(rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws),       cmocka_unit_test(cuts),
        cmocka_unit_test(classes),     cmocka_unit_test(rows_and_columns),
        cmocka_unit_test(predictions), cmocka_unit_test(older_run),
        cmocka_unit_test(enlarges),    cmocka_unit_test(every_key),
        cmocka_unit_test(parts),       cmocka_unit_test(frames),
    };
    return cmocka_run_group_tests(tests, write_picture, remove_picture);
}
