/* Folders and scripts: what the engine reads and writes for its client.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "engine/engine.h"
#include "image/decode.h"

static char folder[] = "/tmp/flowerlab-files-XXXXXX";

static struct notice do_cmd(struct engine *e, const struct cmd *cmd)
{
    uint64_t job = 0;
    struct notice n;
    assert_int_equal(engine_submit(e, cmd, &job, NULL), ERR_OK);
    for (;;) {
        if (!engine_next_event(e, &n))
            poll(&(struct pollfd){.fd = engine_event_fd(e), .events = POLLIN}, 1, 1000);
        else if (n.job == job && n.kind != NOTICE_STARTED && n.kind != NOTICE_PROGRESS)
            return n;
    }
}

static int setup(void **state)
{
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    *state = engine_new(&(struct engine_config){.n_threads = 1});
    return 0;
}

static int teardown(void **state)
{
    engine_free(*state);
    char *command = xasprintf("rm -rf '%s'", folder);
    int rc = system(command);
    free(command);
    return rc;
}

static void expect_folder(struct engine *e, const char *path, const char *want)
{
    struct cmd cmd = {.kind = CMD_FOLDER};
    snprintf(cmd.path, sizeof cmd.path, "%s", path);
    struct notice n = do_cmd(e, &cmd);
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(e, n.block);
    assert_string_equal(text_view(block), want);
    block_release(block);
}

static void folders_are_listed(void **state)
{
    assert_int_equal(mkdir("inner", 0777), 0);
    assert_int_equal(mkdir("inner/b", 0777), 0);
    assert_int_equal(mkdir("inner/.a", 0777), 0);
    assert_int_equal(mkdir("inner/line\nend", 0777), 0); /* such names are left out */
    assert_int_equal(symlink("b", "inner/c"), 0);
    assert_int_equal(file_replace("inner/a.txt", "x", 1, NULL), ERR_OK);
    char *real = realpath("inner", NULL), *want = xasprintf("%s\n\n.a/\na.txt\nb/\nc/\n", real);
    expect_folder(*state, "inner", want);
    expect_folder(*state, "inner/../inner/", want);
    free(want);
    free(real);
    struct cmd cmd = {.kind = CMD_FOLDER, .path = "nowhere"};
    struct notice n = do_cmd(*state, &cmd);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_int_equal(n.err.code, ERR_NOT_FOUND);
}

static void a_data_set_is_told(void **state)
{
    assert_int_equal(mkdir("set", 0777), 0);
    assert_int_equal(mkdir("set/daisy", 0777), 0);
    assert_int_equal(mkdir("set/rose", 0777), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(file_replace(i ? "set/rose/a.jpg" : "set/daisy/a.jpg", "x", 1, NULL), ERR_OK);
    assert_true(engine_is_dataset("set"));
    char *real = realpath("set", NULL), *want = xasprintf("%s\ndataset\ndaisy/\nrose/\n", real);
    expect_folder(*state, "set", want);
    free(want);
    free(real);
}

static struct notice script(struct engine *e, const char *path, const char *text, int64_t replace)
{
    struct cmd cmd = {.kind = CMD_SCRIPT, .number = replace, .n_list = 1, .list = &text};
    snprintf(cmd.path, sizeof cmd.path, "%s", path);
    return do_cmd(e, &cmd);
}

static void expect_file(const char *path, const char *want)
{
    char *text;
    size_t n;
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    assert_string_equal(text, want);
    free(text);
    assert_int_equal(access(path, X_OK), 0);
}

static void scripts_never_overwrite_silently(void **state)
{
    umask(022);
    assert_int_equal(script(*state, "run.sh", "one\n", 0).kind, NOTICE_FINISHED);
    expect_file("run.sh", "one\n");
    struct notice n = script(*state, "run.sh", "two\n", 0);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_int_equal(n.err.code, ERR_INVALID);
    assert_string_equal(n.err.message, "run.sh: is there already");
    expect_file("run.sh", "one\n");
    assert_int_equal(chmod("run.sh", 0600), 0);
    assert_int_equal(script(*state, "run.sh", "two\n", 1).kind, NOTICE_FINISHED);
    expect_file("run.sh", "two\n");
    struct stat st;
    assert_int_equal(stat("run.sh", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    assert_int_equal(symlink("nowhere", "dangling"), 0); /* not followed to a file elsewhere */
    assert_int_equal(script(*state, "dangling", "x\n", 0).err.code, ERR_INVALID);
    assert_int_equal(script(*state, "no/such/folder.sh", "x\n", 0).err.code, ERR_NOT_FOUND);
    assert_int_equal(script(*state, "set", "x\n", 1).kind, NOTICE_FAILED);
}

/* From the head of each file; what cannot be read has none. */
static void sizes_of_pictures(void **state)
{
    uint8_t rgb[30 * 20 * 3] = {0}, *bytes;
    struct image image = {30, 20, rgb};
    size_t n;
    assert_int_equal(image_encode_jpeg(&image, 80, &bytes, &n, NULL), ERR_OK);
    assert_int_equal(file_replace("wide.jpg", bytes, n, NULL), ERR_OK);
    assert_int_equal(file_replace("cut.jpg", bytes, n - 8, NULL), ERR_OK);
    assert_int_equal(file_replace("text.jpg", "no picture", 10, NULL), ERR_OK);
    assert_int_equal(mkfifo("pipe.jpg", 0666), 0); /* must not hang */
    free(bytes);
    const char *list[] = {"wide.jpg", "none.jpg", "text.jpg", "pipe.jpg", "cut.jpg"};
    struct cmd cmd = {.kind = CMD_SIZES, .n_list = 5, .list = list};
    struct notice done = do_cmd(*state, &cmd);
    assert_int_equal(done.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(*state, done.block);
    assert_string_equal(text_view(block), "30 20\n0 0\n0 0\n0 0\n30 20\n");
    block_release(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_listed),
        cmocka_unit_test(a_data_set_is_told),
        cmocka_unit_test(scripts_never_overwrite_silently),
        cmocka_unit_test(sizes_of_pictures),
    };
    return cmocka_run_group_tests_name("engine files", tests, setup, teardown);
}
