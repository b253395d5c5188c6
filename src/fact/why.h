/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/why.h -- the joins: why two records make one edge. Numbers are kept with a derivation
 * only; the words are for people.
 */
#ifndef HW_FACT_WHY_H
#define HW_FACT_WHY_H

/* X(enum tail, words) */
#define HW_WHYS(X)                                                                                 \
    X(RECORD, "a record says so")                                                                  \
    X(LOGON_ID, "both records bear this log-on id on this host")                                   \
    X(SOCKET, "both ends recorded the same two addresses and ports")                               \
    X(LOGON_GUID, "both records bear this log-on GUID")                                            \
    X(SERVICE_NAME, "the command names this host and service")                                     \
    X(SERVICE_STARTS, "the process was started as this service")                                   \
    X(HASH, "the same bytes, by hash")                                                             \
    X(HASH_LATER, "the hash was recorded later, with no write in between")                         \
    X(SHARE, "a session reached this path over the network as the file was written")               \
    X(LINKED, "two log-on ids of one log-on")                                                      \
    X(EXPLICIT, "credentials of this account were used towards this host in that second")          \
    X(SAME_USER, "same account, that machine, that time")                                          \
    X(SAME_NAME, "same account, that machine, that time, and the same file name")                  \
    X(NAMES_HOST, "same account, that time, and the command names the other machine")              \
    X(WINRM, "a connection to that machine's remoting port in that second, by the same account")   \
    X(WMI, "a remote management call at that time, by the same account")                           \
    X(COPY, "the same name, copied over the network in that minute")                               \
    X(COPY_KIND, "the same kind of file, made ready there before and copied in that minute")       \
    X(OPENED, "it was opened with the right to write into it")                                     \
    X(SAME_SOCKET, "one process holds one socket")                                                 \
    X(TASK, "the task was made or run by it")                                                      \
    X(LEASE, "this address was given to it for that time")                                         \
    X(ADDRESS, "records of this machine bear this address")                                        \
    X(DEVICE, "the gateway names this device")                                                     \
    X(LIVED, "was running on this machine before")                                                 \
    X(BUILD_INPUT, "lay in the build's folder when it ran")                                        \
    X(BUILD_OUTPUT, "the build's log gives this hash")                                             \
    X(CONTAINS, "lies inside, by examination")                                                     \
    X(ESTATE, "the estate says so")                                                                \
    X(RENAMED, "renamed or linked")                                                                \
    X(SEEN_AGAIN, "two recorders, one process")                                                    \
    X(TOLD_OBSERVED, "the maker of a signed bundle says so: observed there")                       \
    X(TOLD_KEYED, "the maker of a signed bundle says so: keyed there")                             \
    X(TOLD_INFERRED, "the maker of a signed bundle says so: inferred there")                       \
    X(TOLD_CLAIMED, "the maker of a signed bundle says so: claimed there")

enum hw_join {
#define X(tail, words) HW_WHY_##tail,
    HW_WHYS(X)
#undef X
        HW_WHY_COUNT
};
const char *hw_why_words(unsigned why); /* "" outside the list */

#endif
