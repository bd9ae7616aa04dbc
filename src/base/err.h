/* The one error type. Plain C, also included by the shim (C++).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_ERR_H
#define FL_BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

enum err_code {
    ERR_OK = 0,
    ERR_INVALID,       /* a shape, type, range, name or option value is wrong */
    ERR_NOT_FOUND,     /* a file, name or key does not exist */
    ERR_IO,            /* the operating system refused; message carries errno's text */
    ERR_FORMAT,        /* a file's content is not what it should be */
    ERR_MEMORY,        /* host memory */
    ERR_DEVICE_MEMORY, /* GPU memory: ordinary, offers a smaller batch */
    ERR_UNSUPPORTED,   /* known, but not built in or not supported */
    ERR_CANCELLED,     /* somebody asked to stop */
    ERR_BUSY,          /* another job runs */
    ERR_TORCH,         /* libtorch threw */
    ERR_INTERNAL,      /* a bug */
    ERR_CODE_COUNT
};

/* An error, owned by the caller; fixed size, no allocation. Everywhere a NULL pointer is allowed
 * and means "not interested". message is one line that names the thing, without full stop;
 * hint is the way out, one line, or empty; where names the operation, or is empty. */
struct err {
    enum err_code code;
    char where[48];
    char message[512];
    char hint[512];
};

#ifdef __cplusplus
}
#else

/* Stores code and message, clears the hint, returns code. */
enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set with ERR_IO (ERR_NOT_FOUND for ENOENT and ENOTDIR, ERR_MEMORY for ENOMEM): appends
 * ": " and the text of errnum. */
enum err_code err_sys(struct err *err, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set: 'what: unknown choice "text" (did you mean near?)'; near may be NULL. */
enum err_code err_choice(struct err *err, enum err_code code, const char *what, const char *text, const char *near);

/* Sets the hint of an error already set; returns its code (ERR_INTERNAL for NULL). */
enum err_code err_hint(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts context before the message once ("run 14: …"); returns the code (ERR_INTERNAL for NULL). */
enum err_code err_prefix(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Back to ERR_OK, all texts empty. */
void err_clear(struct err *err);

/* Lower-case name of a code as in JSON: "invalid", "not-found", ... Static text. */
const char *err_name(enum err_code code);

#endif /* __cplusplus */
#endif
