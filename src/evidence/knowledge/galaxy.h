/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/galaxy.h -- clusters of MISP's galaxies; docs/formats/galaxy.md is the
 * document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_GALAXY_H
#define HW_EVIDENCE_KNOWLEDGE_GALAXY_H

#include "evidence/evidence.h"

extern const struct hw_format hw_galaxy_format;

#endif
