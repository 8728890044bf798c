#!/bin/sh
# setup.sh run|test|…: finds a Python that can run Pulso, and lets it get this machine ready.
# PYTHON names the one to take. What it needs of its shell and of its Python is little, so that an
# old machine too is told what it lacks.
set -eu

here=$(dirname "$0")
range="Python 3.11 to 3.14"

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

version() {
    "$1" --version 2>/dev/null || echo "not to be had"
}

refuse() {
    echo "make $1: $2" >&2
    exit 2
}

if [ "${PYTHON:-}" ]; then
    supported "$PYTHON" || refuse "$1" "PYTHON=$PYTHON is $(version "$PYTHON"), and Pulso needs $range."
    exec "$PYTHON" "$here/setup_machine.py" "$@"
fi
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    supported "$python" || continue
    [ "$python" = python3 ] || echo "python3 is $(version python3): taking $python." >&2
    exec "$python" "$here/setup_machine.py" "$@"
done
refuse "$1" "python3 is $(version python3), and Pulso needs $range. On Debian and Ubuntu: run \
\`apt-get install python3 python3-venv\` as root. If one is elsewhere: make PYTHON=/path/to/python $1"
