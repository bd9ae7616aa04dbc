/* Numbers to text and back, independent of the locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t c_locale_get(void)
{
    pthread_once(&c_locale_once, c_locale_make);
    return c_locale;
}

static char *real_text(char out[NUM_TEXT], double v, int digits)
{
    if (isnan(v)) {
        strcpy(out, "nan");
        return out;
    }
    locale_t before = uselocale(c_locale_get());
    snprintf(out, NUM_TEXT, "%.*g", digits, v);
    uselocale(before);
    return out;
}

char *num_real(char out[NUM_TEXT], double v)
{
    return real_text(out, v, 9);
}

char *num_exact(char out[NUM_TEXT], double v)
{
    double again;
    for (int digits = 9; digits < 17; digits++) {
        real_text(out, v, digits);
        if (isnan(v) || (num_parse_real(out, &again) && again == v))
            return out;
    }
    return real_text(out, v, 17);
}

bool num_parse_real(const char *text, double *out)
{
    char *end;
    if (!*text || isspace((unsigned char)*text))
        return false;
    errno = 0;
    double v = strtod_l(text, &end, c_locale_get());
    if (*end || (errno == ERANGE && !isfinite(v)))
        return false;
    *out = v;
    return true;
}

bool num_parse_real_typed(const char *text, double *out)
{
    char copy[64];
    size_t n = strlen(text);
    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n + 1);
    char *comma = strchr(copy, ',');
    if (comma && !strchr(copy, '.'))
        *comma = '.';
    return num_parse_real(copy, out);
}

bool num_parse_int(const char *text, int64_t *out)
{
    char *end;
    if (!*text || isspace((unsigned char)*text))
        return false;
    errno = 0;
    intmax_t v = strtoimax(text, &end, 10);
    if (*end || errno || v < INT64_MIN || v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}

bool num_parse_uint(const char *text, uint64_t *out)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    uintmax_t v = strtoumax(text, &end, 10);
    if (*end || errno || v > UINT64_MAX)
        return false;
    *out = (uint64_t)v;
    return true;
}

char *num_bytes(char out[NUM_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)bytes;
    size_t u = 0;
    while (v >= 999.5 && u < 6) {
        v /= 1000;
        u++;
    }
    snprintf(out, NUM_TEXT, u && v < 99.95 ? "%.1f %s" : "%.0f %s", v, units[u]);
    return out;
}

char *num_seconds(char out[NUM_TEXT], double seconds)
{
    if (!(seconds >= 0) || seconds > 1e9)
        snprintf(out, NUM_TEXT, "?");
    else if (seconds < 9.95)
        snprintf(out, NUM_TEXT, "%.1f s", seconds);
    else if (seconds < 60)
        snprintf(out, NUM_TEXT, "%.0f s", seconds);
    else if (seconds < 3600)
        snprintf(out, NUM_TEXT, "%d min %02d s", (int)seconds / 60, (int)seconds % 60);
    else
        snprintf(out, NUM_TEXT, "%d h %02d min", (int)seconds / 3600, (int)seconds / 60 % 60);
    return out;
}
