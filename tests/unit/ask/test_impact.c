/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is held, by whom and since when: told by small graphs, and by large ones made to be slow.
 */
#include "tale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/impact.h"
#include "base/time.h"
#include "case/graph.h"

#define OK(call) assert_int_equal(call, HW_OK)
#define DAY(n) ((n)*TALE_DAY)

enum { ALWAYS = 0, CHAIN = 1500, SIGNED = 360000 };

struct link {
    uint32_t n;
    struct hw_edge e;
};

struct web { /* a graph as it is told */
    struct tale *t;
    struct hw_thing *things;
    char (*names)[24];
    struct link *links;
    uint32_t thing_count, link_count;
    struct hw_impact_answer *a;
};

static struct web *web_new(void **state, size_t things, size_t links)
{
    struct web *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->t = *state;
    w->things = calloc(things + 1, sizeof *w->things);
    w->names = calloc(things + 1, sizeof *w->names);
    w->links = calloc(links + 1, sizeof *w->links);
    assert_true(w->things != NULL && w->names != NULL && w->links != NULL);
    return w;
}

static void web_free(struct web *w)
{
    hw_impact_answer_free(w->a);
    free(w->things);
    free(w->names);
    free(w->links);
    free(w);
}

static uint32_t thing(struct web *w, enum hw_entity kind, const char *name, uint32_t host)
{
    uint32_t n = ++w->thing_count;
    struct hw_thing *t = &w->things[n];
    if (name[0] == '#') { /* any name */
        (void)snprintf(w->names[n], sizeof w->names[n], "#%u", n);
    } else {
        (void)snprintf(w->names[n], sizeof w->names[n], "%s", name);
    }
    *t = (struct hw_thing){.kind = kind,
                           .scope = "acme",
                           .host = host == 0 ? UINT32_MAX : host,
                           .first_ns = DAY(1),
                           .last_ns = DAY(1)};
    t->name = t->key = hw_span_str(w->names[n]);
    for (unsigned i = 0; i < 4; i++) {
        t->id[i] = (uint8_t)(n >> (24 - 8 * i));
    }
    return n;
}

static void at(struct web *w, uint32_t n, int64_t first, int64_t last)
{
    w->things[n].first_ns = first;
    w->things[n].last_ns = last;
}

static void link_at(struct web *w, uint32_t subject, enum hw_verb verb, uint32_t object, int64_t lo,
                    int64_t hi)
{
    struct link *l = &w->links[w->link_count++];
    *l = (struct link){w->link_count,
                       {.subject = subject, .object = object, .lo = lo, .hi = hi, .verb = verb}};
}

static void link_on(struct web *w, uint32_t subject, enum hw_verb verb, uint32_t object,
                    int64_t day)
{
    link_at(w, subject, verb, object, DAY(day), DAY(day));
}

static int number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int way_in(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    int d = number(x->e.object, y->e.object);
    d = d != 0 ? d : (x->e.hi > y->e.hi) - (x->e.hi < y->e.hi);
    return d != 0 ? d : number(x->n, y->n);
}

static int way_out(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    int d = number(x->e.subject, y->e.subject);
    d = d != 0 ? d : (x->e.lo > y->e.lo) - (x->e.lo < y->e.lo);
    return d != 0 ? d : number(x->n, y->n);
}

static void store(struct web *w)
{
    struct hw_graph *g = NULL;
    struct hw_error *err = &w->t->err;
    uint8_t print[32];
    OK(hw_graph_print(w->t->c, 1, print, err));
    OK(hw_graph_begin(w->t->c, &g, err));
    struct hw_source log = {.path = HW_SPAN_LIT("/log"), .reading = 1};
    OK(hw_graph_put_source(g, 1, &log, err));
    for (uint32_t n = 1; n <= w->thing_count; n++) {
        OK(hw_graph_put_thing(g, n, &w->things[n], err));
    }
    for (uint32_t i = 0; i < w->link_count; i++) {
        struct hw_edge_place p = {.source = w->links[i].e.verb != HW_VERB_IS, .number = i};
        OK(hw_graph_put_place(g, w->links[i].n, &p, err));
    }
    qsort(w->links, w->link_count, sizeof *w->links, way_in);
    for (uint32_t i = 0; i < w->link_count; i++) {
        OK(hw_graph_put_in(g, w->links[i].n, &w->links[i].e, err));
    }
    qsort(w->links, w->link_count, sizeof *w->links, way_out);
    for (uint32_t i = 0; i < w->link_count; i++) {
        OK(hw_graph_put_out(g, w->links[i].n, &w->links[i].e, err));
    }
    OK(hw_graph_end(g, print, err));
    hw_graph_free(g);
}

static void ask(struct web *w, const char *target, int64_t from, int64_t as_of)
{
    struct hw_target_list several = {.count = 0};
    struct hw_impact_ask q = {
        .target = hw_span_str(target), .from = from, .until = HW_TIME_NONE, .as_of = as_of};
    hw_impact_answer_free(w->a);
    int rc = hw_impact(w->t->c, &q, &w->a, &several, &w->t->err);
    if (rc != HW_OK) {
        print_error("%s\n", w->t->err.text);
    }
    assert_int_equal(rc, HW_OK);
}

static const struct hw_held *held(const struct web *w, uint32_t n)
{
    const struct hw_held *h = w->a->held;
    while (h != NULL && h->n != n) {
        h = h->next;
    }
    return h;
}

/* A workstation; a server; a log-on of somebody from the one to the other, on day 20. */
struct two {
    struct web *w;
    uint32_t ws, server, who, logon;
};

static struct two two_machines(void **state)
{
    struct two x = {.w = web_new(state, 64, 64)};
    x.ws = thing(x.w, HW_ENTITY_HOST, "ws", ALWAYS);
    x.server = thing(x.w, HW_ENTITY_HOST, "server", ALWAYS);
    x.who = thing(x.w, HW_ENTITY_ACCOUNT, "amy", ALWAYS);
    x.logon = thing(x.w, HW_ENTITY_SESSION, "#", x.server);
    at(x.w, x.logon, DAY(20), DAY(20));
    link_on(x.w, x.ws, HW_VERB_LOGGED_ON, x.logon, 20);
    link_on(x.w, x.who, HW_VERB_LOGGED_ON, x.logon, 20);
    return x;
}

static void network_logon_that_leaves_nothing_holds_no_server(void **state)
{
    struct two x = two_machines(state);
    store(x.w);
    ask(x.w, "host:ws", DAY(10), DAY(100));
    assert_non_null(held(x.w, x.ws));
    assert_non_null(held(x.w, x.who)); /* used from there */
    assert_true(held(x.w, x.who)->shown);
    assert_null(held(x.w, x.server));
    /* Nor does who holds the server have the account: it left nothing there. */
    ask(x.w, "host:server", DAY(10), DAY(100));
    assert_null(held(x.w, x.who));
    web_free(x.w);
}

static void logon_that_runs_something_holds_it(void **state)
{
    struct two x = two_machines(state);
    uint32_t p = thing(x.w, HW_ENTITY_PROCESS, "#", x.server);
    link_on(x.w, x.logon, HW_VERB_RAN, p, 20);
    store(x.w);
    ask(x.w, "host:ws", DAY(10), DAY(100));
    assert_non_null(held(x.w, x.server));
    assert_int_equal(held(x.w, x.server)->since, DAY(20));
    ask(x.w, "host:server", DAY(10), DAY(100));
    assert_non_null(held(x.w, x.who));
    web_free(x.w);
}

static void administrators_logon_holds_the_server(void **state)
{
    struct two x = two_machines(state);
    x.w->things[x.who].flags = HW_THING_ADMIN;
    store(x.w);
    ask(x.w, "host:ws", DAY(10), DAY(100));
    assert_non_null(held(x.w, x.server));
    web_free(x.w);
}

static void session_or_process_asked_about_is_held(void **state)
{
    struct two x = two_machines(state);
    char name[32];
    uint32_t p = thing(x.w, HW_ENTITY_PROCESS, "evil", x.server);
    at(x.w, p, DAY(12), DAY(12));
    store(x.w);
    (void)snprintf(name, sizeof name, "session:#%u", x.logon);
    ask(x.w, name, HW_TIME_NONE, DAY(100));
    assert_non_null(held(x.w, x.who));
    assert_null(held(x.w, x.server));
    ask(x.w, "process:evil", HW_TIME_NONE, DAY(100));
    assert_non_null(held(x.w, x.server));
    assert_int_equal(held(x.w, x.server)->since, DAY(12));
    web_free(x.w);
}

static void logon_before_it_was_held_is_nobodys(void **state)
{
    struct two x = two_machines(state);
    x.w->things[x.who].flags = HW_THING_ADMIN;
    store(x.w);
    ask(x.w, "host:ws", DAY(21), DAY(100));
    assert_null(held(x.w, x.server));
    assert_null(held(x.w, x.who));
    web_free(x.w);
}

static void what_comes_after_as_of_is_not_known(void **state)
{
    struct two x = two_machines(state);
    uint32_t p = thing(x.w, HW_ENTITY_PROCESS, "#", x.server);
    link_on(x.w, x.logon, HW_VERB_RAN, p, 30);
    store(x.w);
    ask(x.w, "host:ws", DAY(10), DAY(19));
    assert_null(held(x.w, x.who));
    ask(x.w, "host:ws", DAY(10), DAY(29)); /* it ran something later */
    assert_non_null(held(x.w, x.who));
    assert_null(held(x.w, x.server));
    ask(x.w, "host:ws", DAY(10), DAY(31));
    assert_non_null(held(x.w, x.server));
    web_free(x.w);
}

static void cycles_of_logons_end(void **state)
{
    struct two x = two_machines(state);
    uint32_t back = thing(x.w, HW_ENTITY_SESSION, "#", x.ws);
    x.w->things[x.who].flags = HW_THING_ADMIN;
    at(x.w, back, DAY(21), DAY(22));
    link_on(x.w, x.logon, HW_VERB_LOGGED_ON, back, 21);
    link_on(x.w, back, HW_VERB_LOGGED_ON, x.logon, 22);
    link_on(x.w, back, HW_VERB_LOGGED_ON, back, 22); /* and from itself */
    link_on(x.w, x.who, HW_VERB_LOGGED_ON, back, 21);
    store(x.w);
    ask(x.w, "host:ws", DAY(10), DAY(100));
    assert_int_equal(x.w->a->held_count[0], 2);
    assert_int_equal(held(x.w, x.ws)->since, DAY(10));
    web_free(x.w);
}

/* The payload ran at a time that nobody recorded: such edges begin at the lowest time there is. */
static void payload_without_a_date_is_held_since_nobody_knows(void **state)
{
    struct web *w = web_new(state, 16, 16);
    uint32_t host = thing(w, HW_ENTITY_HOST, "ws", ALWAYS);
    uint32_t file = thing(w, HW_ENTITY_FILE, "#", host);
    uint32_t process = thing(w, HW_ENTITY_PROCESS, "#", host);
    uint32_t bytes = thing(w, HW_ENTITY_ARTIFACT, "#", ALWAYS);
    uint32_t who = thing(w, HW_ENTITY_ACCOUNT, "amy", ALWAYS);
    uint32_t logon = thing(w, HW_ENTITY_SESSION, "#", host);
    char hex[65];
    memset(hex, 'a', 64);
    hex[64] = 0;
    w->things[bytes].name = w->things[bytes].key = hw_span_str(hex);
    at(w, logon, HW_TIME_NONE, HW_TIME_NONE);
    link_at(w, bytes, HW_VERB_IS, file, HW_TIME_MIN, HW_TIME_MAX);
    link_at(w, file, HW_VERB_RAN, process, HW_TIME_MIN, HW_TIME_MAX);
    link_on(w, who, HW_VERB_LOGGED_ON, logon, 5);
    store(w);
    ask(w, hex, HW_TIME_NONE, DAY(100));
    assert_non_null(held(w, host));
    assert_true(held(w, host)->since == HW_TIME_NONE);
    assert_non_null(held(w, who));
    web_free(w);
}

/* Each machine held is reached late by a long way and, step by step, earlier by others. */
static void long_chains_reached_late_first_cost_their_length(void **state)
{
    struct web *w = web_new(state, 4 * CHAIN, 8 * CHAIN);
    uint32_t first = thing(w, HW_ENTITY_HOST, "ws", ALWAYS), a[CHAIN], b[CHAIN];
    for (unsigned i = 0; i < CHAIN; i++) {
        a[i] = thing(w, HW_ENTITY_SESSION, "#", ALWAYS);
        b[i] = thing(w, HW_ENTITY_SESSION, "#", ALWAYS);
    }
    for (unsigned i = 0; i < CHAIN; i++) {
        link_at(w, i == 0 ? first : a[i - 1], HW_VERB_LOGGED_ON, a[i], DAY(1), DAY(900));
        link_at(w, a[i], HW_VERB_LOGGED_ON, b[0], DAY(20) + CHAIN - i, DAY(900));
        if (i > 0) {
            link_at(w, b[i - 1], HW_VERB_LOGGED_ON, b[i], DAY(1), DAY(900));
        }
    }
    uint32_t host = thing(w, HW_ENTITY_HOST, "end", ALWAYS);
    w->things[host].flags = HW_THING_BUILD;
    w->things[b[CHAIN - 1]].host = host;
    store(w);
    ask(w, "host:ws", DAY(10), DAY(100));
    assert_non_null(held(w, host));
    assert_true(held(w, host)->since == DAY(20) + 1);
    web_free(w);
}

/* Somebody whose machine is held has the key of a build farm. */
static void key_of_many_signatures_is_answered(void **state)
{
    struct web *w = web_new(state, SIGNED + 16, SIGNED + 16);
    uint32_t ws = thing(w, HW_ENTITY_HOST, "ws", ALWAYS);
    uint32_t who = thing(w, HW_ENTITY_ACCOUNT, "amy", ALWAYS);
    uint32_t logon = thing(w, HW_ENTITY_SESSION, "#", ws);
    uint32_t key = thing(w, HW_ENTITY_CERTIFICATE, "key", ALWAYS);
    at(w, logon, DAY(20), DAY(20));
    link_on(w, who, HW_VERB_LOGGED_ON, logon, 20);
    link_on(w, who, HW_VERB_CONTROLS, key, 20);
    for (unsigned i = 0; i < SIGNED; i++) {
        link_on(w, key, HW_VERB_SIGNED, thing(w, HW_ENTITY_ARTIFACT, "#", ALWAYS), i < 7 ? 9 : 30);
    }
    store(w);
    ask(w, "host:ws", DAY(10), DAY(100));
    assert_non_null(held(w, key));
    assert_int_equal(w->a->other_bytes, SIGNED - 7);
    web_free(w);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(network_logon_that_leaves_nothing_holds_no_server),
        T(logon_that_runs_something_holds_it),
        T(administrators_logon_holds_the_server),
        T(session_or_process_asked_about_is_held),
        T(logon_before_it_was_held_is_nobodys),
        T(what_comes_after_as_of_is_not_known),
        T(cycles_of_logons_end),
        T(payload_without_a_date_is_held_since_nobody_knows),
        T(long_chains_reached_late_first_cost_their_length),
        T(key_of_many_signatures_is_answered),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
