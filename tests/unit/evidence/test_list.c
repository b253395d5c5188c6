/* SPDX-License-Identifier: Apache-2.0 */
/* Indicator lists as a whole: which are taken for lists, what their rows say, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_list.h"
#include "build_tar.h"
#include "evidence/knowledge/list.h"
#include "exam.h"
#include "sweep.h"

static void read_as(struct hw_told *t, enum hw_reading reading, struct hw_span s)
{
    hw_told_init(t);
    t->reading = reading;
    hw_told_examine(t, s.p, s.n, NULL);
}

static void read_sample(struct hw_told *t, enum hw_reading reading, enum hw_list_sample which)
{
    struct hw_list_build b;
    hw_list_build_sample(&b, which);
    read_as(t, reading, hw_buf_span(&b.out));
    hw_list_build_done(&b);
}

static void read_text(struct hw_told *t, const char *text)
{
    read_as(t, HW_READ_KNOWLEDGE, (struct hw_span){(const uint8_t *)text, strlen(text)});
}

/* Names of files are patterns, everything else is an indicator. */
static size_t count_said(struct hw_told *t)
{
    return hw_told_count(t, "indicator node=0") + hw_told_count(t, "pattern node=0");
}

static void lists_that_speak_of_badness_are_taken_unasked_and_no_others(void **state)
{
    static const bool strong[HW_LIST_SAMPLE_COUNT] = {
        [HW_LIST_SAMPLE_TYPED] = true,          [HW_LIST_SAMPLE_TRIPLE] = true,
        [HW_LIST_SAMPLE_DEFANGED] = true,       [HW_LIST_SAMPLE_COLUMNS] = true,
        [HW_LIST_SAMPLE_NAMES] = true,          [HW_LIST_SAMPLE_MISP] = true,
        [HW_LIST_SAMPLE_LOKI_HASHES] = true,    [HW_LIST_SAMPLE_LOKI_C2] = true,
        [HW_LIST_SAMPLE_LOKI_FILENAMES] = true,
    };
    (void)state;
    for (unsigned i = 0; i < HW_LIST_SAMPLE_COUNT; i++) {
        struct hw_told any, asked, artifact;
        read_sample(&any, HW_READ_ANY, (enum hw_list_sample)i);
        read_sample(&asked, HW_READ_KNOWLEDGE, (enum hw_list_sample)i);
        read_sample(&artifact, HW_READ_ARTIFACT, (enum hw_list_sample)i);
        if ((count_said(&any) > 0) != strong[i]) {
            fail_msg("sample %u with any reading: %s", i, hw_buf_text(&any.lines));
        }
        if (count_said(&asked) == 0) {
            fail_msg("sample %u with learn: %s", i, hw_buf_text(&asked.lines));
        }
        assert_int_equal(count_said(&artifact), 0);
        hw_told_done(&any);
        hw_told_done(&asked);
        hw_told_done(&artifact);
    }
}

/* Feeds come packed. In an archive that nobody called knowledge, the same list is a document. */
static void a_packed_list_is_knowledge_only_when_somebody_says_so(void **state)
{
    (void)state;
    struct hw_list_build b;
    struct hw_buf tar, packed;
    struct hw_told any, asked;
    hw_buf_init(&tar, 1 << 20);
    hw_buf_init(&packed, 1 << 20);
    hw_list_build_sample(&b, HW_LIST_SAMPLE_TYPED);
    hw_buf_char(&b.out, '\0');
    build_tar_file(&tar, "feed/list.csv", (const char *)b.out.p);
    build_tar_file(&tar, "feed/README", "Nothing to see here.\n");
    build_tar_end(&tar);
    build_gzip(&packed, hw_buf_span(&tar), "feed.tar", 0);
    read_as(&any, HW_READ_ANY, hw_buf_span(&packed));
    read_as(&asked, HW_READ_KNOWLEDGE, hw_buf_span(&packed));
    assert_int_equal(hw_told_count(&any, "indicator node="), 0);
    assert_true(hw_told_count(&asked, "indicator node=1 ") > 0);
    assert_int_equal(hw_told_count(&asked, "knowledge node="), 1);
    hw_told_done(&any);
    hw_told_done(&asked);
    hw_list_build_done(&b);
    hw_buf_done(&tar);
    hw_buf_done(&packed);
}

static void typed_rows_say_kind_role_label_and_source(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_TYPED);
    assert_true(hw_told_has(&t, "form=csv", "entries=9", "refused=0", "ignored=1", NULL));
    assert_true(hw_told_has(&t, "line=2", "kind=sha256", "role=payload",
                            "label=\"Loader, \\\"stage 1\\\"\"", "source=\"a report\"", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=md5", "role=payload", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=cert-sha256", "role=context", NULL));
    assert_true(hw_told_has(&t, "line=5", "kind=domain", "role=context", NULL));
    assert_true(hw_told_has(&t, "line=6", "kind=url", "role=shared-host", NULL));
    assert_true(hw_told_has(&t, "line=7", "kind=cert-serial", "value=\"8538a6c5018f50fc\"",
                            "raw=\"008538A6C5018F50FC\"", NULL));
    assert_true(hw_told_has(&t, "line=8", "kind=address", "value=\"192.0.2.55\"", NULL));
    assert_true(hw_told_has(&t, "line=9", "kind=filename", "role=context", NULL));
    assert_true(hw_told_has(&t, "line=10", "kind=other", "label=\"useragent; beacon\"", NULL));
    assert_int_equal(t.anomalies, 0);
    hw_told_done(&t);
}

static void three_digests_in_one_field_are_three_indicators_of_one_line(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_TRIPLE);
    assert_true(hw_told_has(&t, "line=4", "kind=sha256", "label=\"Installer\"", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=sha1", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=md5", NULL));
    assert_true(hw_told_has(&t, "line=2", "kind=domain", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=email", NULL));
    hw_told_done(&t);
}

static void digests_are_split_at_whatever_stands_between_them(void **state)
{
    static const char *const between[] = {" ", ",", ";", "\n", " / ", "|", ", ", "\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
        struct hw_list_build b;
        struct hw_told t;
        char sha1[41], md5[33], both[96];
        hw_list_build_hex(1, 40, sha1);
        hw_list_build_hex(2, 32, md5);
        (void)snprintf(both, sizeof both, "%s%s%s", sha1, between[i], md5);
        hw_list_build_init(&b, ',', false, false);
        hw_list_build_row(&b, "hash", "description", NULL);
        hw_list_build_row(&b, both, "x", NULL);
        read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
        assert_true(hw_told_has(&t, "kind=sha1", sha1, NULL));
        assert_true(hw_told_has(&t, "kind=md5", md5, NULL));
        assert_true(hw_told_has(&t, "entries=2", "refused=0", NULL));
        hw_told_done(&t);
        hw_list_build_done(&b);
    }
}

static void marks_bom_and_windows_line_ends_are_undone(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_DEFANGED);
    assert_true(hw_told_has(&t, "entries=5", "refused=0", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=sha256", NULL));
    assert_true(hw_told_has(&t, "line=5", "value=\"https://poison.example.net/a/B?c=1\"",
                            "raw=\"hxxps[:]//poison[.]example[.]net/a/B?c=1\"", NULL));
    assert_true(hw_told_has(&t, "line=6", "kind=domain", "value=\"poison.example.org\"", NULL));
    assert_true(hw_told_has(&t, "line=7", "value=\"poison.example.com\"", NULL));
    assert_true(
        hw_told_has(&t, "line=8", "value=\"192.0.2.7\"", "raw=\"192[.]0[.]2[.]7:443\"", NULL));
    hw_told_done(&t);
}

static void columns_by_kind_are_read_and_certificate_rows_known(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_COLUMNS);
    assert_true(hw_told_has(&t, "entries=12", "refused=0", "ignored=0", NULL));
    assert_true(hw_told_has(&t, "line=2", "kind=sha1", "role=payload", "label=\"RAINFALL\"", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=cert-sha256", "role=context", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=cert-sha1", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=other", "Example, Ltd", NULL));
    assert_false(hw_told_has(&t, "line=3", "kind=sha256", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=sha256", "role=context", NULL));
    assert_true(hw_told_has(&t, "list.columns-unread", "Version", NULL));
    hw_told_done(&t);
}

static void first_and_last_seen_become_from_and_until(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_NAMES);
    assert_true(hw_told_has(&t, "line=2", "kind=domain", "from=1581652069000000000ns",
                            "until=1607887724999999999ns", NULL));
    assert_true(hw_told_has(&t, "line=2", "kind=address", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=domain", "from=1581638400000000000ns", NULL));
    assert_false(hw_told_has(&t, "line=3", "until=", NULL));
    assert_true(hw_told_has(&t, "list.times-unread", "number=1", NULL));
    hw_told_done(&t);
}

static void package_versions_are_split_and_prose_is_kept_unmatched(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_KNOWLEDGE, HW_LIST_SAMPLE_PACKAGES);
    assert_true(hw_told_has(&t, "kind=package", "\"@scope/left-pad@1.0.3\"", NULL));
    assert_true(hw_told_has(&t, "kind=package", "\"right-pad@0.1.0\"", NULL));
    assert_true(hw_told_has(&t, "kind=package", "\"right-pad@0.1.1\"", NULL));
    assert_true(hw_told_has(&t, "kind=other", "\"mid-pad\"", "all but 2.0", NULL));
    assert_true(hw_told_has(&t, "entries=4", "ignored=1", NULL));
    hw_told_done(&t);
}

static void pairs_of_types_are_split_and_to_ids_says_context(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_MISP);
    assert_true(hw_told_has(&t, "line=2", "kind=filename", "\"x.exe\"", NULL));
    assert_true(hw_told_has(&t, "line=2", "kind=sha256", "role=payload", NULL));
    assert_true(hw_told_has(&t, "line=3", "kind=sha1", "role=context", NULL));
    assert_true(hw_told_has(&t, "line=4", "kind=address", NULL));
    hw_told_done(&t);
}

static void loki_lists_give_scores_headings_and_programs(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_LOKI_C2);
    assert_true(hw_told_has(&t, "form=loki-c2", "entries=3", "title=\"LOKI C2 IOCs\"", NULL));
    assert_true(hw_told_has(&t, "\"rain.example.com\"", "label=\"Operation Rain https", NULL));
    assert_true(hw_told_has(&t, "kind=address", "label=\"score 65; Operation Rain", NULL));
    assert_true(hw_told_has(&t, "\"snow.example.com\"", "label=\"a comment of its own\"", NULL));
    hw_told_done(&t);
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_LOKI_HASHES);
    assert_true(hw_told_has(&t, "form=loki-hashes", "entries=5", "refused=0", NULL));
    assert_true(hw_told_has(&t, "label=\"RAINFALL - \\\"x, y\\\" https://example.com/a;b\"", NULL));
    assert_true(hw_told_has(&t, "role=bait", "Decoy Document", NULL));
    hw_told_done(&t);
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_LOKI_FILENAMES);
    assert_true(hw_told_has(&t, "form=loki-filenames", "entries=2", "ignored=0", NULL));
    assert_true(hw_told_has(&t, "pattern", "language=filename title=\"Rain\"",
                            "text=\"\\\\\\\\rainfall\\\\.sys;80\"", "level=high",
                            "tags=\"score.80\"", NULL));
    /* What must stand is in the program too, for the index. */
    assert_true(hw_told_has(&t, "line=4", "file.path", "\\rainfall.sys\\x06", NULL));
    assert_true(hw_told_has(&t, "line=5", "program=\"Q", "level=high", NULL));
    assert_int_equal(hw_told_count(&t, "indicator node=0"), 0);
    hw_told_done(&t);
}

static void names_of_files_are_weighed_by_their_score_and_refused_by_name(void **state)
{
    struct hw_told t;
    (void)state;
    read_text(&t, "# LOKI File Name Characteristics\n"
                  "\\\\a\\.exe;39\n"
                  "\\\\b\\.exe;40\n"
                  "\\\\c\\.exe;69\n"
                  "\\\\d\\.exe;70\n"
                  "\\\\e\\.exe;100;(?=x)y\n"
                  "\\\\f(?!x)\\.exe;60\n"
                  "\\\\g\\.exe;1000\n");
    assert_true(hw_told_has(&t, "line=2", "level=low", "score.39", NULL));
    assert_true(hw_told_has(&t, "line=3", "level=medium", "score.40", NULL));
    assert_true(hw_told_has(&t, "line=4", "level=medium", "score.69", NULL));
    assert_true(hw_told_has(&t, "line=5", "level=high", "score.70", NULL));
    assert_true(hw_told_has(&t, "line=6", "refused=\"regular expression: looks ahead\"", NULL));
    assert_true(hw_told_has(&t, "line=7", "refused=\"regular expression: looks ahead\"", NULL));
    assert_int_equal(hw_told_count(&t, "program=\"Q"), 4);
    assert_true(hw_told_has(&t, "line 8:", "not a regular expression and its score", NULL));
    assert_true(hw_told_has(&t, "entries=6 refused=1 ignored=2", NULL));
    hw_told_done(&t);
}

static void checksum_files_are_no_feed_unless_somebody_says_so(void **state)
{
    struct hw_told t;
    (void)state;
    read_sample(&t, HW_READ_ANY, HW_LIST_SAMPLE_CHECKSUMS);
    assert_true(hw_told_has(&t, "artifact", "format=text", NULL));
    hw_told_done(&t);
    read_sample(&t, HW_READ_KNOWLEDGE, HW_LIST_SAMPLE_CHECKSUMS);
    assert_true(hw_told_has(&t, "form=checksums", "entries=6", NULL));
    assert_true(hw_told_has(&t, "kind=sha256", "label=\"some/file.bin\"", NULL));
    hw_told_done(&t);
}

static void what_is_no_list_stays_text_even_when_somebody_says_so(void **state)
{
    static const char *const texts[] = {
        "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
        "of this software, to deal in it without restriction.\n",
        "name,price,colour\nchair,12,red\ntable,40,blue\n",
        "purpose,subject,sha256,not_before,spki_base64\n"
        "a,CN=R,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,x,y\n",
        "{\"type\": \"bundle\"}\n",
        "evil.example.com\nThis one is prose.\nSo is this.\n",
        "",
        "\n\n",
        "# only a comment\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct hw_told t;
        read_text(&t, texts[i]);
        if (hw_told_count(&t, "knowledge node") > 0) {
            fail_msg("text %zu: %s", i, hw_buf_text(&t.lines));
        }
        hw_told_done(&t);
    }
}

static void lines_not_understood_are_said_with_line_offset_and_reason(void **state)
{
    struct hw_told t;
    (void)state;
    read_text(&t, "type,value,description\n"
                  "sha256,0123,too short\n"
                  "domain,evil.example.com,fine\n"
                  "domain,evil.example.net,fine\n"
                  "md5,,nothing\n"
                  "ipv4,192.0.2.1,fine\n");
    assert_true(hw_told_has(&t, "anomaly", "rule=line-refused", "off=23", "size=22", "line 2",
                            "'0123'", "64 hex digits", NULL));
    assert_true(hw_told_has(&t, "anomaly", "line 5", "no indicator", NULL));
    assert_true(hw_told_has(&t, "entries=3", "refused=2", NULL));
    assert_int_equal(t.worst, HW_ODD);
    hw_told_done(&t);
}

static void a_row_is_refused_once_however_many_values_are_bad(void **state)
{
    struct hw_told t;
    (void)state;
    read_text(&t, "sha1,md5,description\n"
                  "0123,4567,two bad ones\n"
                  "0123456789abcdef0123456789abcdef01234567,89,one bad one\n"
                  "0123456789abcdef0123456789abcdef01234567,n/a,none\n"
                  "0123456789abcdef0123456789abcdef01234567,,none\n");
    assert_true(hw_told_has(&t, "knowledge", "entries=3", "refused=2", NULL));
    assert_int_equal(t.anomalies, 3);
    hw_told_done(&t);
}

static void refusals_are_listed_up_to_a_thousand_and_all_counted(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    (void)state;
    hw_list_build_init(&b, ',', false, false);
    hw_list_build_row(&b, "type", "value", NULL);
    for (unsigned i = 0; i < 3000; i++) {
        hw_list_build_row(&b, "domain", i % 2 == 0 ? "evil.example.com" : "not a domain", NULL);
    }
    read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
    assert_true(hw_told_has(&t, "entries=1500", "refused=1500", NULL));
    assert_int_equal(t.anomalies, HW_LIST_REFUSALS_SAID);
    hw_told_done(&t);
    hw_list_build_done(&b);
}

static void over_long_lines_are_refused_and_the_rest_is_read(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    char *big = malloc(HW_LIST_LINE_BYTES + 2);
    (void)state;
    assert_non_null(big);
    memset(big, 'a', HW_LIST_LINE_BYTES + 1);
    big[HW_LIST_LINE_BYTES + 1] = '\0';
    hw_list_build_init(&b, ',', false, false);
    hw_list_build_line(&b, "evil.example.com");
    hw_list_build_line(&b, "evil.example.net");
    hw_list_build_line(&b, big);
    hw_list_build_line(&b, "evil.example.org");
    read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
    assert_true(hw_told_has(&t, "entries=3", "refused=1", NULL));
    assert_true(hw_told_has(&t, "line 3", "over 64 KiB", NULL));
    assert_true(hw_told_has(&t, "line=4", "\"evil.example.org\"", NULL));
    hw_told_done(&t);
    hw_list_build_done(&b);
    free(big);
}

static void more_than_a_thousand_fields_refuse_their_row(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    (void)state;
    hw_list_build_init(&b, ',', false, false);
    hw_list_build_row(&b, "type", "value", NULL);
    hw_list_build_row(&b, "domain", "evil.example.com", NULL);
    hw_buf_str(&b.out, "domain,evil.example.net");
    for (unsigned i = 0; i < HW_CSV_FIELDS_MAX; i++) {
        hw_buf_char(&b.out, ',');
    }
    hw_list_build_line(&b, "");
    read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
    assert_true(hw_told_has(&t, "entries=1", "refused=1", NULL));
    assert_true(hw_told_has(&t, "line 3", "1,024 fields", NULL));
    hw_told_done(&t);
    hw_list_build_done(&b);
}

static void a_row_that_multiplies_is_stopped_and_said(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    (void)state;
    hw_list_build_init(&b, ',', false, false);
    for (unsigned row = 0; row < 2; row++) {
        for (unsigned i = 0; i < 1000; i++) {
            hw_buf_str(&b.out, row == 0 ? "package_name," : "a,");
        }
        hw_buf_str(&b.out, row == 0 ? "package_versions\n" : "\"");
    }
    for (unsigned i = 0; i < 1000; i++) {
        hw_buf_str(&b.out, "1 ");
    }
    hw_list_build_line(&b, "\"");
    hw_list_build_line(&b, "b,");
    hw_list_build_line(&b, "c,");
    read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
    assert_true(hw_told_has(&t, "line 2", "4,096 values", NULL));
    assert_true(hw_told_has(&t, "knowledge", "entries=4098", "refused=1", NULL));
    hw_told_done(&t);
    hw_list_build_done(&b);
}

static void spent_fuel_is_a_refusal_and_no_silence(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    struct hw_limits limits = {.items = 1500};
    (void)state;
    hw_list_build_init(&b, ',', false, false);
    hw_list_build_row(&b, "type", "value", NULL);
    for (unsigned i = 0; i < 3000; i++) {
        hw_list_build_row(&b, "domain", "evil.example.com", NULL);
    }
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, b.out.p, b.out.n, &limits);
    assert_int_equal(t.worst, HW_REFUSED);
    assert_true(hw_told_has(&t, "rule=over-budget", NULL));
    hw_told_done(&t);
    hw_list_build_done(&b);
}

static void more_than_one_input_may_say_ends_the_reading_and_says_so(void **state)
{
    struct hw_list_build b;
    struct hw_told t;
    (void)state;
    hw_list_build_init(&b, ',', false, false);
    /* The heading is the label of every line: a small file with much to say. */
    hw_buf_str(&b.out, "# ");
    for (unsigned i = 0; i < 2000; i++) {
        hw_buf_char(&b.out, 'x');
    }
    hw_list_build_line(&b, "");
    for (unsigned i = 0; i < 140000; i++) {
        hw_list_build_line(&b, "evil.co");
    }
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    t.quiet = true;
    hw_told_examine(&t, b.out.p, b.out.n, NULL);
    assert_int_equal(t.worst, HW_REFUSED);
    assert_in_range(t.facts, 120000, 139000);
    assert_int_equal(t.anomalies, 1);
    hw_told_done(&t);
    hw_list_build_done(&b);
}

static void the_same_bytes_give_the_same_facts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HW_LIST_SAMPLE_COUNT; i++) {
        struct hw_told a, b;
        read_sample(&a, HW_READ_KNOWLEDGE, (enum hw_list_sample)i);
        read_sample(&b, HW_READ_KNOWLEDGE, (enum hw_list_sample)i);
        assert_int_equal(a.lines.n, b.lines.n);
        assert_memory_equal(a.lines.p, b.lines.p, a.lines.n);
        hw_told_done(&a);
        hw_told_done(&b);
    }
}

/* Cut anywhere or changed anyhow, a list must not crash; where its last value is cut it says less.
 */
static bool parse(const uint8_t *p, size_t n, void *state)
{
    const char *want = state;
    struct hw_told t;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, p, n, NULL);
    bool sound = hw_told_has(&t, want, NULL) && t.anomalies == 0;
    hw_told_done(&t);
    return sound;
}

static void lists_survive_being_cut_and_changed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HW_LIST_SAMPLE_COUNT; i++) {
        struct hw_list_build b;
        struct hw_told t;
        char want[64];
        hw_list_build_sample(&b, (enum hw_list_sample)i);
        read_as(&t, HW_READ_KNOWLEDGE, hw_buf_span(&b.out));
        (void)snprintf(want, sizeof want, "entries=%zu refused=0", count_said(&t));
        hw_told_done(&t);
        assert_true(parse(b.out.p, b.out.n, want));
        hw_sweep_truncate(b.out.p, b.out.n, parse, want);
        hw_sweep_mutate(b.out.p, b.out.n, 300, 7 + i, parse, want);
        hw_list_build_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_that_speak_of_badness_are_taken_unasked_and_no_others),
        cmocka_unit_test(a_packed_list_is_knowledge_only_when_somebody_says_so),
        cmocka_unit_test(typed_rows_say_kind_role_label_and_source),
        cmocka_unit_test(three_digests_in_one_field_are_three_indicators_of_one_line),
        cmocka_unit_test(digests_are_split_at_whatever_stands_between_them),
        cmocka_unit_test(marks_bom_and_windows_line_ends_are_undone),
        cmocka_unit_test(columns_by_kind_are_read_and_certificate_rows_known),
        cmocka_unit_test(first_and_last_seen_become_from_and_until),
        cmocka_unit_test(package_versions_are_split_and_prose_is_kept_unmatched),
        cmocka_unit_test(pairs_of_types_are_split_and_to_ids_says_context),
        cmocka_unit_test(loki_lists_give_scores_headings_and_programs),
        cmocka_unit_test(names_of_files_are_weighed_by_their_score_and_refused_by_name),
        cmocka_unit_test(checksum_files_are_no_feed_unless_somebody_says_so),
        cmocka_unit_test(what_is_no_list_stays_text_even_when_somebody_says_so),
        cmocka_unit_test(lines_not_understood_are_said_with_line_offset_and_reason),
        cmocka_unit_test(a_row_is_refused_once_however_many_values_are_bad),
        cmocka_unit_test(refusals_are_listed_up_to_a_thousand_and_all_counted),
        cmocka_unit_test(over_long_lines_are_refused_and_the_rest_is_read),
        cmocka_unit_test(more_than_a_thousand_fields_refuse_their_row),
        cmocka_unit_test(a_row_that_multiplies_is_stopped_and_said),
        cmocka_unit_test(spent_fuel_is_a_refusal_and_no_silence),
        cmocka_unit_test(more_than_one_input_may_say_ends_the_reading_and_says_so),
        cmocka_unit_test(the_same_bytes_give_the_same_facts),
        cmocka_unit_test(lists_survive_being_cut_and_changed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
