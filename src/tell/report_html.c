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

struct kind { /* of lines */
    struct hw_span word;
    size_t bytes, share, used;
    uint64_t left;
};
struct folding {
    struct hw_span lines;
    struct kind kinds[HTML_KINDS];
    size_t count;
};

static int put_buf(void *state, struct hw_span s, struct hw_error *err)
{
    hw_buf_span_put(state, s);
    return hw_buf_ok(state) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no room for the report");
}

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

/* Bytes that a line takes here. */
static size_t length(struct hw_span line)
{
    size_t n = line.n;
    for (size_t i = 0; i < line.n; i++) {
        n += line.p[i] == '<' ? 5 : 0;
    }
    return n;
}

/* By the word behind {"type":" of a line; the last one takes what comes when the table is full. */
static struct kind *kind_of(struct folding *f, struct hw_span line)
{
    struct hw_span word = hw_span_from(line, strlen("{\"type\":\""));
    const uint8_t *end = word.n == 0 ? NULL : memchr(word.p, '"', word.n);
    word = hw_span_cut(word, 0, end == NULL ? 0 : (size_t)(end - word.p));
    for (size_t i = 0; i < f->count; i++) {
        if (hw_span_equal(f->kinds[i].word, word) || i + 1 == HTML_KINDS) {
            return &f->kinds[i];
        }
    }
    f->kinds[f->count].word = word;
    return &f->kinds[f->count++];
}

/* Equal shares; who needs less than one leaves the rest to the others. */
static void share_out(struct folding *f, size_t room)
{
    size_t open = f->count;
    for (bool again = true; again && open > 0;) {
        size_t each = room / open;
        again = false;
        for (size_t i = 0; i < f->count; i++) {
            struct kind *k = &f->kinds[i];
            if (k->share == 0 && k->bytes > 0 && k->bytes <= each) {
                k->share = k->bytes;
                room -= k->bytes;
                open--;
                again = true;
            }
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        f->kinds[i].share = f->kinds[i].share > 0 ? f->kinds[i].share : room / open;
    }
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

static void put_lines(struct hw_buf *b, struct hw_span lines, size_t room)
{
    struct folding f = {.lines = lines};
    struct hw_span rest = lines, line;
    while (next_line(&rest, &line)) {
        kind_of(&f, line)->bytes += length(line);
    }
    share_out(&f, room);
    for (rest = lines; next_line(&rest, &line);) {
        struct kind *k = kind_of(&f, line);
        size_t n = length(line);
        if (k->left > 0 || n > HTML_LINE || k->used + n > k->share) {
            k->left++; /* and none behind it, so that a list has no holes */
            continue;
        }
        k->used += n;
        put_line(b, line);
    }
    for (size_t i = 0; i < f.count; i++) {
        if (f.kinds[i].left > 0) {
            hw_buf_str(b, "{\"type\":\"left-out\",\"schema\":1,");
            hw_json_put(b, "of", f.kinds[i].word);
            hw_buf_printf(b, "\"count\":%llu}\n", (unsigned long long)f.kinds[i].left);
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
    const struct hw_teller into = {.put = put_buf, .state = &svg};
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
                     const struct hw_page *page, struct hw_error *err)
{
    struct hw_buf lines, text;
    hw_buf_init(&lines, 512 << 20);
    hw_buf_init(&text, 256 << 20);
    struct hw_teller into = {.put = put_buf, .state = &text, .zone_minutes = t->zone_minutes};
    int rc = hw_tell_report_md(&into, a, err);
    into.state = &lines;
    rc = rc != HW_OK ? rc : hw_tell_report_json(&into, a, err);
    rc = rc != HW_OK ? rc : put_head(b, a, page, err);
    if (rc == HW_OK) {
        put_text(b, hw_buf_span(&text));
        rc = put_picture(b, a, err);
    }
    if (rc == HW_OK) {
        size_t taken = b->n + page->script.n + HTML_FRAME;
        hw_buf_str(b, "<script type=\"application/x-ndjson\" id=\"headwater-data\">\n");
        put_lines(b, hw_buf_span(&lines), taken < HTML_BYTES ? HTML_BYTES - taken : 0);
        hw_buf_str(b, "</script>\n<script type=\"module\">");
        hw_buf_span_put(b, page->script);
        hw_buf_str(b, "</script>\n</body>\n</html>\n");
    }
    hw_buf_done(&lines);
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
    hw_buf_init(&b, 64 << 20);
    int rc = put_parts(&b, t, a, page, err);
    if (rc != HW_OK) {
        hw_buf_done(&b);
        return rc;
    }
    return hw_tell_put(t, &b, err);
}
