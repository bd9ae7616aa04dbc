/* The newest run that has a result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/results_newest.h"

#include <stdio.h>

#include "ui/parts.h"

void newest_done(struct newest *k)
{
    block_release(k->runs);
    *k = (struct newest){0};
}

void newest_ask(struct newest *k, const struct ui_calls *calls, const struct ui_model *model)
{
    struct cmd cmd = {.kind = CMD_RUNS, .options = model->options};
    struct err err = {0};
    if (k->job)
        return;
    newest_done(k);
    if (calls->submit(calls->app, &cmd, &k->job, &err) != ERR_OK)
        snprintf(k->problem, sizeof k->problem, "%s", err.message);
}

bool newest_event(struct newest *k, const struct notice *notice, const struct ui_calls *calls)
{
    if (!k->job || notice->job != k->job || notice->command != CMD_RUNS || !notice_ends(notice))
        return false;
    newest_done(k);
    if (notice->kind == NOTICE_FINISHED)
        k->runs = calls->block(calls->app, notice->block);
    else
        snprintf(k->problem, sizeof k->problem, "%s", notice->err.message);
    k->n = k->runs ? runs_view_count(k->runs) : 0;
    return true;
}

bool newest_next(struct newest *k, struct ui_model *model)
{
    struct run_row row;
    *k->run = *model->run = '\0';
    while (k->next < k->n) {
        if (!runs_view_at(k->runs, k->next++, &row) || row.best_epoch < 1)
            continue;
        snprintf(k->run, sizeof k->run, "%s", row.folder);
        snprintf(model->run, sizeof model->run, "%s", row.folder);
        snprintf(model->run_data, sizeof model->run_data, "%s", row.data);
        return true;
    }
    return false;
}

bool newest_is(const struct newest *k, const struct ui_model *model)
{
    return *k->run && str_eq(k->run, model->run);
}

void newest_draw(const struct newest *k, struct canvas *c, struct area a,
                 const struct ui_model *model)
{
    char what[OPTION_TEXT_MAX + 64], way[96];
    const char *folder = model->options->runs_dir;
    const char *lines[] = {what, way};
    snprintf(way, sizeof way, "%s lists the runs, %s on one opens its results",
             parts_key(ACTION_RUNS), parts_key(ACTION_SELECT));
    if (*k->problem)
        snprintf(what, sizeof what, "%s", k->problem);
    else if (k->job)
        snprintf(what, sizeof what, "looking for the newest result in %s", folder);
    else if (k->runs && !k->n)
        snprintf(what, sizeof what, "No run in %s yet", folder);
    else if (k->runs)
        snprintf(what, sizeof what, "No run in %s has a result yet", folder);
    else
        snprintf(what, sizeof what, "No result yet");
    if (k->runs && !k->n)
        snprintf(way, sizeof way, "%s goes to Setup, %s starts a run there",
                 parts_key(ACTION_SETUP), parts_key(ACTION_START));
    parts_centre(c, a, ROLE_TEXT, lines, 2);
}
