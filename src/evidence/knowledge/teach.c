/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/knowledge/teach.h"

#include "base/text.h"

enum { SHOWN = 60, ID_BYTES = 250, WORDS_BYTES = 62 * 1024 };

void hw_taught_init(struct hw_taught *v)
{
    *v = (struct hw_taught){.from = HW_TIME_NONE,
                            .until = HW_TIME_NONE,
                            .published = HW_TIME_NONE,
                            .revoked = HW_TIME_NONE};
}

void hw_teach_init(struct hw_teach *t, struct hw_exam *x, struct hw_node *n, const char *form)
{
    *t =
        (struct hw_teach){.x = x, .n = n, .form = form, .unit = "entry", .published = HW_TIME_NONE};
}

bool hw_teach_going(const struct hw_teach *t)
{
    return !t->full && hw_exam_going(t->x);
}

/* The fact's frame on the wire, as docs/formats/facts.md has it. */
static uint64_t frame_bytes(const struct hw_fact *f)
{
    const struct hw_fact_type *type = hw_fact_type(f->kind);
    uint64_t n = 6;
    for (unsigned i = 0; i < HW_FACT_FIELDS && type->fields[i].name != NULL; i++) {
        bool number = type->fields[i].type == HW_T_U64 || type->fields[i].type == HW_T_TIME;
        n += !hw_fact_has(f, i) ? 0 : number ? 11 : 3 + f->v[i].s.n;
    }
    return n;
}

void hw_teach_put(struct hw_teach *t, const struct hw_fact *f)
{
    uint64_t n = frame_bytes(f);
    if (t->entries == HW_LIST_INDICATORS_MAX || t->bytes_said + n > HW_LIST_SAID_BYTES_MAX) {
        t->full = true;
        return;
    }
    t->bytes_said += n;
    t->entries++;
    t->words_n = 0;
    hw_say(t->x, f);
}

void hw_teach_complain(struct hw_teach *t, uint64_t line, uint64_t off, uint64_t size,
                       struct hw_span part, const char *why)
{
    if (++t->refusals_said > HW_LIST_REFUSALS_SAID) {
        return;
    }
    if (t->refusals_said == HW_LIST_REFUSALS_SAID) {
        hw_say_anomaly(t->x, t->n, "line-refused", off, size,
                       "%s %llu and further ones; they are counted, and not listed", t->unit,
                       (unsigned long long)line);
        return;
    }
    struct hw_span s = hw_span_cut(hw_span_trim(part), 0, SHOWN);
    hw_say_anomaly(t->x, t->n, "line-refused", off, size, "%s %llu: '%.*s': %s", t->unit,
                   (unsigned long long)line, (int)s.n, s.n == 0 ? "" : (const char *)s.p, why);
}

void hw_teach_refuse(struct hw_teach *t, uint64_t line, uint64_t off, struct hw_span part,
                     const char *why)
{
    t->refused++;
    hw_teach_complain(t, line, off, part.n, part, why);
}

struct hw_span hw_teach_text(struct hw_teach *t, struct hw_span s, size_t max)
{
    s = hw_span_trim(s);
    t->words = t->words == NULL ? hw_arena_alloc(t->x->arena, WORDS_BYTES) : t->words;
    max = s.n <= max / 3 ? s.n * 3 : max;
    if (t->words == NULL || s.n == 0 || max > WORDS_BYTES - t->words_n) {
        return (struct hw_span){NULL, 0};
    }
    uint8_t *p = t->words + t->words_n;
    size_t n = hw_exam_clean(s, p, max);
    t->words_n += n;
    return (struct hw_span){p, n};
}

void hw_teach_field(struct hw_teach *t, struct hw_fact *f, unsigned field, struct hw_span s,
                    size_t max)
{
    struct hw_span text = hw_teach_text(t, s, max);
    if (text.n > 0) {
        hw_fact_span(f, field, text);
    }
}

void hw_teach_when(struct hw_fact *f, unsigned field, int64_t ns)
{
    if (ns != HW_TIME_NONE) {
        hw_fact_time(f, field, ns);
    }
}

void hw_teach_indicator(struct hw_teach *t, const struct hw_taught *v)
{
    static const struct hw_list_words nothing = {.context = false};
    struct hw_list_value value;
    const char *why = "";
    if (!hw_teach_going(t)) {
        return;
    }
    if (!hw_list_value_read(v->raw, v->as, &value, &why)) {
        hw_teach_refuse(t, v->line, v->off, v->raw, why);
        return;
    }
    struct hw_span canonical = {value.p, value.n};
    struct hw_span raw = hw_span_cut(hw_span_trim(v->raw), 0, HW_LIST_VALUE_BYTES);
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_INDICATOR, t->n->number);
    hw_fact_u64(&f, HW_INDICATOR_LINE, v->line);
    hw_fact_str(&f, HW_INDICATOR_KIND, hw_list_kind_word(value.kind));
    hw_fact_span(&f, HW_INDICATOR_VALUE, canonical);
    if (raw.n > 0 && !hw_span_equal(raw, canonical)) {
        hw_fact_span(&f, HW_INDICATOR_RAW, raw);
    }
    hw_teach_field(t, &f, HW_INDICATOR_LABEL, v->label, HW_LIST_LABEL_BYTES);
    hw_fact_str(&f, HW_INDICATOR_ROLE, v->role != NULL ? v->role : hw_list_role(&value, &nothing));
    hw_teach_field(t, &f, HW_INDICATOR_SOURCE, v->source, HW_LIST_SOURCE_BYTES);
    hw_teach_field(t, &f, HW_INDICATOR_ID, v->id, ID_BYTES);
    hw_teach_when(&f, HW_INDICATOR_FROM, v->from);
    hw_teach_when(&f, HW_INDICATOR_UNTIL, v->until);
    hw_teach_when(&f, HW_INDICATOR_PUBLISHED, v->published);
    hw_teach_when(&f, HW_INDICATOR_REVOKED, v->revoked);
    hw_fact_u64(&f, HW_INDICATOR_OFF, v->off);
    t->ignored += value.kind == HW_LIST_OTHER;
    hw_teach_put(t, &f);
}

void hw_teach_done(struct hw_teach *t)
{
    struct hw_fact f;
    if (t->full) {
        hw_say_anomaly(t->x, t->n, "over-budget", 0, 0,
                       "more than one input may say; %llu entries were read",
                       (unsigned long long)t->entries);
        hw_say_degree(t->n, HW_REFUSED, "more than one input may say");
    }
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, t->n->number);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, t->form);
    hw_teach_field(t, &f, HW_KNOWLEDGE_TITLE, t->title, 1000);
    hw_fact_u64(&f, HW_KNOWLEDGE_ENTRIES, t->entries);
    hw_fact_u64(&f, HW_KNOWLEDGE_REFUSED, t->refused);
    hw_fact_u64(&f, HW_KNOWLEDGE_IGNORED, t->ignored);
    hw_teach_when(&f, HW_KNOWLEDGE_PUBLISHED, t->published);
    hw_say(t->x, &f);
}
