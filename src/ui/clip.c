/* Text for the clipboard.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/clip.h"

#include <string.h>

bool clip_sequence(struct str *out, const char *text)
{
    size_t n = strlen(text);
    if (n > CLIP_MAX)
        return false;
    str_add(out, "\033]52;c;");
    str_add_base64(out, text, n);
    str_add(out, "\033\\");
    return true;
}
