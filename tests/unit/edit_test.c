/* The line editor and popups. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ui/popup.h"
#include "ui/w_filter.h"

static void type(struct edit *e, const char *names)
{
    char words[256], *rest = NULL;
    snprintf(words, sizeof words, "%s", names);
    for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        struct key_event event = {0};
        assert_true(key_parse(w, &event.key));
        edit_key(e, &event);
    }
}

static void edits(const char *keys, const char *want)
{
    struct edit e;
    edit_set(&e, "one two");
    type(&e, keys);
    assert_string_equal(e.text, want);
}

static void editing_keys(void **state)
{
    (void)state;
    edits("x", "one twox");
    edits("Backspace Backspace", "one t");
    edits("Home Del \u82b1", "\u82b1ne two");
    edits("C-a \u82b1 Backspace", "one two");
    edits("Left Left C-k", "one t");
    edits("Left C-u", "o");
    edits("C-w x", "one x");
    edits("C-w C-w C-w Backspace Left Del", "");
    edits("Home Right Space End !", "o ne two!");
    struct edit e;
    edit_set(&e, "");
    struct key_event paste = {.key = {K_PASTE, 0}, .text = "a\nb\tc"};
    assert_true(edit_key(&e, &paste));
    assert_string_equal(e.text, "a b c"); /* a newline never submits */
    for (int i = 0; i < EDIT_MAX; i++)
        edit_key(&e, &paste);
    assert_true(strlen(e.text) < EDIT_MAX);
}

static void offered(const char *text, const char *keys, const char *want)
{
    struct edit e;
    edit_offer(&e, text);
    type(&e, keys);
    assert_string_equal(e.text, want);
}

/* What a prompt begins with is an answer to take or to write over, such as "auto" for a number. */
static void the_first_letter_takes_the_place_of_an_offer(void **state)
{
    (void)state;
    offered("auto", "2 5", "25");
    offered("auto", "", "auto");
    offered("0.5", "Right 5", "0.55"); /* a key that moves keeps it */
    offered("0.5", "Backspace 1", "0.1");
    offered("0.5", "Home 1", "10.5");
    offered("/d/flowers", "C-w r", "/d/r");
    offered("/d/", "r", "/d/r"); /* the beginning of a path is there to go on with */
    struct edit e;
    edit_offer(&e, "auto");
    struct key_event paste = {.key = {K_PASTE, 0}, .text = "12"};
    assert_true(edit_key(&e, &paste));
    assert_string_equal(e.text, "12");
    edit_offer(&e, "/d/r");
    assert_true(edit_complete(&e, (char *const[]){"rose/"}, 1, NULL));
    type(&e, "x");
    assert_string_equal(e.text, "/d/rose/x");
}

static char *const names[] = {".hidden", "daisy-1/", "daisy-2/", "notes.txt", "rose/", "\u82b1/"};
#define NAMES (sizeof names / sizeof *names)

static void paths_are_completed(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *keys, *want, *fitting;
    } table[] = {
        {"/d/d", "", "/d/daisy-", "daisy-1/ daisy-2/"}, /* as far as it is the same */
        {"/d/daisy-", "", NULL, "daisy-1/ daisy-2/"},
        {"/d/r", "", "/d/rose/", "rose/"},
        {"r", "", "rose/", "rose/"},
        {"/d/n", "", "/d/notes.txt", "notes.txt"},
        {"/d/zz", "", NULL, NULL},
        {"/d/.", "", "/d/.hidden", ".hidden"},
        {"/d/", "", NULL, "daisy-1/ daisy-2/ notes.txt rose/ \u82b1/"},
        {"/d/r/x", "Left Left", "/d/rose/x", "rose/"}, /* the slash that is there is enough */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct edit e;
        struct str fitting = STR_INIT;
        edit_set(&e, table[i].typed);
        type(&e, table[i].keys);
        assert_int_equal(edit_complete(&e, names, NAMES, &fitting), table[i].want != NULL);
        assert_string_equal(e.text, table[i].want ? table[i].want : table[i].typed);
        assert_true(str_eq(fitting.s, table[i].fitting));
        str_done(&fitting);
    }
}

static char asked_folder[64];

static void remember(void *user, const char *folder)
{
    (void)user;
    snprintf(asked_folder, sizeof asked_folder, "%s", folder);
}

static int last_choice = -2;
static char last_text[64];

static void chosen(void *user, int choice)
{
    const struct popups *p = user;
    last_choice = choice;
    assert_int_equal(p->n, 0); /* it is gone when it tells */
}

static void typed(void *user, const char *text)
{
    (void)user;
    snprintf(last_text, sizeof last_text, "%s", text ? text : "(closed)");
}

static void press(struct popups *p, const char *name)
{
    struct key_event event = {0};
    assert_true(key_parse(name, &event.key));
    popups_key(p, &event);
}

static void menus_choose(void **state)
{
    (void)state;
    static const char *const items[] = {"stop after this epoch", "stop now", "go on"};
    static const struct {
        const char *keys[3];
        int choice;
    } table[] = {{{"Enter"}, 1}, {{"Down", "Enter"}, 2}, {{"Up", "Up", "Enter"}, 0},
                 {{"3"}, 2},     {{"Esc"}, -1},          {{"C-c"}, -1}};
    struct popups p = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        popups_menu(&p, "Quit", "A run is training.", items, 3, 1, chosen, &p);
        last_choice = -2;
        for (int k = 0; k < 3 && table[i].keys[k]; k++)
            press(&p, table[i].keys[k]);
        assert_int_equal(last_choice, table[i].choice);
        assert_int_equal(p.n, 0);
    }
}

static void prompts_take_text(void **state)
{
    (void)state;
    struct popups p = {0};
    popups_prompt(&p, "Data folder", "ab", false, typed, NULL);
    press(&p, "q"); /* a letter, not a command; it takes the place of what was offered */
    press(&p, "Enter");
    assert_string_equal(last_text, "q");
    popups_prompt(&p, "Data folder", "ab", false, typed, NULL);
    press(&p, "End");
    press(&p, "q");
    press(&p, "Enter");
    assert_string_equal(last_text, "abq");
    popups_prompt(&p, "Data folder", "ab", false, typed, NULL);
    press(&p, "Esc");
    assert_string_equal(last_text, "(closed)");
}

/* Names that come late are for the folder that was asked for, and for no other. */
static void names_arrive_later(void **state)
{
    (void)state;
    struct popups p = {.complete = remember};
    popups_prompt(&p, "Script", "/d/da", true, typed, NULL);
    press(&p, "Tab");
    assert_string_equal(asked_folder, "/d/");
    press(&p, "i"); /* typed on meanwhile */
    popups_complete(&p, "/d/", names, NAMES);
    assert_string_equal(p.stack[0].edit.text, "/d/daisy-");
    assert_null(p.stack[0].fitting);
    popups_complete(&p, "/d/", names, NAMES);
    assert_string_equal(p.stack[0].fitting, "daisy-1/ daisy-2/");
    popups_complete(&p, "/e/", names, NAMES);
    assert_string_equal(p.stack[0].edit.text, "/d/daisy-");
    press(&p, "Esc");
    popups_complete(&p, "/d/", names, NAMES); /* nobody waits any more */
    popups_prompt(&p, "Number", "1", false, typed, NULL);
    popups_complete(&p, "", names, NAMES);
    assert_string_equal(p.stack[0].edit.text, "1");
    popups_done(&p);
}

/* Rows of the text on top, as they were drawn last. */
static void rows_of(const struct popups *p, struct str *out)
{
    const struct text_box *t = &p->stack[p->n - 1].text;
    str_clear(out);
    for (size_t i = 0; i < t->n_rows; i++)
        str_printf(out, "%.*s|", t->rows[i].bytes, t->lines[t->rows[i].line].words + t->rows[i].from);
}

/* By the width at each draw, not by the one at the beginning. */
static void paragraphs_are_broken(void **state)
{
    (void)state;
    struct popups p = {0};
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, 26, 12); /* 22 cells inside */
    popups_paragraphs(&p, "Text", "one two three four five\n\nsix");
    popups_draw(&p, &c);
    rows_of(&p, &s);
    assert_string_equal(s.s, "one two three four|five||six|");
    canvas_resize(&c, 80, 24);
    popups_draw(&p, &c);
    rows_of(&p, &s);
    assert_string_equal(s.s, "one two three four five||six|");
    str_done(&s);
    canvas_done(&c);
    popups_done(&p);
}

/* The search: narrows with each letter, Enter keeps it, Esc leaves it first and then the text. */
static void texts_are_searched(void **state)
{
    (void)state;
    static const struct {
        const char *key, *rows;
        int popups;
    } steps[] = {{"/", "one|two|three|", 1},      {"T", "two|three|", 1}, {"h", "three|", 1},
                 {"q", "", 1},                    {"Backspace", "three|", 1},
                 {"Enter", "three|", 1},          {"/", "three|", 1},
                 {"Esc", "one|two|three|", 1},    {"/", "one|two|three|", 1},
                 {"Esc", "one|two|three|", 1},    {"Esc", NULL, 0}};
    struct popups p = {0};
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, 40, 12);
    popups_paragraphs(&p, "Text", "one\ntwo\nthree");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        press(&p, steps[i].key);
        canvas_clear(&c);
        popups_draw(&p, &c);
        assert_int_equal(p.n, steps[i].popups);
        if (!p.n)
            break;
        rows_of(&p, &s);
        str_add(&s, "");
        print_message("# %s: %s\n", steps[i].key, s.s);
        assert_string_equal(s.s, steps[i].rows);
    }
    str_done(&s);
    canvas_done(&c);
}

static void menus_are_drawn(void **state)
{
    (void)state;
    static const char *const items[] = {"stop after this epoch", "stop now", "go on"};
    struct popups p = {0};
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, 40, 9);
    popups_menu(&p, "Quit", "A run is training.", items, 3, 1, NULL, NULL);
    popups_draw(&p, &c);
    canvas_text(&s, &c);
    assert_string_equal(
        s.s, "\n"
             "     ┌─ Quit ─────────────────────┐\n"
             "     │ A run is training.         │\n"
             "     │                            │\n"
             "     │ 1 stop after this epoch    │\n"
             "     │ 2 stop now                 │\n"
             "     │ 3 go on                    │\n"
             "     └─ Enter or a digit chooses ─┘\n\n");
    str_done(&s);
    for (int w = 1; w < 60; w += 3) { /* any size */
        for (int h = 1; h < 12; h++) {
            canvas_resize(&c, w, h);
            popups_draw(&p, &c);
        }
    }
    popups_done(&p);
    canvas_done(&c);
}

static enum filter_key filter(struct filter *f, uint32_t ch, int key)
{
    return filter_key(f, &(struct key_event){.key = {key, ch}});
}

static void lines_filter(void **state)
{
    (void)state;
    static const struct {
        uint32_t ch;
        int key;
        enum filter_key did;
        const char *text;
        bool typing;
    } steps[] = {{'r', K_CHAR, FILTER_CHANGED, "r", true},   {'o', K_CHAR, FILTER_CHANGED, "ro", true},
                 {0, K_LEFT, FILTER_TAKEN, "ro", true},      {0, K_UP, FILTER_NOT, "ro", true},
                 {0, K_TAB, FILTER_TAKEN, "ro", true},       {0, K_BACKSPACE, FILTER_CHANGED, "o", true},
                 {0, K_ENTER, FILTER_TAKEN, "o", false},     {'x', K_CHAR, FILTER_NOT, "o", false}};
    struct filter f = {0};
    assert_int_equal(filter(&f, 'r', K_CHAR), FILTER_NOT);
    assert_false(filter_shown(&f));
    filter_open(&f);
    assert_true(filter_shown(&f));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(filter(&f, steps[i].ch, steps[i].key), steps[i].did);
        assert_string_equal(f.edit.text, steps[i].text);
        assert_int_equal(f.typing, steps[i].typing);
    }
    filter_open(&f);
    assert_int_equal(filter(&f, 0, K_ESC), FILTER_CHANGED);
    assert_false(filter_shown(&f) || filter_clear(&f));
    filter_open(&f);
    assert_int_equal(filter(&f, 0, K_ESC), FILTER_TAKEN);
    struct key_event paste = {.key = {K_PASTE, 0}, .text = "ro\nse"};
    assert_int_equal(filter_key(&f, &paste), FILTER_NOT);
    filter_open(&f);
    assert_int_equal(filter_key(&f, &paste), FILTER_CHANGED);
    assert_string_equal(f.edit.text, "ro se"); /* its newline does not leave the line */
    assert_true(f.typing);
}

/* The count gives way before the text does; no size is too small. */
static void filters_are_drawn(void **state)
{
    (void)state;
    struct filter f = {.edit = {.text = "rose", .at = 4}};
    struct canvas c = {0};
    struct str s = STR_INIT;
    static const struct {
        int w;
        const char *text;
    } cases[] = {{20, "/rose         2 of 5\n"}, {16, "/rose\n"}, {3, "/r\u2026\n"}, {1, "/\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        canvas_resize(&c, cases[i].w, 1);
        filter_draw(&f, &c, (struct area){0, 0, cases[i].w, 1}, "/", 2, 5);
        str_clear(&s);
        canvas_text(&s, &c);
        print_message("# %d wide: %s", cases[i].w, s.s);
        assert_true(str_starts(s.s, cases[i].text));
    }
    str_done(&s);
    canvas_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(editing_keys),
        cmocka_unit_test(the_first_letter_takes_the_place_of_an_offer),
        cmocka_unit_test(paths_are_completed),
        cmocka_unit_test(menus_choose),    cmocka_unit_test(prompts_take_text),
        cmocka_unit_test(names_arrive_later), cmocka_unit_test(paragraphs_are_broken),
        cmocka_unit_test(texts_are_searched),
        cmocka_unit_test(menus_are_drawn), cmocka_unit_test(lines_filter),
        cmocka_unit_test(filters_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
