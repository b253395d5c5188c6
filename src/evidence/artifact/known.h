/* SPDX-License-Identifier: Apache-2.0 */
/* evidence/artifact/known.h -- what is recognised by its magic and not read further. */
#ifndef HW_EVIDENCE_ARTIFACT_KNOWN_H
#define HW_EVIDENCE_ARTIFACT_KNOWN_H

#include "evidence/evidence.h"

extern const struct hw_format hw_format_cfb, hw_format_dmg, hw_format_xar, hw_format_iso9660,
    hw_format_squashfs, hw_format_rpm, hw_format_ar, hw_format_rar, hw_format_elf, hw_format_mach_o;

#endif
