/* Downloads against a small server on the loopback: whole, cut and resumed, wrong hash, missing, ranges ignored, cancelled.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "nn/weights.h"

#define N_BYTES 100000

/* How the server answers the next requests. */
struct server {
    int listener, port;
    pthread_t thread;
    uint8_t bytes[N_BYTES];
    size_t cut_after;     /* closes the connection after so many bytes of the body; 0: sends all */
    bool ignore_ranges;
    int status;           /* 0: the file */
    char request[1024];   /* the last one */
    _Atomic int n_requests;
};

static struct server server;
static char folder[] = "/tmp/flowerlab-fetch-XXXXXX";

static void send_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return;
        p += k;
        n -= (size_t)k;
    }
}

static void answer(struct server *s, int fd)
{
    size_t n = 0, from = 0;
    ssize_t k;
    while (n < sizeof s->request - 1 && (k = recv(fd, s->request + n, sizeof s->request - 1 - n, 0)) > 0) {
        s->request[n += (size_t)k] = '\0';
        if (strstr(s->request, "\r\n\r\n"))
            break;
    }
    const char *range = strstr(s->request, "Range: bytes=");
    if (range && !s->ignore_ranges)
        from = strtoul(range + strlen("Range: bytes="), NULL, 10);
    int status = s->status ? s->status : from >= N_BYTES ? 416 : from ? 206 : 200;
    size_t size = status >= 300 ? 5 : N_BYTES - from;
    char *head = xasprintf("HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status, size);
    send_all(fd, head, strlen(head));
    free(head);
    size_t sent = s->cut_after && s->cut_after < size ? s->cut_after : size;
    send_all(fd, status >= 300 ? (const uint8_t *)"sorry" : s->bytes + from, sent);
    s->n_requests++;
}

static void *serve(void *arg)
{
    struct server *s = arg;
    int fd;
    while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
        answer(s, fd);
        close(fd);
    }
    return NULL;
}

static int start(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    for (size_t i = 0; i < N_BYTES; i++)
        server.bytes[i] = (uint8_t)(i * i >> 3);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!mkdtemp(folder) || bind(server.listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(server.listener, 8) != 0 ||
        getsockname(server.listener, (struct sockaddr *)&at, &size) != 0)
        return -1;
    server.port = ntohs(at.sin_port);
    return pthread_create(&server.thread, NULL, serve, &server);
}

static int stop(void **state)
{
    (void)state;
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
    char *command = xasprintf("rm -rf '%s'", folder);
    int failed = system(command);
    free(command);
    return failed ? -1 : 0;
}

/* --- the tests --------------------------------------------------------------------------------------------------- */

struct seen {
    uint64_t first, last, total;
    int calls;
    bool stop;
};

static bool watch(uint64_t got, uint64_t total, void *user)
{
    struct seen *seen = user;
    if (seen->calls++ == 0)
        seen->first = got;
    seen->last = got;
    seen->total = total ? total : seen->total;
    return !(seen->stop && got > 0);
}

static char hash[65]; /* of the server's file */

static int fresh(void **state)
{
    (void)state;
    server.cut_after = 0;
    server.ignore_ranges = false;
    server.status = 0;
    server.n_requests = 0;
    char *command = xasprintf("rm -rf '%s'/*", folder), *path = path_join(folder, "original");
    int failed = system(command);
    if (file_replace(path, server.bytes, N_BYTES, NULL) != ERR_OK || weights_sha256(path, hash, NULL) != ERR_OK)
        failed = -1;
    free(command);
    free(path);
    return failed;
}

static char *target(void)
{
    return path_join(folder, "cache/weights/net.pth");
}

static enum err_code fetch(const char *prefix, struct seen *seen, struct err *err)
{
    char *url = xasprintf("http://127.0.0.1:%d/net.pth", server.port), *path = target();
    err_clear(err);
    enum err_code code = weights_fetch(url, path, prefix, watch, seen, err);
    free(url);
    free(path);
    return code;
}

/* The file is there and whole, and no part is left; or neither is. */
static void check_file(bool there)
{
    char *path = target(), *part = xasprintf("%s.part", path), *bytes;
    size_t n;
    assert_false(path_exists(part));
    assert_int_equal(path_exists(path), there);
    if (there) {
        assert_int_equal(file_read(path, 0, &bytes, &n, NULL), ERR_OK);
        assert_int_equal(n, N_BYTES);
        assert_memory_equal(bytes, server.bytes, N_BYTES);
        free(bytes);
    }
    free(path);
    free(part);
}

static size_t part_size(void)
{
    char *path = target(), *part = xasprintf("%s.part", path), *bytes = NULL;
    size_t n = 0;
    assert_false(path_exists(path));
    assert_int_equal(file_read(part, 0, &bytes, &n, NULL), ERR_OK);
    assert_memory_equal(bytes, server.bytes, n);
    free(bytes);
    free(path);
    free(part);
    return n;
}

static void whole(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    char eight[9];
    snprintf(eight, sizeof eight, "%.8s", hash);
    assert_int_equal(fetch(eight, &seen, &err), ERR_OK);
    check_file(true);
    assert_int_equal(seen.total, N_BYTES);
    assert_int_equal(seen.last, N_BYTES);
    assert_null(strstr(server.request, "Range:"));
}

static void cut_and_resumed(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    server.cut_after = 30000;
    assert_int_equal(fetch(hash, &seen, &err), ERR_IO);
    print_message("# %s; %s\n", err.message, err.hint);
    assert_string_equal(err.hint, "what came is kept: the same command goes on from there");
    assert_int_equal(part_size(), 30000);
    assert_int_equal(fetch(hash, &seen, &err), ERR_IO); /* and cut again */
    assert_int_equal(part_size(), 60000);
    server.cut_after = 0;
    seen = (struct seen){0};
    assert_int_equal(fetch(hash, &seen, &err), ERR_OK);
    assert_non_null(strstr(server.request, "Range: bytes=60000-"));
    assert_int_equal(seen.total, N_BYTES);
    assert_int_equal(seen.last, N_BYTES);
    check_file(true);
}

static void ranges_ignored(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    server.cut_after = 30000;
    assert_int_equal(fetch(hash, &seen, &err), ERR_IO);
    server.cut_after = 0;
    server.ignore_ranges = true;
    assert_int_equal(fetch(hash, &seen, &err), ERR_OK);
    check_file(true);
}

static void put_part(const void *bytes, size_t n)
{
    char *path = target(), *part = xasprintf("%s.part", path), *below = path_join(folder, "cache/weights");
    assert_int_equal(path_make_folders(below, NULL), ERR_OK);
    assert_int_equal(file_replace(part, bytes, n, NULL), ERR_OK);
    free(path);
    free(part);
    free(below);
}

static void complete_part(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    put_part(server.bytes, N_BYTES);
    assert_int_equal(fetch(hash, &seen, &err), ERR_OK);
    check_file(true);
}

/* A part of another file: the hash tells, and the download begins anew by itself. */
static void foreign_part(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    put_part("something else", 14);
    assert_int_equal(fetch(hash, &seen, &err), ERR_OK);
    assert_int_equal(server.n_requests, 2);
    check_file(true);
}

static void wrong_hash(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    char last[9] = "deadbeef";
    for (int i = 0; i < 2; i++) { /* wrong from the first digit on, and in the last one only */
        assert_int_equal(fetch(last, &seen, &err), ERR_FORMAT);
        char *want = xasprintf("http://127.0.0.1:%d/net.pth: the hash of what came is %.8s, not %s", server.port, hash, last);
        assert_string_equal(err.message, want);
        free(want);
        check_file(false);
        snprintf(last, sizeof last, "%.7s%c", hash, hash[7] == '0' ? '1' : '0');
    }
}

static void missing(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err;
    server.status = 404;
    assert_int_equal(fetch(hash, &seen, &err), ERR_IO);
    char *want = xasprintf("http://127.0.0.1:%d/net.pth: the server answers 404 (not found)", server.port);
    assert_string_equal(err.message, want);
    free(want);
    check_file(false);
    server.status = 503;
    assert_int_equal(fetch(hash, &seen, &err), ERR_IO);
    assert_true(str_ends(err.message, ": the server answers 503"));
    check_file(false);
}

static void cancelled(void **state)
{
    (void)state;
    struct seen seen = {.stop = true};
    struct err err;
    server.cut_after = 50000; /* so that not all is there before the first call */
    assert_int_equal(fetch(hash, &seen, &err), ERR_CANCELLED);
    server.cut_after = 0;
    seen.stop = false;
    assert_int_equal(fetch(hash, &seen, &err), ERR_OK);
    check_file(true);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct err err;
    char *path = target();
    assert_int_equal(weights_fetch("http://127.0.0.1:1/net.pth", path, NULL, NULL, NULL, &err), ERR_IO);
    print_message("# %s\n", err.message);
    assert_true(str_starts(err.message, "http://127.0.0.1:1/net.pth: "));
    check_file(false);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole, fresh),         cmocka_unit_test_setup(cut_and_resumed, fresh),
        cmocka_unit_test_setup(ranges_ignored, fresh), cmocka_unit_test_setup(complete_part, fresh),
        cmocka_unit_test_setup(foreign_part, fresh),  cmocka_unit_test_setup(wrong_hash, fresh),
        cmocka_unit_test_setup(missing, fresh),       cmocka_unit_test_setup(cancelled, fresh),
        cmocka_unit_test_setup(nobody_answers, fresh),
    };
    return cmocka_run_group_tests_name("fetch", tests, start, stop);
}
