/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_winjson.h -- one and the same Windows event as each collector writes it.
 *
 * Sysmon 11 on WS1.corp.example: provider Microsoft-Windows-Sysmon, process 4242 (thread 7) of
 * Sysmon itself, written 2023-03-13T06:31:00.123Z; event data ProcessId 77, Image C:\Tools\a.exe,
 * TargetFilename "C:\Temp\<number>é.dll". The collector had it four hours later by its own clock.
 */
#ifndef HW_TESTS_BUILD_WINJSON_H
#define HW_TESTS_BUILD_WINJSON_H

#include "base/buf.h"

enum build_winjson {
    BUILD_WINJSON_NXLOG,     /* EventTime by a wall clock without zone; @timestamp wrong */
    BUILD_WINJSON_FLAT,      /* the same with TimeCreated */
    BUILD_WINJSON_EVENT,     /* evtx_dump, printed over many lines */
    BUILD_WINJSON_BEAT,      /* Winlogbeat 7 */
    BUILD_WINJSON_SOURCE,    /* the same as an Elasticsearch hit */
    BUILD_WINJSON_BEAT6,     /* Winlogbeat 6 */
    BUILD_WINJSON_AZURE,     /* EventData is JSON as text */
    BUILD_WINJSON_AZURE_XML, /* EventData is XML as text */
    BUILD_WINJSON_SYSLOG,    /* Sysmon for Linux: the provider is Linux-Sysmon */
    BUILD_WINJSON_COUNT
};
/* Appends one record with its line feed. The same number gives the same bytes; odd numbers have
 * their keys in another order where the shape is flat. */
void build_winjson(struct hw_buf *b, enum build_winjson shape, unsigned number);

#endif
