/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/case.c -- opening a case, which is where a stranger's file is met, and letting it go.
 *
 * Whose case is it? Ours is a regular file of our own that nobody else may write, and that
 * remembers the digest of this user on this machine (meta.owner). Everything else is a stranger's:
 * opened immutable, so that not a byte beside it is read or written, and checked in full.
 *
 * No descriptor of the case file is ever opened and closed here outside SQLite: closing one drops
 * every POSIX lock this process has on the file. O_PATH descriptors do not, lstat needs none.
 */
#include "case/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "case/lock.h"

enum { ADOPTING = 1 };

/* Nothing in the file can make SQLite do more than read and write tables. */
static int set_defences(struct hw_case *c, struct hw_error *err)
{
    static const struct {
        int what, on;
    } rows[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},     {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},         {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc = sqlite3_db_config(c->db, rows[i].what, rows[i].on, NULL);
        if (rc != SQLITE_OK) {
            return hw_sql_fail(c->db, rc, err, "cannot set up SQLite");
        }
    }
    hw_sql_limit(c->db);
    sqlite3_busy_timeout(c->db, HW_BUSY_MS);
    return hw_sql_run(c->db,
                      "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-16384;"
                      "PRAGMA secure_delete=OFF",
                      err);
}

static int connect_db(struct hw_case *c, const char *name, int flags, struct hw_error *err)
{
    int rc =
        sqlite3_open_v2(name, &c->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, "unix");
    if (rc != SQLITE_OK) {
        return hw_sql_fail(c->db, rc, err, "cannot open the case");
    }
    return set_defences(c, err);
}

/* A URI that opens the file as it lies there: no locks, no journal, no change. */
static int connect_immutable(struct hw_case *c, struct hw_error *err)
{
    struct hw_buf uri;
    hw_buf_init(&uri, 4 * HW_PATH_BYTES);
    hw_buf_str(&uri, c->path[0] == '/' ? "file://" : "file:");
    for (const char *p = c->path; *p != '\0'; p++) {
        if (strchr("%?#", *p) != NULL) {
            hw_buf_printf(&uri, "%%%02x", (unsigned char)*p);
        } else {
            hw_buf_char(&uri, *p);
        }
    }
    hw_buf_str(&uri, "?immutable=1");
    const char *name = hw_buf_text(&uri);
    int rc = name == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for the case's name")
                          : connect_db(c, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    hw_buf_done(&uri);
    return rc;
}

void hw_owner_digest(const char *uuid, uint8_t out[32])
{
    char text[256], machine[80] = "";
    uint8_t whole[HW_DIGEST_BYTES_MAX];
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        ssize_t n = read(fd, machine, sizeof machine - 1);
        machine[n > 0 ? n : 0] = '\0';
        machine[strcspn(machine, "\n")] = '\0';
        close(fd);
    }
    int n = snprintf(text, sizeof text, "headwater-owner-1\n%s\n%lu\n%s\n", uuid,
                     (unsigned long)geteuid(), machine);
    struct hw_span s = {(const uint8_t *)text, (size_t)n};
    memset(out, 0, 32);
    if (hw_digest_once(HW_DIGEST_SHA256, s, whole, NULL, NULL) == HW_OK) {
        memcpy(out, whole, 32);
    }
}

static int make_uuid(char out[37], struct hw_error *err)
{
    uint8_t b[16];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
        return hw_fail(err, HW_E_IO, "no random bytes: %s", strerror(errno));
    }
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    for (unsigned i = 0, at = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out[at++] = '-';
        }
        out[at++] = "0123456789abcdef"[b[i] >> 4];
        out[at++] = "0123456789abcdef"[b[i] & 15];
    }
    out[36] = '\0';
    return HW_OK;
}

static int put_meta(sqlite3 *db, const char *key, int type, int64_t number, struct hw_span bytes,
                    struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc =
        hw_sql_make(db, "INSERT OR REPLACE INTO meta(key,value) VALUES(?1,?2)", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_text(s, 1, key);
    if (type == SQLITE_INTEGER) {
        hw_bind_int(s, 2, number);
    } else {
        hw_bind_blob(s, 2, bytes);
    }
    rc = hw_sql_done(s, err);
    sqlite3_finalize(s);
    return rc;
}

static int put_owner(struct hw_case *c, struct hw_error *err)
{
    uint8_t owner[32];
    hw_owner_digest(c->uuid, owner);
    return put_meta(c->db, "owner", SQLITE_BLOB, 0, (struct hw_span){owner, 32}, err);
}

static int fill_new(struct hw_case *c, int64_t now_ns, struct hw_error *err)
{
    int rc = make_uuid(c->uuid, err);
    rc = rc != HW_OK ? rc : hw_schema_create(c->db, err);
    rc = rc != HW_OK ? rc
                     : put_meta(c->db, "uuid", SQLITE_BLOB, 0,
                                (struct hw_span){(const uint8_t *)c->uuid, 36}, err);
    rc = rc != HW_OK ? rc
                     : put_meta(c->db, "created_ns", SQLITE_INTEGER, now_ns,
                                (struct hw_span){NULL, 0}, err);
    rc = rc != HW_OK ? rc : hw_tally_put(c->db, &(struct hw_case_counts){.evidences = 0}, err);
    return rc != HW_OK ? rc : put_owner(c, err);
}

/* All of it in one transaction: a kill leaves an empty file, and the next writer begins again. */
static int create(struct hw_case *c, int64_t now_ns, struct hw_error *err)
{
    int rc =
        hw_sql_run(c->db, "PRAGMA page_size=8192; PRAGMA encoding='UTF-8'; BEGIN EXCLUSIVE", err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = fill_new(c, now_ns, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "COMMIT", err);
    if (rc != HW_OK) {
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
        return rc;
    }
    return HW_OK;
}

/* No byte left: a creation that was killed, after SQLite has undone it. A small file that is no
 * database has no pages either, and must not be written over. */
static bool is_unborn(const struct hw_case *c)
{
    struct stat st;
    return c->path != NULL && stat(c->path, &st) == 0 && st.st_size == 0;
}

static int read_marks(struct hw_case *c, unsigned *out_schema, struct hw_error *err)
{
    int64_t app = 0, schema = 0;
    int rc = hw_sql_int(c->db, "PRAGMA application_id", &app, err);
    rc = rc != HW_OK ? rc : hw_sql_int(c->db, "PRAGMA user_version", &schema, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (app == 0 && schema == 0 && is_unborn(c)) {
        return hw_fail(err, HW_E_MISSING, "empty, as a creation that was cut off leaves it");
    }
    if (app != HW_CASE_APPLICATION) {
        return hw_fail(err, HW_E_CASE, "a SQLite file, but not a case (application id %llx)",
                       (unsigned long long)app);
    }
    if (schema > HW_CASE_SCHEMA) {
        return hw_fail(err, HW_E_CASE,
                       "written by a newer version: its schema is %lld, this program knows %d",
                       (long long)schema, HW_CASE_SCHEMA);
    }
    if (schema < 1) {
        return hw_fail(err, HW_E_CASE, "its schema has no number we know: %lld", (long long)schema);
    }
    *out_schema = (unsigned)schema;
    return HW_OK;
}

static int read_meta(struct hw_case *c, uint8_t out_owner[32], struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true, has_uuid = false;
    int rc = hw_sql_make(c->db, "SELECT key,value FROM meta", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    memset(out_owner, 0, 32);
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        const char *key = hw_col_text(s, 0, &ok);
        if (strcmp(key, "uuid") == 0) {
            hw_col_bytes(s, 1, c->uuid, 36, &ok);
            c->uuid[36] = '\0';
            has_uuid = strspn(c->uuid, "0123456789abcdef-") == 36;
        } else if (strcmp(key, "created_ns") == 0) {
            c->created_ns = hw_col_int(s, 1, &ok);
        } else if (strcmp(key, "owner") == 0) {
            hw_col_bytes(s, 1, out_owner, 32, &ok);
        }
    }
    sqlite3_finalize(s);
    if (rc == HW_OK && (!ok || !has_uuid)) {
        rc = hw_col_bad("meta", err);
    }
    return rc;
}

static int whole(struct hw_case *c, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(c->db, "PRAGMA integrity_check(1)", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        bool ok = true;
        const char *says = hw_col_text(s, 0, &ok);
        rc = ok && strcmp(says, "ok") == 0
                 ? HW_OK
                 : hw_fail(err, HW_E_CASE, "the case is damaged: %.100s", says);
    }
    sqlite3_finalize(s);
    return rc;
}

static void strange(struct hw_case *c, const char *why)
{
    if (!c->stranger) {
        c->stranger = c->read_only = true;
        snprintf(c->why, sizeof c->why, "%s", why);
    }
}

/* What the file system says about the file. HW_E_MISSING: nothing there. */
static int look(struct hw_case *c, const struct hw_case_open *how, bool *out_empty,
                struct hw_error *err)
{
    struct stat st;
    int rc = how->default_place ? lstat(how->path, &st) : stat(how->path, &st);
    if (rc != 0) {
        return hw_fail(err, errno == ENOENT ? HW_E_MISSING : HW_E_IO, "%s", strerror(errno));
    }
    if (S_ISLNK(st.st_mode)) {
        return hw_fail(err, HW_E_CASE, "a symbolic link; name the case with --case to follow it");
    }
    if (!S_ISREG(st.st_mode)) {
        return hw_fail(err, HW_E_CASE, "not a regular file");
    }
    const char *why = st.st_uid != geteuid()    ? "it belongs to another user"
                      : (st.st_mode & 022) != 0 ? "others may write it"
                                                : NULL;
    if (why != NULL && how->default_place) {
        return hw_fail(err, HW_E_CASE, "%s; name it with --case to read it as a stranger's", why);
    }
    if (why != NULL) {
        strange(c, why);
    }
    *out_empty = st.st_size == 0;
    return HW_OK;
}

/* Could SQLite write here: the file, and its log beside it? */
static bool writable_place(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash == NULL   ? strdup(".")
                : slash == path ? strdup("/")
                                : strndup(path, (size_t)(slash - path));
    bool yes = dir != NULL && access(dir, W_OK | X_OK) == 0 && access(path, W_OK) == 0;
    free(dir);
    return yes;
}

static bool has_beside(const char *path, const char *suffix)
{
    struct hw_buf b;
    struct stat st;
    hw_buf_init(&b, 2 * HW_PATH_BYTES);
    hw_buf_str(&b, path);
    hw_buf_str(&b, suffix);
    const char *name = hw_buf_text(&b);
    bool yes = name == NULL || (lstat(name, &st) == 0 && st.st_size > 0);
    hw_buf_done(&b);
    return yes;
}

static void disconnect(struct hw_case *c)
{
    if (c->db != NULL) {
        sqlite3_close_v2(c->db);
        c->db = NULL;
    }
}

/* Does the file, read as it lies there, clearly say that it was never ours? A writer at work may
 * make this look fail; then the question is asked again in open_existing(). */
static bool says_foreign(struct hw_case *c)
{
    uint8_t owner[32], here[32];
    bool foreign = false;
    unsigned schema;
    if (connect_immutable(c, NULL) == HW_OK && read_marks(c, &schema, NULL) == HW_OK &&
        read_meta(c, owner, NULL) == HW_OK) {
        hw_owner_digest(c->uuid, here);
        foreign = memcmp(owner, here, 32) != 0;
    }
    disconnect(c);
    return foreign;
}

static int connect_existing(struct hw_case *c, int special, struct hw_error *err)
{
    if (!c->stranger && says_foreign(c)) {
        strange(c, "it comes from another machine or user");
    }
    if (!c->stranger && !writable_place(c->path)) {
        c->read_only = true;
    }
    if (special == ADOPTING) {
        return connect_db(c, c->path, SQLITE_OPEN_READWRITE, err);
    }
    if (c->read_only) {
        if (has_beside(c->path, "-wal") || has_beside(c->path, "-journal")) {
            return hw_fail(err, HW_E_CASE,
                           "it was not closed cleanly, or is in use, and cannot be read as it is");
        }
        return connect_immutable(c, err);
    }
    return connect_db(c, c->path, SQLITE_OPEN_READWRITE, err);
}

/* A stranger's is moved only on its way to being ours, and only when it is whole. */
static int move_up(struct hw_case *c, unsigned from, int special, struct hw_error *err)
{
    if (c->read_only && special != ADOPTING) {
        return hw_fail(err, HW_E_CASE,
                       "of the older schema %u; adopt it, or open it where it can "
                       "be written, to move it to %d",
                       from, HW_CASE_SCHEMA);
    }
    int rc = c->stranger ? whole(c, err) : HW_OK;
    return rc != HW_OK ? rc
                       : hw_schema_migrate(c->db, hw_schema_steps, hw_schema_step_count,
                                           HW_CASE_SCHEMA, err);
}

/* An existing case, up to a connection whose tables are ours. */
static int open_existing(struct hw_case *c, int special, struct hw_error *err)
{
    uint8_t owner[32], here[32];
    unsigned schema = 0;
    int rc = connect_existing(c, special, err);
    rc = rc != HW_OK ? rc : read_marks(c, &schema, err);
    rc = rc != HW_OK || schema == HW_CASE_SCHEMA ? rc : move_up(c, schema, special, err);
    rc = rc != HW_OK ? rc : hw_schema_compare(c->db, err);
    rc = rc != HW_OK ? rc : read_meta(c, owner, err);
    if (rc != HW_OK) {
        return rc;
    }
    c->schema = HW_CASE_SCHEMA;
    hw_owner_digest(c->uuid, here);
    if (memcmp(owner, here, 32) != 0) {
        strange(c, "it comes from another machine or user");
    }
    return c->stranger ? whole(c, err) : HW_OK;
}

static int set_writing(struct hw_case *c, struct hw_error *err)
{
    int rc = hw_sql_run(c->db,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                        "PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=67108864",
                        err);
    if (rc == HW_OK && c->mode == HW_CASE_READ) {
        rc = hw_sql_run(c->db, "PRAGMA query_only=ON", err);
    }
    return rc;
}

static int create_file(struct hw_case *c, const struct hw_case_open *how, struct hw_error *err)
{
    /* The mode is set at birth, whatever the umask. SQLite then finds an empty file. */
    int fd = open(c->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool born = fd >= 0;
    if (fd >= 0) {
        close(fd); /* nobody in this process has locks on a file that was not there */
    } else if (errno != EEXIST) {
        return hw_fail(err, errno == ENOSPC || errno == EDQUOT ? HW_E_SPACE : HW_E_IO,
                       "cannot create the case: %s", strerror(errno));
    }
    int rc = connect_db(c, c->path, SQLITE_OPEN_READWRITE, err);
    rc = rc != HW_OK ? rc : create(c, how->now_ns, err);
    if (rc != HW_OK) {
        disconnect(c);
        if (born) {
            unlink(c->path);
        }
        return rc;
    }
    c->schema = HW_CASE_SCHEMA;
    c->created_ns = how->now_ns;
    return HW_OK;
}

static int open_private(struct hw_case *c, const struct hw_case_open *how, struct hw_error *err)
{
    int rc = connect_db(c, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "PRAGMA journal_mode=MEMORY", err);
    rc = rc != HW_OK ? rc : create(c, how->now_ns, err);
    c->schema = HW_CASE_SCHEMA;
    c->created_ns = how->now_ns;
    return rc;
}

static int open_file(struct hw_case *c, const struct hw_case_open *how, int special,
                     struct hw_error *err)
{
    bool empty = false, writing = how->mode == HW_CASE_WRITE;
    if (writing) {
        int rc = hw_lock_take(c->path, how, &c->lock_fd, &c->lock_path, err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    int rc = look(c, how, &empty, err);
    if (rc == HW_OK) {
        rc = empty ? hw_fail(err, HW_E_MISSING, "an empty file") : open_existing(c, special, err);
    }
    if (rc == HW_E_MISSING && writing && !how->must_exist && !c->stranger) {
        disconnect(c);
        rc = create_file(c, how, err);
    }
    if (rc == HW_OK && writing && special != ADOPTING && c->read_only) {
        rc = hw_fail(err, HW_E_STATE,
                     c->stranger ? "a stranger's case is only read until "
                                   "'case adopt': %s"
                                 : "the case cannot be written here%s",
                     c->stranger ? c->why : "");
    }
    return rc == HW_OK && (!c->read_only || special == ADOPTING) ? set_writing(c, err) : rc;
}

/* SQLite reads meaning into ":memory:" and "file:"; to us they are names of files. */
static char *plain_name(const char *path)
{
    char *out = NULL;
    bool odd = path[0] == ':' || strncmp(path, "file:", 5) == 0;
    return asprintf(&out, "%s%s", odd ? "./" : "", path) < 0 ? NULL : out;
}

static int open_any(const struct hw_case_open *how, int special, struct hw_case **out,
                    struct hw_error *err)
{
    if ((how->mode == HW_CASE_PRIVATE) != (how->path == NULL)) {
        return hw_fail(err, HW_E_USAGE, "a private case has no path, every other one has");
    }
    if (how->path != NULL && (how->path[0] == '\0' || strlen(how->path) > HW_PATH_BYTES)) {
        return hw_fail(err, HW_E_USAGE, "no path, or one too long, for a case");
    }
    struct hw_case *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a case");
    }
    c->mode = how->mode;
    c->lock_fd = -1;
    hw_buf_init(&c->path_buf, 1024 * 1024);
    hw_buf_init(&c->storing.bodies, 2 * (size_t)HW_HOLD_BYTES);
    int rc;
    if (how->mode == HW_CASE_PRIVATE) {
        rc = open_private(c, how, err);
    } else if ((c->path = plain_name(how->path)) == NULL) {
        rc = hw_fail(err, HW_E_MEMORY, "no memory for a path");
    } else {
        rc = open_file(c, how, special, err);
        rc = hw_blame(err, rc, "case %.80s: ", how->path);
    }
    rc = rc != HW_OK ? rc : hw_index_new(c->db, "main", &c->index, err);
    if (rc != HW_OK) {
        hw_case_free(c);
        return rc;
    }
    *out = c;
    return HW_OK;
}

int hw_case_open(const struct hw_case_open *how, struct hw_case **out, struct hw_error *err)
{
    return open_any(how, 0, out, err);
}

int hw_case_open_stranger(const char *path, struct hw_case **out, struct hw_error *err)
{
    struct hw_case_open how = {.path = path, .mode = HW_CASE_WRITE, .must_exist = true};
    return open_any(&how, ADOPTING, out, err);
}

int hw_case_own(struct hw_case *c, struct hw_error *err)
{
    int rc = put_owner(c, err);
    if (rc == HW_OK && chmod(c->path, 0600) != 0) {
        rc = hw_fail(err, HW_E_IO, "cannot set the mode: %s", strerror(errno));
    }
    if (rc == HW_OK) {
        c->stranger = c->read_only = false;
        c->why[0] = '\0';
    }
    return rc;
}

void hw_case_free(struct hw_case *c)
{
    if (c == NULL) {
        return;
    }
    hw_case_rollback(c);
    hw_index_free(c->index);
    for (unsigned i = 0; i < HW_SQL_COUNT; i++) {
        sqlite3_finalize(c->sql[i]);
    }
    for (unsigned i = 0; i < HW_SPARES; i++) {
        sqlite3_finalize(c->spare[i]);
    }
    if (c->db != NULL && c->held) {
        hw_case_release(c);
    }
    disconnect(c); /* the last one out checkpoints and removes the log */
    hw_lock_drop(c->lock_fd, c->lock_path);
    hw_buf_done(&c->storing.bodies);
    hw_packing_done(&c->storing.packing);
    hw_buf_done(&c->path_buf);
    free(c->storing.held);
    free(c->path);
    free(c);
}

void hw_case_info(const struct hw_case *c, struct hw_case_info *out)
{
    *out = (struct hw_case_info){.path = c->path,
                                 .schema = c->schema,
                                 .created_ns = c->created_ns,
                                 .stranger = c->stranger,
                                 .read_only = c->read_only};
    memcpy(out->uuid, c->uuid, sizeof out->uuid);
    memcpy(out->why, c->why, sizeof out->why);
}
