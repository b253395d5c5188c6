/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/case.c -- what the case is and holds, in counts; and what is worth asking first.
 */
#include <string.h>

#include "base/text.h"
#include "derive/derive.h"
#include "door/console/room.h"

enum { SUGGESTED = 20, LOOKED_AT = 200000 };

static struct hw_span file_name(const char *path)
{
    const char *slash = strrchr(path == NULL ? "" : path, '/');
    return hw_span_str(slash == NULL ? path : slash + 1);
}

static void suggest(struct hw_buf *b, const char *id, const char *says, struct hw_span name)
{
    hw_buf_printf(b, "{\"type\":\"suggestion\",\"schema\":1,\"target\":\"e-%s\",", id);
    hw_json_put(b, "name", name);
    hw_json_text(b, "says", hw_span_str(says));
    hw_buf_str(b, "}\n");
}

/* Bytes that somebody published indicators of, as the graph has them; then releases. */
static int suggestions(struct hw_console *k, struct hw_buf *b, struct hw_error *err)
{
    HW_AUTO(hw_walk) *w = NULL, *things = NULL;
    const char *kind;
    struct hw_span value;
    struct hw_thing t;
    uint32_t n, last = UINT32_MAX;
    unsigned said = 0;
    uint8_t lo[HW_ID_BYTES], hi[HW_ID_BYTES];
    int rc = hw_walk_new(k->quick.c, &w, err);
    rc = rc != HW_OK ? rc : hw_walk_new(k->quick.c, &things, err);
    rc = rc != HW_OK ? rc : hw_walk_published(w, err);
    struct hw_buf id;
    hw_buf_init(&id, 64);
    while (rc == HW_OK && said < SUGGESTED &&
           (rc = hw_walk_published_next(w, &n, &kind, &value, err)) == HW_ROW) {
        rc = n == last ? HW_OK : hw_walk_thing(things, n, &t, err);
        if (rc == HW_OK && n != last) {
            hw_buf_clear(&id);
            hw_buf_hex(&id, (struct hw_span){t.id, HW_ID_BYTES});
            suggest(b, hw_buf_text(&id), "bytes that published indicators name", t.name);
            said++;
            last = n;
        }
    }
    memset(lo, 0, sizeof lo);
    memset(hi, 0xff, sizeof hi);
    rc = rc != HW_OK
             ? rc
             : hw_walk_find(
                   things,
                   &(struct hw_thing_ask){.id_lo = {lo, sizeof lo}, .id_hi = {hi, sizeof hi}}, err);
    for (unsigned i = 0; rc == HW_OK && said < SUGGESTED && i < LOOKED_AT; i++) {
        rc = hw_walk_found(things, &n, &t, err);
        if (rc != HW_ROW) {
            break;
        }
        rc = HW_OK;
        if (t.kind == HW_ENTITY_RELEASE) {
            hw_buf_clear(&id);
            hw_buf_hex(&id, (struct hw_span){t.id, HW_ID_BYTES});
            suggest(b, hw_buf_text(&id), "a release", t.name);
            said++;
        }
    }
    hw_buf_done(&id);
    return rc;
}

/* What takes a look at everything, once for each state of the case. */
static int look_through(struct hw_console *k, struct hw_error *err)
{
    uint64_t generation = hw_console_generation(k);
    if (k->suggested_of == generation) {
        return HW_OK;
    }
    hw_buf_done(&k->suggested);
    hw_buf_init(&k->suggested, HW_CONSOLE_REPLY);
    k->derived = k->has_graph = false;
    int rc = hw_graph_exists(k->quick.c, &k->has_graph, err);
    rc = rc != HW_OK || !k->has_graph ? rc : hw_derive_fresh(k->quick.c, &k->derived, err);
    rc = rc != HW_OK || !k->has_graph ? rc : suggestions(k, &k->suggested, err);
    k->suggested_of = rc == HW_OK ? generation : 0;
    return rc;
}

static int say(struct hw_console *k, struct hw_buf *b, struct hw_error *err)
{
    struct hw_case_info info;
    struct hw_case_counts n;
    hw_case_info(k->quick.c, &info);
    int rc = hw_case_count(k->quick.c, &n, err);
    rc = rc != HW_OK ? rc : look_through(k, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_printf(b, "{\"type\":\"case\",\"schema\":1,\"id\":\"%s\",", info.uuid);
    hw_json_put(b, "name", file_name(info.path));
    hw_json_put(b, "version", hw_span_str(k->ask->version));
    hw_json_put_number(b, "evidence", n.evidences);
    hw_json_put_number(b, "logs", n.telemetry);
    hw_json_put_number(b, "artifacts", n.artifacts);
    hw_json_put_number(b, "indicators", n.indicators);
    hw_json_put_number(b, "facts", n.facts);
    hw_json_put_flag(b, "derived", k->derived);
    hw_json_put_flag(b, "stranger", info.stranger);
    hw_json_put_flag(b, "writable", !info.read_only);
    hw_buf_printf(b, "\"generation\":%llu}\n", (unsigned long long)hw_console_generation(k));
    hw_buf_span_put(b, hw_buf_span(&k->suggested));
    return HW_OK;
}

int hw_get_case(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                struct hw_error *err)
{
    (void)q;
    int rc = hw_desk_take(&k->quick, err);
    if (rc == HW_OK) {
        rc = say(k, &r->body, err);
        hw_desk_leave(&k->quick);
    }
    return rc;
}
