/* Phases and blocks of a recipe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_timeline.h"

#include <stdio.h>
#include <string.h>

#include "ui/fmt.h"

#define CH_FULL 0x2588
#define CH_LIGHT 0x2591
#define WIDE_COLUMN 16 /* of a phase, with rate and statistics */

static const char *const bn_names[] = {
    [BN_AUTO] = "auto", [BN_FIXED] = "fixed", [BN_BATCH] = "batch"};
static const char *const optimizer_names[] = {
    [OPT_SGD] = "sgd", [OPT_ADAM] = "adam", [OPT_ADAMW] = "adamw"};
static const char *const schedule_names[] = {[SCHEDULE_CONSTANT] = "constant",
                                             [SCHEDULE_STEP] = "step",
                                             [SCHEDULE_COSINE] = "cosine",
                                             [SCHEDULE_ONE_CYCLE] = "one-cycle"};

/* Full for what trains, light for what is frozen. */
static uint32_t sign(const struct canvas *c, bool full)
{
    return full ? CH_FULL : c->ascii ? ':' : CH_LIGHT;
}

/* "0.01", or "1e-4/0.001" where backbone and head train at two rates. */
static void rate_text(char *out, size_t size, const struct phase *p)
{
    char head[NUM_TEXT], backbone[NUM_TEXT];
    fmt_rate(head, p->lr_head);
    fmt_rate(backbone, p->lr_backbone);
    if (p->backbone_trains && p->lr_backbone != p->lr_head)
        snprintf(out, size, "%s/%s", backbone, head);
    else
        snprintf(out, size, "%s", p->backbone_trains ? backbone : head);
}

#define COLUMNS 6
#define TEXT (2 * NUM_TEXT + 2)
static const char *const headings[COLUMNS] = {"trains",    "rate",     "epochs",
                                              "optimizer", "schedule", "bn"};
static const int widths[COLUMNS] = {10, 10, 6, 9, 9, 5};

static void phase_columns(char text[COLUMNS][TEXT], const struct phase *p)
{
    snprintf(text[0], TEXT, "%.10s", !p->backbone_trains ? "head" : *p->from ? p->from : "all layers");
    rate_text(text[1], TEXT, p);
    snprintf(text[2], TEXT, "%6d", p->epochs);
    snprintf(text[3], TEXT, "%s", optimizer_names[p->optimizer]);
    snprintf(text[4], TEXT, "%s", schedule_names[p->schedule.kind]);
    snprintf(text[5], TEXT, "%s", bn_names[p->bn]);
}

/* Columns that fit beside a bar of at least least cells; their width in all in *used. */
static int columns_that_fit(int width, int least, int *used)
{
    int n = 0;
    *used = 0;
    while (n < COLUMNS && *used + 1 + widths[n] + least <= width)
        *used += 1 + widths[n++];
    return n;
}

static void draw_phase(struct canvas *c, struct area row, int bar, int n, int start, int total,
                       const struct phase *p)
{
    int from = bar * start / total, to = bar * (start + p->epochs) / total, x = bar;
    for (int i = from; i < (to > from ? to : from + 1); i++)
        canvas_ch(c, row, i, 0, ROLE_BAR_FULL, sign(c, p->backbone_trains));
    char text[COLUMNS][TEXT];
    phase_columns(text, p);
    for (int i = 0; i < n; i++) {
        canvas_put(c, row, x + 1, 0, ROLE_TEXT, text[i]);
        x += 1 + widths[i];
    }
}

void timeline_draw(struct canvas *c, struct area a, const struct recipe *recipe)
{
    int total = recipe_epochs(recipe), used;
    if (area_empty(a) || total < 1)
        return;
    int n = columns_that_fit(a.w, 8, &used), bar = a.w - used, start = 0, x = bar;
    canvas_put(c, a, 0, 0, ROLE_TITLE, "Phases");
    for (int i = 0; i < n; i++) {
        canvas_put(c, a, x + 1, 0, ROLE_DIM, headings[i]);
        x += 1 + widths[i];
    }
    struct area row = {a.x, a.y + 1, a.w, 1};
    for (int i = 0; i < recipe->n_phases; i++, row.y++) {
        draw_phase(c, area_clip(row, a), bar, n, start, total, &recipe->phases[i]);
        start += recipe->phases[i].epochs;
    }
    row = area_clip(row, a);
    char end[NUM_TEXT + 8];
    snprintf(end, sizeof end, "%d", total);
    canvas_put(c, row, 0, 0, ROLE_PLOT_AXIS, "0");
    canvas_put_right(c, row, bar, 0, ROLE_PLOT_AXIS, end);
    if (n)
        canvas_put(c, row, bar + 1, 0, ROLE_PLOT_AXIS, total == 1 ? "epoch" : "epochs");
}

/* --- rates ------------------------------------------------------------------------------------ */

#define EPOCH_STEPS 64 /* fine enough for a cell */

/* Of a group at a share 0..1 of the run; 0 where it is frozen. */
static double rate_at(const struct recipe *r, bool head, double share)
{
    int total = recipe_epochs(r), in_phase;
    int64_t step = (int64_t)(share * total * EPOCH_STEPS);
    int p = recipe_phase_of(r, (int)(step / EPOCH_STEPS) + 1, &in_phase);
    const struct phase *ph = &r->phases[p];
    if (!head && !ph->backbone_trains)
        return 0;
    return schedule_rate(&ph->schedule, head ? ph->lr_head : ph->lr_backbone,
                         in_phase * EPOCH_STEPS + step % EPOCH_STEPS,
                         (int64_t)ph->epochs * EPOCH_STEPS, EPOCH_STEPS);
}

/* A cell of a column that is level eighths of a cell high, row rows above the ground. */
static uint32_t column_cell(const struct canvas *c, int level, int row)
{
    int here = level - 8 * row;
    if (here <= 0)
        return ' ';
    if (c->ascii)
        return here >= 5 ? '#' : '.';
    return here >= 8 ? CH_FULL : 0x2580u + (uint32_t)here;
}

static void draw_curve(struct canvas *c, struct area a, const struct recipe *r, bool head)
{
    const int label = 9, end = 8;
    char most[NUM_TEXT];
    double high = 0;
    int w = a.w - label - end;
    for (int i = 0; i < r->n_phases; i++) { /* no schedule goes above its rate */
        const struct phase *p = &r->phases[i];
        double rate = head ? p->lr_head : p->backbone_trains ? p->lr_backbone : 0;
        high = rate > high ? rate : high;
    }
    canvas_put(c, a, 0, a.h - 1, ROLE_DIM, head ? "head" : "backbone");
    for (int x = 0; x < w && high > 0; x++) {
        double rate = rate_at(r, head, (x + 0.5) / w);
        int level = (int)(rate / high * 8 * a.h + 0.5);
        for (int y = 0; y < a.h; y++)
            canvas_ch(c, a, label + x, a.h - 1 - y, head ? ROLE_PLOT_VALID : ROLE_PLOT_TRAIN,
                      column_cell(c, rate > 0 && level < 1 ? 1 : level, y));
    }
    canvas_put(c, a, a.w - end + 1, 0, ROLE_PLOT_AXIS, high > 0 ? fmt_rate(most, high) : "frozen");
}

void rates_draw(struct canvas *c, struct area a, const struct recipe *recipe)
{
    if (area_empty(a) || a.w < 24 || recipe_epochs(recipe) < 1)
        return;
    struct area half = {a.x, a.y, a.w, a.h / 2};
    if (half.h)
        draw_curve(c, half, recipe, false);
    half.y += half.h;
    half.h = a.h - half.h;
    draw_curve(c, half, recipe, true);
}

/* --- blocks ----------------------------------------------------------------------------------- */

int ladder_first(const struct phase *p, const struct graph *g)
{
    int named = *p->from ? graph_block(g, p->from) : 0;
    return !p->backbone_trains ? (int)g->n_blocks - 1 : named > 0 ? named : 0;
}

static bool trains(const struct phase *p, const struct graph *g, size_t block)
{
    return (int)block >= ladder_first(p, g);
}

static int64_t params_training(const struct phase *p, const struct graph *g)
{
    int64_t n = 0;
    for (int b = ladder_first(p, g); b < (int)g->n_blocks; b++)
        n += graph_params(g, b);
    return n;
}

/* "phase 1 trains 2565 of 11.2 M parameters". */
static void draw_counts(struct canvas *c, struct area row, int i, const struct recipe *r,
                        const struct graph *g)
{
    char some[NUM_TEXT], all[NUM_TEXT], phase[24] = "", text[128];
    fmt_count(some, (double)params_training(&r->phases[i], g));
    fmt_count(all, (double)graph_params(g, -1));
    if (r->n_phases > 1)
        snprintf(phase, sizeof phase, "phase %d ", i + 1);
    int n = snprintf(text, sizeof text, "%strains %s of %s", phase, some, all);
    if (n + (int)strlen(" parameters") <= row.w)
        strcat(text, " parameters");
    canvas_put_cut(c, row, 0, 0, row.w, ROLE_TEXT, text, false);
}

static void draw_signs(struct canvas *c, struct area row, const struct phase *p,
                       const struct graph *g)
{
    size_t n = g->n_blocks;
    for (size_t b = 0; b < n; b++) {
        int from = (int)((size_t)row.w * b / n), to = (int)((size_t)row.w * (b + 1) / n);
        for (int x = from; x < (to - from > 1 ? to - 1 : to); x++)
            canvas_ch(c, row, x, 0, ROLE_BAR_FULL, sign(c, trains(p, g, b)));
    }
}

/* Few rows: for each phase its counts, and its blocks as signs where there is room for both. */
static void draw_short(struct canvas *c, struct area a, const struct recipe *r,
                       const struct graph *g)
{
    bool both = a.h >= 2 * r->n_phases;
    struct area row = {a.x, a.y, a.w, 1};
    for (int i = 0; i < r->n_phases && row.y < a.y + a.h; i++, row.y++) {
        draw_counts(c, row, i, r, g);
        if (both) {
            row.y++;
            draw_signs(c, row, &r->phases[i], g);
        }
    }
}

/* Whose statistics a block's batch norm uses; the head has none. */
static const char *bn_text(const struct phase *p, const struct graph *g, size_t block)
{
    bool batch = p->bn == BN_BATCH || (p->bn == BN_AUTO && trains(p, g, block));
    return block + 1 == g->n_blocks ? "" : batch ? "batch" : "stored";
}

/* "3e-4    batch", "frozen  stored"; only the first word in a narrow column. */
static void draw_state(struct canvas *c, struct area row, int x, int width, const struct phase *p,
                       const struct graph *g, size_t block)
{
    char rate[NUM_TEXT];
    bool t = trains(p, g, block);
    enum role role = t ? ROLE_TEXT : ROLE_DIM;
    if (width < WIDE_COLUMN) {
        canvas_put(c, row, x, 0, role, t ? "trains" : "frozen");
        return;
    }
    canvas_put(c, row, x, 0, role, t ? fmt_rate(rate, phase_lr(p, (int)block, (int)g->n_blocks)) : "frozen");
    canvas_put(c, row, x + 8, 0, role, bn_text(p, g, block));
}

static void draw_block(struct canvas *c, struct area row, size_t b, const struct recipe *r,
                       const struct graph *g, int64_t largest, int width)
{
    char count[NUM_TEXT];
    int64_t params = graph_params(g, (int)b);
    canvas_put_cut(c, row, 0, 0, 14, ROLE_TEXT, g->blocks[b].name, false);
    canvas_put_right(c, row, 23, 0, ROLE_TEXT, fmt_count(count, (double)params));
    int x = 25;
    for (int i = 0; i < r->n_phases; i++, x += width)
        draw_state(c, row, x, width, &r->phases[i], g, b);
    canvas_bar(c, row, x, 0, row.w - x, ROLE_BAR_FULL,
               largest ? (double)params / (double)largest : 0);
}

/* First block that trains in the phases that train the backbone; -1: there is none. */
static int cut_of(const struct recipe *r, const struct graph *g)
{
    for (int i = r->n_phases - 1; i >= 0; i--) {
        if (r->phases[i].backbone_trains)
            return ladder_first(&r->phases[i], g);
    }
    return -1;
}

static void draw_cut(struct canvas *c, struct area row)
{
    canvas_fill(c, row, ROLE_PLOT_MARK, 0x2500);
    canvas_put(c, row, 2, 0, ROLE_PLOT_MARK, " cut: what is below trains ");
}

static void draw_long(struct canvas *c, struct area a, const struct recipe *r,
                      const struct graph *g)
{
    int64_t largest = 0;
    int cut = cut_of(r, g), width = a.w >= 32 + WIDE_COLUMN * r->n_phases ? WIDE_COLUMN : 8;
    for (size_t b = 0; b < g->n_blocks; b++)
        largest = graph_params(g, (int)b) > largest ? graph_params(g, (int)b) : largest;
    struct area row = {a.x, a.y, a.w, 1};
    canvas_put(c, row, 0, 0, ROLE_TITLE, "Blocks");
    canvas_put_right(c, row, 23, 0, ROLE_DIM, "parameters");
    for (int i = 0; i < r->n_phases; i++)
        canvas_printf(c, row, 25 + width * i, 0, ROLE_DIM,
                      width < WIDE_COLUMN ? "phase %d" : "phase %d bn", i + 1);
    row.y++;
    for (size_t b = 0; b < g->n_blocks; b++, row.y++) {
        if (cut > 0 && (int)b == cut) {
            draw_cut(c, row);
            row.y++;
        }
        draw_block(c, row, b, r, g, largest, width);
    }
    for (int i = 0; i < r->n_phases; i++, row.y++)
        draw_counts(c, row, i, r, g);
}

void ladder_draw(struct canvas *c, struct area a, const struct recipe *recipe,
                 const struct graph *graph)
{
    if (area_empty(a) || !graph)
        return;
    int rows = (int)graph->n_blocks + 1 + recipe->n_phases + (cut_of(recipe, graph) > 0);
    if (a.h >= rows && a.w >= 32 + 8 * recipe->n_phases)
        draw_long(c, a, recipe, graph);
    else
        draw_short(c, a, recipe, graph);
}
