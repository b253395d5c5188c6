/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/knows.c -- what a case knows after learning: each form of knowledge with its counts, or
 * each document. What was refused is counted beside what was read, so that nobody takes a list for
 * read because the command ended well.
 */
#include <stdlib.h>
#include <string.h>

#include "case/cursor.h"
#include "door/cli/cli.h"

enum { FORMS = 64, WORD = 40 };

struct form {
    char word[WORD];
    uint64_t documents, entries, refused, ignored;
};

/* Who does what, by what readers say of a document: evidence/knowledge/behaviour.h. */
static const struct {
    const char *key, *name, *one, *many;
} doings[] = {
    {"behaviour.groups", "groups", "group", "groups"},
    {"behaviour.campaigns", "campaigns", "campaign", "campaigns"},
    {"behaviour.software", "software", "program", "programs"},
    {"behaviour.techniques", "techniques", "technique", "techniques"},
    {"behaviour.uses", "uses", "use", "uses"},
};
enum { DOINGS = sizeof doings / sizeof doings[0] };

struct knows {
    struct hw_cli *cli;
    uint64_t doings[DOINGS];
    struct form forms[FORMS];
    size_t count;
    bool more;
};

static void counts(struct hw_buf *b, const struct form *f)
{
    hw_buf_printf(b, "\"form\":\"%s\",\"entries\":%llu,\"refused\":%llu,\"ignored\":%llu", f->word,
                  (unsigned long long)f->entries, (unsigned long long)f->refused,
                  (unsigned long long)f->ignored);
}

static void count_words(struct hw_buf *b, const struct form *f)
{
    hw_text_many(b, f->entries, "entry", "entries");
    if (f->refused > 0) {
        hw_buf_str(b, ", ");
        hw_text_count(b, f->refused);
        hw_buf_str(b, " refused");
    }
    if (f->ignored > 0) {
        hw_buf_str(b, ", ");
        hw_text_count(b, f->ignored);
        hw_buf_str(b, " kept that nothing matches");
    }
    hw_buf_char(b, '\n');
}

static void say_document(struct hw_cli *cli, const struct form *f, struct hw_span path)
{
    if (cli->json) {
        hw_buf_str(&cli->out, "{\"type\":\"document\",\"schema\":1,");
        counts(&cli->out, f);
        hw_buf_char(&cli->out, ',');
        hw_json_text(&cli->out, "path", path);
        hw_buf_str(&cli->out, "}\n");
        return;
    }
    hw_buf_printf(&cli->out, "%-22s ", f->word);
    hw_cli_safe(cli, path);
    hw_buf_str(&cli->out, ": ");
    count_words(&cli->out, f);
}

static struct form *form_of(struct knows *k, const char *word)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->forms[i].word, word) == 0) {
            return &k->forms[i];
        }
    }
    if (k->count == FORMS) {
        k->more = true;
        return NULL;
    }
    struct form *f = &k->forms[k->count++];
    *f = (struct form){.documents = 0};
    memcpy(f->word, word, strlen(word) + 1);
    return f;
}

static void add_document(struct knows *k, const struct hw_fact *fact, struct hw_span path)
{
    struct form one = {.documents = 1,
                       .entries = hw_fact_get_u64(fact, HW_KNOWLEDGE_ENTRIES),
                       .refused = hw_fact_get_u64(fact, HW_KNOWLEDGE_REFUSED),
                       .ignored = hw_fact_get_u64(fact, HW_KNOWLEDGE_IGNORED)};
    struct hw_span word = hw_span_cut(hw_fact_get(fact, HW_KNOWLEDGE_FORM), 0, WORD - 1);
    for (size_t i = 0; i < word.n; i++) {
        one.word[i] = (char)word.p[i];
    }
    if (k->cli->all) {
        say_document(k->cli, &one, path);
    }
    struct form *f = form_of(k, one.word);
    if (f != NULL) {
        f->documents++;
        f->entries += one.entries;
        f->refused += one.refused;
        f->ignored += one.ignored;
    }
}

static int add_doings(struct knows *k, const struct hw_evidence_row *e, struct hw_error *err)
{
    struct hw_cursor *facts = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(k->cli->c, e->reading, HW_ANY_NODE, HW_FACT_PROPERTY, HW_FACT_PROPERTY,
                           &facts, err);
    while (rc == HW_OK && (rc = hw_fact_next(facts, &row, err)) == HW_ROW) {
        rc = HW_OK;
        for (size_t i = 0; i < DOINGS; i++) {
            if (hw_fact_is(&row.fact, HW_PROPERTY_KEY, doings[i].key)) {
                k->doings[i] += hw_fact_get_u64(&row.fact, HW_PROPERTY_NUMBER);
            }
        }
    }
    hw_cursor_free(facts);
    return rc;
}

static int one_reading(struct knows *k, const struct hw_evidence_row *e, struct hw_error *err)
{
    struct hw_cursor *facts = NULL;
    struct hw_fact_row row;
    int rc = hw_case_facts(k->cli->c, e->reading, HW_ANY_NODE, HW_FACT_KNOWLEDGE, HW_FACT_KNOWLEDGE,
                           &facts, err);
    while (rc == HW_OK && (rc = hw_fact_next(facts, &row, err)) == HW_ROW) {
        rc = HW_OK;
        struct hw_artifact_row art;
        struct hw_span path = e->path;
        if (row.node > 0 && hw_case_artifact_get(k->cli->c, e->reading, row.node, &art, err) == 1) {
            path = art.path;
        }
        add_document(k, &row.fact, path);
    }
    hw_cursor_free(facts);
    return rc;
}

static int by_word(const void *a, const void *b)
{
    return strcmp(((const struct form *)a)->word, ((const struct form *)b)->word);
}

static void say_doings(struct knows *k)
{
    struct hw_buf *b = &k->cli->out;
    uint64_t all = 0;
    for (size_t i = 0; i < DOINGS; i++) {
        all += k->doings[i];
    }
    if (all == 0) {
        return;
    }
    hw_buf_str(b, k->cli->json ? "{\"type\":\"behaviour\",\"schema\":1" : "Who does what: ");
    for (size_t i = 0; i < DOINGS; i++) {
        if (k->cli->json) {
            hw_buf_printf(b, ",\"%s\":%llu", doings[i].name, (unsigned long long)k->doings[i]);
        } else {
            hw_buf_str(b, i == 0 ? "" : ", ");
            hw_text_many(b, k->doings[i], doings[i].one, doings[i].many);
        }
    }
    hw_buf_str(b, k->cli->json ? "}\n" : ".\n");
}

static void say_forms(struct knows *k)
{
    struct hw_buf *b = &k->cli->out;
    if (k->count > 0) {
        qsort(k->forms, k->count, sizeof k->forms[0], by_word);
    }
    if (!k->cli->json && k->count > 0) {
        hw_buf_str(b, "The case knows now:\n");
    }
    for (size_t i = 0; i < k->count; i++) {
        const struct form *f = &k->forms[i];
        if (k->cli->json) {
            hw_buf_printf(b, "{\"type\":\"known\",\"schema\":1,\"documents\":%llu,",
                          (unsigned long long)f->documents);
            counts(b, f);
            hw_buf_str(b, "}\n");
            continue;
        }
        hw_buf_printf(b, "  %-22s ", f->word);
        hw_text_many(b, f->documents, "document, ", "documents, ");
        count_words(b, f);
    }
    if (k->more && !k->cli->json) {
        hw_buf_str(b, "  and documents of further forms\n");
    }
}

int hw_cli_knows(struct hw_cli *cli, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_cursor *c = NULL;
    struct hw_evidence_row row;
    struct knows k = {.cli = cli};
    int rc = cli->quiet ? HW_ROW : hw_case_evidence(cli->c, &ask, &c, err);
    if (rc == HW_ROW) {
        return HW_OK;
    }
    while (rc == HW_OK && (rc = hw_evidence_next(c, &row, err)) == HW_ROW) {
        rc = one_reading(&k, &row, err);
        rc = rc == HW_OK ? add_doings(&k, &row, err) : rc;
    }
    hw_cursor_free(c);
    if (rc == HW_OK) {
        say_forms(&k);
        say_doings(&k);
    }
    return rc;
}
