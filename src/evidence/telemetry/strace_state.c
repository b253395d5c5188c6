/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_state.c -- what is known of each process while the log is walked.
 *
 * A path in a call means nothing without the directory and the descriptors of its process, and
 * those are inherited, shared and closed as fork(2), clone(2) and execve(2) have it. All of it is
 * bounded, so that a log of any length is read in the memory of one node; whatever is given back
 * is used again. At a limit the oldest knowledge is not thrown away: the new one is not taken, and
 * `full` says that it was so.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/strace_parts.h"

enum {
    BUCKETS = 4096,
    PROCESSES_MAX = 16384,  /* alive at once */
    OPENS_MAX = 131072,     /* descriptors of all of them */
    OPENS_EACH = 1024,      /* of one */
    TEXTS_BYTES = 12 << 20, /* paths of all of them */
    LIVES_MAX = 1 << 17,    /* pids whose lives are counted */
};

struct hw_strace_lives { /* open addressing: pid -> how often it was born */
    uint32_t room, count;
    uint32_t *pids, *lives;
};

static const uint16_t text_sizes[] = {32, 64, 128, 256, 512, 1024, 2048, HW_STRACE_PATH_BYTES};

bool hw_strace_state_init(struct hw_strace_state *s, struct hw_arena *arena)
{
    *s = (struct hw_strace_state){.arena = arena};
    s->buckets = hw_arena_array(arena, BUCKETS, sizeof *s->buckets);
    s->spare = hw_arena_alloc(arena, sizeof *s->spare);
    s->lives = hw_arena_alloc(arena, sizeof *s->lives);
    return s->buckets != NULL && s->spare != NULL && s->lives != NULL;
}

/* ---- texts ---- */

static struct hw_strace_text *text_new(struct hw_strace_state *s, struct hw_span v)
{
    uint16_t k = 0;
    while (k < 7 && text_sizes[k] < v.n) {
        k++;
    }
    if (v.n == 0 || v.n > text_sizes[k]) {
        return NULL;
    }
    struct hw_strace_text *t = s->free_texts[k];
    if (t != NULL) {
        s->free_texts[k] = t->next;
    } else {
        size_t bytes = sizeof *t + text_sizes[k];
        t = s->text_bytes + bytes > TEXTS_BYTES ? NULL : hw_arena_alloc(s->arena, bytes);
        if (t == NULL) {
            s->full = true;
            return NULL;
        }
        s->text_bytes += bytes;
    }
    t->refs = 1;
    t->size_class = k;
    t->n = (uint16_t)v.n;
    for (size_t i = 0; i < v.n; i++) {
        t->p[i] = v.p[i];
    }
    return t;
}

static struct hw_strace_text *text_keep(struct hw_strace_text *t)
{
    if (t != NULL) {
        t->refs++;
    }
    return t;
}

static void text_drop(struct hw_strace_state *s, struct hw_strace_text *t)
{
    if (t != NULL && --t->refs == 0) {
        t->next = s->free_texts[t->size_class];
        s->free_texts[t->size_class] = t;
    }
}

struct hw_span hw_strace_text_span(const struct hw_strace_text *t)
{
    return t == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){t->p, t->n};
}

/* ---- descriptors ---- */

static void open_drop(struct hw_strace_state *s, struct hw_strace_files *f,
                      struct hw_strace_open **at)
{
    struct hw_strace_open *o = *at;
    *at = o->next;
    f->count--;
    text_drop(s, o->path);
    o->path = NULL;
    o->next = s->free_opens;
    s->free_opens = o;
}

static struct hw_strace_open *open_new(struct hw_strace_state *s, struct hw_strace_files *f)
{
    struct hw_strace_open *o = s->free_opens;
    if (f->count >= OPENS_EACH) {
        s->full = true;
        return NULL;
    }
    if (o != NULL) {
        s->free_opens = o->next;
    } else {
        o = s->opens >= OPENS_MAX ? NULL : hw_arena_alloc(s->arena, sizeof *o);
        if (o == NULL) {
            s->full = true;
            return NULL;
        }
        s->opens++;
    }
    *o = (struct hw_strace_open){.next = f->head};
    f->head = o;
    f->count++;
    return o;
}

static void files_drop(struct hw_strace_state *s, struct hw_strace_files *f)
{
    if (f != NULL && --f->refs == 0) {
        while (f->head != NULL) {
            open_drop(s, f, &f->head);
        }
        f->next = s->free_files;
        s->free_files = f;
    }
}

static struct hw_strace_files *files_new(struct hw_strace_state *s)
{
    struct hw_strace_files *f = s->free_files;
    if (f != NULL) {
        s->free_files = f->next;
    } else {
        f = hw_arena_alloc(s->arena, sizeof *f);
    }
    if (f != NULL) {
        *f = (struct hw_strace_files){.refs = 1};
    } else {
        s->full = true;
    }
    return f;
}

/* A table of its own with the same descriptors. That somebody before has said to read or write
 * through one says nothing about the new owner. */
static struct hw_strace_files *files_copy(struct hw_strace_state *s,
                                          const struct hw_strace_files *from, bool exec)
{
    struct hw_strace_files *f = files_new(s);
    for (const struct hw_strace_open *o = from == NULL ? NULL : from->head; f != NULL && o != NULL;
         o = o->next) {
        struct hw_strace_open *copy = exec && o->cloexec ? NULL : open_new(s, f);
        if (copy != NULL) {
            copy->path = text_keep(o->path);
            copy->fd = o->fd;
            copy->cloexec = o->cloexec;
            copy->proto = o->proto;
        }
    }
    return f;
}

struct hw_strace_open *hw_strace_open_find(const struct hw_strace_process *p, int64_t fd)
{
    struct hw_strace_open *o = p->files == NULL ? NULL : p->files->head;
    while (o != NULL && o->fd != fd) {
        o = o->next;
    }
    return o;
}

struct hw_strace_open *hw_strace_open_set(struct hw_strace_state *s, struct hw_strace_process *p,
                                          int64_t fd, struct hw_span path, bool cloexec)
{
    if (fd < 0 || fd > INT32_MAX) {
        return NULL;
    }
    struct hw_strace_open *o = hw_strace_open_find(p, fd);
    p->files = p->files == NULL ? files_new(s) : p->files;
    o = o == NULL && p->files != NULL ? open_new(s, p->files) : o;
    if (o != NULL) {
        /* The new text first: the path may be the old one itself. */
        struct hw_strace_text *old = o->path;
        o->path = text_new(s, path);
        text_drop(s, old);
        o->fd = (int32_t)fd;
        o->cloexec = cloexec;
        o->said_read = o->said_write = o->writes = false;
        o->proto = 0;
    }
    return o;
}

void hw_strace_open_copy(struct hw_strace_state *s, struct hw_strace_process *p, int64_t from,
                         int64_t to, bool cloexec)
{
    if (from == to) {
        return;
    }
    const struct hw_strace_open *old = hw_strace_open_find(p, from);
    if (old == NULL) {
        hw_strace_open_close(s, p, to); /* it is something now, and we do not know what */
        return;
    }
    struct hw_strace_text *path = text_keep(old->path);
    struct hw_strace_open was = *old;
    struct hw_strace_open *o = hw_strace_open_set(s, p, to, (struct hw_span){NULL, 0}, cloexec);
    if (o == NULL) {
        text_drop(s, path);
        return;
    }
    o->path = path;
    o->said_read = was.said_read;
    o->said_write = was.said_write;
    o->writes = was.writes;
    o->proto = was.proto;
}

void hw_strace_open_close_range(struct hw_strace_state *s, struct hw_strace_process *p,
                                int64_t first, int64_t last)
{
    struct hw_strace_open **at = p->files == NULL ? NULL : &p->files->head;
    while (at != NULL && *at != NULL) {
        if ((*at)->fd >= first && (*at)->fd <= last) {
            open_drop(s, p->files, at);
        } else {
            at = &(*at)->next;
        }
    }
}

void hw_strace_open_close(struct hw_strace_state *s, struct hw_strace_process *p, int64_t fd)
{
    struct hw_strace_open **at = p->files == NULL ? NULL : &p->files->head;
    while (at != NULL && *at != NULL) {
        if ((*at)->fd == fd) {
            open_drop(s, p->files, at);
            return;
        }
        at = &(*at)->next;
    }
}

/* ---- directories ---- */

static void cwd_drop(struct hw_strace_state *s, struct hw_strace_cwd *c)
{
    if (c != NULL && --c->refs == 0) {
        text_drop(s, c->path);
        c->path = NULL;
        c->next = s->free_cwds;
        s->free_cwds = c;
    }
}

static struct hw_strace_cwd *cwd_new(struct hw_strace_state *s, struct hw_span path)
{
    struct hw_strace_cwd *c = s->free_cwds;
    if (c != NULL) {
        s->free_cwds = c->next;
    } else {
        c = hw_arena_alloc(s->arena, sizeof *c);
    }
    if (c != NULL) {
        *c = (struct hw_strace_cwd){.refs = 1, .path = text_new(s, path)};
    } else {
        s->full = true;
    }
    return c;
}

void hw_strace_cwd_set(struct hw_strace_state *s, struct hw_strace_process *p, struct hw_span path)
{
    struct hw_strace_cwd *old = p->cwd;
    p->cwd = cwd_new(s, path);
    cwd_drop(s, old);
}

void hw_strace_cwd_learn(struct hw_strace_state *s, struct hw_strace_process *p,
                         struct hw_span path)
{
    if (p->cwd == NULL) {
        p->cwd = cwd_new(s, path);
    } else if (p->cwd->path == NULL) {
        p->cwd->path = text_new(s, path);
    } else if (!hw_span_equal(hw_strace_text_span(p->cwd->path), path)) {
        hw_strace_cwd_set(s, p, path); /* it went there unseen, and alone */
    }
}

/* ---- processes ---- */

static uint32_t life_of(struct hw_strace_state *s, uint64_t pid, uint64_t line)
{
    struct hw_strace_lives *l = s->lives;
    if (l->count * 2 >= l->room && l->room < LIVES_MAX * 2) {
        uint32_t room = l->room == 0 ? 1024 : l->room * 2;
        uint32_t *pids = hw_arena_array(s->arena, room, sizeof *pids);
        uint32_t *lives = hw_arena_array(s->arena, room, sizeof *lives);
        if (pids != NULL && lives != NULL) {
            for (uint32_t i = 0; i < l->room; i++) {
                uint32_t at = l->pids[i] * 2654435761U & (room - 1);
                while (l->lives[i] > 0 && lives[at] > 0) {
                    at = (at + 1) & (room - 1);
                }
                if (l->lives[i] > 0) {
                    pids[at] = l->pids[i];
                    lives[at] = l->lives[i];
                }
            }
            l->room = room, l->pids = pids, l->lives = lives;
        }
    }
    uint32_t at = (uint32_t)pid * 2654435761U & (l->room - 1);
    while (l->room > 0 && l->lives[at] > 0 && l->pids[at] != (uint32_t)pid) {
        at = (at + 1) & (l->room - 1);
    }
    if (l->room == 0 || (l->lives[at] == 0 && l->count * 2 >= l->room)) {
        return (uint32_t)line; /* no room to count: the line is unique as well */
    }
    l->count += l->lives[at] == 0;
    l->pids[at] = (uint32_t)pid;
    return ++l->lives[at];
}

static struct hw_strace_process **bucket(struct hw_strace_state *s, uint64_t pid)
{
    return &s->buckets[((uint32_t)pid * 2654435761U) >> 20];
}

struct hw_strace_process *hw_strace_find(struct hw_strace_state *s, uint64_t pid)
{
    struct hw_strace_process *p = *bucket(s, pid);
    while (p != NULL && p->pid != pid) {
        p = p->next;
    }
    return p;
}

static void forget(struct hw_strace_state *s, struct hw_strace_process *p)
{
    files_drop(s, p->files);
    cwd_drop(s, p->cwd);
    text_drop(s, p->image);
    p->files = NULL;
    p->cwd = NULL;
    p->image = NULL;
}

static void link_in(struct hw_strace_state *s, struct hw_strace_process *p)
{
    struct hw_strace_process **b = bucket(s, p->pid);
    p->next = *b;
    *b = p;
}

static void link_out(struct hw_strace_state *s, struct hw_strace_process *p)
{
    struct hw_strace_process **b = bucket(s, p->pid);
    while (*b != NULL && *b != p) {
        b = &(*b)->next;
    }
    if (*b == p) {
        *b = p->next;
    }
}

struct hw_strace_process *hw_strace_born(struct hw_strace_state *s, uint64_t pid, uint64_t line)
{
    struct hw_strace_process *p = hw_strace_find(s, pid);
    if (p != NULL) {
        hw_strace_dead(s, p); /* its end was not seen */
    }
    p = s->free_processes;
    if (p != NULL) {
        s->free_processes = p->next;
    } else if (s->processes < PROCESSES_MAX) {
        p = hw_arena_alloc(s->arena, sizeof *p);
        s->processes += p != NULL;
    }
    if (p == NULL) {
        s->full = true;
        forget(s, s->spare);
        p = s->spare;
        *p = (struct hw_strace_process){.pid = pid, .leader = pid};
        p->life = life_of(s, pid, line);
        return p;
    }
    *p = (struct hw_strace_process){.pid = pid, .leader = pid, .older = s->newest};
    p->life = life_of(s, pid, line);
    if (s->newest != NULL) {
        s->newest->newer = p;
    }
    s->newest = p;
    s->living++;
    link_in(s, p);
    return p;
}

void hw_strace_inherit(struct hw_strace_state *s, struct hw_strace_process *child,
                       struct hw_strace_process *parent, bool share_files)
{
    forget(s, child);
    parent->files = parent->files == NULL ? files_new(s) : parent->files;
    parent->cwd = parent->cwd == NULL ? cwd_new(s, (struct hw_span){NULL, 0}) : parent->cwd;
    if (share_files && parent->files != NULL) {
        child->files = parent->files;
        child->files->refs++;
    } else {
        child->files = files_copy(s, parent->files, false);
    }
    struct hw_span at = hw_strace_text_span(parent->cwd == NULL ? NULL : parent->cwd->path);
    /* Where it is not known yet, whoever learns it tells all of the family. */
    if (parent->cwd != NULL && at.n == 0) {
        child->cwd = parent->cwd;
        child->cwd->refs++;
    } else {
        child->cwd = cwd_new(s, at);
    }
    child->image = text_keep(parent->image);
    child->parent_pid = parent->leader;
    hw_strace_uniq(s, parent, child->parent_uniq);
    child->has_parent = true;
}

void hw_strace_dead(struct hw_strace_state *s, struct hw_strace_process *p)
{
    forget(s, p);
    if (p == s->spare) {
        return;
    }
    link_out(s, p);
    if (p->newer != NULL) {
        p->newer->older = p->older;
    } else {
        s->newest = p->older;
    }
    if (p->older != NULL) {
        p->older->newer = p->newer;
    }
    s->living--;
    p->next = s->free_processes;
    s->free_processes = p;
}

void hw_strace_renumber(struct hw_strace_state *s, struct hw_strace_process *p, uint64_t pid)
{
    if (p == s->spare || p->pid == pid) {
        return;
    }
    struct hw_strace_process *other = hw_strace_find(s, pid);
    if (other != NULL) {
        hw_strace_dead(s, other);
    }
    link_out(s, p);
    p->leader = p->leader == p->pid ? pid : p->leader;
    p->pid = pid;
    link_in(s, p);
}

void hw_strace_exec(struct hw_strace_state *s, struct hw_strace_process *p, struct hw_span image)
{
    struct hw_strace_files *own = files_copy(s, p->files, true);
    files_drop(s, p->files);
    p->files = own;
    struct hw_strace_text *text = text_new(s, image);
    text_drop(s, p->image);
    p->image = text;
    p->execs++;
}

struct hw_strace_process *hw_strace_leader(struct hw_strace_state *s, struct hw_strace_process *p)
{
    struct hw_strace_process *l = p->leader == p->pid ? p : hw_strace_find(s, p->leader);
    return l != NULL ? l : p;
}

/* Threads bear the name of their process. */
void hw_strace_uniq(struct hw_strace_state *s, struct hw_strace_process *p,
                    char out[HW_STRACE_UNIQ])
{
    p = hw_strace_leader(s, p);
    snprintf(out, HW_STRACE_UNIQ, "%llu.%u.%u", (unsigned long long)p->pid, p->life, p->execs);
}
