/* Setup: mode, preset, every option, and what they come to: phases, blocks, the command line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/parts.h"

static void *setup_init(const struct ui_calls *calls)
{
    struct setup_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->mode = -1;
    setup_items(s);
    return s;
}

static void setup_free(void *self)
{
    struct setup_screen *s = self;
    graph_free(s->graph);
    free(s->estimated);
    free(s->weights);
    free(s);
}

static void setup_enter(void *self, struct ui_model *model)
{
    struct setup_screen *s = self;
    s->model = model;
    setup_weights_ask(s); /* there may be others than before */
}

static void folder_typed(void *user, const char *text)
{
    struct setup_screen *s = user;
    if (text && *text)
        s->calls->open_data(s->calls->app, text);
}

static void explain(struct setup_screen *s)
{
    const struct item *item = setup_selected(s);
    struct recipe recipe;
    struct str text = STR_INIT;
    bool known = setup_recipe(s, s->model->options, &recipe, NULL) == ERR_OK;
    setup_explain(&text, item, s->model->options, known ? &recipe : NULL);
    s->calls->text(s->calls->app, option_row(setup_option(item))->name, text.s);
    str_done(&text);
}

static bool setup_text_key(void *self, const struct key_event *event, struct ui_model *model)
{
    struct setup_screen *s = self;
    s->model = model;
    enum filter_key did = filter_key(&s->filter, event);
    if (did == FILTER_CHANGED)
        setup_filter(s);
    return did != FILTER_NOT;
}

/* --- actions --------------------------------------------------------------------------------- */

static unsigned back(struct setup_screen *s)
{
    if (!filter_clear(&s->filter))
        return UI_NONE;
    setup_filter(s);
    return UI_REPAINT;
}

/* Actions on the selected row. False: none of them. */
static bool item_action(struct setup_screen *s, enum action action, const struct item *item)
{
    switch (action) {
    case ACTION_SELECT:
        setup_edit(s, item);
        return true;
    case ACTION_DEFAULT:
        setup_back_to_default(s, setup_option(item));
        return true;
    case ACTION_EXPLAIN:
        explain(s);
        return true;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        return item->kind == ITEM_OPTION &&
               setup_cycle(s, setup_option(item), action == ACTION_LEFT);
    default:
        return false;
    }
}

static unsigned setup_action(void *self, enum action action, struct ui_model *model)
{
    struct setup_screen *s = self;
    const struct item *item = setup_selected(s);
    s->model = model;
    if (s->queue_open && setup_queue_action(s, action))
        return UI_REPAINT;
    if (s->queue_open && action_moves(action))
        return UI_NONE; /* the runs that wait have the keys */
    if (item && item_action(s, action, item))
        return UI_REPAINT;
    switch (action) {
    case ACTION_FIND:
        filter_open(&s->filter);
        return UI_REPAINT;
    case ACTION_BACK:
        return back(s);
    case ACTION_QUEUE_ADD:
        setup_queue_ask(s);
        return UI_REPAINT;
    case ACTION_QUEUE:
        s->queue_open = model->snap->n_queue > 0;
        return UI_REPAINT;
    case ACTION_ESTIMATE:
        setup_estimate(s);
        return UI_REPAINT;
    case ACTION_CUT_EARLIER:
    case ACTION_CUT_LATER:
        if (!setup_cut_why_not(s, action == ACTION_CUT_LATER, model))
            setup_move_cut(s, action == ACTION_CUT_LATER);
        return UI_REPAINT;
    case ACTION_COPY_COMMAND:
        setup_copy(s);
        return UI_REPAINT;
    case ACTION_WRITE_SCRIPT:
        setup_ask_script(s);
        return UI_REPAINT;
    case ACTION_START:
        setup_start(s);
        return UI_REPAINT;
    case ACTION_OPEN_FOLDER:
        s->calls->prompt(s->calls->app, "Data folder", model->data, true, folder_typed, s);
        return UI_REPAINT;
    default:
        return setup_move(s, action) ? UI_REPAINT : UI_NONE;
    }
}

static unsigned setup_event(void *self, const struct notice *notice, struct ui_model *model)
{
    struct setup_screen *s = self;
    s->model = model;
    setup_script_event(s, notice);
    setup_estimate_event(s, notice);
    setup_weights_event(s, notice);
    return UI_REPAINT;
}

static const char *setup_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct setup_screen *s = self;
    const struct item *item = setup_selected(s);
    bool of_item = action == ACTION_SELECT || action == ACTION_DEFAULT || action == ACTION_EXPLAIN;
    if (of_item && !item)
        return parts_say("no option fits; %s shows all", parts_key(ACTION_BACK));
    if (action == ACTION_START && !model->dataset)
        return parts_no_data(ACTION_OPEN_FOLDER);
    if ((action == ACTION_ESTIMATE || action == ACTION_COPY_COMMAND || action == ACTION_WRITE_SCRIPT) && !*model->data)
        return "open a data folder first";
    if (action == ACTION_DEFAULT && !option_is_set(model->options, setup_option(item)))
        return "this is the default already";
    if (action == ACTION_CUT_EARLIER || action == ACTION_CUT_LATER)
        return setup_cut_why_not(s, action == ACTION_CUT_LATER, model);
    return setup_queue_why_not(s, action, model);
}

const struct screen_ops screen_setup = {
    .name = "setup",
    .title = "Setup",
    .context = CONTEXT_SETUP,
    .init = setup_init,
    .free = setup_free,
    .enter = setup_enter,
    .draw = setup_draw,
    .action = setup_action,
    .event = setup_event,
    .rows = setup_rows,
    .mouse = setup_mouse,
    .open = ACTION_SELECT,
    .text_key = setup_text_key,
    .why_not = setup_why_not,
};
