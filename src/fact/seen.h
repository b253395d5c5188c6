/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/seen.h -- what a published rule may ask of one file or of one record, by name.
 *
 * The reader of a rule (evidence/) maps its publisher's terms to these names; the question (ask/)
 * fills them in for each file of the case and each record of its logs. The same list tells which
 * kinds of things know a name at all, so that a rule that could never hold is refused when it is
 * read.
 */
#ifndef HW_FACT_SEEN_H
#define HW_FACT_SEEN_H

#include <stdint.h>

#include "base/reader.h"

/* Things that are asked, as bits. */
enum hw_seen_in {
    HW_SEEN_IN_FILE = 1,    /* a file that was read */
    HW_SEEN_IN_PROCESS = 2, /* records of what ran, */
    HW_SEEN_IN_WRITE = 4,   /* of a file that was written, renamed, fetched ... */
    HW_SEEN_IN_LOAD = 8,    /* of a module that was loaded, */
    HW_SEEN_IN_FLOW = 16,   /* of a connection, */
    HW_SEEN_IN_DNS = 32,    /* of a name that was asked for, */
    HW_SEEN_IN_HTTP = 64,
    HW_SEEN_IN_REGISTRY = 128,
    HW_SEEN_IN_SERVICE = 256,
    HW_SEEN_IN_TASK = 512,
    /* of a file at all, and of one done by a process */
    HW_SEEN_IN_ANY_FILE = HW_SEEN_IN_FILE | HW_SEEN_IN_PROCESS | HW_SEEN_IN_WRITE | HW_SEEN_IN_LOAD,
    HW_SEEN_IN_ANY_DOING = HW_SEEN_IN_PROCESS | HW_SEEN_IN_WRITE | HW_SEEN_IN_LOAD |
                           HW_SEEN_IN_FLOW | HW_SEEN_IN_DNS | HW_SEEN_IN_HTTP | HW_SEEN_IN_REGISTRY,
    HW_SEEN_IN_ANY_NET = HW_SEEN_IN_FLOW | HW_SEEN_IN_DNS | HW_SEEN_IN_HTTP,
};

enum hw_seen_kind { HW_SEEN_TEXT, HW_SEEN_NUMBER, HW_SEEN_TIME }; /* times: whole seconds of 1970 */

/* X(enum tail, word, kind, where) */
#define HW_SEEN_FIELDS(X)                                                                          \
    X(MD5, "file.md5", TEXT, HW_SEEN_IN_ANY_FILE)                                                  \
    X(SHA1, "file.sha1", TEXT, HW_SEEN_IN_ANY_FILE)                                                \
    X(SHA256, "file.sha256", TEXT, HW_SEEN_IN_ANY_FILE)                                            \
    X(NAME, "file.name", TEXT, HW_SEEN_IN_ANY_FILE)                                                \
    X(PATH, "file.path", TEXT, HW_SEEN_IN_ANY_FILE)                                                \
    X(FOLDER, "file.folder", TEXT, HW_SEEN_IN_ANY_FILE)                                            \
    X(EXTENSION, "file.extension", TEXT, HW_SEEN_IN_ANY_FILE)                                      \
    X(SIZE, "file.size", NUMBER, HW_SEEN_IN_FILE | HW_SEEN_IN_WRITE)                               \
    X(PE_TIME, "pe.time", TIME, HW_SEEN_IN_FILE)                                                   \
    X(PE_IMPORT, "pe.import", TEXT, HW_SEEN_IN_FILE)                                               \
    X(PE_SYMBOL, "pe.import-symbol", TEXT, HW_SEEN_IN_FILE)                                        \
    X(PE_EXPORT, "pe.export", TEXT, HW_SEEN_IN_FILE)                                               \
    X(PE_EXPORT_NAME, "pe.export-name", TEXT, HW_SEEN_IN_FILE)                                     \
    X(PE_EXPORT_COUNT, "pe.export-count", NUMBER, HW_SEEN_IN_FILE)                                 \
    X(PE_SECTION, "pe.section", TEXT, HW_SEEN_IN_FILE)                                             \
    X(PE_SIGNER, "pe.signer", TEXT, HW_SEEN_IN_FILE)                                               \
    X(PE_ISSUER, "pe.issuer", TEXT, HW_SEEN_IN_FILE)                                               \
    X(PE_ORIGINAL, "pe.original-name", TEXT, HW_SEEN_IN_FILE)                                      \
    X(PE_DESCRIPTION, "pe.description", TEXT, HW_SEEN_IN_FILE)                                     \
    X(PE_COMPANY, "pe.company", TEXT, HW_SEEN_IN_FILE)                                             \
    X(PE_PRODUCT, "pe.product", TEXT, HW_SEEN_IN_FILE)                                             \
    X(PROCESS_NAME, "process.name", TEXT, HW_SEEN_IN_ANY_DOING)                                    \
    X(PROCESS_PATH, "process.path", TEXT, HW_SEEN_IN_ANY_DOING)                                    \
    X(PROCESS_COMMAND, "process.command", TEXT, HW_SEEN_IN_PROCESS)                                \
    X(PROCESS_PARENT, "process.parent", TEXT, HW_SEEN_IN_PROCESS)                                  \
    X(PROCESS_EVENT, "process.event", TEXT, HW_SEEN_IN_PROCESS)                                    \
    X(PROCESS_USER, "process.user", TEXT, HW_SEEN_IN_ANY_DOING)                                    \
    X(MODULE, "process.module", TEXT, HW_SEEN_IN_LOAD)                                             \
    X(ADDRESS, "net.address", TEXT, HW_SEEN_IN_ANY_NET)                                            \
    X(PORT, "net.port", NUMBER, HW_SEEN_IN_FLOW | HW_SEEN_IN_HTTP)                                 \
    X(HOST, "net.host", TEXT, HW_SEEN_IN_ANY_NET)                                                  \
    X(URL, "net.url", TEXT, HW_SEEN_IN_HTTP)                                                       \
    X(AGENT, "net.agent", TEXT, HW_SEEN_IN_HTTP)                                                   \
    X(KEY, "registry.path", TEXT, HW_SEEN_IN_REGISTRY)                                             \
    X(VALUE_NAME, "registry.value", TEXT, HW_SEEN_IN_REGISTRY)                                     \
    X(VALUE_TEXT, "registry.text", TEXT, HW_SEEN_IN_REGISTRY)                                      \
    X(SERVICE, "service.name", TEXT, HW_SEEN_IN_SERVICE)                                           \
    X(SERVICE_PATH, "service.path", TEXT, HW_SEEN_IN_SERVICE)                                      \
    X(TASK, "task.name", TEXT, HW_SEEN_IN_TASK)                                                    \
    X(TASK_ACTION, "task.action", TEXT, HW_SEEN_IN_TASK)

enum hw_seen {
#define X(tail, word, kind, where) HW_SEEN_##tail,
    HW_SEEN_FIELDS(X)
#undef X
        HW_SEEN_COUNT /* none of them */
};

const char *hw_seen_word(enum hw_seen s); /* NULL outside the list */
enum hw_seen hw_seen_named(struct hw_span word);
enum hw_seen_kind hw_seen_kind(enum hw_seen s);
unsigned hw_seen_in(enum hw_seen s); /* bits of enum hw_seen_in */

#endif
