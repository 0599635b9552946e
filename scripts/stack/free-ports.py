#!/usr/bin/python3
"""free-ports.py N: prints N free loopback ports.  free-ports.py --check PORT...: exit 1 if one is taken.

Ports are taken below the kernel's range for outgoing connections: a port of that range could be
given to a client while its server restarts, or a client that knocks at it could connect to itself.
"""
import random
import socket
import sys

LOWEST = 15000
TRIES = 2000


def highest():
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        low = int(f.read().split()[0])
    return low - 1 if low > LOWEST + 1000 else 65535


def bound(port):
    """A socket that holds the port, or None if somebody else does."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind(("127.0.0.1", port))
        s.listen(1)
    except OSError:
        s.close()
        return None
    return s


def check(ports):
    taken = [p for p in ports if bound(p) is None]
    if taken:
        print(*taken)
    return 1 if taken else 0


def pick(count):
    held, top = [], highest()
    for _ in range(TRIES):
        if len(held) == count:
            break
        s = bound(random.SystemRandom().randint(LOWEST, top))
        if s:
            held.append(s)
    if len(held) < count:
        print(f"free-ports.py: no free loopback ports between {LOWEST} and {top}", file=sys.stderr)
        return 1
    print(*(s.getsockname()[1] for s in held))
    return 0


if sys.argv[1] == "--check":
    sys.exit(check([int(a) for a in sys.argv[2:]]))
sys.exit(pick(int(sys.argv[1])))
