/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/pages.h -- the files of the page, in the program itself: made by
 * tools/embed-console out of a folder of the build. No file of this machine is ever read for it.
 */
#ifndef HW_DOOR_CONSOLE_PAGES_H
#define HW_DOOR_CONSOLE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hw_page_file {
    const char *name; /* "index.html", "assets/console.js" */
    const char *type; /* as Content-Type has it */
    const uint8_t *bytes;
    size_t n;
    bool immutable; /* its name has a hash of its bytes: it may be kept */
};

/* Ended by a NULL name. Without a built page it holds one index.html, which says so. */
extern const struct hw_page_file hw_page_files[];

#endif
