/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/knowledge/behaviour.h"

#include <string.h>

#include "base/text.h"

enum { NAME_BYTES = 1000, ID_BYTES = 60, REF_BYTES = 250, DATE_BYTES = 32 };

void hw_behaviour_init(struct hw_behaviour *b)
{
    *b = (struct hw_behaviour){.cited = HW_TIME_NONE,
                               .from = HW_TIME_NONE,
                               .until = HW_TIME_NONE,
                               .published = HW_TIME_NONE,
                               .revoked = HW_TIME_NONE};
}

void hw_behaviour_count_init(struct hw_behaviour_count *c)
{
    *c = (struct hw_behaviour_count){.uses = 0};
}

void hw_behaviour_count_thing(struct hw_behaviour_count *c, const char *doer)
{
    bool group = strcmp(doer, "group") == 0 || strcmp(doer, "actor") == 0;
    bool software = strcmp(doer, "malware") == 0 || strcmp(doer, "tool") == 0;
    c->groups += group;
    c->software += software;
    c->campaigns += strcmp(doer, "campaign") == 0;
    c->techniques += strcmp(doer, "technique") == 0;
}

void hw_behaviour_count_say(struct hw_teach *t, const struct hw_behaviour_count *c)
{
    const struct {
        const char *key;
        uint64_t count;
    } all[] = {
        {"behaviour.groups", c->groups},     {"behaviour.campaigns", c->campaigns},
        {"behaviour.software", c->software}, {"behaviour.techniques", c->techniques},
        {"behaviour.uses", c->uses},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].count > 0) {
            hw_say_number(t->x, t->n, all[i].key, all[i].count);
        }
    }
}

void hw_behaviour_say(struct hw_teach *t, const struct hw_behaviour *b,
                      struct hw_behaviour_count *c)
{
    struct hw_fact f;
    if (!hw_teach_going(t)) {
        return;
    }
    hw_fact_about(&f, HW_FACT_BEHAVIOUR, t->n->number);
    hw_fact_u64(&f, HW_BEHAVIOUR_LINE, b->line);
    hw_fact_str(&f, HW_BEHAVIOUR_RELATION, b->relation);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHO_REF, b->who_ref, REF_BYTES);
    if (!hw_fact_has(&f, HW_BEHAVIOUR_WHO_REF)) {
        hw_teach_refuse(t, b->line, b->off, b->who, "said of nobody: it has no id");
        return;
    }
    hw_fact_str(&f, HW_BEHAVIOUR_DOER, b->doer);
    hw_fact_str(&f, HW_BEHAVIOUR_DEED, b->deed);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHO, b->who, NAME_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHO_ID, b->who_id, ID_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHAT, b->what, NAME_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHAT_ID, b->what_id, ID_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_WHAT_REF, b->what_ref, REF_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_SOURCE, b->source, NAME_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_CITES, b->cites, HW_BEHAVIOUR_CITES_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_LIKELIHOOD, b->likelihood, ID_BYTES);
    hw_teach_field(t, &f, HW_BEHAVIOUR_ID, b->id, REF_BYTES);
    hw_teach_when(&f, HW_BEHAVIOUR_CITED, b->cited);
    hw_teach_when(&f, HW_BEHAVIOUR_FROM, b->from);
    hw_teach_when(&f, HW_BEHAVIOUR_UNTIL, b->until);
    hw_teach_when(&f, HW_BEHAVIOUR_PUBLISHED, b->published);
    hw_teach_when(&f, HW_BEHAVIOUR_REVOKED, b->revoked);
    hw_fact_u64(&f, HW_BEHAVIOUR_OFF, b->off);
    hw_teach_put(t, &f);
    c->uses += strcmp(b->relation, "uses") == 0;
}

bool hw_behaviour_cite(struct hw_buf *cites, struct hw_span name)
{
    struct hw_span rest = hw_buf_span(cites);
    name = hw_span_trim(name);
    if (name.n == 0 || cites->max - cites->n < name.n + 1 || hw_span_find(name, '\n') < name.n) {
        return false;
    }
    while (rest.n > 0) {
        size_t end = hw_span_find(rest, '\n');
        if (hw_span_equal(hw_span_cut(rest, 0, end), name)) {
            return false;
        }
        rest = hw_span_from(rest, end + 1);
    }
    if (cites->n > 0) {
        hw_buf_char(cites, '\n');
    }
    hw_buf_span_put(cites, name);
    return true;
}

/* ---- dates of citations: APA, "(2022, September 8)" ---- */

static unsigned month_of(struct hw_span word)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (unsigned i = 0; i < 12 && word.n >= 3; i++) {
        if (hw_span_is_nocase(hw_span_cut(word, 0, 3), months[i])) {
            return i + 1;
        }
    }
    return 0;
}

/* The first moment behind a year, a month of it, or a day of that; absent parts are 0. */
static bool behind(struct hw_civil c, int64_t *out)
{
    int64_t day;
    if (c.day > 0) {
        struct hw_civil first = c;
        if (!hw_time_from_civil(&first, &day)) {
            return false;
        }
        *out = hw_time_add(day, 86400 * HW_NS_PER_SECOND);
        return true;
    }
    c.day = 1;
    c.year += c.month == 0 || c.month == 12;
    c.month = c.month == 0 || c.month == 12 ? 1 : c.month + 1;
    return hw_time_from_civil(&c, out);
}

/* The inside of a bracket: "2022", "2022, September", "2022, September 8". */
static bool date_of(struct hw_span s, int64_t *out)
{
    struct hw_civil c = {.month = 0};
    uint64_t year, day = 0;
    if (!hw_span_u64(hw_span_cut(s, 0, 4), &year) || year < 1970 || year > 2200 ||
        (s.n > 4 && s.p[4] != ',')) {
        return false;
    }
    struct hw_span rest = hw_span_trim(hw_span_from(s, 5));
    size_t blank = hw_span_find(rest, ' ');
    c.year = (int)year;
    c.month = month_of(hw_span_cut(rest, 0, blank));
    if (c.month > 0 && hw_span_u64(hw_span_trim(hw_span_from(rest, blank)), &day) && day <= 31) {
        c.day = (unsigned)day;
    }
    return behind(c, out);
}

int64_t hw_behaviour_cited(struct hw_span citation)
{
    int64_t t;
    while (citation.n > 0) {
        citation = hw_span_from(citation, hw_span_find(citation, '(') + 1);
        size_t end = hw_span_find(citation, ')');
        if (end < citation.n && end >= 4 && end < DATE_BYTES &&
            date_of(hw_span_cut(citation, 0, end), &t)) {
            return hw_time_add(t, -1);
        }
    }
    return HW_TIME_NONE;
}

int64_t hw_behaviour_earlier(int64_t a, int64_t b)
{
    return a == HW_TIME_NONE || (b != HW_TIME_NONE && b < a) ? b : a;
}
