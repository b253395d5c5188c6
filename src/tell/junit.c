/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/junit.c -- the answer as JUnit XML, so that a build server shows it as it shows tests: one
 * case for each signable file and each file with a finding, failures at or above --fail-on, skipped
 * for what could not be told.
 */
#include <string.h>

#include "base/text.h"
#include "tell/tell.h"

static void attribute(struct hw_buf *b, const char *key, struct hw_span value)
{
    hw_buf_printf(b, " %s=\"", key);
    hw_escape_put(b, value, HW_ESCAPE_XML);
    hw_buf_char(b, '"');
}

static bool about(const struct hw_finding *f, const struct hw_file_answer *file)
{
    return f->file == file;
}

static bool counts(const struct hw_finding *f, const struct hw_answer *a)
{
    bool rejected = hw_is_rejected(f->judged);
    return f->severity >= a->fail_on && !f->baseline && !rejected;
}

static void failures(struct hw_buf *b, const struct hw_answer *a, const struct hw_file_answer *file)
{
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        if (!about(f, file) || !counts(f, a)) {
            continue;
        }
        hw_buf_printf(b, "    <failure type=\"%s\"", f->rule);
        attribute(b, "message", f->why == NULL ? (struct hw_span){NULL, 0} : f->why->says);
        hw_buf_char(b, '>');
        for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
            hw_escape_put(b, w->says, HW_ESCAPE_XML);
            hw_buf_str(b, "\n");
        }
        hw_buf_str(b, "</failure>\n");
    }
}

/* What could not be told is a skipped case of its own, and no passed one. */
static bool unknown(const struct hw_answer *a, const struct hw_file_answer *file)
{
    bool yes = false;
    for (const struct hw_gap *g = a->gaps; g != NULL && !yes; g = g->next) {
        yes = g->needed && !g->accepted && hw_span_equal(g->path, file->path);
    }
    for (const struct hw_finding *f = a->findings; f != NULL && yes; f = f->next) {
        yes = !about(f, file) || !counts(f, a);
    }
    return yes;
}

static bool speaks(const struct hw_answer *a, const struct hw_file_answer *file)
{
    if (unknown(a, file)) {
        return false;
    }
    bool yes = file->can_be_signed;
    for (const struct hw_finding *f = a->findings; f != NULL && !yes; f = f->next) {
        yes = about(f, file);
    }
    return yes;
}

int hw_tell_junit(const struct hw_teller *t, const struct hw_answer *a, struct hw_error *err)
{
    uint64_t cases = 0, failed = 0;
    struct hw_buf body, whole;
    hw_buf_init(&body, 256 << 20);
    hw_buf_init(&whole, 256 << 20);
    for (const struct hw_file_answer *f = a->files; f != NULL; f = f->next) {
        if (!speaks(a, f)) {
            continue;
        }
        size_t before = body.n;
        hw_buf_str(&body, "  <testcase classname=\"headwater.verify\"");
        attribute(&body, "name", f->path);
        hw_buf_str(&body, ">\n");
        size_t head = body.n;
        failures(&body, a, f);
        failed += body.n > head;
        cases += body.n > before;
        hw_buf_str(&body, "  </testcase>\n");
    }
    uint64_t skipped = 0;
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        if (g->needed && !g->accepted) {
            hw_buf_str(&body, "  <testcase classname=\"headwater.gap\"");
            attribute(&body, "name", g->path);
            hw_buf_str(&body, "><skipped");
            attribute(&body, "message", g->what);
            hw_buf_str(&body, "/></testcase>\n");
            skipped++;
        }
    }
    hw_buf_printf(
        &whole,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"headwater verify\" "
        "tests=\"%llu\" failures=\"%llu\" skipped=\"%llu\">\n",
        (unsigned long long)(cases + skipped), (unsigned long long)failed,
        (unsigned long long)skipped);
    hw_buf_span_put(&whole, hw_buf_span(&body));
    hw_buf_str(&whole, "</testsuite>\n");
    int rc = hw_buf_ok(&whole) && hw_buf_ok(&body)
                 ? t->put(t->state, hw_buf_span(&whole), err)
                 : hw_fail(err, HW_E_MEMORY, "no memory for the JUnit file");
    hw_buf_done(&body);
    hw_buf_done(&whole);
    return rc;
}
