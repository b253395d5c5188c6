/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped_known.c -- which product a log is of, by the recognise lines of the
 * mappings (docs/mappings.md). Of several that match the most demanding wins: the one whose line
 * names more.
 */
#include "evidence/telemetry/mapped.h"

#include <string.h>

#include "base/text.h"

/* Each name found is evidence; five of them weigh more than what a reader of any JSON or any syslog
 * line verifies, so that a declared product wins over a format it is written in. */
enum { LEAST_BITS = 40, NAME_BITS = 4, MOST_BITS = 92, LINE_NAMES = 5 };

bool hw_mapped_next_name(struct hw_span *list, char between, struct hw_span *out)
{
    bool quoted = false;
    size_t n = 0;
    if (list->n == 0) {
        return false;
    }
    for (; n < list->n && (quoted || list->p[n] != (uint8_t)between); n++) {
        quoted = list->p[n] == '"' ? !quoted : quoted;
    }
    struct hw_span s = hw_span_trim(hw_span_cut(*list, 0, n));
    struct hw_span inside = s.n >= 2 ? hw_span_cut(s, 1, s.n - 2) : s;
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' && hw_span_find(inside, '"') == inside.n) {
        s = inside;
    }
    *list = hw_span_from(*list, n + 1);
    *out = s;
    return true;
}

static bool holds(const struct hw_span *names, size_t count, struct hw_span want)
{
    for (size_t i = 0; i < count; i++) {
        if (hw_span_equal(names[i], want)) {
            return true;
        }
    }
    return false;
}

/* How many names the list has when all of them are there, else 0. */
static unsigned has_all(const char *list, const struct hw_span *names, size_t count)
{
    unsigned n = 0;
    struct hw_span left = hw_span_str(list), want;
    while (hw_mapped_next_name(&left, ',', &want)) {
        if (!holds(names, count, want)) {
            return 0;
        }
        n++;
    }
    return n;
}

/* The same unit for a beginning: as many as it has columns. */
static unsigned begins(const char *what, struct hw_span line)
{
    unsigned n = 1;
    if (!hw_span_starts(line, what)) {
        return 0;
    }
    for (const char *p = what; *p != 0; p++) {
        n += *p == ',' ? 1 : 0;
    }
    return n;
}

struct asked {
    struct hw_span line;
    const struct hw_span *names;
    size_t count;
};

/* Forms are the grammar's six words; asked for each line of every text file, so by one letter. */
static enum hw_mapped_shape shape_of(const char *form)
{
    switch (form[0]) {
    case 'c':
        return form[3] == 0 ? HW_MAPPED_CSV_BEGINS : HW_MAPPED_CSV_HAS;
    case 'j':
        return HW_MAPPED_JSON;
    case 'k':
        return HW_MAPPED_KV;
    case 'w':
        return HW_MAPPED_W3C;
    default:
        return HW_MAPPED_LINES;
    }
}

static unsigned judge(const struct hw_map_recognise *r, unsigned shapes, const struct asked *a)
{
    enum hw_mapped_shape shape = shape_of(r->form);
    if ((shapes >> shape & 1) == 0) {
        return 0;
    }
    switch (shape) {
    case HW_MAPPED_CSV_BEGINS:
        return begins(r->what, a->line);
    case HW_MAPPED_LINES:
        return r->what[0] != '\0' && hw_span_holds(a->line, r->what) ? LINE_NAMES : 0;
    case HW_MAPPED_CSV_HAS:
    case HW_MAPPED_JSON:
    case HW_MAPPED_KV:
    case HW_MAPPED_W3C:
        break;
    }
    return has_all(r->what, a->names, a->count);
}

/* `shapes` has a bit for each shape that counts. */
static const struct hw_mapping *find(unsigned shapes, const struct asked *a, size_t skip,
                                     unsigned *out_bits)
{
    const struct hw_mapping *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < hw_mapping_count; i++) {
        const struct hw_mapping *p = &hw_mappings[i];
        unsigned here = 0;
        for (size_t k = 0; k < p->recognise_count; k++) {
            unsigned n = judge(&p->recognise[k], shapes, a);
            here = n > here ? n : here;
        }
        if (here > 0 && skip > 0) {
            skip--;
            continue;
        }
        if (here > most) {
            most = here;
            best = p;
        }
    }
    unsigned bits = LEAST_BITS + NAME_BITS * most;
    *out_bits = best == NULL ? 0 : bits > MOST_BITS ? MOST_BITS : bits;
    return best;
}

const struct hw_mapping *hw_mapped_find_csv(struct hw_span line, const struct hw_span *fields,
                                            size_t count, size_t skip, unsigned *out_bits)
{
    struct asked a = {line, fields, count};
    return find(1U << HW_MAPPED_CSV_BEGINS | 1U << HW_MAPPED_CSV_HAS, &a, skip, out_bits);
}

const struct hw_mapping *hw_mapped_find_names(enum hw_mapped_shape shape,
                                              const struct hw_span *names, size_t count,
                                              size_t skip, unsigned *out_bits)
{
    struct asked a = {.names = names, .count = count};
    return find(1U << shape, &a, skip, out_bits);
}

const struct hw_mapping *hw_mapped_find_line(struct hw_span line, size_t skip, unsigned *out_bits)
{
    struct asked a = {.line = line};
    return find(1U << HW_MAPPED_LINES, &a, skip, out_bits);
}
