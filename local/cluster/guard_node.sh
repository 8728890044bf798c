#!/usr/bin/env bash
# Ends a node of a cluster that lives but has not listened for 90 s, so that it is started again.
#
# A node that is cut off from most others stops listening, and goes on by itself once it sees all of
# them again. On RabbitMQ 3.10 and Erlang 25 it sometimes does not, ever: it waits for names, or what it
# starts again fails, when the cable is mended just as the nodes give each other up. A process that has
# never listened is left alone: it may wait for the others, and takes as long as they do. Which process
# listened is kept by its number, for the node writes its pid file anew when it only goes on.
# Read: RABBITMQ_PID_FILE, RABBITMQ_NODE_IP_ADDRESS, RABBITMQ_NODE_PORT. Exit codes: 0 nothing to do,
# 1 it was ended.
set -u

listened=$RABBITMQ_PID_FILE.listened
if [[ ${1:-} == asked ]]; then
  exec 5<>"/dev/tcp/$RABBITMQ_NODE_IP_ADDRESS/$RABBITMQ_NODE_PORT"
  exit
fi
pid=$(<"$RABBITMQ_PID_FILE") || exit 0
if timeout 2 bash "$0" asked 2>/dev/null; then
  echo "$pid" >"$listened"
  exit 0
fi

[[ -r /proc/$pid/comm && $(<"/proc/$pid/comm") == *beam* ]] || exit 0
[[ -e $listened && $(<"$listened") == "$pid" ]] || exit 0
[[ -z $(find "$listened" -newermt "-90 seconds") ]] || exit 0
echo "guard: the node has not listened for 90 s; ended, to be started again" >&2
kill -KILL "$pid"
exit 1
