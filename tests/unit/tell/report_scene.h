/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_scene.h -- a report's answer, made by hand, with one of everything that an export tells;
 * and what was written, parsed.
 */
#ifndef HW_TESTS_TELL_REPORT_SCENE_H
#define HW_TESTS_TELL_REPORT_SCENE_H

#include <jansson.h>

#include "tell/tell.h"

#define SCENE_CASE "7f3a1c52-9d0b-4e6f-8a27-51c0e9b4d318"
#define SCENE_HASH "7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896"
#define SCENE_CONTEXT "1111111111111111111111111111111111111111111111111111111111111111"
enum { SCENE_STEPS = 7 };

struct scene {
    struct hw_report_answer r;
    struct hw_answer hunt;
    struct hw_file_answer file;
    struct hw_finding findings[4];
    struct hw_why why[4];
    struct hw_gap gap;
    struct hw_incident incident;
    struct hw_incident_machine machines[2];
    struct hw_trace_answer chain;
    struct hw_step steps[SCENE_STEPS];
    struct hw_place_said places[SCENE_STEPS];
    struct hw_crossing crossing;
    struct hw_root roots[2];
    struct hw_unseen missing;
    struct hw_impact_answer impact;
    struct hw_affected_answer affected;
    struct hw_asset assets[3];
    struct hw_held held[3];
    struct hw_risky releases[4];
    struct hw_product product;
    struct hw_counted counts[2];
    struct hw_estimated estimate;
    struct hw_to_do to_do;
    struct hw_refused refused[2];
    struct hw_attribute_answer attribution;
    struct hw_claim claims[2];
    struct hw_judgement judgements[2];
    struct hw_report_evidence evidence;
    struct hw_report_action action;
    struct hw_report_indicator indicators[7];
};

/* name: NULL, or what every name of evidence is instead */
void scene_make(struct scene *s, const struct hw_span *name);
/* Everything a name from evidence can try. */
extern const struct hw_span scene_nasty;

typedef int scene_writer(const struct hw_teller *t, const struct hw_report_answer *r,
                         struct hw_error *err);
/* What it writes, appended to `out`; fails the test when it cannot. */
void scene_write(scene_writer *write, const struct scene *s, struct hw_buf *out);
/* The same, parsed as strictly as jansson can: no NUL, no key twice. */
json_t *scene_json(scene_writer *write, const struct scene *s);
/* No byte that is not UTF-8, no hidden character, no byte that is a control. */
void scene_nothing_raw(struct hw_span written);

const char *scene_text(const json_t *o, const char *key); /* "" where there is none */
/* The object of a bundle with this id, or NULL; how many are of this type. */
const json_t *scene_object(const json_t *bundle, const char *id);
size_t scene_count(const json_t *bundle, const char *type);
const json_t *scene_first(const json_t *bundle, const char *type);
/* A value of a key in any object of the bundle holds this. */
int scene_holds(const json_t *bundle, const char *key, const char *part);

#endif
