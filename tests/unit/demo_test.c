/* data: the drawn pictures are the same everywhere, differ among each other, and are written once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/demo.h"
#include "data/demo_paint.h"

static uint64_t picture_hash(enum demo_kind kind, int cls, uint64_t seed, int index, int size)
{
    struct image image;
    demo_draw(&image, kind, cls, seed, index, size);
    assert_int_equal(image.width, size);
    assert_int_equal(image.height, size);
    uint64_t hash = XXH3_64bits(image.rgb, (size_t)size * (size_t)size * 3);
    image_done(&image);
    return hash;
}

static void own_sines(void **state)
{
    (void)state;
    double worst_wave = 0, worst_turn = 0;
    for (int i = -3000; i <= 3000; i++) {
        double t = i / 1000.0, a = 2 * acos(-1) * t;
        double dw = fabs(wave(t) - sin(a)), want = t - floor(t), dt = fabs(turn_of(cos(a), sin(a)) - want);
        dt = dt > 0.5 ? 1 - dt : dt;
        worst_wave = dw > worst_wave ? dw : worst_wave;
        worst_turn = dt > worst_turn ? dt : worst_turn;
    }
    print_message("# largest difference: wave %.2g, turn %.2g\n", worst_wave, worst_turn);
    assert_true(worst_wave < 1e-5 && worst_turn < 1e-5);
}

/* All pictures of a kind at 16 pixels, as one number: any change of the drawing, the compiler or
 * the machine shows. When a drawing is changed on purpose, DRAWING_VERSION in demo.c goes up with
 * the number here. */
static void same_pixels_everywhere(void **state)
{
    (void)state;
    static const uint64_t want[] = {0x942abaffac61ee5b, 0x65f5626a97a77897};
    for (enum demo_kind kind = DEMO_FLOWERS; kind <= DEMO_SHAPES; kind++) {
        uint64_t all = 0;
        for (int cls = 0; cls < demo_classes(kind); cls++) {
            for (int i = 0; i < 8; i++)
                all = all * 31 + picture_hash(kind, cls, 5, i, 16);
        }
        print_message("# %s: %016llx\n", kind ? "shapes" : "flowers", (unsigned long long)all);
        assert_true(all == want[kind]);
    }
}

static void every_argument_counts(void **state)
{
    (void)state;
    uint64_t first = picture_hash(DEMO_FLOWERS, 1, 5, 3, 24);
    assert_true(first == picture_hash(DEMO_FLOWERS, 1, 5, 3, 24));
    assert_true(first != picture_hash(DEMO_FLOWERS, 2, 5, 3, 24));
    assert_true(first != picture_hash(DEMO_FLOWERS, 1, 6, 3, 24));
    assert_true(first != picture_hash(DEMO_FLOWERS, 1, 5, 4, 24));
    assert_true(first != picture_hash(DEMO_SHAPES, 1, 5, 3, 24));
}

static void class_names(void **state)
{
    (void)state;
    assert_int_equal(demo_classes(DEMO_FLOWERS), 5);
    assert_true(demo_classes(DEMO_SHAPES) >= 12);
    for (enum demo_kind kind = DEMO_FLOWERS; kind <= DEMO_SHAPES; kind++) {
        for (int cls = 1; cls < demo_classes(kind); cls++)
            assert_true(strcmp(demo_class(kind, cls - 1), demo_class(kind, cls)) < 0);
    }
    for (int s = 0; s < demo_classes(DEMO_SHAPES); s++) {
        for (int f = 0; f < 5; f++)
            assert_string_not_equal(demo_class(DEMO_SHAPES, s), demo_class(DEMO_FLOWERS, f));
    }
}

static void mean_color(int cls, int index, double mean[3])
{
    struct image image;
    demo_draw(&image, DEMO_FLOWERS, cls, 11, index, 16);
    for (int i = 0; i < 16 * 16 * 3; i++)
        mean[i % 3] += image.rgb[i] / 256.0;
    image_done(&image);
}

/* Colour alone must not give the class away: the nearest mean colour is right less than half of the
 * time. */
static void colour_is_not_enough(void **state)
{
    (void)state;
    enum { TRAIN = 40, TEST = 40 };
    double centre[5][3] = {{0}};
    for (int cls = 0; cls < 5; cls++) {
        for (int i = 0; i < TRAIN; i++)
            mean_color(cls, i, centre[cls]);
    }
    int right = 0;
    for (int cls = 0; cls < 5; cls++) {
        for (int i = TRAIN; i < TRAIN + TEST; i++) {
            double mean[3] = {0}, best = 1e30;
            int nearest = -1;
            mean_color(cls, i, mean);
            for (int k = 0; k < 5; k++) {
                double d = 0;
                for (int c = 0; c < 3; c++)
                    d += (mean[c] - centre[k][c] / TRAIN) * (mean[c] - centre[k][c] / TRAIN);
                if (d < best) {
                    best = d;
                    nearest = k;
                }
            }
            right += nearest == cls;
        }
    }
    print_message("# nearest mean colour: %d of %d right\n", right, 5 * TEST);
    assert_true(right < 5 * TEST / 2);
}

static int64_t changed_at(const char *root, const char *name)
{
    char *path = path_join(root, name);
    struct stat st;
    int failed = stat(path, &st);
    free(path);
    return failed ? -1 : (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static void sets_are_written_once(void **state)
{
    char *root = *state, *folder = path_join(root, "deep/set");
    struct pool *pool = pool_new(2);
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 3, 32, 1, pool, NULL, NULL), ERR_OK);
    struct dataset *ds = scan(folder);
    assert_int_equal(ds->n_classes, 5);
    assert_int_equal(dataset_used(ds), 15);
    assert_int_equal(ds->n_files, 15); /* nothing else lies in it */
    assert_int_equal(ds->n_pairs, 0);
    assert_int_equal(file_named(ds, "tulip/tulip-0003.jpg")->width, 32);
    uint64_t fingerprint = ds->fingerprint;
    dataset_free(ds);
    /* complete and the same: left alone */
    int64_t written = changed_at(folder, "rose/rose-0001.jpg");
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 3, 32, 1, pool, NULL, NULL), ERR_OK);
    assert_true(written == changed_at(folder, "rose/rose-0001.jpg"));
    /* fewer: none of before stays */
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 2, 32, 1, pool, NULL, NULL), ERR_OK);
    assert_int_equal(changed_at(folder, "rose/rose-0003.jpg"), -1);
    /* the mark of an older version, inside, goes; another's file of that name stays */
    char *old = path_join(folder, ".demo.ini");
    assert_int_equal(file_replace(old, "# drawn by flowerlab\nkind = flowers\n", 36, NULL), ERR_OK);
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 2, 32, 1, pool, NULL, NULL), ERR_OK);
    assert_false(path_exists(old));
    assert_int_equal(file_replace(old, "mine\n", 5, NULL), ERR_OK);
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 2, 32, 1, pool, NULL, NULL), ERR_OK);
    assert_true(path_exists(old));
    unlink(old);
    free(old);
    /* cut off (no set.ini): written again, to the same bytes */
    char *ini = xasprintf("%s.ini", folder), *rose = path_join(folder, "rose/rose-0001.jpg");
    unlink(ini);
    unlink(rose);
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 3, 32, 1, pool, NULL, NULL), ERR_OK);
    ds = scan(folder);
    assert_true(ds->fingerprint == fingerprint);
    dataset_free(ds);
    free(ini);
    free(rose);
    free(folder);
    pool_free(pool);
}

static void errors_name_the_path(void **state)
{
    char *root = *state;
    put_text_file(root, "file", "in the way");
    char *folder = path_join(root, "file/set");
    struct pool *pool = pool_new(1);
    struct err err = {0};
    assert_int_not_equal(demo_write(folder, DEMO_SHAPES, 1, 16, 1, pool, NULL, &err), ERR_OK);
    assert_non_null(strstr(err.message, root));
    free(folder);
    pool_free(pool);
}

static bool five(void *user, size_t done, size_t total) /* on a thread of the pool: it must not fail */
{
    size_t *most = user;
    *most = total != 15 ? 99 : done > *most ? done : *most;
    return done < 5;
}

/* Who watches can stop it; what is there of the set is finished the next time. */
static void drawing_can_be_stopped(void **state)
{
    char *folder = path_join(*state, "set"), *ini = xasprintf("%s.ini", folder);
    struct pool *pool = pool_new(1);
    struct err err = {0};
    size_t most = 0;
    struct demo_watch watch = {five, &most};
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 3, 32, 1, pool, &watch, &err), ERR_CANCELLED);
    assert_int_equal(most, 5);
    assert_false(path_exists(ini));
    assert_int_equal(demo_write(folder, DEMO_FLOWERS, 3, 32, 1, pool, NULL, NULL), ERR_OK);
    assert_true(path_exists(ini));
    free(ini);
    free(folder);
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_sines),
        cmocka_unit_test(same_pixels_everywhere),
        cmocka_unit_test(every_argument_counts),
        cmocka_unit_test(class_names),
        cmocka_unit_test(colour_is_not_enough),
        IN_FOLDER(sets_are_written_once),
        IN_FOLDER(errors_name_the_path),
        IN_FOLDER(drawing_can_be_stopped),
    };
    return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
