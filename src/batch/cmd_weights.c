/* weights: list what there is, fetch a file, look into one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "nn/arch.h"

/* The engine's answer is text: lines of KEY<TAB>VALUE, an empty line between records. */
struct record {
    int n;
    struct {
        char *key, *value;
    } fields[8];
};

/* The next record, in place; false at the end. */
static bool next_record(char **rest, struct record *r)
{
    r->n = 0;
    while (*rest) {
        char *line = strsep(rest, "\n"), *tab = strchr(line, '\t');
        if (tab && r->n < 8) {
            *tab = '\0';
            r->fields[r->n].key = line;
            r->fields[r->n++].value = tab + 1;
        } else if (!*line && r->n) {
            break;
        }
    }
    return r->n > 0;
}

static bool is_count(const char *key)
{
    return str_eq(key, "parameters") || str_eq(key, "tensors") || str_eq(key, "classes");
}

static void record_json(struct output *out, const struct record *r)
{
    cJSON *event = json_event("weights");
    for (int i = 0; i < r->n; i++) {
        int64_t number;
        if (is_count(r->fields[i].key) && num_parse_int(r->fields[i].value, &number))
            json_int(event, r->fields[i].key, number);
        else
            json_text(event, r->fields[i].key, r->fields[i].value);
    }
    json_line(out, event);
}

/* A line: the record's values side by side. */
static void record_row(struct output *out, const struct record *r)
{
    static const int widths[] = {16, 26, 10, 14};
    for (int i = 0; i < r->n; i++)
        output_printf(out, "%-*s%s", i < 4 && i + 1 < r->n ? widths[i] : 0, r->fields[i].value,
                      i + 1 < r->n ? "  " : "\n");
}

static void record_lines(struct output *out, const struct record *r)
{
    for (int i = 0; i < r->n; i++)
        output_printf(out, "%-12s  %s\n", r->fields[i].key,
                      *r->fields[i].value ? r->fields[i].value : "-");
}

static void print_records(struct batch *b, const char *text, bool rows)
{
    char *copy = xstrdup(text), *rest = copy;
    struct record r;
    while (next_record(&rest, &r)) {
        if (b->flags & FLAG_JSON)
            record_json(&b->result, &r);
        else
            (rows ? record_row : record_lines)(&b->result, &r);
    }
    free(copy);
}

static int ask(struct batch *b, const struct cmd *cmd, bool rows)
{
    struct job_end end;
    int code = run_job(b, cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && end.block)
        print_records(b, text_view(end.block), rows);
    job_end_done(&end);
    return code;
}

static int get(struct batch *b, const char *name)
{
    struct cmd cmd = {.kind = CMD_FETCH, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    if (!arch_named(name, &err) || put_path(cmd.path, name, &err) != ERR_OK)
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
        return ask(b, &cmd, true);
    if (str_eq(verb, "get") && word)
        return get(b, word);
    if (str_eq(verb, "check") && word) {
        if (put_path(cmd.path, word, &err) != ERR_OK)
            return report_usage(b, &err);
        return ask(b, &cmd, false);
    }
    err_set(&err, ERR_INVALID, "weights: \"%s%s%s\" is not one of list, get NAME and check FILE",
            verb, word ? " " : "", word ? word : "");
    return report_usage(b, &err);
}
