/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/knowledge/knowledge.h"

const struct hw_format *const hw_knowledge_formats[] = {
    NULL,
};
const size_t hw_knowledge_formats_count =
    sizeof hw_knowledge_formats / sizeof hw_knowledge_formats[0] - 1; /* the NULL is no format */
