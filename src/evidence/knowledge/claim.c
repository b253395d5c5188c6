/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/knowledge/claim.h"

#include "base/text.h"

enum {
    VERSION_BYTES = 256,
    ADVISORY_BYTES = 256,
    TEXT_BYTES = 1000,
    SAYS_BYTES = 2000,
    TYPE_BYTES = 48
};

void hw_claim_init(struct hw_claim *c)
{
    *c = (struct hw_claim){.status = "affected",
                           .from = HW_TIME_NONE,
                           .until = HW_TIME_NONE,
                           .published = HW_TIME_NONE,
                           .revoked = HW_TIME_NONE};
    hw_buf_init(&c->name, HW_PACKAGE_BYTES);
}

void hw_claim_done(struct hw_claim *c)
{
    hw_buf_done(&c->name);
}

void hw_claim_clear(struct hw_claim *c)
{
    static const struct hw_span none = {NULL, 0};
    c->type = c->vendor = c->purl = c->cpe = none;
    c->versions = (struct hw_versions){none, none, none, none};
    c->scheme = HW_ORDER_NONE;
    hw_buf_clear(&c->name);
}

bool hw_claim_package(struct hw_claim *c, struct hw_span type, struct hw_span space,
                      struct hw_span name)
{
    hw_buf_clear(&c->name);
    c->type = type;
    c->scheme = hw_package_order(type);
    return type.n <= TYPE_BYTES && hw_package_name(type, space, name, &c->name);
}

bool hw_claim_purl(struct hw_claim *c, struct hw_span purl)
{
    if (!hw_purl_read(purl, &c->parts) ||
        !hw_claim_package(c, c->parts.type, c->parts.space, c->parts.name)) {
        return false;
    }
    c->purl = purl;
    c->versions.exact = c->parts.version;
    return true;
}

bool hw_claim_product(struct hw_claim *c, struct hw_span vendor, struct hw_span name)
{
    static const struct hw_span none = {NULL, 0};
    name = hw_span_trim(name);
    if (!hw_utf8_valid(name) || hw_span_find(name, 0) < name.n ||
        !hw_claim_package(c, none, none, name)) {
        return false;
    }
    c->vendor = vendor;
    c->scheme = HW_ORDER_DOTTED;
    return true;
}

/* A bound that is cut is another bound, and one of blanks would be none. */
static bool fits(struct hw_teach *t, const struct hw_claim *c, struct hw_span s)
{
    size_t n = hw_span_trim(s).n;
    if (n > VERSION_BYTES || (n == 0 && s.n > 0)) {
        hw_teach_refuse(t, c->line, c->off, s,
                        n == 0 ? "a version of blanks" : "a version too long");
        return false;
    }
    return true;
}

void hw_claim_say(struct hw_teach *t, const struct hw_claim *c)
{
    const struct hw_versions *v = &c->versions;
    struct hw_fact f;
    if (!hw_teach_going(t) || !fits(t, c, v->exact) || !fits(t, c, v->first) ||
        !fits(t, c, v->below) || !fits(t, c, v->last)) {
        return;
    }
    hw_fact_about(&f, HW_FACT_STATEMENT, t->n->number);
    hw_fact_u64(&f, HW_STATEMENT_LINE, c->line);
    hw_fact_str(&f, HW_STATEMENT_STATUS, c->status);
    hw_teach_field(t, &f, HW_STATEMENT_NAME, hw_buf_span(&c->name), HW_PACKAGE_BYTES);
    if (!hw_fact_has(&f, HW_STATEMENT_NAME)) {
        hw_teach_refuse(t, c->line, c->off, hw_buf_span(&c->name), "a product without a name");
        return;
    }
    if (c->type.n > 0) {
        hw_fact_span(&f, HW_STATEMENT_ECOSYSTEM, c->type);
    }
    hw_teach_field(t, &f, HW_STATEMENT_VENDOR, c->vendor, TEXT_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_ADVISORY, c->advisory, ADVISORY_BYTES);
    hw_fact_str(&f, HW_STATEMENT_SCHEME, hw_order_word(c->scheme));
    hw_teach_field(t, &f, HW_STATEMENT_EXACT, v->exact, VERSION_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_FIRST, v->first, VERSION_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_BELOW, v->below, VERSION_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_LAST, v->last, VERSION_BYTES);
    hw_teach_when(&f, HW_STATEMENT_FROM, c->from);
    hw_teach_when(&f, HW_STATEMENT_UNTIL, c->until);
    hw_teach_field(t, &f, HW_STATEMENT_SOURCE, c->source, TEXT_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_SAYS, c->says, SAYS_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_PURL, c->purl, TEXT_BYTES);
    hw_teach_field(t, &f, HW_STATEMENT_CPE, c->cpe, TEXT_BYTES);
    hw_teach_when(&f, HW_STATEMENT_PUBLISHED, c->published);
    hw_teach_when(&f, HW_STATEMENT_REVOKED, c->revoked);
    hw_fact_u64(&f, HW_STATEMENT_OFF, c->off);
    hw_teach_put(t, &f);
}

enum sign { EQUAL, FROM, BELOW, UP_TO, EVERY, NO_SIGN };

static enum sign sign_take(struct hw_span *s)
{
    static const struct {
        const char *word;
        enum sign sign;
    } signs[] = {{"!=", NO_SIGN}, {">=", FROM}, {"<=", UP_TO}, {"<", BELOW},
                 {">", NO_SIGN},  {"=", EQUAL}, {"*", EVERY}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (hw_span_starts(*s, signs[i].word)) {
            *s = hw_span_trim(hw_span_from(*s, hw_span_str(signs[i].word).n));
            return signs[i].sign;
        }
    }
    return EQUAL;
}

/* Cuts the next constraint from *s; its version must be there, but for '*', and be plain. */
static enum sign constraint_take(struct hw_span *s, struct hw_span *out)
{
    size_t bar = hw_span_find(*s, '|');
    *out = hw_span_trim(hw_span_cut(*s, 0, bar));
    *s = hw_span_from(*s, bar + 1);
    enum sign sign = sign_take(out);
    bool plain = hw_span_find(*out, '%') == out->n && out->n <= VERSION_BYTES;
    return (out->n > 0) == (sign != EVERY) && plain ? sign : NO_SIGN;
}

static bool vers_split(struct hw_span vers, struct hw_span *out_type, struct hw_span *out_rest)
{
    vers = hw_span_trim(vers);
    if (!hw_span_starts(vers, "vers:")) {
        return false;
    }
    vers = hw_span_from(vers, 5);
    size_t slash = hw_span_find(vers, '/');
    *out_type = hw_span_cut(vers, 0, slash);
    *out_rest = hw_span_from(vers, slash + 1);
    struct hw_span left = *out_rest, version;
    bool open = false;
    while (left.n > 0) {
        enum sign sign = constraint_take(&left, &version);
        /* Two beginnings without an end, or '*' beside others, are no plain range. */
        if (sign == NO_SIGN || (sign == FROM && open) || (sign == EVERY && out_rest->n != 1)) {
            return false;
        }
        open = sign == FROM;
    }
    return out_rest->n > 0;
}

static enum hw_order vers_scheme(struct hw_span type)
{
    return hw_span_is_nocase(type, "semver")   ? HW_ORDER_SEMVER
           : hw_span_is_nocase(type, "intdot") ? HW_ORDER_DOTTED
                                               : hw_package_order(type);
}

bool hw_claim_vers(struct hw_teach *t, struct hw_claim *c, struct hw_span vers)
{
    static const struct hw_versions every = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    struct hw_span type, left, version;
    if (!vers_split(vers, &type, &left)) {
        return false;
    }
    c->scheme = vers_scheme(type);
    c->versions = every;
    while (left.n > 0 && hw_teach_going(t)) {
        enum sign sign = constraint_take(&left, &version);
        if (sign == EQUAL && c->versions.first.n > 0) {
            hw_claim_say(t, c); /* what began before it goes on to no end */
            c->versions = every;
        }
        *(sign == EQUAL   ? &c->versions.exact
          : sign == FROM  ? &c->versions.first
          : sign == BELOW ? &c->versions.below
                          : &c->versions.last) = version;
        if (sign != FROM || left.n == 0) {
            hw_claim_say(t, c);
            c->versions = every;
        }
    }
    return true;
}
