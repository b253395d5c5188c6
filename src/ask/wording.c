/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/wording.c -- is a report worded so that nobody takes a guess for a finding?
 *
 * ICD 203 asks that how likely something is and how good the evidence is are said apart: a sentence
 * that has both lets one be read as the other. Words are looked for whole ("unlikely" is not
 * "likely"), in sentences whatever lines they are broken over, and not in what is quoted. The rest
 * (basis, alternatives, what would change it, gaps) is what a reader needs to disagree.
 */
#include "ask/wording.h"

#include <string.h>

#include "base/text.h"

static const struct hw_likelihood rows[] = {
    {"almost no chance", 1, 5},      {"very unlikely", 5, 20}, {"unlikely", 20, 45},
    {"roughly even chance", 45, 55}, {"likely", 55, 80},       {"very likely", 80, 95},
    {"almost certain", 95, 99},
};
enum { NO_CHANCE, VERY_UNLIKELY, UNLIKELY, EVEN, LIKELY, VERY_LIKELY, ALMOST, DENIED, NO_WORD };

const struct hw_likelihood *hw_likelihood_of(unsigned percent)
{
    size_t i = sizeof rows / sizeof rows[0];
    while (i > 0 && percent < rows[i - 1].lo) {
        i--;
    }
    return i == 0 || percent > 99 ? NULL : &rows[i - 1];
}

static const struct fault {
    const char *word, *says;
} faults[HW_WORDING_FAULT_COUNT] = {
    {"likelihood-with-confidence", "say the confidence in a sentence of its own"},
    {"mixed-rows", "keep to one row: likely, unlikely ... or probable, improbable ..."},
    {"certainty", "nothing judged is certain or impossible: give a word from almost no chance to "
                  "almost certain"},
    {"number-and-word", "the percentage is not what the word beside it means"},
    {"no-confidence", "say how good the evidence is: low, moderate or high confidence"},
    {"no-basis", "say what the judgement stands on (Basis:)"},
    {"no-alternatives", "say which other explanations were considered (Alternatives considered:)"},
    {"no-change", "say what would change the judgement (What would change it:)"},
    {"no-gaps", "say what is not known (Gaps:)"},
};

const char *hw_wording_word(enum hw_wording_fault f)
{
    return faults[f].word;
}

const char *hw_wording_says(enum hw_wording_fault f)
{
    return faults[f].says;
}

/* ---- one sentence, word by word ---- */

enum { WORD_BYTES = 24, NEAR = 6 };

struct sentence {
    int n;                      /* of the word at hand */
    char before[2][WORD_BYTES]; /* the one before it, and the one before that */
    int like_at, like, confident_at, level_at, percent_at;
    uint64_t number, low_number; /* since the likelihood: "55 to 80" */
    int number_at;
    uint64_t percent;
    bool any_percent, likely, chance, confident, both, certain, absolute, judged, wrong_number;
    bool row[2];
};

struct checking {
    struct hw_span text;
    struct hw_sentences sentences, quotes;
    hw_wording_each *each;
    void *state;
    bool row[2], rows_said, likely, confident;
};

static bool begins(const char *word, const char *with)
{
    return strncmp(word, with, strlen(with)) == 0;
}

static bool any_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(word, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

static int stronger(const char *before, int with, int without)
{
    static const char *const very[] = {"very", "highly", "extremely", NULL};
    static const char *const denied[] = {"not", "isn't", "n't", "never", NULL};
    return any_of(before, very) ? with : any_of(before, denied) ? DENIED : without;
}

/* The likelihood that ends with this word, and the row of synonyms it is of. */
static int likelihood(const struct sentence *s, const char *w, int *row)
{
    const char *a = s->before[0], *b = s->before[1];
    bool sure = strcmp(w, "certain") == 0 || strcmp(w, "certainly") == 0;
    bool chance = strcmp(w, "chance") == 0 || strcmp(w, "chances") == 0;
    *row = 0;
    if (strcmp(w, "likely") == 0) {
        return strcmp(a, "un") == 0 ? UNLIKELY : stronger(a, VERY_LIKELY, LIKELY);
    }
    if (strcmp(w, "unlikely") == 0) {
        return stronger(a, VERY_UNLIKELY, UNLIKELY);
    }
    if (sure && strcmp(a, "almost") == 0) {
        return ALMOST;
    }
    if (chance && (strcmp(a, "even") == 0 || strcmp(a, "no") == 0)) {
        return strcmp(a, "even") == 0 ? EVEN : strcmp(b, "almost") == 0 ? NO_CHANCE : NO_WORD;
    }
    if (strcmp(w, "likelihood") == 0 && strcmp(a, "all") == 0) {
        return LIKELY;
    }
    *row = 1;
    if (sure && strcmp(a, "nearly") == 0) {
        return ALMOST;
    }
    if (strcmp(w, "probable") == 0 || strcmp(w, "probably") == 0) {
        return stronger(a, VERY_LIKELY, LIKELY);
    }
    if (strcmp(w, "improbable") == 0 || strcmp(w, "improbably") == 0) {
        return stronger(a, VERY_UNLIKELY, UNLIKELY);
    }
    if (strcmp(w, "odds") == 0 && strcmp(a, "even") == 0) {
        return EVEN;
    }
    return (chance || strcmp(w, "possibility") == 0) && strcmp(a, "remote") == 0 ? NO_CHANCE
                                                                                 : NO_WORD;
}

static void compare_numbers(struct sentence *s, uint64_t lo, uint64_t hi)
{
    if (s->like < DENIED && hi <= 100) {
        const struct hw_likelihood *r = &rows[s->like];
        s->wrong_number = s->wrong_number || hi < r->lo || lo > r->hi;
    }
}

static bool is_level(const char *w, struct hw_span rest)
{
    static const char *const levels[] = {"low",  "moderate", "moderately", "medium", "high",
                                         "full", "strong",   "limited",    NULL};
    if (strcmp(w, "highly") != 0) {
        return any_of(w, levels);
    }
    rest = hw_span_trim(rest); /* "highly probable" says how likely */
    rest = hw_span_cut(rest, 0, 9);
    return !hw_span_holds_nocase(rest, "probab") && !hw_span_holds_nocase(rest, "likely");
}

static void judged_words(struct sentence *s, const char *w)
{
    static const char *const sure[] = {
        "definitely",   "undoubtedly",      "unquestionably", "indisputably",
        "unmistakably", "incontrovertibly", "indubitably",    NULL};
    const char *a = s->before[0];
    bool doubt = strcmp(w, "doubt") == 0 &&
                 (strcmp(a, "no") == 0 || strcmp(a, "without") == 0 || strcmp(a, "beyond") == 0 ||
                  (strcmp(a, "a") == 0 && strcmp(s->before[1], "without") == 0));
    bool certainly = strcmp(w, "certainly") == 0 && strcmp(a, "almost") != 0 &&
                     strcmp(a, "nearly") != 0 && strcmp(a, "not") != 0;
    s->certain = s->certain || doubt || certainly || any_of(w, sure);
    s->chance = s->chance || begins(w, "probabilit") || begins(w, "chance") ||
                strcmp(w, "odds") == 0 || strcmp(w, "likelihood") == 0;
    s->judged = s->judged || begins(w, "assess") || begins(w, "judg") || begins(w, "conclu") ||
                begins(w, "attribut") || strcmp(w, "sure") == 0 || strcmp(w, "certain") == 0;
}

static void one_word(struct sentence *s, const char *w, struct hw_span rest)
{
    int row, like = likelihood(s, w, &row);
    if (like != NO_WORD) {
        s->likely = s->row[row] = true;
        s->like = like;
        s->like_at = s->n;
        s->number_at = -NEAR;
        if (s->n - s->percent_at <= 2 + (like != LIKELY && like != UNLIKELY)) {
            compare_numbers(s, s->percent, s->percent);
        }
    }
    bool noun = strcmp(w, "confidence") == 0 || strcmp(w, "conf") == 0;
    s->confident = s->confident || strcmp(w, "confident") == 0 || strcmp(w, "confidently") == 0;
    s->confident_at = noun ? s->n : s->confident_at;
    s->level_at = is_level(w, rest) ? s->n : s->level_at;
    if ((noun || s->level_at == s->n) && s->confident_at >= 0 && s->level_at >= 0) {
        int apart = s->confident_at - s->level_at;
        s->confident = s->confident || (apart <= NEAR && apart >= -NEAR);
    }
    judged_words(s, w);
}

static void one_percent(struct sentence *s)
{
    if (s->number_at < 0) {
        return;
    }
    s->any_percent = true;
    s->percent = s->number;
    s->percent_at = s->number_at;
    s->absolute = s->absolute || s->number == 0 || s->number == 100;
    if (s->likely && s->number_at - s->like_at <= 4) {
        compare_numbers(s, s->low_number < s->number ? s->low_number : s->number, s->number);
        s->like_at = -2 * NEAR; /* the next number is another's */
    }
}

static size_t one_number(struct sentence *s, struct hw_span t, size_t i)
{
    uint64_t v = 0;
    for (; i < t.n && hw_ascii_is_digit(t.p[i]); i++) {
        v = v < 1000000 ? v * 10 + (uint64_t)(t.p[i] - '0') : v;
    }
    if (i + 1 < t.n && t.p[i] == '.' && hw_ascii_is_digit(t.p[i + 1])) {
        for (i++; i < t.n && hw_ascii_is_digit(t.p[i]); i++) {
            v += v == 0 && t.p[i] != '0'; /* 0.4 is not nothing */
        }
    }
    s->low_number = s->n - s->number_at <= 2 ? s->number : v;
    s->number = v;
    s->number_at = s->n;
    return i;
}

static bool letter(uint8_t c)
{
    return hw_ascii_is_alpha(c) || c == '\'' || c >= 0x80;
}

static void read_sentence(struct checking *k, struct hw_span of, struct sentence *s)
{
    struct hw_span t = k->text;
    size_t i = (size_t)(of.p - t.p), end = i + of.n;
    t.n = end;
    while (i < end) {
        size_t behind = hw_sentence_quote(&k->quotes, i);
        if (behind > 0) {
            i = behind;
            s->n++;
        } else if (t.p[i] == '%') {
            one_percent(s);
            i++;
        } else if (t.p[i] == '|') { /* what stands in another cell is of another matter */
            s->like_at = s->percent_at = s->number_at = -2 * NEAR;
            i++;
        } else if (hw_ascii_is_digit(t.p[i])) {
            s->n++;
            i = one_number(s, t, i);
        } else if (hw_ascii_is_alpha(t.p[i])) {
            char w[WORD_BYTES] = {0};
            size_t n = 0;
            for (; i < end && letter(t.p[i]); i++) {
                if (n + 1 < WORD_BYTES) {
                    w[n++] = (char)hw_ascii_lower(t.p[i]);
                }
            }
            s->n++;
            one_word(s, w, (struct hw_span){t.p + i, end - i});
            if (strcmp(w, "percent") == 0 ||
                (strcmp(w, "cent") == 0 && strcmp(s->before[0], "per") == 0)) {
                one_percent(s);
            }
            memcpy(s->before[1], s->before[0], WORD_BYTES);
            memcpy(s->before[0], w, WORD_BYTES);
        } else {
            i++;
        }
    }
}

static int tell(const struct checking *k, enum hw_wording_fault f, uint64_t line,
                struct hw_span sentence)
{
    return k->each(k->state, &(struct hw_wording){f, line, sentence});
}

static int one_sentence(struct checking *k, struct hw_span of, uint64_t line)
{
    struct sentence s = {.like_at = -2 * NEAR,
                         .confident_at = -2 * NEAR,
                         .level_at = -2 * NEAR,
                         .percent_at = -2 * NEAR,
                         .number_at = -2 * NEAR};
    read_sentence(k, of, &s);
    bool numeric = s.any_percent && s.chance;
    int rc = (s.likely || numeric) && s.confident ? tell(k, HW_WORDING_BOTH, line, of) : 0;
    bool sure = s.certain || (s.absolute && (s.likely || s.chance || s.judged || s.confident));
    rc = rc != 0 || !sure ? rc : tell(k, HW_WORDING_CERTAIN, line, of);
    rc = rc != 0 || !s.wrong_number ? rc : tell(k, HW_WORDING_NUMBER, line, of);
    k->row[0] = k->row[0] || s.row[0];
    k->row[1] = k->row[1] || s.row[1];
    if (rc == 0 && k->row[0] && k->row[1] && !k->rows_said) {
        k->rows_said = true;
        rc = tell(k, HW_WORDING_ROWS, line, of);
    }
    k->likely = k->likely || s.likely || numeric;
    k->confident = k->confident || s.confident;
    return rc;
}

/* ---- sections ---- */

enum section { NO_SECTION, JUDGEMENT, BASIS, ALTERNATIVES, CHANGE, GAPS, OTHER, SECTIONS };

static const struct heading {
    const char *begins;
    enum section is;
} headings[] = {
    {"judgement", JUDGEMENT},
    {"judgment", JUDGEMENT},
    {"key judgement", JUDGEMENT},
    {"key judgment", JUDGEMENT},
    {"basis", BASIS},
    {"because", BASIS},
    {"evidence", BASIS},
    {"why", BASIS},
    {"reasons", BASIS},
    {"grounds", BASIS},
    {"alternatives", ALTERNATIVES},
    {"alternative explanations", ALTERNATIVES},
    {"other explanations", ALTERNATIVES},
    {"what would change", CHANGE},
    {"would change", CHANGE},
    {"gaps", GAPS},
    {"intelligence gaps", GAPS},
    {"what is not known", GAPS},
    {"not known", GAPS},
    {"what is missing", GAPS},
    {"unknowns", GAPS},
};

/* No sentence, but what stands over some. */
static bool is_title(struct hw_span line)
{
    line = hw_span_trim(line);
    return line.n > 0 && line.n < 60 && strchr(".,;!?", line.p[line.n - 1]) == NULL;
}

/* "## Gaps", "**Gaps:** ...", "Gaps: ...", "1. Gaps"; *out_rest: what stands behind it. */
static enum section section_of(struct hw_span line, struct hw_span *out_rest)
{
    bool heading = hw_span_starts(hw_span_trim(line), "#");
    while (line.n > 0 && !hw_ascii_is_alpha(line.p[0]) && line.p[0] < 0x80 && line.p[0] != '"') {
        line = hw_span_from(line, 1);
    }
    size_t colon = hw_span_find(line, ':'), longest = 0;
    bool title = heading || colon < 60 || is_title(line);
    enum section is = heading ? OTHER : NO_SECTION;
    *out_rest = hw_span_from(line, line.n);
    for (size_t i = 0; title && i < sizeof headings / sizeof headings[0]; i++) {
        size_t n = strlen(headings[i].begins);
        bool here = hw_span_is_nocase(hw_span_cut(line, 0, n), headings[i].begins) &&
                    (line.n == n || !hw_ascii_is_alpha(line.p[n]));
        if (here && n > longest) {
            is = headings[i].is;
            longest = n;
            *out_rest = colon < 60 ? hw_span_from(line, colon + 1) : *out_rest;
        }
    }
    return is;
}

/* Does it say anything? "None." does not. */
static bool says_something(struct hw_span line)
{
    static const char *const nothing[] = {"none", "nothing",    "na",  "no",  "tbd", "unknown",
                                          "the",  "to",         "be",  "of",  "is",  "are",
                                          "done", "applicable", "not", "yet", NULL};
    size_t i = 0;
    while (i < line.n) {
        char w[WORD_BYTES] = {0};
        size_t n = 0;
        for (; i < line.n && letter(line.p[i]); i++) {
            if (n + 1 < WORD_BYTES) {
                w[n++] = (char)hw_ascii_lower(line.p[i]);
            }
        }
        if (n > 1 && !any_of(w, nothing)) {
            return true;
        }
        i += n == 0;
    }
    return false;
}

static int sections(struct checking *k)
{
    bool have[SECTIONS] = {false}, based = true;
    enum section open = NO_SECTION;
    uint64_t number = 0, judged_at = 0;
    int rc = 0;
    for (struct hw_span rest = k->text; rest.n > 0 && rc == 0;) {
        size_t end = hw_span_find(rest, '\n');
        struct hw_span line = hw_span_cut(rest, 0, end), behind;
        enum section is = section_of(line, &behind);
        rest = hw_span_from(rest, end + 1);
        number++;
        if (is == JUDGEMENT && judged_at > 0 && !based) {
            rc = tell(k, HW_WORDING_NO_BASIS, judged_at, (struct hw_span){NULL, 0});
        }
        judged_at = is == JUDGEMENT ? number : judged_at;
        based = is == JUDGEMENT ? false : based;
        open = is != NO_SECTION ? is : open;
        behind = hw_span_trim(is != NO_SECTION ? behind : line);
        bool says = says_something(behind);
        have[open] = have[open] || says;
        based = based || (open == BASIS && says);
        if (is != NO_SECTION && behind.n > 2 && !says) {
            open = OTHER; /* "Gaps: none." */
        }
    }
    if (rc == 0 && (judged_at > 0 ? !based : !have[BASIS])) {
        rc = tell(k, HW_WORDING_NO_BASIS, judged_at, (struct hw_span){NULL, 0});
    }
    static const struct {
        enum section of;
        enum hw_wording_fault fault;
    } needed[] = {{ALTERNATIVES, HW_WORDING_NO_ALTERNATIVES},
                  {CHANGE, HW_WORDING_NO_CHANGE},
                  {GAPS, HW_WORDING_NO_GAPS}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0] && rc == 0; i++) {
        rc = have[needed[i].of] ? 0 : tell(k, needed[i].fault, 0, (struct hw_span){NULL, 0});
    }
    return rc;
}

int hw_wording_check(struct hw_span text, hw_wording_each *each, void *state)
{
    struct checking k = {.text = text,
                         .sentences = {.text = text},
                         .quotes = {.text = text},
                         .each = each,
                         .state = state};
    struct hw_span of;
    uint64_t line;
    int rc = 0;
    while (rc == 0 && hw_sentence_next(&k.sentences, &of, &line)) {
        rc = one_sentence(&k, of, line);
    }
    if (rc == 0 && k.likely && !k.confident) {
        rc = tell(&k, HW_WORDING_NO_CONFIDENCE, 0, (struct hw_span){NULL, 0});
    }
    return rc != 0 || !k.likely ? rc : sections(&k);
}
