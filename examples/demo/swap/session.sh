#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# session.sh [SWAPPER...] -- one machine's afternoon: a build, and beside it, if one is named, a
# process that has nothing to do with it. Started under strace, which follows both.
[ $# -eq 0 ] || "$@" &
sleep 0.2
sh ./build.sh
status=$?
wait
exit $status
