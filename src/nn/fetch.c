/* Downloads of weight files: resumed, watched, and checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#define CONNECT_SECONDS 30L
#define STALL_SECONDS 60L

struct fetch {
    const char *url, *path;
    char *part;
    int fd;
    CURL *curl;
    uint64_t had;     /* bytes of the part that this transfer goes on from */
    bool begun;       /* the first bytes of a good answer were seen */
    int write_errno;
    bool cancelled;
    bool (*progress)(uint64_t got, uint64_t total, void *user);
    void *user;
};

static long status_of(const struct fetch *f)
{
    long status = 0;
    curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* A server that does not know ranges answers 200 with the whole file: the part begins anew. */
static bool begin(struct fetch *f)
{
    f->begun = true;
    if (status_of(f) == 206)
        return true;
    f->had = 0;
    return ftruncate(f->fd, 0) == 0 && lseek(f->fd, 0, SEEK_SET) == 0;
}

static size_t on_data(char *data, size_t size, size_t n, void *user)
{
    struct fetch *f = user;
    size_t left = size * n;
    if (status_of(f) >= 300)
        return left; /* the text of an error: not wanted */
    bool good = f->begun || begin(f);
    while (good && left > 0) {
        ssize_t k = write(f->fd, data, left);
        good = k > 0 || (k < 0 && errno == EINTR);
        if (k > 0) {
            data += k;
            left -= (size_t)k;
        }
    }
    if (!good)
        f->write_errno = errno;
    return good ? size * n : 0;
}

static int on_progress(void *user, curl_off_t total, curl_off_t got, curl_off_t up_total, curl_off_t up)
{
    struct fetch *f = user;
    (void)up_total;
    (void)up;
    if (!f->progress)
        return 0;
    uint64_t had = f->begun ? f->had : 0;
    f->cancelled = !f->progress(had + (uint64_t)got, f->begun && total > 0 ? had + (uint64_t)total : 0, f->user);
    return f->cancelled;
}

static void set_up(struct fetch *f)
{
    CURL *c = f->curl;
    curl_easy_setopt(c, CURLOPT_URL, f->url);
    curl_easy_setopt(c, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, 8L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, f);
}

static enum err_code open_part(struct fetch *f, struct err *err)
{
    struct stat st;
    f->fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return err_sys(err, errno, "%s", f->part);
    f->had = (uint64_t)st.st_size;
    if (lseek(f->fd, 0, SEEK_END) < 0)
        return err_sys(err, errno, "%s", f->part);
    char range[40];
    snprintf(range, sizeof range, "%" PRIu64 "-", f->had);
    curl_easy_setopt(f->curl, CURLOPT_RANGE, f->had ? range : NULL);
    return ERR_OK;
}

static enum err_code failed(const struct fetch *f, CURLcode result, struct err *err)
{
    long status = status_of(f);
    if (f->cancelled)
        return err_set(err, ERR_CANCELLED, "%s: download stopped", f->url);
    if (f->write_errno)
        return err_sys(err, f->write_errno, "%s", f->part);
    if (result == CURLE_OK || status >= 400) {
        err_set(err, ERR_IO, "%s: the server answers %ld%s", f->url, status, status == 404 ? " (not found)" : "");
        return ERR_IO;
    }
    err_set(err, ERR_IO, "%s: %s", f->url, curl_easy_strerror(result));
    if (f->begun)
        err_hint(err, "what came is kept: the same command goes on from there");
    return ERR_IO;
}

/* One request for what the part lacks. */
static enum err_code transfer(struct fetch *f, struct err *err)
{
    f->begun = false;
    enum err_code code = open_part(f, err);
    if (code == ERR_OK) {
        CURLcode result = curl_easy_perform(f->curl);
        bool complete = result == CURLE_OK && status_of(f) == 416; /* nothing lies beyond the part's end */
        if (complete || (result == CURLE_OK && status_of(f) >= 200 && status_of(f) < 300))
            code = fsync(f->fd) == 0 ? ERR_OK : err_sys(err, errno, "%s", f->part);
        else
            code = failed(f, result, err);
    }
    struct stat st;
    if (f->fd >= 0 && code != ERR_OK && fstat(f->fd, &st) == 0 && st.st_size == 0)
        unlink(f->part);
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
    return code;
}

static enum err_code check_hash(const struct fetch *f, const char *prefix, struct err *err)
{
    char hex[65];
    if (!prefix)
        return ERR_OK;
    enum err_code code = weights_sha256(f->part, hex, err);
    if (code != ERR_OK || strncasecmp(hex, prefix, strlen(prefix)) == 0)
        return code;
    unlink(f->part);
    hex[strlen(prefix) < 64 ? strlen(prefix) : 64] = '\0';
    err_set(err, ERR_FORMAT, "%s: the hash of what came is %s, not %s", f->url, hex, prefix);
    err_hint(err, "the download was removed; run the command again");
    return ERR_FORMAT;
}

static enum err_code make_folder_of(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return ERR_OK;
    char *folder = xstrndup(path, (size_t)(slash - path));
    enum err_code code = path_make_folders(folder, err);
    free(folder);
    return code;
}

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static enum err_code run(struct fetch *f, const char *sha256_prefix, struct err *err)
{
    set_up(f);
    enum err_code code = make_folder_of(f->path, err);
    if (code == ERR_OK)
        code = transfer(f, err);
    bool resumed = f->had > 0;
    if (code == ERR_OK)
        code = check_hash(f, sha256_prefix, err);
    if (code == ERR_FORMAT && resumed) { /* the old part may be of another file: once more from the beginning */
        code = transfer(f, err);
        if (code == ERR_OK)
            code = check_hash(f, sha256_prefix, err);
    }
    if (code == ERR_OK && rename(f->part, f->path) != 0)
        code = err_sys(err, errno, "%s", f->path);
    return code;
}

enum err_code weights_fetch(const char *url, const char *path, const char *sha256_prefix,
                            bool (*progress)(uint64_t got, uint64_t total, void *user), void *user, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0) {
        err_set(err, ERR_INVALID, "%s: is no address that begins with http:// or https://", url);
        return err_hint(err, "FLOWERLAB_WEIGHTS_URL names a server; a file of your own is named by --weights FILE");
    }
    pthread_once(&once, init_curl);
    struct fetch f = {.url = url, .path = path, .fd = -1, .progress = progress, .user = user};
    f.curl = curl_easy_init();
    if (!f.curl)
        return err_set(err, ERR_INTERNAL, "libcurl cannot start");
    f.part = xasprintf("%s.part", path);
    enum err_code code = run(&f, sha256_prefix, err);
    curl_easy_cleanup(f.curl);
    free(f.part);
    return code;
}
