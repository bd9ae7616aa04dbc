/* data: which folders become classes, in which order, and what is said about it (faults group B).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/test.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

/* "a 3/4, b 0/0": classes with used and seen files. */
static char *classes_text(const struct dataset *ds)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < ds->n_classes; i++) {
        const struct ds_class *c = &ds->classes[i];
        str_printf(&s, "%s%s %zu/%zu", i ? ", " : "", c->name, c->n_used, c->n_files);
    }
    return str_take(&s);
}

static void assert_classes(const struct dataset *ds, const char *want)
{
    char *have = classes_text(ds);
    assert_string_equal(have, want);
    free(have);
}

/* B01 */
static void hidden_folder_is_no_class(void **state)
{
    char *root = *state;
    put_class(root, "rose", 2, 1);
    put_class(root, "tulip", 3, 10);
    put_jpeg(root, ".ipynb_checkpoints/a.jpg", 50);
    put_jpeg(root, "rose/.thumbnails/a.jpg", 51);
    struct dataset *ds = scan(root);
    assert_classes(ds, "rose 2/2, tulip 3/3");
    assert_int_equal(ds->n_files, 5);
    assert_true(note_index(ds, ".ipynb_checkpoints: hidden folder, ignored") >= 0);
    assert_true(note_index(ds, "rose/.thumbnails: hidden folder, ignored") >= 0);
    dataset_free(ds);
}

/* B02, B03, B04, B05 */
static void litter_is_counted_not_opened(void **state)
{
    char *root = *state;
    static const uint8_t side[] = "\0\5\x16\7\0\2\0\0Mac OS X        ";
    put_class(root, "a", 2, 1);
    put_class(root, "b", 2, 10);
    put_text_file(root, ".DS_Store", "Bud1..");
    put_text_file(root, "a/.DS_Store", "Bud1..");
    put_text_file(root, "a/Thumbs.db", "0123456789");
    put_text_file(root, "b/desktop.ini", "0123456789");
    put_text_file(root, "b/thumbs.DB", "0123456789");
    put_text_file(root, "b/EhThumbs.db", "0123456789");
    put_text_file(root, "b/Desktop.INI", "0123456789");
    put_text_file(root, "b/.hidden.jpg", "x");
    put_file(root, "a/._0000.jpg", side, sizeof side);
    put_file(root, "__MACOSX/a/._0000.jpg", side, sizeof side);
    struct dataset *ds = scan(root);
    assert_classes(ds, "a 2/5, b 2/7");
    assert_int_equal(ds->by_status[FILE_LITTER], 8);
    assert_int_equal(ds->by_status[FILE_HIDDEN], 1);
    assert_int_equal(ds->by_status[FILE_USED], 4);
    assert_true(note_index(ds, "__MACOSX: side files of a Mac archive, ignored") >= 0);
    dataset_free(ds);
}

/* B06 */
static void empty_class_keeps_its_place(void **state)
{
    char *root = *state;
    put_class(root, "a", 5, 1);
    folder_make(root, "b");
    put_class(root, "c", 5, 10);
    struct dataset *ds = scan(root);
    assert_classes(ds, "a 5/5, b 0/0, c 5/5");
    assert_int_equal(file_named(ds, "c/0000.jpg")->cls, 2);
    int note = note_index(ds, "class b: empty");
    assert_true(note >= 0 && ds->notes[note].problem);
    assert_int_equal(dataset_check(ds, NULL), ERR_OK);
    dataset_free(ds);
}

/* B07 */
static void wrong_level_names_a_better_folder(void **state)
{
    char *root = *state;
    put_class(root, "download/photos/rose", 2, 1);
    put_class(root, "download/photos/tulip", 2, 10);
    put_text_file(root, "download/photos/rose/x.dcm", "abc");
    struct dataset *ds = scan(root);
    struct err err;
    assert_int_equal(dataset_check(ds, &err), ERR_INVALID);
    char *want = xasprintf(
        "%s: only one class with usable pictures (download, 4); two or more are needed", root);
    assert_string_equal(err.message, want);
    free(want);
    want = xasprintf("%s/download/photos looks like a folder of class folders", root);
    assert_string_equal(err.hint, want);
    free(want);
    dataset_free(ds);
}

/* B35 */
static void foreign_files_are_named_by_suffix(void **state)
{
    char *root = *state;
    put_text_file(root, "a/1.dcm", "text");
    put_text_file(root, "a/2.DCM", "text");
    put_text_file(root, "b/notes", "text");
    struct dataset *ds = scan(root);
    struct err err;
    assert_int_equal(dataset_check(ds, &err), ERR_INVALID);
    char *want = xasprintf("%s: no usable picture (JPEG or PNG by content) in 2 class folders, 3 "
                           "files seen: .dcm 2, no suffix 1",
                           root);
    assert_string_equal(err.message, want);
    free(want);
    assert_string_equal(err.hint,
                        "needed: a folder with one folder of JPEG or PNG pictures for each class");
    dataset_free(ds);
}

/* B35, and a class folder opened instead of its parent */
static void loose_pictures_are_counted(void **state)
{
    char *root = *state;
    put_class(root, "a", 10, 1);
    put_class(root, "b", 2, 20);
    char *inner = path_join(root, "a");
    put_text_file(inner, "LICENSE", "free");
    struct dataset *ds = scan(inner);
    assert_int_equal(ds->by_status[FILE_LOOSE], 10);
    assert_int_equal(ds->by_status[FILE_NOT_PICTURE], 1);
    struct err err;
    assert_int_equal(dataset_check(ds, &err), ERR_INVALID);
    char *want = xasprintf("%s: no class folders; 10 pictures lie loose in it, 11 files seen", inner);
    assert_string_equal(err.message, want);
    free(want);
    want = xasprintf("%s looks like a folder of class folders", root);
    assert_string_equal(err.hint, want);
    free(want);
    free(inner);
    dataset_free(ds);
}

/* B08: labels of all parts come from train's classes, by name */
static void parts_share_one_class_list(void **state)
{
    char *root = *state;
    put_class(root, "train/a", 2, 1);
    put_class(root, "train/b", 2, 10);
    put_class(root, "train/c", 2, 20);
    put_class(root, "val/b", 1, 30);
    put_class(root, "val/c", 1, 40);
    put_class(root, "val/d", 1, 50);
    put_class(root, "test/c", 1, 60);
    struct dataset *ds = scan(root);
    assert_true(ds->given_parts);
    assert_classes(ds, "a 2/2, b 3/3, c 4/4");
    assert_int_equal(file_named(ds, "val/b/0000.jpg")->cls, 1);
    assert_int_equal(file_named(ds, "val/b/0000.jpg")->given, PART_VAL);
    assert_int_equal(file_named(ds, "val/c/0000.jpg")->cls, 2);
    assert_int_equal(file_named(ds, "test/c/0000.jpg")->cls, 2);
    assert_int_equal(file_named(ds, "test/c/0000.jpg")->given, PART_TEST);
    assert_int_equal(file_named(ds, "train/a/0000.jpg")->given, PART_TRAIN);
    assert_int_equal(file_named(ds, "val/d/0000.jpg")->cls, -1);
    assert_int_equal(file_named(ds, "val/d/0000.jpg")->status, FILE_UNKNOWN_CLASS);
    assert_true(note_index(ds, "val/d: train has no class of that name, skipped") >= 0);
    dataset_free(ds);
}

/* B08: the only class of val is train's third */
static void one_val_class_keeps_its_index(void **state)
{
    char *root = *state;
    put_class(root, "train/a", 1, 1);
    put_class(root, "train/b", 1, 10);
    put_class(root, "train/c", 1, 20);
    put_class(root, "valid/c", 1, 30);
    struct dataset *ds = scan(root);
    assert_true(ds->given_parts);
    assert_int_equal(file_named(ds, "valid/c/0000.jpg")->cls, 2);
    dataset_free(ds);
}

/* B11 */
static void split_names_are_no_classes(void **state)
{
    char *root = *state;
    static const char *const names[] = {"val", "valid", "validation"};
    for (size_t i = 0; i < 3; i++) {
        char *sub = xasprintf("%s/%zu", root, i), *val = xasprintf("%s/a", names[i]);
        put_class(sub, "train/a", 1, 1);
        put_class(sub, "train/b", 1, 10);
        put_class(sub, val, 1, 20);
        put_jpeg(sub, "extra/a/1.jpg", 70);
        struct dataset *ds = scan(sub);
        assert_classes(ds, "a 2/2, b 1/1");
        assert_int_equal(file_named(ds, "extra/a/1.jpg")->status, FILE_UNKNOWN_CLASS);
        assert_true(note_index(ds, "extra: beside the train and val folders, skipped") >= 0);
        dataset_free(ds);
        free(sub);
        free(val);
    }
}

static void train_among_classes_is_a_class(void **state)
{
    char *root = *state;
    put_class(root, "plane", 1, 1);
    put_class(root, "train", 1, 10);
    put_class(root, "test/inner", 1, 20);
    struct dataset *ds = scan(root);
    assert_false(ds->given_parts);
    assert_classes(ds, "plane 1/1, test 1/1, train 1/1");
    dataset_free(ds);
}

/* B09: the order of creation (what readdir shows) must not matter */
static void order_of_the_disk_does_not_matter(void **state)
{
    char *root = *state, *forth = path_join(root, "forth"), *back = path_join(root, "back");
    for (int i = 0; i < 40; i++) {
        char *a = xasprintf("%c/%02d.jpg", 'a' + i % 4, i),
             *b = xasprintf("%c/%02d.jpg", 'a' + (39 - i) % 4, 39 - i);
        put_jpeg(forth, a, (unsigned)i);
        put_jpeg(back, b, (unsigned)(39 - i));
        free(a);
        free(b);
    }
    struct dataset *x = scan(forth), *y = scan(back);
    assert_int_equal(x->n_files, 40);
    for (size_t i = 0; i < 40; i++) {
        assert_string_equal(x->files[i].name, y->files[i].name);
        assert_int_equal(x->files[i].cls, y->files[i].cls);
        assert_true(i == 0 || strcmp(x->files[i - 1].name, x->files[i].name) < 0);
    }
    assert_true(x->fingerprint == y->fingerprint);
    dataset_free(x);
    dataset_free(y);
    free(forth);
    free(back);
}

/* B10 */
static void order_is_that_of_bytes(void **state)
{
    char *root = *state;
    static const char *const names[] = {"a", "2", "\xc3\xa4", "10", "A", "1"};
    for (unsigned i = 0; i < 6; i++)
        put_class(root, names[i], 1, i);
    setlocale(LC_ALL, "de_DE.UTF-8");
    struct dataset *ds = scan(root);
    setlocale(LC_ALL, "C");
    assert_classes(ds, "1 1/1, 10 1/1, 2 1/1, A 1/1, a 1/1, \xc3\xa4 1/1");
    assert_int_equal(dataset_class(ds, "2"), 2);
    assert_int_equal(dataset_class(ds, "B"), -1);
    int note = note_index(ds, "classes A and a differ only in case"); /* B30 */
    assert_true(note >= 0 && ds->notes[note].problem);
    dataset_free(ds);
}

/* B13 */
static void groups_offer_both_readings(void **state)
{
    char *root = *state;
    put_class(root, "a/airfield", 1, 1);
    put_class(root, "a/alley", 1, 2);
    put_class(root, "b/bar/indoor", 1, 3);
    put_class(root, "b/bar/outdoor", 1, 4);
    put_text_file(root, "b/.DS_Store", "x");
    struct dataset *ds = scan(root);
    assert_classes(ds, "a 2/2, b 2/3");
    assert_true(note_index(ds, "a and others: only folders inside; 2 classes by the first level, 4 "
                               "by the leaf folders") >= 0);
    dataset_free(ds);
    struct scan_config leaf = scan_defaults;
    leaf.leaf_folders = true;
    ds = scan_with(root, &leaf);
    assert_classes(ds, "a/airfield 1/1, a/alley 1/1, b/bar/indoor 1/1, b/bar/outdoor 1/1");
    assert_int_equal(ds->by_status[FILE_LITTER], 1);
    dataset_free(ds);
}

/* B14 */
static void one_class_is_refused(void **state)
{
    char *root = *state;
    put_class(root, "only", 10, 1);
    struct dataset *ds = scan(root);
    struct err err;
    assert_int_equal(dataset_check(ds, &err), ERR_INVALID);
    char *want = xasprintf(
        "%s: only one class with usable pictures (only, 10); two or more are needed", root);
    assert_string_equal(err.message, want);
    free(want);
    dataset_free(ds);
}

/* B18: the same bytes in two parts */
static void leaks_across_parts_are_reported(void **state)
{
    char *root = *state;
    put_class(root, "train/a", 5, 1);
    put_class(root, "train/b", 5, 10);
    put_jpeg(root, "val/a/x.jpg", 2);
    put_jpeg(root, "val/a/y.jpg", 3);
    put_jpeg(root, "val/b/z.jpg", 14);
    put_jpeg(root, "val/b/new.jpg", 99);
    struct dataset *ds = scan(root);
    assert_int_equal(ds->n_pairs, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ds->pairs[i].across_parts && !ds->pairs[i].conflict);
        assert_true(ds->pairs[i].a < ds->pairs[i].b);
    }
    assert_string_equal(ds->files[ds->pairs[0].a].name, "train/a/0001.jpg");
    assert_string_equal(ds->files[ds->pairs[0].b].name, "val/a/x.jpg");
    assert_true(note_index(ds, "3 pairs of identical files in different parts: train/a/0001.jpg "
                               "and val/a/x.jpg, ...") >= 0);
    /* reported, not moved */
    assert_int_equal(file_named(ds, "val/a/x.jpg")->given, PART_VAL);
    assert_int_equal(file_named(ds, "val/a/x.jpg")->status, FILE_USED);
    dataset_free(ds);
}

/* B19 */
static void one_picture_under_two_labels(void **state)
{
    char *root = *state;
    put_class(root, "a", 3, 1);
    put_class(root, "b", 3, 10);
    put_jpeg(root, "b/copy.jpg", 2);
    put_jpeg(root, "a/again.jpg", 2);
    struct dataset *ds = scan(root);
    assert_int_equal(ds->n_pairs, 2);
    assert_false(ds->pairs[0].conflict);
    assert_true(ds->pairs[1].conflict);
    assert_true(
        note_index(
            ds, "1 pair of identical files under different classes: a/0001.jpg and b/copy.jpg") >=
        0);
    dataset_free(ds);
}

/* B22, B25 */
static void names_are_bytes(void **state)
{
    char *root = *state;
    static const char *const names[] = {"-rf",       "Bl\xc3\xbcte", "it's",
                                        "tulip bed", "\xe8\x8a\xb1", "\xff\xfe"};
    for (unsigned i = 0; i < 6; i++)
        put_class(root, names[i], 1, i);
    struct dataset *ds = scan(root);
    assert_int_equal(ds->n_classes, 6);
    assert_int_equal(dataset_used(ds), 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(dataset_class(ds, names[i]), i);
    dataset_free(ds);
}

/* B27, B28 */
static void links_are_followed_once(void **state)
{
    char *root = *state, *out = folder_new();
    put_class(root, "a", 2, 1);
    put_class(root, "tulips", 3, 10);
    put_class(out, "roses", 4, 20);
    put_jpeg(out, "single.jpg", 30);
    put_link(root, "..", "a/loop");
    put_link(root, ".", "a/self");
    put_link(root, "tulips", "tulip"); /* sorts before the real folder, which must win all the same */
    char *target = path_join(out, "roses"), *file = path_join(out, "single.jpg");
    put_link(root, target, "roses");
    put_link(root, file, "a/link.jpg");
    put_link(root, "nowhere", "a/dangling.jpg");
    put_link(root, "circle.jpg", "a/circle.jpg");
    struct dataset *ds = scan(root);
    assert_classes(ds, "a 3/5, roses 4/4, tulips 3/3");
    assert_int_equal(file_named(ds, "a/dangling.jpg")->status, FILE_NOT_REGULAR);
    assert_string_equal(file_named(ds, "a/dangling.jpg")->detail, "dangling link");
    assert_string_equal(file_named(ds, "a/circle.jpg")->detail, "link in a circle");
    assert_true(note_index(ds, "tulip: the same folder as tulips, taken once") >= 0);
    assert_true(note_index(ds, "a/loop: the same folder as ., taken once") >= 0);
    assert_true(note_index(ds, "a/self: the same folder as a, taken once") >= 0);
    dataset_free(ds);
    free(target);
    free(file);
    folder_remove(out);
}

static void scan_unreadable(void *arg)
{
    struct dataset *ds = scan(arg);
    assert_true(ds->incomplete);
    assert_classes(ds, "a 1/2, b 0/0, c 1/1");
    int note = note_index(ds, "b: Permission denied");
    assert_true(note >= 0 && ds->notes[note].problem);
    assert_int_equal(file_named(ds, "a/secret.jpg")->status, FILE_UNREADABLE);
    assert_string_equal(file_named(ds, "a/secret.jpg")->detail, "Permission denied");
    dataset_free(ds);
}

/* B29 */
static void unreadable_folder_makes_it_incomplete(void **state)
{
    char *root = *state;
    put_class(root, "a", 1, 1);
    put_jpeg(root, "a/secret.jpg", 2);
    put_class(root, "b", 1, 10);
    put_class(root, "c", 1, 20);
    char *locked = path_join(root, "b"), *secret = path_join(root, "a/secret.jpg");
    assert_int_equal(chmod(root, 0755), 0);
    assert_int_equal(chmod(locked, 0), 0);
    assert_int_equal(chmod(secret, 0), 0);
    bool done = as_nobody(scan_unreadable, root);
    chmod(locked, 0700);
    free(locked);
    free(secret);
    if (!done) /* in some containers; cmocka's skip() counts as a failure */
        print_message("# not tested: cannot become another user here\n");
}

/* B33: many classes of one hard-linked picture */
static void many_classes(void **state)
{
    char *root = *state;
    put_solid(root, "c0000/1.jpg", 1, 1, 9, 9, 9);
    char *first = path_join(root, "c0000/1.jpg");
    for (int i = 1; i < 1500; i++) {
        char *folder = xasprintf("%s/c%04d", root, i), *file = xasprintf("%s/1.jpg", folder);
        assert_int_equal(mkdir(folder, 0755), 0);
        assert_int_equal(link(first, file), 0);
        free(folder);
        free(file);
    }
    free(first);
    struct dataset *ds = scan(root);
    assert_int_equal(ds->n_classes, 1500);
    assert_int_equal(dataset_used(ds), 1500);
    assert_int_equal(ds->n_pairs, 1499);
    assert_int_equal(file_named(ds, "c1499/1.jpg")->cls, 1499);
    dataset_free(ds);
}

/* B34 */
static void wrong_arguments_are_named(void **state)
{
    char *root = *state;
    put_jpeg(root, "one.jpg", 1);
    char *file = path_join(root, "one.jpg"), *none = path_join(root, "none");
    struct dataset *ds;
    struct err err;
    assert_int_equal(dataset_list(&ds, file, &scan_defaults, &err), ERR_INVALID);
    char *want = xasprintf("%s: is a file, needed is a folder of class folders", file);
    assert_string_equal(err.message, want);
    free(want);
    assert_null(ds);
    assert_int_equal(dataset_list(&ds, none, &scan_defaults, &err), ERR_NOT_FOUND);
    want = xasprintf("%s: No such file or directory", none);
    assert_string_equal(err.message, want);
    free(want);
    assert_int_equal(dataset_list(&ds, "", &scan_defaults, &err), ERR_INVALID);
    assert_string_equal(err.message, "no folder named");
    free(file);
    free(none);
}

static void run_folders_are_no_classes(void **state)
{
    char *root = *state, *elsewhere = path_join(root, "kept-here");
    put_class(root, "a", 1, 1);
    put_class(root, "b", 1, 2);
    put_jpeg(root, "20260101-frozen/x.jpg", 3);
    put_text_file(root, "20260101-frozen/run.ini", "x");
    put_text_file(root, "runs/1/run.ini", "x");
    put_jpeg(root, "runs/note.jpg", 4);
    put_jpeg(root, "kept-here/x.jpg", 5);
    struct scan_config config = scan_defaults;
    config.runs_dir = elsewhere;
    struct dataset *ds = scan_with(root, &config);
    assert_classes(ds, "a 1/1, b 1/1");
    assert_int_equal(ds->n_files, 2);
    assert_true(note_index(ds, "20260101-frozen: a run folder, no class") >= 0);
    assert_true(note_index(ds, "runs: holds run folders, no class") >= 0);
    assert_true(note_index(ds, "kept-here: the folder of runs, no class") >= 0);
    dataset_free(ds);
    free(elsewhere);
}

static void a_class_may_be_called_runs(void **state)
{
    char *root = *state;
    put_class(root, "runs", 2, 1);
    put_class(root, "walks", 2, 10);
    struct dataset *ds = scan(root);
    assert_classes(ds, "runs 2/2, walks 2/2");
    dataset_free(ds);
}

static void quick_look(void **state)
{
    char *root = *state;
    assert_false(dataset_looks_like(root));
    put_class(root, "a", 1, 1);
    put_text_file(root, "b/readme.txt", "x");
    assert_false(dataset_looks_like(root));
    put_jpeg(root, "b/photo", 2); /* no suffix: its content decides */
    assert_true(dataset_looks_like(root));
    char *split = path_join(root, "split");
    put_class(split, "train/a", 1, 1);
    put_class(split, "train/b", 1, 1);
    assert_true(dataset_looks_like(split));
    free(split);
}

/* 40 folders below each other are read, the one below them is named and left out. */
static void deep_folders_are_skipped(void **state)
{
    char *root = *state;
    struct str name = STR_INIT;
    put_class(root, "b", 1, 1);
    str_add(&name, "a");
    for (int depth = 1; depth < 40; depth++)
        str_add(&name, "/d");
    put_class(root, name.s, 1, 10);
    str_add(&name, "/d");
    put_class(root, name.s, 1, 20);
    struct dataset *ds = scan(root);
    assert_classes(ds, "a 1/1, b 1/1");
    str_add(&name, ": too deep, skipped");
    assert_true(note_index(ds, name.s) >= 0);
    str_done(&name);
    dataset_free(ds);
}

static void listing_does_not_decode(void **state)
{
    char *root = *state;
    put_class(root, "a", 2, 1);
    put_text_file(root, "a/broken.jpg", "not a picture");
    put_text_file(root, "a/notes.txt", "text");
    put_text_file(root, "b/empty.jpg", "");
    put_jpeg(root, "loose.jpg", 7);
    struct dataset *ds;
    assert_int_equal(dataset_list(&ds, root, &scan_defaults, NULL), ERR_OK);
    assert_classes(ds, "a 3/4, b 0/1");
    assert_int_equal(ds->by_status[FILE_LOOSE], 1);
    assert_int_equal(ds->by_status[FILE_EMPTY], 1);
    assert_int_equal(ds->n_pairs, 0);
    dataset_free(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(hidden_folder_is_no_class), IN_FOLDER(litter_is_counted_not_opened),
        IN_FOLDER(empty_class_keeps_its_place), IN_FOLDER(wrong_level_names_a_better_folder),
        IN_FOLDER(foreign_files_are_named_by_suffix), IN_FOLDER(loose_pictures_are_counted),
        IN_FOLDER(parts_share_one_class_list), IN_FOLDER(one_val_class_keeps_its_index),
        IN_FOLDER(split_names_are_no_classes), IN_FOLDER(train_among_classes_is_a_class),
        IN_FOLDER(order_of_the_disk_does_not_matter), IN_FOLDER(order_is_that_of_bytes),
        IN_FOLDER(groups_offer_both_readings), IN_FOLDER(one_class_is_refused),
        IN_FOLDER(leaks_across_parts_are_reported), IN_FOLDER(one_picture_under_two_labels),
        IN_FOLDER(names_are_bytes), IN_FOLDER(links_are_followed_once),
        IN_FOLDER(unreadable_folder_makes_it_incomplete), IN_FOLDER(many_classes),
        IN_FOLDER(wrong_arguments_are_named), IN_FOLDER(run_folders_are_no_classes),
        IN_FOLDER(a_class_may_be_called_runs), IN_FOLDER(quick_look), IN_FOLDER(listing_does_not_decode),
        IN_FOLDER(deep_folders_are_skipped),
    };
    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
