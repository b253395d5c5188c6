/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_role.c -- what a hit on an indicator would mean.
 *
 * Public lists mix poison with the clean programs that carried it, the legitimate hosts it was
 * fetched from and the certificates it was signed with. Roles keep them apart, and they err on one
 * side: a row is called harmless only by a cell made for saying so, or by a phrase that cannot be
 * read otherwise. "side-loaded by a legitimate colorcpl.exe" is said of poison.
 */
#include "evidence/knowledge/list.h"

#include <string.h>

#include "base/text.h"
#include "fact/url.h"

static bool starts(struct hw_span s, const char *word)
{
    size_t n = strlen(word);
    struct hw_span w = {(const uint8_t *)word, n};
    return s.n >= n && hw_span_equal_nocase(hw_span_cut(s, 0, n), w) &&
           (s.n == n || !hw_ascii_is_alpha(s.p[n]));
}

static bool holds(struct hw_span s, const char *phrase)
{
    for (size_t i = 0; i < s.n; i++) {
        if (starts(hw_span_from(s, i), phrase) && (i == 0 || !hw_ascii_is_alpha(s.p[i - 1]))) {
            return true;
        }
    }
    return false;
}

static bool starts_certificate(struct hw_span s)
{
    return starts(s, "certificate") || starts(s, "code signing certificate") ||
           starts(s, "code-signing certificate") || starts(s, "thumbprint") || starts(s, "x509");
}

static bool starts_harmless(struct hw_span s)
{
    return starts(s, "benign") || starts(s, "legitimate") || starts(s, "clean") ||
           starts(s, "goodware") || starts(s, "false positive") || starts(s, "false-positive");
}

void hw_list_words_cell(struct hw_span cell, struct hw_list_words *w)
{
    struct hw_span s = hw_span_trim(cell);
    w->context = w->context || starts_harmless(s) || starts(s, "context");
    w->carrier = w->carrier || starts(s, "carrier");
    w->bait = w->bait || starts(s, "bait") || starts(s, "decoy") || starts(s, "lure");
    w->shared_host = w->shared_host || starts(s, "shared-host") || starts(s, "shared host");
    w->certificate = w->certificate || starts_certificate(s) || holds(s, "signing certificate") ||
                     holds(s, "x-x509-server-cert");
}

/* One clause, between the semicolons and bars that lists put between remarks. */
static void clause(struct hw_span s, struct hw_list_words *w)
{
    s = hw_span_trim(s);
    if (starts(s, "role") || starts(s, "family")) {
        hw_list_words_cell(hw_span_from(s, hw_span_find(s, ' ')), w);
        return;
    }
    w->certificate = w->certificate || starts_certificate(s);
    w->shared_host =
        w->shared_host || holds(s, "legitimate host") || holds(s, "legitimate service");
    w->context = w->context || (starts_harmless(s) && !starts(s, "clean")) ||
                 holds(s, "false-positive trap") || holds(s, "context-only") ||
                 holds(s, "(context)") || holds(s, "(benign file)");
    w->bait = w->bait || holds(s, "decoy document") || holds(s, "decoy file");
}

void hw_list_words_text(struct hw_span text, struct hw_list_words *w)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i == text.n || text.p[i] == ';' || text.p[i] == '|') {
            clause(hw_span_cut(text, from, i - from), w);
            from = i + 1;
        }
    }
}

/* Hosts where anybody may put anything: the path tells friend from foe, the host does not. */
static const char *const shared_hosts[] = {
    "1drv.ms",
    "api.telegram.org",
    "archive.org",
    "bitbucket.org",
    "codeberg.org",
    "discord.com",
    "discordapp.com",
    "docs.google.com",
    "drive.google.com",
    "dropbox.com",
    "dropboxusercontent.com",
    "github.com",
    "github.io",
    "githubusercontent.com",
    "gitlab.com",
    "mediafire.com",
    "mega.nz",
    "onedrive.live.com",
    "pastebin.com",
    "s3.amazonaws.com",
    "sourceforge.net",
    "storage.googleapis.com",
    "t.me",
    "transfer.sh",
};

static bool is_shared(struct hw_span host)
{
    for (size_t i = 0; i < sizeof shared_hosts / sizeof shared_hosts[0]; i++) {
        size_t n = strlen(shared_hosts[i]);
        if (host.n >= n && hw_span_is(hw_span_from(host, host.n - n), shared_hosts[i]) &&
            (host.n == n || host.p[host.n - n - 1] == '.')) {
            return true;
        }
    }
    return false;
}

const char *hw_list_role(const struct hw_list_value *v, const struct hw_list_words *w)
{
    struct hw_span s = {v->p, v->n};
    bool net = v->kind == HW_LIST_URL || v->kind == HW_LIST_DOMAIN || v->kind == HW_LIST_ADDRESS;
    bool hash = hw_list_kind_is_file_hash(v->kind);
    if (w->context) {
        return "context";
    }
    if (w->bait && (hash || v->kind == HW_LIST_FILENAME)) {
        return "bait";
    }
    if (w->carrier && (hash || v->kind == HW_LIST_FILENAME)) {
        return "carrier";
    }
    if (net && (w->shared_host || is_shared(v->kind == HW_LIST_URL ? hw_url_host(s) : s))) {
        return "shared-host";
    }
    if (v->kind == HW_LIST_FILENAME) {
        return "context"; /* a name alone proves nothing */
    }
    return hash ? "payload" : NULL;
}
