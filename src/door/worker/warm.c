/* SPDX-License-Identifier: Apache-2.0 */
#include "door/worker/warm.h"

#include <locale.h>

void hw_warm(void)
{
    /* Without it libarchive cannot turn the names of some boxes into UTF-8. A machine that has no
     * such locale keeps "C": the names stay bytes, and say so. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    hw_evidence_warm();
}
