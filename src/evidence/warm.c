/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"
#include "evidence/artifact/archive.h"
#include "evidence/json.h"
#include "evidence/evidence.h"
#include "evidence/rules.h"
#include "trust/hash.h"

void hw_evidence_warm(void)
{
    struct hw_error err;
    hw_archive_warm();
    hw_json_warm();
    /* What fails here fails again, and is said, when the first digest is wanted. */
    (void)!hw_digest_prepare(&err);
    hw_trust_warm();
    hw_yara_warm();
}
