/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/products.h -- products as publishers and as inventories call them (inside of the room).
 */
#ifndef HW_ASK_PRODUCTS_H
#define HW_ASK_PRODUCTS_H

#include "base/arena.h"
#include "fact/fact.h"
#include "fact/version.h"

/* The name of a product with what chance puts into it left out: letters and digits, lower case.
 * In the arena; NULL: memory is out. */
const char *hw_plain_name(struct hw_arena *arena, struct hw_span name);
/* Inventories name programs and packages of the system. One of a language's registry is another
 * thing under the same letters: those are looked for in lock files and bills of materials. */
bool hw_of_machines(const struct hw_fact *statement);
/* What versions a STATEMENT is of; borrows from it. */
enum hw_order hw_statement_versions(const struct hw_fact *statement, struct hw_versions *out);

#endif
