/* A confusion matrix.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_matrix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/fmt.h"

#define MANY 0.1   /* share of a class in one wrong cell that is marked */
#define RECALL_W 9 /* cells of the column at the right, */
#define LABEL_W 20 /* of the names at the left at most, */
#define CELL_W 7   /* of a column at least: "10.0 k" */

/* --- moving -------------------------------------------------------------------------------- */

static int clamp(int v, int most)
{
    return v < 0 || most <= 0 ? 0 : v >= most ? most - 1 : v;
}

bool matrix_action(struct matrix *m, enum action action, int n)
{
    int row = m->row, col = m->col, page = m->rows > 1 ? m->rows - 1 : 1;
    switch (action) {
    case ACTION_UP:
        row--;
        break;
    case ACTION_DOWN:
        row++;
        break;
    case ACTION_LEFT:
        col--;
        break;
    case ACTION_RIGHT:
        col++;
        break;
    case ACTION_PAGE_UP:
        row -= page;
        break;
    case ACTION_PAGE_DOWN:
        row += page;
        break;
    case ACTION_HOME:
        row = col = 0;
        break;
    case ACTION_END:
        row = col = n - 1;
        break;
    default:
        return false;
    }
    row = clamp(row, n);
    col = clamp(col, n);
    bool moved = m->row != row || m->col != col;
    m->row = row;
    m->col = col;
    return moved;
}

bool matrix_mouse(struct matrix *m, size_t cell, int n, const struct mouse *mouse)
{
    int row = n > 0 ? (int)(cell / (size_t)n) : 0, col = n > 0 ? (int)(cell % (size_t)n) : 0;
    if (mouse->what != MOUSE_CLICK)
        matrix_action(m, mouse->what == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN, n);
    if (mouse->what != MOUSE_CLICK || row >= n)
        return false;
    bool was = m->row == row && m->col == col;
    m->row = row;
    m->col = col;
    return was;
}

/* The first one shown so that selected is. */
static int scrolled(int first, int selected, int shown, int n)
{
    if (first > n - shown)
        first = n - shown > 0 ? n - shown : 0;
    if (selected < first)
        first = selected;
    return shown > 0 && selected >= first + shown ? selected - shown + 1 : first;
}

/* --- where things stand -------------------------------------------------------------------- */

struct frame {
    struct canvas *c;
    struct area a;
    const struct matrix *m;
    const struct result_view *v;
    const struct class_row *classes;
    int label, cell; /* widths: of the names at the left, of a column */
    bool recall, precision, focus;
};

static int longest_name(const struct result_view *v)
{
    int longest = 9; /* "precision" */
    for (int k = 0; k < v->n_classes; k++) {
        int w = text_width(result_view_class(v, k));
        longest = w > longest ? w : longest;
    }
    return longest;
}

static void place(struct frame *f, struct matrix *m)
{
    int n = f->v->n_classes, longest = longest_name(f->v);
    f->label = longest < LABEL_W ? longest : LABEL_W;
    if (f->label > f->a.w / 3)
        f->label = f->a.w / 3;
    f->recall = f->a.w >= 40;
    int room = f->a.w - f->label - (f->recall ? RECALL_W : 0), widest = longest + 2;
    widest = widest > 12 ? 12 : widest;
    f->cell = n > 0 ? room / n : CELL_W;
    f->cell = f->cell < CELL_W ? CELL_W : f->cell > widest ? widest : f->cell;
    m->cols = room / f->cell < n ? room / f->cell : n;
    int rows = f->a.h - 1;
    f->precision = rows > 4 || rows > n;
    rows -= f->precision;
    m->rows = rows < n ? rows : n;
    m->rows = m->rows < 0 ? 0 : m->rows;
    m->cols = m->cols < 0 ? 0 : m->cols;
    m->row = clamp(m->row, n);
    m->col = clamp(m->col, n);
    m->top = scrolled(m->top, m->row, m->rows, n);
    m->left = scrolled(m->left, m->col, m->cols, n);
}

static int column_end(const struct frame *f, int col)
{
    return f->label + (col - f->m->left + 1) * f->cell;
}

/* --- drawing ------------------------------------------------------------------------------- */

void matrix_name(struct canvas *c, struct area a, int x, int y, int width, enum role role,
                 const char *name)
{
    size_t n = strlen(name);
    bool numbered = n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9';
    canvas_put_cut(c, a, x, y, width, role, name, numbered);
}

static void draw_header(const struct frame *f)
{
    canvas_put_cut(f->c, f->a, 0, 0, f->label, ROLE_DIM, f->m->rates ? "%" : "true", false);
    for (int k = f->m->left; k < f->m->left + f->m->cols; k++) {
        const char *name = result_view_class(f->v, k);
        int most = f->cell - 1, width = text_width(name) < most ? text_width(name) : most;
        matrix_name(f->c, f->a, column_end(f, k) - width, 0, width,
                    k == f->m->col ? ROLE_STRONG : ROLE_DIM, name);
    }
    if (f->recall)
        canvas_put_right(f->c, f->a, f->a.w, 0, ROLE_DIM, "recall");
}

static enum role cell_role(const struct frame *f, int row, int col, int64_t count)
{
    if (row == col)
        return count ? ROLE_CLASS_PRED : ROLE_CLASS_WRONG;
    return (double)count >= MANY * (double)f->classes[row].n ? ROLE_CLASS_WRONG : ROLE_TEXT;
}

static void draw_cell(const struct frame *f, int row, int col)
{
    char text[NUM_TEXT];
    int y = 1 + row - f->m->top, end = column_end(f, col);
    int64_t count = result_view_count(f->v, row, col), n = f->classes[row].n;
    bool selected = row == f->m->row && col == f->m->col;
    struct area cell = area_clip((struct area){f->a.x + end - f->cell + 1, f->a.y + y, f->cell - 1, 1}, f->a);
    canvas_hit(f->c, cell, HIT_SCREEN, f->m, (size_t)row * (size_t)f->v->n_classes + (size_t)col);
    if (count == 0 && (row != col || n == 0))
        canvas_put_right(f->c, f->a, end, y, ROLE_DIM, "\xc2\xb7");
    else if (f->m->rates)
        canvas_put_right(f->c, f->a, end, y, cell_role(f, row, col, count),
                         fmt_fixed(text, 100.0 * (double)count / (double)n, 1));
    else
        canvas_put_right(f->c, f->a, end, y, cell_role(f, row, col, count),
                         fmt_count(text, (double)count));
    if (selected)
        canvas_role(f->c, cell, f->focus ? ROLE_SELECT : ROLE_SELECT_BLUR);
}

static void draw_row(const struct frame *f, int row)
{
    char text[NUM_TEXT];
    int y = 1 + row - f->m->top;
    matrix_name(f->c, f->a, 0, y, f->label, row == f->m->row ? ROLE_STRONG : ROLE_TEXT,
                result_view_class(f->v, row));
    for (int k = f->m->left; k < f->m->left + f->m->cols; k++)
        draw_cell(f, row, k);
    if (f->recall)
        canvas_put_right(f->c, f->a, f->a.w, y, ROLE_TEXT,
                         fmt_percent(text, f->classes[row].recall));
}

static void draw_precision(const struct frame *f)
{
    char text[NUM_TEXT];
    int y = 1 + f->m->rows;
    canvas_put_cut(f->c, f->a, 0, y, f->label, ROLE_DIM, "precision", false);
    for (int k = f->m->left; k < f->m->left + f->m->cols; k++)
        canvas_put_right(f->c, f->a, column_end(f, k), y, ROLE_DIM,
                         isnan(f->classes[k].precision)
                             ? "-"
                             : fmt_fixed(text, 100 * f->classes[k].precision, 1));
}

void matrix_draw(struct canvas *c, struct area a, struct matrix *m, const struct result_view *v,
                 const struct class_row *classes, bool focus)
{
    if (area_empty(a))
        return;
    struct frame f = {.c = c, .a = a, .m = m, .v = v, .classes = classes, .focus = focus};
    place(&f, m);
    draw_header(&f);
    for (int row = m->top; row < m->top + m->rows; row++)
        draw_row(&f, row);
    if (f.precision)
        draw_precision(&f);
}

void matrix_sentence(struct str *out, const struct matrix *m, const struct result_view *v,
                     const struct class_row *classes)
{
    if (m->row >= v->n_classes || m->col >= v->n_classes)
        return;
    char share[NUM_TEXT];
    int64_t count = result_view_count(v, m->row, m->col), n = classes[m->row].n;
    const char *name = result_view_class(v, m->row);
    if (m->row == m->col)
        str_printf(out, "%s right", name);
    else
        str_printf(out, "%s taken for %s", name, result_view_class(v, m->col));
    str_printf(out, ": %lld of %lld", (long long)count, (long long)n);
    if (n)
        str_printf(out, ", %s", fmt_percent(share, (double)count / (double)n));
}
