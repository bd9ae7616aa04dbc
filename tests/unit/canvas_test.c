/* Canvas: clipping, wide characters, ASCII, pictures. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/canvas.h"

static void expect(const struct canvas *c, const char *text)
{
    struct str s = STR_INIT;
    canvas_text(&s, c);
    assert_string_equal(s.s, text);
    str_done(&s);
}

static void text_is_clipped(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 8, 2);
    assert_int_equal(canvas_put(&c, (struct area){1, 0, 4, 1}, 0, 0, ROLE_TEXT, "abcdef"), 4);
    assert_int_equal(canvas_put(&c, (struct area){1, 1, 4, 1}, -2, 0, ROLE_TEXT, "abcdef"), 6);
    assert_int_equal(canvas_put(&c, canvas_area(&c), 0, 2, ROLE_TEXT, "below"), 0);
    assert_int_equal(canvas_put(&c, canvas_area(&c), 0, -1, ROLE_TEXT, "above"), 0);
    expect(&c, " abcd\n cdef\n");
    canvas_done(&c);
}

static void wide_characters_stay_whole(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 6, 1);
    struct area all = canvas_area(&c);
    canvas_put(&c, all, 0, 0, ROLE_TEXT, "\u82b1\u82b1\u82b1");
    expect(&c, "\u82b1\u82b1\u82b1\n");
    canvas_put(&c, all, 1, 0, ROLE_TEXT, "x"); /* hits the right half */
    expect(&c, " x\u82b1\u82b1\n");
    canvas_put(&c, all, 2, 0, ROLE_TEXT, "y"); /* hits a left half */
    expect(&c, " xy \u82b1\n");
    canvas_clear(&c);
    canvas_put(&c, (struct area){0, 0, 3, 1}, 0, 0, ROLE_TEXT, "\u82b1\u82b1");
    expect(&c, "\u82b1\n"); /* the second has no room for its right half */
    canvas_clear(&c);
    canvas_put(&c, all, 3, 0, ROLE_TEXT, "\u82b1"); /* overlapping writes in both directions */
    canvas_put(&c, all, 2, 0, ROLE_TEXT, "\u82b1");
    expect(&c, "  \u82b1\n");
    canvas_done(&c);
}

static void bad_bytes_are_shown(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 20, 1);
    canvas_put(&c, canvas_area(&c), 0, 0, ROLE_TEXT, "a\x1b[2J\xff\n");
    expect(&c, "a\\x1b[2J\\xff\\n\n");
    canvas_done(&c);
}

static void cut(const char *text, int width, bool middle, const char *want)
{
    struct canvas c;
    canvas_init(&c, 20, 1);
    canvas_put_cut(&c, canvas_area(&c), 0, 0, width, ROLE_TEXT, text, middle);
    expect(&c, want);
    canvas_done(&c);
}

/* What is shown in another form is as wide as that. */
static void widths_are_of_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } table[] = {{"", 0}, {"abc", 3}, {"a\tb\n", 6}, {"\xff", 4}, {"\xe8\x8a\xb1", 2}, {"\x1b[1m\xe8\x8a\xb1", 9}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct canvas c;
        canvas_init(&c, 20, 1);
        assert_int_equal(text_width(table[i].text), table[i].width);
        canvas_put_cut(&c, canvas_area(&c), 0, 0, table[i].width, ROLE_TEXT, table[i].text, true);
        for (int x = 0; x < 20; x++)
            assert_true(c.cells[x].ch != 0x2026); /* nothing is left out */
        canvas_done(&c);
    }
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    cut("daisy", 5, false, "daisy\n");
    cut("daisy", 4, false, "dai\u2026\n");
    cut("daisy", 1, false, "\u2026\n");
    cut("daisy", 0, false, "\n");
    cut("flowers/daisy/100.jpg", 11, true, "flow\u202600.jpg\n");
    cut("\u82b1\u82b1\u82b1", 4, false, "\u82b1\u2026\n");
    cut("\u82b1\u82b1\u82b1", 5, false, "\u82b1\u82b1\u2026\n");
}

static void ascii_only(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 10, 4);
    c.ascii = true;
    struct area in = canvas_box(&c, canvas_area(&c), ROLE_BORDER, ROLE_TITLE, "T\u00e9");
    canvas_put_cut(&c, in, 0, 0, 4, ROLE_TEXT, "abcdef", false);
    canvas_bar(&c, in, 0, 1, 8, ROLE_BAR_FULL, 0.5);
    expect(&c, "+- T? ---+\n|abc~    |\n|####    |\n+--------+\n");
    for (int i = 0; i < c.cols * c.rows; i++)
        assert_true(c.cells[i].ch >= 0x20 && c.cells[i].ch < 0x7f);
    canvas_done(&c);
}

static void bars_count_eighths(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 4, 5);
    struct area all = canvas_area(&c);
    static const double shares[] = {0, 1, 0.5 + 3 / 32.0, 7.0, 0.0 / 1.0 - 1};
    for (int i = 0; i < 5; i++)
        canvas_bar(&c, all, 0, i, 4, ROLE_BAR_FULL, shares[i]);
    expect(&c, "\n\u2588\u2588\u2588\u2588\n\u2588\u2588\u258d\n\u2588\u2588\u2588\u2588\n\n");
    canvas_bar(&c, all, 0, 0, 4, ROLE_BAR_FULL, __builtin_nan(""));
    assert_int_equal(c.cells[0].ch, ' ');
    canvas_done(&c);
}

static void pictures_keep_off_the_last_row(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 10, 4);
    struct picture_want want = {.path = "a/b.jpg"};
    canvas_picture(&c, (struct area){1, 1, 7, 3}, &want);
    assert_int_equal(c.n_pictures, 1);
    assert_int_equal(c.pictures[0].area.h, 2);
    expect(&c, "\n b.jpg##\n #######\n\n");
    canvas_put(&c, canvas_area(&c), 2, 2, ROLE_TEXT, "ok"); /* later puts cover it */
    assert_int_equal(c.cells[2 * 10 + 2].picture, 0);
    assert_int_equal(c.cells[2 * 10 + 4].picture, 1);
    canvas_picture(&c, (struct area){0, 3, 10, 1}, &want);
    assert_int_equal(c.n_pictures, 1);
    canvas_done(&c);
}

/* Every drawing call at every small size, also far outside: the sanitizers watch. */
static void any_size(void **state)
{
    (void)state;
    struct picture_want want = {.path = "p"};
    int n = 0;
    for (int w = 1; w < 12; w++) {
        for (int h = 1; h < 8; h++) {
            struct canvas c;
            canvas_init(&c, w, h);
            for (int x = -3; x < 9; x += 2) {
                struct area a = {x, x / 2, 6, 4};
                struct area in = canvas_box(&c, a, ROLE_BORDER, ROLE_TITLE, "title");
                canvas_put_cut(&c, in, -1, 0, 9, ROLE_TEXT, "\u82b1text", true);
                canvas_put_right(&c, in, 3, 1, ROLE_TEXT, "right");
                canvas_bar(&c, a, -2, 1, 9, ROLE_BAR_FULL, 0.77);
                canvas_picture(&c, a, &want);
                canvas_role(&c, a, ROLE_SELECT);
                n++;
            }
            struct str s = STR_INIT;
            canvas_roles(&s, &c);
            assert_true(s.len >= (size_t)h);
            str_done(&s);
            canvas_done(&c);
        }
    }
    print_message("# %d drawings\n", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped),
        cmocka_unit_test(wide_characters_stay_whole),
        cmocka_unit_test(bad_bytes_are_shown),
        cmocka_unit_test(widths_are_of_what_is_shown), cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(ascii_only),
        cmocka_unit_test(bars_count_eighths),
        cmocka_unit_test(pictures_keep_off_the_last_row),
        cmocka_unit_test(any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
