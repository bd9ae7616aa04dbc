/* How charts are looked at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/chart_view.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

void chart_view_default(struct chart_view *v)
{
    *v = (struct chart_view){.follow = true, .smoothing = 0.9, .count = 2};
}

/* --- the window ------------------------------------------------------------------------------ */

bool chart_zoomed(const struct chart_view *v)
{
    return v->x0 < v->x1;
}

void chart_window(const struct chart_view *v, const struct chart_span *span, double *x0, double *x1)
{
    *x0 = 0;
    *x1 = span->end;
    if (!chart_zoomed(v))
        return;
    *x0 = v->x0;
    *x1 = v->x1;
    if (!v->follow || (span->now >= v->x0 && span->now <= v->x1))
        return;
    double width = v->x1 - v->x0, step = width / 8;
    *x1 = fmax(width, ceil(span->now / step) * step);
    *x0 = *x1 - width;
}

static void set_window(struct chart_view *v, const struct chart_span *span, double x0, double width)
{
    if (width >= span->end) {
        v->x0 = v->x1 = 0;
        v->follow = true;
        return;
    }
    v->x0 = fmax(0, fmin(x0, fmax(span->end, span->now) - width));
    v->x1 = v->x0 + width;
}

/* The window from x0 to x1 factor times as wide, about a place in it. */
static void zoom_about(struct chart_view *v, const struct chart_span *span, double x0, double x1,
                       double factor, double about)
{
    double width = fmax(span->least, (x1 - x0) * factor);
    set_window(v, span, about - (about - x0) * width / (x1 - x0), width);
}

void chart_zoom(struct chart_view *v, const struct chart_span *span, double factor)
{
    double x0, x1, about;
    chart_window(v, span, &x0, &x1);
    bool follows = v->follow && span->now >= x0 && span->now <= x1;
    about = v->cursor_on && v->cursor >= x0 && v->cursor <= x1 ? v->cursor
            : follows                                          ? span->now
                                                               : (x0 + x1) / 2;
    zoom_about(v, span, x0, x1, factor, about);
    v->follow = !chart_zoomed(v) || (v->follow && !v->cursor_on);
}

void chart_zoom_at(struct chart_view *v, const struct chart_span *span, double factor, double at)
{
    double x0, x1;
    chart_window(v, span, &x0, &x1);
    bool edge = v->follow && span->now >= x0 && span->now <= x1 && at > x1 - (x1 - x0) / 10;
    zoom_about(v, span, x0, x1, factor, edge ? fmin(at, span->now) : at);
    v->follow = !chart_zoomed(v) || edge;
}

void chart_pan(struct chart_view *v, const struct chart_span *span, double share)
{
    double x0, x1;
    chart_window(v, span, &x0, &x1);
    set_window(v, span, x0 + share * (x1 - x0), x1 - x0);
    v->follow = !chart_zoomed(v) || (span->now >= v->x0 && span->now <= v->x1);
}

/* --- values ---------------------------------------------------------------------------------- */

void chart_zoom_y(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                  double factor)
{
    chart_zoom_y_at(v, chart, drawn, factor, (drawn->lo + drawn->hi) / 2);
}

void chart_zoom_y_at(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                     double factor, double at)
{
    double width = (drawn->hi - drawn->lo) * factor;
    double size = fmax(fabs(drawn->lo), fabs(drawn->hi));
    if (!(width > 2 * size * 1e-9) || width > 1e300)
        return;
    double lo = at - (at - drawn->lo) * factor;
    if (!drawn->log && drawn->lo >= 0 && lo < 0) /* nothing lies below 0 */
        lo = 0;
    v->y[chart].lo = lo;
    v->y[chart].hi = lo + width;
}

void chart_pan_y(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                 double share)
{
    double by = share * (drawn->hi - drawn->lo);
    if (!drawn->log && drawn->lo + by < 0)
        by = drawn->lo > 0 ? -drawn->lo : 0;
    v->y[chart].lo = drawn->lo + by;
    v->y[chart].hi = drawn->hi + by;
}

/* --- cursor, axis, smoothing ----------------------------------------------------------------- */

void chart_cursor(struct chart_view *v, const struct chart_span *span, int move, int columns)
{
    double x0, x1;
    chart_window(v, span, &x0, &x1);
    double newest = fmin(x1, fmax(x0, span->now));
    if (!v->cursor_on) {
        v->cursor_on = true;
        v->cursor = newest;
        return;
    }
    v->cursor += move * (x1 - x0) / (columns > 1 ? columns - 1 : 1);
    v->cursor = fmax(0, fmin(v->cursor, span->now));
    if (chart_zoomed(v) && v->cursor < x0)
        set_window(v, span, v->cursor - (x1 - x0) / 8, x1 - x0);
    else if (chart_zoomed(v) && v->cursor > x1)
        set_window(v, span, v->cursor - (x1 - x0) * 7 / 8, x1 - x0);
    else
        return;
    v->follow = false;
}

/* A place on another axis, by way of the nearest step. */
static double translate(const struct history *h, enum axis_id from, enum axis_id to, double at)
{
    double scale, other;
    const double *x = history_x(h, TRACK_STEPS, from, &scale),
                 *y = history_x(h, TRACK_STEPS, to, &other);
    size_t n = h->tracks[TRACK_STEPS].n, i = series_find(x, n, at / scale);
    if (i == 0 || n == 0)
        return 0;
    return (i < n ? y[i] : y[n - 1]) * other;
}

void chart_axis(struct chart_view *v, const struct history *h, enum axis_id axis)
{
    if (chart_zoomed(v)) {
        v->x0 = translate(h, v->axis, axis, v->x0);
        v->x1 = translate(h, v->axis, axis, v->x1);
    }
    v->cursor = translate(h, v->axis, axis, v->cursor);
    v->axis = axis;
}

double chart_next_smoothing(double smoothing)
{
    static const double steps[] = {0.6, 0.9, 0.99};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (smoothing < steps[i] - 1e-9)
            return steps[i];
    }
    return 0;
}

/* --- which charts ---------------------------------------------------------------------------- */

size_t chart_choose(enum chart_id out[CHART_COUNT], const char *pattern,
                    const bool has[CHART_COUNT])
{
    regex_t regex;
    size_t n = 0;
    bool use = *pattern && regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0;
    for (int i = 0; i < CHART_COUNT; i++) {
        if (has[i] && (!use || regexec(&regex, chart_row((enum chart_id)i)->name, 0, NULL, 0) == 0))
            out[n++] = (enum chart_id)i;
    }
    if (use)
        regfree(&regex);
    return n;
}

enum err_code chart_pattern_check(const char *pattern, struct err *err)
{
    regex_t regex;
    enum chart_id chosen[CHART_COUNT];
    bool all[CHART_COUNT];
    char why[128];
    if (strlen(pattern) >= CHART_PATTERN_MAX)
        return err_set(err, ERR_INVALID, "pattern: longer than %d bytes", CHART_PATTERN_MAX - 1);
    int failed = *pattern ? regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) : 0;
    if (failed) {
        regerror(failed, &regex, why, sizeof why);
        return err_set(err, ERR_INVALID, "\"%s\": %s", pattern, why);
    }
    if (*pattern)
        regfree(&regex);
    for (int i = 0; i < CHART_COUNT; i++)
        all[i] = true;
    if (chart_choose(chosen, pattern, all) == 0)
        return err_set(err, ERR_INVALID, "\"%s\": no chart has such a name", pattern);
    return ERR_OK;
}

/* --- view.ini -------------------------------------------------------------------------------- */

static void put(struct str *out, const char *key, double v)
{
    char text[NUM_TEXT];
    str_printf(out, "%s = %s\n", key, num_real(text, v));
}

static void put_chart(struct str *out, const struct chart_view *v, int i)
{
    const char *name = chart_row((enum chart_id)i)->name;
    char lo[NUM_TEXT], hi[NUM_TEXT];
    if (v->y[i].log)
        str_printf(out, "log = %s\n", name);
    if (v->y[i].lo < v->y[i].hi)
        str_printf(out, "range = %s %s %s\n", name, num_real(lo, v->y[i].lo),
                   num_real(hi, v->y[i].hi));
}

void chart_view_write(struct str *out, const struct chart_view *v)
{
    str_printf(out, "axis = %s\n", axis_name(v->axis));
    put(out, "from", v->x0);
    put(out, "to", v->x1);
    put(out, "follow", v->follow);
    put(out, "smoothing", v->smoothing);
    put(out, "charts", v->count);
    str_printf(out, "pattern = %s\nchart = %s\n", v->pattern, chart_row(v->focus)->name);
    put(out, "large", v->large);
    put(out, "coarse", v->coarse);
    for (int i = 0; i < CHART_COUNT; i++)
        put_chart(out, v, i);
}

static void read_range(struct chart_view *v, const char *value)
{
    char name[32], lo[NUM_TEXT], hi[NUM_TEXT];
    double a, b;
    if (sscanf(value, "%31s %31s %31s", name, lo, hi) != 3 || chart_find(name) < 0 ||
        !num_parse_real(lo, &a) || !num_parse_real(hi, &b) || !isfinite(a) || !isfinite(b) ||
        !(a < b))
        return;
    v->y[chart_find(name)].lo = a;
    v->y[chart_find(name)].hi = b;
}

static void read_text(struct chart_view *v, const char *key, const char *value)
{
    for (int i = 0; str_eq(key, "axis") && i < AXIS_COUNT; i++) {
        if (str_eq(value, axis_name((enum axis_id)i)))
            v->axis = (enum axis_id)i;
    }
    if (str_eq(key, "pattern") && chart_pattern_check(value, NULL) == ERR_OK)
        snprintf(v->pattern, sizeof v->pattern, "%s", value);
    if (str_eq(key, "chart") && chart_find(value) >= 0)
        v->focus = (enum chart_id)chart_find(value);
    if (str_eq(key, "log") && chart_find(value) >= 0)
        v->y[chart_find(value)].log = true;
    if (str_eq(key, "range"))
        read_range(v, value);
}

static void read_number(struct chart_view *v, const char *key, double x)
{
    bool place = str_eq(key, "from") || str_eq(key, "to");
    if (place && !(x >= 0 && x <= 1e12)) /* no axis is that long */
        return;
    if (str_eq(key, "from"))
        v->x0 = fmax(0, x);
    else if (str_eq(key, "to"))
        v->x1 = x;
    else if (str_eq(key, "follow"))
        v->follow = x != 0;
    else if (str_eq(key, "smoothing") && x >= 0 && x < 1)
        v->smoothing = x;
    else if (str_eq(key, "charts") && x >= 1 && x <= CHARTS_MAX)
        v->count = (int)x;
    else if (str_eq(key, "large"))
        v->large = x != 0;
    else if (str_eq(key, "coarse"))
        v->coarse = x != 0;
}

void chart_view_read(struct chart_view *v, const char *text)
{
    while (*text) {
        char key[32], line[256];
        int used = 0;
        double x;
        size_t n = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        text += n + (text[n] == '\n');
        if (sscanf(line, "%31[a-z] =%n", key, &used) != 1 || used == 0)
            continue;
        const char *value = line + used + (line[used] == ' ');
        read_text(v, key, value);
        if (num_parse_real(value, &x) && isfinite(x))
            read_number(v, key, x);
    }
}
