/* Inside of the Train screen, for screen_train.c and train_*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_TRAIN_SCREEN_H
#define FL_UI_TRAIN_SCREEN_H

#include "ui/chart_view.h"
#include "ui/screen.h"

/* What the result says about a class. */
struct class_line {
    int cls, taken_for; /* taken_for: the class that its wrong pictures went to most, -1 none */
    int64_t n, n_taken;
    double recall;
};

struct train_screen {
    const struct ui_calls *calls;
    const struct ui_model *model; /* of the last action, for menus and prompts */
    struct history history;
    struct chart_view view;
    /* the view on its way to and from the run's folder */
    char view_run[OPTION_TEXT_MAX]; /* whose view this is */
    uint64_t view_job;              /* 0: none on its way */
    bool view_loads, view_waits;    /* the job reads; a change waits for the job's end */
    /* what was drawn last, for the keys */
    int chart_rows;                      /* height that the held ranges belong to */
    struct plot_range held[CHART_COUNT]; /* zeros: not steady yet */
    struct plot_range drawn[CHART_COUNT];
    struct area boxes[CHART_COUNT]; /* inside of the axes, for the mouse; empty without axes */
    int columns; /* of a chart's inside */
    double *px, *py;
    size_t cap_x, cap_y;
    uint64_t result_version;
    struct class_line *lines;
    int n_lines;
    uint64_t steered;   /* the run that the last key was for */
    char problem[1040]; /* why the last start came to no run, or its run failed; "" it did not */
    char way_out[512]; /* what may help a run that failed; or "" */
    /* the stage of a job, when it was first seen: tells how fast it is */
    char stage[48];
    double stage_seconds;
    uint64_t stage_done;
};

/* train_charts.c */
size_t train_chosen(const struct train_screen *s, enum chart_id out[CHART_COUNT]);
struct chart_span train_span(const struct train_screen *s, const struct train_view *t);
/* The chosen charts that have room, from the page on that the focused one is on. */
void train_draw_charts(struct train_screen *s, struct canvas *c, struct area a,
                       const struct train_view *t);

/* train_parts.c */
void train_draw_head(struct canvas *c, struct area a, const struct snapshot *snap);
void train_draw_progress(const struct train_screen *s, struct canvas *c, struct area a,
                         const struct snapshot *snap);
void train_draw_gauges(struct canvas *c, struct area a, const struct snapshot *snap);
void train_draw_startup(struct canvas *c, struct area a, const struct snapshot *snap);
/* The newest numbers, where charts have no room: losses and accuracies, a line each. */
void train_draw_numbers(struct canvas *c, struct area a, const struct train_view *t);
void train_draw_table(struct canvas *c, struct area a, const struct train_view *t);
void train_draw_classes(struct train_screen *s, struct canvas *c, struct area a,
                        const struct ui_model *model);
void train_draw_events(struct canvas *c, struct area a, const struct train_view *t);

/* train_keys.c */
unsigned train_chart_action(struct train_screen *s, enum action action,
                            const struct ui_model *model);
struct ui_rows train_rows(void *self, struct ui_model *model, const size_t *go); /* the charts */
/* The mouse on a chart (index of the hit): the wheel zooms about the pointer, a click chooses it. */
bool train_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model);
const char *train_chart_why_not(const struct train_screen *s, enum action action,
                                const struct ui_model *model);
/* Asks for the view of the run that is shown, when it is another one than before. */
void train_load_view(struct train_screen *s, const struct ui_model *model);
void train_save_view(struct train_screen *s, const struct ui_model *model);
void train_view_event(struct train_screen *s, const struct notice *notice,
                      const struct ui_model *model);

#endif
