#!/bin/sh
# apt_install.sh PACKAGE…: installs Debian packages as root, and starts none of their services.
# The policy file is the way to say so (invoke-rc.d asks it); it goes away whatever happens.
set -eu

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >/dev/null

# Nor at the next boot: RabbitMQ would hold the port of ours, nginx port 80 of every address.
if [ -d /run/systemd/system ]; then
    for service in rabbitmq-server nginx; do
        case " $* " in
        *" $service "*) systemctl --quiet disable "$service" || true ;;
        esac
    done
fi
