/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom_relations.c -- the relations of SPDX 2.3 clause 11, each as one of ours.
 *
 * SPDX has most relations in both directions (CONTAINS, CONTAINED_BY) and some in one only, whose
 * direction its own examples settle: BUILD_TOOL_OF, DEV_TOOL_OF, TEST_TOOL_OF name the tool first.
 * Here the parent always has, needs or came from the child, so that influence flows from child to
 * parent whichever way it was written.
 */
#include "evidence/knowledge/sbom.h"

#include "base/text.h"

static const struct {
    const char *spdx, *word;
    bool turned; /* the first element is the child */
} relations[] = {
    {"AMENDS", "other", false},
    {"ANCESTOR_OF", "variant-of", true},
    {"BUILD_DEPENDENCY_OF", "builds-with", true},
    {"BUILD_TOOL_OF", "builds-with", true},
    {"CONTAINED_BY", "contains", true},
    {"CONTAINS", "contains", false},
    {"COPY_OF", "variant-of", false},
    {"DATA_FILE_OF", "contains", true},
    {"DEPENDENCY_MANIFEST_OF", "describes", false},
    {"DEPENDENCY_OF", "depends-on", true},
    {"DEPENDS_ON", "depends-on", false},
    {"DESCENDANT_OF", "variant-of", false},
    {"DESCRIBED_BY", "describes", true},
    {"DESCRIBES", "describes", false},
    {"DEV_DEPENDENCY_OF", "builds-with", true},
    {"DEV_TOOL_OF", "builds-with", true},
    {"DISTRIBUTION_ARTIFACT", "generated-from", true},
    {"DOCUMENTATION_OF", "describes", false},
    {"DYNAMIC_LINK", "links", false},
    {"EXAMPLE_OF", "other", false},
    {"EXPANDED_FROM_ARCHIVE", "generated-from", false},
    {"FILE_ADDED", "variant-of", false},
    {"FILE_DELETED", "variant-of", false},
    {"FILE_MODIFIED", "variant-of", false},
    {"GENERATED_FROM", "generated-from", false},
    {"GENERATES", "generated-from", true},
    {"HAS_PREREQUISITE", "depends-on", false},
    {"METAFILE_OF", "describes", false},
    {"OPTIONAL_COMPONENT_OF", "contains", true},
    {"OPTIONAL_DEPENDENCY_OF", "depends-on", true},
    {"OTHER", "other", false},
    {"PACKAGE_OF", "contains", true},
    {"PATCH_APPLIED", "variant-of", true},
    {"PATCH_FOR", "variant-of", true},
    {"PREREQUISITE_FOR", "depends-on", true},
    {"PROVIDED_DEPENDENCY_OF", "depends-on", true},
    {"REQUIREMENT_DESCRIPTION_FOR", "describes", false},
    {"RUNTIME_DEPENDENCY_OF", "depends-on", true},
    {"SPECIFICATION_FOR", "offers", true},
    {"STATIC_LINK", "links", false},
    {"TEST_CASE_OF", "tests-with", true},
    {"TEST_DEPENDENCY_OF", "tests-with", true},
    {"TEST_OF", "tests-with", true},
    {"TEST_TOOL_OF", "tests-with", true},
    {"VARIANT_OF", "variant-of", false},
};

bool hw_sbom_relation(struct hw_span spdx, const char **out_word, bool *out_turned)
{
    *out_word = "other";
    *out_turned = false;
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        if (hw_span_is(spdx, relations[i].spdx)) {
            *out_word = relations[i].word;
            *out_turned = relations[i].turned;
            return true;
        }
    }
    return false;
}
