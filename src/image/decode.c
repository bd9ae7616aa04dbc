/* Bytes to upright RGB8: picks the reader by content and applies the orientation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/decode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/codec.h"

void image_done(struct image *image)
{
    free(image->rgb);
    *image = (struct image){0};
}

enum err_code codec_check_size(uint64_t width, uint64_t height, const struct image_limits *limits,
                               struct err *err)
{
    if (width == 0 || height == 0)
        return err_set(err, ERR_FORMAT, "empty picture of %" PRIu64 " x %" PRIu64 " pixels", width,
                       height);
    /* both formats have sides below 2^31, so the product fits; 2^24 keeps row sizes in int */
    if (width * height <= limits->max_pixels && width < 1u << 24 && height < 1u << 24)
        return ERR_OK;
    err_set(err, ERR_INVALID, "%" PRIu64 " x %" PRIu64 " pixels, more than the limit of %" PRIu64,
            width, height, limits->max_pixels);
    err_hint(err, "raise max-pixels if it is meant to be that large");
    return ERR_INVALID;
}

/* How an upright picture is read from the stored one: pixel (x, y) is the stored pixel number
 * start + x * step_x + y * step_y.
 * source: Exif 2.32, orientation tag: where row 0 and column 0 of the stored picture are */
struct walk {
    int width, height;
    ptrdiff_t start, step_x, step_y;
};

static struct walk walk_of(int orientation, int width, int height)
{
    ptrdiff_t row = width, last_x = width - 1, last_y = (ptrdiff_t)(height - 1) * width;
    switch (orientation) {
    case 2:
        return (struct walk){width, height, last_x, -1, row};
    case 3:
        return (struct walk){width, height, last_x + last_y, -1, -row};
    case 4:
        return (struct walk){width, height, last_y, 1, -row};
    case 5:
        return (struct walk){height, width, 0, row, 1};
    case 6:
        return (struct walk){height, width, last_y, -row, 1};
    case 7:
        return (struct walk){height, width, last_x + last_y, -row, -1};
    case 8:
        return (struct walk){height, width, last_x, row, -1};
    default:
        return (struct walk){width, height, 0, 1, row};
    }
}

static enum err_code turn_upright(struct image *image, int orientation, struct err *err)
{
    if (orientation == 1)
        return ERR_OK;
    struct walk walk = walk_of(orientation, image->width, image->height);
    uint8_t *rgb = malloc((size_t)3 * (size_t)walk.width * (size_t)walk.height);
    if (!rgb)
        return err_set(err, ERR_MEMORY, "no memory for %d x %d pixels", walk.width, walk.height);
    uint8_t *out = rgb;
    for (int y = 0; y < walk.height; y++) {
        const uint8_t *in = image->rgb + 3 * (walk.start + y * walk.step_y);
        for (int x = 0; x < walk.width; x++, out += 3, in += 3 * walk.step_x) {
            out[0] = in[0];
            out[1] = in[1];
            out[2] = in[2];
        }
    }
    free(image->rgb);
    *image = (struct image){walk.width, walk.height, rgb};
    return ERR_OK;
}

static enum err_code refuse(enum image_kind kind, struct err *err)
{
    switch (kind) {
    case KIND_EMPTY:
    case KIND_ZEROS:
        return err_set(err, ERR_FORMAT, "%s", image_kind_name(kind));
    case KIND_HTML:
        return err_set(err, ERR_FORMAT, "is a web page");
    case KIND_UNKNOWN:
        return err_set(err, ERR_FORMAT, "is not a picture");
    default:
        break;
    }
    err_set(err, ERR_FORMAT, "is %s", image_kind_name(kind));
    if (image_kind_is_picture(kind))
        err_hint(err, "convert it to JPEG or PNG");
    return ERR_FORMAT;
}

static enum err_code read_any(struct image *image, const struct codec_input *in,
                              struct image_info *info, struct err *err)
{
    *info = (struct image_info){.kind = image_sniff(in->bytes, in->n), .orientation = 1};
    enum err_code code;
    if (info->kind == KIND_JPEG)
        code = codec_read_jpeg(image, in, info, err);
    else if (info->kind == KIND_PNG)
        code = codec_read_png(image, in, info, err);
    else
        code = refuse(info->kind, err);
    if (info->orientation > 4) {
        int stored_width = info->width;
        info->width = info->height;
        info->height = stored_width;
    }
    return code;
}

enum err_code image_probe(const void *bytes, size_t n, const struct image_limits *limits,
                          struct image_info *info, struct err *err)
{
    struct image_info unused;
    const struct codec_input in = {bytes, n, limits, 0};
    return read_any(NULL, &in, info ? info : &unused, err);
}

enum err_code image_decode(struct image *image, const void *bytes, size_t n,
                           const struct image_limits *limits, int scale_to, struct image_info *info,
                           struct err *err)
{
    struct image_info unused;
    if (!info)
        info = &unused;
    const struct codec_input in = {bytes, n, limits, scale_to};
    struct image result = {0};
    enum err_code code = read_any(&result, &in, info, err);
    if (code == ERR_OK)
        code = turn_upright(&result, info->orientation, err);
    if (code != ERR_OK)
        image_done(&result);
    *image = result;
    return code;
}

enum err_code image_load(struct image *image, const char *path, const struct image_limits *limits,
                         int scale_to, struct image_info *info, struct err *err)
{
    *image = (struct image){0};
    char *bytes;
    size_t n;
    enum err_code code = file_read(path, 0, &bytes, &n, err);
    if (code != ERR_OK)
        return code;
    code = image_decode(image, bytes, n, limits, scale_to, info, err);
    free(bytes);
    if (code != ERR_OK)
        err_prefix(err, "%s", path);
    return code;
}
