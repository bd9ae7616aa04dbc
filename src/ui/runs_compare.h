/* Several runs beside each other: their charts in one, and the settings that differ.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RUNS_COMPARE_H
#define FL_UI_RUNS_COMPARE_H

#include "ui/screen.h"
#include "ui/w_list.h"

/* Zeros are none. */
struct comparing {
    const struct block *block;
    struct compare_view view;
    double *epoch, *loss, *acc; /* of all runs, one after the other */
    struct list list;           /* of the settings */
};

/* Takes the block over. errors: FORMAT (then nothing changes, the block is released) */
enum err_code comparing_set(struct comparing *k, const struct block *block, struct err *err);
void comparing_done(struct comparing *k);

/* The curves of a single run. */
void comparing_draw_one(const struct comparing *k, struct canvas *c, struct area a);
void comparing_draw(struct comparing *k, struct canvas *c, struct area a);

#endif
