/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/fetcher.c -- the asking end of door/fetch/protocol.h.
 */
#include "door/feed/fetcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "door/fetch/protocol.h"
#include "door/intake/spawn.h"

enum {
    READY_MS = 30000, /* a name has to be resolved meanwhile */
    GRACE_MS = 10000, /* beyond the time a page may take */
    AUTH_BYTES = 4096,
};
static const char CA_SYSTEM[] = "/etc/ssl/certs/ca-certificates.crt";

struct hw_fetcher {
    struct hw_spawned program;
    uint32_t seconds;
};

int hw_memory_file(const char *name, struct hw_error *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd >= 0 ? fd : hw_fail(err, HW_E_IO, "memory file: %s", strerror(errno));
}

int hw_memory_seal(int fd, struct hw_error *err)
{
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    return fcntl(fd, F_ADD_SEALS, seals) == 0
               ? HW_OK
               : hw_fail(err, HW_E_PEER, "what was fetched is still held open: %s",
                         strerror(errno));
}

int hw_memory_put(int fd, struct hw_span s, struct hw_error *err)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return hw_fail(err, HW_E_SPACE, "memory file: %s", strerror(errno));
        }
        s.p += n;
        s.n -= (size_t)n;
    }
    return HW_OK;
}

/* "header NAME: VALUE" or "basic NAME:PASSWORD", in a file that nobody else can read. */
static int read_auth(const char *path, char out[2048], struct hw_error *err)
{
    struct hw_file_id id;
    struct hw_buf text, line;
    int rc = hw_file_look(AT_FDCWD, path, &id, err);
    if (rc == HW_OK && (id.mode & (S_IRWXG | S_IRWXO)) != 0) {
        rc = hw_fail(err, HW_E_USAGE, "others can read it: chmod 600");
    }
    hw_buf_init(&text, AUTH_BYTES);
    hw_buf_init(&line, AUTH_BYTES);
    rc = rc != HW_OK ? rc : hw_file_slurp(AT_FDCWD, path, AUTH_BYTES, &text, err);
    struct hw_span s = hw_span_trim(hw_buf_span(&text));
    bool plain = true;
    for (size_t i = 0; i < s.n; i++) {
        plain = plain && s.p[i] >= ' ' && s.p[i] != 127;
    }
    static const char basic[] = "basic ", header[] = "header ";
    if (rc == HW_OK && plain && hw_span_starts(s, basic)) {
        hw_buf_str(&line, "Authorization: Basic ");
        hw_base64_put(&line, hw_span_trim(hw_span_from(s, sizeof basic - 1)));
    } else if (rc == HW_OK && plain && hw_span_starts(s, header) && hw_span_find(s, ':') < s.n) {
        hw_buf_span_put(&line, hw_span_trim(hw_span_from(s, sizeof header - 1)));
    } else if (rc == HW_OK) {
        rc = hw_fail(err, HW_E_USAGE,
                     "it must be one line, \"header NAME: VALUE\" or \"basic NAME:PASSWORD\"");
    }
    if (rc == HW_OK && (!hw_buf_ok(&line) || line.n >= 2048)) {
        rc = hw_fail(err, HW_E_LIMIT, "it is too long");
    }
    if (rc == HW_OK) {
        memcpy(out, line.p, line.n);
        out[line.n] = 0;
    }
    hw_buf_done(&text);
    hw_buf_done(&line);
    return rc != HW_OK ? hw_blame(err, rc, "--feed-auth %.100s: ", path) : HW_OK;
}

static int send_message(int control, const void *msg, size_t n, const int *fds, unsigned count,
                        struct hw_error *err)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } c = {.room = {0}};
    struct iovec v = {.iov_base = (void *)(uintptr_t)msg, .iov_len = n};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    if (count > 0) {
        m.msg_control = c.room;
        m.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(h), fds, count * sizeof(int));
    }
    ssize_t sent;
    do {
        sent = sendmsg(control, &m, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n ? HW_OK
                              : hw_fail(err, HW_E_PEER, "headwater-fetch has left unexpectedly");
}

static int receive(int control, void *msg, size_t n, int ms, struct hw_error *err)
{
    struct pollfd p = {.fd = control, .events = POLLIN};
    int ready = poll(&p, 1, ms);
    if (ready < 0 && errno == EINTR) {
        return hw_fail(err, HW_E_STOPPED, "stopped");
    }
    if (ready <= 0) {
        return hw_fail(err, HW_E_PEER, "headwater-fetch does not answer");
    }
    return recv(control, msg, n, MSG_DONTWAIT | MSG_TRUNC) == (ssize_t)n
               ? HW_OK
               : hw_fail(err, HW_E_PEER, "headwater-fetch has left unexpectedly");
}

static int await_ready(const struct hw_fetcher *f, struct hw_error *err)
{
    struct hw_fetch_ready r;
    int rc = receive(f->program.control, &r, sizeof r, READY_MS, err);
    if (rc == HW_OK && (r.kind != HW_FETCH_READY || r.version != HW_FETCH_VERSION)) {
        rc = hw_fail(err, HW_E_PEER, "headwater-fetch is of another version");
    }
    r.refusal[sizeof r.refusal - 1] = 0;
    if (rc == HW_OK && r.refusal[0] != 0) {
        int code =
            r.code == HW_E_USAGE || r.code == HW_E_IO || r.code == HW_E_LIMIT ? r.code : HW_E_CAGE;
        rc = hw_fail(err, code, "%s", r.refusal);
    }
    return rc;
}

int hw_fetcher_open(const struct hw_fetcher_options *o, const char *url, struct hw_fetcher **out,
                    struct hw_error *err)
{
    struct hw_fetch_open open = {.kind = HW_FETCH_OPEN, .version = HW_FETCH_VERSION};
    open.max_bytes = o->max_bytes == 0 ? HW_FETCH_MAX_BYTES : o->max_bytes;
    open.total_s = o->seconds == 0 ? HW_FETCH_SECONDS : o->seconds;
    open.connect_s = open.total_s < HW_FETCH_CONNECT_S ? open.total_s : HW_FETCH_CONNECT_S;
    open.stall_s = o->stall_s == 0 ? HW_FETCH_STALL_S : o->stall_s;
    if (strlen(url) >= sizeof open.url) {
        return hw_fail(err, HW_E_USAGE, "a URL of more than %d bytes", HW_FETCH_URL_BYTES - 1);
    }
    (void)snprintf(open.url, sizeof open.url, "%s", url);
    int ca = -1, rc = o->auth == NULL ? HW_OK : read_auth(o->auth, open.header, err);
    const char *ca_path = o->ca == NULL ? CA_SYSTEM : o->ca;
    if (rc == HW_OK) {
        ca = openat(AT_FDCWD, ca_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        rc = ca >= 0 ? HW_OK
                     : hw_fail(err, HW_E_USAGE,
                               "certificates of who may vouch for a feed, %.100s: %s: name a file "
                               "with --ca",
                               ca_path, strerror(errno));
    }
    struct hw_fetcher *f = rc == HW_OK ? calloc(1, sizeof *f) : NULL;
    if (rc == HW_OK && f == NULL) {
        rc = hw_fail(err, HW_E_MEMORY, "no memory to fetch");
    }
    if (rc == HW_OK) {
        f->seconds = open.total_s;
        f->program.control = -1;
        rc = hw_spawn_program("headwater-fetch", NULL, ca, &f->program, err);
    }
    rc = rc != HW_OK ? rc : send_message(f->program.control, &open, sizeof open, NULL, 0, err);
    explicit_bzero(open.header, sizeof open.header);
    rc = rc != HW_OK ? rc : await_ready(f, err);
    if (ca >= 0) {
        (void)close(ca);
    }
    if (rc != HW_OK) {
        hw_fetcher_free(f);
        return rc;
    }
    *out = f;
    return HW_OK;
}

void hw_fetcher_free(struct hw_fetcher *f)
{
    if (f != NULL) {
        hw_spawn_end(&f->program);
        free(f);
    }
}

static int set_text(char *out, size_t room, const char *s, struct hw_error *err)
{
    int n = snprintf(out, room, "%s", s == NULL ? "" : s);
    return n >= 0 && (size_t)n < room ? HW_OK : hw_fail(err, HW_E_LIMIT, "a URL that is too long");
}

/* What the other program says of itself, with its texts ended and its codes made ours. */
static int ask(struct hw_fetcher *f, const struct hw_fetch_ask *a, const int *fds, unsigned count,
               struct hw_fetch_answer *out, struct hw_error *err)
{
    int rc = send_message(f->program.control, a, sizeof *a, fds, count, err);
    int ms = f->seconds > 3600 ? 3600000 : (int)f->seconds * 1000;
    /* Each redirect may take as long again. */
    rc = rc != HW_OK ? rc
                     : receive(f->program.control, out, sizeof *out,
                               ms * (HW_FETCH_REDIRECTS + 1) + GRACE_MS, err);
    if (rc != HW_OK) {
        return rc;
    }
    out->etag[sizeof out->etag - 1] = out->modified[sizeof out->modified - 1] = 0;
    out->type[sizeof out->type - 1] = out->added_last[sizeof out->added_last - 1] = 0;
    out->says[sizeof out->says - 1] = 0;
    if (out->kind != HW_FETCH_ANSWER) {
        return hw_fail(err, HW_E_PEER, "headwater-fetch is of another version");
    }
    bool known = out->code == HW_E_MISSING || out->code == HW_E_LIMIT || out->code == HW_E_SPACE ||
                 out->code == HW_E_STOPPED || out->code == HW_E_IO || out->code == HW_E_USAGE;
    return out->code == HW_OK ? HW_OK
                              : hw_fail(err, known ? out->code : HW_E_PEER, "%s", out->says);
}

int hw_fetcher_get(struct hw_fetcher *f, const struct hw_wanted *w, struct hw_fetched *out,
                   struct hw_error *err)
{
    struct hw_fetch_ask a = {.kind = HW_FETCH_ASK};
    struct hw_fetch_answer answer;
    int rc = set_text(a.url, sizeof a.url, w->url, err);
    rc = rc != HW_OK ? rc : set_text(a.accept, sizeof a.accept, w->accept, err);
    rc = rc != HW_OK ? rc : set_text(a.etag, sizeof a.etag, w->etag, err);
    rc = rc != HW_OK ? rc : set_text(a.modified, sizeof a.modified, w->modified, err);
    int fd = rc == HW_OK ? hw_memory_file("fetched", err) : -1;
    rc = rc != HW_OK ? rc : fd < 0 ? fd : ask(f, &a, &fd, 1, &answer, err);
    bool unchanged = rc == HW_OK && answer.status == 304;
    struct stat st = {.st_size = 0};
    if (rc == HW_OK && !unchanged) {
        rc = hw_memory_seal(fd, err);
        if (rc == HW_OK && (fstat(fd, &st) != 0 || st.st_size < 0)) {
            rc = hw_fail(err, HW_E_IO, "memory file: %s", strerror(errno));
        }
    }
    if (fd >= 0 && (rc != HW_OK || unchanged)) {
        (void)close(fd);
        fd = -1;
    }
    if (rc == HW_OK) {
        *out = (struct hw_fetched){.fd = fd, .size = (uint64_t)st.st_size};
        memcpy(out->etag, answer.etag, sizeof out->etag);
        memcpy(out->modified, answer.modified, sizeof out->modified);
        memcpy(out->type, answer.type, sizeof out->type);
        memcpy(out->added_last, answer.added_last, sizeof out->added_last);
    }
    return rc;
}

int hw_fetcher_post(struct hw_fetcher *f, const char *url, struct hw_span json,
                    struct hw_error *err)
{
    struct hw_fetch_ask a = {.kind = HW_FETCH_ASK, .post = 1, .body_bytes = json.n};
    struct hw_fetch_answer answer;
    int fds[2] = {-1, -1};
    int rc = set_text(a.url, sizeof a.url, url, err);
    (void)snprintf(a.type, sizeof a.type, "application/json");
    for (unsigned i = 0; i < 2 && rc == HW_OK; i++) {
        fds[i] = hw_memory_file("post", err);
        rc = fds[i] < 0 ? fds[i] : HW_OK;
    }
    rc = rc != HW_OK ? rc : hw_memory_put(fds[0], json, err);
    if (rc == HW_OK && lseek(fds[0], 0, SEEK_SET) != 0) {
        rc = hw_fail(err, HW_E_IO, "memory file: %s", strerror(errno));
    }
    rc = rc != HW_OK ? rc : ask(f, &a, fds, 2, &answer, err);
    for (unsigned i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
    return rc;
}
