/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/extract_simdjson.cpp -- the named fields of every line of the files, to nowhere: what taking
 * records apart costs where nothing is kept. Built by bench/run where simdjson is there.
 */
#include <cstdio>
#include <simdjson.h>
#include <string>
#include <vector>

int main(int argc, char **argv)
{
    std::vector<std::string> names;
    std::string list = argc > 1 ? argv[1] : "";
    for (size_t at = 0; at < list.size();) {
        size_t end = list.find(',', at);
        end = end == std::string::npos ? list.size() : end;
        names.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    simdjson::dom::parser parser;
    size_t records = 0, bytes = 0;
    for (int i = 2; i < argc; i++) {
        simdjson::dom::document_stream docs;
        if (parser.load_many(argv[i], 1 << 20).get(docs) != simdjson::SUCCESS) {
            return 2;
        }
        for (auto doc : docs) {
            simdjson::dom::object object;
            if (doc.get(object) != simdjson::SUCCESS) {
                continue;
            }
            records++;
            for (const auto &name : names) {
                simdjson::dom::element e;
                if (object.at_key(name).get(e) == simdjson::SUCCESS) {
                    bytes += simdjson::minify(e).size();
                }
            }
        }
    }
    std::printf("%zu records, %zu bytes\n", records, bytes);
    return 0;
}
