/* What the rows of Setup say.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <string.h>

#include "ui/fmt.h"
#include "ui/option_values.h"

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

static void epochs_text(char *out, size_t size, const struct recipe *r)
{
    size_t n = 0;
    for (int i = 0; i < r->n_phases && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%d", i ? "," : "", r->phases[i].epochs);
}

/* What an automatic option comes to; "" when it is not the recipe that decides. */
static void recipe_value(char *out, size_t size, enum option_id id, const struct recipe *r)
{
    const struct phase *p = &r->phases[r->n_phases - 1];
    const char *const *choices = option_row(id)->choices;
    char number[NUM_TEXT] = "";
    const char *text = number;
    // clang-format off
    switch ((int)id) {
    case OPTION_ID_epochs: epochs_text(out, size, r); return;
    case OPTION_ID_batch_size: snprintf(number, sizeof number, "%d", r->batch_size); break;
    case OPTION_ID_image_size: snprintf(number, sizeof number, "%d", r->image_size); break;
    case OPTION_ID_lr: fmt_rate(number, r->phases[0].backbone_trains ? r->phases[0].lr_backbone : r->phases[0].lr_head); break;
    case OPTION_ID_head_lr: fmt_rate(number, r->phases[0].lr_head); break;
    case OPTION_ID_momentum: fmt_real(number, p->momentum); break;
    case OPTION_ID_weight_decay: fmt_real(number, p->weight_decay); break;
    case OPTION_ID_label_smoothing: fmt_real(number, p->label_smoothing); break;
    case OPTION_ID_dropout: fmt_real(number, p->dropout); break;
    case OPTION_ID_jitter: fmt_real(number, p->augment.jitter); break;
    case OPTION_ID_crop_min: fmt_real(number, p->augment.crop_min); break;
    case OPTION_ID_train_from: text = !p->backbone_trains ? "head" : *p->from ? p->from : "all"; break;
    case OPTION_ID_optimizer: text = choices[p->optimizer]; break;
    case OPTION_ID_schedule: text = choices[p->schedule.kind]; break;
    case OPTION_ID_bn: text = choices[p->bn]; break;
    case OPTION_ID_normalize: text = r->imagenet_norm ? "imagenet" : "none"; break;
    case OPTION_ID_resize: text = choices[r->resize]; break;
    case OPTION_ID_antialias: text = on_off(r->antialias); break;
    case OPTION_ID_class_weights: text = on_off(r->class_weights); break;
    case OPTION_ID_average: text = on_off(r->average); break;
    case OPTION_ID_flip: text = on_off(p->augment.flip); break;
    case OPTION_ID_crop: text = on_off(p->augment.crop); break;
    default: break;
    }
    // clang-format on
    snprintf(out, size, "%s", text);
}

/* A value as it was given; numbers in their shortest writing. */
static void given_value(struct str *out, const struct options *o, enum option_id id)
{
    char number[NUM_TEXT];
    double v;
    option_get(out, o, id);
    if (option_row(id)->type == OPTION_REAL && out->len && num_parse_real(out->s, &v)) {
        str_clear(out);
        str_add(out, fmt_real(number, v));
    }
}

void setup_value(struct str *out, const struct options *o, enum option_id id,
                 const struct recipe *r)
{
    const struct option_row *row = option_row(id);
    char automatic[64] = "";
    if (row->automatic && !option_is_set(o, id) && r)
        recipe_value(automatic, sizeof automatic, id, r);
    if (*automatic && !str_eq(automatic, "auto"))
        str_printf(out, "auto: %s", automatic);
    else if (*automatic)
        str_add(out, automatic);
    else
        given_value(out, o, id);
    if (!out->len)
        str_add(out, "-");
    else if (row->unit && out->s[out->len - 1] >= '0' && out->s[out->len - 1] <= '9')
        str_printf(out, " %s", row->unit);
}

bool setup_number(const struct options *o, enum option_id id, const struct recipe *recipe,
                  double *v)
{
    enum option_type type = option_row(id)->type;
    struct str text = STR_INIT;
    char automatic[64] = "";
    if (type != OPTION_INT && type != OPTION_REAL)
        return false;
    if (option_row(id)->automatic && !option_is_set(o, id) && recipe)
        recipe_value(automatic, sizeof automatic, id, recipe);
    option_get(&text, o, id);
    bool good = num_parse_real(*automatic ? automatic : text.s, v);
    str_done(&text);
    return good;
}

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
    setup_value(out, o, id, recipe);
    str_printf(out, "  (%s)\n", option_source_name((enum option_source)o->source[id]));
    if (*range)
        str_printf(out, "Range: %s\n", range);
    explain_choices(out, row);
    explain_ways(out, row);
}
