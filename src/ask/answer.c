/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/answer.h"

#include <stdlib.h>
#include <string.h>

const char *hw_severity_word(enum hw_severity s)
{
    static const char *const w[HW_SEVERITY_COUNT] = {"info", "low", "medium", "high", "critical"};
    return w[s];
}

bool hw_severity_parse(const char *word, enum hw_severity *out)
{
    for (int i = 0; i < HW_SEVERITY_COUNT; i++) {
        if (strcmp(word, hw_severity_word((enum hw_severity)i)) == 0) {
            *out = (enum hw_severity)i;
            return true;
        }
    }
    return false;
}

const char *hw_confidence_word(enum hw_confidence c)
{
    static const char *const w[HW_CONFIDENCE_COUNT] = {"low", "moderate", "high"};
    return w[c];
}

const char *hw_integrity_word(enum hw_integrity v)
{
    static const char *const w[HW_INTEGRITY_COUNT] = {"intact", "intact-with-additions", "broken",
                                                      "incomplete", "unknown"};
    return w[v];
}

const char *hw_chain_word(enum hw_chain v)
{
    static const char *const w[HW_CHAIN_COUNT] = {"anchored", "unanchored", "incomplete"};
    return w[v];
}

const char *hw_at_time_word(enum hw_at_time v)
{
    static const char *const w[HW_AT_TIME_COUNT] = {"valid", "expired", "not-yet", "unknown"};
    return w[v];
}

const char *hw_revocation_word(enum hw_revocation v)
{
    static const char *const w[HW_REVOCATION_COUNT] = {"good", "revoked", "unknown"};
    return w[v];
}

const char *hw_state_word(enum hw_state v)
{
    static const char *const w[HW_STATE_COUNT] = {"valid",     "valid-with-additions",
                                                  "broken",    "incomplete",
                                                  "untrusted", "expired",
                                                  "revoked",   "unsigned",
                                                  "unknown"};
    return w[v];
}

bool hw_is_rejected(const char *judged)
{
    return judged != NULL && strcmp(judged, "reject") == 0;
}

static bool counts(const struct hw_finding *f)
{
    return !f->baseline && !hw_is_rejected(f->judged);
}

void hw_answer_close(struct hw_answer *a)
{
    bool found = false;
    memset(a->finding_count, 0, sizeof a->finding_count);
    a->baseline_count = 0;
    a->gap_count = 0;
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        if (!counts(f)) {
            a->baseline_count++;
            continue;
        }
        a->finding_count[f->severity]++;
        found = found || f->severity >= a->fail_on;
    }
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        a->gap_count += g->needed && !g->accepted;
    }
    a->exit_status = found ? 1 : a->gap_count > 0 ? 3 : 0;
}

void hw_answer_free(struct hw_answer *a)
{
    if (a != NULL) {
        hw_arena_free(a->arena);
        free(a);
    }
}
