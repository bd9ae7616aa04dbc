/* JSON lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/num.h"

cJSON *json_event(const char *event)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "event", event);
    return object;
}

/* Length of the well-formed UTF-8 sequence at s (Unicode 15, table 3-7), or 0. */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
    unsigned low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    unsigned high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
    if (s[0] > 0xf4 || !n || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return n;
}

void json_text(cJSON *object, const char *key, const char *bytes)
{
    struct str raw = STR_INIT;
    str_add_c(&raw, '"');
    for (const unsigned char *p = (const unsigned char *)bytes; *p;) {
        size_t n = utf8_length(p);
        if (!n)
            str_printf(&raw, "\\udc%02x", *p);
        else if (*p < ' ' || *p == 0x7f)
            str_printf(&raw, "\\u%04x", *p);
        else if (*p == '"' || *p == '\\')
            str_printf(&raw, "\\%c", *p);
        else
            str_add_n(&raw, p, n);
        p += n ? n : 1;
    }
    str_add_c(&raw, '"');
    cJSON_AddRawToObject(object, key, raw.s);
    str_done(&raw);
}

void json_real(cJSON *object, const char *key, double v)
{
    char number[NUM_TEXT];
    cJSON_AddRawToObject(object, key, isfinite(v) ? num_real(number, v) : "null");
}

void json_int(cJSON *object, const char *key, int64_t v)
{
    char number[NUM_TEXT];
    snprintf(number, sizeof number, "%" PRId64, v);
    cJSON_AddRawToObject(object, key, number);
}

void json_bool(cJSON *object, const char *key, bool v)
{
    cJSON_AddBoolToObject(object, key, v);
}

void json_line(struct output *out, cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    if (text) {
        struct str line = STR_INIT;
        str_printf(&line, "%s\n", text);
        output_write(out, line.s, line.len); /* one write: lines stay whole */
        str_done(&line);
    }
    cJSON_free(text);
    cJSON_Delete(object);
}
