/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/twin.c -- copies of one component, version and machine that are not the same program.
 *
 * It is what catches a library changed before it was signed: every signature verifies, and only
 * another copy of the same version tells. Code means the file without its signature (the bytes
 * Authenticode hashes), so two honest builds that differ only in how they were signed are silent.
 */
#include <string.h>

#include "ask/room.h"

enum {
    BUCKETS = 4096,
    TWINS_SAID = 8, /* of one file; more of them say nothing new */
    SECTIONS = 96,  /* the loader's own limit */
    SCRATCH_BYTES = 16 << 20,
    SECTION_EXECUTABLE = 0x20000000,
};

struct shape { /* what is compared of one program */
    struct hw_fact sections[SECTIONS];
    unsigned section_count;
    uint64_t entry, language;
    struct hw_span imphash;
};

struct seen {
    struct seen *next;
    const struct hw_file_answer *file;
    const struct hw_finding *said[TWINS_SAID]; /* what was found of it ... */
    struct hw_copy copies[TWINS_SAID];         /* ... and against which copy */
    unsigned count;
};

struct twins {
    struct hw_asking *q;
    struct hw_error *err;
    struct hw_arena *scratch; /* of one comparison */
    struct shape a, b;
    struct seen *buckets[BUCKETS];
};

/* FNV-1a; only spreads, decides nothing. */
static uint32_t spread(uint32_t h, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ s.p[i]) * 16777619U;
    }
    return h;
}

static bool same_name(const struct hw_file_answer *a, const struct hw_file_answer *b)
{
    return hw_span_equal_nocase(a->component, b->component) &&
           hw_span_equal(a->version, b->version) && hw_span_equal(a->machine, b->machine) &&
           hw_span_equal_nocase(a->original, b->original) && hw_span_equal(a->vendor, b->vendor);
}

/* A copy with this name and this code that was compared already in this answer; else *out_new is
 * its place from now on. NULL in both: no memory. */
static struct seen *met(struct twins *t, const struct hw_file_answer *file, struct seen **out_new)
{
    struct seen **b = &t->buckets[spread(2166136261U, (struct hw_span){file->code, 32}) % BUCKETS];
    for (struct seen *s = *b; s != NULL; s = s->next) {
        if (memcmp(s->file->code, file->code, 32) == 0 && same_name(s->file, file)) {
            return s;
        }
    }
    struct seen *s = hw_arena_alloc(t->q->a->arena, sizeof *s);
    if (s != NULL) {
        *s = (struct seen){.next = *b, .file = file};
        *b = s;
    }
    *out_new = s;
    return NULL;
}

/* The same again, of the same code under another path: nobody should keep the copy that was not
 * named. */
static int say_again(struct twins *t, const struct seen *s, const struct hw_file_answer *file)
{
    for (unsigned i = 0; i < s->count; i++) {
        const struct hw_finding *old = s->said[i];
        t->err->code = HW_OK;
        struct hw_finding *f = hw_find(t->q, "twin-differs", old->severity, old->confidence, file,
                                       s->copies[i].code, t->err);
        if (f == NULL) {
            return t->err->code != HW_OK ? t->err->code : HW_E_MEMORY;
        }
        for (const struct hw_why *w = old->why; w != NULL; w = w->next) {
            bool own = w == old->why;
            hw_because(t->q->a->arena, &f->why, w->says, own ? file->path : w->evidence, false, 0);
        }
        int rc = hw_say_reissued(t->q, file, &s->copies[i], t->err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    return HW_OK;
}

static int read_shape(struct twins *t, int64_t reading, uint32_t node, struct shape *out)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    *out = (struct shape){.entry = 0};
    int rc = hw_case_facts(t->q->c, reading, node, HW_FACT_PROPERTY, HW_FACT_SECTION, &k, t->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, t->err)) == HW_ROW) {
        rc = HW_OK;
        const struct hw_fact *f = &row.fact;
        if (f->kind == HW_FACT_SECTION && out->section_count < SECTIONS) {
            rc = hw_fact_keep(t->scratch, f, &out->sections[out->section_count++], t->err);
        } else if (f->kind == HW_FACT_PROPERTY &&
                   hw_fact_is(f, HW_PROPERTY_KEY, "pe.entry-point")) {
            out->entry = hw_fact_get_u64(f, HW_PROPERTY_NUMBER);
        } else if (f->kind == HW_FACT_PROPERTY &&
                   hw_fact_is(f, HW_PROPERTY_KEY, "pe.version.language")) {
            out->language = hw_fact_get_u64(f, HW_PROPERTY_NUMBER);
        } else if (f->kind == HW_FACT_PROPERTY && hw_fact_is(f, HW_PROPERTY_KEY, "pe.imphash")) {
            struct hw_span s = hw_fact_get(f, HW_PROPERTY_BYTES);
            out->imphash = hw_span_keep(t->scratch, s.n > 0 ? s : hw_fact_get(f, HW_PROPERTY_TEXT));
        }
    }
    hw_cursor_free(k);
    return rc;
}

static const struct hw_fact *section_named(const struct shape *s, struct hw_span name)
{
    for (unsigned i = 0; i < s->section_count; i++) {
        if (hw_span_equal(hw_fact_get(&s->sections[i], HW_SECTION_NAME), name)) {
            return &s->sections[i];
        }
    }
    return NULL;
}

/* Says what differs; true when it is code: executable bytes, imports or the entry point. */
static bool say_difference(const struct shape *a, const struct shape *b, struct hw_buf *out)
{
    bool code = a->entry != b->entry || !hw_span_equal(a->imphash, b->imphash);
    if (a->entry != b->entry) {
        hw_buf_str(out, " entry point,");
    }
    if (!hw_span_equal(a->imphash, b->imphash)) {
        hw_buf_str(out, " imports,");
    }
    for (unsigned i = 0; i < a->section_count; i++) {
        const struct hw_fact *x = &a->sections[i];
        struct hw_span name = hw_fact_get(x, HW_SECTION_NAME);
        const struct hw_fact *y = section_named(b, name);
        if (y != NULL &&
            hw_span_equal(hw_fact_get(x, HW_SECTION_SHA256), hw_fact_get(y, HW_SECTION_SHA256))) {
            continue;
        }
        code = code || (hw_fact_get_u64(x, HW_SECTION_FLAGS) & SECTION_EXECUTABLE) != 0;
        hw_buf_printf(out, " section %.*s%s,", (int)name.n, (const char *)name.p,
                      y == NULL ? " (only here)" : "");
    }
    for (unsigned i = 0; i < b->section_count; i++) {
        struct hw_span name = hw_fact_get(&b->sections[i], HW_SECTION_NAME);
        if (section_named(a, name) == NULL) {
            code = true;
            hw_buf_printf(out, " section %.*s (only there),", (int)name.n, (const char *)name.p);
        }
    }
    if (out->n > 0) {
        out->n--; /* the last comma */
    } else {
        hw_buf_str(out, " headers or data outside every section");
    }
    return code;
}

/* Versions nobody maintains tell nothing: what carries them is rebuilt at will. */
static bool placeholder(struct hw_span v)
{
    return v.n == 0 || hw_span_is(v, "0.0.0.0") || hw_span_is(v, "1.0.0.0") ||
           hw_span_is(v, "0.0.0") || hw_span_is(v, "1.0.0") || hw_span_is(v, "1.0") ||
           hw_span_is(v, "1, 0, 0, 1") || hw_span_is(v, "1, 0, 0, 0") || hw_span_is(v, "1.0.0.1");
}

/* Both shapes, in memory that goes with the comparison. */
static int read_both(struct twins *t, const struct hw_file_answer *file,
                     const struct hw_fact_row *row)
{
    hw_arena_free(t->scratch);
    t->scratch = hw_arena_new(SCRATCH_BYTES);
    if (t->scratch == NULL) {
        return hw_fail(t->err, HW_E_MEMORY, "no memory to compare two copies");
    }
    int rc = read_shape(t, file->reading, (uint32_t)file->node, &t->a);
    return rc != HW_OK ? rc : read_shape(t, row->reading, row->node, &t->b);
}

static int differ(struct twins *t, const struct hw_file_answer *file, const struct hw_fact_row *row,
                  struct hw_copy *other, const struct hw_finding **out)
{
    struct hw_arena *arena = t->q->a->arena;
    struct hw_artifact_row there;
    int rc = hw_case_artifact_get(t->q->c, row->reading, row->node, &there, t->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(t->err, HW_E_CASE, "a component without its artifact");
    }
    struct hw_span path = hw_span_keep(arena, there.path);
    other->path = path;
    rc = read_both(t, file, row);
    rc =
        rc != HW_OK ? rc : hw_signed_time(t->q, row->reading, row->node, &other->signed_at, t->err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_buf what;
    hw_buf_init(&what, 4096);
    bool code = say_difference(&t->a, &t->b, &what);
    bool tongue = t->a.language != t->b.language;
    t->err->code = HW_OK;
    struct hw_finding *f = hw_find(t->q, "twin-differs",
                                   placeholder(file->version) || tongue ? HW_LOW
                                   : code                               ? HW_HIGH
                                                                        : HW_MEDIUM,
                                   HW_CONF_HIGH, file, other->code, t->err);
    if (f == NULL) {
        hw_buf_done(&what);
        return t->err->code != HW_OK ? t->err->code : HW_E_MEMORY;
    }
    hw_because(
        arena, &f->why,
        hw_words(arena, "same component and version (%.*s %.*s), different code; differs in:%.*s",
                 (int)file->component.n, (const char *)file->component.p, (int)file->version.n,
                 (const char *)file->version.p, (int)what.n, (const char *)what.p),
        file->path, false, 0);
    hw_because(arena, &f->why, HW_SPAN_LIT("the other copy"), path, false, 0);
    if (tongue) {
        hw_because(arena, &f->why,
                   HW_SPAN_LIT("they state different languages: builds for different "
                               "readers differ honestly"),
                   path, false, 0);
    }
    hw_buf_done(&what);
    *out = f;
    other->comparable = !tongue && !placeholder(file->version);
    return hw_say_reissued(t->q, file, other, t->err);
}

/* The last name of a path: behind the last '/', the member's own name in a box. */
static struct hw_span last_name(struct hw_span path)
{
    for (size_t i = path.n; i > 0; i--) {
        if (path.p[i - 1] == '/') {
            return hw_span_from(path, i);
        }
    }
    return path;
}

/* Translations of one library lie under one name in a folder for each language, and state one
 * version: the folder's name belongs to theirs. */
static bool is_translation(struct hw_span original)
{
    static const char *const tails[] = {".resources.dll", ".mui"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        size_t n = strlen(tails[i]);
        if (original.n >= n &&
            hw_span_equal_nocase(hw_span_from(original, original.n - n), hw_span_str(tails[i]))) {
            return true;
        }
    }
    return false;
}

static struct hw_span last_two_names(struct hw_span path)
{
    struct hw_span last = last_name(path);
    size_t n = path.n - last.n;
    return hw_span_from(path, n == 0 ? 0 : n - 1 - last_name(hw_span_cut(path, 0, n - 1)).n);
}

/* Is the other one a copy of this component? Files that do not state their own name share product
 * and version with all their siblings, so only those that lie under the same name are compared. */
static int is_copy(struct twins *t, const struct hw_file_answer *file,
                   const struct hw_fact_row *row, bool *out)
{
    const struct hw_fact *f = &row->fact;
    struct hw_span code = hw_fact_get(f, HW_COMPONENT_CODE);
    *out = code.n == 32 && memcmp(code.p, file->code, 32) != 0 &&
           hw_span_equal_nocase(hw_fact_get(f, HW_COMPONENT_ORIGINAL), file->original) &&
           hw_span_equal(hw_fact_get(f, HW_COMPONENT_VENDOR), file->vendor);
    bool translation = is_translation(file->original);
    if (!*out || (file->original.n > 0 && !translation)) {
        return HW_OK;
    }
    struct hw_artifact_row there;
    int rc = hw_case_artifact_get(t->q->c, row->reading, row->node, &there, t->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(t->err, HW_E_CASE, "a component without its artifact");
    }
    *out = translation
               ? hw_span_equal_nocase(last_two_names(there.path), last_two_names(file->path))
               : hw_span_equal_nocase(last_name(there.path), last_name(file->path));
    return HW_OK;
}

static char *as_cstr(struct hw_arena *arena, struct hw_span s)
{
    return (char *)hw_arena_copy(arena, s);
}

static int compare_copies(struct twins *t, const struct hw_file_answer *file, struct seen *s)
{
    struct hw_arena *arena = t->q->a->arena;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    char *name = as_cstr(arena, file->component), *version = as_cstr(arena, file->version);
    char *machine = as_cstr(arena, file->machine);
    if (name == NULL || version == NULL || machine == NULL) {
        return hw_fail(t->err, HW_E_MEMORY, "no memory to look for twins");
    }
    int rc = hw_case_components(t->q->c, name, version, machine, &k, t->err);
    while (rc == HW_OK && s->count < TWINS_SAID && (rc = hw_fact_next(k, &row, t->err)) == HW_ROW) {
        bool other = false;
        struct hw_span code = hw_fact_get(&row.fact, HW_COMPONENT_CODE);
        rc = is_copy(t, file, &row, &other);
        for (unsigned i = 0; i < s->count && other; i++) {
            other = !hw_span_equal(code, s->copies[i].code);
        }
        if (rc == HW_OK && other) {
            unsigned i = s->count;
            struct hw_copy *copy = &s->copies[i];
            copy->code = hw_span_keep(arena, code);
            rc = copy->code.p == NULL ? hw_fail(t->err, HW_E_MEMORY, "no memory to look for twins")
                                      : differ(t, file, &row, copy, &s->said[i]);
            s->count += rc == HW_OK;
        }
    }
    hw_cursor_free(k);
    return rc == HW_ROW ? HW_OK : rc;
}

int hw_find_twins(struct hw_asking *q, struct hw_error *err)
{
    struct twins *t = hw_arena_alloc(q->a->arena, sizeof *t);
    if (t == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to look for twins");
    }
    t->q = q;
    t->err = err;
    err->code = HW_OK;
    int rc = HW_OK;
    for (const struct hw_file_answer *f = q->a->files; f != NULL && rc == HW_OK; f = f->next) {
        if (!f->has_code || f->component.n == 0) {
            continue;
        }
        struct seen *fresh = NULL;
        const struct seen *old = met(t, f, &fresh);
        if (old != NULL) {
            rc = say_again(t, old, f);
        } else {
            rc = fresh == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to look for twins")
                               : compare_copies(t, f, fresh);
        }
    }
    hw_arena_free(t->scratch);
    return rc;
}
