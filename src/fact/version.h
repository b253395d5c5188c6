/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version.h -- which of two versions is the later one, and whether one lies in a stretch.
 *
 * A version is compared under the rules of its own kind, or not at all: where a text does not have
 * the form its scheme demands, the answer is "cannot be told", never a guess.
 */
#ifndef HW_FACT_VERSION_H
#define HW_FACT_VERSION_H

#include <stdbool.h>

#include "base/reader.h"

/*
 * NONE    equal or not, byte for byte
 * DEB     deb-version(7): [epoch:]upstream[-revision]
 * DOTTED  1.2.3.4: numbers only, missing ones are 0, a 'v' in front does not count
 * MAVEN   Maven's "Version Order Specification" (its POM reference)
 * PEP440  Python's "Version specifiers", once PEP 440
 * RPM     rpm-version(7): [epoch:]version[-release]; a missing release is below every other
 * SEMVER  Semantic Versioning 2.0.0, clause 11; any count of numbers and a 'v' are taken too, for
 *         Go and NuGet write them
 * Each is a total order over what it takes, MAVEN over all but versions in which a 0, or two
 * separators with nothing between, stand before a qualifier ("1-0.alpha"): there Maven's own order
 * runs in a circle.
 */
enum hw_order {
    HW_ORDER_NONE,
    HW_ORDER_DEB,
    HW_ORDER_DOTTED,
    HW_ORDER_MAVEN,
    HW_ORDER_PEP440,
    HW_ORDER_RPM,
    HW_ORDER_SEMVER,
    HW_ORDER_COUNT
};
/* The word of hw_schemes (fact/words.h), and back; NONE for anything else. */
const char *hw_order_word(enum hw_order s);
enum hw_order hw_order_read(struct hw_span word);

/* *out < 0, 0, > 0 as a is before, equal to or after b. False: cannot be told, *out is untouched.
 * The same bytes are always equal; under NONE different ones cannot be told. */
HW_CHECK bool hw_version_compare(enum hw_order scheme, struct hw_span a, struct hw_span b,
                                 int *out);

/* A stretch of versions as STATEMENT has it; an empty span is not stated. */
struct hw_versions {
    struct hw_span exact; /* this one and no other */
    struct hw_span first; /* from here, included */
    struct hw_span below; /* up to here, not included */
    struct hw_span last;  /* up to here, included */
};
enum hw_within { HW_WITHIN_NO, HW_WITHIN_YES, HW_WITHIN_UNKNOWN };
/* With nothing stated every version is within. One bound that is surely broken is NO, whatever
 * else cannot be told; an `exact` version can always be told. An empty version is within only
 * where nothing is stated, else UNKNOWN. */
enum hw_within hw_version_within(enum hw_order scheme, struct hw_span version,
                                 const struct hw_versions *in);

#endif
