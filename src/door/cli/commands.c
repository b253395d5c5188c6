/* SPDX-License-Identifier: Apache-2.0 */
#include "door/cli/cli.h"

/* Option groups: e evidence, p policy of verify, a as-of and fail-on, b because, k anchors,
 * t the zone of printed times, l all, w the ways of a trace, f feeds, g packs, h of a watch, n what
 * is known good, m the window and observers of an impact, c a report to check, r a
 * report, s a bundle to hand over, v whose bundle is taken, o the console. */
/* clang-format off: a row a command */
const struct hw_command hw_commands[] = {
    {"add", cmd_add, "ekv", 1, -1},
    {"scan", cmd_scan, "ek", 1, -1},
    {"ingest", cmd_ingest, "ek", 1, -1},
    {"learn", cmd_learn, "ekfgln", 0, -1},
    {"verify", cmd_verify, "paktl", 1, -1},
    {"affected", cmd_affected, "eatl", 1, -1},
    {"hunt", cmd_hunt, "atli", 0, 0},
    {"watch", cmd_watch, "ekfath", 0, -1},
    {"trace", cmd_trace, "altw", 1, 1},
    {"impact", cmd_impact, "altm", 1, 1},
    {"attribute", cmd_attribute, "actl", 0, 1},
    {"report", cmd_report, "altmr", 0, 1},
    {"serve", cmd_serve, "o", 0, 0},
    {"share", cmd_share, "as", 0, 1},
    {"show", cmd_show, "t", 1, 1},
    {"judge", cmd_judge, "b", 2, 2},
    {"note", cmd_note, "", 2, 2},
    {"case", cmd_case, "btl", 1, 2},
    {"rules", cmd_rules, "", 0, 0},
    {"formats", cmd_formats, "", 0, 0},
    {"demo", cmd_demo, "", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};
/* clang-format on */
