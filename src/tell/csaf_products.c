/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/csaf_products.c -- releases at risk as products of CSAF 2.0, and their status.
 *
 * Known to be affected is only what carries the poisoned bytes. A release that was built, signed or
 * written where a stranger's hand was, and a product whose bill of materials lists it, may be
 * clean: both are under investigation. Nothing here can say "fixed" or "not affected": no record
 * shows what is not there. Members stand in the order of the alphabet (6.2.13).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tell/csaf.h"

enum { PRODUCTS = 2000 };

/* ---- which ---- */

static bool is_same(const struct csaf_product *a, const struct csaf_product *b)
{
    return hw_span_equal(a->org, b->org) && hw_span_equal(a->name, b->name) &&
           hw_span_equal(a->version, b->version);
}

/* Releases come worst first, so the first word about one is the worst. */
static void add(struct csaf *c, const struct csaf_product *p)
{
    for (size_t i = 0; i < c->count; i++) {
        if (is_same(&c->products[i], p)) {
            return;
        }
    }
    if (c->count == PRODUCTS) {
        c->left++;
        return;
    }
    c->products[c->count++] = *p;
    c->affected += p->affected;
}

bool csaf_gather(struct csaf *c)
{
    const struct hw_impact_answer *a = c->r->impact;
    c->arena = hw_arena_new(PRODUCTS * sizeof(struct csaf_product) + 4096);
    c->products = c->arena == NULL ? NULL : hw_arena_array(c->arena, PRODUCTS, sizeof *c->products);
    if (c->products == NULL) {
        return false;
    }
    for (const struct hw_risky *r = a == NULL ? NULL : a->releases; r != NULL; r = r->next) {
        add(c, &(struct csaf_product){.org = hw_doc_org(r->org),
                                      .name = r->name,
                                      .version = r->version,
                                      .risk = hw_risk_word(r->risk),
                                      .affected = r->risk == HW_RISK_POISONED});
    }
    for (const struct hw_product *p = a == NULL ? NULL : a->products; p != NULL; p = p->next) {
        add(c, &(struct csaf_product){
                   .name = p->name, .version = p->version, .via = p->via, .risk = "contains"});
    }
    return true;
}

/* ---- the tree ---- */

/* Words that CSAF reads as a range, which a version must not hold (6.1.31). */
static bool is_range(struct hw_span version)
{
    static const char *const words[] = {"after", "all",   "before",  "earlier",
                                        "later", "prior", "versions"};
    size_t from = 0;
    for (size_t i = 0; i <= version.n; i++) {
        bool letter = i < version.n && (hw_ascii_is_alpha(version.p[i]) || version.p[i] >= 0x80);
        if (i < version.n && (version.p[i] == '<' || version.p[i] == '>')) {
            return true;
        }
        for (size_t k = 0; !letter && k < sizeof words / sizeof words[0]; k++) {
            if (hw_span_is_nocase(hw_span_cut(version, from, i - from), words[k])) {
                return true;
            }
        }
        from = letter ? from : i + 1;
    }
    return false;
}

/* Does it have its place in the tree: a name and a version? Else it is named whole. */
static bool is_branch(const struct csaf_product *p)
{
    return hw_span_trim(p->name).n > 0 && hw_span_trim(p->version).n > 0 && !is_range(p->version);
}

static void put_id(struct csaf *c, const char *key, size_t i)
{
    char id[32];
    (void)snprintf(id, sizeof id, "HWPID-%04zu", i + 1);
    hw_doc_words(&c->b, key, id);
}

/* A file that no release is known of goes by its hash. */
static void put_hash(struct csaf *c, struct hw_span name)
{
    uint8_t bytes[32];
    if (name.n != 64 || !hw_hex_decode(name, bytes, 32)) {
        return;
    }
    hw_doc_open(&c->b, "product_identification_helper", '{');
    hw_doc_open(&c->b, "hashes", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_open(&c->b, "file_hashes", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_words(&c->b, "algorithm", "sha256");
    hw_doc_text(&c->b, "value", name);
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
    hw_doc_words(&c->b, "filename", "of no known name");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
    hw_doc_close(&c->b, '}');
}

static void put_product(struct csaf *c, size_t i)
{
    const struct csaf_product *p = &c->products[i];
    hw_buf_clear(&c->words);
    hw_doc_clean(&c->words, p->org, HW_DOC_NAME);
    hw_buf_str(&c->words, c->words.n > 0 ? " " : "");
    hw_doc_clean(&c->words, p->name, HW_DOC_NAME);
    hw_buf_str(&c->words, p->version.n > 0 ? " " : "");
    hw_doc_clean(&c->words, p->version, HW_DOC_NAME);
    hw_doc_name(&c->b, "name", hw_buf_span(&c->words), "not named");
    put_id(c, "product_id", i);
    put_hash(c, p->name);
}

static void put_branch(struct csaf *c, const char *category, struct hw_span name)
{
    hw_doc_words(&c->b, "category", category);
    hw_doc_name(&c->b, "name", name, "vendor not stated");
}

/* All versions of what product `i` is, from `i` on. */
static void versions(struct csaf *c, size_t i)
{
    const struct csaf_product *first = &c->products[i];
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_open(&c->b, "branches", '[');
    for (size_t k = i; k < c->count; k++) {
        struct csaf_product *p = &c->products[k];
        if (!p->told && is_branch(p) && hw_span_equal(p->org, first->org) &&
            hw_span_equal(p->name, first->name)) {
            p->told = true;
            hw_doc_open(&c->b, NULL, '{');
            put_branch(c, "product_version", p->version);
            hw_doc_open(&c->b, "product", '{');
            put_product(c, k);
            hw_doc_close(&c->b, '}');
            hw_doc_close(&c->b, '}');
        }
    }
    hw_doc_close(&c->b, ']');
    put_branch(c, "product_name", first->name);
    hw_doc_close(&c->b, '}');
}

static void vendor(struct csaf *c, size_t i)
{
    struct hw_span org = c->products[i].org;
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_open(&c->b, "branches", '[');
    for (size_t k = i; k < c->count; k++) {
        if (!c->products[k].told && is_branch(&c->products[k]) &&
            hw_span_equal(c->products[k].org, org)) {
            versions(c, k);
        }
    }
    hw_doc_close(&c->b, ']');
    put_branch(c, "vendor", org);
    hw_doc_close(&c->b, '}');
}

/* Those with a place in the tree, or those without; each list only where it is not empty. */
static void list(struct csaf *c, const char *key, bool branches)
{
    bool open = false;
    for (size_t i = 0; i < c->count; i++) {
        if (c->products[i].told || is_branch(&c->products[i]) != branches) {
            continue;
        }
        if (!open) {
            hw_doc_open(&c->b, key, '[');
            open = true;
        }
        if (branches) {
            vendor(c, i);
        } else {
            hw_doc_open(&c->b, NULL, '{');
            put_product(c, i);
            hw_doc_close(&c->b, '}');
        }
    }
    if (open) {
        hw_doc_close(&c->b, ']');
    }
}

void csaf_products(struct csaf *c)
{
    if (c->count > 0) {
        hw_doc_open(&c->b, "product_tree", '{');
        list(c, "branches", true);
        list(c, "full_product_names", false);
        hw_doc_close(&c->b, '}');
    }
}

/* ---- what is known of them ---- */

static void put_ids(struct csaf *c, const char *key, bool affected)
{
    if ((affected ? c->affected : c->count - c->affected) == 0) {
        return;
    }
    hw_doc_open(&c->b, key, '[');
    for (size_t i = 0; i < c->count; i++) {
        if (c->products[i].affected == affected) {
            put_id(c, NULL, i);
        }
    }
    hw_doc_close(&c->b, ']');
}

/* Why each is listed: products of one reason together. */
static void threats(struct csaf *c)
{
    static const struct {
        const char *risk, *says;
    } reasons[] = {
        {"poisoned", "It carries the poisoned bytes."},
        {"written",
         "Bytes of it were made on a machine, or signed with a key, that a stranger held."},
        {"built", "It is said to be built on a machine that a stranger held when it came out."},
        {"signed", "A machine that signs for its maker was held when it came out."},
        {"source", "A machine that keeps its maker's sources was held when it came out."},
        {"contains", "A bill of materials lists a release at risk as a part of it."},
    };
    hw_doc_open(&c->b, "threats", '[');
    for (size_t k = 0; k < sizeof reasons / sizeof reasons[0]; k++) {
        bool open = false;
        for (size_t i = 0; i < c->count; i++) {
            if (strcmp(c->products[i].risk, reasons[k].risk) != 0) {
                continue;
            }
            if (!open) {
                hw_doc_open(&c->b, NULL, '{');
                hw_doc_words(&c->b, "category", "impact");
                hw_doc_words(&c->b, "details", reasons[k].says);
                hw_doc_open(&c->b, "product_ids", '[');
                open = true;
            }
            put_id(c, NULL, i);
        }
        if (open) {
            hw_doc_close(&c->b, ']');
            hw_doc_close(&c->b, '}');
        }
    }
    hw_doc_close(&c->b, ']');
}

static void remediation(struct csaf *c, bool affected, const char *details)
{
    if ((affected ? c->affected : c->count - c->affected) > 0) {
        hw_doc_open(&c->b, NULL, '{');
        hw_doc_words(&c->b, "category", "mitigation");
        hw_doc_words(&c->b, "details", details);
        put_ids(c, "product_ids", affected);
        hw_doc_close(&c->b, '}');
    }
}

static void remediations(struct csaf *c)
{
    hw_doc_open(&c->b, "remediations", '[');
    remediation(c, true,
                "Do not install or run it. Isolate machines that have it, and look at what it did "
                "there. No clean release is known to this document.");
    remediation(c, false,
                "It may be clean. Do not install it anew before its maker has shown how it was "
                "built, and keep the logs of machines that have it.");
    hw_doc_close(&c->b, ']');
}

void csaf_vulnerability(struct csaf *c)
{
    if (c->count == 0) {
        return;
    }
    hw_doc_open(&c->b, "vulnerabilities", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_open(&c->b, "cwe", '{');
    hw_doc_words(&c->b, "id", "CWE-506");
    hw_doc_words(&c->b, "name", "Embedded Malicious Code");
    hw_doc_close(&c->b, '}');
    hw_doc_open(&c->b, "ids", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_words(&c->b, "system_name", "Headwater case");
    hw_doc_words(&c->b, "text", c->uuid);
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
    hw_doc_open(&c->b, "notes", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_words(&c->b, "category", "description");
    hw_doc_words(&c->b, "text",
                 "Somebody else's code was put into these products, or may have been. What is "
                 "under investigation may be clean.");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
    hw_doc_open(&c->b, "product_status", '{');
    put_ids(c, "known_affected", true);
    put_ids(c, "under_investigation", false);
    hw_doc_close(&c->b, '}');
    remediations(c);
    threats(c);
    hw_doc_words(&c->b, "title", "Malicious code in released software");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
}
