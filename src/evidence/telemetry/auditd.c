/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd.c -- the Linux audit log: lines in, whole events out.
 *
 * auditd(8), auditd.conf(5). The records of one event bear the same time and serial, and lie among
 * those of others; a window of 64 events is kept open, and the oldest is told when a 65th begins.
 * Serials count up by one on each machine, but for those of the daemon's own records (DAEMON_...):
 * what is missing between them is LOST. They begin again when the machine does.
 *
 * The raw output of ausearch ("----", "time->...") is read as well.
 */
#include "evidence/telemetry/auditd.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/auditd_parts.h"

enum {
    NODES = 16,       /* machines whose serials are followed */
    REACH = 4096,     /* how far out of order serials may come */
    LOST_EACH = 1000, /* gaps told one by one, of each machine */
    PIDS = 1 << 14,
    LINE_BYTES = 64 * 1024,
    PROBE_LINES = 40,
    SAME_LIFE_S = 600,
};

struct slot {
    struct hw_auditd_head head;
    struct hw_span host;
    uint64_t off;
    uint32_t first, last; /* lines, index + 1 */
};

struct node { /* the serials of one machine: a bit for each from base on */
    struct hw_span name;
    uint64_t base, top; /* top: one behind the highest seen */
    uint64_t gaps, more, more_first, more_last;
    uint64_t seen[REACH / 64];
    bool used, fresh; /* fresh: the daemon said that it starts */
};

struct life { /* the last program of a pid */
    uint64_t pid, parent;
    int64_t at_ns;
};

struct hw_auditd {
    struct hw_exam *x;
    struct hw_records *w;
    struct slot *slots; /* a ring */
    uint32_t oldest, count;
    struct hw_auditd_text *lines;
    uint32_t lines_used, lines_free;
    struct hw_auditd_event *e;
    struct node *nodes;
    struct life *lives;
    uint64_t lost_said, events;
    bool told_left_out;
};

struct hw_auditd *hw_auditd_new(struct hw_exam *x, struct hw_records *w)
{
    struct hw_auditd *a = hw_arena_alloc(x->arena, sizeof *a);
    if (a == NULL) {
        return NULL;
    }
    a->x = x;
    a->w = w;
    a->slots = hw_arena_array(x->arena, HW_AUDITD_SLOTS, sizeof *a->slots);
    a->lines = hw_arena_array(x->arena, HW_AUDITD_LINES, sizeof *a->lines);
    a->e = hw_arena_alloc(x->arena, sizeof *a->e);
    a->nodes = hw_arena_array(x->arena, NODES, sizeof *a->nodes);
    a->lives = hw_arena_array(x->arena, PIDS, sizeof *a->lives);
    uint8_t *scratch = hw_arena_alloc(x->arena, HW_AUDITD_SCRATCH);
    uint8_t *argv = hw_arena_alloc(x->arena, HW_AUDITD_ARGV);
    if (a->slots == NULL || a->lines == NULL || a->e == NULL || a->nodes == NULL ||
        a->lives == NULL || scratch == NULL || argv == NULL) {
        return NULL;
    }
    a->e->m = (struct hw_auditd_scratch){scratch, 0, HW_AUDITD_SCRATCH};
    a->e->argv = argv;
    return a;
}

/* ---- serials ---- */

static bool seen_get(const struct node *n, uint64_t serial)
{
    return (n->seen[serial / 64 % (REACH / 64)] >> (serial % 64) & 1U) != 0;
}

static void seen_set(struct node *n, uint64_t serial, bool on)
{
    uint64_t bit = 1ULL << (serial % 64), *at = &n->seen[serial / 64 % (REACH / 64)];
    *at = on ? *at | bit : *at & ~bit;
}

static void say_gap(struct hw_auditd *a, struct node *n, uint64_t off, uint64_t first,
                    uint64_t last)
{
    if (n->gaps++ < LOST_EACH) {
        hw_records_lost(a->w, "overwritten", off, last - first + 1, first, last,
                        "serials that no record bears");
        return;
    }
    n->more += last - first + 1;
    n->more_first = n->more_first == 0 ? first : n->more_first;
    n->more_last = last;
}

/* Moves the window on to `base`; what was not seen by then is gone. */
static void slide(struct hw_auditd *a, struct node *n, uint64_t off, uint64_t base)
{
    uint64_t first = 0, run = 0;
    uint64_t stop = base < n->top ? base : n->top;
    for (; n->base < stop; n->base++) {
        if (seen_get(n, n->base)) {
            if (run > 0) {
                say_gap(a, n, off, first, n->base - 1);
            }
            run = 0;
        } else {
            first = run == 0 ? n->base : first;
            run++;
        }
        seen_set(n, n->base, false);
    }
    if (base > n->base) { /* a leap beyond all that was seen */
        first = run == 0 ? n->base : first;
        say_gap(a, n, off, first, base - 1);
        n->base = n->top = base;
    } else if (run > 0) {
        say_gap(a, n, off, first, n->base - 1);
    }
}

static struct node *node_of(struct hw_auditd *a, struct hw_span name)
{
    for (size_t i = 0; i < NODES; i++) {
        struct node *n = &a->nodes[i];
        if (n->used && hw_span_equal(n->name, name)) {
            return n;
        }
        if (!n->used) {
            n->used = true;
            n->name = name;
            n->base = n->top = 0;
            return n;
        }
    }
    return NULL; /* a collector of many: their serials are not followed */
}

static void count_serial(struct hw_auditd *a, const struct hw_auditd_head *h, struct hw_span host,
                         uint64_t off)
{
    struct node *n = node_of(a, h->node.n > 0 ? h->node : host);
    if (n == NULL || h->serial >= UINT64_MAX - REACH) {
        return;
    }
    if (hw_span_starts(h->type, "DAEMON_")) {
        n->fresh = n->fresh || hw_span_is(h->type, "DAEMON_START");
        return;
    }
    bool again = h->serial < n->base && (n->fresh || n->base - h->serial > REACH);
    if (again) {
        slide(a, n, off, n->top);
    }
    if (n->top == 0 || again) {
        memset(n->seen, 0, sizeof n->seen);
        n->base = n->top = h->serial;
    }
    n->fresh = false;
    if (h->serial < n->base) {
        return; /* late, or seen before */
    }
    if (h->serial > n->top + REACH) { /* too far for the rest to come late */
        slide(a, n, off, h->serial);
    } else if (h->serial >= n->base + REACH) {
        slide(a, n, off, h->serial - REACH + 1);
    }
    seen_set(n, h->serial, true);
    n->top = h->serial >= n->top ? h->serial + 1 : n->top;
}

/* ---- events out ---- */

/* The first program of a pid is a birth; one soon after, of the same parent, is an exec. */
static void put_born(struct hw_auditd *a, struct hw_auditd_event *e)
{
    uint64_t pid, parent;
    bool spawn = hw_span_is(hw_auditd_get(e, "does"), "spawn");
    if ((!spawn && !hw_span_is(hw_auditd_get(e, "does"), "exec")) ||
        !hw_span_u64(hw_auditd_get(e, spawn ? "child" : "pid"), &pid) ||
        !hw_span_u64(hw_auditd_get(e, spawn ? "pid" : "ppid"), &parent)) {
        return;
    }
    if (spawn) { /* its birth is told by this, and its first program is an exec */
        a->lives[pid % PIDS] = (struct life){pid, parent, e->head.time_ns};
        return;
    }
    struct life *l = &a->lives[pid % PIDS];
    bool known = l->pid == pid && l->parent == parent &&
                 e->head.time_ns - l->at_ns < SAME_LIFE_S * INT64_C(1000000000);
    hw_auditd_own(e, "born", known ? HW_SPAN_LIT("0") : HW_SPAN_LIT("1"));
    *l = (struct life){pid, parent, e->head.time_ns};
}

static void put_types(struct hw_auditd_event *e, const struct hw_auditd_text *lines, uint32_t at)
{
    uint8_t *p = e->m.p + e->m.n;
    size_t n = 0, room = e->m.room - e->m.n, kinds = 0;
    struct hw_span before = {NULL, 0};
    for (; at != 0; at = lines[at - 1].next) {
        struct hw_span type = lines[at - 1].type;
        if (hw_span_equal(type, before) || n + type.n + 1 > room || n > 400) {
            continue;
        }
        before = type;
        p[n] = ',';
        n += kinds++ > 0;
        for (size_t i = 0; i < type.n; i++) {
            p[n++] = type.p[i];
        }
    }
    if (kinds > 1 || (kinds == 1 && e->count == 0)) { /* a record has at least one value */
        e->m.n += n;
        hw_auditd_own(e, "types", (struct hw_span){p, n});
    }
}

static void put_event(struct hw_auditd *a)
{
    struct hw_auditd_event *e = a->e;
    uint32_t layout =
        hw_records_layout(a->w, "auditd", HW_SPAN_LIT("auditd"), e->head.type, e->names, e->count);
    if (layout == UINT32_MAX) {
        hw_records_bad(a->w, e->head.serial, e->off, 0, "more kinds of records than are kept");
        return;
    }
    struct hw_record r = {.layout = layout,
                          .number = e->head.serial,
                          .off = e->off,
                          .time_ns = e->head.time_ns,
                          .clock = HW_CLOCK_UTC,
                          .digits = e->head.digits,
                          .values = e->values,
                          .count = e->count};
    hw_records_put(a->w, &r);
    a->events++;
}

/* SYSCALL tells what the event is; where there is none, its first record does. */
static uint32_t main_line(const struct hw_auditd *a, const struct slot *s)
{
    for (uint32_t at = s->first; at != 0; at = a->lines[at - 1].next) {
        if (hw_span_equal(a->lines[at - 1].type, HW_SPAN_LIT("SYSCALL"))) {
            return at;
        }
    }
    return s->first;
}

static void take(struct hw_auditd *a, uint32_t at)
{
    struct hw_auditd_head h = a->e->head;
    h.type = a->lines[at - 1].type;
    h.body = a->lines[at - 1].body;
    hw_auditd_take(a->e, &h);
}

static void tell_oldest(struct hw_auditd *a)
{
    struct slot *s = &a->slots[a->oldest];
    struct hw_auditd_event *e = a->e;
    uint32_t first = main_line(a, s), end = 0;
    e->head = s->head;
    e->off = s->off;
    e->count = e->m.n = e->argv_n = 0;
    e->has_argv = e->argv_cut = e->left_out = false;
    e->peer_ip = e->peer_port = (struct hw_span){NULL, 0};
    memset(e->items, 0, sizeof e->items);
    memset(e->marks, 0, sizeof e->marks);
    struct hw_span host = s->head.node.n > 0 ? s->head.node : s->host;
    if (host.n > 0) {
        hw_auditd_own(e, "host", host);
    }
    e->head.type = a->lines[first - 1].type;
    take(a, first);
    for (uint32_t at = s->first; at != 0; at = a->lines[at - 1].next) {
        end = at;
        if (at != first) {
            take(a, at);
        }
    }
    if (e->has_argv) {
        hw_auditd_own(e, "argv", (struct hw_span){e->argv, e->argv_n});
    }
    if (e->argv_cut) {
        hw_auditd_own(e, "argv_cut", HW_SPAN_LIT("1"));
    }
    put_types(e, a->lines, s->first);
    hw_auditd_does(e);
    put_born(a, e);
    if (e->left_out && !a->told_left_out) {
        a->told_left_out = true;
        hw_say_anomaly(a->x, a->w->n, "over-budget", s->off, 0,
                       "event %llu has more fields than are kept",
                       (unsigned long long)s->head.serial);
    }
    put_event(a);
    a->lines[end - 1].next = a->lines_free;
    a->lines_free = s->first;
    a->oldest = (a->oldest + 1) % HW_AUDITD_SLOTS;
    a->count--;
}

/* ---- lines in ---- */

static uint32_t line_new(struct hw_auditd *a)
{
    uint32_t at = a->lines_free;
    if (at != 0) {
        a->lines_free = a->lines[at - 1].next;
        return at;
    }
    return a->lines_used < HW_AUDITD_LINES ? ++a->lines_used : 0;
}

static struct slot *slot_of(struct hw_auditd *a, const struct hw_auditd_head *h,
                            struct hw_span host)
{
    for (uint32_t k = a->count; k > 0; k--) {
        struct slot *s = &a->slots[(a->oldest + k - 1) % HW_AUDITD_SLOTS];
        if (s->head.serial == h->serial && s->head.time_ns == h->time_ns &&
            hw_span_equal(s->head.node, h->node) && hw_span_equal(s->host, host)) {
            return s;
        }
    }
    return NULL;
}

/* Where the record begins: carriers put their own words in front. */
static size_t record_at(struct hw_span text)
{
    static const char *const begins[] = {"node=", "type="};
    for (size_t i = 0; i < 2; i++) {
        if (hw_span_starts(text, begins[i])) {
            return 0;
        }
    }
    const uint8_t *hit =
        text.n < 12 ? NULL : memmem(text.p, text.n < 300 ? text.n : 300, "type=", 5);
    return hit == NULL ? text.n : (size_t)(hit - text.p);
}

bool hw_auditd_is(struct hw_span text)
{
    struct hw_auditd_head h;
    return hw_auditd_head(hw_span_from(text, record_at(text)), &h);
}

/* The kernel's own words about what it could not record. */
static bool say_dropped(struct hw_auditd *a, struct hw_span s, uint64_t off)
{
    const uint8_t *hit = s.n < 11 ? NULL : memmem(s.p, s.n, "audit_lost=", 11);
    const uint8_t *full = s.n < 22 ? NULL : memmem(s.p, s.n, "backlog limit exceeded", 22);
    uint64_t count;
    if (hit == NULL && full == NULL) {
        return false;
    }
    if (full != NULL) {
        hw_records_lost(a->w, "dropped", off, 0, 0, 0, "audit: backlog limit exceeded");
        return true;
    }
    struct hw_span n = hw_span_from(s, (size_t)(hit - s.p) + 11);
    n = hw_span_cut(n, 0, hw_span_find(n, ' '));
    if (hw_span_u64(n, &count) && count > a->lost_said) {
        hw_records_lost(a->w, "dropped", off, count - a->lost_said, 0, 0,
                        "the kernel's audit_lost went up");
        a->lost_said = count;
    }
    return true;
}

bool hw_auditd_line(struct hw_auditd *a, struct hw_span text, struct hw_span host, uint64_t off)
{
    struct hw_auditd_head h;
    struct hw_span s = hw_span_from(text, record_at(text));
    if (!hw_auditd_head(s, &h)) {
        return say_dropped(a, text, off);
    }
    if (hw_span_is(h.type, "EOE")) {
        return true; /* the end of an event, and nothing else */
    }
    struct slot *slot = slot_of(a, &h, host);
    uint32_t at = line_new(a);
    while (at == 0) {
        if (slot == &a->slots[a->oldest]) {
            slot = NULL; /* an event of thousands of records is told in parts */
        }
        tell_oldest(a);
        at = line_new(a);
    }
    if (slot == NULL) {
        if (a->count == HW_AUDITD_SLOTS) {
            tell_oldest(a);
        }
        count_serial(a, &h, host, off);
        slot = &a->slots[(a->oldest + a->count++) % HW_AUDITD_SLOTS];
        *slot = (struct slot){.head = h, .host = host, .off = off, .first = at};
    } else {
        a->lines[slot->last - 1].next = at;
    }
    slot->last = at;
    a->lines[at - 1] = (struct hw_auditd_text){.type = h.type, .body = h.body};
    return true;
}

void hw_auditd_end(struct hw_auditd *a)
{
    while (a->count > 0) {
        tell_oldest(a);
    }
    for (size_t i = 0; i < NODES; i++) {
        struct node *n = &a->nodes[i];
        if (n->used) {
            slide(a, n, a->w->n->bytes.n, n->top);
        }
        if (n->more > 0) {
            hw_records_lost(a->w, "overwritten", a->w->n->bytes.n, n->more, n->more_first,
                            n->more_last, "more serials, in many places, that no record bears");
        }
    }
}

/* ---- the log ---- */

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span s;
    struct hw_auditd_head h;
    unsigned lines = 0, good = 0;
    bool ended;
    hw_reader_init(&r, hw_span_cut(bytes, 0, 128 * 1024), fuel);
    while (lines < PROBE_LINES && hw_read_log_line(&r, &s, &ended)) {
        bool is = hw_auditd_head(s, &h);
        good += is;
        lines += s.n > 0 && !hw_span_is(s, "----") && !hw_span_starts(s, "time->") &&
                 (ended || is || lines == 0);
        if (lines > 3 && good == 0) {
            return 0;
        }
    }
    return good > 0 && good * 10 >= lines * 8 ? (good > 1 ? 96 : 64) : 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_records w;
    struct hw_reader r;
    struct hw_span s, none = {NULL, 0};
    bool ended = true;
    uint64_t line = 0, off = 0;
    hw_records_init(&w, x, n);
    struct hw_auditd *a = hw_auditd_new(x, &w);
    hw_node_reader(x, n, &r);
    if (a == NULL) {
        hw_say_degree(n, HW_REFUSED, "no memory for events under way");
    }
    while (a != NULL && hw_records_going(&w) && hw_read_log_line(&r, &s, &ended)) {
        line++;
        bool passed = s.n == 0 || hw_span_is(s, "----") || hw_span_starts(s, "time->");
        if (!passed && (s.n > LINE_BYTES || !hw_auditd_line(a, s, none, off))) {
            hw_records_bad(&w, line, off, s.n,
                           s.n > LINE_BYTES ? "longer than a line may be" : "no audit record");
        }
        if (!ended) {
            hw_records_lost(&w, "truncated", off, 0, 0, 0, "the last line has no end");
        }
        off = hw_read_where(&r);
    }
    if (a != NULL) {
        hw_auditd_end(a);
    }
    if (!hw_reader_ok(&r)) {
        hw_say_fault(x, n, &r, "the log");
    }
    hw_records_done(&w);
}

const struct hw_format hw_format_auditd = {"auditd", probe, examine, NULL, false};
