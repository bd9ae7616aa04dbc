/* Previews: there before the picture, of the right picture, and replaced without flicker or
 * leftovers. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/decode.h"
#include "ui/damage.h"
#include "ui/picture_make.h"

#define HALF_BLOCK 0x2580u
#define BACKGROUND 0x102030
#define FILES 3

static char folder[] = "/tmp/flowerlab-preview-XXXXXX", *files[FILES];

/* Gradients with a corner of their own, so that no part looks like another. */
static int write_file(const char *path, int number)
{
    struct image image = {240, 160, xmalloc(240 * 160 * 3)};
    uint8_t *bytes;
    size_t n;
    for (int i = 0; i < 240 * 160; i++) {
        int x = i % 240, y = i / 240;
        image.rgb[3 * i] = (uint8_t)(number == 1 ? 255 - x : x);
        image.rgb[3 * i + 1] = (uint8_t)(y + 40 * number);
        image.rgb[3 * i + 2] = (uint8_t)(x < 60 && y < 60 ? 250 : 90 * number);
    }
    int rc = image_encode_jpeg(&image, 95, &bytes, &n, NULL) != ERR_OK ||
             file_replace(path, bytes, n, NULL) != ERR_OK;
    free(bytes);
    image_done(&image);
    return rc;
}

static int make_files(void **state)
{
    (void)state;
    int rc = mkdtemp(folder) == NULL;
    for (int i = 0; i < FILES && !rc; i++) {
        files[i] = xasprintf("%s/%d.jpg", folder, i);
        rc = write_file(files[i], i);
    }
    return rc;
}

static int remove_files(void **state)
{
    (void)state;
    for (int i = 0; i < FILES; i++) {
        unlink(files[i]);
        free(files[i]);
    }
    return rmdir(folder);
}

/* --- the worker ----------------------------------------------------------------------------- */

/* A sixel backend that encodes when it may. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void set_gate(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static enum err_code encode_at_gate(struct gfx_out *out, const struct gfx_pixels *in,
                                    struct err *err)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return gfx_sixel.encode(out, in, err);
}

struct lab {
    struct gfx_backend gated;
    struct pictures *pictures;
    struct canvas canvas;
    struct picture_shown shown[CANVAS_PICTURES];
};

static struct lab *lab_new(bool previews)
{
    struct lab *l = xcalloc(1, sizeof *l);
    l->gated = gfx_sixel;
    l->gated.encode = encode_at_gate;
    struct pictures_config config = {.backend = &l->gated,
                                     .cell_w = 10,
                                     .cell_h = 20,
                                     .max_w = 1000,
                                     .max_h = 1000,
                                     .background = BACKGROUND,
                                     .preview = previews ? &gfx_blocks : NULL};
    l->pictures = pictures_new(&config);
    canvas_init(&l->canvas, 90, 40);
    set_gate(false);
    return l;
}

static void lab_free(struct lab *l)
{
    set_gate(true);
    pictures_free(l->pictures);
    canvas_done(&l->canvas);
    free(l);
}

static struct picture_want want_of(int file)
{
    struct picture_want want = {0};
    snprintf(want.path, sizeof want.path, "%s", files[file]);
    return want;
}

/* A frame that wants one picture. */
static struct picture_shown *frame(struct lab *l, struct area a, const struct picture_want *want)
{
    canvas_clear(&l->canvas);
    canvas_picture(&l->canvas, a, want);
    pictures_frame(l->pictures, &l->canvas, l->shown);
    return &l->shown[0];
}

/* Frames as news come, until there is a preview. */
static struct picture_shown *await_preview(struct lab *l, struct area a,
                                           const struct picture_want *want)
{
    struct pollfd fd = {.fd = pictures_fd(l->pictures), .events = POLLIN};
    struct picture_shown *s = frame(l, a, want);
    for (int i = 0; i < 20 && !s->preview; i++) {
        assert_true(poll(&fd, 1, 20000) == 1);
        s = frame(l, a, want);
    }
    assert_non_null(s->preview);
    return s;
}

/* Mean absolute difference of the preview and what half blocks of the file would be. */
static double error_of(const struct picture_shown *s, const struct picture_want *want)
{
    int cols = s->preview->cols, rows = s->preview->rows;
    const struct picture_frame f = {cols, 2 * rows, 10 * cols, 20 * rows, BACKGROUND};
    uint8_t *rgb;
    double sum = 0;
    assert_int_equal(picture_make(&rgb, NULL, want, &f, NULL), ERR_OK);
    for (int i = 0; i < cols * 2 * rows; i++) {
        const struct gfx_cell *cell =
            &s->preview->cells[i / cols / 2 * cols + i % cols];
        uint32_t c = i / cols % 2 ? cell->bg : cell->fg;
        for (int k = 0; k < 3; k++)
            sum += abs((int)(c >> (16 - 8 * k) & 255) - rgb[3 * i + k]);
    }
    free(rgb);
    return sum / (6.0 * cols * rows);
}

static void a_preview_comes_before_the_picture(void **state)
{
    (void)state;
    struct lab *l = lab_new(true);
    struct area a = {3, 2, 24, 9};
    struct picture_want want = want_of(0), other = want_of(1);
    struct picture_shown *s = await_preview(l, a, &want);
    assert_null(s->out);
    double same = error_of(s, &want), different = error_of(s, &other);
    print_message("# mean difference %.2f of 255, to another picture %.1f\n", same, different);
    assert_true(same < 4 && different > 40);
    uint64_t id = s->preview_id;
    pictures_draw(&l->canvas, l->shown);
    assert_int_equal(l->canvas.cells[6 * 90 + 15].ch, HALF_BLOCK);
    set_gate(true);
    assert_true(pictures_wait(l->pictures, 20));
    s = frame(l, a, &want);
    assert_non_null(s->out);
    assert_int_equal(s->preview_id, id);
    assert_int_equal(s->area.w, s->preview->cols);
    assert_int_equal(s->area.h, s->preview->rows);
    assert_int_equal(s->out->height, 9 * 20); /* 180 is 30 sixel rows: to the lower edge */
    assert_int_equal(s->full_rows, 9);
    lab_free(l);
}

/* A whole page has its previews while the first picture is not encoded. */
static void a_page_has_previews(void **state)
{
    (void)state;
    struct lab *l = lab_new(true);
    struct pollfd fd = {.fd = pictures_fd(l->pictures), .events = POLLIN};
    int ready = 0;
    for (int i = 0; i < 20 && ready < FILES; i++) {
        canvas_clear(&l->canvas);
        for (int k = 0; k < FILES; k++) {
            struct picture_want want = want_of(k);
            want.page = true;
            canvas_picture(&l->canvas, (struct area){k * 20, 0, 15, 6}, &want);
        }
        pictures_frame(l->pictures, &l->canvas, l->shown);
        ready = 0;
        for (int k = 0; k < FILES; k++) {
            struct picture_want want = want_of(k);
            assert_null(l->shown[k].out);
            if (!l->shown[k].preview)
                continue;
            ready++;
            assert_true(error_of(&l->shown[k], &want) < 6);
        }
        if (ready < FILES)
            assert_true(poll(&fd, 1, 20000) == 1);
    }
    assert_int_equal(ready, FILES);
    lab_free(l);
}

/* What is known in another size, or as the whole of which a part is wanted, has one at once. */
static void known_pictures_have_one_at_once(void **state)
{
    (void)state;
    struct lab *l = lab_new(true);
    struct picture_want want = want_of(0), other = want_of(1), turned = want, part = want;
    await_preview(l, (struct area){0, 0, 24, 9}, &want);
    struct picture_shown *s = frame(l, (struct area){0, 0, 80, 30}, &want);
    assert_non_null(s->preview);
    print_message("# enlarged: mean difference %.2f of 255\n", error_of(s, &want));
    assert_true(s->preview->cols == 80 && error_of(s, &want) < 6);
    part.window = (struct picture_window){0, 0, PICTURE_WHOLE / 3, PICTURE_WHOLE / 3};
    s = frame(l, (struct area){0, 0, 30, 10}, &part);
    assert_non_null(s->preview);
    print_message("# a part: mean difference %.2f of 255\n", error_of(s, &part));
    assert_true(error_of(s, &part) < 8);
    assert_null(frame(l, (struct area){0, 0, 24, 9}, &other)->preview);
    turned.square = 64;
    assert_null(frame(l, (struct area){0, 0, 24, 9}, &turned)->preview);
    lab_free(l);
}

static void none_where_none_is_wanted(void **state)
{
    (void)state;
    struct lab *l = lab_new(false);
    struct picture_want want = want_of(0);
    set_gate(true);
    frame(l, (struct area){0, 0, 24, 9}, &want);
    assert_true(pictures_wait(l->pictures, 20));
    struct picture_shown *s = frame(l, (struct area){0, 0, 24, 9}, &want);
    assert_non_null(s->out);
    assert_null(s->preview);
    lab_free(l);
}

/* --- the terminal --------------------------------------------------------------------------- */

#define COLS 30
#define ROWS 10

/* One picture on a small terminal; cells of 10 x 20. */
struct scene {
    struct damage damage;
    struct canvas canvas;
    struct picture_shown shown[CANVAS_PICTURES];
    struct gfx_out sixel, preview;
    struct cell next[COLS * ROWS];
    bool send[CANVAS_PICTURES], held;
};

static struct scene *scene_new(void)
{
    struct scene *s = xcalloc(1, sizeof *s);
    damage_init(&s->damage);
    canvas_init(&s->canvas, COLS, ROWS);
    str_add(&s->sixel.bytes, "\033Pq\033\\");
    s->preview = (struct gfx_out){.cols = 10, .rows = 4};
    s->preview.cells = xcalloc(40, sizeof *s->preview.cells);
    return s;
}

static void scene_free(struct scene *s)
{
    damage_done(&s->damage);
    canvas_done(&s->canvas);
    gfx_out_done(&s->sixel);
    gfx_out_done(&s->preview);
    free(s);
}

static const struct area place = {2, 1, 10, 4};

/* A frame with picture id, whose preview is a block in every cell but those of the first column;
 * ready: its pixels are there, and cover three of its four rows wholly. Returns the rewritten
 * cells. */
static int scene_frame(struct scene *s, uint64_t id, bool ready, bool with_pixels, bool popup)
{
    struct picture_want want = {.path = "p"};
    int changed = 0;
    for (int i = 0; i < 40; i++)
        s->preview.cells[i] = (struct gfx_cell){i % 10 ? HALF_BLOCK : 0, (uint32_t)id, 7, true};
    canvas_clear(&s->canvas);
    canvas_picture(&s->canvas, place, &want);
    s->shown[0] = (struct picture_shown){.id = ready ? id : 0,
                                         .area = place,
                                         .out = ready ? &s->sixel : NULL,
                                         .full_rows = 3,
                                         .preview = &s->preview,
                                         .preview_id = 100 + id};
    pictures_draw(&s->canvas, s->shown);
    if (popup)
        canvas_fill(&s->canvas, (struct area){0, 2, 5, 2}, ROLE_TEXT, ' ');
    s->held = damage_plan(&s->damage, &s->canvas, s->shown, with_pixels, s->next, s->send);
    for (int i = 0; s->damage.valid && i < COLS * ROWS; i++)
        changed += !cell_same(&s->next[i], &s->damage.cells[i]);
    damage_commit(&s->damage, &s->canvas, s->shown, s->next, s->send);
    return changed;
}

/* Cells of the picture that show a block. */
static int blocks(const struct scene *s)
{
    int n = 0;
    for (int i = 0; i < place.w * place.h; i++) {
        const struct cell *c = &s->next[(place.y + i / place.w) * COLS + place.x + i % place.w];
        n += c->rgb && c->ch == HALF_BLOCK;
        assert_true(c->rgb || c->ch == SENTINEL || c->ch == SENTINEL_OTHER || c->ch == ' ');
    }
    return n;
}

/* Pixels come upon the preview; only what they do not cover is written before: the row that they
 * end in, and blanks, which no pixel could be erased from later. */
static void pixels_come_upon_the_preview(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_frame(s, 1, false, true, false);
    assert_int_equal(blocks(s), 36);
    assert_false(s->send[0]);
    assert_int_equal(scene_frame(s, 1, true, true, false), 9 + 4);
    assert_true(s->send[0]);
    assert_int_equal(blocks(s), 27);
    for (int i = 0; i < 3; i++) { /* and stay */
        assert_int_equal(scene_frame(s, 1, true, true, false), 0);
        assert_false(s->send[0] || s->held);
    }
    scene_free(s);
}

/* A link that is busy, or a resize: the preview stands in, and nothing of it is lost or doubled. */
static void held_pictures_show_their_preview(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_frame(s, 1, true, false, false);
    assert_true(s->held && !s->send[0]);
    assert_int_equal(blocks(s), 36);
    assert_int_equal(scene_frame(s, 1, true, false, false), 0);
    assert_true(s->held);
    assert_int_equal(scene_frame(s, 1, true, true, false), 9 + 4);
    assert_true(s->send[0] && !s->held);
    scene_frame(s, 2, true, false, false); /* another one has to wait: never shown as the first */
    assert_int_equal(blocks(s), 36);
    assert_int_equal(s->next[place.y * COLS + place.x + 5].fg, 2);
    scene_free(s);
}

static void a_preview_is_of_its_picture_alone(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_frame(s, 1, false, true, false);
    scene_frame(s, 1, true, true, false);
    scene_frame(s, 2, true, true, false); /* in the same place, ready at once */
    assert_true(s->send[0]);
    assert_int_equal(blocks(s), 0); /* nothing of the first one lies below the second */
    scene_frame(s, 3, false, true, false);
    assert_int_equal(blocks(s), 36);
    assert_int_equal(s->next[place.y * COLS + place.x + 5].fg, 3);
    canvas_clear(&s->canvas); /* gone: every cell is written */
    damage_plan(&s->damage, &s->canvas, s->shown, true, s->next, s->send);
    for (int i = 0; i < COLS * ROWS; i++)
        assert_true(s->next[i].ch == ' ' && !s->next[i].rgb);
    scene_free(s);
}

static void popups_cover_previews(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_frame(s, 1, false, true, false);
    scene_frame(s, 1, true, true, false);
    assert_int_equal(scene_frame(s, 1, true, true, true), 6); /* the covered cells */
    assert_false(s->send[0]);
    scene_frame(s, 1, true, true, false);
    assert_true(s->send[0]);
    assert_int_equal(blocks(s), 27 - 2 * 2); /* sentinels where the popup was; the first column had none */
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preview_comes_before_the_picture),
        cmocka_unit_test(a_page_has_previews),
        cmocka_unit_test(known_pictures_have_one_at_once),
        cmocka_unit_test(none_where_none_is_wanted),
        cmocka_unit_test(pixels_come_upon_the_preview),
        cmocka_unit_test(held_pictures_show_their_preview),
        cmocka_unit_test(a_preview_is_of_its_picture_alone),
        cmocka_unit_test(popups_cover_previews),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
