/* Several runs beside each other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "engine/ini.h"

#define INI_LIMIT ((size_t)1 << 24)
#define METRICS_LIMIT ((size_t)1 << 26)

/* --- settings ------------------------------------------------------------------------------------------------ */

/* Pairs of run.ini that say how a run went, not what it was told. */
static bool is_outcome(const char *section, const char *key)
{
    static const char *const of_run[] = {"state", "note", "started", "updated", "seconds"};
    if (str_eq(section, "result") || (str_eq(section, "machine") && str_eq(key, "pid")))
        return true;
    for (size_t i = 0; i < sizeof of_run / sizeof *of_run; i++) {
        if (str_eq(section, "run") && str_eq(key, of_run[i]))
            return true;
    }
    return false;
}

/* Options of looks only, such as how pictures are drawn. */
static bool is_look(const char *section, const char *key)
{
    int id = str_eq(section, "options") ? option_find(key) : -1;
    return id >= 0 && option_row((enum option_id)id)->scope == SCOPE_SCREEN;
}

/* What people call a pair; the caller frees it. */
static char *name_of(const char *section, const char *key)
{
    static const struct {
        const char *section, *key, *name;
    } other[] = {{"data", "folder", "data"}, {"model", "architecture", "model"}, {"data", "fingerprint", "data fingerprint"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        if (str_eq(section, other[i].section) && str_eq(key, other[i].key))
            return xstrdup(other[i].name);
    }
    if (str_eq(section, "recipe") || str_starts(section, "phase "))
        return xasprintf("%s: %s", section, key);
    return xstrdup(key);
}

static struct setting *find_setting(const struct compared *run, const char *name)
{
    for (size_t i = 0; i < run->n_settings; i++) {
        if (str_eq(run->settings[i].name, name))
            return &run->settings[i];
    }
    return NULL;
}

/* name is taken over. */
static void add_setting(struct compared *run, char *name, const char *value)
{
    run->settings = xgrow(run->settings, &run->cap_settings, run->n_settings + 1, sizeof *run->settings);
    run->settings[run->n_settings++] = (struct setting){name, xstrdup(value)};
}

/* Classes and steering are lists: one setting each. */
static void add_to_list(struct compared *run, const char *name, const char *text)
{
    struct setting *s = find_setting(run, name);
    if (!s) {
        add_setting(run, xstrdup(name), text);
        return;
    }
    char *longer = xasprintf("%s, %s", s->value, text);
    free(s->value);
    s->value = longer;
}

static enum err_code take_pair(const char *section, const char *key, const char *value, void *user, struct err *err)
{
    struct compared *run = user;
    (void)err;
    if (is_outcome(section, key) || is_look(section, key))
        return ERR_OK;
    if (str_eq(section, "classes")) {
        add_to_list(run, "classes", value);
    } else if (str_eq(section, "tape")) {
        char *text = xasprintf("%s after %s", value, key);
        add_to_list(run, "steering", text);
        free(text);
    } else {
        char *name = name_of(section, key);
        if (find_setting(run, name)) /* an option whose meaning stands above it */
            free(name);
        else
            add_setting(run, name, value);
    }
    return ERR_OK;
}

enum err_code compared_settings(struct compared *run, const char *ini, struct err *err)
{
    return ini_parse(ini, take_pair, run, err);
}

/* --- epochs -------------------------------------------------------------------------------------------------- */

static double real_at(const struct csv *csv, size_t row, int column)
{
    double v;
    bool there = (size_t)column < csv->n_fields[row] && num_parse_real(csv->rows[row][column], &v);
    return there ? v : NAN;
}

enum err_code compared_epochs(struct compared *run, const char *text, size_t n, struct err *err)
{
    struct csv csv;
    enum err_code code = csv_parse(&csv, text, n, err);
    if (code != ERR_OK)
        return code;
    int epoch = csv_column(&csv, "epoch"), loss = csv_column(&csv, "val_loss"), acc = csv_column(&csv, "val_acc");
    if (csv.n_rows && (epoch < 0 || loss < 0 || acc < 0))
        code = err_set(err, ERR_FORMAT, "no columns epoch, val_loss and val_acc");
    for (size_t i = 1; code == ERR_OK && i < csv.n_rows; i++) {
        double at = real_at(&csv, i, epoch);
        if (!(at >= 1 && at <= 1e9))
            continue;
        run->epochs = xgrow(run->epochs, &run->cap_epochs, run->n_epochs + 1, sizeof *run->epochs);
        run->epochs[run->n_epochs++] = (struct compare_epoch){(int)at, real_at(&csv, i, loss), real_at(&csv, i, acc)};
    }
    csv_done(&csv);
    return code;
}

/* --- a run's folder ------------------------------------------------------------------------------------------ */

static void set_problem(struct compared *run, const struct err *err, const char *name)
{
    if (*run->problem)
        return;
    char *text = str_starts(err->message, run->folder) ? xstrdup(err->message)
                                                       : xasprintf("%s: %s", name, err->message);
    free(run->problem);
    run->problem = text;
}

static void read_settings(struct compared *run)
{
    char *path = path_join(run->folder, "run.ini"), *text = NULL;
    size_t n;
    struct err err = {0};
    if (file_read(path, INI_LIMIT, &text, &n, &err) != ERR_OK || compared_settings(run, text, &err) != ERR_OK)
        set_problem(run, &err, "run.ini");
    free(text);
    free(path);
}

/* A run without metrics.csv has no epoch yet. */
static void read_epochs(struct compared *run)
{
    char *path = path_join(run->folder, "metrics.csv"), *text = NULL;
    size_t n;
    struct err err = {0};
    enum err_code code = file_read(path, METRICS_LIMIT, &text, &n, &err);
    if (code == ERR_OK)
        code = compared_epochs(run, text, n, &err);
    if (code != ERR_OK && code != ERR_NOT_FOUND)
        set_problem(run, &err, "metrics.csv");
    free(text);
    free(path);
}

void compared_read(struct compared *run, const char *folder)
{
    run->folder = path_folder(folder);
    run->problem = xstrdup("");
    read_settings(run);
    read_epochs(run);
}

/* --- differences --------------------------------------------------------------------------------------------- */

static size_t count_settings(const struct comparison *c)
{
    size_t n = 0;
    for (size_t r = 0; r < c->n_runs; r++)
        n += c->runs[r].n_settings;
    return n;
}

static bool earlier_run_has(const struct comparison *c, size_t run, const char *name)
{
    for (size_t r = 0; r < run; r++) {
        if (find_setting(&c->runs[r], name))
            return true;
    }
    return false;
}

/* An option that this run did not set has its default. */
static void add_default(struct compared *run, const struct options *defaults, const char *name)
{
    int id = option_find(name);
    if (id < 0 || !run->n_settings || find_setting(run, name))
        return;
    struct str value = STR_INIT;
    option_get(&value, defaults, (enum option_id)id);
    add_setting(run, xstrdup(name), value.s ? value.s : "");
    str_done(&value);
}

static void add_defaults(struct comparison *c)
{
    struct options *defaults = xmalloc(sizeof *defaults);
    options_default(defaults);
    for (size_t r = 0; r < c->n_runs; r++) {
        for (size_t i = 0; i < c->runs[r].n_settings; i++) {
            for (size_t other = 0; other < c->n_runs; other++)
                add_default(&c->runs[other], defaults, c->runs[r].settings[i].name);
        }
    }
    free(defaults);
}

/* A run that could not be read differs in nothing. */
static bool fill_difference(struct difference *d, const struct comparison *c, const char *name)
{
    const char *first = NULL;
    bool differs = false;
    d->name = name;
    for (size_t r = 0; r < c->n_runs; r++) {
        const struct setting *s = find_setting(&c->runs[r], name);
        d->values[r] = s ? s->value : "";
        if (c->runs[r].n_settings == 0)
            continue;
        differs = differs || (first && !str_eq(d->values[r], first));
        first = d->values[r];
    }
    return differs;
}

static size_t count_read(const struct comparison *c)
{
    size_t n = 0;
    for (size_t r = 0; r < c->n_runs; r++)
        n += c->runs[r].n_settings > 0;
    return n;
}

/* "recipe: NAME" where the option of that name says the same in every run. */
static bool is_repeated(const struct comparison *c, const char *name)
{
    static const char prefix[] = "recipe: ";
    if (!str_starts(name, prefix))
        return false;
    for (size_t r = 0; r < c->n_runs; r++) {
        const struct setting *recipe = find_setting(&c->runs[r], name);
        const struct setting *option = find_setting(&c->runs[r], name + sizeof prefix - 1);
        if (!str_eq(recipe ? recipe->value : "", option ? option->value : ""))
            return false;
    }
    return true;
}

void comparison_differ(struct comparison *c)
{
    add_defaults(c);
    c->settings = xcalloc(count_settings(c), sizeof *c->settings);
    c->n_settings = c->n_same = 0;
    if (count_read(c) < 2)
        return;
    for (size_t r = 0; r < c->n_runs; r++) {
        for (size_t i = 0; i < c->runs[r].n_settings; i++) {
            const char *name = c->runs[r].settings[i].name;
            if (earlier_run_has(c, r, name) || is_repeated(c, name))
                continue;
            if (fill_difference(&c->settings[c->n_settings], c, name))
                c->n_settings++;
            else
                c->n_same++;
        }
    }
}

static void compared_done(struct compared *run)
{
    for (size_t i = 0; i < run->n_settings; i++) {
        free(run->settings[i].name);
        free(run->settings[i].value);
    }
    free(run->settings);
    free(run->epochs);
    free(run->folder);
    free(run->problem);
}

void comparison_done(struct comparison *c)
{
    for (size_t r = 0; r < c->n_runs; r++)
        compared_done(&c->runs[r]);
    free(c->settings);
    *c = (struct comparison){0};
}
