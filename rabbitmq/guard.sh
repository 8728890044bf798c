#!/usr/bin/env bash
# Ends a broker that refuses every publish, so that whoever keeps it running starts it again.
#
# The log of RabbitMQ's quorum queues dies of a full disk. Once there is room again the node looks
# well, and confirms nothing until it is restarted. The analytics try it every 2 s and tell it at
# /reporte/estado, on a connection of that node: so it is never said of one that has just started.
# Read: RABBITMQ_PID_FILE, REPORTE_HOST, REPORTE_PORT. Exit codes: 0 nothing to do, 1 it was ended.
set -u

asked() {
  exec 5<>"/dev/tcp/$REPORTE_HOST/$REPORTE_PORT" || return
  printf 'GET /reporte/estado HTTP/1.0\r\nHost: %s\r\n\r\n' "$REPORTE_HOST" >&5
  cat <&5
}

if [[ ${1:-} == asked ]]; then
  asked
  exit
fi

# A name that nobody knows may take the resolver longer than a health check.
limit=()
type timeout >/dev/null 2>&1 && limit=(timeout 2)
state=$("${limit[@]+"${limit[@]}"}" bash "$0" asked 2>/dev/null)
[[ $state == *'"escritura":"rechazada"'* ]] || exit 0

pid=$(<"$RABBITMQ_PID_FILE") || exit 0
[[ ! -r /proc/$pid/comm || $(<"/proc/$pid/comm") == *beam* ]] || exit 0
echo "guard: the broker refuses every publish; ended, to be started again" >&2
# What it confirmed is on the disk. The first process of a container can't be killed from inside.
if [[ $pid == 1 ]]; then kill -TERM 1; else kill -KILL "$pid"; fi
exit 1
