"""How many lines the hall's network gets: whoever opens more is hung up on; this box always gets through."""

import asyncio
import logging

from aiohttp import web

from edge.doors.callers import ends_of, is_here
from edge.nonsense import Nonsense

log = logging.getLogger(__name__)

MOST_LINES, MOST_OF_ONE = 200, 32
"""A counter's page has three; a daemon may have 1024 files open, and devices want some of them."""


class Gate:
    """Makes what stands before each line's real protocol. Loop thread only."""

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._crowd = Nonsense(log, "lines of the hall's network")

    def __call__(self) -> asyncio.Protocol:
        return _Knock(self)

    def let_in(self, transport: asyncio.Transport) -> None:
        if not self._may(transport):
            transport.abort()
            return
        handler = self._server()
        transport.set_protocol(handler)
        handler.connection_made(transport)

    def _may(self, transport: asyncio.Transport) -> bool:
        peer, dialled, _ = ends_of(transport)
        if is_here(peer, dialled):
            return True
        known = [c.transport for c in self._server.connections if c.transport is not None]
        if len(known) >= MOST_LINES:
            self._crowd.note(f"too many in all, the last of {peer}")
            return False
        if sum(ends_of(line)[0] == peer for line in known) >= MOST_OF_ONE:
            self._crowd.note(f"too many of {peer}")
            return False
        return True


class _Knock(asyncio.Protocol):
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._gate.let_in(transport)
