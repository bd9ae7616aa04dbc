/* Weight files for the tests of src/nn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/weight_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "nn/weights.h"

char folder[] = "/tmp/flowerlab-weights-XXXXXX";

char *data_path(const char *name)
{
    const char *top = getenv("top_srcdir");
    return xasprintf("%s/tests/data/%s", top ? top : ".", name);
}

char *make_file(const char *name, const void *bytes, size_t n)
{
    char *path = path_join(folder, name);
    FILE *f = fopen(path, "wb"); /* not file_replace: a thousand files need not be synced */
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}

char *read_data(const char *name, size_t *n)
{
    char *path = data_path(name), *bytes;
    assert_int_equal(file_read(path, 0, &bytes, n, NULL), ERR_OK);
    free(path);
    return bytes;
}

void refused(const char *path, enum err_code code, const char *message)
{
    struct err err = {0};
    struct weight_file *file = NULL;
    assert_int_equal(weights_open(&file, path, &err), code);
    assert_null(file);
    assert_true(str_starts(err.message, path));
    assert_string_equal(err.message + strlen(path) + 2, message);
    assert_null(strchr(err.message, '\n'));
}

void refused_bytes(const char *name, const void *bytes, size_t n, enum err_code code, const char *message)
{
    char *path = make_file(name, bytes, n);
    refused(path, code, message);
    free(path);
}

int weight_files_setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

int weight_files_teardown(void **state)
{
    (void)state;
    char *command = xasprintf("rm -rf '%s'", folder);
    int failed = system(command);
    free(command);
    return failed ? -1 : 0;
}
