/* What the engine does where it computes on a GPU: how a dry run measures, where features fit. On a processor that passes for one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/fake_gpu.h"
#include "engine/lab.h"

#define GIB (1ull << 30)

static struct fake_gpu *gpu;

static int open_gpu(void **state)
{
    if (lab_open(state) != 0)
        return -1;
    const char *folder = getenv("top_builddir");
    char *path = xasprintf("%s/tests/engine/fake_gpu.so", folder ? folder : ".");
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    gpu = module ? dlsym(module, FAKE_GPU_SYMBOL) : NULL;
    if (!gpu)
        print_message("# %s\n", dlerror());
    engine_free(engine);
    engine = engine_new(&(struct engine_config){.n_threads = 1, .shim = path});
    free(path);
    return gpu ? 0 : -1;
}

static int fresh_gpu(void **state)
{
    (void)state;
    *gpu = (struct fake_gpu){.memory_free = 30 * GIB, .memory_total = 80 * GIB};
    return 0;
}

/* --- a dry run ----------------------------------------------------------------------------------------------- */

static double number_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    return strtod(at + strlen(name) + 1, NULL);
}

/* Of ten epochs in batches of 8; all of the net trains. */
static double estimate(const char *name)
{
    struct options o = OPTIONS("mode=scratch", "epochs=10", "batch-size=8", "device=cuda");
    struct cmd cmd = {.kind = CMD_ESTIMATE, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
    struct notice n = do_cmd(cmd, NULL);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s", n.err.message);
    const struct block *block = engine_block(engine, n.block);
    double value = number_of(text_view(block), name);
    print_message("# %s %g\n", name, value);
    block_release(block);
    return value;
}

/* The host is done long before the card: 0.4 s for each batch of at most 8 pictures, of 20 and more that train. */
static void a_step_ends_with_its_work(void **state)
{
    (void)state;
    gpu->step_ms = 400;
    assert_true(estimate("seconds") >= 10 * 20 * 0.4 / 8);
}

/* What the first pass takes for the choice of algorithms, 3 s here, is not a pass's time: 3 s / 8 for each of 5 and more that are
 * validated. */
static void the_first_pass_is_not_timed(void **state)
{
    (void)state;
    gpu->choosing_ms = 3000;
    assert_true(estimate("seconds") < 10 * 5 * 3.0 / 8);
    assert_int_equal(gpu->choosing_ms, 0);
}

/* Others may be on the card: the memory is what the process itself had. Where libtorch does not tell, it is all that is in use. */
static void memory_is_the_runs_own(void **state)
{
    (void)state;
    gpu->peak = 3 * GIB;
    assert_true(estimate("memory") == 3.0 * GIB);
    assert_int_equal(gpu->n_anew, 1);
    gpu->peak = 0;
    assert_true(estimate("memory") == 50.0 * GIB);
}

/* --- features ------------------------------------------------------------------------------------------------ */

#define TRAINING 30 /* pictures that train: of 5 times 8 the share that is left by 0.25 */

/* A head on the blocks of a run that has been trained; its validation loss at the end. */
static double head_on_top(const char *name)
{
    char *path = run_file("below", "last.safetensors"), *option = xasprintf("weights=%s", path);
    if (!path_is_file(path))
        train("below", OPTIONS("mode=scratch", "epochs=1"));
    train(name, OPTIONS("mode=frozen", "epochs=2", "val-share=0.25", "device=cuda", option));
    free(option);
    free(path);
    return metric(name, 2, "val_loss");
}

/* They need some 20 KB here. A quarter of the card's memory, and a third of what others have left of it. */
static void features_need_room(void **state)
{
    (void)state;
    head_on_top("roomy");
    assert_false(isnan(snap.train.s_features));
    gpu->memory_free = 3000;
    head_on_top("others");
    assert_true(isnan(snap.train.s_features));
    *gpu = (struct fake_gpu){.memory_free = 30 * GIB, .memory_total = 4000};
    head_on_top("tiny");
    assert_true(isnan(snap.train.s_features));
}

/* Less room than the card said: the run goes on from pictures, with the same numbers, and tells. */
static void features_that_do_not_fit(void **state)
{
    (void)state;
    double with = head_on_top("with");
    gpu->no_room = TRAINING;
    double without = head_on_top("without");
    assert_int_equal(gpu->n_refused, 1);
    print_message("# val_loss with features %.9g, without %.9g\n", with, without);
    assert_true(fabs(with - without) < 1e-5 * fabs(with));
    struct record r = record_of("without");
    assert_string_equal(r.tape[r.n_tape - 1].text, "memory: trains from pictures");
    record_done(&r);
}

#define GPU_TEST(test) cmocka_unit_test_setup(test, fresh_gpu)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GPU_TEST(a_step_ends_with_its_work),
        GPU_TEST(the_first_pass_is_not_timed),
        GPU_TEST(memory_is_the_runs_own),
        GPU_TEST(features_need_room),
        GPU_TEST(features_that_do_not_fit),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine on a fake GPU", tests, open_gpu, lab_close);
}
