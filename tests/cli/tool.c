/* Helper of the command line tests.
 *   tool draw FOLDER N SIZE       N drawn flowers a class, SIZE pixels wide
 *   tool plain FOLDER N W H R G B N pictures of one colour
 *   tool xwd FILE R G B           counts the colour's pixels in a dump of a window
 *   tool json EVENT KEY... <FILE  every line must be an object with an event; prints the values of
 *                                 those of EVENT, tabs between
 *   tool default WORD...          runs a command with INT, TERM and HUP as they are in a terminal (a
 *                                 shell ignores INT for its background jobs)
 *   tool pty WORD...              runs a command on a terminal of 80 x 24 of its own, copies what it
 *                                 writes; its exit code
 *   tool serve FILE PORT CUT      answers every GET on the loopback with FILE (ranges too); the first
 *                                 answer stops after CUT bytes (0: none); FILE missing: 404. Writes
 *                                 its port number to the file PORT, logs each Range to standard output
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "data/demo.h"
#include "image/decode.h"

static int draw(char **words)
{
    struct err err = {0};
    struct pool *pool = pool_new(2);
    if (demo_write(words[0], DEMO_FLOWERS, atoi(words[1]), atoi(words[2]), 1, pool, NULL, &err) != ERR_OK)
        fprintf(stderr, "%s\n", err.message);
    pool_free(pool);
    return err.code != ERR_OK;
}

/* --- pixels --------------------------------------------------------------------------------- */

static int plain(char **words)
{
    int n = atoi(words[1]), width = atoi(words[2]), height = atoi(words[3]), failed = 0;
    struct image image = {width, height, xmalloc((size_t)(width * height) * 3)};
    struct err err = {0};
    uint8_t *bytes;
    size_t length;
    for (int i = 0; i < 3 * width * height; i++)
        image.rgb[i] = (uint8_t)atoi(words[4 + i % 3]);
    failed = path_make_folders(words[0], &err) != ERR_OK ||
             image_encode_jpeg(&image, 100, &bytes, &length, &err) != ERR_OK;
    for (int i = 0; i < n && !failed; i++) {
        char *path = xasprintf("%s/%d.jpg", words[0], i);
        failed = file_replace(path, bytes, length, &err) != ERR_OK;
        free(path);
    }
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    return failed;
}

/* X11/XWDFile.h: big-endian words, a name, colours, then rows of pixels. */
static uint32_t word(const char *bytes, int i)
{
    const unsigned char *p = (const unsigned char *)bytes + 4 * i;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int count_pixels(char **words)
{
    char *bytes;
    size_t n, found = 0;
    struct err err = {0};
    if (file_read(words[0], 0, &bytes, &n, &err) != ERR_OK || n < 100)
        return 2;
    uint32_t width = word(bytes, 4), height = word(bytes, 5), row = word(bytes, 12);
    size_t start = word(bytes, 0) + 12 * (size_t)word(bytes, 19);
    if (word(bytes, 11) != 32 || n < start + (size_t)height * row || row < 4 * width)
        return 2; /* not 32 bits a pixel, or cut off */
    for (uint32_t i = 0; i < width * height; i++) {
        const char *p = bytes + start + (size_t)(i / width) * row + 4 * (size_t)(i % width);
        found += (uint8_t)p[2] == atoi(words[1]) && (uint8_t)p[1] == atoi(words[2]) &&
                 (uint8_t)p[0] == atoi(words[3]);
    }
    printf("%zu\n", found);
    free(bytes);
    return 0;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void print_value(const cJSON *value, const char *key)
{
    if (!value) {
        printf("missing:%s", key);
    } else if (cJSON_IsString(value)) {
        fputs(value->valuestring, stdout);
    } else {
        char *text = cJSON_PrintUnformatted(value);
        fputs(text, stdout);
        cJSON_free(text);
    }
}

static int json(int n_keys, char **keys)
{
    char *line = NULL;
    size_t cap = 0;
    int bad = 0;
    while (getline(&line, &cap, stdin) > 0) {
        cJSON *object = cJSON_ParseWithOpts(line, NULL, 0);
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(object, "event"));
        if (!event || line[strlen(line) - 1] != '\n') {
            fprintf(stderr, "not an event: %s\n", line);
            bad = 1;
        } else if (strcmp(event, keys[0]) == 0) {
            for (int i = 1; i < n_keys; i++) {
                print_value(cJSON_GetObjectItemCaseSensitive(object, keys[i]), keys[i]);
                putchar(i + 1 < n_keys ? '\t' : '\n');
            }
        }
        cJSON_Delete(object);
    }
    free(line);
    return bad;
}

static int with_default_signals(char **words)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    execv(words[0], words);
    perror(words[0]);
    return 127;
}

static int on_terminal(char **words)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int terminal, status = 0;
    char bytes[4096];
    ssize_t n;
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child == 0) {
        execv(words[0], words);
        _exit(127);
    }
    while (child > 0 && (n = read(terminal, bytes, sizeof bytes)) > 0) {
        fwrite(bytes, 1, (size_t)n, stdout);
        fflush(stdout);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 1;
}

/* --- a small server --------------------------------------------------------------------------- */

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
        if (k <= 0)
            return;
        bytes += k;
        n -= (size_t)k;
    }
}

static void answer(int fd, const char *file, size_t cut)
{
    char request[2048] = "", head[256], *body = NULL;
    size_t n = 0, size = 0, from = 0;
    ssize_t k;
    while (!strstr(request, "\r\n\r\n") && n + 1 < sizeof request &&
           (k = recv(fd, request + n, sizeof request - 1 - n, 0)) > 0)
        request[n += (size_t)k] = '\0';
    const char *range = strstr(request, "Range: bytes=");
    if (range)
        from = strtoul(range + strlen("Range: bytes="), NULL, 10);
    printf("%zu\n", from);
    fflush(stdout);
    if (file_read(file, 0, &body, &size, NULL) != ERR_OK || from > size) {
        send_all(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                 64);
        return;
    }
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                          from ? "206 Partial Content" : "200 OK", size - from);
    send_all(fd, head, (size_t)length);
    send_all(fd, body + from, cut && cut < size - from ? cut : size - from);
    free(body);
}

static int serve(const char *file, const char *port_file, size_t cut)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &size) != 0)
        return 1;
    char text[16];
    int length = snprintf(text, sizeof text, "%d\n", ntohs(at.sin_port));
    if (file_replace(port_file, text, (size_t)length, NULL) != ERR_OK)
        return 1;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            return 1;
        answer(fd, file, cut);
        close(fd);
        cut = 0;
    }
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv[3], strtoul(argv[4], NULL, 10));
    if (argc >= 3 && strcmp(argv[1], "pty") == 0)
        return on_terminal(argv + 2);
    if (argc >= 3 && strcmp(argv[1], "default") == 0)
        return with_default_signals(argv + 2);
    if (argc == 9 && strcmp(argv[1], "plain") == 0)
        return plain(argv + 2);
    if (argc == 6 && strcmp(argv[1], "xwd") == 0)
        return count_pixels(argv + 2);
    if (argc == 5 && strcmp(argv[1], "draw") == 0)
        return draw(argv + 2);
    if (argc >= 4 && strcmp(argv[1], "json") == 0)
        return json(argc - 2, argv + 2);
    fputs("usage: tool draw FOLDER N SIZE | plain FOLDER N W H R G B | xwd FILE R G B | json EVENT KEY... | default WORD... | pty WORD... | "
          "serve FILE PORT CUT\n",
          stderr);
    return 2;
}
