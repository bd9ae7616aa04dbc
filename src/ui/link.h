/* What the link to the terminal can take: one batch of pictures at a time, each followed by a
 * question whose answer says that it was shown; where answers are slow, leaner pictures. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_LINK_H
#define FL_UI_LINK_H

#include <stddef.h>

#include "ui/gfx.h"

#define LINK_FENCE "\033[5n" /* the question; the answer is CSI 0 n */
#define LINK_PATIENCE 0.5    /* seconds that the next batch waits for an answer */
#define LINK_SLOW 2.0        /* seconds for a batch that make a link slow */
#define LINK_MEASURE 8192    /* smaller batches tell a link's delay, not its speed */

/* All zeros at the start. Times are those of clock_now. */
struct link {
    size_t bytes;         /* on their way; 0 none */
    double sent_at;       /* the first of them */
    enum gfx_level level; /* what the link can take */
};

void link_sent(struct link *l, size_t bytes, double now);
bool link_busy(const struct link *l, double now); /* nothing more should be sent now */
void link_answered(struct link *l, double now);   /* may lower the level, never raises it */

#endif
