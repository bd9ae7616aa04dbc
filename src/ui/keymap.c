/* Which key does what.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/keymap.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void add_key(struct keymap *map, enum action action, int at, struct key key, bool user)
{
    int n = map->of[action].n++;
    memmove(&map->of[action].keys[at + 1], &map->of[action].keys[at],
            (size_t)(n - at) * sizeof(struct key));
    memmove(&map->of[action].user[at + 1], &map->of[action].user[at],
            (size_t)(n - at) * sizeof(bool));
    map->of[action].keys[at] = key;
    map->of[action].user[at] = user;
}

/* Behind the user's other ones, before the defaults. */
static int user_keys(const struct keymap *map, enum action action)
{
    int n = 0;
    while (n < map->of[action].n && map->of[action].user[n])
        n++;
    return n;
}

void keymap_default(struct keymap *map)
{
    *map = (struct keymap){0};
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        for (int i = 0; i < 2; i++) {
            struct key key;
            const char *name = action_row(a)->keys[i];
            bool good = name && key_parse(name, &key);
            assert(good == (name != NULL));
            if (good)
                add_key(map, a, map->of[a].n, key, false);
        }
    }
}

static int key_index(const struct keymap *map, enum action a, struct key key)
{
    for (int i = 0; i < map->of[a].n; i++) {
        if (key_same(map->of[a].keys[i], key))
            return i;
    }
    return -1;
}

static void remove_key(struct keymap *map, enum action a, int i)
{
    int n = --map->of[a].n;
    memmove(&map->of[a].keys[i], &map->of[a].keys[i + 1], (size_t)(n - i) * sizeof(struct key));
    memmove(&map->of[a].user[i], &map->of[a].user[i + 1], (size_t)(n - i) * sizeof(bool));
}

/* Frees the key for an action: defaults give way, other bind lines do not. */
static enum err_code take_key(struct keymap *map, enum action action, const char *name,
                              struct key key, struct err *err)
{
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        int i = key_index(map, a, key);
        if (i < 0 || !(action_row(a)->contexts & action_row(action)->contexts))
            continue;
        if (map->of[a].user[i] && a != action)
            return err_set(err, ERR_INVALID, "bind %s: bound to %s and to %s", name,
                           action_row(a)->name, action_row(action)->name);
        remove_key(map, a, i);
    }
    return ERR_OK;
}

enum err_code keymap_bind(struct keymap *map, const char *line, struct err *err)
{
    char key_text[32], name[64], rest[2];
    struct key key;
    int skip = 0;
    if (sscanf(line, " bind%*[ \t]%n", &skip) == 0 && skip > 0)
        line += skip;
    if (sscanf(line, "%31s %63s %1s", key_text, name, rest) != 2)
        return err_set(err, ERR_INVALID, "bind: expected bind KEY ACTION");
    enum action action = action_find(name);
    if (!key_parse(key_text, &key))
        return err_set(err, ERR_INVALID, "bind %s: unknown key", key_text);
    if (action == ACTION_NONE)
        return err_set(err, ERR_INVALID, "bind %s: unknown action %s", key_text, name);
    if (map->of[action].n == KEYMAP_KEYS && key_index(map, action, key) < 0)
        return err_set(err, ERR_INVALID, "bind %s: %s has %d keys already", key_text, name,
                       KEYMAP_KEYS);
    enum err_code code = take_key(map, action, key_text, key, err);
    if (code != ERR_OK)
        return code;
    add_key(map, action, user_keys(map, action), key, true);
    return ERR_OK;
}

enum action keymap_find(const struct keymap *map, unsigned context, struct key key)
{
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        if ((action_row(a)->contexts & context) && key_index(map, a, key) >= 0)
            return a;
    }
    return ACTION_NONE;
}

void keymap_names(struct str *out, const struct keymap *map, enum action action)
{
    for (int i = 0; i < map->of[action].n; i++) {
        str_add(out, i ? ", " : "");
        str_add(out, map->of[action].user[i] ? KEYMAP_MARK : "");
        key_write(out, map->of[action].keys[i]);
    }
}

bool keymap_conflict(const struct keymap *map, enum action *a, enum action *b)
{
    for (*a = ACTION_NONE + 1; *a < ACTION_COUNT; (*a)++) {
        for (*b = *a + 1; *b < ACTION_COUNT; (*b)++) {
            if (!(action_row(*a)->contexts & action_row(*b)->contexts))
                continue;
            for (int i = 0; i < map->of[*a].n; i++) {
                if (key_index(map, *b, map->of[*a].keys[i]) >= 0)
                    return true;
            }
        }
    }
    return false;
}

void contexts_names(struct str *out, unsigned contexts)
{
    static const char *const names[] = {"Data", "Samples", "Setup", "Train", "Runs", "Results"};
    bool first = true;
    if ((contexts & CONTEXT_SCREENS) == CONTEXT_SCREENS) {
        str_add(out, "every screen");
        return;
    }
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (contexts & 1u << i) {
            str_printf(out, "%s%s", first ? "" : ", ", names[i]);
            first = false;
        }
    }
}

void actions_manual(struct str *out)
{
    struct keymap map;
    keymap_default(&map);
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        const struct action_row *row = action_row(a);
        str_printf(out, ".TP\n.B %s\n(", row->name);
        keymap_names(out, &map, a);
        str_add(out, "; ");
        contexts_names(out, row->contexts);
        str_printf(out, ") %s\n", row->help);
    }
}
