/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/benign.h"

#include <string.h>

#include "base/text.h"

/* Narrow ones first. A reading is no acquittal: it says what to rule out. */
const struct hw_benign hw_benigns[] = {
    {"servicing", "wrote", "process", "file", "tiworker.exe", NULL,
     "Windows servicing puts updated system files in place this way",
     "Microsoft, Servicing stack updates; check CBS.log for the package"},
    {"servicing", "wrote", "process", "file", "trustedinstaller.exe", NULL,
     "Windows servicing puts updated system files in place this way",
     "Microsoft, Servicing stack updates; check CBS.log for the package"},
    {"installer", "wrote", "process", "file", "msiexec.exe", NULL,
     "an installer package that somebody meant to install writes its files this way",
     "Microsoft, Windows Installer; events 1033 and 11707 of MsiInstaller name the package"},
    {"updater", "wrote", "process", "file", "update", NULL,
     "a program's own updater replaces its files this way",
     "ATT&CK T1195.002, detection: compare with the maker's published hash"},
    {"deployment", "wrote", "session", "file", NULL, NULL,
     "software deployment and backup copy files to other machines over the same shares",
     "ATT&CK T1570, T1021.002: ask for the deployment tool's own log of that minute"},
    {"administration", "controls", "process", "service", "sc.exe", NULL,
     "administrators start and stop services on other machines with this command",
     "ATT&CK T1569.002, detection; Microsoft, sc.exe"},
    {"administration", "logged-on", "session", "session", NULL, NULL,
     "administrators work on one machine and open others with their own second account",
     "ATT&CK T1078, T1021: ask the account's owner"},
    {"remote-administration", "connected", "process", "process", NULL, "wmiprvse.exe",
     "inventory and monitoring tools ask other machines over the same interface",
     "ATT&CK T1047, detection"},
    {"remote-administration", "connected", "process", "session", NULL, NULL,
     "administrators use PowerShell remoting for their work", "ATT&CK T1021.006, detection"},
    {"new-device", "logged-on", "host", "session", NULL, "vpn",
     "a person bought, borrowed or reinstalled a machine",
     "ATT&CK T1133, detection: ask the person, by another way than mail"},
    {"service", "ran", "service", "process", NULL, NULL,
     "services start by themselves, at boot and on demand", "Microsoft, Service Control Manager"},
    {"same-file", "is", NULL, NULL, NULL, NULL,
     "the same file of the same maker is installed in many places",
     "compare with the maker's published hash"},
    {"download", "downloaded", "url", "file", NULL, NULL,
     "people download programs they mean to use", "ATT&CK T1204.002, detection"},
    {"debugger", "injected", "process", "process", NULL, NULL,
     "debuggers, security products and accessibility tools start threads in other programs",
     "ATT&CK T1055, detection"},
    {"program", "controls", "process", "host", NULL, NULL,
     "most programs that ran on a machine before have nothing to do with what came after",
     "time and place alone: look for its network and credential use"},
};
const size_t hw_benign_count = sizeof hw_benigns / sizeof hw_benigns[0];

const struct hw_benign *hw_benign_of(const struct hw_step *s)
{
    for (size_t i = 0; i < hw_benign_count; i++) {
        const struct hw_benign *b = &hw_benigns[i];
        if (strcmp(b->verb, s->verb) == 0 &&
            (b->from_kind == NULL || strcmp(b->from_kind, s->from.kind) == 0) &&
            (b->to_kind == NULL || strcmp(b->to_kind, s->to.kind) == 0) &&
            (b->from == NULL || hw_span_holds_nocase(s->from.name, b->from)) &&
            (b->to == NULL || hw_span_holds_nocase(s->to.name, b->to))) {
            return b;
        }
    }
    return NULL;
}
