/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links and layouts that in-toto's own implementations are tested with, their files counted a
 * second time over jansson's tree.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the run is skipped and
 * says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "exam.h"

enum { FILE_BYTES = 1 << 20, PATH_BYTES = 1024 };

static char folder[PATH_BYTES];
static unsigned links, layouts;

/* The signed part, out of its envelope where it is in one. */
static json_t *body_of(const json_t *root)
{
    const char *payload = json_string_value(json_object_get(root, "payload"));
    struct hw_buf plain;
    if (payload == NULL) {
        return json_incref(json_object_get(root, "signed"));
    }
    hw_buf_init(&plain, FILE_BYTES);
    assert_true(
        hw_base64_decode((struct hw_span){(const uint8_t *)payload, strlen(payload)}, &plain));
    json_t *body = json_loadb((const char *)plain.p, plain.n, 0, NULL);
    hw_buf_done(&plain);
    return body;
}

static void check(const char *path)
{
    static char text[FILE_BYTES];
    struct hw_told t;
    FILE *f = fopen(path, "rbe");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text, f);
    (void)fclose(f);
    json_t *root = json_loadb(text, n, 0, NULL), *body = body_of(root);
    size_t files = json_object_size(json_object_get(body, "materials")) +
                   json_object_size(json_object_get(body, "products"));
    bool link = strcmp(json_string_value(json_object_get(body, "_type")), "link") == 0;
    hw_told_init(&t);
    hw_told_examine(&t, text, n, NULL);
    if (!hw_told_has(&t, "format=in-toto", NULL) || t.worst > HW_ODD ||
        hw_told_count(&t, "kind=file") != (link ? files : 0) ||
        hw_told_count(&t, "depends node=0") != (link ? files : 0) ||
        hw_told_count(&t, "key=intoto.step") != json_array_size(json_object_get(body, "steps"))) {
        print_message("%s\n", hw_buf_text(&t.lines));
        fail_msg("%s: not %zu files", path, files);
    }
    links += link;
    layouts += !link;
    hw_told_done(&t);
    json_decref(body);
    json_decref(root);
}

static void links_and_layouts_are_read_and_counted_alike(void **state)
{
    char path[2 * PATH_BYTES];
    DIR *d = opendir(folder);
    (void)state;
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        const char *dot = strrchr(e->d_name, '.');
        if (dot != NULL && (strcmp(dot, ".link") == 0 || strcmp(dot, ".layout") == 0)) {
            (void)snprintf(path, sizeof path, "%s/%.255s", folder, e->d_name);
            check(path);
        }
    }
    (void)closedir(d);
    assert_int_equal(links, 8); /* one more ".link" is a layout */
    assert_int_equal(layouts, 5);
}

int main(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    struct stat st;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_and_layouts_are_read_and_counted_alike),
    };
    (void)snprintf(folder, sizeof folder, "%.900s/intel/in-toto",
                   set != NULL ? set : HW_CORPUS_DIR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(folder, &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", folder);
        return 0;
    }
    return cmocka_run_group_tests_name("intoto_corpus", tests, NULL, NULL);
}
