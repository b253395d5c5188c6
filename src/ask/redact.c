/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"

enum {
    SHORT_NAME = 3,    /* shorter ones only as they are written */
    LONG_NAME = 6,     /* from here on also inside of other words */
    NAME_BYTES = 8192, /* what is longer is no name */
    SHOWN_BYTES = 6,   /* of the code: 48 bits, twelve digits */
    BUCKETS = 1 << 16
};

static const char *const prefixes[HW_REDACT_CLASSES] = {"text",    "host",    "account", "org",
                                                        "account", "address", "word"};

struct name {
    struct hw_span text;
    enum hw_redact_class as;
    bool issued; /* one of our own: stays what it is */
};
struct table {
    const struct hw_redact_policy *policy;
    struct hw_arena *arena;
    const uint8_t *key;
    struct hw_error *err;
    struct name *p;
    size_t count, room;
    uint32_t *bucket; /* BUCKETS + 1: where names that begin with two characters do */
};

/* ---- the policy ---- */

static int add_word(struct hw_redact_word **list, struct hw_span s, struct hw_arena *arena,
                    struct hw_error *err)
{
    struct hw_redact_word *w = hw_arena_alloc(arena, sizeof *w);
    const uint8_t *copy = hw_arena_copy(arena, s);
    if (w == NULL || copy == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a policy");
    }
    *w = (struct hw_redact_word){*list, {copy, s.n}};
    *list = w;
    return HW_OK;
}

static bool read_unit(struct hw_span word, int64_t *out)
{
    static const struct {
        const char *word;
        int64_t seconds;
    } units[] = {{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (hw_span_is(word, units[i].word)) {
            *out = units[i].seconds * HW_NS_PER_SECOND;
            return true;
        }
    }
    return false;
}

static bool read_class(struct hw_span line, struct hw_redact_policy *policy)
{
    static const char *const classes[HW_REDACT_CLASSES] = {
        NULL, "host", "account", "org", "path-user-part", "address-private", NULL};
    for (int i = 0; i < HW_REDACT_CLASSES; i++) {
        if (classes[i] != NULL && hw_span_is(line, classes[i])) {
            policy->on[i] = true;
            return true;
        }
    }
    return false;
}

int hw_redact_policy_read(struct hw_span text, struct hw_arena *arena, struct hw_redact_policy *out,
                          struct hw_error *err)
{
    struct hw_redact_policy policy = {.words = NULL};
    int rc = HW_OK;
    for (unsigned line = 1; text.n > 0 && rc == HW_OK; line++) {
        size_t end = hw_span_find(text, '\n');
        struct hw_span one = hw_span_trim(hw_span_cut(text, 0, end));
        size_t blank = hw_span_find(one, ' ');
        struct hw_span value = hw_span_trim(hw_span_from(one, blank));
        text = hw_span_from(text, end + 1);
        if (one.n == 0 || one.p[0] == '#' || read_class(one, &policy)) {
            continue;
        }
        if (hw_span_starts(one, "word ")) {
            policy.on[HW_REDACT_WORD] = true;
            rc = add_word(&policy.words, value, arena, err);
        } else if (hw_span_starts(one, "clear ")) {
            rc = add_word(&policy.clear, value, arena, err);
        } else if (!hw_span_starts(one, "times ") || !read_unit(value, &policy.times_ns)) {
            rc = hw_fail(err, HW_E_USAGE,
                         "line %u: give host, account, org, path-user-part, address-private, word "
                         "TEXT, clear NAME or times day|hour|minute|second",
                         line);
        }
    }
    if (rc == HW_OK) {
        *out = policy;
    }
    return rc;
}

/* ---- collecting ---- */

static bool of_word(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_' || c >= 0x80;
}

/* A dash alone is no name: without it no sentence would be left whole. */
static bool is_name(struct hw_span s)
{
    size_t i = 0;
    while (i < s.n && !of_word(s.p[i])) {
        i++;
    }
    return i < s.n && s.n <= NAME_BYTES;
}

static bool stays(const struct table *t, struct hw_span text)
{
    const struct hw_redact_word *w = t->policy->clear;
    while (w != NULL && !hw_span_equal_nocase(w->text, text)) {
        w = w->next;
    }
    return w != NULL;
}

static int add(struct table *t, enum hw_redact_class as, struct hw_span text, bool issued)
{
    text = hw_span_trim(text);
    if (!is_name(text) || !t->policy->on[as] || stays(t, text)) {
        return HW_OK;
    }
    if (HW_GROW(t->p, t->count, t->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(t->err, HW_E_MEMORY, "no memory for names");
    }
    t->p[t->count++] = (struct name){text, as, issued};
    return HW_OK;
}

/* Names of everybody: hidden, they would hide nothing and spoil every sentence. */
static bool common(struct hw_span s)
{
    static const char *const all[] = {"system",          "root",   "nt authority", "local service",
                                      "network service", "public", "default",      "default user",
                                      "all users",       "shared"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (hw_span_is_nocase(s, all[i])) {
            return true;
        }
    }
    return false;
}

static int add_person(struct table *t, enum hw_redact_class as, struct hw_span s)
{
    return common(s) ? HW_OK : add(t, as, s, false);
}

/* "ACME\amy", "amy@acme.example", "amy(1000)": the person, and whose account it is. */
static int add_account(struct table *t, struct hw_span s)
{
    size_t slash = hw_span_find(s, '\\'), at = hw_span_find(s, '@');
    struct hw_span who = slash < s.n ? hw_span_from(s, slash + 1) : s, of = {NULL, 0};
    if (slash < s.n) {
        of = hw_span_cut(s, 0, slash);
    } else if (at < s.n) {
        who = hw_span_cut(s, 0, at);
        of = hw_span_from(s, at + 1);
    }
    who = hw_span_cut(who, 0, hw_span_find(who, '('));
    int rc = add_person(t, HW_REDACT_ACCOUNT, who);
    return rc != HW_OK ? rc : add_person(t, HW_REDACT_ORG, of);
}

static int add_host(struct table *t, struct hw_span s)
{
    struct hw_span label = hw_span_cut(s, 0, hw_span_find(s, '.'));
    char plain[HW_ADDRESS_TEXT];
    int rc = add(t, HW_REDACT_HOST, s, false);
    bool all_digits = true;
    for (size_t i = 0; i < label.n; i++) {
        all_digits = all_digits && hw_ascii_is_digit(label.p[i]);
    }
    return rc != HW_OK || label.n == s.n || all_digits || hw_address_plain(s, plain)
               ? rc
               : add(t, HW_REDACT_HOST, label, false);
}

static bool separator(uint8_t c)
{
    return c == '/' || c == '\\';
}

/* What stands behind "\Users\", "/home/" and the like. */
static int add_users(struct table *t, struct hw_span s)
{
    static const char *const folders[] = {"users", "home", "documents and settings"};
    int rc = HW_OK;
    for (size_t i = 0; i < s.n && rc == HW_OK; i++) {
        for (size_t k = 0; k < 3 && separator(s.p[i]) && rc == HW_OK; k++) {
            size_t n = strlen(folders[k]), from = i + 1 + n;
            if (!hw_span_is_nocase(hw_span_cut(s, i + 1, n), folders[k]) || from >= s.n ||
                !separator(s.p[from])) {
                continue;
            }
            while (from < s.n && separator(s.p[from])) {
                from++;
            }
            size_t end = from;
            while (end < s.n && !separator(s.p[end])) {
                end++;
            }
            struct hw_span part = hw_span_cut(s, from, end - from);
            struct hw_span first = hw_span_cut(part, 0, hw_span_find(part, ' '));
            rc = end < s.n ? add_person(t, HW_REDACT_PATH_USER, part) : HW_OK;
            rc = rc != HW_OK ? rc : add_person(t, HW_REDACT_PATH_USER, first);
        }
    }
    return rc;
}

static bool of_address(uint8_t c)
{
    return hw_ascii_is_digit(c) || (hw_ascii_lower(c) >= 'a' && hw_ascii_lower(c) <= 'f') ||
           c == '.' || c == ':';
}

static int add_addresses(struct table *t, struct hw_span s)
{
    int rc = HW_OK;
    for (size_t i = 0; i < s.n && rc == HW_OK;) {
        size_t from = i;
        while (i < s.n && of_address(s.p[i])) {
            i++;
        }
        struct hw_span one = hw_span_cut(s, from, i - from);
        i += i == from;
        while (one.n > 0 && (one.p[one.n - 1] == '.' || one.p[one.n - 1] == ':')) {
            one.n--; /* the end of a sentence */
        }
        size_t port = hw_span_find(one, ':');
        char plain[HW_ADDRESS_TEXT];
        if (hw_span_find(one, '.') < port) { /* 10.0.0.5:443 */
            one = hw_span_cut(one, 0, port);
        }
        if (one.n >= 4 && hw_address_plain(one, plain) && !hw_address_is_public(one)) {
            rc = add(t, HW_REDACT_ADDRESS, one, false);
        }
    }
    return rc;
}

static int collect(void *state, enum hw_redact_class as, struct hw_span *s)
{
    struct table *t = state;
    int rc = as == HW_REDACT_HOST      ? add_host(t, *s)
             : as == HW_REDACT_ACCOUNT ? add_account(t, *s)
             : as == HW_REDACT_ORG && !hw_span_starts(*s, "evidence:")
                 ? add(t, HW_REDACT_ORG, *s, false)
                 : HW_OK;
    if (rc == HW_OK && t->policy->on[HW_REDACT_PATH_USER]) {
        rc = add_users(t, *s);
    }
    if (rc == HW_OK && t->policy->on[HW_REDACT_ADDRESS]) {
        rc = add_addresses(t, *s);
    }
    return rc;
}

/* ---- pseudonyms ---- */

/* HMAC-SHA-256 (RFC 2104); the key is shorter than a block. */
static int code(const uint8_t key[HW_REDACT_KEY_BYTES], struct hw_span text, uint8_t out[32],
                struct hw_error *err)
{
    enum { BLOCK = 64 };
    uint8_t inner[32], pad[BLOCK];
    struct hw_buf b;
    hw_buf_init(&b, BLOCK + NAME_BYTES + 64);
    for (int i = 0; i < BLOCK; i++) {
        pad[i] = (uint8_t)((i < HW_REDACT_KEY_BYTES ? key[i] : 0) ^ 0x36);
    }
    hw_buf_bytes(&b, pad, BLOCK);
    hw_buf_span_put(&b, text);
    int rc = hw_buf_ok(&b) ? hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(&b), inner, NULL, err)
                           : hw_fail(err, HW_E_MEMORY, "no memory for a pseudonym");
    for (int i = 0; i < BLOCK; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    hw_buf_clear(&b);
    hw_buf_bytes(&b, pad, BLOCK);
    hw_buf_bytes(&b, inner, sizeof inner);
    rc = rc != HW_OK     ? rc
         : hw_buf_ok(&b) ? hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(&b), out, NULL, err)
                         : hw_fail(err, HW_E_MEMORY, "no memory for a pseudonym");
    hw_buf_done(&b);
    return rc;
}

int hw_redact_name(const char *prefix, struct hw_span name, const uint8_t key[HW_REDACT_KEY_BYTES],
                   char out[HW_REDACT_TEXT_BYTES], struct hw_error *err)
{
    uint8_t mac[32];
    struct hw_buf b;
    hw_buf_init(&b, NAME_BYTES + 64);
    hw_buf_bytes(&b, prefix, strlen(prefix) + 1);
    for (size_t i = 0; i < name.n; i++) {
        hw_buf_char(&b, (char)hw_ascii_lower(name.p[i]));
    }
    int rc = code(key, hw_buf_span(&b), mac, err);
    hw_buf_clear(&b);
    if (rc == HW_OK) {
        hw_buf_hex(&b, (struct hw_span){mac, SHOWN_BYTES});
        const char *hex = hw_buf_text(&b);
        (void)snprintf(out, HW_REDACT_TEXT_BYTES, "%s-%s", prefix, hex == NULL ? "" : hex);
        rc = hex == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a pseudonym") : HW_OK;
    }
    hw_buf_done(&b);
    return rc;
}

static int pseudonym(const struct table *t, const struct name *n, struct hw_buf *out)
{
    char text[HW_REDACT_TEXT_BYTES];
    int rc = hw_redact_name(prefixes[n->as], n->text, t->key, text, t->err);
    if (rc == HW_OK) {
        hw_buf_str(out, text);
    }
    return rc;
}

/* ---- the table ---- */

static size_t bucket_of(struct hw_span s)
{
    return s.n == 0 ? 0
                    : (size_t)hw_ascii_lower(s.p[0]) << 8 | (s.n > 1 ? hw_ascii_lower(s.p[1]) : 0);
}

/* By bucket; in it the longest first, so that a part of a name never goes before the whole. */
static int by_bucket(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    size_t i = bucket_of(x->text), k = bucket_of(y->text);
    if (i != k) {
        return i < k ? -1 : 1;
    }
    if (x->text.n != y->text.n) {
        return x->text.n > y->text.n ? -1 : 1;
    }
    for (size_t n = 0; n < x->text.n; n++) {
        int d = (int)hw_ascii_lower(x->text.p[n]) - (int)hw_ascii_lower(y->text.p[n]);
        if (d != 0) {
            return d;
        }
    }
    return x->issued != y->issued ? (x->issued ? -1 : 1) : (int)x->as - (int)y->as;
}

static void sort(struct table *t)
{
    size_t kept = 0;
    if (t->count > 0) {
        qsort(t->p, t->count, sizeof *t->p, by_bucket);
    }
    for (size_t i = 0; i < t->count; i++) { /* one of each; short ones in each spelling */
        bool same = kept > 0 && (t->p[i].text.n >= SHORT_NAME
                                     ? hw_span_equal_nocase(t->p[kept - 1].text, t->p[i].text)
                                     : hw_span_equal(t->p[kept - 1].text, t->p[i].text));
        if (!same) {
            t->p[kept++] = t->p[i];
        }
    }
    t->count = kept;
}

/* Texts are shared between findings, so some are met twice: what we wrote ourselves stays. */
static int issue(struct table *t)
{
    size_t count = t->count;
    for (size_t i = 0; i < count; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 64);
        int rc = pseudonym(t, &t->p[i], &b);
        const uint8_t *copy = rc == HW_OK ? hw_arena_copy(t->arena, hw_buf_span(&b)) : NULL;
        struct hw_span text = {copy, b.n};
        hw_buf_done(&b);
        rc = rc != HW_OK    ? rc
             : copy == NULL ? hw_fail(t->err, HW_E_MEMORY, "no memory for names")
                            : add(t, t->p[i].as, text, true);
        if (rc != HW_OK) {
            return rc;
        }
    }
    sort(t);
    t->bucket = calloc(BUCKETS + 1, sizeof *t->bucket);
    if (t->bucket == NULL) {
        return hw_fail(t->err, HW_E_MEMORY, "no memory for names");
    }
    for (size_t i = 0; i < t->count; i++) {
        t->bucket[bucket_of(t->p[i].text) + 1]++;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        t->bucket[i + 1] += t->bucket[i];
    }
    return HW_OK;
}

/* ---- replacing ---- */

/* Does this name stand here, as a word or long enough to be no chance? */
static bool stands(const struct name *n, struct hw_span s, size_t at)
{
    struct hw_span here = hw_span_cut(s, at, n->text.n);
    if (n->text.n < SHORT_NAME ? !hw_span_equal(here, n->text)
                               : !hw_span_equal_nocase(here, n->text)) {
        return false;
    }
    size_t end = at + n->text.n;
    bool before = at > 0 && of_word(s.p[at - 1]) && of_word(s.p[at]);
    bool behind = end < s.n && of_word(s.p[end - 1]) && of_word(s.p[end]);
    return n->text.n >= LONG_NAME || (!before && !behind);
}

static const struct name *find(const struct table *t, struct hw_span s, size_t at)
{
    const size_t buckets[] = {bucket_of(hw_span_cut(s, at, 2)), bucket_of(hw_span_cut(s, at, 1))};
    for (size_t k = 0; k < 2; k++) {
        for (uint32_t i = t->bucket[buckets[k]]; i < t->bucket[buckets[k] + 1]; i++) {
            if (stands(&t->p[i], s, at)) {
                return &t->p[i];
            }
        }
    }
    return NULL;
}

static int replace(void *state, enum hw_redact_class as, struct hw_span *s)
{
    struct table *t = state;
    struct hw_buf b;
    bool changed = false;
    int rc = HW_OK;
    (void)as;
    hw_buf_init(&b, 64 << 20);
    for (size_t i = 0; i < s->n && rc == HW_OK;) {
        const struct name *n = find(t, *s, i);
        if (n == NULL) {
            hw_buf_char(&b, (char)s->p[i++]);
        } else if (n->issued) {
            hw_buf_span_put(&b, hw_span_cut(*s, i, n->text.n));
            i += n->text.n;
        } else {
            rc = pseudonym(t, n, &b);
            i += n->text.n;
            changed = true;
        }
    }
    if (rc == HW_OK && changed) {
        const uint8_t *copy = hw_buf_ok(&b) ? hw_arena_copy(t->arena, hw_buf_span(&b)) : NULL;
        rc = copy == NULL ? hw_fail(t->err, HW_E_MEMORY, "no memory for names") : HW_OK;
        *s = copy == NULL ? *s : (struct hw_span){copy, b.n};
    }
    hw_buf_done(&b);
    return rc;
}

int hw_redact(struct hw_report_answer *a, const struct hw_redact_policy *policy,
              const uint8_t key[HW_REDACT_KEY_BYTES], struct hw_error *err)
{
    struct table t = {.policy = policy, .arena = a->arena, .key = key, .err = err};
    int rc = HW_OK;
    for (const struct hw_redact_word *w = policy->words; w != NULL && rc == HW_OK; w = w->next) {
        rc = add(&t, HW_REDACT_WORD, w->text, false);
    }
    rc = rc != HW_OK ? rc : hw_redact_walk(a, collect, &t);
    if (rc == HW_OK) {
        sort(&t);
        rc = issue(&t);
    }
    rc = rc != HW_OK ? rc : hw_redact_walk(a, replace, &t);
    if (rc == HW_OK) {
        hw_redact_times(a, policy->times_ns);
    }
    free(t.p);
    free(t.bucket);
    return rc;
}
