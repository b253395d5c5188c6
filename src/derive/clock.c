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

struct clocks {
    struct tally *p; /* sorted by log, host, count */
    size_t count, room;
    size_t last;
    bool failed;
};

static int64_t round_quarter(int64_t ns)
{
    int64_t q = (int64_t)QUARTER * SECOND;
    return ns >= 0 ? (ns + q / 2) / q : -((-ns + q / 2) / q);
}

static void tally(struct clocks *k, uint32_t log, uint32_t host, int64_t zone)
{
    if (k->last < k->count && k->p[k->last].log == log && k->p[k->last].host == host &&
        k->p[k->last].zone == zone) {
        k->p[k->last].count++;
        return;
    }
    for (size_t i = k->count; i-- > 0 && k->p[i].log == log;) {
        if (k->p[i].host == host && k->p[i].zone == zone) {
            k->p[i].count++;
            k->last = i;
            return;
        }
    }
    if (k->count == k->room) {
        size_t room = k->room == 0 ? 256 : k->room * 2;
        struct tally *p = realloc(k->p, room * sizeof *p);
        if (p == NULL) {
            k->failed = true;
            return;
        }
        k->p = p;
        k->room = room;
    }
    k->last = k->count;
    k->p[k->count++] = (struct tally){log, host, zone, 1};
}

static uint32_t record_host(struct world *w, uint32_t log, const struct hw_bound *b,
                            const struct hw_span *values)
{
    const struct log *l = AT(struct log, &w->logs, log);
    struct hw_span name = hw_bound_get(b, HW_ROLE_HOST, values);
    return host_of(w, l->scope, name.n > 0 ? name : text_span(w, l->host));
}

/* The pass has no state of its own to carry, so the tallies hang on the one derivation under
 * way. */
static _Thread_local struct clocks *learning;

static void learn(struct world *w, uint32_t log, struct hw_span source, struct hw_span event,
                  const struct hw_record *r, const struct hw_bound *bounds, size_t count)
{
    int64_t utc;
    /* The time of a connection is another clock's in some systems: off by days on a real
     * capture. */
    if (count == 0 || (hw_span_is(source, "windows") && hw_span_is(event, "3")) || r->time_ns == HW_TIME_NONE || r->clock == HW_CLOCK_NO_YEAR) {
        return;
    }
    struct hw_span t = hw_bound_get(&bounds[0], HW_ROLE_TIME, r->values);
    uint32_t host = record_host(w, log, &bounds[0], r->values);
    if (t.n > 0 && host != 0 && hw_time_parse(t, &utc)) {
        tally(learning, log, host, round_quarter(utc - r->time_ns));
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

int clock_learn(struct world *w, struct clocks **out)
{
    static const struct read_pass pass = {.record = learn};
    struct clocks *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for clocks"));
    }
    learning = k;
    int rc = read_all(w, &pass);
    learning = NULL;
    if (rc == HW_OK && k->failed) {
        rc = world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for clocks"));
    }
    if (rc != HW_OK) {
        clock_free(k);
        return rc;
    }
    if (k->count > 0) {
        qsort(k->p, k->count, sizeof *k->p, compare);
    }
    *out = k;
    return HW_OK;
}

void clock_free(struct clocks *k)
{
    if (k != NULL) {
        free(k->p);
        free(k);
    }
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

/* What must be added to a record's own time; NO_ZONE: nothing shows it. */
static int64_t zone_of(const struct clocks *k, struct world *w, uint32_t log, uint32_t host,
                       enum hw_clock clock)
{
    int64_t elsewhere = NO_ZONE, of_log = NO_ZONE;
    bool one = true;
    for (size_t i = 0; i < k->count; i++) {
        const struct tally *t = &k->p[i];
        bool head = i == 0 || k->p[i - 1].log != t->log || k->p[i - 1].host != t->host;
        if (!head) {
            continue;
        }
        int64_t zone = t->zone * QUARTER * SECOND;
        if (t->log == log && t->host == host) {
            return zone;
        }
        if (t->log == log) {
            one = one && (of_log == NO_ZONE || of_log == zone);
            of_log = zone;
        } else if (t->host == host && elsewhere == NO_ZONE && clock == HW_CLOCK_LOCAL) {
            elsewhere = zone;
        }
    }
    int64_t said = declared_zone(text_span(w, AT(struct log, &w->logs, log)->zone));
    return clock == HW_CLOCK_UTC      ? (of_log != NO_ZONE && one ? of_log : 0)
           : said != NO_ZONE          ? said
           : elsewhere != NO_ZONE     ? elsewhere
           : of_log != NO_ZONE && one ? of_log
                                      : NO_ZONE;
}

struct slack {
    const char *source, *event;
    int64_t before, after;
};

/* Measured (Sysmon, Security), or what the recorder promises. The first that fits counts. */
static const struct slack slacks[] = {
    {"windows", "3", 13 * SECOND, 3 * SECOND}, {"windows", "5156", SECOND, SECOND},
    {"windows", "22", 3 * SECOND, 3 * SECOND}, {"windows", NULL, SECOND, SECOND},
    {"strace", NULL, 0, SECOND / 10000},       {"auditd", NULL, SECOND / 100, SECOND / 100},
    {"eslogger", NULL, SECOND / 100, SECOND / 100}, {"zeek", NULL, SECOND, SECOND},
    {"estate", NULL, 0, 0},                    {NULL, NULL, 2 * SECOND, 2 * SECOND},
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

struct moment clock_of(const struct clocks *k, struct world *w, uint32_t log, uint32_t host,
                            struct hw_span source, struct hw_span event,
                            const struct hw_record *r, const struct hw_bound *b)
{
    static const int64_t unit[10] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                     10000,      1000,      100,      10,      1};
    const struct slack *s = slack_of(source, event);
    struct hw_interval given;
    struct hw_span t = b == NULL ? (struct hw_span){NULL, 0}
                                 : hw_bound_get(b, HW_ROLE_TIME, r->values);
    if (t.n > 0 && hw_interval_parse(t, &given)) {
        struct moment wide = widen(given.lo, s->before, s->after);
        wide.hi = given.hi > wide.hi ? given.hi : wide.hi;
        return wide;
    }
    if (r->time_ns == HW_TIME_NONE || r->clock == HW_CLOCK_NO_YEAR || r->clock == HW_CLOCK_NONE) {
        return (struct moment){HW_TIME_NONE, HW_TIME_NONE, HW_TIME_NONE};
    }
    int64_t zone = zone_of(k, w, log, host, r->clock);
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
