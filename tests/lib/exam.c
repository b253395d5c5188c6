/* SPDX-License-Identifier: Apache-2.0 */
#include "exam.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact/words.h"

enum { LINES_BYTES = 512 * 1024 * 1024 };

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_told *t = (struct hw_told *)sink;
    hw_buf_clear(&t->wire);
    int rc = hw_fact_encode(f, &t->wire, err);
    if (rc != HW_OK) {
        return rc;
    }
    t->facts++;
    t->anomalies += f->kind == HW_FACT_ANOMALY;
    t->unopened += f->kind == HW_FACT_UNOPENED;
    for (unsigned d = 0; d < HW_DEGREE_COUNT && f->kind == HW_FACT_DEGREE; d++) {
        if (d > t->worst && hw_fact_is(f, HW_DEGREE_DEGREE, hw_degree_word((enum hw_degree)d))) {
            t->worst = d;
        }
    }
    if (!t->quiet) {
        hw_fact_print(f, &t->lines);
        hw_buf_char(&t->lines, '\n');
    }
    return HW_OK;
}

void hw_told_init(struct hw_told *t)
{
    *t = (struct hw_told){.sink = {put}};
    hw_buf_init(&t->lines, LINES_BYTES);
    hw_buf_init(&t->wire, HW_FRAME_BYTES + 64);
}

void hw_told_done(struct hw_told *t)
{
    hw_buf_done(&t->lines);
    hw_buf_done(&t->wire);
}

void hw_told_examine(struct hw_told *t, const void *p, size_t n, const struct hw_limits *limits)
{
    struct hw_exam x = {.sink = &t->sink,
                        .reading = t->reading,
                        .rules = t->rules,
                        .rules_ns = t->rules_ns,
                        .rules_failed = t->rules_failed,
                        .path = {(const uint8_t *)t->path, t->path == NULL ? 0 : strlen(t->path)}};
    /* Any digest does for the outermost; a sum of the bytes keeps the name key honest. */
    struct hw_outer outer = {{0}, {0}, {0}};
    for (size_t i = 0; i < n; i += 1 + n / 4096) {
        outer.sha256[i % 32] ^= ((const uint8_t *)p)[i];
    }
    struct hw_error err = {0};
    if (limits != NULL) {
        x.limits = *limits;
    }
    int rc = hw_examine(&x, (struct hw_span){p, n}, &outer, &err);
    if (rc != HW_OK || x.live_bytes != 0) {
        fprintf(stderr, "our side failed: %s (%d), %llu bytes still alive\n", err.text, rc,
                (unsigned long long)x.live_bytes);
        abort();
    }
}

bool hw_told_has(struct hw_told *t, ...)
{
    const char *text = hw_buf_text(&t->lines);
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, "\n");
        bool all = true;
        va_list ap;
        va_start(ap, t);
        for (const char *w; all && (w = va_arg(ap, const char *)) != NULL;) {
            all = memmem(text, n, w, strlen(w)) != NULL;
        }
        va_end(ap);
        if (all) {
            return true;
        }
        text += n + (text[n] == '\n');
    }
    return false;
}

size_t hw_told_count(struct hw_told *t, const char *part)
{
    const char *text = hw_buf_text(&t->lines);
    size_t count = 0;
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, "\n");
        count += memmem(text, n, part, strlen(part)) != NULL;
        text += n + (text[n] == '\n');
    }
    return count;
}

bool hw_told_sound(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    struct hw_told t;
    hw_told_init(&t);
    t.quiet = true;
    hw_told_examine(&t, p, n, NULL);
    bool sound = t.anomalies == 0 && t.unopened == 0 && t.worst == HW_SOUND;
    hw_told_done(&t);
    return sound;
}

bool hw_told_whole(const uint8_t *p, size_t n, void *state)
{
    const struct hw_whole *w = state;
    struct hw_told t;
    hw_told_init(&t);
    t.reading = w->reading;
    hw_told_examine(&t, p, n, NULL);
    bool whole =
        t.anomalies == 0 && t.unopened == 0 && (w->once == NULL || hw_told_count(&t, w->once) == 1);
    for (size_t i = 0; i < 2 && w->lines[i][0] != NULL; i++) {
        whole = whole && hw_told_has(&t, w->lines[i][0], w->lines[i][1], NULL);
    }
    hw_told_done(&t);
    return whole;
}
