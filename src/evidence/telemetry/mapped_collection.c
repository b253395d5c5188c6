/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped_collection.c -- what a triage collection shows not to hold.
 *
 * Collectors (KAPE, Velociraptor, UAC, CyLR) copy a fixed list of artefacts from a running machine.
 * Where a file was held open by the system they leave an empty one of its name, or one with
 * ".locked" behind it. An empty SECURITY hive must not be read as "nothing was in it": it is told
 * as a LOST fact of that member. Names are those Windows gives these files; letter case aside.
 */
#include "evidence/telemetry/telemetry.h"

#include "base/text.h"

static struct hw_span base_name(struct hw_span path)
{
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\') {
        from--;
    }
    return hw_span_from(path, from);
}

static bool ends_with(struct hw_span s, const char *ending)
{
    struct hw_span e = hw_span_str(ending);
    return s.n >= e.n && hw_span_equal_nocase(hw_span_from(s, s.n - e.n), e);
}

/* Is this a file that is never empty on a machine that runs? */
static bool is_artefact(struct hw_span name)
{
    static const char *const whole[] = {
        "$MFT",      "$J",       "$UsnJrnl", "$LogFile",      "$Boot",           "SYSTEM",
        "SOFTWARE",  "SAM",      "SECURITY", "NTUSER.DAT",    "UsrClass.dat",    "Amcache.hve",
        "SRUDB.dat", "ntds.dit", "History",  "places.sqlite", "WebCacheV01.dat", "Windows.edb",
        "wtmp",      "audit.log"};
    static const char *const endings[] = {".evtx", ".pf", ".journal", ".tracev3"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (hw_span_is_nocase(name, whole[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (name.n > 3 && ends_with(name, endings[i])) {
            return true;
        }
    }
    return false;
}

void hw_telemetry_member(struct hw_exam *x, const struct hw_node *n)
{
    struct hw_span name = base_name(n->name);
    bool locked = name.n > 7 && ends_with(name, ".locked");
    if (!locked && (n->bytes.n > 0 || !is_artefact(name))) {
        return;
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LOST, n->number);
    hw_fact_str(&f, HW_LOST_WHAT, "locked");
    hw_fact_u64(&f, HW_LOST_OFF, 0);
    hw_fact_span(&f, HW_LOST_SAYS, hw_exam_text(x, name, 255));
    hw_say(x, &f);
}
