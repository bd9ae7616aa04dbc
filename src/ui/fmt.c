/* Numbers as screens show them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/fmt.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever the locale's decimal sign is, screens show a point. */
static char *point(char *text)
{
    char *comma = strchr(text, ',');
    if (comma)
        *comma = '.';
    return text;
}

static bool special(char out[NUM_TEXT], double v)
{
    if (isfinite(v))
        return false;
    strcpy(out, isnan(v) ? "-" : v < 0 ? "-inf" : "inf");
    return true;
}

char *fmt_fixed(char out[NUM_TEXT], double v, int decimals)
{
    if (special(out, v))
        return out;
    if (fabs(v) >= 1e12)
        snprintf(out, NUM_TEXT, "%.3g", v);
    else
        snprintf(out, NUM_TEXT, "%.*f", decimals, v);
    return point(out);
}

char *fmt_percent(char out[NUM_TEXT], double share)
{
    if (special(out, share))
        return out;
    fmt_fixed(out, 100 * share, 1);
    size_t n = strlen(out);
    snprintf(out + n, NUM_TEXT - n, " %%");
    return out;
}

/* "1.2e5" of "1.2e+05". */
static char *short_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (!e)
        return text;
    char *to = e + 1, *from = to + (*to == '+');
    while (*from == '0' && from[1])
        from++;
    memmove(to, from, strlen(from) + 1);
    return text;
}

char *fmt_loss(char out[NUM_TEXT], double loss)
{
    double size = fabs(loss);
    if (isfinite(loss) && size >= 1e5) {
        snprintf(out, NUM_TEXT, "%.1e", loss);
        return short_exponent(point(out));
    }
    return fmt_fixed(out, loss, size < 10 ? 4 : size < 100 ? 3 : size < 1000 ? 2 : 1);
}

/* "2e-3", "1.5e4": three digits, no zeros at their end, the exponent as short as it can be. */
static void power_text(char out[NUM_TEXT], double v)
{
    char digits[NUM_TEXT];
    snprintf(digits, sizeof digits, "%.2e", v);
    char *e = strchr(digits, 'e'), *end = e;
    while (end[-1] == '0')
        end--;
    if (end[-1] == '.' || end[-1] == ',')
        end--;
    snprintf(out, NUM_TEXT, "%.*se%d", (int)(end - digits), digits, atoi(e + 1));
}

char *fmt_rate(char out[NUM_TEXT], double rate)
{
    char power[NUM_TEXT];
    if (special(out, rate))
        return out;
    snprintf(out, NUM_TEXT, "%.3g", rate);
    power_text(power, rate);
    size_t n = strlen(power), most = strlen(out);
    if (rate != 0 && (n < most || (n == most && fabs(rate) < 0.0099)))
        strcpy(out, power);
    return point(out);
}

char *fmt_real(char out[NUM_TEXT], double v)
{
    double again;
    if (special(out, v))
        return out;
    fmt_rate(out, v);
    return num_parse_real(out, &again) && again == v ? out : num_real(out, v);
}

char *fmt_count(char out[NUM_TEXT], double n)
{
    static const char unit[] = " kMGTP";
    if (special(out, n))
        return out;
    int k = 0;
    while (fabs(n) >= (k ? 999.5 : 9999.5) && unit[k + 1]) {
        n /= 1000;
        k++;
    }
    int decimals = k == 0 || fabs(n) >= 99.95 ? 0 : fabs(n) >= 9.995 ? 1 : 2;
    snprintf(out, NUM_TEXT, k ? "%.*f %c" : "%.*f", decimals, n, unit[k]);
    return point(out);
}

char *fmt_speed(char out[NUM_TEXT], double per_s)
{
    return fabs(per_s) < 9.95 ? fmt_fixed(out, per_s, 1) : fmt_count(out, per_s);
}
