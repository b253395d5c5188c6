/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "evtx_kit.h"

struct build_evtx b;
struct hw_recorded r;

int evtx_begin(void **state)
{
    (void)state;
    build_evtx_init(&b);
    hw_recorded_init(&r);
    return 0;
}

int evtx_end(void **state)
{
    (void)state;
    build_evtx_done(&b);
    hw_recorded_done(&r);
    return 0;
}

void again(void)
{
    (void)evtx_end(NULL);
    (void)evtx_begin(NULL);
}

void read_bytes(const uint8_t *p, size_t n)
{
    hw_told_examine(&r.told, p, n, NULL);
}

void read_log(void)
{
    read_bytes(b.file.p, b.file.n);
}

struct build_evtx_value text(const char *ascii)
{
    static uint8_t room[16][512];
    static unsigned next;
    uint8_t *p = room[next++ % 16];
    assert_true(strlen(ascii) < 250);
    return (struct build_evtx_value){0x01, p, build_evtx_utf16(ascii, p)};
}

/* Two kinds of events, `count` of each. */
void honest(unsigned count)
{
    static const char *const start[] = {"Image", "ProcessId"};
    static const char *const write[] = {"Image", "TargetFilename", "Hash"};
    static const uint8_t pid[4] = {0x39, 0x30, 0, 0};
    for (unsigned i = 0; i < count; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "C:\\a%u.exe", i);
        struct build_evtx_value one[] = {text(name), {0x08, pid, 4}};
        struct build_evtx_value two[] = {text(name), text("C:\\x.dll"), text("")};
        build_evtx_event(&b, "Microsoft-Windows-Sysmon", 1, start, one, 2);
        build_evtx_event(&b, "Microsoft-Windows-Sysmon", 11, write, two, 3);
    }
    build_evtx_finish(&b, 0);
}

size_t records(void)
{
    return hw_told_count(&r.told, "\"records\"") + (size_t)r.records;
}

bool has(const char *word)
{
    return hw_told_has(&r.told, word, NULL);
}
