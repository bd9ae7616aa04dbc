/* The one error type.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static enum err_code err_vset(struct err *err, enum err_code code, const char *format, va_list ap)
{
    if (!err)
        return code;
    char text[sizeof err->message]; /* the arguments may point into err itself */
    str_fit(text, sizeof text, format, ap);
    err_clear(err);
    err->code = code;
    memcpy(err->message, text, sizeof text);
    return code;
}

enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    err_vset(err, code, format, ap);
    va_end(ap);
    return code;
}

enum err_code err_sys(struct err *err, int errnum, const char *format, ...)
{
    enum err_code code = errnum == ENOENT || errnum == ENOTDIR ? ERR_NOT_FOUND
                         : errnum == ENOMEM                    ? ERR_MEMORY
                                                               : ERR_IO;
    va_list ap;
    va_start(ap, format);
    err_vset(err, code, format, ap);
    va_end(ap);
    if (err) {
        char reason[128];
        size_t n = strlen(err->message);
        const char *text = strerror_r(errnum, reason, sizeof reason);
        snprintf(err->message + n, sizeof err->message - n, ": %s", text);
    }
    return code;
}

enum err_code err_choice(struct err *err, enum err_code code, const char *what, const char *text, const char *near)
{
    return err_set(err, code, "%s: unknown choice \"%s\"%s%s%s", what, text, near ? " (did you mean " : "",
                   near ? near : "", near ? "?)" : "");
}

enum err_code err_hint(struct err *err, const char *format, ...)
{
    if (!err)
        return ERR_INTERNAL;
    va_list ap;
    va_start(ap, format);
    str_fit(err->hint, sizeof err->hint, format, ap);
    va_end(ap);
    return err->code;
}

enum err_code err_prefix(struct err *err, const char *format, ...)
{
    if (!err)
        return ERR_INTERNAL;
    char text[sizeof err->message + 2];
    va_list ap;
    va_start(ap, format);
    str_fit(text, sizeof err->message, format, ap);
    va_end(ap);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, ": %s", err->message);
    snprintf(err->message, sizeof err->message, "%.*s", str_within(text, sizeof err->message - 1), text);
    return err->code;
}

void err_clear(struct err *err)
{
    if (err)
        memset(err, 0, sizeof *err);
}

const char *err_name(enum err_code code)
{
    static const char *const names[ERR_CODE_COUNT] = {
        [ERR_OK] = "ok",
        [ERR_INVALID] = "invalid",
        [ERR_NOT_FOUND] = "not-found",
        [ERR_IO] = "io",
        [ERR_FORMAT] = "format",
        [ERR_MEMORY] = "memory",
        [ERR_DEVICE_MEMORY] = "device-memory",
        [ERR_UNSUPPORTED] = "unsupported",
        [ERR_CANCELLED] = "cancelled",
        [ERR_BUSY] = "busy",
        [ERR_TORCH] = "torch",
        [ERR_INTERNAL] = "internal",
    };
    return (unsigned)code < ERR_CODE_COUNT ? names[code] : "unknown";
}
