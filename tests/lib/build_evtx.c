/* SPDX-License-Identifier: Apache-2.0 */
#include "build_evtx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/inflate.h"

enum { CHUNK = 65536, HEADER = 512, FIRST_CHUNK = 4096, FULL = 60000 };

static void need(bool truth)
{
    if (!truth) {
        (void)fprintf(stderr, "build_evtx: asked for more than it can build\n");
        abort();
    }
}

static void set(struct hw_buf *b, size_t at, uint64_t v, size_t n)
{
    need(at + n <= b->n);
    for (size_t i = 0; i < n; i++) {
        b->p[at + i] = (uint8_t)(v >> (8 * i));
    }
}

static uint32_t get32(const struct hw_buf *b, size_t at)
{
    need(at + 4 <= b->n);
    return (uint32_t)b->p[at] | (uint32_t)b->p[at + 1] << 8 | (uint32_t)b->p[at + 2] << 16 |
           (uint32_t)b->p[at + 3] << 24;
}

static void zeros(struct hw_buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hw_buf_char(b, 0);
    }
}

void build_evtx_init(struct build_evtx *b)
{
    *b = (struct build_evtx){.next_id = 1, .filetime = 133232046000000000ULL};
    hw_buf_init(&b->file, 64 << 20);
    zeros(&b->file, FIRST_CHUNK);
}

void build_evtx_done(struct build_evtx *b)
{
    hw_buf_done(&b->file);
}

static uint32_t here(const struct build_evtx *b)
{
    return (uint32_t)(b->file.n - b->chunk);
}

static void begin_chunk(struct build_evtx *b)
{
    b->chunk = b->file.n;
    b->first_id = b->next_id;
    b->name_count = b->template_count = 0;
    zeros(&b->file, HEADER);
}

void build_evtx_end_chunk(struct build_evtx *b)
{
    if (b->chunk == 0) {
        return;
    }
    struct hw_buf *f = &b->file;
    uint64_t last = b->next_id - 1;
    for (size_t i = 0; i < 8; i++) {
        f->p[b->chunk + i] = (uint8_t) "ElfChnk"[i];
    }
    set(f, b->chunk + 8, b->first_id, 8);
    set(f, b->chunk + 16, last, 8);
    set(f, b->chunk + 24, b->first_id, 8);
    set(f, b->chunk + 32, last, 8);
    set(f, b->chunk + 40, 128, 4);
    set(f, b->chunk + 44, b->last_record, 4);
    set(f, b->chunk + 48, here(b), 4);
    need(here(b) <= CHUNK);
    zeros(f, CHUNK - here(b));
    b->chunk = 0;
    b->chunks++;
}

void build_evtx_seal(struct hw_buf *f)
{
    for (size_t at = FIRST_CHUNK; at + CHUNK <= f->n; at += CHUNK) {
        uint32_t end = get32(f, at + 48);
        if (end >= HEADER && end <= CHUNK) {
            set(f, at + 52, hw_crc32(0, (struct hw_span){f->p + at + HEADER, end - HEADER}), 4);
        }
        uint32_t crc = hw_crc32(0, (struct hw_span){f->p + at, 120});
        set(f, at + 124, hw_crc32(crc, (struct hw_span){f->p + at + 128, HEADER - 128}), 4);
    }
    set(f, 124, hw_crc32(0, (struct hw_span){f->p, 120}), 4);
}

void build_evtx_finish(struct build_evtx *b, uint32_t flags)
{
    struct hw_buf *f = &b->file;
    build_evtx_end_chunk(b);
    for (size_t i = 0; i < 8; i++) {
        f->p[i] = (uint8_t) "ElfFile"[i];
    }
    set(f, 16, b->chunks == 0 ? 0 : b->chunks - 1U, 8);
    set(f, 24, b->next_id, 8);
    set(f, 32, 128, 4);
    set(f, 36, 1, 2);
    set(f, 38, 3, 2);
    set(f, 40, FIRST_CHUNK, 2);
    set(f, 42, b->chunks, 2);
    set(f, 120, flags, 4);
    build_evtx_seal(f);
}

/* ---- tokens ---- */

void be_token(struct build_evtx *b, uint8_t token)
{
    hw_buf_char(&b->file, (char)token);
}

static void put_utf16(struct build_evtx *b, const char *ascii)
{
    for (; *ascii != '\0'; ascii++) {
        hw_buf_u16le(&b->file, (uint16_t)(uint8_t)*ascii);
    }
}

size_t build_evtx_utf16(const char *ascii, uint8_t *out)
{
    size_t n = 0;
    for (; *ascii != '\0'; ascii++) {
        out[n++] = (uint8_t)*ascii;
        out[n++] = 0;
    }
    return n;
}

void be_name(struct build_evtx *b, const char *name)
{
    for (size_t i = 0; i < b->name_count; i++) {
        if (strcmp(b->names[i].text, name) == 0) {
            hw_buf_u32le(&b->file, b->names[i].off);
            return;
        }
    }
    uint32_t hash = 0, off = here(b) + 4;
    for (const char *c = name; *c != '\0'; c++) {
        hash = hash * 65599 + (uint8_t)*c;
    }
    /* The newest name of a bucket stands first, and points to the one before it. */
    size_t bucket = b->chunk + 128 + hash % 64 * 4;
    hw_buf_u32le(&b->file, off);
    hw_buf_u32le(&b->file, get32(&b->file, bucket));
    set(&b->file, bucket, off, 4);
    hw_buf_u16le(&b->file, (uint16_t)hash);
    hw_buf_u16le(&b->file, (uint16_t)strlen(name));
    put_utf16(b, name);
    hw_buf_u16le(&b->file, 0);
    need(b->name_count < BUILD_EVTX_NAMES);
    (void)snprintf(b->names[b->name_count].text, sizeof b->names[0].text, "%s", name);
    b->names[b->name_count++].off = off;
}

void be_open(struct build_evtx *b, const char *name, bool attributes)
{
    be_token(b, attributes ? 0x41 : 0x01);
    if (b->in_template) {
        hw_buf_u16le(&b->file, 0xffff);
    }
    need(b->depth < BUILD_EVTX_OPEN);
    b->open[b->depth++] = b->file.n;
    hw_buf_u32le(&b->file, 0);
    be_name(b, name);
    b->attributes = attributes ? b->file.n : 0;
    if (attributes) {
        hw_buf_u32le(&b->file, 0);
    }
}

static void end_attributes(struct build_evtx *b)
{
    if (b->attributes != 0) {
        set(&b->file, b->attributes, b->file.n - b->attributes - 4, 4);
        b->attributes = 0;
    }
}

void be_attribute(struct build_evtx *b, const char *name, bool more)
{
    be_token(b, more ? 0x46 : 0x06);
    be_name(b, name);
}

void be_end_start(struct build_evtx *b)
{
    end_attributes(b);
    be_token(b, 0x02);
}

static void end_element(struct build_evtx *b, uint8_t token)
{
    end_attributes(b);
    be_token(b, token);
    need(b->depth > 0);
    size_t at = b->open[--b->depth];
    set(&b->file, at, b->file.n - at - 4, 4);
}

void be_end_empty(struct build_evtx *b)
{
    end_element(b, 0x03);
}

void be_end(struct build_evtx *b)
{
    end_element(b, 0x04);
}

void be_text(struct build_evtx *b, const char *ascii)
{
    be_token(b, 0x05);
    be_token(b, 0x01);
    hw_buf_u16le(&b->file, (uint16_t)strlen(ascii));
    put_utf16(b, ascii);
}

void be_substitution(struct build_evtx *b, uint16_t index, uint8_t type, bool optional)
{
    be_token(b, optional ? 0x0e : 0x0d);
    hw_buf_u16le(&b->file, index);
    be_token(b, type);
}

void be_leaf(struct build_evtx *b, const char *name, uint16_t index, uint8_t type)
{
    be_open(b, name, false);
    be_end_start(b);
    be_substitution(b, index, type, true);
    be_end(b);
}

/* ---- records ---- */

void build_evtx_record(struct build_evtx *b)
{
    if (b->chunk != 0 && here(b) > FULL) {
        build_evtx_end_chunk(b);
    }
    if (b->chunk == 0) {
        begin_chunk(b);
    }
    b->last_record = here(b);
    hw_buf_bytes(&b->file, "**\0", 4);
    hw_buf_u32le(&b->file, 0);
    hw_buf_u64le(&b->file, b->next_id++);
    hw_buf_u64le(&b->file, b->filetime);
    b->filetime += 10000000;
    b->in_template = false;
}

void build_evtx_record_end(struct build_evtx *b)
{
    size_t at = b->chunk + b->last_record;
    while ((b->file.n - at + 4) % 8 != 0) {
        hw_buf_char(&b->file, 0);
    }
    uint32_t size = (uint32_t)(b->file.n - at + 4);
    hw_buf_u32le(&b->file, size);
    set(&b->file, at + 4, size, 4);
}

void be_instance(struct build_evtx *b, uint32_t id, build_evtx_write write, const void *state)
{
    static const uint8_t header[4] = {0x0f, 1, 1, 0};
    hw_buf_bytes(&b->file, header, 4);
    be_token(b, 0x0c);
    be_token(b, 1);
    hw_buf_u32le(&b->file, id);
    for (size_t i = 0; i < b->template_count; i++) {
        if (b->templates[i].id == id) {
            hw_buf_u32le(&b->file, b->templates[i].off);
            return;
        }
    }
    uint32_t off = here(b) + 4;
    size_t bucket = b->chunk + 384 + id % 32 * 4;
    hw_buf_u32le(&b->file, off);
    hw_buf_u32le(&b->file, get32(&b->file, bucket));
    set(&b->file, bucket, off, 4);
    hw_buf_u32le(&b->file, id);
    hw_buf_bytes(&b->file, "made for tests", 12);
    size_t size_at = b->file.n;
    hw_buf_u32le(&b->file, 0);
    hw_buf_bytes(&b->file, header, 4);
    bool before = b->in_template;
    b->in_template = true;
    write(b, state);
    b->in_template = before;
    be_token(b, 0);
    set(&b->file, size_at, b->file.n - size_at - 4, 4);
    need(b->template_count < BUILD_EVTX_TEMPLATES);
    b->templates[b->template_count].id = id;
    b->templates[b->template_count++].off = off;
    b->template_at = b->chunk + off;
}

void be_values(struct build_evtx *b, const struct build_evtx_value *values, size_t count,
               build_evtx_write inner, const void *state)
{
    b->values_at = b->file.n;
    hw_buf_u32le(&b->file, (uint32_t)(count + (inner != NULL)));
    for (size_t i = 0; i < count; i++) {
        hw_buf_u16le(&b->file, (uint16_t)values[i].n);
        hw_buf_u16le(&b->file, values[i].type);
    }
    size_t inner_at = b->file.n;
    if (inner != NULL) {
        hw_buf_u16le(&b->file, 0);
        hw_buf_u16le(&b->file, 0x21);
    }
    for (size_t i = 0; i < count; i++) {
        hw_buf_bytes(&b->file, values[i].p, values[i].n);
    }
    if (inner != NULL) {
        size_t from = b->file.n;
        inner(b, state);
        set(&b->file, inner_at, b->file.n - from, 2);
    }
}

/* ---- what providers write ---- */

struct event {
    const char *provider;
    uint16_t id;
    const char *const *names;
    const struct build_evtx_value *values;
    size_t count;
};

enum { V_LEVEL, V_ID, V_KEYWORDS, V_TIME, V_NUMBER, V_ACTIVITY, V_PID, V_TID, V_USER, V_DATA };

static void write_system(struct build_evtx *b, const struct event *ev)
{
    be_open(b, "System", false);
    be_end_start(b);
    be_open(b, "Provider", true);
    be_attribute(b, "Name", true);
    be_text(b, ev->provider);
    be_attribute(b, "Guid", false);
    be_text(b, "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}");
    be_end_empty(b);
    be_leaf(b, "EventID", V_ID, 0x06);
    be_leaf(b, "Level", V_LEVEL, 0x04);
    be_leaf(b, "Keywords", V_KEYWORDS, 0x15);
    be_open(b, "TimeCreated", true);
    be_attribute(b, "SystemTime", false);
    be_substitution(b, V_TIME, 0x11, true);
    be_end_empty(b);
    be_leaf(b, "EventRecordID", V_NUMBER, 0x0a);
    be_open(b, "Correlation", true);
    be_attribute(b, "ActivityID", false);
    be_substitution(b, V_ACTIVITY, 0x0f, true);
    be_end_empty(b);
    be_open(b, "Execution", true);
    be_attribute(b, "ProcessID", true);
    be_substitution(b, V_PID, 0x08, true);
    be_attribute(b, "ThreadID", false);
    be_substitution(b, V_TID, 0x08, true);
    be_end_empty(b);
    be_open(b, "Channel", false);
    be_end_start(b);
    be_text(b, "Test/Operational");
    be_end(b);
    be_open(b, "Security", true);
    be_attribute(b, "UserID", false);
    be_substitution(b, V_USER, 0x13, true);
    be_end_empty(b);
    be_end(b);
}

static void write_event(struct build_evtx *b, const void *state)
{
    be_open(b, "Event", true);
    be_attribute(b, "xmlns", false);
    be_text(b, "http://schemas.microsoft.com/win/2004/08/events/event");
    be_end_start(b);
    write_system(b, state);
    be_substitution(b, V_DATA, 0x21, true);
    be_end(b);
}

static void write_data(struct build_evtx *b, const void *state)
{
    const struct event *ev = state;
    be_open(b, "EventData", false);
    be_end_start(b);
    for (size_t i = 0; i < ev->count; i++) {
        const char *name = ev->names == NULL ? NULL : ev->names[i];
        be_open(b, "Data", name != NULL);
        if (name != NULL) {
            be_attribute(b, "Name", false);
            be_text(b, name);
        }
        be_end_start(b);
        be_substitution(b, (uint16_t)i, ev->values[i].type, false);
        be_end(b);
    }
    be_end(b);
}

static uint32_t id_of(const struct event *ev, bool inner)
{
    uint32_t h = inner ? 77U + ev->id * 131U + (uint32_t)ev->count : 5U;
    for (const char *c = ev->provider; *c != '\0'; c++) {
        h = h * 31 + (uint8_t)*c;
    }
    for (size_t i = 0; inner && i < ev->count; i++) {
        h = h * 31 + ev->values[i].type;
        for (const char *c = ev->names == NULL || ev->names[i] == NULL ? "" : ev->names[i];
             *c != '\0'; c++) {
            h = h * 31 + (uint8_t)*c;
        }
    }
    return h;
}

static void write_inner(struct build_evtx *b, const void *state)
{
    const struct event *ev = state;
    be_instance(b, id_of(ev, true), write_data, ev);
    be_values(b, ev->values, ev->count, NULL, NULL);
}

static void number(uint8_t *out, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(v >> (8 * i));
    }
}

void build_evtx_event(struct build_evtx *b, const char *provider, uint16_t event,
                      const char *const *names, const struct build_evtx_value *values, size_t count)
{
    static const uint8_t system_sid[12] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
    struct event ev = {provider, event, names, values, count};
    uint8_t level = 4, id[2], keywords[8], time[8], record[8], pid[4], tid[4];
    number(id, event, 2);
    number(keywords, 0x8000000000000000ULL, 8);
    number(time, b->filetime, 8);
    number(record, b->next_id, 8);
    number(pid, 3544, 4);
    number(tid, 4272, 4);
    const struct build_evtx_value outer[] = {
        {0x04, &level, 1}, {0x06, id, 2},     {0x15, keywords, 8},
        {0x11, time, 8},   {0x0a, record, 8}, {0x00, "", 0},
        {0x08, pid, 4},    {0x08, tid, 4},    {0x13, system_sid, 12}};
    build_evtx_record(b);
    be_instance(b, id_of(&ev, false), write_event, &ev);
    be_values(b, outer, V_DATA, write_inner, &ev);
    build_evtx_record_end(b);
}

static void write_cleared(struct build_evtx *b, const void *state)
{
    (void)state;
    be_open(b, "Event", false);
    be_end_start(b);
    be_open(b, "System", false);
    be_end_start(b);
    be_open(b, "Provider", true);
    be_attribute(b, "Name", false);
    be_substitution(b, 0, 0x01, false);
    be_end_empty(b);
    be_open(b, "EventID", true);
    be_attribute(b, "Qualifiers", false);
    be_substitution(b, 1, 0x06, true);
    be_end_start(b);
    be_text(b, "104");
    be_end(b);
    be_leaf(b, "Channel", 2, 0x01);
    be_end(b);
    be_open(b, "UserData", false);
    be_end_start(b);
    be_open(b, "LogFileCleared", true);
    be_attribute(b, "xmlns:auto-ns3", false);
    be_text(b, "http://schemas.microsoft.com/win/2004/08/events");
    be_end_start(b);
    be_leaf(b, "Channel", 3, 0x01);
    be_leaf(b, "BackupPath", 4, 0x01);
    be_open(b, "Who", true);
    be_attribute(b, "Kind", false);
    be_text(b, "a");
    be_token(b, 0x09);
    be_name(b, "amp");
    be_token(b, 0x08);
    hw_buf_u16le(&b->file, 0xe9);
    be_token(b, 0x09);
    be_name(b, "nbsp");
    be_end_start(b);
    be_token(b, 0x07); /* CDATA */
    hw_buf_u16le(&b->file, 2);
    hw_buf_bytes(&b->file, "<\0>", 4);
    be_substitution(b, 3, 0x01, false);
    be_text(b, "!");
    be_end(b);
    be_open(b, "Gone", false);
    be_end_empty(b);
    be_end(b);
    be_end(b);
    be_end(b);
}

void build_evtx_cleared(struct build_evtx *b, const char *provider, bool broken)
{
    static const uint8_t qualifiers[2] = {9, 0};
    uint8_t name[256], channel[16], what[16];
    need(strlen(provider) < sizeof name / 2);
    const struct build_evtx_value v[] = {{0x01, name, build_evtx_utf16(provider, name)},
                                         {0x06, qualifiers, 2},
                                         {0x01, channel, build_evtx_utf16("System", channel)},
                                         {0x01, what, build_evtx_utf16("Security", what)},
                                         {0x00, "", 0}};
    build_evtx_record(b);
    be_instance(b, 9, write_cleared, NULL);
    be_values(b, v, 5, NULL, NULL);
    if (broken) {
        b->file.p[b->values_at] = 200;
    }
    build_evtx_record_end(b);
}
