#!/bin/sh
# Asks the broker whether it is ready, without starting a JVM. For HEALTHCHECK and exec probes.
#
#   health.sh [readyz|healthz]
set -eu
# A shell such as busybox's has an nc of its own, which knows no Unix sockets.
nc=$(command -v nc.openbsd || command -v nc)
answer=$(printf 'GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-readyz}" |
  "$nc" -U -w 3 "${HOLDFAST_ADMIN_SOCKET:-/run/holdfast/admin.sock}" | head -n 1)
case $answer in
  *' 200 '*) exit 0 ;;
  *) echo "not ready: $answer"; exit 1 ;;
esac
