/* The end of a run's steps.csv, for the charts of a run that goes on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

#define LINE_MAX_BYTES 160 /* eight numbers of %.9g and their commas */

/* The first line and the last bytes of the file, from the begin of a line on. */
static void read_ends(struct str *out, FILE *f, uint64_t size, uint64_t last)
{
    char line[4 * LINE_MAX_BYTES];
    if (!fgets(line, sizeof line, f))
        return;
    str_add(out, line);
    if (size > last && (fseek(f, (long)(size - last), SEEK_SET) != 0 || !fgets(line, sizeof line, f)))
        return;
    for (size_t n; (n = fread(line, 1, sizeof line, f)) > 0;)
        str_add_n(out, line, n);
}

static double cell(const struct csv *csv, size_t row, int column)
{
    double v;
    bool there = column >= 0 && (size_t)column < csv->n_fields[row];
    return there && num_parse_real(csv->rows[row][column], &v) ? v : NAN;
}

static struct step_point step_of(const struct csv *csv, size_t row)
{
    static const struct {
        const char *name;
        size_t at;
    } floats[] = {{"loss", offsetof(struct step_point, loss)},
                  {"acc", offsetof(struct step_point, acc)},
                  {"lr", offsetof(struct step_point, lr)},
                  {"lr_head", offsetof(struct step_point, lr_head)},
                  {"grad_norm", offsetof(struct step_point, grad_norm)},
                  {"images_per_s", offsetof(struct step_point, images_per_s)}};
    double step = cell(csv, row, csv_column(csv, "step"));
    struct step_point p = {.step = step > 0 && step < 1e15 ? (int64_t)step : 0, /* 0: none */
                           .seconds = cell(csv, row, csv_column(csv, "seconds"))};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++)
        *(float *)((char *)&p + floats[i].at) = (float)cell(csv, row, csv_column(csv, floats[i].name));
    return p;
}

size_t run_read_steps(const struct run *run, struct step_point *out, size_t max)
{
    char *path = run_path(run, "steps.csv");
    FILE *f = path_is_file(path) ? fopen(path, "re") : NULL; /* a device may have no end */
    free(path);
    if (!f)
        return 0;
    struct str text = STR_INIT;
    struct csv csv;
    size_t n = 0;
    read_ends(&text, f, run_steps_size(run), (uint64_t)max * LINE_MAX_BYTES);
    fclose(f);
    if (csv_parse(&csv, text.s ? text.s : "", text.len, NULL) == ERR_OK) {
        for (size_t row = csv.n_rows > max + 1 ? csv.n_rows - max : 1; row < csv.n_rows; row++) {
            struct step_point p = step_of(&csv, row);
            if (p.step > 0)
                out[n++] = p;
        }
        csv_done(&csv);
    }
    str_done(&text);
    return n;
}
