/* config: every option with its value and where it came from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>

#include "base/path.h"

static void print_option(struct batch *b, enum option_id id, const char *file)
{
    const struct option_row *row = option_row(id);
    struct str value = STR_INIT, safe = STR_INIT;
    enum option_source source = (enum option_source)b->options.source[id];
    option_get(&value, &b->options, id);
    if (b->flags & FLAG_JSON) {
        cJSON *event = json_event("option");
        json_text(event, "name", row->name);
        json_text(event, "value", value.s ? value.s : "");
        json_text(event, "source", option_source_name(source));
        json_line(&b->result, event);
    } else {
        str_add_safe(&safe, value.len ? value.s : "-");
        output_printf(&b->result, "%-16s %-20s %s%s%s%s\n", row->name, safe.s,
                      option_source_name(source), source == SOURCE_FILE ? " (" : "",
                      source == SOURCE_FILE ? file : "", source == SOURCE_FILE ? ")" : "");
    }
    str_done(&value);
    str_done(&safe);
}

/* Also what is wrong with it, the screens' part too. */
int cmd_config(struct batch *b)
{
    char *file = rcfile_path();
    for (int id = 0; id < OPTION_COUNT; id++)
        print_option(b, (enum option_id)id, file);
    if (!(b->flags & FLAG_JSON))
        say(b, "config file: %s%s", file, path_exists(file) ? "" : " (not there)");
    free(file);
    int code = check_options(b, false), keys = check_keys(b);
    return code != EXIT_DONE ? code : keys;
}
