/* flowerlab: choose screens or batch, exit code; nothing else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "batch/batch.h"

int main(int argc, char **argv)
{
    static struct batch_screens screens;
    setlocale(LC_CTYPE, "");
    int code = batch_main(argc, argv, &screens);
    if (screens.wanted)
        fputs("flowerlab: this build has no screens yet\n", stderr);
    return screens.wanted ? 1 : code;
}
