/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/examine.c -- the auction, and the way down into boxes.
 *
 * Every format looks at every node and bids the bits it verified. The best bid that begins at byte
 * 0 wins; one found elsewhere (a ZIP by its trailer, an image by a header deep inside) wins only
 * when nobody serious begins there. Every other serious bid is a BID fact and is read as well,
 * because whoever unpacks the file with the other program gets the other contents.
 *
 * Which pairs are an anomaly: two formats that both begin at byte 0, always; anything found
 * elsewhere, unless it is a ZIP behind a program, as self-extractors are built. That pair is
 * natural, and said as a BID and as "also.zip". (A ZIP behind a script is won by ZIP alone; zip.c
 * says the prefix.)
 */
#include "evidence/evidence.h"

#include <string.h>

#include "base/digest.h"
#include "evidence/artifact/artifact.h"
#include "evidence/artifact/lock.h"
#include "evidence/artifact/manifest.h"
#include "evidence/knowledge/estate.h"
#include "evidence/knowledge/knowledge.h"
#include "evidence/knowledge/pack.h"
#include "evidence/knowledge/share.h"
#include "evidence/room.h"
#include "evidence/rules.h"
#include "evidence/telemetry/telemetry.h"

enum { BIDS = 64, ARENA_BYTES = 40 * 1024 * 1024 };

struct bid {
    const struct hw_format *format;
    unsigned bits;
    bool elsewhere;
};

struct auction {
    struct bid bids[BIDS];
    size_t count;
};

struct hw_limits hw_limits_default(void)
{
    return (struct hw_limits){
        .parse_bytes = 256ULL << 30,
        .items = 64ULL << 20,
        .unpacked_bytes = 64ULL << 30,
        .member_bytes = 200ULL << 20,
        .ratio = 1000,
        .nodes = 1000000,
        .depth = 16,
    };
}

static void fill_limits(struct hw_limits *l)
{
    struct hw_limits d = hw_limits_default();
    l->parse_bytes = l->parse_bytes == 0 ? d.parse_bytes : l->parse_bytes;
    l->items = l->items == 0 ? d.items : l->items;
    l->unpacked_bytes = l->unpacked_bytes == 0 ? d.unpacked_bytes : l->unpacked_bytes;
    l->member_bytes = l->member_bytes == 0 ? d.member_bytes : l->member_bytes;
    l->ratio = l->ratio == 0 ? d.ratio : l->ratio;
    l->nodes = l->nodes == 0 ? d.nodes : l->nodes;
    l->depth = l->depth == 0 ? d.depth : l->depth;
}

/* Keeps the bids sorted: those at byte 0 first, then by bits, then in the order of the tables. */
static void put_bid(struct auction *a, struct bid b)
{
    size_t at = a->count;
    if (at == BIDS) {
        return;
    }
    a->count++;
    for (; at > 0; at--) {
        const struct bid *before = &a->bids[at - 1];
        bool worse = before->elsewhere != b.elsewhere ? before->elsewhere : before->bits < b.bits;
        if (!worse) {
            break;
        }
        a->bids[at] = *before;
    }
    a->bids[at] = b;
}

static void ask(struct hw_exam *x, struct hw_span bytes, const struct hw_format *const *formats,
                size_t count, unsigned least, bool boxes, struct auction *a)
{
    for (size_t i = 0; i < count; i++) {
        if (boxes && !formats[i]->box) {
            continue;
        }
        unsigned bits = formats[i]->probe(bytes, &x->fuel);
        bool elsewhere = (bits & HW_BID_ELSEWHERE) != 0;
        bits &= ~HW_BID_ELSEWHERE;
        /* A guess at byte 0 must not beat a serious bid found elsewhere: it does not stand here. */
        if (bits >= HW_SERIOUS_BITS || (bits >= least && !elsewhere)) {
            put_bid(a, (struct bid){formats[i], bits, elsewhere});
        }
    }
}

/* The serious bids, best first; when there is none, the best of those between guess and serious. */
static void hold_auction(struct hw_exam *x, const struct hw_node *n, struct auction *a)
{
    a->count = 0;
    if (x->reading == HW_READ_FEED) {
        ask(x, n->bytes, hw_feed_formats, hw_feed_formats_count, HW_SERIOUS_BITS, false, a);
        return;
    }
    /* A pack is verified before anything in it counts, and never opened as the tar it is. */
    if (x->reading == HW_READ_KNOWLEDGE) {
        static const struct hw_format *const pack[] = {&hw_pack_format};
        ask(x, n->bytes, pack, 1, HW_SERIOUS_BITS, false, a);
        if (a->count > 0) {
            return;
        }
    }
    /* Feeds come packed: who asks for knowledge has boxes opened, and nothing else of artifacts. */
    bool boxes = x->reading == HW_READ_KNOWLEDGE;
    ask(x, n->bytes, hw_artifact_formats, hw_artifact_formats_count, HW_GUESS_BITS, boxes, a);
    if (x->reading == HW_READ_ANY || x->reading == HW_READ_TELEMETRY) {
        /* One log is one log: that Windows events are JSON too, or a firewall's lines syslog, makes
         * no second file of it. Of these formats only the surest reads it. */
        struct auction logs = {.count = 0};
        ask(x, n->bytes, hw_telemetry_formats, hw_telemetry_formats_count, HW_SERIOUS_BITS, false,
            &logs);
        if (logs.count > 0) {
            put_bid(a, logs.bids[0]);
        }
    }
    if (x->reading == HW_READ_KNOWLEDGE || (x->reading == HW_READ_ANY && n->number == 0)) {
        /* What could be knowledge is knowledge only when somebody says so: knowledge/list.c. */
        unsigned least = x->reading == HW_READ_KNOWLEDGE ? HW_GUESS_BITS : HW_SERIOUS_BITS;
        ask(x, n->bytes, hw_knowledge_formats, hw_knowledge_formats_count, least, false, a);
    }
    if (x->reading == HW_READ_TELEMETRY && n->number == 0) {
        /* An estate and a bundle are said in records, and belong to the logs they explain. */
        static const struct hw_format *const said[] = {&hw_estate_format, &hw_share_format};
        ask(x, n->bytes, said, 2, HW_SERIOUS_BITS, false, a);
    }
    struct auction serious = {.count = 0};
    for (size_t i = 0; i < a->count; i++) {
        if (a->bids[i].bits >= HW_SERIOUS_BITS) {
            serious.bids[serious.count++] = a->bids[i];
        }
    }
    if (serious.count > 0) {
        *a = serious;
    } else if (a->count > 1) {
        a->count = 1;
    }
}

static void announce(struct hw_exam *x, const struct hw_node *n, const struct hw_member *m,
                     const struct hw_outer *digests, const struct auction *a)
{
    const char *word = n->bytes.n == 0 ? "empty" : NULL;
    unsigned bits = 0;
    if (a->count > 0) {
        word = a->bids[0].format->word;
        bits = a->bids[0].bits;
    } else if (word == NULL) {
        word = hw_guess(n->bytes, &bits);
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ARTIFACT, n->number);
    if (m != NULL) {
        hw_fact_u64(&f, HW_ARTIFACT_PARENT, n->parent);
        hw_fact_u64(&f, HW_ARTIFACT_ORDINAL, m->ordinal);
        hw_fact_span(&f, HW_ARTIFACT_NAME, n->name);
        if (m->mode != HW_NO_MODE) {
            hw_fact_u64(&f, HW_ARTIFACT_MODE, m->mode);
        }
        if (m->time_ns != HW_NO_TIME) {
            hw_fact_time(&f, HW_ARTIFACT_TIME, m->time_ns);
        }
    }
    hw_fact_u64(&f, HW_ARTIFACT_SIZE, n->bytes.n);
    hw_fact_span(&f, HW_ARTIFACT_SHA256, (struct hw_span){digests->sha256, 32});
    hw_fact_span(&f, HW_ARTIFACT_SHA1, (struct hw_span){digests->sha1, 20});
    hw_fact_span(&f, HW_ARTIFACT_MD5, (struct hw_span){digests->md5, 16});
    hw_fact_str(&f, HW_ARTIFACT_FORMAT, word == NULL ? "unknown" : word);
    hw_fact_u64(&f, HW_ARTIFACT_BITS, bits);
    hw_say(x, &f);
}

static bool is_program(const char *word)
{
    return strcmp(word, "pe") == 0 || strcmp(word, "elf") == 0 || strcmp(word, "mach-o") == 0;
}

/* The bids that lost: each is said, and the unnatural ones are an anomaly. */
static void say_losers(struct hw_exam *x, struct hw_node *n, const struct auction *a)
{
    const char *won = a->count > 0 ? a->bids[0].format->word : "";
    for (size_t i = 1; i < a->count; i++) {
        const struct bid *b = &a->bids[i];
        struct hw_fact f;
        hw_fact_about(&f, HW_FACT_BID, n->number);
        hw_fact_str(&f, HW_BID_FORMAT, b->format->word);
        hw_fact_u64(&f, HW_BID_BITS, b->bits);
        hw_say(x, &f);
        if (b->elsewhere && strcmp(b->format->word, "zip") == 0 && is_program(won)) {
            hw_say_number(x, n, "also.zip", 1);
        } else {
            hw_say_anomaly(x, n, "polyglot", 0, n->bytes.n, "is %s and %s as well", won,
                           b->format->word);
        }
    }
}

static void read_as(struct hw_exam *x, struct hw_node *n, const struct hw_format *format)
{
    if (format->box && n->level >= x->limits.depth) {
        hw_say_anomaly(x, n, "bomb-depth", 0, n->bytes.n, "a box %u boxes deep, the limit",
                       n->level);
        hw_say_unopened(x, n, "too-deep", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "nested beyond the limit");
        hw_say_degree(n, HW_REFUSED, "bomb-depth");
        return;
    }
    if (format->examine != NULL) {
        format->examine(x, n);
    }
    if (format->unopened != NULL) {
        hw_say_unopened(x, n, format->unopened, (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "this version does not open it");
    }
}

static void say_degree(struct hw_exam *x, const struct hw_node *n)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_DEGREE, n->number);
    hw_fact_str(&f, HW_DEGREE_DEGREE, hw_degree_word(n->degree));
    if (n->because != NULL) {
        struct hw_span s = {(const uint8_t *)n->because, strlen(n->because)};
        hw_fact_span(&f, HW_DEGREE_BECAUSE, hw_exam_text(x, s, 1000));
    }
    hw_say(x, &f);
}

/* Is it read as software? Rules about poison speak of that, and match their own text. */
static bool is_artifact(const struct hw_exam *x, const struct auction *a)
{
    if (x->reading != HW_READ_ANY && x->reading != HW_READ_ARTIFACT) {
        return false;
    }
    bool artifact = a->count == 0;
    for (size_t i = 0; i < hw_artifact_formats_count; i++) {
        artifact = artifact || a->bids[0].format == hw_artifact_formats[i];
    }
    return artifact;
}

static void examine_node(struct hw_exam *x, struct hw_node *n, const struct hw_member *m,
                         const struct hw_outer *digests)
{
    struct auction a;
    hold_auction(x, n, &a);
    n->format = a.count > 0 ? a.bids[0].format : NULL;
    announce(x, n, m, digests, &a);
    say_losers(x, n, &a);
    if (m != NULL && (x->reading == HW_READ_ANY || x->reading == HW_READ_TELEMETRY)) {
        hw_telemetry_member(x, n);
    }
    for (size_t i = 0; i < a.count && hw_exam_going(x); i++) {
        read_as(x, n, a.bids[i].format);
    }
    if (is_artifact(x, &a)) {
        hw_rules_examine(x, n);
    }
    if (a.count == 0 && x->reading != HW_READ_KNOWLEDGE && x->reading != HW_READ_TELEMETRY &&
        x->reading != HW_READ_FEED && hw_exam_going(x) && !hw_lock_examine(x, n)) {
        hw_manifest_examine(x, n);
    }
    hw_names_done(x, n);
    if (x->fuel.bytes == 0 || x->fuel.items == 0) {
        hw_say_degree(n, HW_REFUSED, "the budget for this input ended here");
    }
    say_degree(x, n);
}

/* Each node has an arena of its own, and all of them together keep under one ceiling. */
static void examine_in_arena(struct hw_exam *x, struct hw_node *n, const struct hw_member *m,
                             const struct hw_outer *digests)
{
    struct hw_arena *above = x->arena;
    size_t above_bytes = x->arena_bytes;
    if (above != NULL && n->number > 0) {
        x->arena_bytes += hw_arena_used(above);
    }
    size_t left = x->arena_bytes < ARENA_BYTES ? ARENA_BYTES - x->arena_bytes : 0;
    HW_AUTO(hw_arena) *own = hw_arena_new(left);
    if (own == NULL) {
        x->rc = hw_fail(&x->err, HW_E_MEMORY, "no memory for an arena");
    } else {
        x->arena = own;
        examine_node(x, n, m, digests);
        x->arena = above;
    }
    x->arena_bytes = above_bytes;
}

static uint64_t word_of(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 8; i-- > 0;) {
        v = v << 8 | p[i];
    }
    return v;
}

int hw_examine(struct hw_exam *x, struct hw_span bytes, const struct hw_outer *outer,
               struct hw_error *err)
{
    fill_limits(&x->limits);
    x->fuel = (struct hw_budget){x->limits.parse_bytes, x->limits.items, 64};
    x->nodes = 1;
    x->unpacked_bytes = x->live_bytes = x->facts = 0;
    x->rules_matches = x->rules_nodes = x->rules_left = 0;
    x->rc = HW_OK;
    x->outer_bytes = bytes.n;
    x->arena_bytes = 0;
    x->name_key[0] = word_of(outer->sha256);
    x->name_key[1] = word_of(outer->sha256 + 8);
    struct hw_node n = {.bytes = bytes};
    examine_in_arena(x, &n, NULL, outer);
    hw_rules_done(x);
    uint64_t facts = x->facts;
    struct hw_fact f;
    hw_fact_init(&f, HW_FACT_END);
    hw_fact_u64(&f, HW_END_FACTS, facts);
    hw_fact_u64(&f, HW_END_NODES, x->nodes);
    hw_say(x, &f);
    x->facts = facts;
    if (x->rc != HW_OK && err != NULL) {
        *err = x->err;
    }
    return x->rc;
}

void hw_examine_member(struct hw_exam *x, struct hw_node *box, const struct hw_member *m,
                       uint32_t *out_node)
{
    if (out_node != NULL) {
        *out_node = UINT32_MAX;
    }
    if (x->rc != HW_OK) {
        return;
    }
    struct hw_span name = hw_names_judge(x, box, m->name, m->off);
    if (x->nodes >= x->limits.nodes) {
        hw_say_anomaly(x, box, "bomb-count", m->off, 0, "more than %u members in this input",
                       x->limits.nodes);
        hw_say_unopened(x, box, "too-many", name, m->off, m->bytes.n, "over the limit of members");
        hw_say_degree(box, HW_REFUSED, "bomb-count");
        return;
    }
    struct hw_outer digests;
    struct hw_node n = {.number = x->nodes++,
                        .parent = box->number,
                        .level = box->level + 1,
                        .bytes = m->bytes,
                        .name = name};
    x->rc = hw_digest_three(m->bytes, digests.sha256, digests.sha1, digests.md5, &x->err);
    if (x->rc != HW_OK) {
        return;
    }
    if (out_node != NULL) {
        *out_node = n.number;
    }
    examine_in_arena(x, &n, m, &digests);
}

void hw_examine_entry(struct hw_exam *x, struct hw_node *box, const struct hw_member *m,
                      const char *what, struct hw_span target)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ENTRY, box->number);
    hw_fact_span(&f, HW_ENTRY_NAME, hw_names_judge(x, box, m->name, m->off));
    hw_fact_str(&f, HW_ENTRY_WHAT, what);
    if (target.n > 0) {
        target.n = target.n > HW_NAME_BYTES ? HW_NAME_BYTES : target.n;
        hw_fact_span(&f, HW_ENTRY_TARGET, target);
    }
    hw_fact_u64(&f, HW_ENTRY_ORDINAL, m->ordinal);
    hw_say(x, &f);
}
