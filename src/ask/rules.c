/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/rules.h"

#include <string.h>

static const struct hw_rule rules[] = {
    {"alike", HW_MEDIUM,
     "Asked for with hunt --like: it shares with what a finding is about what few others have. Two "
     "traits, or the same code under another signature, are medium, one trait is low.",
     "Other versions and other products of the same honest maker.",
     "Compare the two. What holds of the one finding need not hold of this.",
     "Mandiant, Tracking Malware with Import Hashing (2014)"},
    {"bomb-refused", HW_HIGH,
     "A box unpacks to far more than honest ones of its size, overlaps itself or nests without "
     "end; "
     "it was given up and the rest of it was not looked at.",
     "Test archives, and disk images of zeros.",
     "Do not open it elsewhere. Ask its maker what it is.",
     "CWE-409; D. Fifield, A better zip bomb (2019)"},
    {"build-host-new-logon", HW_HIGH,
     "A session on a build or signing host by an account, or from a machine, never seen there in "
     "the records before. It is high when the way there began at a VPN gateway, or when both are "
     "new.",
     "New employees and moved desks: declare them in the estate with the role build. The first "
     "seven days of a host's records are never judged; where there are no more this is said, as "
     "info.",
     "Ask the account's owner. Trace the session back.", "MITRE ATT&CK T1078, T1021"},
    {"build-host-reconnaissance", HW_MEDIUM,
     "Three or more different commands that tell of accounts, machine and network (whoami, net, "
     "nltest, ipconfig and their like) within ten minutes of one session on a build or signing "
     "host.",
     "Administrators who look into a fault, and builds that print their surroundings; what the "
     "same account did there on another day before is not said.",
     "Ask who sat there. Trace the session back.", "MITRE ATT&CK T1033, T1016, T1087"},
    {"build-input-foreign-writer", HW_HIGH,
     "A file that a build used was written by something that is neither of the build, nor one of "
     "its tools, nor an installer.",
     "People who edit on a build host, and deployment tools not known here.",
     "Compare the file with its source. Trace what wrote it, and what was built since.",
     "SUNSPOT (CrowdStrike, 2021); MITRE ATT&CK T1195.002; SLSA threat (E)"},
    {"changed-while-read", HW_MEDIUM,
     "The file was not the same after reading as before: nothing read from it can be relied on.",
     "Logs and databases in use.", "Copy it first, then scan the copy.", "CWE-367"},
    {"known-bad", HW_CRITICAL,
     "A published indicator matches: the bytes, the certificate or the package are known to be "
     "bad. "
     "A package is critical when a digest stated of it is a reported one, or a lock file took its "
     "reported version from a registry; high when its version is a reported one; medium when every "
     "version is reported and it comes from a registry.",
     "Lists that hold clean files or certificates of honest vendors; the indicator's own words and "
     "role are shown.",
     "Isolate the hosts that hold it, then trace how it came.", "the indicator's source"},
    {"known-contact", HW_HIGH,
     "A machine asked for or spoke with a domain, address or URL that a published indicator names. "
     "It is medium, with low confidence, where only the host of a published URL is known to have "
     "been asked for.",
     "Addresses that others had before, hosts that were broken into and serve others, too, "
     "security "
     "tools and analysts that look up what is published; what stands on a warning list is info.",
     "Find what asked, and isolate the machine. Trace what it ran since.",
     "the indicator's source; "
     "MITRE ATT&CK T1071"},
    {"known-pattern", HW_HIGH,
     "A file, or records of one host, meet a published pattern over names and values: a tree of "
     "OpenIOC, or an expression over paths as Loki has them. Names alone are a lead: medium with "
     "low confidence in a tree; by its score in a list of names, high from 70 on. A tree over "
     "several values that are more than names is high.",
     "Names that honest software shares, and lists that mean one installation's paths.",
     "Look at the file, or read the records it names; then trace what they speak of.",
     "OpenIOC 1.1; Loki's thresholds 40, 60 and 100 (loki.py); the pattern's source"},
    {"known-version", HW_HIGH,
     "An inventory lists a version that a publisher calls malicious; its bytes are not known.",
     "One number for a good and a bad build: compare hashes.",
     "Get the hashes of its files (tools/collect.sh, collect.ps1), and remove it until they are "
     "known.",
     "the statement's source"},
    {"overlay-data", HW_INFO,
     "Bytes stand behind the last section of a program. A signature, where there is one, covers "
     "them.",
     "Most installers and self-extracting archives.",
     "Nothing, unless the program is no installer.", "Microsoft PE/COFF specification"},
    {"policy-expiring", HW_HIGH, "The signer's certificate ends within the days --expiring allows.",
     "A time-stamped signature stays valid after its certificate ends.", "Renew and sign again.",
     "RFC 5280 4.1.2.5"},
    {"policy-signer", HW_HIGH,
     "The signer is not the one --expect-signer or --require-signer demands, or there is none.",
     "Third-party components keep their own maker's signature.",
     "Check who ships this component; add its signer to the policy.", "your policy"},
    {"policy-timestamp", HW_HIGH,
     "No verified countersignature proves when this was signed (--require-timestamp).",
     "Old or internal builds.", "Sign with a time-stamping service.", "RFC 3161"},
    {"polyglot", HW_MEDIUM,
     "Two formats recognise the same file from its beginning: tools will disagree about what it "
     "is.",
     "Rare; self-extracting programs are told apart and not reported.",
     "Look at it as each of the formats.", "CWE-436"},
    {"read-as-data", HW_HIGH,
     "A program opened and read a library or program in its own folder as data, and never loaded "
     "it: payloads hide in files that look like libraries. Where no reads of files are recorded "
     "this is said, as info.",
     "Programs that check their own files: one that reads four or more of them is not said.",
     "Look at the file's bytes beyond what its signature covers.", "MITRE ATT&CK T1027.009"},
    {"registry-name-only", HW_INFO,
     "A package has the name of a reported one; no version, hash or origin ties it to the report, "
     "or "
     "it lies in the project itself.",
     "Private packages whose name somebody later took.", "Compare version and integrity hash.",
     "OpenSSF malicious-packages"},
    {"retired-but-signed", HW_HIGH,
     "It was signed more than a year after its product ended, as a lifecycle that was learned "
     "states. It is high when product and maker are named on both sides, medium by the product's "
     "name alone.",
     "Support that was bought beyond the end, forks that keep the name, and ends stated too early.",
     "Ask the maker whether it signed this. Find every file of the product, and of that signer "
     "since.",
     "Mandiant, 20 April 2023: a program retired in 2020, trojanised in 2022"},
    {"retired-on-build-host", HW_HIGH,
     "An inventory lists, on a machine that builds or signs, a version of a product that has "
     "ended.",
     "Support that was bought beyond the end, and ends stated too early.",
     "Remove it from the machine. Trace what it ran.", "MITRE ATT&CK T1195.002, T1072"},
    {"seal-broken", HW_HIGH, "A box states a hash for a member, and the member does not have it.",
     "Archives edited by hand after packing.", "Take the archive from its maker again.",
     "Electron ASAR integrity"},
    {"service-dll-planted", HW_HIGH,
     "A service host loaded a library that was written within the records by a session over the "
     "network, or by somebody's process, not by an installer of Windows.",
     "Administrators who copy libraries of services by hand; one whom the estate declares (role "
     "admin) may do so within a product's own folder under Program Files.",
     "Isolate the host. Trace the library back to who wrote it.",
     "MITRE ATT&CK T1574.001, T1543.003"},
    {"side-loaded", HW_HIGH,
     "A program loaded, from its own folder or one that anybody may write to, a library under a "
     "name that lives in the system's folder, and something that is no installer of the program "
     "wrote it.",
     "Programs that are copied into place by hand with libraries of their own; installers and "
     "updaters that wrote both are not said.",
     "Compare the library with its maker's. Trace what wrote it.", "MITRE ATT&CK T1574.002"},
    {"sigma-correlation", HW_CRITICAL,
     "A published Sigma correlation is met: so many records, different values or different rules "
     "within its time, for one set of values. It is as bad as its own level says, else as its "
     "worst rule; but at most high for one still in test and medium for an experimental one.",
     "Whatever the correlation's own words say of false positives, which are shown; a service that "
     "does at once what a person does rarely, a machine whose clock is off, an address that many "
     "share.",
     "Read the records. What the values have in common is where to go on: trace from it.",
     "the rule's source; Sigma Correlation Rules Specification 2.0"},
    {"sigma-match", HW_CRITICAL,
     "A published Sigma rule holds for records of a log. It is as bad as the rule's own level "
     "says, "
     "but at most high for a rule still in test and medium for an experimental one.",
     "Whatever the rule's own words say of false positives, which are shown; rules written for one "
     "product asked of another's records.",
     "Read the records, and what the rule says of them. Trace from the process or file they name.",
     "the rule's source; SigmaHQ/sigma-specification 2.1"},
    {"sign-outside-pipeline", HW_HIGH,
     "A signature that no build asked for: nothing was being built then, it was asked for from "
     "elsewhere, or by an account that does not build. Where no log of builds covers its time this "
     "is said, as info.",
     "Releases signed by hand on purpose.",
     "Ask who used the key. Find every file signed outside builds.",
     "MITRE ATT&CK T1553.002; SLSA threat (F)"},
    {"signature-broken", HW_HIGH,
     "The signature does not fit the bytes: they changed after signing, or it was made for another "
     "file.",
     "Files patched by licence tools, or damaged in transfer.",
     "Do not run it. Fetch it again from its maker and compare.",
     "Microsoft, Windows Authenticode Portable Executable Signature Format (2008)"},
    {"signature-expired", HW_LOW,
     "The certificate had ended and no countersignature proves that it was signed before.",
     "Old software without time stamps.", "Look for a newer release.", "RFC 5280 6.1"},
    {"signature-padding", HW_HIGH,
     "Bytes stand in the certificate table that no signature covers. Windows accepts them by "
     "default "
     "and refuses them with EnableCertPaddingCheck. The payload of a well known poisoned build lay "
     "there (CrowdStrike, 29 March 2023).",
     "Installers personalised after signing (Google, Dropbox and their like); known tags that "
     "consume "
     "every byte are info.",
     "Compare with the maker's own copy. Treat the added bytes as hostile until explained.",
     "CVE-2013-3900; MS13-098"},
    {"signature-revoked", HW_HIGH,
     "A revocation list that verifies names the signer's certificate, at or before the time of "
     "signing.",
     "A maker that revoked everything since an earlier date.", "Do not run it.", "RFC 5280 5.3"},
    {"signature-unsigned-attribute", HW_HIGH,
     "The signature carries an unsigned attribute or a certificate nobody expects: room for data "
     "that "
     "changes nothing a verifier checks.",
     "Vendor-specific time-stamping and tagging.",
     "Look at the bytes; compare with another release.", "RFC 5652 5.3"},
    {"signature-untrusted", HW_HIGH,
     "The chain leads to a distrusted root, to a forged one (right name, wrong key), or the signer "
     "vouches for itself.",
     "Internal tools signed with a private root: give it with --anchors.",
     "Find out who made the root.", "RFC 5280 6.1"},
    {"stix-match", HW_HIGH, "Records or files of one host meet a published pattern of STIX, whole.",
     "Patterns that are wider than their publisher thought; its own words are shown.",
     "Read the records it names, then trace what they speak of.",
     "STIX 2.1 section 9; the pattern's source"},
    {"twin-differs", HW_HIGH,
     "Two copies of one component, version and machine differ in code, not only in their "
     "signature.",
     "Makers who rebuild without raising the version.",
     "Ask the component's maker which of the two is theirs.",
     "CrowdStrike, 29 March 2023: a library changed, then signed"},
    {"unsanctioned-software", HW_HIGH,
     "A program ran that its organisation's estate does not sanction, or whose own maker has "
     "retired it. It is high on a machine that builds or signs, medium elsewhere.",
     "Programs of like names: the name alone is compared, but for releases, whose bytes are.",
     "Remove it, or sanction it in the estate. Trace what it did.", "MITRE ATT&CK T1195.002"},
    {"version-reissued", HW_HIGH,
     "The same version was signed a second time, more than 90 days after another copy of it that "
     "has different code. Both signatures are whole and countersigned; the later copy is told.",
     "Makers who rebuild an old version for a customer without raising it.",
     "Ask the maker for the list of its builds. Compare the two; trace the later one.",
     "MITRE ATT&CK T1195.002, T1553.002"},
    {"vpn-new-device", HW_HIGH,
     "An account's VPN session from a device never seen for it, while another of its devices is in "
     "use before and after. It is high when that session then reached a host that builds, signs or "
     "holds source.",
     "Second devices: declare them in the estate. A device that replaces another is not said.",
     "Ask the account's owner about the device. Trace from the session.",
     "MITRE ATT&CK T1133, T1078"},
    {"yara-match", HW_HIGH,
     "A published YARA rule matches the file. How grave that is, its publisher says (score, or "
     "level); "
     "without his word it is medium, and never is a rule more than high by itself.",
     "Rules are leads: broad ones match honest software, security tools and the rules' own files. "
     "Their publisher's words are shown.",
     "Read the rule and what it looks for at the offset; then trace how the file came.",
     "the rule's own reference"},
};

const struct hw_rule *hw_rules(size_t *count)
{
    *count = sizeof rules / sizeof rules[0];
    return rules;
}

const struct hw_rule *hw_rule_find(const char *word)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].word, word) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}
