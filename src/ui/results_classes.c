/* The table of classes of a result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/results_classes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"
#include "ui/order.h"
#include "ui/parts.h"
#include "ui/w_matrix.h"

void classes_set(struct classes *k, const struct result_view *v)
{
    k->n = v->n_classes;
    free(k->by_class);
    free(k->sorted);
    k->by_class = xcalloc((size_t)k->n, sizeof *k->by_class);
    class_rows(k->by_class, v);
    k->sorted = xmemdup(k->by_class, (size_t)k->n * sizeof *k->by_class);
    class_rows_sort(k->sorted, v, k->column, k->reverse);
}

void classes_done(struct classes *k)
{
    free(k->by_class);
    free(k->sorted);
    *k = (struct classes){0};
}

bool classes_action(struct classes *k, enum action action, const struct result_view *v)
{
    if (action != ACTION_SORT && action != ACTION_SORT_BACK)
        return list_action(&k->list, action, (size_t)k->n);
    if (action == ACTION_SORT)
        k->column = (enum class_column)order_next_column((int)k->column, CLASS_COLUMNS, k->seen);
    k->reverse = action == ACTION_SORT_BACK && !k->reverse;
    class_rows_sort(k->sorted, v, k->column, k->reverse);
    k->list.selected = 0;
    return true;
}

void classes_sort_by(struct classes *k, enum class_column column, const struct result_view *v)
{
    k->reverse = k->column == column && !k->reverse;
    k->column = column;
    class_rows_sort(k->sorted, v, k->column, k->reverse);
    k->list.selected = 0;
}

int classes_selected(const struct classes *k)
{
    return k->list.selected < (size_t)k->n ? k->sorted[k->list.selected].cls : -1;
}

/* --- drawing ------------------------------------------------------------------------------- */

static const struct {
    const char *title;
    int width, rank; /* those with a lower rank are dropped last */
} columns[CLASS_COLUMNS] = {
    [CLASS_NAME] = {"class", 10, 0},   [CLASS_PICTURES] = {"pictures", 9, 4},
    [CLASS_RECALL] = {"recall", 9, 1}, [CLASS_PRECISION] = {"precision", 11, 2},
    [CLASS_F1] = {"F1", 9, 3},         [CLASS_TAKEN_FOR] = {"taken for", 14, 5},
};

struct places {
    int x[CLASS_COLUMNS], width[CLASS_COLUMNS]; /* width 0: not shown */
};

static struct places places_in(int width)
{
    struct places p = {0};
    int used = 0, least = width < 20 ? width - 11 : columns[CLASS_NAME].width; /* of a name */
    for (int rank = 0; rank < CLASS_COLUMNS; rank++) {
        for (int i = 0; i < CLASS_COLUMNS; i++) {
            if (columns[i].rank != rank || (used && used + columns[i].width + 1 > width))
                continue;
            p.width[i] = i == CLASS_NAME && least >= 4 ? least : columns[i].width;
            used += p.width[i] + 1;
        }
    }
    int more = width - used > 0 ? width - used : 0;
    int name = p.width[CLASS_TAKEN_FOR] ? more / 2 : more;
    name = name > 16 ? 16 : name;
    p.width[CLASS_NAME] += name;
    if (p.width[CLASS_TAKEN_FOR])
        p.width[CLASS_TAKEN_FOR] += more - name;
    for (int i = 0, x = 0; i < CLASS_COLUMNS; i++) {
        p.x[i] = x;
        x += p.width[i] ? p.width[i] + 1 : 0;
    }
    return p;
}

static bool is_left(int column)
{
    return column == CLASS_NAME || column == CLASS_TAKEN_FOR;
}

static void draw_titles(const struct classes *k, struct canvas *c, struct area row,
                        const struct places *p)
{
    for (int i = 0; i < CLASS_COLUMNS; i++) {
        char text[32];
        bool sorted = (int)k->column == i;
        snprintf(text, sizeof text, "%s%s", columns[i].title,
                 sorted ? parts_sort_sign(c, k->reverse) : "");
        enum role role = sorted ? ROLE_STRONG : ROLE_DIM;
        int gap = i == CLASS_TAKEN_FOR; /* after numbers that end at its left */
        if (p->width[i])
            canvas_hit(c, (struct area){row.x + p->x[i], row.y, p->width[i], row.h}, HIT_SCREEN,
                       &k->column, HIT_HEADINGS + (size_t)i);
        if (p->width[i] && is_left(i))
            canvas_put_cut(c, row, p->x[i] + gap, 0, p->width[i] - gap, role, text, false);
        else if (p->width[i])
            canvas_put_right(c, row, p->x[i] + p->width[i], 0, role, text);
    }
}

struct drawing {
    const struct classes *k;
    const struct result_view *v;
    struct places places;
};

static void draw_numbers(struct canvas *c, struct area line, const struct class_row *row,
                         const struct places *p)
{
    char text[NUM_TEXT];
    const double shares[CLASS_COLUMNS] = {
        [CLASS_RECALL] = row->recall, [CLASS_PRECISION] = row->precision, [CLASS_F1] = row->f1};
    for (int i = CLASS_PICTURES; i <= CLASS_F1; i++) {
        if (!p->width[i])
            continue;
        if (i == CLASS_PICTURES)
            snprintf(text, sizeof text, "%lld", (long long)row->n);
        else
            fmt_percent(text, shares[i]);
        canvas_put_right(c, line, p->x[i] + p->width[i], 0, ROLE_TEXT, text);
    }
}

static void draw_class(struct canvas *c, struct area line, size_t i, void *user)
{
    const struct drawing *d = user;
    const struct class_row *row = &d->k->sorted[i];
    const struct places *p = &d->places;
    char text[OPTION_TEXT_MAX];
    matrix_name(c, line, 0, 0, p->width[CLASS_NAME], parts_class_role(row->cls),
                result_view_class(d->v, row->cls));
    draw_numbers(c, line, row, p);
    if (!p->width[CLASS_TAKEN_FOR] || row->taken_for < 0)
        return;
    snprintf(text, sizeof text, "%lld %s", (long long)row->n_taken,
             result_view_class(d->v, row->taken_for));
    canvas_put_cut(c, line, p->x[CLASS_TAKEN_FOR] + 1, 0, p->width[CLASS_TAKEN_FOR] - 1, ROLE_DIM,
                   text, false);
}

void classes_draw(struct classes *k, struct canvas *c, struct area a, const struct result_view *v,
                  bool focus)
{
    char right[64];
    snprintf(right, sizeof right, "%d classes", v->n_classes);
    struct area rows = parts_heading(c, a, focus, "Classes", right);
    if (rows.h < 1)
        return;
    struct drawing d = {k, v, places_in(rows.w - 1)};
    k->seen = 0;
    for (int i = 0; i < CLASS_COLUMNS; i++)
        k->seen |= d.places.width[i] ? 1u << i : 0;
    draw_titles(k, c, (struct area){rows.x, rows.y, rows.w, 1}, &d.places);
    rows.y++;
    rows.h--;
    list_draw(c, rows, &k->list, (size_t)k->n, focus, draw_class, &d);
}

void classes_sentence(struct str *out, const struct classes *k, const struct result_view *v)
{
    if (k->list.selected >= (size_t)k->n)
        return;
    const struct class_row *row = &k->sorted[k->list.selected];
    str_printf(out, "%s: %lld of %lld right, named %lld time%s", result_view_class(v, row->cls),
               (long long)row->right, (long long)row->n, (long long)row->predicted,
               row->predicted == 1 ? "" : "s");
    if (row->taken_for >= 0)
        str_printf(out, ", %lld time%s taken for %s", (long long)row->n_taken,
                   row->n_taken == 1 ? "" : "s",
                   result_view_class(v, row->taken_for));
}
