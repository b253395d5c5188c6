/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/pe.h -- Windows programs and libraries: the Portable Executable format.
 *
 * pe.c has the layout and the specification; docs/formats/pe.md names every fact and anomaly.
 */
#ifndef HW_EVIDENCE_ARTIFACT_PE_H
#define HW_EVIDENCE_ARTIFACT_PE_H

struct hw_format;

extern const struct hw_format hw_format_pe;

#endif
