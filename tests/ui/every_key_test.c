/* Every key that is listed, pressed on every screen of the program, on a pseudo terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ui/action.h"
#include "ui/flowers.h"
#include "ui/keys.h"

/* The bytes that a key sends; false: the test leaves it alone. */
static bool bytes_of(const char *name, char out[16])
{
    static const struct {
        const char *name, *bytes;
    } table[] = {{"Enter", "\r"},       {"Esc", "\033"},      {"Tab", "\t"},        {"Space", " "},
                 {"Up", "\033[A"},      {"Down", "\033[B"},   {"Right", "\033[C"},  {"Left", "\033[D"},
                 {"Home", "\033[H"},    {"End", "\033[F"},    {"PgUp", "\033[5~"},  {"PgDn", "\033[6~"},
                 {"Del", "\033[3~"},    {"F1", "\033OP"},     {"F2", "\033OQ"},     {"F3", "\033OR"}};
    struct key key;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (str_eq(table[i].name, name)) {
            snprintf(out, 16, "%s", table[i].bytes);
            return true;
        }
    }
    if (!key_parse(name, &key) || key.code > K_CTRL || key.ch > 0x7e)
        return false;
    snprintf(out, 16, "%c", (int)(key.code == K_CTRL ? key.ch & 0x1f : key.ch));
    return true;
}

static bool has_written(struct pty *p, void *user)
{
    return p->n_bytes != *(size_t *)user;
}

/* Presses a key and waits until something is written: that is what differs on the screen, if only in
 * colour. */
static void press(struct pty *p, const char *bytes, const char *what)
{
    while (pty_pump(p, 15)) /* pictures come by themselves */
        ;
    size_t before = p->n_bytes;
    pty_send(p, bytes);
    if (!pty_wait(p, has_written, &before))
        fail_msg("%s: nothing changes, and nothing is said", what);
}

/* A label of the key bar that only this screen has. */
static const char *const labels[] = {"scan again", "draw again", "explain", "pause", "mark", "rates"};

/* The key bar is this screen's from end to end: half written, it would show the label of another, too. */
static bool is_at(struct pty *p, void *screen)
{
    char *all = pty_screen(p);
    all[strlen(all) - 1] = '\0';
    char *bar = strrchr(all, '\n');
    bool at = bar != NULL;
    for (int i = 0; i < 6 && bar; i++)
        at = at && (strstr(bar, labels[i]) != NULL) == (i == *(int *)screen);
    free(all);
    return at;
}

#define NO_KEY "F12 is no key here"

/* Every key takes what was said before off the screen. */
static bool has_come(struct pty *p, void *screen)
{
    return is_at(p, screen) && !pty_has(p, NO_KEY);
}

/* Back to the screen itself, without a message of before: Esc closes what is open, and what is said of
 * a key that nobody has tells that all before it is done. */
static void come_back(struct pty *p, int screen)
{
    char digits[3] = {screen ? '1' : '2', (char)('1' + screen), '\0'};
    pty_send(p, "\033\033[24~");
    assert_true(pty_wait_text(p, NO_KEY));
    pty_send(p, digits);
    assert_true(pty_wait(p, has_come, &screen));
}

/* Not pressed here: quit, the leap out of the program; runs, which are another test's; the demo, which
 * draws beside all that follows and whose last word covers what the test waits for. */
static bool left_out(enum action a)
{
    return a == ACTION_QUIT || a == ACTION_START || a == ACTION_ESTIMATE || a == ACTION_DEMO;
}

static void every_listed_key_answers(void **state)
{
    (void)state;
    struct pty *p = flowers_start(120, 40, PTY_PLAIN);
    assert_true(pty_wait_text(p, "18 used"));
    size_t n = 0;
    for (int screen = 0; screen < 6; screen++) {
        unsigned context = 1u << screen;
        for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
            const struct action_row *row = action_row(a);
            bool own = row->contexts != CONTEXT_SCREENS;
            for (int k = 0; k < (own || screen == 0 ? 2 : 1); k++) {
                char bytes[16];
                if (!(row->contexts & context) || left_out(a) || !row->keys[k] || !bytes_of(row->keys[k], bytes))
                    continue;
                char *what = xasprintf("%s on screen %d, %s", row->keys[k], screen + 1, row->name);
                come_back(p, screen);
                press(p, bytes, what);
                free(what);
                n++;
            }
        }
    }
    print_message("# %zu keys\n", n);
    assert_true(n > 150);
    come_back(p, 0);
    flowers_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_listed_key_answers)};
    return cmocka_run_group_tests(tests, flowers_make, flowers_remove);
}
