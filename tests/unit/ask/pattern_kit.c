/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern_kit.h"

#include <string.h>

#include "build_openioc.h"
#include "evidence/evidence.h"
#include "fact/record.h"

static struct hw_buf items, doc, packed;

int pattern_setup(void **state)
{
    hw_buf_init(&items, 1 << 20);
    hw_buf_init(&doc, 1 << 20);
    hw_buf_init(&packed, HW_PACKED_BYTES);
    return tale_setup(state);
}

int pattern_teardown(void **state)
{
    hw_buf_done(&items);
    hw_buf_done(&doc);
    hw_buf_done(&packed);
    return tale_teardown(state);
}

/* ---- what is known ---- */

struct held {
    struct hw_sink sink;
    struct tale *t;
};

/* Facts as they come out of an examination, kept for a case. */
static int hold(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct tale *t = ((struct held *)sink)->t;
    (void)err;
    if (f->kind != HW_FACT_PATTERN && f->kind != HW_FACT_KNOWLEDGE) {
        return HW_OK;
    }
    struct hw_fact *to = tale_add(t, f->kind);
    *to = *f;
    for (unsigned i = 0; i < HW_FACT_FIELDS; i++) {
        const struct hw_field *d = &hw_fact_type(f->kind)->fields[i];
        if (d->name == NULL) {
            break;
        }
        if (hw_fact_has(f, i) && d->type != HW_T_U64 && d->type != HW_T_TIME) {
            to->v[i].s.p = hw_arena_copy(t->arena, f->v[i].s);
            assert_non_null(to->v[i].s.p);
        }
    }
    return HW_OK;
}

static void learn(struct tale *t, char letter, struct hw_span text)
{
    struct held h = {.sink = {.put = hold}, .t = t};
    struct hw_exam x = {.sink = &h.sink, .reading = HW_READ_KNOWLEDGE};
    struct hw_outer outer = {.sha256 = {0}};
    struct hw_error err = {.code = HW_OK};
    tale_program(t, letter);
    assert_int_equal(hw_examine(&x, text, &outer, &err), HW_OK);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
}

void pattern_item(const char *term, const char *condition, const char *v)
{
    build_openioc_item(&items, term, condition, v, "");
}

void pattern_item_not(const char *term, const char *condition, const char *v)
{
    build_openioc_item(&items, term, condition, v, " negate=\"true\"");
}

void pattern_and(void)
{
    hw_buf_str(&items, "<Indicator operator=\"AND\">");
}

void pattern_or(void)
{
    hw_buf_str(&items, "<Indicator operator=\"OR\">");
}

void pattern_end(void)
{
    hw_buf_str(&items, "</Indicator>");
}

void pattern_tree(struct tale *t, const char *title)
{
    hw_buf_clear(&doc);
    build_openioc(&doc, 11, title, hw_buf_text(&items));
    hw_buf_clear(&items);
    learn(t, 'k', hw_buf_span(&doc));
}

void pattern_names(struct tale *t, const char *lines)
{
    hw_buf_clear(&doc);
    hw_buf_printf(&doc, "# LOKI File Name Characteristics\n\n# A heading\n%s", lines);
    learn(t, 'n', hw_buf_span(&doc));
}

/* ---- what is there ---- */

void pattern_file(struct tale *t, char letter, const char *path)
{
    tale_program(t, letter);
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

/* A signed library with a version resource, imports and exports. */
void pattern_library(struct tale *t, char letter, const char *path)
{
    static const char symbols[] = "CreateFileW\0#12";
    tale_program(t, letter);
    tale_component(t, "example.dll", "1.2.3.4", letter, 1033);
    tale_section(t, letter);
    tale_signed(t, "Maker", "CN=Maker,O=Maker Inc");
    struct hw_fact *f = tale_add(t, HW_FACT_PROPERTY);
    hw_fact_str(f, HW_PROPERTY_KEY, "pe.timestamp");
    hw_fact_u64(f, HW_PROPERTY_NUMBER, 1408782169);
    f = tale_add(t, HW_FACT_IMPORT);
    hw_fact_u64(f, HW_IMPORT_INDEX, 0);
    hw_fact_str(f, HW_IMPORT_MODULE, "KERNEL32.dll");
    hw_fact_u64(f, HW_IMPORT_COUNT, 2);
    hw_fact_span(f, HW_IMPORT_SYMBOLS, (struct hw_span){(const uint8_t *)symbols, sizeof symbols});
    for (unsigned part = 0; part < 2; part++) { /* lists that are long come in parts */
        f = tale_add(t, HW_FACT_EXPORT);
        hw_fact_str(f, HW_EXPORT_MODULE, "core.dll");
        hw_fact_u64(f, HW_EXPORT_COUNT, 1);
        hw_fact_span(f, HW_EXPORT_SYMBOLS,
                     hw_span_from(HW_SPAN_LIT("Start\0Stop>other.Stop\0"), 6 * part));
        hw_fact_u64(f, HW_EXPORT_PART, part);
    }
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

/* One record of a log of Windows. */
void pattern_record(struct tale *t, char letter, const char *log, const char *event,
                    const char *names, const char *const *texts, size_t count, int64_t second)
{
    struct hw_span values[8];
    tale_program(t, letter);
    hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
    struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
    hw_fact_u64(f, HW_LAYOUT_INDEX, 0);
    hw_fact_str(f, HW_LAYOUT_SOURCE, "windows");
    hw_fact_str(f, HW_LAYOUT_LOG, log);
    hw_fact_str(f, HW_LAYOUT_EVENT, event);
    hw_fact_str(f, HW_LAYOUT_NAMES, names);
    for (size_t i = 0; i < count; i++) {
        values[i] = hw_span_str(texts[i]);
    }
    struct hw_record r = {.number = 7,
                          .off = 700,
                          .time_ns = second * SECOND,
                          .clock = HW_CLOCK_UTC,
                          .values = values,
                          .count = count};
    hw_buf_clear(&packed);
    assert_true(hw_record_pack(&r, &packed));
    f = tale_add(t, HW_FACT_EVENTS);
    hw_fact_u64(f, HW_EVENTS_COUNT, 1);
    hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/sysmon.evtx");
}

void pattern_process(struct tale *t, char letter, const char *image, const char *command)
{
    const char *const texts[] = {"ALPHA", image, command,
                                 "SHA1=0000000000000000000000000000000000000000,"
                                 "MD5=0123456789ABCDEF0123456789ABCDEF",
                                 "C:\\Windows\\explorer.exe"};
    pattern_record(t, letter, "Microsoft-Windows-Sysmon", "1",
                   "Computer\nImage\nCommandLine\nHashes\nParentImage", texts, 5, 100);
}

unsigned pattern_met(struct tale *t)
{
    return tale_findings(tale_hunt(t), "known-pattern");
}
