/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/mapping.h -- what a record means: happenings and roles, as data/mappings/ declares them.
 *
 * docs/mappings.md is the contract. tools/gen-mappings turns the files into the table
 * hw_mappings[]. A layout (fact/fact.h) is bound to the lines that match it once; each record of
 * it is then a few indexed look-ups.
 */
#ifndef HW_FACT_MAPPING_H
#define HW_FACT_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reader.h"

/* X(enum tail, word) */
#define HW_HAPPENINGS(X)                                                                           \
    X(PROCESS_START, "process-start")                                                              \
    X(PROCESS_EXEC, "process-exec")                                                                \
    X(PROCESS_END, "process-end")                                                                  \
    X(PROCESS_INJECT, "process-inject")                                                            \
    X(PROCESS_ACCESS, "process-access")                                                            \
    X(IMAGE_LOAD, "image-load")                                                                    \
    X(FILE_WRITE, "file-write")                                                                    \
    X(FILE_READ, "file-read")                                                                      \
    X(FILE_RENAME, "file-rename")                                                                  \
    X(FILE_DELETE, "file-delete")                                                                  \
    X(FILE_SEEN, "file-seen")                                                                      \
    X(FILE_RAN, "file-ran")                                                                        \
    X(FILE_MARK, "file-mark")                                                                      \
    X(NET_FLOW, "net-flow")                                                                        \
    X(DNS, "dns")                                                                                  \
    X(HTTP, "http")                                                                                \
    X(DOWNLOAD, "download")                                                                        \
    X(FILE_TRANSFER, "file-transfer")                                                              \
    X(REGISTRY_SET, "registry-set")                                                                \
    X(SERVICE_INSTALL, "service-install")                                                          \
    X(SERVICE_START, "service-start")                                                              \
    X(TASK_SET, "task-set")                                                                        \
    X(TASK_RUN, "task-run")                                                                        \
    X(PIPE, "pipe")                                                                                \
    X(PERSISTENCE, "persistence")                                                                  \
    X(LOGON, "logon")                                                                              \
    X(LOGON_EXPLICIT, "logon-explicit")                                                            \
    X(LOGON_FAILED, "logon-failed")                                                                \
    X(LOGOFF, "logoff")                                                                            \
    X(ELEVATE, "elevate")                                                                          \
    X(TICKET, "ticket")                                                                            \
    X(SHARE_ACCESS, "share-access")                                                                \
    X(VPN_SESSION, "vpn-session")                                                                  \
    X(SIGN_IN, "sign-in")                                                                          \
    X(LEASE, "lease")                                                                              \
    X(ACCOUNT_CHANGE, "account-change")                                                            \
    X(INSTALLED, "installed")                                                                      \
    X(BUILD_STEP, "build-step")                                                                    \
    X(BUILD_OUTPUT, "build-output")                                                                \
    X(SIGNED, "signed")                                                                            \
    X(PUBLISHED, "published")                                                                      \
    X(NOTED, "noted")                                                                              \
    X(LOST, "lost")                                                                                \
    X(DECLARED, "declared")

enum hw_happening {
    HW_HAPPENED_NONE,
#define X(tail, word) HW_HAPPENED_##tail,
    HW_HAPPENINGS(X)
#undef X
        HW_HAPPENED_COUNT
};

#define HW_ROLES(X)                                                                                \
    X(HOST, "host")                                                                                \
    X(TIME, "time")                                                                                \
    X(CHANNEL, "channel")                                                                          \
    X(NUMBER, "number")                                                                            \
    X(NATIVE, "native")                                                                            \
    X(PID, "pid")                                                                                  \
    X(GUID, "guid")                                                                                \
    X(IMAGE, "image")                                                                              \
    X(COMMAND, "command")                                                                          \
    X(CWD, "cwd")                                                                                  \
    X(USER, "user")                                                                                \
    X(DOMAIN, "domain")                                                                            \
    X(LOGON, "logon")                                                                              \
    X(LOGON_GUID, "logon.guid")                                                                    \
    X(START, "start")                                                                              \
    X(UNIQ, "uniq")                                                                                \
    X(CHILD_PID, "child.pid")                                                                      \
    X(CHILD_UNIQ, "child.uniq")                                                                    \
    X(CHILD_LOGON, "child.logon")                                                                  \
    X(PARENT_PID, "parent.pid")                                                                    \
    X(PARENT_GUID, "parent.guid")                                                                  \
    X(PARENT_UNIQ, "parent.uniq")                                                                  \
    X(PARENT_IMAGE, "parent.image")                                                                \
    X(PARENT_COMMAND, "parent.command")                                                            \
    X(TARGET, "target")                                                                            \
    X(TARGET_PID, "target.pid")                                                                    \
    X(TARGET_GUID, "target.guid")                                                                  \
    X(TARGET_IMAGE, "target.image")                                                                \
    X(TARGET_USER, "target.user")                                                                  \
    X(ACCESS, "access")                                                                            \
    X(PATH, "path")                                                                                \
    X(HASH, "hash")                                                                                \
    X(SIGNED, "signed")                                                                            \
    X(SIGNER, "signer")                                                                            \
    X(SIZE, "size")                                                                                \
    X(CREATED, "created")                                                                          \
    X(CHANGED, "changed")                                                                          \
    X(COUNT_OF, "count")                                                                           \
    X(URL, "url")                                                                                  \
    X(REFERRER, "referrer")                                                                        \
    X(ZONE, "zone")                                                                                \
    X(CONTENTS, "contents")                                                                        \
    X(SRC_IP, "src.ip")                                                                            \
    X(SRC_PORT, "src.port")                                                                        \
    X(SRC_HOST, "src.host")                                                                        \
    X(SRC_NAME, "src.name")                                                                        \
    X(DST_IP, "dst.ip")                                                                            \
    X(DST_PORT, "dst.port")                                                                        \
    X(DST_NAME, "dst.name")                                                                        \
    X(PROTO, "proto")                                                                              \
    X(INITIATED, "initiated")                                                                      \
    X(UID, "uid")                                                                                  \
    X(NAME, "name")                                                                                \
    X(ANSWERS, "answers")                                                                          \
    X(METHOD, "method")                                                                            \
    X(AGENT, "agent")                                                                              \
    X(KEY, "key")                                                                                  \
    X(VALUE, "value")                                                                              \
    X(SERVICE, "service")                                                                          \
    X(TASK, "task")                                                                                \
    X(KIND, "kind")                                                                                \
    X(BY_LOGON, "by.logon")                                                                        \
    X(BY_USER, "by.user")                                                                          \
    X(LINKED_LOGON, "linked.logon")                                                                \
    X(AUTH, "auth")                                                                                \
    X(DEVICE, "device")                                                                            \
    X(SHARE, "share")                                                                              \
    X(SHARE_PATH, "share.path")                                                                    \
    X(INNER_IP, "inner.ip")                                                                        \
    X(ACTION, "action")                                                                            \
    X(SESSION, "session")                                                                          \
    X(UNTIL, "until")                                                                              \
    X(APP, "app")                                                                                  \
    X(RESULT, "result")                                                                            \
    X(IP, "ip")                                                                                    \
    X(MAC, "mac")                                                                                  \
    X(VERSION, "version")                                                                          \
    X(VENDOR, "vendor")                                                                            \
    X(BUILD, "build")                                                                              \
    X(STEP, "step")                                                                                \
    X(REPO, "repo")                                                                                \
    X(COMMIT, "commit")                                                                            \
    X(RUNNER, "runner")                                                                            \
    X(WORKSPACE, "workspace")                                                                      \
    X(CERT, "cert")                                                                                \
    X(RELEASE, "release")                                                                          \
    X(WHAT, "what")

enum hw_role {
#define X(tail, word) HW_ROLE_##tail,
    HW_ROLES(X)
#undef X
        HW_ROLE_COUNT
};

const char *hw_happening_word(enum hw_happening h); /* NULL outside the list */
const char *hw_role_word(enum hw_role r);           /* NULL outside the list */

enum hw_map_test { HW_MAP_THERE, HW_MAP_IS, HW_MAP_IS_NOT, HW_MAP_HOLDS };

struct hw_map_if {
    enum hw_map_test test;
    const char *name, *value;
};
struct hw_map_from {
    enum hw_role role;
    const char *constant;     /* or NULL, and then: */
    const char *const *names; /* ended by NULL: the first that has a value */
};
struct hw_map_event {
    const char *log, *event; /* "*": any; NULL log: any */
    enum hw_happening kind;
    const struct hw_map_if *ifs;
    size_t if_count;
    const struct hw_map_from *from;
    size_t from_count;
};
/* How a file of a product is known: form is csv (the header begins so), csv-has, json, kv, w3c
 * (these names are there) or lines (this text is in each). */
struct hw_map_recognise {
    const char *form, *what;
};
/* One kind of line of a product whose log is text: "Group <{group}> User <{user}>". */
struct hw_map_line {
    const char *event, *pattern;
};
struct hw_mapping {
    const char *name;                            /* of its file */
    const char *source;                          /* word of hw_sources */
    const char *event_from, *time_from, *unfold; /* or NULL */
    const char *also_name, *also_pattern;        /* or NULL: a name made of other names' values */
    const struct hw_map_line *lines;
    size_t line_count;
    const struct hw_map_recognise *recognise;
    size_t recognise_count;
    const struct hw_map_event *events;
    size_t event_count;
};
extern const struct hw_mapping hw_mappings[];
extern const size_t hw_mapping_count;

/* One line bound to one layout. */
enum { HW_BOUND_NAMES = 4, HW_BOUND_IFS = 4 };
struct hw_bound {
    enum hw_happening kind;
    const struct hw_map_event *line;
    const char *constant[HW_ROLE_COUNT];
    int16_t slot[HW_ROLE_COUNT][HW_BOUND_NAMES]; /* -1: none */
    int16_t if_slot[HW_BOUND_IFS];
};
/* Binds every line that matches; at most `max`. Returns how many. */
size_t hw_bind(struct hw_span source, struct hw_span log, struct hw_span event,
               const struct hw_span *names, size_t count, struct hw_bound *out, size_t max);
/* Do this record's values meet the line's conditions? */
bool hw_bound_holds(const struct hw_bound *b, const struct hw_span *values);
/* The value that plays the role; {NULL, 0} when none does or it says nothing ("-", "(null)"). */
struct hw_span hw_bound_get(const struct hw_bound *b, enum hw_role role,
                            const struct hw_span *values);

#endif
