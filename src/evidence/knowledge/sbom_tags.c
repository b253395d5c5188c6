/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom_tags.c -- SPDX 2.2 and 2.3 as tag-value text (SPDX Specification 2.3,
 * clause 4.4 and the tag-value rows of clauses 6 to 11).
 *
 *   SPDXVersion: SPDX-2.3
 *   PackageName: glibc
 *   SPDXID: SPDXRef-Package
 *   FileName: ./lib.c
 *   Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package
 *
 * A line with PackageName or FileName begins a part; the tags up to the next one are its own, and a
 * file belongs to the package above it. `<text>` runs to `</text>` over as many lines as it takes.
 * Relations may come before what they name, so they are read in a second walk.
 */
#include "evidence/knowledge/sbom.h"

#include "base/text.h"

enum { LINE_BYTES = 1 << 20 };

enum what { NOTHING, PACKAGE, FILE_PART, ELSE };

struct tags {
    struct hw_sbom *b;
    struct hw_reader r;
    struct hw_sbom_part part;
    struct hw_span originator;
    enum what what;
    uint64_t package; /* line of the package whose files these are */
    uint64_t line, off;
    bool in_text, again; /* again: the second walk, which refuses nothing anew */
};

/* The next tag and its value; text that runs over lines is passed over, comments too. */
static bool next(struct tags *t, struct hw_span *tag, struct hw_span *value)
{
    struct hw_span s;
    while (hw_sbom_going(t->b) && hw_read_left(&t->r) > 0 && hw_reader_item(&t->r)) {
        t->off = hw_read_where(&t->r);
        t->line++;
        if (!hw_read_line(&t->r, LINE_BYTES, &s)) {
            return false;
        }
        s = hw_span_trim(s);
        if (t->in_text) {
            t->in_text = !hw_span_holds(s, "</text>");
            continue;
        }
        if (s.n == 0 || s.p[0] == '#') {
            continue;
        }
        size_t colon = hw_span_find(s, ':');
        if (colon == s.n && !t->again) {
            hw_teach_refuse(&t->b->teach, t->line, t->off, s, "neither a tag nor a comment");
        }
        if (colon == s.n) {
            continue;
        }
        *tag = hw_span_trim(hw_span_cut(s, 0, colon));
        *value = hw_span_trim(hw_span_from(s, colon + 1));
        t->in_text = hw_span_starts(*value, "<text>") && !hw_span_holds(*value, "</text>");
        return true;
    }
    return false;
}

static void walk_again(struct tags *t)
{
    struct hw_span bytes = t->b->teach.n->bytes;
    hw_node_reader(t->b->teach.x, t->b->teach.n, &t->r);
    t->line = 0;
    t->in_text = hw_span_starts(bytes, "\xef\xbb\xbf") && !hw_read_skip(&t->r, 3);
}

static void flush(struct tags *t)
{
    if (t->what != PACKAGE && t->what != FILE_PART) {
        return;
    }
    t->part.vendor = t->part.vendor.n > 0 ? t->part.vendor : t->originator;
    if (t->part.ref.n == 0) {
        hw_say_anomaly(t->b->teach.x, t->b->teach.n, "bad-value", t->part.off, 0,
                       "a part without SPDXID");
    }
    uint64_t line = hw_sbom_put(t->b, &t->part);
    if (t->what == PACKAGE) {
        t->package = line;
    } else if (line != 0 && t->package != 0) {
        hw_sbom_join(t->b, "contains", (struct hw_sbom_end){.line = t->package},
                     (struct hw_sbom_end){.line = line}, t->part.off);
    }
}

static void begin(struct tags *t, enum what what, struct hw_span name)
{
    flush(t);
    t->what = what;
    t->originator = (struct hw_span){NULL, 0};
    hw_sbom_begin(t->b, &t->part, t->off);
    t->part.name = name;
    t->part.kind = what == FILE_PART ? "file" : NULL;
}

/* "SHA1: 2fd4e1c6..." */
static void read_checksum(struct tags *t, struct hw_span v)
{
    size_t colon = hw_span_find(v, ':');
    hw_sbom_digest(t->b, &t->part, hw_span_cut(v, 0, colon),
                   colon == v.n ? (struct hw_span){NULL, 0} : hw_span_from(v, colon + 1), t->off);
}

/* "PACKAGE-MANAGER purl pkg:npm/foo@1" */
static void read_reference(struct tags *t, struct hw_span v)
{
    struct hw_span rest = hw_span_trim(hw_span_from(v, hw_span_find(v, ' ')));
    size_t space = hw_span_find(rest, ' ');
    if (t->part.purl.n == 0 && hw_span_is(hw_span_cut(rest, 0, space), "purl")) {
        t->part.purl = hw_span_trim(hw_span_from(rest, space));
    }
}

static void read_package_tag(struct tags *t, struct hw_span tag, struct hw_span v)
{
    if (hw_span_is(tag, "PackageVersion")) {
        t->part.version = v;
    } else if (hw_span_is(tag, "PackageSupplier")) {
        t->part.vendor = hw_sbom_maker(v);
    } else if (hw_span_is(tag, "PackageOriginator")) {
        t->originator = hw_sbom_maker(v);
    } else if (hw_span_is(tag, "PackageDownloadLocation")) {
        t->part.resolved = hw_sbom_asserted(v);
    } else if (hw_span_is(tag, "PackageFileName")) {
        t->part.path = v;
    } else if (hw_span_is(tag, "PackageChecksum")) {
        read_checksum(t, v);
    } else if (hw_span_is(tag, "ExternalRef")) {
        read_reference(t, v);
    } else if (hw_span_is(tag, "PrimaryPackagePurpose")) {
        hw_sbom_purpose(t->b, &t->part, v, t->off);
    }
}

static void read_tag(struct tags *t, struct hw_span tag, struct hw_span v)
{
    struct hw_sbom *b = t->b;
    if (hw_span_is(tag, "PackageName")) {
        begin(t, PACKAGE, v);
    } else if (hw_span_is(tag, "FileName")) {
        begin(t, FILE_PART, v);
    } else if (hw_span_is(tag, "SnippetSPDXID") || hw_span_is(tag, "LicenseID") ||
               hw_span_is(tag, "Annotator") || hw_span_is(tag, "Reviewer")) {
        flush(t);
        t->what = ELSE;
    } else if (hw_span_is(tag, "SPDXVersion")) {
        hw_say_text(b->teach.x, b->teach.n, "sbom.version", v);
    } else if (hw_span_is(tag, "DocumentName")) {
        b->teach.title = v;
    } else if (hw_span_is(tag, "Created")) {
        hw_sbom_created(b, v, t->off);
    } else if (hw_span_is(tag, "SPDXID")) {
        t->part.ref = v;
    } else if (t->what == PACKAGE) {
        read_package_tag(t, tag, v);
    } else if (t->what == FILE_PART && hw_span_is(tag, "FileChecksum")) {
        read_checksum(t, v);
    }
}

/* "SPDXRef-A CONTAINS SPDXRef-B" */
static void read_relation(struct tags *t, struct hw_span v)
{
    size_t one = hw_span_find(v, ' ');
    struct hw_span rest = hw_span_trim(hw_span_from(v, one));
    size_t two = hw_span_find(rest, ' ');
    hw_sbom_relate(t->b, hw_span_cut(v, 0, one), hw_span_cut(rest, 0, two),
                   hw_span_trim(hw_span_from(rest, two)), t->line, t->off);
}

void hw_sbom_read_tags(struct hw_sbom *b)
{
    struct tags t = {.b = b};
    struct hw_span tag, value;
    walk_again(&t);
    while (next(&t, &tag, &value)) {
        read_tag(&t, tag, value);
    }
    flush(&t);
    if (t.in_text) {
        hw_say_anomaly(b->teach.x, b->teach.n, "truncated", t.off, 0, "a <text> that does not end");
    }
    hw_say_fault(b->teach.x, b->teach.n, &t.r, "bill of materials");
    t.again = true;
    walk_again(&t);
    while (next(&t, &tag, &value)) {
        if (hw_span_is(tag, "Relationship")) {
            read_relation(&t, value);
        }
    }
}
