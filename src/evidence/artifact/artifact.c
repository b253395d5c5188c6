/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/artifact.h"

const struct hw_format *const hw_artifact_formats[] = {
    NULL,
};
const size_t hw_artifact_formats_count =
    sizeof hw_artifact_formats / sizeof hw_artifact_formats[0] - 1; /* the NULL is no format */
