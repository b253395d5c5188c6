# SPDX-License-Identifier: Apache-2.0
<#
.SYNOPSIS
    Writes down what lies on this machine, for Headwater.

.DESCRIPTION
    Reads the lists of installed programs, what starts by itself, marks of origin (Zone.Identifier),
    and programs with their SHA-256 and Authenticode signature, and writes one JSON object a line
    (NDJSON, UTF-8) to standard output. PowerShell 5.1 on Windows, by hand or by Intune, a GPO or an
    RMM. Run it as administrator: what a user may not see is missing otherwise, and the output says
    so. `headwater add FILE` reads the result (docs/formats/collect.md).

    It reads. It writes nothing but its output, changes nothing, sends nothing and starts nothing.
    Get-AuthenticodeSignature may ask Windows to look a certificate up, as opening the file's
    properties does. Reading a file may change its time of last access.

.PARAMETER Out
    Write there instead; the file must not exist yet.

.PARAMETER Root
    Look for programs below these folders, instead of in the usual places.

.PARAMETER Seconds
    End after about so many seconds.

.PARAMETER Programs
    End after so many programs.

.PARAMETER Bytes
    Take no hash of a file larger than that.

.OUTPUTS
    {"collect":1,"type":TYPE,"host":NAME,"time":WHEN,...}; TYPE is one of host, package, persistence,
    origin, program, gap (what could not be read, and why) and end (how many of each; without it the
    output was cut off). A name that is no valid UTF-16 has U+FFFD in place of what is none, and a
    field of the same name with _hex behind it that has all its UTF-16LE bytes.
#>
[CmdletBinding()]
param(
    [string] $Out = '',
    [string[]] $Root = @(),
    [ValidateRange(1, 86400)] [int] $Seconds = 900,
    [ValidateRange(1, 1000000)] [int] $Programs = 20000,
    [ValidateRange(0, 1099511627776)] [long] $Bytes = 268435456
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Started = [DateTime]::UtcNow
$Deadline = $Started.AddSeconds($Seconds)
$Time = $Started.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
$Counts = [ordered]@{ host = 0; package = 0; persistence = 0; origin = 0; program = 0; gap = 0 }
$LoneSurrogate = '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]'

# UTF-8 without a byte order mark, to a file that is not there yet or to standard output.
$Utf8 = New-Object System.Text.UTF8Encoding($false)
if ($Out -ne '') {
    $Path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Out)
    $Stream = New-Object System.IO.FileStream($Path, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write)
} else {
    $Stream = [Console]::OpenStandardOutput()
}
$Writer = New-Object System.IO.StreamWriter($Stream, $Utf8)
$Writer.NewLine = "`n"

# One line. Fields without a value are left out.
function Write-Line([string] $Type, [System.Collections.IDictionary] $Fields) {
    $line = [ordered]@{ collect = 1; type = $Type; host = $env:COMPUTERNAME; time = $Time }
    foreach ($name in $Fields.Keys) {
        $value = $Fields[$name]
        if ($null -eq $value -or "$value" -eq '') {
            continue
        }
        if ($value -is [string] -and $value -match $LoneSurrogate) {
            $raw = [Text.Encoding]::Unicode.GetBytes($value)
            $line["${name}_hex"] = [BitConverter]::ToString($raw).Replace('-', '').ToLowerInvariant()
            $value = $value -replace $LoneSurrogate, [string][char]0xFFFD
        }
        $line[$name] = $value
    }
    if ($Counts.Contains($Type)) {
        $Counts[$Type]++
    }
    $Writer.WriteLine((ConvertTo-Json -InputObject $line -Compress -Depth 3))
}

# What could not be read, and why. Kind: locked (it is there, and not for us) or missing.
function Write-Gap([string] $What, [string] $Why, [string] $Kind = 'missing') {
    Write-Line 'gap' ([ordered]@{ what = $What; why = $Why; kind = $Kind })
}

function Test-Late {
    return [DateTime]::UtcNow -ge $Deadline
}

# A property that may not be there; StrictMode would stop at it otherwise.
function Read-Property($Object, [string] $Name) {
    $property = $Object.PSObject.Properties[$Name]
    if ($null -eq $property -or $null -eq $property.Value) {
        return ''
    }
    return [string] $property.Value
}

function Write-HostLine {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal($identity)
    $admin = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    $guid = ''
    try {
        $guid = (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography').MachineGuid
    } catch {
        Write-Gap 'HKLM\SOFTWARE\Microsoft\Cryptography' $_.Exception.Message 'locked'
    }
    $rights = 'user'
    if ($admin) {
        $rights = 'admin'
    }
    Write-Line 'host' ([ordered]@{
            os = 'Windows ' + [Environment]::OSVersion.Version.ToString()
            id = $guid; rights = $rights; tool = 'collect.ps1 1' })
    if (-not $admin) {
        Write-Gap 'files, services and keys of others' 'not run as administrator' 'locked'
        return
    }
    try {
        $copies = @(Get-CimInstance -ClassName Win32_ShadowCopy)
        if ($copies.Count -eq 0) {
            Write-Gap 'earlier versions of files' 'no volume shadow copies'
        }
    } catch {
        Write-Gap 'volume shadow copies' $_.Exception.Message 'locked'
    }
}

# The Uninstall keys: of the machine, 64 and 32 bit, and of every user whose hive is loaded.
function Write-Packages {
    $keys = @('HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall',
        'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall')
    foreach ($user in @(Get-ChildItem -LiteralPath 'Registry::HKEY_USERS' -ErrorAction SilentlyContinue)) {
        $keys += "Registry::$($user.Name)\Software\Microsoft\Windows\CurrentVersion\Uninstall"
    }
    foreach ($key in $keys) {
        if (-not (Test-Path -LiteralPath $key)) {
            continue
        }
        try {
            $entries = @(Get-ChildItem -LiteralPath $key)
        } catch {
            Write-Gap $key $_.Exception.Message 'locked'
            continue
        }
        foreach ($entry in $entries) {
            try {
                $values = Get-ItemProperty -LiteralPath $entry.PSPath
            } catch {
                Write-Gap $entry.Name $_.Exception.Message 'locked'
                continue
            }
            if ($null -eq $values -or (Read-Property $values 'DisplayName') -eq '') {
                continue
            }
            Write-Line 'package' ([ordered]@{
                    name = Read-Property $values 'DisplayName'
                    version = Read-Property $values 'DisplayVersion'
                    publisher = Read-Property $values 'Publisher'
                    installed = Read-Property $values 'InstallDate'
                    path = Read-Property $values 'InstallLocation'
                    source = 'uninstall'; key = $entry.Name })
        }
    }
}

function Write-Persistence {
    try {
        foreach ($service in Get-CimInstance -ClassName Win32_Service) {
            Write-Line 'persistence' ([ordered]@{
                    kind = 'service'; name = $service.Name; command = $service.PathName
                    user = $service.StartName; start = $service.StartMode })
        }
    } catch {
        Write-Gap 'services' $_.Exception.Message 'locked'
    }
    try {
        foreach ($task in Get-ScheduledTask) {
            foreach ($action in @($task.Actions)) {
                $command = ((Read-Property $action 'Execute') + ' ' +
                    (Read-Property $action 'Arguments')).Trim()
                Write-Line 'persistence' ([ordered]@{
                        kind = 'task'; name = $task.TaskPath + $task.TaskName
                        command = $command; user = Read-Property $task.Principal 'UserId' })
            }
        }
    } catch {
        Write-Gap 'scheduled tasks' $_.Exception.Message 'locked'
    }
    $hives = @('HKLM:\SOFTWARE', 'HKLM:\SOFTWARE\WOW6432Node')
    foreach ($user in @(Get-ChildItem -LiteralPath 'Registry::HKEY_USERS' -ErrorAction SilentlyContinue)) {
        $hives += "Registry::$($user.Name)\Software"
    }
    foreach ($hive in $hives) {
        foreach ($run in 'Run', 'RunOnce') {
            $key = "$hive\Microsoft\Windows\CurrentVersion\$run"
            if (-not (Test-Path -LiteralPath $key)) {
                continue
            }
            try {
                $item = Get-Item -LiteralPath $key
                foreach ($name in $item.GetValueNames()) {
                    Write-Line 'persistence' ([ordered]@{
                            kind = 'run-key'; name = $name; path = $key
                            command = [string] $item.GetValue($name) })
                }
            } catch {
                Write-Gap $key $_.Exception.Message 'locked'
            }
        }
    }
}

# Zone.Identifier: where a browser or mail program had a file from.
function Write-Origin([System.IO.FileInfo] $File) {
    $mark = @(Get-Content -LiteralPath $File.FullName -Stream 'Zone.Identifier' -TotalCount 32 `
            -ErrorAction SilentlyContinue)
    if ($mark.Count -eq 0) {
        return
    }
    $found = @{}
    foreach ($text in $mark) {
        if ("$text" -match '^(ZoneId|HostUrl|ReferrerUrl)=(.*)$') {
            $found[$Matches[1]] = $Matches[2].Trim()
        }
    }
    Write-Line 'origin' ([ordered]@{
            path = $File.FullName; zone = $found['ZoneId']; url = $found['HostUrl']
            referrer = $found['ReferrerUrl'] })
}

function Write-Program([System.IO.FileInfo] $File) {
    $hash = ''
    $signature = ''
    $signer = ''
    $serial = ''
    if ($File.Length -gt $Bytes) {
        Write-Gap $File.FullName "larger than $Bytes bytes: no hash taken"
    } else {
        try {
            $hash = (Get-FileHash -LiteralPath $File.FullName -Algorithm SHA256).Hash.ToLowerInvariant()
        } catch {
            Write-Gap $File.FullName $_.Exception.Message 'locked'
        }
        try {
            $said = Get-AuthenticodeSignature -LiteralPath $File.FullName
            $signature = [string] $said.Status
            if ($null -ne $said.SignerCertificate) {
                $signer = $said.SignerCertificate.Subject
                $serial = $said.SignerCertificate.SerialNumber.ToLowerInvariant()
            }
        } catch {
            Write-Gap ('signature of ' + $File.FullName) $_.Exception.Message
        }
    }
    $changed = $File.LastWriteTimeUtc.ToString('yyyy-MM-ddTHH:mm:ssZ',
        [Globalization.CultureInfo]::InvariantCulture)
    Write-Line 'program' ([ordered]@{
            path = $File.FullName; size = $File.Length; mtime = $changed; sha256 = $hash
            signature = $signature; signer = $signer; serial = $serial })
}

# Below $Folder, without following links to other places; false when it is enough.
function Search-Folder([string] $Folder) {
    $waiting = New-Object System.Collections.Generic.Stack[string]
    $waiting.Push($Folder)
    while ($waiting.Count -gt 0) {
        $here = $waiting.Pop()
        try {
            $items = @(Get-ChildItem -LiteralPath $here -Force)
        } catch {
            Write-Gap $here $_.Exception.Message 'locked'
            continue
        }
        foreach ($item in $items) {
            if ($item.Attributes -band [IO.FileAttributes]::ReparsePoint) {
                continue
            }
            if ($item -is [System.IO.DirectoryInfo]) {
                $waiting.Push($item.FullName)
                continue
            }
            if (Test-Late) {
                Write-Gap $here 'the time was up'
                return $false
            }
            if ($Counts['program'] -ge $Programs) {
                Write-Gap 'programs' "more than $Programs"
                return $false
            }
            Write-Origin $item
            if ($item.Extension -match '^\.(exe|dll|sys|msi|ocx|scr|com|cpl|node|asar|jar|ps1|bat|cmd|vbs|js)$') {
                Write-Program $item
            }
        }
    }
    return $true
}

try {
    Write-HostLine
    Write-Packages
    Write-Persistence
    if ($Root.Count -eq 0) {
        $Root = @($env:ProgramFiles, ${env:ProgramFiles(x86)}, $env:ProgramData, "$env:SystemDrive\Users")
    }
    foreach ($folder in $Root) {
        if ("$folder" -eq '' -or -not (Test-Path -LiteralPath $folder)) {
            continue
        }
        if (-not (Search-Folder $folder)) {
            break
        }
    }
    Write-Line 'end' ([ordered]@{ counts = $Counts })
} finally {
    $Writer.Flush()
    $Writer.Dispose()
}
