/* Calling somebody who looks elsewhere.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/attention.h"

const char attention_title_back[] = "\033[23;0t";

bool attention_sets_title(enum attention how, bool osc)
{
    return osc && (how == ATTENTION_TITLE || how == ATTENTION_ALL);
}

/* Printable text; a semicolon would begin another field of OSC 777. */
static void add_plain(struct str *out, const char *text)
{
    struct str safe = STR_INIT;
    str_add_safe(&safe, text);
    for (const char *p = safe.s ? safe.s : ""; *p; p++)
        str_add_c(out, *p == ';' ? ',' : *p);
    str_done(&safe);
}

void attention_sequence(struct str *out, enum attention how, bool osc, const char *text)
{
    bool all = how == ATTENTION_ALL;
    if (how == ATTENTION_OFF)
        return;
    if (attention_sets_title(how, osc)) {
        str_add(out, "\033[22;0t\033]0;flowerlab: ");
        add_plain(out, text);
        str_add(out, "\033\\");
    }
    if (osc && (all || how == ATTENTION_DESKTOP)) {
        str_add(out, "\033]9;flowerlab: ");
        add_plain(out, text);
        str_add(out, "\033\\\033]777;notify;flowerlab;");
        add_plain(out, text);
        str_add(out, "\033\\");
    }
    if (all || how == ATTENTION_BELL || !osc)
        str_add_c(out, '\a');
}
