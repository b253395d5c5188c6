/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/find.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void list(struct hw_cli *cli, const uint8_t sha256[32], struct hw_span path)
{
    char id[HW_ID_TEXT];
    struct hw_error ignored;
    if (cli->json && hw_artifact_id(sha256, id, &ignored) == HW_OK) {
        hw_buf_printf(&cli->out,
                      "{\"type\":\"entity\",\"schema\":1,\"id\":\"%s\","
                      "\"kind\":\"artifact\",",
                      id);
        hw_json_hex(&cli->out, "sha256", (struct hw_span){sha256, 32});
        hw_buf_char(&cli->out, ',');
        hw_json_text(&cli->out, "path", path);
        hw_buf_str(&cli->out, "}\n");
        return;
    }
    hw_buf_hex(&cli->out, (struct hw_span){sha256, 32});
    hw_buf_str(&cli->out, "  ");
    hw_cli_safe(cli, path);
    hw_buf_char(&cli->out, '\n');
}

/* One more that fits: the first is listed with the second. */
static void another(struct hw_cli *cli, const struct hw_place_found *first,
                    const struct hw_artifact_row *row, unsigned *different)
{
    if (*different == 0) {
        list(cli, first->sha256, first->path);
    }
    if ((*different)++ < LISTED) {
        list(cli, row->sha256, row->path);
    }
}

/* All artifacts the ask allows; the first is taken, others must be the same bytes. */
static int among(struct hw_cli *cli, const struct hw_artifact_ask *ask, const char *what,
                 struct hw_place_found *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_artifact_row row;
    unsigned found = 0, different = 0;
    size_t before = cli->out.n;
    int rc = hw_case_artifacts(cli->c, ask, &k, err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (ask->under.n > 0 && hw_span_equal(row.path, ask->under)) {
            /* The very path: a box is meant, not what lies in it. */
            cli->out.n = before;
            found = 1;
            different = 0;
            rc = take(cli, &row, out, err);
            break;
        }
        if (found++ == 0) {
            rc = take(cli, &row, out, err);
        } else if (memcmp(row.sha256, out->sha256, 32) != 0) {
            another(cli, out, &row, &different);
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && found == 0) {
        rc = hw_fail(err, HW_E_MISSING, "the case knows nothing by the name \"%.120s\"", what);
    }
    if (rc == HW_OK && different > 0) {
        rc = hw_cli_flush(cli, err);
        rc = rc != HW_OK ? rc
                         : hw_fail(err, HW_E_USAGE,
                                   "\"%.80s\" fits %u different files; they are "
                                   "listed: give more of it",
                                   what, different + 1);
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
        } else if (memcmp(art.sha256, out->sha256, 32) != 0) {
            another(cli, out, &art, &different);
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && found == 0) {
        rc = hw_fail(err, HW_E_MISSING, "the case knows nothing by the id %.24s", id);
    }
    if (rc == HW_OK && different > 0) {
        rc = hw_cli_flush(cli, err);
        rc = rc != HW_OK ? rc
                         : hw_fail(err, HW_E_USAGE,
                                   "%.24s fits several; they are listed: give more of it", id);
    }
    return rc;
}

struct hw_span hw_cli_full_path(struct hw_cli *cli, const char *what)
{
    struct hw_span given = hw_span_str(what);
    const char *inside = strstr(what, "!/");
    size_t n = inside == NULL || access(what, F_OK) == 0 ? given.n : (size_t)(inside - what);
    char *front = (char *)hw_arena_copy(cli->arena, hw_span_cut(given, 0, n));
    char *real = front == NULL ? NULL : realpath(front, NULL);
    if (real == NULL) {
        return given;
    }
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_str(&b, real);
    hw_buf_span_put(&b, hw_span_from(given, n));
    struct hw_span path = {hw_arena_copy(cli->arena, hw_buf_span(&b)), b.n};
    hw_buf_done(&b);
    free(real);
    return path.p == NULL ? given : path;
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
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true};
    if (is_hex(what)) {
        ask.hash_prefix = what;
    } else {
        ask.under = hw_cli_full_path(cli, what);
    }
    return among(cli, &ask, what, out, err);
}
