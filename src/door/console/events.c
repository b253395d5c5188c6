/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/events.c -- what happens to the case while somebody looks, as server-sent events
 * (WHATWG HTML, "Server-sent events").
 *
 * Each stream has its connection's thread, which sleeps here until the case changes, a second is
 * over while another process writes, or it is time for a comment that keeps the connection.
 */
#include "door/console/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, ALIVE_S = 10, EACH_S = 1 };

struct stream {
    struct hw_console *k;
    uint64_t told; /* the generation the page knows of */
    bool begun, was_writing;
    time_t last; /* when something was sent */
    char text[512];
    size_t n, at;
};

static time_t now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void say(struct stream *s, const char *event, const char *data)
{
    int n = snprintf(s->text + s->n, sizeof s->text - s->n, "event: %s\ndata: %s\n\n", event, data);
    s->n += n > 0 && (size_t)n < sizeof s->text - s->n ? (size_t)n : 0;
}

/* With the state's lock held: what there is to say now. */
static void gather(struct stream *s)
{
    const struct hw_console *k = s->k;
    char data[256];
    time_t now = now_s();
    if (!s->begun || (s->told != k->generation && now - s->last >= EACH_S)) {
        (void)snprintf(data, sizeof data, "{\"generation\":%llu}",
                       (unsigned long long)k->generation);
        say(s, s->begun ? "changed" : "hello", data);
        s->told = k->generation;
        s->begun = true;
    }
    if ((k->writing && now - s->last >= EACH_S) || k->writing != s->was_writing) {
        (void)snprintf(data, sizeof data,
                       "{\"evidence\":%llu,\"facts\":%llu,\"writing\":%s,\"now\":\"\"}",
                       (unsigned long long)k->counts.evidences, (unsigned long long)k->counts.facts,
                       k->writing ? "true" : "false");
        say(s, "progress", data);
        s->was_writing = k->writing;
    }
    if (s->n == 0 && now - s->last >= ALIVE_S) {
        memcpy(s->text, ": here\n\n", 8);
        s->n = 8;
    }
    s->last = s->n > 0 ? now : s->last;
}

/* 0 with nothing to say: the server is asked to end. */
static void wait_for_news(struct stream *s)
{
    struct hw_console *k = s->k;
    (void)pthread_mutex_lock(&k->state);
    s->n = s->at = 0;
    while (!k->stopping) {
        struct timespec until;
        gather(s);
        if (s->n > 0) {
            break;
        }
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 250 * 1000 * 1000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        (void)pthread_cond_timedwait(&k->changed, &k->state, &until);
    }
    (void)pthread_mutex_unlock(&k->state);
}

static ssize_t read_events(void *state, uint64_t pos, char *out, size_t max)
{
    struct stream *s = state;
    (void)pos;
    if (s->at == s->n) {
        wait_for_news(s);
    }
    if (s->at == s->n) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t n = s->n - s->at < max ? s->n - s->at : max;
    memcpy(out, s->text + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static void end_stream(void *state)
{
    struct stream *s = state;
    (void)pthread_mutex_lock(&s->k->state);
    s->k->streams--;
    (void)pthread_mutex_unlock(&s->k->state);
    free(s);
}

struct MHD_Response *hw_events_response(struct hw_console *k)
{
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    *s = (struct stream){.k = k};
    struct MHD_Response *m =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_events, s, end_stream);
    if (m == NULL) {
        free(s);
        return NULL;
    }
    return m;
}

int hw_get_events(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                  struct hw_error *err)
{
    (void)q;
    (void)pthread_mutex_lock(&k->state);
    bool room = k->streams < HW_CONSOLE_STREAMS;
    k->streams += room;
    (void)pthread_mutex_unlock(&k->state);
    r->stream = room;
    r->type = "text/event-stream";
    return room ? HW_OK : hw_fail(err, HW_E_BUSY, "too many event streams are open");
}
