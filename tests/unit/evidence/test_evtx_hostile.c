/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evtx_kit.h"

/* ---- damage ---- */

static void evtx_bad_record_loses_itself_only(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_cleared(&b, "One", true);
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 2);
    assert_true(hw_told_has(&r.told, "rule=line-refused", "record 2: it ", NULL));
    assert_true(hw_told_has(&r.told, "lost node=0", "what=damaged", "count=1", NULL));
    assert_int_equal(hw_told_count(&r.told, "what=overwritten"), 0);
    assert_int_equal(r.told.worst, HW_BROKEN);
}

static void evtx_many_bad_records_do_not_stop_the_reading(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        build_evtx_cleared(&b, "One", i % 3 == 0);
    }
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 200);
    assert_true(has("key=records.bad number=100"));
    assert_int_equal(r.told.worst, HW_BROKEN);
}

static void evtx_overwritten_page_loses_what_lay_in_it_only(void **state)
{
    (void)state;
    honest(40);
    size_t size = 0, hit = 4096 + 8192;
    memset(b.file.p + hit, 0, 4096);
    read_log();
    size = records();
    assert_true(size > 50 && size < 80);
    assert_true(has("rule=bad-checksum"));
    assert_true(hw_told_has(&r.told, "lost node=0", "what=damaged", "first=", NULL));
    assert_false(has("what=overwritten")); /* they are known to have been there */
    assert_true(has("no record is where one should be"));
    assert_true(has("/11 number=80 "));
}

static void evtx_damaged_chunk_header_is_tried_anyway(void **state)
{
    (void)state;
    honest(200);
    memset(b.file.p + 4096 + 65536, 0xee, 64);
    read_log();
    assert_int_equal(records(), 400);
    assert_true(hw_told_has(&r.told, "rule=bad-magic off=69632", "records were found in it", NULL));
}

static void evtx_damaged_file_header_is_told_and_the_chunks_are_read(void **state)
{
    (void)state;
    honest(10);
    memset(b.file.p, 0, 128);
    read_log();
    assert_int_equal(records(), 20);
    assert_true(has("rule=bad-magic off=0"));
    again();
    honest(10);
    read_bytes(b.file.p + 4096, b.file.n - 4096);
    assert_int_equal(records(), 20);
    assert_true(has("rule=bad-header"));
}

static void evtx_bad_checksums_are_told_and_lose_nothing(void **state)
{
    (void)state;
    honest(10);
    b.file.p[4096 + 52] ^= 1;
    b.file.p[124] ^= 1;
    read_log();
    assert_int_equal(records(), 20);
    assert_int_equal(hw_told_count(&r.told, "rule=bad-checksum"), 3);
    assert_int_equal(r.told.worst, HW_ODD);
}

static void evtx_chunks_behind_the_stated_ones_are_read_and_told(void **state)
{
    (void)state;
    honest(200);
    assert_true(b.chunks >= 2);
    b.file.p[42] = 1;
    build_evtx_seal(&b.file);
    read_log();
    assert_int_equal(records(), 400);
    assert_true(hw_told_has(&r.told, "rule=bad-count", "behind the 1 chunks", NULL));
}

static void evtx_dirty_log_is_told_and_its_newest_records_are_read(void **state)
{
    (void)state;
    honest(10);
    build_evtx_finish(&b, 1);
    /* As if the chunk's header had been written back before the last records came. */
    b.file.p[4096 + 48] = 0;
    b.file.p[4096 + 49] = 0x06;
    read_log();
    assert_int_equal(records(), 20);
    assert_true(hw_told_has(&r.told, "lost node=0", "what=dirty", NULL));
}

static void evtx_old_records_in_the_slack_are_left_alone(void **state)
{
    (void)state;
    honest(10);
    /* The numbers of what lies behind the free space do not go on from those before it. */
    size_t at = 4096 + 512;
    for (unsigned i = 0; i < 10; i++) {
        at += b.file.p[at + 4] | (size_t)b.file.p[at + 5] << 8;
    }
    b.file.p[4096 + 48] = (uint8_t)((at - 4096) & 0xff);
    b.file.p[4096 + 49] = (uint8_t)((at - 4096) >> 8);
    b.file.p[4096 + 32] = 10;
    b.file.p[at + 8] = 77;
    build_evtx_seal(&b.file);
    read_log();
    assert_int_equal(records(), 10);
    assert_int_equal(r.told.worst, HW_SOUND);
}

static void evtx_leaps_in_the_numbers_are_told(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    b.next_id = 100;
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_true(hw_told_has(&r.told, "lost node=0", "what=overwritten", "count=98", "first=2",
                            "last=99", NULL));
}

static void evtx_circular_log_has_no_gap_where_it_wraps(void **state)
{
    (void)state;
    b.next_id = 1001;
    build_evtx_cleared(&b, "One", false);
    build_evtx_cleared(&b, "One", false);
    build_evtx_end_chunk(&b);
    b.next_id = 999;
    build_evtx_cleared(&b, "One", false);
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 4);
    assert_int_equal(r.lost, 0);
    assert_int_equal(r.told.anomalies, 0);
}

static void evtx_numbers_that_come_twice_are_told(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_end_chunk(&b);
    b.next_id = 1;
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 2);
    assert_true(has("rule=duplicate"));
}

static void evtx_cut_log_keeps_what_is_before_the_cut(void **state)
{
    (void)state;
    honest(10);
    read_bytes(b.file.p, 4096 + 4000);
    assert_true(records() > 1 && records() < 20);
    assert_true(hw_told_has(&r.told, "lost node=0", "what=truncated", NULL));
    assert_int_equal(r.told.worst, HW_BROKEN);
}

static void evtx_chunk_that_slipped_by_a_sector_is_found(void **state)
{
    (void)state;
    honest(200);
    uint8_t *p = calloc(1, b.file.n + 1024);
    assert_non_null(p);
    memcpy(p, b.file.p, 4096);
    memcpy(p + 4096 + 1024, b.file.p + 4096, b.file.n - 4096);
    read_bytes(p, b.file.n + 1024);
    free(p);
    assert_int_equal(records(), 400);
    assert_true(has("rule=bad-alignment off=5120"));
}

static void evtx_chunk_that_lost_sectors_does_not_take_the_next_one_along(void **state)
{
    (void)state;
    honest(200);
    size_t gone = 4096 + 20480, more = 4096 + 65536;
    memmove(b.file.p + gone, b.file.p + gone + 1024, b.file.n - gone - 1024);
    read_bytes(b.file.p, b.file.n - 1024);
    assert_true(records() > 390 && records() < 400);
    assert_true(has("rule=bad-alignment off=68608"));
    assert_int_equal(more - 1024, 68608);
    assert_true(hw_told_has(&r.told, "what=damaged", "count=", "first=", NULL));
    assert_false(has("what=truncated"));
    assert_true(has("/11 number=400 "));
}

static void evtx_inner_id_is_the_number_and_exports_are_marked(void **state)
{
    (void)state;
    honest(2);
    b.file.p[4096 + 512 + 8] = 55; /* the frame's id: 55, then 2 to 4 */
    b.file.p[4096 + 24] = 55;
    build_evtx_seal(&b.file);
    read_log();
    assert_int_equal(records(), 4);
    assert_true(has("/1 number=1 off=4608"));
    assert_true(has("key=evtx.renumbered number=1"));
}

/* ---- hostile logs ---- */

static void evtx_template_that_lies_outside_is_the_records_loss(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    /* The second record's instance points at its template by number. */
    size_t off_at = b.values_at - 4;
    for (unsigned i = 0; i < 4; i++) {
        b.file.p[off_at + i] = 0xf0;
        b.file.p[off_at - 4 + i] = 0x55; /* nor is there another of its number */
    }
    build_evtx_seal(&b.file);
    read_log();
    assert_int_equal(records(), 1);
    assert_true(hw_told_has(&r.told, "rule=line-refused", "outside of the chunk", NULL));
}

static void write_self(struct build_evtx *e, const void *state)
{
    (void)state;
    be_open(e, "A", false);
    be_end_start(e);
    be_token(e, 0x0c);
    be_token(e, 1);
    hw_buf_u32le(&e->file, 5);
    hw_buf_u32le(&e->file, 512 + 24 + 14); /* this very template */
    hw_buf_u32le(&e->file, 0);
    be_end(e);
}

static void evtx_torn_template_is_borrowed_from_another_chunk(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_end_chunk(&b);
    build_evtx_cleared(&b, "One", false);
    size_t at = b.template_at + 60;
    build_evtx_cleared(&b, "Two", false);
    build_evtx_finish(&b, 0);
    memset(b.file.p + at, 0, 40);
    build_evtx_seal(&b.file);
    read_log();
    assert_int_equal(records(), 3);
    assert_true(has("windows/Two/104 number=3 "));
    assert_true(hw_told_has(&r.told, "rule=bad-offset", "2 templates of records", NULL));
    again();
    build_evtx_cleared(&b, "One", false);
    at = b.template_at + 60;
    build_evtx_finish(&b, 0);
    memset(b.file.p + at, 0, 40);
    build_evtx_seal(&b.file);
    read_log(); /* nobody to borrow from */
    assert_int_equal(records(), 0);
    assert_true(has("rule=line-refused"));
}

static void evtx_template_within_itself_is_refused(void **state)
{
    (void)state;
    build_evtx_record(&b);
    be_instance(&b, 5, write_self, NULL);
    be_values(&b, NULL, 0, NULL, NULL);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 0);
    assert_true(has("a template stands within a template"));
}

static void write_nest(struct build_evtx *e, const void *state)
{
    (void)state;
    be_open(e, "A", false);
    be_end_start(e);
    be_substitution(e, 0, 0x21, true);
    be_substitution(e, 1, 0x01, true);
    be_end(e);
}

static void write_deeper(struct build_evtx *e, const void *state)
{
    const unsigned *left = state;
    unsigned next = *left - 1;
    be_instance(e, 6, write_nest, NULL);
    be_values(e, NULL, 0, *left == 0 ? NULL : write_deeper, &next);
}

static void nested(unsigned depth)
{
    build_evtx_record(&b);
    write_deeper(&b, &depth);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
}

static void evtx_binary_xml_in_itself_ends_at_a_depth(void **state)
{
    (void)state;
    nested(8);
    assert_int_equal(records(), 1);
    again();
    nested(9);
    assert_int_equal(records(), 0);
    assert_true(has("goes too deep"));
    again();
    nested(60);
    assert_int_equal(records(), 0);
    assert_true(has("goes too deep"));
}

static void write_many(struct build_evtx *e, const void *state)
{
    const unsigned *count = state;
    be_open(e, "A", false);
    be_end_start(e);
    for (unsigned i = 0; i < *count; i++) {
        be_leaf(e, "B", 0, 0x01);
    }
    be_end(e);
}

static void many(unsigned count)
{
    struct build_evtx_value v = text("x");
    again();
    build_evtx_record(&b);
    be_instance(&b, 7, write_many, &count);
    be_values(&b, &v, 1, NULL, NULL);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
}

static void evtx_as_many_values_as_a_record_may_have(void **state)
{
    (void)state;
    many(2048);
    assert_int_equal(records(), 1);
    assert_true(has(" B2048=\"x\""));
    many(2049);
    assert_int_equal(records(), 0);
    assert_true(has("more places for values than a record may have"));
}

static void evtx_count_of_65535_values_that_are_not_there_is_refused(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    for (unsigned i = 0; i < 4; i++) {
        b.file.p[b.values_at + i] = i < 2 ? 0xff : 0;
        read_log();
        assert_int_equal(records(), 0);
        assert_true(has("states more values than it holds") || has("longer than the record"));
    }
}

static void evtx_thousands_of_values_that_are_there_are_read(void **state)
{
    (void)state;
    static struct build_evtx_value v[12000];
    static const uint8_t one = 1;
    for (size_t i = 0; i < 12000; i++) {
        v[i] = (struct build_evtx_value){0x04, &one, 1};
    }
    v[0] = text("x");
    unsigned count = 3;
    build_evtx_record(&b);
    be_instance(&b, 7, write_many, &count);
    be_values(&b, v, 12000, NULL, NULL);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 1);
    assert_true(has(" B=\"x\" B2=\"x\" B3=\"x\""));
}

static void write_fan(struct build_evtx *e, const void *state)
{
    (void)state;
    be_open(e, "A", false);
    be_end_start(e);
    for (unsigned i = 0; i < 40; i++) {
        be_substitution(e, 0, 0x21, true);
    }
    be_end(e);
}

static void write_fan_deeper(struct build_evtx *e, const void *state)
{
    const unsigned *left = state;
    unsigned next = *left - 1;
    be_instance(e, 8, write_fan, NULL);
    be_values(e, NULL, 0, *left == 0 ? NULL : write_fan_deeper, &next);
}

/* 40 to the power of 8 runs of one template, from a record of a few hundred bytes. */
static void evtx_values_that_multiply_themselves_end_the_chunks_work(void **state)
{
    (void)state;
    unsigned depth = 8;
    build_evtx_record(&b);
    write_fan_deeper(&b, &depth);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 0);
    assert_true(has("more work than an honest one could"));
}

/* Each record finds a template of its own a few bytes further on, all of them nearly as long as
 * the chunk: compiling all of them whole would be 2,000 times the chunk. */
static void evtx_overlapping_templates_end_the_chunks_work(void **state)
{
    (void)state;
    unsigned count = 900;
    struct build_evtx_value v = text("x");
    build_evtx_record(&b);
    be_instance(&b, 7, write_many, &count);
    be_values(&b, &v, 1, NULL, NULL);
    build_evtx_record_end(&b);
    uint32_t at = b.templates[0].off;
    for (unsigned i = 0; i < 400; i++) {
        b.templates[0].off = at + i;
        build_evtx_record(&b);
        be_instance(&b, 7, write_many, &count);
        be_values(&b, &v, 1, NULL, NULL);
        build_evtx_record_end(&b);
    }
    build_evtx_finish(&b, 0);
    /* So that the other templates are long as well. */
    memset(b.file.p + 4096 + at + 30, 0x0f, 300);
    build_evtx_seal(&b.file);
    read_log();
    assert_true(r.told.anomalies > 300);
    assert_int_equal(r.told.worst, HW_BROKEN);
}

static void evtx_values_longer_than_a_record_may_be_are_cut_and_told(void **state)
{
    (void)state;
    static uint8_t long_text[58000];
    static const char *const names[] = {"V"};
    for (size_t i = 0; i < sizeof long_text; i += 2) {
        long_text[i + 1] = 0x4e; /* three bytes each in UTF-8 */
    }
    struct build_evtx_value v = {0x01, long_text, sizeof long_text};
    build_evtx_event(&b, "P", 7, names, &v, 1);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 1);
    assert_true(hw_told_has(&r.told, "rule=bad-size", "cut", NULL));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, evtx_begin, evtx_end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(evtx_bad_record_loses_itself_only),
        CASE(evtx_many_bad_records_do_not_stop_the_reading),
        CASE(evtx_overwritten_page_loses_what_lay_in_it_only),
        CASE(evtx_damaged_chunk_header_is_tried_anyway),
        CASE(evtx_damaged_file_header_is_told_and_the_chunks_are_read),
        CASE(evtx_bad_checksums_are_told_and_lose_nothing),
        CASE(evtx_chunks_behind_the_stated_ones_are_read_and_told),
        CASE(evtx_dirty_log_is_told_and_its_newest_records_are_read),
        CASE(evtx_old_records_in_the_slack_are_left_alone),
        CASE(evtx_leaps_in_the_numbers_are_told),
        CASE(evtx_circular_log_has_no_gap_where_it_wraps),
        CASE(evtx_numbers_that_come_twice_are_told),
        CASE(evtx_cut_log_keeps_what_is_before_the_cut),
        CASE(evtx_chunk_that_slipped_by_a_sector_is_found),
        CASE(evtx_chunk_that_lost_sectors_does_not_take_the_next_one_along),
        CASE(evtx_inner_id_is_the_number_and_exports_are_marked),
        CASE(evtx_template_that_lies_outside_is_the_records_loss),
        CASE(evtx_torn_template_is_borrowed_from_another_chunk),
        CASE(evtx_template_within_itself_is_refused),
        CASE(evtx_binary_xml_in_itself_ends_at_a_depth),
        CASE(evtx_as_many_values_as_a_record_may_have),
        CASE(evtx_count_of_65535_values_that_are_not_there_is_refused),
        CASE(evtx_thousands_of_values_that_are_there_are_read),
        CASE(evtx_values_that_multiply_themselves_end_the_chunks_work),
        CASE(evtx_overlapping_templates_end_the_chunks_work),
        CASE(evtx_values_longer_than_a_record_may_be_are_cut_and_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("evtx_hostile", tests, NULL, NULL);
}
