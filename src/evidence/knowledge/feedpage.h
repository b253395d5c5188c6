/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/feedpage.h -- pages of a feed that say where its knowledge is, not what it
 * says.
 *
 * Asked for by HW_READ_FEED alone: such pages are no evidence and are not kept.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_FEEDPAGE_H
#define HW_EVIDENCE_KNOWLEDGE_FEEDPAGE_H

#include "evidence/evidence.h"

enum {
    HW_FEEDPAGE_EVENTS_MAX = 100000, /* of one manifest */
    HW_FEEDPAGE_NAMES_MAX = 1000,    /* collections, API roots */
    HW_FEEDPAGE_TEXT_BYTES = 2000,
};

extern const struct hw_format hw_feedpage_format;

#endif
