/* The config file: lines of "name = value".
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "config/option.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"

#define RCFILE_LIMIT 1048576

/* Not isspace: what is blank must not depend on the locale. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char *trim(char *s)
{
    while (is_blank(*s))
        s++;
    size_t n = strlen(s);
    while (n && is_blank(s[n - 1]))
        n--;
    s[n] = '\0';
    return s;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "..." in place, with the escapes \\ \" \n \t \xNN; false when it is not well formed. */
static bool unquote(char *s)
{
    char *out = s, *p = s + 1;
    for (; *p && *p != '"'; p++) {
        if (*p != '\\') {
            *out++ = *p;
            continue;
        }
        p++;
        if (*p == 'x' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
            int byte = hex_digit(p[1]) * 16 + hex_digit(p[2]);
            if (!byte)
                return false;
            *out++ = (char)byte;
            p += 2;
        } else if (*p == 'n' || *p == 't') {
            *out++ = *p == 'n' ? '\n' : '\t';
        } else if (*p == '\\' || *p == '"') {
            *out++ = *p;
        } else {
            return false;
        }
    }
    bool ended = p[0] == '"' && !p[1];
    *out = '\0';
    return ended;
}

static enum err_code unknown_name(const char *name, struct err *err)
{
    const char *near = option_suggest(name);
    return err_set(err, ERR_INVALID, "unknown option \"%s\"%s%s%s", name,
                   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static enum err_code parse_line(struct options *o, char *line, enum option_source source,
                                struct err *err)
{
    char *equals = strchr(line, '=');
    if (!equals)
        return err_set(err, ERR_INVALID, "\"%s\" is not of the form \"name = value\"", line);
    *equals = '\0';
    char *name = trim(line), *value = trim(equals + 1);
    int id = option_find(name);
    if (id < 0)
        return unknown_name(name, err);
    if (*value == '"' && !unquote(value))
        return err_set(err, ERR_INVALID, "%s: the quoted text is not well formed", name);
    return option_set(o, (enum option_id)id, value, source, err);
}

enum err_code rcfile_parse(struct options *o, const char *name, const char *text,
                           enum option_source source,
                           void (*other)(const char *line, int number, void *user),
                           void (*report)(const struct err *err, void *user), void *user)
{
    enum err_code result = ERR_OK;
    char *copy = xstrdup(text), *rest = copy;
    for (int number = 1; rest; number++) {
        struct err err = {0};
        char *line = trim(strsep(&rest, "\n"));
        if (!*line || *line == '#')
            continue;
        if (str_starts(line, "bind ")) {
            if (other)
                other(line, number, user);
        } else if (parse_line(o, line, source, &err) != ERR_OK) {
            result = ERR_INVALID;
            err_prefix(&err, "%s:%d", name, number);
            if (report)
                report(&err, user);
        }
    }
    free(copy);
    return result;
}

enum err_code rcfile_read(struct options *o, const char *path, enum option_source source,
                          void (*other)(const char *line, int number, void *user),
                          void (*report)(const struct err *err, void *user), void *user,
                          struct err *err)
{
    char *text;
    size_t n;
    enum err_code code = file_read(path, RCFILE_LIMIT, &text, &n, err);
    if (code != ERR_OK)
        return code;
    rcfile_parse(o, path, text, source, other, report, user);
    free(text);
    return ERR_OK;
}

int rcfile_line(const char *path, const struct option_row *row)
{
    char *text, *rest;
    size_t n;
    int found = 0;
    if (file_read(path, RCFILE_LIMIT, &text, &n, NULL) != ERR_OK)
        return 0;
    rest = text;
    for (int number = 1; rest; number++) {
        char *line = trim(strsep(&rest, "\n")), *equals = strchr(line, '=');
        if (!equals || *line == '#')
            continue;
        *equals = '\0';
        int id = option_find(trim(line));
        if (id >= 0 && option_row((enum option_id)id) == row)
            found = number;
    }
    free(text);
    return found;
}

char *rcfile_path(void)
{
    char *folder = path_home(PATH_CONFIG), *path = path_join(folder, "config");
    free(folder);
    return path;
}
