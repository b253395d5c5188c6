/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/browser.c -- histories of browsers: Chromium's "History" (Chrome, Edge, Brave,
 * Opera) and Firefox's "places.sqlite".
 *
 * Often the one place that says which address a poisoned file came from, and over which redirects.
 * Both are SQLite files (sqlite.c); their tables are told in browser_chromium.c and
 * browser_firefox.c. Rows are kept column by column under the columns' own names.
 */
#include "evidence/telemetry/browser.h"

#include "base/grow.h"
#include "base/sort.h"
#include "base/text.h"

enum {
    BITS = HW_SQLITE_BITS + 64, /* the header, and tables of two names */
    TEXTS = 1 << 18,
    KEPT_BYTES = 8 * 1024, /* of one text */
};

static const char *const chromium_tables[] = {"urls", "visits", NULL};
static const char *const firefox_tables[] = {"moz_places", "moz_historyvisits", NULL};

static const struct hw_sqlite_time times[] = {
    {"start_time", HW_SQLITE_WEBKIT},
    {"end_time", HW_SQLITE_WEBKIT},
    {"last_access_time", HW_SQLITE_WEBKIT},
    {"visit_time", HW_SQLITE_WEBKIT},
    {"last_visit_time", HW_SQLITE_WEBKIT},
    {"visit_date", HW_SQLITE_PRTIME},
    {"last_visit_date", HW_SQLITE_PRTIME},
    {"dateAdded", HW_SQLITE_PRTIME},
    {"lastModified", HW_SQLITE_PRTIME},
    {"endTime", HW_SQLITE_UNIX_MS},
    {NULL, HW_SQLITE_PRTIME},
};

/* ---- texts of other tables ---- */

void hw_browser_keep(struct hw_browser *b, int64_t id, int64_t order, struct hw_span text)
{
    struct hw_browser_texts *t = &b->texts;
    uintptr_t from = (uintptr_t)b->db.file.p, at = (uintptr_t)text.p;
    struct hw_span kept = hw_span_cut(text, 0, KEPT_BYTES);
    if (kept.n > 0 && (at < from || at - from >= b->db.file.n)) {
        kept.p = hw_arena_copy(b->x->arena, kept);
    }
    if ((kept.n > 0 && kept.p == NULL) ||
        HW_GROW_IN(b->x->arena, t->p, t->count, t->room, TEXTS) != HW_OK) {
        if (!t->full) {
            hw_say_anomaly(b->x, b->n, "over-budget", 0, 0,
                           "more addresses of downloads than can be held; later ones are left out");
        }
        t->full = true;
        return;
    }
    t->p[t->count++] = (struct hw_browser_text){id, order, kept};
}

static bool before(const void *a, const void *b)
{
    const struct hw_browser_text *x = a, *y = b;
    return x->id != y->id ? x->id < y->id : x->order < y->order;
}

void hw_browser_sort(struct hw_browser *b)
{
    hw_heap_sort(b->texts.p, b->texts.count, sizeof *b->texts.p, before);
}

size_t hw_browser_find(const struct hw_browser *b, int64_t id)
{
    size_t lo = 0, hi = b->texts.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->texts.p[mid].id < id) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < b->texts.count && b->texts.p[lo].id == id ? lo : b->texts.count;
}

/* ---- visits ---- */

/* The address of the visit that led to this one: two lookups further. */
static void say_from(struct hw_browser *b, const struct hw_sqlite_table *visits,
                     const struct hw_sqlite_table *places, size_t key)
{
    size_t from = hw_sqlite_column(visits, "from_visit");
    const struct hw_sqlite_value *v = hw_sqlite_value(&b->row, from);
    struct hw_span url = {NULL, 0};
    if (v->type == HW_SQLITE_INTEGER && v->integer > 0 &&
        hw_sqlite_seek(&b->db, visits, v->integer, &b->from)) {
        int64_t id = hw_sqlite_value(&b->from, key)->integer;
        if (hw_sqlite_seek(&b->db, places, id, &b->from)) {
            url = hw_sqlite_value(&b->from, hw_sqlite_column(places, "url"))->bytes;
        }
    }
    hw_sqlite_say_text(&b->say, HW_SPAN_LIT("from_url"), url);
}

static void say_place(struct hw_browser *b, const struct hw_browser_visits *v,
                      const struct hw_sqlite_table *places, size_t key)
{
    bool found = hw_sqlite_seek(&b->db, places, hw_sqlite_value(&b->row, key)->integer, &b->place);
    for (const char *const *name = v->names; *name != NULL; name++) {
        size_t column = found ? hw_sqlite_column(places, *name) : SIZE_MAX;
        hw_sqlite_say_value(&b->say, hw_span_str(*name), hw_sqlite_value(&b->place, column));
    }
}

void hw_browser_visits(struct hw_browser *b, const struct hw_browser_visits *v)
{
    struct hw_sqlite_table visits, places;
    struct hw_sqlite_rows rows;
    if (!hw_sqlite_table(&b->db, v->visits, &visits) ||
        !hw_sqlite_table(&b->db, v->places, &places)) {
        return;
    }
    size_t key = hw_sqlite_column(&visits, v->key), when = hw_sqlite_column(&visits, v->when);
    hw_sqlite_rows_init(&rows, &b->db, &visits);
    while (hw_records_going(&b->out) && hw_sqlite_rows_next(&rows, &b->row)) {
        hw_sqlite_say_begin(&b->say);
        hw_sqlite_say_row(&b->say, &visits, &b->row, v->key, v->key_as);
        say_place(b, v, &places, key);
        say_from(b, &visits, &places, key);
        hw_sqlite_say_put(&b->say, v->log, HW_SPAN_LIT("visit"), &visits, &b->row, when);
    }
}

/* ---- the format ---- */

static void read_tables(struct hw_browser *b)
{
    struct hw_budget *fuel = &b->x->fuel;
    hw_sqlite_row_init(&b->row);
    hw_sqlite_row_init(&b->place);
    hw_sqlite_row_init(&b->from);
    hw_sqlite_say_init(&b->say, &b->out, "browser", times);
    if (hw_sqlite_has_tables(b->n->bytes, fuel, chromium_tables)) {
        hw_browser_chromium(b);
    }
    if (hw_sqlite_has_tables(b->n->bytes, fuel, firefox_tables)) {
        hw_browser_firefox(b);
    }
    hw_sqlite_say_done(&b->say);
    hw_sqlite_row_done(&b->row);
    hw_sqlite_row_done(&b->place);
    hw_sqlite_row_done(&b->from);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_browser *b = hw_arena_alloc(x->arena, sizeof *b);
    if (b == NULL) {
        hw_say_degree(n, HW_REFUSED, "the memory for this input ended here");
        return;
    }
    b->x = x;
    b->n = n;
    hw_records_init(&b->out, x, n);
    if (hw_sqlite_open(&b->db, n->bytes, &x->fuel, x->arena, &b->out)) {
        read_tables(b);
        hw_sqlite_done(&b->db);
    } else {
        hw_say_degree(n, HW_REFUSED, "the memory for this input ended here");
    }
    hw_records_done(&b->out);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_sqlite_has_tables(bytes, fuel, chromium_tables) ||
                   hw_sqlite_has_tables(bytes, fuel, firefox_tables)
               ? BITS
               : 0;
}

const struct hw_format hw_browser_format = {
    .word = "browser",
    .probe = probe,
    .examine = examine,
};
