#!/bin/bash
# Does a load run's latency agree with a second measurement? Starts the system on free ports, with fresh
# data and quiet demo clients, loads it twice beside second_viewer.py, and ends all that it started.
# `make bench-agreement`, or `bench/agreement.sh DURATION` (60s; 3 minutes in all). Reports stay in reporte-carga/.
# Exit code: 0 when both runs are exact and both measurements agree within 10 %.
set -u
cd "$(dirname "$0")/.." || exit 1
duration=${1:-60s}
python=.venv/bin/python
names=$(PYTHONPATH=local $python -c 'from run_settings import PORTS; print(*PORTS)')
ports=$($python - $names <<'END'
import socket, sys
held = {name: socket.create_server(("127.0.0.1", 0)) for name in sys.argv[1:]}
print(*(f"{name}={each.getsockname()[1]}" for name, each in held.items()))
END
)
export $ports EVENTS_PER_SECOND=0.01 USUARIOS= TLS_CERTIFICADO= TLS_CLAVE=
folder=$(mktemp -d)
system= second=
stop() {
  [ -z "$second" ] || kill "$second" 2>/dev/null
  [ -z "$system" ] || { kill -TERM "$system" 2>/dev/null; wait "$system"; }
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

failed=0
beside() { # a load run, and the second measurement beside it
  $python local/run.py --folder "$folder/run" >"$folder/said" 2>&1 & system=$!
  until grep -q 'Ready in' "$folder/said"; do
    kill -0 "$system" 2>/dev/null || { cat "$folder/said"; exit 1; }
    sleep 0.5
  done
  $python bench/second_viewer.py --url "ws://127.0.0.1:$WEB_PORT/panel/ws" & second=$!
  sleep 3 # its clients come first
  echo "simular $* --duracion $duration"
  if $python local/private_load.py "$@" --duracion "$duration" --quiet; then
    wait "$second" || failed=1
  else
    failed=1
    kill "$second" 2>/dev/null
  fi
  second=
  kill -TERM "$system" && wait "$system"
  system=
  rm -rf "$folder/run"
}
beside --tasa 100000 --visores 200
beside --tasa 10000 --clientes 1000 --visores 1000
exit $failed
