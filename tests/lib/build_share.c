/* SPDX-License-Identifier: Apache-2.0 */
#include "build_share.h"

#include <stdlib.h>

#include "base/text.h"
#include "fact/share.h"
#include "trust/ed25519.h"

#define DLL "abababababababababababababababababababababababababababababababab"

const char build_share_head[] =
    HW_SHARE_BEGINS "2024-06-01T00:00:00Z\",\"by\":\"Maker\",\"contact\":\"soc@maker.example\","
                    "\"to\":\"beta\",\"id\":\"bundle-0123456789ab\",\"times\":\"minute\","
                    "\"tool\":\"test\",\"target\":3}\n";
const char build_share_lines[] =
    "{\"type\":\"end\",\"n\":1,\"kind\":\"process\",\"key\":\"thing-000000000001\",\"name\":"
    "\"agent.exe (pid 100)\",\"host\":\"host-0123456789ab\",\"org\":\"Maker\"}\n"
    "{\"type\":\"end\",\"n\":2,\"kind\":\"file\",\"key\":\"thing-000000000002\",\"name\":"
    "\"c:\\\\build\\\\lib.dll\",\"host\":\"host-0123456789ab\",\"org\":\"Maker\"}\n"
    "{\"type\":\"end\",\"n\":3,\"kind\":\"artifact\",\"key\":\"" DLL "\"}\n"
    "{\"type\":\"step\",\"from\":1,\"verb\":\"wrote\",\"to\":2,\"lo\":\"2024-05-02T08:00:00Z\","
    "\"hi\":\"2024-05-02T08:01:00Z\",\"class\":\"observed\",\"part\":\"way\",\"evidence\":\"" DLL
    ":7\"}\n"
    "{\"type\":\"step\",\"from\":2,\"verb\":\"is\",\"to\":3,\"lo\":\"2024-05-02T08:00:00Z\","
    "\"hi\":\"2024-05-02T08:01:00Z\",\"class\":\"keyed\",\"part\":\"way\",\"why\":"
    "\"the same bytes, by hash\"}\n"
    "{\"type\":\"crossing\",\"over\":3,\"from_org\":\"Maker\",\"to_org\":\"beta\",\"release\":"
    "\"app 1.0\"}\n"
    "{\"type\":\"root\",\"at\":1,\"observed\":false}\n";

static void need(bool ok)
{
    if (!ok) {
        abort();
    }
}

void build_share_around(struct hw_buf *b, struct hw_span body, uint8_t seed_byte)
{
    const uint8_t seed[HW_ED25519_KEY] = {seed_byte};
    uint8_t key[HW_ED25519_KEY], signature[HW_ED25519_SIGNATURE];
    need(hw_ed25519_public(seed, key) && hw_ed25519_sign(seed, body, signature));
    hw_buf_span_put(b, body);
    hw_share_close(b, key, signature);
}

void build_share(struct hw_buf *b, const struct build_share *s)
{
    struct hw_buf body;
    hw_buf_init(&body, HW_SHARE_BYTES);
    hw_buf_str(&body, s->head == NULL ? build_share_head : s->head);
    hw_buf_str(&body, s->lines == NULL ? build_share_lines : s->lines);
    build_share_around(b, hw_buf_span(&body), s->seed);
    if (s->sign_other) {
        b->p[sizeof HW_SHARE_BEGINS] ^= 1;
    }
    hw_buf_done(&body);
}
