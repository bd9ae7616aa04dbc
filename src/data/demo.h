/* Drawn pictures: flowers for the demo, shapes for pre-training. Procedural, from a seed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_DEMO_H
#define FL_DATA_DEMO_H

#include "base/pool.h"
#include "image/decode.h"

enum demo_kind { DEMO_FLOWERS, DEMO_SHAPES };

int demo_classes(enum demo_kind kind);                       /* 5 flowers; 12 or more shapes, no flower among them */
const char *demo_class(enum demo_kind kind, int cls);        /* folder name */

/* One picture of size x size (any from 16). The same arguments give the same pixels on every machine (integer and IEEE double arithmetic,
 * no libm function whose last bit may differ decides a pixel). */
void demo_draw(struct image *image, enum demo_kind kind, int cls, uint64_t seed, int index, int size);

/* Told of each picture that is written; false: no more of them. thread: those of the pool, several at once */
struct demo_watch {
    bool (*drawn)(void *user, size_t done, size_t total);
    void *user;
};

/* Writes class folders with per_class JPEGs each below folder (made if missing). Existing complete sets of the same parameters (file FOLDER.ini) are
 * left as they are. watch: NULL for nobody. errors: IO, CANCELLED */
enum err_code demo_write(const char *folder, enum demo_kind kind, int per_class, int size, uint64_t seed, struct pool *pool,
                         const struct demo_watch *watch, struct err *err);

#endif
