/* Themes: reading them, and colours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/theme.h"

#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"

#define INHERIT_MAX 4

static const struct {
    const char *name, *style_256, *style_8, *style_mono, *help;
} roles[ROLE_COUNT] = {
#define ROLE(id, name, letter, s256, s8, mono, help) [ROLE_##id] = {name, s256, s8, mono, help},
#include "ui/roles.def"
#undef ROLE
};

static const char *const depth_suffix[DEPTH_COUNT] = {".mono", ".8", ".16", ".256", ".direct"};

const char *role_name(enum role role)
{
    return roles[role].name;
}

const char *role_help(enum role role)
{
    return roles[role].help;
}

int role_find(const char *name)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (str_eq(roles[i].name, name))
            return i;
    }
    return -1;
}

/* --- colours -------------------------------------------------------------------------------- */

static const int cube_levels[6] = {0, 95, 135, 175, 215, 255};

uint32_t color_of_256(int index)
{
    if (index >= 232) {
        uint32_t grey = (uint32_t)(8 + 10 * (index - 232));
        return grey << 16 | grey << 8 | grey;
    }
    int i = index - 16;
    return (uint32_t)(cube_levels[i / 36] << 16 | cube_levels[i / 6 % 6] << 8 | cube_levels[i % 6]);
}

/* Squared distance weighted by the eye's sensitivity: 2 red, 4 green, 3 blue. */
static int color_distance(uint32_t a, uint32_t b)
{
    int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255),
        g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
    int l = (int)(a & 255) - (int)(b & 255);
    return 2 * r * r + 4 * g * g + 3 * l * l;
}

static int cube_index(int v)
{
    return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

int color_nearest_256(uint32_t rgb)
{
    int r = (int)(rgb >> 16 & 255), g = (int)(rgb >> 8 & 255), b = (int)(rgb & 255);
    int cube = 16 + 36 * cube_index(r) + 6 * cube_index(g) + cube_index(b);
    int grey = (2 * r + 4 * g + 3 * b) / 9;
    int ramp = grey < 4 ? 0 : grey > 238 ? 23 : (grey - 3) / 10;
    return color_distance(rgb, color_of_256(232 + ramp)) < color_distance(rgb, color_of_256(cube))
               ? 232 + ramp
               : cube;
}

static double luminance(uint32_t rgb)
{
    double sum = 0;
    static const double weight[3] = {0.0722, 0.7152, 0.2126};
    for (int i = 0; i < 3; i++) {
        double v = (rgb >> 8 * i & 255) / 255.0;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double color_contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* --- styles --------------------------------------------------------------------------------- */

static bool parse_hex(const char *word, uint32_t *rgb)
{
    char *end;
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *rgb = (uint32_t)strtoul(word + 1, &end, 16);
    return true;
}

static bool parse_color(const char *word, int32_t *color)
{
    static const char *const names[] = {"black", "red",     "green", "yellow",
                                        "blue",  "magenta", "cyan",  "white"};
    uint32_t rgb;
    int64_t number;
    if (str_eq(word, "default")) {
        *color = STYLE_DEFAULT;
        return true;
    }
    if (parse_hex(word, &rgb)) {
        *color = STYLE_RGB | (int32_t)rgb;
        return true;
    }
    if (num_parse_int(word, &number) && number >= 0 && number <= 255) {
        *color = (int32_t)number;
        return true;
    }
    bool bright = str_starts(word, "bright-");
    for (int i = 0; i < 8; i++) {
        if (str_eq(bright ? word + 7 : word, names[i])) {
            *color = i + (bright ? 8 : 0);
            return true;
        }
    }
    return false;
}

static unsigned parse_attribute(const char *word)
{
    static const char *const names[] = {"bold", "dim", "underline", "reverse", "italic"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(word, names[i]))
            return 1u << i;
    }
    return 0;
}

enum err_code style_parse(struct style *style, const char *text, struct err *err)
{
    struct style s = {STYLE_DEFAULT, STYLE_DEFAULT, 0};
    char words[128], *rest = NULL;
    int colors = 0;
    if (strlen(text) >= sizeof words)
        return err_set(err, ERR_INVALID, "style is too long");
    strcpy(words, text);
    for (char *w = strtok_r(words, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
        unsigned attribute = parse_attribute(w);
        if (attribute)
            s.attributes |= attribute;
        else if (colors == 2 || !parse_color(w, colors ? &s.bg : &s.fg))
            return err_set(err, ERR_INVALID,
                           "%s is neither a colour nor bold, dim, underline, reverse or italic", w);
        else
            colors++;
    }
    *style = s;
    return ERR_OK;
}

void theme_default(struct theme *theme)
{
    *theme = (struct theme){.name = "default", .background = 0x000000};
    for (int i = 0; i < ROLE_COUNT; i++) {
        style_parse(&theme->styles[i][DEPTH_MONO], roles[i].style_mono, NULL);
        style_parse(&theme->styles[i][DEPTH_8], roles[i].style_8, NULL);
        theme->styles[i][DEPTH_16] = theme->styles[i][DEPTH_8];
        style_parse(&theme->styles[i][DEPTH_256], roles[i].style_256, NULL);
        theme->styles[i][DEPTH_DIRECT] = theme->styles[i][DEPTH_256];
    }
}

/* --- files ---------------------------------------------------------------------------------- */

struct theme_reader {
    struct theme *theme;
    const char *file;
    void (*report)(const struct err *err, void *user);
    void *user;
    int line, depth;
};

#define SUFFIX ".theme"

static void read_text(struct theme_reader *r, const char *text);

/* Splits "text.dim.mono" into role and depth; without a suffix depth is DEPTH_COUNT. */
static int split_role(const char *key, enum depth *depth)
{
    *depth = DEPTH_COUNT;
    int role = role_find(key);
    for (int i = 0; role < 0 && i < DEPTH_COUNT; i++) {
        if (!str_ends(key, depth_suffix[i]))
            continue;
        char *name = xstrndup(key, strlen(key) - strlen(depth_suffix[i]));
        role = role_find(name);
        *depth = (enum depth)i;
        free(name);
    }
    return role;
}

static enum err_code set_role(struct theme_reader *r, const char *key, const char *value,
                              struct err *err)
{
    enum depth depth;
    struct style style;
    int role = split_role(key, &depth);
    if (role < 0)
        return err_set(err, ERR_INVALID, "%s is not a role", key);
    enum err_code code = style_parse(&style, value, err);
    if (code != ERR_OK)
        return code;
    struct style *styles = r->theme->styles[role];
    if (depth == DEPTH_COUNT || depth == DEPTH_256)
        styles[DEPTH_256] = styles[DEPTH_DIRECT] = style;
    else if (depth == DEPTH_8)
        styles[DEPTH_8] = styles[DEPTH_16] = style;
    else
        styles[depth] = style;
    return ERR_OK;
}

#define PLACES 3

/* Folders with themes, the first to be looked into first. The caller frees each. */
static void theme_places(char *out[PLACES])
{
    char *above[PLACES] = {path_home(PATH_CONFIG), path_program_folder(), xstrdup(PKGDATADIR)};
    for (int i = 0; i < PLACES; i++) {
        out[i] = path_join(above[i] ? above[i] : PKGDATADIR, "themes");
        free(above[i]);
    }
}

/* Path of NAME.theme in one of the places, or NULL. */
static char *find_theme(const char *name)
{
    if (strchr(name, '/'))
        return path_expand(name);
    char *places[PLACES], *found = NULL;
    theme_places(places);
    for (int i = 0; i < PLACES; i++) {
        char *path = found ? NULL : xasprintf("%s/%s" SUFFIX, places[i], name);
        if (path && path_is_file(path))
            found = path;
        else
            free(path);
        free(places[i]);
    }
    return found;
}

static void add_place(struct names *names, const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (*e->d_name != '.' && str_ends(e->d_name, SUFFIX))
            names_own(names, xstrndup(e->d_name, strlen(e->d_name) - strlen(SUFFIX)));
    }
    if (d)
        closedir(d);
}

void theme_names(struct names *out)
{
    char *places[PLACES];
    theme_places(places);
    for (int i = 0; i < PLACES; i++) {
        add_place(out, places[i]);
        free(places[i]);
    }
    names_add(out, "default");
    names_sort(out);
}

static enum err_code inherit(struct theme_reader *r, const char *name, struct err *err)
{
    char *path = find_theme(name), *text = NULL;
    size_t n;
    enum err_code code = ERR_OK;
    if (r->depth >= INHERIT_MAX)
        code = err_set(err, ERR_INVALID, "inherits %s: too many themes above one another", name);
    else if (!path)
        code = err_set(err, ERR_NOT_FOUND, "inherits %s: no such theme", name);
    else
        code = file_read(path, 1 << 20, &text, &n, err);
    if (code == ERR_OK) {
        struct theme_reader above = {r->theme, path, r->report, r->user, 0, r->depth + 1};
        read_text(&above, text);
    }
    free(text);
    free(path);
    return code;
}

static enum err_code set_key(struct theme_reader *r, const char *key, const char *value,
                             struct err *err)
{
    struct theme *t = r->theme;
    if (str_eq(key, "name"))
        snprintf(t->name, sizeof t->name, "%s", value);
    else if (str_eq(key, "about"))
        snprintf(t->about, sizeof t->about, "%s", value);
    else if (str_eq(key, "inherits"))
        return inherit(r, value, err);
    else if (!str_eq(key, "background"))
        return set_role(r, key, value, err);
    else if (!parse_hex(value, &t->background))
        return err_set(err, ERR_INVALID, "background: %s is not #RRGGBB", value);
    return ERR_OK;
}

static char *trim(char *s)
{
    s += strspn(s, " \t\r");
    size_t n = strlen(s);
    while (n && strchr(" \t\r", s[n - 1]))
        s[--n] = '\0';
    return s;
}

static void read_line(struct theme_reader *r, char *line)
{
    struct err err = {0};
    line = trim(line);
    if (!*line || *line == '#')
        return;
    char *equals = strchr(line, '=');
    if (equals) {
        *equals = '\0';
        set_key(r, trim(line), trim(equals + 1), &err);
    } else {
        err_set(&err, ERR_INVALID, "%s: expected ROLE = STYLE", line);
    }
    if (err.code != ERR_OK && r->report) {
        err_prefix(&err, "%s:%d", r->file, r->line);
        r->report(&err, r->user);
    }
}

static void read_text(struct theme_reader *r, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char *line = xstrndup(text, n);
        r->line++;
        read_line(r, line);
        free(line);
        text += n + (text[n] == '\n');
    }
}

void theme_parse(struct theme *theme, const char *file, const char *text,
                 void (*report)(const struct err *err, void *user), void *user)
{
    struct theme_reader r = {theme, file, report, user, 0, 0};
    read_text(&r, text);
}

static enum err_code no_theme(const char *name, struct err *err)
{
    struct names there = {0};
    struct str all = STR_INIT;
    const char *near = NULL;
    size_t least = SIZE_MAX;
    theme_names(&there);
    for (size_t i = 0; i < there.n; i++) {
        if (str_nearer(name, there.list[i], &least))
            near = there.list[i];
        str_printf(&all, "%s%s", i ? ", " : "", there.list[i]);
    }
    err_choice(err, ERR_NOT_FOUND, "theme", name, near);
    err_hint(err, "choices: %s, or a file", all.s);
    str_done(&all);
    names_done(&there);
    return ERR_NOT_FOUND;
}

enum err_code theme_load(struct theme *theme, const char *name,
                         void (*report)(const struct err *err, void *user), void *user,
                         struct err *err)
{
    theme_default(theme);
    if (str_eq(name, "default"))
        return ERR_OK;
    char *path = find_theme(name), *text = NULL;
    size_t n;
    enum err_code code;
    if (!path)
        code = no_theme(name, err);
    else if ((code = file_read(path, 1 << 20, &text, &n, err)) == ERR_OK)
        theme_parse(theme, path, text, report, user);
    else if (err) {
        err_prefix(err, "theme");
        err_hint(err, "choices: the name of a theme, or a file");
    }
    free(text);
    free(path);
    return code;
}

enum err_code theme_check(const char *name, void (*report)(const struct err *err, void *user), void *user, struct err *err)
{
    struct theme theme;
    return theme_load(&theme, name, report, user, err);
}
