/* Values that are offered for an option.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/option_values.h"

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
