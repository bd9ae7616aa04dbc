/* Pictures: what is drawn is what the file holds, and what is sent again is only what was damaged.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef PACKAGE_VERSION
#include <sixel.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/decode.h"
#include "ui/damage.h"
#include "ui/picture_make.h"

static char folder[] = "/tmp/flowerlab-picture-XXXXXX", *file;

static int make_file(void **state)
{
    struct image image = {120, 80, xmalloc(120 * 80 * 3)};
    uint8_t *bytes;
    size_t n;
    (void)state;
    for (int i = 0; i < 120 * 80; i++) {
        image.rgb[3 * i] = (uint8_t)(i % 120 * 2);
        image.rgb[3 * i + 1] = (uint8_t)(i / 120 * 3);
        image.rgb[3 * i + 2] = 90;
    }
    if (!mkdtemp(folder) || image_encode_jpeg(&image, 95, &bytes, &n, NULL) != ERR_OK)
        return 1;
    file = xasprintf("%s/a.jpg", folder);
    int rc = file_replace(file, bytes, n, NULL);
    free(bytes);
    image_done(&image);
    return rc;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(file);
    rmdir(folder);
    free(file);
    return 0;
}

static struct pictures_config config_of(const struct gfx_backend *backend)
{
    return (struct pictures_config){.backend = backend,
                                    .cell_w = 10,
                                    .cell_h = 20,
                                    .max_w = 1000,
                                    .max_h = 1000,
                                    .background = 0x102030};
}

/* Draws one picture of w x h cells and waits for it. */
static void show(struct pictures *p, struct canvas *c, struct picture_shown *shown, struct area a,
                 const char *path)
{
    struct picture_want want = {0};
    snprintf(want.path, sizeof want.path, "%s", path);
    canvas_clear(c);
    canvas_picture(c, a, &want);
    pictures_frame(p, c, shown);
    assert_true(pictures_wait(p, 20));
    pictures_frame(p, c, shown);
}

/* T4: the sixel decoded again, against the pixels it was made from. */
static void sixel_holds_the_picture(void **state)
{
    (void)state;
    struct pictures_config config = config_of(&gfx_sixel);
    struct pictures *p = pictures_new(&config);
    struct canvas c;
    struct picture_shown shown[CANVAS_PICTURES];
    canvas_init(&c, 40, 20);
    show(p, &c, shown, (struct area){1, 1, 20, 7}, file);
    assert_non_null(shown[0].out);
    unsigned char *pixels = NULL, *palette = NULL;
    int w, h, n_colors;
    struct str *bytes = &((struct gfx_out *)(uintptr_t)shown[0].out)->bytes;
    assert_true(SIXEL_SUCCEEDED(sixel_decode_raw((unsigned char *)bytes->s, (int)bytes->len,
                                                 &pixels, &w, &h, &palette, &n_colors, NULL)));
    assert_int_equal(w, 200);
    assert_int_equal(h, 138); /* whole sixel rows inside 140 */
    uint8_t *want;
    const struct picture_frame frame = {w, h, w, h, 0x102030};
    assert_int_equal(picture_make(&want, NULL, &c.pictures[0].want, &frame, NULL), ERR_OK);
    double sum = 0;
    for (int i = 0; i < w * h; i++) {
        for (int k = 0; k < 3; k++)
            sum += abs(palette[3 * pixels[i] + k] - want[3 * i + k]);
    }
    sum /= 3.0 * w * h;
    print_message("# mean absolute error %.2f of 255\n", sum);
    assert_true(sum < 10);
    const int corner[3] = {0x10, 0x20, 0x30}; /* above the picture */
    for (int k = 0; k < 3; k++)
        assert_true(abs(palette[3 * pixels[0] + k] - corner[k]) <= 2);
    assert_memory_equal(bytes->s, "\033P", 2);
    assert_memory_equal(bytes->s + bytes->len - 2, "\033\\", 2);
    free(want);
    free(pixels);
    free(palette);
    canvas_done(&c);
    pictures_free(p);
}

static void large_ones_stay_below_the_limit(void **state)
{
    (void)state;
    struct pictures_config config = config_of(&gfx_sixel);
    config.max_w = 95;
    config.max_h = 70;
    struct pictures *p = pictures_new(&config);
    struct canvas c;
    struct picture_shown shown[CANVAS_PICTURES];
    canvas_init(&c, 40, 20);
    show(p, &c, shown, (struct area){0, 0, 30, 15}, file);
    assert_int_equal(shown[0].out->cols, 9);
    assert_int_equal(shown[0].out->rows, 3);
    assert_int_equal(shown[0].area.x, 10); /* in the middle */
    assert_int_equal(shown[0].area.y, 6);
    canvas_done(&c);
    pictures_free(p);
}

static void blocks_and_characters(void **state)
{
    (void)state;
    struct pictures_config config = config_of(&gfx_blocks);
    struct pictures *p = pictures_new(&config);
    struct canvas c;
    struct picture_shown shown[CANVAS_PICTURES];
    canvas_init(&c, 40, 20);
    show(p, &c, shown, (struct area){0, 0, 12, 4}, file); /* 120 x 80 pixels: fits exactly */
    pictures_draw(&c, shown);
    const struct cell *left = &c.cells[0], *right = &c.cells[11];
    assert_int_equal(left->ch, 0x2580);
    assert_true(left->rgb && right->rgb);
    assert_true((left->fg >> 16) < 30 &&
                (right->fg >> 16) > 200); /* red grows to the right, green down */
    assert_true((left->fg >> 8 & 255) < (left->bg >> 8 & 255));
    show(p, &c, shown, (struct area){0, 0, 12, 8}, file); /* rows above and below it */
    pictures_draw(&c, shown);
    assert_false(c.cells[0].rgb); /* the terminal's background, not a colour near it */
    assert_true(c.cells[4 * c.cols].rgb);
    canvas_put(&c, canvas_area(&c), 3, 1, ROLE_TEXT, "X");
    config = config_of(&gfx_ascii);
    pictures_configure(p, &config);
    show(p, &c, shown, (struct area){0, 0, 12, 4}, file);
    canvas_put(&c, canvas_area(&c), 3, 1, ROLE_TEXT, "X"); /* what covers a picture stays */
    pictures_draw(&c, shown);
    assert_int_equal(c.cells[40 + 3].ch, 'X');
    for (int x = 0; x < 12; x++)
        assert_true(c.cells[x].ch < 0x7f && !c.cells[x].rgb);
    canvas_done(&c);
    pictures_free(p);
}

static void missing_files_say_so(void **state)
{
    (void)state;
    struct pictures_config config = config_of(&gfx_blocks);
    struct pictures *p = pictures_new(&config);
    struct canvas c;
    struct picture_shown shown[CANVAS_PICTURES];
    struct str s = STR_INIT;
    canvas_init(&c, 60, 8);
    show(p, &c, shown, (struct area){0, 0, 50, 6}, "/nonexistent/b.jpg");
    assert_null(shown[0].out);
    assert_non_null(shown[0].problem);
    pictures_draw(&c, shown);
    canvas_text(&s, &c);
    assert_non_null(strstr(s.s, "b.jpg"));
    assert_non_null(strstr(s.s, "No such file"));
    str_done(&s);
    canvas_done(&c);
    pictures_free(p);
}

/* R46: a file that somebody else is writing: empty, half, whole. What failed is made again when it
 * is wanted again. */
static void files_that_are_being_written(void **state)
{
    (void)state;
    struct pictures_config config = config_of(&gfx_blocks);
    struct pictures *p = pictures_new(&config);
    struct canvas c;
    struct picture_shown shown[CANVAS_PICTURES];
    char *bytes, *path = xasprintf("%s/b.jpg", folder);
    size_t n;
    canvas_init(&c, 60, 8);
    assert_int_equal(file_read(file, 0, &bytes, &n, NULL), ERR_OK);
    for (int part = 0; part <= 2; part++) {
        assert_int_equal(file_replace(path, bytes, n * (size_t)part / 2, NULL), ERR_OK);
        show(p, &c, shown, (struct area){0, 0, 50, 6}, path);
        print_message("# %d of 2: %s\n", part, shown[0].problem ? shown[0].problem : "shown");
        assert_true((shown[0].out == NULL) == (part == 0));
        if (part == 0)
            assert_non_null(strstr(shown[0].problem, "empty"));
        canvas_clear(&c); /* not wanted for a frame */
        pictures_frame(p, &c, shown);
        if (part == 1) /* scanned again */
            pictures_forget(p);
    }
    unlink(path);
    free(path);
    free(bytes);
    canvas_done(&c);
    pictures_free(p);
}

/* --- damage --------------------------------------------------------------------------------- */

struct scene {
    struct damage damage;
    struct canvas canvas;
    struct picture_shown shown[CANVAS_PICTURES];
    struct gfx_out out;
    struct cell next[30 * 10];
    bool send[CANVAS_PICTURES];
};

static struct scene *scene_new(void)
{
    struct scene *s = xcalloc(1, sizeof *s);
    damage_init(&s->damage);
    canvas_init(&s->canvas, 30, 10);
    str_add(&s->out.bytes, "\033Pq\033\\");
    return s;
}

static void scene_free(struct scene *s)
{
    damage_done(&s->damage);
    canvas_done(&s->canvas);
    str_done(&s->out.bytes);
    free(s);
}

static void scene_picture(struct scene *s, struct area a, uint64_t id)
{
    struct picture_want want = {.path = "p"};
    canvas_picture(&s->canvas, a, &want);
    s->shown[s->canvas.n_pictures - 1] =
        (struct picture_shown){.id = id, .area = a, .out = &s->out};
}

/* One frame; how many cells were rewritten. */
static int scene_frame(struct scene *s)
{
    int changed = 0;
    damage_plan(&s->damage, &s->canvas, s->shown, true, s->next, s->send);
    for (int i = 0; s->damage.valid && i < 300; i++)
        changed += !cell_same(&s->next[i], &s->damage.cells[i]);
    damage_commit(&s->damage, &s->canvas, s->shown, s->next, s->send);
    canvas_clear(&s->canvas);
    return changed;
}

static void whole_pictures_are_sent_once(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct area a = {2, 1, 10, 4}, b = {15, 1, 10, 4};
    for (int frame = 0; frame < 3; frame++) {
        scene_picture(s, a, 1);
        scene_picture(s, b, 2);
        int changed = scene_frame(s);
        assert_int_equal(s->send[0], frame == 0);
        assert_int_equal(s->send[1], frame == 0);
        assert_true(frame == 0 || changed == 0);
    }
    damage_forget(&s->damage); /* a resize */
    scene_picture(s, a, 1);
    scene_frame(s);
    assert_true(s->send[0]);
    scene_free(s);
}

static void a_popup_hides_and_uncovers(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct area a = {2, 1, 10, 4}, b = {15, 1, 10, 4};
    scene_picture(s, a, 1);
    scene_picture(s, b, 2);
    scene_frame(s);
    scene_picture(s, a, 1);
    scene_picture(s, b, 2);
    canvas_fill(&s->canvas, (struct area){0, 2, 5, 2}, ROLE_TEXT, ' ');
    int changed = scene_frame(s);
    assert_int_equal(changed, 6); /* the covered cells alone: the rest stays on the screen */
    assert_false(s->send[0] || s->send[1]);
    scene_picture(s, a, 1);
    scene_picture(s, b, 2);
    scene_frame(s);
    assert_true(s->send[0]);
    assert_false(s->send[1]);
    scene_free(s);
}

static void old_pixels_are_erased(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_picture(s, (struct area){2, 1, 10, 4}, 1);
    scene_frame(s);
    scene_picture(s, (struct area){2, 1, 10, 4},
                  2); /* another one in the same place: replaced without erasing */
    assert_int_equal(scene_frame(s), 0);
    assert_true(s->send[0]);
    scene_picture(s, (struct area){2, 1, 8, 4}, 3); /* smaller: every old cell is printed again */
    assert_int_equal(scene_frame(s), 40);
    assert_true(s->send[0]);
    assert_int_equal(scene_frame(s), 32); /* gone: blanks over the rest */
    scene_free(s);
}

/* Where text erases nothing, a picture that is covered or gone is removed, once. */
static void a_layer_is_cleared_by_command(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct area a = {2, 1, 10, 4}, b = {15, 1, 10, 4}, removed[CANVAS_PICTURES];
    static const int n_removed[] = {0, 0, 1, 0, 0, 1, 0};
    s->damage.layered = true;
    for (int frame = 0; frame < 7; frame++) {
        scene_picture(s, a, 1);
        if (frame < 5)
            scene_picture(s, b, 2);
        if (frame == 2 || frame == 3)
            canvas_fill(&s->canvas, (struct area){0, 2, 5, 2}, ROLE_TEXT, ' ');
        damage_plan(&s->damage, &s->canvas, s->shown, true, s->next, s->send);
        int n = damage_removed(&s->damage, &s->canvas, s->shown, s->next, removed);
        assert_int_equal(n, n_removed[frame]);
        assert_true(!n || removed[0].x == (frame == 2 ? a.x : b.x));
        assert_int_equal(s->send[0], frame == 0 || frame == 4);
        damage_commit(&s->damage, &s->canvas, s->shown, s->next, s->send);
        canvas_clear(&s->canvas);
    }
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixel_holds_the_picture),
        cmocka_unit_test(large_ones_stay_below_the_limit),
        cmocka_unit_test(blocks_and_characters),
        cmocka_unit_test(missing_files_say_so),
        cmocka_unit_test(files_that_are_being_written),
        cmocka_unit_test(whole_pictures_are_sent_once),
        cmocka_unit_test(a_popup_hides_and_uncovers),
        cmocka_unit_test(old_pixels_are_erased),
        cmocka_unit_test(a_layer_is_cleared_by_command),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
