/* Themes: the shipped ones are complete and readable; wrong lines are named; colours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "ui/theme.h"

static char problems[2048];

static void note(const struct err *err, void *user)
{
    (void)user;
    size_t n = strlen(problems);
    snprintf(problems + n, sizeof problems - n, "%s\n", err->message);
}

static const char *const shipped[] = {"dark", "light"};

static char *theme_file(const char *name)
{
    return xasprintf("%s/themes/%s.theme", getenv("top_srcdir"), name);
}

static uint32_t rgb_of(int32_t color, uint32_t fallback)
{
    return color == STYLE_DEFAULT ? fallback
           : color & STYLE_RGB    ? (uint32_t)color & 0xffffff
                                  : color_of_256(color);
}

static void shipped_themes_load(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct theme theme;
        char *path = theme_file(shipped[i]);
        problems[0] = '\0';
        assert_int_equal(theme_load(&theme, path, note, NULL, NULL), ERR_OK);
        assert_string_equal(problems, "");
        assert_string_equal(theme.name, shipped[i]);
        free(path);
    }
}

/* Every role has its own line for many and for few colours. */
static void shipped_themes_name_every_role(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *path = theme_file(shipped[i]), *text;
        size_t n;
        assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
        for (int role = 0; role < ROLE_COUNT; role++) {
            char *line = xasprintf("\n%s = ", role_name(role)),
                 *few = xasprintf("\n%s.8 = ", role_name(role));
            if (!strstr(text, line) || !strstr(text, few))
                print_message("# %s lacks %s\n", shipped[i], role_name(role));
            assert_true(strstr(text, line) && strstr(text, few));
            free(line);
            free(few);
        }
        free(text);
        free(path);
    }
}

/* Text against its background, by the nearest of the 256 colours too: 4.5 for text, 3 for lines and
 * bars, decoration as it likes. */
static void shipped_themes_can_be_read(void **state)
{
    (void)state;
    static const enum role lines[] = {ROLE_BAR_FULL,  ROLE_PLOT_TRAIN, ROLE_PLOT_VALID,
                                      ROLE_PLOT_AXIS, ROLE_PLOT_MARK,  ROLE_BORDER_FOCUS};
    static const enum role decoration[] = {ROLE_BORDER, ROLE_PLOT_RAW, ROLE_PICTURE};
    double least = 21;
    for (size_t i = 0; i < 2; i++) {
        struct theme theme;
        char *path = theme_file(shipped[i]);
        theme_load(&theme, path, note, NULL, NULL);
        free(path);
        uint32_t background = theme.background, foreground = i ? 0x000000 : 0xd0d0d0;
        for (int role = 0; role < ROLE_COUNT; role++) {
            double need = 4.5;
            for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
                need = (int)lines[k] == role ? 3 : need;
            for (size_t k = 0; k < sizeof decoration / sizeof *decoration; k++)
                need = (int)decoration[k] == role ? 0 : need;
            struct style s = theme.styles[role][DEPTH_256];
            uint32_t fg = rgb_of(s.fg, foreground), bg = rgb_of(s.bg, background);
            uint32_t fg_near = color_of_256(color_nearest_256(fg)),
                     bg_near = color_of_256(color_nearest_256(bg));
            double exact = color_contrast(fg, bg), near = color_contrast(fg_near, bg_near);
            double worse = exact < near ? exact : near;
            if (worse < need)
                print_message("# %s %s: %.2f\n", shipped[i], role_name(role), worse);
            assert_true(worse >= need);
            if (need > 0 && worse < least)
                least = worse;
        }
    }
    print_message("# least contrast of text and lines %.2f\n", least);
}

static void mono_is_complete(void **state)
{
    (void)state;
    struct theme theme;
    theme_default(&theme);
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(theme.styles[role][DEPTH_MONO].fg, STYLE_DEFAULT);
        assert_int_equal(theme.styles[role][DEPTH_MONO].bg, STYLE_DEFAULT);
        assert_true(strlen(role_help(role)) > 0);
    }
    static const enum role apart[] = {ROLE_SELECT, ROLE_STATE_FAIL, ROLE_STATE_WARN,
                                      ROLE_STRONG, ROLE_INPUT,      ROLE_CLASS_WRONG};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        assert_int_not_equal(theme.styles[apart[i]][DEPTH_MONO].attributes,
                             theme.styles[ROLE_TEXT][DEPTH_MONO].attributes);
    assert_int_not_equal(theme.styles[ROLE_STATE_FAIL][DEPTH_MONO].attributes,
                         theme.styles[ROLE_STATE_WARN][DEPTH_MONO].attributes);
    assert_int_not_equal(theme.styles[ROLE_STATE_FAIL][DEPTH_MONO].attributes,
                         theme.styles[ROLE_STATE_RUN][DEPTH_MONO].attributes);
}

static void wrong_lines_are_named(void **state)
{
    (void)state;
    struct theme theme;
    theme_default(&theme);
    problems[0] = '\0';
    theme_parse(
        &theme, "my.theme",
        "# fine\nname = my own\ntext = #12345\ntext.dum = red\nnonsense\n title = bright-red "
        "default bold  \n"
        "border = 300\nstate.run.mono = reverse italic\ninherits = nowhere\nbackground = blue\n",
        note, NULL);
    assert_string_equal(
        problems,
        "my.theme:3: #12345 is neither a colour nor bold, dim, underline, reverse or italic\n"
        "my.theme:4: text.dum is not a role\n"
        "my.theme:5: nonsense: expected ROLE = STYLE\n"
        "my.theme:7: 300 is neither a colour nor bold, dim, underline, reverse or italic\n"
        "my.theme:9: inherits nowhere: no such theme\n"
        "my.theme:10: background: blue is not #RRGGBB\n");
    assert_int_equal(theme.styles[ROLE_TITLE][DEPTH_256].fg, 9);
    assert_int_equal(theme.styles[ROLE_TITLE][DEPTH_256].attributes, STYLE_BOLD);
    assert_int_equal(theme.styles[ROLE_STATE_RUN][DEPTH_MONO].attributes,
                     STYLE_REVERSE | STYLE_ITALIC);
    struct err err;
    assert_int_equal(theme_load(&theme, "no-such", note, NULL, &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "theme no-such: there is no such theme");
}

static void themes_inherit(void **state)
{
    (void)state;
    struct theme theme, dark;
    char *path = theme_file("dark"),
         *text = xasprintf("inherits = %s\nname = mine\ntitle = green\n", path);
    theme_default(&theme);
    problems[0] = '\0';
    theme_parse(&theme, "x", text, note, NULL);
    theme_load(&dark, path, note, NULL, NULL);
    assert_string_equal(problems, "");
    assert_string_equal(theme.name, "mine");
    assert_int_equal(theme.styles[ROLE_TITLE][DEPTH_256].fg, 2);
    assert_int_equal(theme.styles[ROLE_DIM][DEPTH_256].fg, dark.styles[ROLE_DIM][DEPTH_256].fg);
    free(text);
    free(path);
}

/* The fast search agrees with looking at all 240, up to ties. */
static void nearest_colour(void **state)
{
    (void)state;
    int worst = 0;
    for (uint32_t rgb = 0; rgb < 0x1000000; rgb += 4099) {
        int fast = color_nearest_256(rgb), best = 1 << 30, got = 0;
        for (int i = 16; i < 256; i++) {
            uint32_t c = color_of_256(i);
            int r = (int)(c >> 16) - (int)(rgb >> 16),
                g = (int)(c >> 8 & 255) - (int)(rgb >> 8 & 255);
            int b = (int)(c & 255) - (int)(rgb & 255), d = 2 * r * r + 4 * g * g + 3 * b * b;
            best = d < best ? d : best;
            got = i == fast ? d : got;
        }
        worst = got - best > worst ? got - best : worst;
        assert_in_range(fast, 16, 255);
    }
    print_message("# largest excess of squared distance %d\n", worst);
    assert_true(worst <= 300); /* ten levels of grey */
    assert_int_equal(color_nearest_256(0x000000), 16);
    assert_int_equal(color_nearest_256(0xffffff), 231);
    assert_int_equal(color_nearest_256(0xd75f00), 166);
}

static void contrast(void **state)
{
    (void)state;
    assert_true(color_contrast(0, 0xffffff) > 20.99 && color_contrast(0, 0xffffff) < 21.01);
    double d = color_contrast(0x777777, 0xffffff) - 4.48; /* WCAG's well-known grey */
    print_message("# difference %.4f\n", d);
    assert_true(d > -0.01 && d < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_themes_load),
        cmocka_unit_test(shipped_themes_name_every_role),
        cmocka_unit_test(shipped_themes_can_be_read),
        cmocka_unit_test(mono_is_complete),
        cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(themes_inherit),
        cmocka_unit_test(nearest_colour),
        cmocka_unit_test(contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
