/* The one EXIF tag that matters, read with every offset checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/codec.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_SIZE = 12 };

struct tiff {
    const uint8_t *p;
    size_t n;
    bool big_endian;
};

static uint32_t number_at(const struct tiff *t, size_t at, size_t size)
{
    uint32_t v = 0;
    for (size_t i = 0; i < size; i++)
        v |= (uint32_t)t->p[at + i] << (8 * (t->big_endian ? size - 1 - i : i));
    return v;
}

static int orientation_in(const struct tiff *t, size_t directory)
{
    uint32_t entries = number_at(t, directory, 2);
    for (size_t at = directory + 2; entries > 0 && t->n - at >= ENTRY_SIZE;
         at += ENTRY_SIZE, entries--) {
        if (number_at(t, at, 2) != TAG_ORIENTATION)
            continue;
        uint32_t value = number_at(t, at + 8, 2);
        bool valid = number_at(t, at + 2, 2) == TYPE_SHORT && number_at(t, at + 4, 4) == 1 &&
                     value >= 1 && value <= 8;
        return valid ? (int)value : 1;
    }
    return 1;
}

int exif_orientation(const uint8_t *p, size_t n)
{
    if (n < 10 || p[0] != p[1] || (p[0] != 'I' && p[0] != 'M'))
        return 1;
    struct tiff t = {p, n, p[0] == 'M'};
    uint32_t directory = number_at(&t, 4, 4);
    if (number_at(&t, 2, 2) != 42 || directory > n - 2)
        return 1;
    return orientation_in(&t, directory);
}
