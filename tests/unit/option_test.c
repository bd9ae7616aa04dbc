/* options: every row complete, every value through text, file and command line; errors by name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "config/option.h"

static void rows_are_complete(void **state)
{
    (void)state;
    static const char *const groups[] = {"Run",          "Model",   "Data",  "Training",
                                         "Augmentation", "Machine", "Screen"};
    size_t group = 0;
    char flags[128] = "";
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        assert_true(row->name && row->help && row->long_help && row->group && row->argument);
        assert_true(strlen(row->help) >= 8 && strlen(row->help) <= 60 &&
                    strlen(row->long_help) >= 20);
        assert_true(row->long_help[strlen(row->long_help) - 1] == '.');
        while (group < 7 && strcmp(groups[group], row->group) != 0)
            group++; /* groups come in one order, each in one piece */
        if (group == 7)
            fail_msg("%s: group %s is unknown or comes twice", row->name, row->group);
        assert_int_equal(option_find(row->name), id);
        if (row->short_flag) {
            assert_null(strchr(flags, row->short_flag));
            flags[strlen(flags)] = row->short_flag;
        }
    }
}

static void defaults_are_in_bounds(void **state)
{
    (void)state;
    struct options o, again;
    struct err err = {0};
    options_default(&o);
    for (int id = 0; id < OPTION_COUNT; id++) {
        struct str text = STR_INIT;
        options_default(&again);
        option_get(&text, &o, (enum option_id)id);
        if (option_set(&again, (enum option_id)id, text.s ? text.s : "", SOURCE_FILE, &err) !=
            ERR_OK)
            fail_msg("%s", err.message);
        assert_int_equal(option_is_set(&again, (enum option_id)id),
                         !option_row((enum option_id)id)->automatic);
        str_done(&text);
    }
}

/* The defaults that the manual promises; an automatic row takes its own from the preset, the machine or the run. */
static void defaults_are_as_documented(void **state)
{
    (void)state;
    static const char *const documented[][2] = {
        {"mode", "fine-tune"}, {"preset", "best"}, {"seed", "0"}, {"run", ""}, {"runs-dir", "runs"}, {"model", "resnet18"}, {"weights", ""},
        {"head", "fresh"}, {"val-share", "0.2"}, {"split", "auto"}, {"shuffle", "on"}, {"damaged", "skip"}, {"max-pixels", "100000000"},
        {"leaf-folders", "off"}, {"step-factor", "0.1"}, {"patience", "0"}, {"device", "auto"}, {"precision", "auto"}, {"graphics", "auto"},
        {"cell", "auto"}, {"color", "auto"}, {"theme", "default"}, {"notify", "bell"}, {"mouse", "off"},
    };
    size_t n = 0;
    struct options o;
    options_default(&o);
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        struct str text = STR_INIT;
        if (row->automatic)
            continue;
        option_get(&text, &o, (enum option_id)id);
        assert_true(n < sizeof documented / sizeof *documented);
        assert_string_equal(row->name, documented[n][0]);
        assert_string_equal(text.s ? text.s : "", documented[n++][1]);
        str_done(&text);
    }
    assert_int_equal(n, sizeof documented / sizeof *documented);
}

/* A value of the row that is not its default. */
static void other_value(char *out, size_t size, const struct option_row *row)
{
    char number[NUM_TEXT];
    switch (row->type) {
    case OPTION_BOOL:
        snprintf(out, size, "%s", row->def_int ? "off" : "on");
        return;
    case OPTION_INT:
        snprintf(out, size, "%lld",
                 (long long)(row->def_int == row->max_int ? row->min_int : row->max_int));
        return;
    case OPTION_REAL:
        snprintf(out, size, "%s",
                 num_exact(number, row->min_real + (row->max_real - row->min_real) / 3));
        return;
    case OPTION_CHOICE:
        snprintf(out, size, "%s",
                 row->choices[row->choices[1] && strcmp(row->choices[0], row->def_text) == 0]);
        return;
    case OPTION_PATH:
        snprintf(out, size, " it's \"a\"\\ \n\tfolder\xff ");
        return;
    case OPTION_TEXT:
        snprintf(out, size, "%s",
                 strcmp(row->name, "epochs") == 0   ? "3,4"
                 : strcmp(row->name, "device") == 0 ? "cuda:1"
                 : strcmp(row->name, "cell") == 0   ? "9x18"
                 : strcmp(row->name, "train-from") == 0 ? "layer4.0"
                                                    : "other name");
        return;
    }
}

static struct options other_values(void)
{
    struct options o;
    struct err err = {0};
    options_default(&o);
    for (int id = 0; id < OPTION_COUNT; id++) {
        char text[256];
        other_value(text, sizeof text, option_row((enum option_id)id));
        if (option_set(&o, (enum option_id)id, text, SOURCE_FILE, &err) != ERR_OK)
            fail_msg("%s", err.message);
        struct str again = STR_INIT;
        option_get(&again, &o, (enum option_id)id);
        assert_string_equal(text, again.s);
        str_done(&again);
    }
    return o;
}

static void assert_same(const struct options *a, const struct options *b, bool screen_too)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        struct str x = STR_INIT, y = STR_INIT;
        if (!screen_too && option_row((enum option_id)id)->scope == SCOPE_SCREEN)
            continue;
        option_get(&x, a, (enum option_id)id);
        option_get(&y, b, (enum option_id)id);
        assert_string_equal(x.s, y.s);
        str_done(&x);
        str_done(&y);
    }
}

static void never(const struct err *err, void *user)
{
    (void)user;
    fail_msg("%s", err->message);
}

static void file_reads_back(void **state)
{
    (void)state;
    struct options o = other_values(), again;
    struct str text = STR_INIT;
    options_write(&text, &o, OPTION_SCOPES_ALL, false);
    options_default(&again);
    assert_int_equal(rcfile_parse(&again, "text", text.s, SOURCE_FILE, NULL, never, NULL), ERR_OK);
    assert_same(&o, &again, true);
    /* nothing set: nothing written; all: every row, and reading it sets no automatic row */
    options_default(&o);
    str_clear(&text);
    options_write(&text, &o, OPTION_SCOPES_ALL, false);
    assert_int_equal(text.len, 0);
    options_write(&text, &o, OPTION_SCOPES_ALL, true);
    assert_int_equal(rcfile_parse(&again, "text", text.s, SOURCE_FILE, NULL, never, NULL), ERR_OK);
    assert_same(&o, &again, true);
    assert_false(option_is_set(&again, OPTION_ID_bn));
    str_done(&text);
}

/* What a POSIX shell makes of a line of plain words and '...' pieces, in place. */
static int shell_words(char *line, char **words, int max)
{
    int n = 0;
    char *out = line;
    for (char *p = line; *p && n < max; n++) {
        words[n] = out;
        for (; *p && *p != ' '; p++) {
            if (*p == '\'') {
                for (p++; *p != '\''; p++)
                    *out++ = *p;
            } else {
                *out++ = *p == '\\' ? *++p : *p;
            }
        }
        p += *p == ' ';
        *out++ = '\0';
    }
    return n;
}

static void command_line_repeats_the_options(void **state)
{
    (void)state;
    struct options o = other_values(), again;
    struct str text = STR_INIT;
    struct err err = {0};
    char *words[256];
    options_command(&text, &o, "train", "-my 'dir'");
    char *line = strdup(text.s);
    int n = shell_words(line, words, 256);
    assert_string_equal(words[0], "flowerlab");
    assert_string_equal(words[1], "train");
    assert_string_equal(words[2], "./-my 'dir'");
    options_default(&again);
    for (int i = 3; i < n; i++) {
        bool taken = false;
        if (cli_option(&again, n, words, &i, &taken, &err) != ERR_OK)
            fail_msg("%s", err.message);
        assert_true(taken);
    }
    assert_same(&o, &again, false);
    assert_int_equal(again.source[OPTION_ID_lr], SOURCE_COMMAND_LINE);
    free(line);
    str_done(&text);
}

static enum err_code cli(struct options *o, struct err *err, int n, char **words)
{
    bool taken;
    options_default(o);
    for (int i = 0; i < n; i++) {
        enum err_code code = cli_option(o, n, words, &i, &taken, err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}
#define CLI(o, err, ...)                                                                           \
    cli(o, err, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *), (char *[]){__VA_ARGS__})

static void command_line_forms(void **state)
{
    (void)state;
    struct options o;
    struct err err = {0};
    assert_int_equal(
        CLI(&o, &err, "--flip", "--no-crop", "--lr=0.5", "-e", "3,4", "-b16", "--shuffle", "off"),
        ERR_OK);
    assert_true(o.flip && !o.crop && option_is_set(&o, OPTION_ID_crop) && !o.shuffle);
    assert_true(o.lr == 0.5 && o.batch_size == 16);
    assert_string_equal(o.epochs, "3,4");
    assert_int_equal(CLI(&o, &err, "--flip", "--seed", "7"), ERR_OK);
    assert_true(o.flip && o.seed == 7);
    assert_int_equal(
        CLI(&o, &err, "--flip", "auto", "--bn", "auto", "--bn", "default", "--lr", "auto"), ERR_OK);
    assert_true(!option_is_set(&o, OPTION_ID_flip) && !option_is_set(&o, OPTION_ID_bn));
    assert_int_equal(CLI(&o, &err, "--bn", "auto"), ERR_OK);
    assert_true(option_is_set(&o, OPTION_ID_bn));

    bool taken = true;
    int at = 0;
    char *word[] = {"flowers"}, *dashes[] = {"--"};
    assert_int_equal(cli_option(&o, 1, word, &at, &taken, &err), ERR_OK);
    assert_false(taken);
    assert_int_equal(cli_option(&o, 1, dashes, &at, &taken, &err), ERR_OK);
    assert_false(taken);
}

static void errors_name_the_option(void **state)
{
    (void)state;
    static const struct {
        char *word[2];
        const char *message;
    } cases[] = {
        {{"--batch-size", "0"}, "batch-size: 0 is below 1"},
        {{"--batch-size", "x"}, "batch-size: \"x\" is not a whole number"},
        {{"--batch-size", "99999999999999999999"},
         "batch-size: \"99999999999999999999\" is not a whole number"},
        {{"--lr", "nan"}, "lr: \"nan\" is not a number"},
        {{"--lr", "-1"}, "lr: -1 is below 0"},
        {{"--mode", "froze"}, "mode: unknown choice \"froze\" (did you mean frozen?)"},
        {{"--mode", "zzz"}, "mode: unknown choice \"zzz\""},
        {{"--flip=maybe", NULL}, "flip: \"maybe\" is neither on nor off"},
        {{"--epochs", "5,"}, "epochs: \"5,\" is not a number, nor numbers with commas between"},
        {{"--epochs", "0"}, "epochs: \"0\" has a number outside 1 to 100000"},
        {{"--epochs", "1,1,1,1,1,1,1,1,1"},
         "epochs: \"1,1,1,1,1,1,1,1,1\" has more than 8 numbers"},
        {{"--device", "gpu"}, "device: \"gpu\" is none of auto, cpu, cuda and cuda:N"},
        {{"--cell", "10x"}, "cell: \"10x\" is neither auto nor a width and a height such as 10x20"},
        {{"--model", ""}, "model: empty"},
        {{"--ephocs", "5"}, "unknown option --ephocs (did you mean --epochs?)"},
        {{"--xyzzy", "5"}, "unknown option --xyzzy"},
        {{"--no-seed", NULL}, "unknown option --no-seed"},
        {{"-Z", NULL}, "unknown option -Z"},
        {{"--seed", NULL}, "--seed: a value is missing (N)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        struct err err = {0};
        char *words[2] = {cases[i].word[0], cases[i].word[1]};
        assert_int_equal(cli(&o, &err, words[1] ? 2 : 1, words), ERR_INVALID);
        assert_string_equal(err.message, cases[i].message);
    }
    char *name = xmalloc(OPTION_TEXT_MAX + 1);
    struct options o;
    struct err err = {0};
    memset(name, 'x', OPTION_TEXT_MAX);
    name[OPTION_TEXT_MAX] = '\0';
    options_default(&o);
    assert_int_equal(option_set(&o, OPTION_ID_weights, name, SOURCE_FILE, &err), ERR_INVALID);
    assert_string_equal(err.message, "weights: longer than 1023 bytes");
    free(name);
}

static void epochs_numbers(void **state)
{
    (void)state;
    int epochs[3] = {0};
    assert_int_equal(option_epochs("", epochs, 3), 0);
    assert_int_equal(option_epochs("5", epochs, 3), 1);
    assert_int_equal(option_epochs("5,12,1,9", epochs, 3), 3);
    assert_true(epochs[0] == 5 && epochs[1] == 12 && epochs[2] == 1);
}

/* What a quoted text of a file may spell, and what is no such text. */
static void file_escapes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\\x41\\x7a", "Az"}, {"\\x09|\\x1F|\\xc3\\xA4", "\t|\x1f|\xc3\xa4"}, {"\\n\\t\\\\\\\"", "\n\t\\\""},
        {"\\x4", NULL}, {"\\xg1", NULL}, {"\\x00", NULL}, {"\\q", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        struct str text = STR_INIT;
        options_default(&o);
        str_printf(&text, "weights = \"%s\"\n", cases[i][0]);
        enum err_code code = rcfile_parse(&o, "text", text.s, SOURCE_FILE, NULL, NULL, NULL);
        assert_int_equal(code, cases[i][1] ? ERR_OK : ERR_INVALID);
        assert_string_equal(o.weights, cases[i][1] ? cases[i][1] : "");
        str_done(&text);
    }
}

struct seen {
    struct str errors, others;
};

static void collect(const struct err *err, void *user)
{
    str_printf(&((struct seen *)user)->errors, "%s\n", err->message);
}

static void other_line(const char *line, int number, void *user)
{
    str_printf(&((struct seen *)user)->others, "%d %s\n", number, line);
}

static void file_errors_name_the_line(void **state)
{
    (void)state;
    static const char text[] = "# a comment\n\n  seed = 7  \nbind help ?\r\nlrr = 1\nmode = "
                               "frozn\nweights = \"open\nnonsense\n"
                               "batch-size = 0\nruns_dir = a # b\n";
    char path[] = "option-test-XXXXXX";
    struct seen seen = {0};
    struct options o;
    struct err err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1);
    close(fd);
    options_default(&o);
    assert_int_equal(rcfile_read(&o, path, SOURCE_FILE, other_line, collect, &seen, &err), ERR_OK);
    struct str want = STR_INIT;
    str_printf(&want, "%s:5: unknown option \"lrr\" (did you mean lr?)\n", path);
    str_printf(&want, "%s:6: mode: unknown choice \"frozn\" (did you mean frozen?)\n", path);
    str_printf(&want, "%s:7: weights: the quoted text is not well formed\n", path);
    str_printf(&want, "%s:8: \"nonsense\" is not of the form \"name = value\"\n", path);
    str_printf(&want, "%s:9: batch-size: 0 is below 1\n", path);
    assert_string_equal(seen.errors.s, want.s);
    assert_string_equal(seen.others.s, "4 bind help ?\n");
    assert_int_equal(o.seed, 7);
    assert_string_equal(o.runs_dir, "a # b"); /* a "#" inside is part of the value */
    unlink(path);
    assert_int_equal(rcfile_read(&o, path, SOURCE_FILE, NULL, NULL, NULL, &err), ERR_NOT_FOUND);
    str_done(&want);
    str_done(&seen.errors);
    str_done(&seen.others);
}

/* E: a decimal comma counts on the screens, never in files, on command lines or in the environment; the locale changes neither reading
 * nor printing. */
static void decimal_comma_only_on_the_screens(void **state)
{
    (void)state;
    struct options o;
    struct err err = {0};
    bool comma = setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    print_message("# locale with a decimal comma: %s\n", comma ? "yes" : "not installed");
    options_default(&o);
    assert_int_equal(option_set(&o, OPTION_ID_lr, "1,5", SOURCE_COMMAND_LINE, &err), ERR_INVALID);
    assert_string_equal(err.message, "lr: \"1,5\" is not a number");
    assert_int_equal(option_set(&o, OPTION_ID_lr, "1,5", SOURCE_ENVIRONMENT, &err), ERR_INVALID);
    assert_int_equal(option_set(&o, OPTION_ID_lr, "0,5", SOURCE_SCREEN, &err), ERR_OK);
    struct str text = STR_INIT;
    option_get(&text, &o, OPTION_ID_lr);
    assert_string_equal(text.s, "0.5");
    assert_int_equal(option_set(&o, OPTION_ID_lr, "0,5", SOURCE_FILE, &err), ERR_INVALID);
    assert_string_equal(err.message, "lr: \"0,5\" is not a number");
    assert_int_equal(option_set(&o, OPTION_ID_lr, "0.125", SOURCE_FILE, &err), ERR_OK);
    assert_true(o.lr == 0.125);
    str_done(&text);
    setlocale(LC_ALL, "C");
}

static void environment_is_read(void **state)
{
    (void)state;
    struct options o;
    struct err err = {0};
    unsetenv("FLOWERLAB_THEME");
    setenv("NO_COLOR", "", 1);
    setenv("FLOWERLAB_RUNS_DIR", "elsewhere", 1);
    setenv("FLOWERLAB_DEVICE", "gpu", 1);
    options_default(&o);
    assert_int_equal(options_environment(&o, &err), ERR_INVALID);
    assert_string_equal(err.message,
                        "FLOWERLAB_DEVICE: device: \"gpu\" is none of auto, cpu, cuda and cuda:N");
    assert_string_equal(o.runs_dir, "elsewhere");
    assert_int_equal(o.source[OPTION_ID_runs_dir], SOURCE_ENVIRONMENT);
    assert_false(option_is_set(&o, OPTION_ID_color));
    setenv("NO_COLOR", "1", 1);
    setenv("FLOWERLAB_DEVICE", "cpu", 1);
    assert_int_equal(options_environment(&o, &err), ERR_OK);
    assert_string_equal(option_row(OPTION_ID_color)->choices[o.color], "never");
    unsetenv("NO_COLOR");
    unsetenv("FLOWERLAB_RUNS_DIR");
    unsetenv("FLOWERLAB_DEVICE");
}

static void what_came_from_one_place_is_forgotten(void **state)
{
    (void)state;
    struct options o, untouched;
    options_default(&o);
    options_default(&untouched);
    assert_int_equal(option_set(&o, OPTION_ID_model, "resnet50", SOURCE_DEMO, NULL), ERR_OK);
    assert_int_equal(option_set(&o, OPTION_ID_mode, "scratch", SOURCE_DEMO, NULL), ERR_OK);
    assert_int_equal(option_set(&o, OPTION_ID_seed, "7", SOURCE_SCREEN, NULL), ERR_OK);
    options_forget(&o, SOURCE_DEMO);
    assert_false(option_is_set(&o, OPTION_ID_model) || option_is_set(&o, OPTION_ID_mode));
    assert_string_equal(o.model, untouched.model);
    assert_int_equal(o.mode, untouched.mode);
    assert_int_equal(o.seed, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(defaults_are_in_bounds),
        cmocka_unit_test(defaults_are_as_documented),
        cmocka_unit_test(file_reads_back),
        cmocka_unit_test(command_line_repeats_the_options),
        cmocka_unit_test(what_came_from_one_place_is_forgotten),
        cmocka_unit_test(command_line_forms),
        cmocka_unit_test(errors_name_the_option),
        cmocka_unit_test(epochs_numbers),
        cmocka_unit_test(file_errors_name_the_line),
        cmocka_unit_test(file_escapes),
        cmocka_unit_test(decimal_comma_only_on_the_screens),
        cmocka_unit_test(environment_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
