/* SPDX-License-Identifier: Apache-2.0 */
#include "build_ci.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

void build_ci_github(struct hw_buf *b, bool columns)
{
    static const char *const lines[] = {
        "Current runner version: '2.317.0'",
        "##[group]Operating System",
        "Microsoft Windows Server 2022",
        "##[endgroup]",
        "Runner name: 'release-3'",
        "Machine name: 'BUILD01'",
        "Prepare workflow directory",
        ("Download action repository 'actions/checkout@v4' (SHA:" BUILD_CI_COMMIT ")"),
        "Complete job name: release",
        "##[group]Run actions/checkout@v4",
        "with:",
        "  repository: acme/app",
        "  token: ***",
        "##[endgroup]",
        "Syncing repository: acme/app",
        "Working directory is 'D:\\a\\app\\app'",
        "[command]\"C:\\Program Files\\Git\\bin\\git.exe\" log -1 --format='%H'",
        ("'" BUILD_CI_COMMIT "'"),
        "##[group]Run make release TOKEN=***",
        "\x1b[36;1mmake release TOKEN=***\x1b[0m",
        "\x1b[36;1msha256sum dist/app.exe\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        "\x1b[36;1mnot a command, only cyan\x1b[0m",
        "  App -> D:\\a\\app\\app\\bin\\App.dll",
        (BUILD_CI_SHA256 "  dist/app.exe"),
        "Successfully signed: dist\\app.exe",
        "##[error]Process completed with exit code 2.",
        "Artifact dist has been successfully uploaded! Final size is 12 bytes. Artifact ID is 7",
        ("SHA256 hash of uploaded artifact zip is " BUILD_CI_SHA256),
        "Artifact download URL: https://github.com/acme/app/actions/runs/5/artifacts/7",
        "Post job cleanup.",
        "Cleaning up orphan processes",
    };
    hw_buf_str(b, "\xEF\xBB\xBF");
    for (unsigned i = 0; i < COUNT(lines); i++) {
        hw_buf_printf(b, "%s2026-03-01T10:00:%02u.1234567Z %s\r\n",
                      columns ? "release\tRun make\t" : "", i, lines[i]);
    }
}

void build_ci_gitlab(struct hw_buf *b, bool timestamps)
{
    static const char *const lines[] = {
        "\x1b[0KRunning with gitlab-runner 16.3.0 (8ec04662)\x1b[0;m",
        "\x1b[0K  on build-7 zbF4zAjwx, system ID: s_18faf34db374\x1b[0;m",
        "section_start:1772359200:prepare_executor\r\x1b[0K\x1b[0K\x1b[36;1mPreparing\x1b[0;m",
        ("section_end:1772359201:prepare_executor\r\x1b[0Ksection_start:1772359202:get_sources\r"
         "\x1b[0K\x1b[36;1mGetting source\x1b[0;m"),
        "Initialized empty Git repository in /builds/acme/app/.git/",
        "\x1b[32;1mChecking out 1a2b3c4d as detached HEAD (ref is main)...\x1b[0;m",
        "section_end:1772359203:get_sources\r\x1b[0K",
        "\x1b[0Ksection_start:1772359204:step_script[collapsed=true]\r\x1b[0K\x1b[36;1mStep",
        "\x1b[32;1m$ make release\x1b[0;m",
        "progress 10%\rprogress 100%",
        ("SHA2-256(dist/app.tar.gz)= " BUILD_CI_SHA256),
        ("pushed registry.example.org/acme/app@sha256:" BUILD_CI_SHA256 " to it"),
        "dist/app.tar.gz: found 1 matching artifact files and directories\x1b[0;m ",
        ("Uploading artifacts as \"archive\" to coordinator... 201 Created\x1b[0;m  "
         "id=77 responseStatus=201 Created token=***"),
        "upload: dist/app.tar.gz to s3://releases/app.tar.gz",
        "\x1b[32;1mJob succeeded\x1b[0;m",
    };
    for (unsigned i = 0; i < COUNT(lines); i++) {
        if (timestamps) {
            hw_buf_printf(b, "2026-03-01T10:01:%02u.123456Z 00O ", i);
        }
        hw_buf_printf(b, "%s\n", lines[i]);
    }
}

void build_ci_jenkins(struct hw_buf *b, bool timestamper)
{
    static const char *const lines[] = {
        "Started by user Release Manager",
        "[Pipeline] Start of Pipeline",
        "[Pipeline] node",
        "Running on win-3 in C:\\jenkins\\workspace\\app-release",
        "[Pipeline] {",
        "[Pipeline] stage",
        "[Pipeline] { (Build)",
        "Cloning repository https://git.example.org/acme/app.git",
        " > git init C:\\jenkins\\workspace\\app-release # timeout=10",
        ("Checking out Revision " BUILD_CI_COMMIT " (refs/remotes/origin/main)"),
        "[Pipeline] bat",
        "C:\\jenkins\\workspace\\app-release>msbuild app.sln ",
        "+ make all",
        "[app] $ /bin/sh -xe /tmp/jenkins1.sh",
        "SHA256 hash of dist\\app.exe:",
        BUILD_CI_SHA256,
        ("SHA256          " BUILD_CI_SHA256 "       C:\\out\\app.msi"),
        ("SHA512 (app (x64).zip) = " BUILD_CI_SHA256 BUILD_CI_SHA256),
        "Uploading app-1.0.0-py3-none-any.whl",
        "Archiving artifacts",
        "ERROR: script returned exit code 1",
        "Finished: FAILURE",
    };
    for (unsigned i = 0; i < COUNT(lines); i++) {
        /* Timestamper leaves what the controller says before the node without a time. */
        if (timestamper && i > 3) {
            hw_buf_printf(b, "[2026-03-01T10:02:%02u.123Z] ", i);
        }
        hw_buf_printf(b, "%s\n", lines[i]);
    }
}
