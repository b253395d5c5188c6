/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/planted.c -- the reader with one bug planted in it, for the alarm's test and nothing else.
 *
 * The honest reader is compiled here under another name for one function, and the planted function
 * takes its place. Linked as an object it goes before the library's own reader.
 *
 *   1  hw_read_fits(r, 0, x) says yes though the reader has faulted (a draft of ours had it)
 *   2  hw_read_window() lets a child begin inside and end one byte behind the evidence
 *   3  hw_read_skip() moves although it says no
 *   4  hw_read_done() does not spend the reader's good name: it forgets to fault
 */
#include "base/error.h"

#if HW_PLANT == 1
#define hw_read_fits honest
#elif HW_PLANT == 2
#define hw_read_window honest
#elif HW_PLANT == 3
#define hw_read_skip honest
#elif HW_PLANT == 4
#define hw_read_done honest
#endif
#include "base/reader.c"
#undef hw_read_fits
#undef hw_read_window
#undef hw_read_skip
#undef hw_read_done

#if HW_PLANT == 1
bool hw_read_fits(struct hw_reader *r, uint64_t count, uint64_t each);
bool hw_read_fits(struct hw_reader *r, uint64_t count, uint64_t each)
{
    return count == 0 || honest(r, count, each);
}
#elif HW_PLANT == 2
bool hw_read_window(const struct hw_reader *r, uint64_t off, uint64_t n, struct hw_reader *child);
bool hw_read_window(const struct hw_reader *r, uint64_t off, uint64_t n, struct hw_reader *child)
{
    if (n > 0 && off < r->in.n && n - 1 == r->in.n - off && honest(r, off, n - 1, child)) {
        child->in.n++;
        return true;
    }
    return honest(r, off, n, child);
}
#elif HW_PLANT == 3
bool hw_read_skip(struct hw_reader *r, uint64_t n);
bool hw_read_skip(struct hw_reader *r, uint64_t n)
{
    size_t left = hw_read_left(r);
    if (!honest(r, n)) {
        r->at += left;
        return false;
    }
    return true;
}
#elif HW_PLANT == 4
bool hw_read_done(struct hw_reader *r);
bool hw_read_done(struct hw_reader *r)
{
    struct hw_reader copy = *r;
    return honest(&copy);
}
#else
#error "HW_PLANT says which bug"
#endif
