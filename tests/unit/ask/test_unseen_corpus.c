/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real lists of several observers: packages of a worm by seven vendors, the domains and digests of
 * one intrusion by those who published them, and two feeds of poisoned PyPI packages.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the run is skipped and
 * says so.
 */
#include "unseen_kit.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/text.h"
#include "base/time.h"

enum { LINE_BYTES = 65536, ROOM = 8192 };

static char folder[1024];

static FILE *open_csv(const char *name, char *header, size_t room)
{
    char path[2048];
    (void)snprintf(path, sizeof path, "%s/capture-recapture/%s", folder, name);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_non_null(fgets(header, (int)room, f));
    return f;
}

static struct hw_span next_cell(struct hw_span *rest)
{
    struct hw_span cell = hw_span_trim(hw_span_cut(*rest, 0, hw_span_find(*rest, ',')));
    *rest = hw_span_from(*rest, hw_span_find(*rest, ',') + 1);
    return cell;
}

static const char *keep(struct kit *k, struct hw_span s)
{
    const char *kept = (const char *)hw_arena_copy(k->arena, s);
    assert_non_null(kept);
    return kept;
}

/* "item,a,b,c" and rows of 0 and 1. */
static void read_marks(struct kit *k, const char *name, const char *unit)
{
    char line[LINE_BYTES];
    FILE *f = open_csv(name, line, sizeof line);
    struct hw_span rest = hw_span_str(line);
    (void)next_cell(&rest);
    while (rest.n > 0) {
        kit_list(k, keep(k, next_cell(&rest)), ROOM)->unit = hw_span_str(unit);
    }
    while (fgets(line, sizeof line, f) != NULL) {
        rest = hw_span_str(line);
        const char *item = keep(k, next_cell(&rest));
        for (size_t i = 0; i < k->ask.count; i++) {
            if (hw_span_is(next_cell(&rest), "1")) {
                kit_put(k, &k->captures[i], item, HW_TIME_NONE);
            }
        }
    }
    (void)fclose(f);
}

static struct hw_capture *capture_of(struct kit *k, struct hw_span observer)
{
    for (size_t i = 0; i < k->ask.count; i++) {
        if (hw_span_equal(k->captures[i].observer, observer)) {
            return &k->captures[i];
        }
    }
    return kit_list(k, keep(k, observer), ROOM);
}

/* "name,versions,"a, b, c"" */
static void read_vendors(struct kit *k)
{
    char line[LINE_BYTES];
    FILE *f = open_csv("shai-hulud-2.0-by-vendor.csv", line, sizeof line);
    while (fgets(line, sizeof line, f) != NULL) {
        struct hw_span rest = hw_span_str(line);
        const char *item = keep(k, next_cell(&rest));
        /* versions may be quoted; the sources are the last quoted field, or have no comma */
        struct hw_span all = hw_span_trim(rest);
        bool quoted = hw_span_ends(all, "\"");
        size_t end = all.n - quoted, begin = end;
        while (begin > 0 && all.p[begin - 1] != (quoted ? '"' : ',')) {
            begin--;
        }
        struct hw_span sources = hw_span_cut(all, begin, end - begin);
        while (sources.n > 0) {
            kit_put(k, capture_of(k, next_cell(&sources)), item, HW_TIME_NONE);
        }
    }
    (void)fclose(f);
}

static void only(struct kit *k, const struct hw_capture *a, const struct hw_capture *b)
{
    k->captures[0] = *a;
    k->captures[1] = *b;
    k->ask.count = 2;
}

static bool is_pair(const struct hw_capture *a, const struct hw_capture *b, const char *x,
                    const char *y)
{
    return (hw_span_is(a->observer, x) && hw_span_is(b->observer, y)) ||
           (hw_span_is(a->observer, y) && hw_span_is(b->observer, x));
}

static void three_pairs_of_vendors_come_near_and_all_others_are_refused(void **state)
{
    struct kit *k = *state;
    struct hw_capture all[HW_UNSEEN_LISTS];
    read_vendors(k);
    size_t vendors = k->ask.count, near = 0, refused = 0;
    assert_int_equal(vendors, 7);
    (void)kit_ask(k);
    assert_int_equal(k->a->seen, 795);
    assert_non_null(kit_refusal(k, HW_UNSEEN_CONTAINED));
    memcpy(all, k->captures, sizeof all);
    for (size_t a = 0; a < vendors; a++) {
        for (size_t b = a + 1; b < vendors; b++) {
            bool good = is_pair(&all[a], &all[b], "datadog", "reversinglabs") ||
                        is_pair(&all[a], &all[b], "datadog", "socketdev") ||
                        is_pair(&all[a], &all[b], "reversinglabs", "socketdev");
            only(k, &all[a], &all[b]);
            k->ask.independent = true;
            (void)kit_ask(k);
            assert_string_equal(kit_refusals(k), good ? "" : "contained");
            if (good) {
                double n = kit_estimate(k, HW_UNSEEN_CHAPMAN)->number.n;
                (void)printf("# %s and %s: %zu seen, %.0f (%.0f to %.0f)\n",
                             (const char *)all[a].observer.p, (const char *)all[b].observer.p,
                             (size_t)k->a->seen, n, k->a->estimates[0].number.lo,
                             k->a->estimates[0].number.hi);
                assert_true(fabs(n / 795 - 1) < .1);
                near++;
            }
            k->ask.independent = false;
            (void)kit_ask(k);
            assert_string_equal(kit_refusals(k), good ? "independence" : "contained independence");
            refused += !good;
        }
    }
    assert_int_equal(near, 3);
    assert_int_equal(refused, 18);
}

static void three_vendors_together_come_near(void **state)
{
    struct kit *k = *state;
    read_vendors(k);
    size_t kept = 0;
    for (size_t i = 0; i < k->ask.count; i++) {
        struct hw_span who = k->captures[i].observer;
        if (hw_span_is(who, "datadog") || hw_span_is(who, "reversinglabs") ||
            hw_span_is(who, "socketdev")) {
            k->captures[kept++] = k->captures[i];
        }
    }
    k->ask.count = kept;
    assert_int_equal(kept, 3);
    (void)kit_ask(k);
    assert_string_equal(kit_refusals(k), "");
    for (size_t i = 0; i < k->a->estimate_count; i++) {
        const struct hw_unseen_estimate *e = &k->a->estimates[i];
        (void)printf("# %s: %.0f (%.0f to %.0f), model: %.*s\n", hw_unseen_method_word(e->method),
                     e->number.n, e->number.lo, e->number.hi, (int)e->model.n,
                     (const char *)e->model.p);
        assert_true(fabs(e->number.n / 795 - 1) < .1);
    }
}

static void copied_lists_of_domains_are_refused_as_copies(void **state)
{
    struct kit *k = *state;
    read_marks(k, "3cx-domains-by-source.csv", "domain");
    assert_int_equal(k->ask.count, 5);
    (void)kit_ask(k);
    assert_int_equal(k->a->seen, 26);
    assert_int_equal(k->a->at_least, 26);
    assert_int_equal(kit_pair(k, "volexity", "sophos")->shared, 21);
    /* the fifth shares three with them: too few, and no copy */
    assert_string_equal(kit_refusals(k), "contained overlap");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_CONTAINED)->says, "and 3 more"));
    assert_true(hw_span_is(kit_refusal(k, HW_UNSEEN_OVERLAP)->says,
                           "sigbase_mandiant has 3 in common with all others together"));
    struct hw_capture all[HW_UNSEEN_LISTS];
    memcpy(all, k->captures, sizeof all);
    for (size_t a = 0; a < 5; a++) {
        for (size_t b = a + 1; b < 5; b++) {
            bool apart = hw_span_is(all[a].observer, "sigbase_mandiant") ||
                         hw_span_is(all[b].observer, "sigbase_mandiant");
            only(k, &all[a], &all[b]);
            (void)kit_ask(k);
            assert_string_equal(kit_refusals(k), apart ? "overlap" : "contained");
        }
    }
}

/* Six lists of digests, 52 in all: nobody copies nine tenths, but some share next to nothing. */
static void lists_of_digests_with_little_in_common_are_refused(void **state)
{
    struct kit *k = *state;
    read_marks(k, "3cx-sha256-by-source.csv", "file");
    (void)kit_ask(k);
    assert_int_equal(k->a->seen, 52);
    assert_int_equal(k->a->once, 34);
    assert_int_equal(k->a->twice, 8);
    assert_string_equal(kit_refusals(k), "overlap");
}

static void take_report(struct kit *k, const char *line)
{
    json_t *report = json_loads(line, 0, NULL);
    assert_non_null(report);
    const char *eco = json_string_value(json_object_get(report, "eco"));
    const char *name = json_string_value(json_object_get(report, "name"));
    const json_t *sources = json_object_get(report, "src");
    for (size_t i = 0; eco != NULL && strcmp(eco, "PyPI") == 0 && i < json_array_size(sources);
         i++) {
        const char *by = json_string_value(json_array_get(sources, i));
        if (strcmp(by, "checkmarx") == 0 || strcmp(by, "reversing-labs") == 0) {
            kit_put(k, capture_of(k, hw_span_str(by)), name, HW_TIME_NONE);
        }
    }
    json_decref(report);
}

static void feeds_that_leave_out_what_is_known_are_refused(void **state)
{
    struct kit *k = *state;
    char path[2048];
    static char line[LINE_BYTES];
    (void)snprintf(path, sizeof path, "%s/osv-malicious/ossf-2025-06-compact.ndjson.gz", folder);
    gzFile f = gzopen(path, "r");
    assert_non_null(f);
    while (gzgets(f, line, sizeof line) != NULL) {
        if (strstr(line, "\"PyPI\"") != NULL) {
            take_report(k, line);
        }
    }
    (void)gzclose(f);
    (void)kit_ask(k);
    const struct hw_unseen_pair *p = kit_pair(k, "checkmarx", "reversing-labs");
    assert_int_equal(p->shared, 21);
    assert_int_equal(k->a->lists[0].count + k->a->lists[1].count, 6374 + 2496);
    assert_string_equal(kit_refusals(k), "avoided");
    assert_true(hw_span_holds(kit_refusal(k, HW_UNSEEN_AVOIDED)->says, "21 in common of 2496"));
    /* and where one knows that fewer than a hundred thousand can be poisoned, by that */
    k->ask.at_most = 100000;
    (void)kit_ask(k);
    assert_string_equal(kit_refusals(k), "avoided");
    assert_true(
        hw_span_holds(kit_refusal(k, HW_UNSEEN_AVOIDED)->says, "chance alone gives 159 among"));
    struct hw_unseen_number n; /* what would be said without the check */
    assert_true(hw_unseen_chapman(6374, 2496, 21, &n));
    near_to(n.n, 723562, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const char *set = getenv("HEADWATER_CORPUS");
    struct stat st;
    const struct CMUnitTest tests[] = {
        T(three_pairs_of_vendors_come_near_and_all_others_are_refused),
        T(three_vendors_together_come_near),
        T(copied_lists_of_domains_are_refused_as_copies),
        T(lists_of_digests_with_little_in_common_are_refused),
        T(feeds_that_leave_out_what_is_known_are_refused),
    };
    (void)snprintf(folder, sizeof folder, "%.900s/intel", set != NULL ? set : HW_CORPUS_DIR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(folder, &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", folder);
        return 0;
    }
    return cmocka_run_group_tests_name("unseen_corpus", tests, NULL, NULL);
}
