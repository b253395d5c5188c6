/* SPDX-License-Identifier: Apache-2.0 */
#include "build_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

static la_ssize_t take(struct archive *a, void *state, const void *p, size_t n)
{
    (void)a;
    hw_buf_bytes(state, p, n);
    return (la_ssize_t)n;
}

static void must(int rc)
{
    if (rc != ARCHIVE_OK) {
        abort();
    }
}

static void put(struct archive *a, const char *name, mode_t type, const char *link,
                struct hw_span s)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname_utf8(e, name);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_mtime(e, 1700000000, 0);
    if (link != NULL) {
        archive_entry_set_symlink(e, link);
    }
    archive_entry_set_size(e, (la_int64_t)s.n);
    must(archive_write_header(a, e));
    if (s.n > 0 && archive_write_data(a, s.p, s.n) != (la_ssize_t)s.n) {
        abort();
    }
    archive_entry_free(e);
}

void build_7z(struct hw_buf *b, const char *method, struct hw_span one, struct hw_span two)
{
    struct archive *a = archive_write_new();
    must(archive_write_set_format_7zip(a));
    must(archive_write_set_format_option(a, "7zip", "compression", method));
    must(archive_write_set_bytes_in_last_block(a, 1));
    must(archive_write_open(a, b, NULL, take, NULL));
    put(a, "one.txt", AE_IFREG, NULL, one);
    put(a, "d/zw\xc3\xb6lf.txt", AE_IFREG, NULL, two);
    put(a, "link", AE_IFLNK, "one.txt", (struct hw_span){NULL, 0});
    must(archive_write_close(a));
    (void)archive_write_free(a);
}

void build_stream(struct hw_buf *b, const char *filter, struct hw_span s)
{
    struct archive *a = archive_write_new();
    must(archive_write_set_format_raw(a));
    must(archive_write_add_filter_by_name(a, filter));
    must(archive_write_set_bytes_in_last_block(a, 1));
    must(archive_write_open(a, b, NULL, take, NULL));
    put(a, "x", AE_IFREG, NULL, s);
    must(archive_write_close(a));
    (void)archive_write_free(a);
}

void build_cab(struct hw_buf *b, const char *name, struct hw_span s)
{
    uint32_t name_n = (uint32_t)strlen(name) + 1;
    uint32_t data_at = 36 + 8 + 16 + name_n, size = (uint32_t)s.n;
    hw_buf_bytes(b, "MSCF", 4);
    hw_buf_u32le(b, 0);
    hw_buf_u32le(b, data_at + 8 + size);
    hw_buf_u32le(b, 0);
    hw_buf_u32le(b, 36 + 8);
    hw_buf_u32le(b, 0);
    hw_buf_u16le(b, 0x0103);
    hw_buf_u16le(b, 1);
    hw_buf_u16le(b, 1);
    hw_buf_u16le(b, 0);
    hw_buf_u32le(b, 0);
    hw_buf_u32le(b, data_at); /* folder: its data, one block, stored */
    hw_buf_u16le(b, 1);
    hw_buf_u16le(b, 0);
    hw_buf_u32le(b, size); /* file: size, offset in folder, folder, date, time, attributes */
    hw_buf_u32le(b, 0);
    hw_buf_u16le(b, 0);
    hw_buf_u16le(b, 0x5a21);
    hw_buf_u16le(b, 0);
    hw_buf_u16le(b, 0x20);
    hw_buf_bytes(b, name, name_n);
    hw_buf_u32le(b, 0); /* no checksum */
    hw_buf_u16le(b, (uint16_t)size);
    hw_buf_u16le(b, (uint16_t)size);
    hw_buf_span_put(b, s);
}
