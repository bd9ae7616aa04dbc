/* The command line: commands, switches, dispatch, messages.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

// clang-format off
const struct flag_row flag_rows[] = {
    {FLAG_START,     "start",     0,   NULL,     "begin to train at once"},
    {FLAG_LAST,      "last",      0,   NULL,     "take the last weights instead of the best"},
    {FLAG_STORED,    "stored",    0,   NULL,     "the result that the run's folder keeps, without computing it again"},
    {FLAG_NO_SCREEN, "no-screen", 0,   NULL,     "lines instead of the screens"},
    {FLAG_PRETRAIN,  "pretrain",  0,   NULL,     "first train a small network on drawn shapes, for the transfer modes"},
    {FLAG_OUT,       "out",       0,   "FOLDER", "where pictures and runs go"},
    {FLAG_MORE,      "epochs",    0,   "+N",     "that many more epochs"},
    {FLAG_MODES,     "mode",      'm', "M[,M]|all", "how to train; with several modes one run after the other"},
    {FLAG_ROWS,      "rows",      0,   "N",      "rows of pictures, 3 where nothing is said"},
    {FLAG_COLS,      "cols",      0,   "N",      "pictures in a row, 5 where nothing is said"},
    {FLAG_DRY,       "dry-run",   0,   NULL,     "only estimate time, memory and disk, by a few steps"},
    {FLAG_JSON,      "json",      0,   NULL,     "one JSON object a line"},
    {FLAG_HELP,      "help",      'h', NULL,     "this text"},
    {FLAG_VERSION,   "version",   'V', NULL,     "name and version"},
};

#define GRID_SIDE 15 /* rows or columns of a grid; 15 x 15 pictures fit a page */
#define ALL_GROUPS "Run Model Data Training Augmentation Machine"
#define USE_GROUPS "views device precision threads runs-dir" /* of what works with a trained model */

const struct command commands[] = {
    {"", "[DIR]", "open the screens; options preset Setup", FLAG_START, 0, 1, ALL_GROUPS " Screen", cmd_screens},
    {"demo", "", "drawn flowers to try everything on: the screens, or a run without them",
        FLAG_NO_SCREEN | FLAG_PRETRAIN | FLAG_OUT, 0, 0, ALL_GROUPS " Screen", cmd_demo},
    {"scan", "DIR", "look at a data set: classes, pictures, problems", 0, 1, 1,
        "split damaged max-pixels leaf-folders threads runs-dir", cmd_scan},
    {"grid", "DIR", "labelled pictures drawn at random, on a plain terminal; the option seed draws others", FLAG_ROWS | FLAG_COLS, 1, 1,
        "seed leaf-folders runs-dir graphics cell color", cmd_grid},
    {"train", "DIR", "train on a data set", FLAG_MODES | FLAG_DRY, 1, 1, ALL_GROUPS, cmd_train},
    {"resume", "RUN", "go on with a run that was stopped, or make it longer", FLAG_MORE, 1, 1, "device precision threads runs-dir", cmd_resume},
    {"eval", "RUN [DIR]", "accuracy, loss and classes on the run's validation part or another folder", FLAG_LAST | FLAG_STORED, 1, 2,
        USE_GROUPS " damaged max-pixels leaf-folders", cmd_eval},
    {"predict", "RUN FILE...", "classes of pictures; folders too", FLAG_LAST, 2, 1 << 20, USE_GROUPS, cmd_predict},
    {"runs", "[FOLDER]", "list runs, newest first", 0, 0, 1, "runs-dir", cmd_runs},
    {"attach", "[RUN]", "take back a run that goes on without a screen, or watch one; steer it", FLAG_NO_SCREEN, 0, 1, "Screen runs-dir", cmd_attach},
    {"compare", "RUN RUN...", "validation curves and the settings that differ", 0, 2, COMPARE_RUNS, "runs-dir", cmd_compare},
    {"note", "RUN [TEXT]", "keep a note with a run; without a text it is taken away", 0, 1, 2, "runs-dir", cmd_note},
    {"trash", "RUN...", "move runs to the folder .trash beside them", 0, 1, 1 << 20, "runs-dir", cmd_trash},
    {"restore", "RUN...", "move runs back from a .trash", TRAIT_RUNS_GONE, 1, 1 << 20, "runs-dir", cmd_restore},
    {"weights", "list | get NAME | check FILE", "pretrained weights: what there is, fetch it, look into a file", 0, 1, 2, NULL, cmd_weights},
    {"config", "", "every option with its value and where it came from", TRAIT_SHOWS_FAULTS, 0, 0, ALL_GROUPS " Screen", cmd_config},
    {"dump", "NAME", NULL, TRAIT_NO_SETTINGS, 1, 1, NULL, cmd_dump},
};
// clang-format on
const size_t n_flag_rows = sizeof flag_rows / sizeof *flag_rows;
const size_t n_commands = sizeof commands / sizeof *commands;

/* --- messages --------------------------------------------------------------------------------- */

void say(struct batch *b, const char *format, ...)
{
    struct str text = STR_INIT, line = STR_INIT;
    va_list ap;
    va_start(ap, format);
    str_vprintf(&text, format, ap);
    va_end(ap);
    str_add_safe(&line, text.s ? text.s : "");
    str_add_c(&line, '\n');
    progress_line(&b->messages, NULL);
    output_write(&b->messages, line.s, line.len);
    str_done(&text);
    str_done(&line);
}

int report(struct batch *b, const struct err *err)
{
    if (b->flags & FLAG_JSON) {
        cJSON *event = json_event("error");
        json_text(event, "code", err_name(err->code));
        json_text(event, "message", err->message);
        json_text(event, "hint", err->hint);
        if (b->mode)
            json_text(event, "mode", b->mode);
        json_line(&b->result, event);
    }
    say(b, "flowerlab: %s%s%s", b->mode ? b->mode : "", b->mode ? ": " : "", err->message);
    if (*err->hint)
        say(b, "  %s", err->hint);
    return EXIT_FAILED;
}

int report_usage(struct batch *b, const struct err *err)
{
    report(b, err);
    return EXIT_USAGE;
}

/* --- reading the command line ----------------------------------------------------------------- */

static const struct command *find_command(const char *name)
{
    for (size_t i = 1; i < n_commands; i++) {
        if (str_eq(commands[i].name, name))
            return &commands[i];
    }
    return NULL;
}

static const char *near_command(const char *name)
{
    const char *found = NULL;
    size_t least = 3;
    for (size_t i = 1; i < n_commands; i++) {
        size_t d = commands[i].help ? str_distance(commands[i].name, name) : least;
        if (d < least && d * 2 <= strlen(name)) {
            least = d;
            found = commands[i].name;
        }
    }
    return found;
}

/* The value inside of a word such as --mode=M or -mM; NULL: the word is no such form of the flag, "" the flag alone. */
static const char *flag_value(const struct flag_row *row, const char *word)
{
    size_t n = strlen(row->name);
    if (word[1] != '-')
        return row->short_flag && word[1] == row->short_flag && (row->argument || !word[2])
                   ? word + 2
                   : NULL;
    if (strncmp(word + 2, row->name, n) != 0)
        return NULL;
    if (!word[2 + n])
        return word + 2 + n;
    return row->argument && word[2 + n] == '=' ? word + 3 + n : NULL;
}

static const struct flag_row *find_flag(const struct batch *b, const char *word)
{
    for (size_t i = 0; i < n_flag_rows; i++) {
        const struct flag_row *row = &flag_rows[i];
        if (flag_value(row, word) && (row->flag & (b->command->flags | FLAGS_EVERYWHERE)))
            return row;
    }
    return NULL;
}

/* "+N": epochs to add. */
static enum err_code take_more(struct batch *b, const char *text, struct err *err)
{
    if (text[0] == '+' && num_parse_int(text + 1, &b->more) && b->more >= 1 && b->more <= 100000)
        return ERR_OK;
    err_set(err, ERR_INVALID, "--epochs: \"%s\" is not of the form +N", text);
    return err_hint(err, "+5 adds five epochs to the run");
}

/* One mode is the option; several are runs of their own. */
static enum err_code take_modes(struct batch *b, const char *text, struct err *err)
{
    if (!str_eq(text, "all") && !strchr(text, ',')) {
        b->n_modes = 0;
        return option_set(&b->options, OPTION_ID_mode, text, SOURCE_COMMAND_LINE, err);
    }
    enum err_code code = modes_parse(text, b->modes, &b->n_modes, err);
    if (code == ERR_OK && b->n_modes == 1) {
        b->options.mode = (int)b->modes[0];
        b->options.source[OPTION_ID_mode] = SOURCE_COMMAND_LINE;
        b->n_modes = 0;
    }
    return code;
}

/* A number of rows or columns. */
static enum err_code take_count(int64_t *out, const struct flag_row *row, const char *text, struct err *err)
{
    if (num_parse_int(text, out) && *out >= 1 && *out <= GRID_SIDE)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "--%s: \"%s\" is no number from 1 to %d", row->name, text, GRID_SIDE);
}

static enum err_code take_flag(struct batch *b, const struct flag_row *row, int argc, char **argv,
                               int *i, struct err *err)
{
    b->flags |= row->flag;
    if (!row->argument)
        return ERR_OK;
    const char *word = argv[*i], *value = flag_value(row, word);
    if (!*value && word[strlen(word) - 1] != '=') {
        if (*i + 1 >= argc)
            return err_set(err, ERR_INVALID, "--%s: a value is missing (%s)", row->name,
                           row->argument);
        value = argv[++*i];
    }
    if (row->flag == FLAG_MODES)
        return take_modes(b, value, err);
    if (row->flag == FLAG_MORE)
        return take_more(b, value, err);
    if (row->flag & (FLAG_ROWS | FLAG_COLS))
        return take_count(row->flag == FLAG_ROWS ? &b->rows : &b->cols, row, value, err);
    if (!*value)
        return err_set(err, ERR_INVALID, "--%s: empty (%s)", row->name, row->argument);
    b->out = value;
    return ERR_OK;
}

/* One of the list that has no effect on the command is refused: it was meant to have one. */
static enum err_code check_taken(const struct batch *b, const char *word, struct err *err)
{
    int id = cli_find(word);
    if (id >= 0 ? command_takes(b->command, option_row((enum option_id)id)) : b->command->groups != NULL)
        return ERR_OK;
    err_set(err, ERR_INVALID, "%s takes no option %.*s", b->command->name, (int)strcspn(word, "="), word);
    return err_hint(err, "\"flowerlab %s --help\" shows what it takes", b->command->name);
}

/* A word beginning with a dash is an option, others are arguments. */
static enum err_code take_option(struct batch *b, int argc, char **argv, int *i, bool *taken, struct err *err)
{
    const char *word = argv[*i];
    enum err_code code = word[0] == '-' && word[1] ? check_taken(b, word, err) : ERR_OK;
    return code == ERR_OK ? cli_option(&b->options, argc, argv, i, taken, err) : code;
}

static enum err_code take_words(struct batch *b, int argc, char **argv, int i, struct err *err)
{
    bool only_words = false;
    for (; i < argc; i++) {
        bool taken = false;
        const char *word = argv[i];
        const struct flag_row *flag = !only_words && word[0] == '-' ? find_flag(b, word) : NULL;
        enum err_code code = ERR_OK;
        if (flag) {
            code = take_flag(b, flag, argc, argv, &i, err);
        } else if (!only_words && str_eq(word, "--")) {
            only_words = true;
        } else {
            if (!only_words)
                code = take_option(b, argc, argv, &i, &taken, err);
            if (code == ERR_OK && !taken)
                b->words[b->n_words++] = word;
        }
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

/* A variable of a script that is not set; as a path it would be the current folder. A note may be empty. */
static bool has_empty_word(const struct batch *b)
{
    int n = b->command->run == cmd_note ? 1 : b->n_words;
    for (int i = 0; i < n; i++) {
        if (!*b->words[i])
            return true;
    }
    return false;
}

static enum err_code check_words(const struct batch *b, struct err *err)
{
    const struct command *c = b->command;
    bool enough = b->n_words >= c->min_words && b->n_words <= c->max_words;
    if (enough && !has_empty_word(b))
        return ERR_OK;
    if (enough)
        err_set(err, ERR_INVALID, "%s: an argument is empty", c->name);
    else if (b->n_words < c->min_words)
        err_set(err, ERR_INVALID, "%s: an argument is missing", c->name);
    else
        err_set(err, ERR_INVALID, "%s%s\"%s\" is one argument too many", c->name,
                *c->name ? ": " : "", b->words[c->max_words]);
    return err_hint(err, "usage: flowerlab%s%s%s%s", *c->name ? " " : "", c->name, *c->arguments ? " " : "", c->arguments);
}

/* A first word that is neither a command nor a folder was meant as one of them. */
static enum err_code check_first_word(const struct batch *b, struct err *err)
{
    if (*b->command->name || !b->n_words || path_exists(b->words[0]))
        return ERR_OK;
    const struct command *late = find_command(b->words[0]);
    if (late) {
        err_set(err, ERR_INVALID, "the command %s stands behind options", late->name);
        return err_hint(err, "begin with it: flowerlab %s OPTION...", late->name);
    }
    const char *near = near_command(b->words[0]);
    err_set(err, ERR_INVALID, "\"%s\" is neither a command nor a folder", b->words[0]);
    if (near)
        return err_hint(err, "did you mean \"flowerlab %s\"?", near);
    return err_hint(err, "\"flowerlab --help\" lists the commands");
}

/* --- settings --------------------------------------------------------------------------------- */

struct reading {
    struct batch *b;
    bool bad;
};

static void file_error(const struct err *err, void *user)
{
    struct reading *reading = user;
    reading->bad = true;
    report(reading->b, err);
}

/* Default, config file, environment. Every error of the file is shown, not only the first. */
static int read_settings(struct batch *b)
{
    struct err err = {0};
    struct reading reading = {b, false};
    options_default(&b->options);
    char *path = rcfile_path();
    enum err_code code = path_exists(path) ? rcfile_read(&b->options, path, SOURCE_FILE, NULL,
                                                         file_error, &reading, &err)
                                           : ERR_OK;
    free(path);
    if (code != ERR_OK || options_environment(&b->options, &err) != ERR_OK)
        return report_usage(b, &err);
    return reading.bad ? EXIT_USAGE : EXIT_DONE;
}

int check_keys(struct batch *b)
{
    struct reading reading = {b, false};
    b->keys(file_error, &reading);
    return reading.bad ? EXIT_USAGE : EXIT_DONE;
}

static bool is_checked(enum option_source source, bool typed)
{
    return source == SOURCE_COMMAND_LINE || (!typed && (source == SOURCE_FILE || source == SOURCE_ENVIRONMENT));
}

/* Where the value is from, before the message. */
static void prefix_source(struct err *err, const struct option_row *row, enum option_source source)
{
    if (source == SOURCE_FILE) {
        char *path = rcfile_path();
        err_prefix(err, "%s:%d", path, rcfile_line(path, row));
        free(path);
    } else if (source == SOURCE_ENVIRONMENT) {
        err_prefix(err, "%s", row->environment);
    }
}

/* Wrong lines of a theme's file keep nothing from beginning: only config tells them. */
static enum err_code check_option(struct reading *reading, enum option_id id, struct err *err)
{
    struct batch *b = reading->b;
    if (id != OPTION_ID_theme)
        return engine_check_option(&b->options, id, err);
    return b->theme(b->options.theme, b->command->flags & TRAIT_SHOWS_FAULTS ? file_error : NULL, reading, err);
}

int check_options(struct batch *b, bool typed)
{
    int code = EXIT_DONE;
    struct reading reading = {b, false};
    for (int id = 0; id < OPTION_COUNT; id++) {
        struct err err = {0};
        enum option_source source = (enum option_source)b->options.source[id];
        if (!is_checked(source, typed) || check_option(&reading, (enum option_id)id, &err) == ERR_OK)
            continue;
        prefix_source(&err, option_row((enum option_id)id), source);
        code = report_usage(b, &err);
    }
    return reading.bad ? EXIT_USAGE : code;
}

/* Help and version answer even when everything else on the line, or the config file, is wrong. */
static bool answer_early(struct batch *b, int argc, char **argv)
{
    for (int i = 1; i < argc && !str_eq(argv[i], "--"); i++) {
        const struct flag_row *flag = argv[i][0] == '-' ? find_flag(b, argv[i]) : NULL;
        b->flags |= flag ? flag->flag & FLAGS_EVERYWHERE : 0;
        if (flag && flag->flag == FLAG_VERSION) {
            output_text(&b->result, PACKAGE_STRING "\n");
            return true;
        }
        if (flag && flag->flag == FLAG_HELP) {
            if (*b->command->name)
                help_command(&b->result, b->command);
            else
                help_program(&b->result);
            return true;
        }
    }
    return false;
}

/* Whether word i of the command is a RUN, by its usage: "RUN [DIR]", "RUN RUN...". */
static bool is_run_word(const struct command *c, int i)
{
    const char *word = c->arguments;
    for (; i > 0 && strchr(word, ' '); i--)
        word = strchr(word, ' ') + 1;
    word += *word == '[';
    return str_starts(word, "RUN") && (i == 0 || str_starts(word, "RUN..."));
}

/* A RUN is a folder, else the name of one in runs-dir. */
static void find_runs(struct batch *b)
{
    for (int i = 0; i < b->n_words; i++) {
        const char *word = b->words[i];
        if (!is_run_word(b->command, i) || strchr(word, '/') || path_exists(word))
            continue;
        char *folder = path_expand(b->options.runs_dir), *path = path_join(folder, word);
        if (*word && (path_is_folder(path) || b->command->flags & TRAIT_RUNS_GONE))
            b->words[i] = path, b->found[i] = path;
        else
            free(path);
        free(folder);
    }
}

static int run_command(struct batch *b, int argc, char **argv, int first)
{
    struct err err = {0};
    if (answer_early(b, argc, argv))
        return EXIT_DONE;
    int code = b->command->flags & TRAIT_NO_SETTINGS ? EXIT_DONE : read_settings(b);
    if (code != EXIT_DONE && !(b->command->flags & TRAIT_SHOWS_FAULTS))
        return code;
    if (take_words(b, argc, argv, first, &err) != ERR_OK || check_first_word(b, &err) != ERR_OK ||
        check_words(b, &err) != ERR_OK)
        return report_usage(b, &err);
    find_runs(b);
    int ran = b->command->run(b);
    return code != EXIT_DONE ? code : ran;
}

/* A result that is not whole is a failure. Who closes the pipe, as head does, has read enough. */
static int check_result(struct batch *b, int code)
{
    struct err err = {0};
    if (!b->result.errnum || b->result.errnum == EPIPE)
        return code;
    err_sys(&err, b->result.errnum, "standard output");
    report(b, &err);
    return code == EXIT_DONE ? EXIT_FAILED : code;
}

int batch_main(int argc, char **argv, struct batch_screens *screens, batch_grid *grid, batch_theme *theme, batch_keys *keys)
{
    outputs_guard();
    struct batch b = {.screens = screens, .grid = grid, .theme = theme, .keys = keys, .result = output_of(1), .messages = output_of(2)};
    b.words = xcalloc((size_t)argc + 1, sizeof *b.words);
    b.found = xcalloc((size_t)argc + 1, sizeof *b.found);
    const struct command *named = argc > 1 ? find_command(argv[1]) : NULL;
    b.command = named ? named : &commands[0];
    int code = run_command(&b, argc, argv, named ? 2 : 1);
    session_close(&b);
    code = check_result(&b, code);
    free(b.words);
    for (int i = 0; i < argc; i++)
        free(b.found[i]);
    free(b.found);
    return code;
}
