#!/bin/sh
# apt_install.sh PACKAGE…: installs Debian packages as root, and starts none of their services.
set -eu

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] && ours= || ours=$policy
trap 'rm -f "$log" $ours' EXIT
trap 'exit 130' HUP INT TERM

# This is how Debian is told not to start a service that it installs (invoke-rc.d asks it).
if [ "$ours" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

# A new machine often updates itself in the background; apt-get waits for none of its locks but
# dpkg's, and for that one only if told.
quietly() {
    tries=60
    until "$@" >"$log" 2>&1; do
        if [ "$tries" -eq 0 ] || ! grep -qi 'could not get lock' "$log"; then
            cat "$log" >&2
            exit 1
        fi
        [ "$tries" -lt 60 ] || echo "Another package manager is at work: waiting for it …" >&2
        tries=$((tries - 1))
        sleep 2
    done
}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C # what it says of a lock is read
quietly apt-get -q update
quietly apt-get -q install --yes --no-install-recommends "$@"

# Nor at the next boot: the system's RabbitMQ would hold the port of ours, and so on.
if [ -d /run/systemd/system ]; then
    for service in rabbitmq-server prometheus prometheus-alertmanager postgresql patroni etcd; do
        case " $* " in
        *" $service "* | *" $service-server "*) systemctl --quiet disable "$service" || true ;;
        esac
    done
fi
