/* Several squares of a picture answered for together: the numbers, and that validation, eval and predict take them alike.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <png.h>
#include <sys/stat.h>

#include "data/loader.h"
#include "engine/lab.h"
#include "engine/score.h"

#define VIEWS 3

/* --- numbers ------------------------------------------------------------------------------------------------- */

/* NaN of one view is NaN of the picture, and of no other. */
static void the_mean_is_of_logits(void **state)
{
    (void)state;
    const float of_views[] = {1, 2, 3, 7, 8, 12, 0, -1, NAN, 1, 5, 6}, want[] = {4, 5, 7.5f, 0.5f, 2, NAN};
    float got[12];
    score_views(got, of_views, 2, 2, 3);
    for (int i = 0; i < 6; i++)
        assert_true(got[i] == want[i] || (isnan(got[i]) && isnan(want[i])));
    score_views(got, of_views, 4, 1, 3);
    assert_memory_equal(got, of_views, sizeof got);
}

/* --- in a run ------------------------------------------------------------------------------------------------ */

static void train_views(const char *name, const char *mode, const char *views, const char *more)
{
    train(name, OPTIONS(mode, "resize=crop", views, "lr=0.05", "val-share=0.3", "seed=4", more));
}

static struct notice eval_with(const char *run, const char *option, int64_t last)
{
    struct options o = OPTIONS("seed=0", option);
    char *folder = in_lab(run);
    struct cmd cmd = {.kind = CMD_EVAL, .number = last, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    free(folder);
    return do_cmd(cmd, NULL);
}

static double eval_loss_with(const char *run, const char *option, int64_t last)
{
    struct result_view v;
    struct notice n = eval_with(run, option, last);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("eval: %s", n.err.message);
    const struct block *block = engine_block(engine, n.block);
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    double loss = v.loss;
    block_release(block);
    return loss;
}

static double eval_loss(const char *run, int64_t last)
{
    return eval_loss_with(run, "threads=1", last);
}

/* Training takes one square of a picture: it is the same to the last bit. */
static void training_is_the_same(void **state)
{
    (void)state;
    train_views("one", "mode=scratch", "views=1", "epochs=2");
    train_views("three", "mode=scratch", "views=3", "epochs=2");
    struct weight_file *a = last_weights("one"), *b = last_weights("three");
    for (size_t i = 0; i < weights_count(a); i++)
        assert_memory_equal(weights_at(a, i)->data, weights_at(b, i)->data, weights_at(a, i)->n_bytes);
    weights_close(a);
    weights_close(b);
    for (size_t epoch = 1; epoch <= 2; epoch++) {
        assert_true(metric("one", epoch, "train_loss") == metric("three", epoch, "train_loss"));
        assert_true(metric("one", epoch, "val_loss") != metric("three", epoch, "val_loss"));
    }
}

static void eval_takes_them(void **state)
{
    (void)state;
    double eval = eval_loss("three", 1), run = metric("three", 2, "val_loss");
    print_message("# eval %.9g, metrics.csv %.9g\n", eval, run);
    assert_true(fabs(eval - run) <= 1e-8 * run);
}

/* A head on features kept in memory is validated as one on pictures; and so is one behind blocks that train. eval finds views and their
 * mirroring in the weight file. */
static void features_of_all_views_are_kept(void **state)
{
    (void)state;
    static const char *const names[] = {"features", "upper", "mirrored"}, *const modes[] = {"mode=frozen", "mode=fine-tune", "mode=fine-tune"},
                 *const from[] = {"epochs=2", "train-from=layer4.0", "flip=on"};
    char *path = run_file("one", "last.safetensors"), *option = xasprintf("weights=%s", path);
    for (int i = 0; i < 3; i++) {
        train(names[i], OPTIONS(modes[i], "resize=crop", "views=3", "epochs=2", "val-share=0.3", from[i], option));
        double eval = eval_loss(names[i], 1), run = metric(names[i], 2, "val_loss");
        print_message("# %s: eval %.9g, metrics.csv %.9g, off %.3g\n", names[i], eval, run, fabs(eval - run));
        assert_true(fabs(eval - run) <= 1e-5 * run);
    }
    free(option);
    free(path);
}

/* --- one picture --------------------------------------------------------------------------------------------- */

static void must(enum err_code code, const struct err *err)
{
    if (code != ERR_OK)
        fail_msg("%s", err->message);
}

/* A run again as name, with another word in the head of its best weights. */
static void copy_with(const char *run, const char *name, const char *from, const char *to)
{
    struct err err = {0};
    char *folder = in_lab(name), *path = run_file(run, "best.safetensors"), *copy = run_file(name, "best.safetensors"), *bytes;
    char *line = xasprintf("mkdir -p '%s' && cd '%s/%s' && cp run.ini split.csv '%s'", folder, lab, run, folder);
    assert_int_equal(system(line), 0);
    uint64_t length, n_new;
    size_t n;
    must(file_read(path, 0, &bytes, &n, &err), &err);
    memcpy(&length, bytes, sizeof length);
    char *at = memmem(bytes + 8, length, from, strlen(from));
    assert_non_null(at);
    struct str out = STR_INIT;
    n_new = length + strlen(to) - strlen(from);
    str_add_n(&out, (const char *)&n_new, sizeof n_new);
    str_add_n(&out, bytes + 8, (size_t)(at - bytes) - 8);
    str_add(&out, to);
    at += strlen(from);
    str_add_n(&out, at, (size_t)(bytes + n - at));
    must(file_replace(copy, out.s, out.len, &err), &err);
    str_done(&out);
    free(line), free(bytes), free(path), free(copy), free(folder);
}

/* The views of a picture as files of their own, in the size that the network takes. */
static void write_views(const char *file, int i)
{
    struct err err = {0};
    struct loader_config config = {.size = SIZE, .crop_eval = true, .views = VIEWS};
    uint8_t *rgb = xmalloc(loader_picture_bytes(&config));
    must(loader_square(rgb, file, &config, NULL, &err), &err);
    for (int v = 0; v < VIEWS; v++) {
        png_image png = {.version = PNG_IMAGE_VERSION, .width = SIZE, .height = SIZE, .format = PNG_FORMAT_RGB};
        char *path = xasprintf("%s/squares/%03d-%d.png", lab, i, v);
        assert_true(png_image_write_to_file(&png, path, 0, rgb + v * SIZE * SIZE * 3, 0, NULL) != 0);
        free(path);
    }
    free(rgb);
}

static const struct block *predict(struct result_view *v, const char *run, const char **list, size_t n)
{
    struct options o = OPTIONS("seed=0");
    char *folder = in_lab(run);
    struct cmd cmd = {.kind = CMD_PREDICT, .options = &o, .list = list, .n_list = n};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    free(folder);
    struct notice notice = do_cmd(cmd, NULL);
    if (notice.kind != NOTICE_FINISHED)
        fail_msg("predict: %s", notice.err.message);
    const struct block *block = engine_block(engine, notice.block);
    assert_int_equal(result_view_open(v, block, NULL), ERR_OK);
    return block;
}

/* Geometric mean of what the net says to the squares of picture i, each alone, for class k; not yet a probability. */
static double mean_of(const struct result_view *v, size_t i, int k)
{
    double sum = 0, p;
    for (size_t view = 0; view < VIEWS; view++) {
        for (int t = 0; t < v->n_classes; t++) {
            if (result_view_top(v, i * VIEWS + view, t, &p) == k)
                sum += log(p);
        }
    }
    return exp(sum / VIEWS);
}

/* Every square is given to the same weights as a picture of its own, which they take whole. */
static void the_table_is_the_mean(void **state)
{
    (void)state;
    struct csv csv = table("three", "predictions.csv");
    char *squares = in_lab("squares");
    double worst = 0, apart = 0;
    assert_int_equal(mkdir(squares, 0700), 0);
    for (size_t r = 1; r < csv.n_rows; r++) {
        char *path = path_join(flowers, csv.rows[r][0]);
        write_views(path, (int)r);
        free(path);
    }
    copy_with("three", "whole", "\"resize\":\"crop\",\"views\":\"3\"", "\"resize\":\"stretch\",\"views\":\"1\"");
    struct result_view v;
    const struct block *block = predict(&v, "whole", (const char *[]){squares}, 1);
    assert_int_equal(v.n, (csv.n_rows - 1) * VIEWS);
    for (size_t r = 1; r < csv.n_rows; r++) {
        int best = 0;
        double sum = 0;
        for (int k = 0; k < v.n_classes; k++) {
            sum += mean_of(&v, r - 1, k);
            best = mean_of(&v, r - 1, k) > mean_of(&v, r - 1, best) ? k : best;
        }
        assert_string_equal(result_view_class(&v, best), csv.rows[r][2]);
        worst = fmax(worst, fabs(mean_of(&v, r - 1, best) / sum - cell(&csv, r, "probability")));
        apart = fmax(apart, fabs(result_view_row(&v, (r - 1) * VIEWS + 1).probability - cell(&csv, r, "probability")));
    }
    print_message("# %zu pictures, largest difference %.3g, of the middle alone %.3g\n", csv.n_rows - 1, worst, apart);
    assert_true(worst < 1e-6 && apart > 1e-4);
    block_release(block);
    csv_done(&csv);
    free(squares);
}

/* A file that is missing between two others leaves both their own squares. */
static void predict_takes_them(void **state)
{
    (void)state;
    struct csv csv = table("three", "predictions.csv");
    char *missing = in_lab("missing.jpg"), *first = path_join(flowers, csv.rows[1][0]), *second = path_join(flowers, csv.rows[2][0]);
    struct result_view v;
    const struct block *block = predict(&v, "three", (const char *[]){first, missing, second}, 3);
    assert_int_equal(v.n, 3);
    assert_int_equal(result_view_row(&v, 1).predicted, -1);
    double off = fmax(fabs(result_view_row(&v, 0).probability - cell(&csv, 1, "probability")),
                      fabs(result_view_row(&v, 2).probability - cell(&csv, 2, "probability")));
    print_message("# largest difference %.3g\n", off);
    assert_true(off < 1e-6);
    block_release(block);
    csv_done(&csv);
    free(missing), free(first), free(second);
}

/* Another number than the run's: on the same weights it gives what a run of that number got. */
static void the_command_line_counts(void **state)
{
    (void)state;
    double other = eval_loss_with("one", "views=3", 1), back = eval_loss_with("three", "views=1", 1);
    assert_true(fabs(other - metric("three", 2, "val_loss")) < 1e-8 && fabs(back - metric("one", 2, "val_loss")) < 1e-8);
    double straight = eval_loss_with("mirrored", "views=1", 1), mirrored = eval_loss_with("mirrored", "views=3", 1);
    assert_true(fabs(mirrored - metric("mirrored", 2, "val_loss")) < 1e-8 && mirrored != straight);
    train("stretched", OPTIONS("mode=scratch", "resize=stretch", "views=3", "epochs=1"));
    struct notice n = eval_with("stretched", "views=3", 0);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.message, "views: the run has resize stretch, its network sees the whole picture in one square");
    assert_true(isfinite(eval_loss("stretched", 0)));
}

/* A number in a config file is for runs to come: one that is trained has its own. */
static void a_config_file_is_not_asked(void **state)
{
    (void)state;
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = CMD_EVAL, .number = 1, .options = &o};
    struct result_view v;
    char *folder = in_lab("three");
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    assert_int_equal(option_set(&o, OPTION_ID_views, "1", SOURCE_FILE, NULL), ERR_OK);
    struct notice n = do_cmd(cmd, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    double off = fabs(v.loss - metric("three", 2, "val_loss"));
    print_message("# loss off by %.3g\n", off);
    assert_true(off < 1e-8);
    block_release(block);
    free(folder);
}

/* Fewer pictures in a batch than views. */
static void an_estimate_counts_them(void **state)
{
    (void)state;
    struct options o = OPTIONS("mode=fine-tune", "epochs=1", "batch-size=2", "resize=crop", "views=9");
    struct cmd cmd = {.kind = CMD_ESTIMATE, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
    struct notice n = do_cmd(cmd, NULL);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s", n.err.message);
}

/* --- the weight file ----------------------------------------------------------------------------------------- */

static void files_without_views_have_one(void **state)
{
    (void)state;
    copy_with("three", "older", "\"views\":\"3\",", "");
    assert_true(fabs(eval_loss("older", 0) - eval_loss("one", 0)) < 1e-9);
    copy_with("three", "broken", "\"views\":\"3\"", "\"views\":\"0\"");
    struct notice n = command(CMD_EVAL, "broken", "", 0);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s\n", n.err.message);
    assert_non_null(strstr(n.err.message, "views is missing or wrong"));
}

/* Training that mirrors has mirrored views; the other runs here have not. */
static void mirrored_views_are_others(void **state)
{
    (void)state;
    copy_with("mirrored", "straight", "\"mirror_views\":\"on\"", "\"mirror_views\":\"off\"");
    copy_with("three", "three-mirrored", "\"mirror_views\":\"off\"", "\"mirror_views\":\"on\"");
    double on = eval_loss("mirrored", 0), off = eval_loss("straight", 0);
    print_message("# loss %.6f mirrored, %.6f straight\n", on, off);
    assert_true(fabs(on - off) > 1e-6);
    assert_true(fabs(eval_loss("three", 0) - eval_loss("three-mirrored", 0)) > 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_of_logits), cmocka_unit_test(training_is_the_same),
        cmocka_unit_test(eval_takes_them), cmocka_unit_test(features_of_all_views_are_kept),
        cmocka_unit_test(the_table_is_the_mean), cmocka_unit_test(predict_takes_them),
        cmocka_unit_test(the_command_line_counts), cmocka_unit_test(a_config_file_is_not_asked),
        cmocka_unit_test(an_estimate_counts_them), cmocka_unit_test(files_without_views_have_one),
        cmocka_unit_test(mirrored_views_are_others),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine views", tests, lab_open, lab_close);
}
