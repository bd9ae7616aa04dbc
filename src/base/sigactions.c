/* Actions of signals, kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/sigactions.h"

#include <string.h>

void sigactions_save(struct sigactions *kept)
{
    memset(kept, 0, sizeof *kept);
    for (int number = 1; number <= SIGSYS; number++)
        sigaction(number, NULL, &kept->of[number]);
}

void sigactions_restore(const struct sigactions *kept)
{
    for (int number = 1; number <= SIGSYS; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler != kept->of[number].sa_handler)
            sigaction(number, &kept->of[number], NULL);
    }
}
