/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/artifact.h"

#include "evidence/artifact/zip.h"

const struct hw_format *const hw_artifact_formats[] = {
    &hw_format_zip,
};
const size_t hw_artifact_formats_count =
    sizeof hw_artifact_formats / sizeof hw_artifact_formats[0];
