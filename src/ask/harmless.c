/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/harmless.h"

#include "ask/room.h"
#include "base/address.h"
#include "fact/rule.h"
#include "fact/url.h"
#include "fact/words.h"

#define FUEL UINT64_C(20000000) /* of one look-up, over all programs of warning lists */

bool hw_indicator_counts(const struct hw_fact *indicator, int64_t as_of)
{
    return !hw_fact_is(indicator, HW_INDICATOR_ROLE, "context") &&
           !hw_fact_is(indicator, HW_INDICATOR_ROLE, "harmless") && hw_in_force(indicator, as_of);
}

/* One look-up. */
struct look {
    struct hw_case *c;
    struct hw_arena *arena;
    int64_t as_of;
    struct hw_harmless_row *out;
    struct hw_error *err;
};

/* The list an indicator stands on: its form says how it matches, its title is its name. */
static int read_list(struct look *l, const struct hw_fact_row *row, bool below, bool *out_fits)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row about;
    int rc = hw_case_facts(l->c, row->reading, row->node, HW_FACT_KNOWLEDGE, HW_FACT_KNOWLEDGE, &k,
                           l->err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &about, l->err);
    *out_fits = false;
    if (rc == HW_ROW) {
        struct hw_span form = hw_fact_get(&about.fact, HW_KNOWLEDGE_FORM);
        struct hw_span title = hw_fact_get(&about.fact, HW_KNOWLEDGE_TITLE);
        *out_fits = !below || hw_span_is(form, "warning-list-hostname");
        l->out->how = hw_span_starts(form, "warning-list") ? HW_HARMLESS_SHARED : HW_HARMLESS_GOOD;
        l->out->list = hw_span_keep(l->arena, title);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int read_place(struct look *l, const uint8_t evidence[32])
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    int rc = hw_case_sightings(l->c, evidence, &k, l->err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &place, l->err);
    if (rc == HW_ROW) {
        l->out->path = hw_span_keep(l->arena, place.place.path);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* The first harmless indicator of that kind and value, if none was found before. below: what is
 * asked about lies below this value, so only lists of hosts count. */
static int look_up(struct look *l, const char *kind, struct hw_span value, bool below)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    bool found = false;
    if (l->out->how != HW_HARMLESS_NOT || value.n == 0) {
        return HW_OK;
    }
    int rc = hw_case_indicators_of(l->c, kind, value, &k, l->err);
    while (rc == HW_OK && !found && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        rc = HW_OK;
        if (hw_fact_is(&row.fact, HW_INDICATOR_ROLE, "harmless") &&
            hw_in_force(&row.fact, l->as_of)) {
            rc = read_list(l, &row, below, &found);
            if (rc == HW_OK && found) {
                l->out->line = hw_fact_get_u64(&row.fact, HW_INDICATOR_LINE);
                rc = read_place(l, row.evidence);
            } else {
                l->out->how = HW_HARMLESS_NOT;
            }
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int look_domain(struct look *l, struct hw_span name)
{
    int rc = look_up(l, "domain", name, false);
    while (rc == HW_OK && name.n > 0) {
        size_t dot = hw_span_find(name, '.');
        name = hw_span_from(name, dot < name.n ? dot + 1 : name.n);
        rc = look_up(l, "domain", name, true);
    }
    return rc;
}

static int look_address(struct look *l, struct hw_span address)
{
    uint8_t bytes[16];
    char network[HW_ADDRESS_NETWORK_TEXT];
    int rc = look_up(l, "address", address, false);
    if (!hw_address_bytes(address, bytes)) {
        return rc;
    }
    /* The narrowest network first: it is the one that says most. */
    for (unsigned bits = 129; rc == HW_OK && bits-- > 0;) {
        if (hw_address_within(bytes, bits, network)) {
            rc = look_up(l, "other", hw_span_str(network), false);
        }
    }
    return rc;
}

/* ---- lists of texts and expressions ---- */

struct looked {
    const struct hw_rule *rule;
    struct hw_span kind, value;
};

static struct hw_span looked_field(void *state, unsigned name)
{
    const struct looked *s = state;
    bool it = hw_span_equal(s->rule->names[name], s->kind);
    return it ? s->value : (struct hw_span){NULL, 0};
}

static struct hw_span looked_value(void *state, size_t i)
{
    const struct looked *s = state;
    (void)i;
    return s->value;
}

/* Asks one program of the value; a program in a case from elsewhere may be none, and says no. */
static bool program_holds(const struct hw_fact *f, struct looked *s,
                          struct hw_regex_scratch *scratch, uint64_t *fuel)
{
    struct hw_rule rule;
    struct hw_rule_record record = {
        .field = looked_field, .value = looked_value, .count = 1, .state = s};
    if (!hw_rule_check(hw_fact_get(f, HW_PATTERN_PROGRAM), &rule)) {
        return false;
    }
    s->rule = &rule;
    *fuel -= *fuel > 0;
    return hw_rule_ask(&rule, &record, scratch, fuel) == HW_RULE_YES;
}

/* The first list whose substring or expression holds of the value, if none was found before. What
 * costs more than FUEL is not looked at further: then the value is not said to be harmless. */
static int look_programs(struct look *l, const char *kind, struct hw_span value)
{
    struct hw_regex_scratch scratch;
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    struct looked s = {.kind = hw_span_str(kind), .value = value};
    uint64_t fuel = FUEL;
    bool found = false;
    if (l->out->how != HW_HARMLESS_NOT || value.n == 0) {
        return HW_OK;
    }
    int rc = hw_case_marked_by(l->c, HW_MARK_PATTERN, HW_SPAN_LIT("warning-list"), &k, l->err);
    while (rc == HW_OK && !found && fuel > 0 && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        rc = HW_OK;
        found = hw_fact_is(&row.fact, HW_PATTERN_ROLE, "harmless") &&
                hw_in_force(&row.fact, l->as_of) && program_holds(&row.fact, &s, &scratch, &fuel);
        if (found) {
            uint64_t line = hw_fact_get_u64(&row.fact, HW_PATTERN_LINE);
            rc = read_list(l, &row, false, &found);
            rc = rc == HW_OK && found ? read_place(l, row.evidence) : rc;
            l->out->how = found ? l->out->how : HW_HARMLESS_NOT;
            l->out->line = line;
        }
    }
    hw_cursor_free(k);
    return rc;
}

int hw_harmless_look(struct hw_case *c, struct hw_arena *arena, const char *kind,
                     struct hw_span value, int64_t as_of, struct hw_harmless_row *out,
                     struct hw_error *err)
{
    struct hw_harmless_row row = {.how = HW_HARMLESS_NOT};
    struct look l = {.c = c, .arena = arena, .as_of = as_of, .out = &row, .err = err};
    struct hw_span word = hw_span_str(kind);
    uint8_t bytes[16];
    int rc;
    if (hw_span_is(word, "domain")) {
        rc = look_domain(&l, value);
        rc = rc != HW_OK ? rc : look_programs(&l, kind, value);
    } else if (hw_span_is(word, "address")) {
        rc = look_address(&l, value);
        rc = rc != HW_OK ? rc : look_programs(&l, kind, value);
    } else if (hw_span_is(word, "url")) {
        struct hw_span host = hw_url_host(value);
        rc = look_up(&l, "url", value, false);
        if (rc == HW_OK) {
            bool address = hw_address_bytes(host, bytes);
            rc = address ? look_address(&l, host) : look_domain(&l, host);
            rc = rc != HW_OK ? rc : look_programs(&l, kind, value);
            rc = rc != HW_OK ? rc : look_programs(&l, address ? "address" : "domain", host);
        }
    } else {
        rc = look_up(&l, kind, value, false);
        if (rc == HW_OK && (hw_span_is(word, "filename") || hw_span_is(word, "email"))) {
            rc = look_programs(&l, kind, value);
        }
    }
    if (rc == HW_OK) {
        *out = row;
    }
    return rc;
}
