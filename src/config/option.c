/* The option list: rows, values, text forms.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "config/option.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static const struct option_row rows[OPTION_COUNT] = {
#define OPT_BOOL(id, ...) [OPTION_ID_##id] = {.type = OPTION_BOOL, __VA_ARGS__},
#define OPT_INT(id, ...) [OPTION_ID_##id] = {.type = OPTION_INT, __VA_ARGS__},
#define OPT_REAL(id, ...) [OPTION_ID_##id] = {.type = OPTION_REAL, __VA_ARGS__},
#define OPT_CHOICE(id, ...) [OPTION_ID_##id] = {.type = OPTION_CHOICE, __VA_ARGS__},
#define OPT_PATH(id, ...) [OPTION_ID_##id] = {.type = OPTION_PATH, __VA_ARGS__},
#define OPT_TEXT(id, ...) [OPTION_ID_##id] = {.type = OPTION_TEXT, __VA_ARGS__},
#include "config/options.def"
#undef OPT_BOOL
#undef OPT_INT
#undef OPT_REAL
#undef OPT_CHOICE
#undef OPT_PATH
#undef OPT_TEXT
};

/* Where the value of a row lies in struct options. */
static const size_t offsets[OPTION_COUNT] = {
#define OPT_BOOL(id, ...) [OPTION_ID_##id] = offsetof(struct options, id),
#define OPT_INT OPT_BOOL
#define OPT_REAL OPT_BOOL
#define OPT_CHOICE OPT_BOOL
#define OPT_PATH OPT_BOOL
#define OPT_TEXT OPT_BOOL
#include "config/options.def"
#undef OPT_BOOL
#undef OPT_INT
#undef OPT_REAL
#undef OPT_CHOICE
#undef OPT_PATH
#undef OPT_TEXT
};

const struct option_row *option_row(enum option_id id)
{
    assert((unsigned)id < OPTION_COUNT);
    return &rows[id];
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if (*a != *b && !(*a == '-' && *b == '_'))
            return false;
    }
    return *a == *b;
}

int option_find(const char *name)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (same_name(rows[id].name, name))
            return id;
    }
    return -1;
}

const char *option_suggest(const char *name)
{
    const char *found = NULL;
    size_t least = SIZE_MAX;
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (str_nearer(name, rows[id].name, &least))
            found = rows[id].name;
    }
    return found;
}

void option_range(char *out, size_t size, const struct option_row *row)
{
    char low[NUM_TEXT], high[NUM_TEXT];
    *out = '\0';
    if (row->type == OPTION_INT && row->max_int < INT64_MAX)
        snprintf(out, size, "%lld to %lld%s%s", (long long)row->min_int, (long long)row->max_int,
                 row->unit ? " " : "", row->unit ? row->unit : "");
    else if (row->type == OPTION_INT)
        snprintf(out, size, "%lld or more", (long long)row->min_int);
    else if (row->type == OPTION_REAL)
        snprintf(out, size, "%s to %s", num_real(low, row->min_real),
                 num_real(high, row->max_real));
}

const char *option_source_name(enum option_source source)
{
    static const char *const names[] = {
        [SOURCE_DEFAULT] = "default",         [SOURCE_FILE] = "config file",
        [SOURCE_ENVIRONMENT] = "environment", [SOURCE_COMMAND_LINE] = "command line",
        [SOURCE_SCREEN] = "screen",           [SOURCE_DEMO] = "demo",
        [SOURCE_RUN] = "run",
    };
    assert((unsigned)source < sizeof names / sizeof *names);
    return names[source];
}

static void *value_at(struct options *o, enum option_id id)
{
    return (char *)o + offsets[id];
}

static const void *value_of(const struct options *o, enum option_id id)
{
    return (const char *)o + offsets[id];
}

static int find_choice(const struct option_row *row, const char *text)
{
    for (int i = 0; row->choices[i]; i++) {
        if (str_eq(row->choices[i], text))
            return i;
    }
    return -1;
}

void option_unset(struct options *o, enum option_id id)
{
    const struct option_row *row = option_row(id);
    void *value = value_at(o, id);
    switch (row->type) {
    case OPTION_BOOL:
        *(bool *)value = row->def_int != 0;
        break;
    case OPTION_INT:
        *(int64_t *)value = row->def_int;
        break;
    case OPTION_REAL:
        *(double *)value = row->def_real;
        break;
    case OPTION_CHOICE:
        *(int *)value = find_choice(row, row->def_text);
        break;
    case OPTION_PATH:
    case OPTION_TEXT:
        snprintf(value, OPTION_TEXT_MAX, "%s", row->def_text);
        break;
    }
    o->source[id] = SOURCE_DEFAULT;
}

void options_default(struct options *o)
{
    memset(o, 0, sizeof *o);
    for (int id = 0; id < OPTION_COUNT; id++)
        option_unset(o, (enum option_id)id);
}

void options_forget(struct options *o, enum option_source source)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (o->source[id] == source)
            option_unset(o, (enum option_id)id);
    }
}

bool option_is_set(const struct options *o, enum option_id id)
{
    return o->source[id] != SOURCE_DEFAULT;
}

/* --- text to value: one function a type ------------------------------------------------------- */

static enum err_code set_bool(bool *value, const struct option_row *row, const char *text,
                              struct err *err)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(words[i], text)) {
            *value = i % 2;
            return ERR_OK;
        }
    }
    return err_set(err, ERR_INVALID, "%s: \"%s\" is neither on nor off", row->name, text);
}

/* What numbers there are, behind an error. */
static enum err_code hint_range(struct err *err, const struct option_row *row)
{
    char range[96];
    option_range(range, sizeof range, row);
    err_hint(err, "possible: %s", range);
    return ERR_INVALID;
}

static enum err_code set_int(int64_t *value, const struct option_row *row, const char *text,
                             struct err *err)
{
    int64_t v;
    if (!num_parse_int(text, &v))
        err_set(err, ERR_INVALID, "%s: \"%s\" is not a whole number", row->name, text);
    else if (v < row->min_int)
        err_set(err, ERR_INVALID, "%s: %" PRId64 " is below %" PRId64, row->name, v, row->min_int);
    else if (v > row->max_int)
        err_set(err, ERR_INVALID, "%s: %" PRId64 " is above %" PRId64, row->name, v, row->max_int);
    else {
        *value = v;
        return ERR_OK;
    }
    return hint_range(err, row);
}

static enum err_code set_real(double *value, const struct option_row *row, const char *text,
                              bool prompt, struct err *err)
{
    double v;
    char bound[NUM_TEXT];
    if (!(prompt ? num_parse_real_typed : num_parse_real)(text, &v) || isnan(v))
        err_set(err, ERR_INVALID, "%s: \"%s\" is not a number", row->name, text);
    else if (v < row->min_real)
        err_set(err, ERR_INVALID, "%s: %s is below %s", row->name, text,
                num_real(bound, row->min_real));
    else if (v > row->max_real)
        err_set(err, ERR_INVALID, "%s: %s is above %s", row->name, text,
                num_real(bound, row->max_real));
    else {
        *value = v;
        return ERR_OK;
    }
    return hint_range(err, row);
}

static enum err_code set_choice(int *value, const struct option_row *row, const char *text,
                                struct err *err)
{
    int found = find_choice(row, text);
    if (found >= 0) {
        *value = found;
        return ERR_OK;
    }
    const char *near = NULL;
    size_t least = SIZE_MAX;
    struct str all = STR_INIT;
    for (int i = 0; row->choices[i]; i++) {
        if (str_nearer(text, row->choices[i], &least))
            near = row->choices[i];
        str_printf(&all, "%s%s", i ? ", " : "", row->choices[i]);
    }
    err_choice(err, ERR_INVALID, row->name, text, near);
    if (err)
        err_hint(err, "choices: %s", all.s);
    str_done(&all);
    return ERR_INVALID;
}

static enum err_code set_text(char *value, const struct option_row *row, const char *text,
                              struct err *err)
{
    if (strlen(text) >= OPTION_TEXT_MAX)
        return err_set(err, ERR_INVALID, "%s: longer than %d bytes", row->name,
                       OPTION_TEXT_MAX - 1);
    if (!*text && *row->def_text)
        return err_set(err, ERR_INVALID, "%s: empty", row->name);
    if (row->check && *text) {
        enum err_code code = row->check(text, err);
        if (code != ERR_OK)
            return code;
    }
    memmove(value, text, strlen(text) + 1);
    return ERR_OK;
}

/* "auto" is the preset's value, unless it is a choice of its own. */
static bool means_default(const struct option_row *row, const char *text)
{
    bool own = row->type == OPTION_CHOICE && find_choice(row, "auto") >= 0;
    return row->automatic && (str_eq(text, "default") || (!own && str_eq(text, "auto")));
}

enum err_code option_set(struct options *o, enum option_id id, const char *text,
                         enum option_source source, struct err *err)
{
    const struct option_row *row = option_row(id);
    void *value = value_at(o, id);
    bool prompt = source == SOURCE_SCREEN; /* a command line may come from a script, where 1,5 is a slip or a list */
    enum err_code code = ERR_OK;
    if (means_default(row, text)) {
        option_unset(o, id);
        return ERR_OK;
    }
    switch (row->type) {
    case OPTION_BOOL:
        code = set_bool(value, row, text, err);
        break;
    case OPTION_INT:
        code = set_int(value, row, text, err);
        break;
    case OPTION_REAL:
        code = set_real(value, row, text, prompt, err);
        break;
    case OPTION_CHOICE:
        code = set_choice(value, row, text, err);
        break;
    case OPTION_PATH:
    case OPTION_TEXT:
        code = set_text(value, row, text, err);
        break;
    }
    if (code == ERR_OK)
        o->source[id] = (uint8_t)source;
    return code;
}

void option_set_if_unset(struct options *o, enum option_id id, const char *text, enum option_source source)
{
    if (!option_is_set(o, id))
        option_set(o, id, text, source, NULL);
}

/* --- value to text ---------------------------------------------------------------------------- */

void option_get(struct str *out, const struct options *o, enum option_id id)
{
    const struct option_row *row = option_row(id);
    const void *value = value_of(o, id);
    char number[NUM_TEXT];
    if (row->automatic && !option_is_set(o, id)) {
        str_add(out, means_default(row, "auto") ? "auto" : "default");
        return;
    }
    switch (row->type) {
    case OPTION_BOOL:
        str_add(out, *(const bool *)value ? "on" : "off");
        break;
    case OPTION_INT:
        str_printf(out, "%" PRId64, *(const int64_t *)value);
        break;
    case OPTION_REAL:
        str_add(out, num_exact(number, *(const double *)value));
        break;
    case OPTION_CHOICE:
        str_add(out, row->choices[*(const int *)value]);
        break;
    case OPTION_PATH:
    case OPTION_TEXT:
        str_add(out, value);
        break;
    }
}

/* Quoted when plain text would not read back: blanks at the ends, a quote in front, control bytes,
 * nothing at all. */
static void add_value(struct str *out, const char *text)
{
    size_t n = strlen(text);
    bool plain = n && text[0] != '"' && text[0] != ' ' && text[n - 1] != ' ';
    for (size_t i = 0; i < n && plain; i++)
        plain = (unsigned char)text[i] >= ' ';
    if (plain) {
        str_add(out, text);
        return;
    }
    str_add_c(out, '"');
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < ' ')
            str_printf(out, "\\x%02x", (unsigned)*p);
        else
            str_printf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    }
    str_add_c(out, '"');
}

void options_write(struct str *out, const struct options *o, unsigned scopes, bool all)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (!(scopes >> rows[id].scope & 1) || !(all || option_is_set(o, (enum option_id)id)))
            continue;
        struct str value = STR_INIT;
        option_get(&value, o, (enum option_id)id);
        str_printf(out, "%s = ", rows[id].name);
        add_value(out, value.s ? value.s : "");
        str_add_c(out, '\n');
        str_done(&value);
    }
}

/* --- checks of rows --------------------------------------------------------------------------- */

/* One number of an epochs list, up to the comma or the end. */
static const char *epochs_item(const char *p, int *epochs)
{
    char *end;
    if (*p < '0' || *p > '9')
        return NULL;
    long v = strtol(p, &end, 10);
    *epochs = v < 1 || v > 100000 ? 0 : (int)v;
    return *end == ',' || !*end ? end : NULL;
}

enum err_code option_check_epochs(const char *text, struct err *err)
{
    int n = 0, epochs = 0;
    for (const char *p = text;; p++, n++) {
        p = epochs_item(p, &epochs);
        if (!p)
            return err_set(err, ERR_INVALID,
                           "epochs: \"%s\" is not a number, nor numbers with commas between", text);
        if (!epochs)
            return err_set(err, ERR_INVALID, "epochs: \"%s\" has a number outside 1 to 100000",
                           text);
        if (!*p)
            break;
    }
    return n < 8 ? ERR_OK
                 : err_set(err, ERR_INVALID, "epochs: \"%s\" has more than 8 numbers", text);
}

int option_epochs(const char *text, int *epochs, int max)
{
    int n = 0;
    for (const char *p = text; *p && n < max; n++) {
        p = epochs_item(p, &epochs[n]);
        if (!p)
            break;
        p += *p == ',';
    }
    return n;
}

enum err_code option_check_device(const char *text, struct err *err)
{
    uint64_t index;
    if (str_eq(text, "auto") || str_eq(text, "cpu") || str_eq(text, "cuda"))
        return ERR_OK;
    if (str_starts(text, "cuda:") && num_parse_uint(text + 5, &index) && index < 128)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "device: \"%s\" is none of auto, cpu, cuda and cuda:N", text);
}

enum err_code option_check_block(const char *text, struct err *err)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    if (!text[n] && n < 24)
        return ERR_OK;
    err_set(err, ERR_INVALID, "train-from: \"%s\" is no name of a block", text);
    err_hint(err, "blocks are named as in Setup's ladder: stem, layer4.0, head");
    return ERR_INVALID;
}

enum err_code option_check_cell(const char *text, struct err *err)
{
    unsigned w, h;
    int end = 0;
    if (str_eq(text, "auto"))
        return ERR_OK;
    if (sscanf(text, "%3ux%3u%n", &w, &h, &end) == 2 && !text[end] && w >= 2 && w <= 200 &&
        h >= 2 && h <= 200)
        return ERR_OK;
    return err_set(err, ERR_INVALID,
                   "cell: \"%s\" is neither auto nor a width and a height such as 10x20", text);
}
