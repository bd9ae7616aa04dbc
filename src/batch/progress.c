/* The progress line of a terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/num.h"

#define BAR_CELLS 24
#define REDRAW_SECONDS 0.1

static size_t terminal_width(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

void progress_line(struct output *out, const char *text)
{
    double now = clock_now();
    if (!out->terminal || (!text && !out->bar) ||
        (text && out->bar && now - out->drawn < REDRAW_SECONDS))
        return;
    size_t width = terminal_width(out->fd), n = text ? strlen(text) : 0;
    output_printf(out, "\r%.*s\033[K", (int)(n < width ? n : width), text ? text : "");
    out->bar = text != NULL;
    out->drawn = now;
}

void progress_bar(struct str *line, const char *title, uint64_t done, uint64_t total,
                  const char *text)
{
    str_add(line, title);
    if (total) {
        int full = (int)((double)(done < total ? done : total) / (double)total * BAR_CELLS);
        str_printf(line, " [%.*s%.*s] %" PRIu64 "/%" PRIu64, full,
                   "========================", BAR_CELLS - full, "                        ", done,
                   total);
    } else if (done) {
        str_printf(line, " %" PRIu64, done);
    }
    if (*text)
        str_printf(line, "  %s", text);
}

void watch_stage(struct batch *b, uint64_t job, void *user)
{
    (void)user;
    const struct job_view *view = find_job(b, job);
    char text[64] = "", seconds[NUM_TEXT];
    if (!view || !b->messages.terminal)
        return;
    if (view->done && view->total && view->seconds > 1)
        snprintf(text, sizeof text, "%s left",
                 num_seconds(seconds, view->seconds / (double)view->done *
                                          (double)(view->total - view->done)));
    struct str line = STR_INIT;
    progress_bar(&line, view->stage, view->done, view->total, text);
    progress_line(&b->messages, line.s);
    str_done(&line);
}
