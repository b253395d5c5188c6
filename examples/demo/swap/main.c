/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

const char *word(void);

int main(void)
{
    printf("built from the %s source\n", word());
    return 0;
}
