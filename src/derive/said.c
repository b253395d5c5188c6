/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/said.c -- happenings that say something about bytes or places: builds, signatures,
 * releases, the estate. Each becomes a claim of up to six texts, in the order of the tables below;
 * claim.c makes edges of them.
 */
#include "base/text.h"
#include "derive/room.h"

enum { TEXTS = 8 };

static void claim_of(struct world *w, const struct found *f, const enum hw_role *roles,
                     unsigned count)
{
    struct claim c = {.at = f->at, .kind = (uint8_t)f->bound->kind};
    text_id *to[TEXTS] = {&c.a, &c.b, &c.c, &c.d, &c.e, &c.f, &c.g, &c.h};
    for (unsigned i = 0; i < count && i < TEXTS; i++) {
        if (roles[i] == HW_ROLE_HASH) {
            *to[i] = hash_of(w, found_get(f, HW_ROLE_HASH));
        } else if (roles[i] != HW_ROLE_COUNT) {
            *to[i] = found_text(w, f, roles[i]);
        }
    }
    uint32_t i = vec_add(w, &w->claims);
    *AT(struct claim, &w->claims, i) = c;
}

static void claim(struct world *w, const struct found *f, const enum hw_role roles[6])
{
    claim_of(w, f, roles, 6);
}

/* Of a bundle (told.c): its texts are its own, and no hash is taken for one. */
static bool told(struct world *w, const struct found *f, struct hw_span what)
{
    static const enum hw_role head[] = {HW_ROLE_WHAT, HW_ROLE_NAME, HW_ROLE_KEY, HW_ROLE_TARGET};
    static const enum hw_role end[] = {HW_ROLE_WHAT, HW_ROLE_COUNT_OF, HW_ROLE_KIND,  HW_ROLE_KEY,
                                       HW_ROLE_NAME, HW_ROLE_SRC_HOST, HW_ROLE_VENDOR};
    static const enum hw_role step[] = {HW_ROLE_WHAT,   HW_ROLE_PARENT_PID, HW_ROLE_CHILD_PID,
                                        HW_ROLE_ACTION, HW_ROLE_RESULT,     HW_ROLE_START,
                                        HW_ROLE_UNTIL,  HW_ROLE_STEP};
    if (hw_span_is(what, "share")) {
        claim_of(w, f, head, sizeof head / sizeof head[0]);
    } else if (hw_span_is(what, "share-end")) {
        claim_of(w, f, end, sizeof end / sizeof end[0]);
    } else if (hw_span_is(what, "share-step")) {
        claim_of(w, f, step, sizeof step / sizeof step[0]);
    } else {
        return false;
    }
    return true;
}

/* Estate: a what, then by what. */
void happen_declared(struct world *w, const struct found *f)
{
    static const struct {
        const char *what;
        enum hw_role roles[5];
    } forms[] = {
        {"organisation",
         {HW_ROLE_NAME, HW_ROLE_VALUE, HW_ROLE_COUNT, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"supplier", {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_APP, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"host", {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_KIND, HW_ROLE_VALUE, HW_ROLE_NATIVE}},
        {"host-address", {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_IP, HW_ROLE_START, HW_ROLE_UNTIL}},
        {"host-alias",
         {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_TARGET, HW_ROLE_START, HW_ROLE_UNTIL}},
        {"network", {HW_ROLE_IP, HW_ROLE_VENDOR, HW_ROLE_KIND, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"account", {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_KIND, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"account-alias",
         {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_TARGET, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"release",
         {HW_ROLE_RELEASE, HW_ROLE_VENDOR, HW_ROLE_VERSION, HW_ROLE_RUNNER, HW_ROLE_COUNT}},
        {"release-file",
         {HW_ROLE_RELEASE, HW_ROLE_VENDOR, HW_ROLE_VERSION, HW_ROLE_PATH, HW_ROLE_HASH}},
        {"release-part",
         {HW_ROLE_RELEASE, HW_ROLE_VENDOR, HW_ROLE_VERSION, HW_ROLE_PATH, HW_ROLE_HASH}},
        {"delivery",
         {HW_ROLE_RELEASE, HW_ROLE_TARGET, HW_ROLE_VERSION, HW_ROLE_COUNT, HW_ROLE_COUNT}},
        {"retention",
         {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_SRC_HOST, HW_ROLE_COUNT_OF, HW_ROLE_START}},
        {"software", {HW_ROLE_NAME, HW_ROLE_VENDOR, HW_ROLE_VALUE, HW_ROLE_COUNT, HW_ROLE_COUNT}},
    };
    struct hw_span what = found_get(f, HW_ROLE_WHAT);
    if (told(w, f, what)) {
        return;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (hw_span_is(what, forms[i].what)) {
            enum hw_role roles[6] = {HW_ROLE_WHAT,      forms[i].roles[0], forms[i].roles[1],
                                     forms[i].roles[2], forms[i].roles[3], forms[i].roles[4]};
            claim(w, f, roles);
        }
    }
}

void happen_said(struct world *w, const struct found *f)
{
    static const enum hw_role build[6] = {HW_ROLE_BUILD,     HW_ROLE_STEP,   HW_ROLE_COMMAND,
                                          HW_ROLE_WORKSPACE, HW_ROLE_RUNNER, HW_ROLE_COMMIT};
    static const enum hw_role output[6] = {HW_ROLE_BUILD,     HW_ROLE_PATH,   HW_ROLE_HASH,
                                           HW_ROLE_WORKSPACE, HW_ROLE_RUNNER, HW_ROLE_URL};
    static const enum hw_role sign[6] = {HW_ROLE_KEY,  HW_ROLE_CERT, HW_ROLE_HASH,
                                         HW_ROLE_PATH, HW_ROLE_USER, HW_ROLE_SRC_IP};
    static const enum hw_role publish[6] = {HW_ROLE_RELEASE, HW_ROLE_VERSION, HW_ROLE_HASH,
                                            HW_ROLE_PATH,    HW_ROLE_URL,     HW_ROLE_NAME};
    static const enum hw_role moved[6] = {HW_ROLE_SRC_IP, HW_ROLE_DST_IP, HW_ROLE_HASH,
                                          HW_ROLE_PATH,   HW_ROLE_NAME,   HW_ROLE_UID};
    static const enum hw_role asked[6] = {HW_ROLE_SRC_IP,   HW_ROLE_DST_IP, HW_ROLE_URL,
                                          HW_ROLE_DST_NAME, HW_ROLE_METHOD, HW_ROLE_AGENT};
    static const enum hw_role signin[6] = {HW_ROLE_USER, HW_ROLE_SRC_IP, HW_ROLE_DEVICE,
                                           HW_ROLE_APP,  HW_ROLE_RESULT, HW_ROLE_SESSION};
    static const enum hw_role put[6] = {HW_ROLE_NAME,   HW_ROLE_VERSION, HW_ROLE_PATH,
                                        HW_ROLE_VENDOR, HW_ROLE_HASH,    HW_ROLE_START};
    claim(w, f,
          f->bound->kind == HW_HAPPENED_BUILD_STEP      ? build
          : f->bound->kind == HW_HAPPENED_BUILD_OUTPUT  ? output
          : f->bound->kind == HW_HAPPENED_SIGNED        ? sign
          : f->bound->kind == HW_HAPPENED_FILE_TRANSFER ? moved
          : f->bound->kind == HW_HAPPENED_HTTP          ? asked
          : f->bound->kind == HW_HAPPENED_SIGN_IN       ? signin
          : f->bound->kind == HW_HAPPENED_INSTALLED     ? put
                                                        : publish);
}
