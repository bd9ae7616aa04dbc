/* A screen in a world, compared with golden texts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ui/keymap.h"
#include "ui/layout.h"
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
    struct frame_layout f;
    layout_frame(&f, cols, rows);
    if (area_empty(f.body)) /* the program draws none then, but a screen must bear it */
        f.body = (struct area){0, 0, cols, rows};
    s->ops->draw(s->self, c, f.body, &s->world.model);
}

/* --- keys ---------------------------------------------------------------------------------- */

const char *stage_key(struct stage *s, const char *name)
{
    struct keymap map;
    struct key key;
    assert_true(key_parse(name, &key));
    if (s->ops->text_key && s->ops->text_key(s->self, &(struct key_event){.key = key}, &s->world.model))
        return NULL;
    keymap_default(&map);
    enum action action = keymap_find(&map, s->ops->context, key);
    assert_int_not_equal(action, ACTION_NONE);
    const char *reason = why(s, action);
    if (!reason)
        act(s, action);
    return reason;
}

int stage_work(struct stage *s, void (*each)(void))
{
    int slices = 0;
    for (bool more = s->ops->work != NULL; more; slices++) {
        more = s->ops->work(s->self, &s->world.model);
        if (each)
            each();
    }
    return slices;
}

/* The cell where a text begins; false: it is not there. */
static bool find_text(const struct canvas *c, const char *text, int *x, int *y)
{
    size_t n = strlen(text); /* ASCII */
    for (int i = 0; i < c->rows * c->cols; i++) {
        size_t k = 0;
        while (k < n && i + (int)k < c->rows * c->cols && c->cells[i + (int)k].ch == (uint32_t)text[k])
            k++;
        if (k == n) {
            *x = i % c->cols;
            *y = i / c->cols;
            return true;
        }
    }
    return false;
}

static bool point(struct stage *s, const struct canvas *c, const struct mouse *m)
{
    const struct hit *hit = canvas_hit_at(c, m->x, m->y);
    if (!hit)
        fail_msg("nothing lies at %d, %d", m->x, m->y);
    assert_int_equal(hit->kind, HIT_SCREEN);
    bool open = s->ops->mouse(s->self, hit, m, &s->world.model);
    if (open && !why(s, s->ops->open))
        act(s, s->ops->open);
    return open;
}

bool stage_mouse(struct stage *s, const char *text, enum mouse_what what, bool modified)
{
    struct canvas c;
    struct mouse m = {.what = what, .modified = modified};
    draw(s, &c, 100, 30, false);
    if (!find_text(&c, text, &m.x, &m.y))
        fail_msg("no \"%s\" to point at", text);
    bool open = point(s, &c, &m);
    canvas_done(&c);
    return open;
}

bool stage_mouse_index(struct stage *s, size_t index, enum mouse_what what, bool modified)
{
    struct canvas c;
    size_t i = 0;
    draw(s, &c, 100, 30, false);
    while (i < c.n_hits && (c.hits[i].kind != HIT_SCREEN || c.hits[i].index != index))
        i++;
    if (i == c.n_hits)
        fail_msg("no hit has the index %zu", index);
    struct mouse m = {what, c.hits[i].area.x, c.hits[i].area.y, modified};
    bool open = point(s, &c, &m);
    canvas_done(&c);
    return open;
}

void stage_type(struct stage *s, const char *letters)
{
    for (; *letters; letters++)
        stage_key(s, *letters == ' ' ? "Space" : (const char[]){*letters, 0});
}

bool stage_shows(struct stage *s, const char *text)
{
    struct canvas c;
    struct str all = STR_INIT;
    draw(s, &c, 100, 30, false);
    canvas_text(&all, &c);
    bool found = strstr(all.s, text) != NULL;
    if (!found)
        print_message("# no \"%s\" in:\n%s", text, all.s);
    str_done(&all);
    canvas_done(&c);
    return found;
}

/* --- golden texts -------------------------------------------------------------------------- */

void golden_file(const char *name, const struct str *text)
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
        golden_file(file, &text);
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
    golden_file(name, &text);
    str_done(&text);
    canvas_done(&c);
}

void answer(struct stage *s, enum cmd_kind command, enum block_kind kind, struct str *bytes, const char *text)
{
    struct notice n = {.kind = NOTICE_FINISHED, .job = 99, .command = command, .block = 1};
    snprintf(n.text, sizeof n.text, "%s", text);
    for (int i = 0; i < 2; i++) { /* these come first and mean nothing to it */
        struct notice before = {.kind = i ? NOTICE_PROGRESS : NOTICE_STARTED, .job = 99, .command = command};
        s->ops->event(s->self, &before, &s->world.model);
    }
    block_release(s->world.block);
    s->world.block = block_from_bytes(kind, bytes->s, bytes->len);
    str_done(bytes);
    s->ops->event(s->self, &n, &s->world.model);
}

void refuse(struct stage *s, enum cmd_kind command, enum err_code code, const char *message, const char *hint)
{
    struct notice n = {.kind = NOTICE_FAILED, .job = 99, .command = command};
    err_set(&n.err, code, "%s", message);
    err_hint(&n.err, "%s", hint);
    s->ops->event(s->self, &n, &s->world.model);
}

void golden_sizes(struct stage *s, const char *name)
{
    char small[64];
    golden(s, name);
    snprintf(small, sizeof small, "%s-20x5", name);
    golden_at(s, small, 20, 5, false);
}

const char *why(struct stage *s, enum action action)
{
    return s->ops->why_not(s->self, action, &s->world.model);
}

static void picture_of(struct stage *s, struct str *out)
{
    struct canvas c;
    draw(s, &c, 100, 30, false);
    canvas_text(out, &c);
    canvas_roles(out, &c);
    canvas_done(&c);
}

void answers_to_all(void (*opens)(struct stage *s))
{
    size_t acted = 0, told = 0;
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        struct stage s;
        struct str before = STR_INIT, after = STR_INIT;
        opens(&s);
        unsigned contexts = action_row(a)->contexts;
        if ((contexts & s.ops->context) && contexts != CONTEXT_SCREENS) {
            picture_of(&s, &before);
            s.world.asked = (struct asked){0};
            if (why(&s, a)) {
                told++;
            } else {
                act(&s, a);
                picture_of(&s, &after);
                if (!*s.world.asked.what && strcmp(before.s, after.s) == 0)
                    fail_msg("%s does nothing and says nothing", action_row(a)->name);
                acted++;
            }
        }
        str_done(&before);
        str_done(&after);
        stage_close(&s);
    }
    print_message("# %zu act, %zu say why not\n", acted, told);
    assert_true(acted + told >= 8);
}
