/* SPDX-License-Identifier: Apache-2.0 */
#include "build_quarantine.h"

#include "build_sqlite.h"

/* 700160460.5 s since 2001 are 2023-03-10T17:01:00.5Z. */
void build_quarantine(struct hw_buf *b, const char *pragmas)
{
    build_sqlite(
        b, pragmas,
        "CREATE TABLE LSQuarantineEvent (  LSQuarantineEventIdentifier TEXT PRIMARY KEY NOT NULL,  "
        "LSQuarantineTimeStamp REAL,  LSQuarantineAgentBundleIdentifier TEXT,  "
        "LSQuarantineAgentName TEXT,  LSQuarantineDataURLString TEXT,  LSQuarantineSenderName "
        "TEXT,  LSQuarantineSenderAddress TEXT,  LSQuarantineTypeNumber INTEGER,  "
        "LSQuarantineOriginTitle TEXT,  LSQuarantineOriginURLString TEXT,  "
        "LSQuarantineOriginAlias BLOB );"
        "INSERT INTO LSQuarantineEvent VALUES"
        "('0F4C0C4B-7A2C','700160460.5','com.google.Chrome','Chrome',"
        "'https://cdn.example.com/app.dmg',NULL,NULL,0,NULL,'https://www.example.com/get',NULL),"
        "('1A','700160461','com.apple.mail','Mail',NULL,'J Doe','jdoe@example.com',2,'Invoice',"
        "NULL,x'0102');");
}

void build_history(struct hw_buf *b, const char *entries)
{
    hw_buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                  "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                  "<plist version=\"1.0\">\n<array>\n");
    hw_buf_str(b, entries);
    hw_buf_str(b, "</array>\n</plist>\n");
}
