/* SPDX-License-Identifier: Apache-2.0 */
#include "build_eslogger.h"

void build_eslogger(struct hw_buf *b, enum build_eslogger how, unsigned seq, const char *event)
{
    const char *token = how == BUILD_ESLOGGER_ARRAY
                            ? "[501,0,0,501,20,412,100003,1034]"
                            : "{\"auid\":501,\"euid\":0,\"egid\":0,\"ruid\":501,\"rgid\":20,"
                              "\"pid\":412,\"asid\":100003,\"pidversion\":1034}";
    hw_buf_printf(b,
                  "{\"version\":7,\"schema_version\":1,\"time\":\"2023-03-13T06:31:00.123456789Z\","
                  "\"mach_time\":1000%u,\"seq_num\":1,\"%s\":%u,\"event_type\":9,"
                  "\"action\":{\"result\":{\"result_type\":0,\"result\":{\"auth\":0}}},"
                  "\"thread\":null,",
                  seq, how == BUILD_ESLOGGER_JAMF ? "glob_seq_num" : "global_seq_num", seq);
    if (how == BUILD_ESLOGGER_JAMF) {
        hw_buf_str(b, "\"host\":{\"hostname\":\"mac1\"},\"metadata\":{\"vendor\":\"Jamf\"},");
    }
    hw_buf_printf(b,
                  "\"process\":{\"audit_token\":%s,\"ppid\":1,\"start_time\":"
                  "\"2023-03-13T06:00:00.000000Z\",\"cdhash\":\"00AA\",\"signing_id\":"
                  "\"com.apple.zsh\",\"team_id\":null,\"executable\":{\"path\":\"/bin/zsh\"}},"
                  "\"event\":{%s}}\n",
                  token, event);
}
