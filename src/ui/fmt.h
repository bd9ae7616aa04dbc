/* Numbers as screens show them: few digits, units, a point whatever the locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_FMT_H
#define FL_UI_FMT_H

#include <stdint.h>

#include "base/num.h"

/* All write into out and return it; NaN is "-", infinity "inf". */
char *fmt_fixed(char out[NUM_TEXT], double v, int decimals); /* "0.4123" */
char *fmt_percent(char out[NUM_TEXT], double share);         /* share 0..1: "85.1 %" */
char *fmt_loss(char out[NUM_TEXT],
               double loss); /* four decimals below 10, fewer above, "1.2e+06" */
char *fmt_rate(char out[NUM_TEXT], double rate);   /* the shorter of "0.01" and "2e-3", three digits */
char *fmt_real(char out[NUM_TEXT], double v);      /* as fmt_rate, with more digits where v has them */
char *fmt_speed(char out[NUM_TEXT], double per_s); /* "9.4", "112", "12.3 k" */
char *fmt_count(char out[NUM_TEXT], double n);     /* "633", "11.2 k", "11.2 M", "1.82 G" */

#endif
