/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/published_says.c -- why a finding is one by the word of others: who published it, how many
 * of them are sources of their own, and who calls it harmless.
 */
#include "ask/harmless.h"
#include "ask/room.h"
#include "ask/sources.h"

enum {
    CAMPAIGN_VALUES = 1000, /* a document that names more is a collection, not one campaign's */
};

int hw_place_of(struct hw_asking *q, const uint8_t evidence[32], struct hw_span *out,
                struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    *out = (struct hw_span){NULL, 0};
    int rc = hw_case_sightings(q->c, evidence, &k, err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &place, err);
    if (rc == HW_ROW) {
        *out = hw_span_keep(q->a->arena, place.place.path);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

int hw_because_published(struct hw_asking *q, struct hw_why **why, const struct hw_fact_row *by,
                         const char *how, struct hw_error *err)
{
    const struct hw_fact *i = &by->fact;
    struct hw_span label = hw_fact_get(i, HW_INDICATOR_LABEL);
    struct hw_span source = hw_fact_get(i, HW_INDICATOR_SOURCE);
    struct hw_span kind = hw_fact_get(i, HW_INDICATOR_KIND);
    struct hw_span list;
    int rc = hw_place_of(q, by->evidence, &list, err);
    struct hw_buf b;
    hw_buf_init(&b, 8192);
    hw_buf_printf(&b, "%.*s %s", (int)kind.n, (const char *)kind.p, how);
    if (label.n > 0) {
        hw_buf_str(&b, ": ");
        hw_buf_span_put(&b, label);
    }
    if (source.n > 0) {
        hw_buf_str(&b, " [");
        hw_buf_span_put(&b, source);
        hw_buf_str(&b, "]");
    }
    hw_buf_printf(&b, " (line %llu)", (unsigned long long)hw_fact_get_u64(i, HW_INDICATOR_LINE));
    hw_because(q->a->arena, why, hw_span_keep(q->a->arena, hw_buf_span(&b)), list,
               hw_fact_has(i, HW_INDICATOR_OFF), hw_fact_get_u64(i, HW_INDICATOR_OFF));
    hw_buf_done(&b);
    return rc;
}

int hw_asking_sources(struct hw_asking *q, struct hw_error *err)
{
    return q->sources != NULL ? HW_OK : hw_sources_make(q->c, q->a->arena, &q->sources, err);
}

void hw_because_sources(struct hw_asking *q, struct hw_why **why, const struct hw_naming *by)
{
    unsigned classes = hw_naming_classes(by);
    if (by->count > 1) {
        /* Lists too short to compare may be copies all the same. */
        struct hw_span says =
            hw_words(q->a->arena, "%u%s lists, %s%u independent source%s", by->count,
                     by->more ? " and more" : "", classes > 1 ? "at most " : "", classes,
                     classes == 1 ? "" : "s");
        hw_because(q->a->arena, why, says, (struct hw_span){NULL, 0}, false, 0);
    }
}

void hw_because_harmless(struct hw_asking *q, struct hw_finding *f, const struct hw_harmless_row *h)
{
    bool good = h->how == HW_HARMLESS_GOOD;
    enum hw_severity most = good ? HW_LOW : HW_INFO;
    struct hw_span says =
        hw_words(q->a->arena, "%s: %.*s (line %llu)",
                 good ? "known good all the same, by the list" : "on warning list", (int)h->list.n,
                 h->list.n == 0 ? "" : (const char *)h->list.p, (unsigned long long)h->line);
    hw_because(q->a->arena, &f->why, says, h->path, false, 0);
    f->severity = f->severity > most ? most : f->severity;
    f->confidence = good ? f->confidence : HW_CONF_LOW;
}

int hw_campaign(struct hw_asking *q, const struct hw_naming *by, struct hw_finding *f,
                struct hw_error *err)
{
    const struct hw_sources *s = q->sources;
    for (unsigned i = 0; i < by->count; i++) {
        int64_t reading = by->p[i].reading, published;
        uint32_t node = by->p[i].node;
        uint32_t values = hw_sources_values(s, reading, node);
        if (values > CAMPAIGN_VALUES) {
            continue;
        }
        f->campaign_class = by->p[i].class + 1;
        if (f->campaign_class == q->campaign_class) {
            f->campaign = q->campaign;
            return HW_OK;
        }
        (void)hw_sources_first(s, by->p[i].class, &reading, &node, &published);
        int rc = hw_sources_title(q->c, q->a->arena, reading, node, &f->campaign, err);
        q->campaign_class = rc == HW_OK ? f->campaign_class : 0;
        q->campaign = f->campaign;
        return rc;
    }
    return HW_OK;
}
