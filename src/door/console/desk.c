/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/desk.c -- the case under many hands: who may use which handle, and what to do when
 * another process changes the case meanwhile.
 */
#include <string.h>

#include "base/time.h"
#include "derive/derive.h"
#include "door/console/room.h"

int64_t hw_console_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * HW_NS_PER_SECOND + t.tv_nsec;
}

int hw_desk_open(const struct hw_console *k, struct hw_desk *d, struct hw_error *err)
{
    struct hw_case_open how = {.path = k->ask->case_path,
                               .mode = HW_CASE_READ,
                               .default_place = k->ask->default_place,
                               .must_exist = true};
    int rc = hw_case_open(&how, &d->c, err);
    if (rc == HW_OK && pthread_mutex_init(&d->lock, NULL) != 0) {
        hw_case_free(d->c);
        d->c = NULL;
        rc = hw_fail(err, HW_E_MEMORY, "no memory for a lock");
    }
    return rc;
}

void hw_desk_close(struct hw_desk *d)
{
    if (d->c != NULL) {
        hw_case_free(d->c);
        d->c = NULL;
        (void)pthread_mutex_destroy(&d->lock);
    }
}

int hw_desk_take(struct hw_desk *d, struct hw_error *err)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += HW_CONSOLE_WAIT_S;
    return pthread_mutex_timedlock(&d->lock, &until) == 0
               ? HW_OK
               : hw_fail(err, HW_E_BUSY,
                         "another question is being answered still: ask again in a while");
}

void hw_desk_leave(struct hw_desk *d)
{
    (void)pthread_mutex_unlock(&d->lock);
}

int hw_desk_derive(struct hw_console *k, bool always, bool *out, struct hw_error *err)
{
    struct hw_case_info info;
    struct hw_case_counts n;
    struct hw_derived d;
    HW_AUTO(hw_case) *w = NULL;
    bool fresh = false;
    int rc = hw_derive_fresh(k->deep.c, &fresh, err);
    rc = rc != HW_OK ? rc : hw_case_count(k->deep.c, &n, err);
    *out = fresh;
    if (rc != HW_OK || fresh || (!always && n.telemetry == 0)) {
        return rc;
    }
    hw_case_info(k->deep.c, &info);
    if (info.read_only) {
        return HW_OK;
    }
    struct hw_case_open how = {.path = k->ask->case_path,
                               .mode = HW_CASE_WRITE,
                               .default_place = k->ask->default_place,
                               .must_exist = true,
                               .now_ns = hw_console_now()};
    rc = hw_case_open(&how, &w, err);
    if (rc == HW_E_BUSY) {
        return HW_OK; /* whoever writes may write for hours: the caller says so */
    }
    rc = rc != HW_OK ? rc : hw_derive(w, NULL, &d, err);
    *out = rc == HW_OK;
    return rc == HW_E_BUSY ? HW_OK : rc;
}

int hw_desk_not_derived(struct hw_console *k, struct hw_error *err)
{
    struct hw_case_info info;
    hw_case_info(k->deep.c, &info);
    return info.read_only
               ? hw_fail(err, HW_E_STATE,
                         "the case cannot be written, and its graph does not stand for all its "
                         "records: adopt the case (headwater case adopt)")
               : hw_fail(err, HW_E_BUSY,
                         "another process writes the case, and its graph cannot be made before it "
                         "is done: ask again then");
}

uint64_t hw_console_generation(struct hw_console *k)
{
    (void)pthread_mutex_lock(&k->state);
    uint64_t n = k->generation;
    (void)pthread_mutex_unlock(&k->state);
    return n;
}

void hw_console_change(struct hw_console *k)
{
    (void)pthread_mutex_lock(&k->state);
    k->generation++;
    hw_kept_forget(k);
    (void)pthread_cond_broadcast(&k->changed);
    (void)pthread_mutex_unlock(&k->state);
}

int hw_console_look(struct hw_console *k, struct hw_case *watch, uint64_t *io_version,
                    struct hw_error *err)
{
    struct hw_case_counts counts = k->counts;
    uint64_t version = *io_version;
    bool writing = false;
    int rc = hw_case_version(watch, &version, err);
    rc = rc != HW_OK ? rc : hw_case_is_written(watch, &writing, err);
    rc = rc != HW_OK || (version == *io_version && *io_version != 0)
             ? rc
             : hw_case_count(watch, &counts, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (*io_version != 0 && version != *io_version) {
        hw_console_change(k);
    }
    *io_version = version;
    (void)pthread_mutex_lock(&k->state);
    k->counts = counts;
    k->writing = writing;
    (void)pthread_mutex_unlock(&k->state);
    return HW_OK;
}
