/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/signing_tool.c -- what signtool prints when asked to be verbose.
 *
 * The form is that of the Windows SDK's signtool.exe ("SignTool" in Microsoft's documentation):
 *
 *   The following certificate was selected:
 *       Issued to: Acme Corporation
 *       Issued by: Some CA
 *       Expires:   Thu Mar 20 17:16:13 2030
 *       SHA1 hash: 40 hex digits
 *   (blank line, more certificates, "Done Adding Additional Store")
 *   Successfully signed: path            or "Successfully signed and timestamped: path"
 *   SignTool Error: words
 *   Number of files successfully Signed: 1
 *
 * There is no time in it. A line with the tool's own command, as a prompt or a script shows it, is
 * kept with what follows.
 */
#include "evidence/telemetry/signing.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ci.h"

enum {
    PROBE_LINES = 400,
    LINE_BYTES = 64 * 1024,
    VALUE_BYTES = 8 * 1024,
    TOOL_BITS = 64,
    SHA1_DIGITS = 40,
};

enum { ISSUED_TO, ISSUED_BY, EXPIRES, SHA1, COMMAND, FILE_NAME, WORDS, VALUES };
static const char *const names[VALUES] = {"Issued to", "Issued by", "Expires", "SHA1 hash",
                                          "command",   "file",      "line"};
static const char selected[] = "The following certificate was selected:";

struct tool {
    struct hw_records w;
    struct hw_record record;
    struct hw_span values[VALUES];
    bool choosing; /* the lines that follow describe the certificate */
};

/* "    Issued to: X" and its kin. */
static bool named(struct hw_span line, const char *name, struct hw_span *out)
{
    struct hw_span s = hw_span_trim(line);
    size_t n = strlen(name);
    if (!hw_span_starts(line, "    ") || !hw_span_starts(s, name) || s.n <= n || s.p[n] != ':') {
        return false;
    }
    *out = hw_span_cut(hw_span_trim(hw_span_from(s, n + 1)), 0, VALUE_BYTES);
    return true;
}

static bool is_sha1(struct hw_span s)
{
    uint8_t bytes[SHA1_DIGITS / 2];
    return s.n == SHA1_DIGITS && hw_hex_decode(s, bytes, sizeof bytes);
}

unsigned hw_sign_tool_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span line, v;
    bool inside = false;
    hw_reader_init(&r, bytes, fuel);
    for (unsigned i = 0; i < PROBE_LINES && hw_read_line(&r, LINE_BYTES, &line); i++) {
        inside = hw_span_is(line, selected) || (inside && hw_span_starts(line, "    "));
        if (inside && named(line, names[SHA1], &v) && is_sha1(v)) {
            /* A build's console has the same lines, and more to say. */
            return hw_format_ci.probe(bytes, fuel) > 0 ? 0 : TOOL_BITS;
        }
    }
    return 0;
}

static void put(struct tool *t, const char *event, struct hw_span line, struct hw_span file)
{
    struct hw_span list[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        list[i] = hw_span_str(names[i]);
    }
    t->values[FILE_NAME] = file.n > 0 ? file : (struct hw_span){NULL, 0};
    t->values[WORDS] = hw_span_cut(line, 0, VALUE_BYTES);
    struct hw_record r = t->record;
    r.layout = hw_records_layout(&t->w, "signing", HW_SPAN_LIT("signtool"), hw_span_str(event),
                                 list, VALUES);
    r.values = t->values;
    r.count = VALUES;
    if (r.layout != UINT32_MAX) {
        hw_records_put(&t->w, &r);
    }
}

static bool is_command(struct hw_span line)
{
    bool tool = false;
    for (size_t i = 0; i + 8 <= line.n; i++) {
        tool = tool || hw_span_is_nocase(hw_span_cut(line, i, 8), "signtool");
        if (tool && hw_span_is_nocase(hw_span_cut(line, i, 6), " sign ")) {
            return true;
        }
    }
    return false;
}

static void see(struct tool *t, struct hw_span line)
{
    static const char *const done[] = {"Successfully signed: ",
                                       "Successfully signed and timestamped: "};
    if (hw_span_is(line, selected)) {
        for (size_t i = ISSUED_TO; i <= SHA1; i++) {
            t->values[i] = (struct hw_span){NULL, 0};
        }
        t->choosing = true;
        return;
    }
    for (size_t i = ISSUED_TO; t->choosing && i <= SHA1; i++) {
        if (named(line, names[i], &t->values[i])) {
            return;
        }
    }
    t->choosing = false;
    for (size_t i = 0; i < 2; i++) {
        if (hw_span_starts(line, done[i])) {
            put(t, "signed", line,
                hw_span_cut(hw_span_from(line, strlen(done[i])), 0, VALUE_BYTES));
            return;
        }
    }
    if (hw_span_starts(line, "SignTool Error: ")) {
        put(t, "sign-failed", line, (struct hw_span){NULL, 0});
    } else if (is_command(line)) {
        t->values[COMMAND] = hw_span_cut(line, 0, VALUE_BYTES);
    }
}

void hw_sign_tool_examine(struct hw_exam *x, struct hw_node *n)
{
    struct tool t = {.record = {.time_ns = HW_TIME_NONE}};
    struct hw_reader r;
    struct hw_span line;
    hw_records_init(&t.w, x, n);
    hw_node_reader(x, n, &r);
    while (hw_records_going(&t.w) && hw_read_left(&r) > 0) {
        t.record.off = hw_read_where(&r);
        t.record.number++;
        if (!hw_reader_item(&r) || !hw_read_line(&r, SIZE_MAX - 1, &line)) {
            hw_say_fault(x, n, &r, "a line");
            break;
        }
        see(&t, line);
    }
    hw_records_done(&t.w);
}
