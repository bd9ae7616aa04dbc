/* data: the loader (faults A37, B32, C01, C02, C37).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/internal.h"
#include "data/loader.h"

static const struct loader_config plain = {.size = 16, .views = 1, .batch_size = 4, .prefetch = 2, .seed = 1};

/* Everything a pass hands over, one picture after the other. */
struct pass {
    struct str rgb;
    size_t n, n_batches, n_failed, largest, smallest;
    struct batch_item items[256];
    char failed[128];
    enum err_code code;
};

static void pass_done(struct pass *pass)
{
    str_done(&pass->rgb);
    free(pass);
}

static struct pass *collect(struct loader *loader, size_t square)
{
    struct pass *pass = xcalloc(1, sizeof *pass);
    pass->smallest = 1000;
    const struct batch *batch;
    double waited = 0;
    struct err err;
    while ((pass->code = loader_next(loader, &batch, &waited, &err)) == ERR_OK && batch) {
        size_t n = (size_t)batch->n;
        assert_true(pass->n + n <= 256);
        assert_true(n > 0 || batch->n_failed > 0);
        memcpy(pass->items + pass->n, batch->items, n * sizeof *batch->items);
        str_add_n(&pass->rgb, batch->rgb, n * square);
        pass->n += n;
        pass->n_batches += n > 0;
        pass->largest = n > pass->largest ? n : pass->largest;
        pass->smallest = n && n < pass->smallest ? n : pass->smallest;
        pass->n_failed += batch->n_failed;
        if (batch->failed[0])
            strcpy(pass->failed, batch->failed);
    }
    assert_true(waited >= 0);
    return pass;
}

/* One pass over the first n files on a pool of its own. */
static struct pass *run(const struct dataset *ds, const struct loader_config *config, size_t n,
                        int threads, int epoch)
{
    uint32_t files[256];
    for (size_t i = 0; i < n; i++)
        files[i] = (uint32_t)(n - 1 - i); /* backwards, to see that the order is kept */
    struct pool *pool = pool_new(threads);
    struct loader *loader = loader_new(ds, pool, config);
    loader_start(loader, files, n, epoch);
    struct pass *pass = collect(loader, loader_picture_bytes(config));
    loader_free(loader);
    pool_free(pool);
    return pass;
}

static void assert_equal_items(const struct pass *a, const struct pass *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct batch_item *x = &a->items[i], *y = &b->items[i];
        assert_int_equal(x->file, y->file);
        assert_int_equal(x->label, y->label);
        assert_memory_equal(&x->draw.window, &y->draw.window, sizeof x->draw.window);
        assert_int_equal(x->draw.flip, y->draw.flip);
        assert_true(x->draw.brightness == y->draw.brightness && x->draw.contrast == y->draw.contrast &&
                    x->draw.saturation == y->draw.saturation);
    }
}

static void assert_equal_passes(const struct pass *a, const struct pass *b)
{
    assert_int_equal(a->n, b->n);
    assert_equal_items(a, b, a->n);
    assert_int_equal(a->rgb.len, b->rgb.len);
    assert_memory_equal(a->rgb.s, b->rgb.s, a->rgb.len);
}

/* C37: crops and flips are equal for 1, 2 and 4 threads, and other ones in the next epoch */
static void threads_do_not_matter(void **state)
{
    char *root = *state;
    put_class(root, "a", 20, 1);
    put_class(root, "b", 17, 50);
    struct dataset *ds = scan(root);
    struct loader_config config = plain;
    config.augment = (struct augment_limits){.flip = true, .crop = true, .crop_min = 0.3, .jitter = 0.2};
    struct pass *one = run(ds, &config, 37, 1, 3), *two = run(ds, &config, 37, 2, 3),
                *four = run(ds, &config, 37, 4, 3);
    struct pass *next = run(ds, &config, 37, 2, 4);
    assert_int_equal(one->n, 37);
    assert_int_equal(one->n_batches, 10);
    assert_equal_passes(one, two);
    assert_equal_passes(one, four);
    size_t flips = 0, same_window = 0;
    for (size_t i = 0; i < 37; i++) {
        assert_int_equal(one->items[i].file, 36 - i);
        assert_int_equal(one->items[i].label, i < 17 ? 1 : 0);
        flips += one->items[i].draw.flip;
        same_window += memcmp(&one->items[i].draw.window, &next->items[i].draw.window,
                              sizeof(struct rect)) == 0;
    }
    print_message("# %zu of 37 flipped, %zu windows equal in the next epoch\n", flips, same_window);
    assert_true(flips > 8 && flips < 29);
    assert_true(same_window < 12);
    pass_done(one);
    pass_done(two);
    pass_done(four);
    pass_done(next);
    dataset_free(ds);
}

/* The batch of a picture, its neighbours and the single path give the same bytes (A27, C10). */
static void one_path_for_pixels(void **state)
{
    char *root = *state;
    put_class(root, "a", 5, 1);
    put_solid(root, "a/wide.jpg", 90, 30, 200, 30, 60);
    struct dataset *ds = scan(root);
    for (int kind = 0; kind < 4; kind++) {
        struct loader_config config = plain;
        config.crop_eval = kind & 1;
        config.antialias = kind & 2;
        config.augment.flip = true; /* left to the net: the pixels stay as they are */
        struct pass *pass = run(ds, &config, 6, 2, 1);
        for (size_t i = 0; i < 6; i++) {
            uint8_t square[16 * 16 * 3];
            struct image_info info;
            char *path = dataset_path(ds, pass->items[i].file);
            assert_int_equal(loader_square(square, path, &config, &info, NULL), ERR_OK);
            assert_memory_equal(square, pass->rgb.s + i * sizeof square, sizeof square);
            free(path);
        }
        struct rect window = pass->items[0].draw.window, centre = crop_view(90, 30, 0, 1);
        struct rect want = config.crop_eval ? centre : (struct rect){0, 0, 90, 30};
        assert_memory_equal(&window, &want, sizeof window);
        pass_done(pass);
    }
    dataset_free(ds);
}

/* What crop_view cuts out of a picture, by the image functions alone; mirrored: every other one, not the middle (the left) one. */
static void cut_by_hand(uint8_t *out, const char *path, int views, bool mirrored)
{
    struct image image = {0};
    struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    struct image_info info = {0};
    assert_int_equal(image_load(&image, path, &limits, 0, &info, NULL), ERR_OK);
    for (int v = 0; v < views; v++) {
        uint8_t *square = out + v * 16 * 16 * 3, as_it_is[16 * 16 * 3];
        resize_bilinear(square, 16, 16, &image, crop_view(image.width, image.height, v, views));
        memcpy(as_it_is, square, sizeof as_it_is);
        for (int i = 0; mirrored && abs(v - (views - 1) / 2) % 2 == 1 && i < 16 * 16; i++)
            memcpy(square + 3 * i, as_it_is + 3 * (i / 16 * 16 + 15 - i % 16), 3);
    }
    image_done(&image);
}

/* The views of a picture lie behind each other: in a batch, from the memory of finished squares, alone; a picture that cannot be read takes
 * all of its own along. */
static void views_of_a_picture(void **state)
{
    char *root = *state;
    put_class(root, "a", 5, 1);
    struct dataset *ds = scan(root);
    struct loader_config config = plain;
    config.crop_eval = true;
    config.views = 3;
    size_t square = 16 * 16 * 3, bytes = loader_picture_bytes(&config);
    assert_int_equal(bytes, 3 * square);
    struct pass *pass = run(ds, &config, 5, 2, 1);
    for (size_t i = 0; i < 10; i++) {
        uint8_t own[3 * 16 * 16 * 3], by_hand[3 * 16 * 16 * 3];
        char *path = dataset_path(ds, pass->items[i % 5].file);
        config.mirror_views = i >= 5;
        cut_by_hand(by_hand, path, 3, config.mirror_views);
        assert_int_equal(loader_square(own, path, &config, NULL, NULL), ERR_OK);
        assert_memory_equal(own, by_hand, bytes);
        assert_true(config.mirror_views || memcmp(pass->rgb.s + i * bytes, by_hand, bytes) == 0);
        assert_true(memcmp(own, own + square, square) != 0 && memcmp(own + square, own + 2 * square, square) != 0);
        free(path);
    }
    config.mirror_views = false;
    char *cut = path_join(root, "a/0002.jpg");
    assert_int_equal(truncate(cut, 300), 0);
    struct pass *left = run(ds, &config, 5, 2, 1);
    assert_int_equal(left->n, 4);
    assert_memory_equal(left->rgb.s, pass->rgb.s, 2 * bytes);
    assert_memory_equal(left->rgb.s + 2 * bytes, pass->rgb.s + 3 * bytes, 2 * bytes);
    free(cut);
    pass_done(pass);
    pass_done(left);
    dataset_free(ds);
}

/* From one view, the middle, to five: which of them are mirrored. */
static void views_are_mirrored_by_turns(void **state)
{
    char *root = *state, *path = path_join(root, "a/0000.jpg");
    put_class(root, "a", 1, 1);
    for (int views = 2; views <= 5; views++) {
        struct loader_config config = plain;
        config.crop_eval = config.mirror_views = true;
        config.views = views;
        uint8_t own[5 * 16 * 16 * 3], by_hand[5 * 16 * 16 * 3];
        cut_by_hand(by_hand, path, views, true);
        assert_int_equal(loader_square(own, path, &config, NULL, NULL), ERR_OK);
        assert_memory_equal(own, by_hand, loader_picture_bytes(&config));
    }
    free(path);
}

/* A vanished, a cut and a replaced file never reach a batch, and are counted (A37, B32). */
static void broken_files_never_train(void **state)
{
    char *root = *state;
    put_class(root, "a", 12, 1);
    struct dataset *ds = scan(root);
    struct pass *whole = run(ds, &plain, 12, 2, 1);
    char *gone = path_join(root, "a/0003.jpg"), *cut = path_join(root, "a/0005.jpg");
    assert_int_equal(unlink(gone), 0);
    assert_int_equal(truncate(cut, 300), 0);
    put_jpeg(root, "a/0008.jpg", 99);
    struct pass *left = run(ds, &plain, 12, 2, 2);
    assert_int_equal(left->n, 9);
    assert_int_equal(left->n_failed, 3);
    size_t square = 16 * 16 * 3, w = 0;
    for (size_t i = 0; i < left->n; i++, w++) {
        while (whole->items[w].file == 3 || whole->items[w].file == 5 || whole->items[w].file == 8)
            w++;
        assert_int_equal(left->items[i].file, whole->items[w].file);
        assert_memory_equal(left->rgb.s + i * square, whole->rgb.s + w * square, square);
    }
    assert_string_equal(left->failed, "a/0003.jpg: No such file or directory");
    free(gone);
    free(cut);
    pass_done(whole);
    pass_done(left);
    dataset_free(ds);
}

static void a_changed_file_is_named(void **state)
{
    char *root = *state;
    put_class(root, "a", 4, 1);
    struct dataset *ds = scan(root);
    put_jpeg(root, "a/0002.jpg", 99);
    struct pass *pass = run(ds, &plain, 4, 1, 1);
    assert_int_equal(pass->n, 3);
    assert_string_equal(pass->failed, "a/0002.jpg: changed since the scan");
    pass_done(pass);
    dataset_free(ds);
}

/* What the scan was told to keep is trained on: the same pixels as the decoder gives. */
static void kept_damage_trains(void **state)
{
    char *root = *state;
    put_class(root, "a", 4, 1);
    char *cut = path_join(root, "a/0001.jpg");
    assert_int_equal(truncate(cut, 700), 0);
    struct scan_config keep = scan_defaults;
    keep.keep_damaged = true;
    struct dataset *ds = scan_with(root, &keep);
    assert_string_not_equal(file_named(ds, "a/0001.jpg")->detail, "");
    struct pass *pass = run(ds, &plain, 4, 2, 1);
    assert_int_equal(pass->n, 4);
    uint8_t square[16 * 16 * 3];
    assert_int_equal(loader_square(square, cut, &plain, NULL, NULL), ERR_OK);
    assert_memory_equal(pass->rgb.s + 2 * sizeof square, square, sizeof square);
    pass_done(pass);
    dataset_free(ds);
    free(cut);
}

/* Without a scan nobody has looked at the bytes: what is damaged stays out. */
static void damage_of_a_listing_stays_out(void **state)
{
    char *root = *state;
    put_class(root, "a", 4, 1);
    put_class(root, "b", 1, 10);
    char *cut = path_join(root, "a/0001.jpg");
    assert_int_equal(truncate(cut, 700), 0);
    struct dataset *ds;
    assert_int_equal(dataset_list(&ds, root, &scan_defaults, NULL), ERR_OK);
    struct pass *pass = run(ds, &plain, 4, 2, 1);
    print_message("# %s\n", pass->failed);
    assert_int_equal(pass->n, 3);
    assert_int_equal(pass->n_failed, 1);
    assert_true(str_starts(pass->failed, "a/0001.jpg: "));
    pass_done(pass);
    dataset_free(ds);
    free(cut);
}

/* C01, C02: 9 pictures in batches of 4, 5 in batches of 64, 1 in all */
static void leftover_of_one(void **state)
{
    char *root = *state;
    put_class(root, "a", 9, 1);
    struct dataset *ds = scan(root);
    static const struct {
        size_t n;
        int batch;
        bool fold;
        size_t batches, smallest, largest;
    } cases[] = {{9, 4, true, 2, 4, 5}, {9, 4, false, 3, 1, 4}, {5, 64, true, 1, 5, 5},
                 {1, 4, true, 1, 1, 1}, {8, 4, true, 2, 4, 4},  {6, 4, true, 2, 2, 4},
                 {3, 1, true, 3, 1, 1}, {2, 1, false, 2, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loader_config config = plain;
        config.batch_size = cases[i].batch;
        config.fold_last = cases[i].fold;
        struct pass *pass = run(ds, &config, cases[i].n, 2, 1);
        assert_int_equal(pass->n, cases[i].n);
        assert_int_equal(pass->n_batches, cases[i].batches);
        assert_int_equal(pass->smallest, cases[i].smallest);
        assert_int_equal(pass->largest, cases[i].largest);
        pass_done(pass);
    }
    dataset_free(ds);
}

/* Failures may leave one picture alone in a batch: it is trained on in the next one. */
static void left_alone_by_failures(void **state)
{
    char *root = *state;
    put_class(root, "a", 9, 1);
    struct dataset *ds = scan(root);
    for (int i = 6; i < 8; i++) { /* backwards: the first batch is 8, 7, 6 */
        char *name = xasprintf("%s/a/%04d.jpg", root, i);
        assert_int_equal(unlink(name), 0);
        free(name);
    }
    struct loader_config config = plain;
    config.batch_size = 3;
    config.fold_last = true;
    struct pass *pass = run(ds, &config, 9, 2, 1);
    assert_int_equal(pass->n, 7);
    assert_int_equal(pass->n_batches, 2);
    assert_int_equal(pass->n_failed, 2);
    assert_int_equal(pass->smallest, 3);
    assert_int_equal(pass->items[3].file, 8);
    pass_done(pass);
    dataset_free(ds);
}

static void remove_pictures(const char *root, int first, int last)
{
    for (int i = first; i <= last; i++) {
        char *name = xasprintf("%s/a/%04d.jpg", root, i);
        assert_int_equal(unlink(name), 0);
        free(name);
    }
}

/* Half of the pictures may be gone; more are a share that went away. */
static void half_may_be_gone(void **state)
{
    char *root = *state;
    put_class(root, "a", 12, 1);
    struct dataset *ds = scan(root);
    for (int gone = 6; gone <= 7; gone++) {
        remove_pictures(root, gone == 6 ? 0 : 6, gone - 1);
        struct pass *pass = run(ds, &plain, 12, 2, 1);
        assert_int_equal(pass->code, gone == 6 ? ERR_OK : ERR_IO);
        assert_true(gone != 6 || (pass->n == 6 && pass->n_failed == 6)); /* a whole last batch of them */
        pass_done(pass);
    }
    dataset_free(ds);
}

/* A pass that ends with a picture waiting for a next batch leaves nothing behind for the next pass. */
static void a_picture_left_alone_is_of_its_pass(void **state)
{
    char *root = *state;
    put_class(root, "a", 9, 1);
    struct dataset *ds = scan(root);
    remove_pictures(root, 1, 5); /* of the first batch one is left, and of the second none: too many are gone */
    struct loader_config config = plain;
    config.batch_size = 3;
    config.fold_last = true;
    struct pool *pool = pool_new(2);
    struct loader *loader = loader_new(ds, pool, &config);
    static const uint32_t files[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    loader_start(loader, files, 9, 1);
    struct pass *pass = collect(loader, 16 * 16 * 3);
    assert_int_equal(pass->code, ERR_IO);
    assert_int_equal(pass->n, 0);
    pass_done(pass);
    loader_start(loader, files + 6, 3, 2);
    pass = collect(loader, 16 * 16 * 3);
    assert_int_equal(pass->code, ERR_OK);
    assert_int_equal(pass->n, 3);
    pass_done(pass);
    loader_free(loader);
    pool_free(pool);
    dataset_free(ds);
}

/* The cache changes nothing but the reading, and stays within its bytes. */
static void cached_squares_are_the_same(void **state)
{
    char *root = *state;
    put_class(root, "a", 10, 1);
    struct dataset *ds = scan(root);
    struct loader_config config = plain;
    config.augment.flip = true;
    struct pass *fresh = run(ds, &config, 10, 2, 1), *second = run(ds, &config, 10, 2, 2);
    /* room for 6 of the 10 */
    config.cache_bytes = 6 * (16 * 16 * 3 + 8);
    uint32_t files[10];
    for (uint32_t i = 0; i < 10; i++)
        files[i] = 9 - i;
    struct pool *pool = pool_new(1);
    struct loader *loader = loader_new(ds, pool, &config);
    loader_start(loader, files, 10, 1);
    struct pass *first = collect(loader, 16 * 16 * 3);
    assert_equal_passes(first, fresh);
    for (int i = 0; i < 10; i++) {
        char *name = xasprintf("%s/a/%04d.jpg", root, i);
        unlink(name);
        free(name);
    }
    loader_start(loader, files, 10, 2);
    struct pass *cached = collect(loader, 16 * 16 * 3);
    assert_int_equal(cached->n, 6);
    assert_int_equal(loader_failed(loader), 4);
    assert_memory_equal(cached->rgb.s, second->rgb.s, cached->rgb.len);
    assert_equal_items(cached, second, cached->n);
    loader_free(loader);
    pool_free(pool);
    pass_done(fresh);
    pass_done(second);
    pass_done(first);
    pass_done(cached);
    dataset_free(ds);
}

/* B31: a share that went away ends the pass with its reason instead of "skipping" everything */
static void a_lost_share_is_an_error(void **state)
{
    char *root = *state;
    put_class(root, "a", 12, 1);
    struct dataset *ds = scan(root);
    for (int i = 0; i < 12; i++) {
        char *name = xasprintf("%s/a/%04d.jpg", root, i);
        unlink(name);
        free(name);
    }
    uint32_t files[12];
    for (uint32_t i = 0; i < 12; i++)
        files[i] = i;
    struct pool *pool = pool_new(2);
    struct loader *loader = loader_new(ds, pool, &plain);
    loader_start(loader, files, 12, 1);
    const struct batch *batch;
    struct err err = {0};
    assert_int_equal(loader_next(loader, &batch, NULL, &err), ERR_IO);
    assert_null(batch);
    assert_string_equal(
        err.message, "8 of 12 pictures could not be read: a/0004.jpg: No such file or directory");
    assert_string_equal(err.hint, "is the disk or share still there?");
    /* the pass is over */
    assert_int_equal(loader_next(loader, &batch, NULL, &err), ERR_OK);
    assert_null(batch);
    loader_free(loader);
    pool_free(pool);
    dataset_free(ds);
}

static atomic_bool stop;

static int stop_hook(const char *path)
{
    if (strstr(path, "0030"))
        atomic_store(&stop, true);
    return 0;
}

static void loading_can_be_cancelled(void **state)
{
    char *root = *state;
    put_class(root, "a", 60, 1);
    struct dataset *ds = scan(root);
    uint32_t files[60];
    for (uint32_t i = 0; i < 60; i++)
        files[i] = i;
    struct pool *pool = pool_new(2);
    struct loader *loader = loader_new(ds, pool, &plain);
    atomic_store(&stop, false);
    loader_cancel_flag(loader, &stop);
    data_read_hook = stop_hook;
    loader_start(loader, files, 60, 1);
    struct pass *pass = collect(loader, 16 * 16 * 3);
    assert_int_equal(pass->code, ERR_CANCELLED);
    assert_true(pass->n < 31);
    pass_done(pass);
    /* and be started again */
    data_read_hook = NULL;
    atomic_store(&stop, false);
    loader_start(loader, files, 60, 2);
    pass = collect(loader, 16 * 16 * 3);
    assert_int_equal(pass->code, ERR_OK);
    assert_int_equal(pass->n, 60);
    pass_done(pass);
    loader_free(loader);
    pool_free(pool);
    dataset_free(ds);
}

/* Many small batches; a pass that is dropped half way; an empty one. */
static void passes_can_be_dropped(void **state)
{
    char *root = *state;
    put_class(root, "a", 50, 1);
    struct dataset *ds = scan(root);
    uint32_t files[250];
    for (uint32_t i = 0; i < 250; i++)
        files[i] = i % 50;
    struct loader_config config = plain;
    config.size = 8;
    config.batch_size = 1;
    config.prefetch = 5;
    struct pool *pool = pool_new(3);
    struct loader *loader = loader_new(ds, pool, &config);
    for (int epoch = 0; epoch < 20; epoch++) {
        const struct batch *batch;
        loader_start(loader, files, 250, epoch);
        assert_int_equal(loader_batches(loader), 250);
        for (int i = 0; i < epoch; i++) {
            assert_int_equal(loader_next(loader, &batch, NULL, NULL), ERR_OK);
            assert_int_equal(batch->items[0].file, i);
        }
    }
    loader_start(loader, files, 250, 1);
    struct pass *pass = collect(loader, 8 * 8 * 3);
    assert_int_equal(pass->n, 250);
    for (uint32_t i = 0; i < 250; i++)
        assert_int_equal(pass->items[i].file, files[i]);
    pass_done(pass);
    const struct batch *batch;
    loader_start(loader, files, 0, 1);
    assert_int_equal(loader_batches(loader), 0);
    assert_int_equal(loader_next(loader, &batch, NULL, NULL), ERR_OK);
    assert_null(batch);
    loader_free(loader);
    pool_free(pool);
    dataset_free(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(threads_do_not_matter),    IN_FOLDER(one_path_for_pixels),
        IN_FOLDER(broken_files_never_train), IN_FOLDER(a_changed_file_is_named),
        IN_FOLDER(kept_damage_trains),       IN_FOLDER(leftover_of_one),
        IN_FOLDER(left_alone_by_failures),   IN_FOLDER(cached_squares_are_the_same),
        IN_FOLDER(a_lost_share_is_an_error), IN_FOLDER(loading_can_be_cancelled),
        IN_FOLDER(passes_can_be_dropped),    IN_FOLDER(views_of_a_picture),
        IN_FOLDER(half_may_be_gone),         IN_FOLDER(a_picture_left_alone_is_of_its_pass),
        IN_FOLDER(damage_of_a_listing_stays_out), IN_FOLDER(views_are_mirrored_by_turns),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
