/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "report_scene.h"

static const char nasty[] =
    "a\x1b[31m\xe2\x80\xae\xe2\x80\x8b\xff\"'\\<&>\r\n\x00\x7f\xc2\x85/..\\u0000z";
const struct hw_span scene_nasty = {(const uint8_t *)nasty, sizeof nasty - 1};

#define T0 INT64_C(1680000000000000000)
#define MINUTE INT64_C(60000000000)
#define S(text) HW_SPAN_LIT(text)

/* ---- the hunt ---- */

static void make_findings(struct scene *s, struct hw_span host, struct hw_span path)
{
    s->file = (struct hw_file_answer){.path = path, .size = 4096, .first_seen = T0, .host = host};
    hw_hex_decode(S(SCENE_HASH), s->file.sha256, 32) ? (void)0 : fail();
    s->why[0] = (struct hw_why){.says = S("sha256 matches: poisoned library")};
    s->why[1] = (struct hw_why){.says = S("rule 4, tags attack.t1574.002, attack.persistence"),
                                .evidence = S("logs/run.json"),
                                .record = 7};
    s->why[2] = (struct hw_why){.says = S("domain matches"), .evidence = S("t1059")};
    s->why[3] = (struct hw_why){.says = S("an old tool")};
    static const char *const rules[] = {"known-bad", "library-planted", "known-contact", "alike"};
    static const char *const ids[] = {"f-0000000000000001", "f-0000000000000002",
                                      "f-0000000000000003", "f-0000000000000004"};
    for (unsigned i = 0; i < 4; i++) {
        struct hw_finding *f = &s->findings[i];
        *f = (struct hw_finding){.next = i < 3 ? f + 1 : NULL,
                                 .rule = rules[i],
                                 .severity = i == 3 ? HW_LOW : HW_CRITICAL,
                                 .confidence = HW_CONF_HIGH,
                                 .kind = i == 2 ? "host" : "artifact",
                                 .means = "what it means",
                                 .errs = "when it errs",
                                 .reference = "ATT&CK T1195.002",
                                 .do_next = "what to do",
                                 .host = host,
                                 .org = S("Acme"),
                                 .path = path,
                                 .why = &s->why[i],
                                 .first = T0 + 1234567,
                                 .last = T0 + MINUTE,
                                 .incident = "i-0000000000000001"};
        memcpy(f->id, ids[i], sizeof "f-0000000000000001");
    }
    s->findings[0].file = s->findings[1].file = &s->file;
    s->findings[0].ran = true;
    s->findings[1].judged = "reject";
    s->findings[1].judged_because = path;
    s->findings[2].met = S("c2.example");
}

static void make_hunt(struct scene *s, struct hw_span host, struct hw_span path)
{
    make_findings(s, host, path);
    s->machines[0] = (struct hw_incident_machine){
        .next = &s->machines[1], .name = host, .severity = HW_CRITICAL, .findings = 2};
    s->machines[1] = (struct hw_incident_machine){.name = path, .at = HW_AT_INPUT};
    s->incident = (struct hw_incident){.id = "i-0000000000000001",
                                       .org = S("Acme"),
                                       .campaign = path,
                                       .severity = HW_CRITICAL,
                                       .first = T0,
                                       .last = T0 + MINUTE,
                                       .findings = 3,
                                       .machines = s->machines};
    s->gap = (struct hw_gap){.path = path, .kind = "nsis", .what = path, .ask_for = path};
    s->hunt = (struct hw_answer){.question = "hunt",
                                 .findings = s->findings,
                                 .incidents = &s->incident,
                                 .gaps = &s->gap,
                                 .as_of = T0 + 9 * MINUTE};
}

static void make_indicators(struct scene *s, struct hw_span label)
{
    static const struct hw_report_indicator rows[] = {
        {.kind = "sha256", .value = {(const uint8_t *)SCENE_HASH, 64}, .met = true, .block = true},
        {.kind = "domain",
         .value = {(const uint8_t *)"c2.example", 10},
         .met = true,
         .block = true},
        {.kind = "url",
         .value = {(const uint8_t *)"https://u.example/a'b\\c", 23},
         .met = true,
         .block = true},
        {.kind = "address",
         .value = {(const uint8_t *)"2001:db8::7", 11},
         .met = true,
         .block = true},
        {.kind = "sha256", .value = {(const uint8_t *)SCENE_CONTEXT, 64}, .met = true},
        {.kind = "domain", .value = {(const uint8_t *)"shared.example", 14}, .met = true},
        {.kind = "domain", .value = {(const uint8_t *)"unmet.example", 13}, .block = true},
    };
    for (size_t i = 0; i < 7; i++) {
        struct hw_report_indicator *x = &s->indicators[i];
        *x = rows[i];
        x->next = i < 6 ? x + 1 : NULL;
        x->label = label;
        x->source = S("Example Threat Team");
        x->title = label;
        x->role = i == 4 ? S("context") : i == 5 ? S("shared-host") : S("payload");
        x->from = x->published = T0 - MINUTE;
        x->until = x->revoked = HW_TIME_NONE;
        x->first = x->met ? T0 : HW_TIME_NONE;
        x->last = x->met ? T0 + MINUTE : HW_TIME_NONE;
    }
    s->indicators[0].until = T0 + 100 * MINUTE;
    s->indicators[1].until = s->indicators[1].from; /* ends before it begins: not said */
}

/* ---- the chain ----
 * vendor: release -contains-> artifact -is-> file -ran-> process -connected-> domain, with a second
 * way to the file, a context step and one that was rejected. */

static struct hw_end end_of(const char *id, const char *kind, const char *name, struct hw_span host)
{
    struct hw_end e = {.kind = kind,
                       .key = hw_span_str(name),
                       .name = hw_span_str(name),
                       .host = host,
                       .org = S("Acme")};
    (void)snprintf(e.id, sizeof e.id, "e-%016x", (unsigned)strtoul(id, NULL, 16));
    return e;
}

static void make_step(struct scene *s, unsigned i, const char *verb, const char *known)
{
    struct hw_step *p = &s->steps[i];
    p->next = i + 1 < SCENE_STEPS ? p + 1 : NULL;
    p->n = i + 1;
    (void)snprintf(p->id, sizeof p->id, "s-%016x", i + 1);
    p->lo = T0 + (int64_t)i * MINUTE;
    p->hi = p->lo + MINUTE / 2;
    p->verb = verb;
    p->known = known;
    p->why = "";
    p->places = &s->places[i];
    s->places[i] = (struct hw_place_said){.file = S("logs/run.json"), .record = i + 5, .off = 1};
}

static void make_chain(struct scene *s, struct hw_span host, struct hw_span path,
                       struct hw_span says)
{
    struct hw_span none = {NULL, 0};
    struct hw_end release = end_of("1", "release", "Vendor App 1.2", none);
    struct hw_end artifact = end_of("2", "artifact", SCENE_HASH, none);
    struct hw_end file = end_of("3", "file", "C:\\Users\\jane\\app.dll", host);
    struct hw_end process = end_of("4", "process", "app.exe (pid 8)", host);
    struct hw_end domain = end_of("5", "domain", "c2.example", none);
    struct hw_end session = end_of("6", "session", "session of ACME\\jane", host);
    struct hw_end machine = end_of("7", "host", "", none);
    struct hw_end account = end_of("8", "account", "ACME\\jane", none);
    machine.name = machine.key = host;
    file.name = path.n > 0 && path.p[0] == 'a' ? path : file.name;
    release.org = S("Vendor");
    const struct {
        const char *verb, *known;
        struct hw_end from, to;
    } rows[SCENE_STEPS] = {
        {"contains", "claimed", release, artifact}, {"is", "keyed", artifact, file},
        {"wrote", "inferred", session, file},       {"ran", "observed", file, process},
        {"connected", "observed", process, domain}, {"logged-on", "observed", account, session},
        {"controls", "inferred", machine, account},
    };
    for (unsigned i = 0; i < SCENE_STEPS; i++) {
        make_step(s, i, rows[i].verb, rows[i].known);
        s->steps[i].from = rows[i].from;
        s->steps[i].to = rows[i].to;
    }
    s->steps[3].lo = HW_TIME_MIN;
    s->steps[5].context = true;
    s->steps[6].judged = "reject";
    s->steps[6].judged_because = path;
    s->steps[2].lost_across = true;
    s->crossing = (struct hw_crossing){
        .from_org = S("Vendor"), .to_org = S("Acme"), .release = says, .over = artifact};
    s->roots[0] = (struct hw_root){
        .next = &s->roots[1], .at = release, .observed = true, .principal = true, .says = says};
    s->roots[1] = (struct hw_root){.at = session, .says = says};
    s->missing = (struct hw_unseen){.what = says, .ask_for = says};
    s->chain = (struct hw_trace_answer){.target = domain,
                                        .steps = s->steps,
                                        .crossings = &s->crossing,
                                        .roots = s->roots,
                                        .missing = &s->missing,
                                        .step_count = SCENE_STEPS};
}

/* ---- the impact ---- */

static void make_releases(struct scene *s, struct hw_span name)
{
    static const enum hw_risk risks[] = {HW_RISK_POISONED, HW_RISK_POISONED, HW_RISK_BUILT,
                                         HW_RISK_BUILT};
    for (unsigned i = 0; i < 4; i++) {
        s->releases[i] = (struct hw_risky){.next = i < 3 ? &s->releases[i + 1] : NULL,
                                           .org = S("Vendor"),
                                           .name = name,
                                           .version = i == 0 ? S("1.2") : S("1.3"),
                                           .risk = risks[i],
                                           .published = HW_TIME_NONE};
    }
    s->releases[1].org = (struct hw_span){NULL, 0};
    s->releases[1].name = S(SCENE_HASH);
    s->releases[1].version = (struct hw_span){NULL, 0};
    s->releases[3].version = S("1.1 and earlier");
    s->product = (struct hw_product){.name = name, .version = S("9"), .depth = 1};
}

static void make_impact(struct scene *s, struct hw_span host, struct hw_span name)
{
    static const enum hw_asset_state states[] = {HW_ASSET_EXECUTED, HW_ASSET_UNKNOWN,
                                                 HW_ASSET_UNKNOWN};
    for (unsigned i = 0; i < 3; i++) {
        s->assets[i] = (struct hw_asset){.next = i < 2 ? &s->assets[i + 1] : NULL,
                                         .host = i == 0   ? host
                                                 : i == 1 ? S("WS2")
                                                          : S("WS3"),
                                         .org = S("Acme"),
                                         .state = states[i]};
        s->affected.count[states[i]]++;
        s->held[i] = (struct hw_held){.next = i < 2 ? &s->held[i + 1] : NULL,
                                      .id = "e-00000000000000aa",
                                      .kind = i == 0   ? "host"
                                              : i == 1 ? "account"
                                                       : "certificate",
                                      .name = i == 0 ? host : S("ACME\\jane"),
                                      .org = S("Acme"),
                                      .since = T0,
                                      .shown = i < 2};
    }
    s->affected.assets = s->assets;
    make_releases(s, name);
    s->counts[0] = (struct hw_counted){.next = &s->counts[1],
                                       .of = name,
                                       .unit = S("hosts"),
                                       .limit = S("at least"),
                                       .observer = name,
                                       .value = 246};
    s->counts[1] = (struct hw_counted){.of = name, .unit = S("machines"), .value = 3, .ours = true};
    static const char *const assumes[] = {"the two lists are independent", NULL};
    s->estimate = (struct hw_estimated){
        .of = name, .method = "chapman", .n = 12.5, .lo = 9, .hi = 20, .assumes = assumes};
    s->to_do = (struct hw_to_do){.verb = "pull", .what = name, .because = name};
    s->refused[1] = (struct hw_refused){.of = name, .because = name, .needs = name};
    s->impact = (struct hw_impact_answer){.machines = &s->affected,
                                          .held = s->held,
                                          .releases = s->releases,
                                          .products = &s->product,
                                          .counts = s->counts,
                                          .estimates = &s->estimate,
                                          .to_do = &s->to_do,
                                          .refused = &s->refused[1]};
}

/* ---- who did it ---- */

static void make_attribution(struct scene *s, struct hw_span name)
{
    static const struct hw_likelihood word = {"likely", 55, 80};
    s->claims[0] = (struct hw_claim){.next = &s->claims[1],
                                     .about = name,
                                     .topic = S("group"),
                                     .says = name,
                                     .value = name,
                                     .by = name,
                                     .title = name,
                                     .url = S("https://example.org/report"),
                                     .grade = S("B2"),
                                     .path = S("estate.json"),
                                     .line = 4};
    s->claims[1] = (struct hw_claim){.about = S("case"),
                                     .topic = S("motive"),
                                     .value = S("money"),
                                     .by = S("Another Lab"),
                                     .url = S("javascript:alert(1)"),
                                     .path = S("estate.json"),
                                     .line = 5};
    s->judgements[0] = (struct hw_judgement){.next = &s->judgements[1],
                                             .of = "one-operator",
                                             .about = name,
                                             .other = name,
                                             .percent = 71,
                                             .word = &word,
                                             .confidence = HW_CONF_MODERATE};
    s->judgements[1] =
        (struct hw_judgement){.of = "nexus", .about = name, .because = name, .needs = name};
    s->attribution = (struct hw_attribute_answer){.claims = s->claims, .judgements = s->judgements};
}

void scene_make(struct scene *s, const struct hw_span *name)
{
    struct hw_span host = name != NULL ? *name : S("WS1");
    struct hw_span path = name != NULL ? *name : S("C:\\Users\\jane\\app.dll");
    struct hw_span says = name != NULL ? *name : S("Vendor App");
    memset(s, 0, sizeof *s);
    make_hunt(s, host, path);
    make_indicators(s, says);
    make_chain(s, host, path, says);
    make_impact(s, host, says);
    make_attribution(s, says);
    s->refused[0] = (struct hw_refused){.of = says, .because = says};
    s->evidence = (struct hw_report_evidence){.path = path,
                                              .acquired_by = S("jane"),
                                              .of_class = "artifact",
                                              .degree = "sound",
                                              .first_seen = HW_TIME_NONE,
                                              .read = T0 - MINUTE};
    s->action = (struct hw_report_action){.n = 1, .at = T0 - 2 * MINUTE, .who = S("jane")};
    s->r = (struct hw_report_answer){.title = says,
                                     .id = S(SCENE_CASE),
                                     .version = S("0.9"),
                                     .hunt = &s->hunt,
                                     .chain = &s->chain,
                                     .impact = &s->impact,
                                     .attribution = &s->attribution,
                                     .refused = &s->refused[0],
                                     .evidence = &s->evidence,
                                     .actions = &s->action,
                                     .as_of = T0 + 9 * MINUTE + 1234567,
                                     .tlp = S("TLP:AMBER+STRICT"),
                                     .indicators = s->indicators};
}

/* ---- what was written ---- */

static int take(void *state, struct hw_span s, struct hw_error *err)
{
    (void)err;
    hw_buf_span_put(state, s);
    return HW_OK;
}

void scene_write(scene_writer *write, const struct scene *s, struct hw_buf *out)
{
    struct hw_teller t = {.put = take, .state = out};
    struct hw_error err;
    assert_int_equal(write(&t, &s->r, &err), HW_OK);
    assert_true(hw_buf_ok(out) && out->n > 100);
}

json_t *scene_json(scene_writer *write, const struct scene *s)
{
    struct hw_buf out;
    json_error_t why;
    hw_buf_init(&out, 64 << 20);
    scene_write(write, s, &out);
    json_t *v = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, &why);
    if (v == NULL) {
        fail_msg("%s at %d", why.text, why.position);
    }
    hw_buf_done(&out);
    return v;
}

void scene_nothing_raw(struct hw_span s)
{
    assert_true(hw_utf8_valid(s));
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        assert_true(!hw_char_hidden(c) || (c == '\n' && s.n == 1));
        s = hw_span_from(s, n);
    }
}

const char *scene_text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s == NULL ? "" : s;
}

const json_t *scene_object(const json_t *bundle, const char *id)
{
    const json_t *o;
    size_t i;
    json_array_foreach(json_object_get(bundle, "objects"), i, o)
    {
        if (strcmp(scene_text(o, "id"), id) == 0) {
            return o;
        }
    }
    return NULL;
}

const json_t *scene_first(const json_t *bundle, const char *type)
{
    const json_t *o;
    size_t i;
    json_array_foreach(json_object_get(bundle, "objects"), i, o)
    {
        if (strcmp(scene_text(o, "type"), type) == 0) {
            return o;
        }
    }
    return NULL;
}

size_t scene_count(const json_t *bundle, const char *type)
{
    const json_t *o;
    size_t i, n = 0;
    json_array_foreach(json_object_get(bundle, "objects"), i, o)
    {
        n += strcmp(scene_text(o, "type"), type) == 0;
    }
    return n;
}

int scene_holds(const json_t *bundle, const char *key, const char *part)
{
    const json_t *o;
    size_t i;
    json_array_foreach(json_object_get(bundle, "objects"), i, o)
    {
        if (strstr(scene_text(o, key), part) != NULL) {
            return 1;
        }
    }
    return 0;
}
