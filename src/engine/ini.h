/* "[section]" and "key = value" lines: the text of run.ini. Values are escaped (\xNN) so that any bytes fit on a line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_INI_H
#define FL_ENGINE_INI_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

void ini_section(struct str *out, const char *name);
void ini_put(struct str *out, const char *key, const char *value); /* NULL is written as "" */
void ini_put_int(struct str *out, const char *key, int64_t v);
void ini_put_real(struct str *out, const char *key, double v);     /* %.9g */

/* Control bytes, backslashes and bytes of invalid UTF-8 become \xNN; and back, in place. */
void ini_escape(struct str *out, const char *value);
void ini_unescape(char *value);

/* Hands over every pair, in order; stops at the first error of each. section and key are "" when there is none. errors: FORMAT (a line
 * that is neither; names it), those of each */
enum err_code ini_parse(const char *text, enum err_code (*each)(const char *section, const char *key, const char *value,
                                                               void *user, struct err *err),
                        void *user, struct err *err);

#endif
