/* What the manual and the shells' completions take from the lists.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "nn/arch.h"

/* --- manual ----------------------------------------------------------------------------------- */

/* Text for roff: backslashes and dashes escaped, no dot or quote in front of a line. */
static void add_roff(struct str *s, const char *text)
{
    if (*text == '.' || *text == '\'')
        str_add(s, "\\&");
    for (; *text; text++) {
        if (*text == '-')
            str_add(s, "\\-");
        else if (*text == '\\')
            str_add(s, "\\e");
        else
            str_add_c(s, *text);
    }
}

/* A help text as a sentence: a capital in front, a stop behind. */
static void add_sentence(struct str *s, const char *help)
{
    size_t at = s->len;
    add_roff(s, help);
    if (s->s[at] >= 'a' && s->s[at] <= 'z')
        s->s[at] = (char)(s->s[at] - 'a' + 'A');
    str_add(s, ".\n");
}

/* "Default: 64. 1 to 65536 pictures." */
static void add_values(struct str *s, const struct option_row *row, const struct options *defaults,
                       enum option_id id)
{
    struct str value = STR_INIT;
    char low[NUM_TEXT], high[NUM_TEXT];
    option_get(&value, defaults, id);
    if (row->type == OPTION_CHOICE) {
        str_add(s, "One of ");
        for (int i = 0; row->choices[i]; i++) {
            str_printf(s, "%s\\fB", !i ? "" : row->choices[i + 1] ? ", " : " and ");
            add_roff(s, row->choices[i]);
            str_add(s, "\\fR");
        }
        str_add(s, ". ");
    } else if (row->type == OPTION_BOOL) {
        str_add(s, "\\fBon\\fR or \\fBoff\\fR. ");
    } else if (row->type == OPTION_INT && row->max_int < INT64_MAX) {
        str_printf(s, "%" PRId64 " to %" PRId64 "%s%s. ", row->min_int, row->max_int,
                   row->unit ? " " : "", row->unit ? row->unit : "");
    } else if (row->type == OPTION_REAL) {
        str_printf(s, "%s to %s. ", num_real(low, row->min_real), num_real(high, row->max_real));
    }
    str_add(s, value.len ? "Default: \\fB" : "Not set by default.");
    add_roff(s, value.len ? value.s : "");
    str_add(s, value.len ? "\\fR." : "");
    if (row->environment)
        str_printf(s, " Environment: %s.", row->environment);
    str_add_c(s, '\n');
    str_done(&value);
}

static void dump_options(struct str *s)
{
    const char *group = "";
    struct options defaults;
    options_default(&defaults);
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (!str_eq(group, row->group))
            str_printf(s, ".SS %s\n", row->group);
        group = row->group;
        str_add(s, ".TP\n");
        if (row->short_flag)
            str_printf(s, "\\fB\\-%c\\fR, ", row->short_flag);
        str_add(s, "\\fB\\-\\-");
        add_roff(s, row->name);
        str_printf(s, "\\fR \\fI%s\\fR\n", row->argument);
        add_sentence(s, row->help);
        add_roff(s, row->long_help);
        str_add_c(s, '\n');
        add_values(s, row, &defaults, (enum option_id)id);
    }
}

/* --- completions ------------------------------------------------------------------------------ */

/* The words that an option takes, with blanks between; "" for free text. */
static void add_words(struct str *s, const struct option_row *row)
{
    if (row->type == OPTION_BOOL)
        str_add(s, "on off");
    for (int i = 0; row->type == OPTION_CHOICE && row->choices[i]; i++)
        str_printf(s, "%s%s", i ? " " : "", row->choices[i]);
    for (size_t i = 0; str_eq(row->name, "model") && i < arch_count(); i++)
        str_printf(s, "%s%s", i ? " " : "", arch_at(i)->name);
    if (str_eq(row->name, "device"))
        str_add(s, "auto cpu cuda");
}

static void add_commands(struct str *s)
{
    for (size_t i = 0; i < n_commands; i++) {
        if (commands[i].help && *commands[i].name)
            str_printf(s, "%s ", commands[i].name);
    }
}

static void add_all_flags(struct str *s, unsigned flags, bool options)
{
    for (size_t i = 0; i < n_flag_rows; i++) {
        if (flag_rows[i].flag & (flags | FLAGS_EVERYWHERE))
            str_printf(s, "--%s ", flag_rows[i].name);
    }
    for (int id = 0; options && id < OPTION_COUNT; id++)
        str_printf(s, "--%s ", option_row((enum option_id)id)->name);
}

static void dump_bash(struct str *s)
{
    str_add(s, "# bash completion for flowerlab; written by \"flowerlab dump completion-bash\"\n"
               "_flowerlab() {\n"
               "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
               "    # --name=value comes as three words\n"
               "    if [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
               "    COMPREPLY=()\n"
               "    case $prev in\n");
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        struct str words = STR_INIT;
        add_words(&words, row);
        if (words.len)
            str_printf(s, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
                       row->name, words.s);
        else if (row->type == OPTION_PATH || str_eq(row->name, "split") ||
                 str_eq(row->name, "theme"))
            str_printf(s, "    --%s) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n",
                       row->name);
        else
            str_printf(s, "    --%s) return ;;\n", row->name);
        str_done(&words);
    }
    str_add(s, "    --out) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;\n"
               "    weights) COMPREPLY=($(compgen -W 'list get check' -- \"$cur\")); return ;;\n"
               "    get) COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < arch_count(); i++)
        str_printf(s, "%s%s", i ? " " : "", arch_at(i)->name);
    str_add(s, "' -- \"$cur\")); return ;;\n"
               "    esac\n"
               "    case $cur in\n"
               "    -*) case ${COMP_WORDS[1]} in\n");
    for (size_t i = 1; i < n_commands; i++) {
        if (!commands[i].help)
            continue;
        str_printf(s, "        %s) words='", commands[i].name);
        add_all_flags(s, commands[i].flags, commands[i].groups != NULL);
        str_add(s, "' ;;\n");
    }
    str_add(s, "        *) words='");
    add_all_flags(s, commands[0].flags, true);
    str_add(s, "' ;;\n"
               "        esac\n"
               "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return ;;\n"
               "    esac\n"
               "    [ \"$COMP_CWORD\" -gt 1 ] || words='");
    add_commands(s);
    str_add(s, "'\n"
               "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; compgen -f -- \"$cur\")\n"
               "}\n"
               "complete -o filenames -F _flowerlab flowerlab\n");
}

/* Text inside an _arguments specification: brackets and colons escaped, quotes left out. */
static void add_zsh_text(struct str *s, const char *text)
{
    for (; *text; text++) {
        if (*text == '[' || *text == ']' || *text == ':')
            str_add_c(s, '\\');
        if (*text != '\'')
            str_add_c(s, *text);
    }
}

static void add_zsh_option(struct str *s, const struct option_row *row)
{
    struct str words = STR_INIT;
    add_words(&words, row);
    str_printf(s, "        '--%s[", row->name);
    add_zsh_text(s, row->help);
    str_printf(s, "]:%s:", row->argument);
    if (words.len)
        str_printf(s, "(%s)", words.s);
    else if (row->type == OPTION_PATH || str_eq(row->name, "split") || str_eq(row->name, "theme"))
        str_add(s, "_files");
    str_add(s, "'\n");
    str_done(&words);
}

static void dump_zsh(struct str *s)
{
    str_add(s, "#compdef flowerlab\n"
               "# zsh completion for flowerlab; written by \"flowerlab dump completion-zsh\"\n"
               "_flowerlab() {\n"
               "    local -a commands flags\n"
               "    commands=(\n");
    for (size_t i = 1; i < n_commands; i++) {
        if (!commands[i].help)
            continue;
        str_printf(s, "        '%s:", commands[i].name);
        add_zsh_text(s, commands[i].help);
        str_add(s, "'\n");
    }
    str_add(s, "    )\n    flags=(\n");
    for (size_t i = 0; i < n_flag_rows; i++) {
        if (flag_rows[i].flag == FLAG_MORE || flag_rows[i].flag == FLAG_MODES)
            continue; /* the option of the same name stands below */
        str_printf(s, "        '--%s[", flag_rows[i].name);
        add_zsh_text(s, flag_rows[i].help);
        str_printf(s, "]%s'\n", flag_rows[i].flag == FLAG_OUT ? ":FOLDER:_files -/"
                                : flag_rows[i].argument      ? ":number: "
                                                             : "");
    }
    for (int id = 0; id < OPTION_COUNT; id++)
        add_zsh_option(s, option_row((enum option_id)id));
    str_add(s, "    )\n"
               "    _arguments \"$flags[@]\" '1: :{ _describe command commands; _files -/ }' "
               "'*:file:_files'\n"
               "}\n"
               "_flowerlab \"$@\"\n");
}

static const struct dump {
    const char *name;
    void (*write)(struct str *s);
} dumps[] = {
    {"options-man", dump_options},
    {"completion-bash", dump_bash},
    {"completion-zsh", dump_zsh},
};

int cmd_dump(struct batch *b)
{
    struct err err = {0};
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        if (!str_eq(dumps[i].name, b->words[0]))
            continue;
        struct str s = STR_INIT;
        dumps[i].write(&s);
        output_write(&b->result, s.s, s.len);
        str_done(&s);
        return EXIT_DONE;
    }
    err_set(&err, ERR_INVALID, "dump: unknown list \"%s\"", b->words[0]);
    return report_usage(b, &err);
}
