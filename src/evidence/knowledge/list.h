/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list.h -- the inside of the indicator-list reader;
 * docs/formats/indicator-list.md is the document.
 *
 *   list_values.c   one value: recognised, refanged, in its canonical form
 *   list_columns.c  what a header or a type word means
 *   list_role.c     what the words of a row say about its role; hosts that many share
 *   list_hosts.c    names, addresses and URLs, for list_values.c
 *   list_row.c      one row: its values, split and said
 *   list_filename.c a line of Loki's names of files, compiled
 *   list_walk.c     all rows, one after the other
 *   list_sniff.c    which of the forms a file has, and how sure that is
 *   list.c          probe and examine
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_LIST_H
#define HW_EVIDENCE_KNOWLEDGE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/reader.h"
#include "evidence/evidence.h"

enum {
    HW_LIST_VALUE_BYTES = 2048, /* as facts carry it */
    HW_LIST_LABEL_BYTES = 2048,
    HW_LIST_SOURCE_BYTES = 1000,
    HW_LIST_LINE_BYTES = 64 * 1024,
    HW_LIST_ROW_VALUES_MAX = 4096,
    HW_LIST_REFUSALS_SAID = 1000,
    HW_LIST_SAMPLE_BYTES = 64 * 1024,
    HW_LIST_SAMPLE_ROWS = 400,
    HW_LIST_INDICATORS_MAX = 3900000, /* below what one input may say on the wire */
};
#define HW_LIST_SAID_BYTES_MAX (UINT64_C(252) << 20)

enum hw_list_kind {
    HW_LIST_NONE = 0,
    HW_LIST_MD5,
    HW_LIST_SHA1,
    HW_LIST_SHA256,
    HW_LIST_SHA512,
    HW_LIST_IMPHASH,
    HW_LIST_CERT_SERIAL,
    HW_LIST_CERT_SHA1,
    HW_LIST_CERT_SHA256,
    HW_LIST_DOMAIN,
    HW_LIST_ADDRESS,
    HW_LIST_URL,
    HW_LIST_EMAIL,
    HW_LIST_FILENAME,
    HW_LIST_PACKAGE,
    HW_LIST_OTHER,
    /* What a list may call a value; the value itself is one of those above. */
    HW_LIST_HASH,      /* a file hash, by its length */
    HW_LIST_FILE,      /* a file hash or a file name */
    HW_LIST_CERT_HASH, /* SHA-1 or SHA-256 of a certificate */
    HW_LIST_ANY,       /* whatever it looks like */
    HW_LIST_KIND_COUNT
};

/* The word of hw_indicators; NULL for what is no answer. */
const char *hw_list_kind_word(enum hw_list_kind k);
bool hw_list_kind_is_file_hash(enum hw_list_kind k);

struct hw_list_value {
    enum hw_list_kind kind;
    size_t n;
    uint8_t p[HW_LIST_VALUE_BYTES];
};

/* Reads one value as a list calls it, into its canonical form. The form is a fixed point: reading
 * it again as the kind it has gives the same bytes. False: *out_why is a static sentence and *out
 * is of no use. */
HW_CHECK bool hw_list_value_read(struct hw_span raw, enum hw_list_kind as,
                                 struct hw_list_value *out, const char **out_why);
/* name@version, where version looks like one version; without version the name alone. */
HW_CHECK bool hw_list_package_read(struct hw_span name, struct hw_span version,
                                   struct hw_list_value *out, const char **out_why);
/* Empty, or one of the words people write into an empty cell (-, n/a, none, null, unknown). */
bool hw_list_is_blank(struct hw_span s);

/* What a type word ("sha-256", "IPv4", "npm package", "FileHash-MD5") says a value is. OTHER for
 * words not in the table. *out_context: the word itself says that a hit means little. */
enum hw_list_kind hw_list_type_read(struct hw_span word, bool *out_context);

enum hw_list_use {
    HW_LIST_UNREAD = 0,
    HW_LIST_VALUE,  /* of the kind its type column says */
    HW_LIST_KINDED, /* of one kind, by the column's name */
    HW_LIST_NAME,   /* "name": a value where there is a type and no value column */
    HW_LIST_TYPE,
    HW_LIST_LABEL,
    HW_LIST_FAMILY, /* a label whose words may also say what the row is */
    HW_LIST_SOURCE,
    HW_LIST_FROM,
    HW_LIST_UNTIL,
    HW_LIST_ROLE,
    HW_LIST_DETECT, /* MISP to_ids */
    HW_LIST_VERSION,
    HW_LIST_PRODUCT, /* a package where the row has versions of it, else a label */
};
struct hw_list_column {
    enum hw_list_use use;
    enum hw_list_kind kind;
    bool bad_word; /* the name itself speaks of malware, indicators or threats */
};
void hw_list_column_read(struct hw_span name, struct hw_list_column *out);

/* What the words of one row say, gathered over its descriptive columns. */
struct hw_list_words {
    bool context, carrier, bait, shared_host, certificate;
};
/* A cell of a role or family column: the whole cell is about the row. */
void hw_list_words_cell(struct hw_span cell, struct hw_list_words *w);
/* Free text: only unmistakable phrases count. */
void hw_list_words_text(struct hw_span text, struct hw_list_words *w);
/* The role word of a value, NULL for none. */
const char *hw_list_role(const struct hw_list_value *v, const struct hw_list_words *w);

enum hw_list_form {
    HW_LIST_NO_FORM,
    HW_LIST_CSV,       /* a header names the columns */
    HW_LIST_CSV_TYPED, /* no header; type first, value second */
    HW_LIST_LINES,     /* a value, then perhaps a comment */
    HW_LIST_CHECKSUMS, /* the same as md5sum and its kin write it */
    HW_LIST_LOKI_HASHES,
    HW_LIST_LOKI_C2,
    HW_LIST_LOKI_FILENAMES,
    HW_LIST_FORM_COUNT
};
const char *hw_list_form_word(enum hw_list_form f);

struct hw_list_shape {
    enum hw_list_form form;
    char delimiter;      /* CSV forms */
    bool strong;         /* safe to take for a list though nobody said it is one */
    uint64_t start;      /* offset of the first line that is no comment: the header, or data */
    uint64_t start_line; /* its number, from 1 */
    size_t column_count;
    struct hw_list_column columns[HW_CSV_FIELDS_MAX];
    struct hw_span title; /* first words of the comments at the top; borrowed */
};
/* Looks at the first HW_LIST_SAMPLE_BYTES. False: no list this reader knows, or more than half of
 * the sampled lines were not understood. */
HW_CHECK bool hw_list_sniff(struct hw_span bytes, struct hw_budget *fuel, struct hw_arena *arena,
                            struct hw_list_shape *out);

struct hw_list_row {
    const struct hw_span *fields;
    size_t count;
    uint64_t line, off, size;
    struct hw_span heading; /* the comment above its group, for rows without words of their own */
};

/* One reading of a list. Without somebody to teach it only counts, for the sniffer. */
struct hw_teach; /* teach.h */
struct hw_list_run {
    struct hw_teach *teach; /* borrowed; NULL: nothing is said */
    const struct hw_list_shape *shape;
    struct hw_buf label, source;
    uint64_t rows, entries, refused, ignored;
    uint64_t odd_quotes, unread_times;
    uint64_t checked; /* entries whose form proves their kind: hashes, addresses, URLs, domains */
    uint64_t hashes;  /* of files */
};
void hw_list_run_init(struct hw_list_run *run, const struct hw_list_shape *shape);
void hw_list_run_done(struct hw_list_run *run);
bool hw_list_run_going(const struct hw_list_run *run);
/* A row of a CSV form, by the shape's columns. */
void hw_list_row_read(struct hw_list_run *run, const struct hw_list_row *row);
/* A line of a line form, comments and blank lines already taken out: row->fields is the line. */
void hw_list_line_read(struct hw_list_run *run, const struct hw_list_row *row);
/* The same for a line of names of files: says it as a PATTERN; *out_runs: it can be asked. False:
 * it is none, and *out_why a static sentence. */
HW_CHECK bool hw_list_filename_read(struct hw_list_run *run, const struct hw_list_row *row,
                                    struct hw_span line, bool *out_runs, const char **out_why);
/* REGEX;SCORE[;FALSE-POSITIVE REGEX], as Loki writes names of files. */
HW_CHECK bool hw_list_loki_filename(struct hw_span line, struct hw_span *out_regex,
                                    struct hw_span *out_score, struct hw_span *out_but);
/* Says that this row, or a part of it, was not understood; counts nothing. */
void hw_list_refuse(struct hw_list_run *run, const struct hw_list_row *row, struct hw_span part,
                    const char *why);
/* The next line, as hw_read_line. Lines over HW_LIST_LINE_BYTES are passed over, *out_long says so.
 * False at the end, and when the fuel is spent (r has faulted then). */
HW_CHECK bool hw_list_line_next(struct hw_reader *r, struct hw_span *out, bool *out_long);
bool hw_list_is_comment(struct hw_span line);
/* What a comment says, without its marks; empty when it is a rule or a frame. */
struct hw_span hw_list_comment(struct hw_span line);
/* Walks all rows from the shape's start to the end, or until run stops going. */
void hw_list_walk(struct hw_list_run *run, struct hw_reader *r, struct hw_arena *arena,
                  uint64_t rows_max);

extern const struct hw_format hw_list_format;

#endif
