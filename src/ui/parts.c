/* Small pieces that several screens draw.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

#define MESSAGE_ROWS 3

struct area parts_heading(struct canvas *c, struct area a, bool focus, const char *text,
                          const char *right)
{
    if (area_empty(a))
        return a;
    struct area row = {a.x, a.y, a.w, 1};
    canvas_put_cut(c, row, 0, 0, a.w, focus ? ROLE_BORDER_FOCUS : ROLE_TITLE, text, false);
    if (right && text_width(text) + text_width(right) + 2 <= a.w)
        canvas_put_right(c, row, a.w, 0, ROLE_DIM, right);
    return (struct area){a.x, a.y + 1, a.w, a.h - 1};
}

void parts_line(struct canvas *c, struct area a)
{
    canvas_fill(c, a, ROLE_BORDER, a.w == 1 ? 0x2502 : 0x2500);
}

const char *parts_sort_sign(const struct canvas *c, bool reverse)
{
    if (c->ascii) /* letters, which would be read as the name's */
        return reverse ? " ^" : " v";
    return reverse ? "\xe2\x96\xb2" : "\xe2\x96\xbc";
}

void parts_gauge(struct canvas *c, struct area a, int x, int y, int width, enum role role,
                 double share)
{
    for (int i = 0; i < width; i++)
        canvas_ch(c, a, x + i, y, ROLE_BORDER, 0x2500);
    canvas_bar(c, a, x, y, width, role, share);
}

size_t parts_words(const char *text, int width)
{
    char *copy = xstrdup(text);
    size_t best = 0;
    for (size_t i = 0;; i++) {
        if (copy[i] && copy[i] != ' ')
            continue;
        char held = copy[i];
        copy[i] = '\0';
        bool fits = text_width(copy) <= width;
        copy[i] = held;
        if (fits || !best)
            best = i;
        if (!fits || !held)
            break;
    }
    free(copy);
    return best;
}

int parts_wrap(struct canvas *c, struct area a, enum role role, const char *text)
{
    int y = 0;
    while (*text && y < a.h && a.w > 0) {
        size_t n = y + 1 < a.h ? parts_words(text, a.w) : strlen(text);
        char *line = xstrndup(text, n);
        canvas_put_cut(c, a, 0, y++, a.w, role, line, false);
        free(line);
        text += n;
        text += strspn(text, " ");
    }
    return y;
}

/* Rows of a message, a few at most. */
static int message_rows(const char *text, int width)
{
    int rows = 0;
    while (*text && rows < MESSAGE_ROWS) {
        text += parts_words(text, width);
        text += strspn(text, " ");
        rows++;
    }
    return rows;
}

void parts_message(struct canvas *c, struct area row, enum role role, const char *text)
{
    int rows = row.w > 0 ? message_rows(text, row.w) : 0;
    if (rows > row.y)
        rows = 1;
    struct area over = {row.x, row.y - rows + 1, row.w, rows};
    if (rows > 1)
        canvas_fill(c, (struct area){0, over.y, c->cols, rows}, ROLE_TEXT, ' ');
    parts_wrap(c, over, role, text);
}

void parts_centre(struct canvas *c, struct area a, enum role role, const char *const *lines,
                  size_t n)
{
    int y = ((int)a.h - (int)n) / 2;
    for (size_t i = 0; i < n; i++) {
        int width = text_width(lines[i]);
        if (width > a.w)
            width = a.w;
        canvas_put_cut(c, a, (a.w - width) / 2, (y > 0 ? y : 0) + (int)i, width, role, lines[i],
                       false);
    }
}

void parts_middle(struct canvas *c, struct area a, int y, enum role role, const char *text)
{
    int width = text_width(text) < a.w ? text_width(text) : a.w;
    canvas_put_cut(c, a, (a.w - width) / 2, y, width, role, text, true);
}

/* In force; "" until parts_use_keys: the default. */
static char key_texts[ACTION_COUNT][64];

void parts_use_keys(const struct keymap *map)
{
    for (enum action a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        struct str s = STR_INIT;
        if (map->of[a].n)
            key_write(&s, map->of[a].keys[0]);
        else
            str_printf(&s, ":%s", action_row(a)->name);
        snprintf(key_texts[a], sizeof key_texts[a], "%s", s.s);
        str_done(&s);
    }
}

const char *parts_key(enum action action)
{
    const char *key = action_row(action)->keys[0];
    return *key_texts[action] ? key_texts[action] : key ? key : "";
}

const char *parts_say(const char *format, ...)
{
    static char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return text;
}

const char *parts_no_data(enum action way)
{
    return parts_say("there is no data set yet; %s %s", parts_key(way),
                     way == ACTION_OPEN_FOLDER ? "opens a folder" : "goes to Data");
}

const struct job_view *parts_training(const struct snapshot *snap)
{
    const struct job_view *job = snap ? &snap->jobs[0] : NULL;
    bool trains =
        job && job->job && job->state != JOB_NONE &&
        (job->command == CMD_TRAIN || job->command == CMD_RESUME || job->command == CMD_PRETRAIN);
    return trains ? job : NULL;
}

const char *parts_no_weights(const struct snapshot *snap, bool saved)
{
    const struct job_view *job = parts_training(snap);
    if (!saved)
        return "no epoch has ended yet, so no weights are saved";
    if (job && job->state != JOB_PAUSED)
        return parts_say("a run is training: pause it first, %s on Train", parts_key(ACTION_PAUSE));
    return NULL;
}

void parts_job(struct canvas *c, struct area a, const struct job_view *job)
{
    char time[NUM_TEXT], text[160] = "";
    int x = canvas_put(c, a, 0, 0, ROLE_STATE_RUN, job->stage) + 1;
    if (job->total)
        snprintf(text, sizeof text, "%llu of %llu", (unsigned long long)job->done,
                 (unsigned long long)job->total);
    else if (job->done)
        snprintf(text, sizeof text, "%llu", (unsigned long long)job->done);
    x += canvas_put(c, a, x, 0, ROLE_TEXT, text) + 2;
    size_t n = 0;
    if (job->bad)
        n = (size_t)snprintf(text, sizeof text, "%llu skipped, ", (unsigned long long)job->bad);
    snprintf(text + n, sizeof text - n, "%s", num_seconds(time, job->seconds));
    int right = a.w - text_width(text);
    if (right > x)
        canvas_put(c, a, right, 0, ROLE_DIM, text);
    if (job->total)
        parts_gauge(c, a, x, 0, right - x - 2, ROLE_BAR_FULL,
                    (double)job->done / (double)job->total);
}

double parts_aspect(int width, int height)
{
    double aspect = width > 0 && height > 0 ? (double)width / height : 4.0 / 3;
    return aspect < 0.25 ? 0.25 : aspect > 4 ? 4 : aspect;
}

#define FACT_COLS 8 /* of the names */

void parts_fact(struct canvas *c, struct area a, int y, const char *name, enum role role, const char *value, bool middle)
{
    canvas_put(c, a, 0, y, ROLE_DIM, name);
    canvas_put_cut(c, a, FACT_COLS, y, a.w - FACT_COLS, role, value, middle);
}

int parts_long_fact(struct canvas *c, struct area a, int y, int rows, const char *name, const char *value)
{
    int room = a.w - FACT_COLS, width = text_width(value);
    struct area field = area_clip((struct area){a.x + FACT_COLS, a.y + y, room, 2}, a);
    if (rows < 2 || field.h < 2 || width <= room || width > 2 * room) {
        parts_fact(c, a, y, name, ROLE_TEXT, value, true);
        return 1;
    }
    canvas_put(c, a, 0, y, ROLE_DIM, name);
    canvas_put(c, field, 0, 0, ROLE_TEXT, value);
    canvas_put(c, field, -field.w, 1, ROLE_TEXT, value); /* what the first row has no room for */
    return 2;
}

enum role parts_class_role(int cls)
{
    return cls < 0 ? ROLE_DIM : (enum role)(ROLE_CLASS_0 + cls % 8);
}

bool parts_picture(struct picture_want *want, const char *root, const char *name)
{
    *want = (struct picture_want){.fit = PICTURE_CONTAIN};
    bool whole = *name == '/';
    int n = snprintf(want->path, sizeof want->path, "%s%s%s", whole ? "" : root, whole ? "" : "/",
                     name);
    return n > 0 && (size_t)n < sizeof want->path;
}
