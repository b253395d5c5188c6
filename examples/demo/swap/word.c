/* SPDX-License-Identifier: Apache-2.0 */
const char *word(void);

const char *word(void)
{
    return "honest";
}
