/* A small data set and the screens on it, for tests on a pseudo terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/decode.h"
#include "ui/flowers.h"

char flowers_home[] = "/tmp/flowerlab-term-XXXXXX", *flowers_data, *flowers_program, *flowers_theme;

/* A photograph-like picture: gradients of a class's own colour. */
static void write_picture(const char *path, int seed)
{
    struct image image = {400, 300, xmalloc(400 * 300 * 3)};
    uint8_t *bytes;
    size_t n;
    for (int i = 0; i < 400 * 300; i++) {
        image.rgb[3 * i] = (uint8_t)(i % 400 * 255 / 400);
        image.rgb[3 * i + 1] = (uint8_t)(i / 400 * 255 / 300);
        image.rgb[3 * i + 2] = (uint8_t)(seed * 14);
    }
    assert_int_equal(image_encode_jpeg(&image, 80, &bytes, &n, NULL), ERR_OK);
    assert_int_equal(file_replace(path, bytes, n, NULL), ERR_OK);
    free(bytes);
    image_done(&image);
}

int flowers_make(void **state)
{
    static const char *const classes[] = {"daisy", "rose"};
    (void)state;
    if (!mkdtemp(flowers_home))
        return 1;
    flowers_data = xasprintf("%s/flowers", flowers_home);
    flowers_program = xasprintf("%s/tests/ui/screens_main", getenv("top_builddir"));
    flowers_theme = xasprintf("%s/themes/dark.theme", getenv("top_srcdir"));
    mkdir(flowers_data, 0777);
    for (int c = 0; c < 2; c++) {
        char *folder = xasprintf("%s/%s", flowers_data, classes[c]);
        mkdir(folder, 0777);
        for (int i = 0; i < 9; i++) {
            char *path = xasprintf("%s/picture-%d.jpg", folder, i);
            write_picture(path, 9 * c + i);
            free(path);
        }
        free(folder);
    }
    return 0;
}

int flowers_remove(void **state)
{
    (void)state;
    char *command = xasprintf("rm -rf '%s'", flowers_home);
    int rc = system(command);
    free(command);
    free(flowers_data);
    free(flowers_program);
    free(flowers_theme);
    return rc;
}

struct pty *flowers_start(int cols, int rows, enum pty_kind kind)
{
    return pty_start(
        cols, rows, kind, flowers_home,
        (char *const[]){flowers_program, "--theme", flowers_theme, flowers_data, NULL});
}

void flowers_check_left(struct pty *p)
{
    assert_true(pty_modes_restored(p));
    assert_false(p->screen_mode);
    assert_false(p->bracketed);
    assert_false(p->mouse || p->mouse_sgr);
    assert_false(p->in_sync);
    if (p->errors)
        print_message("# %s\n", p->last_error);
    assert_int_equal(p->errors, 0);
}

void flowers_quit(struct pty *p)
{
    pty_send(p, "q");
    int status = pty_wait_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    flowers_check_left(p);
    pty_free(p);
}

/* The list and the scan have come. */
void flowers_wait_scanned(struct pty *p)
{
    assert_true(pty_wait_text(p, "daisy"));
    assert_true(pty_wait_text(p, "flowers"));
}
