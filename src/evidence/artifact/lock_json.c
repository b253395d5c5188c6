/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock_json.c -- lock files that are JSON: npm's package-lock.json
 * (lockfileVersion 1 to 3, "package-lock.json" of the npm documentation), Composer's composer.lock,
 * Pipenv's Pipfile.lock and NuGet's packages.lock.json (versions 1 and 2).
 *
 * Large ones have tens of thousands of entries, so they are walked and never made a tree of.
 * Strings are taken as written: a name or URL with an escape in it is kept with its escape, which
 * matches nothing that is published. None of the tools writes one.
 */
#include "evidence/artifact/lock.h"

#include "base/text.h"
#include "evidence/json_walk.h"
#include "fact/package.h"

enum { NEST = 64, MEMBERS = 64 };

static struct hw_span string_of(struct hw_lock *l, struct hw_span object, const char *key)
{
    return hw_json_walk_string(hw_json_walk_find(object, key, MEMBERS, &l->x->fuel));
}

static struct hw_span value_of(struct hw_lock *l, struct hw_span object, const char *key)
{
    return hw_json_walk_find(object, key, MEMBERS, &l->x->fuel);
}

static uint64_t off_of(const struct hw_lock *l, struct hw_span inside)
{
    return inside.p == NULL ? 0 : (uint64_t)(inside.p - l->n->bytes.p);
}

static void walk(struct hw_lock *l, struct hw_json_walk *w, struct hw_span value)
{
    hw_json_walk_init(w, value, off_of(l, value), &l->x->fuel);
}

/* ---- npm ---- */

/* "registry" and URLs of it come as they are; what is a folder of the project is local. */
static void put_npm(struct hw_lock *l, struct hw_span object, struct hw_span name,
                    struct hw_span path, uint64_t off)
{
    struct hw_lock_entry *e = hw_lock_begin(l, off);
    struct hw_span version = string_of(l, object, "version");
    e->name = name;
    e->path = path;
    e->resolved = string_of(l, object, "resolved");
    if (hw_span_starts(version, "npm:")) { /* v1: an alias, "npm:real@1.0.0" */
        struct hw_span real = hw_span_from(version, 4);
        (void)!hw_package_split(real, &e->name, &version); /* a name alone leaves both */
    } else if (hw_span_holds(version, ":")) { /* v1: a URL or folder stands for the version */
        e->resolved = e->resolved.n > 0 ? e->resolved : version;
        version = (struct hw_span){NULL, 0};
    }
    e->version = version;
    struct hw_span sri = string_of(l, object, "integrity");
    hw_lock_sri(l, sri);
    hw_lock_put(l);
}

/* "node_modules/a/node_modules/@s/b" is b of scope s; a folder of the project has a path that holds
 * no node_modules. */
static struct hw_span module_name(struct hw_span key)
{
    static const char mark[] = "node_modules/";
    for (size_t i = key.n; i >= sizeof mark - 1; i--) {
        if (hw_span_starts(hw_span_from(key, i - (sizeof mark - 1)), mark)) {
            return hw_span_from(key, i);
        }
    }
    return (struct hw_span){NULL, 0};
}

static bool is_true(struct hw_span value)
{
    return hw_span_is(value, "true");
}

static void read_packages(struct hw_lock *l, struct hw_span packages)
{
    struct hw_json_walk w;
    walk(l, &w, packages);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        struct hw_span name = string_of(l, w.value, "name"), module = module_name(w.key);
        if (is_true(value_of(l, w.value, "link"))) {
            continue; /* the folder it leads to has an entry of its own */
        }
        if (module.n > 0) {
            put_npm(l, w.value, name.n > 0 ? name : module, w.key, w.off);
            continue;
        }
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        e->name = name.n > 0 ? name : w.key;
        e->version = string_of(l, w.value, "version");
        e->path = w.key;
        e->resolved = HW_SPAN_LIT(HW_LOCK_LOCAL);
        if (e->name.n > 0) {
            hw_lock_put(l);
        }
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

static void read_dependencies(struct hw_lock *l, struct hw_span dependencies, unsigned depth)
{
    struct hw_json_walk w;
    if (depth > NEST) {
        hw_say_anomaly(l->x, l->n, "recursion", off_of(l, dependencies), dependencies.n,
                       "dependencies more than %d deep", NEST);
        return;
    }
    walk(l, &w, dependencies);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        put_npm(l, w.value, w.key, (struct hw_span){NULL, 0}, w.off);
        struct hw_span inner = value_of(l, w.value, "dependencies");
        if (hw_json_walk_is(inner, '{')) {
            read_dependencies(l, inner, depth + 1);
        }
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

/* Is the document whole? Members are looked for by name, which stops where they are found. */
static void check_whole(struct hw_lock *l)
{
    struct hw_json_walk w;
    walk(l, &w, l->n->bytes);
    while (hw_json_walk_next(&w)) {
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

void hw_lock_npm(struct hw_lock *l)
{
    struct hw_span packages = value_of(l, l->n->bytes, "packages");
    struct hw_span dependencies = value_of(l, l->n->bytes, "dependencies");
    check_whole(l);
    if (hw_json_walk_is(packages, '{')) {
        read_packages(l, packages); /* version 2 says the same again under "dependencies" */
    } else if (hw_json_walk_is(dependencies, '{')) {
        read_dependencies(l, dependencies, 0);
    }
}

/* ---- Composer ---- */

static void read_composer(struct hw_lock *l, struct hw_span list)
{
    struct hw_json_walk w;
    walk(l, &w, list);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        struct hw_span dist = value_of(l, w.value, "dist"), source = value_of(l, w.value, "source");
        e->name = string_of(l, w.value, "name");
        e->version = string_of(l, w.value, "version");
        e->resolved = string_of(l, dist, "url");
        e->resolved = e->resolved.n > 0 ? e->resolved : string_of(l, source, "url");
        if (hw_span_is(string_of(l, dist, "type"), "path")) {
            e->path = e->resolved;
            e->resolved = HW_SPAN_LIT(HW_LOCK_LOCAL);
        }
        struct hw_span sum = string_of(l, dist, "shasum");
        if (sum.n > 0) { /* most are empty */
            hw_lock_hex(l, "sha1", sum);
        }
        hw_lock_put(l);
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

void hw_lock_composer(struct hw_lock *l)
{
    struct hw_span dev = value_of(l, l->n->bytes, "packages-dev");
    check_whole(l);
    read_composer(l, value_of(l, l->n->bytes, "packages"));
    if (hw_json_walk_is(dev, '[')) {
        read_composer(l, dev);
    }
}

/* ---- Pipenv ---- */

static void read_hashes(struct hw_lock *l, struct hw_span list)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(list, '[')) {
        return;
    }
    walk(l, &w, list);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        hw_lock_tagged(l, hw_json_walk_string(w.value));
    }
}

static void read_pipfile(struct hw_lock *l, struct hw_span group)
{
    struct hw_json_walk w;
    walk(l, &w, group);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        struct hw_span version = string_of(l, w.value, "version");
        struct hw_span path = string_of(l, w.value, "path"), git = string_of(l, w.value, "git");
        struct hw_span file = string_of(l, w.value, "file");
        e->name = w.key;
        e->version = hw_span_starts(version, "==") ? hw_span_from(version, 2) : version;
        e->path = path;
        e->resolved = path.n > 0   ? HW_SPAN_LIT(HW_LOCK_LOCAL)
                      : git.n > 0  ? git
                      : file.n > 0 ? file
                                   : HW_SPAN_LIT(HW_LOCK_REGISTRY);
        read_hashes(l, value_of(l, w.value, "hashes"));
        hw_lock_put(l);
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

void hw_lock_pipfile(struct hw_lock *l)
{
    check_whole(l);
    read_pipfile(l, value_of(l, l->n->bytes, "default"));
    read_pipfile(l, value_of(l, l->n->bytes, "develop"));
}

/* ---- NuGet ---- */

static void read_framework(struct hw_lock *l, struct hw_span framework)
{
    struct hw_json_walk w;
    walk(l, &w, framework);
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        struct hw_lock_entry *e = hw_lock_begin(l, w.off);
        bool project = hw_span_is(string_of(l, w.value, "type"), "Project");
        e->name = w.key;
        e->version = string_of(l, w.value, "resolved");
        e->resolved = project ? HW_SPAN_LIT(HW_LOCK_LOCAL) : HW_SPAN_LIT(HW_LOCK_REGISTRY);
        struct hw_span hash = string_of(l, w.value, "contentHash");
        if (hash.n > 0) {
            hw_lock_base64(l, "nuget-sha512", hash);
        }
        hw_lock_put(l);
    }
    hw_lock_fault(l, w.fault, w.fault_off);
}

void hw_lock_nuget(struct hw_lock *l)
{
    struct hw_json_walk w;
    check_whole(l);
    walk(l, &w, value_of(l, l->n->bytes, "dependencies"));
    while (hw_lock_going(l) && hw_json_walk_next(&w)) {
        read_framework(l, w.value);
    }
}
