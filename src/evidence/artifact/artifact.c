/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/artifact.h"

#include "evidence/artifact/archive.h"
#include "evidence/artifact/stream.h"
#include "evidence/artifact/tar.h"
#include "evidence/artifact/zip.h"

const struct hw_format *const hw_artifact_formats[] = {
    &hw_format_zip,
    &hw_format_tar,
    &hw_format_7z,
    &hw_format_cab,
    &hw_format_gzip,
    &hw_format_xz,
    &hw_format_zstd,
    &hw_format_bzip2,
    &hw_format_lz4,
    &hw_format_lzma,
    &hw_format_compress,
};
const size_t hw_artifact_formats_count =
    sizeof hw_artifact_formats / sizeof hw_artifact_formats[0];
