/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc_xml.c -- where expat lives.
 *
 * XML 1.0 (fifth edition). Three doors of XML are shut: a document type declaration ends the
 * reading where it begins (its entities are how small documents become large ones and how a reader
 * is sent to other files), depth is bounded, and the hash salt is given, since expat would ask the
 * system for one and the cage would not answer.
 */
#include "evidence/knowledge/openioc_xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"

enum { CHUNK_BYTES = 64 * 1024, SALT = 0x48575452 };

struct reading {
    XML_Parser parser;
    const struct hw_openioc_sax *sax;
    void *state;
    struct hw_budget *fuel;
    unsigned depth;
    const char *why; /* ours, when it was we who stopped */
};

static void stop(struct reading *r, const char *why)
{
    r->why = r->why == NULL ? why : r->why;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static uint64_t where(const struct reading *r)
{
    XML_Index at = XML_GetCurrentByteIndex(r->parser);
    return at < 0 ? 0 : (uint64_t)at;
}

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

static void XMLCALL on_begin(void *state, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *r = state;
    if (r->why != NULL) {
        return; /* expat still hands on what it has in hand */
    }
    if (r->depth == HW_OPENIOC_DEPTH) {
        stop(r, "elements nested beyond the limit");
        return;
    }
    if (r->fuel->items == 0) {
        stop(r, "the budget for this input ended here");
        return;
    }
    r->fuel->items--;
    r->depth++;
    r->sax->begin(r->state, local(name), (const char *const *)attributes, where(r));
}

static void XMLCALL on_end(void *state, const XML_Char *name)
{
    struct reading *r = state;
    if (r->why == NULL) {
        r->depth--;
        r->sax->end(r->state, local(name));
    }
}

static void XMLCALL on_text(void *state, const XML_Char *part, int n)
{
    struct reading *r = state;
    if (r->why == NULL && n > 0) {
        r->sax->text(r->state, (struct hw_span){(const uint8_t *)part, (size_t)n});
    }
}

static void XMLCALL on_doctype(void *state, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(state, "a document type declaration, which is never read");
}

struct hw_span hw_openioc_attribute(const char *const *attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL && attributes[i + 1] != NULL; i += 2) {
        if (strcmp(local(attributes[i]), name) == 0) {
            return hw_span_str(attributes[i + 1]);
        }
    }
    return (struct hw_span){NULL, 0};
}

static bool feed(struct reading *r, struct hw_span bytes)
{
    size_t at = 0;
    do {
        struct hw_span part = hw_span_cut(bytes, at, CHUNK_BYTES);
        if (r->fuel->bytes < part.n) {
            r->why = "the budget for this input ended here";
            return false;
        }
        r->fuel->bytes -= part.n;
        at += part.n;
        if (XML_Parse(r->parser, (const char *)part.p, (int)part.n, at == bytes.n) !=
            XML_STATUS_OK) {
            return false;
        }
    } while (at < bytes.n);
    return true;
}

bool hw_openioc_xml_read(struct hw_span bytes, const struct hw_openioc_sax *sax, void *state,
                         struct hw_budget *fuel, const char **out_why, uint64_t *out_off)
{
    struct reading r = {.sax = sax, .state = state, .fuel = fuel};
    r.parser = XML_ParserCreate(NULL);
    if (r.parser == NULL) {
        *out_why = "no memory for it";
        *out_off = 0;
        return false;
    }
    (void)XML_SetHashSalt(r.parser, SALT);
    (void)XML_SetParamEntityParsing(r.parser, XML_PARAM_ENTITY_PARSING_NEVER);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_begin, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool whole = feed(&r, bytes);
    if (!whole) {
        const char *theirs = XML_ErrorString(XML_GetErrorCode(r.parser));
        *out_why = r.why != NULL ? r.why : theirs != NULL ? theirs : "not XML";
        *out_off = where(&r);
    }
    XML_ParserFree(r.parser);
    return whole;
}
