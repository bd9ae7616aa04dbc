/* Output that goes quiet after an error.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

void outputs_guard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY); /* the lowest that is free */
    }
}

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
            out->errnum = errno;
        }
    }
}

void output_hang_up(struct output *out)
{
    out->dead = out->dead || out->terminal;
}

void output_text(struct output *out, const char *text)
{
    output_write(out, text, strlen(text));
}

void output_printf(struct output *out, const char *format, ...)
{
    struct str s = STR_INIT;
    va_list ap;
    va_start(ap, format);
    str_vprintf(&s, format, ap);
    va_end(ap);
    output_write(out, s.s ? s.s : "", s.len);
    str_done(&s);
}
