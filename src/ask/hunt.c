/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/hunt.h"

#include "ask/look.h"
#include "ask/room.h"

int hw_hunt(struct hw_case *c, const struct hw_policy *policy, struct hw_answer **out,
            struct hw_error *err)
{
    struct hw_asking q;
    struct hw_case_counts n;
    bool packages = false, told = false;
    size_t patterns = 0;
    int rc = hw_asking_start(&q, c, "hunt", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    uint64_t rules = 0;
    rc = hw_case_count(c, &n, err);
    rc = rc != HW_OK ? rc : hw_find_packages(&q, &packages, &told, err);
    rc = rc != HW_OK ? rc : hw_find_sigma(&q, &rules, err);
    rc = rc != HW_OK ? rc : hw_find_stix(&q, &patterns, err);
    rc = rc != HW_OK ? rc : hw_find_patterns(&q, &patterns, err);
    struct hw_case_rules yara = {.sources = 0};
    bool none = n.indicators + rules + patterns == 0 && !told;
    if (rc == HW_OK && none) {
        rc = hw_rules_of_case(c, &yara, err);
    }
    if (rc == HW_OK && none && yara.sources == 0) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-knowledge",
                        HW_SPAN_LIT("the case holds no indicators, so nothing can match"),
                        HW_SPAN_LIT("headwater learn FILE"), n.telemetry == 0, err);
    }
    if (rc == HW_OK && n.telemetry > 0 && !policy->derived) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-graph",
                        HW_SPAN_LIT("the logs of this case were not joined, so no rule could look "
                                    "at what they say"),
                        HW_SPAN_LIT("headwater case adopt, for a case from elsewhere"), true, err);
    }
    if (rc == HW_OK && n.artifacts == 0 && n.telemetry == 0 && !packages) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-evidence",
                        HW_SPAN_LIT("the case holds no software to hunt in"),
                        HW_SPAN_LIT("headwater scan PATH"), true, err);
    }
    rc = rc != HW_OK ? rc : hw_find_lifecycle(&q, err);
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ false, err);
    if (rc == HW_OK && n.telemetry > 0 && policy->derived) {
        rc = hw_find_known_in_graph(&q, err);
        rc = rc != HW_OK ? rc : hw_find_in_graph(&q, err);
    }
    rc = rc != HW_OK ? rc : hw_count_machines(&q, err);
    rc = rc != HW_OK ? rc : hw_group_incidents(&q, err);
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    q.a->artifact_count = n.artifacts;
    q.a->evidence_count = n.evidences;
    q.a->log_count = n.telemetry;
    q.a->rule_count += rules + patterns;
    return hw_asking_end(&q, out, err);
}
