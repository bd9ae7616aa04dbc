/* The help text of a screen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/help.h"

#include <stdlib.h>

#include "base/mem.h"

static bool has_user_key(const struct keymap *map, enum action a)
{
    return map->of[a].n > 0 && map->of[a].user[0];
}

static void add_action(struct text_box *t, const struct keymap *map, enum action a)
{
    struct str keys = STR_INIT;
    char *words = xasprintf("%s (:%s)", action_row(a)->help, action_row(a)->name);
    keymap_names(&keys, map, a);
    text_box_add(t, has_user_key(map, a) ? ROLE_CHANGED : ROLE_STRONG, keys.s ? keys.s : "-", words);
    free(words);
    str_done(&keys);
}

/* Those of every screen, or those of only some. Returns whether a key is the user's. */
static bool add_actions(struct text_box *t, const struct keymap *map, unsigned context, bool every)
{
    bool user = false;
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        unsigned contexts = action_row(a)->contexts;
        if (!(contexts & context) || (contexts == CONTEXT_SCREENS) != every)
            continue;
        add_action(t, map, a);
        user = user || has_user_key(map, a);
    }
    return user;
}

void help_keys(struct text_box *t, const struct keymap *map, unsigned context, const char *name)
{
    text_box_add(t, ROLE_TITLE, "", name);
    bool user = add_actions(t, map, context, false);
    text_box_add(t, ROLE_TEXT, "", "");
    text_box_add(t, ROLE_TITLE, "", "Every screen");
    user = add_actions(t, map, context, true) || user;
    text_box_add(t, ROLE_TEXT, "", "");
    if (user)
        text_box_add(t, ROLE_CHANGED, "", KEYMAP_MARK " is a key that the config file binds");
}
