/* A run's folder against the world: other names of it, other processes, files that are gone or cannot be written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/run_lock.h"
#include "engine/lab.h"

#include <dirent.h>
#include <sys/stat.h>
#include <xxhash.h>

static struct options small(const char *epochs)
{
    return OPTIONS("mode=scratch", epochs, "lr=0.05", "val-share=0.4");
}

static enum run_lock_state lock_of(const char *run)
{
    char *folder = in_lab(run);
    enum run_lock_state state = run_lock_look(folder);
    free(folder);
    return state;
}

static char *text_of(const char *run, const char *name)
{
    char *path = run_file(run, name), *text;
    size_t n;
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    free(path);
    return text;
}

/* --- who trains it ------------------------------------------------------------------------------------------- */

static int n_held, n_named;

static void look_at_lock(uint64_t job)
{
    (void)job;
    if (!snap.train.live || !snap.train.run[0])
        return;
    char *folder = in_lab("odd");
    n_held += run_lock_look(folder) == RUN_LOCK_HELD;
    n_named += strcmp(snap.train.run, folder) == 0;
    free(folder);
}

/* Named in a roundabout way, the folder is told by its one name, and its lock is held as long as the run trains. */
static void a_run_holds_its_folder(void **state)
{
    (void)state;
    struct notice n = train_with("./odd//", small("epochs=2"), look_at_lock);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    print_message("# the lock was held %d times, the name told %d times\n", n_held, n_named);
    assert_true(n_held > 0 && n_named == n_held);
    assert_int_equal(lock_of("odd"), RUN_LOCK_FREE);
    char *folder = in_lab("odd");
    struct err err;
    int fd;
    assert_int_equal(run_lock(&fd, folder, &err), ERR_OK); /* as another process would */
    n = command(CMD_RESUME, "odd", "", 1);
    assert_int_equal(n.err.code, ERR_BUSY);
    struct cmd trash = {.kind = CMD_TRASH, .list = (const char *[]){folder}, .n_list = 1};
    n = do_cmd(trash, NULL);
    assert_int_equal(n.err.code, ERR_BUSY);
    close(fd);
    resume("odd", 1);
    free(folder);
}

/* --- what is missing ------------------------------------------------------------------------------------------ */

static void without_a_checkpoint_nothing_begins_anew(void **state)
{
    (void)state;
    train("gone", small("epochs=2"));
    char *path = run_file("gone", "last.ckpt"), *ini = text_of("gone", "run.ini"), *metrics = text_of("gone", "metrics.csv");
    assert_int_equal(unlink(path), 0);
    for (int more = 0; more <= 1; more++) {
        struct notice n = command(CMD_RESUME, "gone", "", more);
        assert_int_equal(n.err.code, ERR_NOT_FOUND);
        assert_non_null(strstr(n.err.message, "2 epochs are done, but the checkpoint last.ckpt is missing"));
        assert_non_null(strstr(n.err.hint, "gone/best.safetensors"));
    }
    char *ini_after = text_of("gone", "run.ini"), *metrics_after = text_of("gone", "metrics.csv");
    assert_string_equal(ini, ini_after);
    assert_string_equal(metrics, metrics_after);
    free(path), free(ini), free(metrics), free(ini_after), free(metrics_after);
}

static void remove_daisies(uint64_t job)
{
    (void)job;
    if (snap.train.epoch < 2)
        return;
    char *command_text = xasprintf("rm -rf '%s/daisy'", flowers);
    assert_int_equal(system(command_text), 0);
    free(command_text);
}

/* Pictures that go while a run trains are left out of it, which its events tell: the figures are of fewer pictures. */
static void pictures_that_go_are_told(void **state)
{
    (void)state;
    char *all = flowers, *copy = in_lab("copy"), *command_text = xasprintf("cp -r '%s' '%s'", flowers, copy);
    assert_int_equal(system(command_text), 0);
    flowers = copy;
    struct notice n = train_with("fewer", OPTIONS("mode=scratch", "epochs=6", "val-share=0.4", "cache-memory=0"), remove_daisies);
    flowers = all;
    assert_int_equal(n.kind, NOTICE_FINISHED);
    struct record r = record_of("fewer");
    int training = 0, validation = 0;
    for (size_t i = 0; i < r.n_tape; i++) {
        print_message("# epoch %d: %s\n", r.tape[i].epoch, r.tape[i].text);
        training += strcmp(r.tape[i].text, "5 training pictures unreadable") == 0;
        validation += strcmp(r.tape[i].text, "3 validation pictures unreadable") == 0;
    }
    assert_true(training == 1 && validation == 1);
    record_done(&r);
    free(copy), free(command_text);
}

/* --- what cannot be written ----------------------------------------------------------------------------------- */

static const char *blocked, *blocked_file; /* a run's folder; a file of it cannot be written from epoch 2 to until_epoch */
static int until_epoch;

static void block(uint64_t job)
{
    (void)job;
    char *name = xasprintf("%s.tmp-flowerlab", blocked_file), *path = run_file(blocked, name);
    free(name);
    if (snap.train.epoch >= 2 && snap.train.epoch < until_epoch)
        mkdir(path, 0777);
    else
        rmdir(path);
    free(path);
}

static void best_is_what_the_record_says(const char *run, int epochs)
{
    struct csv metrics = table(run, "metrics.csv");
    assert_int_equal(metrics.n_rows, epochs + 1);
    int best = 1;
    for (int e = 2; e <= epochs; e++) {
        double acc = cell(&metrics, (size_t)e, "val_acc"), top = cell(&metrics, (size_t)best, "val_acc");
        if (acc > top || (acc == top && cell(&metrics, (size_t)e, "val_loss") < cell(&metrics, (size_t)best, "val_loss")))
            best = e;
    }
    csv_done(&metrics);
    struct record r = record_of(run);
    char *path = run_file(run, "best.safetensors"), text[16];
    struct weight_file *file = opened(path);
    snprintf(text, sizeof text, "%d", best);
    print_message("# best of %d epochs: %d, the record says %d, the weights %s\n", epochs, best, r.best.epoch, weights_meta(file, "epoch"));
    assert_int_equal(r.best.epoch, best);
    assert_int_equal(r.epochs_done, epochs);
    assert_string_equal(weights_meta(file, "epoch"), text);
    weights_close(file);
    free(path);
    record_done(&r);
}

static struct notice train_blocked(const char *run, const char *file, int until)
{
    blocked = run, blocked_file = file, until_epoch = until;
    return train_with(run, small("epochs=5"), block);
}

/* What cannot be written for a while holds nothing else up, and is there in the end: the best epoch comes while it cannot. */
static void what_waits_is_written_later(void **state)
{
    (void)state;
    train("free", small("epochs=5"));
    static const char *const files[] = {"predictions.csv", "confusion.csv", "best.safetensors", "last.ckpt", "metrics.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *run = xasprintf("for-a-while-%zu", i);
        struct notice n = train_blocked(run, files[i], 5);
        assert_int_equal(n.kind, NOTICE_FINISHED);
        best_is_what_the_record_says(run, 5);
        same_run("free", run);
        free(run);
    }
}

static void a_table_holds_nothing_up(void **state)
{
    (void)state;
    struct notice n = train_blocked("no-table", "predictions.csv", 100);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_non_null(strstr(n.err.message, "predictions.csv"));
    best_is_what_the_record_says("no-table", 5);
    same_file("free", "no-table", "best.safetensors");
    same_file("free", "no-table", "last.safetensors");
}

/* The best weights are lost: it is said, and the record names those in the file. */
static void a_lost_best_is_told(void **state)
{
    (void)state;
    struct notice n = train_blocked("no-best", "best.safetensors", 100);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_non_null(strstr(n.err.message, "best.safetensors"));
    struct record r = record_of("no-best");
    char *path = run_file("no-best", "best.safetensors"), *log = text_of("no-best", "log.txt");
    struct weight_file *file = opened(path);
    assert_int_equal(r.best.epoch, 1);
    assert_string_equal(weights_meta(file, "epoch"), "1");
    assert_non_null(strstr(log, "could not be saved and are lost"));
    same_file("free", "no-best", "last.safetensors");
    weights_close(file);
    record_done(&r);
    free(path), free(log);
}

/* --- links and few pictures ----------------------------------------------------------------------------------- */

static void link_to(const char *folder, const char *name, const char *target)
{
    char *path = path_join(folder, name);
    assert_int_equal(symlink(target, path), 0);
    free(path);
}

/* Links that lead back make a circle, two of them endlessly many paths: every folder is taken once. */
static void folders_in_a_circle(void **state)
{
    (void)state;
    char *circle = in_lab("circle"), *run = in_lab("free"), *daisies = path_join(flowers, "daisy");
    assert_int_equal(mkdir(circle, 0777), 0);
    link_to(circle, "daisy", daisies);
    link_to(circle, "again", ".");
    link_to(circle, "and-again", ".");
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = CMD_PREDICT, .options = &o, .list = (const char *[]){circle}, .n_list = 1};
    snprintf(cmd.path, sizeof cmd.path, "%s", run);
    struct notice n = do_cmd(cmd, NULL);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    struct result_view v;
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(v.n, PER_CLASS);
    block_release(block);
    free(circle), free(run), free(daisies);
}

static void two_pictures(const char *set, const char *class_name)
{
    char *folder = path_join(set, class_name), *from = path_join(flowers, class_name);
    struct dirent **entries;
    int n = scandir(from, &entries, NULL, alphasort), taken = 0;
    assert_int_equal(path_make_folders(folder, NULL), ERR_OK);
    for (int i = 0; i < n; i++) {
        char *picture = path_join(from, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && taken++ < 2)
            link_to(folder, entries[i]->d_name, picture);
        free(picture);
        free(entries[i]);
    }
    free(entries);
    free(folder), free(from);
}

/* Two pictures a class and most of them for validation: the estimate splits as the run does. */
static void a_tiny_set_is_estimated(void **state)
{
    (void)state;
    char *tiny = in_lab("tiny");
    two_pictures(tiny, "daisy");
    two_pictures(tiny, "rose");
    struct options o = OPTIONS("mode=scratch", "epochs=2", "val-share=0.9", "schedule=cosine");
    struct cmd cmd = {.kind = CMD_ESTIMATE, .options = &o};
    snprintf(cmd.path, sizeof cmd.path, "%s", tiny);
    struct notice n = do_cmd(cmd, NULL);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s", n.err.message);
    free(tiny);
}

/* --- another kind of number ----------------------------------------------------------------------------------- */

/* Writes a checkpoint as a run in fp16 on a GPU would have left it: with its scale of the loss. */
static void set_scale(const char *run, double scale)
{
    char *path = run_file(run, "last.ckpt"), *bytes;
    size_t n, at = 0;
    const double old[] = {1, 1}; /* scale, rate */
    assert_int_equal(file_read(path, 0, &bytes, &n, NULL), ERR_OK);
    while (at + sizeof old <= n && memcmp(bytes + at, old, sizeof old) != 0)
        at++;
    assert_true(at + sizeof old <= n);
    memcpy(bytes + at, &scale, sizeof scale);
    uint64_t body, hash; /* the trailer: the body's length and hash */
    memcpy(&body, bytes + n - 16, sizeof body);
    hash = XXH3_64bits(bytes + n - 16 - body, body);
    memcpy(bytes + n - 8, &hash, sizeof hash);
    assert_int_equal(file_replace(path, bytes, n, NULL), ERR_OK);
    free(bytes);
    free(path);
}

static void the_scale_is_the_precisions(void **state)
{
    (void)state;
    train("plain", small("epochs=1"));
    train("scaled", small("epochs=1"));
    set_scale("scaled", 65536);
    resume("plain", 1);
    resume("scaled", 1);
    same_run("plain", "scaled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_holds_its_folder),
        cmocka_unit_test(without_a_checkpoint_nothing_begins_anew),
        cmocka_unit_test(pictures_that_go_are_told),
        cmocka_unit_test(what_waits_is_written_later),
        cmocka_unit_test(a_table_holds_nothing_up),
        cmocka_unit_test(a_lost_best_is_told),
        cmocka_unit_test(folders_in_a_circle),
        cmocka_unit_test(a_tiny_set_is_estimated),
        cmocka_unit_test(the_scale_is_the_precisions),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine folder", tests, lab_open, lab_close);
}
