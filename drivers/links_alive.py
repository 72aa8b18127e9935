"""A socket whose far end may vanish without a word: how soon that is found."""

import socket

HALF_OPEN_S = 7
"""A converter that is switched off, or a cable pulled behind the next switch, sends no farewell: the kernel
asks after a silence, and gives up the connection when nothing has been acknowledged for so long.

Longer than a printer holds back while it works off what it has, and found well within the 10 s that a hall
may wait: the kernel looks once a second.
"""

ASK_AFTER_S = 3
ASK_EVERY_S = 1


def notice_half_open(port: socket.socket) -> None:
    """From now on a read or write on a line without a far end fails within `HALF_OPEN_S` and one asking.

    The kernel's own bounds are two hours for a line that is read and a quarter of an hour for one written to.
    """
    port.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, ASK_AFTER_S)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, ASK_EVERY_S)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, HALF_OPEN_S - ASK_AFTER_S)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, HALF_OPEN_S * 1000)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
