/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/rules_scan.c -- all rules of a case, compiled once and run over many nodes.
 *
 * The broker compiles, its workers share the pages. A scanner is a worker's own; it is made with
 * the first node and used for all. Signals stay as they are (libyara would catch its own faults):
 * a crash is a crash, and the parent reads that input again without rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "evidence/rules_room.h"
#include "fact/ruleset.h"

enum {
    SOURCES = 1 << 20,
    TRIES = 8, /* to compile all but those that do not; then each is tried alone */
    NAME_BYTES = 64 + 1,
};

struct loading {
    struct hw_span set;
    bool *bad; /* of each source */
    size_t count;
    struct hw_buf text;
};

static void quiet(void *state, const struct hw_yara_fault *f)
{
    (void)state;
    (void)f;
}

static bool open_set(const struct loading *l, struct hw_budget *fuel, struct hw_reader *out)
{
    *fuel = (struct hw_budget){2 * (uint64_t)l->set.n + 64, SOURCES, 2};
    hw_reader_init(out, l->set, fuel);
    return hw_ruleset_open(out);
}

static const char *text_of(struct loading *l, const struct hw_ruleset_source *s)
{
    hw_buf_clear(&l->text);
    hw_buf_span_put(&l->text, s->text);
    return hw_buf_text(&l->text);
}

static void name_of(struct hw_span digest, char out[NAME_BYTES])
{
    for (size_t i = 0; i < 32; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", digest.p[i]);
    }
}

static int count_sources(struct loading *l, struct hw_error *err)
{
    struct hw_budget fuel;
    struct hw_reader r;
    struct hw_ruleset_source s;
    if (open_set(l, &fuel, &r)) {
        while (hw_ruleset_next(&r, &s)) {
            l->count++;
        }
    }
    int rc = hw_reader_fail(&r, err);
    l->bad = rc != HW_OK ? NULL : calloc(l->count + 1, sizeof l->bad[0]);
    return rc != HW_OK || l->bad != NULL ? rc : hw_fail(err, HW_E_MEMORY, "no memory for rules");
}

/* One pass over all sources not known to be bad. *out_bad is the first that turned out to be. */
static int compile_all(struct loading *l, struct hw_yara **out, size_t *out_bad,
                       struct hw_error *err)
{
    YR_COMPILER *c = NULL;
    struct hw_budget fuel;
    struct hw_reader r;
    struct hw_ruleset_source s;
    char name[NAME_BYTES];
    int rc = hw_yara_compiler(&c, err);
    if (rc != HW_OK) {
        return rc;
    }
    *out_bad = l->count;
    bool open = open_set(l, &fuel, &r);
    for (size_t i = 0; open && rc == HW_OK && *out_bad == l->count && hw_ruleset_next(&r, &s);
         i++) {
        const char *text = l->bad[i] ? "" : text_of(l, &s);
        name_of(s.digest, name);
        if (text == NULL) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for rules");
        } else if (!l->bad[i] && yr_compiler_add_string(c, text, name) != 0) {
            *out_bad = i;
        }
    }
    if (rc == HW_OK && *out_bad == l->count) {
        rc = hw_yara_finish(c, out, err);
    }
    hw_yara_compiler_done(c);
    return rc;
}

static int try_each(struct loading *l, struct hw_error *err)
{
    struct hw_budget fuel;
    struct hw_reader r;
    struct hw_ruleset_source s;
    int rc = HW_OK;
    bool open = open_set(l, &fuel, &r);
    for (size_t i = 0; open && rc == HW_OK && hw_ruleset_next(&r, &s); i++) {
        HW_AUTO(hw_yara) *alone = NULL;
        const char *text = text_of(l, &s);
        rc = text == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for rules")
                          : hw_yara_compile(text, quiet, NULL, &alone, err);
        l->bad[i] = l->bad[i] || alone == NULL;
    }
    return rc;
}

int hw_yara_load(struct hw_span set, struct hw_yara **out, struct hw_error *err)
{
    struct loading l = {.set = set};
    struct hw_yara *y = NULL;
    size_t bad = 0, n = sizeof y->held.digest;
    hw_buf_init(&l.text, HW_RULESET_BYTES + 1);
    int rc = count_sources(&l, err);
    for (unsigned i = 0; rc == HW_OK && y == NULL; i++) {
        rc = i == TRIES ? try_each(&l, err) : HW_OK;
        rc = rc != HW_OK ? rc : compile_all(&l, &y, &bad, err);
        if (rc == HW_OK && y == NULL) {
            rc = i > TRIES ? hw_fail(err, HW_E_USAGE, "the rules do not compile together") : rc;
            l.bad[bad] = true;
        }
    }
    rc = rc != HW_OK ? rc : hw_digest_once(HW_DIGEST_SHA256, set, y->held.digest, &n, err);
    if (rc == HW_OK) {
        y->held.rules = y->rules->num_rules;
        for (size_t i = 0; i < l.count; i++) {
            y->held.sources += !l.bad[i];
            y->held.refused += l.bad[i];
        }
        *out = HW_TAKE(y);
    }
    hw_yara_free(y);
    free(l.bad);
    hw_buf_done(&l.text);
    return rc;
}

void hw_yara_held(const struct hw_yara *y, struct hw_yara_held *out)
{
    *out = y->held;
}

void hw_yara_scanner_free(struct hw_yara *y)
{
    if (y->scanner != NULL) {
        yr_scanner_destroy(y->scanner);
        y->scanner = NULL;
    }
}

struct scan {
    hw_yara_match_take take;
    void *state;
    bool enough, many;
};

/* Where the rule's first text stands, and how many of its texts do. */
static void find_first(YR_SCAN_CONTEXT *x, const YR_RULE *rule, struct hw_yara_match *out)
{
    const YR_STRING *string;
    const YR_MATCH *match;
    yr_rule_strings_foreach(rule, string)
    {
        bool counted = false;
        yr_string_matches_foreach(x, string, match)
        {
            int64_t off = match->base + match->offset;
            out->strings += !counted;
            if (off >= 0 && ((uint64_t)off < out->off || out->string.n == 0)) {
                out->off = (uint64_t)off;
                out->string = hw_span_str(string->identifier);
            }
            counted = true;
        }
    }
}

static int on_message(YR_SCAN_CONTEXT *x, int message, void *data, void *state)
{
    struct scan *s = state;
    if (message == CALLBACK_MSG_TOO_MANY_MATCHES) {
        s->many = true;
        return CALLBACK_CONTINUE; /* that text is looked for no more */
    }
    if (message != CALLBACK_MSG_RULE_MATCHING) {
        return CALLBACK_CONTINUE;
    }
    const YR_RULE *rule = data;
    char tags[HW_YARA_TAGS];
    struct hw_yara_match m = {.id = hw_span_str(rule->identifier)};
    if (RULE_IS_PRIVATE(rule) ||
        !hw_hex_decode(hw_span_str(rule->ns->name), m.source, sizeof m.source)) {
        return CALLBACK_CONTINUE;
    }
    hw_yara_tags(rule, tags);
    m.tags = hw_span_str(tags);
    find_first(x, rule, &m);
    s->enough = !s->take(s->state, &m);
    return s->enough ? CALLBACK_ABORT : CALLBACK_CONTINUE;
}

static bool set_place(YR_SCANNER *s, const struct hw_yara_place *p)
{
    return yr_scanner_define_string_variable(s, "filename", p->filename) == ERROR_SUCCESS &&
           yr_scanner_define_string_variable(s, "filepath", p->filepath) == ERROR_SUCCESS &&
           yr_scanner_define_string_variable(s, "extension", p->extension) == ERROR_SUCCESS &&
           yr_scanner_define_string_variable(s, "filetype", p->filetype) == ERROR_SUCCESS;
}

enum hw_yara_end hw_yara_scan(struct hw_yara *y, struct hw_span bytes,
                              const struct hw_yara_place *place, unsigned seconds,
                              hw_yara_match_take take, void *state)
{
    struct scan s = {.take = take, .state = state};
    if (y->scanner == NULL && yr_scanner_create(y->rules, &y->scanner) != ERROR_SUCCESS) {
        y->scanner = NULL;
        return HW_YARA_MEMORY;
    }
    if (!set_place(y->scanner, place)) {
        return HW_YARA_MEMORY;
    }
    yr_scanner_set_callback(y->scanner, on_message, &s);
    yr_scanner_set_timeout(y->scanner, (int)seconds);
    yr_scanner_set_flags(y->scanner, SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH |
                                         SCAN_FLAGS_REPORT_RULES_MATCHING);
    switch (
        yr_scanner_scan_mem(y->scanner, bytes.n == 0 ? (const uint8_t *)"" : bytes.p, bytes.n)) {
    case ERROR_SUCCESS:
        return s.enough ? HW_YARA_ENOUGH : s.many ? HW_YARA_MANY : HW_YARA_WHOLE;
    case ERROR_SCAN_TIMEOUT:
        return HW_YARA_TIME;
    case ERROR_INSUFFICIENT_MEMORY:
        return HW_YARA_MEMORY;
    default:
        return s.enough ? HW_YARA_ENOUGH : HW_YARA_FAILED;
    }
}
