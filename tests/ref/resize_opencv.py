#!/usr/bin/env python3
# Writes resize.bin: results of OpenCV's INTER_LINEAR and INTER_AREA and of Pillow's BILINEAR on drawn pictures, compared in
# tests/unit/resize_test.c. Written on 2026-11-25 with OpenCV 5.0.0 and Pillow 13.0.0.
# A record: nine u32 (seed, width, height, window x, y, width, height, result width, height), then the results' bytes,
# INTER_AREA's only where both sides shrink. SPDX-License-Identifier: GPL-3.0-or-later
import struct
import sys

import cv2
import numpy as np
from PIL import Image

# seed, width, height, window (None: all), result width, height
CASES = [
    (0, 1, 1, None, 5, 7), (1, 1, 40, None, 3, 16), (2, 40, 1, None, 16, 3), (3, 7, 5, None, 17, 13),
    (4, 320, 240, None, 20, 20), (5, 32, 24, None, 16, 12), (6, 64, 48, None, 16, 12), (7, 100, 75, None, 16, 14),
    (8, 33, 17, None, 20, 20), (9, 12, 12, None, 12, 12), (10, 50, 90, (7, 11, 31, 44), 20, 20), (11, 11, 19, None, 12, 20),
    (12, 400, 30, None, 20, 15), (13, 30, 400, None, 15, 20), (14, 224, 224, (100, 3, 97, 211), 18, 18), (15, 2, 2, None, 9, 9),
    (16, 60, 45, None, 20, 15), (17, 51, 52, (50, 51, 1, 1), 2, 2), (18, 640, 480, (13, 7, 600, 450), 14, 14), (19, 13, 17, None, 17, 13),
]


def picture(seed, width, height):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * (5 * seed + 3) + y * (3 * seed + 7) + 50 * c + (x * y * (seed + 1) >> 3)) & 255).astype(np.uint8)


with open(sys.argv[1], "wb") as out:
    for seed, width, height, window, to_width, to_height in CASES:
        x, y, w, h = window or (0, 0, width, height)
        part = np.ascontiguousarray(picture(seed, width, height)[y:y + h, x:x + w])
        size = (to_width, to_height)
        out.write(struct.pack("<9I", seed, width, height, x, y, w, h, *size))
        out.write(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR).tobytes())
        out.write(np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BILINEAR)).tobytes())
        if w > to_width and h > to_height:
            out.write(cv2.resize(part, size, interpolation=cv2.INTER_AREA).tobytes())
