/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/account.c -- one account, however it is spelled.
 *
 * A user without a domain is the one account of that user which the scope has with a domain, if it
 * is the only one; what the estate says comes first. Accounts of the system are of one machine.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

static int compare(const void *a, const void *b)
{
    const struct same_account *x = a, *y = b;
    return x->scope != y->scope ? (x->scope < y->scope ? -1 : 1)
           : x->said != y->said ? (x->said < y->said ? -1 : 1)
                                : (x->is > y->is) - (x->is < y->is);
}

static void add(struct world *w, text_id scope, text_id said, text_id is)
{
    if (said != 0 && is != 0 && said != is) {
        uint32_t i = vec_add(w, &w->same_accounts);
        *AT(struct same_account, &w->same_accounts, i) = (struct same_account){scope, said, is};
    }
}

/* jdoe@corp says that jdoe may be jdoe@corp. */
static void spelled(struct world *w, text_id scope, text_id account)
{
    struct hw_span s = text_span(w, account);
    size_t at = hw_span_find(s, '@');
    if (at < s.n && !account_is_system(s) && !account_is_machine(s)) {
        add(w, scope, text_of(w, hw_span_cut(s, 0, at)), account);
    }
}

/* Ambiguous spellings join nothing; repeated ones once. */
static void settle(struct world *w)
{
    struct vec *v = &w->same_accounts;
    uint32_t kept = 1;
    qsort(AT(struct same_account, v, 1), v->count - 1, sizeof(struct same_account), compare);
    for (uint32_t i = 1; i < v->count;) {
        struct same_account a = *AT(struct same_account, v, i);
        bool one = true;
        uint32_t k = i + 1;
        for (; k < v->count; k++) {
            const struct same_account *b = AT(struct same_account, v, k);
            if (b->scope != a.scope || b->said != a.said) {
                break;
            }
            one = one && b->is == a.is;
        }
        if (one) {
            *AT(struct same_account, v, kept++) = a;
        }
        i = k;
    }
    v->count = kept;
}

int join_accounts(struct world *w)
{
    for (uint32_t i = 1; i < w->logons.count; i++) {
        struct logon l = *AT(struct logon, &w->logons, i);
        spelled(w, host_at(w, l.at.host)->scope, l.account);
    }
    for (uint32_t i = 1; i < w->actors.count; i++) {
        struct actor a = *AT(struct actor, &w->actors, i);
        spelled(w, host_at(w, a.host)->scope, a.user);
    }
    for (uint32_t i = 1; i < w->claims.count; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind == HW_HAPPENED_DECLARED && hw_span_is(text_span(w, c.a), "account-alias")) {
            struct hw_span none = {NULL, 0};
            text_id is = account_of(w, text_span(w, c.b), none);
            text_id said = account_of(w, text_span(w, c.d), none);
            /* The plain name stands for all; a spelling with a domain leads to it. */
            add(w, c.c, said, is);
        }
    }
    settle(w);
    return w->rc;
}

static text_id one_step(struct world *w, text_id scope, text_id account)
{
    uint32_t lo = 1, hi = w->same_accounts.count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct same_account *a = AT(struct same_account, &w->same_accounts, mid);
        if (a->scope < scope || (a->scope == scope && a->said < account)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    const struct same_account *a = AT(struct same_account, &w->same_accounts, lo);
    return lo < w->same_accounts.count && a->scope == scope && a->said == account ? a->is : 0;
}

text_id account_is(struct world *w, text_id scope, text_id account)
{
    /* jdoe@example.com -> jdoe (estate) -> jdoe@corp (seen): two steps, and a ring stays put. */
    for (unsigned i = 0; i < 3 && account != 0; i++) {
        text_id next = one_step(w, scope, account);
        if (next == 0 || next == account) {
            break;
        }
        account = next;
    }
    return account;
}

uint32_t account_thing(struct world *w, uint32_t host, text_id scope, text_id account)
{
    account = account_is(w, scope, account);
    struct hw_span s = text_span(w, account);
    if (account == 0) {
        return 0;
    }
    if (account_is_system(s)) {
        text_id key =
            text_print(w, "%s|%s", text_str(w, host_at(w, host)->name), text_str(w, account));
        uint32_t t = thing_of(w, HW_ENTITY_ACCOUNT, scope, key, account);
        thing_at(w, t)->flags |= HW_THING_SHARED | HW_THING_BROKER;
        return t;
    }
    uint32_t t = thing_of(w, HW_ENTITY_ACCOUNT, scope, account, account);
    thing_at(w, t)->flags |= account_is_machine(s) ? HW_THING_SHARED : 0U;
    return t;
}
