/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/types.c -- the one table of kinds and fields. Numbers are positions: append only.
 */
#include "fact/fact.h"
#include "fact/words.h"

#define NODE                                                                                       \
    {                                                                                              \
        "node", HW_T_U64, true, 0, NULL                                                            \
    }
#define U64(name)                                                                                  \
    {                                                                                              \
        name, HW_T_U64, false, 0, NULL                                                             \
    }
#define TIME(name)                                                                                 \
    {                                                                                              \
        name, HW_T_TIME, false, 0, NULL                                                            \
    }
#define TEXT(name, max)                                                                            \
    {                                                                                              \
        name, HW_T_TEXT, false, max, NULL                                                          \
    }
#define BYTES(name, max)                                                                           \
    {                                                                                              \
        name, HW_T_BYTES, false, max, NULL                                                         \
    }
#define DIGEST(name)                                                                               \
    {                                                                                              \
        name, HW_T_DIGEST, false, 0, NULL                                                          \
    }
#define WORD(name)                                                                                 \
    {                                                                                              \
        name, HW_T_WORD, false, 0, NULL                                                            \
    }
/* M for must: the same, required. */
#define M_U64(name)                                                                                \
    {                                                                                              \
        name, HW_T_U64, true, 0, NULL                                                              \
    }
#define M_TIME(name)                                                                               \
    {                                                                                              \
        name, HW_T_TIME, true, 0, NULL                                                             \
    }
#define M_BYTES(name, max)                                                                         \
    {                                                                                              \
        name, HW_T_BYTES, true, max, NULL                                                          \
    }
#define M_TEXT(name, max)                                                                          \
    {                                                                                              \
        name, HW_T_TEXT, true, max, NULL                                                           \
    }
#define M_DIGEST(name)                                                                             \
    {                                                                                              \
        name, HW_T_DIGEST, true, 0, NULL                                                           \
    }
#define M_WORD(name)                                                                               \
    {                                                                                              \
        name, HW_T_WORD, true, 0, NULL                                                             \
    }
#define OF(name, list)                                                                             \
    {                                                                                              \
        name, HW_T_WORD, false, 0, &(list)                                                         \
    }
#define M_OF(name, list)                                                                           \
    {                                                                                              \
        name, HW_T_WORD, true, 0, &(list)                                                          \
    }

enum { LIST_BYTES = 48 * 1024, NAME_BYTES = 4096, PACKED_BYTES = 60 * 1024 };

/* clang-format off */
static const struct hw_fact_type types[] = {
    {HW_FACT_BEGIN, "begin",
     {M_U64("version"),
      M_U64("job")}},
    {HW_FACT_END, "end",
     {M_U64("facts"),
      M_U64("nodes")}},
    {HW_FACT_ARTIFACT, "artifact",
     {NODE,
      U64("parent"),
      U64("ordinal"),
      BYTES("name", NAME_BYTES),
      M_U64("size"),
      M_DIGEST("sha256"),
      M_BYTES("sha1", 20),
      M_BYTES("md5", 16),
      M_OF("format", hw_formats),
      M_U64("bits"),
      U64("mode"),
      TIME("time")}},
    {HW_FACT_BID, "bid",
     {NODE,
      M_OF("format", hw_formats),
      M_U64("bits")}},
    {HW_FACT_DEGREE, "degree",
     {NODE,
      M_OF("degree", hw_degrees),
      TEXT("because", 0)}},
    {HW_FACT_ANOMALY, "anomaly",
     {NODE,
      M_OF("rule", hw_anomalies),
      M_U64("off"),
      U64("size"),
      TEXT("says", 0)}},
    {HW_FACT_UNOPENED, "unopened",
     {NODE,
      M_OF("kind", hw_unopeneds),
      BYTES("name", NAME_BYTES),
      U64("size"),
      TEXT("because", 0),
      U64("off")}},
    {HW_FACT_ENTRY, "entry",
     {NODE,
      M_BYTES("name", NAME_BYTES),
      M_WORD("what"),
      BYTES("target", NAME_BYTES),
      U64("ordinal")}},
    {HW_FACT_PROPERTY, "property",
     {NODE,
      M_WORD("key"),
      U64("number"),
      TEXT("text", 16384),
      BYTES("bytes", 16384)}},
    {HW_FACT_REGION, "region",
     {NODE,
      M_WORD("role"),
      M_U64("off"),
      M_U64("size"),
      U64("entropy"),
      U64("nonzero"),
      DIGEST("sha256")}},
    {HW_FACT_COMPONENT, "component",
     {NODE,
      M_WORD("source"),
      TEXT("name", 0),
      TEXT("version", 256),
      TEXT("vendor", 0),
      TEXT("purl", 0),
      TEXT("original", 0),
      WORD("machine"),
      DIGEST("code"),
      TEXT("product", 0),
      WORD("alg"),
      BYTES("digest", 64),
      TEXT("resolved", 2048),
      TEXT("path", 2048),
      TEXT("ref", 0),
      U64("line"),
      U64("off"),
      WORD("kind")}},
    {HW_FACT_SEAL, "seal",
     {NODE,
      M_U64("by"),
      M_WORD("scheme"),
      WORD("alg"),
      BYTES("claimed", 64),
      BYTES("found", 64),
      M_U64("ok")}},
    {HW_FACT_MATCH, "match",
     {NODE,
      M_OF("language", hw_languages),
      M_TEXT("id", 256),
      M_DIGEST("rules"),
      TEXT("string", 256),
      U64("strings"),
      U64("off"),
      TEXT("tags", 2048)}},
    {HW_FACT_SECTION, "section",
     {NODE,
      M_U64("index"),
      BYTES("name", 256),
      U64("va"),
      U64("vsize"),
      U64("off"),
      U64("size"),
      U64("flags"),
      DIGEST("sha256"),
      U64("entropy")}},
    {HW_FACT_IMPORT, "import",
     {NODE,
      M_U64("index"),
      BYTES("module", 1024),
      U64("delay"),
      U64("count"),
      BYTES("symbols", LIST_BYTES),
      U64("part")}},
    {HW_FACT_EXPORT, "export",
     {NODE,
      BYTES("module", 1024),
      U64("count"),
      BYTES("symbols", LIST_BYTES),
      U64("part")}},
    {HW_FACT_SIGNATURE, "signature",
     {NODE,
      M_U64("index"),
      U64("outer"),
      M_WORD("scheme"),
      U64("off"),
      U64("size"),
      U64("entry"),
      WORD("alg"),
      BYTES("claimed", 64),
      BYTES("found", 64),
      U64("content-ok"),
      U64("math-ok"),
      DIGEST("signer"),
      TEXT("program", 0),
      TEXT("url", 2048),
      TIME("claimed-at"),
      WORD("key"),
      TEXT("problem", 0),
      U64("truncated"),
      U64("page-hashes")}},
    {HW_FACT_TIMESTAMP, "timestamp",
     {NODE,
      M_U64("signature"),
      U64("index"),
      M_WORD("kind"),
      TIME("time"),
      U64("accuracy"),
      U64("imprint-ok"),
      U64("content-ok"),
      U64("math-ok"),
      DIGEST("signer"),
      TEXT("policy", 0),
      BYTES("serial", 64),
      WORD("alg"),
      TEXT("problem", 0)}},
    {HW_FACT_CERTIFICATE, "certificate",
     {NODE,
      M_DIGEST("sha256"),
      BYTES("sha1", 20),
      TEXT("subject", 4096),
      TEXT("issuer", 4096),
      TEXT("name", 0),
      BYTES("serial", 64),
      TIME("not-before"),
      TIME("not-after"),
      DIGEST("spki"),
      BYTES("spki-der", 4096),
      WORD("key"),
      WORD("alg"),
      U64("ca"),
      TEXT("eku", 0),
      U64("usage"),
      BYTES("ski", 64),
      BYTES("aki", 64),
      U64("self"),
      BYTES("der", 16384),
      U64("pathlen")}},
    {HW_FACT_LINK, "link",
     {NODE,
      M_DIGEST("child"),
      DIGEST("issuer"),
      DIGEST("issuer-spki"),
      M_WORD("source"),
      M_U64("ok"),
      WORD("purpose"),
      TEXT("subject", 4096),
      TIME("from"),
      TIME("to"),
      TIME("distrust"),
      TEXT("origin", 0)}},
    {HW_FACT_UNCOVERED, "uncovered",
     {NODE,
      U64("signature"),
      M_WORD("where"),
      M_U64("off"),
      M_U64("size"),
      U64("nonzero"),
      U64("entropy"),
      DIGEST("sha256"),
      TEXT("name", 256),
      WORD("tag"),
      TEXT("tag-says", 0)}},
    {HW_FACT_CRL, "crl",
     {NODE,
      M_DIGEST("sha256"),
      TEXT("issuer", 4096),
      BYTES("aki", 64),
      TIME("this-update"),
      TIME("next-update"),
      U64("count"),
      U64("math-ok"),
      DIGEST("issuer-spki"),
      DIGEST("issuer-cert")}},
    {HW_FACT_REVOKED, "revoked",
     {NODE,
      M_DIGEST("crl"),
      M_BYTES("serial", 64),
      M_TIME("when"),
      WORD("reason"),
      TIME("invalid-from")}},
    {HW_FACT_KNOWLEDGE, "knowledge",
     {NODE,
      M_WORD("form"),
      TEXT("title", 0),
      U64("entries"),
      U64("refused"),
      U64("ignored"),
      TIME("published")}},
    {HW_FACT_INDICATOR, "indicator",
     {NODE,
      M_U64("line"),
      M_OF("kind", hw_indicators),
      M_BYTES("value", 2048),
      BYTES("raw", 2048),
      TEXT("label", 2048),
      WORD("role"),
      TEXT("source", 0),
      TIME("from"),
      TIME("until"),
      U64("off"),
      TEXT("id", 256),
      TIME("published"),
      TIME("revoked")}},
    {HW_FACT_STATEMENT, "statement",
     {NODE,
      M_U64("line"),
      M_OF("status", hw_statuses),
      M_TEXT("name", 0),
      WORD("ecosystem"),
      TEXT("vendor", 0),
      TEXT("advisory", 256),
      M_OF("scheme", hw_schemes),
      TEXT("exact", 256),
      TEXT("first", 256),
      TEXT("below", 256),
      TEXT("last", 256),
      TIME("from"),
      TIME("until"),
      TEXT("source", 0),
      TEXT("says", 2048),
      TEXT("purl", 0),
      TEXT("cpe", 0),
      TIME("published"),
      TIME("revoked"),
      U64("off")}},
    {HW_FACT_PATTERN, "pattern",
     {NODE,
      M_U64("line"),
      M_OF("language", hw_languages),
      TEXT("id", 256),
      TEXT("title", 0),
      TEXT("text", 8192),
      BYTES("program", LIST_BYTES),
      TEXT("refused", 0),
      WORD("level"),
      WORD("role"),
      TEXT("log", 0),
      TEXT("tags", 2048),
      TEXT("source", 0),
      TIME("from"),
      TIME("until"),
      TIME("published"),
      TIME("revoked"),
      U64("off"),
      TEXT("says", 2048),
      U64("part"),
      TEXT("name", 256)}},
    {HW_FACT_LAYOUT, "layout",
     {NODE,
      M_U64("index"),
      M_OF("source", hw_sources),
      M_TEXT("log", 0),
      M_TEXT("event", 0),
      M_TEXT("names", PACKED_BYTES)}},
    {HW_FACT_EVENTS, "events",
     {NODE,
      M_U64("count"),
      M_BYTES("packed", PACKED_BYTES)}},
    {HW_FACT_LOST, "lost",
     {NODE,
      M_OF("what", hw_losses),
      M_U64("off"),
      U64("count"),
      U64("first"),
      U64("last"),
      TEXT("says", 0)}},
    {HW_FACT_DEPENDS, "depends",
     {NODE,
      M_OF("relation", hw_relations),
      U64("parent"),
      U64("child"),
      TEXT("parent-ref", 0),
      TEXT("child-ref", 0),
      U64("off")}},
    {HW_FACT_CHECKSUM, "checksum",
     {NODE,
      M_U64("line"),
      M_WORD("alg"),
      M_BYTES("digest", 64)}},
    {HW_FACT_EXPOSED, "exposed",
     {NODE,
      M_U64("line"),
      M_OF("scanner", hw_scanners),
      M_TEXT("address", 64),
      M_U64("port"),
      OF("transport", hw_transports),
      TIME("seen"),
      TEXT("service", 64),
      TEXT("product", 256),
      TEXT("version", 256),
      TEXT("cpe", 2048),
      TEXT("hostnames", 2048),
      TEXT("organisation", 256),
      U64("asn"),
      TEXT("country", 64),
      DIGEST("cert-sha256"),
      TEXT("cert-names", 2048),
      TEXT("title", 256),
      TEXT("page", 80),
      TEXT("favicon", 80),
      TEXT("banner", 80),
      TEXT("vulns", 2048),
      U64("off")}},
    {HW_FACT_BEHAVIOUR, "behaviour",
     {NODE,
      M_U64("line"),
      M_OF("relation", hw_behaviours),
      OF("doer", hw_doers),
      TEXT("who", 0),
      TEXT("who-id", 64),
      M_TEXT("who-ref", 256),
      OF("deed", hw_doers),
      TEXT("what", 0),
      TEXT("what-id", 64),
      TEXT("what-ref", 256),
      TEXT("source", 0),
      TEXT("cites", 8192),
      TIME("cited"),
      TIME("from"),
      TIME("until"),
      TIME("published"),
      TIME("revoked"),
      TEXT("likelihood", 64),
      TEXT("id", 256),
      U64("off")}},
};
/* clang-format on */

const struct hw_fact_type *hw_fact_types(size_t *count)
{
    *count = sizeof types / sizeof types[0];
    return types;
}

/* Kinds are looked up for every field of every fact: a direct index, not a search. */
const struct hw_fact_type *hw_fact_type(enum hw_fact_kind kind)
{
    switch (kind) {
    case HW_FACT_BEGIN:
        return &types[0];
    case HW_FACT_END:
        return &types[1];
    case HW_FACT_ARTIFACT:
        return &types[2];
    case HW_FACT_BID:
        return &types[3];
    case HW_FACT_DEGREE:
        return &types[4];
    case HW_FACT_ANOMALY:
        return &types[5];
    case HW_FACT_UNOPENED:
        return &types[6];
    case HW_FACT_ENTRY:
        return &types[7];
    case HW_FACT_PROPERTY:
        return &types[8];
    case HW_FACT_REGION:
        return &types[9];
    case HW_FACT_COMPONENT:
        return &types[10];
    case HW_FACT_SEAL:
        return &types[11];
    case HW_FACT_MATCH:
        return &types[12];
    case HW_FACT_SECTION:
        return &types[13];
    case HW_FACT_IMPORT:
        return &types[14];
    case HW_FACT_EXPORT:
        return &types[15];
    case HW_FACT_SIGNATURE:
        return &types[16];
    case HW_FACT_TIMESTAMP:
        return &types[17];
    case HW_FACT_CERTIFICATE:
        return &types[18];
    case HW_FACT_LINK:
        return &types[19];
    case HW_FACT_UNCOVERED:
        return &types[20];
    case HW_FACT_CRL:
        return &types[21];
    case HW_FACT_REVOKED:
        return &types[22];
    case HW_FACT_KNOWLEDGE:
        return &types[23];
    case HW_FACT_INDICATOR:
        return &types[24];
    case HW_FACT_STATEMENT:
        return &types[25];
    case HW_FACT_PATTERN:
        return &types[26];
    case HW_FACT_LAYOUT:
        return &types[27];
    case HW_FACT_EVENTS:
        return &types[28];
    case HW_FACT_LOST:
        return &types[29];
    case HW_FACT_DEPENDS:
        return &types[30];
    case HW_FACT_CHECKSUM:
        return &types[31];
    case HW_FACT_EXPOSED:
        return &types[32];
    case HW_FACT_BEHAVIOUR:
        return &types[33];
    case HW_FACT_NONE:
        break;
    }
    return NULL;
}
