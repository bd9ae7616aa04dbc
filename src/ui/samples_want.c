/* Samples: a picture as the settings make it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/samples_screen.h"

#include <math.h>
#include <stdio.h>

#include "ui/parts.h"
#include "ui/picture_make.h"

/* The recipe of the settings; where they are wrong, what is seen without one. */
static struct recipe recipe_of(const struct ui_model *model)
{
    struct recipe recipe;
    if (engine_recipe(model->options, &recipe, NULL) != ERR_OK)
        recipe = (struct recipe){.image_size = 224};
    return recipe;
}

static bool varies(const struct augment_spec *a)
{
    return a->flip || a->crop || a->jitter > 0;
}

bool samples_vary(const struct ui_model *model)
{
    struct recipe recipe = recipe_of(model);
    bool any = false;
    for (int i = 0; i < recipe.n_phases; i++)
        any |= varies(&recipe.phases[i].augment);
    return any;
}

int samples_epoch(const struct samples_screen *s, const struct ui_model *model)
{
    struct recipe recipe = recipe_of(model);
    int n = recipe.n_phases ? recipe_epochs(&recipe) : 1;
    return 1 + (int)(s->draw % (uint64_t)n);
}

static void add_draw(struct picture_want *want, const struct ui_model *model,
                     const struct recipe *recipe, int epoch)
{
    if (!recipe->n_phases)
        return;
    const struct augment_spec *a = &recipe->phases[recipe_phase_of(recipe, epoch, NULL)].augment;
    if (!varies(a))
        return;
    want->augment = (uint32_t)epoch;
    want->aug_flip = a->flip;
    want->aug_crop = a->crop;
    want->aug_crop_min = a->crop_min;
    want->aug_jitter = a->jitter;
    want->seed = (uint64_t)model->options->seed;
}

bool samples_want(struct picture_want *want, const struct ui_model *model, size_t file,
                  enum sample_view view, int epoch)
{
    if (!parts_picture(want, model->ds.root, ds_view_file(&model->ds, file).name))
        return false;
    if (view == VIEW_ORIGINAL)
        return true;
    struct recipe recipe = recipe_of(model);
    want->crop = recipe.resize == RESIZE_CROP;
    want->views = recipe_views(&recipe);
    want->frame = view == VIEW_FRAME;
    want->square = want->frame ? 0 : recipe.image_size;
    want->antialias = recipe.antialias;
    if (epoch > 0) {
        want->file = (uint32_t)file;
        add_draw(want, model, &recipe, epoch);
    }
    return true;
}

void samples_cut(char *out, size_t size, const struct picture_want *want,
                 const struct ds_file_row *f)
{
    *out = '\0';
    if (f->width < 1 || f->height < 1)
        return;
    struct augment_draw draw = picture_draw(want, f->width, f->height);
    double kept = (double)draw.window.width * draw.window.height / ((double)f->width * f->height);
    double stretch = (double)draw.window.width / draw.window.height;
    const char *mirrored = draw.flip ? ", flip" : "";
    if (kept < 1)
        snprintf(out, size, "%.*f %% cut%s", kept > 0.9 ? 1 : 0, 100 * (1 - kept), mirrored);
    else if (fabs(stretch - 1) < 0.005)
        snprintf(out, size, "whole%s", mirrored);
    else
        snprintf(out, size, "whole, %.2f : 1%s", stretch > 1 ? stretch : 1 / stretch,
                 mirrored);
}
