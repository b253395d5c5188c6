/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd_event.c -- the lines of one event put together.
 *
 * SYSCALL's fields, or those of the first line, keep their names. Those of the other lines do too,
 * until two say different things under one name: then the later one is TYPE.name. PATH is different
 * by nature, pathN.name; EXECVE's a0, a1[0], a1[1], a2 ... become argv.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/auditd_parts.h"

enum { CLASHES = 200 };

static struct hw_span keep(struct hw_auditd_event *e, const char *text, size_t n)
{
    uint8_t *p = e->m.p + e->m.n;
    if (n > e->m.room - e->m.n) {
        e->left_out = true;
        return (struct hw_span){NULL, 0};
    }
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)text[i];
    }
    e->m.n += n;
    return (struct hw_span){p, n};
}

/* One of 256 marks by the ends and the length of a name. */
static unsigned mark_of(struct hw_span name)
{
    return name.n == 0 ? 0
                       : (name.p[0] * 31U + name.p[name.n - 1] * 7U + (unsigned)name.n * 13U) % 256;
}

/* Index of a name, or e->count. */
static size_t find(const struct hw_auditd_event *e, struct hw_span name)
{
    unsigned mark = mark_of(name);
    if ((e->marks[mark / 64] >> (mark % 64) & 1U) == 0) {
        return e->count;
    }
    for (size_t i = 0; i < e->count; i++) {
        /* The first letter settles most, without a call. */
        if (e->names[i].n == name.n && name.n > 0 && e->names[i].p[0] == name.p[0] &&
            hw_span_equal(e->names[i], name)) {
            return i;
        }
    }
    return e->count;
}

static void append(struct hw_auditd_event *e, struct hw_span name, struct hw_span value)
{
    if (e->count >= HW_AUDITD_VALUES - 32 || name.n == 0) { /* our own always have a place */
        e->left_out = true;
        return;
    }
    unsigned mark = mark_of(name);
    e->marks[mark / 64] |= 1ULL << (mark % 64);
    e->names[e->count] = name;
    e->values[e->count++] = value.p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : value;
}

static bool is_ours(struct hw_span name)
{
    switch (name.n) {
    case 4:
        return hw_span_equal(name, HW_SPAN_LIT("path")) ||
               hw_span_equal(name, HW_SPAN_LIT("does")) ||
               hw_span_equal(name, HW_SPAN_LIT("argv")) ||
               hw_span_equal(name, HW_SPAN_LIT("born")) ||
               hw_span_equal(name, HW_SPAN_LIT("host")) || hw_span_equal(name, HW_SPAN_LIT("text"));
    case 5:
        return hw_span_equal(name, HW_SPAN_LIT("child")) ||
               hw_span_equal(name, HW_SPAN_LIT("types"));
    case 6:
        return hw_span_equal(name, HW_SPAN_LIT("target")) ||
               hw_span_equal(name, HW_SPAN_LIT("thread"));
    default:
        return false;
    }
}

void hw_auditd_add(struct hw_auditd_event *e, struct hw_span type, struct hw_span name,
                   struct hw_span value)
{
    char text[400];
    size_t at = is_ours(name) ? e->count : find(e, name);
    if (at == e->count && !is_ours(name)) {
        append(e, name, value);
        return;
    }
    if (at < e->count && hw_span_equal(e->values[at], value)) {
        return; /* said again */
    }
    for (unsigned k = 1; k <= CLASHES; k++) {
        int n = k == 1
                    ? snprintf(text, sizeof text, "%.*s.%.*s", (int)type.n, (const char *)type.p,
                               (int)(name.n > 200 ? 200 : name.n), (const char *)name.p)
                    : snprintf(text, sizeof text, "%.*s.%.*s.%u", (int)type.n, (const char *)type.p,
                               (int)(name.n > 200 ? 200 : name.n), (const char *)name.p, k);
        struct hw_span full = {(const uint8_t *)text, (size_t)n};
        at = find(e, full);
        if (at == e->count) {
            append(e, keep(e, text, (size_t)n), value);
            return;
        }
        if (hw_span_equal(e->values[at], value)) {
            return;
        }
    }
    e->left_out = true;
}

struct hw_span hw_auditd_get(const struct hw_auditd_event *e, const char *name)
{
    size_t at = find(e, hw_span_str(name));
    return at < e->count ? e->values[at] : (struct hw_span){NULL, 0};
}

void hw_auditd_own(struct hw_auditd_event *e, const char *name, struct hw_span value)
{
    if (e->count < HW_AUDITD_VALUES) {
        unsigned mark = mark_of(hw_span_str(name));
        e->marks[mark / 64] |= 1ULL << (mark % 64);
        e->names[e->count] = hw_span_str(name);
        e->values[e->count++] = value.p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : value;
    }
}

/* Fields whose text a stranger chose, which the kernel writes in hex when it is not plain. */
static bool untrusted(struct hw_span name)
{
    static const char *const words[] = {"acct", "cmd",  "comm",  "cwd",       "data",
                                        "dir",  "exe",  "key",   "name",      "ocomm",
                                        "path", "file", "watch", "proctitle", "vm"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

static bool looks_hex(struct hw_span s)
{
    return s.n >= 2 && s.n % 2 == 0 &&
           (hw_ascii_is_digit(s.p[0]) || (s.p[0] >= 'A' && s.p[0] <= 'F')) &&
           (hw_ascii_is_digit(s.p[1]) || (s.p[1] >= 'A' && s.p[1] <= 'F'));
}

static struct hw_span plain(struct hw_auditd_event *e, const struct hw_auditd_field *f)
{
    struct hw_span out;
    /* The order of the cheapest: nearly no value looks like it. */
    if (!f->bare || !looks_hex(f->value) || !untrusted(f->name) ||
        !hw_auditd_hex(f->value, &e->m, &out)) {
        return f->value;
    }
    if (hw_span_is(f->name, "key")) { /* several rules matched: 0x01 between their keys */
        uint8_t *p = e->m.p + (out.p - e->m.p);
        for (size_t i = 0; i < out.n; i++) {
            p[i] = p[i] == 1 ? ',' : p[i];
        }
    }
    return out;
}

/* ---- EXECVE ---- */

static void argv_bytes(struct hw_auditd_event *e, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (e->argv_n >= HW_AUDITD_ARGV) {
            e->argv_cut = true;
            return;
        }
        e->argv[e->argv_n++] = s.p[i];
    }
}

/* a0=..., a1[0]=... a1[1]=...; a1_len=... says nothing new. */
static bool take_arg(struct hw_auditd_event *e, const struct hw_auditd_field *f)
{
    size_t i = 1;
    while (i < f->name.n && hw_ascii_is_digit(f->name.p[i])) {
        i++;
    }
    struct hw_span tail = hw_span_from(f->name, i), value = f->value;
    if (f->name.n < 2 || f->name.p[0] != 'a' || i == 1) {
        return false;
    }
    if (hw_span_is(tail, "_len")) {
        return true;
    }
    if (tail.n > 0 && tail.p[0] != '[') {
        return false;
    }
    size_t before = e->m.n;
    if (f->bare && hw_auditd_hex(f->value, &e->m, &value)) {
        e->m.n = before; /* copied at once */
    }
    if (e->has_argv && (tail.n == 0 || hw_span_is(tail, "[0]"))) {
        argv_bytes(e, HW_SPAN_LIT(" "));
    }
    argv_bytes(e, value);
    e->has_argv = true;
    return true;
}

/* ---- SOCKADDR ---- */

static bool hex_byte(struct hw_span s, size_t at, uint8_t *out)
{
    return at + 1 < s.n / 2 + 1 && hw_hex_decode(hw_span_cut(s, 2 * at, 2), out, 1);
}

static struct hw_span address(struct hw_auditd_event *e, struct hw_span saddr, bool six)
{
    char text[64];
    size_t n = 0, from = six ? 8 : 4;
    uint8_t b[16] = {0};
    for (size_t i = 0; i < (six ? 16U : 4U); i++) {
        if (!hex_byte(saddr, from + i, &b[i])) {
            return (struct hw_span){NULL, 0};
        }
    }
    if (!six) {
        n = (size_t)snprintf(text, sizeof text, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
        return keep(e, text, n);
    }
    /* RFC 5952 wants the longest run of zeros short; the first run of two or more does here. */
    size_t best = 8, run = 0;
    for (size_t i = 0; i < 8; i++) {
        size_t k = i;
        while (k < 8 && b[2 * k] == 0 && b[2 * k + 1] == 0) {
            k++;
        }
        if (k - i > run && k - i > 1) {
            best = i, run = k - i;
        }
    }
    for (size_t i = 0; i < 8;) {
        if (i == best) {
            n += (size_t)snprintf(text + n, sizeof text - n, "::");
            i += run;
            continue;
        }
        bool first = i == 0 || i == best + run;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%x", first ? "" : ":",
                              (unsigned)b[2 * i] << 8 | b[2 * i + 1]);
        i++;
    }
    return keep(e, text, n);
}

/* struct sockaddr as the process gave it: the family in its host's order, which is little-endian on
 * all that are read here, then what the family has. */
static void take_saddr(struct hw_auditd_event *e, struct hw_span saddr)
{
    static const char *const families[] = {
        [1] = "unix", [2] = "inet", [10] = "inet6", [16] = "netlink", [17] = "packet"};
    uint8_t low, high, p[2];
    char text[16];
    if (!hex_byte(saddr, 0, &low) || !hex_byte(saddr, 1, &high) || high != 0 || low > 17 ||
        families[low] == NULL) {
        return;
    }
    hw_auditd_own(e, "saddr.family", hw_span_str(families[low]));
    if ((low == 2 || low == 10) && hex_byte(saddr, 2, &p[0]) && hex_byte(saddr, 3, &p[1])) {
        struct hw_span ip = address(e, saddr, low == 10);
        int n = snprintf(text, sizeof text, "%u", (unsigned)p[0] << 8 | p[1]);
        if (ip.n > 0) {
            e->peer_ip = ip;
            e->peer_port = keep(e, text, (size_t)n);
            hw_auditd_own(e, "saddr.ip", e->peer_ip);
            hw_auditd_own(e, "saddr.port", e->peer_port);
        }
    } else if (low == 1) {
        struct hw_span path;
        size_t end = 4;
        while (end + 1 < saddr.n && !(saddr.p[end] == '0' && saddr.p[end + 1] == '0')) {
            end += 2;
        }
        if (hw_auditd_hex(hw_span_cut(saddr, 4, end - 4), &e->m, &path)) {
            hw_auditd_own(e, "saddr.path", path);
        }
    }
}

/* ---- lines ---- */

static void take_path_field(struct hw_auditd_event *e, uint64_t item, struct hw_span name,
                            struct hw_span value)
{
    char text[300] = "path";
    size_t n = 4;
    for (unsigned by = item > 99 ? 100 : item > 9 ? 10 : 1; by > 0; by /= 10) {
        text[n++] = (char)('0' + item / by % 10);
    }
    text[n++] = '.';
    for (size_t i = 0; i < name.n && n < sizeof text; i++) {
        text[n++] = (char)name.p[i];
    }
    append(e, keep(e, text, n), value);
    if (item < HW_AUDITD_ITEMS) {
        struct hw_auditd_item *i = &e->items[item];
        i->there = true;
        if (hw_span_is(name, "name")) {
            i->name = value;
        } else if (hw_span_is(name, "nametype") || hw_span_is(name, "objtype")) {
            i->nametype = value;
        }
    }
}

static void put_words(struct hw_auditd_event *e, struct hw_span type, struct hw_span words)
{
    if (words.n > 0) {
        hw_auditd_add(e, type, HW_SPAN_LIT("text"), words);
    }
}

void hw_auditd_take(struct hw_auditd_event *e, const struct hw_auditd_head *h)
{
    struct hw_auditd_fields f = {.s = h->body, .loose = hw_span_starts(h->type, "AUOMS_")};
    struct hw_auditd_field one;
    bool is_path = hw_span_is(h->type, "PATH"), is_exec = hw_span_is(h->type, "EXECVE");
    uint64_t item = 0;
    struct hw_span words = {NULL, 0};
    while (hw_auditd_next(&f, &one)) {
        if (one.name.n == 0) {
            /* Words between fields ("avc: denied { read } for") stay together. */
            size_t to = words.p == NULL ? 0 : (size_t)(one.value.p + one.value.n - words.p);
            if (words.p != NULL && to <= words.n + one.value.n + 3) {
                words.n = to;
            } else {
                put_words(e, h->type, words);
                words = one.value;
            }
            continue;
        }
        struct hw_span value = plain(e, &one);
        if (is_exec && take_arg(e, &one)) {
            continue;
        }
        if (is_path && hw_span_is(one.name, "item") && hw_span_u64(value, &item)) {
            item = item > 999 ? 999 : item;
            continue;
        }
        if (is_path) {
            take_path_field(e, item, one.name, value);
            continue;
        }
        hw_auditd_add(e, h->type, one.name, value);
        if (one.name.n == 5 && hw_span_is(one.name, "saddr")) {
            take_saddr(e, value);
        }
    }
    put_words(e, h->type, words);
}
