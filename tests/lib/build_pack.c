/* SPDX-License-Identifier: Apache-2.0 */
#include "build_pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/ustar.h"
#include "trust/ed25519.h"
#include "trust/hash.h"

enum { MTIME = 1793491200 };

static void need(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void member(struct hw_buf *b, const char *name, struct hw_span bytes)
{
    uint8_t head[HW_USTAR_BLOCK];
    static const uint8_t zeros[HW_USTAR_BLOCK];
    need(hw_ustar_head(name, bytes.n, MTIME, head));
    hw_buf_bytes(b, head, sizeof head);
    hw_buf_span_put(b, bytes);
    hw_buf_bytes(b, zeros, (size_t)hw_ustar_pad(bytes.n));
}

void build_pack(struct hw_buf *b, const struct build_pack *p)
{
    static const uint8_t seed[HW_ED25519_KEY] = {7}, end[2 * HW_USTAR_BLOCK];
    uint8_t key[HW_ED25519_KEY], signature[HW_ED25519_SIGNATURE], hash[HW_HASH_BYTES];
    struct hw_buf list, name;
    hw_buf_init(&list, 1 << 20);
    hw_buf_init(&name, 200);
    need(hw_ed25519_public(seed, key));
    hw_buf_printf(&list, "%s\nmade %s\nkey ",
                  p->first_line == NULL ? "headwater-pack 1" : p->first_line,
                  p->made == NULL ? "2026-11-01T00:00:00Z" : p->made);
    hw_buf_hex(&list, (struct hw_span){key, sizeof key});
    hw_buf_char(&list, '\n');
    for (size_t i = 0; p->documents[i] != NULL; i++) {
        struct hw_span d = hw_span_str(p->documents[i]);
        need(hw_hash_one(HW_HASH_SHA256, d, hash));
        hw_buf_hex(&list, (struct hw_span){hash, 32});
        hw_buf_printf(&list, " %zu list-%zu.csv\n", d.n, i);
    }
    hw_buf_str(&list, p->list_more == NULL ? "" : p->list_more);
    need(hw_ed25519_sign(seed, hw_span_cut(hw_buf_span(&list), 0, list.n - p->sign_other),
                         signature));
    member(b, "headwater-pack", hw_buf_span(&list));
    member(b, "headwater-pack.sig", (struct hw_span){signature, sizeof signature});
    for (size_t i = 0; p->documents[i] != NULL; i++) {
        struct hw_span d = hw_span_str(p->documents[i]);
        if (p->leave_out && p->documents[i + 1] == NULL) {
            continue;
        }
        need(hw_hash_one(HW_HASH_SHA256, d, hash));
        hw_buf_clear(&name);
        hw_buf_str(&name, "knowledge/");
        hw_buf_hex(&name, (struct hw_span){hash, 32});
        size_t at = b->n + HW_USTAR_BLOCK;
        member(b, hw_buf_text(&name), d);
        b->p[at] ^= p->documents_change == i + 1;
    }
    hw_buf_bytes(b, end, sizeof end);
    hw_buf_done(&list);
    hw_buf_done(&name);
}
