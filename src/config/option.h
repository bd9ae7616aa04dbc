/* Options: one list (options.def), everything else generic.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_CONFIG_OPTION_H
#define FL_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum option_type { OPTION_BOOL, OPTION_INT, OPTION_REAL, OPTION_CHOICE, OPTION_PATH, OPTION_TEXT };
/* SCOPE_RUN: part of a run's record; SCOPE_DATA: of the scan, recorded too; SCOPE_PROGRAM: where and how fast; SCOPE_SCREEN: looks only. */
enum option_scope { SCOPE_PROGRAM, SCOPE_DATA, SCOPE_RUN, SCOPE_SCREEN };
/* In the order of precedence; RUN: from a run's record. */
enum option_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_COMMAND_LINE, SOURCE_SCREEN, SOURCE_DEMO, SOURCE_RUN };
enum option_dirties { DIRTY_NOTHING, DIRTY_REDRAW, DIRTY_REFLOW, DIRTY_THEME, DIRTY_DATA, DIRTY_NEXT_RUN };

/* Every row of options.def makes an id. */
enum option_id {
#define OPT_BOOL(id, ...) OPTION_ID_##id,
#define OPT_INT(id, ...) OPTION_ID_##id,
#define OPT_REAL(id, ...) OPTION_ID_##id,
#define OPT_CHOICE(id, ...) OPTION_ID_##id,
#define OPT_PATH(id, ...) OPTION_ID_##id,
#define OPT_TEXT(id, ...) OPTION_ID_##id,
#include "config/options.def"
#undef OPT_BOOL
#undef OPT_INT
#undef OPT_REAL
#undef OPT_CHOICE
#undef OPT_PATH
#undef OPT_TEXT
    OPTION_COUNT
};

/* A row. Rows whose value is "as the preset or the machine says" while not set have automatic = true: whether they are set is told by the
 * source (option_is_set), their value means nothing until then; they print "auto" and take "auto" on input. A row that has "auto" among its
 * choices (bn) prints "default" instead. Every automatic row takes "default". */
struct option_row {
    const char *name;            /* "batch-size": --batch-size, key in files */
    enum option_type type;
    char short_flag;             /* 'e', or 0 */
    bool automatic;
    int64_t def_int, min_int, max_int;
    double def_real, min_real, max_real; /* min and max inclusive */
    const char *def_text;        /* CHOICE, PATH, TEXT */
    const char *const *choices;  /* NULL-terminated */
    const char *unit;            /* "pictures", "px", or NULL */
    enum option_scope scope;
    enum option_dirties dirties;
    const char *group;           /* heading in Setup and the manual: "Run", "Model", "Data", "Training", "Augmentation", "Screen", "Machine" */
    const char *argument;        /* "N", "FILE" in help texts */
    const char *help;            /* one line */
    const char *long_help;       /* a paragraph for manual and Setup */
    const char *environment;     /* name of an environment variable, or NULL; an empty value counts as not set */
    const char *environment_value; /* the text that any value of the variable stands for (NO_COLOR), or NULL: its own */
    enum err_code (*check)(const char *text, struct err *err); /* extra validation of a TEXT, or NULL */
};

#define OPTION_TEXT_MAX 1024 /* with the NUL */
#define OPTION_CHOICES(...) (const char *const[]){__VA_ARGS__, NULL} /* only at file scope */

/* All values: one field a row, named as the id (bool, int64_t, double, int index of the choice, char text). Copy by assignment. */
struct options {
#define OPT_BOOL(id, ...) bool id;
#define OPT_INT(id, ...) int64_t id;
#define OPT_REAL(id, ...) double id;
#define OPT_CHOICE(id, ...) int id;
#define OPT_PATH(id, ...) char id[OPTION_TEXT_MAX];
#define OPT_TEXT(id, ...) char id[OPTION_TEXT_MAX];
#include "config/options.def"
#undef OPT_BOOL
#undef OPT_INT
#undef OPT_REAL
#undef OPT_CHOICE
#undef OPT_PATH
#undef OPT_TEXT
    uint8_t source[OPTION_COUNT]; /* enum option_source */
};

const struct option_row *option_row(enum option_id id);
int option_find(const char *name);                       /* id or -1; also takes '_' for '-' */
const char *option_suggest(const char *name);            /* nearest name, or NULL */
void option_range(char *out, size_t size, const struct option_row *row); /* "1 to 65536 pictures", "" for what is no number */
const char *option_source_name(enum option_source source); /* "default", "config file", "environment", ... */

void options_default(struct options *o);

/* Value from text and back. From the screen a real may have a decimal comma; elsewhere it has a point.
 * Switches take on, off, yes, no, true, false, 1, 0. On errors the value stays.
 * errors: INVALID, "batch-size: 0 is below 1", "mode: unknown choice "froze" (did you mean frozen?)" */
enum err_code option_set(struct options *o, enum option_id id, const char *text, enum option_source source, struct err *err);
void option_get(struct str *out, const struct options *o, enum option_id id); /* appends text that option_set takes; "auto" for automatic rows
                                                                               * that are not set ("default" where "auto" is a choice) */
/* The same, unless the option is set already. text: must be one that the option takes. */
void option_set_if_unset(struct options *o, enum option_id id, const char *text, enum option_source source);
bool option_is_set(const struct options *o, enum option_id id);               /* source is not SOURCE_DEFAULT */
void option_unset(struct options *o, enum option_id id);                      /* back to the default */
void options_forget(struct options *o, enum option_source source);            /* the same for all that came from there */

/* "key = value" lines of the set options (all: also the others) of a scope mask (1 << scope): for run.ini and for commands' byte form. Texts that
 * need it are quoted ("..." with backslash escapes), so that rcfile_parse reads every value back, a newline in a path too. */
void options_write(struct str *out, const struct options *o, unsigned scopes, bool all);
#define OPTION_SCOPES_RECORD (1u << SCOPE_DATA | 1u << SCOPE_RUN)
#define OPTION_SCOPES_ALL (1u << SCOPE_PROGRAM | 1u << SCOPE_DATA | 1u << SCOPE_RUN | 1u << SCOPE_SCREEN)

/* Checks of rows (see options.def). text is not empty. errors: INVALID, with the name of the option before the message */
enum err_code option_check_epochs(const char *text, struct err *err); /* "5", "5,5": numbers from 1, at most 8 */
enum err_code option_check_device(const char *text, struct err *err); /* auto, cpu, cuda, cuda:N */
enum err_code option_check_block(const char *text, struct err *err);  /* at most 23 letters, digits, points; which there are is the model's to say */
enum err_code option_check_cell(const char *text, struct err *err);   /* auto, WxH with 2..200 each */

/* The numbers of an epochs option, at most max of them; returns how many. 0 for "". text: checked by option_set */
int option_epochs(const char *text, int *epochs, int max);

/* --- readers ------------------------------------------------------------------------------------------------- */

/* A config file or text: "name = value", "#" comment lines; lines of other words ("bind KEY ACTION") that begin with "bind " are handed to other
 * (NULL: ignored). Errors do not stop the reading: each is given to report (may be NULL) with "FILE:LINE: " before it.
 * errors (rcfile_read): NOT_FOUND, IO: the file cannot be read. rcfile_parse: INVALID when any line was reported */
enum err_code rcfile_read(struct options *o, const char *path, enum option_source source,
                          void (*other)(const char *line, int number, void *user),
                          void (*report)(const struct err *err, void *user), void *user, struct err *err);
enum err_code rcfile_parse(struct options *o, const char *name, const char *text, enum option_source source,
                           void (*other)(const char *line, int number, void *user),
                           void (*report)(const struct err *err, void *user), void *user);

/* The number of the line that an option's value is from, the last that names it; 0: none. */
int rcfile_line(const char *path, const struct option_row *row);

/* $XDG_CONFIG_HOME/flowerlab/config; the caller frees it. */
char *rcfile_path(void);

/* Environment variables named in the rows. errors: INVALID, with the variable's name before the message; the others are still read */
enum err_code options_environment(struct options *o, struct err *err);

/* Takes --name VALUE, --name=VALUE, --no-name and --name for switches (--name on|off too), -x VALUE and -xVALUE from argv[*i]; *i is left on the
 * last word used. *taken false: not an option of the list (then ERR_OK for a word without "-", INVALID with a suggestion for one with it).
 * errors: INVALID */
enum err_code cli_option(struct options *o, int argc, char **argv, int *i, bool *taken, struct err *err);

/* The option that a word of the command line names in any of these forms, or -1. */
int cli_find(const char *word);

/* The command line that repeats these options: "flowerlab train DIR --mode frozen ...", shell-quoted; only options that are set, without those
 * of the screen. folder NULL: none. */
void options_command(struct str *out, const struct options *o, const char *verb, const char *folder);

#endif
