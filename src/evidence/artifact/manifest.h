/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HW_EVIDENCE_ARTIFACT_MANIFEST_H
#define HW_EVIDENCE_ARTIFACT_MANIFEST_H

#include "evidence/evidence.h"

/* Reads a node that nobody else claimed as a manifest, when its name (or, for the outermost input,
 * its content) says that it is one: a COMPONENT fact about this node. The claim is the manifest's,
 * about the box or folder it lies in; who asks draws that line. */
void hw_manifest_examine(struct hw_exam *x, struct hw_node *n);

#endif
