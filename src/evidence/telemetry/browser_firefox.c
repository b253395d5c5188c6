/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/browser_firefox.c -- Firefox's "places.sqlite".
 *
 * toolkit/components/places/nsPlacesTables.h; toolkit/components/downloads/DownloadHistory.sys.mjs.
 *
 *   moz_places           id, url, title, ...
 *   moz_historyvisits    place_id, from_visit, visit_date, visit_type (7: a download)
 *   moz_anno_attributes  id, name
 *   moz_annos            place_id, anno_attribute_id, content, dateAdded: a download is the note
 *                        "downloads/destinationFileURI" on its address, and "downloads/metaData",
 *                        a JSON object with state, endTime (ms since 1970) and fileSize
 *
 * Times are microseconds since 1970, UTC.
 */
#include "evidence/telemetry/browser.h"

#include "base/text.h"
#include "evidence/json.h"

struct annos {
    struct hw_sqlite_table annos, places;
    size_t place, attribute, content;
    int64_t file, meta; /* ids of the two notes */
};

static bool find_attributes(struct hw_browser *b, struct annos *a)
{
    struct hw_sqlite_table t;
    struct hw_sqlite_rows rows;
    a->file = a->meta = -1;
    if (!hw_sqlite_table(&b->db, "moz_anno_attributes", &t) ||
        !hw_sqlite_table(&b->db, "moz_annos", &a->annos) ||
        !hw_sqlite_table(&b->db, "moz_places", &a->places)) {
        return false;
    }
    size_t name = hw_sqlite_column(&t, "name");
    hw_sqlite_rows_init(&rows, &b->db, &t);
    while (hw_records_going(&b->out) && hw_sqlite_rows_next(&rows, &b->row)) {
        struct hw_span s = hw_sqlite_value(&b->row, name)->bytes;
        a->file = hw_span_is(s, "downloads/destinationFileURI") ? b->row.rowid : a->file;
        a->meta = hw_span_is(s, "downloads/metaData") ? b->row.rowid : a->meta;
    }
    a->place = hw_sqlite_column(&a->annos, "place_id");
    a->attribute = hw_sqlite_column(&a->annos, "anno_attribute_id");
    a->content = hw_sqlite_column(&a->annos, "content");
    return a->file >= 0;
}

static bool is_note(const struct hw_browser *b, const struct annos *a, int64_t which)
{
    const struct hw_sqlite_value *v = hw_sqlite_value(&b->row, a->attribute);
    return v->type == HW_SQLITE_INTEGER && v->integer == which;
}

static void read_meta(struct hw_browser *b, const struct annos *a)
{
    struct hw_sqlite_rows rows;
    b->texts.count = 0;
    hw_sqlite_rows_init(&rows, &b->db, &a->annos);
    while (hw_records_going(&b->out) && !b->texts.full && hw_sqlite_rows_next(&rows, &b->row)) {
        if (is_note(b, a, a->meta)) {
            hw_browser_keep(b, hw_sqlite_value(&b->row, a->place)->integer, b->row.rowid,
                            hw_sqlite_value(&b->row, a->content)->bytes);
        }
    }
    hw_browser_sort(b);
}

static void say_number(struct hw_browser *b, const json_t *root, const char *key)
{
    const json_t *v = json_object_get(root, key);
    struct hw_sqlite_value as = {.type = HW_SQLITE_ABSENT};
    if (json_is_integer(v)) {
        as = (struct hw_sqlite_value){.type = HW_SQLITE_INTEGER, .integer = json_integer_value(v)};
    }
    hw_sqlite_say_value(&b->say, hw_span_str(key), &as);
}

/* The last note there is on this address. */
static void say_meta(struct hw_browser *b, int64_t place)
{
    struct hw_json j;
    size_t i = hw_browser_find(b, place);
    struct hw_span text = {NULL, 0};
    for (; i < b->texts.count && b->texts.p[i].id == place; i++) {
        text = b->texts.p[i].text;
    }
    hw_sqlite_say_text(&b->say, HW_SPAN_LIT("metaData"), text);
    hw_json_init(b->x, text, 0, &j);
    say_number(b, j.root, "state");
    say_number(b, j.root, "endTime");
    say_number(b, j.root, "fileSize");
    hw_json_done(b->x, &j);
}

/* A file: URI as a path: escapes undone, and no slash before a drive. */
static void say_path(struct hw_browser *b, struct hw_span uri)
{
    size_t from = b->say.scratch.n;
    if (!hw_span_starts(uri, "file://")) {
        hw_sqlite_say_text(&b->say, HW_SPAN_LIT("target_path"), (struct hw_span){NULL, 0});
        return;
    }
    struct hw_span s = hw_span_from(uri, 7);
    if (s.n > 2 && s.p[0] == '/' && hw_ascii_is_alpha(s.p[1]) && s.p[2] == ':') {
        s = hw_span_from(s, 1);
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '%' && hw_hex_decode(hw_span_cut(s, i + 1, 2), &c, 1)) {
            i += 2;
        }
        hw_buf_char(&b->say.scratch, (char)c);
    }
    hw_sqlite_say_scratch(&b->say, HW_SPAN_LIT("target_path"), from);
}

static void say_download(struct hw_browser *b, const struct annos *a)
{
    int64_t place = hw_sqlite_value(&b->row, a->place)->integer;
    bool found = hw_sqlite_seek(&b->db, &a->places, place, &b->place);
    size_t url = found ? hw_sqlite_column(&a->places, "url") : SIZE_MAX;
    size_t title = found ? hw_sqlite_column(&a->places, "title") : SIZE_MAX;
    hw_sqlite_say_begin(&b->say);
    hw_sqlite_say_row(&b->say, &a->annos, &b->row, "content", "destinationFileURI");
    say_path(b, hw_sqlite_value(&b->row, a->content)->bytes);
    hw_sqlite_say_value(&b->say, HW_SPAN_LIT("url"), hw_sqlite_value(&b->place, url));
    hw_sqlite_say_value(&b->say, HW_SPAN_LIT("title"), hw_sqlite_value(&b->place, title));
    say_meta(b, place);
    hw_sqlite_say_put(&b->say, HW_SPAN_LIT("firefox"), HW_SPAN_LIT("download"), &a->annos, &b->row,
                      hw_sqlite_column(&a->annos, "dateAdded"));
}

static void read_downloads(struct hw_browser *b)
{
    struct hw_sqlite_rows rows;
    struct annos a;
    if (!find_attributes(b, &a)) {
        return;
    }
    read_meta(b, &a);
    hw_sqlite_rows_init(&rows, &b->db, &a.annos);
    while (hw_records_going(&b->out) && hw_sqlite_rows_next(&rows, &b->row)) {
        if (is_note(b, &a, a.file)) {
            say_download(b, &a);
        }
    }
}

void hw_browser_firefox(struct hw_browser *b)
{
    static const char *const names[] = {"url", "title", "visit_count", "typed", NULL};
    read_downloads(b);
    hw_browser_visits(b, &(struct hw_browser_visits){.log = HW_SPAN_LIT("firefox"),
                                                     .visits = "moz_historyvisits",
                                                     .places = "moz_places",
                                                     .key = "place_id",
                                                     .key_as = "place_id",
                                                     .when = "visit_date",
                                                     .names = names});
}
