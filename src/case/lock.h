/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/lock.h -- one writer at a time: a locked file beside the case, gone after a clean close.
 */
#ifndef HW_CASE_LOCK_H
#define HW_CASE_LOCK_H

#include "case/case.h"

/* Waits as `how` says. On success *out_fd holds the lock and *out_path (heap) names its file.
 * HW_E_BUSY: another writer has it still. HW_E_IO, HW_E_SPACE: the file cannot be made. */
HW_CHECK int hw_lock_take(const char *case_path, const struct hw_case_open *how, int *out_fd,
                          char **out_path, struct hw_error *err);
/* Removes the file, then lets go; fd -1 is silence. Frees path. */
void hw_lock_drop(int fd, char *path);

#endif
