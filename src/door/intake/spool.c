/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/spool.c -- a record: u32 body length | u32 node | u32 kind | body, host order;
 * written and read by this process alone.
 */
#include "door/intake/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checked.h"
#include "door/intake/limits.h"

struct record {
    uint32_t n, node, kind;
};

void hw_spool_init(struct hw_spool *s)
{
    *s = (struct hw_spool){.fd = -1};
    hw_buf_init(&s->near, HW_SPOOL_MEMORY_BYTES + HW_FRAME_BYTES + sizeof(struct record));
}

void hw_spool_done(struct hw_spool *s)
{
    hw_buf_done(&s->near);
    if (s->fd >= 0) {
        (void)close(s->fd);
    }
    hw_spool_init(s);
}

/* A file nobody else can name; the system's own folder for such, whatever the environment says. */
static int open_file(struct hw_error *err)
{
    int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        fd = memfd_create("facts", MFD_CLOEXEC); /* no such folder here: memory, then */
    }
    return fd >= 0 ? fd : hw_fail(err, HW_E_IO, "file for facts: %s", strerror(errno));
}

static int file_away(struct hw_spool *s, struct hw_error *err)
{
    if (s->fd < 0) {
        int fd = open_file(err);
        if (fd < 0) {
            return fd;
        }
        s->fd = fd;
    }
    struct hw_span left = hw_buf_span(&s->near);
    while (left.n > 0) {
        ssize_t n = pwrite(s->fd, left.p, left.n, (off_t)s->filed_bytes);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            int code = errno == ENOSPC || errno == EDQUOT ? HW_E_SPACE : HW_E_IO;
            return hw_fail(err, code, "writing facts to %s: %s", P_tmpdir, strerror(errno));
        }
        left.p += n;
        left.n -= (size_t)n;
        s->filed_bytes += (uint64_t)n;
    }
    hw_buf_clear(&s->near);
    return HW_OK;
}

int hw_spool_put(struct hw_spool *s, const struct hw_frame *f, struct hw_error *err)
{
    struct record head = {.n = (uint32_t)f->body.n, .node = f->node, .kind = (uint32_t)f->kind};
    hw_buf_bytes(&s->near, &head, sizeof head);
    hw_buf_span_put(&s->near, f->body);
    if (!hw_buf_ok(&s->near)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for facts");
    }
    return s->near.n < HW_SPOOL_MEMORY_BYTES ? HW_OK : file_away(s, err);
}

static int walk(struct hw_span in, hw_frame_take take, void *state, struct hw_error *err)
{
    struct record head;
    while (in.n >= sizeof head) {
        memcpy(&head, in.p, sizeof head);
        in.p += sizeof head;
        in.n -= sizeof head;
        if (head.n > in.n) {
            break;
        }
        struct hw_frame f = {
            .kind = (enum hw_fact_kind)head.kind, .node = head.node, .body = {in.p, head.n}};
        int rc = take(state, &f, err);
        if (rc != HW_OK) {
            return rc;
        }
        in.p += head.n;
        in.n -= head.n;
    }
    return in.n == 0 ? HW_OK : hw_fail(err, HW_E_STATE, "the spool ends inside a fact");
}

int hw_spool_each(struct hw_spool *s, hw_frame_take take, void *state, struct hw_error *err)
{
    if (s->fd < 0) {
        return walk(hw_buf_span(&s->near), take, state, err);
    }
    size_t n;
    int rc = file_away(s, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (!hw_fit_size(s->filed_bytes, &n)) {
        return hw_fail(err, HW_E_LIMIT, "facts do not fit this machine");
    }
    void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (map == MAP_FAILED) {
        return hw_fail(err, HW_E_MEMORY, "facts cannot be mapped: %s", strerror(errno));
    }
    rc = walk((struct hw_span){map, n}, take, state, err);
    (void)munmap(map, n);
    return rc;
}
