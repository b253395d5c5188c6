/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/syslog_means.c -- what a few programs say in prose.
 *
 * The sentences are those of the programs' own sources: OpenSSH's auth.c and packet.c, sudo's
 * logging.c, Linux-PAM's pam_unix, shadow's useradd, cron, systemd-logind, OpenVPN's multi.c, ISC
 * dhcpd and dnsmasq. A sentence that is not known is left as it is.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/syslog_parts.h"

/* Goes past `text` at the front of *s. */
static bool eat(struct hw_span *s, const char *text)
{
    if (!hw_span_starts(*s, text)) {
        return false;
    }
    *s = hw_span_from(*s, strlen(text));
    return true;
}

/* What stands before `text` in *s, and *s goes behind it; all of it and an empty rest when there
 * is none. False then. */
static bool until(struct hw_span *s, const char *text, struct hw_span *out)
{
    size_t n = strlen(text);
    const uint8_t *hit = s->n < n || s->n == 0 ? NULL : memmem(s->p, s->n, text, n);
    size_t at = hit == NULL ? s->n : (size_t)(hit - s->p);
    *out = hw_span_cut(*s, 0, at);
    *s = hw_span_from(*s, hit == NULL ? at : at + n);
    return hit != NULL;
}

static void set(struct hw_span *v, enum hw_syslog_value which, struct hw_span s)
{
    if (s.n > 0) {
        v[which] = s;
    }
}

static void does(struct hw_span *v, const char *word)
{
    v[HW_SYSLOG_DOES] = hw_span_str(word);
}

/* "10.0.0.1 port 22 ..." */
static void peer(struct hw_span s, struct hw_span *v)
{
    struct hw_span ip, port;
    if (until(&s, " port ", &ip)) {
        (void)until(&s, " ", &port);
        set(v, HW_SYSLOG_SRC_PORT, hw_span_cut(port, 0, hw_span_find(port, ':')));
    } else {
        ip = hw_span_cut(ip, 0, hw_span_find(ip, ' '));
    }
    set(v, HW_SYSLOG_SRC_IP, ip);
}

/* The name a stranger typed may hold " from " itself: the last one counts. */
static void user_from(struct hw_span s, struct hw_span *v)
{
    size_t at = s.n;
    for (size_t i = 0; i + 6 <= s.n; i++) {
        at = hw_span_is(hw_span_cut(s, i, 6), " from ") ? i : at;
    }
    if (at == s.n) {
        return;
    }
    set(v, HW_SYSLOG_USER, hw_span_cut(s, 0, at));
    peer(hw_span_from(s, at + 6), v);
}

/* "session opened for user ann(uid=0) by bob(uid=1)" */
static void pam_session(struct hw_span s, struct hw_span *v)
{
    struct hw_span head, user;
    if (!until(&s, "session ", &head)) {
        return;
    }
    bool opened = eat(&s, "opened for user ");
    if (!opened && !eat(&s, "closed for user ")) {
        return;
    }
    (void)until(&s, " ", &user);
    does(v, opened ? "opened" : "closed");
    set(v, HW_SYSLOG_TARGET_USER, hw_span_cut(user, 0, hw_span_find(user, '(')));
    if (eat(&s, "by ")) {
        set(v, HW_SYSLOG_USER, hw_span_cut(s, 0, hw_span_find(s, '(')));
    }
}

static void sshd(struct hw_span s, struct hw_span *v)
{
    struct hw_span method, rest;
    bool accepted = eat(&s, "Accepted ");
    if (accepted || eat(&s, "Failed ")) {
        if (!until(&s, " for ", &method)) {
            return;
        }
        (void)(eat(&s, "invalid user ") || eat(&s, "illegal user "));
        does(v, accepted ? "accepted" : "failed");
        set(v, HW_SYSLOG_AUTH, hw_span_cut(method, 0, hw_span_find(method, '/')));
        rest = s;
        if (until(&rest, " ssh2: ", &method)) { /* "RSA SHA256:..." behind it */
            set(v, HW_SYSLOG_KEY, rest);
            s = method;
        }
        user_from(s, v);
    } else if (eat(&s, "Invalid user ") || eat(&s, "Illegal user ")) {
        does(v, "failed");
        user_from(s, v);
    } else if (eat(&s, "Disconnected from ")) {
        does(v, "closed");
        (void)(eat(&s, "authenticating ") || eat(&s, "invalid "));
        if (eat(&s, "user ")) {
            (void)until(&s, " ", &rest);
            set(v, HW_SYSLOG_USER, rest);
        }
        peer(s, v);
    } else if (hw_span_holds(s, "(sshd:session)")) {
        pam_session(s, v);
        v[HW_SYSLOG_USER] = v[HW_SYSLOG_TARGET_USER]; /* whose session it is */
        v[HW_SYSLOG_TARGET_USER] = (struct hw_span){NULL, 0};
    }
}

/* "ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/id -u" */
static void sudo(struct hw_span s, struct hw_span *v)
{
    struct hw_span part, who, rest = s;
    if (hw_span_holds(s, "session ") && hw_span_holds(s, "pam_")) {
        pam_session(s, v);
        return;
    }
    if (!until(&rest, " : ", &who) || !hw_span_holds(rest, "COMMAND=")) {
        return;
    }
    does(v, "ran");
    set(v, HW_SYSLOG_USER, hw_span_trim(who));
    while (rest.n > 0) {
        if (hw_span_starts(rest, "COMMAND=")) { /* the last, and it may hold anything */
            set(v, HW_SYSLOG_COMMAND, hw_span_from(rest, 8));
            return;
        }
        (void)until(&rest, " ; ", &part);
        if (eat(&part, "PWD=")) {
            set(v, HW_SYSLOG_CWD, part);
        } else if (eat(&part, "USER=")) {
            set(v, HW_SYSLOG_TARGET_USER, part);
        } else if (eat(&part, "TTY=")) {
            set(v, HW_SYSLOG_TTY, part);
        } else if (hw_span_holds(part, "NOT ") || hw_span_holds(part, "not allowed") ||
                   hw_span_holds(part, "incorrect")) {
            does(v, "failed");
        }
    }
}

static void su(struct hw_span s, struct hw_span *v)
{
    struct hw_span target, user;
    bool failed = eat(&s, "FAILED SU ");
    if (eat(&s, "(to ") && until(&s, ") ", &target)) {
        does(v, failed ? "failed" : "opened");
        set(v, HW_SYSLOG_TARGET_USER, target);
        (void)until(&s, " ", &user);
        set(v, HW_SYSLOG_USER, user);
        return;
    }
    pam_session(s, v);
}

static void cron(struct hw_span s, struct hw_span *v)
{
    struct hw_span user;
    if (eat(&s, "(") && until(&s, ") CMD (", &user) && s.n > 0 && s.p[s.n - 1] == ')') {
        does(v, "ran");
        set(v, HW_SYSLOG_USER, user);
        set(v, HW_SYSLOG_COMMAND, hw_span_cut(s, 0, s.n - 1));
    }
}

/* "new user: name=bob, UID=1001, ..." */
static void useradd(struct hw_span s, struct hw_span *v)
{
    struct hw_span name;
    if (eat(&s, "new user: name=") || eat(&s, "new account added - account=")) {
        (void)until(&s, ",", &name);
        does(v, "added");
        set(v, HW_SYSLOG_TARGET_USER, name);
    }
}

static void logind(struct hw_span s, struct hw_span *v)
{
    struct hw_span id;
    if (eat(&s, "New session ") && until(&s, " of user ", &id)) {
        does(v, "opened");
        set(v, HW_SYSLOG_SESSION, id);
        set(v, HW_SYSLOG_USER, hw_span_cut(s, 0, s.n - (s.n > 0 && s.p[s.n - 1] == '.')));
    } else if (eat(&s, "Removed session ")) {
        does(v, "closed");
        set(v, HW_SYSLOG_SESSION, hw_span_cut(s, 0, s.n - (s.n > 0 && s.p[s.n - 1] == '.')));
    }
}

/* "... MULTI: Learn: 10.8.0.6 -> ann/203.0.113.7:51234" */
static void openvpn(struct hw_span s, struct hw_span *v)
{
    struct hw_span head, inner, user;
    if (!until(&s, "MULTI: Learn: ", &head) || !until(&s, " -> ", &inner) ||
        !until(&s, "/", &user)) {
        return;
    }
    size_t colon = s.n;
    for (size_t i = 0; i < s.n; i++) {
        colon = s.p[i] == ':' ? i : colon;
    }
    does(v, "assigned");
    set(v, HW_SYSLOG_USER, user);
    set(v, HW_SYSLOG_IP, inner);
    set(v, HW_SYSLOG_SRC_IP, hw_span_cut(s, 0, colon));
    set(v, HW_SYSLOG_SRC_PORT, hw_span_from(s, colon + 1));
}

/* dhcpd: "DHCPACK on 10.0.0.5 to 00:11:22:33:44:55 (name) via eth0";
 * dnsmasq: "DHCPACK(eth0) 10.0.0.5 00:11:22:33:44:55 name" */
static void dhcp(struct hw_span s, struct hw_span *v)
{
    struct hw_span ip, mac, name = {NULL, 0};
    bool isc = eat(&s, "DHCPACK on ");
    if (!isc) {
        struct hw_span on;
        if (!eat(&s, "DHCPACK(") || !until(&s, ") ", &on)) {
            return;
        }
    }
    (void)until(&s, isc ? " to " : " ", &ip);
    (void)until(&s, " ", &mac);
    if (isc && eat(&s, "(")) {
        (void)until(&s, ")", &name);
    } else if (!isc) {
        name = s;
    }
    does(v, "assigned");
    set(v, HW_SYSLOG_IP, ip);
    set(v, HW_SYSLOG_MAC, mac);
    set(v, HW_SYSLOG_NAME, name);
}

void hw_syslog_means(const struct hw_syslog_line *l, struct hw_span out[HW_SYSLOG_VALUES])
{
    static const struct {
        const char *program;
        void (*means)(struct hw_span s, struct hw_span *v);
    } known[] = {
        {"sshd", sshd},       {"sshd-session", sshd},   {"sudo", sudo},
        {"su", su},           {"cron", cron},           {"CRON", cron},
        {"crond", cron},      {"CROND", cron},          {"useradd", useradd},
        {"openvpn", openvpn}, {"ovpn-server", openvpn}, {"systemd-logind", logind},
        {"dhcpd", dhcp},      {"dnsmasq-dhcp", dhcp},
    };
    for (size_t i = 0; i < HW_SYSLOG_VALUES; i++) {
        out[i] = (struct hw_span){NULL, 0};
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is(l->program, known[i].program)) {
            known[i].means(l->message, out);
            return;
        }
    }
}
