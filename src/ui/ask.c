/* What a terminal is, from its answers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/ask.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

static bool plausible(int w, int h)
{
    return w >= 2 && w <= 64 && h >= 4 && h <= 128;
}

void ask_cell(const struct replies *r, const struct winsize *size, int *cell_w, int *cell_h)
{
    int cols = r->sized_cols > 0 ? r->sized_cols : size->ws_col,
        rows = r->sized_rows > 0 ? r->sized_rows : size->ws_row;
    const struct {
        int w, h;
    } guesses[] = {
        {r->cell_w, r->cell_h},
        {r->graphics_w / cols, r->graphics_h / rows},
        {size->ws_xpixel / size->ws_col, size->ws_ypixel / size->ws_row},
        {r->window_w / cols, r->window_h / rows},
        {10, 20}, /* the VT340's */
    };
    size_t i = 0;
    while (!plausible(guesses[i].w, guesses[i].h))
        i++;
    *cell_w = guesses[i].w;
    *cell_h = guesses[i].h;
}

void ask_limit(const struct replies *r, int *max_w, int *max_h)
{
    bool told = r->graphics_w > 0 && r->graphics_h > 0;
    *max_w = told ? r->graphics_w : 1000; /* xterm's default */
    *max_h = told ? r->graphics_h : 1000;
}

bool ask_cell_option(const char *text, int *cell_w, int *cell_h)
{
    return sscanf(text, "%dx%d", cell_w, cell_h) == 2 && *cell_w >= 2 && *cell_h >= 2;
}

static void read_answers(int fd, struct decoder *d, const struct replies *replies, double until)
{
    char bytes[4096];
    struct key_event typed;
    for (double now; !replies->device && (now = clock_now()) < until;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, (int)((until - now) * 1000) + 1) <= 0)
            continue;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            return;
        decoder_feed(d, bytes, (size_t)n);
        while (decoder_next(d, &typed))
            ;
    }
}

bool ask_terminal(struct replies *replies, const char *type, double seconds)
{
    struct termios before, raw;
    const char *text = replies_questions(type);
    replies_init(replies);
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    if (tcgetattr(fd, &before) == 0) {
        struct decoder *d = decoder_new(replies);
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(fd, TCSADRAIN, &raw);
        decoder_expect(d, true);
        if (write(fd, text, strlen(text)) == (ssize_t)strlen(text))
            read_answers(fd, d, replies, clock_now() + seconds);
        tcsetattr(fd, TCSAFLUSH, &before); /* what comes late is dropped */
        decoder_free(d);
    }
    close(fd);
    return replies->device;
}
