/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/server.c -- libmicrohttpd's end: who is let in, how much, how long, and with which
 * headers a reply goes out. Only landlord of libmicrohttpd.
 *
 * Order of a request: whom it was addressed to and which page sent it (request.h), then the token,
 * and only then is anything looked up: without the token every address below /api/ is the same
 * (RFC 9110; Fetch Metadata; OWASP's notes on DNS rebinding).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cage.h"
#include "base/text.h"
#include "base/time.h"
#include "door/console/events.h"

enum { BACKLOG = 64, MEMORY = 96 * 1024, TICK_NS = 200 * 1000 * 1000, LEAVE_TICKS = 8 };

/* A connection, from its opening on. */
struct hw_caller {
    struct hw_caller *next;
    struct hw_console *k;
    int fd;
    int64_t since; /* its request began then; 0: it is being answered */
};

struct conversation { /* one request */
    char *target;
    struct hw_buf body;
    bool begun;
};

static const char csp[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                          "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; "
                          "form-action 'none'; frame-ancestors 'none'";

static int64_t monotonic(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * HW_NS_PER_SECOND + t.tv_nsec;
}

/* ---- replies ---- */

static void headers(struct MHD_Response *m, const struct hw_reply *r)
{
    static const char *const fixed[][2] = {
        {"Content-Security-Policy", csp},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"X-Frame-Options", "DENY"},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        (void)MHD_add_response_header(m, fixed[i][0], fixed[i][1]);
    }
    bool kept = r->file != NULL && r->file->immutable;
    (void)MHD_add_response_header(m, "Cache-Control",
                                  kept ? "private, max-age=31536000, immutable" : "no-store");
    (void)MHD_add_response_header(m, "Content-Type", r->type);
    if (r->status == 401) {
        (void)MHD_add_response_header(m, "WWW-Authenticate", "Bearer");
    }
    if (r->status == 405) {
        (void)MHD_add_response_header(m, "Allow", "GET, HEAD, POST");
    }
    if (r->status == 503) {
        (void)MHD_add_response_header(m, "Retry-After", "2");
    }
}

static enum MHD_Result send_reply(struct MHD_Connection *c, struct hw_console *k,
                                  struct hw_reply *r)
{
    static const char empty[1];
    struct MHD_Response *m;
    if (r->stream) {
        m = hw_events_response(k);
    } else if (r->file != NULL) {
        m = MHD_create_response_from_buffer(r->file->n, (void *)(uintptr_t)r->file->bytes,
                                            MHD_RESPMEM_PERSISTENT);
    } else {
        m = MHD_create_response_from_buffer(
            r->body.n, r->body.p == NULL ? (void *)(uintptr_t)empty : r->body.p,
            r->body.p == NULL ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
        if (m != NULL) {
            r->body.p = NULL; /* it is the response's now */
            r->body.n = r->body.room = 0;
        }
    }
    if (m == NULL) {
        return MHD_NO;
    }
    headers(m, r);
    enum MHD_Result done = MHD_queue_response(c, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return done;
}

/* ---- who asks ---- */

static enum MHD_Result take_header(void *state, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct hw_guard *g = state;
    const char *v = value == NULL ? "" : value;
    (void)kind;
    if (strcasecmp(name, "Host") == 0) {
        g->host = v;
        g->host_n++;
    } else if (strcasecmp(name, "Origin") == 0) {
        g->origin = v;
        g->origin_n++;
    } else if (strcasecmp(name, "Sec-Fetch-Site") == 0) {
        g->site = v;
        g->site_n++;
    } else if (strcasecmp(name, "Authorization") == 0) {
        g->authorization = v;
        g->authorization_n++;
    }
    return MHD_YES;
}

static bool let_in(struct hw_console *k, struct MHD_Connection *c, bool api, struct hw_reply *r)
{
    struct hw_guard g = {.host = ""};
    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, take_header, &g);
    switch (hw_guard_ask(&g, k->port, k->token, api)) {
    case HW_GUARD_PASS:
        return true;
    case HW_GUARD_HOST:
        hw_reply_error(r, 421, "this server goes by 127.0.0.1 and localhost alone");
        break;
    case HW_GUARD_ORIGIN:
        hw_reply_error(r, 403, "a page of another place may not ask here");
        break;
    case HW_GUARD_TOKEN:
        hw_reply_error(r, 401, "give the token that headwater serve printed");
        break;
    }
    return false;
}

/* ---- one request ---- */

static void page(struct hw_span path, struct hw_reply *r)
{
    struct hw_span name = hw_span_is(path, "/") ? HW_SPAN_LIT("index.html") : hw_span_from(path, 1);
    bool asset = hw_span_is(path, "/") || hw_span_starts(path, "/assets/");
    for (const struct hw_page_file *f = hw_page_files; asset && f->name != NULL; f++) {
        if (hw_span_is(name, f->name)) {
            r->file = f;
            r->type = f->type;
            return;
        }
    }
    hw_reply_error(r, 404, "there is no such page");
}

static void api(struct hw_console *k, struct hw_request *q, const char *method, struct hw_reply *r)
{
    struct hw_error err = {.code = HW_OK};
    const struct hw_route *route = hw_route_find(q->path, &q->id);
    bool head = strcmp(method, "HEAD") == 0;
    if (route == NULL) {
        hw_reply_error(r, 404, "there is no such address below /api/");
        return;
    }
    bool fits = strcmp(route->method, method) == 0 ||
                (head && strcmp(route->method, "GET") == 0 && route->run != hw_get_events);
    if (!fits) {
        hw_reply_error(r, 405, "this address takes another method");
        return;
    }
    int rc = hw_request_only(q, route->query, &err);
    rc = rc != HW_OK ? rc : route->run(k, q, r, &err);
    if (rc == HW_OK && !hw_buf_ok(&r->body)) {
        rc = hw_fail(&err, HW_E_LIMIT, "the reply is too large: ask for fewer lines");
    }
    if (rc != HW_OK) {
        hw_reply_error(r, hw_reply_status(rc), err.text);
    }
}

static void busy(struct hw_console *k, int by)
{
    (void)pthread_mutex_lock(&k->state);
    k->busy += (unsigned)by;
    (void)pthread_mutex_unlock(&k->state);
}

static void respond(struct hw_console *k, struct conversation *v, const char *method,
                    struct hw_reply *r)
{
    struct hw_request q;
    struct hw_error err = {.code = HW_OK};
    int rc = hw_request_init(&q, v->target, &err);
    q.body = hw_buf_span(&v->body);
    if (rc != HW_OK) {
        hw_reply_error(r, rc == HW_E_LIMIT ? 414 : hw_reply_status(rc), err.text);
    } else if (hw_span_starts(q.path, "/api/")) {
        busy(k, 1);
        api(k, &q, method, r);
        busy(k, -1);
    } else if (strcmp(method, "POST") == 0) {
        hw_reply_error(r, 405, "pages are read only");
    } else {
        page(q.path, r);
    }
    hw_request_done(&q);
}

static bool known_method(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0;
}

/* What can be said before the body was read; false: nothing stands against it. */
static bool refuse_early(struct hw_console *k, struct MHD_Connection *c, struct conversation *v,
                         const char *method, struct hw_reply *r)
{
    uint64_t n = 0;
    const char *length =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool chunked =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
    bool is_api = v->target == NULL || strncmp(v->target, "/api/", 5) == 0;
    if (!let_in(k, c, is_api, r)) {
        return true;
    }
    if (v->target == NULL) {
        hw_reply_error(r, 503, "no memory for a request");
        return true;
    }
    if (!known_method(method)) {
        hw_reply_error(r, 405, "GET, HEAD and POST are all there is");
        return true;
    }
    if (chunked) {
        hw_reply_error(r, 411, "say how long the body is: Content-Length");
        return true;
    }
    if (length != NULL && (!hw_span_u64(hw_span_str(length), &n) || n > HW_REQUEST_BODY)) {
        hw_reply_error(r, 413, "the body is longer than 16 KiB");
        return true;
    }
    return false;
}

static void began(struct MHD_Connection *c, bool answering)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct hw_caller *caller = i == NULL ? NULL : i->socket_context;
    if (caller != NULL) {
        (void)pthread_mutex_lock(&caller->k->state);
        caller->since = answering ? 0 : monotonic();
        (void)pthread_mutex_unlock(&caller->k->state);
    }
}

static enum MHD_Result handle(void *state, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_n, void **con)
{
    struct hw_console *k = state;
    struct conversation *v = *con;
    struct hw_reply r = {.status = 200, .type = "application/x-ndjson"};
    (void)url;
    (void)version;
    if (v == NULL) {
        return MHD_NO;
    }
    hw_buf_init(&r.body, HW_CONSOLE_REPLY);
    if (!v->begun) {
        v->begun = true;
        if (!refuse_early(k, c, v, method, &r)) {
            return MHD_YES; /* come again with the body, or without one */
        }
    } else if (*upload_n > 0) {
        hw_buf_bytes(&v->body, upload, *upload_n);
        *upload_n = 0;
        return hw_buf_ok(&v->body) ? MHD_YES : MHD_NO;
    } else {
        began(c, true);
        respond(k, v, method, &r);
    }
    enum MHD_Result done = send_reply(c, k, &r);
    hw_buf_done(&r.body);
    return done;
}

/* Before anything of the address is taken apart: we do that ourselves. */
static void *take_target(void *state, const char *target, struct MHD_Connection *c)
{
    struct conversation *v = calloc(1, sizeof *v);
    (void)state;
    (void)c;
    if (v != NULL) {
        v->target = strdup(target);
        hw_buf_init(&v->body, HW_REQUEST_BODY);
    }
    return v;
}

static void completed(void *state, struct MHD_Connection *c, void **con,
                      enum MHD_RequestTerminationCode why)
{
    struct conversation *v = *con;
    (void)state;
    (void)why;
    began(c, false); /* the next one may begin */
    if (v != NULL) {
        hw_buf_done(&v->body);
        free(v->target);
        free(v);
        *con = NULL;
    }
}

/* ---- connections ---- */

static void connection(void *state, struct MHD_Connection *c, void **context,
                       enum MHD_ConnectionNotificationCode what)
{
    struct hw_console *k = state;
    struct hw_caller *caller = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *i =
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        caller = calloc(1, sizeof *caller);
        *context = caller;
        if (caller == NULL || i == NULL) {
            return;
        }
        *caller = (struct hw_caller){.k = k, .fd = i->connect_fd, .since = monotonic()};
        (void)pthread_mutex_lock(&k->state);
        caller->next = k->callers;
        k->callers = caller;
        (void)pthread_mutex_unlock(&k->state);
        return;
    }
    (void)pthread_mutex_lock(&k->state);
    for (struct hw_caller **at = &k->callers; *at != NULL; at = &(*at)->next) {
        if (*at == caller) {
            *at = caller->next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&k->state);
    free(caller);
    *context = NULL;
}

/* Who sends a request a byte at a time is not silent, and would hold its place for ever. */
static void hurry(struct hw_console *k)
{
    int64_t now = monotonic();
    (void)pthread_mutex_lock(&k->state);
    for (struct hw_caller *c = k->callers; c != NULL; c = c->next) {
        if (c->since != 0 && now - c->since > HW_CONSOLE_REQUEST_S * HW_NS_PER_SECOND) {
            (void)shutdown(c->fd, SHUT_RDWR);
        }
    }
    (void)pthread_mutex_unlock(&k->state);
}

/* ---- the server ---- */

/* 127.0.0.1 and nothing else. */
static int listen_here(uint16_t port, int *out, uint16_t *out_port, struct hw_error *err)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t n = sizeof a;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) {
        return hw_fail(err, HW_E_IO, "no socket: %s", strerror(errno));
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
        int why = errno;
        (void)close(fd);
        return hw_fail(err, HW_E_IO,
                       "cannot listen on 127.0.0.1:%u: %s; another port: --port N, or 0 for any "
                       "that is free",
                       (unsigned)port, strerror(why));
    }
    *out = fd;
    *out_port = ntohs(a.sin_port);
    return HW_OK;
}

static int make_token(char out[65], struct hw_error *err)
{
    uint8_t b[32];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
        return hw_fail(err, HW_E_IO, "no random bytes: %s", strerror(errno));
    }
    for (size_t i = 0; i < sizeof b; i++) {
        out[2 * i] = "0123456789abcdef"[b[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[b[i] & 15];
    }
    out[64] = 0;
    return HW_OK;
}

static void quiet(void *state, const char *fmt, va_list ap)
{
    (void)state;
    (void)fmt;
    (void)ap;
}

static struct MHD_Daemon *start(struct hw_console *k, int fd)
{
    sigset_t all, was;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &was); /* signals are for the thread that waits */
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
            MHD_USE_ERROR_LOG | MHD_USE_ITC,
        0, NULL, NULL, handle, k, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HW_CONSOLE_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HW_CONSOLE_SILENT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_URI_LOG_CALLBACK,
        take_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, connection, k, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)(2 << 20), MHD_OPTION_END);
    (void)pthread_sigmask(SIG_SETMASK, &was, NULL);
    return d;
}

/* Until the signal comes. A case that cannot be looked at now (it is being replaced) is looked at
 * again. */
static void watch(struct hw_console *k, struct hw_case *c, uint64_t *io_version)
{
    struct hw_error ignored;
    while (!*k->ask->stop) {
        struct timespec nap = {0, TICK_NS};
        (void)nanosleep(&nap, NULL);
        (void)!hw_console_look(k, c, io_version, &ignored);
        hurry(k);
    }
}

/* Ends what is under way. False: something does not. */
static bool wind_up(struct hw_console *k)
{
    bool idle = false;
    (void)pthread_mutex_lock(&k->state);
    k->stopping = true;
    (void)pthread_cond_broadcast(&k->changed);
    (void)pthread_mutex_unlock(&k->state);
    for (int i = 0; i < LEAVE_TICKS && !idle; i++) {
        struct timespec nap = {0, i == 0 ? 0 : TICK_NS};
        (void)nanosleep(&nap, NULL);
        (void)pthread_mutex_lock(&k->state);
        idle = k->busy == 0;
        (void)pthread_mutex_unlock(&k->state);
        if (!idle) {
            hw_case_interrupt(k->quick.c);
            hw_case_interrupt(k->deep.c);
        }
    }
    return idle;
}

/* The case's own folder is all that it writes. */
static int close_in(const struct hw_console *k, struct hw_cage_state *out, struct hw_error *err)
{
    char *path = realpath(k->ask->case_path, NULL);
    char *slash = path == NULL ? NULL : strrchr(path, '/');
    if (slash == NULL) {
        free(path);
        return hw_fail(err, HW_E_IO, "where the case lies cannot be found out: %s",
                       strerror(errno));
    }
    slash[slash == path ? 1 : 0] = 0;
    int rc = hw_cage_enter_local(path, out, err);
    free(path);
    return rc;
}

static int serve(struct hw_console *k, struct hw_case *look, int fd, bool *out_left,
                 struct hw_error *err)
{
    uint64_t version = 0;
    int rc = hw_console_look(k, look, &version, err);
    rc = rc != HW_OK ? rc : hw_desk_open(k, &k->quick, err);
    rc = rc != HW_OK ? rc : hw_desk_open(k, &k->deep, err);
    struct hw_cage_state cage = {0, 0};
    rc = rc != HW_OK ? rc : close_in(k, &cage, err); /* before any other thread begins */
    struct MHD_Daemon *d = rc != HW_OK ? NULL : start(k, fd);
    if (rc == HW_OK && d == NULL) {
        rc = hw_fail(err, HW_E_IO, "the server does not start: %s", strerror(errno));
    }
    if (d == NULL) {
        (void)close(fd);
        return rc;
    }
    rc = k->ask->listening(k->ask->state, k->port, k->token,
                           cage.landlock_abi > 0 ? "seccomp+landlock" : "seccomp", err);
    if (rc == HW_OK) {
        watch(k, look, &version);
    }
    *out_left = !wind_up(k);
    if (!*out_left) {
        MHD_stop_daemon(d);
    }
    return rc;
}

int hw_console_serve(const struct hw_console_ask *ask, bool *out_left, struct hw_error *err)
{
    struct hw_console *k = calloc(1, sizeof *k);
    struct hw_desk look = {.c = NULL};
    int fd = -1;
    *out_left = false;
    if (k == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a server");
    }
    k->ask = ask;
    k->generation = 1;
    k->steps = calloc(HW_CONSOLE_STEPS, sizeof *k->steps);
    int rc = k->steps == NULL || pthread_mutex_init(&k->state, NULL) != 0 ||
                     pthread_cond_init(&k->changed, NULL) != 0
                 ? hw_fail(err, HW_E_MEMORY, "no memory for a server")
                 : make_token(k->token, err);
    rc = rc != HW_OK ? rc : hw_desk_open(k, &look, err);
    rc = rc != HW_OK ? rc : listen_here(ask->port, &fd, &k->port, err);
    rc = rc != HW_OK ? rc : serve(k, look.c, fd, out_left, err);
    if (*out_left) {
        return rc; /* a thread uses all this still: the process ends with it */
    }
    hw_desk_close(&k->deep);
    hw_desk_close(&k->quick);
    hw_desk_close(&look);
    hw_kept_forget(k);
    hw_buf_done(&k->suggested);
    free(k->steps);
    free(k);
    return rc;
}
