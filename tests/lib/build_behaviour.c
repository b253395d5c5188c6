/* SPDX-License-Identifier: Apache-2.0 */
#include "build_behaviour.h"

/* clang-format off */
#define U "00000000-0000-4000-8000-00000000000"
#define TIMES "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2023-04-01T00:00:00.000Z\""
#define MAKER "\"created_by_ref\":\"identity--" U "1\","
#define REFERENCES "\"external_references\":["
#define ATTACK "{\"source_name\":\"mitre-attack\",\"url\":\"x\",\"external_id\":"

#define GROUP "\"intrusion-set--" U "2\""
#define OLD "\"intrusion-set--" U "3\""
#define CAMPAIGN "\"campaign--" U "4\""
#define PHISH "\"attack-pattern--" U "5\""
#define SPEAR "\"attack-pattern--" U "6\""
#define RETIRED "\"attack-pattern--" U "7\""
#define BAD "\"malware--" U "8\""
#define RELATION "{\"type\":\"relationship\"," MAKER TIMES ",\"id\":\"relationship--" U
#define SAYS "\",\"relationship_type\":"
#define FROM ",\"source_ref\":"
#define TO ",\"target_ref\":"

const char build_attack[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--" U "0\",\"spec_version\":\"2.0\",\"objects\":["
    RELATION "a" SAYS "\"uses\"" FROM GROUP TO SPEAR "," REFERENCES
        "{\"source_name\":\"Lab Two 2022\",\"description\":"
        "\"Doe, J. (2022, September 8). Two. Retrieved (2023).\"},"
        "{\"source_name\":\"Lab One 2021\",\"description\":\"Lab (One). (2021). A.\"}]},"
    RELATION "b" SAYS "\"uses\"" FROM CAMPAIGN TO BAD "," REFERENCES "]},"
    RELATION "c" SAYS "\"attributed-to\"" FROM CAMPAIGN TO GROUP ",\"x_mitre_deprecated\":false},"
    RELATION "d" SAYS "\"revoked-by\"" FROM OLD TO GROUP "},"
    RELATION "e" SAYS "\"subtechnique-of\"" FROM SPEAR TO PHISH "},"
    RELATION "f" SAYS "\"uses\"" FROM GROUP TO RETIRED "},"
    RELATION "0" SAYS "\"mitigates\"" FROM "\"course-of-action--" U "0\"" TO PHISH "},"
    "{\"type\":\"identity\",\"id\":\"identity--" U "1\",\"name\":\"The Maker\"},"
    "{\"type\":\"intrusion-set\",\"id\":" GROUP ",\"name\":\"Quiet Heron\"," MAKER TIMES
        ",\"aliases\":[\"Quiet Heron\",\"GROUP-7\"],\"revoked\":false," REFERENCES
        ATTACK "\"G9001\"},{\"source_name\":\"GROUP-7\",\"description\":"
        "\"(Citation: Lab One 2021)(Citation: Lab Three)\"},{\"source_name\":\"Lab One 2021\","
        "\"description\":\"Lab. (2021, May). A.\"},"
        "{\"source_name\":\"Lab Three\",\"description\":\"n.d.\"}]},"
    "{\"type\":\"intrusion-set\",\"id\":" OLD ",\"name\":\"Old Heron\",\"revoked\":true," TIMES ","
        REFERENCES ATTACK "\"G9000\"}]},"
    "{\"type\":\"campaign\",\"id\":" CAMPAIGN ",\"name\":\"Long Wade\"," TIMES
        ",\"aliases\":[\"Long Wade\"],\"first_seen\":\"2022-05-01T00:00:00.000Z\","
        "\"last_seen\":\"2022-06-01T00:00:00.000Z\"," REFERENCES ATTACK "\"C9001\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":" PHISH ",\"name\":\"Phishing\"," TIMES "," REFERENCES
        "{\"source_name\":\"capec\",\"external_id\":\"CAPEC-1\"}," ATTACK "\"T1566\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":" SPEAR ",\"name\":\"Link \\u0026 Lure\"," TIMES
        ",\"x_mitre_is_subtechnique\":true," REFERENCES ATTACK "\"T1566.002\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":" RETIRED ",\"name\":\"Gone\"," TIMES
        ",\"x_mitre_deprecated\":true," REFERENCES ATTACK "\"T1063\"}]},"
    "{\"type\":\"malware\",\"id\":" BAD ",\"name\":\"WADER\"," TIMES
        ",\"x_mitre_aliases\":[\"WADER\",\"Wade\"]," REFERENCES ATTACK "\"S9001\"}]}]}";

const char build_galaxy[] =
    "{\"authors\":[\"A\"],\"category\":\"actor\",\"description\":\"d\",\"name\":\"Threat Actor\","
    "\"source\":\"MISP Project\",\"type\":\"threat-actor\",\"uuid\":\"" U "0\",\"values\":["
    "{\"description\":\"d\",\"meta\":{\"country\":\"XX\",\"attribution-confidence\":\"50\","
        "\"synonyms\":[\"GROUP-7\",\"Grey Heron\",\"Quiet Heron\"],"
        "\"name-attribution\":[\"GROUP-7:" U "9\"],\"refs\":[\"https://a.example/\"]},"
        "\"related\":[{\"dest-uuid\":\"" U "3\",\"tags\":"
        "[\"estimative-language:likelihood-probability=\\\"likely\\\"\"],\"type\":\"similar\"},"
        "{\"dest-uuid\":\"" U "8\",\"tags\":[],\"type\":\"uses\"},"
        "{\"dest-uuid\":\"" U "8\",\"type\":\"targets\"}],"
        "\"uuid\":\"" U "2\",\"value\":\"Quiet Heron\"},"
    "{\"meta\":{\"external_id\":\"G9000\"},\"uuid\":\"" U "3\",\"value\":\"Old Heron\"},"
    "{\"revoked\":true,\"uuid\":\"" U "4\",\"value\":\"Gone Heron\"}],\"version\":7}";
/* clang-format on */

void build_attack_many(struct hw_buf *out, unsigned groups, unsigned techniques, unsigned uses,
                       unsigned words)
{
    hw_buf_str(out, "{\"type\":\"bundle\",\"id\":\"bundle--" U "0\",\"objects\":[");
    for (unsigned g = 0; g < groups; g++) {
        for (unsigned i = 0; i < uses; i++) {
            hw_buf_printf(out,
                          "{\"type\":\"relationship\",\"id\":\"relationship--%08x-0000-4000-8000-"
                          "%012x\"," MAKER TIMES ",\"relationship_type\":\"uses\",\"source_ref\":"
                          "\"intrusion-set--00000000-0000-4000-8000-%012x\",\"target_ref\":"
                          "\"attack-pattern--00000000-0000-4000-8000-%012x\","
                          "\"external_references\":[{\"source_name\":\"Lab %u\",\"description\":"
                          "\"Lab. (2021, May 3).\"}],\"description\":\"",
                          i, g, g, (g * 7 + i * 13) % techniques, g % 50);
            for (unsigned k = 0; k < words; k++) {
                hw_buf_char(out, (char)('a' + k % 26));
            }
            hw_buf_str(out, "\"},");
        }
    }
    for (unsigned g = 0; g < groups; g++) {
        hw_buf_printf(out,
                      "{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--00000000-0000-4000-8000-"
                      "%012x\",\"name\":\"Group %u\"," TIMES ",\"external_references\":["
                      "{\"source_name\":\"mitre-attack\",\"external_id\":\"G%04u\"}]},",
                      g, g, g);
    }
    for (unsigned i = 0; i < techniques; i++) {
        hw_buf_printf(out,
                      "%s{\"type\":\"attack-pattern\",\"id\":\"attack-pattern--00000000-0000-4000-"
                      "8000-%012x\",\"name\":\"Technique %u\"," TIMES ",\"external_references\":["
                      "{\"source_name\":\"mitre-attack\",\"external_id\":\"T%04u\"}]}",
                      i == 0 ? "" : ",", i, i, i);
    }
    hw_buf_str(out, "]}");
}
