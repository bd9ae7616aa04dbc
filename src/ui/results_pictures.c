/* Pictures of a result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/results_pictures.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

#define RIGHT_SIGN "\xe2\x9c\x93"
#define WRONG_SIGN "\xe2\x9c\x97"

void picks_set(struct picks *p, struct result_rows rows)
{
    p->rows = rows;
    if (p->grid.selected >= rows.n)
        p->grid.selected = p->grid.top = 0;
    p->large = p->large && rows.n;
}

bool picks_action(struct picks *p, enum action action)
{
    if (action == ACTION_SELECT && p->rows.n) {
        p->large = !p->large;
        return true;
    }
    if (action == ACTION_BACK && p->large) {
        p->large = false;
        return true;
    }
    return grid_action(&p->grid, action, p->rows.n);
}

static struct prediction_row row_of(const struct picks *p, const struct picks_source *from,
                                    size_t i)
{
    return result_view_row(from->view, result_view_in(from->view, &p->rows, i));
}

bool picks_file(const struct picks *p, const struct picks_source *from, struct str *path)
{
    if (p->grid.selected >= p->rows.n)
        return false;
    char *file = path_join(from->root, row_of(p, from, p->grid.selected).file);
    str_add(path, file);
    free(file);
    return true;
}

/* --- drawing ------------------------------------------------------------------------------- */

static const char *class_name(const struct picks_source *from, int cls)
{
    return cls >= 0 ? result_view_class(from->view, cls) : "unknown";
}

static enum role answer_role(const struct prediction_row *row)
{
    if (row->predicted < 0)
        return ROLE_STATE_WARN;
    if (row->truth < 0)
        return parts_class_role(row->predicted);
    return row->truth == row->predicted ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG;
}

/* "✓ roses 98.2 %", "✗ roses 98.2 %", "roses 98.2 %" where the truth is not known, or the problem;
 * "98 %" where that has more room than width. */
static void answer_text(char *out, size_t size, int width, const struct picks_source *from,
                        const struct prediction_row *row)
{
    char share[NUM_TEXT];
    const char *sign = row->truth < 0                 ? ""
                       : row->truth == row->predicted ? RIGHT_SIGN " "
                                                      : WRONG_SIGN " ";
    if (row->predicted < 0)
        snprintf(out, size, "%s", *row->problem ? row->problem : "no prediction");
    else
        snprintf(out, size, "%s%s %s", sign, class_name(from, row->predicted),
                 fmt_percent(share, row->probability));
    if (row->predicted >= 0 && text_width(out) > width)
        snprintf(out, size, "%s%s %s %%", sign, class_name(from, row->predicted),
                 fmt_fixed(share, 100 * row->probability, 0));
}

static void make_tile(struct tile *t, int width, const struct picks_source *from,
                      const struct prediction_row *row)
{
    *t = (struct tile){.pictures = from->model->pictures, .name = row->file, .rows = 2};
    t->known = parts_picture(&t->want, from->root, row->file);
    picture_sizes_find(from->sizes, t->want.path, &t->width, &t->height);
    t->aspect = parts_aspect(t->width, t->height);
    t->want.page = true;
    t->lines[0].role = row->truth >= 0 ? parts_class_role(row->truth) : ROLE_TEXT;
    snprintf(t->lines[0].text, sizeof t->lines[0].text, "%s",
             row->truth >= 0 ? class_name(from, row->truth) : path_base(row->file));
    t->lines[1].role = answer_role(row);
    answer_text(t->lines[1].text, sizeof t->lines[1].text, width, from, row);
}

static void put_fact(struct canvas *c, struct area a, int y, const char *name, enum role role,
                     const char *value)
{
    canvas_put(c, a, 0, y, ROLE_DIM, name);
    canvas_put_cut(c, a, 8, y, a.w - 8, role, value, true);
}

/* The likeliest classes as bars. */
static void draw_top(struct canvas *c, struct area a, const struct picks_source *from, size_t row)
{
    int name = a.w / 2 < 20 ? a.w / 2 : 20;
    for (int k = 0; k < from->view->n_top; k++) {
        double share;
        char text[NUM_TEXT];
        int cls = result_view_top(from->view, row, k, &share);
        if (cls < 0)
            continue;
        canvas_put_cut(c, a, 0, k, name, k ? ROLE_TEXT : ROLE_STRONG, class_name(from, cls), false);
        canvas_put_right(c, a, name + 9, k, ROLE_TEXT, fmt_percent(text, share));
        parts_gauge(c, a, name + 10, k, a.w - name - 10, k ? ROLE_BAR_FULL : ROLE_CLASS_PRED,
                    share);
    }
}

static void draw_facts(struct canvas *c, struct area a, const struct picks_source *from, size_t at)
{
    struct prediction_row row = result_view_row(from->view, at);
    char answer[OPTION_TEXT_MAX];
    int y = 0;
    answer_text(answer, sizeof answer, a.w - 8, from, &row);
    put_fact(c, a, y++, "file", ROLE_TEXT, path_base(row.file));
    if (row.truth >= 0)
        put_fact(c, a, y++, "class", parts_class_role(row.truth), class_name(from, row.truth));
    put_fact(c, a, y++, "answer", answer_role(&row), answer);
    if (from->view->n_top && y + 1 < a.h)
        draw_top(c, (struct area){a.x, a.y + y + 1, a.w, a.h - y - 1}, from, at);
}

/* The picture with its facts beside it, or below it where there is no room beside. */
static void draw_large(struct canvas *c, struct area a, const struct picks *p,
                       const struct picks_source *from)
{
    struct tile t;
    struct prediction_row row = row_of(p, from, p->grid.selected);
    struct area facts = a.w >= 60 ? area_cut_right(&a, a.w / 2 < 56 ? a.w / 2 : 56)
                                  : area_cut_bottom(&a, a.h / 2 < 9 ? a.h / 2 : 9);
    make_tile(&t, a.w, from, &row);
    t.want.page = false;
    tile_picture(c, a, &t, from->model->cell_w, from->model->cell_h);
    draw_facts(c, area_inset(facts, 1, 0), from,
               result_view_in(from->view, &p->rows, p->grid.selected));
}

/* A page of them. */
struct page {
    const struct picks *p;
    const struct picks_source *from;
};

static void make_at(void *user, struct tile *t, size_t i, int width)
{
    const struct page *page = user;
    struct prediction_row row = row_of(page->p, page->from, i);
    make_tile(t, width, page->from, &row);
    t->blur = page->p->blur;
}

void picks_draw(struct canvas *c, struct area a, struct picks *p, const struct picks_source *from)
{
    struct page page = {p, from};
    struct grid_source source = {make_at, &page, from->model->cell_w, from->model->cell_h};
    if (p->large && p->grid.selected < p->rows.n)
        draw_large(c, a, p, from);
    else if (!area_empty(a))
        grid_draw(&p->grid, c, a, p->rows.n, &source);
}
