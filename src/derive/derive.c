/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/derive.c -- the steps of a derivation, in the order in which each needs those before.
 */
#include "derive/derive.h"

#include "derive/room.h"

static void say(const struct hw_derive_progress *p, const char *doing, uint64_t done)
{
    if (p != NULL && p->say != NULL) {
        p->say(p->state, doing, done);
    }
}

static int make(struct world *w, const uint8_t print[32], const struct hw_derive_progress *p)
{
    static const struct {
        const char *doing;
        int (*step)(struct world *w);
    } steps[] = {
        {"hosts", join_hosts},           {"clocks of hosts", repair_clocks},
        {"accounts", join_accounts},     {"processes", join_processes},
        {"addresses", join_leases},      {"sessions", settle_sessions},
        {"files", join_files},           {"connections", join_flows},
        {"names", join_names},           {"log-ons", join_sessions},
        {"services", join_services},     {"releases", join_claims},
        {"inventories", join_installed}, {"the estate", join_estate},
        {"what others told", join_told}, {"gaps", find_gaps},
    };
    say(p, "clocks", 0);
    int rc = read_logs(w);
    rc = rc != HW_OK ? rc : clock_learn(w);
    say(p, "records", 0);
    rc = rc != HW_OK ? rc : collect(w);
    clock_free(w);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && rc == HW_OK; i++) {
        say(p, steps[i].doing, w->told->records);
        rc = steps[i].step(w);
    }
    say(p, "the graph", w->edges.count);
    return rc != HW_OK ? rc : write_graph(w, print);
}

int hw_derive_fresh(struct hw_case *c, bool *out, struct hw_error *err)
{
    uint8_t print[32];
    bool there = false;
    int rc = hw_graph_exists(c, &there, err);
    if (rc == HW_OK && !there) {
        *out = false;
    }
    if (rc != HW_OK || !there) {
        return rc;
    }
    rc = hw_graph_print(c, HW_DERIVE_VERSION, print, err);
    return rc != HW_OK ? rc : hw_graph_fresh(c, print, out, err);
}

int hw_derive(struct hw_case *c, const struct hw_derive_progress *progress, struct hw_derived *out,
              struct hw_error *err)
{
    uint8_t print[32];
    bool fresh = false;
    *out = (struct hw_derived){.made = false};
    int rc = hw_graph_print(c, HW_DERIVE_VERSION, print, err);
    rc = rc != HW_OK ? rc : hw_graph_fresh(c, print, &fresh, err);
    if (rc != HW_OK || fresh) {
        return rc;
    }
    struct world w;
    rc = world_init(&w, c, err);
    w.told = out;
    rc = rc != HW_OK ? rc : make(&w, print, progress);
    world_done(&w);
    out->made = rc == HW_OK;
    return rc;
}
