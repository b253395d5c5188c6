/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_html.c -- a report as one file that travels by mail and opens from disk: the page of
 * the console with the report's JSON inside.
 *
 * The file's own policy (CSP 3, W3C, in a meta element) lets the two texts that we put there run,
 * by their hashes, and nothing else; it can ask nobody for anything. Names in evidence cannot end
 * the element they stand in: in JSON "<" occurs inside of strings only, and is written \u003c.
 *
 * The file stays below HTML_BYTES. Each kind of line gets an equal share of the room, and what one
 * does not need goes to the others; the first lines of a kind are kept, for the worst come first.
 * How many were left out is a line of its own. Without scripts the Markdown report is shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "tell/tell.h"

enum {
    HTML_BYTES = 5000000,
    HTML_FRAME = 64 * 1024, /* for what stands around the parts */
    HTML_TEXT = 600 * 1024, /* the longest Markdown text, and the longest picture */
    HTML_PICTURE = 1500 * 1024,
    HTML_KINDS = 96,
    HTML_LINE = 256 * 1024 /* the longest line */
};

struct kind { /* of lines, by the word behind {"type":" */
    char word[32];
    struct hw_buf first; /* lines as they stand in the file; never more than the file can hold */
    size_t bytes, share;
    uint64_t count;
};
struct folding {
    struct kind kinds[HTML_KINDS];
    size_t count;
};

/* The next line, with its newline; false at the end. */
static bool next_line(struct hw_span *rest, struct hw_span *out)
{
    const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    if (end == NULL) {
        return false;
    }
    *out = (struct hw_span){rest->p, (size_t)(end - rest->p) + 1};
    *rest = hw_span_from(*rest, out->n);
    return true;
}

/* The last one takes what comes when the table is full. */
static struct kind *kind_of(struct folding *f, struct hw_span line)
{
    struct hw_span word = hw_span_from(line, strlen("{\"type\":\""));
    word = hw_span_cut(word, 0, hw_span_find(word, '"'));
    for (size_t i = 0; i < f->count; i++) {
        if (hw_span_is(word, f->kinds[i].word) || i + 1 == HTML_KINDS) {
            return &f->kinds[i];
        }
    }
    struct kind *k = &f->kinds[f->count++];
    for (size_t i = 0; i < word.n && i + 1 < sizeof k->word; i++) {
        k->word[i] = (char)word.p[i];
    }
    hw_buf_init(&k->first, HTML_BYTES);
    return k;
}

static void put_line(struct hw_buf *b, struct hw_span line)
{
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '<') {
            hw_buf_str(b, "\\u003c");
        } else {
            hw_buf_char(b, (char)line.p[i]);
        }
    }
}

/* Bytes that a line takes here. */
static size_t length(struct hw_span line)
{
    size_t n = line.n;
    for (size_t i = 0; i < line.n; i++) {
        n += line.p[i] == '<' ? 5 : 0;
    }
    return n;
}

/* Takes the answer as it is told: whole lines. One too long, or behind what the file can hold, is
 * counted only, and so are those behind it: a list has no holes. */
static int take_lines(void *state, struct hw_span lines, struct hw_error *err)
{
    struct hw_span line;
    bool whole = true;
    while (next_line(&lines, &line)) {
        struct kind *k = kind_of(state, line);
        size_t n = length(line);
        k->count++;
        k->bytes += n;
        if (n <= HTML_LINE && k->bytes <= HTML_BYTES) {
            put_line(&k->first, line);
            whole = whole && hw_buf_ok(&k->first);
        } else {
            k->bytes = HTML_BYTES + 1;
        }
    }
    return whole ? HW_OK : hw_fail(err, HW_E_MEMORY, "no room for the report");
}

/* Equal shares; who needs less than one leaves the rest to the others. */
static void share_out(struct folding *f, size_t room)
{
    size_t open = 0;
    for (size_t i = 0; i < f->count; i++) {
        open += f->kinds[i].first.n > 0;
    }
    for (bool again = true; again && open > 0;) {
        size_t each = room / open;
        again = false;
        for (size_t i = 0; i < f->count; i++) {
            struct kind *k = &f->kinds[i];
            if (k->share == 0 && k->first.n > 0 && k->first.n <= each) {
                k->share = k->first.n;
                room -= k->first.n;
                open--;
                again = true;
            }
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        struct kind *k = &f->kinds[i];
        k->share = k->share == 0 && k->first.n > 0 ? room / open : k->share;
    }
}

/* The first lines of each kind, and how many are not there. */
static void put_lines(struct hw_buf *b, struct folding *f, size_t room)
{
    share_out(f, room);
    for (size_t i = 0; i < f->count; i++) {
        struct kind *k = &f->kinds[i];
        struct hw_span rest = hw_buf_span(&k->first), line;
        uint64_t put = 0;
        for (size_t used = 0; next_line(&rest, &line) && used + line.n <= k->share; put++) {
            hw_buf_span_put(b, line);
            used += line.n;
        }
        if (put < k->count) {
            hw_buf_str(b, "{\"type\":\"left-out\",\"schema\":1,");
            hw_json_put(b, "of", hw_span_str(k->word));
            hw_buf_printf(b, "\"count\":%llu}\n", (unsigned long long)(k->count - put));
        }
    }
}

/* 'sha256-...' of a text, as a policy names it. */
static int put_hash(struct hw_buf *b, struct hw_span text, struct hw_error *err)
{
    uint8_t hash[HW_DIGEST_BYTES_MAX];
    int rc = hw_digest_once(HW_DIGEST_SHA256, text, hash, NULL, err);
    hw_buf_str(b, "'sha256-");
    hw_base64_put(b, (struct hw_span){hash, 32});
    hw_buf_char(b, '\'');
    return rc;
}

static int put_head(struct hw_buf *b, const struct hw_report_answer *a, const struct hw_page *page,
                    struct hw_error *err)
{
    hw_buf_str(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "script-src ");
    int rc = put_hash(b, page->script, err);
    hw_buf_str(b, "; style-src ");
    rc = rc != HW_OK ? rc : put_hash(b, page->style, err);
    hw_buf_str(b, "; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    hw_escape_put(b, hw_span_cut(a->title, 0, 300), HW_ESCAPE_XML);
    hw_buf_str(b, "</title>\n<style>");
    hw_buf_span_put(b, page->style);
    hw_buf_str(b, "</style>\n</head>\n<body>\n<div id=\"app\"></div>\n");
    return rc;
}

/* Both texts are ours; but a page that could end its own element is none. */
static bool can_stand(const struct hw_page *page)
{
    return page != NULL && page->script.n > 0 && page->style.n > 0 &&
           !hw_span_holds(page->script, "</script") && !hw_span_holds(page->script, "<!--") &&
           !hw_span_holds(page->style, "</style");
}

static void put_text(struct hw_buf *b, struct hw_span text)
{
    struct hw_span rest = hw_span_cut(text, 0, HTML_TEXT), line;
    hw_buf_str(b, "<noscript>\n<p>Scripts are off here: this is the report as text.</p>\n<pre>\n");
    while (next_line(&rest, &line)) {
        hw_escape_put(b, hw_span_cut(line, 0, line.n - 1), HW_ESCAPE_XML);
        hw_buf_char(b, '\n');
    }
    hw_buf_str(b, text.n > HTML_TEXT
                      ? "</pre>\n<p>The rest of the text is left out: --format md has it.</p>\n"
                      : "</pre>\n");
    hw_buf_str(b, "</noscript>\n");
}

/* Drawn by tell/picture_svg.c, every name escaped; one too large for the file is left out. */
static int put_picture(struct hw_buf *b, const struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_buf svg;
    const struct hw_teller into = hw_tell_into(&svg);
    if (a->chain == NULL || a->chain->step_count == 0) {
        return HW_OK;
    }
    hw_buf_init(&svg, 64 << 20);
    int rc = hw_tell_picture(&into, a->chain, HW_PICTURE_EMBEDDED, err);
    if (rc == HW_OK && svg.n <= HTML_PICTURE) {
        hw_buf_str(b, "<template id=\"headwater-picture\">\n");
        hw_buf_span_put(b, hw_buf_span(&svg));
        hw_buf_str(b, "</template>\n");
    }
    hw_buf_done(&svg);
    return rc;
}

static int put_parts(struct hw_buf *b, const struct hw_teller *t, const struct hw_report_answer *a,
                     const struct hw_page *page, struct folding *f, struct hw_error *err)
{
    struct hw_buf text;
    const struct hw_teller take = {.put = take_lines, .state = f};
    struct hw_teller into = hw_tell_into(&text);
    hw_buf_init(&text, 256 << 20);
    into.zone_minutes = t->zone_minutes;
    int rc = hw_tell_report_md(&into, a, err);
    rc = rc != HW_OK ? rc : hw_tell_report_json(&take, a, err);
    rc = rc != HW_OK ? rc : put_head(b, a, page, err);
    if (rc == HW_OK) {
        put_text(b, hw_buf_span(&text));
        rc = put_picture(b, a, err);
    }
    if (rc == HW_OK) {
        size_t taken = b->n + page->script.n + HTML_FRAME;
        hw_buf_str(b, "<script type=\"application/x-ndjson\" id=\"headwater-data\">\n");
        put_lines(b, f, taken < HTML_BYTES ? HTML_BYTES - taken : 0);
        hw_buf_str(b, "</script>\n<script type=\"module\">");
        hw_buf_span_put(b, page->script);
        hw_buf_str(b, "</script>\n</body>\n</html>\n");
    }
    hw_buf_done(&text);
    return rc;
}

int hw_tell_report_html(const struct hw_teller *t, const struct hw_report_answer *a,
                        const struct hw_page *page, struct hw_error *err)
{
    struct hw_buf b;
    if (!can_stand(page)) {
        return hw_fail(err, HW_E_MISSING,
                       "this build has no page, since Node was not there when it was made; "
                       "--format md has the same report as text");
    }
    struct folding *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a report");
    }
    hw_buf_init(&b, 64 << 20);
    int rc = put_parts(&b, t, a, page, f, err);
    for (size_t i = 0; i < f->count; i++) {
        hw_buf_done(&f->kinds[i].first);
    }
    free(f);
    if (rc != HW_OK) {
        hw_buf_done(&b);
        return rc;
    }
    return hw_tell_put(t, &b, err);
}
