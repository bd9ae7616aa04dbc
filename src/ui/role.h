/* Roles: what a cell means. Styles come from themes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ROLE_H
#define FL_UI_ROLE_H

enum role {
#define ROLE(id, ...) ROLE_##id,
#include "ui/roles.def"
#undef ROLE
    ROLE_COUNT
};

#endif
