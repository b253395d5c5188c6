/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_browser.h"
#include "build_sqlite.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void browser_chromium_downloads_and_visits_are_kept(void **state)
{
    static const char *const pragmas[] = {"", "PRAGMA page_size=512", "PRAGMA encoding='UTF-16le'"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        build_browser_chromium(&b, pragmas[i], "");
        read_it();
        assert_int_equal(t.told.anomalies, 0);
        assert_int_equal(t.told.worst, 0);
        assert_int_equal(t.records, 4);
        HAS("artifact node=0", "format=browser");
        HAS("browser/chromium/download number=7 ",
            "time=2023-03-10T17:00:02.250001Z clock=1 digits=6",
            "id=\"7\" guid=\"6b1f\" current_path=\"C:\\\\Users\\\\j\\\\Downloads\\\\a.tmp\" "
            "target_path=\"C:\\\\Users\\\\j\\\\Downloads\\\\setup.exe\" "
            "start_time=\"2023-03-10T17:00:02.250001Z\" received_bytes=\"1234\" "
            "total_bytes=\"1234\"",
            "hash=\"00aabb\" end_time=\"2023-03-10T17:00:03Z\" opened=\"1\" last_access_time=\"0\"",
            "referrer=\"https://www.example.com/get\"", "mime_type=\"application/x-msdownload\"",
            " url=\"https://cdn.example.com/setup.exe\" url_chain=\"https://www.example.com/dl "
            "http://r.example.org/?u=1 https://cdn.example.com/setup.exe\"");
        HAS("browser/chromium/download number=8 ", "target_path=\"/home/j/b.zip\"",
            "by_ext_id=\"abcdef\" by_ext_name=\"Helper\"", " url=\"https://example.net/b.zip\"");
        HAS("browser/chromium/visit number=10 ", "time=2023-03-10T17:00:00Z", "urls.id=\"1\"",
            " url=\"https://www.example.com/\" title=\"Example\" visit_count=\"3\"");
        HAS("browser/chromium/visit number=11 ", "time=2023-03-10T17:00:01.5", "from_visit=\"10\"",
            "transition=\"805306368\"", " url=\"https://www.example.com/get\"",
            "from_url=\"https://www.example.com/\"");
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void browser_firefox_downloads_and_visits_are_kept(void **state)
{
    (void)state;
    build_browser_firefox(&b, "PRAGMA page_size=32768", "");
    read_it();
    assert_int_equal(t.told.anomalies, 0);
    assert_int_equal(t.records, 3);
    HAS("browser/firefox/download number=1 ", "time=2023-03-10T17:00:02Z clock=1 digits=6",
        "place_id=\"2\" anno_attribute_id=\"3\" "
        "destinationFileURI=\"file:///C:/Users/j/Downloads/setup%201.exe\"",
        "target_path=\"C:/Users/j/Downloads/setup 1.exe\" "
        "url=\"https://cdn.example.com/setup%201.exe\" title=\"setup 1.exe\"",
        "state=\"1\" endTime=\"2023-03-10T17:00:05.250Z\" fileSize=\"1234\"");
    HAS("browser/firefox/visit number=20 ", "time=2023-03-10T17:00:00Z",
        " url=\"https://www.example.com/\" title=\"Example\" visit_count=\"2\" typed=\"1\"");
    HAS("browser/firefox/visit number=21 ", "visit_type=\"7\"",
        " url=\"https://cdn.example.com/setup%201.exe\"", "from_url=\"https://www.example.com/\"");
}

static void browser_older_and_bare_tables_are_read(void **state)
{
    (void)state;
    build_sqlite(&b, "",
                 "CREATE TABLE urls(id INTEGER PRIMARY KEY,url,title);"
                 "CREATE TABLE visits(id INTEGER PRIMARY KEY,url,visit_time);"
                 "CREATE TABLE downloads(id INTEGER PRIMARY KEY,full_path,url,start_time);"
                 "INSERT INTO downloads VALUES(1,'/a','https://example.com/a',13322941200000000);"
                 "INSERT INTO visits VALUES(1,99,-9223372036854775807)");
    read_it();
    HAS("browser/chromium/download number=1 ",
        "full_path=\"/a\" url=\"https://example.com/a\" start_time=\"2023-03-10T17:00:00Z\"");
    /* A place that is not there, and a moment that is none. */
    HAS("browser/chromium/visit number=1 ", "time=unknown clock=0 digits=0 id=\"1\" urls.id=\"99\" "
                                            "visit_time=\"-9223372036854775807\"");
    assert_int_equal(t.told.anomalies, 0);
}

static void browser_wal_is_told(void **state)
{
    (void)state;
    build_browser_chromium(&b, "", "");
    b.p[18] = b.p[19] = 2;
    read_it();
    HAS("lost ", "what=dirty", "a -wal beside it may hold newer rows");
    assert_int_equal(t.records, 4);
}

static void browser_is_no_other_database(void **state)
{
    (void)state;
    build_sqlite(&b, "", "CREATE TABLE urls(id); CREATE TABLE downloads(id)");
    read_it();
    assert_int_equal(hw_told_count(&t.told, "format=browser"), 0);
}

static void browser_long_values_and_many_redirects_are_bounded(void **state)
{
    (void)state;
    build_browser_chromium(
        &b, "PRAGMA page_size=512",
        "UPDATE urls SET url=printf('data:%.*c', 300000, 'x') WHERE id=1;"
        "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i+1 FROM n WHERE i<3000)"
        " INSERT INTO downloads_url_chains SELECT 7, i, printf('https://example.com/%.*c',400,'y')"
        " FROM n;"
        "UPDATE downloads SET tab_url=printf('%.*c', 2000000, 'z') WHERE id=8;");
    read_it();
    HAS("browser/chromium/download number=7 ");
    HAS("rule=bad-size", "record 7 is longer than a record may be");
    HAS("rule=truncated", "row 8 is not whole, or longer than is read");
    HAS("browser/chromium/download number=8 ", " url=\"https://example.net/b.zip\"");
    assert_int_equal(t.records, 4);
}

static void browser_damaged_pages_are_told_and_the_rest_counts(void **state)
{
    (void)state;
    build_browser_chromium(&b, "PRAGMA page_size=512",
                           "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i+1 FROM n WHERE "
                           "i<400) INSERT INTO visits SELECT i,1,i,0,0,0,0 FROM n;");
    memset(b.p + b.n - 1024, 0xff, 512);
    read_it();
    HAS("lost ", "what=damaged");
    HAS("browser/chromium/download number=7 ");
    assert_true(t.records > 100);
}

static void browser_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_browser_chromium(&b, "PRAGMA page_size=512", "");
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 3000, 41, hw_told_sound, NULL);
    hw_buf_clear(&b);
    build_browser_firefox(&b, "PRAGMA page_size=512", "");
    hw_sweep_mutate(b.p, b.n, 3000, 43, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(browser_chromium_downloads_and_visits_are_kept),
        CASE(browser_firefox_downloads_and_visits_are_kept),
        CASE(browser_older_and_bare_tables_are_read),
        CASE(browser_wal_is_told),
        CASE(browser_is_no_other_database),
        CASE(browser_long_values_and_many_redirects_are_bounded),
        CASE(browser_damaged_pages_are_told_and_the_rest_counts),
        CASE(browser_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("browser", tests, NULL, NULL);
}
