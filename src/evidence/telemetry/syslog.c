/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/syslog.c -- syslog lines that have no format of their own.
 *
 * RFC 3164, RFC 5424 and rsyslog's file formats (syslog_line.c). A line is a record of the program
 * that wrote it; what a few programs say in prose gets values of its own (syslog_means.c), and
 * audit records that were sent through syslog are assembled as if they stood in the audit log.
 */
#include "evidence/telemetry/syslog.h"

#include <stdio.h>

#include "base/text.h"
#include "evidence/records.h"
#include "evidence/telemetry/auditd.h"
#include "evidence/telemetry/syslog_parts.h"

enum {
    LINE_BYTES = 64 * 1024,
    PROBE_LINES = 60,
    PROBE_BYTES = 64 * 1024,
    LAYOUTS_OWN = 10000, /* programs get a log of their own up to here */
};

struct walk {
    struct hw_exam *x;
    struct hw_records w;
    struct hw_auditd *audit; /* made when the first audit record is met */
    uint64_t line, off;
};

struct out {
    struct hw_span names[16 + HW_SYSLOG_VALUES], values[16 + HW_SYSLOG_VALUES];
    size_t count;
};

static void add(struct out *o, const char *name, struct hw_span value)
{
    if (value.p != NULL) {
        o->names[o->count] = hw_span_str(name);
        o->values[o->count++] = value;
    }
}

static void put_line(struct walk *k, const struct hw_syslog_line *l)
{
    static const char *const names[HW_SYSLOG_VALUES] = {[HW_SYSLOG_DOES] = "does",
                                                        [HW_SYSLOG_USER] = "user",
                                                        [HW_SYSLOG_TARGET_USER] = "target.user",
                                                        [HW_SYSLOG_SRC_IP] = "src.ip",
                                                        [HW_SYSLOG_SRC_PORT] = "src.port",
                                                        [HW_SYSLOG_AUTH] = "auth",
                                                        [HW_SYSLOG_KEY] = "key",
                                                        [HW_SYSLOG_SESSION] = "session",
                                                        [HW_SYSLOG_COMMAND] = "command",
                                                        [HW_SYSLOG_CWD] = "cwd",
                                                        [HW_SYSLOG_TTY] = "tty",
                                                        [HW_SYSLOG_IP] = "ip",
                                                        [HW_SYSLOG_MAC] = "mac",
                                                        [HW_SYSLOG_NAME] = "name"};
    struct hw_span means[HW_SYSLOG_VALUES];
    struct out o = {.count = 0};
    char facility[8], severity[8], session[32];
    hw_syslog_means(l, means);
    add(&o, "host", l->host);
    add(&o, "program", l->program);
    add(&o, "pid", l->pid);
    if (l->has_pri) {
        (void)snprintf(facility, sizeof facility, "%u", (unsigned)(l->pri / 8));
        (void)snprintf(severity, sizeof severity, "%u", (unsigned)(l->pri % 8));
        add(&o, "facility", hw_span_str(facility));
        add(&o, "severity", hw_span_str(severity));
    }
    add(&o, "msgid", l->msgid);
    add(&o, "data", l->has_data ? l->data : (struct hw_span){NULL, 0});
    add(&o, "message", l->message.p == NULL ? hw_span_str("") : l->message);
    /* sshd has no name for a session but the pid of the process that keeps it. */
    if (hw_span_starts(l->program, "sshd") && means[HW_SYSLOG_DOES].n > 0 && l->pid.n > 0) {
        (void)snprintf(session, sizeof session, "sshd[%.*s]", (int)l->pid.n,
                       (const char *)l->pid.p);
        means[HW_SYSLOG_SESSION] = hw_span_str(session);
    }
    for (size_t i = 0; i < HW_SYSLOG_VALUES; i++) {
        add(&o, names[i], means[i]);
    }
    struct hw_span log =
        l->program.n > 0 && k->w.layout_count < LAYOUTS_OWN ? l->program : HW_SPAN_LIT("other");
    uint32_t layout =
        hw_records_layout(&k->w, "syslog", log, HW_SPAN_LIT("line"), o.names, o.count);
    if (layout == UINT32_MAX) {
        hw_records_bad(&k->w, k->line, k->off, 0, "more kinds of records than are kept");
        return;
    }
    struct hw_record r = {.layout = layout,
                          .number = k->line,
                          .off = k->off,
                          .time_ns = l->time_ns,
                          .clock = l->clock,
                          .digits = l->digits,
                          .values = o.values,
                          .count = o.count};
    hw_records_put(&k->w, &r);
}

static void one_line(struct walk *k, struct hw_span s)
{
    struct hw_syslog_line l;
    if (s.n == 0) {
        return;
    }
    if (s.n > LINE_BYTES || !hw_syslog_line(s, &l)) {
        hw_records_bad(&k->w, k->line, k->off, s.n,
                       s.n > LINE_BYTES ? "longer than a line may be" : "not a line of syslog");
        return;
    }
    if (hw_auditd_is(l.message)) {
        k->audit = k->audit == NULL ? hw_auditd_new(k->x, &k->w) : k->audit;
        if (k->audit != NULL && hw_auditd_line(k->audit, l.message, l.host, k->off)) {
            return;
        }
    }
    put_line(k, &l);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct walk k = {.x = x};
    struct hw_reader r;
    struct hw_span s;
    bool ended = true;
    hw_records_init(&k.w, x, n);
    hw_node_reader(x, n, &r);
    while (hw_records_going(&k.w) && hw_read_log_line(&r, &s, &ended)) {
        k.line++;
        one_line(&k, s);
        if (!ended) {
            hw_records_lost(&k.w, "truncated", k.off, 0, 0, 0, "the last line has no end");
        }
        k.off = hw_read_where(&r);
    }
    if (k.audit != NULL) {
        hw_auditd_end(k.audit);
    }
    if (!hw_reader_ok(&r)) {
        hw_say_fault(x, n, &r, "the log");
    }
    hw_records_done(&k.w);
}

/* Programs whose lines are read whole through a mapping of their own. */
static bool has_mapping(struct hw_span program)
{
    return hw_span_is(program, "dnsmasq") || hw_span_is(program, "dnsmasq-dhcp") ||
           hw_span_is(program, "named");
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span s, head = hw_span_cut(bytes, 0, PROBE_BYTES);
    unsigned lines = 0, good = 0, others = 0;
    bool ended;
    hw_reader_init(&r, head, fuel);
    while (lines < PROBE_LINES && hw_read_log_line(&r, &s, &ended) &&
           (ended || head.n == bytes.n)) {
        struct hw_syslog_line l;
        bool is = hw_syslog_line(s, &l);
        good += is;
        others += is && has_mapping(l.program);
        lines += s.n > 0 && (ended || is);
        if (lines > 3 && good == 0) {
            return 0;
        }
    }
    if (good < 2 || good * 10 < lines * 9 || others * 2 >= good) {
        return 0;
    }
    return good >= 8 ? 72 : 32 + good * 4;
}

const struct hw_format hw_format_syslog = {"syslog", probe, examine, NULL, false};
