/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/happen.c -- one happening into its list, in canonical words.
 *
 * What a deed's a to d are:
 *   process-start  a parent (actor), b command, c hash, d log-on id of the new process
 *   process-exec   a image, b command        process-inject, -access  a target (actor), b access
 *   image-load, file-write, -delete, -seen, -ran  a path, b hash     file-read  a path
 *   file-rename    a path, b target          file-mark, download  a path, b hash, c url, d referrer
 *   dns            a name, b answers, c who asked (address)         registry-set  a key, b value
 */
#include <string.h>

#include "base/text.h"
#include "derive/room.h"

/* By guid alone where there is one: its pid and image say nothing more. */
static bool actor_same(struct world *w, uint32_t i, const void *key)
{
    const struct actor *a = AT(struct actor, &w->actors, i), *b = key;
    return a->host == b->host && a->guid == b->guid &&
           (a->guid != 0 || (a->pid == b->pid && a->image == b->image));
}

static uint64_t actor_mix(const struct actor *a)
{
    uint32_t k[4] = {a->host, a->guid, a->guid != 0 ? 0 : a->pid, a->guid != 0 ? 0 : a->image};
    return world_hash(k, sizeof k, 4);
}

static uint64_t actor_hash(struct world *w, uint32_t i)
{
    return actor_mix(AT(struct actor, &w->actors, i));
}

static uint32_t pid_plus(struct hw_span s)
{
    uint64_t v;
    return span_number(s, &v) && v < UINT32_MAX ? (uint32_t)v + 1 : 0;
}

uint32_t actor_of(struct world *w, uint32_t host, struct hw_span guid, struct hw_span pid,
                  struct hw_span image, struct hw_span user)
{
    struct actor a = {.host = host, .guid = uuid_of(w, guid), .pid = pid_plus(pid)};
    a.image = hw_span_is(image, "<unknown process>") ? 0 : path_of(w, image);
    a.user = account_of(w, user, (struct hw_span){NULL, 0});
    if (a.guid == 0 && a.pid == 0) {
        return 0;
    }
    uint32_t *slot = table_find(w, &w->actor_table, actor_mix(&a), actor_same, &a, actor_hash);
    if (slot == NULL) {
        return 0;
    }
    if (*slot != 0) {
        struct actor *was = AT(struct actor, &w->actors, *slot);
        was->image = was->image != 0 ? was->image : a.image;
        was->user = was->user != 0 ? was->user : a.user;
        was->pid = was->pid != 0 ? was->pid : a.pid;
        return *slot;
    }
    uint32_t i = vec_add(w, &w->actors);
    if (i != 0) {
        *AT(struct actor, &w->actors, i) = a;
        *slot = i;
        w->actor_table.used++;
    }
    return i;
}

/* The source's own id: guid, or uniq within its log. */
static text_id guid_of(struct world *w, const struct found *f, enum hw_role guid, enum hw_role uniq)
{
    struct hw_span s = found_get(f, guid);
    if (s.n > 0) {
        return text_of(w, s);
    }
    s = found_get(f, uniq);
    const struct log *l = AT(struct log, &w->logs, f->log);
    return s.n == 0
               ? 0
               : text_print(w, "%02x%02x%02x%02x:%.*s", l->sha256[0], l->sha256[1], l->sha256[2],
                            l->sha256[3], (int)(s.n > 200 ? 200 : s.n), (const char *)s.p);
}

static uint32_t doer(struct world *w, const struct found *f)
{
    text_id guid = guid_of(w, f, HW_ROLE_GUID, HW_ROLE_UNIQ);
    return actor_of(w, f->at.host, text_span(w, guid), found_get(f, HW_ROLE_PID),
                    found_get(f, HW_ROLE_IMAGE), found_get(f, HW_ROLE_USER));
}

static struct deed *deed_new(struct world *w, const struct found *f, uint32_t actor)
{
    uint32_t i = vec_add(w, &w->deeds);
    struct deed *d = AT(struct deed, &w->deeds, i);
    *d = (struct deed){.at = f->at, .kind = (uint8_t)f->bound->kind, .actor = actor};
    return d;
}

static text_id user_of(struct world *w, const struct found *f)
{
    return account_of(w, found_get(f, HW_ROLE_USER), found_get(f, HW_ROLE_DOMAIN));
}

/* ---- processes and files ---- */

static uint32_t proc_new(struct world *w, const struct found *f, uint32_t actor, uint32_t pid)
{
    uint32_t i = vec_add(w, &w->procs);
    const struct actor *a = AT(struct actor, &w->actors, actor);
    struct proc *p = AT(struct proc, &w->procs, i);
    *p = (struct proc){.host = f->at.host,
                       .guid = a->guid,
                       .pid = pid,
                       .image = a->image,
                       .user = a->user,
                       .event = f->at.event,
                       .lo = f->at.lo,
                       .hi = f->at.hi,
                       .died = HW_TIME_MAX,
                       .seen_lo = f->at.lo,
                       .seen_hi = f->at.hi};
    return i;
}

static void process_start(struct world *w, const struct found *f)
{
    uint32_t self, parent;
    bool from_parent = found_get(f, HW_ROLE_CHILD_PID).n > 0;
    struct hw_span none = {NULL, 0};
    if (from_parent) {
        parent = doer(w, f);
        text_id guid = guid_of(w, f, HW_ROLE_TARGET_GUID, HW_ROLE_CHILD_UNIQ);
        self = actor_of(w, f->at.host, text_span(w, guid), found_get(f, HW_ROLE_CHILD_PID), none,
                        none);
    } else {
        self = doer(w, f);
        text_id guid = guid_of(w, f, HW_ROLE_PARENT_GUID, HW_ROLE_PARENT_UNIQ);
        parent = actor_of(w, f->at.host, text_span(w, guid), found_get(f, HW_ROLE_PARENT_PID),
                          found_get(f, HW_ROLE_PARENT_IMAGE), none);
    }
    if (self == 0) {
        return;
    }
    uint32_t pid = pid_plus(found_get(f, from_parent ? HW_ROLE_CHILD_PID : HW_ROLE_PID));
    uint32_t at = proc_new(w, f, self, pid);
    struct deed *d = deed_new(w, f, self);
    d->a = parent;
    d->proc = at;
    text_id command = found_text(w, f, HW_ROLE_COMMAND),
            hash = hash_of(w, found_get(f, HW_ROLE_HASH));
    text_id logon = logon_of(w, found_get(f, HW_ROLE_CHILD_LOGON));
    if (logon == 0 || logon_is_system(text_span(w, logon))) {
        logon = logon_of(w, found_get(f, HW_ROLE_LOGON));
    }
    d = AT(struct deed, &w->deeds, w->deeds.count - 1);
    d->b = from_parent ? 0 : command;
    d->c = hash;
    d->d = logon;
    struct proc *p = AT(struct proc, &w->procs, at);
    p->parent = parent;
    p->command = from_parent ? 0 : command;
    p->logon = logon;
}

static void process_exec(struct world *w, const struct found *f)
{
    uint32_t self = doer(w, f);
    text_id image = path_of(w, found_get(f, HW_ROLE_IMAGE));
    text_id command = found_text(w, f, HW_ROLE_COMMAND);
    uint32_t pid = pid_plus(found_get(f, HW_ROLE_PID));
    if (self == 0) {
        return;
    }
    uint32_t at = proc_new(w, f, self, pid);
    struct deed *d = deed_new(w, f, self);
    d->a = image;
    d->b = command;
    d->proc = at;
    struct proc *p = AT(struct proc, &w->procs, at);
    p->image = image;
    p->command = command;
}

static void towards(struct world *w, const struct found *f)
{
    uint32_t self = doer(w, f);
    struct hw_span none = {NULL, 0};
    uint32_t target =
        actor_of(w, f->at.host, found_get(f, HW_ROLE_TARGET_GUID), found_get(f, HW_ROLE_TARGET_PID),
                 found_get(f, HW_ROLE_TARGET_IMAGE), none);
    uint64_t access = UINT64_MAX;
    bool known = found_u64(f, HW_ROLE_ACCESS, &access);
    /* Opening another process matters here only where it may be written into or made to run
     * something: PROCESS_CREATE_THREAD 2, VM_OPERATION 8 with VM_WRITE 0x20. */
    if (f->bound->kind == HW_HAPPENED_PROCESS_ACCESS &&
        !(known && ((access & 0x28) == 0x28 || (access & 2) != 0))) {
        return;
    }
    struct deed *d = deed_new(w, f, self);
    d->a = target;
    d->b = known ? (uint32_t)access : 0;
}

/* A line of a mark of the web: what stands behind its name, up to white space. */
static text_id line_of(struct world *w, struct hw_span s, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n < s.n; i++) {
        if (hw_span_starts(hw_span_from(s, i), name)) {
            struct hw_span v = hw_span_from(s, i + n);
            size_t end = 0;
            while (end < v.n && !hw_ascii_is_blank(v.p[end])) {
                end++;
            }
            return text_of(w, hw_span_cut(v, 0, end));
        }
    }
    return 0;
}

static void file_deed(struct world *w, const struct found *f)
{
    uint32_t self = doer(w, f);
    text_id path = path_of(w, found_get(f, HW_ROLE_PATH));
    text_id hash = hash_of(w, found_get(f, HW_ROLE_HASH));
    text_id target = path_of(w, found_get(f, HW_ROLE_TARGET));
    text_id url = found_text(w, f, HW_ROLE_URL), referrer = found_text(w, f, HW_ROLE_REFERRER);
    if (url == 0) {
        struct hw_span mark = found_get(f, HW_ROLE_CONTENTS);
        url = line_of(w, mark, "HostUrl=");
        referrer = referrer != 0 ? referrer : line_of(w, mark, "ReferrerUrl=");
    }
    if (path == 0 && hash == 0) {
        return;
    }
    struct deed *d = deed_new(w, f, self);
    d->a = path;
    d->b = f->bound->kind == HW_HAPPENED_FILE_RENAME ? target : hash;
    d->c = url;
    d->d = referrer;
}

static void process_end(struct world *w, const struct found *f)
{
    (void)deed_new(w, f, doer(w, f));
}

static void pair_deed(struct world *w, const struct found *f, enum hw_role a, enum hw_role b)
{
    uint32_t self = doer(w, f);
    text_id x = found_text(w, f, a), y = found_text(w, f, b);
    struct deed *d = deed_new(w, f, self);
    d->a = x;
    d->b = y;
}

/* ---- network ---- */

static uint16_t port_of(const struct found *f, enum hw_role role)
{
    uint64_t v;
    return found_u64(f, role, &v) && v <= UINT16_MAX ? (uint16_t)v : 0;
}

static void net_flow(struct world *w, const struct found *f)
{
    uint32_t self = doer(w, f);
    struct flow n = {.at = f->at,
                     .actor = self,
                     .src = address_of(w, found_get(f, HW_ROLE_SRC_IP)),
                     .dst = address_of(w, found_get(f, HW_ROLE_DST_IP)),
                     .dst_name = text_lower(w, found_get(f, HW_ROLE_DST_NAME)),
                     .src_port = port_of(f, HW_ROLE_SRC_PORT),
                     .dst_port = port_of(f, HW_ROLE_DST_PORT)};
    struct hw_span initiated = found_get(f, HW_ROLE_INITIATED);
    n.known_side = initiated.n > 0;
    n.initiated =
        !n.known_side || hw_span_is_nocase(initiated, "true") || hw_span_is(initiated, "1");
    /* A record that has no place for a process is a sensor's; one that left it empty is a
     * machine's. */
    const enum hw_role who[] = {HW_ROLE_PID, HW_ROLE_GUID, HW_ROLE_IMAGE};
    n.sensor = self == 0;
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        n.sensor = n.sensor && f->bound->slot[who[i]][0] < 0;
    }
    if (n.dst == 0 && n.src == 0 && n.dst_name == 0) {
        return;
    }
    uint32_t i = vec_add(w, &w->flows);
    *AT(struct flow, &w->flows, i) = n;
}

static void vpn_session(struct world *w, const struct found *f)
{
    struct hw_span action = found_get(f, HW_ROLE_ACTION);
    struct lease l = {
        .at = f->at,
        .kind = (uint8_t)f->bound->kind,
        .ip = address_of(
            w, found_get(f, f->bound->kind == HW_HAPPENED_LEASE ? HW_ROLE_IP : HW_ROLE_INNER_IP)),
        .name = found_text(w, f, HW_ROLE_NAME),
        .device = found_text(w, f, HW_ROLE_DEVICE),
        .account = user_of(w, f),
        .src = address_of(w, found_get(f, HW_ROLE_SRC_IP)),
        .session = found_text(w, f, HW_ROLE_SESSION)};
    l.action = hw_span_starts(action, "end") || hw_span_is_nocase(action, "logout") ||
                       hw_span_is_nocase(action, "disconnected")
                   ? 2
               : hw_span_is_nocase(action, "one") ? 0
                                                  : 1;
    int64_t until;
    struct hw_span t = found_get(f, HW_ROLE_UNTIL);
    if (t.n > 0 && hw_time_parse(t, &until) && until > l.at.lo) {
        l.until = until;
        l.action = 0;
    }
    uint32_t i = vec_add(w, &w->leases);
    *AT(struct lease, &w->leases, i) = l;
}

/* ---- sessions ---- */

static void logon(struct world *w, const struct found *f)
{
    struct logon l = {.at = f->at,
                      .logon = logon_of(w, found_get(f, HW_ROLE_LOGON)),
                      .account = user_of(w, f),
                      .src = address_of(w, found_get(f, HW_ROLE_SRC_IP)),
                      .guid = uuid_of(w, found_get(f, HW_ROLE_LOGON_GUID)),
                      .by = logon_of(w, found_get(f, HW_ROLE_BY_LOGON)),
                      .linked = logon_of(w, found_get(f, HW_ROLE_LINKED_LOGON)),
                      .src_host = found_text(w, f, HW_ROLE_SRC_HOST),
                      .kind = found_text(w, f, HW_ROLE_KIND),
                      .auth = found_text(w, f, HW_ROLE_AUTH),
                      .device = found_text(w, f, HW_ROLE_DEVICE),
                      .src_port = port_of(f, HW_ROLE_SRC_PORT)};
    uint32_t i = vec_add(w, &w->logons);
    *AT(struct logon, &w->logons, i) = l;
}

static void logon_explicit(struct world *w, const struct found *f)
{
    struct explicit_logon l = {.at = f->at,
                               .by = logon_of(w, found_get(f, HW_ROLE_BY_LOGON)),
                               .account = user_of(w, f),
                               .dst = text_lower(w, found_get(f, HW_ROLE_DST_NAME)),
                               .guid = uuid_of(w, found_get(f, HW_ROLE_LOGON_GUID)),
                               .src = address_of(w, found_get(f, HW_ROLE_SRC_IP))};
    uint32_t i = vec_add(w, &w->explicits);
    *AT(struct explicit_logon, &w->explicits, i) = l;
}

static void ticket(struct world *w, const struct found *f)
{
    struct ticket t = {.at = f->at,
                       .account = user_of(w, f),
                       .src = address_of(w, found_get(f, HW_ROLE_SRC_IP)),
                       .guid = uuid_of(w, found_get(f, HW_ROLE_LOGON_GUID)),
                       .service = text_lower(w, found_get(f, HW_ROLE_SERVICE))};
    uint32_t i = vec_add(w, &w->tickets);
    *AT(struct ticket, &w->tickets, i) = t;
}

/* \\*\C$ and Windows\x, or the share's local path and x. */
static text_id share_path(struct world *w, const struct found *f)
{
    struct hw_span share = found_get(f, HW_ROLE_SHARE), rest = found_get(f, HW_ROLE_PATH);
    struct hw_span local = found_get(f, HW_ROLE_SHARE_PATH);
    size_t cut = share.n;
    if (rest.n == 0) {
        return 0;
    }
    while (cut > 0 && share.p[cut - 1] != '\\') {
        cut--;
    }
    share = hw_span_from(share, cut);
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    if (share.n == 2 && share.p[1] == '$') {
        hw_buf_char(&b, (char)share.p[0]);
        hw_buf_str(&b, ":\\");
    } else if (hw_span_is_nocase(share, "admin$")) {
        hw_buf_str(&b, "c:\\windows\\");
    } else if (local.n > 0) {
        hw_buf_span_put(&b, local);
        hw_buf_char(&b, '\\');
    } else {
        hw_buf_str(&b, "\\\\*\\");
        hw_buf_span_put(&b, share);
        hw_buf_char(&b, '\\');
    }
    hw_buf_span_put(&b, rest);
    text_id t = hw_buf_ok(&b) ? path_of(w, hw_buf_span(&b)) : 0;
    hw_buf_done(&b);
    return t;
}

static void share_access(struct world *w, const struct found *f)
{
    uint64_t access = 0;
    struct share s = {.at = f->at,
                      .logon = logon_of(w, found_get(f, HW_ROLE_LOGON)),
                      .account = user_of(w, f),
                      .path = share_path(w, f),
                      .src = address_of(w, found_get(f, HW_ROLE_SRC_IP)),
                      .src_port = port_of(f, HW_ROLE_SRC_PORT)};
    /* WriteData 2, AppendData 4, WriteEA 0x10, DELETE 0x10000, WRITE_DAC 0x40000. */
    s.writes = found_u64(f, HW_ROLE_ACCESS, &access) && (access & 0x50016) != 0;
    if (s.path == 0) {
        return;
    }
    uint32_t i = vec_add(w, &w->shares);
    *AT(struct share, &w->shares, i) = s;
}

/* A service's path is a command: a program, and what it is given, in which a slash is no
 * separator. */
static text_id command_of(struct world *w, struct hw_span s)
{
    bool given = hw_span_find(s, '"') < s.n || hw_span_find(s, '/') < s.n;
    return given ? text_lower(w, s) : path_of(w, s);
}

static void service(struct world *w, const struct found *f)
{
    uint32_t self = doer(w, f);
    bool task = f->bound->kind == HW_HAPPENED_TASK_SET || f->bound->kind == HW_HAPPENED_TASK_RUN;
    struct service s = {.at = f->at,
                        .kind = (uint8_t)f->bound->kind,
                        .name = text_lower(w, found_get(f, task ? HW_ROLE_TASK : HW_ROLE_SERVICE)),
                        .path = command_of(w, found_get(f, HW_ROLE_PATH)),
                        .logon = logon_of(w, found_get(f, HW_ROLE_LOGON)),
                        .user = user_of(w, f),
                        .command = found_text(w, f, HW_ROLE_COMMAND),
                        .actor = self};
    uint32_t i = s.name == 0 ? 0 : vec_add(w, &w->services);
    if (i != 0) {
        *AT(struct service, &w->services, i) = s;
    }
}

static void lost(struct world *w, const struct found *f)
{
    uint32_t i = vec_add(w, &w->gaps);
    struct event *e = AT(struct event, &w->events, f->at.event);
    struct gap g = {.what = found_text(w, f, HW_ROLE_WHAT),
                    .log = e->channel != 0 ? e->channel : AT(struct log, &w->logs, f->log)->path,
                    .host = f->at.host,
                    .from = HW_TIME_NONE,
                    .to = f->at.hi};
    (void)found_u64(f, HW_ROLE_COUNT_OF, &g.count);
    if (found_get(f, HW_ROLE_RESULT).n > 0) { /* a collector's own word, with a reason */
        bool locked = hw_span_is(found_get(f, HW_ROLE_KIND), "locked");
        text_id why = found_text(w, f, HW_ROLE_RESULT);
        g.says = text_print(w, "%s: %s", text_str(w, g.what), text_str(w, why));
        g.what = text_print(w, locked ? "locked" : "missing");
        AT(struct log, &w->logs, f->log)->tells = true;
    }
    *AT(struct gap, &w->gaps, i) = g;
}

void collect_one(struct world *w, const struct found *f)
{
    switch (f->bound->kind) {
    case HW_HAPPENED_PROCESS_START:
        process_start(w, f);
        break;
    case HW_HAPPENED_PROCESS_EXEC:
        process_exec(w, f);
        break;
    case HW_HAPPENED_PROCESS_END:
        process_end(w, f);
        break;
    case HW_HAPPENED_PROCESS_INJECT:
    case HW_HAPPENED_PROCESS_ACCESS:
        towards(w, f);
        break;
    case HW_HAPPENED_IMAGE_LOAD:
    case HW_HAPPENED_FILE_WRITE:
    case HW_HAPPENED_FILE_READ:
    case HW_HAPPENED_FILE_RENAME:
    case HW_HAPPENED_FILE_DELETE:
    case HW_HAPPENED_FILE_SEEN:
    case HW_HAPPENED_FILE_RAN:
    case HW_HAPPENED_FILE_MARK:
    case HW_HAPPENED_DOWNLOAD:
        file_deed(w, f);
        break;
    case HW_HAPPENED_DNS:
        pair_deed(w, f, HW_ROLE_NAME, HW_ROLE_ANSWERS);
        AT(struct deed, &w->deeds, w->deeds.count - 1)->c =
            address_of(w, found_get(f, HW_ROLE_SRC_IP));
        break;
    case HW_HAPPENED_REGISTRY_SET:
        pair_deed(w, f, HW_ROLE_KEY, HW_ROLE_VALUE);
        break;
    case HW_HAPPENED_NET_FLOW:
        net_flow(w, f);
        break;
    case HW_HAPPENED_VPN_SESSION:
    case HW_HAPPENED_LEASE:
        vpn_session(w, f);
        break;
    case HW_HAPPENED_LOGON:
        logon(w, f);
        break;
    case HW_HAPPENED_LOGON_EXPLICIT:
        logon_explicit(w, f);
        break;
    case HW_HAPPENED_TICKET:
        ticket(w, f);
        break;
    case HW_HAPPENED_SHARE_ACCESS:
        share_access(w, f);
        break;
    case HW_HAPPENED_SERVICE_INSTALL:
    case HW_HAPPENED_SERVICE_START:
    case HW_HAPPENED_TASK_SET:
    case HW_HAPPENED_TASK_RUN:
        service(w, f);
        break;
    case HW_HAPPENED_BUILD_STEP:
    case HW_HAPPENED_BUILD_OUTPUT:
    case HW_HAPPENED_SIGNED:
    case HW_HAPPENED_PUBLISHED:
    case HW_HAPPENED_FILE_TRANSFER:
    case HW_HAPPENED_HTTP:
    case HW_HAPPENED_SIGN_IN:
    case HW_HAPPENED_INSTALLED:
        happen_said(w, f);
        break;
    case HW_HAPPENED_DECLARED:
        happen_declared(w, f);
        break;
    case HW_HAPPENED_LOST:
        lost(w, f);
        break;
    default: /* pipes, tickets of others, failures: kept as records, no edges yet */
        break;
    }
}
