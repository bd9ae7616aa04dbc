/* What a file is, by its first bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/decode.h"

#include <assert.h>
#include <string.h>

/* Bytes that must stand at an offset. */
struct magic {
    enum image_kind kind;
    uint8_t offset, length;
    const char *bytes;
};

// clang-format off
static const struct magic magics[] = {
    {KIND_JPEG, 0, 3, "\xff\xd8\xff"},
    {KIND_PNG, 0, 4, "\x89PNG"},
    {KIND_GIF, 0, 4, "GIF8"},
    {KIND_WEBP, 8, 4, "WEBP"},
    {KIND_TIFF, 0, 4, "II*\0"},
    {KIND_TIFF, 0, 4, "MM\0*"},
    {KIND_TIFF, 0, 4, "II+\0"},
    {KIND_TIFF, 0, 4, "MM\0+"},
    {KIND_JXL, 0, 2, "\xff\x0a"},
    {KIND_JXL, 0, 12, "\0\0\0\x0cJXL \r\n\x87\n"},
    {KIND_JP2, 0, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {KIND_JP2, 0, 4, "\xff\x4f\xff\x51"},
    {KIND_PSD, 0, 4, "8BPS"},
    {KIND_DICOM, 128, 4, "DICM"},
    {KIND_PDF, 0, 5, "%PDF-"},
    {KIND_ZIP, 0, 4, "PK\3\4"},
    {KIND_APPLEDOUBLE, 0, 4, "\0\5\x16\7"},
};

static const struct {
    const char *brand;
    enum image_kind kind;
} brands[] = {
    {"avif", KIND_AVIF}, {"avis", KIND_AVIF},
    {"heic", KIND_HEIC}, {"heix", KIND_HEIC}, {"heim", KIND_HEIC}, {"heis", KIND_HEIC},
    {"hevc", KIND_HEIC}, {"hevx", KIND_HEIC}, {"mif1", KIND_HEIC}, {"msf1", KIND_HEIC},
};
// clang-format on

static bool at(const uint8_t *p, size_t n, size_t offset, const char *bytes, size_t length)
{
    return n >= offset + length && memcmp(p + offset, bytes, length) == 0;
}

static enum image_kind sniff_brand(const uint8_t *p, size_t n)
{
    for (size_t i = 0; at(p, n, 4, "ftyp", 4) && i < sizeof brands / sizeof *brands; i++) {
        if (at(p, n, 8, brands[i].brand, 4))
            return brands[i].kind;
    }
    return KIND_UNKNOWN;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_bmp(const uint8_t *p, size_t n)
{
    /* "BM" alone begins many a text; the size of the second header tells */
    return at(p, n, 0, "BM", 2) && n >= 18 && p[14] >= 12 && p[14] <= 124 && p[15] == 0 &&
           p[16] == 0 && p[17] == 0;
}

static bool is_pnm(const uint8_t *p, size_t n)
{
    return n >= 3 && p[0] == 'P' && p[1] >= '1' && p[1] <= '7' && is_space(p[2]);
}

/* Text or a page: no control bytes near the beginning, nor FE and FF, which UTF-8 never has. */
static enum image_kind sniff_text(const uint8_t *p, size_t n)
{
    size_t i = at(p, n, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < n && is_space(p[i]))
        i++;
    if (i < n && p[i] == '<')
        return KIND_HTML;
    for (i = 0; i < n && i < 512; i++) {
        if ((p[i] < ' ' && !is_space(p[i])) || p[i] == 0x7f || p[i] >= 0xfe)
            return KIND_UNKNOWN;
    }
    return KIND_TEXT;
}

static bool all_zero(const uint8_t *p, size_t n)
{
    return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

enum image_kind image_sniff(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    if (n == 0)
        return KIND_EMPTY;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (at(p, n, magics[i].offset, magics[i].bytes, magics[i].length))
            return magics[i].kind;
    }
    enum image_kind kind = sniff_brand(p, n);
    if (kind != KIND_UNKNOWN)
        return kind;
    if (all_zero(p, n))
        return KIND_ZEROS;
    if (is_bmp(p, n))
        return KIND_BMP;
    if (is_pnm(p, n))
        return KIND_PNM;
    return sniff_text(p, n);
}

const char *image_kind_name(enum image_kind kind)
{
    static const char *const names[KIND_COUNT] = {
        [KIND_JPEG] = "JPEG",        [KIND_PNG] = "PNG",
        [KIND_WEBP] = "WebP",        [KIND_HEIC] = "HEIC",
        [KIND_AVIF] = "AVIF",        [KIND_GIF] = "GIF",
        [KIND_BMP] = "BMP",          [KIND_TIFF] = "TIFF",
        [KIND_JXL] = "JPEG XL",      [KIND_JP2] = "JPEG 2000",
        [KIND_PSD] = "Photoshop",    [KIND_PNM] = "PNM",
        [KIND_DICOM] = "DICOM",      [KIND_PDF] = "PDF",
        [KIND_HTML] = "web page",    [KIND_TEXT] = "text",
        [KIND_ZIP] = "ZIP archive",  [KIND_APPLEDOUBLE] = "macOS side file",
        [KIND_EMPTY] = "empty file", [KIND_ZEROS] = "all zero bytes",
        [KIND_UNKNOWN] = "unknown",
    };
    assert((unsigned)kind < KIND_COUNT);
    return names[kind];
}

bool image_kind_decoded(enum image_kind kind)
{
    return kind == KIND_JPEG || kind == KIND_PNG;
}

bool image_kind_is_picture(enum image_kind kind)
{
    return kind <= KIND_DICOM;
}
