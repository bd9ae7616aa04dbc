/* What the link to the terminal can take.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/link.h"

void link_sent(struct link *l, size_t bytes, double now)
{
    if (!l->bytes)
        l->sent_at = now;
    l->bytes += bytes;
}

bool link_busy(const struct link *l, double now)
{
    return l->bytes && now - l->sent_at < LINK_PATIENCE;
}

void link_answered(struct link *l, double now)
{
    bool slow = l->bytes >= LINK_MEASURE && now - l->sent_at > LINK_SLOW;
    if (slow && l->level < GFX_CELLS)
        l->level++;
    l->bytes = 0;
}
