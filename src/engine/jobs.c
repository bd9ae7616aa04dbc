/* THE table of jobs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include "engine/internal.h"

static const struct job_ops table[] = {
    {.kind = CMD_LIST, .run = job_list},
    {.kind = CMD_FOLDER, .run = job_folder},
    {.kind = CMD_SCRIPT, .run = job_script},
    {.kind = CMD_SIZES, .run = job_sizes},
    {.kind = CMD_SCAN, .run = job_scan},
    {.kind = CMD_VIEW, .run = job_view},
    {.kind = CMD_WEIGHTS, .run = job_weights},
    {.kind = CMD_DEMO, .run = job_demo},
    {.kind = CMD_RUNS, .run = job_runs},
    {.kind = CMD_STORED, .run = job_stored},
    {.kind = CMD_COMPARE, .run = job_compare},
    {.kind = CMD_NOTE, .run = job_note},
    {.kind = CMD_TRASH, .run = job_trash},
    {.kind = CMD_ALIVE, .run = job_alive},
    {.kind = CMD_FETCH, .run = job_fetch},
    {.kind = CMD_TRAIN, .engine_thread = true, .steered = true, .announces = true, .run = job_train},
    {.kind = CMD_RESUME, .engine_thread = true, .steered = true, .announces = true, .run = job_resume},
    {.kind = CMD_EVAL, .engine_thread = true, .while_paused = true, .run = job_eval},
    {.kind = CMD_PREDICT, .engine_thread = true, .while_paused = true, .run = job_predict},
    {.kind = CMD_PRETRAIN, .engine_thread = true, .steered = true, .announces = true, .run = job_pretrain},
    {.kind = CMD_ATTACH, .engine_thread = true, .steered = true, .announces = true, .run = job_attach},
    {.kind = CMD_ESTIMATE, .engine_thread = true, .run = job_estimate},
    {.kind = CMD_DEVICES, .engine_thread = true, .run = job_devices},
};

struct engine *engine_new(const struct engine_config *config)
{
    return engine_new_with(config, table, sizeof table / sizeof table[0]);
}
