/* SPDX-License-Identifier: Apache-2.0 */
#include "build_yara.h"

void build_yara(struct hw_buf *b)
{
    hw_buf_str(b, "/* rules { of \" a // test */\n"
                  "import \"pe\"\n\n"
                  "global rule small { condition: filesize < 5MB }\n"
                  "private rule helper : helps { strings: $a = { 4D ?? [1-3] ( 5A | 41 ) } "
                  "condition: $a or pe.number_of_sections == 77 }\n"
                  "rule Poisoned_Thing : apt loader {\n"
                  "  meta:\n"
                  "    description = \"A poisoned thing\"\n"
                  "    author = \"A. Nalyst\"\n"
                  "    reference = \"https://example.com/report\"\n"
                  "    date = \"2023-04-20\"\n"
                  "    score = 80\n"
                  "    falsepositives = \"the vendor's own test\"\n"
                  "  strings:\n"
                  "    $s1 = \"poison } \\\" // here\" ascii wide // a comment }\n"
                  "    $r1 = /evil\\/[a-z]{3} \"x/ nocase\n"
                  "  condition:\n"
                  "    any of them\n"
                  "}\n"
                  "rule Second { condition: helper and filename == \"a.dll\" }\n");
}

void build_yara_text(struct hw_buf *b, const char *name, const char *text)
{
    hw_buf_printf(b, "rule %s { strings: $a = \"%s\" condition: $a }\n", name, text);
}

void build_yara_many(struct hw_buf *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        hw_buf_printf(b, "rule r%u { strings: $a = \"number %u of many\" condition: $a }\n", i, i);
    }
}

void build_yara_deep(struct hw_buf *b, unsigned depth)
{
    hw_buf_str(b, "rule deep { condition: ");
    for (unsigned i = 0; i < depth; i++) {
        hw_buf_char(b, '(');
    }
    hw_buf_str(b, "true");
    for (unsigned i = 0; i < depth; i++) {
        hw_buf_char(b, ')');
    }
    hw_buf_str(b, " }\n");
}
