/* "[section]" and "key = value" lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/ini.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

void ini_section(struct str *out, const char *name)
{
    str_printf(out, "%s[%s]\n", out->len ? "\n" : "", name);
}

/* Length of the UTF-8 sequence at p (no overlong forms, no surrogates), or 0. */
static int utf8_length(const unsigned char *p)
{
    int n = p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
               (p[0] == 0xf4 && p[1] > 0x8f);
    return bad ? 0 : n;
}

void ini_escape(struct str *out, const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p;) {
        int n = *p < 0x80 ? (*p >= ' ' && *p != 0x7f && *p != '\\') : utf8_length(p);
        if (n == 0)
            str_printf(out, "\\x%02x", *p);
        else
            str_add_n(out, p, (size_t)n);
        p += n ? n : 1;
    }
}

void ini_unescape(char *value)
{
    char *out = value;
    for (const char *p = value; *p; out++) {
        unsigned byte;
        if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &byte) == 1 && p[2] && p[3]) {
            *out = (char)byte;
            p += 4;
        } else {
            *out = *p++;
        }
    }
    *out = '\0';
}

void ini_put(struct str *out, const char *key, const char *value)
{
    str_printf(out, "%s = ", key);
    ini_escape(out, value ? value : "");
    str_add_c(out, '\n');
}

void ini_put_int(struct str *out, const char *key, int64_t v)
{
    str_printf(out, "%s = %" PRId64 "\n", key, v);
}

void ini_put_real(struct str *out, const char *key, double v)
{
    char text[NUM_TEXT];
    ini_put(out, key, num_real(text, v));
}

static enum err_code parse_line(char *line, char *section, size_t size, int number,
                                enum err_code (*each)(const char *, const char *, const char *, void *, struct err *),
                                void *user, struct err *err)
{
    size_t n = strlen(line);
    if (n == 0 || line[0] == '#')
        return ERR_OK;
    if (line[0] == '[' && line[n - 1] == ']' && n - 2 < size) {
        memcpy(section, line + 1, n - 2);
        section[n - 2] = '\0';
        return ERR_OK;
    }
    char *sep = strstr(line, " =");
    if (!sep)
        return err_set(err, ERR_FORMAT, "line %d: neither a section nor a value", number);
    *sep = '\0';
    char *value = sep + 2 + (sep[2] == ' ');
    ini_unescape(value);
    return each(section, line, value, user, err);
}

enum err_code ini_parse(const char *text, enum err_code (*each)(const char *section, const char *key, const char *value,
                                                               void *user, struct err *err),
                        void *user, struct err *err)
{
    char *copy = xstrdup(text), *rest = copy, *line, section[64] = "";
    enum err_code code = ERR_OK;
    for (int number = 1; code == ERR_OK && (line = strsep(&rest, "\n")); number++)
        code = parse_line(line, section, sizeof section, number, each, user, err);
    free(copy);
    return code;
}
