/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/impact_text.c -- an impact for people: what is known in the first lines, what to do next,
 * then machines, what was held, releases, products, counts, and of whom nothing is known.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

enum { ROWS = 12, ORGS = 20 };

struct page {
    const struct hw_teller *t;
    const struct hw_impact_answer *a;
    struct hw_buf b;
};

static void safe(struct page *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_TERMINAL);
}

static void when(struct page *p, const char *before, int64_t ns)
{
    if (ns != HW_TIME_NONE) {
        hw_buf_str(&p->b, before);
        hw_text_time(&p->b, ns, p->t->zone_minutes);
    }
}

static bool shown(const struct page *p, uint64_t said)
{
    return said < ROWS || p->t->all;
}

static void and_more(struct page *p, uint64_t said)
{
    if (said > ROWS && !p->t->all) {
        hw_buf_str(&p->b, "  ... and ");
        hw_text_count(&p->b, said - ROWS);
        hw_buf_str(&p->b, " more (--all)\n");
    }
}

/* ---- the verdict ---- */

static void machines_line(struct page *p)
{
    const struct hw_affected_answer *m = p->a->machines;
    uint64_t all = 0;
    if (m == NULL) {
        hw_buf_str(&p->b,
                   "No bytes and no version of it are known, so no machine can be asked for it.\n");
        return;
    }
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        all += m->count[i];
    }
    hw_buf_str(&p->b, "Of ");
    hw_text_many(&p->b, all, "machine ", "machines ");
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        hw_buf_str(&p->b, i == 0 ? "" : ", ");
        hw_text_count(&p->b, m->count[i]);
        hw_buf_printf(&p->b, " %s", hw_asset_state_word((enum hw_asset_state)i));
    }
    hw_buf_str(&p->b, ".\n");
    if (m->lacks != NULL) {
        hw_buf_str(&p->b, "To know most of what is unknown: ");
        safe(p, m->lacks->ask_for);
        hw_buf_str(&p->b, "; it settles ");
        hw_text_many(&p->b, m->lacks->machines, "machine.\n", "machines.\n");
    }
}

static void verdict(struct page *p)
{
    const struct hw_impact_answer *a = p->a;
    uint64_t risky = 0;
    for (int i = HW_RISK_WRITTEN; i < HW_RISK_COUNT; i++) {
        risky += a->risk_count[i];
    }
    hw_buf_printf(&p->b, "%s ", a->target.kind);
    safe(p, a->target.name.n > 0 ? a->target.name : a->target.key);
    hw_buf_str(&p->b, ": ");
    bool key = strcmp(a->target.kind, "certificate") == 0;
    hw_text_many(&p->b, a->risk_count[HW_RISK_POISONED],
                 key ? "release bears its signature, " : "release carries it, ",
                 key ? "releases bear its signature, " : "releases carry it, ");
    hw_text_many(&p->b, risky, "more is at risk; ", "more are at risk; ");
    hw_text_many(&p->b, a->direct, "organisation got it", "organisations got it");
    if (a->transitive > 0) {
        hw_buf_str(&p->b, ", ");
        hw_text_count(&p->b, a->transitive);
        hw_buf_str(&p->b, " more inside other products");
    }
    hw_buf_str(&p->b, ".\n");
    machines_line(p);
    if (a->held != NULL) {
        hw_buf_str(&p->b, "In a stranger's hand, or within reach of it: ");
        hw_text_many(&p->b, a->held_count[0], "machine, ", "machines, ");
        hw_text_many(&p->b, a->held_count[1], "account, ", "accounts, ");
        hw_text_many(&p->b, a->held_count[2], "signing key", "signing keys");
        hw_buf_str(&p->b, "; records show ");
        hw_text_count(&p->b, a->held_shown[0]);
        hw_buf_str(&p->b, ", ");
        hw_text_count(&p->b, a->held_shown[1]);
        hw_buf_str(&p->b, " and ");
        hw_text_count(&p->b, a->held_shown[2]);
        hw_buf_str(&p->b, " of them used.\nWhoever held them could have written ");
        hw_text_many(&p->b, risky + a->risk_count[HW_RISK_POISONED], "release of ", "releases of ");
        hw_text_many(&p->b, a->products_at_risk, "product.\n", "products.\n");
    }
    if (a->since != HW_TIME_NONE) {
        when(p, "It cannot have come before ", a->since);
        hw_buf_str(&p->b, ": an older inventory clears nobody.\n");
    }
}

/* ---- what to do ---- */

static void to_do(struct page *p)
{
    static const char *const verbs[] = {"pull", "rotate", "revoke", "rebuild"};
    if (p->a->to_do == NULL) {
        return;
    }
    hw_buf_str(&p->b, "\nWhat to do, in this order:\n");
    for (unsigned v = 0; v < sizeof verbs / sizeof verbs[0]; v++) {
        uint64_t said = 0;
        for (const struct hw_to_do *d = p->a->to_do; d != NULL; d = d->next) {
            if (strcmp(d->verb, verbs[v]) != 0) {
                continue;
            }
            if (shown(p, said++)) {
                hw_buf_printf(&p->b, "  %-8s", d->verb);
                safe(p, d->what);
                hw_buf_str(&p->b, ": ");
                safe(p, d->because);
                hw_buf_char(&p->b, '\n');
            }
        }
        and_more(p, said);
    }
}

/* ---- machines ---- */

static void machines(struct page *p)
{
    const struct hw_affected_answer *m = p->a->machines;
    uint64_t said = 0;
    if (m == NULL) {
        return;
    }
    hw_buf_str(&p->b, "\nMachines:\n");
    for (const struct hw_asset *x = m->assets; x != NULL; x = x->next) {
        if (x->state > HW_ASSET_PRESENT && !p->t->all) {
            break;
        }
        if (shown(p, said++)) {
            hw_buf_printf(&p->b, "  %-13s", hw_asset_state_word(x->state));
            safe(p, x->host);
            if (x->org.n > 0) {
                hw_buf_str(&p->b, " (");
                safe(p, x->org);
                hw_buf_char(&p->b, ')');
            }
            hw_buf_str(&p->b, x->by_version && !x->by_hash
                                  ? ", by version: its bytes are not known\n"
                                  : "\n");
            hw_text_why(&p->b, 6, x->why);
        }
    }
    and_more(p, said);
    for (const struct hw_lack *l = m->lacks; l != NULL; l = l->next) {
        hw_buf_str(&p->b, "  unknown      ");
        hw_text_count(&p->b, l->machines);
        hw_buf_str(&p->b, ": ");
        safe(p, l->lacks);
        hw_buf_str(&p->b, "; ask for ");
        safe(p, l->ask_for);
        hw_buf_char(&p->b, '\n');
    }
}

/* ---- what was held ---- */

static void held(struct page *p)
{
    static const char *const kinds[] = {"host", "account", "certificate"};
    static const char *const heads[] = {
        "Machines that were, or could have been, in a stranger's hand", "Accounts to reset",
        "Keys that could sign"};
    for (unsigned k = 0; k < 3; k++) {
        uint64_t said = 0;
        if (p->a->held_count[k] > 0) {
            hw_buf_printf(&p->b, "\n%s:\n", heads[k]);
        }
        for (const struct hw_held *h = p->a->held; h != NULL; h = h->next) {
            if (strcmp(h->kind, kinds[k]) != 0 || !shown(p, said++)) {
                continue;
            }
            hw_buf_str(&p->b, "  ");
            safe(p, h->name);
            if (h->org.n > 0) {
                hw_buf_str(&p->b, " (");
                safe(p, h->org);
                hw_buf_char(&p->b, ')');
            }
            when(p, ", from ", h->since);
            hw_buf_str(&p->b, h->shown ? ": records show it\n" : ": it could have been\n");
            hw_text_why(&p->b, 6, h->why);
        }
        and_more(p, said);
    }
}

/* ---- releases, products, organisations ---- */

static void releases(struct page *p)
{
    uint64_t said = 0;
    if (p->a->releases != NULL) {
        hw_buf_str(&p->b, "\nReleases:\n");
    }
    for (const struct hw_risky *r = p->a->releases; r != NULL; r = r->next) {
        if (!shown(p, said++)) {
            continue;
        }
        hw_buf_printf(&p->b, "  %-11s", r->risk == HW_RISK_POISONED ? "carries it" : "at risk");
        safe(p, r->name);
        hw_buf_char(&p->b, ' ');
        safe(p, r->version);
        if (r->org.n > 0) {
            hw_buf_str(&p->b, " of ");
            safe(p, r->org);
        }
        when(p, ", published ", r->published);
        hw_buf_char(&p->b, '\n');
        hw_text_why(&p->b, 6, r->why);
    }
    and_more(p, said);
    if (p->a->other_bytes > 0) {
        hw_buf_str(&p->b, "  and ");
        hw_text_many(&p->b, p->a->other_bytes, "file of no release that is known was",
                     "files of no release that is known were");
        hw_buf_str(&p->b, " made there in that time\n");
    }
}

static void products(struct page *p)
{
    uint64_t said = 0;
    if (p->a->products != NULL) {
        hw_buf_str(&p->b, "\nProducts that contain it, by their bills of materials:\n");
    }
    for (const struct hw_product *r = p->a->products; r != NULL; r = r->next) {
        if (!shown(p, said++)) {
            continue;
        }
        hw_buf_str(&p->b, "  ");
        safe(p, r->name);
        hw_buf_char(&p->b, ' ');
        safe(p, r->version);
        hw_buf_printf(&p->b, ": %s", r->depth == 1 ? "directly" : "at depth ");
        if (r->depth != 1) {
            hw_buf_printf(&p->b, "%u", r->depth);
        }
        hw_buf_str(&p->b, ", by ");
        safe(p, r->via);
        hw_buf_char(&p->b, '\n');
        hw_text_why(&p->b, 6, r->why);
    }
    and_more(p, said);
}

static void receivers(struct page *p)
{
    uint64_t said = 0;
    if (p->a->receivers != NULL) {
        hw_buf_str(&p->b, "\nOrganisations that got it, by what estates say was delivered:\n");
    }
    for (const struct hw_receiver *r = p->a->receivers; r != NULL; r = r->next) {
        if (!shown(p, said++)) {
            continue;
        }
        hw_buf_str(&p->b, "  ");
        safe(p, r->org);
        hw_buf_str(&p->b, ": ");
        safe(p, r->product);
        hw_buf_str(&p->b, r->at_risk ? " (at risk)" : r->depth > 0 ? " (contains it)" : "");
        when(p, ", ", r->at);
        hw_buf_char(&p->b, '\n');
    }
    and_more(p, said);
}

/* ---- how many ---- */

static void refusals(struct page *p)
{
    const struct hw_refused *before = NULL;
    for (const struct hw_refused *r = p->a->refused; r != NULL; r = r->next) {
        if (before == NULL || !hw_span_equal(before->of, r->of)) {
            hw_buf_str(&p->b, "  Not given: ");
            safe(p, r->of);
            hw_buf_str(&p->b, ", because\n");
        }
        hw_buf_str(&p->b, "      ");
        safe(p, r->because);
        hw_buf_str(&p->b, "; it would need ");
        safe(p, r->needs);
        hw_buf_char(&p->b, '\n');
        before = r;
    }
}

static void counts(struct page *p)
{
    if (p->a->counts != NULL) {
        hw_buf_str(&p->b,
                   "\nCounts, each by its observer and in its unit; none is added to another:\n");
    }
    for (const struct hw_counted *c = p->a->counts; c != NULL; c = c->next) {
        hw_buf_str(&p->b, "  ");
        if (c->limit.n > 0 && !hw_span_is(c->limit, "exactly")) {
            safe(p, c->limit);
            hw_buf_char(&p->b, ' ');
        }
        hw_text_count(&p->b, c->value);
        hw_buf_str(&p->b, "  ");
        safe(p, c->of);
        hw_buf_str(&p->b, " (unit: ");
        safe(p, c->unit);
        hw_buf_str(&p->b, "; counted by ");
        safe(p, c->observer);
        when(p, ", ", c->on);
        hw_buf_str(&p->b, ")\n");
        if (!c->ours) {
            hw_text_why(&p->b, 6, c->why);
        }
    }
    if (p->a->at_least.n > 0) {
        hw_buf_str(&p->b, "  ");
        safe(p, p->a->at_least);
        hw_buf_char(&p->b, '\n');
    }
    for (const struct hw_estimated *e = p->a->estimates; e != NULL; e = e->next) {
        hw_buf_printf(&p->b, "  Estimated (%s): ", e->method);
        safe(p, e->says);
        hw_buf_str(&p->b, " It assumes:\n");
        for (size_t i = 0; e->assumes[i] != NULL; i++) {
            hw_buf_printf(&p->b, "      %s\n", e->assumes[i]);
        }
    }
    refusals(p);
}

static void sights(struct page *p)
{
    uint64_t said = 0, more = 0;
    hw_buf_str(&p->b, "\nWhat is held of whom:\n");
    hw_buf_printf(&p->b, "  %-32s", "");
    for (int k = 0; k < HW_SIGHT_KINDS; k++) {
        hw_buf_printf(&p->b, "%-10s", hw_sight_kind_word((enum hw_sight_kind)k));
    }
    hw_buf_char(&p->b, '\n');
    for (const struct hw_seen_org *o = p->a->sights; o != NULL; o = o->next) {
        if (said++ >= ORGS && !p->t->all) {
            more++;
            continue;
        }
        struct hw_buf name;
        hw_buf_init(&name, 4096);
        hw_escape_put(&name, o->org.n > 0 ? o->org : hw_span_str("(no organisation)"),
                      HW_ESCAPE_TERMINAL);
        hw_buf_printf(&p->b, "  %-32.*s", (int)(name.n > 31 ? 31 : name.n), (const char *)name.p);
        hw_buf_done(&name);
        for (int k = 0; k < HW_SIGHT_KINDS; k++) {
            hw_buf_printf(&p->b, "%-10s", hw_sight_word(o->sight[k]));
        }
        hw_buf_char(&p->b, '\n');
    }
    if (more > 0) {
        hw_buf_str(&p->b, "  ... and ");
        hw_text_count(&p->b, more);
        hw_buf_str(&p->b, " more (--all)\n");
    }
}

int hw_tell_impact_text(const struct hw_teller *t, const struct hw_impact_answer *a,
                        struct hw_error *err)
{
    struct page p = {.t = t, .a = a};
    hw_buf_init(&p.b, 256 << 20);
    verdict(&p);
    to_do(&p);
    machines(&p);
    held(&p);
    releases(&p);
    products(&p);
    receivers(&p);
    counts(&p);
    sights(&p);
    return hw_tell_put(t, &p.b, err);
}
