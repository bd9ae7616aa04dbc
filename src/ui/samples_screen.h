/* Inside of the Samples screen: screen_samples.c has its keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SAMPLES_SCREEN_H
#define FL_UI_SAMPLES_SCREEN_H

#include "ui/screen.h"
#include "ui/w_filter.h"
#include "ui/w_grid.h"
#include "ui/zoom.h"

#define STATUS_USED 0

enum sample_view { VIEW_ORIGINAL, VIEW_FRAME, VIEW_NETWORK, VIEW_AUGMENTED, VIEW_COUNT };

struct samples_screen {
    const struct ui_calls *calls;
    struct grid grid;
    enum sample_view view;
    int cls;            /* only this class, -1 all */
    struct filter filter; /* only classes that match */
    bool predicted;     /* only files that the run has predicted */
    uint64_t draw;      /* from 0: which draw of samples is shown */
    bool large;         /* the selected one alone */
    bool draws;         /* the selected one as it is, as the network sees it, and what epochs make of it */
    struct grid epochs; /* of that */
    struct zoom zoom;
    int room_w, room_h; /* pixels of the large picture's place at its last draw */
    size_t tiles[GRID_TILES], n_tiles;
    struct ds_drawing drawing; /* of them */
    bool drawing_on;           /* it is not done: few files fit */
    struct {
        uint64_t version, draw, seed, result;
        size_t most;
        int cls;
        bool predicted;
        char filter[EDIT_MAX];
    } made; /* what tiles were drawn for */
    struct {
        char run[OPTION_TEXT_MAX]; /* asked for last */
        uint64_t job;              /* reads its result; 0: none runs */
        const struct block *block; /* NULL: there is none */
        struct result_view view;
        uint64_t version;
    } stored; /* result of the run that Results shows, which may be an old one */
};

/* --- samples_pick.c: which files, and what the run said of them ------------------------------- */

/* Draws the tiles anew where what they depend on has changed. */
void samples_pick(struct samples_screen *s, const struct ui_model *model);
bool samples_more(struct samples_screen *s, const struct ui_model *model); /* goes on with that; false: it is done */
size_t samples_classes(const struct samples_screen *s, const struct ds_view *ds); /* that are let through */
/* The result whose predictions are shown: of the run that Results shows, else of this session's; NULL: none is of this folder. */
const struct result_view *samples_result(const struct samples_screen *s, const struct ui_model *model);
size_t samples_predicted(const struct samples_screen *s, const struct ui_model *model); /* pictures in it, 0 without one */
bool samples_prediction(const struct samples_screen *s, const struct ui_model *model, const char *file,
                        struct prediction_row *row);

/* --- samples_want.c: a picture as the settings make it ---------------------------------------- */

/* epoch 0: as evaluation sees it, else as that epoch of training does. False: its path is too long. */
bool samples_want(struct picture_want *want, const struct ui_model *model, size_t file, enum sample_view view,
                  int epoch);
bool samples_vary(const struct ui_model *model); /* there is augmentation in these settings */
int samples_epoch(const struct samples_screen *s, const struct ui_model *model); /* whose draws VIEW_AUGMENTED shows */
/* "44 % cut", "whole, 1.33 : 1" where it is stretched; ", flip" where it is mirrored. "" where the size is unknown. */
void samples_cut(char *out, size_t size, const struct picture_want *want, const struct ds_file_row *f);

/* --- samples_draw.c ---------------------------------------------------------------------------- */

void samples_draw_all(struct samples_screen *s, struct canvas *c, struct area body, const struct ui_model *model);

#endif
