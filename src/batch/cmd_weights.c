/* weights: list what there is, fetch a file, look into one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "nn/arch.h"

/* The engine's answer is text: lines of KEY<TAB>VALUE; an empty line ends a record. */
static void print_records(struct batch *b, const char *event, const char *text)
{
    char *copy = xstrdup(text), *rest = copy;
    cJSON *object = NULL;
    while (rest) {
        char *line = strsep(&rest, "\n"), *tab = strchr(line, '\t');
        if (!(b->flags & FLAG_JSON)) {
            if (tab)
                output_printf(&b->result, "%-12.*s %s\n", (int)(tab - line), line, tab + 1);
            else if (rest && *rest)
                output_text(&b->result, "\n");
            continue;
        }
        if (!tab) {
            if (object)
                json_line(&b->result, object);
            object = NULL;
            continue;
        }
        *tab = '\0';
        if (!object)
            object = json_event(event);
        json_text(object, line, tab + 1);
    }
    if (object)
        json_line(&b->result, object);
    free(copy);
}

static int ask(struct batch *b, const struct cmd *cmd, const char *event)
{
    struct job_end end;
    int code = run_job(b, cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && end.block)
        print_records(b, event, text_view(end.block));
    job_end_done(&end);
    return code;
}

static int get(struct batch *b, const char *name)
{
    struct cmd cmd = {.kind = CMD_FETCH, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    if (put_path(cmd.path, name, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && end.block) {
        if (b->flags & FLAG_JSON) {
            cJSON *event = json_event("weights");
            json_text(event, "name", name);
            json_text(event, "file", text_view(end.block));
            json_line(&b->result, event);
        } else {
            output_printf(&b->result, "%s\n", text_view(end.block));
        }
    }
    job_end_done(&end);
    return code;
}

int cmd_weights(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_WEIGHTS, .options = &b->options};
    struct err err = {0};
    const char *verb = b->words[0], *word = b->n_words > 1 ? b->words[1] : NULL;
    if (str_eq(verb, "list") && !word)
        return ask(b, &cmd, "weights");
    if (str_eq(verb, "get") && word)
        return get(b, word);
    if (str_eq(verb, "check") && word) {
        if (put_path(cmd.path, word, &err) != ERR_OK)
            return report_usage(b, &err);
        return ask(b, &cmd, "weights");
    }
    err_set(&err, ERR_INVALID, "weights: \"%s%s%s\" is not one of list, get NAME and check FILE", verb, word ? " " : "", word ? word : "");
    return report_usage(b, &err);
}
