/* Themes: the shipped ones are complete and readable; wrong lines are named; colours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "ui/theme.h"

static char problems[2048];

static void note(const struct err *err, void *user)
{
    (void)user;
    size_t n = strlen(problems);
    snprintf(problems + n, sizeof problems - n, "%s\n", err->message);
}

/* The first MEASURED have colours of their own, the others are the terminal's. */
static const char *const shipped[] = {"dark", "contrast", "deuteranopia", "tritanopia", "light", "ansi", "terminal", "mono"};
#define SHIPPED (sizeof shipped / sizeof *shipped)
#define LIGHT 4
#define MEASURED 5

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
    for (size_t i = 0; i < SHIPPED; i++) {
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
    for (size_t i = 0; i < SHIPPED; i++) {
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
    for (size_t i = 0; i < MEASURED; i++) {
        struct theme theme;
        char *path = theme_file(shipped[i]);
        theme_load(&theme, path, note, NULL, NULL);
        free(path);
        uint32_t background = theme.background, foreground = i == LIGHT ? 0x000000 : 0xd0d0d0;
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

/* --- eyes that tell fewer colours apart ---------------------------------------------------------------------- */

static double linear(unsigned v)
{
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static void multiply(double out[3], const double m[3][3], const double in[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
}

/* CIE L*a*b* of a colour as such eyes see it. source: Machado, Oliveira, Fernandes 2009, severity 1; sRGB and Lab: IEC 61966-2-1, CIE 15. */
static void lab_seen(double lab[3], uint32_t rgb, const double eyes[3][3])
{
    static const double xyz[3][3] = {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    const double in[3] = {linear(rgb >> 16 & 255), linear(rgb >> 8 & 255), linear(rgb & 255)};
    const double white[3] = {0.9505, 1, 1.089};
    double seen[3], f[3];
    multiply(seen, eyes, in);
    multiply(f, xyz, seen);
    for (int i = 0; i < 3; i++) {
        double t = fmax(f[i], 0) / white[i];
        f[i] = t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

static const double protan[3][3] = {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}};
static const double deutan[3][3] = {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}};
static const double tritan[3][3] = {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}};

static double seen_apart(const struct theme *theme, enum role a, enum role b, const double eyes[3][3])
{
    double x[3], y[3];
    lab_seen(x, rgb_of(theme->styles[a][DEPTH_256].fg, 0), eyes);
    lab_seen(y, rgb_of(theme->styles[b][DEPTH_256].fg, 0), eyes);
    return sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2));
}

/* What must not be mixed up stays apart for those eyes: training and validation, right and wrong, done, warning and error. */
static void themes_for_colour_blind_eyes(void **state)
{
    (void)state;
    static const enum role pairs[][2] = {{ROLE_PLOT_TRAIN, ROLE_PLOT_VALID}, {ROLE_CLASS_PRED, ROLE_CLASS_WRONG},
                                         {ROLE_STATE_DONE, ROLE_STATE_FAIL}, {ROLE_STATE_WARN, ROLE_STATE_FAIL},
                                         {ROLE_STATE_DONE, ROLE_STATE_WARN}};
    static const struct {
        const char *name;
        const double (*eyes)[3];
    } cases[] = {{"deuteranopia", deutan}, {"deuteranopia", protan}, {"tritanopia", tritan}};
    double least = 1000;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct theme theme;
        char *path = theme_file(cases[i].name);
        theme_load(&theme, path, note, NULL, NULL);
        free(path);
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
            double d = seen_apart(&theme, pairs[k][0], pairs[k][1], cases[i].eyes);
            if (d < 20)
                print_message("# %s: %s and %s are %.1f apart\n", cases[i].name, role_name(pairs[k][0]), role_name(pairs[k][1]), d);
            least = fmin(least, d);
        }
    }
    print_message("# least difference (CIE76) %.1f, must be 20\n", least);
    assert_true(least >= 20);
}

/* Every theme is offered once, the built-in one too. */
static void names_are_listed(void **state)
{
    (void)state;
    char home[] = "theme-XXXXXX";
    assert_non_null(mkdtemp(home));
    char *here = realpath(home, NULL), *folder = path_join(here, "flowerlab/themes"), *file = path_join(folder, "mine.theme");
    assert_int_equal(path_make_folders(folder, NULL), ERR_OK);
    assert_int_equal(file_replace(file, "name = mine\n", 12, NULL), ERR_OK);
    setenv("XDG_CONFIG_HOME", here, 1);
    struct names names = {0};
    theme_names(&names);
    int mine = 0, own = 0;
    for (size_t i = 0; i < names.n; i++) {
        mine += str_eq(names.list[i], "mine");
        own += str_eq(names.list[i], "default");
        assert_true(i == 0 || strcmp(names.list[i - 1], names.list[i]) < 0);
    }
    assert_int_equal(own, 1);
    assert_int_equal(mine, 1);
    names_done(&names);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(folder), 0);
    free(file);
    free(folder);
    folder = path_join(here, "flowerlab");
    assert_true(rmdir(folder) == 0 && rmdir(here) == 0);
    free(folder);
    free(here);
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
    assert_string_equal(err.message, "theme: unknown choice \"no-such\"");
    assert_non_null(strstr(err.hint, "default")); /* those that there are */
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
        cmocka_unit_test(themes_for_colour_blind_eyes),
        cmocka_unit_test(names_are_listed),
        cmocka_unit_test(mono_is_complete),
        cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(themes_inherit),
        cmocka_unit_test(nearest_colour),
        cmocka_unit_test(contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
