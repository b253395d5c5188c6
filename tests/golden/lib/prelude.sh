# SPDX-License-Identifier: Apache-2.0
# What every .case may use; sourced by tests/golden/run.
then=2026-01-01T00:00:00Z

ask() {
    echo "\$ headwater $*"
    "$hw" "$@"
    echo "exit $?"
}
