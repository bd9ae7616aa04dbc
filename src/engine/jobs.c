/* THE table of jobs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include "engine/internal.h"

static const struct job_ops table[] = {
    {.kind = CMD_LIST, .run = job_list},
    {.kind = CMD_SCAN, .run = job_scan},
    {.kind = CMD_WEIGHTS, .run = job_weights},
};

struct engine *engine_new(const struct engine_config *config)
{
    return engine_new_with(config, table, sizeof table / sizeof table[0]);
}
