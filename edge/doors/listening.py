"""Where the door listens: on loopback always, and on the hall's network where the settings say so."""

import errno
import logging
import socket
from ipaddress import ip_address

log = logging.getLogger(__name__)

HOME = "127.0.0.1"
IP_FREEBIND = 15
"""linux/in.h: an address that no interface has yet, as before the network is up."""


def listen(lan: str, port: int) -> list[socket.socket]:
    """The door's sockets, all on one port; `lan` empty: loopback only. `port` 0: any free one.

    Raises OSError (EADDRINUSE, EACCES ...), with a sentence that says what to do.
    """
    if lan and ip_address(lan).is_unspecified:
        return [_open(lan, port)]
    sockets = [_open(HOME, port)]
    try:
        return [*sockets, *([_open(lan, sockets[0].getsockname()[1])] if lan else [])]
    except OSError:
        sockets[0].close()
        raise


def _open(host: str, port: int) -> socket.socket:
    is_v6 = ":" in host
    opened = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_v6:
            # Both families only where all addresses are meant.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not ip_address(host).is_unspecified)
        _bind(opened, host, port)
        opened.listen()
    except OSError as e:
        opened.close()
        raise _said(e, host, port) from e
    return opened


def _bind(opened: socket.socket, host: str, port: int) -> None:
    try:
        opened.bind((host, port))
    except OSError as e:
        if e.errno != errno.EADDRNOTAVAIL:
            raise
        log.warning("no interface has %s yet: the door waits there for the network", host)
        opened.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        opened.bind((host, port))


def _said(error: OSError, host: str, port: int) -> OSError:
    """The same error, in a sentence for the one who starts the daemon."""
    what = {
        errno.EADDRINUSE: f"port {port} is taken by another program; choose another with --port",
        errno.EACCES: f"port {port} is not for ordinary users; choose one above 1023 with --port",
    }.get(error.errno or 0, error.strerror or str(error))
    return OSError(error.errno, what, f"{host}:{port}")
