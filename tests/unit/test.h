/* What every cmocka program includes. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_H
#define FL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
