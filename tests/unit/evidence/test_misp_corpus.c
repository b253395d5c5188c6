/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 47 events that one publisher gave to the world, each with what is in it. Every number was
 * counted by other means (a JSON reader of another language over the same files) before it was
 * pinned here. Without the corpus this is skipped and says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exam.h"

enum { FILE_BYTES = 4 << 20 };

/* values: composites count twice. context: what is not for detection, and all names of files. */
static const struct {
    const char *path;
    unsigned attributes, detect, values, context;
} wants[] = {
    {"3cx/eset-misp-lazarus_3cx.json", 50, 17, 50, 33},
    {"misp-eset/backdoordiplomacy/misp.event_2021-06-10_backdoordiplomacy.json", 67, 66, 67, 1},
    {"misp-eset/cloudmensis/cloudmensis.misp.json", 22, 11, 22, 11},
    {"misp-eset/gelsemium/misp.event_2021-06-09_gelsemium-when-threat-actors-go-gardening.json",
     154, 153, 154, 1},
    {"misp-eset/kryptocibule/misp-kryptocibule.json", 191, 0, 191, 191},
    {"misp-eset/oceanlotus/oceanlotus-macOS.misp.event.json", 9, 0, 9, 9},
    {"misp-eset/oceanlotus/oceanlotus-rtf_ocx_campaigns.misp.event.json", 61, 0, 61, 61},
    {"misp-eset/oceanlotus/oceanlotus-wateringhole-2018.misp.event.json", 75, 0, 124, 124},
    {"misp-eset/oceanlotus/oceanlotus.misp.event.json", 111, 0, 119, 119},
    {"misp-eset/powerpool/misp-powerpool.json", 18, 0, 18, 18},
    {"misp-eset/ramsay/misp-ramsay.json", 81, 51, 81, 30},
    {"misp-eset/sednit/2017-05-09_Trump_Attack_on_Syria_IoCs.json", 23, 0, 35, 35},
    {"misp-eset/sednit/2018-11-20_Zebrocy.json", 32, 0, 47, 47},
    {"misp-eset/sednit/2019-05-23_Zebrocy.json", 12, 0, 12, 12},
    {"misp-eset/signsight/signsight-misp-event.json", 13, 0, 16, 16},
    {"misp-eset/sshdoor/misp-events/abafar.json", 10, 0, 10, 10},
    {"misp-eset/sshdoor/misp-events/akiva.json", 5, 0, 5, 5},
    {"misp-eset/sshdoor/misp-events/alderaan.json", 4, 0, 4, 4},
    {"misp-eset/sshdoor/misp-events/ando.json", 7, 0, 7, 7},
    {"misp-eset/sshdoor/misp-events/anoat.json", 9, 0, 9, 9},
    {"misp-eset/sshdoor/misp-events/atollon.json", 7, 0, 7, 7},
    {"misp-eset/sshdoor/misp-events/batuu.json", 8, 0, 8, 8},
    {"misp-eset/sshdoor/misp-events/bespin.json", 3, 0, 3, 3},
    {"misp-eset/sshdoor/misp-events/bonadan.json", 3, 0, 3, 3},
    {"misp-eset/sshdoor/misp-events/borleias.json", 3, 0, 3, 3},
    {"misp-eset/sshdoor/misp-events/chandrila.json", 5, 0, 5, 5},
    {"misp-eset/sshdoor/misp-events/coruscant.json", 4, 0, 5, 5},
    {"misp-eset/sshdoor/misp-events/crait.json", 9, 0, 9, 9},
    {"misp-eset/sshdoor/misp-events/endor.json", 31, 0, 31, 31},
    {"misp-eset/sshdoor/misp-events/jakku.json", 6, 0, 7, 7},
    {"misp-eset/sshdoor/misp-events/kamino.json", 11, 0, 11, 11},
    {"misp-eset/sshdoor/misp-events/kessel.json", 8, 0, 8, 8},
    {"misp-eset/sshdoor/misp-events/mimban.json", 11, 0, 11, 11},
    {"misp-eset/sshdoor/misp-events/onderon.json", 28, 0, 28, 28},
    {"misp-eset/sshdoor/misp-events/polismassa.json", 29, 0, 29, 29},
    {"misp-eset/sshdoor/misp-events/quarren.json", 7, 0, 7, 7},
    {"misp-eset/stantinko/stantinko.misp-event.json", 263, 230, 461, 154},
    {"misp-eset/telebots/misp-telebots.json", 95, 69, 95, 26},
    {"misp-eset/turla/misp-mosquito-event.json", 60, 0, 63, 63},
    {"misp-eset/turla/misp-turla-comrat-v4-event.json", 37, 0, 37, 37},
    {"misp-eset/turla/misp-turla-crutch-event.json", 20, 0, 20, 20},
    {"misp-eset/turla/misp-turla-lightneuron-event.json", 36, 0, 36, 36},
    {"misp-eset/turla/misp-turla-outlook-event.json", 12, 0, 12, 12},
    {"misp-eset/turla/misp-turla-powershell-event.json", 16, 0, 16, 16},
    {"misp-eset/turla/misp-turla-wateringhole-armenia-event.json", 19, 0, 19, 19},
    {"misp-eset/winnti_group/gaming_supply_chain.misp_event.json", 22, 0, 22, 22},
    {"misp-eset/xdspy/misp-xdspy-event.json", 71, 0, 71, 71},
};

/* 14 bare names are typed "url"; they are domains. */
static const struct {
    const char *kind;
    unsigned detect, not_detect;
} kinds[] = {
    {"address", 84, 95},    {"domain", 87, 320}, {"email", 0, 17},
    {"filename", 121, 183}, {"md5", 112, 21},    {"other", 17, 344},
    {"sha1", 259, 239},     {"sha256", 112, 21}, {"url", 3, 33},
};

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static void load(const char *path, struct hw_buf *out)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/intel/ioc/%s", corpus(), path);
    FILE *f = fopen(name, "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", name);
    }
    uint8_t *p = hw_buf_more(out, FILE_BYTES);
    assert_non_null(p);
    out->n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
}

static void every_event_says_what_was_counted(void **state)
{
    unsigned found[sizeof kinds / sizeof kinds[0]][2] = {{0}};
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        struct hw_told t;
        struct hw_buf b;
        char part[80];
        hw_told_init(&t);
        hw_buf_init(&b, FILE_BYTES);
        load(wants[i].path, &b);
        hw_told_examine(&t, b.p, b.n, NULL);
        (void)snprintf(part, sizeof part, "entries=%u refused=0 ", wants[i].values);
        if (!hw_told_has(&t, "form=misp-event", part, NULL)) {
            fail_msg("%s: not %s", wants[i].path, part);
        }
        (void)snprintf(part, sizeof part, "misp.attributes number=%u", wants[i].attributes);
        assert_int_equal(hw_told_count(&t, part), 1);
        (void)snprintf(part, sizeof part, "misp.to-ids number=%u", wants[i].detect);
        assert_int_equal(hw_told_count(&t, part), 1);
        assert_int_equal(hw_told_count(&t, " role=context"), wants[i].context);
        assert_int_equal(t.anomalies, 0);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            (void)snprintf(part, sizeof part, " kind=%s ", kinds[k].kind);
            const char *text = hw_buf_text(&t.lines);
            while (text != NULL && *text != '\0') {
                size_t n = strcspn(text, "\n");
                if (memmem(text, n, part, strlen(part)) != NULL) {
                    found[k][memmem(text, n, " role=context", 13) != NULL]++;
                }
                text += n + (text[n] == '\n');
            }
        }
        hw_buf_done(&b);
        hw_told_done(&t);
    }
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        bool name = strcmp(kinds[k].kind, "filename") == 0;
        unsigned detect = name ? 0 : kinds[k].detect;
        unsigned other = kinds[k].not_detect + (name ? kinds[k].detect : 0);
        if (found[k][0] != detect || found[k][1] != other) {
            fail_msg("%s: %u and %u, not %u and %u", kinds[k].kind, found[k][0], found[k][1],
                     detect, other);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_event_says_what_was_counted)};
    struct stat st;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(corpus(), &st) != 0) {
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests_name("misp_corpus", tests, NULL, NULL);
}
