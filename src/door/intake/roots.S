/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in trust anchors, data/roots.csv as it is. */
    .section .rodata
    .global hw_roots_csv
    .global hw_roots_csv_end
    .hidden hw_roots_csv
    .hidden hw_roots_csv_end
    .balign 16
hw_roots_csv:
    .incbin HW_ROOTS_CSV
hw_roots_csv_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
