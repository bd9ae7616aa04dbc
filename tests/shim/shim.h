/* What the shim's tests share. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_SHIM_H
#define FL_TEST_SHIM_H

#include "fl_torch.h"
#include "unit/test.h"

extern const struct fl_table *fl;
extern fl_scope *scope; /* of the running test */
extern struct err err;
extern char warned[256]; /* libtorch's last warning, with the user pointer checked */

/* Loads and starts the shim of the build folder. False: it was not built, and the plan of a skipped
 * test is printed (one that cannot be loaded or started is a failure). */
bool shim_ready(void);
int shim_setup(void **state);    /* of each test: a scope, fp32, gradients on, the CPU */
int shim_teardown(void **state); /* frees all, and fails when a handle is left over */

#define SHIM_TEST(name) cmocka_unit_test_setup_teardown(name, shim_setup, shim_teardown)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Fails with the shim's message when an entry did. */
void ok(enum err_code code);
/* The code, and a message that begins with text. */
void refused(enum err_code code, enum err_code want, const char *text);

/* A float32 tensor that lives until the end of the test. dims end with 0; data NULL: zeros. */
fl_tensor *floats(const int64_t *dims, const float *data);
#define DIMS(...) ((const int64_t[]){__VA_ARGS__, 0})
/* The same of another type, data in that type. */
fl_tensor *tensor_of(enum fl_dtype dtype, const int64_t *dims, const void *data);

/* n numbers in -0.5 to 0.5 by one integer formula, as tests/ref/shim.py has it. */
void numbers(float *out, size_t n, size_t start, float factor);
fl_tensor *filled(const int64_t *dims, size_t start, float factor);

/* Values of a tensor, converted to float32; n must be its size. */
void values(float *out, size_t n, const fl_tensor *tensor);
double item(const fl_tensor *tensor);

/* Prints and checks the largest |got - want| / max(1, |want|). */
void near(const char *what, const float *got, const float *want, size_t n, double limit);

#endif
