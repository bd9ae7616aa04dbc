/* Training on drawn pictures: modes, freezing, numbers, run folder. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <time.h>

#include "engine/lab.h"

/* --- modes --------------------------------------------------------------------------------------------------- */

static void pretraining_makes_weights(void **state)
{
    (void)state;
    struct options o = OPTIONS("preset=best", "epochs=6", "batch-size=16");
    struct cmd cmd = {.kind = CMD_PRETRAIN, .number = 15, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", weights);
    struct notice n = do_cmd(cmd, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    assert_string_equal(text_view(block), weights);
    block_release(block);
    assert_true(path_is_file(weights));
    print_message("# pretraining: best %.3f on 12 or more shapes\n", snap.train.best.val_acc);
    assert_true(snap.train.best.val_acc > 0.1);
}

static struct options with_weights(const char *mode, const char *epochs, const char *extra)
{
    char a[64], b[64], w[OPTION_TEXT_MAX + 16];
    snprintf(a, sizeof a, "mode=%s", mode);
    snprintf(b, sizeof b, "epochs=%s", epochs);
    snprintf(w, sizeof w, "weights=%s", weights);
    return OPTIONS(a, b, w, extra);
}

static void all_modes_run(void **state)
{
    (void)state;
    static const char *const modes[] = {"scratch", "frozen", "fine-tune", "staged", "discriminative"};
    for (int m = 0; m < 5; m++) {
        train(modes[m], with_weights(modes[m], m == 3 ? "1,1" : "1", "seed=0"));
        struct record r = record_of(modes[m]);
        assert_string_equal(r.mode, modes[m]);
        assert_string_equal(r.state, "done");
        assert_string_equal(r.precision, "fp32");
        assert_int_equal(r.n_classes, 5);
        assert_int_equal(r.epochs_done, m == 3 ? 2 : 1);
        assert_true(r.fingerprint != 0 && r.commit[0] && r.host[0] && r.torch[0]);
        record_done(&r);
        static const char *const files[] = {"run.ini", "metrics.csv", "steps.csv", "split.csv", "predictions.csv",
                                            "confusion.csv", "best.safetensors", "last.safetensors", "last.ckpt",
                                            "log.txt"};
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
            char *path = run_file(modes[m], files[i]);
            if (!path_is_file(path))
                fail_msg("%s: no %s", modes[m], files[i]);
            free(path);
        }
    }
}

static void few_pictures_are_learnt_by_heart(void **state)
{
    (void)state;
    train("heart", OPTIONS("mode=scratch", "epochs=25", "lr=0.003", "optimizer=adam", "val-share=0.75", "batch-size=5"));
    double loss = metric("heart", 25, "train_loss");
    print_message("# %lld pictures, loss %.4f after 25 epochs\n", (long long)snap.train.n_train, loss);
    assert_int_equal(snap.train.n_train, 10);
    assert_true(loss < 0.2);
    assert_true(metric("heart", 1, "train_loss") > 1);
}

/* --- frozen is frozen ---------------------------------------------------------------------------------------- */

/* Tensors of the run's last weights that differ from the pretrained file, outside the head. */
static int moved(const char *run, const char *with)
{
    struct weight_file *a = opened(weights), *b = last_weights(run);
    int n = 0;
    assert_int_equal(weights_count(a), weights_count(b));
    for (size_t i = 0; i < weights_count(a); i++) {
        const struct weight_entry *x = weights_at(a, i), *y = weights_at(b, i);
        assert_string_equal(x->name, y->name);
        if (str_starts(x->name, "fc.") || !strstr(x->name, with))
            continue;
        assert_int_equal(x->n_bytes, y->n_bytes);
        n += memcmp(x->data, y->data, x->n_bytes) != 0;
    }
    weights_close(a);
    weights_close(b);
    return n;
}

static void frozen_is_frozen(void **state)
{
    (void)state;
    train("frozen-reused", with_weights("frozen", "2", "seed=0"));
    train("frozen-steps", with_weights("frozen", "2", "cache-memory=0"));
    train("frozen-flips", with_weights("frozen", "2", "flip=on"));
    assert_int_equal(moved("frozen-reused", ""), 0);
    assert_int_equal(moved("frozen-steps", ""), 0);
    assert_int_equal(moved("frozen-flips", ""), 0);
    double a = metric("frozen-reused", 2, "val_loss"), b = metric("frozen-steps", 2, "val_loss");
    print_message("# val_loss with the features reused %.9g, without %.9g\n", a, b);
    assert_true(fabs(a - b) < 1e-4 * fabs(b));
    train("frozen-batch", with_weights("frozen", "2", "bn=batch"));
    assert_true(moved("frozen-batch", "running_mean") > 0); /* the drift that bn = batch brings back */
    assert_int_equal(moved("frozen-batch", "conv"), 0);
    train("fixed", with_weights("fine-tune", "1", "bn=fixed"));
    assert_int_equal(moved("fixed", "running_mean"), 0);
    assert_true(moved("fixed", "conv") > 0);
}

static char *file_text(const char *path)
{
    char *text;
    size_t n;
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    return text;
}

/* Blocks before the cut are bit-equal, statistics too; those behind it move; whether their input is computed once or again and again. */
static void only_blocks_behind_the_cut_move(void **state)
{
    (void)state;
    static const char *const runs[] = {"cut-reused", "cut-steps", "cut-flips"};
    static const char *const extra[] = {"seed=0", "cache-memory=0", "flip=on"};
    char *option = xasprintf("weights=%s", weights);
    for (int i = 0; i < 3; i++) {
        train(runs[i], OPTIONS("mode=fine-tune", "epochs=2", "train-from=layer4.0", option, extra[i]));
        int all = moved(runs[i], ""), behind = moved(runs[i], "layer4.0.");
        print_message("# %s: %d tensors moved, %d of them in layer4.0\n", runs[i], all, behind);
        assert_int_equal(all, behind);
        assert_true(moved(runs[i], "layer4.0.conv") > 0 && moved(runs[i], "layer4.0.bn1.running_mean") == 1);
        struct record r = record_of(runs[i]);
        assert_string_equal(r.recipe.phases[0].from, "layer4.0");
        record_done(&r);
    }
    double a = metric("cut-reused", 2, "val_loss"), b = metric("cut-steps", 2, "val_loss");
    print_message("# val_loss with the cut's features reused %.9g, without %.9g\n", a, b);
    assert_true(fabs(a - b) < 1e-4 * fabs(b));
    char *path = run_file("cut-reused", "log.txt"), *log = file_text(path);
    assert_non_null(strstr(log, "computed once in"));
    assert_non_null(strstr(log, "layer4.0 trains from them"));
    free(log), free(path);
    path = run_file("cut-flips", "log.txt"), log = file_text(path);
    assert_null(strstr(log, "computed once"));
    free(log), free(path);
    free(option);
}

/* The head's features make room for the cut's at the switch of the phase; the head alone trained before it. */
static void a_cut_counts_where_the_backbone_trains(void **state)
{
    (void)state;
    char *option = xasprintf("weights=%s", weights);
    train("cut-staged", OPTIONS("mode=staged", "epochs=1,2", "train-from=layer3.0", "bn=auto", option));
    train("cut-later", OPTIONS("mode=staged", "epochs=1,2", "train-from=layer4.0", "bn=auto", option));
    assert_int_equal(moved("cut-staged", ""), moved("cut-staged", "layer3.") + moved("cut-staged", "layer4."));
    assert_true(moved("cut-staged", "layer3.0.conv") > 0);
    assert_int_equal(moved("cut-later", "layer3."), 0);
    double a = metric("cut-staged", 1, "val_loss"), b = metric("cut-later", 1, "val_loss");
    print_message("# phase 1 with either cut: val_loss %.9g and %.9g\n", a, b);
    assert_true(a == b);
    train("cut-frozen", OPTIONS("mode=frozen", "epochs=1", "train-from=layer4.0", option));
    assert_int_equal(moved("cut-frozen", ""), 0);
    struct notice n = train_with("cut-wrong", OPTIONS("mode=scratch", "train-from=layer9.0"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.message, "train-from: " MODEL " has no block layer9.0");
    assert_string_equal(n.err.hint, "blocks: stem, layer1.0, layer2.0, layer3.0, layer4.0, head");
    free(option);
}

/* --- blend --------------------------------------------------------------------------------------------------- */

/* Largest distance of the mixed run's values from share start + (1 - share) trained, as a share of the largest value of the tensor. */
static double distance_from_line(const struct weight_entry *start, const struct weight_entry *trained, const struct weight_entry *mixed,
                                 double share)
{
    double worst = 0, largest = 1e-30;
    size_t n = start->n_bytes / sizeof(float);
    for (size_t i = 0; i < n; i++) {
        float s, t, m;
        memcpy(&s, (const char *)start->data + i * sizeof s, sizeof s);
        memcpy(&t, (const char *)trained->data + i * sizeof t, sizeof t);
        memcpy(&m, (const char *)mixed->data + i * sizeof m, sizeof m);
        worst = fmax(worst, fabs(share * s + (1 - share) * t - m));
        largest = fmax(largest, fabs(t));
    }
    return worst / largest;
}

/* Training goes on as if nothing were mixed; what is validated and kept lies on the line between both networks, the head is the trained one. */
static void blended_weights_lie_between(void **state)
{
    (void)state;
    train("unmixed", with_weights("fine-tune", "1", "blend=0"));
    train("mixed", with_weights("fine-tune", "1", "blend=0.25"));
    assert_true(metric("unmixed", 1, "train_loss") == metric("mixed", 1, "train_loss"));
    assert_true(metric("unmixed", 1, "val_loss") != metric("mixed", 1, "val_loss"));
    struct weight_file *trained = last_weights("unmixed"), *mixed = last_weights("mixed"), *start = opened(weights);
    double worst = 0;
    for (size_t i = 0; i < weights_count(start); i++) {
        const struct weight_entry *s = weights_at(start, i), *t = weights_at(trained, i), *m = weights_at(mixed, i);
        if (strstr(s->name, "num_batches_tracked"))
            continue;
        bool head = str_starts(s->name, "fc.");
        worst = fmax(worst, head ? distance_from_line(t, t, m, 0) : distance_from_line(s, t, m, 0.25));
    }
    print_message("# largest distance from the line: %.3g of the largest value\n", worst);
    assert_true(worst < 1e-6);
    weights_close(start), weights_close(trained), weights_close(mixed);
    assert_int_equal(moved("mixed", "conv"), moved("unmixed", "conv"));
    struct notice n = train_with("mixed-scratch", OPTIONS("mode=scratch", "blend=0.2"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.message, "blend: mode scratch has no pretrained weights to keep");
}

/* --- numbers ------------------------------------------------------------------------------------------------- */

static double accuracy_of_predictions(const char *run, size_t *n)
{
    struct csv csv = table(run, "predictions.csv");
    size_t right = 0;
    *n = csv.n_rows - 1;
    for (size_t r = 1; r < csv.n_rows; r++)
        right += strcmp(csv.rows[r][1], csv.rows[r][2]) == 0;
    csv_done(&csv);
    return (double)right / (double)*n;
}

static int64_t trace(const char *run)
{
    struct csv csv = table(run, "confusion.csv");
    int64_t sum = 0;
    for (size_t r = 1; r < csv.n_rows; r++)
        sum += atoll(csv.rows[r][r]);
    csv_done(&csv);
    return sum;
}

/* C03: whatever the batch, also one that leaves a smaller last one. The rate is too small to move anything. */
static void validation_does_not_depend_on_the_batch(void **state)
{
    (void)state;
    double first_loss = NAN, worst = 0;
    for (int batch = 2; batch <= 6; batch++) {
        char name[32], option[32];
        snprintf(name, sizeof name, "batch-%d", batch);
        snprintf(option, sizeof option, "batch-size=%d", batch);
        train(name, OPTIONS("mode=scratch", "epochs=1", "lr=1e-30", "bn=fixed", option, "val-share=0.25"));
        double loss = metric(name, 1, "val_loss"), acc = metric(name, 1, "val_acc");
        size_t n;
        assert_true(fabs(accuracy_of_predictions(name, &n) - acc) < 1e-9);
        assert_int_equal(n, 10);
        assert_true(fabs((double)trace(name) / (double)n - acc) < 1e-9);
        first_loss = isnan(first_loss) ? loss : first_loss;
        worst = fmax(worst, fabs(loss - first_loss));
    }
    print_message("# val_loss for batches of 2..6 differs by %.3g at most\n", worst);
    assert_true(worst < 1e-5);
}

/* A split.csv with the first n_train used files of the drawn set for training, the others for validation. */
static void write_split(const char *path, int n_train)
{
    struct csv csv = table("scratch", "split.csv");
    struct str text = STR_INIT;
    str_add(&text, "file,class,part\n");
    for (size_t r = 1; r < csv.n_rows; r++) {
        csv_add(&text, csv.rows[r][0]);
        csv_add(&text, csv.rows[r][1]);
        csv_add(&text, (int)r <= n_train ? "train" : "val");
        csv_end(&text);
    }
    assert_int_equal(file_replace(path, text.s, text.len, NULL), ERR_OK);
    str_done(&text);
    csv_done(&csv);
}

/* C01: nine pictures in batches of four, on maps of 1 x 1: the leftover one joins the batch before. */
static void a_leftover_picture_is_folded(void **state)
{
    (void)state;
    char *path = in_lab("nine.csv"), *option = xasprintf("split=%s", path);
    write_split(path, 9);
    train("nine", OPTIONS("mode=scratch", "epochs=2", "batch-size=4", option));
    struct csv steps = table("nine", "steps.csv");
    assert_int_equal(steps.n_rows, 1 + 2 * 2);
    csv_done(&steps);
    assert_int_equal(snap.train.n_train, 9);
    free(path);
    free(option);
}

static double eval_number(const char *run, int64_t last, double *loss)
{
    struct notice n = command(CMD_EVAL, run, "", last);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("eval: %s", n.err.message);
    const struct block *block = engine_block(engine, n.block);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    *loss = v.loss;
    double acc = v.acc;
    assert_string_equal(v.what, "validation part");
    block_release(block);
    return acc;
}

static void eval_repeats_the_validation(void **state)
{
    (void)state;
    static const char *const runs[] = {"fine-tune", "frozen-reused", "scratch"};
    for (int i = 0; i < 3; i++) {
        struct record r = record_of(runs[i]);
        double loss, acc = eval_number(runs[i], 0, &loss);
        print_message("# %s: eval %.9g %.9g, metrics.csv %.9g %.9g\n", runs[i], loss, acc, r.best.val_loss, r.best.val_acc);
        assert_true(fabs(loss - metric(runs[i], (size_t)r.best.epoch, "val_loss")) <= 1e-8 * fabs(loss));
        assert_true(fabs(acc - r.best.val_acc) <= 1e-9);
        record_done(&r);
    }
}

static const struct block *finished_block(struct notice n, struct result_view *v)
{
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s", n.err.message);
    const struct block *block = engine_block(engine, n.block);
    assert_int_equal(result_view_open(v, block, NULL), ERR_OK);
    return block;
}

/* C08, C10: every validation picture alone, and all in one go, give what the validation gave: bit for bit with libtorch 1.x, whose
 * kernels do not depend on the size of the batch; newer ones choose by it and differ in the last digit. */
static void prediction_is_validation(void **state)
{
    (void)state;
    struct result_view validation, v;
    const struct block *all = finished_block(command(CMD_EVAL, "fine-tune", "", 0), &validation);
    struct csv csv = table("fine-tune", "predictions.csv");
    size_t n = csv.n_rows - 1;
    const char **list = xcalloc(n, sizeof *list);
    struct options o = OPTIONS("seed=0");
    char *folder = in_lab("fine-tune");
    struct cmd cmd = {.kind = CMD_PREDICT, .options = &o, .list = list};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    for (size_t i = 0; i < n; i++)
        list[i] = path_join(flowers, csv.rows[i + 1][0]);
    struct record record = record_of("fine-tune");
    double worst = 0, limit = record.torch[0] == '1' ? 0 : 1e-6;
    for (size_t i = 0; i <= n; i++) { /* the last pass: all together */
        const char *one[] = {list[i < n ? i : 0]};
        cmd.list = i < n ? one : list;
        cmd.n_list = i < n ? 1 : n;
        const struct block *block = finished_block(do_cmd(cmd, NULL), &v);
        for (size_t k = 0; k < v.n; k++) {
            size_t row = (i < n ? i : k) + 1;
            struct prediction_row r = result_view_row(&v, k), was = result_view_row(&validation, row - 1);
            assert_string_equal(was.file, csv.rows[row][0]);
            assert_true(fabs(r.probability - was.probability) <= limit && r.predicted == was.predicted);
            assert_string_equal(result_view_class(&v, r.predicted), csv.rows[row][2]);
            worst = fmax(worst, fabs(r.probability - cell(&csv, row, "probability")));
        }
        block_release(block);
    }
    print_message("# alone, together and in the validation: probabilities differ by %.3g at most\n", worst);
    assert_true(worst < limit + 1e-9); /* the nine digits of the table */
    for (size_t i = 0; i < n; i++)
        free((char *)list[i]);
    free(list);
    free(folder);
    block_release(all);
    record_done(&record);
    csv_done(&csv);
}

static void damaged_pictures_get_a_row(void **state)
{
    (void)state;
    char *bad = in_lab("bad.jpg"), *missing = in_lab("missing.jpg"), *folder = in_lab("scratch");
    assert_int_equal(file_replace(bad, "\xff\xd8\xff\xe0 no picture", 15, NULL), ERR_OK);
    const char *list[] = {bad, missing, flowers};
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = CMD_PREDICT, .options = &o, .list = list, .n_list = 3};
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    struct notice n = do_cmd(cmd, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(v.n, 2 + 5 * PER_CLASS);
    for (size_t i = 0; i < 2; i++) {
        struct prediction_row r = result_view_row(&v, i);
        print_message("# %s\n", r.problem);
        assert_true(r.predicted == -1 && r.problem[0]);
    }
    assert_true(result_view_row(&v, 2).predicted >= 0);
    block_release(block);
    free(bad), free(missing), free(folder);
}

static void another_folder_is_evaluated(void **state)
{
    (void)state;
    struct notice n = command(CMD_EVAL, "scratch", flowers, 0);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(v.n, 5 * PER_CLASS);
    int64_t sum = 0;
    for (int t = 0; t < 5; t++) {
        for (int p = 0; p < 5; p++)
            sum += result_view_count(&v, t, p);
    }
    assert_int_equal(sum, 5 * PER_CLASS);
    block_release(block);
}

/* --- a dry run ----------------------------------------------------------------------------------------------- */

static double number_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    return strtod(at + strlen(name) + 1, NULL);
}

/* Twice the epochs take twice the time; with the features reused it is less than with steps; nothing is written. */
static void estimates_follow_the_settings(void **state)
{
    (void)state;
    static const char *const modes[] = {"fine-tune", "fine-tune", "frozen"};
    static const char *const epochs[] = {"epochs=10", "epochs=1000", "epochs=1000"};
    double seconds[3];
    for (int i = 0; i < 3; i++) {
        char mode[32];
        snprintf(mode, sizeof mode, "mode=%s", modes[i]);
        struct options o = OPTIONS(mode, epochs[i], "batch-size=8");
        struct cmd cmd = {.kind = CMD_ESTIMATE, .options = &o};
        snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
        struct notice n = do_cmd(cmd, NULL);
        if (n.kind != NOTICE_FINISHED)
            fail_msg("%s", n.err.message);
        const struct block *block = engine_block(engine, n.block);
        seconds[i] = number_of(text_view(block), "seconds");
        assert_true(number_of(text_view(block), "disk") > 1e5);
        block_release(block);
    }
    print_message("# 10 epochs %.3f s, 1000 epochs %.3f s, frozen %.3f s\n", seconds[0], seconds[1], seconds[2]);
    assert_true(seconds[1] > 10 * seconds[0] && seconds[2] < seconds[1]);
    assert_int_equal(snap.train.live, false);
}

/* --- messages ------------------------------------------------------------------------------------------------ */

static void a_folder_in_use_names_resume(void **state)
{
    (void)state;
    struct notice n = train_with("scratch", OPTIONS("mode=scratch", "epochs=1"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_non_null(strstr(n.err.message, "is not an empty folder"));
    assert_non_null(strstr(n.err.hint, "flowerlab resume "));
}

static void without_weights(void **state)
{
    (void)state;
    struct notice n = train_with("none", OPTIONS("mode=frozen", "epochs=1"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_int_equal(n.err.code, ERR_NOT_FOUND);
    print_message("# %s; %s\n", n.err.message, n.err.hint);
    assert_true(n.err.hint[0]);
    train("default", OPTIONS("epochs=1"));
    struct record r = record_of("default");
    assert_string_equal(r.mode, "scratch");
    record_done(&r);
}

static void the_head_of_the_file(void **state)
{
    (void)state;
    struct notice n = train_with("head-wrong", with_weights("frozen", "1", "head=file"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    print_message("# %s\n", n.err.message);
    assert_non_null(strstr(n.err.message, "the data set has 5"));
    char *path = run_file("fine-tune", "last.safetensors"), *option = xasprintf("weights=%s", path);
    train("head-file", OPTIONS("mode=fine-tune", "epochs=1", "head=file", "lr=1e-30", "bn=fixed", option));
    double before, after, acc = eval_number("fine-tune", 1, &before);
    assert_true(fabs(eval_number("head-file", 1, &after) - acc) < 1e-9);
    print_message("# loss before %.9g, after %.9g\n", before, after);
    assert_true(fabs(before - after) < 1e-6);
    free(path);
    free(option);
}

static void the_log_tells_the_match(void **state)
{
    (void)state;
    char *path = run_file("fine-tune", "log.txt"), *text = file_text(path);
    struct record r = record_of("fine-tune");
    print_message("# %s\n", r.match);
    assert_non_null(strstr(r.match, "head new"));
    assert_non_null(strstr(text, r.match));
    record_done(&r);
    free(path);
    free(text);
}

/* --- nothing is left behind ---------------------------------------------------------------------------------- */

static int count_files(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++) {
        char path[64], to[8];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        n += readlink(path, to, sizeof to) > 0;
    }
    return n;
}

/* The fewest of many looks: the gauges' thread opens files of /proc for a moment. */
static int open_files(void)
{
    int fewest = count_files();
    for (int i = 0; i < 50; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        int n = count_files();
        fewest = n < fewest ? n : fewest;
    }
    return fewest;
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    const struct fl_table *fl = shim_table();
    int before = open_files();
    size_t live = fl->live_tensors();
    train("leaks", with_weights("staged", "8,8", "seed=0"));
    int after = open_files();
    print_message("# open files %d before, %d after; tensors alive %zu before, %zu after\n", before, after, live,
                  fl->live_tensors());
    assert_int_equal(before, after);
    assert_int_equal(live, 0);
    assert_int_equal(fl->live_tensors(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pretraining_makes_weights), cmocka_unit_test(all_modes_run),
        cmocka_unit_test(few_pictures_are_learnt_by_heart), cmocka_unit_test(frozen_is_frozen),
        cmocka_unit_test(only_blocks_behind_the_cut_move), cmocka_unit_test(a_cut_counts_where_the_backbone_trains),
        cmocka_unit_test(blended_weights_lie_between),
        cmocka_unit_test(validation_does_not_depend_on_the_batch), cmocka_unit_test(a_leftover_picture_is_folded),
        cmocka_unit_test(eval_repeats_the_validation), cmocka_unit_test(prediction_is_validation),
        cmocka_unit_test(damaged_pictures_get_a_row), cmocka_unit_test(another_folder_is_evaluated),
        cmocka_unit_test(a_folder_in_use_names_resume), cmocka_unit_test(without_weights),
        cmocka_unit_test(the_head_of_the_file), cmocka_unit_test(the_log_tells_the_match),
        cmocka_unit_test(estimates_follow_the_settings),
        cmocka_unit_test(nothing_is_left_behind),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine train", tests, lab_open, lab_close);
}
