/* What options mean to the engine's parts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_SETTINGS_H
#define FL_ENGINE_SETTINGS_H

#include "base/pool.h"
#include "config/option.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "fl_torch.h"
#include "stats/recipe.h"

void settings_scan(struct scan_config *config, const struct options *options);

/* engine_recipe with the mode replaced (scratch where no weights were found). */
enum err_code settings_recipe(struct recipe *recipe, const struct options *options, enum mode mode, struct err *err);

/* errors: INVALID, the block of train-from is none of the model's; an unknown model is not told here */
enum err_code settings_check_block(const struct options *options, struct err *err);

/* The options that a run depends on and that are set, without mode, preset and model: "epochs 3, lr 0.1". */
void settings_brief(struct str *out, const struct options *options);

/* How pixels reach the net: travels with the weights. */
struct prep {
    int size;
    enum resize_rule resize;
    bool antialias, imagenet_norm;
    int views;    /* squares of a picture that are answered for together, 1 or more; training takes one */
    bool mirror_views;
};
struct prep settings_prep(const struct recipe *recipe);
int prep_batch(const struct prep *prep, int batch_size); /* pictures whose views fill a batch; 1 or more */
void prep_norm(const struct prep *prep, float mean[3], float std[3]);

uint64_t settings_cache(const struct options *options); /* bytes for decoded pictures, and for features as many again */
/* A loader for fixed input of this kind, one square a picture; and one whose pictures come in all their views, with as many squares a batch. */
struct loader_config settings_loader(const struct prep *prep, int batch_size, const struct options *options);
struct loader_config settings_views_loader(const struct prep *prep, int batch_size, const struct options *options);

/* The precision that "auto" is on a device; name is the option's text. */
enum fl_precision settings_precision(const char *name, const struct fl_device_info *device);
const char *precision_name(enum fl_precision precision); /* "fp32", "bf16", "fp16" */

#endif
