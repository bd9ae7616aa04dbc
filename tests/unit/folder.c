/* Folders of pictures for the tests of src/data.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/folder.h"
#include "unit/test.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/rng.h"
#include "base/str.h"
#include "data/internal.h"

const struct scan_config scan_defaults = {.max_pixels = 100000000};

char *folder_new(void)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = path_join(tmp && *tmp ? tmp : "/tmp", "flowerlab-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void folder_remove(char *folder)
{
    nftw(folder, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

int folder_setup(void **state)
{
    *state = folder_new();
    return 0;
}

int folder_teardown(void **state)
{
    data_read_hook = NULL;
    folder_remove(*state);
    return 0;
}

void folder_make(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    assert_int_equal(path_make_folders(path, NULL), ERR_OK);
    free(path);
}

static char *path_for(const char *folder, const char *name)
{
    const char *slash = strrchr(name, '/');
    if (slash) {
        char *parent = xstrndup(name, (size_t)(slash - name));
        folder_make(folder, parent);
        free(parent);
    }
    return xasprintf("%s/%s", folder, name);
}

void put_file(const char *folder, const char *name, const void *bytes, size_t n)
{
    char *path = path_for(folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    free(path);
}

void put_text_file(const char *folder, const char *name, const char *text)
{
    put_file(folder, name, text, strlen(text));
}

static void put_image(const char *folder, const char *name, const struct image *image)
{
    uint8_t *bytes;
    size_t n;
    assert_int_equal(image_encode_jpeg(image, 90, &bytes, &n, NULL), ERR_OK);
    put_file(folder, name, bytes, n);
    free(bytes);
}

void put_jpeg(const char *folder, const char *name, unsigned seed)
{
    enum { W = 24, H = 20 };
    uint8_t rgb[W * H * 3];
    struct rng rng = {seed};
    /* Blocks of 4 x 4, so that the JPEG keeps the differences. */
    for (int y = 0; y < H; y += 4) {
        for (int x = 0; x < W; x += 4) {
            uint64_t color = rng_u64(&rng);
            for (int i = 0; i < 16; i++)
                memcpy(rgb + ((y + i / 4) * W + x + i % 4) * 3, &color, 3);
        }
    }
    put_image(folder, name, &(struct image){W, H, rgb});
}

void put_solid(const char *folder, const char *name, int width, int height, uint8_t r, uint8_t g, uint8_t b)
{
    size_t n = (size_t)width * (size_t)height;
    uint8_t *rgb = xmalloc(n * 3);
    for (size_t i = 0; i < n; i++)
        memcpy(rgb + 3 * i, (uint8_t[]){r, g, b}, 3);
    put_image(folder, name, &(struct image){width, height, rgb});
    free(rgb);
}

void put_class(const char *folder, const char *cls, int n, unsigned seed)
{
    for (int i = 0; i < n; i++) {
        char *name = xasprintf("%s/%04d.jpg", cls, i);
        put_jpeg(folder, name, seed + (unsigned)i);
        free(name);
    }
}

void put_link(const char *folder, const char *target, const char *name)
{
    char *path = path_for(folder, name);
    assert_int_equal(symlink(target, path), 0);
    free(path);
}

struct dataset *scan_with(const char *folder, const struct scan_config *config)
{
    struct dataset *ds = NULL;
    struct err err = {0};
    struct pool *pool = pool_new(2);
    enum err_code code = dataset_scan(&ds, folder, config, pool, POOL_BROWSING, NULL, &err);
    pool_free(pool);
    assert_string_equal(err.message, "");
    assert_int_equal(code, ERR_OK);
    size_t sum = 0, in_classes = 0, outside = 0;
    for (int s = 0; s < FILE_STATUS_COUNT; s++)
        sum += ds->by_status[s];
    assert_int_equal(sum, ds->n_files);
    for (size_t c = 0; c < ds->n_classes; c++)
        in_classes += ds->classes[c].n_files;
    for (size_t i = 0; i < ds->n_files; i++) {
        outside += ds->files[i].cls < 0;
        assert_false(ds->files[i].cls < 0 && ds->files[i].status == FILE_USED);
    }
    assert_int_equal(in_classes + outside, ds->n_files);
    return ds;
}

struct dataset *scan(const char *folder)
{
    return scan_with(folder, &scan_defaults);
}

const struct ds_file *file_named(const struct dataset *ds, const char *name)
{
    for (size_t i = 0; i < ds->n_files; i++) {
        if (strcmp(ds->files[i].name, name) == 0)
            return &ds->files[i];
    }
    fail_msg("no file %s", name);
    return NULL;
}

int note_index(const struct dataset *ds, const char *part_of_text)
{
    for (size_t i = 0; i < ds->n_notes; i++) {
        if (strstr(ds->notes[i].text, part_of_text))
            return (int)i;
    }
    return -1;
}

bool as_nobody(void (*work)(void *arg), void *arg)
{
    enum { NOBODY = 65534, NOT_POSSIBLE = 77 };
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(NOT_POSSIBLE);
        work(arg);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_POSSIBLE)
        return false;
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}
