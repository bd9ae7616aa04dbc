/* Values that are offered for an option, and how those that it has are shown.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/option_values.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "engine/engine.h"
#include "nn/arch.h"
#include "ui/fmt.h"

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

enum err_code option_set_typed(struct options *o, enum option_id id, const char *text, struct err *err)
{
    struct options changed = *o;
    enum err_code code = option_set(&changed, id, text, SOURCE_SCREEN, err);
    if (code == ERR_OK && option_is_set(&changed, id))
        code = engine_check_option(&changed, id, err);
    if (code == ERR_OK)
        *o = changed;
    return code;
}

/* --- as they are shown ------------------------------------------------------------------------ */

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
    case OPTION_ID_stem_lr: text = p->backbone_trains ? fmt_rate(number, p->lr_stem) : "frozen"; break;
    case OPTION_ID_head_lr: fmt_rate(number, r->phases[0].lr_head); break;
    case OPTION_ID_momentum: fmt_real(number, p->momentum); break;
    case OPTION_ID_weight_decay: fmt_real(number, p->weight_decay); break;
    case OPTION_ID_start_decay: fmt_real(number, p->start_decay); break;
    case OPTION_ID_label_smoothing: fmt_real(number, p->label_smoothing); break;
    case OPTION_ID_dropout: fmt_real(number, p->dropout); break;
    case OPTION_ID_blend: fmt_real(number, p->blend); break;
    case OPTION_ID_jitter: fmt_real(number, p->augment.jitter); break;
    case OPTION_ID_crop_min: fmt_real(number, p->augment.crop_min); break;
    case OPTION_ID_train_from: text = !p->backbone_trains ? "head" : *p->from ? p->from : "all"; break;
    case OPTION_ID_optimizer: text = choices[p->optimizer]; break;
    case OPTION_ID_schedule: text = choices[p->schedule.kind]; break;
    case OPTION_ID_bn: text = choices[p->bn]; break;
    case OPTION_ID_normalize: text = r->imagenet_norm ? "imagenet" : "none"; break;
    case OPTION_ID_resize: text = choices[r->resize]; break;
    case OPTION_ID_views: snprintf(number, sizeof number, "%d", recipe_views(r)); break;
    case OPTION_ID_antialias: text = on_off(r->antialias); break;
    case OPTION_ID_class_weights: text = on_off(r->class_weights); break;
    case OPTION_ID_average: text = on_off(p->average); break;
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
    enum option_type type = option_row(id)->type;
    if ((type != OPTION_REAL && type != OPTION_INT) || !out->len || !num_parse_real(out->s, &v))
        return;
    bool millions = type == OPTION_INT && option_row(id)->unit && v >= 1e6 && fmod(v, 1e6) == 0;
    if (type == OPTION_INT && !millions)
        return;
    str_clear(out);
    if (millions)
        str_printf(out, "%.0f M", v / 1e6);
    else
        str_add(out, fmt_real(number, v));
}

void option_shown(struct str *out, const struct options *o, enum option_id id,
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
    else if (row->unit && (str_ends(out->s, " M") || isdigit((unsigned char)out->s[out->len - 1])))
        str_printf(out, " %s", row->unit);
}

bool option_number(const struct options *o, enum option_id id, const struct recipe *recipe,
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
