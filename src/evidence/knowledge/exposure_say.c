/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/exposure_say.c -- one service of one address, as a fact.
 */
#include <string.h>

#include "base/address.h"
#include "base/scan.h"
#include "base/text.h"
#include "evidence/knowledge/exposure.h"

enum { SHORT_BYTES = 64, DIGEST_BYTES = 80, TEXT_BYTES = 256, LIST_BYTES = 2048 };

/* What the service says of itself, else what its host says. */
static struct hw_span said(const struct hw_exposure *e, enum hw_exposure_role role)
{
    const struct hw_buf *own = &e->own.text[role], *host = &e->host.text[role];
    return hw_buf_span(own->n > 0 ? own : host);
}

static bool number(struct hw_span s, const char *before, uint64_t most, uint64_t *out)
{
    struct hw_span digits = hw_span_from(s, hw_span_starts(s, before) ? strlen(before) : 0);
    return hw_span_u64(digits, out) && *out <= most;
}

static const char *transport(struct hw_span s)
{
    for (size_t i = 0; i < hw_transports.count; i++) {
        const char *word = hw_transports.words[i].word;
        size_t at = 0;
        while (at < s.n && word[at] != 0 && hw_ascii_lower(s.p[at]) == (uint8_t)word[at]) {
            at++;
        }
        if (at == s.n && word[at] == 0) {
            return word;
        }
    }
    return NULL;
}

static void count_address(struct hw_exposure *e, const char *address)
{
    uint64_t hash = hw_scan_hash(hw_span_str(address), e->t.x->name_key[0]);
    hash = hash == 0 ? 1 : hash;
    size_t i = (size_t)hash & (e->room - 1);
    while (e->addresses[i] != 0 && e->addresses[i] != hash) {
        i = (i + 1) & (e->room - 1);
    }
    if (e->addresses[i] == hash) {
        return;
    }
    if (e->count >= e->room / 4 * 3) {
        e->full = true;
        return;
    }
    e->addresses[i] = hash;
    e->count++;
}

static void put_texts(struct hw_exposure *e, struct hw_fact *f)
{
    static const struct {
        unsigned field;
        enum hw_exposure_role role;
        size_t max;
    } texts[] = {
        {HW_EXPOSED_SERVICE, HW_EXPOSURE_SERVICE, SHORT_BYTES},
        {HW_EXPOSED_PRODUCT, HW_EXPOSURE_PRODUCT, TEXT_BYTES},
        {HW_EXPOSED_VERSION, HW_EXPOSURE_VERSION, TEXT_BYTES},
        {HW_EXPOSED_CPE, HW_EXPOSURE_CPE, LIST_BYTES},
        {HW_EXPOSED_HOSTNAMES, HW_EXPOSURE_HOSTNAMES, LIST_BYTES},
        {HW_EXPOSED_ORGANISATION, HW_EXPOSURE_ORGANISATION, TEXT_BYTES},
        {HW_EXPOSED_COUNTRY, HW_EXPOSURE_COUNTRY, SHORT_BYTES},
        {HW_EXPOSED_CERT_NAMES, HW_EXPOSURE_CERT_NAMES, LIST_BYTES},
        {HW_EXPOSED_TITLE, HW_EXPOSURE_TITLE, TEXT_BYTES},
        {HW_EXPOSED_PAGE, HW_EXPOSURE_PAGE_HASH, DIGEST_BYTES},
        {HW_EXPOSED_FAVICON, HW_EXPOSURE_FAVICON, DIGEST_BYTES},
        {HW_EXPOSED_BANNER, HW_EXPOSURE_BANNER_HASH, DIGEST_BYTES},
        {HW_EXPOSED_VULNS, HW_EXPOSURE_VULNS, LIST_BYTES},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_teach_field(&e->t, f, texts[i].field, said(e, texts[i].role), texts[i].max);
    }
}

/* When it was seen, and so since when and until when the export sees. A time that is none is said
 * and left out: the service is there all the same. */
static void put_seen(struct hw_exposure *e, struct hw_fact *f, uint64_t off, struct hw_span service)
{
    struct hw_span text = said(e, HW_EXPOSURE_SEEN);
    int64_t seen;
    if (text.n == 0) {
        return;
    }
    if (!hw_time_parse(text, &seen)) {
        hw_teach_complain(&e->t, e->line, off, service.n, text, "seen at no time");
        return;
    }
    hw_fact_time(f, HW_EXPOSED_SEEN, seen);
    e->first = e->first == HW_TIME_NONE || seen < e->first ? seen : e->first;
    e->last = e->last == HW_TIME_NONE || seen > e->last ? seen : e->last;
}

void hw_exposure_say(struct hw_exposure *e, struct hw_span service)
{
    char address[HW_ADDRESS_TEXT];
    uint8_t cert[32];
    uint64_t port, asn;
    uint64_t off = (uint64_t)(service.p - e->t.n->bytes.p);
    struct hw_fact f;
    const char *under = transport(said(e, HW_EXPOSURE_TRANSPORT));
    if (!hw_address_plain(said(e, HW_EXPOSURE_ADDRESS), address)) {
        hw_teach_refuse(&e->t, e->line, off, said(e, HW_EXPOSURE_ADDRESS),
                        "no address of one machine");
        return;
    }
    if (!number(said(e, HW_EXPOSURE_PORT), "", UINT16_MAX, &port)) {
        hw_teach_refuse(&e->t, e->line, off, said(e, HW_EXPOSURE_PORT), "no port");
        return;
    }
    hw_fact_about(&f, HW_FACT_EXPOSED, e->t.n->number);
    hw_fact_u64(&f, HW_EXPOSED_LINE, e->line);
    hw_fact_str(&f, HW_EXPOSED_SCANNER, e->scanner);
    hw_fact_str(&f, HW_EXPOSED_ADDRESS, address);
    hw_fact_u64(&f, HW_EXPOSED_PORT, port);
    if (under != NULL) {
        hw_fact_str(&f, HW_EXPOSED_TRANSPORT, under);
    }
    put_seen(e, &f, off, service);
    if (number(said(e, HW_EXPOSURE_ASN), "AS", UINT32_MAX, &asn)) {
        hw_fact_u64(&f, HW_EXPOSED_ASN, asn);
    }
    if (hw_hex_decode(said(e, HW_EXPOSURE_CERT), cert, sizeof cert)) {
        hw_fact_span(&f, HW_EXPOSED_CERT, (struct hw_span){cert, sizeof cert});
    }
    put_texts(e, &f);
    hw_fact_u64(&f, HW_EXPOSED_OFF, off);
    hw_teach_put(&e->t, &f);
    e->services++;
    count_address(e, address);
}
