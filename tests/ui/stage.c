/* A screen in a world, compared with golden texts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "unit/test.h"

void stage_open(struct stage *s, const struct screen_ops *ops)
{
    world_init(&s->world);
    s->ops = ops;
    s->self = ops->init(&s->world.calls);
}

void stage_close(struct stage *s)
{
    s->ops->free(s->self);
    world_done(&s->world);
}

void act(struct stage *s, enum action action)
{
    s->ops->action(s->self, action, &s->world.model);
}

void draw(struct stage *s, struct canvas *c, int cols, int rows, bool ascii)
{
    canvas_init(c, cols, rows);
    c->ascii = ascii;
    struct area body = {0, rows > 3, cols, rows > 3 ? rows - 3 : rows};
    s->ops->draw(s->self, c, body, &s->world.model);
}

static void expect_file(const char *name, const struct str *text)
{
    struct err err = {0};
    char path[1024], *stored;
    size_t n;
    const char *source = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/ui/golden/%s.txt", source ? source : ".", name);
    if (getenv("FL_GOLDEN_WRITE"))
        assert_int_equal(file_replace(path, text->s, text->len, &err), ERR_OK);
    if (file_read(path, 0, &stored, &n, &err))
        fail_msg("%s", err.message);
    if (strcmp(stored, text->s) != 0)
        print_message("# %s is now:\n%s", name, text->s);
    assert_string_equal(stored, text->s);
    free(stored);
}

void golden(struct stage *s, const char *name)
{
    static const struct {
        int cols, rows;
    } sizes[] = {{80, 24}, {160, 50}};
    for (int i = 0; i < 2; i++) {
        struct canvas c;
        struct str text = STR_INIT;
        char file[64];
        draw(s, &c, sizes[i].cols, sizes[i].rows, false);
        canvas_text(&text, &c);
        if (i == 0) {
            str_add(&text, "--- roles\n");
            canvas_roles(&text, &c);
        }
        snprintf(file, sizeof file, "%s-%dx%d", name, sizes[i].cols, sizes[i].rows);
        expect_file(file, &text);
        str_done(&text);
        canvas_done(&c);
    }
}

void golden_at(struct stage *s, const char *name, int cols, int rows, bool ascii)
{
    struct canvas c;
    struct str text = STR_INIT;
    draw(s, &c, cols, rows, ascii);
    canvas_text(&text, &c);
    expect_file(name, &text);
    str_done(&text);
    canvas_done(&c);
}
