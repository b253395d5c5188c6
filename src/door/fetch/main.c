/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/fetch/main.c -- headwater-fetch: started by headwater alone, never by hand; the only program
 * of the house with a network.
 *
 * It reads no case and no evidence, and it parses nothing of what it fetches. Before the first byte
 * of the peer's comes in it has resolved the peer's name, given up its user where that was root,
 * and closed itself in (base/cage.h).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cage.h"
#include "door/fetch/http.h"

enum { EXIT_BROKEN = 2 };

static bool tell(const void *msg, size_t n)
{
    for (;;) {
        ssize_t sent = send(HW_FETCH_CONTROL_FD, msg, n, MSG_NOSIGNAL);
        if (sent >= 0 || errno != EINTR) {
            return sent == (ssize_t)n;
        }
    }
}

/* One message of exactly n bytes with at most two descriptors; *out_fds: how many came. */
static bool hear(void *msg, size_t n, int fds[2], unsigned *out_fds)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {.room = {0}};
    struct iovec v = {.iov_base = msg, .iov_len = n};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.room,
                       .msg_controllen = sizeof control.room};
    ssize_t got;
    do {
        got = recvmsg(HW_FETCH_CONTROL_FD, &m, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    *out_fds = 0;
    const struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    if (h != NULL && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS) {
        *out_fds = (unsigned)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(h), *out_fds * sizeof(int));
    }
    return got == (ssize_t)n && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
}

static int open_up(const struct hw_fetch_open *o, struct hw_http **out, struct hw_error *err)
{
    struct hw_fetch_ready ready = {.kind = HW_FETCH_READY, .version = HW_FETCH_VERSION};
    struct hw_cage_state cage = {0, 0};
    uint16_t port = 0;
    int rc = o->version == HW_FETCH_VERSION
                 ? hw_http_new(o, HW_FETCH_CA_FD, out, &port, err)
                 : hw_fail(err, HW_E_PEER, "headwater is of another version");
    (void)close(HW_FETCH_CA_FD);
    rc = rc != HW_OK ? rc : hw_cage_enter_net(port, o->max_bytes, &cage, err);
    ready.landlock_abi = cage.landlock_abi;
    ready.uid = cage.uid;
    ready.code = rc;
    if (rc != HW_OK) {
        (void)snprintf(ready.refusal, sizeof ready.refusal, "%.*s", (int)sizeof ready.refusal - 1,
                       err->text);
    }
    return tell(&ready, sizeof ready) ? rc : HW_E_PEER;
}

static int serve(void)
{
    static struct hw_fetch_open open;
    static struct hw_fetch_ask ask;
    static struct hw_fetch_answer answer;
    struct hw_http *http = NULL;
    struct hw_error err = {.code = HW_OK};
    unsigned count = 0;
    int fds[2];
    /* Whoever started us is the only reason to be here. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || !hear(&open, sizeof open, fds, &count) ||
        count != 0 || open.kind != HW_FETCH_OPEN) {
        return EXIT_BROKEN;
    }
    open.url[sizeof open.url - 1] = open.header[sizeof open.header - 1] = 0;
    if (hw_cage_descriptors(HW_FETCH_CA_FD + 1, &err) != HW_OK ||
        open_up(&open, &http, &err) != HW_OK) {
        hw_http_free(http);
        return EXIT_BROKEN;
    }
    while (hear(&ask, sizeof ask, fds, &count) && count >= 1 && ask.kind == HW_FETCH_ASK) {
        ask.url[sizeof ask.url - 1] = ask.accept[sizeof ask.accept - 1] = 0;
        ask.type[sizeof ask.type - 1] = ask.etag[sizeof ask.etag - 1] = 0;
        ask.modified[sizeof ask.modified - 1] = 0;
        hw_http_ask(http, &ask, fds[count - 1], count == 2 ? fds[0] : -1, &answer);
        for (unsigned i = 0; i < count; i++) {
            (void)close(fds[i]);
        }
        if (!tell(&answer, sizeof answer)) {
            break;
        }
    }
    hw_http_free(http);
    return 0;
}

int main(void)
{
    int type = 0;
    socklen_t n = sizeof type;
    if (getsockopt(HW_FETCH_CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &n) != 0 ||
        type != SOCK_SEQPACKET) {
        (void)fputs("headwater-fetch: this program is started by headwater\n", stderr);
        return EXIT_BROKEN;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return serve();
}
