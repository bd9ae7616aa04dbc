/* Fault A27: training, validation, prediction and preview turn a picture the same way, by the one loader.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/picture.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "data/loader.h"
#include "ui/picture_make.h"

enum { SIDE = 16, SQUARE = SIDE * SIDE * 3, WIDTH = 48, HEIGHT = 32 };

static const uint8_t colors[4][3] = {{230, 20, 20}, {20, 200, 20}, {20, 20, 230}, {220, 220, 20}};

/* Stored corner (0 top left, 1 top right, 2 bottom left, 3 bottom right) that each shown corner must be, by orientation. */
static const int shown[8][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0}, {2, 3, 0, 1},
                                {0, 2, 1, 3}, {2, 0, 3, 1}, {3, 1, 2, 0}, {1, 3, 0, 2}};

static void put_turned(const char *root, unsigned orientation)
{
    uint8_t rgb[WIDTH * HEIGHT * 3], exif[EXIF_SIZE];
    char name[32];
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        memcpy(rgb + 3 * i, colors[(i % WIDTH >= WIDTH / 2) + 2 * (i / WIDTH >= HEIGHT / 2)], 3);
    exif_block(exif, false, orientation);
    struct bytes b = jpeg_bytes(rgb, WIDTH, HEIGHT, &(struct jpeg_make){.app1 = exif, .app1_n = sizeof exif});
    snprintf(name, sizeof name, "a/%u.jpg", orientation);
    put_file(root, name, b.p, b.n);
    bytes_done(&b);
}

/* The squares of all files by the loader: what a training or a validation pass hands over. */
static void load_pass(uint8_t *out, const struct dataset *ds, const struct loader_config *config, int epoch)
{
    uint32_t files[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct pool *pool = pool_new(2);
    struct loader *loader = loader_new(ds, pool, config);
    const struct batch *batch;
    double waited = 0;
    loader_start(loader, files, 8, epoch);
    while (loader_next(loader, &batch, &waited, NULL) == ERR_OK && batch) {
        memcpy(out, batch->rgb, (size_t)batch->n * SQUARE);
        out += (size_t)batch->n * SQUARE;
    }
    loader_free(loader);
    pool_free(pool);
}

static int corner_error(const uint8_t *square, int orientation)
{
    static const int at[4][2] = {{2, 2}, {SIDE - 3, 2}, {2, SIDE - 3}, {SIDE - 3, SIDE - 3}};
    int worst = 0;
    for (int c = 0; c < 4; c++) {
        for (int k = 0; k < 3; k++) {
            int off = abs(square[3 * (at[c][1] * SIDE + at[c][0]) + k] - colors[shown[orientation - 1][c]][k]);
            worst = off > worst ? off : worst;
        }
    }
    return worst;
}

static void four_ways_give_the_same_pixels(void **state)
{
    char *root = *state;
    for (unsigned o = 1; o <= 8; o++)
        put_turned(root, o);
    struct dataset *ds = scan(root);
    struct loader_config validation = {.size = SIDE, .views = 1, .batch_size = 3, .prefetch = 2, .seed = 1}, training = validation;
    training.augment.flip = true; /* left to the net: the pixels stay as they are */
    uint8_t train[8 * SQUARE], val[8 * SQUARE], predict[SQUARE], *preview;
    load_pass(train, ds, &training, 1);
    load_pass(val, ds, &validation, 0);
    int worst = 0;
    for (int i = 0; i < 8; i++) {
        struct image_info info;
        char *path = dataset_path(ds, (size_t)i);
        struct picture_want want = {.square = SIDE, .fit = PICTURE_STRETCH};
        snprintf(want.path, sizeof want.path, "%s", path);
        assert_int_equal(loader_square(predict, path, &validation, &info, NULL), ERR_OK);
        const struct picture_frame frame = {SIDE, SIDE, 1, 1, 0};
        assert_int_equal(picture_make(&preview, NULL, &want, &frame, NULL), ERR_OK);
        assert_memory_equal(val + i * SQUARE, train + i * SQUARE, SQUARE);
        assert_memory_equal(val + i * SQUARE, predict, SQUARE);
        assert_memory_equal(val + i * SQUARE, preview, SQUARE);
        int off = corner_error(predict, i + 1);
        worst = off > worst ? off : worst;
        free(preview);
        free(path);
    }
    print_message("# corners of 8 orientations: largest difference %d levels\n", worst);
    assert_true(worst <= 12);
    dataset_free(ds);
}

static int set_up(void **state)
{
    *state = folder_new();
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(four_ways_give_the_same_pixels, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("upright", tests, NULL, NULL);
}
