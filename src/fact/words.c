/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/words.h"

#include <string.h>

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])

static const struct hw_word anomalies[] = {
    {"bad-alignment", "an alignment or rounding rule of the format is broken"},
    {"bad-checksum", "a checksum the format carries does not match"},
    {"bad-count", "a count cannot be true"},
    {"bad-encoding", "an encoding (DER, UTF-8, base64, JSON) is not what the format demands"},
    {"bad-header", "a header field has a value the format does not allow"},
    {"bad-magic", "a signature the format demands is not there"},
    {"bad-name", "a name is empty, absolute, climbs out of its box or holds control characters"},
    {"bad-offset", "a pointer leads outside the file or to a place it must not"},
    {"bad-order", "parts stand in an order the format does not allow"},
    {"bad-size", "a size contradicts another or the file"},
    {"bad-time", "a time is absurd or cannot be read"},
    {"bad-value", "a field's value makes no sense"},
    {"bomb-count", "far more members than any honest box of this size holds"},
    {"bomb-depth", "boxes within boxes beyond the limit"},
    {"bomb-overlap", "members share the same stored bytes"},
    {"bomb-ratio", "unpacks to far more than an honest box of this size"},
    {"changed-while-read", "the file was not the same after reading as before"},
    {"cycle", "a structure refers back to itself"},
    {"duplicate", "something that must be unique stands more than once"},
    {"hidden-bytes", "bytes that no structure of the format accounts for"},
    {"line-refused", "a line that could not be understood"},
    {"over-budget", "the budget for this input ended here"},
    {"overlap", "parts that must be apart lie over each other"},
    {"polyglot", "two formats recognise this file"},
    {"recursion", "nesting beyond the limit"},
    {"seal-broken", "a box states a hash its member does not have"},
    {"signature-malformed", "a signature's own structure is broken"},
    {"truncated", "the file ends before its own structure says"},
    {"two-stories", "two places of the file describe the same thing differently"},
    {"unsupported", "a variant of the format that this version does not read"},
};
const struct hw_vocab hw_anomalies = {"anomaly", LIST(anomalies)};

static const struct hw_word formats[] = {
    {"7z", "7-Zip archive"},
    {"ar", "Unix archive (deb, static library)"},
    {"asar", "Electron archive"},
    {"auditd", "Linux audit log"},
    {"browser", "download history of a browser (Chromium, Firefox)"},
    {"bzip2", "bzip2 stream"},
    {"cab", "Microsoft cabinet"},
    {"certificate", "X.509 certificate"},
    {"cfb", "compound file (MSI and kin)"},
    {"ci-log", "console log of a build service"},
    {"compress", "Unix compress stream"},
    {"crl", "certificate revocation list"},
    {"csaf", "security advisories and VEX in CSAF"},
    {"cyclonedx", "bill of materials, CycloneDX"},
    {"dmg", "Apple disk image (UDIF)"},
    {"elf", "ELF program or library"},
    {"empty", "no bytes at all"},
    {"eslogger", "macOS Endpoint Security events as JSON"},
    {"estate", "declared organisations, hosts and releases"},
    {"evtx", "Windows event log"},
    {"exposure", "services a scanner of the Internet saw: Shodan, Censys"},
    {"feed-page", "page of a feed: MISP manifest, TAXII"},
    {"gzip", "gzip stream"},
    {"in-toto", "what a build says of itself: in-toto, SLSA provenance"},
    {"indicator-list", "published indicators: hash list, CSV, Loki list"},
    {"inno", "Inno Setup installer"},
    {"iso9660", "ISO 9660 image"},
    {"json", "JSON document"},
    {"knowledge-pack", "signed pack of knowledge"},
    {"known-good", "files known to be good (NSRL)"},
    {"lifecycle", "when products ended: endoflife.date, OpenEoX, a table"},
    {"lz4", "LZ4 stream"},
    {"lzma", "LZMA stream"},
    {"mach-o", "Mach-O program, library or fat binary"},
    {"mapped-csv", "a product's log as CSV, with a declared mapping"},
    {"mapped-json", "a product's log as JSON, with a declared mapping"},
    {"mapped-text", "a product's log as lines of text, with a declared mapping"},
    {"misp", "events of the MISP sharing platform"},
    {"misp-galaxy", "clusters of a MISP galaxy: groups, software, techniques"},
    {"nsis", "NSIS installer"},
    {"openioc", "OpenIOC documents"},
    {"openvex", "statements of exploitability in OpenVEX"},
    {"osquery", "osquery results as JSON"},
    {"osv", "advisories and reports of poison in the OSV schema"},
    {"pe", "Portable Executable"},
    {"prose", "running text that names signs"},
    {"quarantine", "macOS quarantine database or install history"},
    {"rar", "RAR archive"},
    {"rpm", "RPM package"},
    {"share", "signed bundle of another case"},
    {"sigma", "Sigma rules"},
    {"signing-log", "log of a signing service or HSM"},
    {"spdx", "bill of materials, SPDX"},
    {"squashfs", "squashfs image"},
    {"stix", "STIX bundle or object"},
    {"strace", "strace -f log"},
    {"syslog", "syslog lines"},
    {"tar", "tar archive"},
    {"text", "plain text"},
    {"unknown", "nothing here recognises it"},
    {"warning-list", "values that prove nothing (MISP warning list)"},
    {"windows-json", "Windows events as JSON"},
    {"xar", "xar archive (Apple package)"},
    {"xml", "XML document"},
    {"xz", "xz stream"},
    {"yara", "YARA rules"},
    {"zeek", "Zeek log (TSV or JSON)"},
    {"zip", "ZIP archive and its kin"},
    {"zone-identifier", "mark of the web"},
    {"zstd", "Zstandard stream"},
};
const struct hw_vocab hw_formats = {"format", LIST(formats)};

bool hw_format_is_log(struct hw_span word)
{
    static const char *const logs[] = {
        "auditd",       "browser",    "ci-log",          "eslogger",    "estate",
        "evtx",         "mapped-csv", "mapped-json",     "mapped-text", "osquery",
        "quarantine",   "share",      "signing-log",     "strace",      "syslog",
        "windows-json", "zeek",       "zone-identifier",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        if (word.n == strlen(logs[i]) && memcmp(word.p, logs[i], word.n) == 0) {
            return true;
        }
    }
    return false;
}

static const struct hw_word degrees[] = {
    {"broken", "kept as far as it went"},
    {"odd", "read whole, with anomalies"},
    {"refused", "given up: a budget, a limit or a crash"},
    {"sound", "read whole, nothing odd"},
};
const struct hw_vocab hw_degrees = {"degree", LIST(degrees)};

static const struct hw_word unopeneds[] = {
    {"ar", "Unix archive (deb)"},
    {"cfb", "compound file (MSI)"},
    {"compression", "a compression method this version does not undo"},
    {"dmg", "Apple disk image"},
    {"encrypted", "needs a key"},
    {"inno", "Inno Setup installer"},
    {"iso9660", "ISO 9660 image"},
    {"member", "a member that could not be unpacked"},
    {"nsis", "NSIS installer"},
    {"rar", "RAR archive"},
    {"rpm", "RPM package"},
    {"squashfs", "squashfs image"},
    {"too-deep", "nested beyond the limit"},
    {"too-large", "needs more memory than one worker may have"},
    {"too-many", "more members than the limit"},
    {"xar", "xar archive"},
};
const struct hw_vocab hw_unopeneds = {"unopened", LIST(unopeneds)};

static const struct hw_word indicators[] = {
    {"address", "IPv4 or IPv6 address"},
    {"cert-serial", "serial number of a certificate"},
    {"cert-sha1", "SHA-1 of a certificate"},
    {"cert-sha256", "SHA-256 of a certificate"},
    {"domain", "DNS name"},
    {"email", "mail address"},
    {"filename", "file name or path"},
    {"imphash", "import hash of a PE file"},
    {"md5", "MD5 of a file"},
    {"other", "a kind this version keeps and does not match"},
    {"package", "package name, with version where given"},
    {"sha1", "SHA-1 of a file"},
    {"sha256", "SHA-256 of a file"},
    {"sha512", "SHA-512 of a file"},
    {"url", "web address"},
};
const struct hw_vocab hw_indicators = {"indicator", LIST(indicators)};

static const struct hw_word statuses[] = {
    {"affected", "these versions have the flaw"},
    {"ended", "no longer made, sold or supported"},
    {"fixed", "these versions have it no more"},
    {"investigating", "the publisher does not know yet"},
    {"malicious", "the package itself is poison"},
    {"not-affected", "the publisher says that these have it not"},
};
const struct hw_vocab hw_statuses = {"status", LIST(statuses)};

static const struct hw_word schemes[] = {
    {"deb", "Debian versions: epoch, upstream, revision"},
    {"dotted", "numbers between dots, as Windows and most products have them"},
    {"maven", "Maven versions"},
    {"none", "equal or not, and no order"},
    {"pep440", "Python versions"},
    {"rpm", "RPM versions"},
    {"semver", "semantic versions"},
};
const struct hw_vocab hw_schemes = {"scheme", LIST(schemes)};

static const struct hw_word languages[] = {
    {"filename", "name of a file, as an expression with a score"},
    {"openioc", "OpenIOC indicator tree"},
    {"sigma", "Sigma rule"},
    {"sigma-correlation", "Sigma correlation rule"},
    {"stix", "STIX pattern"},
    {"warning-list", "value of a list of what is harmless"},
    {"yara", "YARA rule"},
};
const struct hw_vocab hw_languages = {"language", LIST(languages)};

static const struct hw_word relations[] = {
    {"builds-with", "the child is a tool or dependency of the parent's build"},
    {"contains", "the child lies in the parent"},
    {"depends-on", "the parent needs the child when it runs"},
    {"describes", "the parent is a document about the child"},
    {"generated-from", "the parent was made out of the child"},
    {"links", "the child is linked into the parent, or loaded by it"},
    {"offers", "the parent implements what the child specifies"},
    {"other", "related in a way that carries no bytes"},
    {"tests-with", "the child is used to test the parent"},
    {"variant-of", "the parent is the child, copied or changed"},
};
const struct hw_vocab hw_relations = {"relation", LIST(relations)};

static const struct hw_word sources[] = {
    {"auditd", "Linux audit records"},
    {"browser", "download history of a browser"},
    {"ci", "console log of a build service"},
    {"eslogger", "macOS Endpoint Security events"},
    {"estate", "what a person declares of organisations, hosts and releases"},
    {"mapped", "a product's log, read through a declared mapping"},
    {"osquery", "osquery results"},
    {"quarantine", "macOS quarantine database and install history"},
    {"share", "what the owner of another case says of a chain"},
    {"signing", "log of a signing service or HSM"},
    {"strace", "system calls as strace records them"},
    {"syslog", "syslog lines of no format of their own"},
    {"windows", "Windows events, Sysmon included (on Linux too)"},
    {"zeek", "Zeek logs"},
    {"zone-identifier", "mark of the web on a Windows file"},
};
const struct hw_vocab hw_sources = {"source", LIST(sources)};

static const struct hw_word behaviours[] = {
    {"also-called", "has this name, in these sources' words"},
    {"attributed-to", "is said to be the work of"},
    {"of-country", "is said to belong to this country"},
    {"revoked-by", "was replaced by"},
    {"similar", "is said to be much the same as"},
    {"subtechnique-of", "is a finer kind of"},
    {"uses", "uses this technique or software"},
};
const struct hw_vocab hw_behaviours = {"behaviour", LIST(behaviours)};

static const struct hw_word doers[] = {
    {"actor", "a person or organisation behind attacks"},
    {"campaign", "attacks with one aim and time"},
    {"group", "a set of intrusions that someone takes for one group's"},
    {"malware", "software made to harm"},
    {"technique", "a way to reach an aim, ATT&CK's techniques"},
    {"tool", "software with an honest use too"},
};
const struct hw_vocab hw_doers = {"doer", LIST(doers)};

static const struct hw_word scanners[] = {
    {"censys", "Censys: hosts, each with its services"},
    {"shodan", "Shodan: banners, one for each service"},
};
const struct hw_vocab hw_scanners = {"scanner", LIST(scanners)};

static const struct hw_word transports[] = {
    {"quic", "QUIC, over UDP (RFC 9000)"},
    {"sctp", "SCTP (RFC 9260)"},
    {"tcp", "TCP (RFC 9293)"},
    {"udp", "UDP (RFC 768)"},
};
const struct hw_vocab hw_transports = {"transport", LIST(transports)};

static const struct hw_word losses[] = {
    {"cleared", "the log was cleared"},
    {"damaged", "records that could not be read"},
    {"dirty", "the log was not closed: its last records may be missing"},
    {"dropped", "the recorder says that it dropped records"},
    {"locked", "an artefact of a collection that could not be copied"},
    {"missing", "an artefact that a collection of this kind has and this one does not"},
    {"overwritten", "records whose numbers are gone"},
    {"truncated", "the log ends inside a record"},
    {"unfinished", "calls whose result was not recorded"},
};
const struct hw_vocab hw_losses = {"loss", LIST(losses)};

const char *hw_vocab_means(const struct hw_vocab *v, const char *word)
{
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->words[i].word, word) == 0) {
            return v->words[i].means;
        }
    }
    return NULL;
}

bool hw_vocab_has(const struct hw_vocab *v, struct hw_span word)
{
    for (size_t i = 0; i < v->count; i++) {
        const char *w = v->words[i].word;
        if (hw_span_equal(word, (struct hw_span){(const uint8_t *)w, strlen(w)})) {
            return true;
        }
    }
    return false;
}

const char *hw_degree_word(enum hw_degree d)
{
    static const char *const words[HW_DEGREE_COUNT] = {"sound", "odd", "broken", "refused"};
    return words[d];
}
