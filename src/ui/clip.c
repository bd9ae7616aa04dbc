/* Text for the clipboard.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/clip.h"

#include <stdint.h>
#include <string.h>

static void add_group(struct str *out, const unsigned char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
    for (size_t i = 0; i < 4; i++)
        str_add_c(out, i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=');
}

bool clip_sequence(struct str *out, const char *text)
{
    size_t n = strlen(text);
    if (n > CLIP_MAX)
        return false;
    str_add(out, "\033]52;c;");
    for (size_t i = 0; i < n; i += 3)
        add_group(out, (const unsigned char *)text + i, n - i < 3 ? n - i : 3);
    str_add(out, "\033\\");
    return true;
}
