/* The demo's own settings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "nn/arch.h"
#include "nn/weights.h"

/* Small pictures want a small network, and a few hundred of them small batches. */
static const struct {
    enum option_id id;
    const char *text;
} settings[] = {
    {OPTION_ID_model, "resnet10"},
    {OPTION_ID_image_size, "64"},
    {OPTION_ID_batch_size, "16"},
};

void engine_demo_settings(struct options *o, const char *folder, bool pretrain, char **weights)
{
    char *runs = path_join(folder, "runs");
    *weights = NULL;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        option_set_if_unset(o, settings[i].id, settings[i].text, SOURCE_DEMO);
    option_set_if_unset(o, OPTION_ID_runs_dir, runs, SOURCE_DEMO);
    free(runs);
    const struct arch *arch = arch_find(o->model);
    if (option_is_set(o, OPTION_ID_mode) || pretrain || !arch)
        return;
    if (weights_find(weights, o->weights, arch, NULL) != ERR_OK)
        option_set_if_unset(o, OPTION_ID_mode, "scratch", SOURCE_DEMO);
}
