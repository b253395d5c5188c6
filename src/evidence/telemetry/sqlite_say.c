/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/telemetry/sqlite_say.h"

#include <math.h>

#include "base/checked.h"
#include "base/text.h"
#include "base/time.h"

enum {
    SCRATCH_BYTES = 4 * 1024 * 1024,
    BLOB_BYTES = 8 * 1024,
    MICRO_DIGITS = 6,
};
#define WEBKIT_TO_UNIX_S INT64_C(11644473600) /* from 1601 to 1970 */
#define MAC_TO_UNIX_S INT64_C(978307200)      /* from 1970 to 2001 */

void hw_sqlite_say_init(struct hw_sqlite_say *s, struct hw_records *out, const char *source,
                        const struct hw_sqlite_time *times)
{
    s->out = out;
    s->source = source;
    s->times = times;
    s->count = 0;
    hw_buf_init(&s->scratch, SCRATCH_BYTES);
}

void hw_sqlite_say_done(struct hw_sqlite_say *s)
{
    hw_buf_done(&s->scratch);
}

void hw_sqlite_say_begin(struct hw_sqlite_say *s)
{
    s->count = 0;
    hw_buf_clear(&s->scratch);
}

static void put(struct hw_sqlite_say *s, struct hw_span name, struct hw_span value, size_t from)
{
    if (s->count < HW_SQLITE_SAY_NAMES) {
        s->names[s->count] = name;
        s->values[s->count] = value;
        s->from[s->count++] = from;
    }
}

void hw_sqlite_say_text(struct hw_sqlite_say *s, struct hw_span name, struct hw_span text)
{
    put(s, name, text, SIZE_MAX);
}

void hw_sqlite_say_scratch(struct hw_sqlite_say *s, struct hw_span name, size_t from)
{
    put(s, name, (struct hw_span){NULL, s->scratch.n - from}, from);
}

bool hw_sqlite_moment(const struct hw_sqlite_value *v, enum hw_sqlite_epoch epoch, int64_t *out)
{
    int64_t ns;
    if (epoch == HW_SQLITE_MAC) {
        double s = v->type == HW_SQLITE_REAL ? v->real : (double)v->integer;
        /* Beyond 1e9 seconds a double has no nanoseconds: it is a moment to the microsecond. */
        if ((v->type != HW_SQLITE_REAL && v->type != HW_SQLITE_INTEGER) || !(fabs(s) < 8e9) ||
            s == 0) {
            return false;
        }
        return hw_mul_i64((int64_t)floor(s * 1e6), 1000, &ns) &&
               hw_add_i64(ns, MAC_TO_UNIX_S * HW_NS_PER_SECOND, out);
    }
    if (v->type != HW_SQLITE_INTEGER || v->integer == 0) {
        return false;
    }
    int64_t since = epoch == HW_SQLITE_WEBKIT ? -WEBKIT_TO_UNIX_S * 1000000 : 0;
    return hw_add_i64(v->integer, since, &ns) &&
           hw_mul_i64(ns, epoch == HW_SQLITE_UNIX_MS ? 1000000 : 1000, out);
}

static const struct hw_sqlite_time *time_of(const struct hw_sqlite_say *s, struct hw_span column)
{
    for (const struct hw_sqlite_time *t = s->times; t != NULL && t->column != NULL; t++) {
        if (hw_span_is_nocase(column, t->column)) {
            return t;
        }
    }
    return NULL;
}

void hw_sqlite_say_value(struct hw_sqlite_say *s, struct hw_span name,
                         const struct hw_sqlite_value *v)
{
    const struct hw_sqlite_time *t = time_of(s, name);
    size_t from = s->scratch.n;
    int64_t ns;
    if (t != NULL && hw_sqlite_moment(v, t->epoch, &ns)) {
        hw_time_put(&s->scratch, ns);
        hw_sqlite_say_scratch(s, name, from);
        return;
    }
    switch (v->type) {
    case HW_SQLITE_INTEGER:
        hw_buf_printf(&s->scratch, "%lld", (long long)v->integer);
        hw_sqlite_say_scratch(s, name, from);
        break;
    case HW_SQLITE_REAL:
        hw_buf_printf(&s->scratch, "%.15g", v->real);
        hw_sqlite_say_scratch(s, name, from);
        break;
    case HW_SQLITE_BLOB:
        hw_buf_hex(&s->scratch, hw_span_cut(v->bytes, 0, BLOB_BYTES));
        hw_sqlite_say_scratch(s, name, from);
        break;
    case HW_SQLITE_TEXT:
        hw_sqlite_say_text(s, name, v->bytes);
        break;
    case HW_SQLITE_ABSENT:
        hw_sqlite_say_text(s, name, (struct hw_span){NULL, 0});
        break;
    }
}

void hw_sqlite_say_row(struct hw_sqlite_say *s, const struct hw_sqlite_table *t,
                       const struct hw_sqlite_row *row, const char *other, const char *as)
{
    for (size_t i = 0; i < t->count; i++) {
        bool is_other = other != NULL && hw_span_is_nocase(t->columns[i], other);
        hw_sqlite_say_value(s, is_other ? hw_span_str(as) : t->columns[i], hw_sqlite_value(row, i));
    }
}

void hw_sqlite_say_put(struct hw_sqlite_say *s, struct hw_span log, struct hw_span event,
                       const struct hw_sqlite_table *t, const struct hw_sqlite_row *row,
                       size_t when)
{
    int64_t ns = HW_TIME_NONE;
    const struct hw_sqlite_time *time = when < t->count ? time_of(s, t->columns[when]) : NULL;
    if (time != NULL && !hw_sqlite_moment(hw_sqlite_value(row, when), time->epoch, &ns)) {
        ns = HW_TIME_NONE;
    }
    uint32_t layout = hw_records_layout(s->out, s->source, log, event, s->names, s->count);
    if (layout == UINT32_MAX || !hw_buf_ok(&s->scratch)) {
        hw_records_bad(s->out, (uint64_t)row->rowid, row->off, 0, "too long to be kept");
        return;
    }
    struct hw_span all = hw_buf_span(&s->scratch);
    for (size_t i = 0; i < s->count; i++) {
        if (s->from[i] != SIZE_MAX) {
            s->values[i] = hw_span_cut(all, s->from[i], s->values[i].n);
        }
    }
    hw_records_put(s->out,
                   &(struct hw_record){.layout = layout,
                                       .number = (uint64_t)row->rowid,
                                       .off = row->off,
                                       .time_ns = ns,
                                       .clock = ns == HW_TIME_NONE ? HW_CLOCK_NONE : HW_CLOCK_UTC,
                                       .digits = ns == HW_TIME_NONE ? 0 : MICRO_DIGITS,
                                       .values = s->values,
                                       .count = s->count});
}
