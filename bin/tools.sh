#!/bin/sh
# tools.sh CLASS ARGUMENT...: a program of RocketMQ's example or tools library, unchanged; see docs/scripts.md.
self=$(readlink -f "$0" 2>/dev/null || echo "$0")
exec "$(dirname "$self")/posthorse" tools "$@"
