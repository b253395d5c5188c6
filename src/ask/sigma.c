/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma.c -- published rules (Sigma) asked of every record of every log of the case.
 *
 * A finding is one rule in one log on one host, with the first records it holds for. Which logs a
 * rule is for and what its fields are called there is sigma_source.c's; which rules could hold for
 * a record, sigma_rules.c's index tells.
 */
#include "ask/sigma.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/layouts.h"

enum { SHOWN = 3, FUEL = 20000000, SHOW_BYTES = 160 };

struct run {
    struct hw_asking *q;
    struct hw_error *err;
    struct sigma_rules rules;
    struct sigma_kept kept;
    struct sigma_log *logs;
    size_t log_count, log_room;
    const struct sigma_log *log;
    /* of the log being read */
    struct hw_layouts known;
    struct sigma_layout *layouts; /* beside those known */
    uint32_t layout_room;
    struct hw_bound *scratch;
    uint32_t *hit; /* numbers of the rules with hits in this log */
    size_t hit_count;
    /* of the record being asked */
    const struct hw_record *rec;
    const struct sigma_layout *layout;
    const struct sigma_rule *rule;
    struct hw_span channel;
    uint32_t record;
    uint64_t spent;
    struct hw_regex_scratch regex;
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory to ask published rules");
}

/* ---- one record ---- */

/* The machine a record is of, as it says itself or where its log was found. */
static struct hw_span host_of(const struct run *r)
{
    struct hw_span host =
        r->layout->host >= 0 ? r->known.values[r->layout->host] : (struct hw_span){NULL, 0};
    return host.n > 0 ? host : r->log->host;
}

/* By the number of the field. */
static struct hw_span field_at(void *state, uint16_t number)
{
    const struct run *r = state;
    const struct sigma_layout *l = r->layout;
    if (l->columns[number] == SIGMA_UNRESOLVED) {
        l->columns[number] = sigma_column(l, r->rules.fields[number]);
    }
    int at = l->columns[number];
    if (at >= SIGMA_ROLE) {
        for (size_t i = 0; i < l->bound_count; i++) {
            struct hw_span v =
                hw_bound_get(&l->bounds[i], (enum hw_role)(at - SIGMA_ROLE), r->known.values);
            if (v.n > 0) {
                return v;
            }
        }
        return (struct hw_span){NULL, 0};
    }
    return at >= 0                ? r->known.values[at]
           : at == SIGMA_EVENT    ? l->event
           : at == SIGMA_PROVIDER ? l->log
           : at == SIGMA_HOST     ? host_of(r)
                                  : (struct hw_span){NULL, 0};
}

static struct hw_span field(void *state, unsigned name)
{
    const struct run *r = state;
    return field_at(state, r->rule->fields[name]);
}

static struct hw_span value(void *state, size_t i)
{
    const struct run *r = state;
    return r->known.values[i];
}

static struct hw_span cut(struct hw_span s, size_t max)
{
    while (s.n > max && max > 0 && (s.p[max] & 0xc0) == 0x80) {
        max--;
    }
    return hw_span_cut(s, 0, max);
}

/* What a reader wants to see of a record: its time, and the first of these that it has. */
static struct hw_span shown(struct run *r)
{
    const struct hw_record *rec = r->rec;
    static const char *const wanted[] = {
        "CommandLine", "TargetObject", "TargetFilename", "ScriptBlockText",
        "QueryName",   "ImageLoaded",  "PipeName",       "ServiceName",
        "Image",       "Message",      "message",        "query",
        "uri"};
    const struct sigma_layout *l = r->layout;
    char when[HW_TIME_TEXT] = "time unknown";
    struct hw_span what = {NULL, 0}, name = {NULL, 0};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && what.n == 0; i++) {
        for (size_t k = 0; k < l->count && what.n == 0; k++) {
            if (hw_span_is(l->names[k], wanted[i])) {
                what = cut(r->known.values[k], SHOW_BYTES);
                name = l->names[k];
            }
        }
    }
    if (rec->time_ns != HW_TIME_NONE) {
        (void)hw_time_text(rec->time_ns, when);
    }
    return hw_words(r->q->a->arena, "%s: event %.*s%s%.*s%s%.*s", when, (int)l->event.n,
                    (const char *)l->event.p, what.n > 0 ? ", " : "", (int)name.n,
                    name.n > 0 ? (const char *)name.p : "", what.n > 0 ? " " : "", (int)what.n,
                    what.n > 0 ? (const char *)what.p : "");
}

static struct sigma_hit *hit_of(struct run *r, struct sigma_rule *rule, struct hw_span host)
{
    for (struct sigma_hit *h = rule->hits; h != NULL; h = h->next) {
        if (hw_span_equal_nocase(h->host, host)) {
            return h;
        }
    }
    struct sigma_hit *h = hw_arena_alloc(r->q->a->arena, sizeof *h);
    if (h != NULL) {
        if (rule->hits == NULL) {
            r->hit[r->hit_count++] = (uint32_t)(rule - r->rules.rules);
        }
        h->host = hw_span_keep(r->q->a->arena, host);
        h->next = rule->hits;
        rule->hits = h;
    }
    return h;
}

static int note(struct run *r, struct sigma_rule *rule)
{
    const struct hw_record *rec = r->rec;
    struct hw_span host = host_of(r);
    if (rule->stream != NULL) {
        const struct sigma_seen seen = {.log = r->log,
                                        .log_number = (uint32_t)(r->log - r->logs),
                                        .source = r->layout->source,
                                        .event = r->layout->event,
                                        .channel = r->channel,
                                        .host = host,
                                        .record = rec,
                                        .value = field_at,
                                        .state = r};
        int rc = sigma_keep(&r->kept, rule->stream, &seen, r->err);
        if (rc != HW_OK || !rule->alone) {
            return rc;
        }
    }
    struct sigma_hit *h = hit_of(r, rule, host);
    if (h == NULL) {
        return no_memory(r->err);
    }
    if (h->count++ < SHOWN) {
        hw_because_record(r->q->a->arena, &h->why, shown(r), r->log->path, rec->number, rec->off);
    }
    return HW_OK;
}

static int ask_rule(struct run *r, struct sigma_rule *rule)
{
    const struct sigma_class *c = &r->rules.classes[rule->of_class];
    struct hw_rule_record record = {field, value, r->rec->count, r, NULL};
    struct hw_rule program = {.root = rule->root};
    uint64_t fuel = FUEL;
    if (rule->asked_in == r->record || !r->layout->applies[rule->of_class]) {
        return HW_OK;
    }
    rule->asked_in = r->record;
    if (c->channel != NULL && !hw_span_starts(r->channel, c->channel)) {
        return HW_OK;
    }
    r->rule = rule;
    enum hw_rule_answer answer = hw_rule_ask(&program, &record, &r->regex, &fuel);
    r->spent += answer == HW_RULE_SPENT;
    return answer == HW_RULE_YES ? note(r, rule) : HW_OK;
}

static bool wanted(void *state, uint32_t rule)
{
    const struct run *r = state;
    const struct sigma_rule *s = &r->rules.rules[rule];
    return s->asked_in != r->record && r->layout->applies[s->of_class];
}

static int ask_number(void *state, uint32_t rule)
{
    struct run *r = state;
    return ask_rule(r, &r->rules.rules[rule]);
}

static int ask_record(void *state, const struct hw_record *rec)
{
    struct run *r = state;
    const struct sigma_layout *l = &r->layouts[rec->layout];
    const struct needles_asker asker = {wanted, ask_number, r};
    int rc = HW_OK;
    if (!l->any || (rec->time_ns != HW_TIME_NONE && rec->time_ns > r->q->a->as_of)) {
        return HW_OK;
    }
    r->layout = l;
    r->rec = rec;
    r->record++;
    r->channel = l->channel >= 0 ? r->known.values[l->channel] : l->log;
    for (size_t i = 0; i < r->rules.class_count && rc == HW_OK; i++) {
        for (struct sigma_rule *a = l->applies[i] ? r->rules.classes[i].always : NULL;
             a != NULL && rc == HW_OK; a = a->next_always) {
            rc = ask_rule(r, a);
        }
    }
    rc = rc != HW_OK ? rc : needles_walk(&r->rules.needles, l->event, &asker);
    rc = rc != HW_OK ? rc : needles_walk(&r->rules.needles, l->log, &asker);
    for (size_t i = 0; i < rec->count && rc == HW_OK; i++) {
        rc = needles_walk(&r->rules.needles, r->known.values[i], &asker);
    }
    return rc;
}

/* ---- one log ---- */

static void layouts_done(struct run *r)
{
    for (uint32_t i = 0; i < r->known.count && i < r->layout_room; i++) {
        free(r->layouts[i].names);
        free(r->layouts[i].columns);
        free(r->layouts[i].bounds);
        free(r->layouts[i].applies);
        r->layouts[i] = (struct sigma_layout){.count = 0};
    }
    hw_layouts_clear(&r->known);
}

static int column_named(const struct sigma_layout *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (hw_span_is_nocase(l->names[i], name)) {
            return (int)i;
        }
    }
    return SIGMA_NONE;
}

/* The layout's own texts lie behind its names, since facts are borrowed for a moment only. */
static int fill_layout(struct run *r, struct sigma_layout *l, const struct hw_fact *f, size_t count)
{
    struct hw_span parts[4] = {hw_fact_get(f, HW_LAYOUT_NAMES), hw_fact_get(f, HW_LAYOUT_SOURCE),
                               hw_fact_get(f, HW_LAYOUT_LOG), hw_fact_get(f, HW_LAYOUT_EVENT)};
    size_t bytes = parts[0].n + parts[1].n + parts[2].n + parts[3].n;
    l->names = malloc(count * sizeof *l->names + bytes);
    if (l->names == NULL) {
        return no_memory(r->err);
    }
    uint8_t *p = (uint8_t *)(l->names + count);
    for (size_t i = 0; i < 4; i++) {
        if (parts[i].n > 0) {
            memcpy(p, parts[i].p, parts[i].n);
        }
        parts[i].p = p;
        p += parts[i].n;
    }
    l->count = hw_layout_names(parts[0], l->names, count);
    l->source = parts[1];
    l->log = parts[2];
    l->event = parts[3];
    l->host = column_named(l, "Computer");
    l->channel = column_named(l, "Channel");
    return HW_OK;
}

static int bind_layout(struct run *r, struct sigma_layout *l)
{
    size_t n = hw_bind(l->source, l->log, l->event, l->names, l->count, r->scratch, SIGMA_BOUNDS);
    l->bounds = malloc((n + 1) * sizeof *l->bounds);
    l->columns = malloc((r->rules.field_count + 1) * sizeof *l->columns);
    l->applies = calloc(r->rules.class_count + 1, sizeof *l->applies);
    if (l->bounds == NULL || l->columns == NULL || l->applies == NULL) {
        return no_memory(r->err);
    }
    memcpy(l->bounds, r->scratch, n * sizeof *l->bounds);
    l->bound_count = n;
    for (size_t i = 0; i < r->rules.field_count; i++) {
        l->columns[i] = SIGMA_UNRESOLVED;
    }
    for (size_t i = 0; i < n && l->host < 0; i++) {
        l->host = l->bounds[i].slot[HW_ROLE_HOST][0];
    }
    for (size_t i = 0; i < r->rules.class_count; i++) {
        l->applies[i] = sigma_class_applies(&r->rules.classes[i], l);
        l->any = l->any || l->applies[i];
        r->rules.classes[i].held = r->rules.classes[i].held || l->applies[i];
    }
    return HW_OK;
}

static int take_layout(struct run *r, const struct hw_fact *f)
{
    size_t count;
    int rc = hw_layouts_add(&r->known, f, &count, r->err);
    if (rc != HW_OK) {
        return rc;
    }
    struct sigma_layout *l = hw_layouts_beside(&r->known, r->layouts, &r->layout_room, sizeof *l);
    if (l == NULL) {
        return no_memory(r->err);
    }
    r->layouts = l;
    l += r->known.count - 1;
    rc = fill_layout(r, l, f, count);
    return rc != HW_OK ? rc : bind_layout(r, l);
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int compare_hits(const void *a, const void *b)
{
    const struct sigma_hit *const *x = a, *const *y = b;
    return hw_span_compare((*x)->host, (*y)->host);
}

static int find_one(struct run *r, const struct sigma_rule *rule, const struct sigma_hit *h)
{
    struct hw_arena *arena = r->q->a->arena;
    struct hw_about about = {
        .kind = HW_ENTITY_ARTIFACT, .path = r->log->path, .host = h->host, .org = r->log->org};
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_buf_hex(&b, (struct hw_span){r->log->sha256, 32});
    about.key = hw_span_keep(arena, hw_buf_span(&b));
    hw_buf_clear(&b);
    hw_buf_span_put(&b, rule->id.n > 0 ? rule->id : rule->title);
    hw_buf_char(&b, ' ');
    hw_buf_span_put(&b, h->host);
    int rc = hw_entity_id_bytes(HW_ENTITY_ARTIFACT, (struct hw_span){NULL, 0}, about.key, about.id,
                                r->err);
    struct hw_finding *f = rc != HW_OK
                               ? NULL
                               : hw_find_about(r->q, "sigma-match", rule->severity,
                                               rule->confidence, &about, hw_buf_span(&b), r->err);
    hw_buf_done(&b);
    if (f == NULL) {
        return rc != HW_OK ? rc : r->err->code != HW_OK ? r->err->code : HW_E_MEMORY;
    }
    struct hw_span says = cut(rule->says, 600);
    hw_because(
        arena, &f->why,
        hw_words(arena, "\"%.*s\"%s%.*s%s%.*s: %llu record%s%s%.*s", (int)rule->title.n,
                 rule->title.n > 0 ? (const char *)rule->title.p : "",
                 rule->source.n > 0 ? " by " : "", (int)cut(rule->source, 100).n,
                 rule->source.n > 0 ? (const char *)rule->source.p : "", rule->id.n > 0 ? ", " : "",
                 (int)rule->id.n, rule->id.n > 0 ? (const char *)rule->id.p : "",
                 (unsigned long long)h->count, h->count == 1 ? "" : "s", says.n > 0 ? ". " : "",
                 (int)says.n, says.n > 0 ? (const char *)says.p : ""),
        r->log->path, false, 0);
    struct hw_why **tail = &f->why;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = h->why;
    return HW_OK;
}

/* What was found in this log, in the order of the rules, and of the hosts' names. */
static int find_in_log(struct run *r)
{
    int rc = HW_OK;
    qsort(r->hit, r->hit_count, sizeof *r->hit, compare_numbers);
    for (size_t i = 0; i < r->hit_count && rc == HW_OK; i++) {
        struct sigma_rule *rule = &r->rules.rules[r->hit[i]];
        size_t n = 0;
        for (struct sigma_hit *h = rule->hits; h != NULL; h = h->next) {
            n++;
        }
        struct sigma_hit **list = hw_arena_array(r->q->a->arena, n, sizeof(struct sigma_hit *));
        if (list == NULL) {
            return no_memory(r->err);
        }
        size_t at = 0;
        for (struct sigma_hit *h = rule->hits; h != NULL; h = h->next) {
            list[at++] = h;
        }
        qsort(list, n, sizeof(struct sigma_hit *), compare_hits);
        for (size_t k = 0; k < n && rc == HW_OK; k++) {
            rc = find_one(r, rule, list[k]);
        }
        rule->hits = NULL;
    }
    r->hit_count = 0;
    return rc;
}

static int ask_log(struct run *r)
{
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_facts(r->q->c, r->log->reading, r->log->node, HW_FACT_LAYOUT, HW_FACT_EVENTS,
                           &k, r->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, r->err)) == HW_ROW) {
        rc = row.fact.kind == HW_FACT_LAYOUT
                 ? take_layout(r, &row.fact)
                 : hw_layouts_each(&r->known, &row.fact, ask_record, r, r->err);
    }
    hw_cursor_free(k);
    rc = hw_log_read(r->q, r->log->path, rc, r->err);
    rc = rc != HW_OK ? rc : find_in_log(r);
    layouts_done(r);
    return rc;
}

/* ---- all of them ---- */

static int compare_logs(const void *a, const void *b)
{
    const struct sigma_log *x = a, *y = b;
    int by = memcmp(x->sha256, y->sha256, 32);
    by = by != 0 ? by : memcmp(x->evidence, y->evidence, 32);
    return by != 0 ? by : (x->node > y->node) - (x->node < y->node);
}

static int add_log(struct run *r, const struct hw_artifact_row *a)
{
    struct hw_arena *arena = r->q->a->arena;
    if (HW_GROW(r->logs, r->log_count, r->log_room, HW_GROW_MOST) != HW_OK) {
        return no_memory(r->err);
    }
    struct sigma_log *l = &r->logs[r->log_count++];
    *l = (struct sigma_log){.reading = a->reading, .node = a->node};
    memcpy(l->sha256, a->sha256, 32);
    memcpy(l->evidence, a->evidence, 32);
    l->path = hw_span_keep(arena, a->path);
    l->host = hw_span_keep(arena, hw_span_str(a->host));
    l->org = hw_span_keep(arena, hw_span_str(a->scope));
    return HW_OK;
}

/* Logs of the same bytes count once. */
static int list_logs(struct run *r)
{
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    size_t kept = 0;
    int rc = hw_case_artifacts(r->q->c, &ask, &k, r->err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, r->err)) == HW_ROW) {
        rc = hw_format_is_log(hw_span_str(a.format)) ? add_log(r, &a) : HW_OK;
    }
    hw_cursor_free(k);
    if (rc != HW_OK || r->log_count == 0) {
        return rc;
    }
    qsort(r->logs, r->log_count, sizeof *r->logs, compare_logs);
    for (size_t i = 0; i < r->log_count; i++) {
        if (kept == 0 || memcmp(r->logs[kept - 1].sha256, r->logs[i].sha256, 32) != 0) {
            r->logs[kept++] = r->logs[i];
        }
    }
    r->log_count = kept;
    return HW_OK;
}

/* Rules that were not asked: refused when read, for logs not held, or for logs not known. */
static int say_unasked(struct run *r)
{
    struct hw_arena *arena = r->q->a->arena;
    uint64_t unknown = 0, absent = 0;
    int rc = HW_OK;
    for (size_t i = 0; i < r->rules.count; i++) {
        const struct sigma_class *c = &r->rules.classes[r->rules.rules[i].of_class];
        unknown += !c->known;
        absent += c->known && !c->held;
    }
    if (r->rules.refused + unknown + absent > 0) {
        rc = hw_gap_add(r->q, (struct hw_span){NULL, 0}, "rules-not-asked",
                        hw_words(arena,
                                 "of %zu Sigma rules %zu cannot be run, %llu are for logs that "
                                 "this version does not know, %llu for logs that the case does "
                                 "not hold",
                                 r->rules.count + r->rules.correlation_count + r->rules.refused,
                                 r->rules.refused, (unsigned long long)unknown,
                                 (unsigned long long)absent),
                        HW_SPAN_LIT("headwater ingest of the logs they are for"), false, r->err);
    }
    if (rc == HW_OK && r->spent > 0) {
        rc = hw_gap_add(r->q, (struct hw_span){NULL, 0}, "rules-spent",
                        hw_words(arena,
                                 "%llu times a rule cost more than it may, and gave no "
                                 "answer for a record",
                                 (unsigned long long)r->spent),
                        HW_SPAN_LIT("look at the rules with long regular expressions"), true,
                        r->err);
    }
    return rc;
}

int hw_find_sigma(struct hw_asking *q, uint64_t *out_rules, struct hw_error *err)
{
    struct run *r = calloc(1, sizeof *r);
    *out_rules = 0;
    if (r == NULL) {
        return no_memory(err);
    }
    r->q = q;
    r->err = err;
    int rc = sigma_kept_init(&r->kept, err);
    rc = rc != HW_OK ? rc : sigma_rules_read(q, &r->rules, err);
    *out_rules = r->rules.count + r->rules.correlation_count;
    if (rc == HW_OK && r->rules.count > 0) {
        r->scratch = calloc(SIGMA_BOUNDS, sizeof *r->scratch);
        r->hit = calloc(r->rules.count, sizeof *r->hit);
        rc = hw_layouts_init(&r->known, err);
        rc = rc != HW_OK                            ? rc
             : r->scratch == NULL || r->hit == NULL ? no_memory(err)
                                                    : list_logs(r);
        for (size_t i = 0; i < r->log_count && rc == HW_OK; i++) {
            r->log = &r->logs[i];
            rc = ask_log(r);
        }
    }
    if (rc == HW_OK && (r->log_count > 0 || r->rules.refused > 0)) {
        rc = say_unasked(r);
    }
    rc = rc != HW_OK ? rc : sigma_correlate(&r->rules, &r->kept, r->logs, err);
    sigma_rules_done(&r->rules);
    sigma_kept_done(&r->kept);
    free(r->logs);
    free(r->layouts);
    hw_layouts_done(&r->known);
    free(r->scratch);
    free(r->hit);
    free(r);
    return rc;
}
