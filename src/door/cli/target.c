/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/target.c -- what stands for a target on the command line: a file here, by its path or
 * its bytes, or anything that records know.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ask/trace.h"
#include "base/digest.h"
#include "base/file.h"
#include "door/cli/cli.h"
#include "door/cli/find.h"

/* A path that begins so and exists here is that file; any other is a path as a log has it. */
static bool is_here(const char *what)
{
    return (what[0] == '/' || strncmp(what, "./", 2) == 0) && access(what, F_OK) == 0;
}

/* SHA-256 of a file here, in hex and in the command's arena. */
static int hash_here(struct hw_cli *cli, const char *path, struct hw_span *out,
                     struct hw_error *err)
{
    int fd = -1;
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    int rc = d == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to read a file")
                       : hw_file_open(AT_FDCWD, path, &fd, NULL, err);
    rc = rc != HW_OK ? rc : hw_file_digest(fd, d, NULL, err);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_buf b;
    hw_buf_init(&b, 256);
    hw_buf_hex(&b, hw_digests_get(d, HW_DIGEST_SHA256));
    *out = (struct hw_span){hw_arena_copy(cli->arena, hw_buf_span(&b)), b.n};
    hw_buf_done(&b);
    return out->p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a hash") : HW_OK;
}

int hw_cli_with_target(struct hw_cli *cli, const char *what, hw_cli_try *try, void *state,
                       struct hw_error *err)
{
    struct hw_error not_by_path;
    struct hw_span hash;
    if (!is_here(what)) {
        return try(state, hw_span_str(what), err);
    }
    int rc = try(state, hw_cli_full_path(cli, what), &not_by_path);
    if (rc != HW_E_MISSING) {
        *err = not_by_path;
        return rc;
    }
    rc = hash_here(cli, what, &hash, err);
    rc = rc != HW_OK ? rc : try(state, hash, err);
    if (rc == HW_E_MISSING) {
        *err = not_by_path;
    }
    return rc;
}

enum { LISTED = 40 };

int hw_cli_say_several(struct hw_cli *cli, const struct hw_target_list *l, struct hw_error *err)
{
    HW_AUTO(hw_walk) *w = NULL;
    int rc = HW_OK;
    if (!cli->json) {
        hw_buf_span_put(&cli->out, l->says);
        return hw_cli_flush(cli, err);
    }
    rc = hw_walk_new(cli->c, &w, err);
    for (size_t i = 0; i < l->count && i < LISTED && rc == HW_OK; i++) {
        struct hw_thing t;
        rc = hw_walk_thing(w, l->p[i], &t, err);
        if (rc == HW_OK) {
            hw_buf_str(&cli->out, "{\"type\":\"thing\",\"schema\":1,\"id\":\"e-");
            hw_buf_hex(&cli->out, (struct hw_span){t.id, HW_ID_BYTES});
            hw_buf_printf(&cli->out, "\",\"kind\":\"%s\",", hw_entity_word(t.kind));
            hw_json_text(&cli->out, "key", t.key);
            hw_buf_char(&cli->out, ',');
            hw_json_text(&cli->out, "name", t.name);
            hw_buf_str(&cli->out, "}\n");
        }
    }
    return rc != HW_OK ? rc : hw_cli_flush(cli, err);
}
