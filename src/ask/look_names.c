/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/look_names.c -- what names and folders say of programs.
 *
 * A name proves nothing: anybody may call his program git.exe. These lists only excuse what a rule
 * would else say, and the rules say in their notes that they do.
 */
#include "ask/look.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static bool separator(uint8_t c)
{
    return c == '\\' || c == '/';
}

struct hw_span look_base(struct hw_span path)
{
    size_t i = path.n;
    while (i > 0 && !separator(path.p[i - 1])) {
        i--;
    }
    return hw_span_from(path, i);
}

struct hw_span look_folder(struct hw_span path)
{
    size_t n = path.n - look_base(path).n;
    return hw_span_cut(path, 0, n > 0 ? n - 1 : 0);
}

struct hw_span look_image(struct look *l, uint32_t process)
{
    struct hw_span s = look_thing(l, process)->name;
    for (size_t i = 0; i + 4 < s.n; i++) {
        if (s.p[i] == ' ' && s.p[i + 1] == '(' && s.p[i + 2] == 'p') {
            return hw_span_cut(s, 0, i);
        }
    }
    return s;
}

bool look_is_one_of(struct hw_span name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hw_span_is_nocase(name, words[i])) {
            return true;
        }
    }
    return false;
}

/* Paths of Windows are lower case already (derive/canon.c). */
bool look_in_windows(struct hw_span path)
{
    return path.n > 11 && hw_span_starts(hw_span_from(path, 1), ":\\windows\\");
}

bool look_in_system(struct hw_span path)
{
    if (!look_in_windows(path)) {
        return false;
    }
    struct hw_span in = hw_span_from(path, 11);
    return hw_span_starts(in, "system32\\") || hw_span_starts(in, "syswow64\\");
}

bool look_is_library(struct hw_span path)
{
    return hw_span_ends(path, ".dll") || hw_span_ends(path, ".ocx") || hw_span_ends(path, ".cpl");
}

bool look_is_installer(struct hw_span image)
{
    static const char *const names[] = {
        "msiexec.exe",
        "tiworker.exe",
        "trustedinstaller.exe",
        "wusa.exe",
        "dism.exe",
        "dismhost.exe",
        "poqexec.exe",
        "pkgmgr.exe",
        "drvinst.exe",
        "wuauclt.exe",
        "usoclient.exe",
        "mousocoreworker.exe",
        "officeclicktorun.exe",
        "integrator.exe",
        "setuphost.exe",
        "mpsigstub.exe",
        "ccmexec.exe",
        "ngen.exe",
        "mscorsvw.exe",
        "updateplatform.exe",
    };
    return look_is_one_of(image, names, COUNT(names));
}

bool look_is_agent(struct hw_span image)
{
    static const char *const names[] = {
        "java.exe",
        "javaw.exe",
        "jenkins.exe",
        "jenkins-slave.exe",
        "agent.worker.exe",
        "agent.listener.exe",
        "runner.worker.exe",
        "runner.listener.exe",
        "gitlab-runner.exe",
        "buildkite-agent.exe",
        "teamcityagentservice-windows-x86-32.exe",
        "go-agent.exe",
        "bamboo-agent.exe",
        "java",
        "gitlab-runner",
        "buildkite-agent",
        "runner.worker",
        "agent.worker",
    };
    return look_is_one_of(image, names, COUNT(names));
}

bool look_is_build_tool(struct hw_span image)
{
    static const char *const names[] = {
        "git.exe",
        "git-remote-https.exe",
        "svn.exe",
        "hg.exe",
        "p4.exe",
        "tf.exe",
        "npm.exe",
        "npx.exe",
        "node.exe",
        "yarn.exe",
        "pnpm.exe",
        "nuget.exe",
        "dotnet.exe",
        "msbuild.exe",
        "vbcscompiler.exe",
        "csc.exe",
        "cl.exe",
        "link.exe",
        "lib.exe",
        "rc.exe",
        "mt.exe",
        "midl.exe",
        "mspdbsrv.exe",
        "devenv.exe",
        "cmake.exe",
        "ninja.exe",
        "nmake.exe",
        "make.exe",
        "gcc.exe",
        "g++.exe",
        "clang.exe",
        "clang-cl.exe",
        "lld-link.exe",
        "cargo.exe",
        "rustc.exe",
        "go.exe",
        "gradle.exe",
        "mvn.exe",
        "ant.exe",
        "pip.exe",
        "signtool.exe",
        "candle.exe",
        "light.exe",
        "wix.exe",
        "makensis.exe",
        "iscc.exe",
        "app-builder.exe",
        "electron-builder.exe",
        "7za.exe",
        "vcpkg.exe",
        "conan.exe",
        "sccache.exe",
        "git",
        "svn",
        "hg",
        "npm",
        "node",
        "yarn",
        "pnpm",
        "make",
        "cmake",
        "ninja",
        "gcc",
        "g++",
        "cc",
        "cc1",
        "cc1plus",
        "c++",
        "clang",
        "clang++",
        "as",
        "ld",
        "ld.bfd",
        "ld.lld",
        "collect2",
        "ar",
        "ranlib",
        "cargo",
        "rustc",
        "go",
        "dotnet",
        "mvn",
        "gradle",
        "pip",
        "pip3",
        "conan",
    };
    return look_is_one_of(image, names, COUNT(names)) || look_is_agent(image);
}

bool look_is_somebody(const struct hw_thing *account)
{
    static const char *const nobody[] = {"anonymous logon", "-", ""};
    struct hw_span name = account->name;
    struct hw_span user = hw_span_cut(name, 0, hw_span_find(name, '@'));
    return account->kind == HW_ENTITY_ACCOUNT && (account->flags & HW_THING_SHARED) == 0 &&
           !look_is_one_of(user, nobody, COUNT(nobody)) && user.p[user.n - 1] != '$';
}
