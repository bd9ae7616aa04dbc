/* One file to its squares: read, check against the scan, decode, window, resize; with a memory of finished squares.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_SQUARE_H
#define FL_DATA_SQUARE_H

#include "data/loader.h"

/* Squares of fixed input, first come first kept: a training pass visits all files in turn, so throwing old ones out would
 * only replace hits by misses. */
struct square_cache;
struct square_cache *square_cache_new(const struct dataset *ds, const struct loader_config *config);
void square_cache_free(struct square_cache *cache);

/* Makes the squares of item->file and its draw. false with the reason when the file cannot be read, is broken, or is not
 * the one that was scanned; out is then undefined. thread: any number at once */
bool square_make(uint8_t *out, struct batch_item *item, struct square_cache *cache, int epoch, char *reason, size_t size);

#endif
