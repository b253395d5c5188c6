/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/events.h -- the event stream (inside of the room).
 */
#ifndef HW_DOOR_CONSOLE_EVENTS_H
#define HW_DOOR_CONSOLE_EVENTS_H

#include <microhttpd.h>

#include "door/console/room.h"

/* A response that says what happens to the case, as long as its connection and the server last.
 * NULL: no memory. */
struct MHD_Response *hw_events_response(struct hw_console *k);

#endif
