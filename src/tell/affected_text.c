/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/affected_text.c -- machines and an advisory for people: the count in the first line, what
 * would shrink the unknown most in the second, then who.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

enum { MACHINES_SAID = 60, NAMES_SAID = 40 };

struct page {
    const struct hw_teller *t;
    const struct hw_affected_answer *a;
    struct hw_buf b;
};

static void safe(struct page *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_TERMINAL);
}

static uint64_t all_of(const struct hw_affected_answer *a)
{
    uint64_t n = 0;
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        n += a->count[i];
    }
    return n;
}

static void verdict(struct page *p)
{
    const struct hw_affected_answer *a = p->a;
    uint64_t not = a->count[HW_ASSET_CLEAN] + a->count[HW_ASSET_ABSENT];
    hw_text_count(&p->b, a->affected);
    hw_buf_str(&p->b, " of ");
    hw_text_many(&p->b, all_of(a), "machine affected, ", "machines affected, ");
    hw_text_count(&p->b, a->ran);
    hw_buf_str(&p->b, " ran it, ");
    hw_text_count(&p->b, a->contacted);
    hw_buf_str(&p->b, " contacted what it names; ");
    hw_text_count(&p->b, not );
    hw_buf_str(&p->b, " not; ");
    hw_text_count(&p->b, a->count[HW_ASSET_UNKNOWN]);
    hw_buf_str(&p->b, " cannot tell");
    if (a->lacks != NULL) {
        hw_buf_str(&p->b, ", because ");
        safe(p, a->lacks->lacks);
        if (a->lacks->next != NULL) {
            hw_buf_str(&p->b, " (and more, below)");
        }
    }
    hw_buf_str(&p->b, ".\n");
    if (a->lacks != NULL) {
        hw_buf_str(&p->b, "To know most: ");
        safe(p, a->lacks->ask_for);
        hw_buf_str(&p->b, "; it settles ");
        hw_text_many(&p->b, a->lacks->machines, "machine.\n", "machines.\n");
    }
}

static void advisory(struct page *p)
{
    const struct hw_affected_answer *a = p->a;
    hw_buf_str(&p->b, "The advisory");
    if (a->title.n > 0) {
        hw_buf_str(&p->b, " \"");
        safe(p, hw_span_cut(a->title, 0, 120));
        hw_buf_char(&p->b, '"');
    }
    if (a->published != HW_TIME_NONE) {
        hw_buf_str(&p->b, " of ");
        hw_text_time(&p->b, a->published, p->t->zone_minutes);
    }
    hw_buf_str(&p->b, " names ");
    hw_text_many(&p->b, a->hashes, "hash, ", "hashes, ");
    hw_text_many(&p->b, a->versions, "version or range, ", "versions and ranges, ");
    hw_text_many(&p->b, a->places, "domain or address", "domains and addresses");
    if (a->unmatched > 0) {
        hw_buf_str(&p->b, "; ");
        hw_text_count(&p->b, a->unmatched);
        hw_buf_str(&p->b, " more that this question does not use");
    }
    hw_buf_str(&p->b, ".\n");
    if (a->hashes + a->versions + a->places == 0) {
        hw_buf_str(&p->b, "It names nothing that a machine could be asked for.\n");
    }
    if (a->files > 0) {
        hw_text_many(&p->b, a->files, "file was examined by hash.\n",
                     "files were examined by hash.\n");
    }
}

static const char *how_known(const struct hw_asset *x)
{
    return x->by_hash      ? " (by hash)"
           : x->by_version ? " (by version: its bytes are not known)"
                           : "";
}

static void affected(struct page *p)
{
    uint64_t said = 0;
    for (const struct hw_asset *x = p->a->assets; x != NULL && x->state <= HW_ASSET_PRESENT;
         x = x->next) {
        if (said++ >= MACHINES_SAID && !p->t->all) {
            continue;
        }
        hw_buf_char(&p->b, '\n');
        safe(p, x->host);
        hw_buf_str(&p->b, x->ran ? ": ran it" : x->by_hash || x->by_version ? ": has it" : ":");
        hw_buf_str(&p->b, how_known(x));
        hw_buf_str(&p->b, x->contacted ? (x->ran || x->by_hash || x->by_version
                                              ? ", and contacted what it names\n"
                                              : " contacted what it names\n")
                                       : "\n");
        hw_text_why(&p->b, 4, x->why);
    }
    if (said > MACHINES_SAID && !p->t->all) {
        hw_buf_str(&p->b, "\n... and ");
        hw_text_count(&p->b, said - MACHINES_SAID);
        hw_buf_str(&p->b, " more affected (--all)\n");
    }
}

static void names(struct page *p, struct hw_span lacks)
{
    uint64_t said = 0;
    for (const struct hw_asset *x = p->a->assets; x != NULL; x = x->next) {
        if (x->state != HW_ASSET_UNKNOWN || !hw_span_equal(x->lacks, lacks)) {
            continue;
        }
        if (said < NAMES_SAID || p->t->all) {
            hw_buf_str(&p->b, said == 0 ? "    " : ", ");
            safe(p, x->host);
        }
        said++;
    }
    if (said > NAMES_SAID && !p->t->all) {
        hw_buf_str(&p->b, ", and ");
        hw_text_count(&p->b, said - NAMES_SAID);
        hw_buf_str(&p->b, " more (--all)");
    }
    hw_buf_char(&p->b, '\n');
}

static void unknown(struct page *p)
{
    if (p->a->lacks != NULL) {
        hw_buf_str(&p->b, "\nCannot tell:\n");
    }
    for (const struct hw_lack *l = p->a->lacks; l != NULL; l = l->next) {
        hw_buf_str(&p->b, "  ");
        hw_text_count(&p->b, l->machines);
        hw_buf_str(&p->b, ": ");
        safe(p, l->lacks);
        hw_buf_str(&p->b, "; ask for ");
        safe(p, l->ask_for);
        hw_buf_char(&p->b, '\n');
        names(p, l->lacks);
    }
}

static void rest(struct page *p)
{
    const struct hw_affected_answer *a = p->a;
    hw_buf_str(&p->b, "\nNot affected, as far as is held: ");
    hw_text_count(&p->b, a->count[HW_ASSET_ABSENT]);
    hw_buf_str(&p->b, " without the product or the bytes, ");
    hw_text_count(&p->b, a->count[HW_ASSET_CLEAN]);
    hw_buf_str(&p->b, " with it in bytes or versions that are not named.\n");
    for (const struct hw_asset *x = a->assets; x != NULL && p->t->all; x = x->next) {
        if (x->state > HW_ASSET_UNKNOWN) {
            hw_buf_printf(&p->b, "  %-8s", hw_asset_state_word(x->state));
            safe(p, x->host);
            hw_buf_char(&p->b, '\n');
        }
    }
}

int hw_tell_affected_text(const struct hw_teller *t, const struct hw_affected_answer *a,
                          struct hw_error *err)
{
    struct page p = {.t = t, .a = a};
    hw_buf_init(&p.b, 256 << 20);
    verdict(&p);
    advisory(&p);
    affected(&p);
    unknown(&p);
    rest(&p);
    return hw_tell_put(t, &p.b, err);
}
