/* Setup without drawing: filter, steps, texts, the script; and the clipboard's sequence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/clip.h"
#include "ui/option_values.h"
#include "ui/setup_private.h"

static struct setup_screen s;

static void open_screen(void)
{
    s = (struct setup_screen){0};
    setup_items(&s);
}

static size_t filtered(const char *text)
{
    edit_set(&s.filter.edit, text);
    setup_filter(&s);
    return s.n_shown;
}

static bool shows(enum item_kind kind, int index)
{
    for (size_t i = 0; i < s.n_shown; i++) {
        if (s.items[s.shown[i]].kind == kind && s.items[s.shown[i]].index == index)
            return true;
    }
    return false;
}

static void the_filter_narrows(void **state)
{
    (void)state;
    open_screen();
    size_t all = s.n_shown, before = all;
    assert_int_equal(all, s.n_items);
    static const char *const letters[] = {"s", "sm", "smo", "smoo"};
    for (int i = 0; i < 4; i++) {
        size_t n = filtered(letters[i]);
        assert_true(n <= before);
        before = n;
    }
    assert_true(shows(ITEM_OPTION, OPTION_ID_label_smoothing));
    assert_true(shows(ITEM_OPTION, OPTION_ID_antialias)); /* "smooth while ..." */
    assert_false(shows(ITEM_OPTION, OPTION_ID_epochs));
    assert_true(shows(ITEM_HEADING, OPTION_ID_epochs)); /* its group's first option */
    assert_false(shows(ITEM_HEADING, OPTION_ID_seed));
    print_message("# %zu of %zu rows with \"smoo\"\n", before, all);
    assert_int_equal(setup_selected(&s)->kind, ITEM_OPTION);
    filtered("ADAMW"); /* a choice, in any case */
    assert_true(shows(ITEM_OPTION, OPTION_ID_optimizer));
    filtered("frozen");
    assert_true(shows(ITEM_MODE, MODE_FROZEN));
    assert_false(shows(ITEM_MODE, MODE_SCRATCH));
    assert_int_equal(filtered("no such thing"), 0);
    assert_null(setup_selected(&s));
    assert_false(setup_move(&s, ACTION_DOWN));
    assert_int_equal(filtered(""), all);
}

/* What is typed is most often a name: seed, whose help speaks of weights, stands above weights. */
static void the_name_that_is_typed_is_selected(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int option;
    } table[] = {{"weights", OPTION_ID_weights},   {"batch", OPTION_ID_batch_size}, {"epochs", OPTION_ID_epochs},
                 {"lr", OPTION_ID_lr},             {"decay", OPTION_ID_weight_decay}, {"adamw", OPTION_ID_optimizer}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        open_screen();
        for (const char *c = table[i].typed; *c; c++) { /* as it is typed */
            char text[16];
            snprintf(text, sizeof text, "%.*s", (int)(c + 1 - table[i].typed), table[i].typed);
            filtered(text);
        }
        assert_int_equal(setup_selected(&s)->kind, ITEM_OPTION);
        assert_int_equal(setup_selected(&s)->index, table[i].option);
    }
    open_screen();
    filtered("frozen");
    assert_int_equal(setup_selected(&s)->kind, ITEM_MODE);
}

static void the_selection_stays(void **state)
{
    (void)state;
    open_screen();
    while (setup_selected(&s)->index != OPTION_ID_jitter ||
           setup_selected(&s)->kind != ITEM_OPTION)
        assert_true(setup_move(&s, ACTION_DOWN));
    filtered("j");
    assert_int_equal(setup_selected(&s)->index, OPTION_ID_jitter);
    filtered("");
    assert_int_equal(setup_selected(&s)->index, OPTION_ID_jitter);
    filtered("patience");
    assert_int_equal(setup_selected(&s)->index, OPTION_ID_patience);
    setup_move(&s, ACTION_UP); /* only a heading is above */
    assert_int_equal(setup_selected(&s)->kind, ITEM_OPTION);
}

static void numbers_step(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        double from, up, down;
    } table[] = {
        {OPTION_ID_batch_size, 32, 50, 20},   {OPTION_ID_batch_size, 1, 2, 1},
        {OPTION_ID_batch_size, 65536, 65536, 50000}, {OPTION_ID_lr, 3e-4, 5e-4, 2e-4},
        {OPTION_ID_lr, 0, 1e-6, 0},           {OPTION_ID_lr, 1e-6, 2e-6, 0},
        {OPTION_ID_lr, 0.1, 0.2, 0.05},       {OPTION_ID_lr, 1, 2, 0.5},
        {OPTION_ID_momentum, 0.9, 0.999, 0.5}, {OPTION_ID_patience, 0, 1, 0},
        {OPTION_ID_image_size, 16, 20, 16},   {OPTION_ID_crop_min, 0.05, 0.1, 0.05},
    };
    double worst = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct option_row *row = option_row(table[i].id);
        double up = setup_step(row, table[i].from, false), down = setup_step(row, table[i].from, true);
        double off = up / (table[i].up ? table[i].up : 1) - 1, off2 = down - table[i].down;
        worst = off * off > worst ? off * off : worst;
        worst = off2 * off2 > worst ? off2 * off2 : worst;
        if (worst > 1e-18)
            fail_msg("%s from %g: %g and %g", row->name, table[i].from, up, down);
    }
    print_message("# largest difference %.3g\n", worst);
}

static void set(struct options *o, enum option_id id, const char *text, enum option_source source)
{
    assert_int_equal(option_set(o, id, text, source, NULL), ERR_OK);
}

static void values_are_short(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *set, *shown;
    } table[] = {
        {OPTION_ID_bn, NULL, "auto"},          {OPTION_ID_epochs, NULL, "auto: 5"},
        {OPTION_ID_head_lr, NULL, "auto: 2e-3"}, {OPTION_ID_lr, "0.0002", "2e-4"},
        {OPTION_ID_lr, "0.00123456", "0.00123456"}, {OPTION_ID_bn, "fixed", "fixed"},
        {OPTION_ID_max_pixels, NULL, "100 M pixels"}, {OPTION_ID_max_pixels, "1234567", "1234567 pixels"},
        {OPTION_ID_batch_size, "64", "64 pictures"},  {OPTION_ID_batch_size, NULL, "auto: 32 pictures"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct options o;
        struct recipe recipe;
        struct str text = STR_INIT;
        options_default(&o);
        if (table[i].set)
            set(&o, table[i].id, table[i].set, SOURCE_SCREEN);
        assert_int_equal(engine_recipe(&o, &recipe, NULL), ERR_OK);
        option_shown(&text, &o, table[i].id, &recipe);
        assert_string_equal(text.s, table[i].shown);
        str_done(&text);
    }
}

static void everything_about_an_option(void **state)
{
    (void)state;
    struct options o;
    struct str text = STR_INIT;
    options_default(&o);
    set(&o, OPTION_ID_device, "cpu", SOURCE_ENVIRONMENT);
    struct item item = {ITEM_OPTION, OPTION_ID_device};
    setup_explain(&text, &item, &o, NULL);
    assert_non_null(strstr(text.s, option_row(OPTION_ID_device)->long_help));
    assert_non_null(strstr(text.s, "Now: cpu  (environment)\n"));
    assert_non_null(strstr(text.s, "Command line: --device D or -d\n"));
    assert_non_null(strstr(text.s, "Environment: FLOWERLAB_DEVICE\n"));
    str_clear(&text);
    item = (struct item){ITEM_OPTION, OPTION_ID_batch_size};
    setup_explain(&text, &item, &o, NULL);
    assert_non_null(strstr(text.s, "Range: 1 to 65536 pictures\n"));
    assert_non_null(strstr(text.s, "(default)\n"));
    str_done(&text);
}

/* What the shell makes of a command is what was set, whatever the names hold. */
static void the_script_says_what_is_set(void **state)
{
    (void)state;
    char folder[] = "/tmp/flowerlab-it's $HOME-XXXXXX";
    struct options o;
    struct ui_model model = {.options = &o, .data = "/data/it's \"a\" $(set)\nof `two`"};
    struct str text = STR_INIT;
    assert_non_null(mkdtemp(folder));
    options_default(&o);
    set(&o, OPTION_ID_mode, "staged", SOURCE_SCREEN);
    set(&o, OPTION_ID_runs_dir, "my runs;", SOURCE_FILE);
    set(&o, OPTION_ID_epochs, "2,3", SOURCE_SCREEN);
    setup_script(&text, &model, folder);
    char *script = xasprintf("%s/run.sh", folder), *fake = xasprintf("%s/flowerlab", folder);
    char *out = xasprintf("%s/out", folder);
    static const char body[] = "#!/bin/sh\npwd >out\nfor w; do printf '<%s>' \"$w\"; done >>out\n";
    assert_int_equal(file_replace(script, text.s, text.len, NULL), ERR_OK);
    assert_int_equal(file_replace(fake, body, sizeof body - 1, NULL), ERR_OK);
    assert_int_equal(chmod(fake, 0755), 0);
    struct str command = STR_INIT;
    str_add(&command, "PATH=");
    str_add_shell(&command, folder);
    str_add(&command, ":$PATH sh ");
    str_add_shell(&command, script);
    str_add(&command, " --seed 7");
    assert_int_equal(system(command.s), 0);
    char *got, *want = xasprintf("%s\n<train><%s><--mode><staged><--runs-dir><my runs;><--epochs>"
                                 "<2,3><--seed><7>", folder, model.data);
    size_t n;
    assert_int_equal(file_read(out, 0, &got, &n, NULL), ERR_OK);
    assert_string_equal(got, want);
    remove(out), remove(fake), remove(script), rmdir(folder);
    free(got), free(want), free(out), free(fake), free(script);
    str_done(&command);
    str_done(&text);
}

/* source of the pairs: RFC 4648, section 10 */
static void the_clipboard_sequence(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},
                                           {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
                                           {"\377\376\375", "//79"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct str got = STR_INIT;
        char *want = xasprintf("\033]52;c;%s\033\\", pairs[i][1]);
        assert_true(clip_sequence(&got, pairs[i][0]));
        assert_string_equal(got.s, want);
        free(want);
        str_done(&got);
    }
    char *long_text = calloc(1, CLIP_MAX + 2);
    memset(long_text, 'x', CLIP_MAX + 1);
    struct str none = STR_INIT;
    assert_false(clip_sequence(&none, long_text));
    assert_null(none.s);
    free(long_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_filter_narrows),
        cmocka_unit_test(the_name_that_is_typed_is_selected),
        cmocka_unit_test(the_selection_stays),
        cmocka_unit_test(numbers_step),
        cmocka_unit_test(values_are_short),
        cmocka_unit_test(everything_about_an_option),
        cmocka_unit_test(the_script_says_what_is_set),
        cmocka_unit_test(the_clipboard_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
