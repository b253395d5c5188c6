/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/rules_room.h"
void hw_yara_scanner_free(struct hw_yara *y)
{
    (void)y;
}
