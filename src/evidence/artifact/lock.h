/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/lock.h -- lock files: what a build was to fetch, from where, with which digest.
 * docs/formats/lock.md is the document.
 *
 *   lock.c        which lock file it is, and how an entry is said
 *   lock_json.c   package-lock.json, composer.lock, Pipfile.lock, packages.lock.json
 *   lock_yaml.c   yarn.lock (both), pnpm-lock.yaml
 *   lock_toml.c   Cargo.lock, poetry.lock, uv.lock, pdm.lock
 *   lock_lines.c  requirements.txt, go.sum, go.mod, Gemfile.lock, gradle.lockfile
 */
#ifndef HW_EVIDENCE_ARTIFACT_LOCK_H
#define HW_EVIDENCE_ARTIFACT_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"

/* Reads a node that nobody else claimed as a lock file, when its name (or, for the outermost input,
 * its content) says that it is one. False: it is none, and nothing was said. */
HW_CHECK bool hw_lock_examine(struct hw_exam *x, struct hw_node *n);

/* ---- for the chapters ---- */

enum {
    HW_LOCK_DIGESTS = 512,          /* of one entry: wheels of one version for all platforms */
    HW_LOCK_LINE_BYTES = 64 * 1024, /* of a line */
};

struct hw_lock_digest {
    const char *alg; /* static word */
    size_t n;
    uint8_t bytes[64];
};

/* One locked package. Spans are borrowed from the file. */
struct hw_lock_entry {
    uint64_t off;
    struct hw_span name, version;
    struct hw_span resolved; /* a URL, or a word below */
    struct hw_span path;
    struct hw_lock_digest digests[HW_LOCK_DIGESTS];
    unsigned digest_count;
};

/* RESOLVED where the file says so without a URL. */
#define HW_LOCK_REGISTRY "registry" /* the registry that this kind of file takes by default */
#define HW_LOCK_LOCAL "local"       /* the project itself, a workspace, a folder beside it */

struct hw_lock {
    struct hw_exam *x;
    struct hw_node *n;
    const char *source;          /* word of COMPONENT_SOURCE */
    const char *type;            /* purl type */
    uint64_t lines;              /* entries said */
    struct hw_lock_entry *entry; /* the one being read; one for the whole file */
    struct hw_buf text, purl;    /* scratch */
};

/* A fresh entry. */
struct hw_lock_entry *hw_lock_begin(struct hw_lock *l, uint64_t off);
/* Says the entry; one without a name is told. */
void hw_lock_put(struct hw_lock *l);
/* "sha512-BASE64 sha1-..." as npm writes it (Subresource Integrity). */
void hw_lock_sri(struct hw_lock *l, struct hw_span s);
/* "sha256:HEX", "sha256=HEX", or bare hex of that algorithm. */
void hw_lock_hex(struct hw_lock *l, const char *alg, struct hw_span hex);
void hw_lock_tagged(struct hw_lock *l, struct hw_span s);
void hw_lock_base64(struct hw_lock *l, const char *alg, struct hw_span s);
/* The file is not what it says. */
void hw_lock_fault(struct hw_lock *l, const char *fault, uint64_t off);
bool hw_lock_going(const struct hw_lock *l);

/* Readers, each over the whole node. */
void hw_lock_npm(struct hw_lock *l);
void hw_lock_composer(struct hw_lock *l);
void hw_lock_pipfile(struct hw_lock *l);
void hw_lock_nuget(struct hw_lock *l);
void hw_lock_yarn(struct hw_lock *l);
void hw_lock_berry(struct hw_lock *l);
void hw_lock_pnpm(struct hw_lock *l);
void hw_lock_toml(struct hw_lock *l);
void hw_lock_requirements(struct hw_lock *l);
void hw_lock_go_sum(struct hw_lock *l);
void hw_lock_go_mod(struct hw_lock *l);
void hw_lock_gemfile(struct hw_lock *l);
void hw_lock_gradle(struct hw_lock *l);

/* Lines: the next one, blanks at its end cut; false at the end. *out_indent: blanks before it. */
struct hw_lock_lines {
    struct hw_reader r;
    uint64_t off;
    size_t indent;
};
void hw_lock_lines_init(struct hw_lock *l, struct hw_lock_lines *w);
HW_CHECK bool hw_lock_line(struct hw_lock *l, struct hw_lock_lines *w, struct hw_span *out);
/* Without one pair of quotes around it, '"' or '\''. */
struct hw_span hw_lock_unquoted(struct hw_span s);

#endif
