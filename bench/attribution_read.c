/* SPDX-License-Identifier: Apache-2.0 */
/* bench/attribution_read.c -- the corpus, and the questions that can be made of it. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attribution.h"
#include "base/text.h"
#include "base/time.h"

enum { LINE_BYTES = 1 << 20 };

static int by_text(const void *a, const void *b)
{
    return hw_span_compare(*(const struct hw_span *)a, *(const struct hw_span *)b);
}

static uint32_t number_in(const struct hw_span *list, size_t count, const char *text)
{
    struct hw_span key = hw_span_str(text);
    const struct hw_span *p = count == 0 ? NULL : bsearch(&key, list, count, sizeof key, by_text);
    return p == NULL ? UINT32_MAX : (uint32_t)(p - list);
}

uint32_t corpus_number(const struct corpus *c, const char *id)
{
    return number_in(c->ids, c->id_count, id);
}

int64_t month_begins(int month)
{
    char text[32];
    int64_t t = HW_TIME_NONE;
    (void)snprintf(text, sizeof text, "%04d-%02d-01T00:00:00Z", month / 12 % 10000, month % 12 + 1);
    return hw_time_parse(hw_span_str(text), &t) ? t : HW_TIME_NONE;
}

int64_t month_ends(int month)
{
    return month_begins(month + 1);
}

/* ---- reading ---- */

static const char *text_at(const json_t *v, const char *key)
{
    const char *s = json_string_value(json_object_get(v, key));
    return s == NULL ? "" : s;
}

static bool is_kind(const json_t *v, const char *kind)
{
    return strcmp(text_at(v, "kind"), kind) == 0;
}

static bool add_text(struct corpus *c, struct hw_span **list, size_t *count, const char *text)
{
    struct hw_span *p = reallocarray(*list, *count + 1, sizeof *p);
    uint8_t *copy = hw_arena_copy(c->arena, hw_span_str(text));
    if (p != NULL) {
        *list = p;
    }
    if (p == NULL || copy == NULL) {
        return false;
    }
    p[(*count)++] = (struct hw_span){copy, strlen(text)};
    return true;
}

static bool take_name(struct corpus *c, const json_t *v)
{
    const json_t *one;
    size_t i;
    if (is_kind(v, "citation")) {
        return add_text(c, &c->sources, &c->source_count, text_at(v, "name"));
    }
    json_array_foreach(json_object_get(v, "cites"), i, one)
    {
        const char *name = json_string_value(one);
        if (name == NULL || !add_text(c, &c->sources, &c->source_count, name)) {
            return false;
        }
    }
    return json_object_get(v, "id") == NULL || add_text(c, &c->ids, &c->id_count, text_at(v, "id"));
}

static void sort_once(struct hw_span *list, size_t *count)
{
    size_t kept = 0;
    qsort(list, *count, sizeof *list, by_text);
    for (size_t i = 0; i < *count; i++) {
        if (kept == 0 || !hw_span_equal(list[kept - 1], list[i])) {
            list[kept++] = list[i];
        }
    }
    *count = kept;
}

static char kind_of(const json_t *v)
{
    return is_kind(v, "intrusion-set")                   ? 'g'
           : is_kind(v, "campaign")                      ? 'c'
           : is_kind(v, "malware") || is_kind(v, "tool") ? 's'
           : is_kind(v, "attack-pattern")                ? 't'
                                                         : '-';
}

static bool take_edge(struct corpus *c, const json_t *v, size_t *cited)
{
    uint32_t from = corpus_number(c, text_at(v, "from")), to = corpus_number(c, text_at(v, "to"));
    const json_t *cites = json_object_get(v, "cites"), *one;
    size_t i;
    if (from == UINT32_MAX || to == UINT32_MAX) {
        return true;
    }
    if (strcmp(text_at(v, "type"), "attributed-to") == 0) {
        c->group_of[from][c->group_of[from][0] != UINT32_MAX] = to;
    }
    if (strcmp(text_at(v, "type"), "uses") != 0 || strchr("gc", c->kinds[from]) == NULL) {
        return true;
    }
    struct edge *p = reallocarray(c->edges, c->edge_count + 1, sizeof *p);
    uint32_t *q = reallocarray(c->cited, *cited + json_array_size(cites) + 1, sizeof *q);
    c->edges = p != NULL ? p : c->edges;
    c->cited = q != NULL ? q : c->cited;
    if (p == NULL || q == NULL) {
        return false;
    }
    p += c->edge_count++;
    *p = (struct edge){.from = from, .to = to, .cites = (uint32_t)*cited};
    json_array_foreach(cites, i, one)
    {
        uint32_t s = number_in(c->sources, c->source_count, json_string_value(one));
        if (s != UINT32_MAX) {
            c->cited[(*cited)++] = s;
        }
    }
    p->cite_count = (uint32_t)(*cited - p->cites);
    return true;
}

static bool take_rest(struct corpus *c, const json_t *v, size_t *cited)
{
    if (is_kind(v, "edge")) {
        return take_edge(c, v, cited);
    }
    if (is_kind(v, "citation")) {
        double year = json_number_value(json_object_get(v, "year"));
        uint32_t s = number_in(c->sources, c->source_count, text_at(v, "name"));
        c->months[s] = year > 0 ? (int)lround(year * 12) : NO_DATE;
        return true;
    }
    uint32_t n = corpus_number(c, text_at(v, "id"));
    if (n != UINT32_MAX) {
        c->kinds[n] = kind_of(v);
    }
    return true;
}

/* Twice over the file: names are numbered before edges are read. */
static bool read_pass(FILE *in, struct corpus *c, bool names)
{
    char *line = malloc(LINE_BYTES);
    size_t cited = 0;
    bool ok = line != NULL;
    while (ok && fgets(line, LINE_BYTES, in) != NULL) {
        json_t *v = json_loads(line, 0, NULL);
        ok = v != NULL && (names ? take_name(c, v) : take_rest(c, v, &cited));
        json_decref(v);
    }
    free(line);
    rewind(in);
    return ok;
}

bool corpus_read(const char *path, struct corpus *out)
{
    struct corpus *c = out;
    *c = (struct corpus){.arena = hw_arena_new((size_t)64 << 20)};
    FILE *in = fopen(path, "r");
    bool ok = in != NULL && c->arena != NULL && read_pass(in, c, true);
    if (ok) {
        sort_once(c->ids, &c->id_count);
        sort_once(c->sources, &c->source_count);
        c->kinds = calloc(c->id_count + 1, 1);
        c->group_of = malloc((c->id_count + 1) * sizeof *c->group_of);
        c->months = malloc((c->source_count + 1) * sizeof *c->months);
        ok = c->kinds != NULL && c->group_of != NULL && c->months != NULL;
    }
    for (size_t i = 0; ok && i < c->id_count; i++) {
        c->group_of[i][0] = c->group_of[i][1] = UINT32_MAX;
    }
    for (size_t i = 0; ok && i < c->source_count; i++) {
        c->months[i] = NO_DATE;
    }
    ok = ok && read_pass(in, c, false) && c->edge_count > 0;
    if (in != NULL) {
        (void)fclose(in);
    }
    if (!ok) {
        (void)fprintf(stderr, "bench_attribution: cannot read %s\n", path);
    }
    return ok;
}

bool corpus_cites(const struct corpus *c, const struct edge *e, uint32_t source)
{
    for (uint32_t i = 0; i < e->cite_count; i++) {
        if (c->cited[e->cites + i] == source) {
            return true;
        }
    }
    return false;
}

struct hw_behave *corpus_claims(const struct corpus *c)
{
    struct hw_behave *b = NULL;
    struct hw_error err;
    bool ok = hw_behave_new((size_t)256 << 20, &b, &err) == HW_OK;
    for (size_t i = 0; ok && i < c->edge_count; i++) {
        const struct edge *e = &c->edges[i];
        bool is_campaign = c->kinds[e->from] == 'c';
        const uint32_t own[2] = {e->from, UINT32_MAX};
        const uint32_t *groups = is_campaign ? c->group_of[e->from] : own;
        struct hw_buf cites;
        hw_buf_init(&cites, 1 << 20);
        for (uint32_t k = 0; k < e->cite_count; k++) {
            hw_buf_str(&cites, k == 0 ? "" : "\n");
            hw_buf_span_put(&cites, c->sources[c->cited[e->cites + k]]);
        }
        struct hw_behave_claim claim = {.feature = c->ids[e->to],
                                        .software = c->kinds[e->to] == 's',
                                        .cites = hw_buf_span(&cites),
                                        .published = HW_TIME_NONE};
        claim.by = is_campaign ? c->ids[e->from] : claim.by;
        ok = hw_buf_ok(&cites);
        for (unsigned g = 0; g < 2 && ok && groups[g] != UINT32_MAX; g++) {
            claim.group = c->ids[groups[g]];
            ok = hw_behave_add(b, &claim, &err) == HW_OK;
        }
        hw_buf_done(&cites);
    }
    for (size_t i = 0; ok && i < c->source_count; i++) {
        ok = c->months[i] == NO_DATE ||
             hw_behave_date(b, c->sources[i], month_ends(c->months[i]), &err) == HW_OK;
    }
    if (!ok) {
        hw_behave_free(b);
        return NULL;
    }
    return b;
}

/* ---- questions ---- */

static bool add_question(struct question **list, size_t *count, const struct question *q)
{
    struct question *p = reallocarray(*list, *count + 1, sizeof *p);
    if (p == NULL) {
        return false;
    }
    *list = p;
    p[(*count)++] = *q;
    return true;
}

/* Does the claim stand on this source alone? */
static bool only_cites(const struct corpus *c, const struct edge *e, uint32_t source)
{
    return e->cite_count == 1 && c->cited[e->cites] == source;
}

static bool ask_report(const struct corpus *c, uint32_t group, uint32_t source,
                       struct question **list, size_t *count)
{
    struct question q = {
        .group = group, .also = UINT32_MAX, .source = source, .month = c->months[source]};
    size_t left = 0;
    q.features = hw_arena_array(c->arena, 1000, sizeof *q.features);
    q.sources = &c->sources[source];
    q.source_count = 1;
    for (size_t i = 0; i < c->edge_count && q.features != NULL; i++) {
        const struct edge *e = &c->edges[i];
        if (e->from == group && corpus_cites(c, e, source) && q.feature_count < 1000) {
            q.features[q.feature_count++] = c->ids[e->to];
        }
        left += e->from == group && e->cite_count > 0 && !only_cites(c, e, source);
    }
    return q.feature_count < IN_REPORT || left < LEFT || add_question(list, count, &q);
}

size_t questions_of_reports(const struct corpus *c, struct question **out)
{
    size_t count = 0;
    uint32_t *often = malloc((c->source_count + 1) * sizeof *often);
    for (uint32_t g = 0; g < c->id_count && often != NULL; g++) {
        memset(often, 0, c->source_count * sizeof *often);
        for (size_t i = 0; c->kinds[g] == 'g' && i < c->edge_count; i++) {
            const struct edge *e = &c->edges[i];
            for (uint32_t k = 0; e->from == g && k < e->cite_count; k++) {
                often[c->cited[e->cites + k]]++;
            }
        }
        for (uint32_t s = 0; s < c->source_count; s++) {
            if (often[s] >= IN_REPORT && !ask_report(c, g, s, out, &count)) {
                count = 0;
            }
        }
    }
    free(often);
    return count;
}

size_t questions_of_campaigns(const struct corpus *c, struct question **out)
{
    size_t count = 0;
    for (uint32_t k = 0; k < c->id_count; k++) {
        struct question q = {.group = c->group_of[k][0],
                             .also = c->group_of[k][1],
                             .source = k,
                             .is_campaign = true,
                             .month = NO_DATE};
        if (c->kinds[k] != 'c') {
            continue;
        }
        q.features = hw_arena_array(c->arena, 1000, sizeof *q.features);
        q.sources = hw_arena_array(c->arena, 10000, sizeof *q.sources);
        for (size_t i = 0; i < c->edge_count; i++) {
            const struct edge *e = &c->edges[i];
            if (e->from != k || q.features == NULL || q.sources == NULL ||
                q.feature_count == 1000 || q.source_count + e->cite_count > 10000) {
                continue;
            }
            q.features[q.feature_count++] = c->ids[e->to];
            for (uint32_t s = 0; s < e->cite_count; s++) {
                uint32_t n = c->cited[e->cites + s];
                q.sources[q.source_count++] = c->sources[n];
                if (c->months[n] != NO_DATE && (q.month == NO_DATE || c->months[n] < q.month)) {
                    q.month = c->months[n];
                }
            }
        }
        if (!add_question(out, &count, &q)) {
            return 0;
        }
    }
    return count;
}
