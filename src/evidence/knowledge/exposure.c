/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/exposure.c -- what a scanner of the Internet saw: exports of Shodan (banners,
 * one a line; pages of a search; hosts) and of Censys (hosts of its three versions, and pages).
 *
 * A service of one address at one time is one fact. The same service seen twice is two, for how far
 * apart two sightings are one is for who counts (fact/exposed.h). What each scanner calls things
 * stands in the tables of exposure_map.c; docs/formats/exposure.md says it for people.
 */
#include "evidence/knowledge/exposure.h"

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/feed.h"

enum { PROTOCOLS = 256 }; /* of one host of version 1: each is looked for in all of it */
enum { BITS = 96, DEPTH = 6, ROOM_LEAST = 1 << 10, ROOM_MOST = 1 << 21, SERVICE_BYTES = 128 };

static void read_thing(struct hw_exposure *e, struct hw_span thing, unsigned depth);

/* The elements of an array, the last one too when it does not end. */
static void each_element(struct hw_exposure *e, struct hw_span array, unsigned depth,
                         void (*each)(struct hw_exposure *e, struct hw_span one, unsigned depth))
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, array, (uint64_t)(array.p - e->t.n->bytes.p), &e->t.x->fuel);
    while (hw_teach_going(&e->t) && hw_json_walk_next(&w)) {
        each(e, w.value, depth);
    }
    if (w.fault != NULL && !w.closed) {
        hw_teach_refuse(&e->t, e->line + 1, w.fault_off,
                        hw_span_from(e->t.n->bytes, (size_t)w.fault_off), w.fault);
    }
}

static void read_banner(struct hw_exposure *e, struct hw_span banner, unsigned depth)
{
    (void)depth;
    hw_exposure_said_clear(&e->own);
    hw_exposure_map(HW_EXPOSURE_OF_BANNER, banner, &e->t.x->fuel, &e->own);
    hw_exposure_say(e, banner);
}

static void read_service_2(struct hw_exposure *e, struct hw_span service, unsigned depth)
{
    (void)depth;
    hw_exposure_said_clear(&e->own);
    hw_exposure_map(HW_EXPOSURE_OF_SERVICE_2, service, &e->t.x->fuel, &e->own);
    hw_exposure_say(e, service);
}

static void read_service_3(struct hw_exposure *e, struct hw_span service, unsigned depth)
{
    (void)depth;
    hw_exposure_said_clear(&e->own);
    hw_exposure_map(HW_EXPOSURE_OF_SERVICE_3, service, &e->t.x->fuel, &e->own);
    hw_exposure_say(e, service);
}

/* ---- hosts of version 1: "443/https"; where asked for, p443.https or 443.https ---- */

static struct hw_span service_1_of(struct hw_exposure *e, struct hw_span host, struct hw_span port,
                                   struct hw_span protocol)
{
    struct hw_json_walk w, v;
    hw_json_walk_init(&w, host, 0, &e->t.x->fuel);
    while (hw_json_walk_next(&w)) {
        struct hw_span key = hw_span_from(w.key, hw_span_starts(w.key, "p") ? 1 : 0);
        if (!hw_span_equal(key, port) || !hw_json_walk_is(w.value, '{')) {
            continue;
        }
        hw_json_walk_init(&v, w.value, 0, &e->t.x->fuel);
        while (hw_json_walk_next(&v)) {
            if (hw_span_equal(v.key, protocol) && hw_json_walk_is(v.value, '{')) {
                return v.value;
            }
        }
    }
    return (struct hw_span){NULL, 0};
}

static void read_host_1(struct hw_exposure *e, struct hw_span host, struct hw_span protocols)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, protocols, 0, &e->t.x->fuel);
    while (hw_teach_going(&e->t) && hw_json_walk_next(&w)) {
        struct hw_span s = hw_json_walk_string(w.value);
        if (w.count > PROTOCOLS) {
            hw_teach_refuse(&e->t, e->line, (uint64_t)(w.value.p - e->t.n->bytes.p), w.value,
                            "more services than are read of one host of this version");
            break;
        }
        size_t slash = hw_span_find(s, '/');
        struct hw_span port = hw_span_cut(s, 0, slash), protocol = hw_span_from(s, slash + 1);
        hw_exposure_said_clear(&e->own);
        struct hw_span service = service_1_of(e, host, port, protocol);
        if (service.n > 0) {
            hw_exposure_map(HW_EXPOSURE_OF_SERVICE_1, service, &e->t.x->fuel, &e->own);
        }
        hw_buf_span_put(&e->own.text[HW_EXPOSURE_PORT], port);
        hw_buf_span_put(&e->own.text[HW_EXPOSURE_SERVICE], protocol);
        hw_exposure_say(e, service.n > 0 ? service : w.value);
    }
}

/* ---- documents ---- */

static void begin_thing(struct hw_exposure *e, const char *scanner, uint64_t *count)
{
    e->line++;
    e->scanner = scanner;
    ++*count;
    hw_exposure_said_clear(&e->host);
}

static void read_host(struct hw_exposure *e, struct hw_span host, const struct hw_exposure_look *l)
{
    struct hw_budget *fuel = &e->t.x->fuel;
    bool shodan = l->shape == HW_EXPOSURE_SHODAN;
    begin_thing(e, shodan ? "shodan" : "censys", shodan ? &e->shodan : &e->censys);
    if (shodan) {
        hw_exposure_map(HW_EXPOSURE_OF_SHODAN, host, fuel, &e->host);
        each_element(e, l->inside, 0, read_banner);
    } else if (l->shape == HW_EXPOSURE_CENSYS_1) {
        hw_exposure_map(HW_EXPOSURE_OF_HOST_1, host, fuel, &e->host);
        read_host_1(e, host, l->inside);
    } else if (l->shape == HW_EXPOSURE_CENSYS_2) {
        hw_exposure_map(HW_EXPOSURE_OF_HOST_2, host, fuel, &e->host);
        each_element(e, l->inside, 0, read_service_2);
    } else {
        hw_exposure_map(HW_EXPOSURE_OF_HOST_3, host, fuel, &e->host);
        each_element(e, l->inside, 0, read_service_3);
    }
}

static void read_thing(struct hw_exposure *e, struct hw_span thing, unsigned depth)
{
    struct hw_exposure_look l = hw_exposure_look(thing, &e->t.x->fuel);
    uint64_t off = (uint64_t)(thing.p - e->t.n->bytes.p);
    switch (depth > DEPTH ? HW_EXPOSURE_NONE : l.shape) {
    case HW_EXPOSURE_NONE:
        e->line++;
        hw_teach_refuse(&e->t, e->line, off, thing, l.why == NULL ? "nested too deep" : l.why);
        break;
    case HW_EXPOSURE_PAGE:
        each_element(e, l.inside, depth + 1, read_thing);
        break;
    case HW_EXPOSURE_WRAP:
        read_thing(e, l.inside, depth + 1);
        break;
    case HW_EXPOSURE_BANNER:
        begin_thing(e, "shodan", &e->shodan);
        read_banner(e, thing, depth);
        break;
    case HW_EXPOSURE_SILENT:
        begin_thing(e, "censys", &e->censys);
        e->t.ignored++;
        break;
    default:
        read_host(e, thing, &l);
        break;
    }
}

/* A document that is cut short is refused by its place; when it is all of the file, what lies whole
 * in it is read first. */
static bool read_cut(struct hw_exposure *e, const struct hw_feed *f)
{
    struct hw_span rest = hw_span_from(e->t.n->bytes, (size_t)f->off);
    bool whole = f->number == 1 && hw_json_walk_is(rest, '{') &&
                 hw_exposure_look(rest, &e->t.x->fuel).shape > HW_EXPOSURE_NONE &&
                 hw_exposure_look(rest, &e->t.x->fuel).shape != HW_EXPOSURE_BANNER;
    if (whole) {
        read_thing(e, rest, 0);
    }
    hw_teach_refuse(&e->t, ++e->line, f->off, f->value, f->bad);
    return whole;
}

static void read_all(struct hw_exposure *e)
{
    struct hw_feed f;
    bool done = false;
    hw_feed_init(&f, e->t.n->bytes, &e->t.x->fuel);
    while (!done && hw_teach_going(&e->t) && hw_feed_next(&f)) {
        if (f.bad != NULL) {
            done = read_cut(e, &f);
        } else {
            read_thing(e, f.value, 0);
        }
    }
}

static void say_moment(struct hw_exposure *e, const char *key, int64_t ns)
{
    char text[HW_TIME_TEXT];
    if (ns != HW_TIME_NONE) {
        hw_say_text(e->t.x, e->t.n, key, hw_span_str(hw_time_text(ns, text)));
    }
}

static void say_counts(struct hw_exposure *e)
{
    const char *scanner = e->shodan > 0 && e->censys > 0 ? "shodan, censys"
                          : e->censys > 0                ? "censys"
                                                         : "shodan";
    if (e->shodan + e->censys > 0) {
        hw_say_text(e->t.x, e->t.n, "exposure.scanner", hw_span_str(scanner));
    }
    hw_say_number(e->t.x, e->t.n, "exposure.services", e->services);
    hw_say_number(e->t.x, e->t.n, "exposure.addresses", e->count);
    say_moment(e, "exposure.first-seen", e->first);
    say_moment(e, "exposure.last-seen", e->last);
    if (e->full) {
        hw_say_anomaly(e->t.x, e->t.n, "over-budget", 0, 0,
                       "more addresses than are told apart: there are more than %llu",
                       (unsigned long long)e->count);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_exposure e = {.first = HW_TIME_NONE, .last = HW_TIME_NONE, .room = ROOM_LEAST};
    hw_teach_init(&e.t, x, n, "exposure");
    while (e.room < ROOM_MOST && e.room < n->bytes.n / SERVICE_BYTES) {
        e.room *= 2;
    }
    e.addresses = hw_arena_array(x->arena, e.room, sizeof *e.addresses);
    if (e.addresses == NULL) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    hw_exposure_said_init(&e.host);
    hw_exposure_said_init(&e.own);
    read_all(&e);
    say_counts(&e);
    hw_teach_done(&e.t);
    hw_exposure_said_done(&e.host);
    hw_exposure_said_done(&e.own);
}

/* ---- the probe ---- */

static bool is_export(struct hw_span thing, struct hw_budget *fuel)
{
    for (unsigned depth = 0; depth <= DEPTH; depth++) {
        struct hw_exposure_look l = hw_exposure_look(thing, fuel);
        struct hw_json_walk w;
        if (l.shape != HW_EXPOSURE_WRAP && l.shape != HW_EXPOSURE_PAGE) {
            return l.shape != HW_EXPOSURE_NONE;
        }
        thing = l.inside;
        if (l.shape == HW_EXPOSURE_PAGE) {
            hw_json_walk_init(&w, thing, 0, fuel);
            if (!hw_json_walk_next(&w)) {
                return false;
            }
            thing = w.value;
        }
    }
    return false;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span text = hw_span_from(bytes, hw_span_starts(bytes, "\xEF\xBB\xBF") ? 3 : 0);
    struct hw_json_walk w;
    text = hw_span_trim(text);
    if (hw_json_walk_is(text, '[')) {
        hw_json_walk_init(&w, text, 0, fuel);
        text = hw_json_walk_next(&w) ? w.value : (struct hw_span){NULL, 0};
    }
    return is_export(text, fuel) ? BITS : 0;
}

const struct hw_format hw_exposure_format = {
    .word = "exposure",
    .probe = probe,
    .examine = examine,
};
