/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/pattern_files.c -- published patterns (OpenIOC's trees, Loki's names of files) asked of the
 * files of a case, wherever each was seen, and of the records of its logs.
 *
 * A file that meets a pattern is a finding about that file. Records are one finding for each
 * pattern and host, with the first of them: a program that starts every minute is one thing.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/log_walk.h"
#include "ask/pattern.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/time.h"

enum {
    SHOWN = 3,        /* records of one finding */
    FILES_MOST = 200, /* files of one pattern that are findings; the others are counted */
    HOSTS_MOST = 2000,
    SIGHTINGS_MOST = 16, /* of one file */
    TEXT_BYTES = 300,
    PATHS_KEPT = 1 << 14,
    PATH_KEPT_BYTES = 254,
};
#define FUEL UINT64_C(20000000) /* of one pattern over one thing */

/* A path that no pattern over paths alone holds of: records name the same few again and again. */
struct path_kept {
    uint16_t n;
    uint8_t p[PATH_KEPT_BYTES];
};

struct run {
    struct hw_asking *q;
    struct hw_error *err;
    struct pattern_rules rules;
    struct pattern_seen seen;
    uint32_t thing; /* number of the file or record being asked */
    uint64_t spent, unsaid, cut;
    /* of the file in hand */
    const struct hw_artifact_row *artifact;
    struct hw_file_answer *file;
    uint32_t file_number;
    /* of the log in hand */
    struct log_walk walk;
    struct hw_span log, log_host; /* kept */
    struct hw_span host;          /* of the record */
    const struct hw_record *record;
    /* of the pattern being asked */
    const struct pattern_rule *rule;
    struct path_kept *paths; /* PATHS_KEPT, each where its hash says */
    bool path_known;         /* the path in hand was asked before, and in vain */
    bool path_met;           /* some pattern over paths alone holds of it, or gave no answer */
    struct hw_regex_scratch regex;
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory to ask published patterns");
}

/* ---- one pattern, one thing ---- */

static struct hw_span further(void *state, unsigned name, size_t i)
{
    struct run *r = state;
    return pattern_seen_nth(&r->seen, (enum hw_seen)r->rule->fields[name], i);
}

static struct hw_span field(void *state, unsigned name)
{
    return further(state, name, 0);
}

static struct hw_span value(void *state, size_t i)
{
    const struct run *r = state;
    return pattern_seen_get(&r->seen, (uint32_t)i);
}

static struct hw_span cut(struct hw_span s, size_t max)
{
    while (s.n > max && max > 0 && (s.p[max] & 0xc0) == 0x80) {
        max--;
    }
    return hw_span_cut(s, 0, max);
}

static const char *words_of(struct hw_span s)
{
    return s.n > 0 ? (const char *)s.p : "";
}

/* What a reader wants to know of the pattern. */
static struct hw_span says(struct run *r, const struct pattern_rule *rule)
{
    struct hw_span title = cut(rule->title, TEXT_BYTES), text = cut(rule->text, TEXT_BYTES);
    struct hw_span source = cut(rule->source, TEXT_BYTES);
    struct hw_span score = hw_span_from(rule->tags, 6); /* behind "score." */
    if (rule->filename) {
        return hw_words(r->q->a->arena, "its path matches %.*s (score %.*s of 100)%s%.*s",
                        (int)text.n, words_of(text), (int)score.n, words_of(score),
                        title.n > 0 ? ": " : "", (int)title.n, words_of(title));
    }
    return hw_words(r->q->a->arena, "meets the pattern \"%.*s\"%s%.*s: %.*s", (int)title.n,
                    words_of(title), source.n > 0 ? " by " : "", (int)source.n, words_of(source),
                    (int)text.n, words_of(text));
}

static struct hw_span key_of(const struct pattern_rule *rule)
{
    return rule->id.n > 0 ? rule->id : rule->text;
}

/* ---- what holds ---- */

static int find_file(struct run *r, struct pattern_rule *rule)
{
    struct hw_arena *arena = r->q->a->arena;
    if (rule->found_in == r->file_number) {
        return HW_OK; /* under another of its paths */
    }
    rule->found_in = r->file_number;
    if (rule->files++ >= FILES_MOST) {
        r->unsaid++;
        return HW_OK;
    }
    r->err->code = HW_OK;
    r->file = r->file != NULL ? r->file : hw_file_add(r->q, r->artifact, r->err);
    struct hw_finding *f = r->file == NULL
                               ? NULL
                               : hw_find(r->q, "known-pattern", rule->severity, rule->confidence,
                                         r->file, key_of(rule), r->err);
    if (f == NULL) {
        return r->err->code != HW_OK ? r->err->code : HW_E_MEMORY;
    }
    struct hw_span path = pattern_seen_nth(&r->seen, HW_SEEN_PATH, 0);
    hw_because(arena, &f->why, says(r, rule), hw_span_keep(arena, path), false, 0);
    return HW_OK;
}

static struct pattern_hits *hits_of(struct run *r, struct pattern_rule *rule)
{
    size_t n = 0;
    for (struct pattern_hits *h = rule->hits; h != NULL; h = h->next, n++) {
        if (hw_span_equal_nocase(h->host, r->host)) {
            return h;
        }
    }
    struct pattern_hits *h = n < HOSTS_MOST ? hw_arena_alloc(r->q->a->arena, sizeof *h) : NULL;
    if (h != NULL) {
        *h = (struct pattern_hits){.next = rule->hits,
                                   .host = hw_span_keep(r->q->a->arena, r->host)};
        rule->hits = h;
    }
    return h;
}

/* Its time, and the first value of it that the pattern asks for; a digest where there is no
 * other. */
static struct hw_span shown(struct run *r, const struct pattern_rule *rule)
{
    char when[HW_TIME_TEXT] = "time unknown";
    struct hw_span what = {NULL, 0};
    const char *name = "";
    for (unsigned i = 0; i < HW_SEEN_COUNT && what.n == 0; i++) {
        unsigned s = (i + HW_SEEN_NAME) % HW_SEEN_COUNT;
        if ((rule->asks & UINT64_C(1) << s) != 0) {
            what = cut(pattern_seen_nth(&r->seen, (enum hw_seen)s, 0), TEXT_BYTES);
            name = hw_seen_word((enum hw_seen)s);
        }
    }
    if (r->record->time_ns != HW_TIME_NONE) {
        (void)hw_time_text(r->record->time_ns, when);
    }
    return hw_words(r->q->a->arena, "%s: %s %.*s", when, name, (int)what.n, words_of(what));
}

static int note_record(struct run *r, struct pattern_rule *rule)
{
    struct pattern_hits *h = hits_of(r, rule);
    if (h == NULL) {
        r->unsaid++; /* of a list of hosts without end */
        return HW_OK;
    }
    if (h->count++ < SHOWN) {
        hw_because_record(r->q->a->arena, &h->why, shown(r, rule), r->log, r->record->number,
                          r->record->off);
    }
    return HW_OK;
}

static struct path_kept *slot_of(struct run *r, struct hw_span path)
{
    return &r->paths[hw_scan_hash(path, 0) % PATHS_KEPT];
}

static bool path_known(struct run *r, struct hw_span path)
{
    const struct path_kept *k = path.n > PATH_KEPT_BYTES ? NULL : slot_of(r, path);
    return k != NULL && path.n > 0 && k->n == path.n && memcmp(k->p, path.p, path.n) == 0;
}

static void keep_path(struct run *r, struct hw_span path)
{
    if (path.n > 0 && path.n <= PATH_KEPT_BYTES) {
        struct path_kept *k = slot_of(r, path);
        k->n = (uint16_t)path.n;
        memcpy(k->p, path.p, path.n);
    }
}

static int ask_rule(struct run *r, struct pattern_rule *rule)
{
    bool path_alone = rule->asks == UINT64_C(1) << HW_SEEN_PATH;
    struct hw_rule_record record = {
        .field = field, .value = value, .count = r->seen.count, .state = r, .also = further};
    struct hw_rule program = {.root = rule->root};
    uint64_t fuel = FUEL;
    if (rule->asked_in == r->thing || (rule->asks & r->seen.has) == 0 ||
        (path_alone && r->path_known)) {
        return HW_OK;
    }
    rule->asked_in = r->thing;
    r->rule = rule;
    enum hw_rule_answer answer = hw_rule_ask(&program, &record, &r->regex, &fuel);
    r->spent += answer == HW_RULE_SPENT;
    r->path_met = r->path_met || (path_alone && answer != HW_RULE_NO);
    return answer != HW_RULE_YES ? HW_OK
           : r->artifact != NULL ? find_file(r, rule)
                                 : note_record(r, rule);
}

static bool wanted(void *state, uint32_t rule)
{
    const struct run *r = state;
    return r->rules.rules[rule].asked_in != r->thing;
}

static int ask_number(void *state, uint32_t rule)
{
    struct run *r = state;
    return ask_rule(r, &r->rules.rules[rule]);
}

/* Everything that could hold of what is seen now. */
static int ask_all(struct run *r)
{
    int rc = HW_OK;
    const struct needles_asker asker = {wanted, ask_number, r};
    struct hw_span path = pattern_seen_nth(&r->seen, HW_SEEN_PATH, 0);
    r->thing++;
    r->cut += r->seen.over;
    r->path_known = path_known(r, path);
    r->path_met = false;
    for (size_t i = 0; i < r->rules.always_count && rc == HW_OK; i++) {
        rc = ask_rule(r, &r->rules.rules[r->rules.always[i]]);
    }
    for (uint32_t i = 0; i < r->seen.count && rc == HW_OK; i++) {
        rc = needles_walk(&r->rules.needles, pattern_seen_get(&r->seen, i), &asker);
    }
    if (!r->path_known && !r->path_met) {
        keep_path(r, path);
    }
    return rc;
}

/* ---- files ---- */

/* Under each further path it was seen at. */
static int ask_places(struct run *r, const struct hw_artifact_row *a)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    struct hw_buf path;
    uint32_t met = 0;
    int rc = hw_case_sightings(r->q->c, a->evidence, &k, r->err);
    hw_buf_init(&path, 1 << 20);
    while (rc == HW_OK && met < SIGHTINGS_MOST &&
           (rc = hw_sighting_next(k, &place, r->err)) == HW_ROW) {
        hw_buf_clear(&path);
        hw_buf_span_put(&path, place.place.path);
        hw_buf_span_put(&path, a->inside);
        rc = HW_OK;
        if (!hw_span_equal(hw_buf_span(&path), a->path)) {
            met++;
            pattern_seen_path(&r->seen, hw_buf_span(&path));
            rc = ask_all(r);
        }
    }
    hw_buf_done(&path);
    hw_cursor_free(k);
    return rc;
}

static int ask_file(struct run *r, const struct hw_artifact_row *a)
{
    r->artifact = a;
    r->file = NULL;
    r->file_number++;
    int rc = pattern_seen_file(r->q, a, &r->seen, r->err);
    if (rc == HW_OK) {
        pattern_seen_path(&r->seen, a->path);
        rc = ask_all(r);
    }
    rc = rc != HW_OK ? rc : ask_places(r, a);
    r->artifact = NULL;
    return rc;
}

/* ---- logs ---- */

static int take_bound(void *state, const struct hw_bound *b, const struct hw_record *rec)
{
    struct run *r = state;
    struct hw_span host = hw_bound_get(b, HW_ROLE_HOST, rec->values);
    int rc = HW_OK;
    if (rec->time_ns != HW_TIME_NONE && rec->time_ns > r->q->a->as_of) {
        return HW_OK;
    }
    r->host = host.n > 0 ? host : r->log_host;
    r->record = rec;
    if (pattern_seen_record(b, rec->values, &r->seen)) {
        rc = ask_all(r);
    }
    for (unsigned i = 0; i < PATTERN_OTHER_PATHS && rc == HW_OK; i++) {
        if (pattern_seen_other(b, rec->values, i, &r->seen)) {
            rc = ask_all(r);
        }
    }
    return rc;
}

static int ask_log(struct run *r, const struct hw_artifact_row *a)
{
    r->log = hw_span_keep(r->q->a->arena, a->path);
    r->log_host = hw_span_keep(r->q->a->arena, hw_span_str(a->host));
    return log_walk(&r->walk, r->q, a, take_bound, r, r->err);
}

static int ask_case(struct run *r)
{
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(r->q->c, &ask, &k, r->err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, r->err)) == HW_ROW) {
        rc = hw_format_is_log(hw_span_str(a.format)) ? ask_log(r, &a)
             : a.of_class == HW_CLASS_KNOWLEDGE      ? HW_OK
                                                     : ask_file(r, &a);
    }
    hw_cursor_free(k);
    return rc;
}

/* ---- answers ---- */

static int compare_hosts(const void *a, const void *b)
{
    const struct pattern_hits *const *x = a, *const *y = b;
    return hw_span_compare((*x)->host, (*y)->host);
}

static int find_host(struct run *r, const struct pattern_rule *rule, const struct pattern_hits *h)
{
    struct hw_arena *arena = r->q->a->arena;
    struct hw_about about = {.kind = HW_ENTITY_INDICATOR,
                             .key = key_of(rule),
                             .path = rule->title.n > 0 ? rule->title : rule->text,
                             .host = h->host};
    int rc = hw_entity_id_bytes(HW_ENTITY_INDICATOR, (struct hw_span){NULL, 0}, about.key, about.id,
                                r->err);
    struct hw_finding *f = rc != HW_OK ? NULL
                                       : hw_find_about(r->q, "known-pattern", rule->severity,
                                                       rule->confidence, &about, h->host, r->err);
    if (f == NULL) {
        return rc != HW_OK ? rc : r->err->code != HW_OK ? r->err->code : HW_E_MEMORY;
    }
    struct hw_span first = says(r, rule);
    hw_because(arena, &f->why,
               hw_words(arena, "%.*s; %llu record%s", (int)first.n, words_of(first),
                        (unsigned long long)h->count, h->count == 1 ? "" : "s"),
               (struct hw_span){NULL, 0}, false, 0);
    struct hw_why **tail = &f->why;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = h->why;
    return HW_OK;
}

static int find_hosts(struct run *r, const struct pattern_rule *rule)
{
    size_t n = 0, at = 0;
    int rc = HW_OK;
    for (struct pattern_hits *h = rule->hits; h != NULL; h = h->next) {
        n++;
    }
    struct pattern_hits **list = calloc(n + 1, sizeof(struct pattern_hits *));
    if (list == NULL) {
        return no_memory(r->err);
    }
    for (struct pattern_hits *h = rule->hits; h != NULL; h = h->next) {
        list[at++] = h;
    }
    qsort(list, n, sizeof(struct pattern_hits *), compare_hosts);
    for (size_t i = 0; i < n && rc == HW_OK; i++) {
        rc = find_host(r, rule, list[i]);
    }
    free(list);
    return rc;
}

static int say_gap(struct run *r, const char *kind, struct hw_span what, const char *ask_for,
                   bool needed)
{
    return hw_gap_add(r->q, (struct hw_span){NULL, 0}, kind, what, hw_span_str(ask_for), needed,
                      r->err);
}

static int say_unasked(struct run *r)
{
    const struct pattern_rules *s = &r->rules;
    struct hw_arena *arena = r->q->a->arena;
    int rc = HW_OK;
    if (s->refused + s->partly > 0) {
        rc = say_gap(r, "patterns-not-asked",
                     hw_words(arena,
                              "of %llu patterns over files and records %llu cannot be asked, and "
                              "%llu only in part: they need what no file or record here tells of",
                              (unsigned long long)(s->count + s->refused),
                              (unsigned long long)s->refused, (unsigned long long)s->partly),
                     "other means, such as the tool these patterns were written for", false);
    }
    if (rc == HW_OK && r->spent + r->cut > 0) {
        rc = say_gap(r, "pattern-unanswered",
                     hw_words(arena,
                              "%llu times a pattern cost more than it may, and %llu files or "
                              "records hold more values than are asked",
                              (unsigned long long)r->spent, (unsigned long long)r->cut),
                     "a narrower pattern", true);
    }
    if (rc == HW_OK && r->unsaid > 0) {
        rc = say_gap(r, "patterns-too-wide",
                     hw_words(arena,
                              "%llu further files or records meet patterns that each hold of more "
                              "than %d files or %d hosts",
                              (unsigned long long)r->unsaid, FILES_MOST, HOSTS_MOST),
                     "narrower patterns", false);
    }
    return rc;
}

static int ask_patterns(struct run *r)
{
    r->paths = calloc(PATHS_KEPT, sizeof *r->paths);
    int rc = r->paths == NULL ? no_memory(r->err) : log_walk_init(&r->walk, r->err);
    pattern_seen_init(&r->seen, r->rules.asks);
    rc = rc != HW_OK ? rc : ask_case(r);
    for (size_t i = 0; i < r->rules.count && rc == HW_OK; i++) {
        rc = find_hosts(r, &r->rules.rules[i]);
    }
    return rc;
}

int hw_find_patterns(struct hw_asking *q, size_t *io_patterns, struct hw_error *err)
{
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return no_memory(err);
    }
    r->q = q;
    r->err = err;
    int rc = pattern_rules_read(q, &r->rules, err);
    *io_patterns += r->rules.count;
    rc = rc == HW_OK && r->rules.count > 0 ? ask_patterns(r) : rc;
    rc = rc != HW_OK ? rc : say_unasked(r);
    pattern_rules_done(&r->rules);
    pattern_seen_done(&r->seen);
    log_walk_done(&r->walk);
    free(r->paths);
    free(r);
    return rc;
}
