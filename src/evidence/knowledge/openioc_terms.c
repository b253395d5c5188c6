/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc_terms.c -- what a search term of OpenIOC asks, in the names of
 * fact/seen.h.
 *
 * Terms are those of Mandiant's Redline and MIR audits (FileItem, ProcessItem, RegistryItem,
 * DnsEntryItem, PortItem, ServiceItem, TaskItem; Network and UrlHistoryItem) and of the agent's
 * events in OpenIOC 1.1 (fileWriteEvent, processEvent, regKeyEvent, ...). Of the 45 terms of 28
 * published documents 21 cover 95 of 100 items. Terms that are not here have no counterpart: the
 * texts inside of a file, handles and mutexes of a process, resources, headers of HTTP.
 */
#include "base/text.h"
#include "evidence/knowledge/openioc.h"

static const struct {
    const char *term;
    enum hw_seen seen;
} terms[] = {
    {"FileItem/Md5sum", HW_SEEN_MD5},
    {"FileItem/Sha1sum", HW_SEEN_SHA1},
    {"FileItem/Sha256sum", HW_SEEN_SHA256},
    {"FileItem/FileName", HW_SEEN_NAME},
    {"FileItem/FilePath", HW_SEEN_FOLDER},
    {"FileItem/FullPath", HW_SEEN_PATH},
    {"FileItem/FileExtension", HW_SEEN_EXTENSION},
    {"FileItem/SizeInBytes", HW_SEEN_SIZE},
    {"FileItem/PEInfo/PETimeStamp", HW_SEEN_PE_TIME},
    {"FileItem/PEInfo/ImportedModules/Module/Name", HW_SEEN_PE_IMPORT},
    {"FileItem/PEInfo/ImportedModules/Module/ImportedFunctions/string", HW_SEEN_PE_SYMBOL},
    {"FileItem/PEInfo/Exports/ExportedFunctions/string", HW_SEEN_PE_EXPORT},
    {"FileItem/PEInfo/Exports/DllName", HW_SEEN_PE_EXPORT_NAME},
    {"FileItem/PEInfo/Exports/NumberOfFunctions", HW_SEEN_PE_EXPORT_COUNT},
    {"FileItem/PEInfo/Sections/Section/Name", HW_SEEN_PE_SECTION},
    {"FileItem/PEInfo/DigitalSignature/CertificateSubject", HW_SEEN_PE_SIGNER},
    {"FileItem/PEInfo/DigitalSignature/CertificateIssuer", HW_SEEN_PE_ISSUER},
    {"FileItem/PEInfo/VersionInfoList/VersionInfoItem/OriginalFilename", HW_SEEN_PE_ORIGINAL},
    {"FileItem/PEInfo/VersionInfoList/VersionInfoItem/FileDescription", HW_SEEN_PE_DESCRIPTION},
    {"FileItem/PEInfo/VersionInfoList/VersionInfoItem/CompanyName", HW_SEEN_PE_COMPANY},
    {"FileItem/PEInfo/VersionInfoList/VersionInfoItem/ProductName", HW_SEEN_PE_PRODUCT},
    {"fileWriteEvent/md5", HW_SEEN_MD5},
    {"fileWriteEvent/fileName", HW_SEEN_NAME},
    {"fileWriteEvent/filePath", HW_SEEN_FOLDER},
    {"fileWriteEvent/fullPath", HW_SEEN_PATH},
    {"fileWriteEvent/fileExtension", HW_SEEN_EXTENSION},
    {"fileWriteEvent/size", HW_SEEN_SIZE},
    {"fileWriteEvent/process", HW_SEEN_PROCESS_NAME},
    {"fileWriteEvent/processPath", HW_SEEN_PROCESS_PATH},
    {"fileWriteEvent/username", HW_SEEN_PROCESS_USER},
    {"ProcessItem/name", HW_SEEN_PROCESS_NAME},
    {"ProcessItem/path", HW_SEEN_PROCESS_PATH},
    {"ProcessItem/arguments", HW_SEEN_PROCESS_COMMAND},
    {"ProcessItem/Username", HW_SEEN_PROCESS_USER},
    {"ProcessItem/SectionList/MemorySection/Name", HW_SEEN_MODULE},
    {"processEvent/process", HW_SEEN_PROCESS_NAME},
    {"processEvent/processPath", HW_SEEN_PROCESS_PATH},
    {"processEvent/processCmdLine", HW_SEEN_PROCESS_COMMAND},
    {"processEvent/parentProcess", HW_SEEN_PROCESS_PARENT},
    {"processEvent/parentProcessPath", HW_SEEN_PROCESS_PARENT},
    {"processEvent/eventType", HW_SEEN_PROCESS_EVENT},
    {"processEvent/username", HW_SEEN_PROCESS_USER},
    {"processEvent/md5", HW_SEEN_MD5},
    {"imageLoadEvent/fileName", HW_SEEN_NAME},
    {"imageLoadEvent/filePath", HW_SEEN_FOLDER},
    {"imageLoadEvent/fullPath", HW_SEEN_MODULE},
    {"imageLoadEvent/process", HW_SEEN_PROCESS_NAME},
    {"PortItem/remoteIP", HW_SEEN_ADDRESS},
    {"PortItem/remotePort", HW_SEEN_PORT},
    {"PortItem/process", HW_SEEN_PROCESS_NAME},
    {"PortItem/path", HW_SEEN_PROCESS_PATH},
    {"ipv4NetworkEvent/remoteIP", HW_SEEN_ADDRESS},
    {"ipv4NetworkEvent/remotePort", HW_SEEN_PORT},
    {"ipv4NetworkEvent/process", HW_SEEN_PROCESS_NAME},
    {"ipv4NetworkEvent/processPath", HW_SEEN_PROCESS_PATH},
    {"DnsEntryItem/Host", HW_SEEN_HOST},
    {"DnsEntryItem/RecordName", HW_SEEN_HOST},
    {"dnsLookupEvent/hostname", HW_SEEN_HOST},
    {"dnsLookupEvent/process", HW_SEEN_PROCESS_NAME},
    {"Network/DNS", HW_SEEN_HOST},
    {"Network/URI", HW_SEEN_URL},
    {"Network/UserAgent", HW_SEEN_AGENT},
    {"urlMonitorEvent/hostname", HW_SEEN_HOST},
    {"urlMonitorEvent/requestUrl", HW_SEEN_URL},
    {"urlMonitorEvent/userAgent", HW_SEEN_AGENT},
    {"urlMonitorEvent/remoteIpAddress", HW_SEEN_ADDRESS},
    {"urlMonitorEvent/process", HW_SEEN_PROCESS_NAME},
    {"UrlHistoryItem/URL", HW_SEEN_URL},
    {"UrlHistoryItem/HostName", HW_SEEN_HOST},
    {"RegistryItem/Path", HW_SEEN_KEY},
    {"RegistryItem/KeyPath", HW_SEEN_KEY},
    {"RegistryItem/ValueName", HW_SEEN_VALUE_NAME},
    {"RegistryItem/Text", HW_SEEN_VALUE_TEXT},
    {"RegistryItem/Value", HW_SEEN_VALUE_TEXT},
    {"regKeyEvent/path", HW_SEEN_KEY},
    {"regKeyEvent/keyPath", HW_SEEN_KEY},
    {"regKeyEvent/valueName", HW_SEEN_VALUE_NAME},
    {"regKeyEvent/text", HW_SEEN_VALUE_TEXT},
    {"regKeyEvent/process", HW_SEEN_PROCESS_NAME},
    {"ServiceItem/name", HW_SEEN_SERVICE},
    {"ServiceItem/path", HW_SEEN_SERVICE_PATH},
    {"ServiceItem/pathmd5sum", HW_SEEN_MD5},
    {"TaskItem/Name", HW_SEEN_TASK},
    {"TaskItem/ActionList/Action/ExecProgramPath", HW_SEEN_TASK_ACTION},
};

enum hw_seen hw_openioc_seen(struct hw_span search)
{
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        if (hw_span_is_nocase(search, terms[i].term)) {
            return terms[i].seen;
        }
    }
    return HW_SEEN_COUNT;
}
