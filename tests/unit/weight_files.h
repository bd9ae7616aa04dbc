/* Weight files that tests of src/nn make for themselves or take from tests/data, in a folder of the test program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_WEIGHT_FILES_H
#define FL_TEST_WEIGHT_FILES_H

#include "unit/test.h"

#include "base/err.h"

extern char folder[]; /* made and removed by the group's set up and tear down */
int weight_files_setup(void **state);
int weight_files_teardown(void **state);

/* The caller frees what they return. */
char *data_path(const char *name);                                 /* of a file in tests/data */
char *read_data(const char *name, size_t *n);                      /* its bytes */
char *make_file(const char *name, const void *bytes, size_t n);    /* in folder; its path */

/* Opening fails with a code and a message after "PATH: ". */
void refused(const char *path, enum err_code code, const char *message);
void refused_bytes(const char *name, const void *bytes, size_t n, enum err_code code, const char *message);

#endif
