/* The action table, keys and bind lines. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <string.h>

#include "ui/keymap.h"

static void rows_are_complete(void **state)
{
    (void)state;
    unsigned with_actions = 0;
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        const struct action_row *row = action_row(a);
        assert_true(row->help && strlen(row->help) > 1);
        assert_true(row->contexts != 0);
        assert_int_equal(action_find(row->name), a); /* also: names differ */
        for (int i = 0; i < 2; i++) {
            struct key key;
            if (row->keys[i] && !key_parse(row->keys[i], &key)) {
                print_message("# %s: key %s\n", row->name, row->keys[i]);
                fail();
            }
        }
        if (row->contexts != CONTEXT_SCREENS)
            with_actions |= row->contexts;
    }
    assert_int_equal(with_actions &
                         (CONTEXT_DATA | CONTEXT_SAMPLES | CONTEXT_SETUP | CONTEXT_TRAIN),
                     CONTEXT_DATA | CONTEXT_SAMPLES | CONTEXT_SETUP | CONTEXT_TRAIN);
    assert_int_equal(action_find("no-such"), ACTION_NONE);
}

static void defaults_do_not_conflict(void **state)
{
    (void)state;
    struct keymap map;
    enum action a, b;
    keymap_default(&map);
    bool conflict = keymap_conflict(&map, &a, &b);
    if (conflict)
        print_message("# %s and %s share a key\n", action_row(a)->name, action_row(b)->name);
    assert_false(conflict);
    map.of[ACTION_QUIT].keys[0] = map.of[ACTION_HELP].keys[0]; /* and the check finds one */
    assert_true(keymap_conflict(&map, &a, &b));
    assert_int_equal(a, ACTION_HELP);
    assert_int_equal(b, ACTION_QUIT);
}

static enum action find(const struct keymap *map, unsigned context, const char *name)
{
    struct key key;
    assert_true(key_parse(name, &key));
    return keymap_find(map, context, key);
}

static void keys_depend_on_the_screen(void **state)
{
    (void)state;
    struct keymap map;
    keymap_default(&map);
    assert_int_equal(find(&map, CONTEXT_DATA, "p"), ACTION_PROBLEMS);
    assert_int_equal(find(&map, CONTEXT_TRAIN, "p"), ACTION_PAUSE);
    assert_int_equal(find(&map, CONTEXT_SETUP, "p"), ACTION_NONE);
    assert_int_equal(find(&map, CONTEXT_TRAIN, "C-c"), ACTION_QUIT);
}

static void bind_lines(void **state)
{
    (void)state;
    struct keymap map;
    struct err err;
    struct str s = STR_INIT;
    keymap_default(&map);
    assert_int_equal(keymap_bind(&map, "bind F5 rescan", &err), ERR_OK);
    assert_int_equal(find(&map, CONTEXT_DATA, "F5"), ACTION_RESCAN);
    assert_int_equal(find(&map, CONTEXT_DATA, "R"), ACTION_RESCAN);
    assert_int_equal(keymap_bind(&map, "bind F6 rescan", &err), ERR_OK);
    keymap_names(&s, &map, ACTION_RESCAN);
    assert_string_equal(s.s, "*F5, *F6, R"); /* the user's are shown first */
    str_clear(&s);
    assert_int_equal(keymap_bind(&map, "q help", &err), ERR_OK); /* a default gives way */
    assert_int_equal(find(&map, CONTEXT_DATA, "q"), ACTION_HELP);
    assert_int_equal(find(&map, CONTEXT_DATA, "C-c"), ACTION_QUIT);
    keymap_names(&s, &map, ACTION_QUIT);
    assert_string_equal(s.s, "C-c");
    str_done(&s);
    static const struct {
        const char *line, *message;
    } wrong[] = {
        {"bind q repaint", "bind q: bound to help and to repaint"},
        {"bind Hyper-x help", "bind Hyper-x: unknown key"},
        {"bind x halp", "bind x: unknown action halp"},
        {"bind x", "bind: expected bind KEY ACTION"},
        {"bind C-i help", "bind C-i: unknown key"},
        {"bind M-[ help", "bind M-[: unknown key"},
        {"bind x help now", "bind: expected bind KEY ACTION"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(keymap_bind(&map, wrong[i].line, &err), ERR_INVALID);
        assert_string_equal(err.message, wrong[i].message);
    }
    assert_int_equal(keymap_bind(&map, "bind Z help", &err), ERR_OK);
    while (map.of[ACTION_HELP].n < KEYMAP_KEYS)
        map.of[ACTION_HELP].n++;
    struct keymap before = map;
    assert_int_equal(keymap_bind(&map, "bind F3 help", &err), ERR_INVALID); /* too many: nobody loses the key */
    assert_memory_equal(&before, &map, sizeof map);
}

static void manual_has_every_action(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    actions_manual(&s);
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        struct str line = STR_INIT;
        str_printf(&line, ".B %s\n", action_row(a)->name);
        assert_non_null(strstr(s.s, line.s));
        str_done(&line);
    }
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),         cmocka_unit_test(defaults_do_not_conflict),
        cmocka_unit_test(keys_depend_on_the_screen), cmocka_unit_test(bind_lines),
        cmocka_unit_test(manual_has_every_action),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
