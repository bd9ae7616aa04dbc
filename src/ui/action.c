/* Actions: the table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/action.h"

#include <assert.h>

#include "base/str.h"

static const struct action_row rows[ACTION_COUNT] = {
#define ACTION(id, text, where, bar, sentence, key1, key2)                                         \
    [ACTION_##id] = {                                                                              \
        .name = text, .keys = {key1, key2}, .contexts = where, .label = bar, .help = sentence},
#include "ui/actions.def"
#undef ACTION
};

const struct action_row *action_row(enum action action)
{
    assert(action > ACTION_NONE && action < ACTION_COUNT);
    return &rows[action];
}

bool action_moves(enum action action)
{
    return action >= ACTION_UP && action <= ACTION_END;
}

enum action action_find(const char *name)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (str_eq(rows[i].name, name))
            return (enum action)i;
    }
    return ACTION_NONE;
}
