#!/bin/sh
# Asks the broker whether it is ready, without starting a JVM. For HEALTHCHECK and exec probes.
# HOLDFAST_URL names its admin socket when that is not the usual one, as for the command line.
#
#   health.sh [readyz|healthz]
set -eu
url=${HOLDFAST_URL:-unix:///run/holdfast/admin.sock}
# A shell such as busybox's has an nc of its own, which knows no Unix sockets.
nc=$(command -v nc.openbsd || command -v nc)
answer=$(printf 'GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-readyz}" |
  "$nc" -U -w 3 "${url#unix://}" | head -n 1)
case $answer in
  *' 200 '*) exit 0 ;;
  *) echo "not ready: $answer"; exit 1 ;;
esac
