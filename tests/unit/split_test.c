/* data: the split (faults B15 to B18, B21) and its file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/split.h"

/* A data set without files on a disk: the split needs only names, classes, hashes and pairs. */
static struct dataset *imagine(size_t n_classes, const size_t *counts)
{
    struct dataset *ds = xcalloc(1, sizeof *ds);
    ds->root = xstrdup("/nowhere");
    ds->n_classes = n_classes;
    ds->classes = xcalloc(n_classes, sizeof *ds->classes);
    for (size_t c = 0; c < n_classes; c++)
        ds->n_files += counts[c];
    ds->files = xcalloc(ds->n_files, sizeof *ds->files);
    size_t f = 0;
    for (size_t c = 0; c < n_classes; c++) {
        ds->classes[c].name = xasprintf("c%02zu", c);
        for (size_t i = 0; i < counts[c]; i++, f++) {
            ds->files[f].name = xasprintf("c%02zu/%04zu.jpg", c, i);
            ds->files[f].cls = (int)c;
            ds->files[f].hash_lo = f + 1;
        }
    }
    ds->by_status[FILE_USED] = ds->n_files;
    return ds;
}

static void pair(struct dataset *ds, size_t a, size_t b)
{
    ds->pairs = xrealloc(ds->pairs, ds->n_pairs + 1, sizeof *ds->pairs);
    ds->pairs[ds->n_pairs++] = (struct ds_pair){.a = a, .b = b};
}

static struct split draw(const struct dataset *ds, double share, uint64_t seed)
{
    struct split split;
    struct err err = {0};
    assert_int_equal(split_random(&split, ds, share, seed, &err), ERR_OK);
    assert_int_equal(split.n_train + split.n_val, dataset_used(ds));
    return split;
}

static int side(const struct split *split, uint32_t file)
{
    int sides = 0;
    for (size_t i = 0; i < split->n_train; i++)
        sides += split->train[i] == file ? 1 : 0;
    for (size_t i = 0; i < split->n_val; i++)
        sides += split->val[i] == file ? 100 : 0;
    assert_true(sides == 1 || sides == 100); /* B21: on one side, once */
    return sides == 1 ? PART_TRAIN : PART_VAL;
}

/* B15: 1, 2, 3 and 20 pictures */
static void small_classes(void **state)
{
    (void)state;
    struct dataset *ds = imagine(5, (const size_t[]){1, 2, 3, 20, 0});
    static const int64_t want_val[] = {0, 1, 1, 4, 0}, want_train[] = {1, 1, 2, 16, 0};
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct split split = draw(ds, 0.2, seed);
        int64_t train[5], val[5];
        split_counts(&split, ds, PART_TRAIN, train);
        split_counts(&split, ds, PART_VAL, val);
        assert_memory_equal(val, want_val, sizeof val);
        assert_memory_equal(train, want_train, sizeof train);
        if (seed == 0) {
            struct str text = STR_INIT;
            split_warnings(&text, &split, ds);
            assert_string_equal(text.s, "class c00: 1 in training, none in validation: not measured\n"
                                        "class c01: 1 in training, 1 in validation\n"
                                        "class c02: 2 in training, 1 in validation\n"
                                        "class c04: no picture to train on, 0 in validation\n");
            str_done(&text);
        }
        split_done(&split);
    }
    dataset_free(ds);
}

/* B16: a rare class is always measured; shares round to the nearest */
static void every_class_by_its_share(void **state)
{
    (void)state;
    struct dataset *ds = imagine(3, (const size_t[]){100, 4, 13});
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct split split = draw(ds, 0.15, seed);
        int64_t val[3];
        split_counts(&split, ds, PART_VAL, val);
        assert_int_equal(val[0], 15);
        assert_int_equal(val[1], 1);
        assert_int_equal(val[2], 2);
        split_done(&split);
    }
    dataset_free(ds);
}

/* B17: drawn at random, not cut off the end; B09: the same seed gives the same split, another seed
 * another */
static void drawn_by_seed(void **state)
{
    (void)state;
    struct dataset *ds = imagine(1, (const size_t[]){100});
    struct split a = draw(ds, 0.2, 7), b = draw(ds, 0.2, 7), c = draw(ds, 0.2, 8);
    assert_int_equal(a.n_val, 20);
    assert_memory_equal(a.val, b.val, 20 * sizeof *a.val);
    assert_memory_not_equal(a.val, c.val, 20 * sizeof *a.val);
    size_t low = 0;
    for (size_t i = 0; i < 20; i++) {
        low += a.val[i] < 50;
        assert_true(i == 0 || a.val[i - 1] < a.val[i]);
    }
    print_message("# %zu of 20 from the first half\n", low);
    assert_true(low >= 4 && low <= 16);
    split_done(&a);
    split_done(&b);
    split_done(&c);
    dataset_free(ds);
}

/* The exact draw is part of the format: runs of an older version must be repeatable. */
static void draw_is_fixed(void **state)
{
    (void)state;
    struct dataset *ds = imagine(2, (const size_t[]){10, 10});
    struct split split = draw(ds, 0.2, 1);
    struct str text = STR_INIT;
    for (size_t i = 0; i < split.n_val; i++)
        str_printf(&text, "%u ", (unsigned)split.val[i]);
    assert_string_equal(text.s, "3 7 11 16 ");
    str_done(&text);
    split_done(&split);
    dataset_free(ds);
}

/* A class that is added does not move the pictures of the others. */
static void classes_are_independent(void **state)
{
    (void)state;
    struct dataset *two = imagine(2, (const size_t[]){30, 30}),
                   *three = imagine(3, (const size_t[]){30, 30, 30});
    struct split a = draw(two, 0.2, 3), b = draw(three, 0.2, 3);
    assert_memory_equal(a.val, b.val, a.n_val * sizeof *a.val);
    split_done(&a);
    split_done(&b);
    dataset_free(two);
    dataset_free(three);
}

/* B18: identical files stay on one side, also under two classes */
static void copies_stay_together(void **state)
{
    (void)state;
    struct dataset *ds = imagine(2, (const size_t[]){20, 20});
    pair(ds, 0, 1);
    pair(ds, 0, 2);
    pair(ds, 5, 25);
    pair(ds, 6, 7);
    size_t moved = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct split split = draw(ds, 0.2, seed);
        assert_int_equal(side(&split, 0), side(&split, 1));
        assert_int_equal(side(&split, 0), side(&split, 2));
        assert_int_equal(side(&split, 5), side(&split, 25));
        assert_int_equal(side(&split, 6), side(&split, 7));
        moved += side(&split, 0) == PART_VAL;
        int64_t val[2];
        split_counts(&split, ds, PART_VAL, val);
        assert_true(val[0] >= 3 && val[0] <= 5 && val[1] == 4);
        split_done(&split);
    }
    print_message("# the group of three was in validation %zu of 100 times\n", moved);
    assert_true(moved >= 5 && moved <= 40);
    dataset_free(ds);
}

/* Two groups, one of them large: one side each, whatever the share. */
static void groups_never_empty_a_side(void **state)
{
    (void)state;
    struct dataset *ds = imagine(1, (const size_t[]){6});
    for (size_t i = 2; i < 6; i++)
        pair(ds, 1, i);
    for (int share = 1; share <= 9; share++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct split split = draw(ds, share / 10.0, seed);
            assert_true(split.n_train >= 1 && split.n_val >= 1);
            split_done(&split);
        }
    }
    dataset_free(ds);
}

/* As near to the share as groups allow, the smaller number of two that are as near; when every group is too large, the smallest. */
static void groups_come_near_the_share(void **state)
{
    (void)state;
    static const struct {
        size_t n_groups, groups[5];
        double share;
        size_t n_val;
    } cases[] = {{5, {2, 2, 2, 2, 2}, 0.3, 2}, {2, {3, 4}, 0.1, 3}, {2, {4, 3}, 0.1, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;
        for (size_t g = 0; g < cases[i].n_groups; g++)
            n += cases[i].groups[g];
        struct dataset *ds = imagine(1, &n);
        for (size_t g = 0, first = 0; g < cases[i].n_groups; first += cases[i].groups[g++])
            for (size_t k = 1; k < cases[i].groups[g]; k++)
                pair(ds, first, first + k);
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct split split = draw(ds, cases[i].share, seed);
            assert_int_equal(split.n_val, cases[i].n_val);
            split_done(&split);
        }
        dataset_free(ds);
    }
}

static void shares_outside_are_refused(void **state)
{
    (void)state;
    struct dataset *ds = imagine(1, (const size_t[]){6});
    struct split split;
    struct err err;
    assert_int_equal(split_random(&split, ds, 1, 0, &err), ERR_INVALID);
    assert_string_equal(err.message, "val-share: must be between 0 and 1, is 1");
    assert_int_equal(split_random(&split, ds, 0, 0, &err), ERR_INVALID);
    dataset_free(ds);
}

/* Parts given by folders; test pictures are in no part, also not in a drawn split. */
static void folders_are_the_split(void **state)
{
    char *root = *state;
    put_class(root, "train/a", 3, 1);
    put_class(root, "train/b", 3, 10);
    put_class(root, "val/b", 2, 20);
    put_class(root, "val/z", 2, 30);
    put_class(root, "test/a", 4, 40);
    struct dataset *ds = scan(root);
    struct split split;
    assert_int_equal(split_folders(&split, ds, NULL), ERR_OK);
    assert_int_equal(split.n_train, 6);
    assert_int_equal(split.n_val, 2);
    assert_int_equal(ds->files[split.val[0]].cls, 1);
    split_done(&split);
    assert_int_equal(split_random(&split, ds, 0.25, 0, NULL), ERR_OK);
    assert_int_equal(split.n_train + split.n_val, 8);
    split_done(&split);
    dataset_free(ds);
    char *plain = path_join(root, "train");
    struct err err;
    ds = scan(plain);
    assert_int_equal(split_folders(&split, ds, &err), ERR_INVALID);
    char *want = xasprintf("%s: has no train and val folders", plain);
    assert_string_equal(err.message, want);
    free(want);
    free(plain);
    dataset_free(ds);
}

/* --- split.csv --- */

static enum err_code read_text(struct split *split, const struct dataset *ds, const char *root,
                               const char *text, size_t *missing, struct err *err)
{
    char *path = path_join(root, "split.csv");
    put_text_file(root, "split.csv", text);
    enum err_code code = split_read(split, ds, path, missing, err);
    /* Messages without the folder, which differs each time. */
    char *base = strstr(err->message, "split.csv");
    if (code != ERR_OK && base)
        memmove(err->message, base, strlen(base) + 1);
    free(path);
    return code;
}

static void csv_there_and_back(void **state)
{
    char *root = *state;
    static const char *const names[] = {"a \"b\"", "c,d", "e\nf", "plain"};
    for (unsigned i = 0; i < 4; i++)
        put_class(root, names[i], 5, 10 * i);
    struct dataset *ds = scan(root);
    struct split split = draw(ds, 0.4, 1), back;
    struct str text = STR_INIT;
    struct err err;
    size_t missing = 99;
    split_text(&text, &split, ds);
    assert_true(str_starts(text.s, "file,class,part\n\"a \"\"b\"\"/0000.jpg\",\"a \"\"b\"\"\","));
    assert_int_equal(read_text(&back, ds, root, text.s, &missing, &err), ERR_OK);
    assert_int_equal(missing, 0);
    assert_int_equal(back.n_train, split.n_train);
    assert_int_equal(back.n_val, split.n_val);
    assert_memory_equal(back.train, split.train, split.n_train * sizeof *split.train);
    assert_memory_equal(back.val, split.val, split.n_val * sizeof *split.val);
    str_done(&text);
    split_done(&split);
    split_done(&back);
    dataset_free(ds);
}

static void csv_of_another_hand(void **state)
{
    char *root = *state;
    put_class(root, "a", 3, 1);
    put_class(root, "b", 3, 10);
    put_text_file(root, "a/bad.jpg", "no picture");
    struct dataset *ds = scan(root);
    struct split split;
    struct err err;
    size_t missing;
    /* other column order, CRLF, a vanished file, one that cannot be used, a test row */
    static const char text[] =
        "part,file,class,note\r\ntrain,a/0000.jpg,a,\r\nval,b/0001.jpg,b,x\r\nval,b/none.jpg,b,\r\n"
        "train,a/bad.jpg,a,\r\ntest,b/0002.jpg,b,\r\n";
    assert_int_equal(read_text(&split, ds, root, text, &missing, &err), ERR_OK);
    assert_int_equal(missing, 2);
    assert_int_equal(split.n_train, 1);
    assert_int_equal(split.n_val, 1);
    assert_string_equal(ds->files[split.val[0]].name, "b/0001.jpg");
    split_done(&split);
    dataset_free(ds);
}

static void csv_errors_are_named(void **state)
{
    char *root = *state;
    put_class(root, "a", 3, 1);
    put_class(root, "b", 3, 10);
    struct dataset *ds = scan(root);
    static const struct {
        const char *text;
        enum err_code code;
        const char *message;
    } cases[] = {
        {"file,class\na/0000.jpg,a\n", ERR_FORMAT,
         "split.csv: needs the columns file, class and part"},
        {"file,class,part\na/0000.jpg,a,train\nb/0000.jpg,c,val\n", ERR_INVALID,
         "split.csv: row 3: the data set has no class \"c\""},
        {"file,class,part\na/0000.jpg,a,train\na/0000.jpg,a,val\n", ERR_INVALID,
         "split.csv: row 3: a/0000.jpg is named twice"},
        {"file,class,part\na/0000.jpg,a,training\n", ERR_FORMAT,
         "split.csv: row 2: part is \"training\", must be train, val or test"},
        {"file,class,part\na/0000.jpg,a\n", ERR_FORMAT, "split.csv: row 2: too few fields"},
        {"file,class,part\na/0000.jpg,a,train\nb/0000.jpg,b,v", ERR_FORMAT,
         "split.csv: the last line is cut off"},
        {"file,class,part\na/0000.jpg,a,train\nb/x.jpg,b,val\n", ERR_INVALID,
         "split.csv: no usable picture is left in part val (1 not found)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct split split;
        struct err err = {0};
        assert_int_equal(read_text(&split, ds, root, cases[i].text, NULL, &err), cases[i].code);
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(split.n_train, 0);
    }
    struct split split;
    assert_int_equal(split_read(&split, ds, "/nowhere/split.csv", NULL, NULL), ERR_NOT_FOUND);
    dataset_free(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_classes),
        cmocka_unit_test(every_class_by_its_share),
        cmocka_unit_test(drawn_by_seed),
        cmocka_unit_test(draw_is_fixed),
        cmocka_unit_test(classes_are_independent),
        cmocka_unit_test(copies_stay_together),
        cmocka_unit_test(groups_never_empty_a_side),
        cmocka_unit_test(groups_come_near_the_share),
        cmocka_unit_test(shares_outside_are_refused),
        IN_FOLDER(folders_are_the_split),
        IN_FOLDER(csv_there_and_back),
        IN_FOLDER(csv_of_another_hand),
        IN_FOLDER(csv_errors_are_named),
    };
    return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
