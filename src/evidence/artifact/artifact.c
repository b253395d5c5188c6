/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/artifact/artifact.h"

#include "evidence/artifact/archive.h"
#include "evidence/artifact/asar.h"
#include "evidence/artifact/known.h"
#include "evidence/artifact/archive_stream.h"
#include "evidence/artifact/archive_tar.h"
#include "evidence/artifact/pe.h"
#include "evidence/artifact/zip.h"

const struct hw_format *const hw_artifact_formats[] = {
    &hw_format_pe,   &hw_format_zip,  &hw_format_tar,      &hw_format_7z,      &hw_format_cab,
    &hw_format_asar, &hw_format_gzip, &hw_format_xz,       &hw_format_zstd,    &hw_format_bzip2,
    &hw_format_lz4,  &hw_format_lzma, &hw_format_compress, &hw_format_elf,     &hw_format_mach_o,
    &hw_format_cfb,  &hw_format_dmg,  &hw_format_xar,      &hw_format_iso9660, &hw_format_squashfs,
    &hw_format_rpm,  &hw_format_ar,   &hw_format_rar,
};
const size_t hw_artifact_formats_count = sizeof hw_artifact_formats / sizeof hw_artifact_formats[0];
