/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rule_library.c -- libraries that are not what their name says: side-loaded beside a program,
 * planted where a service host looks, or read as data by the program they lie beside.
 *
 * MITRE ATT&CK T1574.001, T1574.002 and T1027.009. Everything here needs to know who wrote the
 * library, so a library that lay there before the records began is never judged.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/look.h"
#include "base/grow.h"

#define SAME_INSTALL_NS HW_LOOK_DAY

/* ---- what lies in the system's folders ---- */

struct known {
    struct hw_span base;
    uint32_t file, host;
};
struct shelf {
    struct known *p;
    size_t count, room;
};

static int compare_known(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    int by = hw_span_compare(x->base, y->base);
    return by != 0 ? by : (x->file > y->file) - (x->file < y->file);
}

/* In the system's library folder itself, not in those of drivers and providers within it. */
static bool at_home(struct hw_span path)
{
    enum { WINDOWS = 11 }; /* c:\\windows\\ */
    struct hw_span folder = look_folder(path);
    return look_in_system(path) && look_base(folder).n + WINDOWS == folder.n;
}

static void shelve(struct look *l, struct shelf *s, const struct look_list *files)
{
    for (size_t i = 0; i < files->count && l->rc == HW_OK; i++) {
        const struct hw_thing *t = look_thing(l, files->p[i]);
        if (!at_home(t->name)) {
            continue;
        }
        if (HW_GROW(s->p, s->count, s->room, HW_GROW_MOST) != HW_OK) {
            look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory for names of libraries"));
            return;
        }
        s->p[s->count++] = (struct known){look_base(t->name), files->p[i], t->host};
    }
    if (s->count > 0) {
        qsort(s->p, s->count, sizeof *s->p, compare_known);
    }
}

static bool used(struct look *l, uint32_t file, enum hw_verb verb, struct look_edge *out)
{
    struct look_edges v = {0};
    bool found = false;
    look_out(l, file, &v);
    for (size_t i = 0; i < v.count && !found; i++) {
        if (v.p[i].e.verb == verb) {
            *out = v.p[i];
            found = true;
        }
    }
    look_edges_done(&v);
    return found;
}

/* A use of a system file of this name, on this host where there is one. */
static bool from_system(struct look *l, const struct shelf *s, struct hw_span base,
                        enum hw_verb verb, uint32_t host, struct look_edge *out)
{
    size_t lo = 0, hi = s->count;
    bool found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hw_span_compare(s->p[mid].base, base) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (; lo < s->count && hw_span_equal(s->p[lo].base, base); lo++) {
        struct look_edge e;
        bool here = s->p[lo].host == host;
        if ((!found || here) && used(l, s->p[lo].file, verb, &e)) {
            *out = e;
            found = true;
            if (here) {
                break;
            }
        }
    }
    return found;
}

/* ---- who wrote it ---- */

/* The folder that belongs to one product: beyond it others live. Empty: nobody's own. */
static struct hw_span product_of(struct hw_span path)
{
    static const char *const shared[] = {"microsoft", "google", "programs", "common files",
                                         "packages"};
    size_t skip = hw_span_starts(hw_span_from(path, 1), ":\\program files\\")         ? 1
                  : hw_span_starts(hw_span_from(path, 1), ":\\program files (x86)\\") ? 1
                  : hw_span_starts(hw_span_from(path, 1), ":\\users\\")               ? 4
                                                                                      : 0;
    size_t i = 0, end = 0, parts = 0;
    if (skip == 0) {
        return (struct hw_span){NULL, 0};
    }
    for (; i < path.n && parts < skip + 2; i++) { /* drive, folder(s) */
        if (path.p[i] == '\\') {
            parts++;
            end = parts == skip + 1 ? i + 1 : end;
        }
    }
    struct hw_span name = hw_span_from(path, end);
    size_t n = hw_span_find(name, '\\');
    if (end == 0 || n == name.n || hw_span_is(hw_span_cut(name, 0, n), "temp")) {
        return (struct hw_span){NULL, 0};
    }
    if (look_is_one_of(hw_span_cut(name, 0, n), shared, sizeof shared / sizeof shared[0])) {
        struct hw_span more = hw_span_from(name, n + 1);
        size_t k = hw_span_find(more, '\\');
        n = k == more.n ? n : n + 1 + k;
    }
    return hw_span_cut(path, 0, end + n);
}

/* When a file was written; HW_TIME_MIN: before the records. */
static int64_t written_at(struct look *l, uint32_t file)
{
    struct look_edge e;
    return look_from(l, file, HW_VERB_WROTE, HW_ENTITY_NONE, &e) ? e.e.lo : HW_TIME_MIN;
}

/* An updater of the same product: it lives there, and did so before it wrote this. */
static bool own_updater(struct look *l, uint32_t writer, struct hw_span path, int64_t at)
{
    uint32_t program = look_program(l, writer);
    struct hw_span a = product_of(look_thing(l, program)->name), b = product_of(path);
    if (program == HW_LOOK_NONE || a.n == 0 || !hw_span_equal(a, b)) {
        return false;
    }
    int64_t since = written_at(l, program);
    return since == HW_TIME_MIN || since < at - SAME_INSTALL_NS ||
           hw_span_starts(hw_span_from(path, 1), ":\\program files");
}

static bool same_image(struct look *l, uint32_t a, uint32_t b)
{
    return a == b || (look_thing(l, a)->host == look_thing(l, b)->host &&
                      hw_span_equal_nocase(look_image(l, a), look_image(l, b)));
}

/* One program put both there, as installers do. */
static bool wrote_both(struct look *l, uint32_t writer, uint32_t program, int64_t at)
{
    struct look_edges v = {0};
    bool both = false;
    look_in(l, program, &v);
    for (size_t i = 0; i < v.count; i++) {
        const struct hw_edge *e = &v.p[i].e;
        both = both || (e->verb == HW_VERB_WROTE && e->lo - at < SAME_INSTALL_NS &&
                        at - e->lo < SAME_INSTALL_NS && same_image(l, e->subject, writer));
    }
    look_edges_done(&v);
    return both;
}

/* The same bytes lie in a system folder: a copy of the very library. */
static bool copy_of_system(struct look *l, uint32_t file)
{
    struct look_edges v = {0}, w = {0};
    bool copy = false;
    look_out(l, file, &v);
    for (size_t i = 0; i < v.count; i++) {
        if (v.p[i].e.verb == HW_VERB_IS &&
            look_thing(l, v.p[i].e.object)->kind == HW_ENTITY_ARTIFACT) {
            look_out(l, v.p[i].e.object, &w);
            for (size_t k = 0; k < w.count; k++) {
                copy = copy || (w.p[k].e.verb == HW_VERB_IS &&
                                at_home(look_thing(l, w.p[k].e.object)->name));
            }
        }
    }
    look_edges_done(&v);
    look_edges_done(&w);
    return copy;
}

/* The write to blame: the last before the load by nobody's installer. False: none, or excused. */
static bool blame(struct look *l, const struct shelf *s, uint32_t file, uint32_t program,
                  int64_t before, struct look_edge *out)
{
    struct look_edges v = {0};
    bool found = false, excused = false;
    struct look_edge e;
    struct hw_span path = look_thing(l, file)->name;
    bool borrowed =
        program != HW_LOOK_NONE && !look_in_system(look_thing(l, program)->name) &&
        from_system(l, s, look_base(look_thing(l, program)->name), HW_VERB_RAN, HW_LOOK_NONE, &e);
    look_in(l, file, &v);
    for (size_t i = 0; i < v.count; i++) {
        const struct hw_edge *x = &v.p[i].e;
        if (x->verb != HW_VERB_WROTE || x->lo > before) {
            continue;
        }
        if (look_thing(l, x->subject)->kind == HW_ENTITY_PROCESS) {
            excused =
                excused || look_is_installer(look_image(l, x->subject)) ||
                own_updater(l, x->subject, path, x->lo) ||
                (!borrowed && program != HW_LOOK_NONE && wrote_both(l, x->subject, program, x->lo));
        }
        if (!found || (out->e.flags & HW_EDGE_CONTEXT) != 0) {
            *out = v.p[i];
            found = true;
        }
    }
    look_edges_done(&v);
    return found && !excused;
}

/* ---- side-loaded ---- */

static bool anybody_writes(struct hw_span path)
{
    struct hw_span in = hw_span_from(path, 1);
    return hw_span_starts(in, ":\\users\\") || hw_span_starts(in, ":\\programdata\\") ||
           hw_span_starts(in, ":\\temp\\") || hw_span_starts(in, ":\\windows\\temp\\");
}

static void side_loaded(struct look *l, const struct shelf *s, uint32_t file)
{
    struct look_edge load, system, write = {0};
    struct hw_span path = look_thing(l, file)->name;
    uint32_t host = look_thing(l, file)->host;
    char when[80];
    if (!used(l, file, HW_VERB_LOADED, &load) ||
        !from_system(l, s, look_base(path), HW_VERB_LOADED, host, &system)) {
        return;
    }
    uint32_t program = look_program(l, load.e.object);
    struct hw_span exe = look_thing(l, program)->name;
    bool beside = exe.n > 0 && hw_span_equal_nocase(look_folder(exe), look_folder(path));
    bool within = look_in_system(path); /* of a provider there, before the system's own */
    if ((!beside && !within && !anybody_writes(path)) || copy_of_system(l, file) ||
        !blame(l, s, file, program, load.e.hi, &write)) {
        return;
    }
    bool here = look_thing(l, system.e.subject)->host == host;
    struct hw_finding *f =
        look_find(l, "side-loaded", HW_HIGH, here ? HW_CONF_MODERATE : HW_CONF_LOW, file,
                  (struct hw_span){NULL, 0});
    look_ran(f);
    look_why(l, f, load.n, "%s loaded it from %s at %s", look_name(l, load.e.object),
             beside   ? "its own folder"
             : within ? "a folder that comes before the system's"
                      : "a folder that anybody may write to",
             look_when(&load.e, when));
    look_why(l, f, system.n, "%s loads the library of that name from the system's folder",
             look_name(l, system.e.object));
    look_why(l, f, write.n,
             "%s wrote it at %s, which is no installer that also brought the program",
             look_name(l, write.e.subject), look_when(&write.e, when));
}

/* What the rule compares: libraries and programs at home, and what was written elsewhere. */
static bool matters(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    return at_home(t->name) || ((t->flags & HW_THING_TOUCHED) != 0 && look_is_library(t->name));
}

static bool touched(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    return (t->flags & HW_THING_TOUCHED) != 0;
}

void rule_side_loaded(struct look *l)
{
    struct look_list files;
    struct shelf s = {0};
    look_all(l, HW_ENTITY_FILE, matters, NULL, &files);
    shelve(l, &s, &files);
    for (size_t i = 0; i < files.count && l->rc == HW_OK; i++) {
        const struct hw_thing *t = look_thing(l, files.p[i]);
        if ((t->flags & HW_THING_TOUCHED) != 0 && !at_home(t->name) && look_is_library(t->name)) {
            side_loaded(l, &s, files.p[i]);
        }
    }
    free(s.p);
}

/* ---- service-dll-planted ---- */

static bool is_service(struct look *l, uint32_t process)
{
    struct look_edge e;
    return hw_span_is_nocase(look_image(l, process), "svchost.exe") ||
           look_from(l, process, HW_VERB_RAN, HW_ENTITY_SERVICE, &e) ||
           hw_span_is_nocase(look_image(l, look_parent(l, process)), "services.exe");
}

/* A write by a session over the network, or by a process of somebody's session. */
static bool planted(struct look *l, uint32_t file, int64_t before, struct look_edge *out,
                    uint32_t *out_account)
{
    struct look_edges v = {0};
    bool found = false, excused = false;
    look_in(l, file, &v);
    for (size_t i = 0; i < v.count; i++) {
        const struct hw_edge *x = &v.p[i].e;
        if (x->verb != HW_VERB_WROTE || x->lo > before) {
            continue;
        }
        bool session = look_thing(l, x->subject)->kind == HW_ENTITY_SESSION;
        excused = excused || (!session && look_is_installer(look_image(l, x->subject)));
        uint32_t in = session ? x->subject : look_session(l, x->subject);
        uint32_t who = look_account(l, in);
        if (in != HW_LOOK_NONE && (session || look_is_somebody(look_thing(l, who))) &&
            (!found || session)) {
            *out = v.p[i];
            *out_account = who;
            found = true;
        }
    }
    look_edges_done(&v);
    return found && !excused;
}

/* A product's own service, in its own folder, served by one whom the estate declares an
 * administrator: that is how such programs are deployed. svchost and Windows' folders have no such
 * excuse. */
static bool deployed(struct look *l, uint32_t file, uint32_t process, uint32_t account)
{
    uint32_t program = look_program(l, process);
    struct hw_span exe = look_thing(l, program)->name, path = look_thing(l, file)->name;
    return (look_thing(l, account)->flags & HW_THING_ADMIN) != 0 &&
           hw_span_starts(hw_span_from(path, 1), ":\\program files") &&
           hw_span_equal_nocase(look_folder(exe), look_folder(path));
}

static void service_dll(struct look *l, uint32_t file)
{
    struct look_edges v = {0};
    char when[80];
    bool said = false;
    look_out(l, file, &v);
    for (size_t i = 0; i < v.count && !said && l->rc == HW_OK; i++) {
        const struct look_edge *load = &v.p[i];
        struct look_edge write = {0};
        uint32_t who = HW_LOOK_NONE;
        if (load->e.verb != HW_VERB_LOADED || !is_service(l, load->e.object) ||
            !planted(l, file, load->e.hi, &write, &who) || deployed(l, file, load->e.object, who)) {
            continue;
        }
        bool session = look_thing(l, write.e.subject)->kind == HW_ENTITY_SESSION;
        struct hw_finding *f =
            look_find(l, "service-dll-planted", HW_HIGH, session ? HW_CONF_HIGH : HW_CONF_MODERATE,
                      file, (struct hw_span){NULL, 0});
        look_ran(f);
        look_why(l, f, load->n, "the service host %s loaded it at %s", look_name(l, load->e.object),
                 look_when(&load->e, when));
        look_why(l, f, write.n, "%s wrote it %sat %s; no installer of Windows did",
                 look_name(l, write.e.subject), session ? "over the network " : "",
                 look_when(&write.e, when));
        if (who != HW_LOOK_NONE && !session) {
            look_why(l, f, HW_LOOK_NONE, "that process ran as %s", look_name(l, who));
        }
        said = true;
    }
    look_edges_done(&v);
}

void rule_service_dll(struct look *l)
{
    struct look_list files;
    look_all(l, HW_ENTITY_FILE, touched, NULL, &files);
    for (size_t i = 0; i < files.count && l->rc == HW_OK; i++) {
        service_dll(l, files.p[i]);
    }
}

/* ---- read-as-data ---- */

enum { WHOLE_FOLDER = 4 }; /* so many of its own libraries read: it counts or checks its files */

struct readers {
    struct look_list hosts, loading; /* with reads; with loads */
    struct look_edges reads;         /* that may matter */
};

static bool loaded_too(struct look *l, uint32_t file, uint32_t process)
{
    struct look_edges v = {0};
    bool loaded = false;
    look_out(l, file, &v);
    for (size_t i = 0; i < v.count; i++) {
        loaded = loaded || (v.p[i].e.object == process &&
                            (v.p[i].e.verb == HW_VERB_LOADED || v.p[i].e.verb == HW_VERB_RAN));
    }
    look_edges_done(&v);
    return loaded;
}

static void one_read(struct look *l, uint32_t edge, const struct hw_edge *e)
{
    struct look_edges v = {0};
    char when[80];
    uint32_t program = look_program(l, e->object);
    struct hw_span path = look_thing(l, e->subject)->name;
    struct hw_span exe = look_thing(l, program)->name, image = look_image(l, e->object);
    if (exe.n == 0 || hw_span_equal(exe, path) || look_is_installer(image) ||
        look_is_build_tool(image) || !hw_span_equal_nocase(look_folder(exe), look_folder(path)) ||
        loaded_too(l, e->subject, e->object)) {
        return;
    }
    size_t own = 0;
    look_in(l, e->object, &v);
    for (size_t i = 0; i < v.count; i++) {
        struct hw_span other = look_thing(l, v.p[i].e.subject)->name;
        own += v.p[i].e.verb == HW_VERB_READ && look_is_library(other) &&
               hw_span_equal_nocase(look_folder(exe), look_folder(other));
    }
    look_edges_done(&v);
    if (own >= WHOLE_FOLDER) {
        return;
    }
    bool fresh = (look_thing(l, e->subject)->flags & HW_THING_TOUCHED) != 0;
    struct hw_finding *f =
        look_find(l, "read-as-data", HW_HIGH, fresh ? HW_CONF_HIGH : HW_CONF_MODERATE, e->subject,
                  look_base(exe));
    look_why(l, f, edge, "%s opened and read it at %s, and never loaded it",
             look_name(l, e->object), look_when(e, when));
}

/* Programs loaded libraries there, and no read of a file is recorded: nothing can be said. */
static void unread_hosts(struct look *l, const struct readers *r)
{
    struct look_list orgs = {0};
    for (size_t i = 0; i < r->loading.count && l->rc == HW_OK; i++) {
        uint32_t first = r->loading.p[i];
        const char *scope = look_thing(l, first)->scope;
        bool told = look_has(&r->hosts, first);
        for (size_t k = 0; k < orgs.count; k++) {
            told = told || strcmp(look_thing(l, orgs.p[k])->scope, scope) == 0;
        }
        if (told) {
            continue;
        }
        look_add(l, &orgs, first);
        struct hw_finding *f = look_find(l, "read-as-data", HW_INFO, HW_CONF_HIGH, first,
                                         HW_SPAN_LIT("no file reads recorded"));
        size_t count = 0;
        for (size_t k = i; k < r->loading.count; k++) {
            uint32_t h = r->loading.p[k];
            if (strcmp(look_thing(l, h)->scope, scope) == 0 && !look_has(&r->hosts, h) &&
                count++ < 12) {
                look_why(l, f, HW_LOOK_NONE, "cannot be judged: no file reads recorded on %s",
                         look_name(l, h));
            }
        }
        if (count > 12) {
            look_why(l, f, HW_LOOK_NONE, "nor on %zu more hosts of this organisation", count - 12);
        }
    }
}

/* The object of the walk is a process; its host is marked. */
static void walk(struct look *l, enum hw_verb verb, struct look_list *hosts,
                 void (*each)(struct look *l, uint32_t n, const struct hw_edge *e))
{
    struct hw_edge e;
    struct hw_thing t; /* not kept: there may be millions */
    uint32_t n, last = HW_LOOK_NONE;
    int rc = l->rc != HW_OK ? l->rc : hw_walk_verb(l->outer, verb, l->err);
    while (rc == HW_OK && (rc = hw_walk_next(l->outer, &n, &e, l->err)) == HW_ROW) {
        if (e.object != last) {
            last = e.object;
            look_failed(l, hw_walk_thing(l->w, e.object, &t, l->err));
            if (l->rc == HW_OK && t.kind == HW_ENTITY_PROCESS && t.host != HW_LOOK_NONE &&
                e.known == HW_OBSERVED && !look_has(hosts, t.host)) {
                look_add(l, hosts, t.host);
            }
        }
        if (each != NULL && l->rc == HW_OK && e.lo <= l->q->a->as_of) {
            each(l, n, &e);
        }
        rc = l->rc;
    }
    look_failed(l, rc);
}

static void maybe_read(struct look *l, uint32_t n, const struct hw_edge *e)
{
    struct hw_thing t;
    look_failed(l, hw_walk_thing(l->w, e->subject, &t, l->err));
    if (l->rc == HW_OK && (look_is_library(t.name) || hw_span_ends(t.name, ".exe")) &&
        look_thing(l, e->object)->kind == HW_ENTITY_PROCESS) {
        one_read(l, n, e);
    }
}

void rule_read_as_data(struct look *l)
{
    struct readers r = {0};
    walk(l, HW_VERB_LOADED, &r.loading, NULL);
    walk(l, HW_VERB_READ, &r.hosts, maybe_read);
    unread_hosts(l, &r);
}
