#!/usr/bin/env bash
# Ends a node of a cluster that lives but has not listened for 90 s, so that it is started again.
#
# A node that is cut off from most others stops listening, and goes on by itself once it sees all of
# them again. Erlang 25 sometimes waits for that for ever, when the cable is mended just as the nodes
# give each other up. A node that has not listened since its start is left alone: it may wait for the
# others, and takes as long as they do.
# Read: RABBITMQ_PID_FILE, RABBITMQ_NODE_IP_ADDRESS, RABBITMQ_NODE_PORT. Exit codes: 0 nothing to do,
# 1 it was ended.
set -u

listened=$RABBITMQ_PID_FILE.listened
if [[ ${1:-} == asked ]]; then
  exec 5<>"/dev/tcp/$RABBITMQ_NODE_IP_ADDRESS/$RABBITMQ_NODE_PORT"
  exit
fi
if timeout 2 bash "$0" asked 2>/dev/null; then
  touch "$listened"
  exit 0
fi

pid=$(<"$RABBITMQ_PID_FILE") || exit 0
[[ -r /proc/$pid/comm && $(<"/proc/$pid/comm") == *beam* ]] || exit 0
[[ $listened -nt $RABBITMQ_PID_FILE ]] || exit 0
[[ -z $(find "$listened" -newermt "-90 seconds") ]] || exit 0
echo "guard: the node has not listened for 90 s; ended, to be started again" >&2
kill -KILL "$pid"
exit 1
