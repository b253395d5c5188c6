/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/broker.c -- jobs in flight, and what is done when the other side misbehaves.
 *
 * A flight is free, waiting (submitted, not sent), or flying (sent). It ends when DONE has come and
 * its pipe is drained. What the broker says is not believed either: a message that makes no sense,
 * or a job far over its time, ends the broker, and what it held is tried again (broker.h).
 */
#include "door/intake/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "door/intake/reply.h"
#include "door/intake/spawn.h"
#include "door/worker/protocol.h"

enum {
    READ_BYTES = 64 * 1024,
    READS_A_PASS = 8, /* so that one chatty worker does not starve the others */
};

enum flight_state { FREE, WAITING, FLYING };

struct flight {
    enum flight_state state;
    struct hw_job job; /* its fd is our own duplicate */
    uint64_t number;
    int pipe; /* -1: at its end, or closed after a refusal */
    struct hw_channel *channel;
    struct hw_reply *reply;
    int64_t overdue_ms;
    bool again; /* a broker died with it among others: this time alone */
    bool bare;  /* its worker died while rules were run: this time without them */
    bool told_to_die, done;
    struct hw_msg_done death;
};

struct hw_broker {
    struct hw_spawned process;
    char *program;      /* NULL: the ordinary one */
    int keyring, rules; /* rules: -1 once they are found to end a broker */
    int nothing;        /* an empty file in their place */
    uint32_t ready_ms, grace_ms;
    unsigned jobs, deaths;
    uint64_t next_number;
    struct flight flights[HW_BROKER_JOBS_MAX];
    struct hw_reply *first, **last;
    uint8_t *in;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void close_pipe(struct flight *f)
{
    if (f->pipe >= 0) {
        (void)close(f->pipe);
        f->pipe = -1;
    }
}

/* Everything a flight holds; the reply only where it was not handed on. */
static void clear_flight(struct flight *f)
{
    if (f->state == FREE) {
        return;
    }
    close_pipe(f);
    (void)close(f->job.fd);
    hw_channel_free(f->channel);
    hw_reply_free(f->reply);
    *f = (struct flight){.state = FREE, .pipe = -1};
}

static void reply_flight(struct hw_broker *b, struct flight *f)
{
    struct hw_reply *a = HW_TAKE(f->reply);
    *b->last = a;
    b->last = &a->next;
    clear_flight(f);
}

static unsigned count(const struct hw_broker *b, enum flight_state state)
{
    unsigned n = 0;
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        n += b->flights[i].state == state ? 1 : 0;
    }
    return n;
}

static unsigned default_jobs(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > HW_BROKER_JOBS_MAX ? HW_BROKER_JOBS_MAX : (unsigned)n;
}

/* Starts the process. Rules that end it before it is ready, or take too long, are left behind. */
static int start_process(struct hw_broker *b, struct hw_error *err)
{
    int rc = HW_E_STATE;
    if (b->rules >= 0) {
        uint32_t ms = b->ready_ms + HW_BROKER_RULES_MS;
        rc = hw_spawn_broker(b->program, b->keyring, b->rules, ms, &b->process, err);
        if (rc != HW_OK) {
            (void)close(b->rules);
            b->rules = -1;
        }
    }
    return rc == HW_OK
               ? rc
               : hw_spawn_broker(b->program, b->keyring, b->nothing, b->ready_ms, &b->process, err);
}

static int make_files(struct hw_broker *b, const struct hw_broker_options *o, struct hw_error *err)
{
    b->keyring = hw_spawn_file(o->keyring, "keyring", err);
    b->nothing = b->keyring < 0 ? -1 : hw_spawn_file((struct hw_span){NULL, 0}, "rules", err);
    if (b->nothing >= 0 && o->rules.n > 0) {
        b->rules = hw_spawn_file(o->rules, "rules", err);
        return b->rules < 0 ? b->rules : HW_OK;
    }
    return b->keyring < 0 ? b->keyring : b->nothing < 0 ? b->nothing : HW_OK;
}

int hw_broker_start(const struct hw_broker_options *o, struct hw_broker **out, struct hw_error *err)
{
    struct hw_broker *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the broker");
    }
    b->process = (struct hw_spawned){.pid = 0, .control = -1};
    b->last = &b->first;
    b->ready_ms = o->ready_ms == 0 ? HW_BROKER_READY_MS : o->ready_ms;
    b->grace_ms = o->grace_ms == 0 ? HW_BROKER_GRACE_MS : o->grace_ms;
    b->jobs = o->jobs == 0 ? default_jobs() : o->jobs;
    b->jobs = b->jobs > HW_BROKER_JOBS_MAX ? HW_BROKER_JOBS_MAX : b->jobs;
    b->in = malloc(READ_BYTES);
    b->program = o->program == NULL ? NULL : strdup(o->program);
    b->keyring = b->rules = b->nothing = -1;
    int rc = b->in == NULL || (o->program != NULL && b->program == NULL)
                 ? hw_fail(err, HW_E_MEMORY, "no memory for the broker")
                 : HW_OK;
    rc = rc == HW_OK ? make_files(b, o, err) : rc;
    rc = rc == HW_OK ? start_process(b, err) : rc;
    if (rc != HW_OK) {
        hw_broker_free(b);
        return rc;
    }
    *out = b;
    return HW_OK;
}

void hw_broker_free(struct hw_broker *b)
{
    if (b == NULL) {
        return;
    }
    hw_spawn_end(&b->process);
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        clear_flight(&b->flights[i]);
    }
    for (struct hw_reply *a = hw_broker_next(b); a != NULL; a = hw_broker_next(b)) {
        hw_reply_free(a);
    }
    const int fds[] = {b->keyring, b->rules, b->nothing};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
    free(b->program);
    free(b->in);
    free(b);
}

struct hw_cage_held hw_broker_cage(const struct hw_broker *b)
{
    return b->process.cage;
}

struct hw_rules_held hw_broker_rules(const struct hw_broker *b)
{
    return b->process.rules;
}

unsigned hw_broker_flying(const struct hw_broker *b)
{
    return HW_BROKER_JOBS_MAX - count(b, FREE);
}

unsigned hw_broker_room(const struct hw_broker *b)
{
    unsigned used = hw_broker_flying(b);
    return used >= b->jobs ? 0 : b->jobs - used;
}

struct hw_reply *hw_broker_next(struct hw_broker *b)
{
    struct hw_reply *a = b->first;
    if (a != NULL) {
        b->first = a->next;
        a->next = NULL;
        if (b->first == NULL) {
            b->last = &b->first;
        }
    }
    return a;
}

static void fill_defaults(struct hw_job *j, bool rules)
{
    struct hw_channel_caps caps = hw_channel_caps_default();
    uint64_t cpu = hw_input_cpu_seconds(j->size);
    j->cpu_seconds = j->cpu_seconds == 0 ? cpu + (rules ? cpu : 0) : j->cpu_seconds;
    j->wall_ms = j->wall_ms == 0 ? 2000 * j->cpu_seconds : j->wall_ms;
    j->memory_bytes = j->memory_bytes == 0 ? HW_WORKER_MEMORY_BYTES : j->memory_bytes;
    j->caps.facts = j->caps.facts == 0 ? caps.facts : j->caps.facts;
    j->caps.bytes = j->caps.bytes == 0 ? hw_input_fact_bytes(j->size) : j->caps.bytes;
    j->caps.nodes = j->caps.nodes == 0 ? caps.nodes : j->caps.nodes;
}

int hw_broker_submit(struct hw_broker *b, const struct hw_job *job, struct hw_error *err)
{
    struct flight *f = NULL;
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX && f == NULL; i++) {
        f = b->flights[i].state == FREE ? &b->flights[i] : NULL;
    }
    if (f == NULL || hw_broker_room(b) == 0) {
        return hw_fail(err, HW_E_BUSY, "%u inputs are in flight already", b->jobs);
    }
    struct stat st;
    if (fstat(job->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return hw_fail(err, HW_E_USAGE, "only regular files are read");
    }
    int fd = fcntl(job->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        return hw_fail(err, HW_E_IO, "duplicating a descriptor: %s", strerror(errno));
    }
    struct hw_reply *a = hw_reply_new(job->tag);
    if (a == NULL) {
        (void)close(fd);
        return hw_fail(err, HW_E_MEMORY, "no memory for a reply");
    }
    *f = (struct flight){
        .state = WAITING, .job = *job, .pipe = -1, .reply = a, .number = ++b->next_number};
    f->job.fd = fd;
    fill_defaults(&f->job, b->process.rules.rules > 0);
    return HW_OK;
}

/* True when it went out; false when the broker does not take it (it is then as good as dead). */
static bool tell(const struct hw_broker *b, const void *msg, size_t n, const int *fds)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {.room = {0}};
    struct iovec io = {.iov_base = (void *)(uintptr_t)msg, .iov_len = n};
    struct msghdr hdr = {.msg_iov = &io, .msg_iovlen = 1};
    if (fds != NULL) {
        hdr.msg_control = &control;
        hdr.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&hdr);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(2 * sizeof(int));
        memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
    }
    for (;;) {
        ssize_t sent = sendmsg(b->process.control, &hdr, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0 || errno != EINTR) {
            return sent == (ssize_t)n;
        }
    }
}

/* Half of the input's time is theirs. */
static void put_rules(const struct hw_broker *b, const struct flight *f, struct hw_msg_job *msg)
{
    struct hw_span path = f->job.path;
    if (b->process.rules.rules > 0) {
        msg->rules = f->bare ? HW_JOB_RULES_FAILED : HW_JOB_RULES_RUN;
        msg->rules_ms = f->job.cpu_seconds * 500;
    }
    path = hw_span_from(path, path.n > sizeof msg->path ? path.n - sizeof msg->path : 0);
    if (path.n > 0) {
        memcpy(msg->path, path.p, path.n);
    }
    msg->path_n = (uint32_t)path.n;
}

static int launch(struct hw_broker *b, struct flight *f, bool *out_taken, struct hw_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        return hw_fail(err, HW_E_IO, "pipe for facts: %s", strerror(errno));
    }
    f->pipe = ends[0];
    f->state = FLYING;
    f->channel =
        hw_channel_new(f->number, &f->job.outer, f->job.size, f->job.caps, hw_reply_keep, f->reply);
    if (f->channel == NULL) {
        (void)close(ends[1]);
        return hw_fail(err, HW_E_MEMORY, "no memory for a channel");
    }
    struct hw_msg_job msg = {.kind = HW_MSG_JOB,
                             .reading = (uint32_t)f->job.reading,
                             .job = f->number,
                             .size = f->job.size,
                             .cpu_seconds = f->job.cpu_seconds,
                             .wall_ms = f->job.wall_ms,
                             .memory_bytes = f->job.memory_bytes,
                             .outer = f->job.outer,
                             .limits = f->job.limits};
    put_rules(b, f, &msg);
    f->overdue_ms = now_ms() + (int64_t)f->job.wall_ms + b->grace_ms;
    int fds[2] = {f->job.fd, ends[1]};
    *out_taken = tell(b, &msg, sizeof msg, fds);
    (void)close(ends[1]);
    return HW_OK;
}

/* Back to where it was before it was sent; the second time alone. */
static void try_again(struct flight *f)
{
    close_pipe(f);
    hw_channel_free(f->channel);
    f->channel = NULL;
    hw_spool_done(&f->reply->spool);
    f->state = WAITING;
    f->again = true;
    f->told_to_die = false;
}

/* May rules be to blame for this end? */
static bool is_theirs(const struct hw_broker *b, const struct flight *f)
{
    enum hw_refusal r = hw_reply_refusal(f->reply);
    return b->process.rules.rules > 0 && !f->bare &&
           (r == HW_REFUSAL_CRASHED || r == HW_REFUSAL_FORBIDDEN_CALL || r == HW_REFUSAL_TIME ||
            r == HW_REFUSAL_MEMORY);
}

static void finish(struct hw_broker *b, struct flight *f)
{
    close_pipe(f);
    hw_channel_close(f->channel);
    hw_reply_judge(f->reply, f->channel, &f->death, f->job.cpu_seconds);
    if (is_theirs(b, f)) {
        hw_reply_anew(f->reply);
        try_again(f);
        f->again = f->done = false;
        f->bare = true;
        return;
    }
    reply_flight(b, f);
}

/* Moves what the pipe holds. At its end, or when the input is refused, the pipe is closed. */
static int hear_pipe(struct hw_broker *b, struct flight *f, unsigned reads, struct hw_error *err)
{
    for (unsigned i = 0; i < reads && f->pipe >= 0; i++) {
        ssize_t n = read(f->pipe, b->in, READ_BYTES);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            break;
        }
        if (n <= 0) {
            close_pipe(f);
            break;
        }
        int rc = hw_channel_feed(f->channel, (struct hw_span){b->in, (size_t)n}, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (hw_channel_refusal(f->channel) != HW_REFUSAL_NONE) {
            close_pipe(f);
        }
    }
    return HW_OK;
}

/* The broker is dead, or made to be. culprit, when known, is refused by `why`; what else was in the
 * air is tried again, unless it had been alone. Starts the next broker. */
static int lose_broker(struct hw_broker *b, struct flight *culprit, enum hw_refusal why,
                       const char *says, struct hw_error *err)
{
    hw_spawn_end(&b->process);
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        struct flight *f = &b->flights[i];
        if (f->state != FLYING) {
            continue;
        }
        if (f->done) {
            /* its worker left in peace before; what it said is in the pipe still */
            int rc = hear_pipe(b, f, /* reads= */ UINT32_MAX, err);
            if (rc != HW_OK) {
                return rc;
            }
            finish(b, f);
        } else if (hw_channel_refusal(f->channel) != HW_REFUSAL_NONE) {
            hw_reply_refuse(f->reply, hw_channel_refusal(f->channel), hw_channel_why(f->channel));
            reply_flight(b, f);
        } else if (f == culprit) {
            hw_reply_refuse(f->reply, why, says);
            reply_flight(b, f);
        } else if (f->again) {
            hw_reply_refuse(f->reply, HW_REFUSAL_BROKER_LOST, says);
            reply_flight(b, f);
        } else {
            try_again(f);
        }
    }
    if (++b->deaths > HW_BROKER_DEATHS_MAX) {
        return hw_fail(err, HW_E_PEER, "the broker died %u times in a row: %s", b->deaths, says);
    }
    int rc = start_process(b, err);
    return hw_blame(err, rc, "after a broker died: ");
}

static struct flight *next_waiting(struct hw_broker *b)
{
    struct flight *next = NULL;
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        struct flight *f = &b->flights[i];
        if (f->state == WAITING && (next == NULL || f->again > next->again ||
                                    (f->again == next->again && f->number < next->number))) {
            next = f;
        }
    }
    return next;
}

static bool someone_alone(const struct hw_broker *b)
{
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        if (b->flights[i].state == FLYING && b->flights[i].again) {
            return true;
        }
    }
    return false;
}

static int dispatch(struct hw_broker *b, struct hw_error *err)
{
    for (;;) {
        struct flight *f = next_waiting(b);
        if (f == NULL || someone_alone(b) || (f->again && count(b, FLYING) > 0)) {
            return HW_OK;
        }
        bool taken = false;
        int rc = launch(b, f, &taken, err);
        if (rc == HW_OK && !taken) {
            rc = lose_broker(b, /* culprit= */ NULL, HW_REFUSAL_NONE,
                             "the broker takes no more jobs", err);
        }
        if (rc != HW_OK) {
            return rc;
        }
    }
}

/* One message from the broker: DONE of a job in the air, or nothing we believe. */
static int hear_broker(struct hw_broker *b, struct hw_error *err)
{
    struct hw_msg_done d;
    ssize_t n = recv(b->process.control, &d, sizeof d, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return HW_OK;
    }
    if (n == (ssize_t)sizeof d && d.kind == HW_MSG_DONE && d.death <= HW_DEATH_KILLED) {
        for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
            struct flight *f = &b->flights[i];
            if (f->state == FLYING && f->number == d.job && !f->done) {
                f->done = true;
                f->death = d;
                b->deaths = 0;
                return HW_OK;
            }
        }
    }
    return lose_broker(b, /* culprit= */ NULL, HW_REFUSAL_NONE,
                       n > 0 ? "the broker broke the protocol" : "the broker died", err);
}

/* After DONE nobody writes any more, so an empty pipe is a finished one. */
static int settle(struct hw_broker *b, struct hw_error *err)
{
    int64_t now = now_ms();
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        struct flight *f = &b->flights[i];
        if (f->state != FLYING) {
            continue;
        }
        if (f->done) {
            int rc = hear_pipe(b, f, /* reads= */ UINT32_MAX, err);
            if (rc != HW_OK) {
                return rc;
            }
            finish(b, f);
            continue;
        }
        if (hw_channel_refusal(f->channel) != HW_REFUSAL_NONE && !f->told_to_die) {
            struct hw_msg_kill msg = {.kind = HW_MSG_KILL, .job = f->number};
            f->told_to_die = true;
            if (!tell(b, &msg, sizeof msg, NULL)) {
                return lose_broker(b, NULL, HW_REFUSAL_NONE, "the broker does not listen", err);
            }
        }
        if (now >= f->overdue_ms) {
            return lose_broker(b, f, HW_REFUSAL_TIME,
                               "over the time one input may take, and the broker was silent", err);
        }
    }
    return HW_OK;
}

static int64_t next_overdue(const struct hw_broker *b)
{
    int64_t next = -1;
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        const struct flight *f = &b->flights[i];
        if (f->state == FLYING && (next < 0 || f->overdue_ms < next)) {
            next = f->overdue_ms;
        }
    }
    return next;
}

/* Waits for the broker or any pipe, and moves what came. until_ms < 0: no end. */
static int wait_once(struct hw_broker *b, int64_t until_ms, struct hw_error *err)
{
    struct pollfd p[1 + HW_BROKER_JOBS_MAX];
    struct flight *of[1 + HW_BROKER_JOBS_MAX];
    nfds_t n = 1;
    p[0] = (struct pollfd){.fd = b->process.control, .events = POLLIN};
    for (unsigned i = 0; i < HW_BROKER_JOBS_MAX; i++) {
        struct flight *f = &b->flights[i];
        if (f->state == FLYING && f->pipe >= 0) {
            p[n] = (struct pollfd){.fd = f->pipe, .events = POLLIN};
            of[n++] = f;
        }
    }
    int64_t overdue = next_overdue(b), left = until_ms;
    if (overdue >= 0 && (left < 0 || overdue < left)) {
        left = overdue;
    }
    if (left >= 0) {
        left -= now_ms();
        left = left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : left;
    }
    int rc = HW_OK;
    if (poll(p, n, (int)left) < 0 && errno != EINTR) {
        return hw_fail(err, HW_E_IO, "poll: %s", strerror(errno));
    }
    for (nfds_t i = 1; i < n && rc == HW_OK; i++) {
        rc = p[i].revents != 0 ? hear_pipe(b, of[i], READS_A_PASS, err) : HW_OK;
    }
    if (rc == HW_OK && p[0].revents != 0) {
        rc = hear_broker(b, err);
    }
    return rc;
}

int hw_broker_pump(struct hw_broker *b, int timeout_ms, struct hw_error *err)
{
    int64_t until = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    for (;;) {
        int rc = dispatch(b, err);
        rc = rc == HW_OK ? wait_once(b, b->first != NULL ? 0 : until, err) : rc;
        rc = rc == HW_OK ? settle(b, err) : rc;
        rc = rc == HW_OK ? dispatch(b, err) : rc;
        if (rc != HW_OK || b->first != NULL || hw_broker_flying(b) == 0 ||
            (until >= 0 && now_ms() >= until)) {
            return rc;
        }
    }
}
