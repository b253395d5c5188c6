/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom.h -- the inside of the readers of bills of materials;
 * docs/formats/sbom.md is the document.
 *
 *   sbom.c            how a part, its digests and what joins two parts are said, in both languages
 *   sbom_cyclonedx.c  CycloneDX as JSON
 *   sbom_spdx.c       SPDX 2.2 and 2.3 as JSON
 *   sbom_tags.c       the same as tag-value text
 *   sbom_relations.c  what SPDX calls the relations of two elements
 *
 * A bill is somebody's word about a product: COMPONENT for each part with its place in the document
 * (LINE), CHECKSUM for further digests of it, DEPENDS between two parts by their places.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_SBOM_H
#define HW_EVIDENCE_KNOWLEDGE_SBOM_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence/evidence.h"
#include "evidence/knowledge/teach.h"

enum {
    HW_SBOM_DIGESTS = 16, /* of one part */
    HW_SBOM_NEST = 64,    /* parts within parts */
};

struct hw_sbom_digest {
    const char *alg; /* static word */
    size_t n;
    uint8_t bytes[64];
};

/* One part while it is read; spans are borrowed from the document or from the bill's scratch. */
struct hw_sbom_part {
    uint64_t off;
    const char *kind; /* static word; NULL: none */
    struct hw_span ref, name, version, vendor, purl, resolved, path;
    struct hw_sbom_digest digests[HW_SBOM_DIGESTS];
    unsigned digest_count;
};

struct hw_sbom_ref {
    uint64_t hash; /* 0: free */
    uint64_t line;
};

struct hw_sbom {
    struct hw_teach teach;
    const char *source; /* of its components: cyclonedx spdx in-toto */
    uint64_t lines;     /* parts so far */
    uint64_t edges;
    uint64_t subject; /* line of the part the bill is about; 0: not stated */
    /* private */
    struct hw_sbom_ref *refs;
    size_t ref_room, ref_count;
    bool refs_full;
    uint8_t *scratch;
    size_t scratch_n;
};

void hw_sbom_init(struct hw_sbom *b, struct hw_exam *x, struct hw_node *n, const char *source);
bool hw_sbom_going(const struct hw_sbom *b);
/* KNOWLEDGE and the counts. */
void hw_sbom_done(struct hw_sbom *b);

/* A fresh part; what strings were decoded for the last one is gone. */
void hw_sbom_begin(struct hw_sbom *b, struct hw_sbom_part *p, uint64_t off);
/* The words of a JSON string; empty when the value is none or is not well formed (said). */
struct hw_span hw_sbom_string(struct hw_sbom *b, struct hw_span value, uint64_t off);
/* The string's words; another kind of value is said under the member's name. */
struct hw_span hw_sbom_text(struct hw_sbom *b, const char *member, struct hw_span value,
                            uint64_t off);
/* One digest as the document names and writes it; what is none is said. */
void hw_sbom_digest(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span alg,
                    struct hw_span hex, uint64_t off);
/* Says the part and returns its line; 0: refused, it has no name. */
uint64_t hw_sbom_put(struct hw_sbom *b, struct hw_sbom_part *p);

/* One end of a relation: a line, or a ref that is looked up among all parts said so far. `far`: the
 * ref speaks of another document, or of nothing on purpose, so not to find it is no fault. */
struct hw_sbom_end {
    uint64_t line;
    struct hw_span ref;
    bool far;
};
void hw_sbom_join(struct hw_sbom *b, const char *relation, struct hw_sbom_end parent,
                  struct hw_sbom_end child, uint64_t off);
uint64_t hw_sbom_find(const struct hw_sbom *b, struct hw_span ref); /* 0: no such part */

/* The walk over a list stopped: is it whole? Says the fault. */
void hw_sbom_fault(struct hw_sbom *b, const char *fault, uint64_t off);

/* What SPDX calls a relation. *out_turned: the first element is the child. False: no such word;
 * *out_word is "other" then. */
HW_CHECK bool hw_sbom_relation(struct hw_span spdx, const char **out_word, bool *out_turned);
/* What both languages call a kind of part, as our word; NULL: no such kind. */
const char *hw_sbom_kind(struct hw_span word);

/* SPDX, in JSON and in tags alike. "NOASSERTION" and "NONE": nothing. */
struct hw_span hw_sbom_asserted(struct hw_span s);
/* "Organization: Acme": the name alone. */
struct hw_span hw_sbom_maker(struct hw_span s);
void hw_sbom_purpose(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span purpose,
                     uint64_t off);
void hw_sbom_created(struct hw_sbom *b, struct hw_span when, uint64_t off);
/* A relationship as written; what is refused is counted as entry `line`. */
void hw_sbom_relate(struct hw_sbom *b, struct hw_span from, struct hw_span type, struct hw_span to,
                    uint64_t line, uint64_t off);
void hw_sbom_read_tags(struct hw_sbom *b);

extern const struct hw_format hw_cyclonedx_format, hw_spdx_format;

#endif
