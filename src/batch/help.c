/* Usage texts, from the lists of commands, switches and options.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <string.h>

#define COLUMN 28 /* where the explanations begin */

/* left and right side by side; a left that is too long gets a line of its own. */
static void add_line(struct str *s, const char *left, const char *right)
{
    if (strlen(left) > COLUMN - 4)
        str_printf(s, "  %s\n%*s%s\n", left, COLUMN, "", right);
    else
        str_printf(s, "  %-*s%s\n", COLUMN - 2, left, right);
}

static void add_row(struct str *s, char short_flag, const char *name, const char *argument,
                    const char *help)
{
    struct str left = STR_INIT;
    if (short_flag)
        str_printf(&left, "-%c, --%s", short_flag, name);
    else
        str_printf(&left, "    --%s", name);
    if (argument)
        str_printf(&left, " %s", argument);
    add_line(s, left.s, help);
    str_done(&left);
}

static void add_flags(struct str *s, unsigned flags)
{
    for (size_t i = 0; i < n_flag_rows; i++) {
        const struct flag_row *row = &flag_rows[i];
        if (row->flag & flags)
            add_row(s, row->short_flag, row->name, row->argument, row->help);
    }
}

static bool is_flag(unsigned flags, const char *name)
{
    for (size_t i = 0; i < n_flag_rows; i++) {
        if ((flag_rows[i].flag & flags) && str_eq(flag_rows[i].name, name))
            return true;
    }
    return false;
}

/* list: words with spaces between. */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; *(at += strspn(at, " ")); at += strcspn(at, " ")) {
        if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
            return true;
    }
    return false;
}

static bool is_listed(const char *groups, const struct option_row *row)
{
    return has_word(groups, row->group) || has_word(groups, row->name);
}

bool command_takes(const struct command *command, const struct option_row *row)
{
    return command->groups && is_listed(command->groups, row);
}

/* flags: of the command, which may say more about an option of the same name. */
static void add_options(struct str *s, const char *groups, unsigned flags)
{
    const char *group = "";
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (!is_listed(groups, row))
            continue;
        if (!str_eq(group, row->group))
            str_printf(s, "\n%s\n", row->group);
        group = row->group;
        if (!is_flag(flags, row->name))
            add_row(s, row->short_flag, row->name, row->argument, row->help);
    }
}

void help_program(struct output *out)
{
    struct str s = STR_INIT;
    str_add(&s, "flowerlab: train image classifiers on folders of pictures, one folder a class\n\n"
                "usage: flowerlab [DIR] [OPTION]... [--start]   the screens\n"
                "       flowerlab COMMAND ...                   the same work without them\n\n");
    for (size_t i = 0; i < n_commands; i++) {
        struct str left = STR_INIT;
        str_printf(&left, "%s%s%s", commands[i].name,
                   *commands[i].name && *commands[i].arguments ? " " : "", commands[i].arguments);
        if (commands[i].help)
            add_line(&s, left.s, commands[i].help);
        str_done(&left);
    }
    str_add_c(&s, '\n');
    add_flags(&s, FLAGS_EVERYWHERE | FLAG_START);
    add_options(&s, "Screen", 0);
    str_add(&s, "\n\"flowerlab COMMAND --help\" says more, \"flowerlab train --help\" lists the "
                "options, flowerlab(1) explains them.\n");
    output_write(out, s.s, s.len);
    str_done(&s);
}

void help_command(struct output *out, const struct command *command)
{
    struct str s = STR_INIT;
    str_printf(&s, "usage: flowerlab %s%s%s%s\n", command->name, *command->arguments ? " " : "",
               command->arguments, command->groups || command->flags ? " [OPTION]..." : "");
    if (command->help)
        str_printf(&s, "%s\n\n", command->help);
    add_flags(&s, command->flags | FLAGS_EVERYWHERE);
    if (command->groups)
        add_options(&s, command->groups, command->flags);
    output_write(out, s.s, s.len);
    str_done(&s);
}
