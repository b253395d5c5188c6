/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/winjson.h -- Windows events as JSON, whoever collected them.
 *
 * What the chapters of winjson.c share: how a record is shaped, and which role a name plays.
 */
#ifndef HW_EVIDENCE_TELEMETRY_WINJSON_H
#define HW_EVIDENCE_TELEMETRY_WINJSON_H

#include <stdbool.h>

#include "evidence/telemetry/ndjson_columns.h"
#include "evidence/telemetry/ndjson.h"

extern const struct hw_format hw_format_windows_json;

enum hw_windows_shape {
    HW_WINDOWS_OTHER,  /* no Windows event */
    HW_WINDOWS_FLAT,   /* NXLog and kin: EventID, Channel, Hostname, event data beside them */
    HW_WINDOWS_EVENT,  /* the XML as JSON: Event.System, Event.EventData */
    HW_WINDOWS_BEAT,   /* Winlogbeat 7 and later, Elastic's agent: winlog.* */
    HW_WINDOWS_SOURCE, /* the same as Elasticsearch hands it out: _source.winlog.* */
    HW_WINDOWS_BEAT6,  /* Winlogbeat before 7: event_id, event_data.* */
    HW_WINDOWS_AZURE,  /* Azure Monitor's tables: TenantId, EventData a text of its own */
    HW_WINDOWS_SYSLOG, /* Sysmon for Linux in Azure's Syslog table: SyslogMessage is the XML */
    HW_WINDOWS_SYSTEM, /* names the XML reader makes of <System> */
    HW_WINDOWS_DATA,   /* event data under its own name */
};

enum hw_windows_role {
    HW_WINDOWS_NO_ROLE,
    HW_WINDOWS_PROVIDER,
    HW_WINDOWS_EVENT_ID,
    HW_WINDOWS_CHANNEL,
    HW_WINDOWS_COMPUTER,
    HW_WINDOWS_NUMBER,
    HW_WINDOWS_CREATED,   /* when the record was written, with a zone */
    HW_WINDOWS_WALL,      /* the same by a wall clock: NXLog's EventTime */
    HW_WINDOWS_COLLECTED, /* when a collector or table had it */
};

enum hw_windows_shape hw_windows_shape(const struct hw_json_flat *f);
/* A hw_columns_see; kind is an enum hw_windows_shape. */
unsigned hw_windows_name(unsigned kind, struct hw_span raw, uint8_t *room, struct hw_span *name);

/* The fields of an <Event> or <EventData> element. Values without entities borrow from `xml`,
 * others from `text`, which never moves. */
struct hw_windows_xml {
    struct hw_columns *c;
    struct hw_buf *text; /* has room for all of the xml already */
    bool cut;            /* the text ended inside: syslog daemons cut long lines */
    bool full;           /* more fields than a record may have */
};
/* False: it is not of that form. What was whole before a cut is there, the value it cut too. */
HW_CHECK bool hw_windows_xml(struct hw_windows_xml *x, struct hw_span xml);

#endif
