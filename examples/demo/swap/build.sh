#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh -- an ordinary build: two sources, one program.
set -e
gcc -c main.c
gcc -c word.c
gcc -o program main.o word.o
