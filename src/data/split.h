/* The split: which file is in which part. Data, written to every run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_SPLIT_H
#define FL_DATA_SPLIT_H

#include "data/dataset.h"

/* Indices into dataset.files. Validation in file order, training in file order (the trainer shuffles). */
struct split {
    size_t n_train, n_val;
    uint32_t *train, *val;
};

/* Stratified and seeded: in each class, files with equal content stay on one side, at least one validation picture for two or more
 * (groups of) pictures, none for one. share: 0 < share < 1, of each class, rounded to the nearest.
 * Copies of a picture under several classes stay on one side too. Pictures of given train and val folders are drawn from alike,
 * those of test never. The draw of a class depends on the seed and its name alone. n_val is 0 when no class has two pictures.
 * errors: INVALID share */
enum err_code split_random(struct split *split, const struct dataset *ds, double share, uint64_t seed, struct err *err);

/* The parts given by train and val folders. errors: INVALID when there are none */
enum err_code split_folders(struct split *split, const struct dataset *ds, struct err *err);

/* split.csv: file,class,part. Files that are not (usable) in the data set are skipped and counted in *n_missing; classes are matched by name.
 * Rows of part test are passed over. errors: NOT_FOUND, FORMAT, INVALID (unknown class, a file named twice, nothing left of a part) */
enum err_code split_read(struct split *split, const struct dataset *ds, const char *path, size_t *n_missing, struct err *err);
void split_text(struct str *out, const struct split *split, const struct dataset *ds); /* the CSV's text */
void split_done(struct split *split);

/* Pictures a class of a part. counts: n_classes entries. */
void split_counts(const struct split *split, const struct dataset *ds, enum part part, int64_t *counts);

/* Sentences about classes with 0 or 1 pictures in a part, one a line; "" when fine. */
void split_warnings(struct str *out, const struct split *split, const struct dataset *ds);

#endif
