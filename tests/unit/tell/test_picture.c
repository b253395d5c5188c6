/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of random and hostile chains: boxes never touch, arrows end at their cells, nothing is
 * lost without a word, and what is written is XML that a strict reader (expat) takes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "report_scene.h"
#include "tell/picture.h"

#define T0 INT64_C(1680000000000000000)
#define DAY INT64_C(86400000000000)

/* ---- chains ---- */

enum { THINGS_MAX = 1200, STEPS_MAX = 5000, LONG = 4096 };
enum names { PLAIN, HOSTILE, EMPTY };
enum times { SPREAD, AT_ONCE, YEARS, NEVER };
struct kind {
    unsigned steps, hosts, orgs, things;
    enum names names;
    enum times times;
    bool star; /* all from one thing */
};
struct made {
    struct hw_trace_answer a;
    struct hw_step steps[STEPS_MAX];
    struct hw_end ends[THINGS_MAX];
    struct hw_crossing crossings[20];
    struct hw_root roots[8];
    struct hw_unseen missing[14];
    char names[THINGS_MAX][64], hosts[512][32], orgs[64][32];
};
static uint64_t seed;
static char long_name[LONG];

static unsigned pick(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 11) % below);
}

static struct hw_span name_of(struct made *m, unsigned i, enum names how)
{
    static const char nul[] = "a\0b";
    static const char *const odd[] = {
        "</script><svg onload=alert(1)>",
        "]]><!--",
        "pay\xe2\x80\xaetxt.exe",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
        "\xe6\x82\xaa\xe6\x84\x8f\xe3\x81\xae\xe3\x81\x82\xe3\x82\x8b\xe3\x83\x97\xe3\x83\xad",
        "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z",
        "\xff\xfe\xc3",
        "&amp;\"'<>\x01\x1b[31m",
        "\xf0\x9f\x92\x80\xf0\x9f\x92\x80\xf0\x9f\x92\x80",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"};
    if (how == EMPTY) {
        return (struct hw_span){NULL, 0};
    }
    if (how == HOSTILE && i % 3 != 0) {
        unsigned k = pick(12);
        return k == 10  ? (struct hw_span){(const uint8_t *)nul, 3}
               : k > 10 ? (struct hw_span){(const uint8_t *)long_name, LONG}
                        : hw_span_str(odd[k]);
    }
    (void)snprintf(m->names[i], sizeof m->names[i], "thing-%u-%0*u.exe", i, (int)pick(30) + 1, i);
    return hw_span_str(m->names[i]);
}

static void make_ends(struct made *m, const struct kind *k)
{
    static const char *const kinds[] = {"file",    "process",  "session", "account",
                                        "address", "artifact", "url",     "release"};
    for (unsigned i = 0; i < k->things; i++) {
        struct hw_end *e = &m->ends[i];
        unsigned host = pick(k->hosts), org = host % k->orgs;
        *e = (struct hw_end){.kind = kinds[pick(8)], .n = i, .implied = pick(9) == 0};
        (void)snprintf(e->id, sizeof e->id, "e-%016x", i);
        e->name = e->key = name_of(m, i, k->names);
        if (pick(5) > 0) {
            (void)snprintf(m->hosts[host % 512], 32, "HOST-%u", host);
            (void)snprintf(m->orgs[org % 64], 32, "Org %u", org);
            e->host = hw_span_str(m->hosts[host % 512]);
            e->org = hw_span_str(m->orgs[org % 64]);
        }
        if (k->names == HOSTILE && pick(12) == 0) {
            e->host = e->name;
        }
    }
}

static void make_steps(struct made *m, const struct kind *k)
{
    static const char *const known[] = {"observed", "keyed", "inferred", "claimed"};
    static const char *const verbs[] = {"wrote", "ran", "is", "loaded", "connected"};
    int64_t t = T0;
    for (unsigned i = 0; i < k->steps; i++) {
        struct hw_step *s = &m->steps[i];
        t = hw_time_add(t, k->times == AT_ONCE ? 0
                           : k->times == YEARS ? DAY * pick(900)
                                               : pick(4000000) * INT64_C(100000));
        *s = (struct hw_step){.next = i + 1 < k->steps ? s + 1 : NULL,
                              .n = i + 1,
                              .lo = k->times == NEVER || pick(20) == 0 ? HW_TIME_MIN : t,
                              .hi = t,
                              .place = t,
                              .verb = verbs[pick(5)],
                              .known = known[pick(4)],
                              .why = "",
                              .ways = pick(4),
                              .forward = pick(3) == 0,
                              .context = pick(4) == 0};
        (void)snprintf(s->id, sizeof s->id, "s-%016x", i + 1);
        s->from = m->ends[k->star ? 0 : pick(k->things)];
        s->to = m->ends[pick(k->things)];
        m->a.by_known[0]++;
    }
}

static struct made *make(const struct kind *k, uint64_t with)
{
    struct made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    seed = with * 2654435761U + 88172645463325252U;
    memset(long_name, 'm', sizeof long_name);
    make_ends(m, k);
    make_steps(m, k);
    for (unsigned i = 0; i < 20; i++) {
        m->crossings[i] = (struct hw_crossing){.next = i < 19 ? &m->crossings[i + 1] : NULL,
                                               .from_org = m->ends[pick(k->things)].org,
                                               .to_org = m->ends[pick(k->things)].org,
                                               .release = m->ends[pick(k->things)].name,
                                               .over = m->ends[pick(k->things)]};
    }
    for (unsigned i = 0; i < 8; i++) {
        m->roots[i] = (struct hw_root){.next = i < 7 ? &m->roots[i + 1] : NULL,
                                       .at = m->ends[pick(k->things)],
                                       .observed = pick(2) == 0,
                                       .principal = i < 2,
                                       .ways = 1U << i,
                                       .says = m->ends[pick(k->things)].name};
    }
    for (unsigned i = 0; i < 14; i++) {
        m->missing[i] = (struct hw_unseen){.next = i < 13 ? &m->missing[i + 1] : NULL,
                                           .what = HW_SPAN_LIT("log of HOST-0 is gone"),
                                           .ask_for = m->ends[pick(k->things)].name,
                                           .from = pick(3) == 0 ? HW_TIME_NONE : T0 + DAY * pick(9),
                                           .to = pick(3) == 0 ? HW_TIME_NONE : T0 + DAY * pick(99)};
    }
    m->a.steps = k->steps > 0 ? m->steps : NULL;
    m->a.step_count = k->steps;
    m->a.target = m->ends[pick(k->things)];
    m->a.crossings = m->crossings;
    m->a.roots = m->roots;
    m->a.missing = m->missing;
    return m;
}

/* ---- boxes ---- */

static bool touch(const struct hw_box *a, const struct hw_box *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static bool inside(const struct hw_box *in, const struct hw_box *out)
{
    return in->x >= out->x && in->y >= out->y && in->x + in->w <= out->x + out->w &&
           in->y + in->h <= out->y + out->h;
}

static bool on_edge(int x, int y, const struct hw_box *b)
{
    bool in = x >= b->x && x <= b->x + b->w && y >= b->y && y <= b->y + b->h;
    return in && (x == b->x || x == b->x + b->w || y == b->y || y == b->y + b->h);
}

static void check_labels(const struct hw_picture *p)
{
    struct hw_box page = {0, 0, HW_PICTURE_WIDTH, p->height};
    for (size_t i = 0; i < p->label_count; i++) {
        const struct hw_picture_label *l = &p->labels[i];
        assert_true(inside(&l->box, &page));
        assert_true(hw_picture_width(l->text, l->size, hw_label_bold(l->kind)) <= l->box.w);
        for (size_t k = 0; k < i; k++) {
            assert_false(touch(&l->box, &p->labels[k].box));
        }
        for (size_t k = 0; k < p->node_count; k++) {
            if (l->node == (int)k) {
                assert_true(inside(&l->box, &p->nodes[k].box));
            } else {
                assert_false(touch(&l->box, &p->nodes[k].box));
            }
        }
    }
}

static void check_cells(const struct hw_picture *p)
{
    for (size_t i = 0; i < p->node_count; i++) {
        const struct hw_picture_node *n = &p->nodes[i];
        assert_true(n->box.w > 0 && n->box.h > 0);
        assert_true(inside(&n->box, &p->lanes[n->lane].box));
        for (size_t k = 0; k < i; k++) {
            assert_false(touch(&n->box, &p->nodes[k].box));
            assert_true(p->nodes[k].box.x <= n->box.x); /* time never runs backwards */
        }
    }
    for (size_t i = 0; i < p->lane_count; i++) {
        const struct hw_picture_lane *l = &p->lanes[i];
        assert_true(l->box.h == 0 || inside(&l->box, &p->bands[l->band].box));
    }
    for (size_t i = 0; i < p->band_count; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(touch(&p->bands[i].box, &p->bands[k].box));
        }
    }
    for (size_t i = 0; i < p->arrow_count; i++) {
        const struct hw_picture_arrow *x = &p->arrows[i];
        assert_true(on_edge(x->x1, x->y1, &p->nodes[x->from].box));
        assert_true(on_edge(x->x2, x->y2, &p->nodes[x->to].box));
    }
}

/* Every step is drawn in one arrow between the cells of its ends, or counted as left out. */
static void check_steps(const struct hw_picture *p)
{
    uint64_t drawn = 0, folded = 0;
    for (size_t i = 0; i < p->step_count; i++) {
        int arrow = p->as_arrow[i];
        if (arrow < 0) {
            continue;
        }
        const struct hw_picture_arrow *x = &p->arrows[arrow];
        int from = p->as_from[i], to = p->as_to[i];
        assert_true((x->from == from && x->to == to) || (x->from == to && x->to == from));
        drawn++;
    }
    for (size_t i = 0; i < p->arrow_count; i++) {
        folded += p->arrows[i].count;
    }
    assert_int_equal(drawn, folded);
    assert_int_equal(drawn + p->left, p->a->step_count);
    assert_true(p->arrow_count <= HW_PICTURE_ARROWS);
}

/* ---- what is written ---- */

static int take(void *state, struct hw_span bytes, struct hw_error *err)
{
    (void)err;
    hw_buf_span_put(state, bytes);
    return HW_OK;
}

static void XMLCALL element(void *state, const XML_Char *name, const XML_Char **attributes)
{
    static const char *const known[] = {"svg",  "title", "desc", "style", "defs", "pattern",
                                        "line", "rect",  "path", "g",     "text"};
    bool ours = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        ours = ours || strcmp(known[i], name) == 0;
    }
    assert_true(ours); /* nothing that a name brought in */
    for (; attributes[0] != NULL; attributes += 2) {
        assert_string_not_equal(attributes[0], "style");
        assert_false(strncmp(attributes[0], "on", 2) == 0);
        *(unsigned *)state += strcmp(attributes[0], "data-step") == 0;
    }
}

/* Lines may end; else no byte is bad or hidden. */
static void nothing_raw(struct hw_span s)
{
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        assert_true(c == '\n' || (c != HW_BAD_CHAR && !hw_char_hidden(c)));
        s = hw_span_from(s, n);
    }
}

static void check_written(const struct hw_trace_answer *a, unsigned flags)
{
    struct hw_buf b;
    struct hw_error err;
    struct hw_teller t = {.put = take, .state = &b};
    unsigned arrows = 0;
    hw_buf_init(&b, (size_t)1 << 26);
    assert_int_equal(hw_tell_picture(&t, a, flags, &err), HW_OK);
    struct hw_span s = hw_buf_span(&b);
    nothing_raw(s);
    XML_Parser x = XML_ParserCreate(NULL);
    XML_SetElementHandler(x, element, NULL);
    XML_SetUserData(x, &arrows);
    assert_int_equal(XML_Parse(x, (const char *)s.p, (int)s.n, 1), XML_STATUS_OK);
    XML_ParserFree(x);
    assert_true(arrows > 0 || a->step_count == 0);
    assert_int_equal(hw_span_holds(s, "<style>"), (flags & HW_PICTURE_EMBEDDED) == 0);
    hw_buf_done(&b);
}

static void check(const struct kind *k, uint64_t with)
{
    struct hw_error err;
    struct hw_picture *p = NULL;
    struct made *m = make(k, with);
    assert_int_equal(hw_picture_lay(&m->a, &p, &err), HW_OK);
    check_labels(p);
    check_cells(p);
    check_steps(p);
    hw_picture_free(p);
    check_written(&m->a, with % 2 == 0 ? 0 : HW_PICTURE_EMBEDDED);
    free(m);
}

/* ---- promises ---- */

static void no_two_boxes_touch_at_any_size(void **state)
{
    static const unsigned steps[] = {0, 1, 2, 5, 20, 60, 200, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (unsigned names = PLAIN; names <= EMPTY; names++) {
            for (unsigned times = SPREAD; times <= NEVER; times++) {
                struct kind k = {steps[i], 7, 3, steps[i] / 2 + 2, names, times, false};
                check(&k, i * 100 + names * 10 + times);
            }
        }
    }
}

static void many_hosts_and_many_organisations_keep_apart(void **state)
{
    (void)state;
    check(&(struct kind){60, 1, 1, 40, HOSTILE, SPREAD, false}, 1);
    check(&(struct kind){200, 60, 12, 150, PLAIN, SPREAD, false}, 2);
    check(&(struct kind){200, 60, 12, 150, HOSTILE, YEARS, false}, 3);
    check(&(struct kind){900, 500, 60, 1100, HOSTILE, SPREAD, false}, 4);
    check(&(struct kind){5000, 500, 1, 1100, PLAIN, SPREAD, true}, 5);
    for (uint64_t i = 0; i < 40; i++) {
        check(&(struct kind){200, 9, 4, 90, i % 2 == 0 ? HOSTILE : PLAIN, (enum times)(i % 4),
                             i % 5 == 0},
              1000 + i);
    }
}

static void repetition_is_one_arrow_that_names_all_its_steps(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_picture *p = NULL;
    struct hw_buf b;
    struct made *m = make(&(struct kind){14, 1, 1, 15, PLAIN, SPREAD, true}, 7);
    for (unsigned i = 0; i < 14; i++) {
        struct hw_step *s = &m->steps[i];
        s->from = m->ends[0];
        s->to = m->ends[i + 1];
        s->verb = "loaded";
        s->known = "observed";
        s->forward = true;
        s->from.host = s->to.host = HW_SPAN_LIT("PC");
        s->from.org = s->to.org = HW_SPAN_LIT("Acme");
        s->to.kind = "process";
        s->from.kind = "file";
        (void)snprintf(m->names[i + 1], 64, "app.exe (pid %u)", i);
        s->to.name = hw_span_str(m->names[i + 1]);
    }
    m->a.crossings = NULL;
    m->a.roots = NULL;
    m->a.target = m->ends[0];
    assert_int_equal(hw_picture_lay(&m->a, &p, &err), HW_OK);
    assert_int_equal(p->arrow_count, 1);
    assert_int_equal(p->arrows[0].count, 14);
    assert_int_equal(p->node_count, 2);
    hw_picture_free(p);
    hw_buf_init(&b, 1 << 20);
    struct hw_teller t = {.put = take, .state = &b};
    assert_int_equal(hw_tell_picture(&t, &m->a, 0, &err), HW_OK);
    const char *all = strstr(hw_buf_text(&b), "data-step=\"s-0000000000000001 ");
    assert_non_null(all);
    assert_non_null(strstr(all, "s-000000000000000e\""));
    assert_non_null(strstr(hw_buf_text(&b), "app.exe \xc3\x97 14"));
    hw_buf_done(&b);
    free(m);
}

static void a_crossing_says_so_and_its_release_is_marked(void **state)
{
    static struct scene s;
    struct hw_error err;
    struct hw_buf b;
    (void)state;
    scene_make(&s, NULL);
    s.crossing.release = HW_SPAN_LIT("App 1.2");
    s.roots[0].observed = false;
    hw_buf_init(&b, 1 << 20);
    struct hw_teller t = {.put = take, .state = &b};
    assert_int_equal(hw_tell_report_svg(&t, &s.r, &err), HW_OK);
    const char *text = hw_buf_text(&b);
    assert_non_null(strstr(text, ">passes from Vendor\xe2\x80\x99s App 1.2 into Acme<"));
    assert_non_null(strstr(text, ">POISONED RELEASE<"));
    assert_non_null(strstr(text, ">MAIN ROOT, not observed<"));
    assert_non_null(strstr(text, ">TARGET<"));
    assert_non_null(strstr(text, "class=\"hw-node hw-hollow"));
    assert_non_null(strstr(text, "class=\"hw-across\""));
    assert_null(strstr(text, "s-0000000000000007")); /* rejected by an analyst */
    hw_buf_done(&b);
}

static void a_report_of_deceiving_names_is_strict_xml(void **state)
{
    static struct scene s;
    (void)state;
    scene_make(&s, &scene_nasty);
    check_written(&s.chain, 0);
    check_written(&s.chain, HW_PICTURE_EMBEDDED);
}

static void marks_are_not_heaped_and_long_names_keep_both_ends(void **state)
{
    struct hw_error err;
    struct hw_picture *p = NULL;
    struct hw_trace_answer a = {.target = {.kind = "file"}};
    (void)state;
    a.target.name = HW_SPAN_LIT("z\xcc\x81\xcc\x81\xcc\x81\xcc\x81!");
    assert_int_equal(hw_picture_lay(&a, &p, &err), HW_OK);
    struct hw_span s = hw_picture_cut(p, a.target.name, 100, 12, false);
    assert_true(hw_span_is(s, "z\xcc\x81!"));
    memset(long_name, 'm', sizeof long_name);
    memcpy(long_name, "first", 5);
    memcpy(long_name + LONG - 4, "last", 4);
    s = hw_picture_cut(p, (struct hw_span){(const uint8_t *)long_name, LONG}, 150, 12, false);
    assert_true(hw_span_starts(s, "first") && hw_span_ends(s, "last"));
    assert_true(hw_span_holds(s, "\xe2\x80\xa6") && hw_picture_width(s, 12, false) <= 150);
    /* a sign that turns the text about is as wide as what is seen for it */
    assert_true(hw_picture_width(HW_SPAN_LIT("\xe2\x80\xae"), 12, false) >=
                hw_picture_width(HW_SPAN_LIT("\\u{202E}"), 12, false));
    hw_picture_free(p);
}

static void the_same_answer_is_the_same_picture(void **state)
{
    struct hw_buf b[2];
    struct hw_error err;
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct made *m = make(&(struct kind){200, 9, 4, 90, HOSTILE, SPREAD, false}, 9);
        struct hw_teller t = {.put = take, .state = &b[i]};
        hw_buf_init(&b[i], 1 << 24);
        assert_int_equal(hw_tell_picture(&t, &m->a, 0, &err), HW_OK);
        free(m);
    }
    assert_true(hw_span_equal(hw_buf_span(&b[0]), hw_buf_span(&b[1])));
    hw_buf_done(&b[0]);
    hw_buf_done(&b[1]);
}

static void memory_that_runs_out_is_our_failure(void **state)
{
    struct hw_error err;
    unsigned failed = 0;
    (void)state;
    for (uint64_t n = 1; n < 400; n += n < 60 ? 1 : 17) {
        struct hw_picture *p = NULL;
        struct made *m = make(&(struct kind){20, 3, 2, 12, PLAIN, SPREAD, false}, 11);
        hw_arena_fail_nth(n);
        int rc = hw_picture_lay(&m->a, &p, &err);
        hw_arena_fail_nth(0);
        failed += rc == HW_E_MEMORY;
        assert_true(rc == HW_OK || (rc == HW_E_MEMORY && p == NULL));
        hw_picture_free(p);
        free(m);
    }
    assert_true(failed > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_boxes_touch_at_any_size),
        cmocka_unit_test(many_hosts_and_many_organisations_keep_apart),
        cmocka_unit_test(repetition_is_one_arrow_that_names_all_its_steps),
        cmocka_unit_test(a_crossing_says_so_and_its_release_is_marked),
        cmocka_unit_test(a_report_of_deceiving_names_is_strict_xml),
        cmocka_unit_test(marks_are_not_heaped_and_long_names_keep_both_ends),
        cmocka_unit_test(the_same_answer_is_the_same_picture),
        cmocka_unit_test(memory_that_runs_out_is_our_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
