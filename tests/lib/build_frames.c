/* SPDX-License-Identifier: Apache-2.0 */
#include "build_frames.h"

#include <stdlib.h>
#include <string.h>

#include "door/worker/protocol.h"
#include "fact/fact.h"

static void add(struct hw_buf *out, const struct hw_fact *f)
{
    struct hw_error err;
    if (hw_fact_encode(f, out, &err) != HW_OK) {
        abort(); /* the builder is wrong, not what it builds */
    }
}

struct hw_outer hw_frames_outer(void)
{
    struct hw_outer o;
    memset(o.sha256, 0xa5, sizeof o.sha256);
    memset(o.sha1, 0x5a, sizeof o.sha1);
    memset(o.md5, 0x3c, sizeof o.md5);
    return o;
}

void hw_frames_begin(struct hw_buf *out, uint64_t job)
{
    struct hw_fact f;
    hw_fact_init(&f, HW_FACT_BEGIN);
    hw_fact_u64(&f, HW_BEGIN_VERSION, HW_PROTOCOL_VERSION);
    hw_fact_u64(&f, HW_BEGIN_JOB, job);
    add(out, &f);
}

void hw_frames_artifact(struct hw_buf *out, uint64_t node, uint64_t parent, uint64_t size,
                        const struct hw_outer *outer)
{
    struct hw_outer o = outer == NULL ? hw_frames_outer() : *outer;
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_ARTIFACT, node);
    if (parent != UINT64_MAX) {
        hw_fact_u64(&f, HW_ARTIFACT_PARENT, parent);
    }
    hw_fact_u64(&f, HW_ARTIFACT_SIZE, size);
    hw_fact_span(&f, HW_ARTIFACT_SHA256, (struct hw_span){o.sha256, sizeof o.sha256});
    hw_fact_span(&f, HW_ARTIFACT_SHA1, (struct hw_span){o.sha1, sizeof o.sha1});
    hw_fact_span(&f, HW_ARTIFACT_MD5, (struct hw_span){o.md5, sizeof o.md5});
    hw_fact_str(&f, HW_ARTIFACT_FORMAT, "unknown");
    hw_fact_u64(&f, HW_ARTIFACT_BITS, 0);
    add(out, &f);
}

void hw_frames_property(struct hw_buf *out, uint64_t node, const char *key, uint64_t value)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PROPERTY, node);
    hw_fact_str(&f, HW_PROPERTY_KEY, key);
    hw_fact_u64(&f, HW_PROPERTY_NUMBER, value);
    add(out, &f);
}

void hw_frames_end(struct hw_buf *out, uint64_t facts, uint64_t nodes)
{
    struct hw_fact f;
    hw_fact_init(&f, HW_FACT_END);
    hw_fact_u64(&f, HW_END_FACTS, facts);
    hw_fact_u64(&f, HW_END_NODES, nodes);
    add(out, &f);
}

void hw_frames_raw(struct hw_buf *out, uint16_t kind, const void *body, size_t n)
{
    hw_buf_u32le(out, (uint32_t)(n + 2));
    hw_buf_u16le(out, kind);
    hw_buf_bytes(out, body, n);
}
