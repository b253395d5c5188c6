#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# NAME
#     collect.sh - write down what lies on this machine, for Headwater
#
# SYNOPSIS
#     collect.sh [-o FILE] [-r ROOT]... [-t SECONDS] [-n PROGRAMS] [-s BYTES]
#
# DESCRIPTION
#     Reads the lists of packages, what starts by itself, marks of origin, and programs with their
#     SHA-256, and writes one JSON object a line (NDJSON) to standard output. Linux and macOS; needs
#     only what they come with. Run it as root: what another user may not see is missing otherwise,
#     and the output says so. `headwater add FILE` reads the result (docs/formats/collect.md).
#
#     It reads. It writes nothing but its output, changes nothing, sends nothing, and starts only
#     the programs named here: find, stat, sha256sum (or shasum, openssl), awk, sed, grep, cat, and
#     where they are there dpkg-query, rpm, brew, getfattr; on macOS pkgutil, defaults, codesign,
#     xattr, mdls, ioreg, sw_vers and PlistBuddy. Reading a file may change its time of last access.
#
# OPTIONS
#     -o FILE      write there instead; FILE must not exist yet
#     -r ROOT      look for programs below ROOT, instead of in the usual places; may be repeated
#     -t SECONDS   end after about so many seconds (900)
#     -n PROGRAMS  end after so many programs (20000)
#     -s BYTES     take no hash of a file larger than that (268435456)
#
# OUTPUT
#     {"collect":1,"type":TYPE,"host":NAME,"time":WHEN,...}; TYPE is one of host, package,
#     persistence, origin, program, gap (what could not be read, and why) and end (how many of
#     each; without it the output was cut off). Text that is no UTF-8 has U+FFFD in place of the
#     bytes that are none, and a field of the same name with _hex behind it that has all of them.
#
# EXIT STATUS
#     0 the last line was written; 2 wrong usage, or the output could not be written.
set -u
umask 077
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/opt/homebrew/bin
export LC_ALL PATH

# What the main program and the shells that find starts have in common.
lib=$(cat <<'EOF'
# emit TYPE NAME VALUE...: one line. NAME# is a number, NAME@ a time in seconds since 1970; a field
# without a value is left out.
emit() {
    emit_type=$1
    shift
    awk '
    function text(s,   i, c, o, need, left, min, code, out, bad, hex) {
        out = ""; hex = ""; bad = 0
        for (i = 1; i <= length(s); i++) {
            o = ord[substr(s, i, 1)]
            hex = hex sprintf("%02x", o)
        }
        for (i = 1; i <= length(s); i += need) {
            c = substr(s, i, 1); o = ord[c]; need = 1
            if (o < 128) {
                out = out (c == "\"" || c == "\\" ? "\\" c : o < 32 || o == 127 ? sprintf("\\u%04x", o) : c)
                continue
            }
            # RFC 3629: how many bytes follow, and the least number that may be written so.
            left = o >= 194 && o <= 223 ? 1 : o >= 224 && o <= 239 ? 2 : o >= 240 && o <= 244 ? 3 : 0
            min = left == 1 ? 128 : left == 2 ? 2048 : 65536
            code = left == 1 ? o - 192 : left == 2 ? o - 224 : o - 240
            while (left > 0 && need <= left) {
                o = i + need <= length(s) ? ord[substr(s, i + need, 1)] : 0
                if (o < 128 || o > 191) { left = 0 } else { code = code * 64 + o - 128; need++ }
            }
            if (left == 0 || code < min || code > 1114111 || (code >= 55296 && code <= 57343)) {
                out = out "\\ufffd"; bad = 1; need = 1
            } else {
                out = out substr(s, i, need)
            }
        }
        return "\"" out "\"" (bad ? "\n" hex : "")
    }
    function moment(t,   d, s, y, m, p) { # days since 0000-03-01, in eras of 400 years
        d = int(t / 86400); s = t - d * 86400; d += 719468
        y = int(d / 146097); d -= y * 146097; y *= 400
        p = int((d - int(d / 1460) + int(d / 36524) - int(d / 146096)) / 365)
        d -= 365 * p + int(p / 4) - int(p / 100); y += p
        p = int((5 * d + 2) / 153); d = d - int((153 * p + 2) / 5) + 1
        m = p < 10 ? p + 3 : p - 9; y += m <= 2
        return sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d, s / 3600, s % 3600 / 60, s % 60)
    }
    BEGIN {
        for (i = 1; i < 256; i++) { ord[sprintf("%c", i)] = i }
        line = "{\"collect\":1,\"type\":\"" ARGV[1] "\""
        for (k = 2; k + 1 < ARGC; k += 2) {
            name = ARGV[k]; value = ARGV[k + 1]; kind = substr(name, length(name), 1)
            if (value == "") { continue }
            if ((kind == "#" || kind == "@") && value ~ /^[0-9]+$/ && length(value) < 16) {
                name = substr(name, 1, length(name) - 1)
                line = line ",\"" name "\":" (kind == "#" ? value + 0 "" : "\"" moment(value) "\"")
                continue
            }
            sub(/[#@]$/, "", name)
            n = split(text(value), part, "\n")
            line = line ",\"" name "\":" part[1] (n > 1 ? ",\"" name "_hex\":\"" part[2] "\"" : "")
        }
        printf "%s}\n", line
    }' "$emit_type" host "$collect_host" time "$collect_when" "$@"
}

gap() { # what why [locked]
    emit gap what "$1" why "$2" kind "${3:-missing}"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

late() {
    [ "$(date +%s)" -ge "$collect_deadline" ]
}

hash_of() { # from standard input, so that no name can be taken for an option
    if has sha256sum; then
        sha256sum
    elif has shasum; then
        shasum -a 256
    else
        openssl dgst -sha256 -r
    fi 2>/dev/null | sed 's/[^0-9a-f].*//'
}

size_and_time() {
    if [ "$collect_os" = Darwin ]; then
        stat -f '%z %m' "$1" 2>/dev/null
    else
        stat -c '%s %Y' "$1" 2>/dev/null
    fi
}

# Which package says that the file is its own. Since /bin is /usr/bin, both names are looked for.
owner_of() {
    case $1 in
    /usr/local/* | /opt/* | /home/* | *'
'*) return ;;
    /*) ;;
    esac
    if [ -d /var/lib/dpkg/info ]; then
        grep -lFx -e "$1" -e "${1#/usr}" /var/lib/dpkg/info/*.list 2>/dev/null |
            sed -n '1s/.*\/\(.*\)\.list$/\1/p'
    elif has rpm; then
        rpm -qf --qf '%{NAME}\n' "$1" 2>/dev/null | sed -n '/is not owned/d;1p'
    fi
}

# Who signed it: macOS only. Linux has no signatures of programs.
signature_of() {
    if [ "$collect_os" = Darwin ] && has codesign; then
        said=$(codesign -dvv "$1" 2>&1)
        case $said in
        *'not signed'*) echo "unsigned" ;;
        *) codesign --verify "$1" 2>/dev/null && echo "valid" || echo "broken" ;;
        esac
        printf '%s\n' "$said" | sed -n 's/^Authority=//p' | sed 1q
    fi
}

origin_of() {
    url='' referrer='' mark=''
    if [ "$collect_os" = Darwin ]; then
        mark=$(xattr -p com.apple.quarantine "$1" 2>/dev/null)
        if [ -n "$mark" ]; then
            url=$(mdls -raw -name kMDItemWhereFroms "$1" 2>/dev/null | sed -n 's/^ *"\(.*\)",*$/\1/p' | sed 1q)
        fi
    elif has getfattr; then
        url=$(getfattr --absolute-names --only-values -n user.xdg.origin.url "$1" 2>/dev/null)
        referrer=$(getfattr --absolute-names --only-values -n user.xdg.referrer.url "$1" 2>/dev/null)
    fi
    if [ -n "$url$mark" ]; then
        emit origin path "$1" url "$url" referrer "$referrer" mark "$mark"
    fi
}

origins() {
    n=0
    for f do
        n=$((n + 1))
        if [ $((n % 50)) -eq 1 ] && late; then
            gap "marks of origin" "the time for them was up"
            return 0
        fi
        origin_of "$f"
    done
}

programs() {
    n=0
    for f do
        n=$((n + 1))
        if [ $((n % 50)) -eq 1 ] && late; then
            gap programs "the time was up"
            return 0
        fi
        if [ ! -r "$f" ]; then
            gap "$f" "not readable by this user" locked
            continue
        fi
        meta=$(size_and_time "$f")
        size=${meta% *}
        sha256=''
        if [ "${size:-0}" -le "$collect_size" ]; then
            sha256=$(hash_of <"$f")
        else
            gap "$f" "larger than $collect_size bytes: no hash taken"
        fi
        signature=$(signature_of "$f")
        signer=''
        case $signature in
        *'
'*)
            signer=${signature#*'
'}
            signature=${signature%%'
'*}
            ;;
        esac
        emit program path "$f" size# "$size" mtime@ "${meta#* }" sha256 "$sha256" \
            signature "$signature" signer "$signer" package "$(owner_of "$f")"
    done
}
EOF
)
eval "$lib"

usage() {
    echo "usage: collect.sh [-o FILE] [-r ROOT]... [-t SECONDS] [-n PROGRAMS] [-s BYTES]" >&2
    exit 2
}

number() {
    case $1 in
    '' | *[!0-9]*) usage ;;
    esac
    [ "${#1}" -le 12 ] || usage
}

out='' roots='' seconds=900 most=20000
collect_size=268435456
while getopts o:r:t:n:s: option; do
    case $option in
    o) out=$OPTARG ;;
    r)
        [ -d "$OPTARG" ] || { echo "collect.sh: $OPTARG is no folder" >&2; exit 2; }
        # Absolute, and on a line of its own; a root with a newline in its name would be two.
        root=$(cd "$OPTARG" && pwd -P && echo x) || exit 2
        root=${root%?x}
        case $root in
        *'
'*) usage ;;
        esac
        roots=$roots$root'
'
        ;;
    t) number "$OPTARG"; seconds=$OPTARG ;;
    n) number "$OPTARG"; most=$OPTARG ;;
    s) number "$OPTARG"; collect_size=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage

collect_os=$(uname -s)
collect_host=$(uname -n)
collect_when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
collect_began=$(date +%s)
collect_deadline=$((collect_began + seconds))
export collect_os collect_host collect_when collect_deadline collect_size

host() {
    if [ "$collect_os" = Darwin ]; then
        os="macOS $(sw_vers -productVersion 2>/dev/null)"
        id=$(ioreg -rd1 -c IOPlatformExpertDevice 2>/dev/null | sed -n 's/.*"IOPlatformUUID" = "\(.*\)".*/\1/p')
    else
        os=$(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' /etc/os-release 2>/dev/null | sed 1q)
        id=$(cat /etc/machine-id 2>/dev/null)
    fi
    rights=user
    [ "$(id -u)" -eq 0 ] && rights=root
    emit host os "${os:-$collect_os}" kernel "$(uname -r)" id "$id" rights "$rights" \
        tool "collect.sh 1"
    if [ "$rights" = user ]; then
        gap "files and jobs of other users" "not run as root" locked
    fi
    if [ "$collect_os" = Darwin ] && ! head -c 1 '/Library/Application Support/com.apple.TCC/TCC.db' \
        >/dev/null 2>&1; then
        gap "protected folders of users" "no Full Disk Access" locked
    fi
    if ! has sha256sum && ! has shasum && ! has openssl; then
        gap "hashes of programs" "neither sha256sum nor shasum nor openssl is there"
    fi
    if [ "$collect_os" != Darwin ] && ! has getfattr; then
        gap "marks of origin" "getfattr is not there"
    fi
}

packages() {
    any=no
    tab=$(printf '\t')
    if has dpkg-query; then
        any=yes
        dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\t${Maintainer}\t${Architecture}\n' |
            while IFS=$tab read -r state name version maker arch; do
                list=/var/lib/dpkg/info/$name.list
                [ -f "$list" ] || list=/var/lib/dpkg/info/$name:$arch.list
                meta=$(size_and_time "$list")
                if [ "$state" = installed ]; then
                    emit package name "$name" version "$version" publisher "$maker" \
                        installed@ "${meta#* }" source dpkg
                fi
            done
    fi
    if has rpm && ! has dpkg-query; then
        any=yes
        rpm -qa --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{VENDOR}\t%{INSTALLTIME}\n' 2>/dev/null |
            while IFS=$tab read -r name version maker when; do
                emit package name "$name" version "$version" publisher "$maker" \
                    installed@ "$when" source rpm
            done
    fi
    if has brew && [ "$(id -u)" -ne 0 ]; then # it refuses to run as root
        any=yes
        HOMEBREW_NO_AUTO_UPDATE=1 HOMEBREW_NO_ANALYTICS=1 brew list --versions 2>/dev/null |
            while read -r name versions; do
                for version in $versions; do
                    emit package name "$name" version "$version" source brew
                done
            done
    elif has brew; then
        gap "packages of Homebrew" "brew does not run as root"
    fi
    if has pkgutil; then
        any=yes
        pkgutil --pkgs 2>/dev/null | while IFS= read -r name; do
            info=$(pkgutil --pkg-info "$name" 2>/dev/null)
            emit package name "$name" source pkgutil \
                version "$(printf '%s\n' "$info" | sed -n 's/^version: //p')" \
                installed@ "$(printf '%s\n' "$info" | sed -n 's/^install-time: //p')"
        done
    fi
    for app in /Applications/*.app /Users/*/Applications/*.app; do
        if [ -f "$app/Contents/Info.plist" ]; then
            name=${app##*/}
            emit package name "${name%.app}" path "$app" source application version \
                "$(defaults read "$app/Contents/Info" CFBundleShortVersionString 2>/dev/null)"
        fi
    done
    [ $any = yes ] || gap packages "none of dpkg, rpm, brew and pkgutil is there"
}

# persistence_line KIND FILE USER PATTERN: a line for each value in the file that the pattern has.
values() {
    if [ ! -r "$2" ]; then
        gap "$2" "not readable by this user" locked
        return 0
    fi
    sed -n "$4" "$2" 2>/dev/null | while IFS= read -r command; do
        emit persistence kind "$1" name "${2##*/}" path "$2" command "$command" user "$3"
    done
}

persistence() {
    for f in /etc/systemd/system/*.service /etc/systemd/system/*.timer /run/systemd/system/*.service \
        /usr/lib/systemd/system/*.service /usr/lib/systemd/system/*.timer \
        /etc/systemd/user/*.service /home/*/.config/systemd/user/*.service ~/.config/systemd/user/*.service; do
        if [ -f "$f" ]; then
            values systemd "$f" '' 's/^\(ExecStart\|OnCalendar\|OnBootSec\|OnUnitActiveSec\|Unit\)=[-@:+!]*\(..*\)$/\2/p'
        fi
    done
    for f in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/* /etc/anacrontab; do
        if [ -f "$f" ]; then
            values cron "$f" '' '/^[[:space:]]*#/d;/^[[:space:]]*[A-Za-z_][A-Za-z_]*[[:space:]]*=/d;/[^[:space:]]/p'
        fi
    done
    if [ -d /var/spool/cron/crontabs ] && ! ls /var/spool/cron/crontabs >/dev/null 2>&1; then
        gap /var/spool/cron/crontabs "not readable by this user" locked
    fi
    for f in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/init.d/* /etc/rc.local; do
        if [ -f "$f" ] && [ -x "$f" ]; then
            emit persistence kind script name "${f##*/}" path "$f"
        fi
    done
    for f in /etc/xdg/autostart/*.desktop /home/*/.config/autostart/*.desktop; do
        if [ -f "$f" ]; then
            values autostart "$f" '' 's/^Exec=//p'
        fi
    done
    for f in /Library/LaunchAgents/*.plist /Library/LaunchDaemons/*.plist /Users/*/Library/LaunchAgents/*.plist; do
        if [ -f "$f" ]; then
            command=$(/usr/libexec/PlistBuddy -c 'Print :Program' "$f" 2>/dev/null ||
                /usr/libexec/PlistBuddy -c 'Print :ProgramArguments' "$f" 2>/dev/null |
                sed -n 's/^    //p' | tr '\n' ' ')
            emit persistence kind launchd name "${f##*/}" path "$f" command "$command"
        fi
    done
}

# What find could not enter comes on its standard error; each is a gap.
refusals() {
    sed -n 's/^[^:]*find: //p' | sed 100q | while IFS= read -r line; do
        gap "$line" "find could not read it" locked
    done
}

look() { # FUNCTION ROOT [find's words]
    what=$1 root=$2
    shift 2
    { find "$root" -xdev -type f "$@" -exec sh -c "$lib
$what \"\$@\"" sh {} + 2>&1 >&3 | refusals; } 3>&1
}

# The usual places are few enough to be read whole; ROOTs come one a line.
places() {
    if [ -n "$roots" ]; then
        printf '%s' "$roots"
    elif [ "$collect_os" = Darwin ]; then
        printf '%s\n' /Applications /Library /usr/local /opt /private/tmp /Users
    else
        printf '%s\n' /usr/local /opt /srv /home /root /tmp /var/tmp /dev/shm /usr/bin /usr/sbin /usr/lib
    fi
}

everything() {
    host
    packages
    persistence
    # Marks lie where people keep what they fetched. A quarter of the time is for them.
    places | while IFS= read -r root; do
        collect_deadline=$((collect_began + seconds / 4))
        case $root in
        /home | /root | /Users | /tmp | /private/tmp) ;;
        *) [ -n "$roots" ] || continue ;;
        esac
        if [ -d "$root" ] && { [ "$collect_os" = Darwin ] || has getfattr; }; then
            if late; then
                gap "marks of origin below $root" "the time for them was up"
            else
                look origins "$root" </dev/null
            fi
        fi
    done
    # Programs last: who counts the lines ends the run when there are enough.
    places | while IFS= read -r root; do
        if [ -d "$root" ] && ! late; then
            look programs "$root" \( -perm -100 -o -name '*.so' -o -name '*.so.*' -o -name '*.dylib' \
                -o -name '*.node' -o -name '*.asar' -o -name '*.jar' \) </dev/null
        elif [ -d "$root" ]; then
            gap "$root" "the time was up"
        fi
    done
}

# Passes lines on and counts them by type; after PROGRAMS programs it ends, and everything before
# it with it.
count() {
    awk -F '"' -v most="$most" -v head="$(emit end | sed 's/}$//')" '
    { n[$6]++; if ($6 == "program" && n[$6] > most) { n[$6]--; full = 1; exit } print }
    END {
        if (full) {
            line = head; sub(/"type":"end"/, "\"type\":\"gap\"", line)
            print line ",\"what\":\"programs\",\"why\":\"more than " most "\",\"kind\":\"missing\"}"
            n["gap"]++
        }
        line = ""
        for (t = split("host package persistence origin program gap", type, " "); t > 0; t--) {
            line = "\"" type[t] "\":" n[type[t]] + 0 (line == "" ? "" : ",") line
        }
        print head ",\"counts\":{" line "}}"
    }'
}

if [ -n "$out" ]; then
    set -C
    { everything | count; } >"$out" || exit 2
else
    everything | count || exit 2
fi
