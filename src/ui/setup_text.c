/* What the rows of Setup say.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <string.h>

#include "ui/option_values.h"

static const char *const preset_help[] = {
    [PRESET_CLASSIC] = "the textbook: plain SGD, constant rates, no augmentation",
    [PRESET_BEST] = "chosen for the best validation accuracy at the same epochs",
};

const char *setup_help(const struct item *item)
{
    return item->kind == ITEM_MODE     ? mode_help((enum mode)item->index)
           : item->kind == ITEM_PRESET ? preset_help[item->index]
                                       : option_row(setup_option(item))->help;
}

static void explain_choices(struct str *out, const struct option_row *row)
{
    for (int i = 0; row->choices && row->choices[i]; i++)
        str_printf(out, "%s%s", i ? ", " : "Choices: ", row->choices[i]);
    if (row->choices)
        str_add_c(out, '\n');
}

/* Where else than on this screen. */
static void explain_ways(struct str *out, const struct option_row *row)
{
    str_printf(out, "Command line: --%s", row->name);
    if (row->argument)
        str_printf(out, " %s", row->argument);
    if (row->short_flag)
        str_printf(out, " or -%c", row->short_flag);
    str_printf(out, "\nConfig file: %s = ...\n", row->name);
    if (row->environment)
        str_printf(out, "Environment: %s\n", row->environment);
}

void setup_explain(struct str *out, const struct item *item, const struct options *o,
                   const struct recipe *recipe)
{
    enum option_id id = setup_option(item);
    const struct option_row *row = option_row(id);
    char range[96];
    option_range(range, sizeof range, row);
    if (item->kind == ITEM_OPTION)
        str_printf(out, "%s\n\n", row->help);
    else
        str_printf(out, "%s: %s\n\n",
                   item->kind == ITEM_MODE ? mode_name((enum mode)item->index)
                                           : preset_name((enum preset)item->index),
                   setup_help(item));
    str_printf(out, "%s\n\nNow: ", row->long_help);
    option_shown(out, o, id, recipe);
    str_printf(out, "  (%s)\n", option_source_name((enum option_source)o->source[id]));
    if (*range)
        str_printf(out, "Range: %s\n", range);
    explain_choices(out, row);
    explain_ways(out, row);
}
