/* The result of a run as its folder keeps it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/stored.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

#define TABLE_LIMIT ((size_t)1 << 29)
#define MOST_CLASSES 16384

static int by_name(const void *a, const void *b)
{
    return strcmp(**(char **const *)a, **(char **const *)b);
}

/* Class names sorted, for finding their numbers: a list of a million predictions names its classes two million times. */
struct class_index {
    char **const *sorted; /* each points into the record's list */
    char **first;
    size_t n;
};

static int class_of(const struct class_index *names, const char *name)
{
    char *text = (char *)name, **key = &text;
    char **const *found = names->n ? bsearch(&key, names->sorted, names->n, sizeof *names->sorted, by_name) : NULL;
    return found ? (int)(*found - names->first) : -1;
}

static enum err_code read_table(struct csv *csv, const char *folder, const char *name, struct err *err)
{
    char *path = path_join(folder, name), *text = NULL;
    size_t n;
    memset(csv, 0, sizeof *csv);
    enum err_code code = file_read(path, TABLE_LIMIT, &text, &n, err);
    if (code == ERR_OK) {
        code = csv_parse(csv, text, n, err);
        if (code != ERR_OK && err)
            err_prefix(err, "%s", path);
    }
    free(text);
    free(path);
    return code;
}

/* --- confusion.csv ------------------------------------------------------------------------------------------- */

static enum err_code take_row(struct stored *s, const struct csv *csv, int truth, struct err *err)
{
    int n = s->confusion.n_classes;
    char **row = csv->rows[truth + 1];
    if (csv->n_fields[truth + 1] != (size_t)n + 1 || !str_eq(row[0], s->record.classes[truth]))
        return err_set(err, ERR_FORMAT, "confusion.csv: line %d is not that of class %s", truth + 2,
                       s->record.classes[truth]);
    for (int k = 0; k < n; k++) {
        int64_t count;
        if (!num_parse_int(row[k + 1], &count) || count < 0 || count > INT32_MAX)
            return err_set(err, ERR_FORMAT, "confusion.csv: line %d: %.40s is no count", truth + 2, row[k + 1]);
        s->confusion.count[truth * n + k] = count;
        s->n_pictures += count;
    }
    return ERR_OK;
}

static enum err_code take_confusion(struct stored *s, const struct csv *csv, struct err *err)
{
    size_t n = (size_t)s->record.n_classes;
    bool square = csv->n_rows == n + 1 && csv->n_fields[0] == n + 1;
    for (size_t k = 0; square && k < n; k++)
        square = str_eq(csv->rows[0][k + 1], s->record.classes[k]);
    if (!square)
        return err_set(err, ERR_FORMAT, "confusion.csv: is not a table of the run's %zu classes", n);
    enum err_code code = ERR_OK;
    for (size_t t = 0; code == ERR_OK && t < n; t++)
        code = take_row(s, csv, (int)t, err);
    return code;
}

/* --- predictions.csv ----------------------------------------------------------------------------------------- */

static void take_prediction(struct stored *s, char **row, const int column[4], const struct class_index *names)
{
    struct prediction_row *p = &s->rows[s->result.n++];
    double probability;
    *p = (struct prediction_row){.file = row[column[0]],
                                 .truth = class_of(names, row[column[1]]),
                                 .predicted = class_of(names, row[column[2]]),
                                 .problem = "",
                                 .probability = num_parse_real(row[column[3]], &probability) ? probability : NAN};
    if (p->predicted < 0)
        p->problem = *row[column[2]] ? "predicted class is none of the run's" : "no prediction";
}

static enum err_code take_predictions(struct stored *s, const struct class_index *names, struct err *err)
{
    static const char *const titles[4] = {"file", "class", "predicted", "probability"};
    const struct csv *csv = &s->predictions;
    int column[4];
    size_t most = 0, odd = 0;
    for (int i = 0; i < 4; i++) {
        column[i] = csv_column(csv, titles[i]);
        if (column[i] < 0)
            return err_set(err, ERR_FORMAT, "predictions.csv: no column %s", titles[i]);
        most = (size_t)column[i] > most ? (size_t)column[i] : most;
    }
    s->rows = xcalloc(csv->n_rows, sizeof *s->rows);
    for (size_t i = 1; i < csv->n_rows; i++) {
        if (csv->n_fields[i] > most)
            take_prediction(s, csv->rows[i], column, names);
        else
            odd++;
    }
    if (odd || csv->dropped)
        snprintf(s->warning, sizeof s->warning, "predictions.csv: %zu incomplete lines", odd + (csv->dropped > 0));
    return ERR_OK;
}

static void count_predictions(struct stored *s)
{
    for (size_t i = 0; i < s->result.n; i++) {
        if (s->rows[i].truth < 0 || s->rows[i].predicted < 0)
            continue;
        confusion_add(&s->confusion, s->rows[i].truth, s->rows[i].predicted);
        s->n_pictures++;
    }
}

/* --- both ---------------------------------------------------------------------------------------------------- */

static enum err_code nothing_there(const struct stored *s, const char *folder, struct err *err)
{
    if (!s->record.best.epoch) {
        err_set(err, ERR_INVALID, "%s: no epoch of the run has ended yet", folder);
        return err_hint(err, "resume it");
    }
    err_set(err, ERR_NOT_FOUND, "%s: neither predictions.csv nor confusion.csv", folder);
    return err_hint(err, "evaluate the run: its best weights are scored again");
}

static enum err_code read_both(struct stored *s, const char *folder, const struct class_index *names, struct err *err)
{
    struct csv csv;
    enum err_code counts = read_table(&csv, folder, "confusion.csv", err), code = counts;
    if (code == ERR_OK)
        code = take_confusion(s, &csv, err);
    csv_done(&csv);
    if (code != ERR_OK && counts != ERR_NOT_FOUND)
        return code;
    code = read_table(&s->predictions, folder, "predictions.csv", err);
    if (code == ERR_NOT_FOUND && counts == ERR_NOT_FOUND)
        return nothing_there(s, folder, err);
    if (code == ERR_NOT_FOUND) {
        snprintf(s->warning, sizeof s->warning, "no predictions.csv: no pictures to show");
        return ERR_OK;
    }
    if (code == ERR_OK)
        code = take_predictions(s, names, err);
    if (code == ERR_OK && counts == ERR_NOT_FOUND) {
        count_predictions(s);
        snprintf(s->warning, sizeof s->warning, "no confusion.csv: counted from predictions.csv");
    }
    return code;
}

static void finish(struct stored *s)
{
    const struct record *r = &s->record;
    s->result.n_classes = r->n_classes;
    s->result.epoch = r->best.epoch;
    s->result.classes = (const char *const *)r->classes;
    s->result.what = "validation part";
    s->result.loss = r->best.epoch ? r->best.val_loss : NAN;
    s->result.acc = confusion_accuracy(&s->confusion);
    s->result.balanced = confusion_balanced(&s->confusion);
    s->result.counts = s->confusion.count;
    s->result.rows = s->rows;
}

enum err_code stored_read(struct stored *s, const char *folder, struct err *err)
{
    memset(s, 0, sizeof *s);
    enum err_code code = record_read(&s->record, folder, err);
    if (code != ERR_OK)
        return code;
    size_t n = (size_t)s->record.n_classes;
    if (n > MOST_CLASSES)
        code = err_set(err, ERR_INVALID, "%s: %zu classes are too many to be shown", folder, n);
    char ***sorted = xcalloc(n, sizeof *sorted);
    for (size_t k = 0; k < n; k++)
        sorted[k] = &s->record.classes[k];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_name);
    struct class_index names = {(char **const *)sorted, s->record.classes, n};
    if (code == ERR_OK) {
        confusion_init(&s->confusion, (int)n);
        code = read_both(s, folder, &names, err);
    }
    free(sorted);
    if (code == ERR_OK)
        finish(s);
    else
        stored_done(s);
    return code;
}

void stored_done(struct stored *s)
{
    csv_done(&s->predictions);
    confusion_done(&s->confusion);
    free(s->rows);
    record_done(&s->record);
    memset(s, 0, sizeof *s);
}
