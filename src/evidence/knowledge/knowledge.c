/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/knowledge/knowledge.h"

#include "evidence/knowledge/csaf.h"
#include "evidence/knowledge/estate.h"
#include "evidence/knowledge/exposure.h"
#include "evidence/knowledge/feedpage.h"
#include "evidence/knowledge/galaxy.h"
#include "evidence/knowledge/intoto.h"
#include "evidence/knowledge/knowngood.h"
#include "evidence/knowledge/lifecycle.h"
#include "evidence/knowledge/list.h"
#include "evidence/knowledge/misp.h"
#include "evidence/knowledge/openioc.h"
#include "evidence/knowledge/openvex.h"
#include "evidence/knowledge/osv.h"
#include "evidence/knowledge/pack.h"
#include "evidence/knowledge/prose.h"
#include "evidence/knowledge/sbom.h"
#include "evidence/knowledge/share.h"
#include "evidence/knowledge/sigma.h"
#include "evidence/knowledge/stix.h"
#include "evidence/knowledge/warnlist.h"
#include "evidence/knowledge/x509.h"
#include "evidence/knowledge/yara.h"

const struct hw_format *const hw_knowledge_formats[] = {
    &hw_cert_format,
    &hw_crl_format,
    &hw_csaf_format,
    &hw_cyclonedx_format,
    &hw_estate_format,
    &hw_exposure_format,
    &hw_intoto_format,
    &hw_knowngood_format,
    &hw_lifecycle_format,
    &hw_list_format,
    &hw_galaxy_format,
    &hw_misp_format,
    &hw_openioc_format,
    &hw_openvex_format,
    &hw_osv_format,
    &hw_share_format,
    &hw_sigma_format,
    &hw_spdx_format,
    &hw_stix_format,
    &hw_warnlist_format,
    &hw_yara_format,
    &hw_prose_format,
};
const size_t hw_knowledge_formats_count =
    sizeof hw_knowledge_formats / sizeof hw_knowledge_formats[0];

const struct hw_format *const hw_feed_formats[] = {
    &hw_feedpage_format,
    &hw_pack_format,
};
const size_t hw_feed_formats_count = sizeof hw_feed_formats / sizeof hw_feed_formats[0];
