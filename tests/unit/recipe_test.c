/* recipes: classic to the letter, wishes on top, text form, extension, errors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/recipe.h"

static struct recipe make(const struct recipe_request *request)
{
    struct recipe recipe;
    struct err err = {0};
    if (recipe_make(&recipe, request, &err) != ERR_OK)
        fail_msg("%s", err.message);
    return recipe;
}

/* The table of design.md section 1: mode, phase, epochs, what trains, rates, optimiser, batch norm.
 */
static const struct {
    enum mode mode;
    int n_phases, phase, epochs;
    bool trains;
    double lr, head_lr;
    enum optimizer optimizer;
    enum bn_mode bn;
} classic[] = {
    {MODE_SCRATCH, 1, 0, 15, true, 1e-2, 1e-2, OPT_SGD, BN_AUTO},
    {MODE_FROZEN, 1, 0, 5, false, 1e-2, 1e-2, OPT_SGD, BN_AUTO},
    {MODE_FINE_TUNE, 1, 0, 5, true, 1e-2, 1e-2, OPT_SGD, BN_AUTO},
    {MODE_STAGED, 2, 0, 5, false, 1e-2, 1e-2, OPT_SGD, BN_AUTO},
    {MODE_STAGED, 2, 1, 5, true, 1e-4, 1e-4, OPT_SGD, BN_FIXED},
    {MODE_DISCRIMINATIVE, 1, 0, 5, true, 1e-4, 1e-3, OPT_ADAM, BN_AUTO},
};

static void classic_to_the_letter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof classic / sizeof *classic; i++) {
        struct recipe r =
            make(&(struct recipe_request){.mode = classic[i].mode, .preset = PRESET_CLASSIC});
        const struct phase *p = &r.phases[classic[i].phase];
        assert_int_equal(r.n_phases, classic[i].n_phases);
        assert_int_equal(p->epochs, classic[i].epochs);
        assert_int_equal(p->backbone_trains, classic[i].trains);
        assert_true(p->lr_stem == classic[i].lr && p->lr_backbone == classic[i].lr && p->lr_head == classic[i].head_lr);
        assert_int_equal(p->optimizer, classic[i].optimizer);
        assert_int_equal(p->bn, classic[i].bn);
        assert_true(p->momentum == 0 && p->weight_decay == 0 && p->label_smoothing == 0 &&
                    p->dropout == 0 && p->blend == 0 && p->start_decay == 0 && !p->average);
        assert_int_equal(p->schedule.kind, SCHEDULE_CONSTANT);
        assert_true(!p->augment.flip && !p->augment.crop && p->augment.crop_min == 0 &&
                    p->augment.jitter == 0);
        assert_true(p->fresh_optimizer);
        assert_int_equal(r.batch_size, 64);
        assert_int_equal(r.image_size, 224);
        assert_true(r.imagenet_norm && r.resize == RESIZE_STRETCH && !r.antialias && r.views == 1);
        assert_true(!r.class_weights && r.patience == 0);
    }
}

/* best trains as long as classic, and a frozen phase has fixed input, or its features could not be
 * reused. */
static void best_keeps_the_epochs(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        struct recipe a =
            make(&(struct recipe_request){.mode = (enum mode)mode, .preset = PRESET_CLASSIC});
        struct recipe b =
            make(&(struct recipe_request){.mode = (enum mode)mode, .preset = PRESET_BEST});
        assert_int_equal(a.n_phases, b.n_phases);
        assert_int_equal(recipe_epochs(&a), recipe_epochs(&b));
        assert_int_equal(b.image_size, mode == MODE_SCRATCH ? 224 : 320);
        for (int i = 0; i < b.n_phases; i++) {
            const struct phase *p = &b.phases[i];
            assert_int_equal(p->backbone_trains, a.phases[i].backbone_trains);
            if (!p->backbone_trains)
                assert_true(!p->augment.flip && !p->augment.crop && p->augment.jitter == 0);
            else
                assert_true(p->augment.flip && p->augment.crop);
        }
    }
}

static void read_back(struct recipe *out, const char *text)
{
    char *copy = strdup(text), *rest = copy, section[32] = "";
    struct err err = {0};
    memset(out, 0, sizeof *out);
    while (rest) {
        char *line = strsep(&rest, "\n"), *equals = strstr(line, " = ");
        if (*line == '[') {
            snprintf(section, sizeof section, "%.*s", (int)strlen(line) - 2, line + 1);
        } else if (equals) {
            *equals = '\0';
            if (recipe_set(out, section, line, equals + 3, &err) != ERR_OK)
                fail_msg("%s", err.message);
        }
    }
    free(copy);
}

static void assert_round_trip(const struct recipe *recipe)
{
    struct str a = STR_INIT, b = STR_INIT;
    struct recipe again;
    recipe_write(&a, recipe);
    read_back(&again, a.s);
    recipe_write(&b, &again);
    assert_string_equal(a.s, b.s);
    assert_int_equal(recipe->n_phases, again.n_phases);
    for (int i = 0; i < recipe->n_phases; i++) {
        const struct phase *p = &recipe->phases[i], *q = &again.phases[i];
        assert_true(p->lr_stem == q->lr_stem && p->lr_backbone == q->lr_backbone && p->lr_head == q->lr_head &&
                    p->epochs == q->epochs);
        assert_true(p->weight_decay == q->weight_decay &&
                    p->augment.crop_min == q->augment.crop_min);
        assert_int_equal(p->schedule.kind, q->schedule.kind);
        assert_int_equal(p->optimizer, q->optimizer);
    }
    str_done(&a);
    str_done(&b);
}

static void text_reads_back_exactly(void **state)
{
    (void)state;
    for (int preset = 0; preset < PRESET_COUNT; preset++) {
        for (int mode = 0; mode < MODE_COUNT; mode++) {
            struct recipe_request request = {.mode = (enum mode)mode,
                                             .preset = (enum preset)preset};
            struct recipe r = make(&request);
            assert_round_trip(&r);
            request.has_lr = true;
            request.lr = 1.0 / 3; /* needs 17 digits */
            request.has_stem_lr = true;
            request.stem_lr = 1.0 / 7;
            r = make(&request);
            assert_round_trip(&r);
        }
    }
}

/* Records of before the mean belonged to a phase, of before the stem had a rate, and of before a picture had views. */
static void older_records_are_read(void **state)
{
    (void)state;
    static const char *const values[] = {"off", "on", "yes"};
    for (int v = 0; v < 3; v++) {
        struct recipe r = {0};
        struct err err = {0};
        enum err_code code = recipe_set(&r, "recipe", "average", values[v], &err);
        assert_int_equal(code, v == 2 ? ERR_INVALID : ERR_OK);
        if (v == 2)
            assert_string_equal(err.message, "[recipe] average: \"yes\" is not a value for it");
        else
            assert_true(r.phases[0].average == v && r.phases[1].average == v && r.n_phases == 0);
    }
    struct recipe r = {0};
    struct err err = {0};
    assert_int_equal(recipe_set(&r, "phase 2", "lr", "0.25", &err), ERR_OK);
    assert_true(r.phases[1].lr_stem == 0.25 && r.phases[0].lr_stem == 0);
    assert_int_equal(recipe_set(&r, "phase 2", "stem-lr", "0.125", &err), ERR_OK);
    assert_true(r.phases[1].lr_stem == 0.125 && r.phases[1].lr_backbone == 0.25);
    assert_int_equal(recipe_set(&r, "recipe", "batch-size", "8", &err), ERR_OK);
    assert_int_equal(r.views, 1);
    assert_int_equal(recipe_set(&r, "recipe", "views", "2", &err), ERR_OK);
    assert_int_equal(recipe_set(&r, "recipe", "resize", "crop", &err), ERR_OK);
    assert_int_equal(r.views, 2);
}

/* Four blocks and a head: by equal factors from stem to last block; to the last bit where both are the same. */
static void blocks_have_their_rates(void **state)
{
    (void)state;
    static const struct {
        double stem, backbone, want[5];
    } cases[] = {
        {1e-5, 1e-2, {1e-5, 1e-4, 1e-3, 1e-2, 0.5}},      {1e-2, 1e-5, {1e-2, 1e-3, 1e-4, 1e-5, 0.5}},
        {1.0 / 3, 1.0 / 3, {1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.5}}, {0, 1e-2, {0, 0, 0, 1e-2, 0.5}},
        {1e-2, 0, {1e-2, 0, 0, 0, 0.5}},                   {0, 0, {0, 0, 0, 0, 0.5}},
    };
    double worst = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct phase p = {.lr_stem = cases[i].stem, .lr_backbone = cases[i].backbone, .lr_head = 0.5};
        for (int b = 0; b < 5; b++) {
            double rate = phase_lr(&p, b, 5), want = cases[i].want[b];
            assert_true(rate == want || (want > 0 && cases[i].stem != cases[i].backbone));
            worst = fmax(worst, want > 0 ? fabs(rate / want - 1) : 0);
        }
        assert_true(phase_lr(&p, 0, 2) == cases[i].backbone && phase_lr(&p, 1, 2) == 0.5); /* a backbone of one block */
    }
    print_message("# largest relative difference %.3g\n", worst);
    assert_true(worst < 1e-14);
}

static void rates_keep_their_ratio(void **state)
{
    (void)state;
    struct recipe_request request = {
        .mode = MODE_STAGED, .preset = PRESET_CLASSIC, .has_lr = true, .lr = 0.05};
    struct recipe r = make(&request);
    assert_true(r.phases[0].lr_backbone == 0.05 && r.phases[0].lr_head == 0.05);
    assert_true(fabs(r.phases[1].lr_backbone - 0.0005) < 1e-18 && r.phases[1].lr_stem == r.phases[1].lr_backbone);
    request = (struct recipe_request){
        .mode = MODE_DISCRIMINATIVE, .preset = PRESET_CLASSIC, .has_lr = true, .lr = 2e-4};
    r = make(&request);
    assert_true(r.phases[0].lr_backbone == 2e-4 && fabs(r.phases[0].lr_head - 2e-3) < 1e-15);
    request.has_head_lr = true;
    request.head_lr = 0.5;
    r = make(&request);
    assert_true(r.phases[0].lr_backbone == 2e-4 && r.phases[0].lr_head == 0.5);
    request = (struct recipe_request){.mode = MODE_STAGED, .preset = PRESET_CLASSIC, .has_stem_lr = true, .stem_lr = 1e-6};
    r = make(&request);
    assert_true(r.phases[0].lr_stem == 1e-2 && r.phases[1].lr_stem == 1e-6 && r.phases[1].lr_backbone == 1e-4);
}

static void wishes_reach_every_phase(void **state)
{
    (void)state;
    struct recipe_request request = {
        .mode = MODE_STAGED,
        .preset = PRESET_CLASSIC,
        .n_epochs = 2,
        .epochs = {7, 9},
        .has_optimizer = true,
        .optimizer = OPT_ADAMW,
        .has_momentum = true,
        .momentum = 0.8,
        .has_weight_decay = true,
        .weight_decay = 0.02,
        .has_label_smoothing = true,
        .label_smoothing = 0.1,
        .has_dropout = true,
        .dropout = 0.3,
        .has_schedule = true,
        .schedule = SCHEDULE_STEP,
        .has_bn = true,
        .bn = BN_BATCH,
        .has_flip = true,
        .flip = true,
        .has_crop = true,
        .crop = true,
        .has_jitter = true,
        .jitter = 0.2,
        .has_batch_size = true,
        .batch_size = 8,
        .has_image_size = true,
        .image_size = 96,
        .has_normalize = true,
        .has_resize = true,
        .resize = RESIZE_CROP,
        .views = 5,
        .has_antialias = true,
        .antialias = true,
        .has_class_weights = true,
        .class_weights = true,
        .has_average = true,
        .average = true,
        .has_blend = true,
        .blend = 0.1,
        .has_start_decay = true,
        .start_decay = 3,
        .patience = 4,
        .has_step_factor = true,
        .step_factor = 0.5,
    };
    struct recipe r = make(&request);
    assert_int_equal(recipe_epochs(&r), 16);
    for (int i = 0; i < 2; i++) {
        const struct phase *p = &r.phases[i];
        assert_int_equal(p->optimizer, OPT_ADAMW);
        assert_true(p->momentum == 0.8 && p->weight_decay == 0.02 && p->label_smoothing == 0.1 &&
                    p->dropout == 0.3 && p->blend == (i ? 0.1 : 0) && p->start_decay == (i ? 3 : 0) && p->average);
        assert_int_equal(p->schedule.kind, SCHEDULE_STEP);
        assert_int_equal(p->schedule.step_epochs, 3);
        assert_true(p->schedule.gamma == 0.5);
        assert_int_equal(p->bn, BN_BATCH);
        assert_true(p->augment.flip && p->augment.crop && p->augment.crop_min > 0 &&
                    p->augment.jitter == 0.2);
    }
    assert_int_equal(r.batch_size, 8);
    assert_int_equal(r.image_size, 96);
    assert_true(!r.imagenet_norm && r.resize == RESIZE_CROP && r.antialias && r.class_weights &&
                r.patience == 4);
    assert_int_equal(recipe_views(&r), 5);
    request.has_resize = false;
    struct recipe whole = make(&request);
    assert_true(whole.resize == RESIZE_STRETCH && whole.views == 5 && recipe_views(&whole) == 1); /* the whole picture is in one */
    assert_round_trip(&r);
}

/* What no option names: the window of a preset that does not crop, and where the mean of the weights begins. */
static void numbers_without_an_option(void **state)
{
    (void)state;
    struct recipe r = make(&(struct recipe_request){.mode = MODE_FINE_TUNE, .preset = PRESET_CLASSIC, .has_crop = true, .crop = true});
    assert_true(r.phases[0].augment.crop && r.phases[0].augment.crop_min == 0.35);
    for (int preset = 0; preset < 2; preset++) {
        r = make(&(struct recipe_request){.mode = MODE_FINE_TUNE, .preset = preset ? PRESET_BEST : PRESET_CLASSIC});
        assert_true(r.average_from == 0.2 && r.average_decay == 0.99);
    }
}

/* The preset's pull is for steps of Adam's size; against sgd's it would hold the backbone where it is. */
static void another_kind_of_step_has_no_preset_pull(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        struct recipe_request request = {.preset = PRESET_BEST, .mode = (enum mode)mode};
        struct recipe preset = make(&request), other;
        int last = preset.n_phases - 1;
        request.has_optimizer = true;
        request.optimizer = OPT_ADAM;
        other = make(&request);
        assert_true(other.phases[last].start_decay == preset.phases[last].start_decay);
        request.optimizer = OPT_SGD;
        other = make(&request);
        assert_true(other.phases[last].start_decay == 0);
        if (!mode_needs_weights(request.mode) || !other.phases[last].backbone_trains)
            continue;
        request.has_start_decay = true;
        request.start_decay = 3;
        other = make(&request);
        assert_true(other.phases[last].start_decay == 3);
    }
}

static void epochs_lists(void **state)
{
    (void)state;
    struct err err = {0};
    struct recipe r =
        make(&(struct recipe_request){.mode = MODE_STAGED, .n_epochs = 1, .epochs = {3}});
    assert_int_equal(r.phases[0].epochs, 3);
    assert_int_equal(r.phases[1].epochs, 3);
    struct recipe_request request = {.mode = MODE_FROZEN, .n_epochs = 2, .epochs = {1, 1}};
    assert_int_equal(recipe_make(&r, &request, &err), ERR_INVALID);
    assert_string_equal(err.message, "epochs: 2 numbers, but mode frozen has 1 phase");
}

static void phases_by_epoch(void **state)
{
    (void)state;
    static const struct {
        int epoch, phase, inside;
    } want[] = {{1, 0, 0}, {2, 0, 1}, {3, 1, 0}, {5, 1, 2}, {6, 1, 3}};
    struct recipe r =
        make(&(struct recipe_request){.mode = MODE_STAGED, .n_epochs = 2, .epochs = {2, 3}});
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int inside = -1;
        assert_int_equal(recipe_phase_of(&r, want[i].epoch, &inside), want[i].phase);
        assert_int_equal(inside, want[i].inside);
    }
}

static void extension(void **state)
{
    (void)state;
    struct err err = {0};
    struct str a = STR_INIT, b = STR_INIT;
    /* 2 and 2 more at a constant rate are 4 */
    struct recipe two = make(&(struct recipe_request){
        .mode = MODE_FINE_TUNE, .preset = PRESET_CLASSIC, .n_epochs = 1, .epochs = {2}});
    struct recipe four = make(&(struct recipe_request){
        .mode = MODE_FINE_TUNE, .preset = PRESET_CLASSIC, .n_epochs = 1, .epochs = {4}});
    assert_int_equal(recipe_extend(&two, 2, 10, &err), ERR_OK);
    two.phases[0].schedule.step_epochs =
        four.phases[0].schedule.step_epochs; /* not used by a constant rate */
    recipe_write(&a, &two);
    recipe_write(&b, &four);
    assert_string_equal(a.s, b.s);
    /* after a falling rate, a tail at the last one */
    struct recipe r = make(&(struct recipe_request){.mode = MODE_FINE_TUNE, .preset = PRESET_BEST, .has_lr = true, .lr = 0.1,
        .has_stem_lr = true, .stem_lr = 0.01, .has_head_lr = true, .head_lr = 1, .has_schedule = true, .schedule = SCHEDULE_STEP});
    assert_int_equal(recipe_extend(&r, 3, 10, &err), ERR_OK); /* five epochs, a tenth after every second one */
    assert_int_equal(r.n_phases, 2);
    assert_int_equal(r.phases[1].schedule.kind, SCHEDULE_CONSTANT);
    assert_true(r.phases[1].epochs == 3 && fabs(r.phases[1].lr_stem - 1e-4) < 1e-15 &&
                fabs(r.phases[1].lr_backbone - 1e-3) < 1e-15 && fabs(r.phases[1].lr_head - 1e-2) < 1e-15);
    assert_false(r.phases[1].fresh_optimizer);
    assert_int_equal(recipe_extend(&r, 2, 10, &err), ERR_OK);
    assert_true(r.n_phases == 2 && r.phases[1].epochs == 5);
    while (r.n_phases < RECIPE_PHASES) {
        r.phases[r.n_phases - 1].schedule.kind = SCHEDULE_COSINE;
        assert_int_equal(recipe_extend(&r, 1, 10, &err), ERR_OK);
    }
    r.phases[r.n_phases - 1].schedule.kind = SCHEDULE_COSINE;
    assert_int_equal(recipe_extend(&r, 1, 10, &err), ERR_INVALID);
    assert_string_equal(err.message, "a run has at most 8 phases, there is no room for another");
    static const int64_t bad[] = {0, -1, 1000001, INT64_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(recipe_extend(&r, bad[i], 10, &err), ERR_INVALID);
    int before = two.phases[0].epochs; /* what is refused changes nothing */
    assert_int_equal(recipe_extend(&two, 1000000, 10, &err), ERR_INVALID);
    assert_int_equal(two.phases[0].epochs, before);
    assert_int_equal(recipe_check(&two, &err), ERR_OK);
    str_done(&a);
    str_done(&b);
}

static void bad_recipes_are_named(void **state)
{
    (void)state;
    struct err err = {0};
    struct recipe r;
    struct recipe_request one = {.mode = MODE_FINE_TUNE, .has_batch_size = true, .batch_size = 1};
    assert_int_equal(recipe_make(&r, &one, &err), ERR_INVALID);
    assert_string_equal(err.message,
                        "phase 1: batch norm needs batches of 2 pictures or more, batch-size is 1");
    assert_string_equal(err.hint, "a larger batch-size, or bn fixed");
    one.has_bn = true;
    one.bn = BN_FIXED;
    make(&one);
    r = make(&(struct recipe_request){.mode = MODE_STAGED});
    r.phases[1].lr_head = NAN;
    assert_int_equal(recipe_check(&r, &err), ERR_INVALID);
    assert_string_equal(err.message, "phase 2: head-lr is out of range");
    r.phases[0].lr_stem = -1;
    assert_int_equal(recipe_check(&r, &err), ERR_INVALID);
    assert_string_equal(err.message, "phase 1: stem-lr is out of range");
    r.views = RECIPE_VIEWS + 1;
    assert_int_equal(recipe_check(&r, &err), ERR_INVALID);
    assert_string_equal(err.message, "views: 10 is outside 1 to 9");
    assert_int_equal(recipe_set(&r, "phase 9", "lr", "1", &err), ERR_INVALID);
    assert_string_equal(err.message, "[phase 9]: unknown section");
    assert_int_equal(recipe_set(&r, "phase 1", "optimizer", "lion", &err), ERR_INVALID);
    assert_string_equal(err.message, "[phase 1] optimizer: \"lion\" is not a value for it");
    assert_int_equal(recipe_set(&r, "recipe", "batch", "1", &err), ERR_INVALID);
    assert_string_equal(err.message, "[recipe] batch: unknown key");
    assert_int_equal(recipe_set(&r, "recipe", "batch-size", "1.5", NULL), ERR_INVALID);
    memset(&r, 0, sizeof r);
    assert_int_equal(recipe_check(&r, NULL), ERR_INVALID);
}

static void lists_of_modes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int n;
        enum mode modes[3];
        const char *message;
    } table[] = {
        {"frozen", 1, {MODE_FROZEN}, NULL},
        {"fine-tune,scratch", 2, {MODE_FINE_TUNE, MODE_SCRATCH}, NULL}, /* in the order given */
        {"all", MODE_COUNT, {MODE_SCRATCH, MODE_FROZEN, MODE_FINE_TUNE}, NULL},
        {"frozen,frozen", 0, {0}, "mode: frozen is named twice"},
        {"frozen,froze", 0, {0}, "mode: unknown choice \"froze\""},
        {"frozen,", 0, {0}, "mode: unknown choice \"\""},
        {"", 0, {0}, "mode: unknown choice \"\""},
        {"all,frozen", 0, {0}, "mode: unknown choice \"all\""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum mode modes[MODE_COUNT];
        struct err err = {0};
        int n;
        enum err_code code = modes_parse(table[i].text, modes, &n, &err);
        assert_int_equal(code, table[i].message ? ERR_INVALID : ERR_OK);
        if (table[i].message) {
            assert_string_equal(err.message, table[i].message);
            continue;
        }
        assert_int_equal(n, table[i].n);
        for (int k = 0; k < n && k < 3; k++)
            assert_int_equal(modes[k], table[i].modes[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_modes),
        cmocka_unit_test(classic_to_the_letter),    cmocka_unit_test(best_keeps_the_epochs),
        cmocka_unit_test(text_reads_back_exactly),
        cmocka_unit_test(older_records_are_read),  cmocka_unit_test(rates_keep_their_ratio),
        cmocka_unit_test(blocks_have_their_rates),
        cmocka_unit_test(wishes_reach_every_phase), cmocka_unit_test(epochs_lists),
        cmocka_unit_test(another_kind_of_step_has_no_preset_pull),
        cmocka_unit_test(numbers_without_an_option),
        cmocka_unit_test(phases_by_epoch),          cmocka_unit_test(extension),
        cmocka_unit_test(bad_recipes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
