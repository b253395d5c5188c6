/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/text.c -- the answer for people: the verdict, then why, then what to do, then what was not
 * looked at.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

enum {
    FILES_SAID = 40,
    FINDINGS_SAID = 200,
    GAPS_SAID = 40,
    INCIDENTS_SAID = 40,
    MACHINES_SAID = 20,
};

struct page {
    const struct hw_teller *t;
    const struct hw_answer *a;
    struct hw_buf b;
};

static void safe(struct page *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_TERMINAL);
}

void hw_text_count(struct hw_buf *b, uint64_t n)
{
    char digits[24];
    int len = 0;
    do {
        digits[len++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    for (int i = len; i-- > 0;) {
        hw_buf_char(b, digits[i]);
        if (i > 0 && i % 3 == 0) {
            hw_buf_char(b, ',');
        }
    }
}

void hw_text_many(struct hw_buf *b, uint64_t n, const char *one, const char *many)
{
    hw_text_count(b, n);
    hw_buf_char(b, ' ');
    hw_buf_str(b, n == 1 ? one : many);
}

void hw_text_why(struct hw_buf *b, int indent, const struct hw_why *why)
{
    for (const struct hw_why *y = why; y != NULL; y = y->next) {
        hw_buf_printf(b, "%*s", indent, "");
        hw_escape_put(b, y->says, HW_ESCAPE_TERMINAL);
        if (y->evidence.n > 0) {
            hw_buf_str(b, "  [");
            hw_escape_put(b, y->evidence, HW_ESCAPE_TERMINAL);
            if (y->record > 0) {
                hw_buf_str(b, " record ");
                hw_text_count(b, y->record);
            }
            hw_buf_char(b, ']');
        }
        hw_buf_char(b, '\n');
    }
}

int hw_tell_put(const struct hw_teller *t, struct hw_buf *b, struct hw_error *err)
{
    int rc = hw_buf_ok(b) ? t->put(t->state, hw_buf_span(b), err)
                          : hw_fail(err, HW_E_MEMORY, "no memory for the answer");
    hw_buf_done(b);
    return rc;
}

static int put_into(void *state, struct hw_span s, struct hw_error *err)
{
    struct hw_buf *b = state;
    hw_buf_span_put(b, s);
    return hw_buf_ok(b) ? HW_OK : hw_fail(err, HW_E_LIMIT, "the answer is too large");
}

struct hw_teller hw_tell_into(struct hw_buf *b)
{
    return (struct hw_teller){.put = put_into, .state = b};
}

enum { STREAM_LINE = 64 << 20, STREAM_LINES = 64 << 10 };

void hw_stream_begin(struct hw_stream *s, const struct hw_teller *t, struct hw_error *err)
{
    *s = (struct hw_stream){.t = t, .err = err, .rc = HW_OK};
    hw_buf_init(&s->b, STREAM_LINE);
}

static void hand_on(struct hw_stream *s)
{
    if (s->rc == HW_OK) {
        s->rc = hw_buf_ok(&s->b)
                    ? s->t->put(s->t->state, hw_buf_span(&s->b), s->err)
                    : hw_fail(s->err, HW_E_MEMORY, "no memory for a line of the answer");
    }
    hw_buf_clear(&s->b);
}

void hw_stream_line(struct hw_stream *s)
{
    if (s->b.n >= STREAM_LINES || !hw_buf_ok(&s->b)) {
        hand_on(s);
    }
}

int hw_stream_end(struct hw_stream *s)
{
    hand_on(s);
    hw_buf_done(&s->b);
    return s->rc;
}

void hw_text_time(struct hw_buf *b, int64_t ns, int zone_minutes)
{
    struct hw_civil c;
    int64_t shown;
    if (ns == HW_TIME_NONE ||
        __builtin_add_overflow(ns, (int64_t)zone_minutes * 60 * HW_NS_PER_SECOND, &shown)) {
        hw_buf_str(b, "no time");
        return;
    }
    hw_time_to_civil(shown, &c);
    int z = zone_minutes < 0 ? -zone_minutes : zone_minutes;
    hw_buf_printf(b, "%04d-%02u-%02u %02u:%02u:%02u %c%02d:%02d", c.year, c.month, c.day, c.hour,
                  c.minute, c.second, zone_minutes < 0 ? '-' : '+', z / 60, z % 60);
}

/* ---- the verdict ---- */

/* Findings that would count, were they not known or rejected. */
static uint64_t waved(const struct hw_answer *a)
{
    uint64_t n = 0;
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        bool rejected = hw_is_rejected(f->judged);
        n += f->severity >= a->fail_on && (f->baseline || rejected);
    }
    return n;
}

static bool hunts(const struct hw_answer *a)
{
    return strcmp(a->question, "verify") != 0;
}

static void verdict(struct page *p)
{
    const struct hw_answer *a = p->a;
    uint64_t over = 0;
    for (int i = (int)a->fail_on; i < HW_SEVERITY_COUNT; i++) {
        over += a->finding_count[i];
    }
    if (a->exit_status == 1) {
        hw_buf_str(&p->b, hunts(a) ? "FOUND: " : "DO NOT TRUST: ");
        hw_text_many(&p->b, over, "finding", "findings");
        hw_buf_printf(&p->b, " at %s or above", hw_severity_word(a->fail_on));
        uint64_t events = 0;
        for (const struct hw_incident *n = a->incidents; n != NULL; n = n->next) {
            events += n->severity >= a->fail_on;
        }
        if (events > 0) {
            hw_buf_str(&p->b, ", in ");
            hw_text_many(&p->b, events, "incident", "incidents");
        }
        hw_buf_char(&p->b, '.');
        if (a->gap_count > 0) {
            hw_buf_char(&p->b, ' ');
            hw_text_many(&p->b, a->gap_count, "thing", "things");
            hw_buf_str(&p->b, " could not be looked at (below).");
        }
    } else if (a->exit_status == 3) {
        hw_buf_str(&p->b, "COULD NOT TELL: ");
        hw_text_many(&p->b, a->gap_count, "thing", "things");
        hw_buf_str(&p->b, " the question needed could not be looked at (below).");
    } else if (hunts(a) && a->findings == NULL) {
        hw_buf_str(&p->b, strcmp(a->question, "watch") == 0  ? "Nothing new."
                          : strcmp(a->question, "like") == 0 ? "Nothing is like it."
                                                             : "No indicator matches.");
    } else {
        hw_buf_printf(&p->b, "Nothing%s at %s or above.", waved(a) > 0 ? " new" : "",
                      hw_severity_word(a->fail_on));
    }
    if (a->exit_status != 1 && waved(a) > 0) {
        hw_buf_char(&p->b, ' ');
        hw_text_many(&p->b, waved(a), "finding does", "findings do");
        hw_buf_str(&p->b, " not count: in the baseline, or rejected (below).");
    }
    uint64_t bare = a->state_count[HW_STATE_UNSIGNED];
    if (a->exit_status == 0 && bare > 0) {
        hw_buf_char(&p->b, ' ');
        hw_text_many(&p->b, bare, "program is unsigned: nothing vouches for it.",
                     "programs are unsigned: nothing vouches for them.");
    }
    hw_buf_char(&p->b, '\n');
}

/* The first letter is the sentence's. */
static void known(struct page *p)
{
    struct hw_span s = p->a->knowledge_says;
    if (s.n > 0) {
        hw_buf_char(&p->b, 'K');
        safe(p, hw_span_from(s, 1));
        hw_buf_str(&p->b, ".\n");
    }
}

static void examined(struct page *p)
{
    const struct hw_answer *a = p->a;
    if (a->like.n > 0) {
        hw_buf_str(&p->b, "Like ");
        safe(p, a->like);
        hw_buf_str(&p->b, ", among ");
        hw_text_many(&p->b, a->artifact_count, "file", "files");
        hw_buf_str(&p->b, " and ");
        hw_text_many(&p->b, a->log_count, "log", "logs");
        hw_buf_str(&p->b, " ever read.\n");
        known(p);
        return;
    }
    if (hunts(a)) {
        hw_text_many(&p->b, a->indicator_count, "indicator", "indicators");
        if (a->rule_count > 0) {
            hw_buf_str(&p->b, " and ");
            hw_text_many(&p->b, a->rule_count, "published rule", "published rules");
        }
        hw_buf_str(&p->b, " against ");
        hw_text_many(&p->b, a->artifact_count, "file", "files");
        if (a->log_count > 0) {
            hw_buf_str(&p->b, " and ");
            hw_text_many(&p->b, a->log_count, "log", "logs");
        }
        hw_buf_str(&p->b, " ever read.\n");
        known(p);
        return;
    }
    hw_text_many(&p->b, a->artifact_count, "file", "files");
    hw_buf_str(&p->b, " examined");
    bool first = true;
    for (int i = 0; i < HW_STATE_COUNT; i++) {
        if (a->state_count[i] > 0) {
            hw_buf_str(&p->b, first ? "; programs: " : ", ");
            hw_text_count(&p->b, a->state_count[i]);
            hw_buf_printf(&p->b, " %s", hw_state_word((enum hw_state)i));
            first = false;
        }
    }
    hw_buf_str(&p->b, ".\n");
    known(p);
}

/* ---- incidents ---- */

static void span_of_time(struct page *p, int64_t first, int64_t last)
{
    if (first == HW_TIME_NONE) {
        return;
    }
    hw_buf_str(&p->b, "first ");
    hw_text_time(&p->b, first, p->t->zone_minutes);
    if (last != HW_TIME_NONE && last != first) {
        hw_buf_str(&p->b, ", last ");
        hw_text_time(&p->b, last, p->t->zone_minutes);
    }
}

static void one_machine(struct page *p, const struct hw_incident_machine *m)
{
    static const char *const at[] = {"", "files: ", "together: "};
    hw_buf_printf(&p->b, "         %s", at[m->at]);
    safe(p, m->name);
    hw_buf_str(&p->b, m->ran ? "  ran it" : "");
    if (m->met.n > 0) {
        hw_buf_str(&p->b, m->ran ? ", spoke with " : "  spoke with ");
        safe(p, m->met);
    }
    hw_buf_str(&p->b, "  (");
    hw_text_many(&p->b, m->findings, "finding", "findings");
    hw_buf_str(&p->b, ")\n");
}

static void one_incident(struct page *p, const struct hw_incident *n)
{
    uint64_t said = 0;
    hw_buf_printf(&p->b, "%-8s ", hw_severity_word(n->severity));
    if (n->org.n > 0) {
        safe(p, n->org);
        hw_buf_str(&p->b, ": ");
    }
    if (n->campaign.n > 0) {
        safe(p, n->campaign);
        hw_buf_str(&p->b, ": ");
    }
    static const char *const one[] = {"machine", "input", "observation"};
    static const char *const many[] = {"machines", "inputs", "observations"};
    hw_text_many(&p->b, n->machine_count, one[n->machines->at], many[n->machines->at]);
    if (n->ran > 0) {
        hw_buf_str(&p->b, ", ran on ");
        hw_text_count(&p->b, n->ran);
    }
    if (n->contacted > 0) {
        hw_buf_str(&p->b, ", ");
        hw_text_count(&p->b, n->contacted);
        hw_buf_str(&p->b, " spoke with what is named");
    }
    hw_buf_printf(&p->b, "  %s\n", n->id);
    if (n->first != HW_TIME_NONE) {
        hw_buf_str(&p->b, "         ");
        span_of_time(p, n->first, n->last);
        hw_buf_char(&p->b, '\n');
    }
    for (const struct hw_incident_machine *m = n->machines; m != NULL; m = m->next) {
        if (said++ < MACHINES_SAID) {
            one_machine(p, m);
        }
    }
    if (said > MACHINES_SAID) {
        hw_buf_str(&p->b, "         and ");
        hw_text_many(&p->b, said - MACHINES_SAID, "more", "more");
        hw_buf_str(&p->b, "; --json has all.\n");
    }
}

static void incidents(struct page *p)
{
    unsigned said = 0, left = 0;
    for (const struct hw_incident *n = p->a->incidents; n != NULL; n = n->next) {
        if (said == INCIDENTS_SAID) {
            left++;
            continue;
        }
        hw_buf_str(&p->b, said++ == 0 ? "\nIncidents:\n" : "");
        one_incident(p, n);
    }
    if (left > 0) {
        hw_text_many(&p->b, left, "more incident", "more incidents");
        hw_buf_str(&p->b, "; --json has all.\n");
    }
}

/* ---- why ---- */

static void one_finding(struct page *p, const struct hw_finding *f)
{
    hw_buf_printf(&p->b, "\n%-8s %s  ", hw_severity_word(f->severity), f->rule);
    safe(p, f->path);
    if (f->host.n > 0) {
        hw_buf_str(&p->b, " on ");
        safe(p, f->host);
    }
    hw_buf_printf(&p->b, "  %s\n", f->id);
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        hw_buf_str(&p->b, "         ");
        safe(p, w->says);
        if (w->evidence.n > 0 && !hw_span_equal(w->evidence, f->path)) {
            hw_buf_str(&p->b, ": ");
            safe(p, w->evidence);
        }
        if (w->record != 0) {
            hw_buf_printf(&p->b, " (record %llu)", (unsigned long long)w->record);
        } else if (w->has_off) {
            hw_buf_printf(&p->b, " (offset %llu)", (unsigned long long)w->off);
        }
        hw_buf_char(&p->b, '\n');
    }
    if (f->judged != NULL) {
        hw_buf_printf(&p->b, "         judged: %s, because ", f->judged);
        safe(p, f->judged_because);
        hw_buf_char(&p->b, '\n');
    } else if (f->baseline) {
        hw_buf_str(&p->b, "         known: in the baseline\n");
    } else if (f->do_next != NULL && f->severity >= HW_MEDIUM) {
        hw_buf_printf(&p->b, "      -> %s\n", f->do_next);
    }
}

static void findings(struct page *p)
{
    unsigned said = 0, left = 0;
    for (int s = HW_CRITICAL; s >= HW_INFO; s--) {
        for (const struct hw_finding *f = p->a->findings; f != NULL; f = f->next) {
            if ((int)f->severity != s) {
                continue;
            }
            bool quiet = s == HW_INFO && !p->t->all && p->a->artifact_count > 10;
            if (said < FINDINGS_SAID && !quiet) {
                one_finding(p, f);
                said++;
            } else {
                left++;
            }
        }
    }
    if (left > 0) {
        hw_buf_str(&p->b, "\n");
        hw_text_many(&p->b, left, "more finding", "more findings");
        hw_buf_str(&p->b, " not shown here; --json has all.\n");
    }
}

/* ---- the files ---- */

/* Did a finding about this file say so already? */
static bool told(const struct page *p, const struct hw_file_answer *file, struct hw_span says)
{
    for (const struct hw_finding *f = p->a->findings; f != NULL; f = f->next) {
        for (const struct hw_why *w = f->file == file ? f->why : NULL; w != NULL; w = w->next) {
            if (hw_span_equal(w->says, says)) {
                return true;
            }
        }
    }
    return false;
}

static void one_signature(struct page *p, const struct hw_file_answer *f,
                          const struct hw_sig_answer *s)
{
    hw_buf_str(&p->b, s->nested ? "         also signed by " : "         signed by ");
    if (s->signer.n > 0) {
        safe(p, s->signer);
    } else {
        hw_buf_str(&p->b, s->integrity == HW_INTEGRITY_INCOMPLETE
                              ? "nobody we can name: the signature is cut off"
                              : "nobody we can name: the signer's certificate is not in it");
    }
    if (s->signed_at != INT64_MIN) {
        hw_buf_str(&p->b, ", countersigned ");
        hw_text_time(&p->b, s->signed_at, p->t->zone_minutes);
    } else {
        hw_buf_str(&p->b, ", no proven time");
    }
    hw_buf_printf(&p->b, "\n         integrity %s · chain %s", hw_integrity_word(s->integrity),
                  hw_chain_word(s->chain));
    if (s->anchor.n > 0) {
        hw_buf_str(&p->b, " (");
        safe(p, s->anchor);
        hw_buf_char(&p->b, ')');
    }
    hw_buf_printf(&p->b, " · at that time %s · revocation %s\n", hw_at_time_word(s->at_time),
                  hw_revocation_word(s->revocation));
    for (const struct hw_why *w = s->because; w != NULL; w = w->next) {
        if (!told(p, f, w->says)) {
            hw_buf_str(&p->b, "         ");
            safe(p, w->says);
            hw_buf_char(&p->b, '\n');
        }
    }
}

static bool worth_saying(const struct page *p, const struct hw_file_answer *f)
{
    return p->t->all || p->a->artifact_count <= 3 || f->signatures != NULL ||
           (f->can_be_signed && f->state != HW_STATE_VALID);
}

static void one_file(struct page *p, const struct hw_file_answer *f)
{
    hw_buf_char(&p->b, '\n');
    if (f->can_be_signed) {
        hw_buf_printf(&p->b, "%-8s ", hw_state_word(f->state));
    } else {
        safe(p, f->format);
        hw_buf_char(&p->b, ' ');
        for (size_t n = f->format.n + 1; n < 9; n++) {
            hw_buf_char(&p->b, ' ');
        }
    }
    safe(p, f->path);
    hw_buf_str(&p->b, "  ");
    hw_text_many(&p->b, f->size, "byte", "bytes");
    if (f->component.n > 0) {
        hw_buf_str(&p->b, "  calls itself ");
        safe(p, f->component);
        hw_buf_char(&p->b, ' ');
        safe(p, f->version);
    }
    hw_buf_char(&p->b, '\n');
    for (const struct hw_sig_answer *s = f->signatures; s != NULL; s = s->next) {
        one_signature(p, f, s);
    }
    if (f->can_be_signed && f->signatures == NULL) {
        hw_buf_str(&p->b, "         not signed: nothing vouches for it\n");
    }
    hw_buf_str(&p->b, "         seen by this case in ");
    hw_text_many(&p->b, f->seen_evidence, "piece of evidence", "pieces of evidence");
    hw_buf_str(&p->b, ", at ");
    hw_text_many(&p->b, f->seen_places, "place", "places");
    if (f->seen_machines > 0) {
        hw_buf_str(&p->b, ", on ");
        hw_text_count(&p->b, f->seen_machines);
        if (p->a->machine_count > 0) {
            hw_buf_str(&p->b, " of ");
            hw_text_count(&p->b, p->a->machine_count);
        }
        hw_buf_str(&p->b, p->a->machine_count == 1 ? " machine" : " machines");
    }
    if (f->first_seen != 0) {
        hw_buf_str(&p->b, ", first ");
        hw_text_time(&p->b, f->first_seen, p->t->zone_minutes);
    }
    hw_buf_char(&p->b, '\n');
}

static void files(struct page *p)
{
    unsigned said = 0, left = 0;
    for (const struct hw_file_answer *f = p->a->files; f != NULL; f = f->next) {
        if (!worth_saying(p, f)) {
            continue;
        }
        if (said < FILES_SAID || p->t->all) {
            one_file(p, f);
            said++;
        } else {
            left++;
        }
    }
    if (left > 0) {
        hw_buf_char(&p->b, '\n');
        hw_text_many(&p->b, left, "more file", "more files");
        hw_buf_str(&p->b, " with something to say; --json has all.\n");
    }
}

/* ---- what was not looked at ---- */

static void gaps(struct page *p)
{
    unsigned said = 0, left = 0;
    for (const struct hw_gap *g = p->a->gaps; g != NULL; g = g->next) {
        if (said >= GAPS_SAID) {
            left++;
            continue;
        }
        if (said++ == 0) {
            hw_buf_str(&p->b, "\nNot looked at:\n");
        }
        hw_buf_printf(&p->b, "  %s  ", g->kind);
        safe(p, g->path);
        hw_buf_str(&p->b, g->path.n > 0 ? ": " : "");
        safe(p, g->what);
        if (g->accepted) {
            hw_buf_str(&p->b, " (accepted)\n");
        } else {
            hw_buf_str(&p->b, "\n      -> ");
            safe(p, g->ask_for);
            hw_buf_char(&p->b, '\n');
        }
    }
    if (left > 0) {
        hw_buf_str(&p->b, "  and ");
        hw_text_many(&p->b, left, "more", "more");
        hw_buf_str(&p->b, "; --json has all.\n");
    }
}

int hw_tell_text(const struct hw_teller *t, const struct hw_answer *a, struct hw_error *err)
{
    struct page p = {.t = t, .a = a};
    hw_buf_init(&p.b, 256 << 20);
    verdict(&p);
    examined(&p);
    incidents(&p);
    findings(&p);
    files(&p);
    gaps(&p);
    hw_buf_str(&p.b, "\nJudged as of ");
    hw_text_time(&p.b, a->as_of, t->zone_minutes);
    hw_buf_str(&p.b, a->signed_count == 0
                         ? ".\n"
                         : ". A valid signature shows who signed; it does not show that the build "
                           "was honest.\n");
    return hw_tell_put(t, &p.b, err);
}
