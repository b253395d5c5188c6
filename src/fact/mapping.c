/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/mapping.h"

#include <string.h>

const char *hw_happening_word(enum hw_happening h)
{
    static const char *const words[HW_HAPPENED_COUNT] = {[HW_HAPPENED_NONE] = "none",
#define X(tail, word) [HW_HAPPENED_##tail] = word,
                                                         HW_HAPPENINGS(X)
#undef X
    };
    return (unsigned)h < HW_HAPPENED_COUNT ? words[h] : NULL;
}

const char *hw_role_word(enum hw_role r)
{
    static const char *const words[HW_ROLE_COUNT] = {
#define X(tail, word) [HW_ROLE_##tail] = word,
        HW_ROLES(X)
#undef X
    };
    return (unsigned)r < HW_ROLE_COUNT ? words[r] : NULL;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same(struct hw_span a, const char *b)
{
    size_t n = strlen(b);
    if (a.n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (lower(a.p[i]) != lower((uint8_t)b[i])) {
            return false;
        }
    }
    return true;
}

static bool holds(struct hw_span a, const char *b)
{
    size_t n = strlen(b);
    for (size_t at = 0; at + n <= a.n; at++) {
        if (same((struct hw_span){a.p + at, n}, b)) {
            return true;
        }
    }
    return n == 0;
}

enum { NO_SLOT = -1 };

/* Names are the source's own and compared letter for letter; only a name that is nowhere so is
 * looked for again without regard to case, for collectors that fold it. */
static int16_t slot_of(const struct hw_span *names, size_t count, const char *want)
{
    size_t n = strlen(want);
    for (size_t i = 0; i < count; i++) {
        if (names[i].n == n && memcmp(names[i].p, want, n) == 0) {
            return (int16_t)i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (same(names[i], want)) {
            return (int16_t)i;
        }
    }
    return NO_SLOT;
}

static bool matches(const char *pattern, struct hw_span s)
{
    return pattern == NULL || strcmp(pattern, "*") == 0 || same(s, pattern);
}

static void bind_line(const struct hw_map_event *e, const struct hw_span *names, size_t count,
                      struct hw_bound *b)
{
    *b = (struct hw_bound){.kind = e->kind, .line = e};
    memset(b->slot, 0xff, sizeof b->slot);
    memset(b->if_slot, 0xff, sizeof b->if_slot);
    for (size_t i = 0; i < e->from_count; i++) {
        const struct hw_map_from *f = &e->from[i];
        unsigned at = 0;
        b->constant[f->role] = f->constant;
        for (size_t k = 0; f->names != NULL && f->names[k] != NULL && at < HW_BOUND_NAMES; k++) {
            int16_t slot = slot_of(names, count, f->names[k]);
            if (slot >= 0) {
                b->slot[f->role][at++] = slot;
            }
        }
    }
    for (size_t i = 0; i < e->if_count && i < HW_BOUND_IFS; i++) {
        b->if_slot[i] = slot_of(names, count, e->ifs[i].name);
    }
}

size_t hw_bind(struct hw_span source, struct hw_span log, struct hw_span event,
               const struct hw_span *names, size_t count, struct hw_bound *out, size_t max)
{
    size_t n = 0;
    for (size_t m = 0; m < hw_mapping_count; m++) {
        const struct hw_mapping *map = &hw_mappings[m];
        if (!same(source, map->source) ||
            (strcmp(map->source, "mapped") == 0 && !same(log, map->name))) {
            continue;
        }
        for (size_t i = 0; i < map->event_count && n < max; i++) {
            if (matches(map->events[i].log, log) && matches(map->events[i].event, event)) {
                bind_line(&map->events[i], names, count, &out[n++]);
            }
        }
    }
    return n;
}

static bool says_nothing(struct hw_span s)
{
    return s.n == 0 || (s.n == 1 && s.p[0] == '-') || (s.n == 6 && memcmp(s.p, "(null)", 6) == 0);
}

bool hw_bound_holds(const struct hw_bound *b, const struct hw_span *values)
{
    for (size_t i = 0; i < b->line->if_count && i < HW_BOUND_IFS; i++) {
        const struct hw_map_if *f = &b->line->ifs[i];
        struct hw_span v = {NULL, 0};
        if (b->if_slot[i] >= 0) {
            v = values[b->if_slot[i]];
        }
        bool met = f->test == HW_MAP_THERE    ? !says_nothing(v)
                   : f->test == HW_MAP_IS     ? same(v, f->value)
                   : f->test == HW_MAP_IS_NOT ? !same(v, f->value)
                                              : holds(v, f->value);
        if (!met) {
            return false;
        }
    }
    return true;
}

struct hw_span hw_bound_get(const struct hw_bound *b, enum hw_role role,
                            const struct hw_span *values)
{
    if (b->constant[role] != NULL) {
        return (struct hw_span){(const uint8_t *)b->constant[role], strlen(b->constant[role])};
    }
    for (unsigned i = 0; i < HW_BOUND_NAMES && b->slot[role][i] >= 0; i++) {
        struct hw_span v = values[b->slot[role][i]];
        if (!says_nothing(v)) {
            return v;
        }
    }
    return (struct hw_span){NULL, 0};
}
