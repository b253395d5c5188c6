/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/seen.h"

#include "base/text.h"

static const struct {
    const char *word;
    enum hw_seen_kind kind;
    unsigned where;
} fields[HW_SEEN_COUNT] = {
#define X(tail, word, kind, where) {word, HW_SEEN_##kind, where},
    HW_SEEN_FIELDS(X)
#undef X
};

const char *hw_seen_word(enum hw_seen s)
{
    return (unsigned)s < HW_SEEN_COUNT ? fields[s].word : NULL;
}

enum hw_seen hw_seen_named(struct hw_span word)
{
    unsigned i = 0;
    while (i < HW_SEEN_COUNT && !hw_span_is(word, fields[i].word)) {
        i++;
    }
    return (enum hw_seen)i;
}

enum hw_seen_kind hw_seen_kind(enum hw_seen s)
{
    return (unsigned)s < HW_SEEN_COUNT ? fields[s].kind : HW_SEEN_TEXT;
}

unsigned hw_seen_in(enum hw_seen s)
{
    return (unsigned)s < HW_SEEN_COUNT ? fields[s].where : 0;
}
