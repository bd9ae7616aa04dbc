/* A window into a picture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/zoom.h"

#include <math.h>

#define STEP 1.5
#define LARGEST 32.0 /* screen pixels for one of the picture */

static double between(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Where a window of share size begins so that its middle is as near as can be to the wished one. */
static double begin(double middle, double size)
{
    return between(0.5 + middle - size / 2, 0, 1 - size);
}

static double scale_of(const struct zoom *z, int width, int height, int room_w, int room_h)
{
    double fit = fmin((double)room_w / width, (double)room_h / height);
    return fit * pow(STEP, z->steps);
}

struct zoom_window zoom_window(const struct zoom *z, int width, int height, int room_w, int room_h)
{
    struct zoom_window w = {0, 0, 1, 1, 1};
    if (width < 1 || height < 1 || room_w < 1 || room_h < 1)
        return w;
    w.scale = scale_of(z, width, height, room_w, room_h);
    w.w = fmin(1, room_w / (width * w.scale));
    w.h = fmin(1, room_h / (height * w.scale));
    w.x = begin(z->x, w.w);
    w.y = begin(z->y, w.h);
    return w;
}

/* Moves by a quarter of what is seen; the middle stays where the window can reach. */
static bool pan(double *middle, double at, double size, double by)
{
    double to = begin(at + size / 2 - 0.5 + by * size / 4, size);
    *middle = to + size / 2 - 0.5;
    return fabs(to - at) > 1e-9;
}

bool zoom_action(struct zoom *z, enum action action, int width, int height, int room_w, int room_h)
{
    struct zoom_window w = zoom_window(z, width, height, room_w, room_h);
    switch (action) {
    case ACTION_PICTURE_IN:
        if (w.scale * STEP > LARGEST)
            return false;
        z->steps++;
        return true;
    case ACTION_PICTURE_OUT:
        if (z->steps == 0)
            return false;
        if (--z->steps == 0)
            *z = (struct zoom){0};
        return true;
    case ACTION_PICTURE_ALL:
        *z = (struct zoom){0};
        return w.w < 1 || w.h < 1;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        return pan(&z->x, w.x, w.w, action == ACTION_LEFT ? -1 : 1);
    case ACTION_UP:
    case ACTION_DOWN:
        return pan(&z->y, w.y, w.h, action == ACTION_UP ? -1 : 1);
    default:
        return false;
    }
}

void zoom_want(struct picture_want *want, const struct zoom_window *w)
{
    bool all = w->w >= 1 && w->h >= 1;
    want->window = all ? (struct picture_window){0}
                       : (struct picture_window){
                             (int)lrint(w->x * PICTURE_WHOLE), (int)lrint(w->y * PICTURE_WHOLE),
                             (int)lrint(w->w * PICTURE_WHOLE), (int)lrint(w->h * PICTURE_WHOLE)};
}
