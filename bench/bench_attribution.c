/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_attribution [--markdown|--train] [ENTERPRISE.ndjson] -- how well behaviour names groups.
 *
 * --markdown: the tables of docs/accuracy.md alone; --train: the constants of
 * src/ask/behave_calibrated.c, from reports older than FREEZE.
 *
 * Benchmark B holds one report of a group back: what it says is asked about, and no claim that only
 * it stands behind is used. "As of" also leaves out what was not surely published before it. The
 * open half removes the true group: whatever is then named is wrong. Benchmark A does the same with
 * campaigns. Without the corpus it says so, and that is no failure.
 */
#include <stdlib.h>
#include <string.h>

#include "attribution.h"
#include "base/text.h"
#include "base/time.h"

enum { ALWAYS = 1 << 20 }; /* a month after all */

struct bench {
    struct corpus c;
    struct hw_behave *claims;
    struct question *reports, *campaigns;
    size_t report_count, campaign_count;
    struct run *full, *as_of; /* each report twice: with its group, and without */
    struct run *loose;        /* as of, where the report's own month counts as before */
    size_t as_of_count;
    bool markdown;
};

/* ---- asking ---- */

void ranking_add(struct ranking *r, unsigned rank)
{
    r->n++;
    r->first += rank == 1;
    r->three += rank >= 1 && rank <= 3;
    r->ten += rank >= 1 && rank <= 10;
    r->reciprocal += rank == 0 ? 0 : 1.0 / rank;
}

bool ask_engine(const struct corpus *c, struct hw_behave *b, const struct question *q,
                const struct hw_behave_query *how, struct run *out)
{
    struct hw_behave_query query = *how;
    struct hw_behave_result r;
    struct hw_error err;
    struct hw_arena *arena = hw_arena_new((size_t)64 << 20);
    query.features = q->features;
    query.feature_count = q->feature_count;
    bool ok = arena != NULL && hw_behave_ask(b, &query, arena, &r, &err) == HW_OK;
    *out = (struct run){.group = q->group, .month = q->month, .present = how->without.n == 0};
    if (ok && r.candidate_count > 0) {
        out->any = r.verdict != HW_BEHAVE_THIN_QUERY;
        out->p = out->any ? r.probability : 0;
        memcpy(out->input, r.input, sizeof out->input);
        (void)snprintf(out->first, sizeof out->first, "%.*s", (int)r.candidates[0].group.n,
                       (const char *)r.candidates[0].group.p);
        for (size_t i = 0; i < r.candidate_count; i++) {
            struct hw_span g = r.candidates[i].group;
            if (out->rank == 0 && ((q->group != UINT32_MAX && hw_span_equal(g, c->ids[q->group])) ||
                                   (q->also != UINT32_MAX && hw_span_equal(g, c->ids[q->also])))) {
                out->rank = (unsigned)i + 1;
            }
        }
        out->right = out->rank == 1;
    }
    hw_arena_free(arena);
    return ok;
}

static int fold_of(const struct corpus *c, uint32_t group)
{
    int n = 0;
    for (uint32_t g = 0; g < group; g++) {
        n += c->kinds[g] == 'g';
    }
    return n % FOLDS;
}

/* Both halves of one report; as_of: HW_TIME_NONE or its month's first moment. */
static bool ask_both(struct bench *x, const struct question *q, int64_t as_of, struct run out[2])
{
    struct hw_behave_query how = {
        .sources = q->sources, .source_count = q->source_count, .as_of = as_of};
    bool ok = ask_engine(&x->c, x->claims, q, &how, &out[0]);
    how.without = x->c.ids[q->group];
    ok = ok && ask_engine(&x->c, x->claims, q, &how, &out[1]);
    out[0].fold = out[1].fold = fold_of(&x->c, q->group);
    return ok;
}

static bool ask_reports(struct bench *x)
{
    x->full = calloc(2 * x->report_count + 1, sizeof *x->full);
    x->as_of = calloc(2 * x->report_count + 1, sizeof *x->as_of);
    x->loose = calloc(2 * x->report_count + 1, sizeof *x->loose);
    bool ok = x->full != NULL && x->as_of != NULL && x->loose != NULL;
    for (size_t i = 0; i < x->report_count && ok; i++) {
        const struct question *q = &x->reports[i];
        ok = ask_both(x, q, HW_TIME_NONE, &x->full[2 * i]);
        if (ok && q->month != NO_DATE) {
            ok = ask_both(x, q, month_begins(q->month), &x->as_of[x->as_of_count]) &&
                 ask_both(x, q, month_ends(q->month), &x->loose[x->as_of_count]);
            x->as_of_count += 2;
        }
    }
    return ok;
}

/* ---- the model ---- */

static void state_fold(const struct model *m, int fold, struct run *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (runs[i].fold == fold && runs[i].any) {
            runs[i].p = model_says(m, runs[i].input);
        }
    }
}

/* States each run's probability by a model that saw no run of its fold. */
static void state_out_of_fold(struct bench *x)
{
    for (int fold = 0; fold < FOLDS; fold++) {
        struct model m = model_fit(x->as_of, x->as_of_count, fold, ALWAYS);
        state_fold(&m, fold, x->full, 2 * x->report_count);
        state_fold(&m, fold, x->as_of, x->as_of_count);
        state_fold(&m, fold, x->loose, x->as_of_count);
    }
}

static void state_as_shipped(struct run *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        runs[i].p = runs[i].any ? hw_behave_probability(runs[i].input) : 0;
    }
}

static int train(struct bench *x)
{
    struct model m = model_fit(x->as_of, x->as_of_count, -1, FREEZE);
    struct reliability r;
    state_out_of_fold(x);
    measure(x->as_of, x->as_of_count, HW_BEHAVE_SURE, 0, ALWAYS, &r);
    (void)printf("static const double intercept = %.4f;\n"
                 "static const double coefficients[HW_BEHAVE_INPUTS] = {",
                 m.intercept);
    for (unsigned i = 0; i < HW_BEHAVE_INPUTS; i++) {
        (void)printf("%s%.4f", i == 0 ? "" : ", ", m.input[i]);
    }
    (void)printf("};\n\nstatic const struct hw_behave_band bands[] = {\n");
    for (unsigned k = 0; k < BANDS; k++) {
        const struct band *b = &r.bands[k];
        (void)printf("    {%.2f, %.2f, %.2f, %.2f, %u},\n", b->from, b->to, b->stated, b->right,
                     b->count);
    }
    (void)printf("};\n");
    return 0;
}

/* ---- the tables ---- */

static void print_ranking(const char *name, const struct ranking *r)
{
    double n = r->n > 0 ? r->n : 1;
    (void)printf("| %s | %u | %.3f | %.3f | %.3f | %.3f |\n", name, r->n, r->first / n,
                 r->three / n, r->ten / n, r->reciprocal / n);
}

static struct ranking rank_runs(const struct run *runs, size_t count, int from, int to)
{
    struct ranking r = {0};
    for (size_t i = 0; i < count; i++) {
        if (runs[i].present && runs[i].month >= from && runs[i].month < to) {
            ranking_add(&r, runs[i].rank);
        }
    }
    return r;
}

static bool ask_techniques(struct bench *x, struct ranking *out)
{
    *out = (struct ranking){0};
    for (size_t i = 0; i < x->report_count; i++) {
        const struct question *q = &x->reports[i];
        struct run run;
        struct hw_behave_query how = {.sources = q->sources,
                                      .source_count = q->source_count,
                                      .as_of = HW_TIME_NONE,
                                      .techniques_only = true};
        if (!ask_engine(&x->c, x->claims, q, &how, &run)) {
            return false;
        }
        ranking_add(out, run.rank);
    }
    return true;
}

static void rank_plain(const struct bench *x, bool as_of, bool techniques_only,
                       struct ranking out[PLAIN_COUNT])
{
    memset(out, 0, PLAIN_COUNT * sizeof out[0]);
    for (size_t i = 0; i < x->report_count; i++) {
        unsigned ranks[PLAIN_COUNT];
        if (as_of && x->reports[i].month == NO_DATE) {
            continue;
        }
        ask_plainly(&x->c, &x->reports[i], as_of, techniques_only, ranks);
        for (unsigned m = 0; m < PLAIN_COUNT; m++) {
            ranking_add(&out[m], ranks[m]);
        }
    }
}

static int print_methods(struct bench *x)
{
    static const char *const names[PLAIN_COUNT] = {"Jaccard", "TF-IDF", "log-odds", "z of -ln(e)"};
    struct ranking plain[PLAIN_COUNT], ours, narrow;
    (void)printf("\n## One report held back, all others known\n\n"
                 "| method | n | top-1 | top-3 | top-10 | MRR |\n|---|---|---|---|---|---|\n");
    rank_plain(x, false, false, plain);
    for (unsigned m = 0; m < PLAIN_COUNT; m++) {
        print_ranking(names[m], &plain[m]);
    }
    ours = rank_runs(x->full, 2 * x->report_count, NO_DATE, ALWAYS);
    print_ranking("**headwater**", &ours);
    rank_plain(x, false, true, plain);
    print_ranking("z of -ln(e), techniques only", &plain[PLAIN_Z]);
    if (!ask_techniques(x, &narrow)) {
        return 2;
    }
    print_ranking("headwater, techniques only", &narrow);
    (void)printf("\n## Only what was surely published before the report\n\n"
                 "| method | n | top-1 | top-3 | top-10 | MRR |\n|---|---|---|---|---|---|\n");
    rank_plain(x, true, false, plain);
    for (unsigned m = 0; m < PLAIN_COUNT; m++) {
        print_ranking(names[m], &plain[m]);
    }
    ours = rank_runs(x->as_of, x->as_of_count, NO_DATE, ALWAYS);
    print_ranking("**headwater**", &ours);
    return 0;
}

static double share(unsigned a, unsigned b)
{
    return b == 0 ? 0 : 100.0 * a / b;
}

#define SPOKEN                                                                                     \
    "| | spoken from | reports | group known | of these answered | right when answered | "         \
    "wrong name when the true group is absent | calibration error | Brier |\n"                     \
    "|---|---|---|---|---|---|---|---|---|\n"

static void print_spoken(const char *name, const struct run *runs, size_t count, int from, int to)
{
    static const double thresholds[] = {HW_BEHAVE_SPEAK, HW_BEHAVE_SURE};
    for (unsigned i = 0; i < 2; i++) {
        struct reliability r;
        measure(runs, count, thresholds[i], from, to, &r);
        (void)printf("| %s | %.2f | %u | %u | %.1f %% | %.1f %% | %.1f %% | %.3f | %.3f |\n", name,
                     thresholds[i], r.asked, r.known, share(r.answered, r.known),
                     share(r.right, r.answered), share(r.wrong, r.absent), r.error, r.brier);
    }
}

static void print_bands(const struct run *runs, size_t count)
{
    struct reliability r;
    measure(runs, count, HW_BEHAVE_SURE, NO_DATE, ALWAYS, &r);
    (void)printf("\n| stated probability | mean stated | was right | questions |\n"
                 "|---|---|---|---|\n");
    for (unsigned k = 0; k < BANDS; k++) {
        const struct band *b = &r.bands[k];
        (void)printf("| %.2f to %.2f | %.2f | %.2f | %u |\n", b->from, b->to, b->stated, b->right,
                     b->count);
    }
}

static void print_probabilities(struct bench *x)
{
    (void)printf("\n## Stated probability, by models that had not seen the group\n\n" SPOKEN);
    print_spoken("as of", x->as_of, x->as_of_count, NO_DATE, ALWAYS);
    print_spoken("as of, the same month too", x->loose, x->as_of_count, NO_DATE, ALWAYS);
    print_spoken("as of, before 2023", x->as_of, x->as_of_count, NO_DATE, FREEZE);
    print_spoken("all reports known", x->full, 2 * x->report_count, NO_DATE, ALWAYS);
    (void)printf("\nReliability, as of:\n");
    print_bands(x->as_of, x->as_of_count);
    state_as_shipped(x->full, 2 * x->report_count);
    state_as_shipped(x->as_of, x->as_of_count);
    (void)printf("\n## The shipped constants on newer reports, never trained on\n\n" SPOKEN);
    print_spoken("as of, from 2023 on", x->as_of, x->as_of_count, FREEZE, ALWAYS);
    print_spoken("all reports known, from 2023 on", x->full, 2 * x->report_count, FREEZE, ALWAYS);
    struct ranking old = rank_runs(x->full, 2 * x->report_count, NO_DATE, FREEZE);
    struct ranking new = rank_runs(x->full, 2 * x->report_count, FREEZE, ALWAYS);
    (void)printf("\n| all reports known | n | top-1 | top-3 | top-10 | MRR |\n"
                 "|---|---|---|---|---|---|\n");
    print_ranking("before 2023", &old);
    print_ranking("from 2023 on", &new);
}

/* ---- campaigns ---- */

enum { LEAKY, EXCLUDED, TECHNIQUES, AS_OF, WAYS };

static bool ask_campaign(struct bench *x, const struct question *q, unsigned way, struct run *out)
{
    struct hw_behave_query how = {.campaign = x->c.ids[q->source],
                                  .sources = q->sources,
                                  .source_count = way == LEAKY ? 0 : q->source_count,
                                  .as_of = HW_TIME_NONE,
                                  .techniques_only = way == TECHNIQUES};
    how.as_of = way == AS_OF && q->month != NO_DATE ? month_begins(q->month) : how.as_of;
    return ask_engine(&x->c, x->claims, q, &how, out);
}

/* Every campaign of which a name is given. */
static int print_named(struct bench *x, unsigned way)
{
    for (size_t i = 0; i < x->campaign_count; i++) {
        const struct question *q = &x->campaigns[i];
        struct hw_span id = x->c.ids[q->source], truth = HW_SPAN_LIT("nobody");
        struct run run;
        if (!ask_campaign(x, q, way, &run)) {
            return 2;
        }
        truth = q->group != UINT32_MAX ? x->c.ids[q->group] : truth;
        if (run.any && run.p >= HW_BEHAVE_SPEAK) {
            (void)printf("| %.*s | %s | %s | %.2f | %.*s |\n", (int)id.n, (const char *)id.p,
                         way == AS_OF ? "as of" : "sources left out", run.first, run.p,
                         (int)truth.n, (const char *)truth.p);
        }
    }
    return 0;
}

static int print_campaigns(struct bench *x)
{
    static const char *const names[WAYS] = {"nothing left out (leaks)", "sources left out",
                                            "sources left out, techniques only", "as of"};
    (void)printf("\n## One campaign held back\n\n"
                 "| | n | top-1 | top-3 | top-10 | MRR |\n|---|---|---|---|---|---|\n");
    struct ranking spoken[WAYS] = {{0}}; /* n: it spoke; first: rightly; ten: of none attributed */
    for (unsigned way = 0; way < WAYS; way++) {
        struct ranking r = {0};
        for (size_t i = 0; i < x->campaign_count; i++) {
            const struct question *q = &x->campaigns[i];
            struct run run;
            if (!ask_campaign(x, q, way, &run)) {
                return 2;
            }
            bool known = q->group != UINT32_MAX;
            bool speaks = run.any && run.p >= HW_BEHAVE_SPEAK;
            if (known) {
                ranking_add(&r, run.rank);
            }
            spoken[way].n += known && speaks;
            spoken[way].first += known && speaks && run.right;
            spoken[way].ten += !known && speaks;
        }
        print_ranking(names[way], &r);
    }
    (void)printf("\nWith the shipped constants from %.2f on, of attributed campaigns: sources left "
                 "out, %u named, %u rightly; as of, %u named, %u rightly. Of campaigns that are "
                 "attributed to nobody: %u and %u named.\n",
                 HW_BEHAVE_SPEAK, spoken[EXCLUDED].n, spoken[EXCLUDED].first, spoken[AS_OF].n,
                 spoken[AS_OF].first, spoken[EXCLUDED].ten, spoken[AS_OF].ten);
    (void)printf("\n| campaign | | named | p | attributed to |\n|---|---|---|---|---|\n");
    int rc = print_named(x, EXCLUDED);
    return rc != 0 ? rc : print_named(x, AS_OF);
}

static int print_one(struct bench *x, const char *id)
{
    uint32_t k = corpus_number(&x->c, id);
    for (size_t i = 0; i < x->campaign_count; i++) {
        const struct question *q = &x->campaigns[i];
        struct hw_behave_query how = {.features = q->features,
                                      .feature_count = q->feature_count,
                                      .campaign = x->c.ids[q->source],
                                      .sources = q->sources,
                                      .source_count = q->source_count,
                                      .as_of = HW_TIME_NONE};
        struct hw_behave_result r;
        struct hw_error err;
        struct hw_arena *arena = hw_arena_new((size_t)64 << 20);
        if (q->source == k && arena != NULL &&
            hw_behave_ask(x->claims, &how, arena, &r, &err) == HW_OK && r.candidate_count > 0) {
            struct hw_span first = r.candidates[0].group;
            (void)printf("\n## %s\n\n%s: %u of %u features known, first %.*s, p %.2f: %s\n", id, id,
                         r.known, r.asked, (int)first.n, (const char *)first.p, r.probability,
                         r.verdict == HW_BEHAVE_NAMED ? "named" : hw_behave_reason(r.verdict));
        }
        hw_arena_free(arena);
    }
    return 0;
}

static void print_first(struct bench *x)
{
    struct ranking ours = rank_runs(x->full, 2 * x->report_count, NO_DATE, ALWAYS);
    struct reliability r;
    measure(x->as_of, x->as_of_count, HW_BEHAVE_SURE, NO_DATE, ALWAYS, &r);
    double n = ours.n > 0 ? ours.n : 1;
    (void)printf(
        "top-1 %.2f\nMRR %.3f\nas-of at p >= %.2f: answered %.1f %%, right %.1f %%, wrong "
        "when absent %.1f %%\ncalibration error %.3f\n(answered: %u of %u reports whose group "
        "was known by then; of all %u, %.1f %%)\n",
        ours.first / n, ours.reciprocal / n, HW_BEHAVE_SURE, share(r.answered, r.known),
        share(r.right, r.answered), share(r.wrong, r.absent), r.error, r.answered, r.known, r.asked,
        share(r.answered, r.asked));
}

static int run(struct bench *x)
{
    state_out_of_fold(x);
    if (!x->markdown) {
        print_first(x);
    }
    int rc = print_methods(x);
    print_probabilities(x);
    rc = rc != 0 ? rc : print_campaigns(x);
    return rc != 0 ? rc : print_one(x, "C0057");
}

int main(int argc, char **argv)
{
    static struct bench x;
    const char *path = "", *corpus = getenv("HEADWATER_CORPUS");
    static char below[4096];
    bool training_wanted = false;
    for (int i = 1; i < argc; i++) {
        x.markdown = x.markdown || strcmp(argv[i], "--markdown") == 0;
        training_wanted = training_wanted || strcmp(argv[i], "--train") == 0;
        path = argv[i][0] == '-' ? path : argv[i];
    }
    if (path[0] == '\0') {
        (void)snprintf(below, sizeof below, "%s/intel/attack/enterprise-v18.1-compact.ndjson",
                       corpus != NULL && corpus[0] != '\0' ? corpus : "../shared/corpus");
        path = below;
    }
    FILE *there = fopen(path, "r");
    if (there == NULL) {
        (void)printf("skipped: no %s (HEADWATER_CORPUS names the corpus)\n", path);
        return 0;
    }
    (void)fclose(there);
    if (!corpus_read(path, &x.c)) {
        return 2;
    }
    x.claims = corpus_claims(&x.c);
    x.report_count = questions_of_reports(&x.c, &x.reports);
    x.campaign_count = questions_of_campaigns(&x.c, &x.campaigns);
    if (x.claims == NULL || x.report_count == 0 || x.campaign_count == 0 || !ask_reports(&x)) {
        (void)fputs("bench_attribution: nothing could be asked\n", stderr);
        return 2;
    }
    return training_wanted ? train(&x) : run(&x);
}
