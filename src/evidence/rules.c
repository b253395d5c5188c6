/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/rules.c -- libyara's compiler, by its manual (yara.readthedocs.io, "The C API", 4.2).
 *
 * A compiler that met one fault takes no more source, so each source has a compiler of its own
 * until it is known to be clean.
 */
#include "evidence/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yara.h>

#include "base/text.h"
#include "evidence/rules_room.h"

/* Bytes that matched are told by their offset; libyara would keep a copy of each. */
static int start_library(void)
{
    uint32_t none = 0;
    int rc = yr_initialize();
    return rc != ERROR_SUCCESS ? rc : yr_set_configuration(YR_CONFIG_MAX_MATCH_DATA, &none);
}

void hw_yara_warm(void)
{
    /* What fails here fails again, and is said, when the first rule is compiled. */
    (void)!start_library();
}

bool hw_yara_module_allowed(struct hw_span name, const char **out_why)
{
    static const char *const allowed[] = {"console", "dotnet", "elf", "hash",
                                          "macho",   "math",   "pe",  "dex"};
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (hw_span_is(name, allowed[i])) {
            return true;
        }
    }
    *out_why = hw_span_is(name, "time")     ? "it asks what time it is, and a file has no now"
               : hw_span_is(name, "magic")  ? "it reads a data base of the machine it runs on"
               : hw_span_is(name, "cuckoo") ? "it asks the report of a sandbox, and there is none"
                                            : "no such module";
    return false;
}

struct complaints {
    hw_yara_fault_take take;
    void *state;
};

static void on_fault(int level, const char *file, int line, const YR_RULE *rule,
                     const char *message, void *state)
{
    struct complaints *c = state;
    (void)file;
    if (level != YARA_ERROR_LEVEL_ERROR) {
        return;
    }
    struct hw_yara_fault f = {.line = line < 1 ? 1 : (uint64_t)line,
                              .rule = rule == NULL ? (struct hw_span){NULL, 0}
                                                   : hw_span_str(rule->identifier),
                              .says = message == NULL ? "" : message};
    c->take(c->state, &f);
}

/* The variables every source may use, empty until something is scanned. */
static int define(YR_COMPILER *c)
{
    static const char *const names[] = {"filename", "filepath", "extension", "filetype", "owner"};
    int rc = ERROR_SUCCESS;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && rc == ERROR_SUCCESS; i++) {
        rc = yr_compiler_define_string_variable(c, names[i], "");
    }
    return rc;
}

int hw_yara_compiler(YR_COMPILER **out, struct hw_error *err)
{
    YR_COMPILER *c = NULL;
    if (start_library() != ERROR_SUCCESS) {
        return hw_fail(err, HW_E_MEMORY, "libyara cannot be initialised");
    }
    if (yr_compiler_create(&c) != ERROR_SUCCESS || define(c) != ERROR_SUCCESS) {
        hw_yara_compiler_done(c);
        return hw_fail(err, HW_E_MEMORY, "no memory to compile rules");
    }
    yr_compiler_set_include_callback(c, NULL, NULL, NULL);
    *out = c;
    return HW_OK;
}

void hw_yara_compiler_done(YR_COMPILER *c)
{
    if (c != NULL) {
        yr_compiler_destroy(c);
    }
    (void)yr_finalize();
}

int hw_yara_finish(YR_COMPILER *c, struct hw_yara **out, struct hw_error *err)
{
    struct hw_yara *y = calloc(1, sizeof *y);
    if (y == NULL || yr_initialize() != ERROR_SUCCESS) {
        free(y);
        return hw_fail(err, HW_E_MEMORY, "no memory for compiled rules");
    }
    if (yr_compiler_get_rules(c, &y->rules) != ERROR_SUCCESS) {
        hw_yara_free(y);
        return hw_fail(err, HW_E_MEMORY, "no memory for compiled rules");
    }
    *out = y;
    return HW_OK;
}

int hw_yara_compile(const char *text, hw_yara_fault_take take, void *state, struct hw_yara **out,
                    struct hw_error *err)
{
    YR_COMPILER *c = NULL;
    struct hw_yara *y = NULL;
    struct complaints complaints = {take, state};
    int rc = hw_yara_compiler(&c, err);
    if (rc != HW_OK) {
        return rc;
    }
    yr_compiler_set_callback(c, on_fault, &complaints);
    if (yr_compiler_add_string(c, text, NULL) == 0) {
        rc = hw_yara_finish(c, &y, err);
    }
    hw_yara_compiler_done(c);
    if (rc == HW_OK) {
        *out = y;
    }
    return rc;
}

void hw_yara_free(struct hw_yara *y)
{
    if (y == NULL) {
        return;
    }
    hw_yara_scanner_free(y);
    if (y->rules != NULL) {
        (void)yr_rules_destroy(y->rules);
    }
    (void)yr_finalize();
    free(y);
}

void hw_yara_tags(const YR_RULE *rule, char out[HW_YARA_TAGS])
{
    const char *tag;
    size_t n = 0;
    out[0] = '\0';
    yr_rule_tags_foreach(rule, tag)
    {
        if (strlen(tag) + 2 > HW_YARA_TAGS - n) {
            break;
        }
        n += (size_t)snprintf(out + n, HW_YARA_TAGS - n, "%s%s", n == 0 ? "" : " ", tag);
    }
}

void hw_yara_each(const struct hw_yara *y, hw_yara_rule_take take, void *state)
{
    const YR_RULE *rule;
    char tags[HW_YARA_TAGS];
    yr_rules_foreach(y->rules, rule)
    {
        struct hw_yara_rule r = {.id = hw_span_str(rule->identifier),
                                 .tags = tags,
                                 .silent = RULE_IS_PRIVATE(rule) != 0};
        const YR_META *meta;
        yr_rule_metas_foreach(rule, meta)
        {
            if (r.meta_count < HW_YARA_METAS) {
                r.metas[r.meta_count++] = (struct hw_yara_meta){
                    .name = hw_span_str(meta->identifier),
                    .text = hw_span_str(meta->type == META_TYPE_STRING ? meta->string : NULL),
                    .number = meta->type == META_TYPE_STRING ? 0 : meta->integer};
            }
        }
        hw_yara_tags(rule, tags);
        take(state, &r);
    }
}
