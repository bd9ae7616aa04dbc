/* scan: what a data set holds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#define BRIEF_FILES 10 /* named at the start of training */

/* Each file that is not used, and the copies, before the report. */
static void scan_files_json(struct output *out, const struct ds_view *ds)
{
    for (size_t i = 0; i < ds->n_files - ds->n_used; i++) {
        struct ds_file_row row = ds_view_file(ds, ds_view_skipped(ds, i));
        cJSON *event = json_event("skipped");
        json_text(event, "file", row.name);
        json_text(event, "reason", engine_status_name(row.status));
        json_text(event, "detail", row.detail);
        json_line(out, event);
    }
}

static void scan_pairs_json(struct output *out, const struct ds_view *ds)
{
    for (size_t i = 0; i < ds->n_pairs; i++) {
        size_t pair[2];
        bool conflict, across;
        cJSON *event = json_event("identical"), *files = cJSON_CreateArray();
        ds_view_pair(ds, i, &pair[0], &pair[1], &conflict, &across);
        for (int k = 0; k < 2; k++) {
            struct ds_file_row row = ds_view_file(ds, pair[k]);
            cJSON *file = cJSON_CreateObject();
            json_text(file, "file", row.name);
            json_text(file, "class", row.cls < 0 ? "" : ds_view_class(ds, (size_t)row.cls).name);
            cJSON_AddItemToArray(files, file);
        }
        cJSON_AddItemToObject(event, "files", files);
        json_bool(event, "conflict", conflict);
        json_bool(event, "across_parts", across);
        json_line(out, event);
    }
}

enum { TRAIN = 1, VAL, TEST, PARTS }; /* the part of a row */
static const char *const part_names[PARTS] = {"", "train", "val", "test"};

/* Used pictures of each given part; false: none are given. */
static bool count_parts(const struct ds_view *ds, size_t counts[PARTS])
{
    memset(counts, 0, PARTS * sizeof *counts);
    for (size_t i = 0; ds->given_parts && i < ds->n_files; i++) {
        struct ds_file_row row = ds_view_file(ds, i);
        if (!row.status && row.cls >= 0 && row.part > 0 && row.part < PARTS)
            counts[row.part]++;
    }
    return ds->given_parts;
}

static void parts_json(cJSON *event, const struct ds_view *ds)
{
    size_t counts[PARTS];
    if (!count_parts(ds, counts))
        return;
    cJSON *parts = cJSON_CreateObject();
    for (int p = TRAIN; p < PARTS; p++)
        json_int(parts, part_names[p], (int64_t)counts[p]);
    cJSON_AddItemToObject(event, "parts", parts);
}

static void add_parts(struct str *s, const struct ds_view *ds)
{
    size_t counts[PARTS];
    if (count_parts(ds, counts))
        str_printf(s, "%zu to train, %zu to validate, %zu to test\n", counts[TRAIN], counts[VAL], counts[TEST]);
}

static void scan_json(struct output *out, const struct ds_view *ds)
{
    cJSON *event = json_event("scan"), *classes = cJSON_CreateArray(),
          *skipped = cJSON_CreateObject();
    cJSON *notes = cJSON_CreateArray();
    json_text(event, "root", ds->root);
    json_int(event, "files", (int64_t)ds->n_files);
    json_int(event, "used", (int64_t)ds->n_used);
    for (int status = 1; status < 16; status++) {
        if (ds->by_status[status])
            json_int(skipped, engine_status_name(status), (int64_t)ds->by_status[status]);
    }
    cJSON_AddItemToObject(event, "skipped", skipped);
    for (size_t i = 0; i < ds->n_classes; i++) {
        struct ds_class_row row = ds_view_class(ds, i);
        cJSON *class = cJSON_CreateObject();
        json_text(class, "name", row.name);
        json_int(class, "files", (int64_t)row.n_files);
        json_int(class, "used", (int64_t)row.n_used);
        cJSON_AddItemToArray(classes, class);
    }
    cJSON_AddItemToObject(event, "classes", classes);
    json_int(event, "identical_pairs", (int64_t)ds->n_pairs);
    json_bool(event, "given_parts", ds->given_parts);
    parts_json(event, ds);
    json_bool(event, "incomplete", ds->incomplete);
    for (size_t i = 0; i < ds->n_notes; i++) {
        bool problem;
        const char *text = ds_view_note(ds, i, &problem);
        cJSON *note = cJSON_CreateObject();
        json_text(note, "text", text);
        json_bool(note, "problem", problem);
        cJSON_AddItemToArray(notes, note);
    }
    cJSON_AddItemToObject(event, "notes", notes);
    json_line(out, event);
}

static void add_skipped(struct str *s, const struct ds_view *ds)
{
    const char *between = ": ";
    str_printf(s, "%zu files seen = %zu used + %zu skipped", ds->n_files, ds->n_used,
               ds->n_files - ds->n_used);
    for (int status = 1; status < 16; status++) {
        if (!ds->by_status[status])
            continue;
        str_printf(s, "%s%" PRIu64 " %s", between, ds->by_status[status],
                   engine_status_name(status));
        between = ", ";
    }
    str_add_c(s, '\n');
}

static void add_files(struct str *s, const struct ds_view *ds, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n_files; i++) {
        struct ds_file_row row = ds_view_file(ds, i);
        if (!row.status || n++ >= most)
            continue;
        str_add(s, "  ");
        str_add_safe(s, row.name);
        str_printf(s, ": %s", engine_status_name(row.status));
        if (*row.detail)
            str_add(s, " (");
        str_add_safe(s, row.detail);
        str_add(s, *row.detail ? ")\n" : "\n");
    }
    if (n > most)
        str_printf(s, "  and %zu more, see flowerlab scan\n", n - most);
}

static void add_pairs(struct str *s, const struct ds_view *ds)
{
    for (size_t i = 0; i < ds->n_pairs; i++) {
        size_t a, c;
        bool conflict, across;
        ds_view_pair(ds, i, &a, &c, &conflict, &across);
        str_add(s, "  identical: ");
        str_add_safe(s, ds_view_file(ds, a).name);
        str_add(s, " and ");
        str_add_safe(s, ds_view_file(ds, c).name);
        str_add(s, conflict ? ", under two classes\n" : across ? ", in two parts\n" : "\n");
    }
}

static void add_notes(struct str *s, const struct ds_view *ds)
{
    for (size_t i = 0; i < ds->n_notes; i++) {
        bool problem;
        const char *text = ds_view_note(ds, i, &problem);
        str_add(s, problem ? "problem: " : "note: ");
        str_add_safe(s, text);
        str_add_c(s, '\n');
    }
}

static void add_classes(struct str *s, const struct ds_view *ds)
{
    for (size_t i = 0; i < ds->n_classes; i++) {
        struct ds_class_row row = ds_view_class(ds, i);
        str_printf(s, "%8zu  ", row.n_used);
        str_add_safe(s, row.name);
        str_add_c(s, '\n');
    }
}

void scan_report(struct output *out, const struct ds_view *ds, enum scan_style style)
{
    struct str s = STR_INIT;
    if (style == SCAN_JSON) {
        scan_json(out, ds);
        return;
    }
    if (style == SCAN_FULL)
        add_classes(&s, ds);
    add_skipped(&s, ds);
    add_files(&s, ds, style == SCAN_FULL ? SIZE_MAX : BRIEF_FILES);
    if (style == SCAN_FULL)
        add_pairs(&s, ds);
    else if (ds->n_pairs)
        str_printf(&s, "%zu pairs of identical pictures\n", ds->n_pairs);
    add_parts(&s, ds);
    add_notes(&s, ds);
    output_write(out, s.s, s.len);
    str_done(&s);
}

static size_t usable_classes(const struct ds_view *ds)
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n_classes; i++)
        n += ds_view_class(ds, i).n_used > 0;
    return n;
}

int cmd_scan(struct batch *b)
{
    struct err err = {0};
    struct job_end end;
    struct ds_view ds;
    int code = run_dataset(b, CMD_SCAN, &ds, &end);
    if (code == EXIT_DONE) {
        if (b->flags & FLAG_JSON) {
            scan_files_json(&b->result, &ds);
            scan_pairs_json(&b->result, &ds);
        }
        scan_report(&b->result, &ds, b->flags & FLAG_JSON ? SCAN_JSON : SCAN_FULL);
        if (usable_classes(&ds) < 2) {
            err_set(&err, ERR_INVALID, "%s: fewer than two classes have usable pictures",
                    b->words[0]);
            code = report(b, &err);
        }
    }
    job_end_done(&end);
    return code;
}
