/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/fact.h -- what evidence says, in one vocabulary: kinds, fields, and their wire form.
 *
 * A fact is a kind and a few numbered, typed fields; the table in fact.c declares them all, and
 * encoder, decoder, printer and JSON stand on that one table. docs/formats/facts.md is the wire
 * document. Facts travel from the caged worker to the parent and are kept by the case in this same
 * form, so field numbers are forever: add at the end, never renumber, never reuse.
 */
#ifndef HW_FACT_FACT_H
#define HW_FACT_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/reader.h"

enum {
    HW_FACT_FIELDS = 24,        /* fields of one kind at most */
    HW_FRAME_BYTES = 64 * 1024, /* a whole frame on the wire, its length word included */
};

enum hw_fact_kind {
    HW_FACT_NONE = 0,
    /* protocol */
    HW_FACT_BEGIN = 1,
    HW_FACT_END = 2,
    /* any evidence */
    HW_FACT_ARTIFACT = 10,
    HW_FACT_BID = 11,
    HW_FACT_DEGREE = 12,
    HW_FACT_ANOMALY = 13,
    HW_FACT_UNOPENED = 14,
    HW_FACT_ENTRY = 15,
    HW_FACT_PROPERTY = 16,
    HW_FACT_REGION = 17,
    HW_FACT_COMPONENT = 18,
    HW_FACT_SEAL = 19,
    HW_FACT_MATCH = 20,
    HW_FACT_DEPENDS = 21,
    HW_FACT_CHECKSUM = 22,
    /* programs */
    HW_FACT_SECTION = 30,
    HW_FACT_IMPORT = 31,
    HW_FACT_EXPORT = 32,
    /* signatures */
    HW_FACT_SIGNATURE = 40,
    HW_FACT_TIMESTAMP = 41,
    HW_FACT_CERTIFICATE = 42,
    HW_FACT_LINK = 43,
    HW_FACT_UNCOVERED = 44,
    HW_FACT_CRL = 45,
    HW_FACT_REVOKED = 46,
    /* knowledge */
    HW_FACT_KNOWLEDGE = 60,
    HW_FACT_INDICATOR = 61,
    HW_FACT_STATEMENT = 62,
    HW_FACT_PATTERN = 63,
    HW_FACT_EXPOSED = 64,
    HW_FACT_BEHAVIOUR = 65,
    /* telemetry */
    HW_FACT_LAYOUT = 80,
    HW_FACT_EVENTS = 81,
    HW_FACT_LOST = 82,
};

/* Field numbers, kind by kind. Field 0 is always the node the fact is about (BEGIN, END aside).
 * A node is one artifact of this evidence, numbered from 0 (the outermost) in order of sight. */
enum { HW_F_NODE = 0 };
enum { HW_BEGIN_VERSION = 0, HW_BEGIN_JOB };
enum { HW_END_FACTS = 0, HW_END_NODES };
enum {
    HW_ARTIFACT_PARENT = 1, /* absent for node 0 */
    HW_ARTIFACT_ORDINAL,    /* place among its box's members */
    HW_ARTIFACT_NAME,       /* name inside its box, as bytes */
    HW_ARTIFACT_SIZE,
    HW_ARTIFACT_SHA256,
    HW_ARTIFACT_SHA1,
    HW_ARTIFACT_MD5,
    HW_ARTIFACT_FORMAT, /* word of the winning bid; "unknown" when nobody bid */
    HW_ARTIFACT_BITS,   /* bits the winner verified */
    HW_ARTIFACT_MODE,   /* unix mode bits its box gives, if any */
    HW_ARTIFACT_TIME,   /* modification time its box gives, if any */
};
enum { HW_BID_FORMAT = 1, HW_BID_BITS };
enum { HW_DEGREE_DEGREE = 1, HW_DEGREE_BECAUSE };
enum { HW_ANOMALY_RULE = 1, HW_ANOMALY_OFF, HW_ANOMALY_SIZE, HW_ANOMALY_SAYS };
/* A box, or a member of one, that was seen and not opened. With NAME: member NAME of this node,
 * refused before it became a node. Without: the node itself is the closed box. */
enum {
    HW_UNOPENED_KIND = 1,
    HW_UNOPENED_NAME,
    HW_UNOPENED_SIZE,
    HW_UNOPENED_BECAUSE,
    HW_UNOPENED_OFF,
};
/* A member that is no file: link, device, pipe. Recorded, never followed. */
enum { HW_ENTRY_NAME = 1, HW_ENTRY_WHAT, HW_ENTRY_TARGET, HW_ENTRY_ORDINAL };
enum { HW_PROPERTY_KEY = 1, HW_PROPERTY_NUMBER, HW_PROPERTY_TEXT, HW_PROPERTY_BYTES };
enum {
    HW_REGION_ROLE = 1,
    HW_REGION_OFF,
    HW_REGION_SIZE,
    HW_REGION_ENTROPY, /* thousandths of a bit per byte, 0..8000 */
    HW_REGION_NONZERO, /* bytes that are not zero */
    HW_REGION_SHA256,
};
enum {
    HW_COMPONENT_SOURCE = 1, /* where the claim stands: version-resource, package-json, nuspec... */
    HW_COMPONENT_NAME,
    HW_COMPONENT_VERSION,
    HW_COMPONENT_VENDOR,
    HW_COMPONENT_PURL,
    HW_COMPONENT_ORIGINAL, /* OriginalFilename or the like */
    HW_COMPONENT_MACHINE,
    HW_COMPONENT_CODE, /* SHA-256 of the file without its signature (PE: Authenticode range) */
    HW_COMPONENT_PRODUCT,
    HW_COMPONENT_ALG, /* a digest the document states of it: sha256 where there is one */
    HW_COMPONENT_DIGEST,
    HW_COMPONENT_RESOLVED, /* where it was fetched from, as written: a URL, a registry's name */
    HW_COMPONENT_PATH,     /* where it lies in the product or project */
    HW_COMPONENT_REF,      /* the document's own id of it: bom-ref, SPDXID */
    HW_COMPONENT_LINE,     /* 1-based place among the document's parts; DEPENDS names it */
    HW_COMPONENT_OFF,
    HW_COMPONENT_KIND, /* library application file service ... */
};
/* Two parts of one document: PARENT has, needs or came from CHILD. A part of another document has
 * no number and is named as written. */
enum {
    HW_DEPENDS_RELATION = 1, /* word of hw_relations */
    HW_DEPENDS_PARENT,       /* COMPONENT_LINE */
    HW_DEPENDS_CHILD,
    HW_DEPENDS_PARENT_REF, /* only where there is no number */
    HW_DEPENDS_CHILD_REF,
    HW_DEPENDS_OFF,
};
/* A further digest a document states of one of its parts. */
enum {
    HW_CHECKSUM_LINE = 1, /* COMPONENT_LINE */
    HW_CHECKSUM_ALG,
    HW_CHECKSUM_DIGEST,
};
enum {
    HW_SEAL_BY = 1, /* node of the box that vouches */
    HW_SEAL_SCHEME,
    HW_SEAL_ALG,
    HW_SEAL_CLAIMED,
    HW_SEAL_FOUND,
    HW_SEAL_OK,
};
enum {
    HW_MATCH_LANGUAGE = 1, /* word of hw_languages */
    HW_MATCH_ID,
    HW_MATCH_RULES,   /* SHA-256 of the file the rule came in */
    HW_MATCH_STRING,  /* its text that stands first in the node; absent: no text stands there */
    HW_MATCH_STRINGS, /* how many of its texts stand there */
    HW_MATCH_OFF,     /* of the first */
    HW_MATCH_TAGS,
};
enum {
    HW_SECTION_INDEX = 1,
    HW_SECTION_NAME,
    HW_SECTION_VA,
    HW_SECTION_VSIZE,
    HW_SECTION_OFF,
    HW_SECTION_SIZE,
    HW_SECTION_FLAGS,
    HW_SECTION_SHA256,
    HW_SECTION_ENTROPY,
};
/* SYMBOLS: NUL-ended names one behind the other, "#12" for ordinal 12; exports that forward are
 * "name>target". A list too long for a frame goes on in facts of the same INDEX and the next
 * PART. */
enum {
    HW_IMPORT_INDEX = 1,
    HW_IMPORT_MODULE,
    HW_IMPORT_DELAY,
    HW_IMPORT_COUNT,
    HW_IMPORT_SYMBOLS,
    HW_IMPORT_PART
};
enum { HW_EXPORT_MODULE = 1, HW_EXPORT_COUNT, HW_EXPORT_SYMBOLS, HW_EXPORT_PART };
enum {
    HW_SIGNATURE_INDEX = 1, /* from 0, per node */
    HW_SIGNATURE_OUTER,     /* nested: index of the signature that holds this one */
    HW_SIGNATURE_SCHEME,    /* authenticode */
    HW_SIGNATURE_OFF,
    HW_SIGNATURE_SIZE,
    HW_SIGNATURE_ENTRY,      /* number of the certificate-table entry */
    HW_SIGNATURE_ALG,        /* digest algorithm word: sha1 sha256 sha384 sha512 md5 */
    HW_SIGNATURE_CLAIMED,    /* the digest the signature states */
    HW_SIGNATURE_FOUND,      /* the digest of the bytes as they are */
    HW_SIGNATURE_CONTENT_OK, /* messageDigest attribute equals the digest of the content */
    HW_SIGNATURE_MATH_OK,    /* the signer's key verifies the signed attributes */
    HW_SIGNATURE_SIGNER,     /* SHA-256 of the signer's certificate, if it is there */
    HW_SIGNATURE_PROGRAM,
    HW_SIGNATURE_URL,
    HW_SIGNATURE_CLAIMED_AT, /* signingTime attribute: the signer's own word */
    HW_SIGNATURE_KEY,        /* rsa-2048, ec-p256 ... */
    HW_SIGNATURE_PROBLEM,    /* why it could not be computed */
    HW_SIGNATURE_TRUNCATED,  /* 1: the file ends inside what the table claims */
    HW_SIGNATURE_PAGE_HASHES,
};
enum {
    HW_TIMESTAMP_SIGNATURE = 1,
    HW_TIMESTAMP_INDEX,
    HW_TIMESTAMP_KIND, /* rfc3161 pkcs9 */
    HW_TIMESTAMP_TIME,
    HW_TIMESTAMP_ACCURACY, /* ns, as stated */
    HW_TIMESTAMP_IMPRINT_OK,
    HW_TIMESTAMP_CONTENT_OK,
    HW_TIMESTAMP_MATH_OK,
    HW_TIMESTAMP_SIGNER,
    HW_TIMESTAMP_POLICY,
    HW_TIMESTAMP_SERIAL,
    HW_TIMESTAMP_ALG,
    HW_TIMESTAMP_PROBLEM,
};
enum {
    HW_CERTIFICATE_SHA256 = 1,
    HW_CERTIFICATE_SHA1,
    HW_CERTIFICATE_SUBJECT,
    HW_CERTIFICATE_ISSUER,
    HW_CERTIFICATE_NAME, /* the CN, else O, else the whole subject: what people read */
    HW_CERTIFICATE_SERIAL,
    HW_CERTIFICATE_NOT_BEFORE,
    HW_CERTIFICATE_NOT_AFTER,
    HW_CERTIFICATE_SPKI,     /* SHA-256 of the SubjectPublicKeyInfo */
    HW_CERTIFICATE_SPKI_DER, /* kept so that links can be computed later */
    HW_CERTIFICATE_KEY,
    HW_CERTIFICATE_ALG, /* of the signature on the certificate */
    HW_CERTIFICATE_CA,
    HW_CERTIFICATE_EKU,   /* dotted OIDs, comma between; absent when the extension is */
    HW_CERTIFICATE_USAGE, /* key usage bits as RFC 5280 has them; absent as the extension is */
    HW_CERTIFICATE_SKI,
    HW_CERTIFICATE_AKI,
    HW_CERTIFICATE_SELF, /* 1: verifies under its own key */
    HW_CERTIFICATE_DER,  /* the certificate itself, when it fits a frame */
    HW_CERTIFICATE_PATHLEN,
};
/* "This key verifies this certificate": mathematics only. */
enum {
    HW_LINK_CHILD = 1,   /* SHA-256 of the certificate */
    HW_LINK_ISSUER,      /* SHA-256 of the issuing certificate, as listed or as found */
    HW_LINK_ISSUER_SPKI, /* SHA-256 of the key that verified */
    HW_LINK_SOURCE,      /* bag, anchor, known */
    HW_LINK_OK,          /* 0: the name matched and the key did not verify */
    HW_LINK_PURPOSE,     /* anchor: authenticode ... */
    HW_LINK_SUBJECT,     /* anchor: its name */
    HW_LINK_FROM,        /* anchor: validity */
    HW_LINK_TO,
    HW_LINK_DISTRUST, /* anchor: distrusted after, where known */
    HW_LINK_ORIGIN,   /* anchor: where it was published */
};
/* Bytes a signature does not cover, counted and placed. */
enum {
    HW_UNCOVERED_SIGNATURE = 1, /* index, where it belongs to one */
    HW_UNCOVERED_WHERE,         /* padding table-entry unsigned-attribute alignment */
    HW_UNCOVERED_OFF,
    HW_UNCOVERED_SIZE,
    HW_UNCOVERED_NONZERO,
    HW_UNCOVERED_ENTROPY,
    HW_UNCOVERED_SHA256,
    HW_UNCOVERED_NAME,     /* the attribute's OID, the entry's type */
    HW_UNCOVERED_TAG,      /* word of the tag grammar that consumed every byte, if one did */
    HW_UNCOVERED_TAG_SAYS, /* what the tag says, for people */
};
enum {
    HW_CRL_SHA256 = 1,
    HW_CRL_ISSUER,
    HW_CRL_AKI,
    HW_CRL_THIS_UPDATE,
    HW_CRL_NEXT_UPDATE,
    HW_CRL_COUNT,
    HW_CRL_MATH_OK, /* absent: no key at hand could be tried */
    HW_CRL_ISSUER_SPKI,
    HW_CRL_ISSUER_CERT,
};
enum {
    HW_REVOKED_CRL = 1,
    HW_REVOKED_SERIAL,
    HW_REVOKED_WHEN,
    HW_REVOKED_REASON,
    HW_REVOKED_INVALID_FROM
};
enum {
    HW_KNOWLEDGE_FORM = 1,
    HW_KNOWLEDGE_TITLE,
    HW_KNOWLEDGE_ENTRIES,
    HW_KNOWLEDGE_REFUSED, /* lines that could not be understood */
    HW_KNOWLEDGE_IGNORED, /* lines of kinds this version does not match */
    HW_KNOWLEDGE_PUBLISHED,
};
enum {
    HW_INDICATOR_LINE = 1, /* 1-based; also ties the values of one row together */
    HW_INDICATOR_KIND,     /* sha256 sha1 md5 imphash cert-serial domain address url filename ... */
    HW_INDICATOR_VALUE,    /* canonical: hashes as lower hex, names refanged and lower case */
    HW_INDICATOR_RAW,      /* as written */
    HW_INDICATOR_LABEL,
    HW_INDICATOR_ROLE, /* payload carrier bait shared-host context */
    HW_INDICATOR_SOURCE,
    HW_INDICATOR_FROM,
    HW_INDICATOR_UNTIL,
    HW_INDICATOR_OFF,
    HW_INDICATOR_ID,        /* the publisher's own: a STIX id, a MISP uuid */
    HW_INDICATOR_PUBLISHED, /* when the publisher first said so */
    HW_INDICATOR_REVOKED,   /* when it took that back; what was taken back matches no more */
};
/* What a publisher says of a product or package: affected, fixed, poison, retired. One fact for
 * each stretch of versions; several of one LINE belong to one statement. */
enum {
    HW_STATEMENT_LINE = 1,  /* 1-based place in the document */
    HW_STATEMENT_STATUS,    /* word of hw_statuses */
    HW_STATEMENT_NAME,      /* canonical as fact/package.h has it: namespace and name */
    HW_STATEMENT_ECOSYSTEM, /* purl type: npm pypi deb ...; absent: a product by its plain name */
    HW_STATEMENT_VENDOR,
    HW_STATEMENT_ADVISORY, /* CVE, GHSA, MAL or tracking id */
    HW_STATEMENT_SCHEME,   /* word of hw_schemes: how its versions compare */
    HW_STATEMENT_EXACT,    /* one version; EXACT, FIRST, BELOW and LAST absent: every version */
    HW_STATEMENT_FIRST,    /* introduced in, included */
    HW_STATEMENT_BELOW,    /* fixed in: not included */
    HW_STATEMENT_LAST,     /* last affected, included */
    HW_STATEMENT_FROM,     /* when it begins to hold: a support's end, a recall */
    HW_STATEMENT_UNTIL,
    HW_STATEMENT_SOURCE, /* who says so */
    HW_STATEMENT_SAYS,   /* title or justification, in the publisher's words */
    HW_STATEMENT_PURL,   /* as written */
    HW_STATEMENT_CPE,
    HW_STATEMENT_PUBLISHED,
    HW_STATEMENT_REVOKED, /* withdrawn: matches no more, and says that it once did */
    HW_STATEMENT_OFF,
};
/* A rule of a publisher that asks more than one value: its program, as fact/ compiles it in the
 * cage, and its own words. */
enum {
    HW_PATTERN_LINE = 1,
    HW_PATTERN_LANGUAGE, /* word of hw_languages */
    HW_PATTERN_ID,
    HW_PATTERN_TITLE,
    HW_PATTERN_TEXT,    /* as written, cut to what fits */
    HW_PATTERN_PROGRAM, /* absent: it cannot be run, and REFUSED says why */
    HW_PATTERN_REFUSED, /* beside a PROGRAM: what of it cannot be asked */
    HW_PATTERN_LEVEL,   /* info low medium high critical */
    HW_PATTERN_ROLE,
    HW_PATTERN_LOG, /* the logs it is for, as its language names them */
    HW_PATTERN_TAGS,
    HW_PATTERN_SOURCE,
    HW_PATTERN_FROM,
    HW_PATTERN_UNTIL,
    HW_PATTERN_PUBLISHED,
    HW_PATTERN_REVOKED,
    HW_PATTERN_OFF,
    HW_PATTERN_SAYS, /* what a hit would mean, in the publisher's words; its false positives */
    HW_PATTERN_PART, /* of a PROGRAM too long for one fact: the n-th after the first */
    HW_PATTERN_NAME, /* what other rules call it */
};

/* A service of one address, as a scanner of the Internet saw it once. */
enum {
    HW_EXPOSED_LINE = 1, /* 1-based place of its banner or host in the document */
    HW_EXPOSED_SCANNER,  /* word of hw_scanners */
    HW_EXPOSED_ADDRESS,  /* its one spelling */
    HW_EXPOSED_PORT,
    HW_EXPOSED_TRANSPORT, /* word of hw_transports; absent: not stated, or another */
    HW_EXPOSED_SEEN,
    HW_EXPOSED_SERVICE, /* the protocol it speaks, in the scanner's words */
    HW_EXPOSED_PRODUCT,
    HW_EXPOSED_VERSION,
    HW_EXPOSED_CPE, /* several: a blank between; so HOSTNAMES, CERT_NAMES and VULNS */
    HW_EXPOSED_HOSTNAMES,
    HW_EXPOSED_ORGANISATION, /* who has the address, not who runs the service */
    HW_EXPOSED_ASN,
    HW_EXPOSED_COUNTRY, /* as written: a guess from the address */
    HW_EXPOSED_CERT,    /* SHA-256 of the certificate it showed */
    HW_EXPOSED_CERT_NAMES,
    HW_EXPOSED_TITLE,   /* of its page */
    HW_EXPOSED_PAGE,    /* digest of its page, the algorithm before it: "mmh3:-42", "sha256:..." */
    HW_EXPOSED_FAVICON, /* the same of its icon */
    HW_EXPOSED_BANNER,  /* the same of what it answered */
    HW_EXPOSED_VULNS,   /* flaws the scanner says it has: mostly by its version alone */
    HW_EXPOSED_OFF,
};

/* What a publisher says of a group, a campaign, a program or a technique: what it uses, what else
 * it is called, whose it is. A claim each, with its own sources: names are never joined here. */
enum {
    HW_BEHAVIOUR_LINE = 1, /* 1-based place in the document */
    HW_BEHAVIOUR_RELATION, /* word of hw_behaviours */
    HW_BEHAVIOUR_DOER,     /* word of hw_doers: what WHO is */
    HW_BEHAVIOUR_WHO,      /* its name, where the document has it */
    HW_BEHAVIOUR_WHO_ID,   /* the publisher's number: G0032 */
    HW_BEHAVIOUR_WHO_REF,  /* id of the document's form: intrusion-set--uuid, or a uuid */
    HW_BEHAVIOUR_DEED,     /* word of hw_doers: what WHAT is */
    HW_BEHAVIOUR_WHAT,
    HW_BEHAVIOUR_WHAT_ID, /* T1566.002, S0584 */
    HW_BEHAVIOUR_WHAT_REF,
    HW_BEHAVIOUR_SOURCE, /* who publishes it */
    HW_BEHAVIOUR_CITES,  /* names of what it stands on, '\n' between them */
    HW_BEHAVIOUR_CITED,  /* when the first of these was surely published */
    HW_BEHAVIOUR_FROM,   /* when WHO was first and last seen */
    HW_BEHAVIOUR_UNTIL,
    HW_BEHAVIOUR_PUBLISHED,
    HW_BEHAVIOUR_REVOKED,    /* taken back or retired, or one of its ends was */
    HW_BEHAVIOUR_LIKELIHOOD, /* in the publisher's words or number */
    HW_BEHAVIOUR_ID,         /* of the claim itself */
    HW_BEHAVIOUR_OFF,
};

/* How records of one kind look: the names of their values, in order. Events refer to it. */
enum {
    HW_LAYOUT_INDEX = 1, /* from 0, per node, in order */
    HW_LAYOUT_SOURCE,    /* family of logs: windows auditd strace zeek ... */
    HW_LAYOUT_LOG,       /* the log within it: provider, Zeek path, mapping ... */
    HW_LAYOUT_EVENT,     /* the event's own id or word, as text */
    HW_LAYOUT_NAMES,     /* the source's own names, '\n' between them */
};
/* Records, many to a fact; fact/record.h has the packing. */
enum { HW_EVENTS_COUNT = 1, HW_EVENTS_PACKED };
/* Records that were there once and cannot be read, or that the source says it dropped. */
enum {
    HW_LOST_WHAT = 1, /* word of hw_losses */
    HW_LOST_OFF,      /* where in the node this is said */
    HW_LOST_COUNT,    /* how many records, where that is known */
    HW_LOST_FIRST,    /* record numbers, both included, where known */
    HW_LOST_LAST,
    HW_LOST_SAYS,
};

enum hw_field_type {
    HW_T_U64,    /* 8 bytes, little-endian */
    HW_T_TIME,   /* int64 ns since 1970 UTC, 8 bytes little-endian */
    HW_T_TEXT,   /* valid UTF-8 without NUL */
    HW_T_BYTES,  /* anything, names included */
    HW_T_DIGEST, /* exactly 32 bytes */
    HW_T_WORD,   /* [a-z0-9.-], from a closed list where the field names one */
};

struct hw_vocab; /* fact/words.h */

struct hw_field {
    const char *name; /* kebab-case, as printed and documented */
    enum hw_field_type type;
    bool required;
    uint16_t max;                 /* bytes; 0: the type's own default */
    const struct hw_vocab *vocab; /* for HW_T_WORD: the closed list, or NULL */
};

struct hw_fact_type {
    enum hw_fact_kind kind;
    const char *name;
    struct hw_field fields[HW_FACT_FIELDS]; /* ended by a NULL name */
};

struct hw_fact {
    enum hw_fact_kind kind;
    uint32_t has; /* bit i: field i is present */
    union {
        uint64_t u;
        struct hw_span s; /* borrowed from whoever filled it */
    } v[HW_FACT_FIELDS];
};

/* The declared type of a kind, or NULL. */
const struct hw_fact_type *hw_fact_type(enum hw_fact_kind kind);
/* The whole table, for documentation and for tests; *count is set. */
const struct hw_fact_type *hw_fact_types(size_t *count);

void hw_fact_init(struct hw_fact *f, enum hw_fact_kind kind);
/* The same with HW_F_NODE set. */
void hw_fact_about(struct hw_fact *f, enum hw_fact_kind kind, uint64_t node);
void hw_fact_u64(struct hw_fact *f, unsigned field, uint64_t v);
void hw_fact_time(struct hw_fact *f, unsigned field, int64_t ns);
void hw_fact_span(struct hw_fact *f, unsigned field, struct hw_span s);
void hw_fact_str(struct hw_fact *f, unsigned field, const char *s); /* s borrowed; NULL: absent */

bool hw_fact_has(const struct hw_fact *f, unsigned field);
uint64_t hw_fact_get_u64(const struct hw_fact *f, unsigned field);   /* 0 when absent */
int64_t hw_fact_get_time(const struct hw_fact *f, unsigned field);   /* 0 when absent */
struct hw_span hw_fact_get(const struct hw_fact *f, unsigned field); /* {NULL,0} when absent */
bool hw_fact_is(const struct hw_fact *f, unsigned field, const char *word);

/* Appends the body (fields only, without length and kind). Text that is not UTF-8, a word outside
 * its list, a missing required field or an over-long one is our own fault: HW_E_STATE. */
HW_CHECK int hw_fact_encode_body(const struct hw_fact *f, struct hw_buf *out, struct hw_error *err);
/* Appends a whole frame: u32le length of what follows, u16le kind, body. */
HW_CHECK int hw_fact_encode(const struct hw_fact *f, struct hw_buf *out, struct hw_error *err);
/* Reads a body of the given kind until the reader's end, borrowing spans from it. On refusal
 * HW_E_PEER and words that name kind, field and offset; *out is untouched. */
HW_CHECK int hw_fact_decode_body(enum hw_fact_kind kind, struct hw_reader *r, struct hw_fact *out,
                                 struct hw_error *err);
/* One line, deterministic, printable ASCII: `section node=0 index=1 name=".text" ...`. */
void hw_fact_print(const struct hw_fact *f, struct hw_buf *out);

/* Where facts go. put() copies what it keeps; a failure ends the parse with that code. */
struct hw_sink {
    int (*put)(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err);
};

#endif
