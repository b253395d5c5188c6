/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/browser_chromium.c -- Chromium's "History".
 *
 * components/history/core/browser/{download,url,visit}_database.cc of Chromium.
 *
 *   downloads             one row a download: target_path, start_time, referrer, tab_url, hash, ...
 *   downloads_url_chains  id (of the download), chain_index, url: each redirect, the last the file
 *   urls, visits          visits.url is the id of a row of urls
 *
 * Times are microseconds since 1601, UTC; 0 is "never".
 */
#include "evidence/telemetry/browser.h"

#include "base/text.h"

static void read_chains(struct hw_browser *b)
{
    struct hw_sqlite_table chains;
    struct hw_sqlite_rows rows;
    b->texts.count = 0;
    if (!hw_sqlite_table(&b->db, "downloads_url_chains", &chains)) {
        return;
    }
    size_t id = hw_sqlite_column(&chains, "id"), url = hw_sqlite_column(&chains, "url");
    size_t order = hw_sqlite_column(&chains, "chain_index");
    hw_sqlite_rows_init(&rows, &b->db, &chains);
    while (hw_records_going(&b->out) && !b->texts.full && hw_sqlite_rows_next(&rows, &b->row)) {
        hw_browser_keep(b, hw_sqlite_value(&b->row, id)->integer,
                        hw_sqlite_value(&b->row, order)->integer,
                        hw_sqlite_value(&b->row, url)->bytes);
    }
    hw_browser_sort(b);
}

/* The last address, which is the file's, and all of them in order. */
static void say_chain(struct hw_browser *b, int64_t id)
{
    size_t i = hw_browser_find(b, id), from = b->say.scratch.n;
    struct hw_span last = {NULL, 0};
    for (; i < b->texts.count && b->texts.p[i].id == id; i++) {
        last = b->texts.p[i].text;
        hw_buf_str(&b->say.scratch, b->say.scratch.n > from ? " " : "");
        hw_buf_span_put(&b->say.scratch, last);
    }
    hw_sqlite_say_text(&b->say, HW_SPAN_LIT("url"), last);
    if (last.p == NULL) {
        hw_sqlite_say_text(&b->say, HW_SPAN_LIT("url_chain"), last);
    } else {
        hw_sqlite_say_scratch(&b->say, HW_SPAN_LIT("url_chain"), from);
    }
}

static void read_downloads(struct hw_browser *b)
{
    struct hw_sqlite_table downloads;
    struct hw_sqlite_rows rows;
    if (!hw_sqlite_table(&b->db, "downloads", &downloads)) {
        return;
    }
    size_t when = hw_sqlite_column(&downloads, "start_time");
    bool has_url = hw_sqlite_column(&downloads, "url") != SIZE_MAX; /* before there were chains */
    hw_sqlite_rows_init(&rows, &b->db, &downloads);
    while (hw_records_going(&b->out) && hw_sqlite_rows_next(&rows, &b->row)) {
        hw_sqlite_say_begin(&b->say);
        hw_sqlite_say_row(&b->say, &downloads, &b->row, NULL, NULL);
        if (!has_url) {
            say_chain(b, b->row.rowid);
        }
        hw_sqlite_say_put(&b->say, HW_SPAN_LIT("chromium"), HW_SPAN_LIT("download"), &downloads,
                          &b->row, when);
    }
}

void hw_browser_chromium(struct hw_browser *b)
{
    static const char *const names[] = {"url", "title", "visit_count", "typed_count", NULL};
    read_chains(b);
    read_downloads(b);
    hw_browser_visits(b, &(struct hw_browser_visits){.log = HW_SPAN_LIT("chromium"),
                                                     .visits = "visits",
                                                     .places = "urls",
                                                     .key = "url",
                                                     .key_as = "urls.id",
                                                     .when = "visit_time",
                                                     .names = names});
}
