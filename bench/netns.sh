#!/bin/sh
# Runs a command in a network namespace of its own whose congestion control is reno, or, if it
# cannot get one, where it is. netns.sh COMMAND...
#
# Linux may be set to BBR, which paces what it sends. Over loopback that halves the rate of a raw
# echo from 64 KiB up, and makes slow servers look good. The setting belongs to a network namespace,
# and a new one can be set up without touching the machine's. An ordinary user needs a user
# namespace for it. Every kernel has reno, and every namespace may use it.
PATH=$PATH:/usr/sbin:/sbin
setup='ip link set lo up && echo reno > /proc/sys/net/ipv4/tcp_congestion_control'
for namespace in 'unshare --net' 'unshare --user --map-root-user --net'; do
    if $namespace sh -c "$setup" 2> /dev/null; then
        exec $namespace sh -c "$setup"' && exec "$@"' sh "$@"
    fi
done
echo 'bench: no network of its own, which needs unshare (util-linux) and ip (iproute2)' >&2
exec "$@"
