/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warning lists that MISP gives to the world: each is recognised, each value of each is said
 * once, nothing is refused (every substring and every expression becomes a program), and nothing of
 * them alerts. Types and counts come from another JSON
 * reader over the same files. Without the corpus this is skipped and says so.
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

static const struct {
    const char *path, *type;
    unsigned values;
} wants[] = {
    {"alexa.json", "hostname", 1000},
    {"amazon-aws.json", "cidr", 3847},
    {"automated-malware-analysis.json", "substring", 26},
    {"bank-website.json", "hostname", 2226},
    {"cisco_top1000.json", "string", 1000},
    {"cisco_top10k.json", "string", 10000},
    {"common-contact-emails.json", "regex", 1},
    {"common-ioc-false-positive.json", "string", 69},
    {"covid.json", "hostname", 319},
    {"crl-hostname.json", "string", 222},
    {"crl-ip.json", "cidr", 391},
    {"dynamic-dns.json", "hostname", 35467},
    {"empty-hashes.json", "string", 6},
    {"link-in-bio.json", "hostname", 91},
    {"microsoft-azure.json", "cidr", 2683},
    {"multicast.json", "cidr", 16},
    {"parking-domain.json", "cidr", 108},
    {"public-dns-v4.json", "cidr", 62745},
    {"rfc1918.json", "cidr", 3},
    {"rfc5735.json", "cidr", 15},
    {"rfc6761.json", "string", 21},
    {"second-level-tlds.json", "string", 10231},
    {"security-provider-blogpost.json", "hostname", 647},
    {"sinkholes.json", "cidr", 107},
    {"smtp-receiving-ips.json", "cidr", 270},
    {"ti-falsepositives.json", "string", 24645},
    {"tlds.json", "string", 1438},
    {"url-shortener.json", "hostname", 255},
    {"whats-my-ip.json", "hostname", 234},
};

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static void load(const char *path, struct hw_buf *out)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/intel/warninglists/%s", corpus(), path);
    FILE *f = fopen(name, "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", name);
    }
    uint8_t *p = hw_buf_more(out, FILE_BYTES);
    assert_non_null(p);
    out->n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
}

static void every_list_is_read_whole_and_never_alerts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        struct hw_told t;
        struct hw_buf b;
        char form[64], counts[64];
        hw_told_init(&t);
        hw_buf_init(&b, FILE_BYTES);
        load(wants[i].path, &b);
        hw_told_examine(&t, b.p, b.n, NULL);
        (void)snprintf(form, sizeof form, "form=warning-list-%s ", wants[i].type);
        (void)snprintf(counts, sizeof counts, "entries=%u refused=0 ", wants[i].values);
        if (!hw_told_has(&t, form, counts, NULL)) {
            fail_msg("%s: not %s%s", wants[i].path, form, counts);
        }
        bool programs =
            strcmp(wants[i].type, "substring") == 0 || strcmp(wants[i].type, "regex") == 0;
        assert_int_equal(hw_told_count(&t, "indicator node=0"), programs ? 0 : wants[i].values);
        assert_int_equal(hw_told_count(&t, " program=\"Q"), programs ? wants[i].values : 0);
        assert_int_equal(hw_told_count(&t, " role=harmless"), wants[i].values);
        assert_int_equal(t.anomalies, 0);
        hw_buf_done(&b);
        hw_told_done(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_list_is_read_whole_and_never_alerts)};
    struct stat st;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(corpus(), &st) != 0) {
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests_name("warnlist_corpus", tests, NULL, NULL);
}
