/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/estate_said.c -- what an estate may repeat of what others said: sources, their
 * claims, counts, what two attacks share, and who saw which victims.
 *
 * Nobody's word becomes a fact here. A claim keeps who made it, when, where and how good that is
 * (Admiralty scale: a source from A to F, what it says from 1 to 6), so that ask/attribute
 * can set them beside each other and ask/impact can count without adding what is not alike.
 */
#include "evidence/knowledge/estate.h"

#include <stddef.h>

#define END {NULL, HW_ESTATE_TEXT, false, NULL, NULL}
#define TEXT(name, must) {name, HW_ESTATE_TEXT, must, NULL, NULL}
#define TIME(name) {name, HW_ESTATE_TIME, false, NULL, NULL}
#define TRUTH(name) {name, HW_ESTATE_TRUTH, false, NULL, NULL}
#define TEXTS(name) {name, HW_ESTATE_TEXTS, false, NULL, NULL}
#define NUMBER(name) {name, HW_ESTATE_NUMBER, true, NULL, NULL}
#define WORD(name, must, words) {name, HW_ESTATE_WORD, must, words, NULL}

static const char *const topics[] = {"nexus",     "group", "motive", "alias", "operator",
                                     "objective", "fact",  NULL};
static const char *const confidences[] = {"low", "moderate", "high", NULL};
static const char *const limits[] = {"exactly", "about", "at-least", "more-than", "fewer-than",
                                     NULL};
static const char *const shared[] = {"key",          "code",     "tool",       "infrastructure",
                                     "stolen-access", "certificate", "technique", NULL};
static const char *const populations[] = {"closed", "open", NULL};
static const char *const keys[] = {"identity", "weaker", NULL};

static const struct hw_estate_field source_fields[] = {
    TEXT("id", true),  TEXT("by", true), TEXT("title", false), TEXT("url", false),
    TIME("published"), TEXT("grade", false), TEXTS("based_on"), END,
};
const struct hw_estate_list hw_estate_sources = {
    .key = "sources", .log = "said-source", .fields = source_fields, .time = "published"};

static const struct hw_estate_field claim_fields[] = {
    TEXT("about", true),
    WORD("topic", true, topics),
    TEXT("says", true),
    TEXT("value", false),
    TEXT("source", true),
    TIME("on"),
    WORD("confidence", false, confidences),
    TEXT("grade", false),
    TEXT("question", false),
    TEXTS("names"),
    END,
};
const struct hw_estate_list hw_estate_claims = {
    .key = "claims", .log = "said-claim", .fields = claim_fields, .time = "on"};

static const struct hw_estate_field question_fields[] = {
    TEXT("id", true), TEXT("about", false), TEXT("asks", true), TEXT("decided_by", false), END,
};
const struct hw_estate_list hw_estate_questions = {
    .key = "questions", .log = "said-question", .fields = question_fields};

static const struct hw_estate_field count_fields[] = {
    TEXT("of", true),     TEXT("about", false),          TEXT("unit", true), NUMBER("value"),
    WORD("limit", false, limits), TEXT("observer", true), TEXT("source", false), TIME("from"),
    TIME("until"),        TIME("on"),                    END,
};
const struct hw_estate_list hw_estate_counts = {
    .key = "counts", .log = "said-count", .fields = count_fields, .time = "on"};

static const struct hw_estate_field link_fields[] = {
    TEXT("one", true),     TEXT("other", true),     WORD("kind", true, shared), TEXT("what", true),
    TRUTH("public"),       TEXT("source", true),    TRUTH("tested"),            END,
};
const struct hw_estate_list hw_estate_links = {
    .key = "links", .log = "said-link", .fields = link_fields};

static const struct hw_estate_field item_fields[] = {TEXT("item", true), END};
static const struct hw_estate_list items = {
    .key = "items",
    .log = "said-item",
    .own = {{"observer", "observer"}, {"of", "of"}},
    .fields = item_fields,
};
static const struct hw_estate_field seen_fields[] = {TEXT("item", true), TIME("at"), END};
static const struct hw_estate_list seen = {
    .key = "seen",
    .log = "said-item",
    .own = {{"observer", "observer"}, {"of", "of"}},
    .fields = seen_fields,
    .time = "at",
};
static const struct hw_estate_field capture_fields[] = {
    TEXT("observer", true),
    TEXT("of", true),
    TEXT("unit", true),
    TEXT("about", false),
    WORD("population", false, populations),
    WORD("key", false, keys),
    TEXTS("copies"),
    TEXT("source", false),
    TIME("from"),
    TIME("until"),
    {"items", HW_ESTATE_EACH, false, NULL, &items},
    {"seen", HW_ESTATE_LIST, false, NULL, &seen},
    END,
};
const struct hw_estate_list hw_estate_captures = {
    .key = "captures", .log = "said-capture", .fields = capture_fields, .time = "from"};
