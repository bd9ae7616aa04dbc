/* An output that goes quiet: an error (EPIPE, EIO) or a hang-up ends the output, never the program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BATCH_OUTPUT_H
#define FL_BATCH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output {
    int fd;
    bool terminal;
    bool dead;     /* writes do nothing */
    int errnum;    /* the write that failed before; 0: none did */
    bool bar;      /* a progress line stands at the foot */
    double drawn;  /* clock_now of the last progress line */
};

/* Descriptors 0 to 2 that came closed, so that no file that is opened later gets what is written to them: any use of them fails. */
void outputs_guard(void);

struct output output_of(int fd);
void output_write(struct output *out, const char *bytes, size_t n);
void output_hang_up(struct output *out); /* the terminal is gone; a file or a pipe is not */
void output_text(struct output *out, const char *text);
void output_printf(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
