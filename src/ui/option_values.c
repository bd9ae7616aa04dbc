/* Values that are offered for an option.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/option_values.h"

#include <stdio.h>

#include "base/num.h"
#include "nn/arch.h"

size_t option_values(enum option_id id, const char *out[OPTION_VALUES])
{
    const struct option_row *row = option_row(id);
    size_t n = 0;
    if (!row->choices && row->type != OPTION_BOOL && id != OPTION_ID_model)
        return 0;
    if (row->automatic)
        out[n++] = id == OPTION_ID_bn ? "default" : "auto";
    for (size_t i = 0; id == OPTION_ID_model && i < arch_count() && n < OPTION_VALUES; i++)
        out[n++] = arch_at(i)->name;
    for (size_t i = 0; row->choices && row->choices[i] && n < OPTION_VALUES; i++)
        out[n++] = row->choices[i];
    if (row->type == OPTION_BOOL) {
        out[n++] = "on";
        out[n++] = "off";
    }
    return n;
}

void option_range(char *out, size_t size, const struct option_row *row)
{
    char low[NUM_TEXT], high[NUM_TEXT];
    *out = '\0';
    if (row->type == OPTION_INT && row->max_int < INT64_MAX)
        snprintf(out, size, "%lld to %lld%s%s", (long long)row->min_int, (long long)row->max_int,
                 row->unit ? " " : "", row->unit ? row->unit : "");
    else if (row->type == OPTION_REAL)
        snprintf(out, size, "%s to %s", num_real(low, row->min_real),
                 num_real(high, row->max_real));
}
