/* Options from the command line and the environment, and back to a command line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "config/option.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code options_environment(struct options *o, struct err *err)
{
    enum err_code first = ERR_OK;
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        const char *text = row->environment ? getenv(row->environment) : NULL;
        struct err local = {0};
        if (!text || !*text)
            continue;
        if (row->environment_value)
            text = row->environment_value;
        if (option_set(o, (enum option_id)id, text, SOURCE_ENVIRONMENT, &local) != ERR_OK &&
            first == ERR_OK) {
            first = err_prefix(&local, "%s", row->environment);
            if (err)
                *err = local;
        }
    }
    return first;
}

static bool is_switch_word(const char *word)
{
    static const char *const words[] = {"on", "off", "auto", "default"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(words[i], word))
            return true;
    }
    return false;
}

static enum err_code unknown_flag(const char *word, struct err *err)
{
    const char *near = option_suggest(word + strspn(word, "-"));
    err_set(err, ERR_INVALID, "unknown option %s%s%s%s", word, near ? " (did you mean --" : "",
            near ? near : "", near ? "?)" : "");
    return ERR_INVALID;
}

/* The row of argv's word, its value inside the word (or NULL) and whether it is a --no- form. -1:
 * none. */
static int parse_word(const char *word, const char **value, bool *negated)
{
    *value = NULL;
    *negated = false;
    if (word[1] != '-') {
        for (int id = 0; id < OPTION_COUNT; id++) {
            if (word[1] && option_row((enum option_id)id)->short_flag == word[1]) {
                *value = word[2] ? word + 2 : NULL;
                return id;
            }
        }
        return -1;
    }
    char *name = xstrdup(word + 2), *equals = strchr(name, '=');
    if (equals) {
        *equals = '\0';
        *value = word + 2 + (equals - name) + 1;
    }
    int id = option_find(name);
    if (id < 0 && !equals && str_starts(name, "no-")) {
        id = option_find(name + 3);
        *negated = id >= 0 && option_row((enum option_id)id)->type == OPTION_BOOL;
        id = *negated ? id : -1;
    }
    free(name);
    return id;
}

int cli_find(const char *word)
{
    const char *value;
    bool negated;
    return word[0] == '-' && word[1] && !str_eq(word, "--") ? parse_word(word, &value, &negated) : -1;
}

enum err_code cli_option(struct options *o, int argc, char **argv, int *i, bool *taken,
                         struct err *err)
{
    const char *value, *word = argv[*i];
    bool negated;
    *taken = false;
    if (word[0] != '-' || !word[1] || str_eq(word, "--"))
        return ERR_OK;
    int id = parse_word(word, &value, &negated);
    if (id < 0)
        return unknown_flag(word, err);
    const struct option_row *row = option_row((enum option_id)id);
    *taken = true;
    if (row->type == OPTION_BOOL && !value) {
        value = negated ? "off" : "on";
        if (!negated && *i + 1 < argc && is_switch_word(argv[*i + 1]))
            value = argv[++*i];
    } else if (!value) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_INVALID, "%s: a value is missing (%s)", word, row->argument);
        value = argv[++*i];
    }
    return option_set(o, (enum option_id)id, value, SOURCE_COMMAND_LINE, err);
}

void options_command(struct str *out, const struct options *o, const char *verb, const char *folder)
{
    str_printf(out, "flowerlab %s", verb);
    if (folder) {
        str_add_c(out, ' ');
        if (*folder == '-')
            str_add(out, "./");
        str_add_shell(out, folder);
    }
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (row->scope == SCOPE_SCREEN || !option_is_set(o, (enum option_id)id))
            continue;
        struct str value = STR_INIT;
        option_get(&value, o, (enum option_id)id);
        str_printf(out, " --%s ", row->name);
        str_add_shell(out, value.s ? value.s : "");
        str_done(&value);
    }
}
