/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/why.h"

const char *hw_why_words(unsigned why)
{
    static const char *const words[HW_WHY_COUNT] = {
#define X(tail, says) [HW_WHY_##tail] = says,
        HW_WHYS(X)
#undef X
    };
    return why < HW_WHY_COUNT ? words[why] : "";
}
