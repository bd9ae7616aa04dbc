/* The command prompt without a screen: what lines mean, completion, history, how it is drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/w_prompt.h"

/* --- meaning --------------------------------------------------------------------------------- */

static void lines_mean(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        unsigned context;
        struct command want;
    } table[] = {
        {"", CONTEXT_DATA, {.kind = COMMAND_NOTHING}},
        {"  :", CONTEXT_DATA, {.kind = COMMAND_NOTHING}},
        {"20", CONTEXT_DATA, {.kind = COMMAND_ROW, .number = 20}},
        {" 20 ", CONTEXT_DATA, {.kind = COMMAND_ROW, .number = 20}},
        {"0", CONTEXT_DATA, {.kind = COMMAND_ROW, .number = 0}},
        {"$", CONTEXT_DATA, {.kind = COMMAND_ROW, .number = INT64_MAX}},
        {"+5", CONTEXT_DATA, {.kind = COMMAND_MOVE, .number = 5}},
        {"-5", CONTEXT_DATA, {.kind = COMMAND_MOVE, .number = -5}},
        {"99999999999999999999", CONTEXT_DATA, {.kind = COMMAND_ROW, .number = INT64_MAX}},
        {"-99999999999999999999", CONTEXT_DATA, {.kind = COMMAND_MOVE, .number = INT64_MIN}},
        {"sort", CONTEXT_RUNS, {.kind = COMMAND_ACTION, .action = ACTION_SORT}},
        {":screen-train", CONTEXT_DATA, {.kind = COMMAND_ACTION, .action = ACTION_TRAIN}},
        {"screen-t", CONTEXT_DATA, {.kind = COMMAND_ACTION, .action = ACTION_TRAIN}},
        {"theme", CONTEXT_DATA, {.kind = COMMAND_ACTION, .action = ACTION_THEME}},
        {"theme dark", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_theme, .value = "dark"}},
        {"set theme", CONTEXT_DATA, {COMMAND_SHOW, .option = OPTION_ID_theme}},
        {"batch-size", CONTEXT_DATA, {COMMAND_SHOW, .option = OPTION_ID_batch_size}},
        {"batch_size 32", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_batch_size, .value = "32"}},
        {"set batch-size 32 ", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_batch_size, .value = "32"}},
        {"set batch-size=32", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_batch_size, .value = "32"}},
        {"batch-size = 32", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_batch_size, .value = "32"}},
        {"set runs-dir /a b/c", CONTEXT_DATA, {COMMAND_SET, .option = OPTION_ID_runs_dir, .value = "/a b/c"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct command got;
        struct err err = {0};
        if (command_parse(&got, table[i].line, table[i].context, &err) != ERR_OK)
            fail_msg("\"%s\": %s", table[i].line, err.message);
        print_message("# \"%s\"\n", table[i].line);
        assert_int_equal(got.kind, table[i].want.kind);
        assert_true(got.number == table[i].want.number);
        assert_int_equal(got.action, table[i].want.action);
        assert_int_equal(got.option, table[i].want.option);
        assert_string_equal(got.value, table[i].want.value);
    }
}

static void wrong_lines_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } table[] = {
        {"sotr", "sotr: no action or option has this name (did you mean sort?)"},
        {"xyzzy", "xyzzy: no action or option has this name"},
        {"20x", "20x: no action or option has this name"},
        {"+", "+: no action or option has this name"},
        {"pause", "pause: not on this screen, but on Train"},
        {"start now", "start: not on this screen, but on Setup, Train"},
        {"sort name", "sort: is an action and takes no value"},
        {"set", "set: which option? set NAME VALUE"},
        {"set ", "set: which option? set NAME VALUE"},
        {"set sort", "sort: no option has this name"},
        {"set batch-sise 3", "batch-sise: no option has this name (did you mean batch-size?)"},
        {"screen", "screen: which one? screen-data, screen-next, screen-results, screen-runs, screen-samples, screen-setup, ..."},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct command got;
        struct err err = {0};
        assert_int_equal(command_parse(&got, table[i].line, CONTEXT_DATA, &err), ERR_INVALID);
        assert_string_equal(err.message, table[i].message);
    }
}

/* Every action that a screen has, every option: by its whole name. */
static void all_names_are_taken(void **state)
{
    (void)state;
    struct command got;
    size_t n = 0;
    for (unsigned context = CONTEXT_DATA; context <= CONTEXT_RESULTS; context *= 2) {
        for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
            bool here = action_row(a)->contexts & context;
            enum err_code code = command_parse(&got, action_row(a)->name, context, NULL);
            assert_int_equal(code, here ? ERR_OK : ERR_INVALID);
            assert_true(!here || (got.kind == COMMAND_ACTION && got.action == a));
            n += here;
        }
    }
    for (int id = 0; id < OPTION_COUNT; id++) {
        char *line = xasprintf("set %s x", option_row((enum option_id)id)->name);
        assert_int_equal(command_parse(&got, line, CONTEXT_DATA, NULL), ERR_OK);
        assert_true(got.kind == COMMAND_SET && (int)got.option == id);
        free(line);
    }
    print_message("# %zu actions, %d options\n", n, OPTION_COUNT);
    assert_true(n > 100);
}

/* --- keys ------------------------------------------------------------------------------------ */

static enum prompt_did press(struct prompt *p, const char *name)
{
    struct key_event event = {0};
    assert_true(key_parse(name, &event.key));
    return prompt_key(p, &event, CONTEXT_TRAIN);
}

static void type(struct prompt *p, const char *text)
{
    for (; *text; text++)
        press(p, *text == ' ' ? "Space" : (const char[]){*text, 0});
}

/* What is listed, blanks between. */
static char *listed(const struct prompt *p)
{
    struct str s = STR_INIT;
    for (size_t i = 0; p->listed && i < p->fit.n; i++)
        str_printf(&s, "%s%s", i ? " " : "", p->fit.list[i].text);
    return str_take(&s);
}

static void expect(struct prompt *p, const char *line, const char *list)
{
    char *now = listed(p);
    assert_string_equal(p->edit.text, line);
    assert_string_equal(now, list);
    free(now);
}

static void names_are_completed(void **state)
{
    (void)state;
    struct prompt p = {0};
    prompt_open(&p);
    type(&p, "ch"); /* listed with every letter */
    assert_true(p.listed && p.fit.n > 10);
    press(&p, "Tab"); /* as far as all are the same */
    assert_string_equal(p.edit.text, "chart-");
    type(&p, "z");
    expect(&p, "chart-z", "chart-zoom-in chart-zoom-out");
    press(&p, "Tab");
    expect(&p, "chart-zoom-", "chart-zoom-in chart-zoom-out");
    press(&p, "Tab"); /* one after the other */
    expect(&p, "chart-zoom-in", "chart-zoom-in chart-zoom-out");
    press(&p, "Tab");
    expect(&p, "chart-zoom-out", "chart-zoom-in chart-zoom-out");
    press(&p, "Tab");
    expect(&p, "chart-zoom-in", "chart-zoom-in chart-zoom-out");
    press(&p, "S-Tab");
    expect(&p, "chart-zoom-out", "chart-zoom-in chart-zoom-out");
    press(&p, "C-u");
    expect(&p, "", "");
    type(&p, "t-smoo"); /* none begins so: within names */
    expect(&p, "t-smoo", "chart-smooth");
    press(&p, "Tab");
    expect(&p, "chart-smooth ", "");
    press(&p, "C-u");
    type(&p, "12");
    expect(&p, "12", ""); /* numbers are left alone */
    press(&p, "C-u");
    type(&p, "duplicates"); /* not on this screen */
    expect(&p, "duplicates", "");
    press(&p, "C-u");
    press(&p, "Tab"); /* all there is: first listed, then one after the other */
    assert_true(p.listed && p.fit.n > 60);
    assert_string_equal(p.edit.text, "");
    press(&p, "Tab");
    assert_string_equal(p.edit.text, p.fit.list[0].text);
    prompt_done(&p);
}

static void values_are_completed(void **state)
{
    (void)state;
    struct prompt p = {0};
    prompt_open(&p);
    type(&p, "set mod");
    expect(&p, "set mod", "mode model");
    type(&p, "e ");
    expect(&p, "set mode ", "scratch frozen fine-tune staged discriminative");
    type(&p, "f");
    expect(&p, "set mode f", "frozen fine-tune");
    press(&p, "Tab");
    press(&p, "Tab");
    expect(&p, "set mode fine-tune", "frozen fine-tune");
    press(&p, "C-u");
    type(&p, "pres");
    press(&p, "Tab"); /* the only one, and its values */
    expect(&p, "preset ", "classic best");
    type(&p, "c");
    press(&p, "Tab");
    assert_string_equal(p.edit.text, "preset classic");
    press(&p, "C-u");
    type(&p, "model=resnet1");
    assert_true(p.listed && p.fit.n >= 1);
    prompt_done(&p);
}

static char *const names[] = {".hidden", "daisy-1/", "daisy-2/", "notes.txt", "rose/"};

static void paths_are_completed(void **state)
{
    (void)state;
    struct prompt p = {0};
    prompt_open(&p);
    type(&p, "set runs-dir /d/da");
    assert_int_equal(press(&p, "Tab"), PROMPT_FOLDER);
    assert_string_equal(p.fit.folder, "/d/");
    prompt_names(&p, "/e/", names, 5); /* of another one */
    assert_string_equal(p.edit.text, "set runs-dir /d/da");
    prompt_names(&p, "/d/", names, 5);
    expect(&p, "set runs-dir /d/daisy-", "daisy-1/ daisy-2/");
    press(&p, "Tab");
    press(&p, "Tab");
    expect(&p, "set runs-dir /d/daisy-2/", "daisy-1/ daisy-2/");
    press(&p, "C-w");
    type(&p, "r");
    assert_int_equal(press(&p, "Tab"), PROMPT_FOLDER);
    prompt_names(&p, "/d/", names, 5);
    expect(&p, "set runs-dir /d/rose/", "");
    assert_int_equal(press(&p, "Tab"), PROMPT_FOLDER); /* goes on within it */
    assert_string_equal(p.fit.folder, "/d/rose/");
    press(&p, "Esc");
    prompt_names(&p, "/d/rose/", names, 5); /* nobody waits any more */
    assert_string_equal(p.edit.text, "set runs-dir /d/rose/");
    prompt_open(&p);
    type(&p, "set runs-dir /d/");
    press(&p, "Enter");
    prompt_open(&p);
    press(&p, "Up");
    assert_int_equal(press(&p, "Tab"), PROMPT_FOLDER);
    press(&p, "Down"); /* another line stands there when the names come */
    prompt_names(&p, "/d/", names, 1);
    assert_string_equal(p.edit.text, "");
    prompt_done(&p);
}

static void run_line(struct prompt *p, const char *line)
{
    prompt_open(p);
    type(p, line);
    assert_int_equal(press(p, "Enter"), PROMPT_RUN);
    assert_string_equal(p->edit.text, line);
    assert_false(p->open);
}

static void lines_are_recalled(void **state)
{
    (void)state;
    static const struct {
        const char *key, *line;
    } steps[] = {{"Up", "sort"},      {"Up", "set mode frozen"}, {"Up", "20"},  {"Up", "20"},
                 {"Down", "set mode frozen"}, {"Down", "sort"},  {"Down", ""}, {"Down", ""},
                 {"s", "s"},          {"Up", "sort"},            {"Up", "set mode frozen"},
                 {"Up", "set mode frozen"}, {"Down", "sort"},    {"Down", "s"}};
    struct prompt p = {0};
    run_line(&p, "20");
    run_line(&p, "set mode frozen");
    run_line(&p, "sort");
    run_line(&p, "sort"); /* kept once */
    prompt_open(&p);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        press(&p, steps[i].key);
        assert_string_equal(p.edit.text, steps[i].line);
    }
    assert_int_equal(press(&p, "Esc"), PROMPT_LEFT); /* not kept */
    assert_int_equal(p.history.n, 3);
    for (int i = 0; i < 300; i++) {
        char line[16];
        snprintf(line, sizeof line, "%d", i);
        run_line(&p, line);
    }
    assert_in_range(p.history.n, 50, 200);
    prompt_done(&p);
}

static void ways_out(void **state)
{
    (void)state;
    static const char *const keys[] = {"Esc", "C-c", "Backspace", "Enter"};
    struct prompt p = {0};
    for (size_t i = 0; i < 4; i++) {
        prompt_open(&p);
        assert_int_equal(press(&p, keys[i]), PROMPT_LEFT);
        assert_false(p.open);
    }
    prompt_open(&p);
    type(&p, "x");
    assert_int_equal(press(&p, "Backspace"), PROMPT_TAKEN);
    assert_true(p.open);
    prompt_done(&p);
}

/* A newline in a paste is a blank: nothing runs. */
static void pastes_do_not_run(void **state)
{
    (void)state;
    struct prompt p = {0};
    struct key_event paste = {.key = {K_PASTE, 0}, .text = ":set mode frozen\nquit\r\n"};
    prompt_open(&p);
    assert_int_equal(prompt_key(&p, &paste, CONTEXT_TRAIN), PROMPT_TAKEN);
    assert_true(p.open);
    assert_string_equal(p.edit.text, ":set mode frozen quit  ");
    prompt_done(&p);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void prompts_are_drawn(void **state)
{
    (void)state;
    struct prompt p = {0};
    struct canvas c;
    struct str s = STR_INIT;
    struct options *options = xcalloc(1, sizeof *options);
    options_default(options);
    canvas_init(&c, 60, 8);
    prompt_open(&p);
    type(&p, "mode f");
    press(&p, "Tab");
    prompt_draw(&p, &c, (struct area){0, 6, 60, 1}, options);
    canvas_text(&s, &c);
    print_message("# %s\n", s.s);
    assert_non_null(strstr(s.s, "\n:mode f"));
    assert_non_null(strstr(s.s, "\u2500 mode \u2500"));
    assert_non_null(strstr(s.s, "now fine-tune"));
    assert_non_null(strstr(s.s, "\n\u2502 frozen "));
    assert_int_equal(c.cursor_y, 6);
    for (int w = 1; w < 100; w += 3) { /* any size */
        for (int h = 1; h < 14; h++) {
            canvas_resize(&c, w, h);
            prompt_draw(&p, &c, (struct area){0, h - 1, w, 1}, options);
        }
    }
    free(options);
    str_done(&s);
    canvas_done(&c);
    prompt_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_mean),          cmocka_unit_test(wrong_lines_are_told),
        cmocka_unit_test(all_names_are_taken), cmocka_unit_test(names_are_completed),
        cmocka_unit_test(values_are_completed), cmocka_unit_test(paths_are_completed),
        cmocka_unit_test(lines_are_recalled),  cmocka_unit_test(ways_out),
        cmocka_unit_test(pastes_do_not_run),   cmocka_unit_test(prompts_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
