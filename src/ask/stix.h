/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/stix.h -- the inside of the hunt for patterns of STIX: what one record lets be observed.
 */
#ifndef HW_ASK_STIX_H
#define HW_ASK_STIX_H

#include "fact/mapping.h"
#include "fact/stix_pattern.h"

enum { STIX_SEEN_OBJECTS = 16, STIX_SEEN_MEMBERS = 96, STIX_SEEN_TYPES = 16 };

/* One observation, with the memory it stands in. */
struct stix_seen {
    struct hw_stix_observation o;
    uint32_t types; /* a bit for each type of stix_seen_type() that is in it */
    struct hw_stix_object objects[STIX_SEEN_OBJECTS];
    struct hw_stix_member members[STIX_SEEN_MEMBERS];
    size_t member_count;
};
/* The bit of a type of object that records can tell of; 0: they cannot. */
uint32_t stix_seen_type(struct hw_span type);
/* What a record bound to a line of its mapping says; false when that is nothing. */
bool stix_seen_record(const struct hw_bound *b, const struct hw_span *values, int64_t at,
                      struct stix_seen *out);
/* A file that was read: hashes as hex. */
void stix_seen_file(struct hw_span name, uint64_t size, struct hw_span sha256, struct hw_span sha1,
                    struct hw_span md5, struct stix_seen *out);

#endif
