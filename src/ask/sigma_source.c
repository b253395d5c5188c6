/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_source.c -- which logs a Sigma rule is for, and what its fields are called there.
 *
 * Sigma's taxonomy (SigmaHQ/sigma-specification, "Sigma Taxonomy"): categories of Windows are
 * Sysmon's events, and by what happened also other products'; services of Windows are channels.
 * Fields keep the names of Sysmon's XML, which our records of Windows have too; elsewhere a field
 * is the role that data/mappings/ gives it.
 */
#include "ask/sigma.h"
#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Sysmon's events, comma between; happening: what other logs call it. */
static const struct category {
    const char *word, *events;
    enum hw_happening happening;
} categories[] = {
    {"process_creation", "1", HW_HAPPENED_PROCESS_START},
    {"file_change", "2", HW_HAPPENED_NONE},
    {"network_connection", "3", HW_HAPPENED_NET_FLOW},
    {"sysmon_status", "4,16", HW_HAPPENED_NONE},
    {"process_termination", "5", HW_HAPPENED_PROCESS_END},
    {"driver_load", "6", HW_HAPPENED_NONE},
    {"image_load", "7", HW_HAPPENED_NONE},
    {"create_remote_thread", "8", HW_HAPPENED_NONE},
    {"raw_access_thread", "9", HW_HAPPENED_NONE},
    {"process_access", "10", HW_HAPPENED_NONE},
    {"file_event", "11", HW_HAPPENED_FILE_WRITE},
    {"file_rename", "", HW_HAPPENED_FILE_RENAME},
    {"registry_add", "12", HW_HAPPENED_NONE},
    {"registry_delete", "12", HW_HAPPENED_NONE},
    {"registry_set", "13", HW_HAPPENED_NONE},
    {"registry_rename", "14", HW_HAPPENED_NONE},
    {"registry_event", "12,13,14", HW_HAPPENED_NONE},
    {"create_stream_hash", "15", HW_HAPPENED_NONE},
    {"pipe_created", "17,18", HW_HAPPENED_NONE},
    {"wmi_event", "19,20,21", HW_HAPPENED_NONE},
    {"dns_query", "22", HW_HAPPENED_NONE},
    {"file_delete", "23,26", HW_HAPPENED_FILE_DELETE},
    {"clipboard_capture", "24", HW_HAPPENED_NONE},
    {"process_tampering", "25", HW_HAPPENED_NONE},
    {"file_block_executable", "27", HW_HAPPENED_NONE},
    {"file_block_shredding", "28", HW_HAPPENED_NONE},
    {"file_executable_detected", "29", HW_HAPPENED_NONE},
    {"sysmon_error", "255", HW_HAPPENED_NONE},
    {"proxy", "", HW_HAPPENED_HTTP},
    {"webserver", "", HW_HAPPENED_HTTP},
    {"dns", "", HW_HAPPENED_DNS},
    {"firewall", "", HW_HAPPENED_NET_FLOW},
};

/* Categories that are events of other logs of Windows. */
static const struct {
    const char *word, *provider, *events;
} others[] = {
    {"ps_module", "Microsoft-Windows-PowerShell", "4103"},
    {"ps_module", "PowerShellCore", "4103"},
    {"ps_script", "Microsoft-Windows-PowerShell", "4104"},
    {"ps_script", "PowerShellCore", "4104"},
    {"ps_classic_start", "PowerShell", "400"},
    {"ps_classic_provider_start", "PowerShell", "600"},
    {"ps_classic_script", "PowerShell", "800"},
    {"registry_event", "Microsoft-Windows-Security-Auditing", "4657"},
    {"registry_set", "Microsoft-Windows-Security-Auditing", "4657"},
    {"file_access", "Microsoft-Windows-Kernel-File", "12"},
};

/* Services of Windows; a channel's beginning is enough. */
static const struct {
    const char *word, *channel;
} channels[] = {
    {"application", "Application"},
    {"applocker", "Microsoft-Windows-AppLocker/"},
    {"appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/"},
    {"appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/"},
    {"appxpackaging-om", "Microsoft-Windows-AppxPackaging/"},
    {"bitlocker", "Microsoft-Windows-BitLocker/"},
    {"bits-client", "Microsoft-Windows-Bits-Client/"},
    {"capi2", "Microsoft-Windows-CAPI2/"},
    {"certificateservicesclient-lifecycle-system",
     "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/"},
    {"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
    {"diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/"},
    {"dns-client", "Microsoft-Windows-DNS"},
    {"dns-server", "DNS Server"},
    {"dns-server-analytic", "Microsoft-Windows-DNSServer/Analytical"},
    {"driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/"},
    {"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/"},
    {"hyper-v-worker", "Microsoft-Windows-Hyper-V-Worker"},
    {"iis-configuration", "Microsoft-IIS-Configuration/"},
    {"ldap", "Microsoft-Windows-LDAP-Client/"},
    {"ldap_debug", "Microsoft-Windows-LDAP-Client/"},
    {"lsa-server", "Microsoft-Windows-LSA/"},
    {"microsoft-servicebus-client", "Microsoft-ServiceBus-Client"},
    {"msexchange-management", "MSExchange Management"},
    {"ntlm", "Microsoft-Windows-NTLM/"},
    {"openssh", "OpenSSH/"},
    {"powershell", "Microsoft-Windows-PowerShell/"},
    {"powershell-classic", "Windows PowerShell"},
    {"printservice-admin", "Microsoft-Windows-PrintService/Admin"},
    {"printservice-operational", "Microsoft-Windows-PrintService/Operational"},
    {"security", "Security"},
    {"security-mitigations", "Microsoft-Windows-Security-Mitigations"},
    {"sense", "Microsoft-Windows-SENSE/"},
    {"shell-core", "Microsoft-Windows-Shell-Core/"},
    {"smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity"},
    {"smbclient-security", "Microsoft-Windows-SmbClient/Security"},
    {"smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity"},
    {"sysmon", "Microsoft-Windows-Sysmon/"},
    {"system", "System"},
    {"taskscheduler", "Microsoft-Windows-TaskScheduler/"},
    {"terminalservices-localsessionmanager",
     "Microsoft-Windows-TerminalServices-LocalSessionManager/"},
    {"vhdmp", "Microsoft-Windows-VHDMP"},
    {"windefend", "Microsoft-Windows-Windows Defender/"},
    {"wmi", "Microsoft-Windows-WMI-Activity/"},
};

/* Products and services of other logs. service NULL: any, "=": the log's own name. */
static const struct {
    const char *product, *service, *source, *log;
} logs[] = {
    {"linux", "auditd", "auditd", NULL},
    {"linux", "sshd", "syslog", NULL},
    {"linux", "syslog", "syslog", NULL},
    {"linux", "auth", "syslog", NULL},
    {"linux", "cron", "syslog", NULL},
    {"linux", "sudo", "syslog", NULL},
    {"linux", "clamav", "syslog", NULL},
    {"linux", "guacamole", "syslog", NULL},
    {"linux", "vsftpd", "syslog", NULL},
    {"linux", "", "syslog", NULL},
    {"zeek", "=", "zeek", NULL},
    {"aws", "cloudtrail", "mapped", "cloudtrail"},
    {"azure", "signinlogs", "mapped", "entra-signin"},
    {"okta", "okta", "mapped", "okta"},
    {"m365", "audit", "mapped", "m365-audit"},
    {"fortigate", "event", "mapped", "fortigate"},
};

/* Sigma's fields, in lower case, and the role they are where the record has no such name. */
static const struct {
    const char *field;
    enum hw_role role;
} roles[] = {
    {"image", HW_ROLE_IMAGE},
    {"commandline", HW_ROLE_COMMAND},
    {"parentimage", HW_ROLE_PARENT_IMAGE},
    {"parentcommandline", HW_ROLE_PARENT_COMMAND},
    {"currentdirectory", HW_ROLE_CWD},
    {"user", HW_ROLE_USER},
    {"processid", HW_ROLE_PID},
    {"parentprocessid", HW_ROLE_PARENT_PID},
    {"hashes", HW_ROLE_HASH},
    {"targetfilename", HW_ROLE_PATH},
    {"imageloaded", HW_ROLE_PATH},
    {"targetobject", HW_ROLE_KEY},
    {"details", HW_ROLE_VALUE},
    {"destinationip", HW_ROLE_DST_IP},
    {"destinationport", HW_ROLE_DST_PORT},
    {"destinationhostname", HW_ROLE_DST_NAME},
    {"sourceip", HW_ROLE_SRC_IP},
    {"sourceport", HW_ROLE_SRC_PORT},
    {"dst_ip", HW_ROLE_DST_IP},
    {"dst_port", HW_ROLE_DST_PORT},
    {"src_ip", HW_ROLE_SRC_IP},
    {"src_port", HW_ROLE_SRC_PORT},
    {"queryname", HW_ROLE_NAME},
    {"query", HW_ROLE_NAME},
    {"pipename", HW_ROLE_NAME},
    {"c-uri", HW_ROLE_URL},
    {"cs-uri", HW_ROLE_URL},
    {"cs-uri-query", HW_ROLE_URL},
    {"cs-uri-stem", HW_ROLE_URL},
    {"c-useragent", HW_ROLE_AGENT},
    {"cs-user-agent", HW_ROLE_AGENT},
    {"cs-method", HW_ROLE_METHOD},
    {"cs-host", HW_ROLE_DST_NAME},
    {"r-dns", HW_ROLE_DST_NAME},
    {"cs-referer", HW_ROLE_REFERRER},
    {"cs-referrer", HW_ROLE_REFERRER},
    {"dst_host", HW_ROLE_DST_NAME},
};

static const struct category *category_of(struct hw_span word)
{
    for (size_t i = 0; i < COUNT(categories); i++) {
        if (hw_span_is(word, categories[i].word)) {
            return &categories[i];
        }
    }
    return NULL;
}

/* Is the event in the list? An empty one has none. */
static bool in_events(struct hw_span event, const char *list)
{
    struct hw_span rest = hw_span_str(list);
    while (rest.n > 0) {
        size_t end = hw_span_find(rest, ',');
        if (hw_span_equal(hw_span_cut(rest, 0, end), event)) {
            return true;
        }
        rest = hw_span_from(rest, end + 1);
    }
    return false;
}

static bool is_windows_event(const struct sigma_layout *l)
{
    return hw_span_is(l->source, "windows") && !hw_span_is(l->log, "Linux-Sysmon");
}

/* Of the machines whose records these may be. Logs of agents and proxies can be of any. */
static bool product_fits(struct hw_span product, const struct sigma_layout *l)
{
    bool unix_log = hw_span_is(l->log, "Linux-Sysmon") || hw_span_is(l->source, "auditd") ||
                    hw_span_is(l->source, "strace") || hw_span_is(l->source, "syslog");
    bool apple = hw_span_is(l->source, "eslogger") || hw_span_is(l->source, "quarantine");
    bool any = hw_span_is(l->source, "mapped") || hw_span_is(l->source, "osquery");
    return product.n == 0 || (hw_span_is(product, "windows") && (is_windows_event(l) || any)) ||
           (hw_span_is(product, "linux") && (unix_log || any)) ||
           (hw_span_is(product, "macos") && (apple || any)) ||
           (hw_span_is(product, "zeek") && hw_span_is(l->source, "zeek"));
}

static bool category_fits(struct hw_span word, const struct sigma_layout *l)
{
    const struct category *c = category_of(word);
    bool sysmon =
        hw_span_is(l->log, "Microsoft-Windows-Sysmon") || hw_span_is(l->log, "Linux-Sysmon");
    if (c != NULL && sysmon && hw_span_is(l->source, "windows")) {
        return in_events(l->event, c->events);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        if (hw_span_is(word, others[i].word) && hw_span_is(l->log, others[i].provider) &&
            in_events(l->event, others[i].events)) {
            return true;
        }
    }
    for (size_t i = 0; c != NULL && c->happening != HW_HAPPENED_NONE && i < l->bound_count; i++) {
        bool exec = c->happening == HW_HAPPENED_PROCESS_START &&
                    l->bounds[i].kind == HW_HAPPENED_PROCESS_EXEC;
        if (l->bounds[i].kind == c->happening || exec) {
            return true;
        }
    }
    return false;
}

static bool other_fits(const struct sigma_class *c, const struct sigma_layout *l)
{
    for (size_t i = 0; i < COUNT(logs); i++) {
        bool service = logs[i].service[0] == '=' ? hw_span_equal(c->service, l->log)
                                                 : hw_span_is(c->service, logs[i].service);
        if (hw_span_is(c->product, logs[i].product) && service &&
            hw_span_is(l->source, logs[i].source) &&
            (logs[i].log == NULL || hw_span_is(l->log, logs[i].log))) {
            return true;
        }
    }
    return false;
}

bool sigma_class_applies(const struct sigma_class *c, const struct sigma_layout *l)
{
    if (!c->known) {
        return false;
    }
    if (c->category.n > 0) {
        return product_fits(c->product, l) && category_fits(c->category, l) &&
               (c->channel == NULL || is_windows_event(l));
    }
    if (hw_span_is(c->product, "windows")) {
        return is_windows_event(l);
    }
    return other_fits(c, l);
}

void sigma_class_find(struct sigma_class *c)
{
    bool windows = hw_span_is(c->product, "windows"), other = false;
    for (size_t i = 0; windows && i < COUNT(channels); i++) {
        c->channel = hw_span_is(c->service, channels[i].word) ? channels[i].channel : c->channel;
    }
    if (c->category.n > 0) {
        c->known = category_of(c->category) != NULL;
        for (size_t i = 0; i < COUNT(others); i++) {
            c->known = c->known || hw_span_is(c->category, others[i].word);
        }
        c->known = c->known && (c->service.n == 0 || c->channel != NULL);
        return;
    }
    for (size_t i = 0; i < COUNT(logs); i++) {
        other = other || (hw_span_is(c->product, logs[i].product) &&
                          (logs[i].service[0] == '=' || hw_span_is(c->service, logs[i].service)));
    }
    c->known = other || (windows && (c->service.n == 0 || c->channel != NULL));
}

/* The same name, but for case and for the blanks that Defender's names have ("Threat Name"). */
static bool same_name(struct hw_span have, struct hw_span lower)
{
    size_t at = 0;
    for (size_t i = 0; i < have.n; i++) {
        if (have.p[i] == ' ') {
            continue;
        }
        if (at == lower.n || hw_ascii_lower(have.p[i]) != lower.p[at++]) {
            return false;
        }
    }
    return at == lower.n;
}

int16_t sigma_column(const struct sigma_layout *l, struct hw_span name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (same_name(l->names[i], name)) {
            return (int16_t)i;
        }
    }
    if (hw_span_is(name, "eventid")) {
        return SIGMA_EVENT;
    }
    if (hw_span_is(name, "computername") || hw_span_is(name, "computer") ||
        hw_span_is(name, "hostname")) {
        return SIGMA_HOST;
    }
    if (hw_span_is(name, "provider_name") || hw_span_is(name, "source")) {
        return SIGMA_PROVIDER;
    }
    for (size_t i = 0; l->bound_count > 0 && i < COUNT(roles); i++) {
        if (hw_span_is(name, roles[i].field)) {
            return (int16_t)(SIGMA_ROLE + (int)roles[i].role);
        }
    }
    return SIGMA_NONE;
}
