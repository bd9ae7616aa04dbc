/* The screens in the order of their keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/screens.h"

static const struct screen_ops *const screens[] = {
    &screen_data, &screen_samples, &screen_setup, &screen_train, &screen_runs, &screen_results};

size_t screen_count(void)
{
    return sizeof screens / sizeof *screens;
}

const struct screen_ops *screen_at(size_t i)
{
    return screens[i];
}

int screen_find(const char *name)
{
    for (size_t i = 0; i < screen_count(); i++) {
        if (str_eq(screens[i]->name, name))
            return (int)i;
    }
    return -1;
}
