/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/winjson_names.c -- whose JSON is it, and what does it call things.
 *
 * All shapes come out with the names an EVTX file has: the elements of <System> (Microsoft, Event
 * Schema) joined with their attributes by '_', and event data under its own names. Whatever a
 * collector added keeps the collector's name.
 *
 * Shapes: NXLog im_msvistalog fields (NXLog reference manual), Winlogbeat exported fields
 * (Elastic), Azure Monitor tables WindowsEvent, Event, SecurityEvent and Syslog (Microsoft),
 * evtx_dump's JSON.
 */
#include "evidence/telemetry/winjson.h"

#include <string.h>

#include "base/text.h"

struct rename {
    const char *raw, *name; /* name NULL: as it is */
    enum hw_windows_role role;
};

static const struct rename flat[] = {
    {"SourceName", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"ProviderGuid", "Provider_Guid", HW_WINDOWS_NO_ROLE},
    {"EventID", NULL, HW_WINDOWS_EVENT_ID},
    {"OpcodeValue", "Opcode", HW_WINDOWS_NO_ROLE},
    {"Opcode", "OpcodeName", HW_WINDOWS_NO_ROLE},
    {"EventTime", NULL, HW_WINDOWS_WALL},
    {"TimeCreated", NULL, HW_WINDOWS_CREATED},
    {"@timestamp", NULL, HW_WINDOWS_COLLECTED},
    {"RecordNumber", "EventRecordID", HW_WINDOWS_NUMBER},
    {"EventRecordID", NULL, HW_WINDOWS_NUMBER},
    {"ExecutionProcessID", "Execution_ProcessID", HW_WINDOWS_NO_ROLE},
    {"ProcessID", "Execution_ProcessID", HW_WINDOWS_NO_ROLE},
    {"ThreadID", "Execution_ThreadID", HW_WINDOWS_NO_ROLE},
    {"Channel", NULL, HW_WINDOWS_CHANNEL},
    {"Hostname", "Computer", HW_WINDOWS_COMPUTER},
    {"Computer", NULL, HW_WINDOWS_COMPUTER},
    {"UserID", "Security_UserID", HW_WINDOWS_NO_ROLE},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

/* Behind "Event.System." or of <System>, attributes already joined with '_'. */
static const struct rename system_names[] = {
    {"Provider_Name", NULL, HW_WINDOWS_PROVIDER},
    {"EventID", NULL, HW_WINDOWS_EVENT_ID},
    {"TimeCreated_SystemTime", "TimeCreated", HW_WINDOWS_CREATED},
    {"TimeCreated", NULL, HW_WINDOWS_CREATED},
    {"EventRecordID", NULL, HW_WINDOWS_NUMBER},
    {"Correlation_ActivityID", "ActivityID", HW_WINDOWS_NO_ROLE},
    {"Correlation_RelatedActivityID", "RelatedActivityID", HW_WINDOWS_NO_ROLE},
    {"Channel", NULL, HW_WINDOWS_CHANNEL},
    {"Computer", NULL, HW_WINDOWS_COMPUTER},
    {"Security_UserId", "Security_UserID", HW_WINDOWS_NO_ROLE},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

static const struct rename beat[] = {
    {"winlog.provider_name", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"winlog.provider_guid", "Provider_Guid", HW_WINDOWS_NO_ROLE},
    {"winlog.event_id", "EventID", HW_WINDOWS_EVENT_ID},
    {"winlog.version", "Version", HW_WINDOWS_NO_ROLE},
    {"winlog.task", "Task", HW_WINDOWS_NO_ROLE},
    {"winlog.opcode", "Opcode", HW_WINDOWS_NO_ROLE},
    {"winlog.keywords", "Keywords", HW_WINDOWS_NO_ROLE},
    {"winlog.record_id", "EventRecordID", HW_WINDOWS_NUMBER},
    {"winlog.activity_id", "ActivityID", HW_WINDOWS_NO_ROLE},
    {"winlog.related_activity_id", "RelatedActivityID", HW_WINDOWS_NO_ROLE},
    {"winlog.process.pid", "Execution_ProcessID", HW_WINDOWS_NO_ROLE},
    {"winlog.process.thread.id", "Execution_ThreadID", HW_WINDOWS_NO_ROLE},
    {"winlog.channel", "Channel", HW_WINDOWS_CHANNEL},
    {"winlog.computer_name", "Computer", HW_WINDOWS_COMPUTER},
    {"winlog.user.identifier", "Security_UserID", HW_WINDOWS_NO_ROLE},
    /* Winlogbeat puts <TimeCreated> here; event.created is when it read the record. */
    {"@timestamp", NULL, HW_WINDOWS_CREATED},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

static const struct rename beat6[] = {
    {"source_name", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"provider_guid", "Provider_Guid", HW_WINDOWS_NO_ROLE},
    {"event_id", "EventID", HW_WINDOWS_EVENT_ID},
    {"version", "Version", HW_WINDOWS_NO_ROLE},
    {"level", "Level", HW_WINDOWS_NO_ROLE},
    {"task", "Task", HW_WINDOWS_NO_ROLE},
    {"opcode", "Opcode", HW_WINDOWS_NO_ROLE},
    {"keywords", "Keywords", HW_WINDOWS_NO_ROLE},
    {"record_number", "EventRecordID", HW_WINDOWS_NUMBER},
    {"activity_id", "ActivityID", HW_WINDOWS_NO_ROLE},
    {"process_id", "Execution_ProcessID", HW_WINDOWS_NO_ROLE},
    {"thread_id", "Execution_ThreadID", HW_WINDOWS_NO_ROLE},
    {"log_name", "Channel", HW_WINDOWS_CHANNEL},
    {"computer_name", "Computer", HW_WINDOWS_COMPUTER},
    {"user.identifier", "Security_UserID", HW_WINDOWS_NO_ROLE},
    {"@timestamp", NULL, HW_WINDOWS_CREATED},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

static const struct rename azure[] = {
    {"Provider", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"EventSourceName", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"Source", "Provider_Name", HW_WINDOWS_PROVIDER},
    {"EventID", NULL, HW_WINDOWS_EVENT_ID},
    {"EventLevel", "Level", HW_WINDOWS_NO_ROLE},
    {"Channel", NULL, HW_WINDOWS_CHANNEL},
    {"EventLog", "Channel", HW_WINDOWS_CHANNEL},
    {"Computer", NULL, HW_WINDOWS_COMPUTER},
    {"EventRecordId", "EventRecordID", HW_WINDOWS_NUMBER},
    {"SystemProcessId", "Execution_ProcessID", HW_WINDOWS_NO_ROLE},
    {"SystemThreadId", "Execution_ThreadID", HW_WINDOWS_NO_ROLE},
    {"SystemUserId", "Security_UserID", HW_WINDOWS_NO_ROLE},
    {"Correlation", "ActivityID", HW_WINDOWS_NO_ROLE},
    {"TimeCreated", NULL, HW_WINDOWS_CREATED},
    {"TimeGenerated", NULL, HW_WINDOWS_COLLECTED},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

static const struct rename outer[] = {
    {"TimeGenerated", NULL, HW_WINDOWS_COLLECTED},
    {NULL, NULL, HW_WINDOWS_NO_ROLE},
};

static const struct rename none[] = {{NULL, NULL, HW_WINDOWS_NO_ROLE}};

static unsigned renamed(const struct rename *table, struct hw_span *name)
{
    for (; table->raw != NULL; table++) {
        if (hw_span_is(*name, table->raw)) {
            *name = table->name == NULL ? *name : hw_span_str(table->name);
            return table->role;
        }
    }
    return HW_WINDOWS_NO_ROLE;
}

static bool strip(struct hw_span *s, const char *prefix)
{
    if (!hw_span_starts(*s, prefix)) {
        return false;
    }
    *s = hw_span_from(*s, strlen(prefix));
    return true;
}

/* The ways attributes and text are written: evtx_dump's "#attributes" (or "X_attributes"), "@Name"
 * of XML converters, "#text". All become what <System> has: Provider_Name, EventID. */
static void plain_xml_name(struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    static const struct {
        const char *from, *to;
    } marks[] = {{".#attributes.", "_"}, {"_attributes.", "_"}, {".@", "_"}, {".#text", ""}};
    size_t n = 0;
    for (size_t i = 0; i < raw.n && n < HW_COLUMN_NAME;) {
        size_t skip = 0;
        const char *to = "";
        for (size_t k = 0; k < sizeof marks / sizeof marks[0] && skip == 0; k++) {
            if (hw_span_starts(hw_span_from(raw, i), marks[k].from)) {
                skip = strlen(marks[k].from);
                to = marks[k].to;
            }
        }
        if (skip == 0) {
            room[n++] = raw.p[i++];
        } else if (*to != '\0') {
            room[n++] = (uint8_t)*to;
        }
        i += skip;
    }
    *name = (struct hw_span){room, n};
}

/* Event.System.X, Event.EventData.X, Event.UserData.Anything.X */
static unsigned event_name(struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    struct hw_span rest = raw;
    if (raw.n >= HW_COLUMN_NAME || !strip(&rest, "Event.")) {
        return HW_WINDOWS_NO_ROLE;
    }
    if (strip(&rest, "System.")) {
        plain_xml_name(rest, room, name);
        return renamed(system_names, name);
    }
    if (strip(&rest, "EventData.")) {
        plain_xml_name(rest, room, name);
    } else if (strip(&rest, "UserData.")) {
        plain_xml_name(rest, room, name);
        size_t dot = hw_span_find(*name, '.');
        *name = dot + 1 < name->n ? hw_span_from(*name, dot + 1) : *name;
    }
    return HW_WINDOWS_NO_ROLE;
}

static unsigned beat_name(const struct rename *table, const char *data, struct hw_span *name)
{
    if (strip(name, data) || strip(name, "winlog.user_data.")) {
        return HW_WINDOWS_NO_ROLE;
    }
    return renamed(table, name);
}

unsigned hw_windows_name(unsigned kind, struct hw_span raw, uint8_t *room, struct hw_span *name)
{
    switch ((enum hw_windows_shape)kind) {
    case HW_WINDOWS_FLAT:
        return renamed(flat, name);
    case HW_WINDOWS_EVENT:
        return event_name(raw, room, name);
    case HW_WINDOWS_SOURCE:
        if (!strip(name, "_source.")) {
            return HW_WINDOWS_NO_ROLE;
        }
        return beat_name(beat, "winlog.event_data.", name);
    case HW_WINDOWS_BEAT:
        return beat_name(beat, "winlog.event_data.", name);
    case HW_WINDOWS_BEAT6:
        return beat_name(beat6, "event_data.", name);
    case HW_WINDOWS_AZURE:
        return renamed(azure, name);
    case HW_WINDOWS_SYSLOG:
        return renamed(outer, name);
    case HW_WINDOWS_SYSTEM:
        return renamed(system_names, name);
    default:
        return renamed(none, name);
    }
}

/* ---- shapes ---- */

static bool has(const struct hw_json_flat *f, const char *name)
{
    return hw_json_find(f, name, 0) < f->count;
}

static bool is_number(const struct hw_json_flat *f, const char *name)
{
    uint64_t v;
    return hw_span_u64(hw_json_get(f, name), &v) && v <= UINT32_MAX;
}

enum hw_windows_shape hw_windows_shape(const struct hw_json_flat *f)
{
    if (is_number(f, "EventID")) {
        bool where = has(f, "Computer");
        if (has(f, "TenantId") && where && (has(f, "EventData") || has(f, "EventOriginId"))) {
            return HW_WINDOWS_AZURE;
        }
        bool when = has(f, "EventTime") || has(f, "TimeCreated") || has(f, "@timestamp");
        bool what = has(f, "SourceName") || has(f, "ProviderGuid") || has(f, "RecordNumber");
        where = where || has(f, "Hostname");
        return has(f, "Channel") && where && when && what ? HW_WINDOWS_FLAT : HW_WINDOWS_OTHER;
    }
    if (is_number(f, "winlog.event_id")) {
        return has(f, "winlog.channel") || has(f, "winlog.provider_name") ? HW_WINDOWS_BEAT
                                                                          : HW_WINDOWS_OTHER;
    }
    if (is_number(f, "Event.System.EventID") || is_number(f, "Event.System.EventID.#text")) {
        return has(f, "Event.System.Computer") && has(f, "Event.System.Channel") ? HW_WINDOWS_EVENT
                                                                                 : HW_WINDOWS_OTHER;
    }
    if (hw_span_starts(hw_span_trim(hw_json_get(f, "SyslogMessage")), "<Event>")) {
        return HW_WINDOWS_SYSLOG;
    }
    if (is_number(f, "_source.winlog.event_id")) {
        return HW_WINDOWS_SOURCE;
    }
    if (is_number(f, "event_id") && has(f, "log_name") && has(f, "computer_name")) {
        return HW_WINDOWS_BEAT6;
    }
    return HW_WINDOWS_OTHER;
}
