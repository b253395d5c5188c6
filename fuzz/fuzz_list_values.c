/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets: hw_list_value_read hw_list_package_read hw_list_type_read hw_list_column_read
 *          hw_list_words_text hw_list_words_cell hw_list_role
 *
 * Promise: a canonical form is a fixed point, of the kind that was answered; a refusal has a
 * reason.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/list.h"

static void check_again(const struct hw_list_value *v)
{
    struct hw_list_value again;
    const char *why = NULL;
    struct hw_span text = {v->p, v->n};
    if (v->n == 0 || hw_list_kind_word(v->kind) == NULL) {
        hw_fuzz_broken("a value that was read has a kind and bytes");
    }
    if (!hw_list_value_read(text, v->kind, &again, &why) || again.kind != v->kind ||
        !hw_span_equal((struct hw_span){again.p, again.n}, text)) {
        hw_fuzz_broken("reading the canonical form again changes nothing");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_list_words words = {false, false, false, false, false};
    struct hw_list_column column;
    struct hw_list_value v;
    const char *why = NULL;
    bool context;
    if (size == 0) {
        return 0;
    }
    enum hw_list_kind as = (enum hw_list_kind)(1 + data[0] % (HW_LIST_KIND_COUNT - 1));
    struct hw_span s = {data + 1, size - 1};
    hw_list_words_text(s, &words);
    hw_list_words_cell(s, &words);
    hw_list_column_read(s, &column);
    (void)hw_list_type_read(s, &context);
    if (hw_list_value_read(s, as, &v, &why)) {
        check_again(&v);
        (void)hw_list_role(&v, &words);
    } else if (why == NULL) {
        hw_fuzz_broken("a refusal has a reason");
    }
    size_t half = s.n / 2;
    if (hw_list_package_read(hw_span_cut(s, 0, half), hw_span_from(s, half), &v, &why)) {
        check_again(&v);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const struct {
        enum hw_list_kind as;
        const char *text;
    } seeds[] = {
        {HW_LIST_HASH, "sha256: 0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"},
        {HW_LIST_CERT_SERIAL, "0x00:85:38 A6-C5:01:8F:50:FC"},
        {HW_LIST_CERT_HASH, "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:CD:EF:01:23:45:67"},
        {HW_LIST_DOMAIN, " Evil [.] example(dot)com.:8443"},
        {HW_LIST_ADDRESS, "[2001:DB8:0:0:1::1]:443"},
        {HW_LIST_ADDRESS, "::ffff:192[.]0[.]2[.]1"},
        {HW_LIST_URL, "hxxps[:]//user@Evil[.]example{.}com.:80/A[.]b?c#d"},
        {HW_LIST_URL, "<h**p://[2001:db8::1]/x,y>"},
        {HW_LIST_EMAIL, "Some.Body[@]example[.]com"},
        {HW_LIST_FILENAME, "\" C:\\Windows\\x.dll \""},
        {HW_LIST_ANY, "192.0.2.0/24"},
        {HW_LIST_ANY, "%TEMP%\\x y.vbs"},
        {HW_LIST_PACKAGE, "@scope/name@1.0.0-rc.1"},
        {HW_LIST_OTHER, "; role Legitimate certificate | family Benign; (legitimate host)"},
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        uint8_t bytes[256];
        char name[] = "value-a";
        name[6] = (char)('a' + i);
        size_t n = strlen(seeds[i].text);
        bytes[0] = (uint8_t)(seeds[i].as - 1);
        memcpy(bytes + 1, seeds[i].text, n);
        give(state, name, bytes, n + 1);
    }
}
