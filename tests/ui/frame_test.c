/* What is around the screens, drawn without a terminal: key bar, help, popups, at several sizes and
 * after a change of the size. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/help.h"
#include "ui/key_bar.h"
#include "ui/parts.h"
#include "ui/popup.h"
#include "ui/screens.h"
#include "ui/stage.h"

static void bind(struct keymap *map, const char *line)
{
    struct err err = {0};
    if (keymap_bind(map, line, &err) != ERR_OK)
        fail_msg("%s", err.message);
}

/* --- key bar --------------------------------------------------------------------------------- */

/* The bar's text, without blanks at its end. */
static char *bar_text(const struct keymap *map, unsigned context, int width)
{
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, width, 1);
    key_bar_draw(&c, canvas_area(&c), map, context, NULL);
    canvas_text(&s, &c);
    canvas_done(&c);
    return str_take(&s);
}

/* Takes " key  label  " off the text; false: it does not begin so. Blanks at the end are cut. */
static bool take_item(const char **text, const struct keymap *map, enum action a)
{
    struct str key = STR_INIT;
    char item[128];
    if (!action_row(a)->label || !map->of[a].n)
        return false;
    key_write(&key, map->of[a].keys[0]);
    int n = snprintf(item, sizeof item, " %s  %s", key.s, action_row(a)->label);
    str_done(&key);
    if (strncmp(*text, item, (size_t)n) != 0 || ((*text)[n] != ' ' && (*text)[n] != '\n'))
        return false;
    *text += n;
    *text += str_starts(*text, "  ") ? 2 : 0;
    return true;
}

/* Whole keys with whole labels in the table's order, quit at the end; returns how many. */
static int check_bar(const struct keymap *map, unsigned context, int width)
{
    char *all = bar_text(map, context, width);
    const char *text = all;
    int n = 0;
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        if (a != ACTION_QUIT && (action_row(a)->contexts & context))
            n += take_item(&text, map, a);
    }
    bool quit = take_item(&text, map, ACTION_QUIT);
    if (*text != '\n')
        fail_msg("at %d cells: \"%s\" is no key with its label, in: %s", width, text, all);
    assert_true(quit || width < 10);
    free(all);
    return n + quit;
}

static void bars_fit(void **state)
{
    (void)state;
    static const int widths[] = {20, 40, 80, 160};
    struct keymap map;
    struct str golden = STR_INIT;
    keymap_default(&map);
    for (size_t i = 0; i < screen_count(); i++) {
        unsigned context = screen_at(i)->context;
        int before = 0;
        for (int w = 1; w <= 200; w++) {
            int n = check_bar(&map, context, w);
            assert_true(n >= before - 1); /* a wide one may push out one that is narrower */
            before = n;
        }
        str_printf(&golden, "%s\n", screen_at(i)->title);
        for (size_t k = 0; k < 4; k++) {
            char *text = bar_text(&map, context, widths[k]);
            str_printf(&golden, "%3d|%s", widths[k], text);
            free(text);
        }
        assert_true(check_bar(&map, context, 20) >= 2); /* help and quit */
    }
    golden_file("key-bar", &golden);
    str_done(&golden);
}

static void bars_have_the_users_keys(void **state)
{
    (void)state;
    struct keymap map;
    keymap_default(&map);
    bind(&map, "bind F5 rescan");
    bind(&map, "bind C-x quit");
    char *text = bar_text(&map, CONTEXT_DATA, 160);
    assert_non_null(strstr(text, " F5  scan again"));
    assert_non_null(strstr(text, " C-x  quit"));
    assert_null(strstr(text, " R  "));
    free(text);
    check_bar(&map, CONTEXT_DATA, 30);
    parts_use_keys(&map);
    assert_string_equal(parts_key(ACTION_RESCAN), "F5"); /* and in sentences */
    struct stage s; /* and in what says why not */
    bind(&map, "bind F8 queue-add");
    parts_use_keys(&map);
    stage_open(&s, &screen_setup);
    assert_string_equal(s.ops->why_not(s.self, ACTION_QUEUE, &s.world.model),
                        "no run waits; F8 adds one");
    stage_close(&s);
    bind(&map, "bind C-c help");
    bind(&map, "bind q help");
    map.of[ACTION_QUIT].n = 0;
    parts_use_keys(&map);
    assert_string_equal(parts_key(ACTION_QUIT), ":quit");
    keymap_default(&map);
    parts_use_keys(&map);
}

static bool no_run(const void *of, enum action action)
{
    const bool *run = of;
    bool steers = action == ACTION_PAUSE || action == ACTION_STOP || action == ACTION_RATE ||
                  action == ACTION_EXTEND;
    return !steers && (action != ACTION_START || *run);
}

static bool anything(const void *of, enum action action)
{
    (void)of;
    (void)action;
    return true;
}

static const char *paused(const void *of, enum action action)
{
    (void)of;
    return action == ACTION_PAUSE ? "go on" : NULL;
}

static void bars_say_what_keys_do_now(void **state)
{
    (void)state;
    struct keymap map;
    struct canvas c;
    struct str text = STR_INIT;
    keymap_default(&map);
    canvas_init(&c, 46, 1);
    key_bar_draw(&c, canvas_area(&c), &map, CONTEXT_TRAIN, &(struct key_bar_now){anything, paused, NULL});
    canvas_text(&text, &c);
    assert_string_equal(text.s, " ?  help   s  start   p  go on   q  quit\n");
    str_done(&text);
    canvas_done(&c);
}

/* What cannot be done gives way, and is dim where it has room. */
static void bars_show_what_can_be_done(void **state)
{
    (void)state;
    struct keymap map;
    struct canvas c;
    struct str text = STR_INIT, roles = STR_INIT;
    bool run = true;
    keymap_default(&map);
    canvas_init(&c, 80, 1);
    key_bar_draw(&c, canvas_area(&c), &map, CONTEXT_TRAIN, &(struct key_bar_now){no_run, NULL, &run});
    canvas_text(&text, &c);
    assert_string_equal(text.s, " ?  help   s  start   Enter  large   +  zoom   y  log   t  axis   q  quit\n");
    canvas_done(&c);
    canvas_init(&c, 200, 1);
    run = false;
    key_bar_draw(&c, canvas_area(&c), &map, CONTEXT_TRAIN, &(struct key_bar_now){no_run, NULL, &run});
    str_clear(&text);
    canvas_text(&text, &c);
    canvas_roles(&roles, &c);
    const char *start = strstr(text.s, " s  start ");
    assert_non_null(start);
    assert_int_equal(roles.s[start - text.s + 1], 'd');
    assert_int_equal(roles.s[1], 'k');
    canvas_done(&c);
    str_done(&text);
    str_done(&roles);
}

/* --- messages -------------------------------------------------------------------------------- */

static void expect_message(int cols, const char *text, const char *expected)
{
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, cols, 6);
    canvas_fill(&c, canvas_area(&c), ROLE_TEXT, 'x');
    parts_message(&c, (struct area){1, 5, cols - 2, 1}, ROLE_STATE_FAIL, text);
    canvas_text(&s, &c);
    assert_string_equal(s.s, expected);
    str_done(&s);
    canvas_done(&c);
}

static void long_messages_go_on_above(void **state)
{
    (void)state;
    static const char text[] = "weights nothing.pth: no such file; give the path of a .pth";
    expect_message(20, "done",
                   "xxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxx\n"
                   "xxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxx\nxdone              x\n");
    expect_message(40, text,
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                   " weights nothing.pth: no such file;\n give the path of a .pth\n");
    expect_message(14, text,
                   "xxxxxxxxxxxxxx\nxxxxxxxxxxxxxx\nxxxxxxxxxxxxxx\n"
                   " weights\n nothing.pth:\n no such fil…\n");
}

/* --- popups at sizes ------------------------------------------------------------------------- */

struct size {
    int cols, rows;
};

static void draw_at(struct popups *p, struct canvas *c, struct size size)
{
    canvas_resize(c, size.cols, size.rows);
    popups_draw(p, c);
}

static void golden_popup(struct popups *p, const char *name, struct size size, bool roles)
{
    struct canvas c;
    struct str text = STR_INIT;
    canvas_init(&c, 1, 1);
    draw_at(p, &c, size);
    canvas_text(&text, &c);
    if (roles) {
        str_add(&text, "--- roles\n");
        canvas_roles(&text, &c);
    }
    golden_file(name, &text);
    str_done(&text);
    canvas_done(&c);
}

static void press(struct popups *p, const char *name)
{
    struct key_event event = {0};
    assert_true(key_parse(name, &event.key));
    popups_key(p, &event);
}

static void type(struct popups *p, const char *letters)
{
    for (; *letters; letters++)
        press(p, (const char[]){*letters, 0});
}

static void open_help(struct popups *p, const struct keymap *map, const struct screen_ops *screen)
{
    struct text_box text = {.most = 110};
    help_keys(&text, map, screen->context, screen->title);
    text_box_add(&text, ROLE_TEXT, "", "Theme: default, 256 colours");
    popups_text(p, "Help: keys", &text);
}

static void help_at_sizes(void **state)
{
    (void)state;
    struct popups p = {0};
    struct keymap map;
    keymap_default(&map);
    open_help(&p, &map, &screen_train);
    golden_popup(&p, "help-80x24", (struct size){80, 24}, true);
    golden_popup(&p, "help-160x50", (struct size){160, 50}, false);
    golden_popup(&p, "help-20x5", (struct size){20, 5}, false);
    popups_done(&p);
    bind(&map, "bind F5 rescan");
    bind(&map, "bind Space quit");
    open_help(&p, &map, &screen_data);
    golden_popup(&p, "help-bound-160x50", (struct size){160, 50}, false);
    popups_done(&p);
}

static void help_is_searched(void **state)
{
    (void)state;
    struct popups p = {0};
    struct keymap map;
    keymap_default(&map);
    open_help(&p, &map, &screen_train);
    press(&p, "/");
    type(&p, "zoom");
    golden_popup(&p, "help-search-80x24", (struct size){80, 24}, true);
    golden_popup(&p, "help-search-160x50", (struct size){160, 50}, false); /* resized meanwhile */
    golden_popup(&p, "help-search-20x5", (struct size){20, 5}, false);
    type(&p, "xx");
    golden_popup(&p, "help-search-none", (struct size){60, 16}, false);
    popups_done(&p);
}

/* Scrolled to its end in a small window, then the window grows and shrinks again. */
static void help_after_a_resize(void **state)
{
    (void)state;
    struct popups p = {0};
    struct keymap map;
    struct canvas c;
    keymap_default(&map);
    canvas_init(&c, 1, 1);
    open_help(&p, &map, &screen_setup);
    draw_at(&p, &c, (struct size){40, 10});
    press(&p, "End");
    golden_popup(&p, "help-end-40x10", (struct size){40, 10}, false);
    golden_popup(&p, "help-resized-80x24", (struct size){80, 24}, false);
    for (int w = 1; w < 90; w += 4) { /* any size */
        for (int h = 1; h < 30; h += 3)
            draw_at(&p, &c, (struct size){w, h});
    }
    golden_popup(&p, "help-resized-160x50", (struct size){160, 50}, false);
    canvas_done(&c);
    popups_done(&p);
}

static int answered;

static void chosen(void *user, int choice)
{
    (void)user;
    answered = choice;
}

static int seen;

static void moved(void *user, int item)
{
    (void)user;
    seen = item;
}

static char *typed_text;

static void typed(void *user, const char *text)
{
    (void)user;
    free(typed_text);
    typed_text = text ? strdup(text) : NULL;
}

/* Menus keep what is selected, fields what was typed. */
static void others_after_a_resize(void **state)
{
    (void)state;
    static const char *const themes[] = {"classic", "contrast", "dark", "default", "light", "mono",
                                         "night", "okabe-ito", "paper", "plain"};
    static const char *const stops[] = {"stop after this epoch", "stop now", "go on",
                                        "detach: leave, and the run goes on"};
    struct popups p = {0};
    popups_menu(&p, "Theme", NULL, themes, 10, 3, chosen, NULL);
    golden_popup(&p, "popup-theme-80x24", (struct size){80, 24}, true);
    popups_watch(&p, moved);
    press(&p, "End");
    assert_int_equal(seen, 9); /* told at once */
    press(&p, "Up");
    assert_int_equal(seen, 8);
    press(&p, "Down");
    golden_popup(&p, "popup-theme-resized-20x5", (struct size){20, 5}, false);
    golden_popup(&p, "popup-theme-resized-160x50", (struct size){160, 50}, false);
    press(&p, "Enter");
    assert_int_equal(answered, 9);
    popups_menu(&p, "Quit", "A run is training.", stops, 4, 2, chosen, NULL);
    golden_popup(&p, "popup-quit-80x24", (struct size){80, 24}, true);
    golden_popup(&p, "popup-quit-resized-20x5", (struct size){20, 5}, false);
    golden_popup(&p, "popup-quit-resized-160x50", (struct size){160, 50}, false);
    press(&p, "Enter");
    assert_int_equal(answered, 2);
    popups_menu(&p, "Open a folder", "/data/flowers", stops, 2, 0, chosen, NULL);
    golden_popup(&p, "popup-two-80x24", (struct size){80, 24}, false);
    press(&p, "2");
    assert_int_equal(answered, 1);
    popups_menu(&p, "Start", "Which pictures? A data set is a folder of class folders.", stops, 4, 0, chosen, NULL);
    golden_popup(&p, "popup-question-40x12", (struct size){40, 12}, false);
    golden_popup(&p, "popup-question-80x24", (struct size){80, 24}, false);
    golden_popup(&p, "popup-question-20x5", (struct size){20, 5}, false);
    press(&p, "1");
    popups_menu(&p, "Open a folder", "/a/long/path/to/a/folder/of/flowers/that-somebody-took", stops, 3, 0, chosen, NULL);
    golden_popup(&p, "popup-path-40x12", (struct size){40, 12}, false);
    press(&p, "Esc");
    popups_prompt(&p, "Epochs to add", "12", false, typed, NULL);
    golden_popup(&p, "popup-offer-80x24", (struct size){80, 24}, true);
    press(&p, "End");
    type(&p, "34");
    golden_popup(&p, "popup-ask-80x24", (struct size){80, 24}, true);
    golden_popup(&p, "popup-ask-resized-20x5", (struct size){20, 5}, false);
    type(&p, "5");
    golden_popup(&p, "popup-ask-resized-160x50", (struct size){160, 50}, false);
    press(&p, "Enter");
    assert_string_equal(typed_text, "12345");
    free(typed_text);
    typed_text = NULL;
    popups_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_fit),         cmocka_unit_test(bars_have_the_users_keys),
        cmocka_unit_test(bars_show_what_can_be_done),
        cmocka_unit_test(bars_say_what_keys_do_now),
        cmocka_unit_test(long_messages_go_on_above),
        cmocka_unit_test(help_at_sizes),    cmocka_unit_test(help_is_searched),
        cmocka_unit_test(help_after_a_resize), cmocka_unit_test(others_after_a_resize),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
