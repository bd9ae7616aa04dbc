/* The curves of the run that is selected on Runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/runs_preview.h"

#include <stdio.h>

static bool is_of(const struct preview *p, const struct run_row *row)
{
    return str_eq(p->folder, row->folder) && p->epochs == row->epochs;
}

void preview_follow(struct preview *p, const struct run_row *row, const struct ui_calls *calls)
{
    if (!row || p->no_room || p->job || is_of(p, row))
        return;
    struct cmd cmd = {.kind = CMD_COMPARE, .n_list = 1, .list = (const char *[]){row->folder}};
    snprintf(p->folder, sizeof p->folder, "%s", row->folder);
    p->epochs = row->epochs;
    if (calls->submit(calls->app, &cmd, &p->job, NULL) != ERR_OK)
        p->job = 0; /* too many jobs at once: it is only a preview */
}

bool preview_event(struct preview *p, const struct notice *notice, const struct ui_calls *calls)
{
    if (!p->job || notice->job != p->job || notice->command != CMD_COMPARE || !notice_ends(notice))
        return false;
    const struct block *block =
        notice->kind == NOTICE_FINISHED ? calls->block(calls->app, notice->block) : NULL;
    p->job = 0;
    if (!block || comparing_set(&p->curves, block, NULL) != ERR_OK)
        comparing_done(&p->curves);
    return true;
}

void preview_draw(struct preview *p, struct canvas *c, struct area a, const struct run_row *row)
{
    if (row && !p->job && str_eq(p->folder, row->folder))
        comparing_draw_one(&p->curves, c, a);
}
