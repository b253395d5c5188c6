/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/clock.c -- when things happened: zone and collector lag found from the records themselves,
 * and an interval as wide as the source deserves.
 *
 * A record that bears a second time known to be UTC (Sysmon's UtcTime) shows how far the log's own
 * clock is off: the nearest quarter of an hour is a zone, what is left is lag. The most frequent
 * zone of a host in a log is then that of all records of this host in this log; failing that, of
 * the host elsewhere, of the log's only other zone, or what the person declared. Measured on real
 * captures: half of them bear a collector's time wrong by whole hours, and Sysmon writes event 3
 * up to 13 s late.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "derive/room.h"
#include "fact/record.h"

enum { QUARTER = 15 * 60 };
#define UNKNOWN_ZONE (14 * HOUR)
#define NO_ZONE INT64_MIN

struct tally {
    uint32_t log, host;
    int64_t zone; /* quarters of an hour */
    uint64_t count;
};

/* What the tallies say of one log or one host. */
struct zone_of_one {
    int64_t zone; /* NO_ZONE: nothing */
    bool one;     /* and nothing else */
};

struct clocks {
    struct vec tallies; /* sorted by log, host, count */
    struct table places;
    uint32_t last;
    struct zone_of_one *of_log, *of_host; /* of_host: of the first log that tells */
    int64_t *declared;                    /* by log */
    uint32_t host_count;
};

static int64_t round_quarter(int64_t ns)
{
    int64_t q = (int64_t)QUARTER * SECOND;
    return ns >= 0 ? (ns + q / 2) / q : -((-ns + q / 2) / q);
}

static bool tally_same(struct world *w, uint32_t i, const void *key)
{
    const struct tally *a = AT(struct tally, &w->clocks->tallies, i), *b = key;
    return a->log == b->log && a->host == b->host && a->zone == b->zone;
}

static uint64_t tally_mix(const struct tally *t)
{
    uint64_t k[3] = {t->log, t->host, (uint64_t)t->zone};
    return world_hash(k, sizeof k, 12);
}

static uint64_t tally_hash(struct world *w, uint32_t i)
{
    return tally_mix(AT(struct tally, &w->clocks->tallies, i));
}

static void tally(struct world *w, uint32_t log, uint32_t host, int64_t zone)
{
    struct clocks *k = w->clocks;
    struct tally want = {log, host, zone, 1};
    if (k->last == 0 || !tally_same(w, k->last, &want)) {
        uint32_t *slot = table_find(w, &k->places, tally_mix(&want), tally_same, &want, tally_hash);
        if (slot != NULL && *slot == 0) {
            uint32_t i = vec_add(w, &k->tallies);
            *AT(struct tally, &k->tallies, i) = want;
            *slot = i;
            k->places.used += i != 0;
            k->last = i;
            return;
        }
        k->last = slot == NULL ? 0 : *slot;
    }
    AT(struct tally, &k->tallies, k->last)->count++;
}

static uint32_t record_host(struct world *w, uint32_t log, const struct hw_bound *b,
                            const struct hw_span *values)
{
    const struct log *l = AT(struct log, &w->logs, log);
    struct hw_span name = hw_bound_get(b, HW_ROLE_HOST, values);
    return host_of(w, l->scope, name.n > 0 ? name : text_span(w, l->host));
}

static void learn(struct world *w, uint32_t log, struct hw_span source, struct hw_span event,
                  const struct hw_record *r, const struct hw_bound *bounds, size_t count)
{
    int64_t utc;
    /* The time of a connection is another clock's in some systems: off by days on a real capture.
     * */
    if (count == 0 || (hw_span_is(source, "windows") && hw_span_is(event, "3")) ||
        r->time_ns == HW_TIME_NONE || r->clock == HW_CLOCK_NO_YEAR) {
        return;
    }
    struct hw_span t = hw_bound_get(&bounds[0], HW_ROLE_TIME, r->values);
    uint32_t host = record_host(w, log, &bounds[0], r->values);
    if (t.n > 0 && host != 0 && hw_time_parse(t, &utc)) {
        tally(w, log, host, round_quarter(utc - r->time_ns));
    }
}

static int compare(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    if (x->log != y->log) {
        return x->log < y->log ? -1 : 1;
    }
    if (x->host != y->host) {
        return x->host < y->host ? -1 : 1;
    }
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return (x->zone > y->zone) - (x->zone < y->zone);
}

/* "+02:00", "UTC", "-5": minutes are enough for every zone there is. */
static int64_t declared_zone(struct hw_span s)
{
    if (s.n == 0) {
        return NO_ZONE;
    }
    if (hw_span_is_nocase(s, "utc") || hw_span_is_nocase(s, "z")) {
        return 0;
    }
    int64_t sign = s.p[0] == '-' ? 1 : -1, v[2] = {0, 0};
    unsigned part = 0;
    size_t digits = 0;
    for (size_t i = s.p[0] == '+' || s.p[0] == '-' ? 1 : 0; i < s.n; i++) {
        if (s.p[i] == ':' && part == 0) {
            part = 1;
        } else if (hw_ascii_is_digit(s.p[i]) && digits++ < 4) {
            v[part] = v[part] * 10 + (s.p[i] - '0');
        } else {
            return NO_ZONE;
        }
    }
    if (part == 0 && v[0] > 99) {
        v[1] = v[0] % 100;
        v[0] /= 100;
    }
    return sign * (v[0] * 60 + v[1]) * MINUTE;
}

/* Of each log and host, once, so that no record has to look through the tallies. */
static int sum_up(struct world *w, struct clocks *k)
{
    k->of_log = calloc(w->logs.count, sizeof *k->of_log);
    k->of_host = calloc(w->hosts.count, sizeof *k->of_host);
    k->declared = calloc(w->logs.count, sizeof *k->declared);
    if (k->of_log == NULL || k->of_host == NULL || k->declared == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for clocks"));
    }
    for (uint32_t i = 0; i < w->logs.count; i++) {
        k->of_log[i] = (struct zone_of_one){NO_ZONE, true};
        k->declared[i] = declared_zone(text_span(w, AT(struct log, &w->logs, i)->zone));
    }
    k->host_count = w->hosts.count;
    for (uint32_t i = 0; i < w->hosts.count; i++) {
        k->of_host[i] = (struct zone_of_one){NO_ZONE, true};
    }
    for (uint32_t i = 1; i < k->tallies.count; i++) {
        const struct tally *t = AT(struct tally, &k->tallies, i), *was = t - 1;
        if (i > 1 && was->log == t->log && was->host == t->host) {
            continue; /* a less frequent zone of the same */
        }
        int64_t zone = t->zone * QUARTER * SECOND;
        struct zone_of_one *l = &k->of_log[t->log], *h = &k->of_host[t->host];
        l->one = l->one && (l->zone == NO_ZONE || l->zone == zone);
        l->zone = zone;
        h->zone = h->zone == NO_ZONE ? zone : h->zone;
    }
    return HW_OK;
}

int clock_learn(struct world *w)
{
    static const struct read_pass pass = {.record = learn};
    struct clocks *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for clocks"));
    }
    w->clocks = k;
    k->tallies.each = sizeof(struct tally);
    (void)vec_add(w, &k->tallies);
    int rc = w->rc != HW_OK ? w->rc : read_all(w, &pass);
    if (rc == HW_OK && k->tallies.count > 2) {
        qsort(AT(struct tally, &k->tallies, 1), k->tallies.count - 1, sizeof(struct tally),
              compare);
    }
    return rc != HW_OK ? rc : sum_up(w, k);
}

void clock_free(struct world *w)
{
    struct clocks *k = w->clocks;
    w->clocks = NULL;
    if (k != NULL) {
        free(k->tallies.p);
        free(k->places.slot);
        free(k->of_log);
        free(k->of_host);
        free(k->declared);
        free(k);
    }
}

/* The most frequent zone of this host in this log; NO_ZONE: none. */
static int64_t zone_here(const struct clocks *k, uint32_t log, uint32_t host)
{
    uint32_t lo = 1, hi = k->tallies.count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct tally *t = AT(struct tally, &k->tallies, mid);
        if (t->log < log || (t->log == log && t->host < host)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    const struct tally *t = AT(struct tally, &k->tallies, lo);
    bool here = lo < k->tallies.count && t->log == log && t->host == host;
    return here ? t->zone * QUARTER * SECOND : NO_ZONE;
}

/* What must be added to a record's own time; NO_ZONE: nothing shows it. */
static int64_t zone_of(const struct clocks *k, uint32_t log, uint32_t host, enum hw_clock clock)
{
    const struct zone_of_one *l = &k->of_log[log];
    int64_t here = l->zone == NO_ZONE ? NO_ZONE : zone_here(k, log, host);
    if (here != NO_ZONE) {
        return here;
    }
    int64_t only = l->zone != NO_ZONE && l->one ? l->zone : NO_ZONE, said = k->declared[log];
    if (clock == HW_CLOCK_UTC) {
        return only != NO_ZONE ? only : 0;
    }
    /* Hosts that the first pass did not meet came with the second and have nothing elsewhere. */
    bool met = host < k->host_count && clock == HW_CLOCK_LOCAL;
    int64_t elsewhere = met ? k->of_host[host].zone : NO_ZONE;
    return said != NO_ZONE ? said : elsewhere != NO_ZONE ? elsewhere : only;
}

struct slack {
    const char *source, *event;
    int64_t before, after;
};

/* Measured (Sysmon, Security), or what the recorder promises. The first that fits counts. */
static const struct slack slacks[] = {
    {"windows", "3", 13 * SECOND, 3 * SECOND},
    {"windows", "5156", SECOND, SECOND},
    {"windows", "22", 3 * SECOND, 3 * SECOND},
    {"windows", NULL, SECOND, SECOND},
    {"strace", NULL, 0, SECOND / 10000},
    {"auditd", NULL, SECOND / 100, SECOND / 100},
    {"eslogger", NULL, SECOND / 100, SECOND / 100},
    {"zeek", NULL, SECOND, SECOND},
    {"estate", NULL, 0, 0},
    {NULL, NULL, 2 * SECOND, 2 * SECOND},
};

static const struct slack *slack_of(struct hw_span source, struct hw_span event)
{
    const struct slack *s = slacks;
    while (s->source != NULL &&
           !(hw_span_is(source, s->source) && (s->event == NULL || hw_span_is(event, s->event)))) {
        s++;
    }
    return s;
}

static struct moment widen(int64_t t, int64_t before, int64_t after)
{
    struct moment i = {.t = t};
    i.lo = t > HW_TIME_MIN + before ? t - before : HW_TIME_MIN;
    i.hi = t < HW_TIME_MAX - after ? t + after : HW_TIME_MAX;
    return i;
}

struct moment clock_of(const struct clocks *k, uint32_t log, uint32_t host, struct hw_span source,
                       struct hw_span event, const struct hw_record *r, const struct hw_bound *b)
{
    static const int64_t unit[10] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                     10000,      1000,      100,      10,      1};
    const struct slack *s = slack_of(source, event);
    struct hw_interval given;
    struct hw_span t =
        b == NULL ? (struct hw_span){NULL, 0} : hw_bound_get(b, HW_ROLE_TIME, r->values);
    if (t.n > 0 && hw_interval_parse(t, &given)) {
        struct moment wide = widen(given.lo, s->before, s->after);
        wide.hi = given.hi > wide.hi ? given.hi : wide.hi;
        return wide;
    }
    if (r->time_ns == HW_TIME_NONE || r->clock == HW_CLOCK_NO_YEAR || r->clock == HW_CLOCK_NONE) {
        return (struct moment){HW_TIME_NONE, HW_TIME_NONE, HW_TIME_NONE};
    }
    int64_t zone = zone_of(k, log, host, r->clock);
    int64_t after = s->after + unit[r->digits] - 1;
    if (zone == NO_ZONE) {
        return widen(r->time_ns, s->before + UNKNOWN_ZONE, after + UNKNOWN_ZONE);
    }
    int64_t moved;
    if (__builtin_add_overflow(r->time_ns, zone, &moved)) {
        moved = r->time_ns;
    }
    return widen(moved, s->before, after);
}
