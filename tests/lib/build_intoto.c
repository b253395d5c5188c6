/* SPDX-License-Identifier: Apache-2.0 */
#include "build_intoto.h"

#include "base/base64.h"

#define AB "abababababababababababababababababababababababababababababababab"
#define CD "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

void build_intoto_link(struct hw_buf *out)
{
    hw_buf_str(out, "{\"signed\":{\"_type\":\"link\",\"name\":\"package\","
                    "\"materials\":{\"foo.py\":{\"sha256\":\"" AB "\"}},"
                    "\"products\":{\"foo.tar.gz\":{\"sha256\":\"" AB "\",\"sha1\":\"" CD "\"}},"
                    "\"byproducts\":{},\"command\":[\"tar\"],\"environment\":{}},"
                    "\"signatures\":[{\"keyid\":\"d3ffd108\",\"sig\":\"00\"}]}");
}

#define MATERIALS                                                                                  \
    "[{\"uri\":\"git+https://example.org/r@refs/heads/main\",\"digest\":{\"gitCommit\":\"" CD      \
    "\"}},{\"uri\":\"pkg:npm/left@1.2.3\",\"digest\":{\"sha256\":\"" AB                            \
    "\",\"dirHash\":\"h1:x\"}}]"

void build_intoto_statement(struct hw_buf *out, unsigned slsa)
{
    hw_buf_printf(out,
                  "{\"_type\":\"https://in-toto.io/Statement/%s\",\"subject\":[{\"name\":"
                  "\"app\\u002etgz\",\"digest\":{\"sha256\":\"" AB "\"}}],\"predicateType\":"
                  "\"https://slsa.dev/provenance/%s\",\"predicate\":",
                  slsa == 0 ? "v0.1" : "v1", slsa == 0 ? "v0.2" : "v1");
    if (slsa == 0) {
        hw_buf_str(out,
                   "{\"builder\":{\"id\":\"https://builder.example/1\"},"
                   "\"buildType\":\"https://type.example\",\"metadata\":"
                   "{\"buildInvocationId\":\"7\",\"buildStartedOn\":\"2023-03-29T00:00:00Z\","
                   "\"buildFinishedOn\":\"2023-03-29T00:01:00Z\"},\"materials\":" MATERIALS "}}");
    } else {
        hw_buf_str(out, "{\"buildDefinition\":{\"buildType\":\"https://type.example\","
                        "\"resolvedDependencies\":" MATERIALS "},\"runDetails\":{\"builder\":"
                        "{\"id\":\"https://builder.example/1\"},\"metadata\":{\"invocationId\":"
                        "\"7\",\"startedOn\":\"2023-03-29T00:00:00Z\","
                        "\"finishedOn\":\"2023-03-29T00:01:00Z\"}}}}");
    }
}

void build_intoto_envelope(struct hw_buf *out, struct hw_span body, bool url)
{
    hw_buf_str(out, "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"");
    size_t from = out->n;
    hw_base64_put(out, body);
    for (size_t i = from; url && i < out->n; i++) {
        out->p[i] = out->p[i] == '+' ? '-' : out->p[i] == '/' ? '_' : out->p[i];
    }
    while (url && out->p[out->n - 1] == '=') {
        out->n--;
    }
    hw_buf_str(out, "\",\"signatures\":[{\"keyid\":\"776a00e2\",\"sig\":\"AAAA\"}]}");
}
