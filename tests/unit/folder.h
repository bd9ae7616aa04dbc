/* Folders of pictures that the tests of src/data make for themselves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_FOLDER_H
#define FL_TEST_FOLDER_H

#include "data/dataset.h"

char *folder_new(void);                /* a fresh folder; folder_remove frees it */
void folder_remove(char *folder);      /* with all that is in it */
void folder_make(const char *folder, const char *name);

/* A test whose state is a fresh folder; hooks of src/data are gone afterwards. */
int folder_setup(void **state);
int folder_teardown(void **state);
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

/* Files below folder; parents are made. Names may hold anything but NUL. */
void put_file(const char *folder, const char *name, const void *bytes, size_t n);
void put_text_file(const char *folder, const char *name, const char *text);
/* A JPEG of 24 x 20 pixels whose content differs for each seed. */
void put_jpeg(const char *folder, const char *name, unsigned seed);
/* One of width x height pixels in one colour. */
void put_solid(const char *folder, const char *name, int width, int height, uint8_t r, uint8_t g, uint8_t b);
/* n pictures class/0000.jpg ... with seeds from seed on. */
void put_class(const char *folder, const char *cls, int n, unsigned seed);
void put_link(const char *folder, const char *target, const char *name);

/* Scans on two threads with the default limits; asserts success and that the states add up. */
struct dataset *scan(const char *folder);
struct dataset *scan_with(const char *folder, const struct scan_config *config);
extern const struct scan_config scan_defaults;

/* file_named asserts that there is one; note_index is -1 for none. */
const struct ds_file *file_named(const struct dataset *ds, const char *name);
int note_index(const struct dataset *ds, const char *part_of_text);

/* Runs work as a user who owns nothing, in a child; an assertion that fails there fails here too. Returns false when that
 * is not possible (skip then). */
bool as_nobody(void (*work)(void *arg), void *arg);

#endif
