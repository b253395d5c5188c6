/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_put.c -- records of strace out: names, layouts, arguments as text.
 */
#include <stdio.h>

#include "base/text.h"
#include "evidence/telemetry/strace_parts.h"

enum { CACHE = HW_STRACE_CACHE };

void hw_strace_put(struct hw_strace_record *r, enum hw_strace_value v, struct hw_span s)
{
    r->values[v] = s.p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : s;
}

void hw_strace_put_str(struct hw_strace_record *r, enum hw_strace_value v, const char *s)
{
    r->values[v] = hw_span_str(s);
}

void hw_strace_put_copy(struct hw_strace_record *r, struct hw_strace_scratch *m,
                        enum hw_strace_value v, struct hw_span s)
{
    uint8_t *p = s.n == 0 ? NULL : hw_strace_take(m, s.n);
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        p[i] = s.p[i];
    }
    if (p != NULL) {
        hw_strace_put(r, v, (struct hw_span){p, s.n});
    }
}

void hw_strace_put_number(struct hw_strace_out *k, struct hw_strace_record *r,
                          enum hw_strace_value v, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    hw_strace_put_copy(r, &k->m, v, hw_span_str(text));
}

static const char *const value_names[HW_SV_COUNT] = {
    [HW_SV_PID] = "pid",
    [HW_SV_TID] = "tid",
    [HW_SV_UNIQ] = "uniq",
    [HW_SV_PRIOR_UNIQ] = "prior_uniq",
    [HW_SV_PARENT_PID] = "parent_pid",
    [HW_SV_PARENT_UNIQ] = "parent_uniq",
    [HW_SV_PARENT_GUESS] = "parent_guess",
    [HW_SV_IMAGE] = "image",
    [HW_SV_CWD] = "cwd",
    [HW_SV_DOES] = "does",
    [HW_SV_PATH] = "path",
    [HW_SV_PATH_NAMED] = "path_named",
    [HW_SV_PATH_RELATIVE] = "path_relative",
    [HW_SV_TARGET] = "target",
    [HW_SV_TARGET_RELATIVE] = "target_relative",
    [HW_SV_FLAGS] = "flags",
    [HW_SV_ARGV] = "argv",
    [HW_SV_ARGV_CUT] = "argv_cut",
    [HW_SV_CHILD] = "child",
    [HW_SV_CHILD_UNIQ] = "child_uniq",
    [HW_SV_THREAD] = "thread",
    [HW_SV_PROTO] = "proto",
    [HW_SV_DST_IP] = "dst.ip",
    [HW_SV_DST_PORT] = "dst.port",
    [HW_SV_DST_PATH] = "dst.path",
    [HW_SV_SRC_IP] = "src.ip",
    [HW_SV_SRC_PORT] = "src.port",
    [HW_SV_RET] = "ret",
    [HW_SV_ERRNO] = "errno",
    [HW_SV_RET_PATH] = "ret_path",
    [HW_SV_RET_SAYS] = "ret_says",
    [HW_SV_DURATION] = "duration",
    [HW_SV_RELATIVE] = "relative",
    [HW_SV_RESUMED_LINE] = "resumed_line",
    [HW_SV_UNFINISHED] = "unfinished",
    [HW_SV_SIGNAL] = "signal",
    [HW_SV_STATUS] = "status",
    [HW_SV_CORE] = "core",
    [HW_SV_TEXT] = "text",
};

static uint32_t layout_of(struct hw_strace_out *k, struct hw_span event,
                          const struct hw_strace_record *r, const struct hw_strace_cached *want)
{
    struct hw_span names[HW_SV_COUNT + 2 * HW_STRACE_ARGS];
    char text[HW_STRACE_ARGS][2][12];
    size_t count = 0;
    for (unsigned v = 0; v < HW_SV_COUNT; v++) {
        if (r->values[v].p != NULL) {
            names[count++] = hw_span_str(value_names[v]);
        }
    }
    for (unsigned i = 0; i < want->args && i < HW_STRACE_ARGS; i++) {
        snprintf(text[i][0], sizeof text[i][0], "a%u", i);
        snprintf(text[i][1], sizeof text[i][1], "a%u_cut", i);
        names[count++] = hw_span_str(text[i][0]);
        if ((want->cut >> i & 1U) != 0) {
            names[count++] = hw_span_str(text[i][1]);
        }
    }
    return hw_records_layout(&k->w, "strace", HW_SPAN_LIT("strace"), event, names, count);
}

/* Hashing forty names a record would cost more than reading the line. */
static uint32_t layout_cached(struct hw_strace_out *k, struct hw_span event,
                              const struct hw_strace_record *r)
{
    struct hw_strace_cached want = {.args = (uint32_t)r->count, .cut = r->cut, .event = event};
    for (unsigned v = 0; v < HW_SV_COUNT; v++) {
        want.values |= (uint64_t)(r->values[v].p != NULL) << v;
    }
    uint64_t h = want.values * 0x9e3779b97f4a7c15ULL ^ want.args ^ (uint64_t)want.cut << 8;
    for (size_t i = 0; i < event.n; i++) {
        h = (h ^ event.p[i]) * 0x100000001b3ULL;
    }
    struct hw_strace_cached *c = &k->cache[(h ^ h >> 32) % CACHE];
    if (c->event.p != NULL && c->values == want.values && c->args == want.args &&
        c->cut == want.cut && hw_span_equal(c->event, event)) {
        return c->layout;
    }
    want.layout = layout_of(k, event, r, &want);
    *c = want;
    return want.layout;
}

void hw_strace_emit(struct hw_strace_out *k, struct hw_span event,
                    const struct hw_strace_moment *at, struct hw_strace_record *r)
{
    struct hw_span values[HW_SV_COUNT + 2 * HW_STRACE_ARGS];
    size_t count = 0;
    if (at->relative.n > 0) {
        hw_strace_put(r, HW_SV_RELATIVE, at->relative);
    }
    uint32_t layout = layout_cached(k, event, r);
    if (layout == UINT32_MAX) {
        hw_records_bad(&k->w, at->line, at->off, 0, "more kinds of records than are kept");
        return;
    }
    for (unsigned v = 0; v < HW_SV_COUNT; v++) {
        if (r->values[v].p != NULL) {
            values[count++] = r->values[v];
        }
    }
    for (size_t i = 0; i < r->count; i++) {
        values[count++] = r->args[i];
        if ((r->cut >> i & 1U) != 0) {
            values[count++] = HW_SPAN_LIT("1");
        }
    }
    struct hw_record out = {.layout = layout,
                            .number = at->line,
                            .off = at->off,
                            .time_ns = at->time_ns,
                            .clock = at->clock,
                            .digits = at->digits,
                            .values = values,
                            .count = count};
    hw_records_put(&k->w, &out);
}

/* A decoded string is kept only when it is text; else as it was written. */
static bool is_plain(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r') ||
            s.p[i] == 0x7f) {
            return false;
        }
    }
    return hw_utf8_valid(s);
}

void hw_strace_put_args(struct hw_strace_out *k, const struct hw_strace_call *c,
                        struct hw_strace_record *r)
{
    for (size_t i = 0; i < c->count; i++) {
        struct hw_span s;
        bool cut = false;
        size_t used, before = k->m.n;
        r->args[i] = c->args[i].p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : c->args[i];
        if (hw_strace_string(c->args[i], &k->m, &s, &cut, &used)) {
            if (used == c->args[i].n && is_plain(s)) {
                r->args[i] = s;
            } else {
                k->m.n = before;
            }
            r->cut |= (uint32_t)cut << i;
        }
    }
    r->count = c->count;
}

void hw_strace_put_result(const struct hw_strace_call *c, struct hw_strace_record *r)
{
    const struct {
        enum hw_strace_value v;
        struct hw_span s;
    } parts[] = {
        {HW_SV_RET, c->ret_text},  {HW_SV_ERRNO, c->errno_text},  {HW_SV_RET_PATH, c->ret_mark},
        {HW_SV_RET_SAYS, c->says}, {HW_SV_DURATION, c->duration},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].s.n > 0) {
            hw_strace_put(r, parts[i].v, parts[i].s);
        }
    }
}
