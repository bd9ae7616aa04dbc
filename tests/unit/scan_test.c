/* data: what is found in each file, and how the pass over them behaves (faults group A, B31 to B33).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/picture.h"
#include "unit/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/internal.h"

static struct bytes noise_jpeg(void)
{
    uint8_t *rgb = noise(96, 96, 3);
    struct bytes b = jpeg_bytes(rgb, 96, 96, &(struct jpeg_make){0});
    free(rgb);
    return b;
}

static struct bytes small_png(void)
{
    uint8_t *rgb = noise(8, 8, 3);
    struct bytes b = png_bytes(rgb, 24, 8, 8, &(struct png_make){.color_type = 2, .bit_depth = 8});
    free(rgb);
    return b;
}

static void assert_file(const struct dataset *ds, const char *name, enum file_status status,
                        const char *detail)
{
    const struct ds_file *f = file_named(ds, name);
    assert_string_equal(file_status_name(f->status), file_status_name(status));
    if (detail)
        assert_string_equal(f->detail, detail);
}

/* A03: one stub among many is named, counted, and nothing else suffers */
static void one_bad_file_is_named(void **state)
{
    char *root = *state;
    put_class(root, "a", 20, 1);
    put_class(root, "b", 20, 100);
    struct bytes jpeg = noise_jpeg();
    put_file(root, "a/0010.jpg", jpeg.p, 20);
    bytes_done(&jpeg);
    struct dataset *ds = scan(root);
    assert_int_equal(dataset_used(ds), 39);
    assert_int_equal(ds->by_status[FILE_BROKEN], 1);
    const struct ds_file *f = file_named(ds, "a/0010.jpg");
    assert_int_equal(f->status, FILE_BROKEN);
    assert_string_not_equal(f->detail, "");
    print_message("# a/0010.jpg: %s\n", f->detail);
    assert_int_equal(ds->classes[0].n_used, 19);
    assert_int_equal(dataset_check(ds, NULL), ERR_OK);
    dataset_free(ds);
}

/* A04, A05, A06, A08, A07: what a file is, whatever its name */
static void content_decides(void **state)
{
    char *root = *state;
    static const uint8_t zeros[4096], heic[124] = "\0\0\0\x18" "ftypheic";
    struct bytes jpeg = noise_jpeg(), png = small_png();
    put_class(root, "ok", 1, 1);
    put_file(root, "c/empty.jpg", "", 0);
    put_file(root, "c/zeros.jpg", zeros, sizeof zeros);
    put_text_file(root, "c/noise.jpg", "\x01\x81\x9f\x02\xfe\x9d\x03\xfc");
    put_text_file(root, "c/page.jpg", "<!DOCTYPE html><html><body>404</body></html>\n");
    put_file(root, "c/x.JPG", heic, sizeof heic);
    put_file(root, "c/y.heic", jpeg.p, jpeg.n);
    put_file(root, "c/a.jpg", png.p, png.n);
    put_file(root, "c/b.jpg", "GIF89a\1\0\1\0\0\0\0;", 14);
    put_file(root, "c/c.jpg", "RIFF\x20\0\0\0WEBPVP8 ", 16);
    put_file(root, "c/e.webp", "RIFF\x20\0\0\0WEBPVP8 ", 16);
    struct dataset *ds = scan(root);
    assert_file(ds, "c/empty.jpg", FILE_EMPTY, NULL);
    assert_file(ds, "c/zeros.jpg", FILE_ZEROS, "all zero bytes");
    assert_file(ds, "c/page.jpg", FILE_NOT_PICTURE, "web page saved as picture");
    assert_file(ds, "c/noise.jpg", FILE_NOT_PICTURE, "no known format, named .jpg");
    assert_file(ds, "c/x.JPG", FILE_OTHER_FORMAT, "is HEIC, named .JPG");
    assert_file(ds, "c/b.jpg", FILE_OTHER_FORMAT, "is GIF, named .jpg");
    assert_file(ds, "c/c.jpg", FILE_OTHER_FORMAT, "is WebP, named .jpg");
    assert_file(ds, "c/e.webp", FILE_OTHER_FORMAT, "is WebP");
    assert_file(ds, "c/y.heic", FILE_USED, "");
    assert_file(ds, "c/a.jpg", FILE_USED, "");
    assert_true(file_named(ds, "c/y.heic")->other_suffix && file_named(ds, "c/a.jpg")->other_suffix);
    assert_int_equal(file_named(ds, "c/a.jpg")->kind, KIND_PNG);
    assert_false(file_named(ds, "ok/0000.jpg")->other_suffix);
    assert_true(note_index(ds, "6 files are no JPEG or PNG: .jpg 5, .webp 1") >= 0);
    bytes_done(&jpeg);
    bytes_done(&png);
    dataset_free(ds);
}

/* A09, A10 */
static void suffix_and_case_do_not_matter(void **state)
{
    char *root = *state;
    static const char *const names[] = {"a/X.JPG", "a/x.jpg", "a/y.JPEG", "a/z.JfIf",
                                        "a/w.jpe", "a/u",     "a/v.dat"};
    for (unsigned i = 0; i < 7; i++)
        put_jpeg(root, names[i], i);
    struct dataset *ds = scan(root);
    assert_int_equal(dataset_used(ds), 7);
    dataset_free(ds);
}

/* A01: a cut picture is skipped, or kept on request, and says so either way */
static void cut_pictures_are_damaged(void **state)
{
    char *root = *state;
    struct bytes jpeg = noise_jpeg();
    put_class(root, "a", 3, 1);
    put_file(root, "a/cut.jpg", jpeg.p, jpeg.n * 6 / 10);
    put_file(root, "a/whole.jpg", jpeg.p, jpeg.n);
    bytes_done(&jpeg);
    struct dataset *ds = scan(root);
    assert_file(ds, "a/cut.jpg", FILE_DAMAGED, NULL);
    assert_file(ds, "a/whole.jpg", FILE_USED, "");
    print_message("# a/cut.jpg: %s\n", file_named(ds, "a/cut.jpg")->detail);
    assert_string_not_equal(file_named(ds, "a/cut.jpg")->detail, "");
    assert_int_equal(dataset_used(ds), 4);
    dataset_free(ds);
    struct scan_config keep = scan_defaults;
    keep.keep_damaged = true;
    ds = scan_with(root, &keep);
    assert_file(ds, "a/cut.jpg", FILE_USED, NULL);
    assert_string_not_equal(file_named(ds, "a/cut.jpg")->detail, "");
    assert_int_equal(dataset_used(ds), 5);
    dataset_free(ds);
}

/* A21 */
static void huge_headers_are_refused(void **state)
{
    char *root = *state;
    struct bytes jpeg = noise_jpeg();
    jpeg_set_size(jpeg, 65500, 65500);
    put_file(root, "a/bomb.jpg", jpeg.p, jpeg.n);
    put_solid(root, "a/30x20.jpg", 30, 20, 1, 2, 3);
    struct scan_config config = scan_defaults;
    config.max_pixels = 500;
    bytes_done(&jpeg);
    struct dataset *ds = scan(root);
    assert_file(ds, "a/bomb.jpg", FILE_TOO_LARGE, "65500 x 65500 pixels, more than the limit of 100000000");
    assert_file(ds, "a/30x20.jpg", FILE_USED, "");
    assert_int_equal(file_named(ds, "a/30x20.jpg")->width, 30);
    assert_int_equal(file_named(ds, "a/30x20.jpg")->height, 20);
    dataset_free(ds);
    ds = scan_with(root, &config);
    assert_file(ds, "a/30x20.jpg", FILE_TOO_LARGE, "30 x 20 pixels, more than the limit of 500");
    dataset_free(ds);
}

/* FIFOs, sockets and devices must not hold the scan up */
static void special_files_do_not_block(void **state)
{
    char *root = *state;
    put_class(root, "a", 2, 1);
    char *fifo = path_join(root, "a/fifo.jpg"), *sock = path_join(root, "a/s.jpg");
    assert_int_equal(mkfifo(fifo, 0644), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(strlen(sock) < sizeof address.sun_path);
    strcpy(address.sun_path, sock);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    put_link(root, "/dev/zero", "a/zero.jpg");
    put_link(root, "/dev/null", "null.jpg");
    struct dataset *ds = scan(root);
    assert_file(ds, "a/fifo.jpg", FILE_NOT_REGULAR, "is a FIFO");
    assert_file(ds, "a/s.jpg", FILE_NOT_REGULAR, "is a socket");
    assert_file(ds, "a/zero.jpg", FILE_NOT_REGULAR, "is a device");
    assert_file(ds, "null.jpg", FILE_NOT_REGULAR, "is a device");
    assert_int_equal(dataset_used(ds), 2);
    close(fd);
    free(fifo);
    free(sock);
    dataset_free(ds);
}

/* --- the pass itself
 * -------------------------------------------------------------------------------------------- */

static void progress_counts(void **state)
{
    char *root = *state;
    put_class(root, "a", 30, 1);
    put_text_file(root, "a/x.jpg", "no");
    put_text_file(root, "a/.h", "no");
    struct ds_progress progress = {0};
    struct dataset *ds;
    struct pool *pool = pool_new(2);
    assert_int_equal(dataset_scan(&ds, root, &scan_defaults, pool, POOL_BROWSING, &progress, NULL), ERR_OK);
    assert_int_equal(progress.stage, DS_DECODING);
    assert_int_equal(progress.done, 32);
    assert_int_equal(progress.total, 32);
    assert_int_equal(progress.bad, 2);
    dataset_free(ds);
    pool_free(pool);
}

static struct ds_progress *hook_progress;

static int cancel_hook(const char *path)
{
    if (strstr(path, "0007"))
        atomic_store(&hook_progress->cancel, true);
    return 0;
}

static void scan_can_be_stopped(void **state)
{
    char *root = *state;
    put_class(root, "a", 60, 1);
    struct ds_progress progress = {0};
    struct dataset *ds;
    struct err err;
    struct pool *pool = pool_new(1);
    hook_progress = &progress;
    data_read_hook = cancel_hook;
    assert_int_equal(dataset_scan(&ds, root, &scan_defaults, pool, POOL_BROWSING, &progress, &err),
                     ERR_CANCELLED);
    data_read_hook = NULL;
    assert_null(ds);
    assert_int_equal(progress.done, 8);
    char *want = xasprintf("%s: scan stopped", root);
    assert_string_equal(err.message, want);
    free(want);
    pool_free(pool);
}

static struct {
    struct pool_group group;
    struct ds_progress *progress;
    bool submitted;
    size_t done_when_run;
} training;

static void training_task(void *arg)
{
    (void)arg;
    training.done_when_run = atomic_load(&training.progress->done);
}

static int submit_training(const char *path)
{
    (void)path;
    if (!training.submitted)
        pool_submit(&training.group, POOL_TRAINING, training_task, NULL);
    training.submitted = true;
    return 0;
}

/* A scan on the only thread lets a task of the training loader through long before it ends. */
static void training_comes_first(void **state)
{
    char *root = *state;
    put_class(root, "a", 100, 1);
    struct ds_progress progress = {0};
    struct dataset *ds;
    struct pool *pool = pool_new(1);
    training.progress = &progress;
    pool_group_init(&training.group, pool);
    data_read_hook = submit_training;
    assert_int_equal(dataset_scan(&ds, root, &scan_defaults, pool, POOL_BROWSING, &progress, NULL), ERR_OK);
    data_read_hook = NULL;
    pool_group_wait(&training.group);
    print_message("# training ran after %zu of 100 files\n", training.done_when_run);
    assert_true(training.done_when_run >= 1 && training.done_when_run <= 10);
    dataset_free(ds);
    pool_free(pool);
}

static pthread_mutex_t hiccup_lock = PTHREAD_MUTEX_INITIALIZER;
static int hiccups;

static int share_hook(const char *path)
{
    if (strstr(path, "gone"))
        return EIO;
    pthread_mutex_lock(&hiccup_lock);
    int errnum = strstr(path, "0001") && hiccups-- > 0 ? ESTALE : 0;
    pthread_mutex_unlock(&hiccup_lock);
    return errnum;
}

/* B31: a stale handle is tried again; what stays broken carries errno's text */
static void hiccups_of_a_share(void **state)
{
    char *root = *state;
    put_class(root, "a", 3, 1);
    put_jpeg(root, "a/gone.jpg", 9);
    hiccups = 2;
    data_read_hook = share_hook;
    struct dataset *ds = scan(root);
    data_read_hook = NULL;
    assert_int_equal(hiccups, -1 - 1); /* two refusals, then the head and the whole */
    assert_file(ds, "a/0001.jpg", FILE_USED, "");
    assert_file(ds, "a/gone.jpg", FILE_UNREADABLE, "Input/output error");
    dataset_free(ds);
}

static int vanish_hook(const char *path)
{
    if (strstr(path, "0001"))
        unlink(path);
    return 0;
}

/* B32 */
static void files_may_vanish(void **state)
{
    char *root = *state;
    put_class(root, "a", 3, 1);
    data_read_hook = vanish_hook;
    struct dataset *ds = scan(root);
    data_read_hook = NULL;
    assert_file(ds, "a/0001.jpg", FILE_VANISHED, "gone since the listing");
    assert_int_equal(dataset_used(ds), 2);
    dataset_free(ds);
}

/* The fingerprint follows names and content, not the place. A class counts without a picture too: it is an output of the net. */
static void fingerprint_follows_content(void **state)
{
    char *root = *state, *one = path_join(root, "one"), *two = path_join(root, "two");
    put_class(one, "a", 3, 1);
    put_class(two, "a", 3, 1);
    put_text_file(two, "a/notes.txt", "not used, so it does not count");
    struct dataset *x = scan(one), *y = scan(two);
    assert_true(x->fingerprint == y->fingerprint && x->fingerprint != 0);
    dataset_free(y);
    folder_make(two, "b");
    y = scan(two);
    assert_int_equal(y->n_classes, 2);
    assert_true(x->fingerprint != y->fingerprint);
    dataset_free(y);
    char *empty = path_join(two, "b");
    assert_int_equal(rmdir(empty), 0);
    free(empty);
    put_jpeg(two, "a/0002.jpg", 77);
    y = scan(two);
    assert_true(x->fingerprint != y->fingerprint);
    dataset_free(x);
    dataset_free(y);
    free(one);
    free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(one_bad_file_is_named),
        IN_FOLDER(content_decides),
        IN_FOLDER(suffix_and_case_do_not_matter),
        IN_FOLDER(cut_pictures_are_damaged),
        IN_FOLDER(huge_headers_are_refused),
        IN_FOLDER(special_files_do_not_block),
        IN_FOLDER(progress_counts),
        IN_FOLDER(scan_can_be_stopped),
        IN_FOLDER(training_comes_first),
        IN_FOLDER(hiccups_of_a_share),
        IN_FOLDER(files_may_vanish),
        IN_FOLDER(fingerprint_follows_content),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
