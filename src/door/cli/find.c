/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/find.h"

#include <string.h>

#include "case/cursor.h"
#include "fact/id.h"

enum { LISTED = 20 };

static bool is_hex(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        bool hex = hw_ascii_is_digit((uint8_t)s[i]) || (s[i] >= 'a' && s[i] <= 'f');
        if (!hex) {
            return false;
        }
    }
    return n >= 4 && n <= 64;
}

static int take(struct hw_cli *cli, const struct hw_artifact_row *row, struct hw_place_found *out,
                struct hw_error *err)
{
    memcpy(out->evidence, row->evidence, 32);
    memcpy(out->sha256, row->sha256, 32);
    out->node = row->node;
    out->reading = row->reading;
    out->path = (struct hw_span){hw_arena_copy(cli->arena, row->path), row->path.n};
    return out->path.p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a path") : HW_OK;
}

static void list(struct hw_cli *cli, const struct hw_artifact_row *row)
{
    hw_buf_hex(&cli->out, (struct hw_span){row->sha256, 32});
    hw_buf_str(&cli->out, "  ");
    hw_cli_safe(cli, row->path);
    hw_buf_char(&cli->out, '\n');
}

/* All artifacts the ask allows; the first is taken, others must be the same bytes. */
static int among(struct hw_cli *cli, const struct hw_artifact_ask *ask, const char *what,
                 struct hw_place_found *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_artifact_row row;
    unsigned found = 0, different = 0;
    int rc = hw_case_artifacts(cli->c, ask, &k, err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (found++ == 0) {
            rc = take(cli, &row, out, err);
        } else if (memcmp(row.sha256, out->sha256, 32) != 0 && different++ < LISTED) {
            list(cli, &row);
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && found == 0) {
        rc = hw_fail(err, HW_E_MISSING, "the case knows nothing by the name \"%.120s\"", what);
    }
    if (rc == HW_OK && different > 0) {
        rc = hw_cli_flush(cli, err);
        rc = rc != HW_OK ? rc : hw_fail(err, HW_E_USAGE, "\"%.80s\" fits %u different files; the others are listed: "
                                      "give more of it", what, different + 1);
    }
    return rc;
}

static int by_entity(struct hw_cli *cli, const char *id, struct hw_place_found *out,
                     struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    struct hw_artifact_row art;
    unsigned found = 0, different = 0;
    int rc = hw_case_marked(cli->c, HW_MARK_ENTITY, id + 2, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = hw_case_artifact_get(cli->c, row.reading, row.node, &art, err);
        if (rc != 1) {
            rc = rc < 0 ? rc : hw_fail(err, HW_E_CASE, "a fact without its artifact");
            break;
        }
        rc = HW_OK;
        if (found++ == 0) {
            rc = take(cli, &art, out, err);
        } else if (memcmp(art.sha256, out->sha256, 32) != 0 && different++ < LISTED) {
            list(cli, &art);
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && found == 0) {
        rc = hw_fail(err, HW_E_MISSING, "the case knows nothing by the id %.24s", id);
    }
    if (rc == HW_OK && different > 0) {
        rc = hw_cli_flush(cli, err);
        rc = rc != HW_OK ? rc : hw_fail(err, HW_E_USAGE, "%.24s fits several; they are listed: give more of it", id);
    }
    return rc;
}

int hw_cli_find(struct hw_cli *cli, const char *what, struct hw_place_found *out,
                struct hw_error *err)
{
    *out = (struct hw_place_found){.node = 0};
    if (hw_id_is(what) && what[0] == 'e') {
        return by_entity(cli, what, out, err);
    }
    if (strncmp(what, "artifact:", 9) == 0) {
        what += 9;
    }
    struct hw_artifact_ask ask = {.ever = true};
    if (is_hex(what)) {
        ask.hash_prefix = what;
    } else {
        ask.under = hw_span_str(what);
    }
    return among(cli, &ask, what, out, err);
}
