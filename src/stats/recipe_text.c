/* Recipes as text: one table of fields, read and written by the same rows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "stats/recipe.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum field_type { FIELD_INT, FIELD_REAL, FIELD_BOOL, FIELD_NAME, FIELD_BLOCK };

struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    const char *const *names; /* FIELD_NAME: of the enum's values, from 0, NULL at the end */
};

/* Enum fields are read and written as unsigned. */
_Static_assert(sizeof(enum optimizer) == sizeof(unsigned) &&
                   sizeof(enum bn_mode) == sizeof(unsigned) &&
                   sizeof(enum schedule_kind) == sizeof(unsigned) &&
                   sizeof(enum resize_rule) == sizeof(unsigned),
               "enums are as wide as int");

static const char *const schedules[] = {"constant", "step", "cosine", "one-cycle", NULL};
static const char *const optimizers[] = {"sgd", "adam", "adamw", NULL};
static const char *const bn_modes[] = {"auto", "fixed", "batch", NULL};
static const char *const resizes[] = {"stretch", "crop", NULL};

static const struct field recipe_fields[] = {
    {"batch-size", FIELD_INT, offsetof(struct recipe, batch_size), NULL},
    {"image-size", FIELD_INT, offsetof(struct recipe, image_size), NULL},
    {"imagenet-norm", FIELD_BOOL, offsetof(struct recipe, imagenet_norm), NULL},
    {"resize", FIELD_NAME, offsetof(struct recipe, resize), resizes},
    {"views", FIELD_INT, offsetof(struct recipe, views), NULL},
    {"antialias", FIELD_BOOL, offsetof(struct recipe, antialias), NULL},
    {"class-weights", FIELD_BOOL, offsetof(struct recipe, class_weights), NULL},
    {"patience", FIELD_INT, offsetof(struct recipe, patience), NULL},
    {"average-from", FIELD_REAL, offsetof(struct recipe, average_from), NULL},
    {"average-decay", FIELD_REAL, offsetof(struct recipe, average_decay), NULL},
};

static const struct field phase_fields[] = {
    {"epochs", FIELD_INT, offsetof(struct phase, epochs), NULL},
    {"backbone-trains", FIELD_BOOL, offsetof(struct phase, backbone_trains), NULL},
    {"train-from", FIELD_BLOCK, offsetof(struct phase, from), NULL},
    {"lr", FIELD_REAL, offsetof(struct phase, lr_backbone), NULL},
    {"stem-lr", FIELD_REAL, offsetof(struct phase, lr_stem), NULL},
    {"head-lr", FIELD_REAL, offsetof(struct phase, lr_head), NULL},
    {"optimizer", FIELD_NAME, offsetof(struct phase, optimizer), optimizers},
    {"momentum", FIELD_REAL, offsetof(struct phase, momentum), NULL},
    {"weight-decay", FIELD_REAL, offsetof(struct phase, weight_decay), NULL},
    {"start-decay", FIELD_REAL, offsetof(struct phase, start_decay), NULL},
    {"decay-bn-bias", FIELD_BOOL, offsetof(struct phase, decay_bn_bias), NULL},
    {"schedule", FIELD_NAME, offsetof(struct phase, schedule.kind), schedules},
    {"step-epochs", FIELD_INT, offsetof(struct phase, schedule.step_epochs), NULL},
    {"step-factor", FIELD_REAL, offsetof(struct phase, schedule.gamma), NULL},
    {"warmup", FIELD_REAL, offsetof(struct phase, schedule.warmup), NULL},
    {"div", FIELD_REAL, offsetof(struct phase, schedule.div), NULL},
    {"final-div", FIELD_REAL, offsetof(struct phase, schedule.final_div), NULL},
    {"bn", FIELD_NAME, offsetof(struct phase, bn), bn_modes},
    {"label-smoothing", FIELD_REAL, offsetof(struct phase, label_smoothing), NULL},
    {"dropout", FIELD_REAL, offsetof(struct phase, dropout), NULL},
    {"blend", FIELD_REAL, offsetof(struct phase, blend), NULL},
    {"average", FIELD_BOOL, offsetof(struct phase, average), NULL},
    {"flip", FIELD_BOOL, offsetof(struct phase, augment.flip), NULL},
    {"crop", FIELD_BOOL, offsetof(struct phase, augment.crop), NULL},
    {"crop-min", FIELD_REAL, offsetof(struct phase, augment.crop_min), NULL},
    {"jitter", FIELD_REAL, offsetof(struct phase, augment.jitter), NULL},
    {"fresh-optimizer", FIELD_BOOL, offsetof(struct phase, fresh_optimizer), NULL},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void write_fields(struct str *s, const struct field *fields, size_t n, const void *base)
{
    for (size_t i = 0; i < n; i++) {
        const char *at = (const char *)base + fields[i].offset;
        char number[NUM_TEXT];
        str_printf(s, "%s = ", fields[i].key);
        switch (fields[i].type) {
        case FIELD_INT:
            str_printf(s, "%d\n", *(const int *)at);
            break;
        case FIELD_REAL:
            str_printf(s, "%s\n", num_exact(number, *(const double *)at));
            break;
        case FIELD_BOOL:
            str_add(s, *(const bool *)at ? "on\n" : "off\n");
            break;
        case FIELD_NAME:
            str_printf(s, "%s\n", fields[i].names[*(const unsigned *)at]);
            break;
        case FIELD_BLOCK:
            str_printf(s, "%s\n", *at ? at : "all");
            break;
        }
    }
}

void recipe_write(struct str *s, const struct recipe *recipe)
{
    str_add(s, "[recipe]\n");
    write_fields(s, recipe_fields, COUNT(recipe_fields), recipe);
    for (int i = 0; i < recipe->n_phases; i++) {
        str_printf(s, "\n[phase %d]\n", i + 1);
        write_fields(s, phase_fields, COUNT(phase_fields), &recipe->phases[i]);
    }
}

static bool read_field(const struct field *field, char *at, const char *value)
{
    int64_t number;
    switch (field->type) {
    case FIELD_INT:
        if (!num_parse_int(value, &number) || number < INT_MIN || number > INT_MAX)
            return false;
        *(int *)at = (int)number;
        return true;
    case FIELD_REAL:
        return num_parse_real(value, (double *)at);
    case FIELD_BOOL:
        *(bool *)at = str_eq(value, "on");
        return *(bool *)at || str_eq(value, "off");
    case FIELD_BLOCK:
        if (strlen(value) >= BLOCK_NAME)
            return false;
        strcpy(at, str_eq(value, "all") ? "" : value);
        return true;
    case FIELD_NAME:
        for (unsigned i = 0; field->names[i]; i++) {
            if (str_eq(field->names[i], value)) {
                *(unsigned *)at = i;
                return true;
            }
        }
    }
    return false;
}

static enum err_code set_field(const struct field *fields, size_t n, void *base,
                               const char *section, const char *key, const char *value,
                               struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(fields[i].key, key))
            continue;
        return read_field(&fields[i], (char *)base + fields[i].offset, value)
                   ? ERR_OK
                   : err_set(err, ERR_INVALID, "[%s] %s: \"%s\" is not a value for it", section,
                             key, value);
    }
    return err_set(err, ERR_INVALID, "[%s] %s: unknown key", section, key);
}

/* Older records have one line for all phases, which come behind it. */
static enum err_code set_average_of_all(struct recipe *recipe, const char *value, struct err *err)
{
    enum err_code code = ERR_OK;
    for (int i = 0; code == ERR_OK && i < RECIPE_PHASES; i++)
        code = set_field(phase_fields, COUNT(phase_fields), &recipe->phases[i], "recipe", "average", value, err);
    return code;
}

enum err_code recipe_set(struct recipe *recipe, const char *section, const char *key,
                         const char *value, struct err *err)
{
    int64_t number;
    if (str_eq(section, "recipe") && str_eq(key, "average"))
        return set_average_of_all(recipe, value, err);
    if (str_eq(section, "recipe") && recipe->views == 0) /* older records have no line for the views */
        recipe->views = 1;
    if (str_eq(section, "recipe"))
        return set_field(recipe_fields, COUNT(recipe_fields), recipe, section, key, value, err);
    if (!str_starts(section, "phase ") || !num_parse_int(section + 6, &number) || number < 1 ||
        number > RECIPE_PHASES)
        return err_set(err, ERR_INVALID, "[%s]: unknown section", section);
    if (recipe->n_phases < (int)number)
        recipe->n_phases = (int)number;
    struct phase *phase = &recipe->phases[number - 1];
    enum err_code code = set_field(phase_fields, COUNT(phase_fields), phase, section, key, value, err);
    if (str_eq(key, "lr") && phase->lr_stem == 0) /* older records have no line for the stem */
        phase->lr_stem = phase->lr_backbone;
    return code;
}
