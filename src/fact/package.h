/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/package.h -- what a package is called: package URLs, and one name for one package.
 *
 * A bill of materials, an advisory and a manifest write the same package differently. What
 * evidence/ says and what ask/ compares is the name these functions make.
 *
 * Package URL (purl): pkg:type/namespace/name@version?qualifiers#subpath, ECMA-427. Read as its
 * chapter "How to parse a PURL string" has it, with two allowances for what tools really write:
 * "pkg://" and an unencoded '@' before an npm scope.
 */
#ifndef HW_FACT_PACKAGE_H
#define HW_FACT_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"
#include "fact/version.h"

enum {
    HW_PURL_BYTES = 4096,    /* of a whole purl as written */
    HW_PACKAGE_BYTES = 1000, /* of a canonical name: what a fact's text carries */
};

/* The parts are decoded and lie in `room`, so the struct must not be copied. */
struct hw_purl {
    struct hw_span type;       /* lower case, [a-z0-9.-] */
    struct hw_span space;      /* '/' between its segments; empty: none */
    struct hw_span name;       /* never empty */
    struct hw_span version;    /* empty: none */
    struct hw_span qualifiers; /* as written, still encoded; hw_purl_qualifier() reads one */
    struct hw_span subpath;    /* as written, still encoded */
    uint8_t room[HW_PURL_BYTES];
};

/* False when it is no purl; *out is of no use then. Decoded parts are valid UTF-8 without NUL. */
HW_CHECK bool hw_purl_read(struct hw_span s, struct hw_purl *out);
/* Appends the decoded value of a qualifier ("distro", "arch"); false, nothing appended: none. */
HW_CHECK bool hw_purl_qualifier(const struct hw_purl *p, const char *key, struct hw_buf *out);

/*
 * Appends the one name of a package: "name", or "namespace/name". Types whose registry does not
 * tell case apart, or says that '_' and '-' are one, are folded so; all else stays as it is. The
 * namespace may as well stand in `name` ("@scope/x", "group:artifact" of maven), the result is the
 * same; it is a fixed point. False, nothing appended: empty, or longer than HW_PACKAGE_BYTES.
 */
HW_CHECK bool hw_package_name(struct hw_span type, struct hw_span space, struct hw_span name,
                              struct hw_buf *out);

/* Parts "name@version" at the last '@' that is not its first byte, as indicators and inventories
 * write a package. False, and nothing written: there is none. The version may be empty. */
HW_CHECK bool hw_package_split(struct hw_span s, struct hw_span *out_name,
                               struct hw_span *out_version);

/* Parts the key of a release (docs/formats/ids.md): organisation|name|version. A name may hold a
 * bar, an organisation and a version do not. Without a version it is empty. */
void hw_release_split(struct hw_span key, struct hw_span *out_org, struct hw_span *out_name,
                      struct hw_span *out_version);

/* How a registry is called in advisories ("PyPI", "RubyGems", "Debian:12", "Rocky Linux:9"), as
 * the OSV schema lists them: its purl type and namespace, static. What stands behind ':' (a
 * release of a distribution) is not looked at. False: no such registry is known here. */
HW_CHECK bool hw_package_ecosystem(struct hw_span ecosystem, const char **out_type,
                                   const char **out_space);

/* How versions of packages of a purl type compare; NONE for types not known here. */
enum hw_order hw_package_order(struct hw_span type);

#endif
