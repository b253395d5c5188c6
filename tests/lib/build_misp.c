/* SPDX-License-Identifier: Apache-2.0 */
#include "build_misp.h"

void build_misp(struct hw_buf *out, const char *attributes, const char *objects,
                enum build_misp_as as)
{
    static const char *const before[BUILD_MISP_COUNT] = {"", "{\"response\":[", "["};
    static const char *const behind[BUILD_MISP_COUNT] = {"\n", "]}", "]"};
    hw_buf_str(out, before[as]);
    hw_buf_printf(out,
                  "{\"Event\":{\"id\":\"7\",\"orgc_id\":\"2\",\"date\":\"2023-04-20\","
                  "\"threat_level_id\":\"1\",\"info\":\"A trojan in an update\",\"published\":true,"
                  "\"uuid\":\"72f7a401-5a65-4977-8f43-4c34dda37b2f\",\"timestamp\":\"1681983000\","
                  "\"Org\":{\"id\":\"9\",\"name\":\"Receiver\"},"
                  "\"Orgc\":{\"id\":\"2\",\"name\":\"Maker\"},"
                  "\"Attribute\":[%s],\"ShadowAttribute\":[],\"Object\":[%s],"
                  "\"Galaxy\":[{\"name\":\"Threat Actor\",\"GalaxyCluster\":[{\"value\":"
                  "\"Some Group\"}]}],"
                  "\"Tag\":[{\"name\":\"tlp:white\"},{\"name\":\"type:OSINT\"}]}}",
                  attributes, objects);
    hw_buf_str(out, behind[as]);
}

void build_misp_attribute(struct hw_buf *out, const char *type, const char *value, bool to_ids,
                          const char *more)
{
    hw_buf_printf(out,
                  "%s{\"type\":\"%s\",\"category\":\"Payload delivery\",\"to_ids\":%s,"
                  "\"uuid\":\"59f0a3c1-0000-4000-8000-%012u\",\"timestamp\":\"1681983100\","
                  "\"value\":\"%s\"%s}",
                  out->n > 0 ? "," : "", type, to_ids ? "true" : "false", (unsigned)out->n, value,
                  more);
}

void build_misp_manifest(struct hw_buf *out)
{
    hw_buf_str(out, "{\"72f7a401-5a65-4977-8f43-4c34dda37b2f\":{\"Orgc\":{\"name\":\"Maker\"},"
                    "\"Tag\":[],\"info\":\"A trojan in an update\",\"date\":\"2023-04-20\","
                    "\"analysis\":\"2\",\"threat_level_id\":\"1\",\"timestamp\":\"1681983000\"},"
                    "\"5be1e65d-8198-497b-bdf5-5ec20a016219\":{\"Orgc\":{\"name\":\"Other\"},"
                    "\"Tag\":[],\"info\":\"Another\",\"date\":\"2018-11-06\","
                    "\"timestamp\":\"1542728551\"}}");
}
