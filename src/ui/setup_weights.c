/* What Setup knows of pretrained weights on this machine, asked for each time it is entered.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"

void setup_weights_ask(struct setup_screen *s)
{
    struct cmd cmd = {.kind = CMD_WEIGHTS, .options = s->model->options};
    if (!s->weights_job && s->calls->submit(s->calls->app, &cmd, &s->weights_job, NULL) != ERR_OK)
        s->weights_job = 0; /* then nothing is said of them */
}

void setup_weights_event(struct setup_screen *s, const struct notice *notice)
{
    if (!s->weights_job || notice->job != s->weights_job || !notice_ends(notice))
        return;
    s->weights_job = 0;
    const struct block *block = notice->block ? s->calls->block(s->calls->app, notice->block) : NULL;
    if (notice->kind == NOTICE_FINISHED && block) {
        free(s->weights);
        s->weights = xstrdup(text_view(block));
    }
    block_release(block);
}

/* The value of KEY<TAB>VALUE in the record at text, which ends at an empty line. False: it has none. */
static bool value_in(char *out, size_t size, const char *text, const char *key)
{
    size_t n = strlen(key);
    for (; *text && *text != '\n'; text += strcspn(text, "\n"), text += *text == '\n') {
        if (strncmp(text, key, n) == 0 && text[n] == '\t') {
            snprintf(out, size, "%.*s", (int)strcspn(text + n + 1, "\n"), text + n + 1);
            return true;
        }
    }
    return false;
}

static const char *record_of(const char *text, const char *name)
{
    char value[64];
    for (const char *r = text; r && *r; r = strstr(r, "\n\n"), r = r ? r + 2 : NULL) {
        if (value_in(value, sizeof value, r, "name") && str_eq(value, name))
            return r;
    }
    return NULL;
}

enum setup_weights setup_weights(const struct setup_screen *s, const struct options *o, char *file, size_t size)
{
    const char *record = record_of(s->weights, o->model);
    *file = '\0';
    if (*o->weights || !record)
        return WEIGHTS_UNKNOWN;
    return value_in(file, size, record, "file") ? WEIGHTS_FOUND : WEIGHTS_NONE;
}

void setup_model_text(char out[MODEL_TEXT], const struct setup_screen *s, const char *name)
{
    const char *record = record_of(s->weights, name);
    char number[32], state[32] = "", count[NUM_TEXT];
    double parameters;
    snprintf(out, MODEL_TEXT, "%s", name);
    if (!record || !value_in(number, sizeof number, record, "parameters") || !num_parse_real(number, &parameters))
        return;
    value_in(state, sizeof state, record, "state");
    snprintf(out, MODEL_TEXT, "%-16s %6s parameters, weights %s", name, fmt_count(count, parameters), state);
}

bool setup_weights_lack(const struct setup_screen *s, const struct options *o)
{
    char file[OPTION_TEXT_MAX];
    return mode_needs_weights((enum mode)o->mode) && setup_weights(s, o, file, sizeof file) == WEIGHTS_NONE;
}

bool setup_weights_words(char *out, size_t size, const struct setup_screen *s, const struct item *item,
                         const struct options *o)
{
    const struct arch *arch = arch_find(o->model);
    char file[OPTION_TEXT_MAX];
    bool of_option = item->kind == ITEM_OPTION && item->index == OPTION_ID_weights;
    bool of_mode = item->kind == ITEM_MODE && item->index == o->mode;
    if (of_option && setup_weights(s, o, file, sizeof file) == WEIGHTS_FOUND) {
        snprintf(out, size, "found: %s", file);
        return true;
    }
    if (!(of_option || of_mode) || !arch || !setup_weights_lack(s, o))
        return false;
    if (arch->weights_file)
        snprintf(out, size, "no weights: flowerlab weights get %s fetches them", arch->name);
    else
        snprintf(out, size, "%s has no published weights: name a file in the option weights", arch->title);
    return true;
}

enum err_code setup_recipe(const struct setup_screen *s, const struct options *o, struct recipe *recipe, struct err *err)
{
    if (!setup_weights_lack(s, o) || option_is_set(o, OPTION_ID_mode))
        return engine_recipe(o, recipe, err);
    struct options scratch = *o;
    scratch.mode = MODE_SCRATCH;
    return engine_recipe(&scratch, recipe, err);
}
