/* SPDX-License-Identifier: Apache-2.0 */
#include "build_openioc.h"

#include <string.h>

void build_openioc(struct hw_buf *out, unsigned version, const char *title, const char *items)
{
    bool old = version == 10;
    hw_buf_str(out, "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a > comment -->\n");
    hw_buf_str(out, old ? "<ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\" id=\"doc\" "
                          "last-modified=\"2014-10-17T20:54:53Z\">"
                        : "<OpenIOC id=\"doc\" last-modified=\"2014-10-17T20:54:53Z\" "
                          "published-date=\"0001-01-01T00:00:00\" "
                          "xmlns=\"http://openioc.org/schemas/OpenIOC_1.1\"><metadata>");
    hw_buf_printf(out,
                  "<short_description>%s</short_description><authored_by>Maker</authored_by>"
                  "<authored_date>2014-10-17T02:04:34Z</authored_date>"
                  "<links><link rel=\"threatgroup\">Some Group</link>"
                  "<link rel=\"license\">Apache 2.0</link></links>",
                  title);
    hw_buf_str(out, old ? "<definition>" : "</metadata><criteria>");
    hw_buf_str(out, "<Indicator operator=\"OR\" id=\"top\">");
    hw_buf_str(out, items == NULL ? "" : items);
    hw_buf_str(out, "</Indicator>");
    hw_buf_str(out, old ? "</definition></ioc>\n" : "</criteria><parameters/></OpenIOC>\n");
}

void build_openioc_item(struct hw_buf *out, const char *search, const char *condition,
                        const char *value, const char *more)
{
    unsigned number = 1;
    const char *text = hw_buf_text(out);
    while (text != NULL && (text = strstr(text, "<IndicatorItem")) != NULL) {
        number++;
        text++;
    }
    hw_buf_printf(out,
                  "<IndicatorItem id=\"item-%u\" condition=\"%s\"%s><Context document=\"x\" "
                  "search=\"%s\" type=\"mir\"/><Content type=\"string\">%s</Content>"
                  "</IndicatorItem>",
                  number, condition, more, search, value);
}
