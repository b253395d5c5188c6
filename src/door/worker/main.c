/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/main.c -- headwater-worker: started by headwater alone, never by hand.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "door/worker/protocol.h"
#include "door/worker/worker.h"

int main(void)
{
    int type = 0;
    socklen_t n = sizeof type;
    if (getsockopt(HW_WORKER_CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &n) != 0 ||
        type != SOCK_SEQPACKET) {
        (void)fputs("headwater-worker: this program is started by headwater\n", stderr);
        return 2;
    }
    return hw_broker_serve();
}
