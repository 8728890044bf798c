#!/bin/sh
# start_patroni.sh FOLDER [PACKAGES COMMAND…]: becomes Patroni, on the PostgreSQL in FOLDER.
#
# A PostgreSQL that outlived its Patroni is ended first: a machine has both or none. Without a
# command that is all.
set -eu

home=$1
shift
pid=$(head -n 1 "$home/data/postmaster.pid" 2>/dev/null || echo none)
ours() { [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$home/data" ]; }
if ours; then kill -QUIT "$pid" || true; fi
tries=0
while ours; do
    tries=$((tries + 1))
    [ "$tries" -ne 100 ] || kill -KILL "$pid" || true # it was frozen
    sleep 0.1
done
[ $# -gt 0 ] || exit 0
packages=$1
shift

# The folders are opened by us: the program can't be root, and what is root's may be closed to it on
# the way there. Its children find them under our process, which Patroni takes over.
exec 8<"$packages" 9<"$home"
cd /
# With the options that it ran with last, Patroni recovers it: they name the folder of then
opts=$home/data/postmaster.opts
if [ -f "$opts" ]; then
    told=$(sed "s,/proc/[0-9]*/fd/9,/proc/$$/fd/9,g" "$opts")
    printf '%s\n' "$told" >"$opts"
fi
export PYTHONPATH="/proc/$$/fd/8"
export PATRONI_POSTGRESQL_DATA_DIR="/proc/$$/fd/9/data" PATRONI_POSTGRESQL_PGPASS="/proc/$$/fd/9/pgpass"
exec "$@" "/proc/$$/fd/9/patroni.json"
