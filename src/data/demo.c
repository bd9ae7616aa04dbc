/* Drawn pictures: classes, one picture, a folder of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/demo_paint.h"

enum { JPEG_QUALITY = 88 };

/* Raised whenever the same arguments draw other pictures: sets of older versions are then written anew. */
enum { DRAWING_VERSION = 2 };

int demo_classes(enum demo_kind kind)
{
    return kind == DEMO_FLOWERS ? (int)(sizeof demo_flower_names / sizeof *demo_flower_names)
                                : demo_shape_count();
}

const char *demo_class(enum demo_kind kind, int cls)
{
    return kind == DEMO_FLOWERS ? demo_flower_names[cls] : demo_shape_name(cls);
}

void demo_draw(struct image *image, enum demo_kind kind, int cls, uint64_t seed, int index, int size)
{
    struct rng rng = rng_at(seed, RNG_DEMO, (uint64_t)kind * 1000 + (uint64_t)cls, (uint64_t)index);
    struct sheet canvas;
    sheet_init(&canvas, size);
    if (kind == DEMO_FLOWERS)
        demo_flower_scene(&canvas, cls, &rng);
    else
        demo_shape_scene(&canvas, cls, &rng);
    sheet_finish(&canvas, image, &rng);
}

struct writing {
    const char *folder;
    enum demo_kind kind;
    int per_class, size;
    uint64_t seed;
    pthread_mutex_t lock;
    struct err err;
    atomic_bool failed;
    const struct demo_watch *watch;
    atomic_size_t done;
};

static size_t pictures_of(const struct writing *w)
{
    return (size_t)demo_classes(w->kind) * (size_t)w->per_class;
}

static char *picture_path(const struct writing *w, int cls, int index)
{
    const char *name = demo_class(w->kind, cls);
    return xasprintf("%s/%s/%s-%04d.jpg", w->folder, name, name, index + 1);
}

/* Without a sync: one for the whole set is enough (write_set). */
static enum err_code write_file(const char *path, const uint8_t *bytes, size_t n, struct err *err)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        return err_sys(err, errno, "%s", path);
    bool ok = fwrite(bytes, 1, n, f) == n;
    int errnum = errno;
    if (fclose(f) != 0 && ok) {
        errnum = errno;
        ok = false;
    }
    return ok ? ERR_OK : err_sys(err, errnum, "%s", path);
}

static enum err_code write_picture(const struct writing *w, int cls, int index, struct err *err)
{
    struct image image = {0};
    uint8_t *bytes = NULL;
    size_t n = 0;
    demo_draw(&image, w->kind, cls, w->seed, index, w->size);
    enum err_code code = image_encode_jpeg(&image, JPEG_QUALITY, &bytes, &n, err);
    image_done(&image);
    if (code != ERR_OK)
        return code;
    char *path = picture_path(w, cls, index);
    code = write_file(path, bytes, n, err);
    free(path);
    free(bytes);
    return code;
}

static enum err_code tell(struct writing *w, struct err *err)
{
    size_t done = atomic_fetch_add(&w->done, 1) + 1;
    if (w->watch && !w->watch->drawn(w->watch->user, done, pictures_of(w)))
        return err_set(err, ERR_CANCELLED, "stopped by user");
    return ERR_OK;
}

static void write_task(size_t i, void *arg)
{
    struct writing *w = arg;
    struct err err = {0};
    enum err_code code = write_picture(w, (int)(i / (size_t)w->per_class), (int)(i % (size_t)w->per_class), &err);
    if (code == ERR_OK)
        code = tell(w, &err);
    if (code == ERR_OK)
        return;
    pthread_mutex_lock(&w->lock);
    if (!atomic_exchange(&w->failed, true))
        w->err = err;
    pthread_mutex_unlock(&w->lock);
}

static enum err_code make_class_folders(const struct writing *w, struct err *err)
{
    enum err_code code = ERR_OK;
    for (int c = 0; c < demo_classes(w->kind) && code == ERR_OK; c++) {
        char *path = path_join(w->folder, demo_class(w->kind, c));
        code = path_make_folders(path, err);
        free(path);
    }
    return code;
}

#define MARK "# drawn by flowerlab\n"

/* The parameters; written last, so that its presence says that the set is complete. */
static void ini_text(struct str *s, const struct writing *w)
{
    str_printf(
        s,
        MARK "kind = %s\nversion = %d\nper-class = %d\nsize = %d\nseed = %" PRIu64
        "\n",
        w->kind == DEMO_FLOWERS ? "flowers" : "shapes", DRAWING_VERSION, w->per_class, w->size,
        w->seed);
}

/* A larger set of before must not leave pictures behind. */
static void remove_surplus(const struct writing *w)
{
    for (int c = 0; c < demo_classes(w->kind); c++) {
        bool found = true;
        for (int i = w->per_class; found; i++) {
            char *path = picture_path(w, c, i);
            found = unlink(path) == 0;
            free(path);
        }
    }
}

static void sync_disk_of(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    syncfs(fd);
    close(fd);
}

static bool is_there(const char *path, const struct str *want)
{
    char *have = NULL;
    size_t n = 0;
    bool same = file_read(path, 4096, &have, &n, NULL) == ERR_OK && n == want->len &&
                memcmp(have, want->s, n) == 0;
    free(have);
    return same;
}

/* Sets had their mark inside once, where a scan counts it as a file that is skipped. Another's file of that name stays. */
static void remove_old_mark(const char *folder)
{
    char *path = path_join(folder, ".demo.ini"), *text = NULL;
    size_t n;
    if (file_read(path, 4096, &text, &n, NULL) == ERR_OK && str_starts(text, MARK))
        unlink(path);
    free(text);
    free(path);
}

static enum err_code write_set(struct writing *w, const char *ini, const struct str *text,
                               struct pool *pool, struct err *err)
{
    enum err_code code = make_class_folders(w, err);
    if (code != ERR_OK)
        return code;
    unlink(ini);
    pool_for(pool, POOL_BROWSING, pictures_of(w), write_task, w, &w->failed);
    if (atomic_load(&w->failed)) {
        if (err)
            *err = w->err;
        return w->err.code;
    }
    remove_surplus(w);
    sync_disk_of(w->folder);
    return file_replace(ini, text->s, text->len, err);
}

enum err_code demo_write(const char *folder, enum demo_kind kind, int per_class, int size,
                         uint64_t seed, struct pool *pool, const struct demo_watch *watch, struct err *err)
{
    struct writing w = {.folder = folder, .kind = kind, .per_class = per_class, .size = size, .seed = seed, .watch = watch};
    struct str text = STR_INIT;
    ini_text(&text, &w);
    char *ini = xasprintf("%s.ini", folder); /* beside it: nothing in it is skipped */
    enum err_code code = ERR_OK;
    if (!is_there(ini, &text)) {
        pthread_mutex_init(&w.lock, NULL);
        code = write_set(&w, ini, &text, pool, err);
        pthread_mutex_destroy(&w.lock);
    }
    if (code == ERR_OK)
        remove_old_mark(folder);
    free(ini);
    str_done(&text);
    return code;
}
