/* Output that goes quiet after an error.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct output output_of(int fd)
{
    return (struct output){.fd = fd, .terminal = isatty(fd)};
}

void output_write(struct output *out, const char *bytes, size_t n)
{
    while (n && !out->dead) {
        ssize_t done = write(out->fd, bytes, n);
        if (done >= 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            /* somebody else made the descriptor non-blocking */
            poll(&(struct pollfd){.fd = out->fd, .events = POLLOUT}, 1, 1000);
        } else if (errno != EINTR) {
            out->dead = true;
        }
    }
}

void output_text(struct output *out, const char *text)
{
    output_write(out, text, strlen(text));
}

void output_printf(struct output *out, const char *format, ...)
{
    va_list ap, again;
    char small[512];
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if (n >= (int)sizeof small) {
        char *large = xmalloc((size_t)n + 1);
        vsnprintf(large, (size_t)n + 1, format, again);
        output_write(out, large, (size_t)n);
        free(large);
    } else if (n > 0) {
        output_write(out, small, (size_t)n);
    }
    va_end(again);
}
