/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/sanitized.h -- is this built with AddressSanitizer? Its shadow lies beyond any limit on
 * memory, and its last look needs calls that a cage refuses (for the cages and their tests).
 */
#ifndef HW_BASE_SANITIZED_H
#define HW_BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
