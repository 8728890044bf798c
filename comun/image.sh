#!/bin/sh
# What the Dockerfiles have in common: image.sh packages FOLDER, readable, or bare [DATA].
set -eu

case "$1" in
packages) # a service's packages: each is checked against its hash, none is compiled
    pip install --no-cache-dir --require-hashes --only-binary :all: --target /srv/packages \
        --requirement "/srv/$2/requirements.txt"
    ;;
readable) # a checkout under a strict umask would hand over files that the service's user can't read
    chmod -R a+rX /srv
    ;;
bare) # what runs installs nothing; a new volume takes over owner and mode of the folder that it is mounted on
    python -m pip uninstall --yes --quiet --root-user-action=ignore pip
    [ -z "${2-}" ] || install -d -m 700 -o 10001 -g 10001 "$2"
    ;;
*)
    echo "image.sh: expected packages, readable or bare, not $1" >&2
    exit 2
    ;;
esac
