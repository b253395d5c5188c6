/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace.c -- logs of strace: each call a record, with paths made whole.
 *
 * strace(1), versions 4 to 6, with -f and any of -o -t -tt -ttt -r -T -y -yy -i -n -v. A line is
 * taken apart by strace_line.c and strace_args.c; what a process has open and where it stands is
 * kept by strace_state.c. A call that was interrupted by another process's line is one record with
 * the place and time of its beginning; one that never ends is a LOST fact, and a record that says
 * `unfinished`.
 *
 * On its error stream strace shares the paper with the program: there a line that is none of its
 * own is a record `output`, and the line without a pid is by the one process that is left.
 */
#include "evidence/telemetry/strace.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/records.h"
#include "evidence/telemetry/strace_parts.h"

enum {
    SPAWNING = 64,           /* unfinished spawns whose child is not known */
    AHEAD_BYTES = 512 << 10, /* how far the end of a spawn is looked for */
    LOST_EACH = 200,         /* unfinished calls told one by one */
    HALF_DAY_S = 12 * 3600,
};

struct walk {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_strace_out out;
    struct hw_reader r;
    struct hw_strace_state st;
    uint8_t *joined;
    uint64_t line, off, ahead_left, lost;
    bool column;             /* every line bears its pid: the log is strace's alone */
    uint64_t root;           /* whose lines bear no pid; 0: not known */
    uint64_t open_line;      /* pid + 1 of the call the line before broke off in; 0: none */
    int64_t day_ns, last_ns; /* times of day go round at midnight */
    struct {
        uint64_t pid;
        uint32_t life;
    } spawning[SPAWNING];
    size_t spawning_count;
};

/* ---- records out ---- */

/* Who did it; after the effect, so that an exec is told under its new name. */
static void put_who(struct walk *k, struct hw_strace_process *p, struct hw_strace_record *r)
{
    char uniq[HW_STRACE_UNIQ];
    hw_strace_uniq(&k->st, p, uniq);
    hw_strace_put_copy(r, &k->out.m, HW_SV_UNIQ, hw_span_str(uniq));
    if (p->leader > 0) {
        hw_strace_put_number(&k->out, r, HW_SV_PID, p->leader);
    }
    if (p->leader != p->pid) {
        hw_strace_put_number(&k->out, r, HW_SV_TID, p->pid);
    }
    if (p->has_parent && !p->told && p->leader == p->pid) {
        hw_strace_put_number(&k->out, r, HW_SV_PARENT_PID, p->parent_pid);
        hw_strace_put_copy(r, &k->out.m, HW_SV_PARENT_UNIQ, hw_span_str(p->parent_uniq));
        if (p->guessed) {
            hw_strace_put_str(r, HW_SV_PARENT_GUESS, "1");
        }
    }
    p->told = true;
    if (r->values[HW_SV_DOES].p == NULL) {
        hw_strace_put_str(r, HW_SV_DOES, "other");
    }
}

/* ---- calls that wait for their end ---- */

static void spawning_add(struct walk *k, const struct hw_strace_process *p)
{
    if (k->spawning_count < SPAWNING) {
        k->spawning[k->spawning_count].pid = p->pid;
        k->spawning[k->spawning_count++].life = p->life;
    }
}

static void spawning_drop(struct walk *k, const struct hw_strace_process *p)
{
    for (size_t i = 0; i < k->spawning_count; i++) {
        if (k->spawning[i].pid == p->pid && k->spawning[i].life == p->life) {
            k->spawning[i] = k->spawning[--k->spawning_count];
            return;
        }
    }
}

static void pending_clear(struct walk *k, struct hw_strace_process *p)
{
    if (p->pending_spawn) {
        spawning_drop(k, p);
    }
    p->pending = p->pending_spawn = false;
    p->pending_child = 0;
}

static void pending_set(struct walk *k, struct hw_strace_process *p, const struct hw_strace_line *l)
{
    p->pending = true;
    p->pending_at = (struct hw_strace_moment){.off = k->off,
                                              .line = k->line,
                                              .time_ns = l->time_ns,
                                              .clock = l->clock,
                                              .digits = l->digits,
                                              .relative = l->relative};
    p->pending_name = l->name;
    p->pending_text = l->rest;
    p->pending_child = 0;
    p->pending_spawn = hw_strace_spawns(l->name);
    if (p->pending_spawn) {
        spawning_add(k, p);
    }
}

/* A call whose end the log does not have. */
static void pending_lost(struct walk *k, struct hw_strace_process *p)
{
    struct hw_strace_record r = {.count = 0};
    struct hw_strace_call c = {.name = p->pending_name};
    struct hw_strace_moment at = p->pending_at;
    k->out.m.n = 0;
    hw_strace_call(p->pending_text, &c);
    hw_strace_put_args(&k->out, &c, &r);
    hw_strace_put_str(&r, HW_SV_UNFINISHED, "1");
    put_who(k, p, &r);
    hw_strace_emit(&k->out, p->pending_name, &at, &r);
    if (k->lost++ < LOST_EACH) {
        hw_records_lost(&k->out.w, "unfinished", at.off, 1, at.line, at.line,
                        "a call whose result was not recorded");
    }
    pending_clear(k, p);
}

static void call_done(struct walk *k, struct hw_strace_process *p, struct hw_span name,
                      struct hw_span text, const struct hw_strace_moment *at, uint64_t resumed)
{
    struct hw_strace_record r = {.count = 0};
    struct hw_strace_call c = {.name = name};
    k->out.m.n = 0;
    hw_strace_call(text, &c);
    if (!c.whole) {
        hw_records_bad(&k->out.w, at->line, at->off, text.n, "a call without its end");
        return;
    }
    hw_strace_put_result(&c, &r);
    hw_strace_effect(&k->st, p, &c, at->line, &k->out.m, &r);
    hw_strace_put_args(&k->out, &c, &r);
    if (resumed > 0) {
        hw_strace_put_number(&k->out, &r, HW_SV_RESUMED_LINE, resumed);
    }
    put_who(k, p, &r);
    hw_strace_emit(&k->out, name, at, &r);
}

/* The beginning and the end of a call put together. */
static void pending_done(struct walk *k, struct hw_strace_process *p, struct hw_span rest)
{
    struct hw_strace_moment at = p->pending_at;
    struct hw_span parts[2] = {p->pending_text, rest};
    size_t n = 0;
    for (unsigned i = 0; i < 2; i++) {
        for (size_t b = 0; b < parts[i].n && n < 2 * HW_STRACE_LINE_BYTES; b++) {
            k->joined[n++] = parts[i].p[b];
        }
    }
    call_done(k, p, p->pending_name, (struct hw_span){k->joined, n}, &at, k->line);
    pending_clear(k, p);
}

/* ---- whose line it is ---- */

/* Of several unfinished spawns, the one that ends with this pid further down. */
static struct hw_strace_process *look_ahead(struct walk *k, uint64_t pid)
{
    char text[32];
    int n = snprintf(text, sizeof text, "= %llu", (unsigned long long)pid);
    struct hw_span rest = hw_span_cut(hw_reader_rest(&k->r), 0, AHEAD_BYTES);
    size_t at = 0;
    while (at < rest.n && k->ahead_left > 0) {
        const uint8_t *hit = memmem(rest.p + at, rest.n - at, text, (size_t)n);
        size_t end = hit == NULL ? rest.n : (size_t)(hit - rest.p) + (size_t)n;
        k->ahead_left -= k->ahead_left < end - at ? k->ahead_left : end - at;
        if (hit == NULL) {
            break;
        }
        size_t from = end;
        while (from > 0 && end - from < 400 && rest.p[from - 1] != '\n') {
            from--;
        }
        struct hw_strace_line l;
        hw_strace_line(hw_span_cut(rest, from, end - from), &l);
        bool whole = end >= rest.n || !hw_ascii_is_digit(rest.p[end]);
        if (whole && l.shape == HW_STRACE_RESUMED && hw_strace_spawns(l.name)) {
            struct hw_strace_process *p = hw_strace_find(&k->st, l.has_pid ? l.pid : k->root);
            return p != NULL && p->pending_spawn && p->pending_child == 0 ? p : NULL;
        }
        at = end;
    }
    return NULL;
}

static struct hw_strace_process *spawner(struct walk *k, uint64_t pid, bool *out_guess)
{
    struct hw_strace_process *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < k->spawning_count; i++) {
        struct hw_strace_process *p = hw_strace_find(&k->st, k->spawning[i].pid);
        if (p != NULL && p->life == k->spawning[i].life && p->pending_child == 0) {
            found = found == NULL || p->pending_at.line < found->pending_at.line ? p : found;
            count++;
        }
    }
    *out_guess = false;
    if (count > 1) {
        struct hw_strace_process *sure = look_ahead(k, pid);
        *out_guess = sure == NULL;
        found = sure != NULL ? sure : found;
    }
    return found;
}

static struct hw_strace_process *appear(struct walk *k, uint64_t pid,
                                        struct hw_strace_process *parent)
{
    bool guess = false;
    parent = parent == NULL ? spawner(k, pid, &guess) : parent;
    if (parent == NULL || !parent->pending_spawn) {
        return hw_strace_born(&k->st, pid, k->line);
    }
    struct hw_strace_process *child =
        hw_strace_spawn(&k->st, parent, parent->pending_name, parent->pending_text, pid, k->line);
    child->guessed = guess;
    parent->pending_child = pid;
    parent->pending_child_life = child->life;
    return child;
}

static struct hw_strace_process *whose(struct walk *k, const struct hw_strace_line *l)
{
    struct hw_strace_process *p;
    if (l->has_pid) {
        p = hw_strace_find(&k->st, l->pid);
        return p != NULL ? p : appear(k, l->pid, NULL);
    }
    p = hw_strace_find(&k->st, k->root);
    if (k->st.living == 1) {
        p = k->st.newest; /* strace leaves the pid out when one process is left */
    }
    return p != NULL ? p : hw_strace_born(&k->st, k->root, k->line);
}

/* ---- lines ---- */

/* A file that it had open to write when it ended: the end closed it. The lowest descriptor's, as a
 * record has one path; programs that end so have a shell's redirection and no other. */
static void put_left_open(struct walk *k, const struct hw_strace_process *p,
                          struct hw_strace_record *r)
{
    const struct hw_strace_open *found = NULL;
    const struct hw_strace_open *o = p->files == NULL ? NULL : p->files->head;
    for (; o != NULL && p->files->refs == 1; o = o->next) {
        if (o->writes && (found == NULL || o->fd < found->fd)) {
            found = o;
        }
    }
    struct hw_span path = hw_strace_text_span(found == NULL ? NULL : found->path);
    if (path.n > 0 && path.p[0] == '/') {
        hw_strace_put_copy(r, &k->out.m, HW_SV_PATH, path);
    }
}

static void end_process(struct walk *k, struct hw_strace_process *p, const struct hw_strace_line *l,
                        const struct hw_strace_moment *at)
{
    struct hw_strace_record r = {.count = 0};
    bool thread = p->leader != p->pid;
    if (p->pending) {
        pending_lost(k, p);
    }
    k->out.m.n = 0;
    if (l->shape == HW_STRACE_KILLED) {
        hw_strace_put(&r, HW_SV_SIGNAL, l->name);
        if (l->core) {
            hw_strace_put_str(&r, HW_SV_CORE, "1");
        }
    } else {
        hw_strace_put_number(&k->out, &r, HW_SV_STATUS, l->number);
    }
    hw_strace_put_str(&r, thread ? HW_SV_THREAD : HW_SV_DOES, thread ? "1" : "exit");
    hw_strace_put_copy(&r, &k->out.m, HW_SV_IMAGE,
                       hw_strace_text_span(hw_strace_leader(&k->st, p)->image));
    put_left_open(k, p, &r);
    put_who(k, p, &r);
    hw_strace_emit(&k->out, HW_SPAN_LIT("exit"), at, &r);
    hw_strace_dead(&k->st, p);
}

/* The thread `number` has become the whole process; it goes on under the leader's pid. */
static void supersede(struct walk *k, struct hw_strace_process *p, uint64_t number)
{
    struct hw_strace_process *t = hw_strace_find(&k->st, number);
    if (p->pending) {
        pending_lost(k, p);
    }
    if (t != NULL && t != p && t->pending) {
        p->pending = true;
        p->pending_at = t->pending_at;
        p->pending_name = t->pending_name;
        p->pending_text = t->pending_text;
        t->pending = false;
        hw_strace_dead(&k->st, t);
    }
}

static void text_line(struct walk *k, const char *event, struct hw_span s,
                      const struct hw_strace_moment *at)
{
    struct hw_strace_record r = {.count = 0};
    hw_strace_put(&r, HW_SV_TEXT, s);
    hw_strace_emit(&k->out, hw_span_str(event), at, &r);
}

static void resumed_line(struct walk *k, struct hw_strace_process *p,
                         const struct hw_strace_line *l, const struct hw_strace_moment *at)
{
    if (p->pending && hw_span_equal(p->pending_name, l->name)) {
        if (l->unfinished) { /* interrupted twice: only the arguments' middle stood here */
            if (l->has_attached && hw_strace_find(&k->st, l->attached) == NULL) {
                (void)appear(k, l->attached, NULL);
                k->open_line = p->pid + 1;
            }
            return;
        }
        pending_done(k, p, l->rest);
        return;
    }
    if (p->pending) {
        pending_lost(k, p);
    }
    /* It began before the log did: the result is kept, the arguments cannot be counted. */
    struct hw_strace_record r = {.count = 0};
    k->out.m.n = 0;
    hw_strace_put(&r, HW_SV_TEXT, l->rest);
    put_who(k, p, &r);
    hw_strace_emit(&k->out, l->name, at, &r);
}

static void call_line(struct walk *k, struct hw_strace_process *p, const struct hw_strace_line *l,
                      const struct hw_strace_moment *at)
{
    if (p->pending) {
        pending_lost(k, p);
    }
    if (l->unfinished) {
        pending_set(k, p, l);
        if (l->has_attached) {
            /* It may break into the line of a process that has nothing to do with it. */
            (void)appear(k, l->attached, p->pending_spawn ? p : NULL);
            k->open_line = p->pid + 1;
        }
        return;
    }
    if (!k->column) {
        struct hw_strace_call c = {.name = l->name};
        hw_strace_call(l->rest, &c);
        if (!c.whole) { /* the program wrote between the call and its result */
            pending_set(k, p, l);
            k->open_line = p->pid + 1;
            return;
        }
    }
    call_done(k, p, l->name, l->rest, at, 0);
}

static void signal_line(struct walk *k, struct hw_strace_process *p, const struct hw_strace_line *l,
                        const struct hw_strace_moment *at)
{
    struct hw_strace_record r = {.count = 0};
    k->out.m.n = 0;
    hw_strace_put(&r, HW_SV_SIGNAL, l->name);
    hw_strace_put(&r, HW_SV_TEXT, l->rest);
    put_who(k, p, &r);
    hw_strace_emit(&k->out, HW_SPAN_LIT("signal"), at, &r);
}

/* What follows a line that broke off in the middle of a call. True: it was its end. */
static bool go_on(struct walk *k, const struct hw_strace_line *l, struct hw_span s)
{
    struct hw_strace_process *p =
        k->open_line == 0 ? NULL : hw_strace_find(&k->st, k->open_line - 1);
    k->open_line = 0;
    if (p == NULL || !p->pending || l->shape != HW_STRACE_OTHER) {
        return false;
    }
    if (!hw_span_is(hw_span_trim(s), "<unfinished ...>")) {
        pending_done(k, p, s);
    }
    return true;
}

static void midnight(struct walk *k, struct hw_strace_line *l)
{
    if (l->clock != HW_CLOCK_NO_YEAR) {
        return;
    }
    l->time_ns += k->day_ns;
    if (l->time_ns < k->last_ns - HALF_DAY_S * HW_NS_PER_SECOND &&
        k->day_ns < 3000 * 24 * 3600 * HW_NS_PER_SECOND) {
        k->day_ns += 24 * 3600 * HW_NS_PER_SECOND;
        l->time_ns += 24 * 3600 * HW_NS_PER_SECOND;
    }
    k->last_ns = l->time_ns;
}

static void one_line(struct walk *k, struct hw_span s)
{
    struct hw_strace_line l;
    hw_strace_line(s, &l);
    midnight(k, &l);
    struct hw_strace_moment at = {k->off, k->line, l.time_ns, l.clock, l.digits, l.relative};
    if (s.n == 0 || go_on(k, &l, s)) {
        return;
    }
    if (l.shape == HW_STRACE_NOTE || l.shape == HW_STRACE_OTHER) {
        if (l.has_attached && hw_strace_find(&k->st, l.attached) == NULL) {
            (void)appear(k, l.attached, NULL);
        }
        if (l.shape == HW_STRACE_OTHER && k->column) {
            hw_records_bad(&k->out.w, k->line, k->off, s.n, "not a line of strace");
        } else {
            text_line(k, l.shape == HW_STRACE_NOTE ? "note" : "output", s, &at);
        }
        return;
    }
    struct hw_strace_process *p = whose(k, &l);
    switch (l.shape) {
    case HW_STRACE_CALL:
        call_line(k, p, &l, &at);
        break;
    case HW_STRACE_RESUMED:
        resumed_line(k, p, &l, &at);
        break;
    case HW_STRACE_SIGNAL:
        signal_line(k, p, &l, &at);
        break;
    case HW_STRACE_SUPERSEDED:
        supersede(k, p, l.number);
        break;
    default:
        end_process(k, p, &l, &at);
        break;
    }
}

/* ---- the log ---- */

/* The pid of the process whose lines bear none: by what it was told of itself, or by the first
 * pid in brackets that no spawn announced. */
static uint64_t find_root(struct hw_exam *x, const struct hw_node *n)
{
    struct hw_reader r;
    struct hw_span s;
    bool ended;
    uint64_t announced[32];
    size_t count = 0;
    hw_reader_init(&r, hw_span_cut(n->bytes, 0, AHEAD_BYTES), &x->fuel);
    while (hw_read_log_line(&r, &s, &ended)) {
        struct hw_strace_line l;
        struct hw_strace_call c;
        bool known = false;
        hw_strace_line(s, &l);
        if (l.has_attached && count < 32) {
            announced[count++] = l.attached;
        }
        for (size_t i = 0; i < count; i++) {
            known = known || announced[i] == l.pid;
        }
        if (l.has_pid && !known) {
            return l.pid;
        }
        if (!l.has_pid && l.shape == HW_STRACE_CALL && count == 0 &&
            (hw_span_is(l.name, "set_tid_address") || hw_span_is(l.name, "getpid") ||
             hw_span_is(l.name, "gettid"))) {
            c.name = l.name;
            hw_strace_call(l.rest, &c);
            if (c.ok && c.ret > 0) {
                return (uint64_t)c.ret;
            }
        }
    }
    return 0;
}

static void end_log(struct walk *k)
{
    for (struct hw_strace_process *p = k->st.newest; p != NULL; p = p->older) {
        if (p->pending) {
            pending_lost(k, p);
        }
    }
    if (k->lost > LOST_EACH) {
        hw_records_lost(&k->out.w, "unfinished", k->off, k->lost - LOST_EACH, 0, 0,
                        "more calls whose results were not recorded");
    }
    if (k->st.full) {
        hw_say_anomaly(k->x, k->n, "over-budget", 0, 0,
                       "more processes or open files than are followed: some paths are not known");
    }
    hw_say_number(k->x, k->n, "strace.unfinished", k->lost);
}

static bool begin(struct walk *k)
{
    struct hw_arena *a = k->x->arena;
    k->joined = hw_arena_alloc(a, 2 * HW_STRACE_LINE_BYTES);
    k->out.m.p = hw_arena_alloc(a, HW_STRACE_SCRATCH);
    k->out.m.room = HW_STRACE_SCRATCH;
    k->out.cache = hw_arena_array(a, HW_STRACE_CACHE, sizeof *k->out.cache);
    if (k->joined == NULL || k->out.m.p == NULL || k->out.cache == NULL ||
        !hw_strace_state_init(&k->st, a)) {
        hw_say_degree(k->n, HW_REFUSED, "no memory for what the processes have open");
        return false;
    }
    return true;
}

static void walk_lines(struct walk *k)
{
    struct hw_span s;
    bool ended = true;
    k->off = 0;
    while (hw_records_going(&k->out.w) && hw_read_log_line(&k->r, &s, &ended)) {
        k->line++;
        uint64_t bad = k->out.w.bad;
        if (s.n > HW_STRACE_LINE_BYTES) {
            hw_records_bad(&k->out.w, k->line, k->off, s.n, "longer than a line may be");
        } else {
            one_line(k, s);
        }
        if (!ended) {
            hw_records_lost(&k->out.w, "truncated", k->off, 0, 0, 0,
                            k->out.w.bad > bad ? "the last line is not whole"
                                               : "the last line has no end");
        }
        k->off = hw_read_where(&k->r);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct walk k = {.x = x, .n = n};
    struct hw_strace_line first;
    struct hw_span s;
    bool ended;
    hw_records_init(&k.out.w, x, n);
    if (begin(&k)) {
        hw_node_reader(x, n, &k.r);
        if (hw_read_log_line(&k.r, &s, &ended)) {
            hw_strace_line(s, &first);
            k.column = first.column;
        }
        k.ahead_left = (16ULL << 20) + 8 * (uint64_t)n->bytes.n;
        k.root = k.column ? 0 : find_root(x, n);
        hw_node_reader(x, n, &k.r);
        walk_lines(&k);
        if (!hw_reader_ok(&k.r)) {
            hw_say_fault(x, n, &k.r, "the log");
        }
        end_log(&k);
    }
    hw_records_done(&k.out.w);
}

const struct hw_format hw_format_strace = {"strace", hw_strace_probe, examine, NULL, false};
