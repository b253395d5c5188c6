/* SPDX-License-Identifier: Apache-2.0 */
#include "build_lifecycle.h"

const char build_endoflife[] =
    "{\"name\":\"snake\",\"title\":\"Snake\",\"category\":\"lang\",\"identifiers\":["
    "{\"purl\":\"pkg:generic/snake\"},{\"cpe\":\"cpe:2.3:a:snake:snake\"}],\"releases\":["
    "{\"releaseCycle\":\"3.9\",\"eol\":false},"
    "{\"releaseCycle\":\"3.8\",\"eol\":\"2024-10-07\",\"latest\":\"3.8.20\"},"
    "{\"releaseCycle\":\"2\",\"eol\":true},"
    "{\"releaseCycle\":\"2012-r2\",\"eol\":\"2023-10-10\",\"eoes\":\"2026-10-13\"}]}\n";

const char build_endoflife_api[] =
    "{\"schema_version\":\"1.2.0\",\"result\":{\"name\":\"snake\",\"label\":\"Snake\","
    "\"identifiers\":[{\"id\":\"pkg:pypi/snake\",\"type\":\"purl\"}],\"releases\":["
    "{\"name\":\"1.9\",\"label\":\"1.9 LTS\",\"isEol\":true,\"eolFrom\":\"2020-01-01\"},"
    "{\"name\":\"2.0\",\"isEol\":false,\"eolFrom\":null}]}}";

const char build_openeox[] =
    "{\"$schema\":\"https://docs.oasis-open.org/openeox/tbd/schema/shell.json\",\"statements\":["
    "{\"core\":{\"end_of_life\":\"2020-04-01T00:00:00Z\",\"end_of_security_support\":\"tba\","
    "\"last_updated\":\"2020-01-01T00:00:00Z\"},\"product\":{\"product_name\":\"Widget\","
    "\"product_version\":\"5.2\",\"vendor_name\":\"Example\"},"
    "\"product_identification_helper\":{\"purls\":[\"pkg:generic/example/widget@5.2\"]}},"
    "{\"core\":{\"end_of_life\":\"tba\"},\"product_name\":\"Gadget\",\"product_version\":\"1\","
    "\"supplier_name\":\"Example\"}]}";

const char build_lifecycle_csv[] = "\xEF\xBB\xBFvendor,product,version,ended\r\n"
                                   "# what we know\r\n"
                                   "\"Example, Inc.\",Widget,7.17,2020-04-01\r\n"
                                   "Example,Gadget,,2019-12-31\r\n";
