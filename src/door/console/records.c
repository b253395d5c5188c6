/* SPDX-License-Identifier: Apache-2.0 */
#include "door/console/records.h"

#include "base/text.h"
#include "fact/words.h"
#include "tell/tell.h"

void hw_json_evidence(struct hw_buf *b, const struct hw_evidence_row *e)
{
    hw_buf_str(b, "{\"type\":\"evidence\",\"schema\":1,");
    hw_json_hex(b, "sha256", (struct hw_span){e->sha256, 32});
    hw_buf_printf(b,
                  ",\"size\":%llu,\"class\":\"%s\",\"degree\":\"%s\",\"facts\":%llu,"
                  "\"nodes\":%llu,\"parser\":%u,",
                  (unsigned long long)e->size, hw_class_word(e->of_class),
                  hw_degree_word(e->degree), (unsigned long long)e->facts,
                  (unsigned long long)e->nodes, e->parser);
    hw_json_put(b, "because", hw_span_str(e->because));
    hw_json_put(b, "cage", hw_span_str(e->cage));
    hw_json_put_time(b, "read", e->read_ns);
    hw_json_text(b, "path", e->path);
    hw_buf_str(b, "}\n");
}

void hw_json_action(struct hw_buf *b, const struct hw_action_row *a)
{
    hw_buf_printf(b, "{\"type\":\"action\",\"schema\":1,\"n\":%llu,", (unsigned long long)a->n);
    hw_json_put_time(b, "at", a->action.at_ns);
    hw_json_text(b, "who", hw_span_str(a->action.who));
    hw_buf_str(b, ",\"args\":[");
    struct hw_span args = a->action.args;
    for (bool first = true; args.n > 0; first = false) {
        size_t n = hw_span_find(args, 0);
        hw_buf_str(b, first ? "\"" : ",\"");
        hw_escape_put(b, hw_span_cut(args, 0, n), HW_ESCAPE_JSON);
        hw_buf_char(b, '"');
        args = hw_span_from(args, n + 1);
    }
    hw_buf_str(b, "],");
    hw_json_put(b, "version", hw_span_str(a->action.version));
    hw_json_put(b, "policy", hw_span_str(a->action.policy));
    hw_json_put_time(b, "as_of", a->action.as_of_ns);
    hw_json_hex(b, "hash", (struct hw_span){a->hash, 32});
    hw_buf_printf(b, ",\"sound\":%s}\n", a->sound ? "true" : "false");
}

void hw_json_document(struct hw_buf *b, const struct hw_fact *knowledge, struct hw_span path)
{
    hw_buf_str(b, "{\"type\":\"document\",\"schema\":1,");
    hw_json_put(b, "form", hw_fact_get(knowledge, HW_KNOWLEDGE_FORM));
    hw_json_put_number(b, "entries", hw_fact_get_u64(knowledge, HW_KNOWLEDGE_ENTRIES));
    hw_json_put_number(b, "refused", hw_fact_get_u64(knowledge, HW_KNOWLEDGE_REFUSED));
    hw_json_put_number(b, "ignored", hw_fact_get_u64(knowledge, HW_KNOWLEDGE_IGNORED));
    hw_json_text(b, "path", path);
    hw_buf_str(b, "}\n");
}
