/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/path.c -- the grammar of paths through boxes; docs/formats/ids.md has it in words.
 *
 * In a name the escape inserts '\' after each '!' that stands before '/' or '\', so an escaped name
 * never holds "!/", and "!\" in one is always an escape.
 */
#include "fact/path.h"

#include <string.h>

void hw_path_put(struct hw_buf *out, struct hw_span name)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < name.n; i++) {
        if (name.p[i] == '!' && (name.p[i + 1] == '/' || name.p[i + 1] == '\\')) {
            hw_buf_bytes(out, name.p + from, i + 1 - from);
            hw_buf_char(out, '\\');
            from = i + 1;
        }
    }
    if (name.n > from) {
        hw_buf_bytes(out, name.p + from, name.n - from);
    }
}

void hw_path_put_member(struct hw_buf *out, struct hw_span name)
{
    hw_buf_str(out, "!/");
    hw_path_put(out, name);
}

void hw_path_split(struct hw_span path, struct hw_span *first, struct hw_span *rest)
{
    const uint8_t *at = path.n == 0 ? NULL : memmem(path.p, path.n, "!/", 2);
    size_t n = at == NULL ? path.n : (size_t)(at - path.p);
    *first = (struct hw_span){path.p, n};
    *rest = at == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){at, path.n - n};
}

bool hw_path_plain(struct hw_span escaped, struct hw_buf *out)
{
    struct hw_span first, rest;
    hw_path_split(escaped, &first, &rest);
    if (rest.n > 0) {
        return false;
    }
    for (size_t i = 0; i < first.n; i++) {
        hw_buf_char(out, (char)first.p[i]);
        if (first.p[i] == '!' && i + 1 < first.n && first.p[i + 1] == '\\') {
            i++;
        }
    }
    return true;
}

bool hw_path_within(struct hw_span path, struct hw_span under)
{
    if (under.n > 1 && under.p[under.n - 1] == '/' && under.p[under.n - 2] != '!') {
        under.n--;
    }
    if (under.n == 0) {
        return true;
    }
    if (path.n < under.n || memcmp(path.p, under.p, under.n) != 0) {
        return false;
    }
    if (path.n == under.n || under.p[under.n - 1] == '/') {
        return true;
    }
    const uint8_t *next = path.p + under.n;
    if (next[0] == '/') {
        return true;
    }
    if (path.n - under.n < 2 || next[1] != '/') {
        return false;
    }
    /* A member of the box `under`; or something in the folder `under`, whose name ends in '!'. */
    return next[0] == '!' || (next[0] == '\\' && under.p[under.n - 1] == '!');
}
