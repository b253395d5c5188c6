/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/misp_types.c -- what the type of a MISP attribute means.
 *
 * The types are those of the MISP core format (draft-dulaunoy-misp-core-format, 2.4.2) and of
 * describeTypes.json. Words that lists of all kinds share (sha256, ip-dst, hostname) are known to
 * list_columns.c; here stand only those that MISP alone has, or means otherwise: a "uri" is the
 * path behind the host, a "link" is where the event was written about, and neither is a URL to
 * look for.
 */
#include "evidence/knowledge/misp.h"

#include "base/text.h"

struct own {
    const char *type;
    enum hw_list_kind kind;
};
static const struct own owns[] = {
    {"attachment", HW_LIST_FILENAME},
    {"dns-soa-email", HW_LIST_EMAIL},
    {"email-attachment", HW_LIST_FILENAME},
    {"email-reply-to", HW_LIST_EMAIL},
    {"github-repository", HW_LIST_OTHER},
    {"link", HW_LIST_OTHER},
    {"port", HW_LIST_OTHER},
    {"target-email", HW_LIST_OTHER},
    {"target-machine", HW_LIST_OTHER},
    {"uri", HW_LIST_OTHER},
    {"whois-registrant-email", HW_LIST_EMAIL},
};

static enum hw_list_kind kind_of(struct hw_span type)
{
    bool context;
    for (size_t i = 0; i < sizeof owns / sizeof owns[0]; i++) {
        if (hw_span_is(type, owns[i].type)) {
            return owns[i].kind;
        }
    }
    enum hw_list_kind kind = hw_list_type_read(type, &context);
    return context ? HW_LIST_OTHER : kind;
}

void hw_misp_type_read(struct hw_span type, struct hw_misp_type *out)
{
    size_t bar = hw_span_find(type, '|');
    struct hw_span second = hw_span_from(type, bar + (bar < type.n));
    *out = (struct hw_misp_type){.first = kind_of(hw_span_cut(type, 0, bar))};
    out->context = hw_span_starts(type, "target-") || hw_span_is(type, "link");
    out->rule = hw_span_is(type, "yara")            ? "yara"
                : hw_span_is(type, "sigma")         ? "sigma"
                : hw_span_is(type, "stix2-pattern") ? "stix"
                                                    : NULL;
    if (hw_span_is(type, "malware-sample")) {
        *out =
            (struct hw_misp_type){.first = HW_LIST_FILENAME, .second = HW_LIST_MD5, .split = true};
    } else if (bar < type.n && !hw_span_is(type, "regkey|value")) {
        /* A port without its host is nothing to look for. */
        out->split = true;
        out->second = hw_span_is(second, "port") ? HW_LIST_NONE : kind_of(second);
    } else if (bar < type.n) {
        out->first = HW_LIST_OTHER;
    }
}
