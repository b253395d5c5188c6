/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/entity.c -- entity kinds and verbs, in words. docs/formats/ids.md prints the same lists.
 */
#include "fact/entity.h"

#include <stddef.h>
#include <string.h>

struct kind {
    const char *word, *means;
    bool scoped;
};

static const struct kind kinds[HW_ENTITY_COUNT] = {
    [HW_ENTITY_ORGANISATION] = {"organisation", "a company, a team, a tenant", false},
    [HW_ENTITY_HOST] = {"host", "a machine", true},
    [HW_ENTITY_ACCOUNT] = {"account", "who may log on", true},
    [HW_ENTITY_SESSION] = {"session", "one log-on on one host and boot", true},
    [HW_ENTITY_PROCESS] = {"process", "one incarnation of a program", true},
    [HW_ENTITY_FILE] = {"file", "one version of a file on a host", true},
    [HW_ENTITY_ARTIFACT] = {"artifact", "bytes, known by SHA-256", false},
    [HW_ENTITY_PACKAGE] = {"package", "a name and version in an ecosystem", false},
    [HW_ENTITY_RELEASE] = {"release", "what an organisation gave out as one", false},
    [HW_ENTITY_CERTIFICATE] = {"certificate", "an X.509 certificate, known by SHA-256", false},
    [HW_ENTITY_ADDRESS] = {"address", "a network address; a private one is scoped", true},
    [HW_ENTITY_DOMAIN] = {"domain", "a DNS name", false},
    [HW_ENTITY_URL] = {"url", "a URL", false},
    [HW_ENTITY_SERVICE] = {"service", "a service or scheduled task on a host", true},
    [HW_ENTITY_INDICATOR] = {"indicator", "a published sign of badness", false},
};

struct verb {
    const char *word, *means;
};

static const struct verb verbs[HW_VERB_COUNT] = {
    [HW_VERB_CONTAINS] = {"contains", "a part is in a whole; influence flows part to whole"},
    [HW_VERB_SIGNED] = {"signed", "a certificate's key signed an artifact"},
    [HW_VERB_BUILT_FROM] = {"built-from", "an input went into an output"},
    [HW_VERB_IS] = {"is", "this file version is that artifact"},
    [HW_VERB_DOWNLOADED] = {"downloaded", "bytes came from there"},
    [HW_VERB_WROTE] = {"wrote", "a process wrote a file"},
    [HW_VERB_READ] = {"read", "a process read a file"},
    [HW_VERB_LOADED] = {"loaded", "a process mapped code"},
    [HW_VERB_RAN] = {"ran", "a file became a process"},
    [HW_VERB_SPAWNED] = {"spawned", "a process started a process"},
    [HW_VERB_INJECTED] = {"injected", "a process put code into another"},
    [HW_VERB_CONNECTED] = {"connected", "a process reached an address"},
    [HW_VERB_RESOLVED] = {"resolved", "a name was looked up"},
    [HW_VERB_LOGGED_ON] = {"logged-on", "a source opened a session"},
    [HW_VERB_CONTROLS] = {"controls", "a service or task is steered, by key"},
    [HW_VERB_RELEASED] = {"released", "an organisation gave out a release"},
    [HW_VERB_SHIPS] = {"ships", "a release carries an artifact"},
    [HW_VERB_INSTALLED] = {"installed", "a release came onto a host"},
    [HW_VERB_DEPENDS_ON] = {"depends-on", "a package needs a package"},
};

static bool same(struct hw_span a, const char *word)
{
    return a.n == strlen(word) && memcmp(a.p, word, a.n) == 0;
}

const char *hw_entity_word(enum hw_entity kind)
{
    return kind > HW_ENTITY_NONE && kind < HW_ENTITY_COUNT ? kinds[kind].word : NULL;
}

const char *hw_entity_means(enum hw_entity kind)
{
    return kind > HW_ENTITY_NONE && kind < HW_ENTITY_COUNT ? kinds[kind].means : NULL;
}

bool hw_entity_scoped(enum hw_entity kind)
{
    return kind > HW_ENTITY_NONE && kind < HW_ENTITY_COUNT && kinds[kind].scoped;
}

enum hw_entity hw_entity_of(struct hw_span word)
{
    for (unsigned k = HW_ENTITY_NONE + 1; k < HW_ENTITY_COUNT && word.n > 0; k++) {
        if (same(word, kinds[k].word)) {
            return (enum hw_entity)k;
        }
    }
    return HW_ENTITY_NONE;
}

const char *hw_verb_word(enum hw_verb v)
{
    return v > HW_VERB_NONE && v < HW_VERB_COUNT ? verbs[v].word : NULL;
}

const char *hw_verb_means(enum hw_verb v)
{
    return v > HW_VERB_NONE && v < HW_VERB_COUNT ? verbs[v].means : NULL;
}

enum hw_verb hw_verb_of(struct hw_span word)
{
    for (unsigned v = HW_VERB_NONE + 1; v < HW_VERB_COUNT && word.n > 0; v++) {
        if (same(word, verbs[v].word)) {
            return (enum hw_verb)v;
        }
    }
    return HW_VERB_NONE;
}
