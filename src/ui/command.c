/* The lines of the command prompt.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "ui/keymap.h"
#include "ui/option_values.h"
#include "ui/theme.h"

#define BLANKS " \t"
#define SET "set"
#define TOLD_MAX 6 /* names in a message */

/* --- words ----------------------------------------------------------------------------------- */

/* The parts of a line, as places in it: a first word, and from the value on the rest. */
struct parts {
    size_t name, name_end; /* after "set" where that begins the line */
    size_t value;          /* where a value begins or would begin; name_end: no blank or '=' yet */
    bool set;
};

static size_t skip_blanks(const char *line, size_t i)
{
    return i + strspn(line + i, BLANKS);
}

static size_t word_end(const char *line, size_t i)
{
    return i + strcspn(line + i, BLANKS "=");
}

static struct parts cut_up(const char *line)
{
    struct parts p = {.name = skip_blanks(line, 0)};
    p.name += line[p.name] == ':'; /* pasted with its sign */
    p.name_end = word_end(line, p.name);
    size_t n = p.name_end - p.name;
    if (n == strlen(SET) && strncmp(line + p.name, SET, n) == 0 && line[p.name_end]) {
        p.set = true;
        p.name = skip_blanks(line, p.name_end);
        p.name_end = word_end(line, p.name);
    }
    p.value = skip_blanks(line, p.name_end);
    if (line[p.value] == '=')
        p.value = skip_blanks(line, p.value + 1);
    return p;
}

/* --- names ----------------------------------------------------------------------------------- */

static void add(struct candidates *k, const char *text, const char *help)
{
    k->list = xgrow(k->list, &k->cap, k->n + 1, sizeof *k->list);
    k->list[k->n++] = (struct candidate){xstrdup(text), help};
}

static bool has(const char *name, const char *word, bool within)
{
    return within ? strstr(name, word) != NULL : str_starts(name, word);
}

/* A name that is an action's and an option's is added once. */
static void add_names(struct candidates *k, const char *word, bool within, bool set, unsigned context)
{
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT && !set; a++) {
        if ((action_row(a)->contexts & context) && has(action_row(a)->name, word, within))
            add(k, action_row(a)->name, action_row(a)->help);
    }
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        enum action same = set ? ACTION_NONE : action_find(row->name);
        bool twice = same != ACTION_NONE && (action_row(same)->contexts & context);
        if (!twice && has(row->name, word, within))
            add(k, row->name, row->help);
    }
    if (!set && has(SET, word, within))
        add(k, SET, "set an option: set NAME VALUE");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct candidate *)a)->text, ((const struct candidate *)b)->text);
}

static void sort(struct candidates *k)
{
    if (k->n)
        qsort(k->list, k->n, sizeof *k->list, by_text);
}

void candidates_done(struct candidates *k)
{
    for (size_t i = 0; i < k->n; i++)
        free(k->list[i].text);
    free(k->list);
    free(k->folder);
    *k = (struct candidates){0};
}

size_t candidates_common(const struct candidates *k)
{
    size_t n = k->n ? strlen(k->list[0].text) : 0;
    for (size_t i = 1; i < k->n; i++) {
        size_t same = 0;
        while (same < n && k->list[i].text[same] == k->list[0].text[same])
            same++;
        n = same;
    }
    while (n && ((unsigned char)k->list[0].text[n] & 0xc0) == 0x80) /* not within a character */
        n--;
    return n;
}

/* --- meaning --------------------------------------------------------------------------------- */

static bool number(struct command *out, const char *word)
{
    char *end;
    bool sign = *word == '+' || *word == '-';
    const char *digits = word + sign;
    if (str_eq(word, "$")) {
        *out = (struct command){.kind = COMMAND_ROW, .number = INT64_MAX};
        return true;
    }
    if (*digits < '0' || *digits > '9')
        return false;
    errno = 0;
    long long v = strtoll(word, &end, 10); /* too large is the largest */
    if (*end)
        return false;
    *out = (struct command){.kind = sign ? COMMAND_MOVE : COMMAND_ROW, .number = v};
    return true;
}

static enum err_code not_here(enum action action, struct err *err)
{
    struct str where = STR_INIT;
    contexts_names(&where, action_row(action)->contexts);
    err_set(err, ERR_INVALID, "%s: not on this screen, but on %s", action_row(action)->name, where.s);
    str_done(&where);
    return ERR_INVALID;
}

static enum err_code several(const char *word, const struct candidates *k, struct err *err)
{
    struct str names = STR_INIT;
    for (size_t i = 0; i < k->n && i < TOLD_MAX; i++)
        str_printf(&names, "%s%s", i ? ", " : "", k->list[i].text);
    err_set(err, ERR_INVALID, "%s: which one? %s%s", word, names.s, k->n > TOLD_MAX ? ", ..." : "");
    str_done(&names);
    return ERR_INVALID;
}

static enum err_code no_name(const char *word, bool set, unsigned context, struct err *err)
{
    const char *near = NULL;
    size_t least = SIZE_MAX;
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT && !set; a++) {
        if ((action_row(a)->contexts & context) && str_nearer(word, action_row(a)->name, &least))
            near = action_row(a)->name;
    }
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (str_nearer(word, option_row((enum option_id)id)->name, &least))
            near = option_row((enum option_id)id)->name;
    }
    return err_set(err, ERR_INVALID, "%s: no %s has this name%s%s%s", word, set ? "option" : "action or option",
                   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* The whole name that a word stands for; the caller frees it. */
static enum err_code whole_name(char **name, const char *word, bool set, unsigned context, struct err *err)
{
    struct candidates k = {0};
    enum err_code code = ERR_OK;
    *name = NULL;
    if (option_find(word) >= 0 || (!set && action_find(word) != ACTION_NONE)) {
        *name = xstrdup(word);
        return ERR_OK;
    }
    add_names(&k, word, false, set, context);
    sort(&k);
    if (k.n == 1 && !str_eq(k.list[0].text, SET))
        *name = xstrdup(k.list[0].text);
    else
        code = k.n > 1 ? several(word, &k, err) : no_name(word, set, context, err);
    candidates_done(&k);
    return code;
}

static enum err_code of_name(struct command *out, const char *name, const char *value, bool set,
                             unsigned context, struct err *err)
{
    enum action action = set ? ACTION_NONE : action_find(name);
    int option = option_find(name);
    if (action != ACTION_NONE && (!*value || option < 0)) {
        if (!(action_row(action)->contexts & context))
            return not_here(action, err);
        if (*value)
            return err_set(err, ERR_INVALID, "%s: is an action and takes no value", name);
        *out = (struct command){.kind = COMMAND_ACTION, .action = action};
        return ERR_OK;
    }
    out->kind = *value ? COMMAND_SET : COMMAND_SHOW;
    out->option = (enum option_id)option;
    snprintf(out->value, sizeof out->value, "%s", value);
    return ERR_OK;
}

/* Without blanks at its end. */
static char *value_of(const char *line, const struct parts *p)
{
    size_t n = strlen(line + p->value);
    while (n && strchr(BLANKS, line[p->value + n - 1]))
        n--;
    return xstrndup(line + p->value, n);
}

enum err_code command_parse(struct command *out, const char *line, unsigned context, struct err *err)
{
    struct parts p = cut_up(line);
    char *word = xstrndup(line + p.name, p.name_end - p.name), *value = value_of(line, &p), *name = NULL;
    enum err_code code = ERR_OK;
    *out = (struct command){0};
    if (*word || *value || p.set) {
        if ((!*word && p.set) || (str_eq(word, SET) && !*value && !p.set))
            code = err_set(err, ERR_INVALID, SET ": which option? " SET " NAME VALUE");
        else if (strlen(value) >= sizeof out->value)
            code = err_set(err, ERR_INVALID, "%s: the value is too long", word);
        else if (*value || p.set || !number(out, word)) {
            code = whole_name(&name, word, p.set, context, err);
            if (code == ERR_OK)
                code = of_name(out, name, value, p.set, context, err);
        }
    }
    free(name);
    free(value);
    free(word);
    return code;
}

/* --- candidates ------------------------------------------------------------------------------ */

static bool of_paths(enum option_id id)
{
    return option_row(id)->type == OPTION_PATH;
}

/* Values that begin with the word. */
static void add_values(struct candidates *k, const char *word)
{
    const char *values[OPTION_VALUES];
    size_t n = option_values(k->option, values);
    struct names themes = {0};
    if (k->option == OPTION_ID_theme)
        theme_names(&themes);
    for (size_t i = 0; i < n; i++) {
        if (str_starts(values[i], word))
            add(k, values[i], "");
    }
    for (size_t i = 0; i < themes.n; i++) {
        if (str_starts(themes.list[i], word))
            add(k, themes.list[i], "");
    }
    names_done(&themes);
}

/* The option whose value is being typed, or -1. An action of this name gives way. */
static int valued(const char *line, const struct parts *p)
{
    char *word = xstrndup(line + p->name, p->name_end - p->name);
    int id = p->value > p->name_end ? option_find(word) : -1;
    free(word);
    return id;
}

static void complete_value(struct candidates *out, const char *text, size_t from)
{
    out->value = true;
    out->from = from;
    out->path = of_paths(out->option);
    if (!out->path) {
        add_values(out, text + from);
        return;
    }
    const char *slash = strrchr(text + from, '/');
    size_t folder = slash ? (size_t)(slash + 1 - text) - from : 0;
    out->folder = xstrndup(text + from, folder);
    out->from = from + folder;
}

void command_complete(struct candidates *out, const char *line, size_t at, unsigned context)
{
    char *text = xstrndup(line, at);
    struct parts p = cut_up(text);
    int id = valued(text, &p);
    candidates_done(out);
    if (id >= 0) {
        out->option = (enum option_id)id;
        complete_value(out, text, p.value);
    } else if (p.value == p.name_end) { /* nothing follows the name */
        out->from = p.name;
        add_names(out, text + p.name, false, p.set, context);
        if (!out->n)
            add_names(out, text + p.name, true, p.set, context);
        sort(out);
    } else {
        out->from = at;
    }
    free(text);
}

void command_names(struct candidates *out, const char *line, size_t at, char *const *names, size_t n)
{
    char *word = xstrndup(line + out->from, at > out->from ? at - out->from : 0);
    for (size_t i = 0; i < n; i++) {
        if (str_starts(names[i], word) && (names[i][0] != '.' || *word == '.'))
            add(out, names[i], "");
    }
    sort(out);
    free(word);
}
