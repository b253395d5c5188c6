/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix_index.c -- what the first pass over a document keeps.
 *
 * The order of objects in a bundle is free (STIX 2.1, section 8): who made an indicator, how it is
 * marked and what it indicates may stand behind it, and so may a newer version of it. Tables of
 * fixed size hold keyed hashes of ids and places in the document, so that a document of any length
 * is read in the same memory. What does not fit is not known, and the document says so.
 */
#include "base/scan.h"
#include "base/text.h"
#include "evidence/knowledge/stix.h"

enum { ROOM_LEAST = 64, ROOM_MOST = 1 << 18, OBJECT_BYTES = 128 };

bool hw_stix_index_init(struct stix_index *ix, struct hw_exam *x, size_t document_bytes)
{
    size_t room = ROOM_LEAST;
    while (room < ROOM_MOST && room < document_bytes / OBJECT_BYTES * 2) {
        room *= 2;
    }
    *ix = (struct stix_index){.x = x, .name_room = room, .version_room = room};
    ix->names = hw_arena_array(x->arena, room, sizeof *ix->names);
    ix->versions = hw_arena_array(x->arena, room, sizeof *ix->versions);
    return ix->names != NULL && ix->versions != NULL;
}

static uint64_t hash_of(const struct stix_index *ix, struct hw_span id)
{
    uint64_t h = hw_scan_hash(id, ix->x->name_key[0]);
    return h == 0 ? 1 : h;
}

static struct stix_name *name_slot(const struct stix_index *ix, uint64_t hash)
{
    size_t i = (size_t)hash & (ix->name_room - 1);
    while (ix->names[i].hash != 0 && ix->names[i].hash != hash) {
        i = (i + 1) & (ix->name_room - 1);
    }
    return &ix->names[i];
}

static struct stix_version *version_slot(const struct stix_index *ix, uint64_t hash)
{
    size_t i = (size_t)hash & (ix->version_room - 1);
    while (ix->versions[i].hash != 0 && ix->versions[i].hash != hash) {
        i = (i + 1) & (ix->version_room - 1);
    }
    return &ix->versions[i];
}

/* Three quarters full is full: a look-up ends at a free place. */
static bool has_room(struct stix_index *ix, size_t count, size_t room)
{
    bool yes = count < room / 4 * 3;
    ix->full = ix->full || !yes;
    return yes;
}

struct stix_name *hw_stix_index_name(struct stix_index *ix, struct hw_span id)
{
    uint64_t hash = hash_of(ix, id);
    struct stix_name *n = name_slot(ix, hash);
    if (n->hash == 0) {
        if (!has_room(ix, ix->name_count, ix->name_room)) {
            return NULL;
        }
        ix->name_count++;
        *n = (struct stix_name){.hash = hash,
                                .modified = HW_TIME_NONE,
                                .from = HW_TIME_NONE,
                                .until = HW_TIME_NONE,
                                .gone = HW_TIME_NONE};
    }
    return n;
}

const struct stix_name *hw_stix_index_known(const struct stix_index *ix, struct hw_span id)
{
    const struct stix_name *n = name_slot(ix, hash_of(ix, id));
    return n->hash == 0 ? NULL : n;
}

static struct stix_version *version_of(struct stix_index *ix, struct hw_span id)
{
    uint64_t hash = hash_of(ix, id);
    struct stix_version *v = version_slot(ix, hash);
    if (v->hash == 0) {
        if (!has_room(ix, ix->version_count, ix->version_room)) {
            return NULL;
        }
        ix->version_count++;
        *v = (struct stix_version){.hash = hash, .modified = HW_TIME_NONE};
    }
    return v;
}

void hw_stix_index_version(struct stix_index *ix, struct hw_span id, int64_t modified,
                           uint64_t line)
{
    struct stix_version *v = version_of(ix, id);
    if (v != NULL && (v->line == 0 || modified > v->modified) && line <= UINT32_MAX) {
        v->modified = modified;
        v->line = (uint32_t)line;
    }
}

void hw_stix_index_link(struct stix_index *ix, struct hw_span indicator, struct hw_span target)
{
    struct stix_version *v = version_of(ix, indicator);
    if (v != NULL && v->indicates == 0) {
        v->indicates = hash_of(ix, target);
    }
}

struct hw_span hw_stix_index_name_of(const struct stix_index *ix, struct hw_span id)
{
    return name_slot(ix, hash_of(ix, id))->quoted;
}

struct hw_span hw_stix_index_indicated(const struct stix_index *ix, struct hw_span indicator)
{
    const struct stix_version *v = version_slot(ix, hash_of(ix, indicator));
    return v->indicates == 0 ? (struct hw_span){NULL, 0} : name_slot(ix, v->indicates)->quoted;
}

bool hw_stix_index_is_newest(const struct stix_index *ix, struct hw_span id, uint64_t line)
{
    const struct stix_version *v = version_slot(ix, hash_of(ix, id));
    return v->line == 0 || v->line == line;
}
