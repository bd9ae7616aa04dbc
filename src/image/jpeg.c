/* JPEG in and out through the libjpeg API, with an error manager that returns.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/codec.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "base/mem.h"

/* A progressive file of a few kB may hold thousands of scans, each of which walks all coefficients;
 * encoders write ten. */
enum { MAX_SCANS = 100, ROWS_AT_ONCE = 16 };

/* The fields of libjpeg that callbacks find again through the pointers they get; the cast is
 * libjpeg's way. */
struct catcher {
    struct jpeg_error_mgr mgr; /* first */
    jmp_buf out;
    char text[JMSG_LENGTH_MAX];
    struct image_info *info; /* takes warnings; NULL when writing */
};

struct source {
    struct jpeg_source_mgr mgr; /* first */
    bool ended;                 /* the decoder asked for more than there is */
};

struct reader_state {
    struct jpeg_decompress_struct jpeg;
    struct catcher catcher;
    struct source source;
    struct jpeg_progress_mgr progress;
    struct image image;
    uint8_t *inks; /* rows of CMYK on their way */
    bool header_done;
};

static void on_fatal(j_common_ptr jpeg)
{
    struct catcher *c = (struct catcher *)jpeg->err;
    c->mgr.format_message(jpeg, c->text);
    longjmp(c->out, 1);
}

/* Warnings are counted, the first is kept; traces are dropped. The library itself prints only the
 * first of a kind. */
static void on_message(j_common_ptr jpeg, int level)
{
    struct catcher *c = (struct catcher *)jpeg->err;
    if (level >= 0 || !c->info)
        return;
    if (c->info->warnings++ == 0) {
        c->mgr.format_message(jpeg, c->text);
        snprintf(c->info->warning, sizeof c->info->warning, "%.*s",
                 (int)sizeof c->info->warning - 1, c->text);
    }
}

/* The library's own would print. */
static void on_output(j_common_ptr jpeg)
{
    (void)jpeg;
}

static struct jpeg_error_mgr *catcher_init(struct catcher *c, struct image_info *info)
{
    jpeg_std_error(&c->mgr);
    c->mgr.error_exit = on_fatal;
    c->mgr.emit_message = on_message;
    c->mgr.output_message = on_output;
    c->info = info;
    return &c->mgr;
}

static enum err_code reason(const struct reader_state *s, struct err *err)
{
    const struct jpeg_error_mgr *e = &s->catcher.mgr;
    switch (e->msg_code) {
    case JERR_OUT_OF_MEMORY:
        return err_set(err, ERR_MEMORY, "no memory to decode it");
    case JERR_BAD_PRECISION:
        return err_set(err, ERR_FORMAT, "%d-bit JPEG", e->msg_parm.i[0]);
    case JERR_ARITH_NOTIMPL:
        return err_set(err, ERR_UNSUPPORTED,
                       "arithmetic-coded JPEG, which this JPEG library was built without");
    case JERR_CONVERSION_NOTIMPL:
        return err_set(err, ERR_UNSUPPORTED, "JPEG with %d channels", s->jpeg.num_components);
    case JERR_SOF_UNSUPPORTED:
    case JERR_UNKNOWN_MARKER:
        if (!s->header_done)
            return err_set(err, ERR_UNSUPPORTED, "unsupported kind of JPEG, marker FF %02X",
                           (unsigned)e->msg_parm.i[0]);
        break;
    case JERR_EMPTY_IMAGE:
        return err_set(err, ERR_FORMAT, "empty picture");
    case JERR_IMAGE_TOO_BIG:
        return err_set(err, ERR_INVALID, "%u x %u pixels, more than the limit of %ld a side",
                       s->jpeg.image_width, s->jpeg.image_height, (long)JPEG_MAX_DIMENSION);
    default:
        break;
    }
    if (s->source.ended)
        return err_set(err, ERR_FORMAT, "cut off in the %s", s->header_done ? "data" : "header");
    return err_set(err, ERR_FORMAT, "damaged JPEG: %s", s->catcher.text);
}

static void source_nothing(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

/* At the end of the bytes an end marker is given. No warning here: a missing end marker alone is
 * harmless, and the entropy decoder counts a warning when it really lacks data. */
static boolean source_fill(j_decompress_ptr jpeg)
{
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    struct source *s = (struct source *)jpeg->src;
    s->ended = true;
    s->mgr.next_input_byte = end;
    s->mgr.bytes_in_buffer = sizeof end;
    return TRUE;
}

static void source_skip(j_decompress_ptr jpeg, long n)
{
    struct jpeg_source_mgr *m = jpeg->src;
    if (n <= 0)
        return;
    if ((size_t)n > m->bytes_in_buffer) {
        source_fill(jpeg);
        return;
    }
    m->next_input_byte += n;
    m->bytes_in_buffer -= (size_t)n;
}

static struct jpeg_source_mgr *source_init(struct source *s, const struct codec_input *in)
{
    s->mgr.init_source = source_nothing;
    s->mgr.fill_input_buffer = source_fill;
    s->mgr.skip_input_data = source_skip;
    s->mgr.resync_to_restart = jpeg_resync_to_restart;
    s->mgr.term_source = source_nothing;
    s->mgr.next_input_byte = in->bytes;
    s->mgr.bytes_in_buffer = in->n;
    return &s->mgr;
}

static void on_progress(j_common_ptr common)
{
    j_decompress_ptr jpeg = (j_decompress_ptr)common;
    if (jpeg->input_scan_number > MAX_SCANS) {
        struct catcher *c = (struct catcher *)jpeg->err;
        snprintf(c->text, sizeof c->text, "more than %d scans", MAX_SCANS);
        c->mgr.msg_code = 0;
        longjmp(c->out, 1);
    }
}

static void read_markers(struct reader_state *s, struct image_info *info)
{
    for (const struct jpeg_marker_struct *m = s->jpeg.marker_list; m; m = m->next) {
        if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && memcmp(m->data, "Exif\0", 6) == 0 &&
            info->orientation == 1)
            info->orientation = exif_orientation(m->data + 6, m->data_length - 6);
        if (m->marker == JPEG_APP0 + 2 && m->data_length >= 12 &&
            memcmp(m->data, "ICC_PROFILE", 12) == 0)
            info->icc_profile = true;
    }
}

static enum err_code read_header(struct reader_state *s, const struct codec_input *in,
                                 struct image_info *info, struct err *err)
{
    struct jpeg_decompress_struct *j = &s->jpeg;
    j->src = source_init(&s->source, in);
    s->progress.progress_monitor = on_progress;
    j->progress = &s->progress;
    jpeg_save_markers(j, JPEG_APP0 + 1, 0xffff);
    jpeg_save_markers(j, JPEG_APP0 + 2, 16); /* the name is enough */
    jpeg_read_header(j, TRUE);
    s->header_done = true;
    read_markers(s, info);
    info->width = (int)j->image_width;
    info->height = (int)j->image_height;
    info->channels = j->num_components;
    info->progressive = j->progressive_mode;
    info->cmyk = j->jpeg_color_space == JCS_CMYK || j->jpeg_color_space == JCS_YCCK;
    return codec_check_size(j->image_width, j->image_height, in->limits, err);
}

/* Largest of 1, 1/2, 1/4, 1/8 that keeps both sides at scale_to or more. */
static void choose_scale(struct jpeg_decompress_struct *j, int scale_to)
{
    for (unsigned denom = 8; scale_to > 0 && denom > 1; denom /= 2) {
        JDIMENSION side = j->image_width < j->image_height ? j->image_width : j->image_height;
        if ((side + denom - 1) / denom >= (JDIMENSION)scale_to) {
            j->scale_num = 1;
            j->scale_denom = denom;
            return;
        }
    }
}

/* Adobe's writers store the share of white paper, all others the share of ink; the APP14 marker
 * tells them apart. */
static void inks_to_rgb(uint8_t *rgb, const uint8_t *cmyk, size_t pixels, bool adobe)
{
    unsigned invert = adobe ? 0 : 255;
    for (size_t i = 0; i < pixels; i++, rgb += 3, cmyk += 4) {
        unsigned k = cmyk[3] ^ invert;
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(((cmyk[c] ^ invert) * k + 127) / 255);
    }
}

static void read_rows(struct reader_state *s)
{
    struct jpeg_decompress_struct *j = &s->jpeg;
    bool inks = j->out_color_space == JCS_CMYK;
    size_t stride = (size_t)j->output_width * (inks ? 4 : 3);
    while (j->output_scanline < j->output_height) {
        JDIMENSION first = j->output_scanline, left = j->output_height - first;
        JDIMENSION n = inks ? 1 : left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        JSAMPROW rows[ROWS_AT_ONCE];
        for (JDIMENSION i = 0; i < n; i++)
            rows[i] = inks ? s->inks : s->image.rgb + (first + i) * stride;
        jpeg_read_scanlines(j, rows, n);
        if (inks)
            inks_to_rgb(s->image.rgb + (size_t)3 * first * j->output_width, s->inks,
                        j->output_width, j->saw_Adobe_marker);
    }
}

/* True when the scans read so far hold every bit of every coefficient. */
static bool all_scans_there(const struct jpeg_decompress_struct *j)
{
    for (int c = 0; j->coef_bits && c < j->num_components; c++) {
        for (int k = 0; k < DCTSIZE2; k++) {
            if (j->coef_bits[c][k] != 0)
                return false;
        }
    }
    return j->coef_bits != NULL;
}

/* A file of several scans that ends between two of them decodes without a warning of the library,
 * only coarser. */
static void note_missing_scans(struct reader_state *s)
{
    struct image_info *info = s->catcher.info;
    if (!s->source.ended || !jpeg_has_multiple_scans(&s->jpeg) || info->warnings ||
        all_scans_there(&s->jpeg))
        return;
    info->warnings = 1;
    snprintf(info->warning, sizeof info->warning, "cut off between scans");
}

/* Bytes of picture data between the decoder's place and the end marker; 0 when another marker or
 * none follows. */
static size_t data_before_end(const struct jpeg_source_mgr *m)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < m->bytes_in_buffer; i++) {
        const JOCTET *p = m->next_input_byte + i;
        if (p[0] == 0xff && p[1] == JPEG_EOI)
            return n;
        if (p[0] == 0xff && p[1] != 0 && p[1] != 0xff && (p[1] < JPEG_RST0 || p[1] > JPEG_RST0 + 7))
            return 0;
        n += p[0] != 0 && p[0] != 0xff; /* some cameras pad with these */
    }
    return 0;
}

/* Damage that still makes valid codes shows only by data left over when all rows are there. A few
 * bytes say nothing: the entropy decoder reads ahead. */
static void note_left_over(struct reader_state *s)
{
    enum { READ_AHEAD = 8 };
    if (jpeg_has_multiple_scans(&s->jpeg) || s->source.ended)
        return;
    struct image_info *info = s->catcher.info;
    size_t n = data_before_end(&s->source.mgr);
    if (n > READ_AHEAD && info->warnings++ == 0)
        snprintf(info->warning, sizeof info->warning,
                 "%zu bytes of data left over after the last row", n);
}

static enum err_code read_pixels(struct reader_state *s, const struct codec_input *in,
                                 struct err *err)
{
    struct jpeg_decompress_struct *j = &s->jpeg;
    bool inks = j->jpeg_color_space == JCS_CMYK || j->jpeg_color_space == JCS_YCCK;
    j->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    choose_scale(j, in->scale_to);
    jpeg_start_decompress(j);
    note_missing_scans(s);
    s->image.width = (int)j->output_width;
    s->image.height = (int)j->output_height;
    s->image.rgb = malloc((size_t)3 * j->output_width * j->output_height);
    if (!s->image.rgb)
        return err_set(err, ERR_MEMORY, "no memory for %u x %u pixels", j->output_width,
                       j->output_height);
    if (inks)
        s->inks = xmalloc((size_t)4 * j->output_width);
    /* nothing behind the end marker is looked at, nor is the marker asked for: motion photos */
    read_rows(s);
    note_left_over(s);
    return ERR_OK;
}

/* All that may jump back; the caller's locals stay untouched. */
static enum err_code read_guarded(struct reader_state *s, bool pixels, const struct codec_input *in,
                                  struct image_info *info, struct err *err)
{
    if (setjmp(s->catcher.out))
        return reason(s, err);
    jpeg_create_decompress(&s->jpeg);
    enum err_code code = read_header(s, in, info, err);
    return code == ERR_OK && pixels ? read_pixels(s, in, err) : code;
}

enum err_code codec_read_jpeg(struct image *image, const struct codec_input *in,
                              struct image_info *info, struct err *err)
{
    struct reader_state *s = xcalloc(1, sizeof *s);
    s->jpeg.err = catcher_init(&s->catcher, info);
    enum err_code code = read_guarded(s, image != NULL, in, info, err);
    jpeg_destroy_decompress(&s->jpeg);
    free(s->inks);
    if (code == ERR_OK && image)
        *image = s->image;
    else
        free(s->image.rgb);
    free(s);
    return code;
}

struct writer_state {
    struct jpeg_compress_struct jpeg;
    struct catcher catcher;
    unsigned char *bytes;
    unsigned long n;
};

static enum err_code write_guarded(struct writer_state *s, const struct image *image, int quality,
                                   struct err *err)
{
    struct jpeg_compress_struct *j = &s->jpeg;
    if (setjmp(s->catcher.out))
        return err_set(err, ERR_INVALID, "writing a JPEG: %s", s->catcher.text);
    jpeg_create_compress(j);
    jpeg_mem_dest(j, &s->bytes, &s->n);
    j->image_width = (JDIMENSION)image->width;
    j->image_height = (JDIMENSION)image->height;
    j->input_components = 3;
    j->in_color_space = JCS_RGB;
    jpeg_set_defaults(j); /* 4:2:0 */
    jpeg_set_quality(j, quality, TRUE);
    jpeg_start_compress(j, TRUE);
    while (j->next_scanline < j->image_height) {
        JSAMPROW row = image->rgb + (size_t)3 * j->next_scanline * j->image_width;
        jpeg_write_scanlines(j, &row, 1);
    }
    jpeg_finish_compress(j);
    return ERR_OK;
}

enum err_code image_encode_jpeg(const struct image *image, int quality, uint8_t **bytes, size_t *n,
                                struct err *err)
{
    assert(quality >= 1 && quality <= 100);
    struct writer_state *s = xcalloc(1, sizeof *s);
    s->jpeg.err = catcher_init(&s->catcher, NULL);
    enum err_code code = write_guarded(s, image, quality, err);
    jpeg_destroy_compress(&s->jpeg);
    if (code == ERR_OK) {
        *bytes = s->bytes;
        *n = s->n;
    } else {
        free(s->bytes);
    }
    free(s);
    return code;
}
