/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/fetch/http.c -- libcurl's easy interface, with everything it could do beyond one GET or POST
 * to one host switched off.
 *
 * The name is resolved here, before the cage closes, and handed to libcurl as a fixed answer: its
 * own resolver would start threads and open files. Redirects are followed here as well, since
 * libcurl can be told how many but not "to this host only".
 */
#include "door/fetch/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

enum { CA_BYTES = 16 << 20, ADDRESSES = 8, HEADER_BYTES = 16 << 10 };

struct hw_http {
    CURL *curl;
    struct curl_slist *resolved;
    struct hw_buf ca;
    char host[256], port[8];
    char own_header[2048];
    uint64_t max_bytes;
    uint32_t connect_s, total_s, stall_s;
};

/* One answer on its way. */
struct coming {
    int fd, body_fd;
    uint64_t n, max, body_at, body_n;
    bool over, disk; /* more than allowed; the file could not be written */
    size_t header_bytes;
    struct hw_fetch_answer *a;
};

static int part(CURLU *u, CURLUPart what, char *out, size_t room)
{
    char *s = NULL;
    if (curl_url_get(u, what, &s, what == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) != CURLUE_OK) {
        return HW_E_USAGE;
    }
    int n = snprintf(out, room, "%s", s);
    curl_free(s);
    return n > 0 && (size_t)n < room ? HW_OK : HW_E_USAGE;
}

/* Host and port of a URL we would go to. */
static int place_of(const char *url, char host[256], char port[8], struct hw_error *err)
{
    char scheme[16], *user = NULL;
    CURLU *u = curl_url();
    int rc = u == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a URL") : HW_OK;
    if (rc == HW_OK && (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
                        part(u, CURLUPART_SCHEME, scheme, sizeof scheme) != HW_OK ||
                        part(u, CURLUPART_HOST, host, 256) != HW_OK ||
                        part(u, CURLUPART_PORT, port, 8) != HW_OK)) {
        rc = hw_fail(err, HW_E_USAGE, "\"%.120s\" is no URL", url);
    }
    if (rc == HW_OK && strcmp(scheme, "https") != 0) {
        rc = hw_fail(err, HW_E_USAGE, "%.120s: only https is fetched, not %s", url, scheme);
    }
    if (rc == HW_OK && curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK) {
        rc = hw_fail(err, HW_E_USAGE,
                     "a URL with a name or password in it stays in logs: put them into a file");
    }
    curl_free(user);
    curl_url_cleanup(u);
    return rc;
}

static void put_address(struct hw_buf *b, const struct addrinfo *a)
{
    char text[NI_MAXHOST];
    if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0) {
        return;
    }
    if (b->p[b->n - 1] != ':') {
        hw_buf_char(b, ',');
    }
    hw_buf_printf(b, a->ai_family == AF_INET6 ? "[%s]" : "%s", text);
}

static int resolve(struct hw_http *h, struct hw_error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *all = NULL;
    char bare[256];
    (void)snprintf(bare, sizeof bare, "%s", h->host);
    size_t n = strlen(bare);
    if (bare[0] == '[' && n > 2) { /* an address of IPv6 is written so in a URL */
        memmove(bare, bare + 1, n - 2);
        bare[n - 2] = 0;
    }
    int why = getaddrinfo(bare, h->port, &hints, &all);
    if (why != 0) {
        hints.ai_flags = 0; /* a machine that has only its loopback */
        why = getaddrinfo(bare, h->port, &hints, &all);
    }
    if (why != 0) {
        return hw_fail(err, HW_E_IO, "%.120s: %s", h->host, gai_strerror(why));
    }
    struct hw_buf b;
    hw_buf_init(&b, 8192);
    hw_buf_printf(&b, "%s:%s:", bare, h->port);
    unsigned count = 0;
    for (const struct addrinfo *a = all; a != NULL && count < ADDRESSES && hw_buf_ok(&b);
         a = a->ai_next, count++) {
        put_address(&b, a);
    }
    freeaddrinfo(all);
    const char *text = hw_buf_text(&b);
    /* An address in the URL itself needs no answer, and libcurl takes none for it. */
    h->resolved = text == NULL || h->host[0] == '[' ? NULL : curl_slist_append(NULL, text);
    bool ok = text != NULL && (h->resolved != NULL || h->host[0] == '[');
    hw_buf_done(&b);
    return ok ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for addresses");
}

static size_t on_body(char *p, size_t one, size_t n, void *state)
{
    struct coming *c = state;
    (void)one; /* always 1 */
    if (n > c->max - c->n) {
        c->over = true;
        return 0;
    }
    for (size_t at = 0; at < n;) {
        ssize_t w = pwrite(c->fd, p + at, n - at, (off_t)(c->n + at));
        if (w < 0 && errno == EINTR) {
            continue;
        }
        if (w <= 0) {
            c->disk = true;
            return 0;
        }
        at += (size_t)w;
    }
    c->n += n;
    return n;
}

static size_t on_send(char *p, size_t one, size_t room, void *state)
{
    struct coming *c = state;
    (void)one;
    uint64_t left = c->body_n - c->body_at;
    size_t n = left < room ? (size_t)left : room;
    ssize_t got = n == 0 ? 0 : read(c->body_fd, p, n);
    if (got < 0 || (n > 0 && got == 0)) {
        return CURL_READFUNC_ABORT;
    }
    c->body_at += (uint64_t)got;
    return (size_t)got;
}

/* The value of a header of this name, printable; whatever else it may be is not taken. */
static void header_is(const char *p, size_t n, const char *name, char *out, size_t room)
{
    size_t k = strlen(name), used = 0;
    if (n <= k || strncasecmp(p, name, k) != 0 || p[k] != ':') {
        return;
    }
    for (p += k + 1, n -= k + 1; n > 0 && (*p == ' ' || *p == '\t'); p++, n--) {
    }
    while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n' || p[n - 1] == ' ')) {
        n--;
    }
    while (used < n && p[used] >= ' ' && p[used] < 127) {
        used++;
    }
    if (used != n || n >= room) {
        out[0] = 0;
        return;
    }
    memcpy(out, p, n);
    out[n] = 0;
}

static size_t on_header(char *p, size_t one, size_t n, void *state)
{
    struct coming *c = state;
    (void)one;
    c->header_bytes += n;
    if (c->header_bytes > HEADER_BYTES) {
        return 0;
    }
    header_is(p, n, "ETag", c->a->etag, sizeof c->a->etag);
    header_is(p, n, "Last-Modified", c->a->modified, sizeof c->a->modified);
    header_is(p, n, "Content-Type", c->a->type, sizeof c->a->type);
    header_is(p, n, "X-TAXII-Date-Added-Last", c->a->added_last, sizeof c->a->added_last);
    return n;
}

int hw_http_new(const struct hw_fetch_open *o, int ca_fd, struct hw_http **out, uint16_t *out_port,
                struct hw_error *err)
{
    if (curl_global_init(CURL_GLOBAL_ALL) != 0) {
        return hw_fail(err, HW_E_MEMORY, "libcurl cannot be started");
    }
    struct hw_http *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to fetch");
    }
    hw_buf_init(&h->ca, CA_BYTES);
    h->max_bytes = o->max_bytes;
    h->connect_s = o->connect_s;
    h->total_s = o->total_s;
    h->stall_s = o->stall_s;
    (void)snprintf(h->own_header, sizeof h->own_header, "%s", o->header);
    int rc = place_of(o->url, h->host, h->port, err);
    rc = rc != HW_OK ? rc : resolve(h, err);
    size_t n = 0;
    do {
        rc = rc == HW_OK && !hw_buf_room(&h->ca, 64 << 10)
                 ? hw_fail(err, HW_E_LIMIT, "the file of certificate authorities is too large")
                 : rc;
        rc = rc != HW_OK ? rc
                         : hw_file_read_at(ca_fd, h->ca.n, h->ca.p + h->ca.n, 64 << 10, &n, err);
        h->ca.n += rc == HW_OK ? n : 0;
    } while (rc == HW_OK && n > 0);
    h->curl = rc == HW_OK ? curl_easy_init() : NULL;
    if (rc == HW_OK && h->curl == NULL) {
        rc = hw_fail(err, HW_E_MEMORY, "no memory to fetch");
    }
    if (rc != HW_OK) {
        hw_http_free(h);
        return rc;
    }
    *out_port = (uint16_t)strtoul(h->port, NULL, 10);
    *out = h;
    return HW_OK;
}

void hw_http_free(struct hw_http *h)
{
    if (h != NULL) {
        curl_slist_free_all(h->resolved);
        curl_easy_cleanup(h->curl);
        hw_buf_done(&h->ca);
        free(h);
    }
}

#define SET(option, value) (ok = ok && curl_easy_setopt(h->curl, option, value) == CURLE_OK)

static bool set_peer(struct hw_http *h)
{
    struct curl_blob ca = {.data = h->ca.p, .len = h->ca.n, .flags = CURL_BLOB_NOCOPY};
    bool ok = true;
    SET(CURLOPT_PROTOCOLS_STR, "https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_CAINFO, NULL);
    SET(CURLOPT_CAPATH, NULL);
    SET(CURLOPT_CAINFO_BLOB, &ca);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_DNS_CACHE_TIMEOUT, -1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)h->connect_s);
    SET(CURLOPT_TIMEOUT, (long)h->total_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)h->stall_s);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->max_bytes);
    SET(CURLOPT_USERAGENT, "headwater-fetch");
    if (h->resolved != NULL) {
        SET(CURLOPT_RESOLVE, h->resolved);
    }
    return ok;
}

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    char line[4096];
    if (value[0] == 0) {
        return true;
    }
    int n = snprintf(line, sizeof line, "%s%s%s", name, name[0] == 0 ? "" : ": ", value);
    struct curl_slist *more = n < (int)sizeof line ? curl_slist_append(*list, line) : NULL;
    *list = more == NULL ? *list : more;
    return more != NULL;
}

static bool set_request(struct hw_http *h, const struct hw_fetch_ask *ask, const char *url,
                        struct curl_slist **headers, struct coming *c)
{
    bool ok = add_header(headers, "", h->own_header) &&
              add_header(headers, "Accept", ask->accept) &&
              add_header(headers, "Content-Type", ask->type) &&
              add_header(headers, "If-None-Match", ask->etag) &&
              add_header(headers, "If-Modified-Since", ask->modified) &&
              (ask->post == 0 || add_header(headers, "", "Expect:"));
    SET(CURLOPT_URL, url);
    SET(CURLOPT_HTTPHEADER, *headers);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, c);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, c);
    if (ask->post != 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body_bytes);
        SET(CURLOPT_READFUNCTION, on_send);
        SET(CURLOPT_READDATA, c);
    }
    return ok;
}

static void no(struct hw_fetch_answer *a, int code, const char *fmt, ...) HW_FORMAT(3, 4);
static void no(struct hw_fetch_answer *a, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(a->says, sizeof a->says, fmt, ap);
    va_end(ap);
    a->code = code;
}

/* Where a redirect leads, when that is where we may go. */
static bool same_place(struct hw_http *h, struct hw_fetch_answer *a, char url[HW_FETCH_URL_BYTES])
{
    char host[256], port[8], *to = NULL;
    struct hw_error err = {.code = HW_OK};
    (void)curl_easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &to);
    if (to == NULL || strlen(to) >= HW_FETCH_URL_BYTES) {
        no(a, HW_E_PEER, "%s answers %u and does not say where to go", h->host, a->status);
        return false;
    }
    if (place_of(to, host, port, &err) != HW_OK) {
        no(a, HW_E_PEER, "it redirects, which is not followed: %.150s", err.text);
        return false;
    }
    if (strcasecmp(host, h->host) != 0 || strcmp(port, h->port) != 0) {
        no(a, HW_E_PEER, "it redirects to another host, %.100s:%s, which is not followed", host,
           port);
        return false;
    }
    (void)snprintf(url, HW_FETCH_URL_BYTES, "%s", to);
    return true;
}

static void failed(struct hw_http *h, CURLcode why, const struct coming *c,
                   struct hw_fetch_answer *a)
{
    if (c->over || why == CURLE_FILESIZE_EXCEEDED) {
        no(a, HW_E_LIMIT, "more than %llu bytes: cut off, nothing of it is kept",
           (unsigned long long)h->max_bytes);
    } else if (c->disk) {
        no(a, HW_E_SPACE, "no room for what comes");
    } else if (why == CURLE_OPERATION_TIMEDOUT) {
        no(a, HW_E_STOPPED, "too slow: given up after %u seconds, or %u without a byte", h->total_s,
           h->stall_s);
    } else if (why == CURLE_PEER_FAILED_VERIFICATION || why == CURLE_SSL_CONNECT_ERROR) {
        no(a, HW_E_PEER, "%.100s: its certificate or its TLS is refused: %.80s", h->host,
           curl_easy_strerror(why));
    } else {
        no(a, HW_E_IO, "%.100s:%s: %.80s", h->host, h->port, curl_easy_strerror(why));
    }
}

static void judge_status(struct hw_fetch_answer *a)
{
    static const struct {
        uint32_t status;
        const char *words;
    } known[] = {
        {401, "it wants to know who asks: name a file with --feed-auth"},
        {403, "it does not let us"},
        {404, "there is no such page"},
        {406, "it does not speak the form asked for"},
        {410, "it is gone for good"},
        {429, "it was asked too often: ask later"},
        {503, "it is out of service: ask later"},
    };
    const char *words = "";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        words = known[i].status == a->status ? known[i].words : words;
    }
    if ((a->status < 200 || a->status > 299) && a->status != 304) {
        no(a, a->status == 404 || a->status == 410 ? HW_E_MISSING : HW_E_PEER, "it answers %u%s%s",
           a->status, words[0] == 0 ? "" : ": ", words);
    }
}

static bool once(struct hw_http *h, const struct hw_fetch_ask *ask, const char *url,
                 struct coming *c, struct hw_fetch_answer *a)
{
    struct curl_slist *headers = NULL;
    long status = 0;
    *a = (struct hw_fetch_answer){.kind = HW_FETCH_ANSWER};
    c->n = c->header_bytes = c->body_at = 0;
    curl_easy_reset(h->curl); /* connections stay */
    CURLcode why =
        set_peer(h) && set_request(h, ask, url, &headers, c) ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    why = why == CURLE_OK ? curl_easy_perform(h->curl) : why;
    curl_slist_free_all(headers);
    if (why != CURLE_OK) {
        failed(h, why, c, a);
        return false;
    }
    (void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    a->status = (uint32_t)status;
    a->bytes = c->n;
    return true;
}

void hw_http_ask(struct hw_http *h, const struct hw_fetch_ask *ask, int out_fd, int body_fd,
                 struct hw_fetch_answer *out)
{
    char url[HW_FETCH_URL_BYTES], host[256], port[8];
    struct coming c = {
        .fd = out_fd, .body_fd = body_fd, .max = h->max_bytes, .body_n = ask->body_bytes, .a = out};
    struct hw_error err = {.code = HW_OK};
    *out = (struct hw_fetch_answer){.kind = HW_FETCH_ANSWER};
    (void)snprintf(url, sizeof url, "%s", ask->url);
    int rc = place_of(url, host, port, &err);
    if (rc != HW_OK || strcasecmp(host, h->host) != 0 || strcmp(port, h->port) != 0) {
        no(out, rc != HW_OK ? rc : HW_E_USAGE, "%s",
           rc != HW_OK ? err.text : "that is another host than the one this was opened for");
        return;
    }
    for (unsigned hops = 0; once(h, ask, url, &c, out); hops++) {
        bool moved = out->status >= 300 && out->status < 400 && out->status != 304;
        if (!moved) {
            judge_status(out);
            break;
        }
        if (hops == HW_FETCH_REDIRECTS || ask->post != 0) {
            no(out, HW_E_PEER, "it redirects more than %d times",
               ask->post != 0 ? 0 : HW_FETCH_REDIRECTS);
            break;
        }
        if (!same_place(h, out, url)) {
            break;
        }
    }
    /* Of a page that was moved or refused nothing may be left before the next is written. */
    if (ftruncate(out_fd, out->code == HW_OK ? (off_t)out->bytes : 0) != 0) {
        no(out, HW_E_IO, "the file for it cannot be cut");
    }
}
