/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ci_lines.c -- the lines of a build's console that say what happened.
 *
 * A table of how such lines begin, by service, and what each is made into. `says` names the value
 * that the rest of the line is.
 */
#include "evidence/telemetry/ci.h"

#include <string.h>

#include "base/text.h"

enum {
    AS_IT_IS,   /* the rest of the line */
    QUOTED,     /* what stands between the first two ' or " */
    FIRST_WORD, /* up to a blank */
    TO_SUFFIX,  /* up to the words in `until` */
};

struct rule {
    enum hw_ci_log log; /* HW_CI_NO_LOG: any */
    const char *starts;
    int how;
    const char *until; /* must be there, for TO_SUFFIX */
    enum hw_ci_value says;
    int event; /* enum hw_ci_event, or -1: remembered only */
};

static const struct rule rules[] = {
    {HW_CI_NO_LOG, "Successfully signed: ", AS_IT_IS, NULL, HW_CI_PATH, HW_CI_ON_SIGNED},
    {HW_CI_NO_LOG, "Successfully signed and timestamped: ", AS_IT_IS, NULL, HW_CI_PATH,
     HW_CI_ON_SIGNED},
    {HW_CI_GITHUB, "Complete job name: ", AS_IT_IS, NULL, HW_CI_BUILD, -1},
    {HW_CI_GITHUB, "Runner name: ", QUOTED, NULL, HW_CI_RUNNER, -1},
    {HW_CI_GITHUB, "Machine name: ", QUOTED, NULL, HW_CI_RUNNER, -1},
    {HW_CI_GITHUB, "Syncing repository: ", AS_IT_IS, NULL, HW_CI_REPO, -1},
    {HW_CI_GITHUB, "Working directory is ", QUOTED, NULL, HW_CI_WORKSPACE, -1},
    {HW_CI_GITHUB, "##[section]Starting: ", AS_IT_IS, NULL, HW_CI_STEP, HW_CI_ON_STEP},
    {HW_CI_GITHUB, "HEAD is now at ", FIRST_WORD, NULL, HW_CI_COMMIT, HW_CI_ON_CHECKOUT},
    {HW_CI_GITHUB, "##[error]", AS_IT_IS, NULL, HW_CI_RESULT, HW_CI_ON_ERROR},
    {HW_CI_GITHUB, "[command]", AS_IT_IS, NULL, HW_CI_COMMAND, HW_CI_ON_COMMAND},
    {HW_CI_GITHUB, "##[command]", AS_IT_IS, NULL, HW_CI_COMMAND, HW_CI_ON_COMMAND},
    {HW_CI_GITHUB, "Artifact download URL: ", FIRST_WORD, NULL, HW_CI_URL, HW_CI_ON_UPLOAD},
    {HW_CI_GITHUB, "Artifact ", TO_SUFFIX, " has been successfully uploaded", HW_CI_NAME,
     HW_CI_ON_UPLOAD},
    {HW_CI_GITLAB, "Checking out ", FIRST_WORD, NULL, HW_CI_COMMIT, HW_CI_ON_CHECKOUT},
    {HW_CI_GITLAB, "Running on ", FIRST_WORD, NULL, HW_CI_RUNNER, -1},
    {HW_CI_GITLAB, "Initialized empty Git repository in ", TO_SUFFIX, "/.git", HW_CI_WORKSPACE, -1},
    {HW_CI_GITLAB, "Reinitialized existing Git repository in ", TO_SUFFIX, "/.git", HW_CI_WORKSPACE,
     -1},
    {HW_CI_GITLAB, "$ ", AS_IT_IS, NULL, HW_CI_COMMAND, HW_CI_ON_COMMAND},
    {HW_CI_GITLAB, "Job succeeded", AS_IT_IS, NULL, HW_CI_RESULT, HW_CI_ON_RESULT},
    {HW_CI_GITLAB, "ERROR: Job failed", AS_IT_IS, NULL, HW_CI_RESULT, HW_CI_ON_RESULT},
    {HW_CI_JENKINS, "[Pipeline] { (", TO_SUFFIX, ")", HW_CI_STEP, HW_CI_ON_STEP},
    {HW_CI_JENKINS, "Building in workspace ", AS_IT_IS, NULL, HW_CI_WORKSPACE, -1},
    {HW_CI_JENKINS, "Cloning repository ", FIRST_WORD, NULL, HW_CI_REPO, -1},
    {HW_CI_JENKINS, "Fetching upstream changes from ", FIRST_WORD, NULL, HW_CI_REPO, -1},
    {HW_CI_JENKINS, "Checking out Revision ", FIRST_WORD, NULL, HW_CI_COMMIT, HW_CI_ON_CHECKOUT},
    {HW_CI_JENKINS, "+ ", AS_IT_IS, NULL, HW_CI_COMMAND, HW_CI_ON_COMMAND},
    {HW_CI_JENKINS, " > git ", AS_IT_IS, NULL, HW_CI_COMMAND, HW_CI_ON_COMMAND},
    {HW_CI_JENKINS, "ERROR: ", AS_IT_IS, NULL, HW_CI_RESULT, HW_CI_ON_ERROR},
    {HW_CI_JENKINS, "Finished: ", FIRST_WORD, NULL, HW_CI_RESULT, HW_CI_ON_RESULT},
    {HW_CI_JENKINS, "Archiving artifacts", AS_IT_IS, NULL, HW_CI_RESULT, HW_CI_ON_UPLOAD},
};

/* The value a rule takes; false when the line does not go on as it must. */
static bool take(const struct rule *r, struct hw_span rest, struct hw_span *out)
{
    size_t n = rest.n;
    if (r->how == QUOTED) {
        if (rest.n < 2 || (rest.p[0] != '\'' && rest.p[0] != '"')) {
            return false;
        }
        n = hw_span_find(hw_span_from(rest, 1), rest.p[0]);
        rest = hw_span_from(rest, 1);
    } else if (r->how == FIRST_WORD) {
        n = hw_span_find(rest, ' ');
    } else if (r->how == TO_SUFFIX) {
        n = 0;
        while (n < rest.n && !hw_span_starts(hw_span_from(rest, n), r->until)) {
            n++;
        }
        if (n == rest.n) {
            return false;
        }
    }
    *out = hw_span_cut(rest, 0, n);
    return true;
}

static bool by_table(struct hw_ci *c, struct hw_span line)
{
    struct hw_span v;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        if ((r->log != c->log && r->log != HW_CI_NO_LOG) || !hw_span_starts(line, r->starts) ||
            !take(r, hw_span_from(line, strlen(r->starts)), &v)) {
            continue;
        }
        if (r->says < HW_CI_KEPT) {
            hw_ci_keep(c, r->says, v);
        } else {
            c->values[r->says] = v.n > 0 ? v : line; /* "Job succeeded" says it all itself */
        }
        if (r->event == HW_CI_ON_RESULT) {
            c->ended = true;
        }
        if (r->event >= 0) {
            hw_ci_put(c, (enum hw_ci_event)r->event);
        }
        return true;
    }
    return false;
}

/* ---- what the table cannot say ---- */

static bool is_commit(struct hw_span s)
{
    size_t hex = 0;
    for (size_t i = 0; i < s.n && i < 64; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        hex += hw_ascii_is_digit(c) || (c >= 'a' && c <= 'f');
    }
    return (s.n == 40 || s.n == 64) && hex == s.n;
}

/* 'actions/checkout@v4' (SHA:...): code from elsewhere that ran in this build. */
static bool github_action(struct hw_ci *c, struct hw_span line)
{
    static const char *const words[] = {"Download action repository '",
                                        "##[group]Download immutable action package '"};
    static const char sha[] = "(SHA:";
    bool second = hw_span_starts(line, words[1]);
    if (!second && !hw_span_starts(line, words[0])) {
        return false;
    }
    struct hw_span rest = hw_span_from(line, strlen(words[second ? 1 : 0]));
    size_t quote = hw_span_find(rest, '\'');
    struct hw_span tail = hw_span_trim(hw_span_from(rest, quote + 1));
    c->values[HW_CI_NAME] = hw_span_cut(rest, 0, quote);
    if (hw_span_starts(tail, sha)) {
        tail = hw_span_from(tail, sizeof sha - 1);
        c->values[HW_CI_VERSION] = hw_span_cut(tail, 0, hw_span_find(tail, ')'));
    }
    hw_ci_put(c, HW_CI_ON_ACTION);
    return true;
}

static bool github(struct hw_ci *c, struct hw_span line)
{
    static const char run[] = "##[group]Run ";
    if (c->wants_commit) {
        struct hw_span s = hw_span_trim(line);
        c->wants_commit = false;
        if (s.n > 2 && s.p[0] == '\'') {
            s = hw_span_cut(s, 1, s.n - 2);
        }
        if (is_commit(s)) {
            hw_ci_keep(c, HW_CI_COMMIT, s);
            hw_ci_put(c, HW_CI_ON_CHECKOUT);
            return true;
        }
    }
    /* checkout asks git for the commit's full name in one of two ways. */
    c->wants_commit =
        hw_span_starts(line, "[command]") &&
        (hw_span_ends(line, " log -1 --format='%H'") || hw_span_ends(line, " log -1 --format=%H"));
    if (hw_span_starts(line, run)) {
        hw_ci_keep(c, HW_CI_STEP, hw_span_from(line, strlen("##[group]")));
        c->values[HW_CI_COMMAND] = hw_span_from(line, sizeof run - 1);
        c->in_run = true;
        hw_ci_put(c, HW_CI_ON_STEP);
        return true;
    }
    if (hw_span_is(line, "Post job cleanup.")) {
        hw_ci_keep(c, HW_CI_STEP, line);
        hw_ci_put(c, HW_CI_ON_STEP);
        return true;
    }
    if (c->in_run && c->coloured) {
        c->values[HW_CI_COMMAND] = line;
        hw_ci_put(c, HW_CI_ON_COMMAND);
        return true;
    }
    c->in_run = c->in_run && !hw_span_starts(line, "##[endgroup]");
    c->begun = c->begun || hw_span_starts(line, "Current runner version: ");
    c->ended = c->ended || hw_span_starts(line, "Cleaning up orphan processes");
    return github_action(c, line);
}

/* `Uploading artifacts as "archive" to coordinator... 201 Created  id=7 responseStatus=...` */
static bool gitlab(struct hw_ci *c, struct hw_span line)
{
    static const char words[] = "Uploading artifacts as \"", id[] = " id=";
    static const char on[] = "on ", found[] = ": found ";
    struct hw_span s = hw_span_trim(line);
    c->begun = c->begun || hw_span_starts(line, "Running with gitlab-runner ");
    if (hw_span_starts(line, "  on ") && c->values[HW_CI_RUNNER].p == NULL) {
        s = hw_span_from(s, sizeof on - 1);
        hw_ci_keep(c, HW_CI_RUNNER, hw_span_cut(s, 0, hw_span_find(s, ' ')));
        return true;
    }
    if (hw_span_starts(s, words)) {
        for (size_t i = 0; i + sizeof id - 1 <= s.n; i++) {
            if (s.p[i] == ' ' && hw_span_starts(hw_span_from(s, i), id)) {
                struct hw_span v = hw_span_from(s, i + sizeof id - 1);
                hw_ci_keep(c, HW_CI_BUILD, hw_span_cut(v, 0, hw_span_find(v, ' ')));
                break;
            }
        }
        s = hw_span_from(s, sizeof words - 1);
        c->values[HW_CI_NAME] = hw_span_cut(s, 0, hw_span_find(s, '"'));
        hw_ci_put(c, HW_CI_ON_UPLOAD);
        return true;
    }
    /* "dist/app.exe: found 1 matching artifact files and directories" */
    for (size_t i = 0; hw_span_ends(s, " matching artifact files and directories") && i < s.n;
         i++) {
        if (s.p[i] == ':' && hw_span_starts(hw_span_from(s, i), found)) {
            c->values[HW_CI_PATH] = hw_span_cut(s, 0, i);
            hw_ci_put(c, HW_CI_ON_UPLOAD);
            return true;
        }
    }
    return false;
}

/* "Running on NODE in DIR", "Building remotely on NODE (labels) in workspace DIR",
 * "[job] $ /bin/sh -xe script", "C:\ws>command". */
static bool jenkins(struct hw_ci *c, struct hw_span line)
{
    static const char *const nodes[] = {"Running on ", "Building remotely on "};
    static const char *const dirs[] = {" in workspace ", " in "};
    c->begun = true;
    for (size_t i = 0; i < 2; i++) {
        struct hw_span rest = hw_span_from(line, strlen(nodes[i]));
        for (size_t k = 0; hw_span_starts(line, nodes[i]) && k < rest.n; k++) {
            size_t dir = hw_span_starts(hw_span_from(rest, k), dirs[0])   ? strlen(dirs[0])
                         : hw_span_starts(hw_span_from(rest, k), dirs[1]) ? strlen(dirs[1])
                                                                          : 0;
            if (dir > 0) {
                struct hw_span node = hw_span_cut(rest, 0, k);
                hw_ci_keep(c, HW_CI_RUNNER, hw_span_cut(node, 0, hw_span_find(node, '(')));
                hw_ci_keep(c, HW_CI_WORKSPACE, hw_span_from(rest, k + dir));
                return true;
            }
        }
    }
    size_t shell = hw_span_find(line, ']') + 1;
    if (hw_span_starts(line, "[") && hw_span_starts(hw_span_from(line, shell), " $ ")) {
        c->values[HW_CI_COMMAND] = hw_span_from(line, shell + 3);
        hw_ci_put(c, HW_CI_ON_COMMAND);
        return true;
    }
    size_t prompt = hw_span_find(line, '>');
    struct hw_span typed = hw_span_from(line, prompt + 1);
    if (line.n > 3 && hw_ascii_is_alpha(line.p[0]) && line.p[1] == ':' && line.p[2] == '\\' &&
        hw_span_trim(typed).n > 0) {
        c->values[HW_CI_COMMAND] = hw_span_trim(typed);
        hw_ci_put(c, HW_CI_ON_COMMAND);
        return true;
    }
    return false;
}

/* What tools print on every service when they send a file away. */
static bool upload(struct hw_ci *c, struct hw_span line)
{
    static const char aws[] = "upload: ", to[] = " to ", twine[] = "Uploading ";
    if (hw_span_starts(line, aws)) {
        struct hw_span rest = hw_span_from(line, sizeof aws - 1);
        for (size_t i = 0; i < rest.n; i++) {
            if (rest.p[i] == ' ' && hw_span_starts(hw_span_from(rest, i), to)) {
                c->values[HW_CI_PATH] = hw_span_cut(rest, 0, i);
                c->values[HW_CI_URL] = hw_span_trim(hw_span_from(rest, i + sizeof to - 1));
                hw_ci_put(c, HW_CI_ON_UPLOAD);
                return true;
            }
        }
    }
    struct hw_span file = hw_span_from(line, sizeof twine - 1);
    if (hw_span_starts(line, twine) && hw_span_find(file, ' ') == file.n &&
        hw_span_find(file, '.') + 3 < file.n && !hw_span_ends(file, "...")) {
        c->values[HW_CI_PATH] = file;
        hw_ci_put(c, HW_CI_ON_UPLOAD);
        return true;
    }
    return false;
}

void hw_ci_see(struct hw_ci *c, struct hw_span line)
{
    bool done = c->log == HW_CI_GITHUB   ? github(c, line)
                : c->log == HW_CI_GITLAB ? gitlab(c, line)
                                         : jenkins(c, line);
    if (!done && !by_table(c, line) && !upload(c, line)) {
        (void)hw_ci_hash(c, line);
    }
}
