/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Attack Flow against its published schema and definition, and a CSAF document beside published
 * ones: every property that is written here is one that they have at the same place.
 *
 * The files lie in the corpus beside the tree or where HEADWATER_CORPUS says; without it the test
 * is skipped and says so. The checker knows those words of JSON Schema (2020-12) that this schema
 * uses, and fails at any other, so that nothing passes for not being understood. Of the schemas
 * that it refers to, identifier and timestamp are written here as patterns, and core as the list of
 * its properties (oasis-open/cti-stix2-json-schemas, stix2.1).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report_scene.h"

static struct scene s;
static json_t *schema;

static const char *corpus(void)
{
    const char *dir = getenv("HEADWATER_CORPUS");
    return dir != NULL ? dir : HW_CORPUS_DIR;
}

static json_t *load(const char *name)
{
    char path[1024];
    struct stat st;
    json_error_t why;
    (void)snprintf(path, sizeof path, "%s/intel/%s", corpus(), name);
    if (stat(corpus(), &st) != 0) {
        skip();
    }
    json_t *v = json_load_file(path, 0, &why);
    if (v == NULL) {
        fail_msg("%s: %s", path, why.text);
    }
    return v;
}

/* ---- JSON Schema ---- */

static char fault[512];

static bool matches(const char *pattern, const char *text)
{
    regex_t r;
    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool ok = text != NULL && regexec(&r, text, 0, NULL, 0) == 0;
    regfree(&r);
    return ok;
}

static bool unknown(const char *what)
{
    fail_msg("the checker does not know %s", what);
    return false;
}

static bool valid(const json_t *v, const json_t *by);

static bool of_type(const json_t *v, const char *type)
{
    return strcmp(type, "object") == 0   ? json_is_object(v)
           : strcmp(type, "array") == 0  ? json_is_array(v)
           : strcmp(type, "string") == 0 ? json_is_string(v)
                                         : unknown(type);
}

static bool has_all(const json_t *v, const json_t *keys)
{
    const json_t *one;
    size_t i;
    json_array_foreach(keys, i, one)
    {
        if (json_is_object(v) && json_object_get(v, json_string_value(one)) == NULL) {
            return false;
        }
    }
    return true;
}

static bool each(const json_t *v, const json_t *by, const char *word)
{
    const char *key;
    const json_t *one;
    size_t i;
    if (strcmp(word, "allOf") == 0) {
        json_array_foreach(by, i, one)
        {
            if (!valid(v, one)) {
                return false;
            }
        }
    } else if (strcmp(word, "items") == 0) {
        json_array_foreach(v, i, one)
        {
            if (!valid(one, by)) {
                return false;
            }
        }
    } else {
        json_object_foreach((json_t *)by, key, one)
        {
            const json_t *member = json_object_get(v, key);
            if (member != NULL && !valid(member, one)) {
                return false;
            }
        }
    }
    return true;
}

static bool listed(const json_t *v, const json_t *by)
{
    const json_t *one;
    size_t i;
    json_array_foreach(by, i, one)
    {
        if (json_equal(v, one)) {
            return true;
        }
    }
    return false;
}

static bool core(const json_t *v)
{
    return json_object_get(v, "type") != NULL && json_object_get(v, "id") != NULL &&
           json_object_get(v, "created") != NULL && json_object_get(v, "modified") != NULL;
}

static bool referred(const json_t *v, const char *to)
{
    const char *text = json_string_value(v);
    if (strncmp(to, "#/$defs/", 8) == 0) {
        return valid(v, json_object_get(json_object_get(schema, "$defs"), to + 8));
    }
    if (strstr(to, "/common/identifier.json") != NULL) {
        return matches("^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab]"
                       "[0-9a-f]{3}-[0-9a-f]{12}$",
                       text);
    }
    if (strstr(to, "/common/timestamp.json") != NULL) {
        return matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$",
                       text);
    }
    return strstr(to, "/common/core.json") != NULL ? core(v) : unknown(to);
}

static bool word_holds(const json_t *v, const json_t *by, const char *word, const json_t *arg)
{
    static const char *const notes[] = {
        "$schema", "$id",  "title",           "description",          "$defs", "$comment",
        "then",    "else", "x-exampleObject", "unevaluatedProperties"}; /* asked by known_only() */
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        if (strcmp(word, notes[i]) == 0) {
            return true;
        }
    }
    if (strcmp(word, "if") == 0) {
        const json_t *next = json_object_get(by, valid(v, arg) ? "then" : "else");
        return next == NULL || valid(v, next);
    }
    if (strcmp(word, "allOf") == 0 || strcmp(word, "items") == 0 ||
        strcmp(word, "properties") == 0) {
        return each(v, arg, word);
    }
    return strcmp(word, "type") == 0       ? of_type(v, json_string_value(arg))
           : strcmp(word, "$ref") == 0     ? referred(v, json_string_value(arg))
           : strcmp(word, "const") == 0    ? json_equal(v, arg)
           : strcmp(word, "enum") == 0     ? listed(v, arg)
           : strcmp(word, "required") == 0 ? has_all(v, arg)
           : strcmp(word, "pattern") == 0  ? matches(json_string_value(arg), json_string_value(v))
           : strcmp(word, "minItems") == 0 ? json_array_size(v) >= (size_t)json_integer_value(arg)
                                           : unknown(word);
}

static bool valid(const json_t *v, const json_t *by)
{
    const char *word;
    const json_t *arg;
    if (json_is_true(by)) {
        return true;
    }
    assert_true(json_is_object(by));
    json_object_foreach((json_t *)by, word, arg)
    {
        if (!word_holds(v, by, word, arg)) {
            char *text = json_dumps(arg, JSON_COMPACT | JSON_ENCODE_ANY);
            (void)snprintf(fault, sizeof fault, "%s %.200s", word, text);
            free(text);
            return false;
        }
    }
    return true;
}

/* "unevaluatedProperties": false: what neither it nor core.json has may not be there. */
static bool known_only(const json_t *o)
{
    static const char *const core_has[] = {
        "type",   "spec_version",      "id",         "created_by_ref",      "created",
        "labels", "modified",          "revoked",    "external_references", "object_marking_refs",
        "lang",   "granular_markings", "confidence", "extensions"};
    const json_t *def = json_object_get(json_object_get(schema, "$defs"), scene_text(o, "type"));
    const char *key;
    const json_t *v;
    json_object_foreach((json_t *)o, key, v)
    {
        bool known = json_object_get(json_object_get(def, "properties"), key) != NULL;
        for (size_t i = 0; i < sizeof core_has / sizeof core_has[0]; i++) {
            known = known || strcmp(key, core_has[i]) == 0;
        }
        if (!known) {
            (void)snprintf(fault, sizeof fault, "%s is not of its schema", key);
            return false;
        }
    }
    return true;
}

static size_t check_flow(const json_t *flow)
{
    const json_t *o;
    size_t i, n = 0;
    json_array_foreach(json_object_get(flow, "objects"), i, o)
    {
        if (strncmp(scene_text(o, "type"), "attack-", 7) != 0 ||
            strcmp(scene_text(o, "type"), "attack-pattern") == 0) {
            continue;
        }
        n++;
        if (!valid(o, schema) || !known_only(o)) {
            fail_msg("%s: %s", scene_text(o, "id"), fault);
        }
    }
    return n;
}

static void a_flow_is_valid_by_its_published_schema(void **state)
{
    (void)state;
    schema = load("attack-flow/attack-flow-schema-2.0.0.json");
    for (unsigned i = 0; i < 3; i++) {
        scene_make(&s, i == 1 ? &scene_nasty : NULL);
        s.r.chain = i == 2 ? NULL : s.r.chain;
        json_t *flow = scene_json(hw_tell_report_flow, &s);
        assert_int_equal(check_flow(flow), i == 2 ? 2 : 14);
        json_decref(flow);
    }
    json_decref(schema);
}

/* The checker itself: what was published passes, what is spoiled does not. */
static void the_checker_tells_good_from_bad(void **state)
{
    (void)state;
    schema = load("attack-flow/attack-flow-schema-2.0.0.json");
    json_t *flow = load("attack-flow/attack-flow-example.json");
    assert_int_equal(check_flow(flow), 13);
    json_t *o = (json_t *)scene_first(flow, "attack-flow");
    json_t *starts = json_object_get(o, "start_refs");
    assert_true(valid(o, schema));
    json_object_set_new(o, "scope", json_string("somewhere"));
    assert_false(valid(o, schema));
    json_object_set_new(o, "scope", json_string("incident"));
    json_array_append_new(starts,
                          json_string("attack-asset--f7edf4aa-29ec-47aa-b4f6-c42dfbe2ac20"));
    assert_false(valid(o, schema));
    json_array_clear(starts);
    assert_false(valid(o, schema));
    json_object_set_new(o, "more", json_true());
    assert_false(known_only(o));
    json_decref(flow);
    json_decref(schema);
}

static void the_definition_is_the_published_one(void **state)
{
    (void)state;
    json_t *published = load("attack-flow/attack-flow-extension-2.0.0.json");
    scene_make(&s, NULL);
    json_t *flow = scene_json(hw_tell_report_flow, &s);
    const json_t *o;
    size_t i;
    json_array_foreach(json_object_get(published, "objects"), i, o)
    {
        assert_true(json_equal(o, scene_object(flow, scene_text(o, "id"))));
    }
    assert_int_equal(i, 2);
    json_decref(flow);
    json_decref(published);
}

/* ---- CSAF beside others ---- */

/* Every key on the way to every value, "document/notes/title", as one set. */
static void ways(const json_t *v, const char *way, json_t *set)
{
    const char *key;
    const json_t *one;
    size_t i;
    char next[512];
    json_object_set_new(set, way, json_true());
    json_array_foreach(v, i, one)
    {
        ways(one, way, set);
    }
    json_object_foreach((json_t *)v, key, one)
    {
        /* branches lie in branches */
        bool again = strcmp(key, "branches") == 0 && strstr(way, "branches") != NULL;
        (void)snprintf(next, sizeof next, "%s/%s", way, key);
        ways(one, again ? way : next, set);
    }
}

static void csaf_has_no_property_that_published_documents_lack(void **state)
{
    static const char *const files[] = {
        "csaf/examples/bsi-2022-0001.json",
        "csaf/examples/rhsa-2022_0011.json",
        "csaf/examples/rhsa-2019_1862.json",
        "csaf/examples/csaf_vex/2022-evd-uc-01-ui-001.json",
        "csaf/examples/csaf_vex/2022-evd-uc-01-na-001.json",
        "csaf/2.0-validator/mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-08-02.json",
        "csaf/2.0-validator/mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-01-01.json",
        "csaf/2.0-validator/mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-25-01.json",
        "csaf/2.0-validator/mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-27-09-11.json",
        "csaf/2.0-validator/mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-11-01.json"};
    json_t *known = json_object(), *ours = json_object(), *doc;
    const char *way;
    json_t *v;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        doc = load(files[i]);
        ways(doc, "", known);
        json_decref(doc);
    }
    scene_make(&s, NULL);
    doc = scene_json(hw_tell_report_csaf, &s);
    ways(doc, "", ours);
    json_object_foreach(ours, way, v)
    {
        if (json_object_get(known, way) == NULL) {
            fail_msg("%s is in no published document", way);
        }
    }
    assert_true(json_object_size(ours) > 50);
    json_decref(doc);
    json_decref(known);
    json_decref(ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_is_valid_by_its_published_schema),
        cmocka_unit_test(the_checker_tells_good_from_bad),
        cmocka_unit_test(the_definition_is_the_published_one),
        cmocka_unit_test(csaf_has_no_property_that_published_documents_lack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
