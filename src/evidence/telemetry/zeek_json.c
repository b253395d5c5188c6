/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/zeek_json.c -- Zeek's logs as JSON, one record a line.
 *
 * Zeek's own JSON writer does not say which log a record belongs to: the file's name did. Shippers
 * add it (`_path` of json-streaming-logs and Corelight, `@stream` of the Kafka plug-in), and may
 * write '_' where a field's name has a dot. Where nothing says it, the log is told by fields that
 * only one log has. Sets and vectors become text with ',' between, as the text logs have them.
 */
#include "evidence/telemetry/zeek.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/ndjson_columns.h"
#include "evidence/telemetry/ndjson.h"

enum { PROBE_RECORDS = 4, PATH_BYTES = 64, ONE_BITS = 48, MANY_BITS = 64 };

enum role { ROLE_NONE, ROLE_PATH, ROLE_TIME, ROLE_MISSED, ROLE_WRITER };

/* Asked in this order; `also` must be there too. */
static const struct {
    const char *name, *also, *log;
} guesses[] = {
    {"conn_state", NULL, "conn"},
    {"share_type", NULL, "smb_mapping"},
    {"action", "path", "smb_files"},
    {"action", "name", "smb_files"},
    {"named_pipe", "endpoint", "dce_rpc"},
    {"named_pipe", "operation", "dce_rpc"},
    {"request_type", NULL, "kerberos"},
    {"server_nb_computer_name", NULL, "ntlm"},
    {"security_protocol", NULL, "rdp"},
    {"cookie", NULL, "rdp"},
    {"auth_attempts", NULL, "ssh"},
    {"certificate.serial", NULL, "x509"},
    {"certificate_serial", NULL, "x509"},
    {"is_exe", NULL, "pe"},
    {"call_id", "uri", "sip"},
    {"mailfrom", NULL, "smtp"},
    {"helo", NULL, "smtp"},
    {"note", "msg", "notice"},
    {"tunnel_type", NULL, "tunnel"},
    {"software_type", NULL, "software"},
    {"failure_reason", "analyzer", "dpd"},
    {"qtype_name", NULL, "dns"},
    {"query", NULL, "dns"},
    {"rcode", "trans_id", "dns"},
    {"established", "resumed", "ssl"},
    {"cipher", NULL, "ssl"},
    {"fuid", "seen_bytes", "files"},
    {"fuid", "source", "files"},
    {"trans_depth", NULL, "http"},
    {"notice", "peer", "weird"},
    {"percent_lost", "gaps", "capture_loss"},
};

static unsigned see(unsigned kind, struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    (void)kind, (void)room, (void)name;
    if (hw_span_is(raw, "_path") || hw_span_is(raw, "@stream")) {
        return ROLE_PATH;
    }
    if (hw_span_is(raw, "ts")) {
        return ROLE_TIME;
    }
    if (hw_span_is(raw, "@proc") || hw_span_is(raw, "_write_ts")) {
        return ROLE_WRITER;
    }
    return hw_span_is(raw, "missed_bytes") ? ROLE_MISSED : ROLE_NONE;
}

static bool has(const struct hw_json_flat *f, const char *name)
{
    return hw_json_find(f, name, 0) < f->count;
}

/* Both ends of a connection, by either spelling. */
static bool has_ends(const struct hw_json_flat *f)
{
    return (has(f, "id.orig_h") && has(f, "id.resp_h")) ||
           (has(f, "id_orig_h") && has(f, "id_resp_h"));
}

static bool is_time(struct hw_span s)
{
    struct hw_record r = {0};
    int64_t ns;
    unsigned digits;
    return hw_zeek_time(s, &ns, &digits) || hw_json_time(s, &r);
}

static bool is_path(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_alpha(s.p[i]) && !hw_ascii_is_digit(s.p[i]) && s.p[i] != '_' &&
            s.p[i] != '-') {
            return false;
        }
    }
    return s.n > 0 && s.n <= PATH_BYTES;
}

/* Of a record without a path; p NULL: this is not Zeek's. */
static struct hw_span guess(const struct hw_json_flat *f)
{
    bool ends = has(f, "uid") && has_ends(f);
    if (!has(f, "ts") || !(ends || has(f, "fuid") || has(f, "certificate.serial") ||
                           has(f, "is_exe") || has(f, "peer"))) {
        return (struct hw_span){NULL, 0};
    }
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        if (has(f, guesses[i].name) && (guesses[i].also == NULL || has(f, guesses[i].also))) {
            return hw_span_str(guesses[i].log);
        }
    }
    return ends ? HW_SPAN_LIT("unknown") : (struct hw_span){NULL, 0};
}

static bool sees(const struct hw_json_flat *f, void *state)
{
    bool *sure = state;
    struct hw_span path = hw_json_get(f, has(f, "_path") ? "_path" : "@stream");
    bool zeek = hw_span_is(hw_json_get(f, "@proc"), "zeek") || has(f, "_write_ts");
    bool ids = has(f, "uid") && has_ends(f);
    /* A bare path and time are said by other programs, too: something of Zeek's own must be by. */
    if (path.n > 0) {
        *sure = *sure || zeek || ids;
        return is_path(path) && (zeek || is_time(hw_json_get(f, "ts")));
    }
    *sure = *sure || ids;
    return (ids || has(f, "fuid")) && is_time(hw_json_get(f, "ts")) && guess(f).p != NULL;
}

unsigned hw_zeek_json_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    bool sure = false;
    unsigned seen = hw_json_probe(bytes, fuel, PROBE_RECORDS, sees, &sure);
    return seen == 0 || !sure ? 0 : seen == 1 ? ONE_BITS : MANY_BITS;
}

struct reading {
    struct hw_records w;
    struct hw_json_lines *lines;
    struct hw_columns *columns;
    struct hw_zeek_missed missed;
    uint64_t bad_times, bad_time_off;
};

static void put(struct reading *r)
{
    const struct hw_json_flat *f = &r->lines->flat;
    struct hw_record out = {
        .number = r->lines->line, .off = r->lines->off, .time_ns = HW_TIME_NONE};
    bool fits = true;
    hw_columns_begin(r->columns);
    for (size_t i = 0; i < f->count && fits; i++) {
        /* null is Zeek's unset, which the text logs leave out too */
        fits =
            f->kinds[i] == HW_JSON_NULL || hw_columns_add(r->columns, 0, f->names[i], f->values[i]);
    }
    struct hw_span path = hw_columns_role(r->columns, ROLE_PATH);
    struct hw_span ts = hw_columns_role(r->columns, ROLE_TIME);
    path = path.n > 0 ? path : guess(f);
    if (!fits || !is_path(path)) {
        hw_records_bad(&r->w, r->lines->line, r->lines->off, r->lines->size,
                       "JSON, and no record of a Zeek log");
        return;
    }
    if (ts.n > 0 && hw_zeek_time(ts, &out.time_ns, &out.digits)) {
        out.clock = HW_CLOCK_UTC;
    } else if (ts.n > 0 && !hw_json_time(ts, &out)) {
        r->bad_time_off = r->bad_times++ == 0 ? out.off : r->bad_time_off;
    }
    hw_zeek_missed_add(&r->missed, hw_columns_role(r->columns, ROLE_MISSED), out.off);
    hw_columns_put(r->columns, "zeek", path, path, &out);
}

void hw_zeek_json_examine(struct hw_exam *x, struct hw_node *n)
{
    struct reading r = {.bad_times = 0};
    hw_records_init(&r.w, x, n);
    r.lines = hw_json_open(&r.w, x, n);
    r.columns = hw_columns_new(&r.w, see);
    if (r.lines != NULL && r.columns != NULL) {
        r.lines->flat.joint = ",";
        while (hw_records_going(&r.w) && hw_json_next(r.lines)) {
            put(&r);
        }
    }
    if (r.bad_times > 0) {
        hw_say_anomaly(x, n, "bad-time", r.bad_time_off, 0,
                       "%" PRIu64 " records have a time that is none", r.bad_times);
    }
    hw_zeek_missed_say(&r.missed, &r.w);
    hw_json_close(r.lines);
    hw_records_done(&r.w);
}
