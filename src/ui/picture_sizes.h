/* Sizes of picture files that no data set tells, asked of the engine a page at a time: pictures have
 * places of their own shape. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PICTURE_SIZES_H
#define FL_UI_PICTURE_SIZES_H

#include "ui/screen.h"
#include "ui/w_grid.h"

#define SIZES_KEPT 1024

/* Zeros know nothing. */
struct picture_sizes {
    struct {
        uint64_t file; /* a hash of its path */
        int width, height;
    } kept[SIZES_KEPT]; /* the oldest goes */
    size_t next;
    char *wanted[GRID_TILES]; /* of the last draws, not known */
    size_t n_wanted;
    uint64_t asked[GRID_TILES]; /* the job's */
    size_t n_asked;
    uint64_t job; /* under way, 0 none */
};
void picture_sizes_done(struct picture_sizes *s);

/* Of a file in pixels, zeros while they are not known; then it is wanted. */
void picture_sizes_find(struct picture_sizes *s, const char *path, int *width, int *height);
/* Asks for what is wanted, one job at a time. */
void picture_sizes_ask(struct picture_sizes *s, const struct ui_calls *calls);
/* True: the notice was the end of that job. */
bool picture_sizes_event(struct picture_sizes *s, const struct notice *notice,
                         const struct ui_calls *calls);

#endif
