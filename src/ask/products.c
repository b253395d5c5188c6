/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/products.h"

#include "base/text.h"

const char *hw_plain_name(struct hw_arena *arena, struct hw_span name)
{
    char *p = hw_arena_alloc(arena, name.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < name.n; i++) {
        uint8_t c = hw_ascii_lower(name.p[i]);
        if (hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c >= 0x80) {
            p[n++] = (char)c;
        }
    }
    return p; /* zeroed by the arena */
}

bool hw_of_machines(const struct hw_fact *statement)
{
    static const char *const registries[] = {
        "cargo",  "cocoapods", "composer", "conan",  "conda",   "cpan", "cran",
        "docker", "gem",       "github",   "golang", "hackage", "hex",  "luarocks",
        "maven",  "npm",       "nuget",    "oci",    "pub",     "pypi", "swift"};
    for (size_t i = 0; i < sizeof registries / sizeof registries[0]; i++) {
        if (hw_fact_is(statement, HW_STATEMENT_ECOSYSTEM, registries[i])) {
            return false;
        }
    }
    return true;
}

enum hw_order hw_statement_versions(const struct hw_fact *statement, struct hw_versions *out)
{
    *out = (struct hw_versions){.exact = hw_fact_get(statement, HW_STATEMENT_EXACT),
                                .first = hw_fact_get(statement, HW_STATEMENT_FIRST),
                                .below = hw_fact_get(statement, HW_STATEMENT_BELOW),
                                .last = hw_fact_get(statement, HW_STATEMENT_LAST)};
    return hw_order_read(hw_fact_get(statement, HW_STATEMENT_SCHEME));
}
