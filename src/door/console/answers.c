/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/answers.c -- answers that were asked once, for whoever pages and filters.
 *
 * An answer of a large case takes long and a page of it is read many times. It is kept whole until
 * the case changes or others need its room: the one longest unused goes first.
 */
#include <stdlib.h>
#include <string.h>

#include "door/console/room.h"

static size_t weight(const struct hw_kept *a)
{
    return sizeof *a + a->lines.text.room + (a->lines.count + 1) * sizeof *a->lines.at;
}

static void free_kept(struct hw_kept *a)
{
    if (a != NULL) {
        hw_lines_done(&a->lines);
        free(a->key);
        free(a);
    }
}

/* Takes it from the list; who still reads it frees it. */
static void drop(struct hw_console *k, struct hw_kept **at)
{
    struct hw_kept *a = *at;
    *at = a->next;
    k->kept_bytes -= weight(a);
    a->dropped = true;
    if (a->held == 0) {
        free_kept(a);
    }
}

void hw_kept_forget(struct hw_console *k)
{
    while (k->kept != NULL) {
        drop(k, &k->kept);
    }
}

void hw_kept_leave(struct hw_console *k, struct hw_kept *a)
{
    (void)pthread_mutex_lock(&k->state);
    a->held--;
    bool last = a->dropped && a->held == 0;
    (void)pthread_mutex_unlock(&k->state);
    if (last) {
        free_kept(a);
    }
}

struct hw_kept *hw_kept_find(struct hw_console *k, const char *key)
{
    struct hw_kept *found = NULL;
    (void)pthread_mutex_lock(&k->state);
    for (struct hw_kept *a = k->kept; a != NULL && found == NULL; a = a->next) {
        if (a->generation == k->generation && strcmp(a->key, key) == 0) {
            a->held++;
            a->used = ++k->uses;
            found = a;
        }
    }
    (void)pthread_mutex_unlock(&k->state);
    return found;
}

static void make_room(struct hw_console *k, size_t bytes)
{
    while (k->kept != NULL && k->kept_bytes + bytes > HW_CONSOLE_KEPT) {
        struct hw_kept **oldest = &k->kept;
        for (struct hw_kept **at = &k->kept; *at != NULL; at = &(*at)->next) {
            oldest = (*at)->used < (*oldest)->used ? at : oldest;
        }
        drop(k, oldest);
    }
}

/* One too large to be kept, or of a case that has changed since, serves its asker alone. */
static void keep(struct hw_console *k, struct hw_kept *a)
{
    (void)pthread_mutex_lock(&k->state);
    size_t bytes = weight(a);
    a->held = 1;
    a->used = ++k->uses;
    a->dropped = bytes > HW_CONSOLE_KEPT || a->generation != k->generation;
    if (!a->dropped) {
        make_room(k, bytes);
        a->next = k->kept;
        k->kept = a;
        k->kept_bytes += bytes;
    }
    (void)pthread_mutex_unlock(&k->state);
}

void hw_kept_put(struct hw_console *k, const char *key, uint64_t generation, struct hw_span text)
{
    struct hw_kept *a = calloc(1, sizeof *a);
    struct hw_error ignored;
    if (a == NULL) {
        return;
    }
    a->key = strdup(key);
    a->generation = generation;
    hw_buf_init(&a->lines.text, HW_CONSOLE_ANSWER);
    hw_buf_span_put(&a->lines.text, text);
    if (a->key == NULL || !hw_buf_ok(&a->lines.text) ||
        hw_lines_cut(&a->lines, &ignored) != HW_OK) {
        free_kept(a);
        return;
    }
    keep(k, a);
    hw_kept_leave(k, a);
}

/* Others may write for hours. What the graph holds is told meanwhile, and that it is not all. */
static int make_of_old(struct hw_console *k, struct hw_making *m, struct hw_error *err)
{
    struct hw_error ignored;
    bool has = false;
    int rc = hw_desk_not_derived(k, err);
    if (!m->lines || hw_graph_exists(k->deep.c, &has, &ignored) != HW_OK || !has) {
        return rc;
    }
    struct hw_buf what;
    hw_buf_init(&what, 1 << 12);
    hw_buf_printf(&what, "the graph is older than the evidence, and this answer with it: %s",
                  err->text);
    rc = m->make(k, m, err);
    if (rc == HW_OK) {
        hw_json_gap(m->text,
                    &(struct hw_gap){.kind = "graph", .what = hw_buf_span(&what), .needed = true});
    }
    hw_buf_done(&what);
    return rc;
}

static int make(struct hw_console *k, struct hw_making *m, struct hw_kept *a, struct hw_error *err)
{
    hw_buf_init(&a->lines.text, HW_CONSOLE_ANSWER);
    m->text = &a->lines.text;
    int rc = hw_desk_derive(k, m->graph, &m->derived, err);
    bool old = m->graph && !m->derived;
    m->generation = old ? UINT64_MAX : hw_console_generation(k); /* it is better asked again */
    a->generation = m->generation;
    rc = rc != HW_OK ? rc : hw_case_hold(k->deep.c, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = old ? make_of_old(k, m, err) : m->make(k, m, err);
    hw_case_release(k->deep.c);
    rc = rc != HW_OK          ? rc
         : hw_buf_ok(m->text) ? hw_lines_cut(&a->lines, err)
                              : hw_fail(err, HW_E_LIMIT, "the answer is too large for a page");
    return rc;
}

int hw_kept_take(struct hw_console *k, struct hw_making *m, struct hw_kept **out,
                 struct hw_error *err)
{
    *out = hw_kept_find(k, m->key);
    if (*out != NULL) {
        return HW_OK;
    }
    int rc = hw_desk_take(&k->deep, err);
    if (rc != HW_OK) {
        return rc;
    }
    *out = hw_kept_find(k, m->key); /* whoever was before us may have asked the same */
    if (*out == NULL) {
        struct hw_kept *a = calloc(1, sizeof *a);
        char *key = a == NULL ? NULL : strdup(m->key);
        rc = key == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for an answer") : HW_OK;
        if (a != NULL) {
            a->key = key;
        }
        rc = rc != HW_OK ? rc : make(k, m, a, err);
        if (rc == HW_OK) {
            keep(k, a);
            *out = a;
        } else {
            free_kept(a);
        }
    }
    hw_desk_leave(&k->deep);
    return rc;
}
