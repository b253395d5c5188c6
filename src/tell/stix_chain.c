/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/stix_chain.c -- how it came and who is hit: steps of the chain as relationships, where it
 * crossed between organisations, and machines by what is known of them.
 *
 * A machine's state is the report's, not the machine's: so it stands in a note about all machines
 * of that state, whose identities stay what they are from one report to the next. A step whose ends
 * have no object in STIX (a session, a service, a process) is counted here; report_flow.c has it.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/stix.h"

/* ---- the chain ---- */

static void say_step(struct stix *s, const struct hw_step *p)
{
    hw_buf_clear(&s->says);
    hw_doc_end(&s->says, &p->from);
    hw_buf_printf(&s->says, " %s ", p->verb);
    hw_doc_end(&s->says, &p->to);
    if (p->why != NULL && p->why[0] != '\0') {
        hw_buf_printf(&s->says, ": %s", p->why);
    }
}

/* False: an end has no object. */
static bool step(struct stix *s, const struct hw_step *p)
{
    char id[HW_STIX_ID], from[HW_STIX_ID], to[HW_STIX_ID];
    hw_bundle_thing(&s->x, &p->from, from);
    hw_bundle_thing(&s->x, &p->to, to);
    if (from[0] == '\0' || to[0] == '\0' || strcmp(from, to) == 0) {
        return false;
    }
    hw_bundle_id(&s->x, "relationship", "step", hw_span_str(p->id), id);
    if (!hw_bundle_open(&s->x, "relationship", id)) {
        return true;
    }
    say_step(s, p);
    hw_doc_words(&s->x.b, "relationship_type", "related-to");
    hw_doc_text(&s->x.b, "description", hw_buf_span(&s->says));
    hw_doc_words(&s->x.b, "source_ref", from);
    hw_doc_words(&s->x.b, "target_ref", to);
    hw_doc_number(&s->x.b, "confidence", hw_doc_sure(p->known));
    hw_doc_time(&s->x.b, "start_time", p->lo);
    stix_extend(s);
    hw_doc_words(&s->x.b, "id", p->id);
    hw_doc_words(&s->x.b, "kind", p->verb);
    hw_doc_words(&s->x.b, "class", p->known);
    stix_extend_end(s);
    hw_bundle_close(&s->x);
    if (p->judged != NULL) {
        bool no = hw_is_rejected(p->judged);
        stix_opinion(s, id, no ? "strongly-disagree" : "strongly-agree", p->judged_because);
    }
    return true;
}

static void crossing(struct stix *s, const struct hw_crossing *c)
{
    char id[HW_STIX_ID], from[HW_STIX_ID], to[HW_STIX_ID];
    hw_bundle_organisation(&s->x, c->from_org, from);
    hw_bundle_organisation(&s->x, c->to_org, to);
    if (strcmp(from, to) == 0) {
        return;
    }
    hw_buf_clear(&s->says);
    hw_buf_span_put(&s->says, hw_span_str(from));
    hw_buf_str(&s->says, to);
    hw_buf_str(&s->says, c->over.id);
    hw_bundle_id(&s->x, "relationship", "crossing", hw_buf_span(&s->says), id);
    if (hw_bundle_open(&s->x, "relationship", id)) {
        hw_buf_clear(&s->says);
        hw_buf_str(&s->says, "it came over by ");
        if (c->release.n > 0) {
            hw_buf_str(&s->says, "release ");
            hw_doc_clean(&s->says, c->release, HW_DOC_NAME);
        } else {
            hw_doc_end(&s->says, &c->over);
        }
        hw_doc_words(&s->x.b, "relationship_type", "related-to");
        hw_doc_text(&s->x.b, "description", hw_buf_span(&s->says));
        hw_doc_words(&s->x.b, "source_ref", from);
        hw_doc_words(&s->x.b, "target_ref", to);
        stix_extend(s);
        hw_doc_words(&s->x.b, "kind", "crossing");
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
}

void stix_chain(struct stix *s)
{
    const struct hw_trace_answer *a = s->x.r->chain;
    uint64_t n = 0, told = 0;
    if (a == NULL) {
        return;
    }
    for (const struct hw_step *p = a->steps; p != NULL; p = p->next) {
        if (n++ < HW_STIX_STEPS) {
            told += step(s, p);
        }
    }
    for (const struct hw_crossing *c = a->crossings; c != NULL; c = c->next) {
        crossing(s, c);
    }
    stix_left(s, n, HW_STIX_STEPS, "steps of the chain");
    uint64_t asked = n < HW_STIX_STEPS ? n : HW_STIX_STEPS;
    if (asked > told) {
        hw_buf_printf(&s->left,
                      "%s%llu of %llu steps of the chain whose ends are no objects of STIX (an "
                      "Attack Flow has them)",
                      s->left.n > 0 ? "; " : "", (unsigned long long)(asked - told),
                      (unsigned long long)asked);
    }
}

/* ---- machines ---- */

static void note_state(struct stix *s, enum hw_asset_state state, uint64_t count,
                       const struct hw_buf *refs)
{
    const char *word = hw_asset_state_word(state);
    hw_buf_clear(&s->says);
    hw_buf_printf(&s->says, "%llu machine%s: %s", (unsigned long long)count, count == 1 ? "" : "s",
                  word);
    if (stix_note(s, word, "state", hw_span_str(word), refs)) {
        stix_extend(s);
        hw_doc_words(&s->x.b, "state", word);
        hw_doc_number(&s->x.b, "count", count);
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
}

void stix_machines(struct stix *s)
{
    const struct hw_affected_answer *m = s->x.r->impact == NULL ? NULL : s->x.r->impact->machines;
    uint64_t n = 0;
    const struct hw_asset *a = m == NULL ? NULL : m->assets;
    while (a != NULL) {
        enum hw_asset_state state = a->state;
        uint64_t count = 0;
        struct hw_buf refs;
        hw_buf_init(&refs, 1 << 20);
        for (; a != NULL && a->state == state; a = a->next) {
            char id[HW_STIX_ID];
            count++;
            if (n++ < HW_STIX_MACHINES) {
                hw_bundle_machine(&s->x, a->org, a->host, id);
                stix_ref(&refs, id);
            }
        }
        note_state(s, state, count, &refs);
        hw_buf_done(&refs);
    }
    stix_left(s, n, HW_STIX_MACHINES, "machines");
}

/* ---- what a stranger's hand held ---- */

static void held(struct stix *s, bool shown)
{
    const struct hw_held *h = s->x.r->impact->held;
    uint64_t hosts = 0, accounts = 0, keys = 0;
    struct hw_buf refs;
    hw_buf_init(&refs, 1 << 20);
    for (; h != NULL; h = h->next) {
        char id[HW_STIX_ID];
        bool host = strcmp(h->kind, "host") == 0, account = strcmp(h->kind, "account") == 0;
        if (h->shown != shown) {
            continue;
        }
        hosts += host;
        accounts += account;
        keys += !host && !account;
        if (host && hosts <= HW_STIX_MACHINES) {
            hw_bundle_machine(&s->x, h->org, h->name, id);
            stix_ref(&refs, id);
        }
    }
    if (hosts + accounts + keys > 0) {
        const char *word = shown ? "held: records show it used" : "within reach: could be used";
        hw_buf_clear(&s->says);
        hw_buf_printf(&s->says, "%s: %llu machines, %llu accounts, %llu keys", word,
                      (unsigned long long)hosts, (unsigned long long)accounts,
                      (unsigned long long)keys);
        if (stix_note(s, word, "held", hw_span_str(word), &refs)) {
            stix_extend(s);
            hw_doc_words(&s->x.b, "state", shown ? "held" : "within-reach");
            hw_doc_number(&s->x.b, "count", hosts + accounts + keys);
            stix_extend_end(s);
            hw_bundle_close(&s->x);
        }
    }
    stix_left(s, hosts, HW_STIX_MACHINES, "held machines");
    hw_buf_done(&refs);
}

static void release(struct stix *s, const struct hw_risky *p)
{
    hw_buf_clear(&s->says);
    hw_buf_str(&s->says, "Release ");
    hw_doc_clean(&s->says, p->name, HW_DOC_NAME);
    hw_buf_str(&s->says, p->version.n > 0 ? " " : "");
    hw_doc_clean(&s->says, p->version, HW_DOC_NAME);
    hw_buf_printf(&s->says, ": %s", hw_risk_word(p->risk));
    struct hw_buf key, refs;
    char org[HW_STIX_ID];
    hw_buf_init(&key, 1 << 18);
    hw_buf_init(&refs, 1 << 10);
    hw_buf_span_put(&key, p->org);
    hw_buf_char(&key, '\n');
    hw_buf_span_put(&key, hw_buf_span(&s->says));
    hw_bundle_organisation(&s->x, p->org, org);
    stix_ref(&refs, org);
    if (stix_note(s, "A release at risk", "release", hw_buf_span(&key), &refs)) {
        stix_extend(s);
        hw_doc_words(&s->x.b, "state", hw_risk_word(p->risk));
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
    s->x.failed = s->x.failed || !hw_buf_ok(&key);
    hw_buf_done(&key);
    hw_buf_done(&refs);
}

void stix_held(struct stix *s)
{
    uint64_t n = 0;
    if (s->x.r->impact == NULL) {
        return;
    }
    held(s, true);
    held(s, false);
    for (const struct hw_risky *p = s->x.r->impact->releases; p != NULL; p = p->next) {
        if (n++ < HW_STIX_CLAIMS) {
            release(s, p);
        }
    }
    stix_left(s, n, HW_STIX_CLAIMS, "releases at risk");
}
