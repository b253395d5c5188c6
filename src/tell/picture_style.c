/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_style.c -- how a picture looks: colours, dashes, signs.
 *
 * Every colour is a presentation attribute (SVG 2, 6.6) first, so that it shows under the strictest
 * content policy; classes let a page, or the one style sheet of a picture on its own, do better and
 * follow a dark screen. Whatever a colour says, a dash, a width or a word says too: it is printed
 * in black and white.
 */
#include <string.h>

#include "tell/picture_svg.h"

void hw_svg_style(struct svg *s)
{
    hw_buf_str(
        &s->b,
        "<style>"
        ".hw-side .hw-line{opacity:.75}"
        "[data-step]:hover .hw-line{stroke-width:3}"
        "@media (prefers-color-scheme:dark){"
        ".hw-page{fill:#12161c}.hw-band{fill:#1a2029;stroke:#3a4452}"
        ".hw-lane{stroke:#2b3440}.hw-text{fill:#e4e9f0}.hw-quiet{fill:#9aa7b8}"
        ".hw-cell{fill:#242d39;stroke:#8292a6}.hw-hollow .hw-cell{fill:#12161c}"
        ".hw-poisoned .hw-cell{fill:#4a1713;stroke:#ff7a6e}.hw-poisoned .hw-mark{fill:#ff9d94}"
        ".hw-principal .hw-cell{stroke:#7db4ff}.hw-mark{fill:#a9ccff}"
        ".hw-line{stroke:#b8c5d6}.hw-head{fill:#b8c5d6}"
        ".hw-side .hw-line{stroke:#5d6b7d}.hw-side .hw-head{fill:#5d6b7d}"
        ".hw-across .hw-line{stroke:#ff6b5e}.hw-across .hw-head{fill:#ff6b5e}"
        ".hw-pill{fill:#ff6b5e}.hw-passes{fill:#12161c}"
        ".hw-hatch{stroke:#b08a3c}.hw-sign{stroke:#9aa7b8}.hw-axis{stroke:#5d6b7d}}"
        "</style>");
}

void hw_svg_defs(struct svg *s)
{
    hw_buf_str(&s->b,
               "<defs><pattern id=\"hw-hatch\" width=\"7\" height=\"7\" "
               "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
               "<line class=\"hw-hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" stroke=\"#c99a2e\" "
               "stroke-width=\"1.4\" stroke-opacity=\".55\"/></pattern></defs>\n");
}

static const char *dashes(const char *known)
{
    return strcmp(known, "keyed") == 0      ? " stroke-dasharray=\"11 3 2 3\""
           : strcmp(known, "inferred") == 0 ? " stroke-dasharray=\"7 5\""
           : strcmp(known, "claimed") == 0  ? " stroke-dasharray=\"1 4\" stroke-linecap=\"round\""
                                            : "";
}

void hw_svg_stroke(struct svg *s, const char *known, bool side, bool across, bool lead)
{
    hw_buf_printf(&s->b, "class=\"hw-line\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s",
                  across ? "#c62a20"
                  : side ? "#aab4c2"
                         : "#33475e",
                  lead                            ? "4"
                  : across                        ? "1.8"
                  : side                          ? "1.2"
                  : strcmp(known, "claimed") == 0 ? "2.2"
                                                  : "1.7",
                  dashes(known));
}

void hw_svg_kind(struct svg *s, const char *kind, int x, int y)
{
    static const struct {
        const char *kind, *path;
    } signs[] = {
        {"file", "M1 .5h5l3 3v6h-8zM6 .5v3h3"},
        {"process", "M5 1a4 4 0 1 0 .01 0zM5 3v2l2 1"},
        {"session", "M5 .5a2.2 2.2 0 1 0 .01 0zM.8 9.5c0-5 8.4-5 8.4 0"},
        {"account", "M5 .5a2.2 2.2 0 1 0 .01 0zM.8 9.5c0-5 8.4-5 8.4 0z"},
        {"host", "M.5 1h9v6h-9zM3 9.5h4"},
        {"artifact", "M5 .5l4.2 2.2v4.6L5 9.5.8 7.3V2.7z"},
        {"release", "M.5 3l4.5-2.5L9.5 3v5L5 9.8.5 8zM.5 3L5 5l4.5-2M5 5v4.8"},
        {"service", "M5 2.5a2.5 2.5 0 1 0 .01 0zM5 .3v2.2M5 7.5v2.2M.3 5h2.2M7.5 5h2.2"},
    };
    const char *path = "M5 1a4 4 0 1 0 .01 0zM1 5h8M5 1c-3 2-3 6 0 8M5 1c3 2 3 6 0 8";
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        path = strcmp(signs[i].kind, kind) == 0 ? signs[i].path : path;
    }
    hw_buf_printf(&s->b,
                  "<path class=\"hw-sign\" fill=\"none\" stroke=\"#5b6b80\" "
                  "transform=\"translate(%d %d)\" d=\"%s\"/>",
                  x, y, path);
}

static void sample(struct svg *s, int x, int y, const char *known, bool side, bool across)
{
    hw_buf_printf(&s->b, "<g%s><path ",
                  across ? " class=\"hw-across\""
                  : side ? " class=\"hw-side\""
                         : "");
    hw_svg_stroke(s, known, side, across, across);
    hw_buf_printf(&s->b, " d=\"M%d %dh30\"/></g>", x, y);
}

void hw_svg_symbol(struct svg *s, int symbol, int x, int y)
{
    static const char *const known[] = {"observed", "keyed", "inferred", "claimed"};
    int mid = y + 9;
    if (symbol <= 4) {
        sample(s, x, mid, known[symbol - 1], false, false);
    } else if (symbol <= 6) {
        sample(s, x, mid, "observed", symbol == 5, symbol == 6);
    } else if (symbol == 10) {
        hw_buf_printf(&s->b,
                      "<rect x=\"%d\" y=\"%d\" width=\"30\" height=\"12\" "
                      "fill=\"url(#hw-hatch)\"/>",
                      x, y + 3);
    } else {
        hw_buf_printf(&s->b,
                      "<g class=\"%s\"><rect class=\"hw-cell\" x=\"%d\" y=\"%d\" width=\"30\" "
                      "height=\"12\" rx=\"3\" fill=\"%s\" stroke=\"%s\"%s/></g>",
                      symbol == 7   ? "hw-hollow"
                      : symbol == 8 ? "hw-principal"
                                    : "hw-poisoned",
                      x, y + 3, symbol == 9 ? "#fbe3e0" : "#ffffff",
                      symbol == 8   ? "#1b5fad"
                      : symbol == 9 ? "#c62a20"
                                    : "#6c7a8d",
                      symbol == 7   ? " stroke-dasharray=\"4 3\""
                      : symbol == 8 ? " stroke-width=\"2.6\""
                                    : " stroke-width=\"2\"");
    }
}
