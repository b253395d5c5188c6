/* SPDX-License-Identifier: Apache-2.0 */
#include "build_browser.h"

#include "build_sqlite.h"

static void build(struct hw_buf *b, const char *pragmas, const char *sql, const char *more)
{
    struct hw_buf all;
    hw_buf_init(&all, 64 << 20);
    hw_buf_str(&all, sql);
    hw_buf_str(&all, more);
    build_sqlite(b, pragmas, hw_buf_text(&all));
    hw_buf_done(&all);
}

/* 13322941200000000 us since 1601 are 2023-03-10T17:00:00Z. */
void build_browser_chromium(struct hw_buf *b, const char *pragmas, const char *more)
{
    static const char sql[] =
        "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
        "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,"
        "visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,"
        "last_visit_time INTEGER NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL);"
        "CREATE TABLE visits(id INTEGER PRIMARY KEY,url INTEGER NOT NULL,visit_time INTEGER NOT "
        "NULL,from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL,segment_id INTEGER,"
        "visit_duration INTEGER DEFAULT 0 NOT NULL);"
        "CREATE TABLE downloads (id INTEGER PRIMARY KEY,guid VARCHAR NOT NULL,current_path "
        "LONGVARCHAR NOT NULL,target_path LONGVARCHAR NOT NULL,start_time INTEGER NOT NULL,"
        "received_bytes INTEGER NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,"
        "danger_type INTEGER NOT NULL,interrupt_reason INTEGER NOT NULL,hash BLOB NOT NULL,"
        "end_time INTEGER NOT NULL,opened INTEGER NOT NULL,last_access_time INTEGER NOT NULL,"
        "transient INTEGER NOT NULL,referrer VARCHAR NOT NULL,site_url VARCHAR NOT NULL,"
        "tab_url VARCHAR NOT NULL,tab_referrer_url VARCHAR NOT NULL,http_method VARCHAR NOT NULL,"
        "by_ext_id VARCHAR NOT NULL,by_ext_name VARCHAR NOT NULL,etag VARCHAR NOT NULL,"
        "last_modified VARCHAR NOT NULL,mime_type VARCHAR(255) NOT NULL,"
        "original_mime_type VARCHAR(255) NOT NULL);"
        "CREATE TABLE downloads_url_chains (id INTEGER NOT NULL,chain_index INTEGER NOT NULL,"
        "url LONGVARCHAR NOT NULL, PRIMARY KEY (id, chain_index));"
        "INSERT INTO urls VALUES(1,'https://www.example.com/','Example',3,1,13322941200000000,0),"
        "(2,'https://www.example.com/get','Get it',1,0,13322941201500000,0);"
        "INSERT INTO visits VALUES(10,1,13322941200000000,0,805306369,NULL,0),"
        "(11,2,13322941201500000,10,805306368,NULL,2000000);"
        "INSERT INTO downloads VALUES(7,'6b1f','C:\\Users\\j\\Downloads\\a.tmp',"
        "'C:\\Users\\j\\Downloads\\setup.exe',13322941202250001,1234,1234,1,0,0,x'00aabb',"
        "13322941203000000,1,0,0,'https://www.example.com/get','','https://www.example.com/get','',"
        "'','','','','','application/x-msdownload','application/x-msdownload'),"
        "(8,'6b20','/tmp/b','/home/j/b.zip',13322941204000000,1,2,2,0,40,x'',0,0,0,0,'','','','',"
        "'','abcdef','Helper','','','application/zip','application/zip');"
        /* Out of order, as after an interrupted download. */
        "INSERT INTO downloads_url_chains VALUES(8,0,'https://example.net/b.zip'),"
        "(7,2,'https://cdn.example.com/setup.exe'),(7,0,'https://www.example.com/dl'),"
        "(7,1,'http://r.example.org/?u=1');";
    build(b, pragmas, sql, more);
}

/* 1678467600000000 us since 1970 are 2023-03-10T17:00:00Z. */
void build_browser_firefox(struct hw_buf *b, const char *pragmas, const char *more)
{
    static const char sql[] =
        "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, "
        "rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, "
        "typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, "
        "last_visit_date INTEGER , guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL, "
        "url_hash INTEGER DEFAULT 0 NOT NULL , description TEXT, preview_image_url TEXT);"
        "CREATE TABLE moz_historyvisits (  id INTEGER PRIMARY KEY, from_visit INTEGER, place_id "
        "INTEGER, visit_date INTEGER, visit_type INTEGER, session INTEGER, source INTEGER DEFAULT "
        "0 NOT NULL, triggeringPlaceId INTEGER);"
        "CREATE TABLE moz_anno_attributes (  id INTEGER PRIMARY KEY, name VARCHAR(32) UNIQUE NOT "
        "NULL);"
        "CREATE TABLE moz_annos (  id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL, "
        "anno_attribute_id INTEGER, content LONGVARCHAR, flags INTEGER DEFAULT 0, expiration "
        "INTEGER DEFAULT 0, type INTEGER DEFAULT 0, dateAdded INTEGER DEFAULT 0, lastModified "
        "INTEGER DEFAULT 0);"
        "INSERT INTO moz_places(id,url,title,visit_count,typed) VALUES"
        "(1,'https://www.example.com/','Example',2,1),"
        "(2,'https://cdn.example.com/setup%201.exe','setup 1.exe',1,0);"
        "INSERT INTO moz_historyvisits VALUES(20,0,1,1678467600000000,2,0,0,NULL),"
        "(21,20,2,1678467601500000,7,0,0,NULL);"
        "INSERT INTO moz_anno_attributes VALUES(3,'downloads/destinationFileURI'),"
        "(5,'downloads/metaData'),(6,'other/note');"
        "INSERT INTO moz_annos VALUES"
        "(1,2,3,'file:///C:/Users/j/Downloads/setup%201.exe',0,4,3,1678467602000000,"
        "1678467602000000),(2,2,5,'{\"state\":1,\"endTime\":1678467605250,\"fileSize\":1234}',0,4,"
        "3,1678467605000000,0),(3,1,6,'nothing',0,0,0,0,0);";
    build(b, pragmas, sql, more);
}
